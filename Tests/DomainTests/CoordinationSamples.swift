import Domain

extension FactGoldenTests {
    private static let moment = Timestamp(microseconds: 1_772_442_000_000_000)

    /// One value a kind of coordination and macros, some with everything and some with nothing.
    static let coordinationSamples: [any Fact] = coordination + macros

    private static let coordination: [any Fact] = {
        let facts: [CoordinationFact] = [
            .severityRecommended(severity: "sev1", reason: "r"),
            .severityConfirmed(severity: "sev1", reason: "r"),
            .severityConfirmed(severity: "sev2", reason: nil),
            .nextActionSet(text: "t", owner: "p1", dueAt: moment), .nextActionDone(outcome: "o"),
            .nextActionDone(outcome: nil), .blocked(by: "vendor", detail: "d"),
            .blocked(by: "access", detail: nil), .specialistAdded(person: "p1", contribution: "c"),
            .specialistLeft(person: "p1", reason: "r"), .specialistLeft(person: "p1", reason: nil),
            .coordinatorNamed(person: "p1"), .coordinatorNamed(person: nil), .watched(person: "p1"),
            .unwatched(person: "p1"), .updatePromised(at: moment),
            .priorityOverridden(points: 95, reason: "r"), .priorityOverridden(points: nil, reason: "r"),
            .callScheduled(
                .init(
                    call: "C1", topic: "t", startsAt: moment, joinLink: "https://x.example/1",
                    attendees: ["Ana", "Bo"])),
            .callScheduled(.init(call: "C2", topic: "t", startsAt: moment, joinLink: nil, attendees: [])),
            .callNoted(call: "C1", text: "t"), .callMoved(call: "C1", startsAt: moment, reason: "r"),
            .callMoved(call: "C1", startsAt: moment, reason: nil),
            .callEnded(call: "C1", isHeld: true, summary: "s"),
            .callEnded(call: "C2", isHeld: false, summary: nil),
            .followUpAdded(
                .init(item: "F1", call: "C1", text: "t", owner: "p1", dueAt: moment, isPromised: true)),
            .followUpAdded(
                .init(item: "F2", call: "C1", text: "t", owner: "p1", dueAt: nil, isPromised: false)),
            .followUpDone(item: "F1", outcome: "o"), .followUpDone(item: "F2", outcome: nil),
        ]
        return facts.map { CaseFact.coordination($0) }
    }()

    private static let macros: [any Fact] = {
        let full = Macro.Content(
            name: "n", text: "Hello {{customer.name}}", status: "waiting_on_customer", nextAction: "a",
            nextActionHours: 24)
        let facts: [MacroFact] = [
            .added(full), .added(.init(name: "n", text: "t")), .revised(full, reason: "r"),
            .revised(full, reason: nil), .ownerChanged(owner: "p1"), .retired(reason: "r"), .restored,
            .used(inCase: "c1", reopenCount: 1),
        ]
        return facts
    }()
}
