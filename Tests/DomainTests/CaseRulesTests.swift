import Domain
import Testing

/// The rules of one case, without a database.
struct CaseRulesTests {
    private let policy = TestPolicy.make()
    private let start = Timestamp(microseconds: 1_772_442_000_000_000)

    private func fact(_ body: CaseFact, _ version: Int, after seconds: Int64 = 0) -> Recorded<CaseFact> {
        let moment = start.adding(seconds: seconds)
        return Recorded(
            sequence: Int64(version), subject: SupportCase.ref("c1"), version: Version(version), actor: "p1",
            occurredAt: moment, recordedAt: moment, body: body)
    }

    /// A case of a customer after these facts, one a minute.
    private func found(_ bodies: CaseFact...) throws -> SupportCase {
        let opening = CaseFact.opened(
            .init(
                number: "TL-1", subject: "Payments fail", symptom: "Since nine.", requester: "p9",
                organisation: "o1", channel: "portal", requestType: "incident", severity: "sev2",
                status: "new"))
        let facts = ([opening] + bodies).enumerated().map {
            fact($0.element, $0.offset + 1, after: Int64($0.offset) * 60)
        }
        return try #require(SupportCase.replaying(facts))
    }

    private func person(_ id: String = "p2", roles: [String] = ["engineer"], isActive: Bool = true) -> Person
    {
        Person(
            id: ID(id), version: Version(1), name: "Marta", email: "m@x.example", roles: roles,
            organisation: nil,
            isActive: isActive, usesShortcuts: true, origin: nil, addedAt: start)
    }

    private let owned = CaseFact.ownerChanged(owner: "p2", reason: nil)
    private let resolved = CaseFact.resolved(
        .init(status: "resolved", narrative: "Done.", customerSummary: nil, verdict: "one", rootCause: nil))

