import Domain

extension FactGoldenTests {
    /// One value a kind of the facts of reviews.
    static let qualitySamples: [any Fact] = {
        let review = QualityFact.Review(
            review: "Q1", form: "case_quality", version: "x", reviewed: "p1",
            marks: [
                FormMark(question: "notes", label: "Notes", mark: 4, weight: 2, anchor: "Nearly all."),
                FormMark(question: "tags", label: "Tags", mark: 2, weight: 1, anchor: nil),
            ], remarks: [.init(question: "kept", label: "Kept", value: "All")], comment: "c",
            isCalibration: false)
        var bare = review
        (bare.marks, bare.remarks, bare.comment, bare.isCalibration) = ([], [], nil, true)
        let facts: [QualityFact] = [
            .reviewed(review), .reviewed(bare), .answered(review: "Q1", reviewed: "p1", text: "t"),
            .withdrawn(review: "Q1", reviewed: "p1", reason: "r"),
        ]
        return facts.map { CaseFact.quality($0) }
    }()

    /// One value a kind of the facts of surveys.
    static let surveySamples: [any Fact] = {
        let moment = Timestamp(microseconds: 1_770_000_000_000_000)
        let full = SurveyFact.Occasion(
            resolvedAt: moment, owner: "p1", severity: "sev1", tier: "premium", isEscalated: true)
        let bare = SurveyFact.Occasion(
            resolvedAt: moment, owner: nil, severity: "sev3", tier: nil, isEscalated: false)
        let facts: [SurveyFact] = [
            .sent(.init(survey: "S1", person: "p2", form: "f", version: "v", until: moment), full),
            .withheld(survey: "S1", rule: .internal, person: nil, reason: nil, bare),
            .withheld(survey: "S2", rule: .byHand, person: "p2", reason: "r", full),
            .answered(
                .init(
                    survey: "S1", score: 5, scale: .two, version: "v",
                    answers: [.init(question: "score", label: "Satisfied?", value: "yes")], isByLink: true)),
            .followUpOpened(survey: "S1", owner: nil, dueAt: moment),
            .followUpOpened(survey: "S1", owner: "p1", dueAt: moment),
            .reviewed(.init(survey: "S1", finding: "f", action: "a", hasContacted: true)),
            .themed(survey: "S1", themes: ["speed"]),
        ]
        return facts.map { CaseFact.survey($0) } + [PersonFact.surveysChosen(wanted: false)]
    }()
}
