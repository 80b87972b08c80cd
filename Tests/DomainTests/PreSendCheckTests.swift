import Domain
import Testing

/// What text for customers is looked through for before it is sent.
struct PreSendCheckTests {
    private func rules() -> PreSendRules {
        func check(
            _ id: String, _ phrases: [String], unless: [String] = [], isFineWithNextStep: Bool = false,
            _ verdict: PreSendCheck.Verdict = .warn
        ) -> PreSendCheck {
            PreSendCheck(
                id: id, phrases: phrases, unless: unless, isFineWithNextStep: isFineWithNextStep,
                verdict: verdict,
                why: "It should not.")
        }
        var rules = PreSendRules()
        rules.checks = [
            check("date", ["will be fixed by"], unless: ["planned"], .block),
            check("guarantee", ["guaranteed"]), check("vague", ["looking into it"], isFineWithNextStep: true),
            check("internal", ["ENG-#", ".corp"]),
        ]
        (rules.secrets, rules.personalData) = (.block, .warn)
        return rules
    }

    private func found(_ text: String, hasNextStep: Bool = false) -> [String] {
        rules().findings(in: text, hasNextStep: hasNextStep).map { "\($0.check): \($0.words)" }
    }

    @Test("An ordinary answer says nothing that it should not")
    func ordinary() {
        #expect(
            found(
                "Hello Daniel,\n\nthe export failed at 09:12 UTC because two jobs wrote at once. Retry it now."
            ) == [])
    }

    @Test(
        "A phrase is found whatever the case of its letters, as a whole, and not beside what makes it harmless"
    )
    func phrases() {
        #expect(found("It WILL BE FIXED by Friday.") == ["date: will be fixed by"])
        #expect(found("It is planned that it will be fixed by Friday.") == [])
        #expect(found("It is planned. It will be fixed by Friday.") == ["date: will be fixed by"])
        #expect(found("This is unguaranteed.") == [])
    }

    @Test("A vague word is harmless where the reader knows what comes next")
    func vague() {
        #expect(found("We are looking into it.") == ["vague: looking into it"])
        #expect(found("We are looking into it.", hasNextStep: true) == [])
        for text in [
            "We are looking into it and write at 14:30.", "We are looking into it. Did it work on Sunday?",
            "We are looking into it until tomorrow.", "We are looking into it. More on 2026-11-24.",
        ] { #expect(found(text) == [], "\(text)") }
    }

    @Test("Names that only colleagues know are found with their numbers and endings")
    func internalNames() {
        #expect(found("See ENG-4711 for details") == ["internal: ENG-4711"])
        #expect(found("The engine ENG-line is fine") == [])
        #expect(found("Call db1.pay.corp. It answers") == ["internal: db1.pay.corp"])
        #expect(found("The .corp ending") == [])
    }

    @Test("Secrets and numbers of cards are found by their shape and never repeated")
    func secrets() {
        let key = "AKIA" + "IOSFODNN7EXAMPLE"
        let text = "Use \(key) and the card 4111 1111 1111 1111."
        #expect(found(text) == ["secrets: a cloud key", "personal_data: a card number"])
        let findings = rules().findings(in: text, hasNextStep: false)
        #expect(findings.map(\.isBlocking) == [true, false])
        #expect(findings.allSatisfy { !$0.why.contains(key) && !$0.words.contains("4111") })
        var silent = rules()
        (silent.secrets, silent.personalData) = (nil, nil)
        #expect(silent.findings(in: text, hasNextStep: false).isEmpty)
    }

    @Test("Each check is told once, in the order of policy")
    func once() {
        #expect(
            found("It is guaranteed. Guaranteed! ENG-1 and ENG-2; it will be fixed by May.") == [
                "date: will be fixed by", "guarantee: guaranteed", "internal: ENG-1",
            ])
    }
}
