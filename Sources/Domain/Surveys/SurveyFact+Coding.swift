package import Diagnosis

extension SurveyFact {
    package var kind: String {
        switch self {
        case .sent: "case.survey_sent"
        case .withheld: "case.survey_withheld"
        case .answered: "case.survey_answered"
        case .followUpOpened: "case.survey_follow_up_opened"
        case .reviewed: "case.survey_reviewed"
        case .themed: "case.survey_themed"
        }
    }

    package var body: JSON {
        switch self {
        case .sent(let sending, let occasion):
            occasion.json([
                "survey": .string(sending.survey), "person": .string(sending.person),
                "form": .string(sending.form), "form_version": .string(sending.version),
                "until": sending.until.json,
            ])
        case .withheld(let survey, let rule, let person, let reason, let occasion):
            occasion.json([
                "survey": .string(survey), "rule": .string(rule.rawValue),
                "person": person.map(JSON.string), "reason": reason.map(JSON.string),
            ])
        case .answered(let answer):
            [
                "survey": .string(answer.survey), "score": .integer(Int64(answer.score)),
                "scale": .string(answer.scale.rawValue), "form_version": .string(answer.version),
                "answers": .array(answer.answers.map(\.json)), "by_link": .bool(answer.isByLink),
            ]
        case .followUpOpened(let survey, let owner, let dueAt):
            .fields([
                "survey": .string(survey), "owner": owner.map(JSON.string), "due_at": dueAt.json,
            ])
        case .reviewed(let review):
            [
                "survey": .string(review.survey), "finding": .string(review.finding),
                "action": .string(review.action), "contacted": .bool(review.hasContacted),
            ]
        case .themed(let survey, let themes):
            ["survey": .string(survey), "themes": .array(themes.map(JSON.string))]
        }
    }

    package init(kind: String, body: FactBody) throws {
        let survey = try body.text("survey")
        switch kind {
        case "case.survey_sent":
            self = .sent(
                Sending(
                    survey: survey, person: try body.text("person"), form: try body.text("form"),
                    version: try body.text("form_version"), until: try Self.time("until", body)),
                try Occasion(body))
        case "case.survey_withheld":
            let word = try body.text("rule")
            guard let rule = Rule(rawValue: word) else { throw FactProblem("“\(word)” is not a rule") }
            self = .withheld(
                survey: survey, rule: rule, person: body.optionalText("person"),
                reason: body.optionalText("reason"), try Occasion(body))
        case "case.survey_answered":
            let word = try body.text("scale")
            guard let scale = Scale(rawValue: word), let score = body.integer("score") else {
                throw FactProblem("the body has no score on a known scale")
            }
            self = .answered(
                Answer(
                    survey: survey, score: score, scale: scale, version: try body.text("form_version"),
                    answers: CaseFormFact.Answer.list("answers", body),
                    isByLink: body.bool("by_link") ?? false))
        case "case.survey_follow_up_opened":
            self = .followUpOpened(
                survey: survey, owner: body.optionalText("owner"), dueAt: try Self.time("due_at", body))
        case "case.survey_reviewed":
            self = .reviewed(
                Review(
                    survey: survey, finding: try body.text("finding"), action: try body.text("action"),
                    hasContacted: body.bool("contacted") ?? false))
        case "case.survey_themed": self = .themed(survey: survey, themes: body.texts("themes"))
        default: throw FactProblem("“\(kind)” is not a kind of survey fact")
        }
    }

    private static func time(_ key: String, _ body: FactBody) throws -> Timestamp {
        guard let moment = body.time(key) else { throw FactProblem("the body has no time “\(key)”") }
        return moment
    }
}

extension SurveyFact.Occasion {
    /// The occasion behind these members.
    fileprivate func json(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        var object = JSON.fields(members).object ?? JSONObject()
        object["resolved_at"] = resolvedAt.json
        if let owner { object["owner"] = .string(owner) }
        object["severity"] = .string(severity)
        if let tier { object["tier"] = .string(tier) }
        object["escalated"] = .bool(isEscalated)
        return .object(object)
    }

    fileprivate init(_ body: FactBody) throws {
        guard let resolvedAt = body.time("resolved_at") else {
            throw FactProblem("the body has no time “resolved_at”")
        }
        self.init(
            resolvedAt: resolvedAt, owner: body.optionalText("owner"), severity: try body.text("severity"),
            tier: body.optionalText("tier"), isEscalated: body.bool("escalated") ?? false)
    }
}
