import Domain
import Storage

/// The figures of a manager's day: how old the work is, who is there, and what was kept of what was promised.
enum HomeFigures {
    /// The ages that open cases are sorted by, in days.
    private static let ages: [(name: String, from: Int64?, to: Int64?)] = [
        ("Less than a day", nil, 1), ("1 to 3 days", 1, 3), ("3 to 7 days", 3, 7), ("7 to 14 days", 7, 14),
        ("More than 14 days", 14, nil),
    ]

    /// How many open cases there are of each age; none where no case is open.
    static func ages(
        for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [HomeFigure] {
        let figures = try ages.map { name, from, to -> (count: Int, figure: HomeFigure) in
            func ago(_ days: Int64?) -> Timestamp? { days.map { now.adding(seconds: -$0 * 86_400) } }
            var filter = CaseFilter(.during(.opened, from: ago(to), until: ago(from)))
            filter.statuses = policy.statuses(in: BoardDirectory.unfinished)
            let count = try CaseDirectory.count(filter, for: actor, in: tx)
            let words = [to.map { "opened:<\($0)d" }, from.map { "opened:>\($0)d" }].compactMap { $0 }
            return (
                count,
                HomeFigure(
                    name: name, value: grouped(count),
                    path: QueueSearchPages.address("is:open \(words.joined(separator: " "))"),
                    isBad: to == nil && count > 0)
            )
        }
        return figures.contains { $0.count > 0 } ? figures.map(\.figure) : []
    }

    /// Of each team how many take cases now, and of each queue with cases that nobody owns whether anybody does.
    static func coverage(
        for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [HomeFigure] {
        guard policy.routing.isOn else { return [] }
        let people = try RoutingDirectory.people(policy: policy, for: actor, in: tx)
        return policy.routing.teams.map { team in
            let states = team.members.map { member in
                RoutingPersonState(
                    member.person, people.first { $0.email == member.person }, policy, now
                ).name
            }
            let here = states.count { $0 == "here" }
            let others = ["away": "away", "off_shift": "off shift", "at_limit": "at their limit"]
                .sorted { $0.key < $1.key }
                .compactMap { state, words -> String? in
                    let count = states.count { $0 == state }
                    return count == 0 ? nil : "\(count) \(words)"
                }
            return HomeFigure(
                name: team.name,
                value: (["\(here) of \(states.count) take cases"] + others).joined(separator: ", "),
                path: "/routing", isBad: here == 0)
        }
    }

    /// What was kept this month of response and resolution, and how many misses nobody explained.
    static func levels(
        for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [HomeFigure] {
        let start = Month.start(Month.of(now)) ?? now
        let asked = AttainmentQuery(period: start..<Month.after(now))
        let counts = try AttainmentDirectory.attainment(asked, for: actor, policy: policy, in: tx).counts
        guard counts.caseCount > 0 else { return [] }
        var figures = [Attainment.Measure.response, .resolution].compactMap { measure -> HomeFigure? in
            let tally = counts.all[measure]
            guard let permille = tally.permille else { return nil }
            var behind = asked.asking(measure)
            behind.isKept = false
            return HomeFigure(
                name: measure.label,
                value: "\(permille / 10).\(permille % 10) % of \(grouped(tally.count)) kept",
                path: tally.missed == 0 ? "/levels" : "/levels/cases?\(behind.address)",
                isBad: permille < policy.serviceLevels.attainmentPercent * 10)
        }
        if counts.unexplained > 0 {
            figures.append(
                HomeFigure(
                    name: "Missed, and nobody said why", value: grouped(counts.unexplained),
                    path: QueueSearchPages.address("is:unexplained"), isBad: true))
        }
        return figures
    }
}
