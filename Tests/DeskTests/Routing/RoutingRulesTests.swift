import Domain
import TestSupport
import Testing

@testable import Desk

/// Rules and decisions as pure values.
@Suite("Routing rules")
struct RoutingRulesTests {
    /// Monday, 9:00 UTC: the day team works.
    private let now = TestDesk.start

    private func person(
        _ name: String, load: Int = 0, inHand: Int = 0, awayUntil: Timestamp? = nil, seenAt: Timestamp? = nil,
        worksHere: Bool = true, mayKnow: Bool = true
    ) -> RoutingPerson {
        RoutingPerson(
            id: ID(name), email: "\(name)@cast.example", name: name, worksHere: worksHere,
            awayUntil: awayUntil, seenAt: seenAt, load: load, inHand: inHand, mayKnow: mayKnow)
    }

    private func billing(_ key: String = "c1") -> RoutedCase {
        RoutedCase(
            key: key, text: "The capture is refused since this morning",
            values: [.components: ["billing"], .severities: ["sev3"]])
    }

    private func decide(
        _ this: RoutedCase, _ people: [RoutingPerson], at moment: Timestamp? = nil,
        _ policy: Policy? = nil
    ) throws -> RoutingDecision {
        RoutingDecision(
            of: this, people: people, policy: try policy ?? RoutingDesk.policy(), now: moment ?? now)
    }

