import Domain
import Testing

/// How the work on a case is arranged, by the replay of its facts.
struct CoordinationTests {
    private static let start = Timestamp(microseconds: 1_772_442_000_000_000)

    private func at(_ minutes: Int64) -> Timestamp { Self.start.adding(seconds: minutes * 60) }

    private func replay(_ facts: [(Int64, CaseFact)]) -> Coordination {
        Coordination(
            facts.enumerated().map { index, pair in
                Recorded(
                    sequence: Int64(index), subject: SupportCase.ref("c"), version: Version(index + 1),
                    actor: "p1", occurredAt: at(pair.0), recordedAt: at(pair.0), body: pair.1)
            })
    }

    private let reply = CaseFact.replied(text: "Hello", fromCustomer: false)

    @Test("A promise is kept by a reply in time, missed by one too late, and by none")
    func promises() {
        let promise = CaseFact.coordination(.updatePromised(at: at(60)))
        #expect(replay([(0, promise)]).promises[0].standing(at: at(59)) == .open)
        #expect(replay([(0, promise)]).promises[0].standing(at: at(61)) == .missed)
        #expect(replay([(0, promise), (60, reply)]).promises[0].standing(at: at(99)) == .kept)
        #expect(replay([(0, promise), (61, reply)]).promises[0].standing(at: at(99)) == .missed)
    }

    @Test("The customer's own words keep no promise, and a reply before it does not either")
    func whatKeepsNoPromise() {
        let promise = CaseFact.coordination(.updatePromised(at: at(60)))
        let customer = CaseFact.replied(text: "Any news?", fromCustomer: true)
        #expect(replay([(0, promise), (30, customer)]).promises[0].standing(at: at(61)) == .missed)
        #expect(replay([(0, reply), (0, promise)]).promises[0].standing(at: at(30)) == .open)
    }

    @Test("A new promise replaces the one before it in time, and cannot save one that was missed")
    func replacedPromises() {
        let first = CaseFact.coordination(.updatePromised(at: at(60)))
        let second = CaseFact.coordination(.updatePromised(at: at(120)))
        let inTime = replay([(0, first), (30, second)])
        #expect(inTime.promises.map { $0.standing(at: at(90)) } == [.replaced, .open])
        let late = replay([(0, first), (70, second)])
        #expect(late.promises.map { $0.standing(at: at(90)) } == [.missed, .open])
    }

    @Test("What a case waits for goes with the state that waits")
    func blocks() {
        let wait = CaseFact.statusChanged(status: "w", phase: .waiting, reason: nil)
        let vendor = CaseFact.coordination(.blocked(by: "vendor", detail: nil))
        #expect(replay([(0, wait), (0, vendor)]).block?.by == "vendor")
        #expect(replay([(0, wait), (0, vendor), (5, wait)]).block?.by == "vendor")
        let work = CaseFact.statusChanged(status: "o", phase: .open, reason: nil)
        #expect(replay([(0, wait), (0, vendor), (5, work)]).block == nil)
    }

    @Test("The same reason said again does not begin anew")
    func sameBlock() {
        let vendor = CaseFact.coordination(.blocked(by: "vendor", detail: "Ticket 1"))
        let more = CaseFact.coordination(.blocked(by: "vendor", detail: "Ticket 2"))
        let block = replay([(0, vendor), (9, more)]).block
        #expect(block?.since == at(0) && block?.detail == "Ticket 2")
    }

    @Test("A coordinator who leaves coordinates no more")
    func coordinatorLeaves() {
        let facts: [(Int64, CaseFact)] = [
            (0, .coordination(.specialistAdded(person: "a", contribution: "Traces"))),
            (0, .coordination(.coordinatorNamed(person: "a"))),
            (1, .coordination(.specialistAdded(person: "b", contribution: "Keys"))),
        ]
        #expect(replay(facts).coordinator == "a" && replay(facts).specialists.count == 2)
        let left = replay(facts + [(2, .coordination(.specialistLeft(person: "a", reason: nil)))])
        #expect(left.coordinator == nil && left.specialists.map(\.person) == ["b"])
    }