    private func refusal(_ body: () throws -> [CaseFact]) -> Refusal? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? Refusal
        }
    }

    @Test("A case is given to active staff, once")
    func assign() throws {
        let new = try found()
        #expect(
            try new.assigned(to: person(), reason: "r", policy: policy) == [
                .ownerChanged(owner: "p2", reason: "r")
            ])
        #expect(try found(owned).assigned(to: person(), reason: nil, policy: policy) == [])
        #expect(
            refusal { try new.assigned(to: person(isActive: false), reason: nil, policy: policy) }?.code
                == "inactive")
        #expect(
            refusal { try new.assigned(to: person(roles: ["customer"]), reason: nil, policy: policy) }?.code
                == "not_staff")
        let closed = try found(owned, resolved, .closed(status: "closed"))
        #expect(
            refusal { try closed.assigned(to: person("p3"), reason: nil, policy: policy) }?.code
                == "case_closed")
    }

    @Test("A status follows only where policy lets it, and the refusal lists what may follow")
    func transitions() throws {
        let working = try found(owned, .statusChanged(status: "working", phase: .open, reason: nil))
        #expect(
            try working.moved(to: "mitigated", reason: "r", policy: policy)
                == [.statusChanged(status: "mitigated", phase: .mitigated, reason: "r")])
        #expect(try working.moved(to: "working", reason: nil, policy: policy) == [])
        let no = refusal { try working.moved(to: "new", reason: nil, policy: policy) }
        #expect(no?.code == "transition_not_allowed")
        #expect(no?.message.contains("Allowed: WAITING, MITIGATED, RESOLVED") == true)
        #expect(
            refusal { try working.moved(to: "gone", reason: nil, policy: policy) }?.code == "unknown_choice")
        #expect(
            refusal { try working.moved(to: "resolved", reason: nil, policy: policy) }?.code
                == "resolve_instead")
        let done = try found(owned, resolved)
        #expect(
            refusal { try done.moved(to: "closed", reason: nil, policy: policy) }?.code == "close_instead")
        #expect(
            refusal { try done.moved(to: "reopened", reason: nil, policy: policy) }?.code == "reopen_instead")
    }

    @Test("Nothing but a new case may be without an owner")
    func ownerIsNeeded() throws {
        #expect(refusal { try found().moved(to: "working", reason: nil, policy: policy) }?.code == "no_owner")
        #expect(try found(owned).moved(to: "working", reason: nil, policy: policy).count == 1)
    }

    @Test("A case whose status policy no longer knows can be moved anywhere that policy knows")
    func oldStatus() throws {
        let old = try found(owned, .statusChanged(status: "ancient", phase: .open, reason: nil))
        #expect(try old.moved(to: "working", reason: nil, policy: policy).count == 1)
    }

    @Test("Resolving lists everything that is missing, each with its field")
    func resolveListsAll() throws {
        let no = refusal {
            try found().resolved(
                narrative: " \n", customerSummary: nil, verdict: "", rootCause: nil, policy: policy)
        }
        #expect(
            no?.problems.map(\.field) == [
                "owner", "narrative", "verdict", "root_cause", "component", "problem_statement",
            ])
        #expect(no?.problems.allSatisfy { $0.code == "needed_to_resolve" && !$0.message.isEmpty } == true)
        let ready = try found(
            owned, .classified(field: .component, value: "one"), .classified(field: .rootCause, value: "one"),
            .problemStated(text: "It."))
        let facts = try ready.resolved(
            narrative: "Done.", customerSummary: "Works.", verdict: "two", rootCause: nil, policy: policy)
        #expect(
            facts == [
                .resolved(
                    .init(
                        status: "resolved", narrative: "Done.", customerSummary: "Works.", verdict: "two",
                        rootCause: nil))
            ])
        let lax = TestPolicy.make("resolution_requires", .list([]))
        #expect(
            try found(owned).resolved(
                narrative: "", customerSummary: nil, verdict: "", rootCause: nil, policy: lax
            ).count
                == 1)
    }

    @Test("A resolved case is not resolved again, and not from where policy has no way")
    func resolveOnce() throws {
        func resolve(_ this: SupportCase) -> String? {
            refusal {
                try this.resolved(
                    narrative: "n", customerSummary: nil, verdict: "one", rootCause: "one", policy: policy)
            }?.code
        }
        #expect(resolve(try found(owned, resolved)) == "already_resolved")
        #expect(resolve(try found(owned, resolved, .closed(status: "closed"))) == "already_resolved")
    }

    @Test("What a resolution says stands on the case")
    func resolvedState() throws {
        let done = try found(owned, resolved)
        #expect(
            done.status == "resolved" && done.narrative == "Done." && done.classification[.verdict] == "one")
        #expect(done.resolvedAt == start.adding(seconds: 120) && done.unansweredSince == nil)
        let back = try found(owned, resolved, .reopened(status: "reopened", reason: "r"))
        #expect(back.resolvedAt == nil && back.reopenCount == 1 && back.status == "reopened")
        #expect(back.statusSince == start.adding(seconds: 180))
    }

    @Test("Only a resolved case is closed; closing twice changes nothing")
    func closing() throws {
        #expect(refusal { try found(owned).closing(policy: policy) }?.code == "not_resolved")
        #expect(try found(owned, resolved).closing(policy: policy) == [.closed(status: "closed")])
        #expect(try found(owned, resolved, .closed(status: "closed")).closing(policy: policy) == [])
    }

    @Test("A case comes back as itself within the window of policy, to the second")
    func reopening() throws {
        let done = try found(owned, resolved)
        let end = start.adding(seconds: 120 + 14 * 86_400)
        #expect(
            try done.reopened(reason: "r", at: end, policy: policy) == [
                .reopened(status: "reopened", reason: "r")
            ])
        let late = refusal { try done.reopened(reason: "r", at: end.adding(seconds: 1), policy: policy) }
        #expect(late?.code == "reopen_window_over" && late?.message.contains("14 days") == true)
        let closed = try found(owned, resolved, .closed(status: "closed"))
        #expect(
            try closed.reopened(reason: "r", at: end, policy: policy).count == 1,
            "the window counts from resolving")
        #expect(
            refusal { try found(owned).reopened(reason: "r", at: start, policy: policy) }?.code
                == "not_resolved")
    }

    @Test("A customer's reply takes a waiting case back to work")
    func replyReturns() throws {
        let waiting = try found(owned, .statusChanged(status: "waiting", phase: .waiting, reason: nil))
        let facts = try waiting.replied("Here.", byCustomer: true, at: start, policy: policy)
        #expect(
            facts == [
                .replied(text: "Here.", fromCustomer: true),
                .statusChanged(status: "working", phase: .open, reason: "The customer replied."),
            ])
        #expect(
            try waiting.replied("Well?", byCustomer: false, at: start, policy: policy)
                == [.replied(text: "Well?", fromCustomer: false)], "our own reply moves nothing")
        #expect(try found(owned).replied("Hi", byCustomer: true, at: start, policy: policy).count == 1)
    }

    @Test("A customer's reply reopens a resolved or closed case within the window, and is refused after it")
    func replyReopens() throws {
        for this in [try found(owned, resolved), try found(owned, resolved, .closed(status: "closed"))] {
            let facts = try this.replied(
                "Still broken.", byCustomer: true, at: start.adding(seconds: 300), policy: policy)
            #expect(
                facts == [
                    .replied(text: "Still broken.", fromCustomer: true),
                    .reopened(status: "reopened", reason: "The customer replied."),
                ])
            let late = refusal {
                try this.replied(
                    "Hello?", byCustomer: true, at: start.adding(seconds: 100 * 86_400), policy: policy)
            }
            #expect(late?.code == "reopen_window_over" && late?.message.contains("TL-1") == true)
        }
    }

    @Test("Nobody writes to the customer on a closed case")
    func replyToClosed() throws {
        let closed = try found(owned, resolved, .closed(status: "closed"))
        #expect(
            refusal { try closed.replied("Hi", byCustomer: false, at: start, policy: policy) }?.code
                == "case_closed")
    }

    @Test("A case waits for an answer from the customer's words until ours")
    func unanswered() throws {
        #expect(try found().unansweredSince == start)
        let answered = try found(.replied(text: "Hi", fromCustomer: false))
        #expect(answered.unansweredSince == nil && answered.firstReplyAt == start.adding(seconds: 60))
        let again = try found(
            .replied(text: "a", fromCustomer: false), .replied(text: "b", fromCustomer: true),
            .replied(text: "c", fromCustomer: true))
        #expect(again.unansweredSince == start.adding(seconds: 120), "since the first word without an answer")
        #expect(again.firstReplyAt == start.adding(seconds: 60))
    }

    @Test("The reporter's words stay whatever is edited")
    func symptomStays() throws {
        let edited = try found(.retitled(subject: "Other"), .problemStated(text: "Mine"), .noted(text: "n"))
        #expect(
            edited.symptom == "Since nine." && edited.subject == "Other" && edited.problemStatement == "Mine")
        #expect(try found(.problemStated(text: "Mine"), .problemStated(text: nil)).problemStatement == nil)
    }

    @Test("The same severity again is no change")
    func severity() throws {
        #expect(try found().withSeverity("sev2", reason: "r") == [])
        #expect(
            try found().withSeverity("sev1", reason: "r") == [.severityChanged(severity: "sev1", reason: "r")]
        )
    }

    @Test("An entry about an earlier time does not move the case back")
    func earlierEntries() throws {
        var this = try found(owned)
        let before = this.updatedAt
        this.apply(fact(.noted(text: "Yesterday"), 3, after: -86_400))
        #expect(this.updatedAt == before && this.version == Version(3))
    }
}

