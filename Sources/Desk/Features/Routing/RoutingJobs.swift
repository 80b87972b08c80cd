import Domain
import Logging
import ServiceLifecycle
import Storage

/// Routes new cases that nobody owns, and gives those that wait to whoever comes free, where policy says so.
///
/// Any number of nodes may run it: whoever holds the lease works, and each case is decided in the transaction that
/// records it.
package struct RoutingJobs: Service {
    private let services: Services

    /// So many cases are looked at in one round.
    static let round = 100
    /// Shifts begin and end, and people come back, without any fact: cases that wait are looked at again after so long.
    static let patience: Int64 = 20

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: (edition: String, at: Timestamp) = ("", Timestamp(microseconds: 0))
            while !Task.isCancelled {
                do {
                    let now = services.clock()
                    let isOn = services.policy.current.routing.isOn
                    let edition =
                        isOn ? try await services.database.read { tx in try tx.edition() } : last.edition
                    if isOn,
                        edition != last.edition || now.seconds(since: last.at) >= Self.patience
                    {
                        last = (edition, now)
                        _ = try await services.whileHolding("routing", seconds: 30, { try await work() })
                    }
                } catch {
                    services.logger.error("routing", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(400))  // a cancelled sleep only ends early
            }
        }
    }

    /// Routes what waits now.
    /// - Returns: how many cases went somewhere.
    @discardableResult package func work() async throws -> Int {
        let (ids, material) = try await services.database.read { [services] tx in
            let (policy, now) = (try services.policy.inForce(in: tx), services.clock())
            guard policy.routing.isOn else { return ([ID<SupportCase>](), Material()) }
            let waiting = try Self.waiting(policy, in: tx)
            guard !waiting.isEmpty else { return (waiting, Material()) }
            return (
                waiting,
                Material(
                    model: try RoutingDirectory.model(policy: policy, now: now, in: tx),
                    leads: try RoutingDirectory.leads(policy: policy, now: now, in: tx))
            )
        }
        var count = 0
        for id in ids where try await route(id, material) { count += 1 }
        count += try await CoverJobs(services: services).work()
        if count > 0 { services.live.wake() }
        return count
    }

    /// What all cases of a round are held against.
    private struct Material: Sendable {
        /// What history teaches.
        var model: RoutingModel?
        /// What they may be joined to.
        var leads: [CaseMatch.Lead] = []
    }

    /// The cases that nobody owns: those in no queue, and where cases are pushed all, the gravest first.
    private static func waiting(
        _ policy: Policy, in tx: borrowing Transaction
    ) throws -> [ID<SupportCase>] {
        var filter = CaseFilter()
        filter.condition = .not(.oneOf(.queue, policy.routing.queues.map(\.id)))
        filter.statuses = policy.statuses(in: [.open])
        (filter.owner, filter.order) = (.nobody, .openedAscending)
        var found = try CaseDirectory.list(filter, for: .system, limit: round, in: tx)
        if policy.routing.mode == .push, found.count < round {
            filter.condition = .oneOf(.queue, policy.routing.queues.map(\.id))
            found += try CaseDirectory.list(filter, for: .system, limit: round * 10, in: tx)
        }
        let rank = Dictionary(policy.severities.map { ($0.id, -$0.weight) }) { first, _ in first }
        return found.sorted {
            (rank[$0.severity] ?? 0, $0.openedAt) < (rank[$1.severity] ?? 0, $1.openedAt)
        }.map(\.id)
    }

    private func route(_ id: ID<SupportCase>, _ material: Material) async throws -> Bool {
        try await services.database.write { [services] tx in
            let policy = try services.policy.inForce(in: tx)
            guard let this = try CaseDirectory.any(id, in: tx), this.owner == nil else { return false }
            let now = services.clock()
            var situation = try RoutingDirectory.situation(of: this, policy: policy, for: .system, in: tx)
            situation.model = material.model
            let match = Self.match(this, situation.standing, material.leads, policy)
            let decision = situation.decide(policy, at: now)
            let facts =
                (match.map { [CaseFact.routing(.matchOffered($0))] } ?? [])
                + (try this.routed(
                    by: decision, standing: situation.standing, policy: situation.version,
                    reason: decision.summary(policy) { $0.stamped },
                    gives: policy.routing.mode == .push && match == nil
                        && !Self.isHeld(situation.standing, policy, now),
                    in: policy))
            guard !facts.isEmpty else { return false }
            var made = Decision()
            made.record(facts, on: this.ref)
            _ = try services.journal.append(made.entries, by: Actor.system.id, at: now, in: tx)
            return true
        }
    }

    /// What a case that was never routed looks like; nil where it looks like nothing, or was asked before.
    private static func match(
        _ this: SupportCase, _ route: CaseRoute, _ leads: [CaseMatch.Lead], _ policy: Policy
    ) -> RoutingFact.Match? {
        guard let terms = policy.routing.combine, route.matchAt == nil, route.routedAt == nil,
            this.restriction == nil
        else { return nil }
        return CaseMatch(terms, policy: policy).best(for: this, among: leads)
    }

    /// Whether a case waits for somebody to say whether it is what it looks like.
    private static func isHeld(_ route: CaseRoute, _ policy: Policy, _ now: Timestamp) -> Bool {
        guard let terms = policy.routing.combine, route.match != nil, let since = route.matchAt else {
            return false
        }
        return now.seconds(since: since) < Int64(terms.holdMinutes) * 60
    }
}