    @Test(
        "ROUTE-02: The first rule of which every condition holds counts, and each other one says which condition failed"
    )
    func rules() throws {
        let policy = try RoutingDesk.policy()
        let cases: [(RoutedCase, String)] = [
            (RoutedCase(key: "1", text: "請求書のPDFで文字が四角になる"), "japanese"),
            (RoutedCase(key: "2", text: "Captures say signature_mismatch now and then"), "signature"),
            (
                RoutedCase(
                    key: "3", text: "All down",
                    values: [.accounts: ["halden travel"], .severities: ["sev1"], .components: ["billing"]]),
                "pod"
            ),
            (billing(), "billing"),
            (RoutedCase(key: "5", text: "Every ticket kiosk is dark"), "kiosks"),
            (RoutedCase(key: "6", text: "Every ticket-kiosks page is dark"), "rest"),
        ]
        for (this, rule) in cases {
            #expect(try decide(this, []).rule?.id == rule, "\(this.text)")
            #expect(RoutingDecision.rule(for: this, in: policy.routing)?.id == rule)
        }
        let trials = try decide(billing(), []).trials
        #expect(trials.map(\.counts) == [false, false, false, true, false, false])
        #expect(trials.map(\.isPassedOver) == [false, false, false, false, true, true])
        #expect(
            trials.prefix(3).map { $0.failures.map { $0.words(policy) } } == [
                ["Language is en, not ja"],
                ["no error signature “SIGNATURE_MISMATCH” in the reporter’s words"],
                ["Severity is Sev3, not Sev1", "Customer is not known; asked for halden travel"],
            ])
    }

    @Test(
        "Somebody off shift, away, gone, without the skill, at their limit or who may not know is never chosen"
    )
    func hindrances() throws {
        let soon = now.adding(seconds: 3600)
        let blocked: [(RoutingPerson, String)] = [
            (person("marta", awayUntil: soon), "away"), (person("marta", worksHere: false), "left"),
            (person("marta", inHand: 8), "at_limit"), (person("marta", mayKnow: false), "may_not_know"),
        ]
        for (marta, reason) in blocked {
            let decision = try decide(billing(), [marta, person("jonas"), person("ines")])
            #expect(decision.person == nil, "\(reason)")
            let found = Dictionary(
                decision.candidates.map { ($0.email, $0.hindrances.map(\.name)) }
            ) { first, _ in first }
            #expect(found["marta@cast.example"] == [reason])
            #expect(found["jonas@cast.example"] == ["lacks_skill"])
            #expect(found["ines@cast.example"] == ["off_shift"], "the night team works from five")
            #expect(
                decision.summary(try RoutingDesk.policy()) { $0.rfc3339 }.contains("Nobody can take it now"))
        }
        let gone = try decide(billing(), [person("jonas")])
        #expect(gone.candidates.first { $0.email == "marta@cast.example" }?.hindrances == [.unknown])
        let past = try decide(billing(), [person("marta", awayUntil: now)])
        #expect(past.person?.name == "marta", "who was away until now is back")
    }

    @Test("ROUTE-11: Whoever a rule names comes first, then the team of the queue, then the queues that help")
    func fallback() throws {
        let this = RoutedCase(
            key: "c", text: "", values: [.accounts: ["halden travel"], .severities: ["sev1"]])
        let all = [person("marta"), person("jonas", load: 900), person("ines")]
        let named = try decide(this, all)
        #expect(named.person?.name == "jonas", "named, though the others have nothing to do")
        #expect(named.candidates.map(\.email).first == "jonas@cast.example")
        let without = try decide(this, [person("marta"), person("jonas", inHand: 8), person("ines")])
        #expect(without.person?.name == "marta", "the team of the queue")
        let night = now.adding(seconds: 9 * 3600)
        let late = try decide(this, all, at: night)
        #expect(late.person?.name == "ines", "the queue that helps, once the day is over")
        #expect(
            late.candidates.first(where: \.isChosen)?.source == .fallback(queue: "Nights", team: "Night team")
        )
    }

    @Test(
        "ROUTE-05: The least load gets the case, then whoever is here, then chance that differs from case to case"
    )
    func fairness() throws {
        let general = RoutedCase(key: "c", text: "")
        #expect(
            try decide(general, [person("marta", load: 400), person("jonas", load: 350)]).person?.name
                == "jonas")
        let here = now.adding(seconds: -20)
        #expect(
            try decide(general, [person("marta"), person("jonas", seenAt: here)]).person?.name == "jonas")
        #expect(
            try decide(general, [person("marta", seenAt: here), person("jonas")]).person?.name == "marta")
        var counts: [String: Int] = [:]
        for number in 0..<400 {
            let this = RoutedCase(key: "case-\(number)", text: "")
            let name = try #require(try decide(this, [person("marta"), person("jonas")]).person?.name)
            #expect(try decide(this, [person("jonas"), person("marta")]).person?.name == name, "stable")
            counts[name, default: 0] += 1
        }
        #expect(counts.values.allSatisfy { (140...260).contains($0) }, "\(counts)")
        let rules = try RoutingDesk.policy().routing
        #expect(rules.weight(severity: "sev1", effort: nil, phase: .open) == 400)
        #expect(rules.weight(severity: "sev1", effort: "small", phase: .open) == 200)
        #expect(rules.weight(severity: "sev1", effort: "large", phase: .waiting) == 200)
        #expect(rules.weight(severity: "sev4", effort: nil, phase: .open) == 100)
        #expect(loadWords(750) == "7.5")
    }

    @Test(
        "ROUTE-01: A queue is for any mix of tier, part of the product, group of customers and specialism; a tier above helps the one below"
    )
    func queues() throws {
        let text = """
            routing:
              skills: [{id: data, name: Data}]
              teams:
                - {id: first, name: First line, members: [{person: lea@cast.example}]}
                - {id: second, name: Second line, members: [{person: marta@cast.example, skills: [data]}]}
              queues:
                - {id: key_payments, name: Payments of key customers, team: second}
                - {id: data, name: Data, team: second}
                - {id: second, name: Second line, team: second}
                - {id: first, name: First line, team: first, fallback: second}
              rules:
                - {id: key, name: Key, tiers: [enterprise], accounts: [Halden Travel, Orrin Foods], product_areas: [payments], queue: key_payments}
                - {id: data, name: Data, categories: [data], components: [data, api], queue: data, skills: [data]}
                - {id: grave, name: Grave, severities: [sev1], queue: second}
                - {id: rest, name: All others, queue: first}
            """
        let policy = try PolicyDocument.read(Policy.defaultDocument + "\n" + text + "\n").get()
        let people = [person("lea"), person("marta")]
        func went(_ values: [RoutingRules.Dimension: Set<String>], lea: Int = 0) throws -> [String?] {
            let all = [person("lea", inHand: lea), people[1]]
            let decision = try decide(RoutedCase(key: "c", text: "", values: values), all, policy)
            return [decision.queue?.id, decision.person?.name]
        }
        let key: [RoutingRules.Dimension: Set<String>] = [
            .tiers: ["enterprise"], .accounts: ["orrin foods"], .productAreas: ["payments"],
        ]
        #expect(try went(key) == ["key_payments", "marta"])
        #expect(try went(key.merging([.tiers: ["standard"]]) { $1 }) == ["first", "lea"])
        #expect(try went([.categories: ["data"], .components: ["api"]]) == ["data", "marta"])
        #expect(try went([.categories: ["data"], .components: ["web"]]) == ["first", "lea"])
        #expect(try went([.severities: ["sev1"]]) == ["second", "marta"])
        #expect(try went([.severities: ["sev3"]], lea: 8) == ["first", "marta"], "the tier above helps")
    }

    @Test("A language of a rule is spoken by whoever gets its cases")
    func languages() throws {
        let this = RoutedCase(key: "c", text: "日本語の宿泊者名が四角になります")
        let decision = try decide(this, [person("marta", load: 900), person("jonas")])
        #expect(decision.rule?.id == "japanese" && decision.person?.name == "marta")
        let texts = [
            ("The export is empty since this morning and we do not know why", "en"),
            ("Der Export ist seit heute leer und wir wissen nicht warum", "de"),
            ("L’export est vide depuis ce matin et nous ne savons pas pourquoi", "fr"),
            ("Экспорт пуст с утра", "ru"), ("내보내기가 비어 있습니다", "ko"),
        ]
        for (text, language) in texts { #expect(TextLanguage.of(text) == language, "\(text)") }
        for text in ["", "422", "ERROR pay-2C77 504 /hooks/orders"] { #expect(TextLanguage.of(text) == nil) }
    }

    // MARK: Bad input

    private func mistake(
        _ from: String, _ to: String, people: Set<String>? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let document = RoutingDesk.document((from, to))
        let found = Policy.routingMistakes(document, people: people)
        #expect(found.count == 1, "\(found)", sourceLocation: sourceLocation)
        let text = try #require(found.first, sourceLocation: sourceLocation)
        let line = try #require(Int(text.drop { !$0.isNumber }.prefix { $0.isNumber }))
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
        return "\(String(lines[line - 1]).trimmingWhitespace) | \(text)"
    }

    @Test("What a policy says wrongly of teams, queues and rules is refused at its line, in words")
    func mistakes() throws {
        #expect(Policy.routingMistakes(RoutingDesk.document()) == [])
        let people: Set<String> = ["marta@cast.example", "jonas@cast.example", "ines@cast.example"]
        #expect(Policy.routingMistakes(RoutingDesk.document(), people: people) == [])
        let wrong: [(String, String, String, String)] = [
            (
                "fallback: nights}", "fallback: night}", "id: payments",
                "“night” is not a queue; did you mean “nights”?"
            ),
            ("team: night}", "team: nights}", "id: nights", "“nights” is not a team; did you mean “night”?"),
            (
                "{id: nights, name: Nights, team: night}",
                "{id: nights, name: Nights, team: night, fallback: payments}", "id: payments",
                "in a circle: payments → nights → payments"
            ),
            (
                "components: [billing]", "components: [biling]", "id: billing",
                "“biling” is not in components; did you mean “billing”?"
            ),
            (
                "calendar: night\n", "calendar: nigt\n", "calendar: nigt",
                "“nigt” is not a calendar; did you mean “night”?"
            ),
            (
                "{person: ines@cast.example, skills: [payments]}",
                "{person: ines@cast.example, skills: [payment]}", "ines",
                "“payment” is not in routing.skills; did you mean “payments”?"
            ),
            (
                "\n    - {id: rest, name: All others, queue: general}", "", "id: kiosks",
                "end with a rule without conditions"
            ),
            (
                "{id: kiosks,", "{id: early, name: All, queue: general}\n    - {id: kiosks,", "id: kiosks",
                "can never count: the rule “early” on line"
            ),
            (
                "components: [billing], queue: payments, skills: [payments]}",
                "components: [billing], queue: general, skills: [payments], languages: [fr]}", "id: billing",
                "nobody who could take its cases speaks “fr”"
            ),
            ("assign: push", "assign: shove", "assign: shove", "“shove” is not one of push, pull"),
            ("words: [ticket kiosk]", "words: []", "id: kiosks", "must name at least one"),
        ]
        for (from, to, line, message) in wrong {
            let found = Policy.routingMistakes(RoutingDesk.document((from, to)))
            let match = found.first { $0.contains(message) }
            #expect(match != nil, "\(to): \(found)")
            guard let match, let number = Int(match.drop { !$0.isNumber }.prefix { $0.isNumber }) else {
                continue
            }
            let lines = RoutingDesk.document((from, to)).split(
                separator: "\n", omittingEmptySubsequences: false)
            #expect(lines[number - 1].contains(line), "\(match): \(lines[number - 1])")
        }
        let unknown = try mistake("person: jonas@cast.example", "person: jonass@cast.example", people: people)
        #expect(unknown.hasPrefix("- {person: jonass@cast.example"))
        #expect(
            unknown.contains(
                "nobody has an account with the address “jonass@cast.example”; did you mean “jonas@cast.example”?"
            ))
    }

    // MARK: Triage

    @Test(
        "CASE-13 part: The recorded impact proposes how far and how soon, with its reasons, and the matrix the severity"
    )
    func matrix() throws {
        let matrix = try RoutingDesk.policy().triage
        var impact = Impact()
        #expect(matrix.proposal(for: impact).impact == nil && matrix.proposal(for: impact).urgency == nil)
        (impact.users, impact.hasWorkaround) = (6412, false)
        let proposal = matrix.proposal(for: impact)
        #expect(
            proposal.impact?.id == "everybody" && proposal.impactReasons == ["6,412 people, from 1,000 on"])
        #expect(proposal.urgency?.id == "now" && proposal.urgencyReasons == ["there is no way around"])
        #expect(matrix.severity(impact: "everybody", urgency: "now") == "sev1")
        #expect(matrix.severity(impact: "one", urgency: "later") == "sev4")
        #expect(matrix.severity(impact: "one", urgency: "yesterday") == nil)
        let wrong = Policy.routingMistakes(
            Policy.defaultDocument.replacing("some: [sev3, sev3, sev4]", with: "some: [sev3, sev9]"))
        #expect(wrong.count == 2 && wrong.joined().contains("“sev9” is not a severity"), "\(wrong)")
        #expect(wrong.joined().contains("a severity for each of the 3 urgencies"))
    }
}
