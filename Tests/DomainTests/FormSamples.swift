import Domain

extension FactGoldenTests {
    /// One value a kind of the forms' facts.
    static let formSamples: [any Fact] = {
        let filling = CaseFormFact.Filling(
            form: "intake", version: "1a2b3c",
            answers: [
                .init(question: "region", label: "In which region?", value: "eu-north"),
                .init(question: "steps", label: "Which steps lead to it?", value: nil),
            ], shown: ["region", "steps"])
        let facts: [CaseFormFact] = [
            .answered(filling), .customerAnswered(filling),
            .answered(.init(form: "closure", version: "x", answers: [], shown: [])),
            .answered(.init(form: "intake", version: "x", answers: [], shown: [], isShared: true)),
            .customerAsked([.init(question: "region", label: "In which region?")]),
            .exceptionSigned(
                gate: .handOff, missing: [.init(question: "region", label: "In which region?")],
                reason: "Sev1 at night."),
        ]
        return facts.map { CaseFact.form($0) }
    }()
}
