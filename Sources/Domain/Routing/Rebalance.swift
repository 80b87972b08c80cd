/// Which cases could go from whom to whom so that nobody has more than enough, and why.
///
/// Proposals and nothing else: a person looks at them and moves what they want.
package struct Rebalance: Sendable {
    /// A case that somebody has.
    package struct Work: Sendable {
        /// The case as rules look at it.
        package var routed: RoutedCase
        /// Its number.
        package var number: String
        /// Who has it.
        package var owner: ID<Person>
        /// What it counts, in hundredths.
        package var weight: Int
        /// Whether it waits for somebody else, so that it is nobody's to act on now.
        package var isWaiting: Bool
        /// Whether somebody works on it so closely that it should stay: a promise is due soon, or it is offered.
        package var stays: Bool

        /// Work with all parts.
        package init(
            routed: RoutedCase, number: String, owner: ID<Person>, weight: Int, isWaiting: Bool, stays: Bool
        ) {
            (self.routed, self.number, self.owner) = (routed, number, owner)
            (self.weight, self.isWaiting, self.stays) = (weight, isWaiting, stays)
        }
    }

    /// A case that could move.
    package struct Move: Equatable, Sendable {
        /// The number of the case.
        package var number: String
        /// Who has it.
        package var from: ID<Person>
        /// Who could take it.
        package var to: ID<Person>
        /// What it counts, in hundredths.
        package var weight: Int
        /// Why, in a sentence.
        package var reason: String
    }

    /// What each person would have after some moves: load in hundredths, and cases in hand.
    package static func after(
        _ moves: [Move], people: [RoutingPerson], of work: [Work]
    ) -> [ID<Person>: (load: Int, inHand: Int)] {
        var loads = Dictionary(people.map { ($0.id, (load: $0.load, inHand: $0.inHand)) }) { first, _ in first
        }
        for move in moves {
            let isInHand = work.first { $0.number == move.number }.map { !$0.isWaiting } ?? true
            loads[move.from]?.load -= move.weight
            loads[move.to]?.load += move.weight
            if isInHand {
                loads[move.from]?.inHand -= 1
                loads[move.to]?.inHand += 1
            }
        }
        return loads
    }

    /// At most so many moves are proposed at once.
    package static let most = 20

    /// The moves that bring everybody to what is enough for them, the most pressed person first.
    ///
    /// A case goes to whoever routing would choose: on shift, not away, with the skills and the language, with the least
    /// load, and with less than its owner has afterwards. O(moves x cases x routing).
    package static func propose(
        _ work: [Work], people: [RoutingPerson], policy: Policy, now: Timestamp
    ) -> [Move] {
        var (moves, moved, helpless): ([Move], Set<String>, Set<ID<Person>>) = ([], [], [])
        while moves.count < most {
            let loads = after(moves, people: people, of: work)
            let present = people.map { person in
                var person = person
                if let load = loads[person.id] { (person.load, person.inHand) = (load.load, load.inHand) }
                return person
            }
            let pressed = present.filter { !helpless.contains($0.id) && excess($0, policy) > 0 }
                .max { (excess($0, policy), $0.load, $1.email) < (excess($1, policy), $1.load, $0.email) }
            guard let owner = pressed else { break }
            let own = work.filter {
                $0.owner == owner.id && !$0.isWaiting && !$0.stays && !moved.contains($0.number)
            }.sorted { ($0.weight, $0.number) < ($1.weight, $1.number) }
            guard let move = own.lazy.compactMap({ move($0, of: owner, present, policy, now) }).first else {
                helpless.insert(owner.id)
                continue
            }
            moved.insert(move.number)
            moves.append(move)
        }
        return moves
    }

    private static func limit(_ person: RoutingPerson, _ policy: Policy) -> Int {
        policy.routing.member(person.email)?.member.limit ?? policy.work.limit
    }

    /// By how many cases somebody has more than enough; whoever is away has too much with any.
    private static func excess(_ person: RoutingPerson, _ policy: Policy) -> Int {
        let limit = limit(person, policy)
        return limit == 0 ? 0 : max(0, person.inHand - limit)
    }

    private static func move(
        _ work: Work, of owner: RoutingPerson, _ people: [RoutingPerson], _ policy: Policy, _ now: Timestamp
    ) -> Move? {
        let decision = RoutingDecision(
            of: work.routed, people: people.filter { $0.id != owner.id }, policy: policy, now: now)
        let free = decision.candidates.first { candidate in
            guard candidate.hindrances.isEmpty, let person = candidate.person else { return false }
            return person.load + work.weight <= owner.load - work.weight
        }
        guard let receiver = free?.person, let rule = decision.rule else { return nil }
        let skills = rule.skills.map { policy.skillName($0) }
        let knows = skills.isEmpty ? "" : ", knows \(skills.joined(separator: " and "))"
        return Move(
            number: work.number, from: owner.id, to: receiver.id, weight: work.weight,
            reason:
                "\(owner.name) has \(owner.inHand) in hand and \(limit(owner, policy)) are enough; \(receiver.name) has \(receiver.inHand), works now\(knows)."
        )
    }
}
