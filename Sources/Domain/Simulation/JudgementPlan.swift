/// How cases are judged afterwards: by customers who are asked, and by leads who review some.
enum JudgementPlan: SimulationPlan {
    static func live(_ life: inout CaseLife) {
        guard let resolvedAt = life.resolvedAt else { return }
        let end = life.now
        if life.ending != .silent, life.chance.chance(45) {
            life.now = resolvedAt.adding(seconds: 86_400)
            life.wait(120)
            answer(&life)
        }
        life.now = max(end, life.now).adding(seconds: 2 * 86_400)
        if life.severity == "sev1" || life.chance.chance(8) { review(&life) }
    }

    private static func answer(_ life: inout CaseLife) {
        let score: String =
            switch life.ending {
            case .confirmed, .answered: life.chance.pick(weighted: ["5": 58, "4": 30, "3": 8, "2": 4])
            case .gone, .workaround: life.chance.pick(weighted: ["5": 18, "4": 38, "3": 26, "2": 14, "1": 4])
            default: life.chance.pick(weighted: ["5": 40, "4": 38, "3": 14, "2": 6, "1": 2])
            }
        let isLow = score == "1" || score == "2"
        var fields: [String: RawValue] = ["answers.score": .text(score)]
        if life.chance.chance(isLow ? 85 : 40) {
            fields["answers.comment"] = life.text(isLow ? "survey.low" : "survey.high")
        }
        life.act(
            "portal.answer_survey", by: life.customer, fields,
            unless: ["no_survey", "survey_over", "not_asked"])
        guard isLow, life.chance.chance(80) else { return }
        life.work(300)
        life.act(
            "case.review_low_score", by: life.engineer,
            [
                "finding": life.text("survey.finding"), "action": life.text("survey.action"),
                "contacted": .bool(life.chance.chance(70)),
            ], unless: ["no_follow_up"])
    }

    private static func review(_ life: inout CaseLife) {
        let lead = life.world.available(life.world.leads, at: life.now, using: &life.chance)
        guard lead != life.owner else { return }
        var fields: [String: RawValue] = [:]
        for criterion in ["notes", "evidence", "timeline", "resolution", "severity", "tags"] {
            let mark = life.chance.pick(weighted: ["5": 34, "4": 40, "3": 18, "2": 7, "1": 1])
            fields["answers.\(criterion)"] = .text(mark)
        }
        if life.chance.chance(60) { fields["comment"] = life.text("review.comment") }
        life.act(
            "case.review_quality", by: life.world.people[lead], fields, unless: ["own_case", "not_ended"])
    }
}