struct InternalQuoteTests {
    private let note = "Their finance system is a mess, and nobody there knows how it works."

    @Test(
        "So many words in a row of a note are found, whatever their case, marks and lines",
        arguments: [
            "As we said: their finance system is a mess!", "THEIR FINANCE SYSTEM\nIS A",
            "…their, finance; system-is a…",
            "nobody there knows how it works",
        ])
    func quotes(_ text: String) {
        #expect(InternalQuote.found(in: text, from: ["Other.", note], words: 5) != nil)
    }

    @Test(
        "Fewer words, other words or the same ones in another order are nobody's business",
        arguments: [
            "", "their finance system is", "is a mess their finance system",
            "Hello, it works again. Thank you.",
        ])
    func innocent(_ text: String) { #expect(InternalQuote.found(in: text, from: [note], words: 5) == nil) }

    @Test("The words that were found are told, and no note means no quote")
    func tells() {
        #expect(
            InternalQuote.found(in: "So a mess, and nobody there – yes", from: [note], words: 5)
                == "a mess and nobody there")
        #expect(InternalQuote.found(in: note, from: [], words: 5) == nil)
        #expect(InternalQuote.found(in: note, from: ["Too short a note"], words: 5) == nil)
    }

    @Test("Long texts take no longer than they are")
    func longTexts() {
        let long = (0..<50_000).map { "w\($0)" }.joined(separator: " ")
        #expect(InternalQuote.found(in: long, from: [note], words: 8) == nil)
        #expect(InternalQuote.found(in: long + " " + note, from: [note], words: 8) != nil)
    }
}

