/// The huddles about a case: the replay of its facts.
package struct Huddles: Equatable, Sendable {
    /// A huddle, and what came of it.
    package struct Huddle: Equatable, Sendable {
        /// Where a huddle stands.
        package enum State: String, Sendable {
            /// Not over yet.
            case planned
            /// It took place.
            case held
            /// It did not take place.
            case cancelled
        }

        /// Something that was written down.
        package struct Note: Equatable, Sendable {
            /// What.
            package var text: String
            /// By whom.
            package var by: String
            /// When.
            package var at: Timestamp
        }

        /// Something to be done.
        package struct Action: Equatable, Sendable {
            /// What, and by whom.
            package var plan: HuddleFact.Action
            /// When it was done.
            package var doneAt: Timestamp?
            /// What came of it.
            package var outcome: String?
        }

        /// How it was called.
        package var plan: HuddleFact.Plan
        /// Who called it.
        package var convenedBy: String
        /// Whether it took place.
        package var state = State.planned
        /// What came of it, or why it did not take place.
        package var summary: String?
        /// What was written down, oldest first.
        package var notes: [Note] = []
        /// What it leaves to be done, oldest first.
        package var actions: [Action] = []

        /// Its number: "TL-42-H1".
        package var number: String { plan.huddle }
        /// What is still to be done.
        package var open: [Action] { actions.filter { $0.doneAt == nil } }
        /// The number of the next action.
        package var nextItem: String { "A\(actions.count + 1)" }
    }

    /// Every huddle, in the order in which they were called.
    package private(set) var huddles: [Huddle] = []

    /// The huddles that these facts make.
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            guard case .huddle(let change) = fact.body else { continue }
            switch change {
            case .convened(let plan): huddles.append(Huddle(plan: plan, convenedBy: fact.actor))
            case .noted(let huddle, let text):
                alter(huddle) { $0.notes.append(.init(text: text, by: fact.actor, at: fact.occurredAt)) }
            case .actionAdded(let action):
                alter(action.huddle) { $0.actions.append(.init(plan: action)) }
            case .actionDone(let huddle, let item, let outcome):
                alter(huddle) { found in
                    guard let place = found.actions.firstIndex(where: { $0.plan.item == item }) else {
                        return
                    }
                    (found.actions[place].doneAt, found.actions[place].outcome) = (fact.occurredAt, outcome)
                }
            case .ended(let huddle, let isHeld, let summary):
                alter(huddle) { ($0.state, $0.summary) = (isHeld ? .held : .cancelled, summary) }
            }
        }
    }

    private mutating func alter(_ number: String, _ edit: (inout Huddle) -> Void) {
        guard let place = huddles.firstIndex(where: { $0.number == number }) else { return }
        edit(&huddles[place])
    }

    /// The huddle of a number, however it is written.
    package func huddle(_ number: String) -> Huddle? {
        huddles.first { $0.number == number.trimmingWhitespace.uppercased() }
    }

    /// Everybody who is named, for their names on pages.
    package var people: [String] {
        huddles.flatMap { huddle in
            huddle.plan.people + [huddle.convenedBy] + huddle.notes.map(\.by)
                + huddle.actions.map(\.plan.owner)
        }
    }

    /// The number of the next one that is called from a case.
    package func nextNumber(of number: String) -> String {
        let own = huddles.count { $0.number.hasPrefix("\(number)-H") }
        return "\(number)-H\(own + 1)"
    }
}

extension SupportCase {
    /// The most cases that one huddle is about.
    package static let mostHuddled = 20

    /// The fact of calling a huddle about this case and others, which stands in each of them.
    ///
    /// What is said stands in all of the cases, so one that only some may know of is talked about alone.
    /// - Parameters:
    ///   - others: the other cases; this one among them changes nothing.
    ///   - people: who is invited, each of whom has to be allowed to know of every case.
    package func convening(
        topic: String, startsAt: Timestamp, joinLink: String?, agenda: String?, people: [Person],
        others: [SupportCase], now huddles: Huddles, policy: Policy
    ) throws(Refusal) -> CaseFact {
        var cases = [self]
        for other in others where !cases.contains(where: { $0.id == other.id }) { cases.append(other) }
        guard cases.count <= Self.mostHuddled else {
            throw Refusal(
                field: "cases", "too_many", "A huddle is about at most \(Self.mostHuddled) cases.")
        }
        for this in cases {
            if policy.phase(of: this.status) == .closed {
                throw Refusal(
                    field: "cases", "case_closed",
                    "\(this.number) is closed. Reopen it, or leave it out of the huddle.")
            }
            if this.restriction != nil, cases.count > 1 {
                throw Refusal(
                    field: "cases", "kept_apart",
                    "Only some may know of \(this.number), and what is said would stand in the other cases too. Call a huddle about it alone."
                )
            }
        }
        if let joinLink { try Self.checkLink(joinLink) }
        for person in people {
            guard person.isActive, !person.isCustomer else {
                throw Refusal(
                    field: "people", "not_staff",
                    "\(person.name) does not work on cases here. Invite colleagues.")
            }
            let actor = Actor(person, under: policy)
            if let hidden = cases.first(where: { !$0.isVisible(to: actor) }) {
                throw Refusal(
                    field: "people", "not_admitted",
                    "\(person.name) may not know of \(hidden.number). Admit them to it first.")
            }
        }
        var invited: [String] = []
        for person in people where !invited.contains(person.id.raw) { invited.append(person.id.raw) }
        return .huddle(
            .convened(
                .init(
                    huddle: huddles.nextNumber(of: number), topic: topic, startsAt: startsAt,
                    joinLink: joinLink, agenda: agenda, people: invited,
                    cases: cases.map { RelationFact.Other(id: $0.id.raw, number: $0.number) })))
    }
}

extension Huddles.Huddle {
    /// The fact of something that was said.
    package func noting(_ text: String) throws(Refusal) -> CaseFact {
        guard state != .cancelled else {
            throw Refusal(.conflict, "huddle_cancelled", "\(number) was cancelled; nothing was said in it.")
        }
        return .huddle(.noted(huddle: number, text: text))
    }

    /// The fact of something that is to be done.
    package func adding(_ text: String, owner: Person, dueAt: Timestamp?) throws(Refusal) -> CaseFact {
        guard state != .cancelled else {
            throw Refusal(.conflict, "huddle_cancelled", "\(number) was cancelled; nothing came of it.")
        }
        guard owner.isActive, !owner.isCustomer else {
            throw Refusal(
                field: "owner", "not_staff", "\(owner.name) does not work on cases here. Choose a colleague.")
        }
        return .huddle(
            .actionAdded(
                .init(huddle: number, item: nextItem, text: text, owner: owner.id.raw, dueAt: dueAt)))
    }

    /// The fact of something that is done; nil where it was done before.
    package func finishing(_ item: String, outcome: String?) throws(Refusal) -> CaseFact? {
        let wanted = item.trimmingWhitespace.uppercased()
        guard let found = actions.first(where: { $0.plan.item == wanted }) else {
            throw Refusal(field: "item", "not_found", "\(number) has no action “\(item)”.")
        }
        guard found.doneAt == nil else { return nil }
        return .huddle(.actionDone(huddle: number, item: wanted, outcome: outcome))
    }

    /// The fact of its end.
    package func ending(isHeld: Bool, summary: String?) throws(Refusal) -> CaseFact {
        guard state == .planned else {
            throw Refusal(
                .conflict, "huddle_over",
                "\(number) \(state == .held ? "is over" : "was cancelled") already.")
        }
        return .huddle(.ended(huddle: number, isHeld: isHeld, summary: summary))
    }
}