    @Test("Another severity without a confirmation takes the confirmation away")
    func confirmations() {
        let confirmed = CaseFact.coordination(.severityConfirmed(severity: "sev1", reason: nil))
        #expect(replay([(0, confirmed)]).confirmed?.severity == "sev1")
        let changed = CaseFact.severityChanged(severity: "sev3", reason: "r")
        #expect(replay([(0, confirmed), (1, changed)]).confirmed == nil)
    }

    @Test("What columns of a case say is what the replay says")
    func columnsAgree() {
        let facts: [(Int64, CaseFact)] = [
            (0, .coordination(.nextActionSet(text: "Read", owner: "p1", dueAt: at(60)))),
            (1, .coordination(.updatePromised(at: at(70)))),
            (2, .statusChanged(status: "w", phase: .waiting, reason: nil)),
            (2, .coordination(.blocked(by: "vendor", detail: nil))),
            (3, .coordination(.severityConfirmed(severity: "sev1", reason: nil))),
            (4, reply), (5, .coordination(.nextActionDone(outcome: "Read."))),
            (6, .statusChanged(status: "o", phase: .open, reason: nil)),
        ]
        for count in 1...facts.count {
            let some = Array(facts.prefix(count))
            let now = replay(some)
            var found = SupportCase(id: "c", version: .none, number: "TL-1", at: at(0))
            for (index, pair) in some.enumerated() {
                found.apply(
                    Recorded(
                        sequence: 0, subject: found.ref, version: Version(index + 1), actor: "p1",
                        occurredAt: at(pair.0), recordedAt: at(pair.0), body: pair.1))
            }
            #expect(found.arrangement.nextAction == now.nextAction?.text)
            #expect(found.arrangement.nextActionDueAt == now.nextAction?.dueAt)
            #expect(found.arrangement.blockedBy == now.block?.by)
            #expect(found.arrangement.severityConfirmedAt == now.confirmed?.at)
            let open = now.promises.last { $0.answeredAt == nil }?.dueAt
            #expect(found.arrangement.nextUpdateAt == open)
        }
    }
}

/// Templates of replies.
struct ReplyTemplateTests {
    @Test("CASE-50 part: Variables are filled in, and what is not known is named and left where it stands")
    func filling() {
        let filled = ReplyTemplate.fill(
            "Hello {{ customer.name }},\n{{case.number}} {{owner.name}} {{owner.name}}",
            ["customer.name": "Daniel", "case.number": "TL-1"])
        #expect(filled.text == "Hello Daniel,\nTL-1 {{owner.name}} {{owner.name}}")
        #expect(filled.missing == ["owner.name"])
    }

    @Test("CASE-50 part: An unknown variable is named with its line and column, and the one that was meant")
    func unknown() {
        let problems = ReplyTemplate.problems(in: "Hello,\nyour {{case.nubmer}} and {{x}}")
        #expect(problems.count == 2)
        #expect(
            problems.first
                == "Line 2, column 6: there is no variable “{{case.nubmer}}”. Did you mean “{{case.number}}”?"
        )
        #expect(problems.last?.hasPrefix("Line 2, column 26: there is no variable “{{x}}”.") == true)
    }

    @Test(
        "Braces that are no variable are words",
        arguments: ["{{", "}}", "{{case.number", "{ {case.number}}", "", "a\n\nb", "{{case\n.number}}"])
    func words(_ text: String) {
        #expect(ReplyTemplate.fill(text, ["case.number": "TL-1"]).text == text)
        #expect(ReplyTemplate.problems(in: text).isEmpty)
    }

    @Test("A value that looks like a variable is not filled in again")
    func noSecondRound() {
        let filled = ReplyTemplate.fill(
            "{{case.subject}}", ["case.subject": "{{owner.name}}", "owner.name": "X"])
        #expect(filled.text == "{{owner.name}}")
    }

    @Test("Only known variables hold a text back")
    func leftOvers() {
        #expect(ReplyTemplate.leftOver(in: "Use {{ .Values.name }} in your chart") == nil)
        #expect(ReplyTemplate.leftOver(in: "Hello {{customer.name}}") == "customer.name")
    }
}