struct AccountRulesTests {
    private let policy = TestPolicy.make()

    @Test(
        "An address is trimmed and small",
        arguments: [" Ana@Halden.Example ", "ANA@HALDEN.EXAMPLE", "ana@halden.example"])
    func addresses(_ text: String) throws { #expect(try AccountRules.email(text) == "ana@halden.example") }

    @Test(
        "What cannot be an address names its field",
        arguments: [
            "", "ana", "@halden.example", "ana@", "ana@halden", "ana@.example", "ana@example.",
            "a@b@c.example",
            "ana berg@x.example", "ana\u{202E}@x.example", "ana@x.example\u{7f}", "a\nb@x.example",
            String(repeating: "a", count: 250) + "@x.example",
        ])
    func noAddress(_ text: String) {
        let refusal = #expect(throws: Refusal.self) { try AccountRules.email(text, field: "mail") }
        #expect(refusal?.problems.first?.field == "mail" && refusal?.code == "not_an_address")
    }

    @Test("A password is long and not among the first that anybody tries")
    func passwords() throws {
        try AccountRules.password("a quiet sentence 7", policy: policy.signIn, person: "Ana")
        for (text, code) in [
            ("short", "too_short"), ("12345678901", "too_short"), ("administrator", "too_common"),
            ("PASSWORD1234", "too_common"), ("qwertyqwertyqwerty", nil), ("aaaaaaaaaaaaaa", "too_common"),
            ("abababababab", "too_common"), ("i am ana berg, hello", "too_common"),
        ] {
            let refusal: Refusal? =
                if let code {
                    #expect(throws: Refusal.self) {
                        try AccountRules.password(text, policy: policy.signIn, person: "Ana Berg")
                    }.map { $0.code == code ? $0 : Refusal(.invalid, "other", $0.code) }
                } else { nil }
            if code != nil { #expect(refusal?.code == code, "\(text)") }
        }
    }

    @Test("Roles are policy's, at least one, and a customer is never staff")
    func roles() throws {
        try AccountRules.roles(["engineer", "lead"], organisation: nil, policy: policy)
        try AccountRules.roles(["customer"], organisation: "o1", policy: policy)
        let wrong: [([String], ID<Organisation>?, String)] = [
            ([], nil, "missing"), (["wizard"], nil, "unknown_choice"),
            (["customer", "lead"], "o1", "customer_and_staff"),
            (["customer"], nil, "missing"), (["lead"], "o1", "staff_in_organisation"),
        ]
        for (roles, organisation, code) in wrong {
            let refusal = #expect(throws: Refusal.self) {
                try AccountRules.roles(roles, organisation: organisation, policy: policy)
            }
            #expect(refusal?.code == code)
        }
    }
}

struct NumberTextTests {
    @Test(
        "Numbers are grouped by three",
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (6412, "6,412"), (1_234_567, "1,234,567"),
            (-1000, "-1,000"), (-999, "-999"), (Int.max, "9,223,372,036,854,775,807"),
            (Int.min, "-9,223,372,036,854,775,808"),
        ])
    func grouping(_ number: Int, _ text: String) { #expect(grouped(number) == text) }

    @Test(
        "Decimals have at most three places and none that say nothing",
        arguments: [
            (0, "0"), (0.3, "0.3"), (12, "12"), (12.5, "12.5"), (0.0004, "0"), (0.0006, "0.001"),
            (99.9999, "100"),
            (1234.5678, "1,234.568"), (-0.25, "-0.25"), (-1.5, "-1.5"), (-0.0001, "0"),
            (1e15, "1,000,000,000,000,000"), (1e300, "1e+300"),
        ] as [(Double, String)])
    func decimals(_ number: Double, _ text: String) { #expect(decimal(number) == text) }

    @Test("Impact speaks in words, one fact after the other")
    func impact() {
        let policy = TestPolicy.make()
        var impact = Impact()
        #expect(impact.isEmpty && impact.words(policy).isEmpty)
        (impact.sharePercent, impact.shareOf, impact.users, impact.hasWorkaround) = (
            0.3, "card payments", 6412, false
        )
        #expect(
            impact.words(policy).map { "\($0.label): \($0.value)" } == [
                "Share of card payments: 0.3 %", "Users: 6,412", "Way around: None",
            ])
        #expect(!impact.isEmpty)
    }
}
