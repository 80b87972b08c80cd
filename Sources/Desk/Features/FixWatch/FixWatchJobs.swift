import Domain
import Logging
import ServiceLifecycle
import Storage

/// Looks whether symptoms came back in the cases whose fixes are watched, and ends the watches whose time passed quietly.
///
/// Any number of nodes may run it: whoever holds the lease works, and each case is decided in the transaction that
/// records it.
package struct FixWatchJobs: Service {
    private let services: Services

    /// So many watches are looked at in one round; those that end first come first.
    static let round = 500
    /// Watches end without any fact: they are looked at again after so many seconds.
    static let patience: Int64 = 15

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var last: (edition: String, at: Timestamp) = ("", Timestamp(microseconds: 0))
            while !Task.isCancelled {
                do {
                    let now = services.clock()
                    let edition = try await services.database.read { tx in try tx.edition() }
                    if edition != last.edition || now.seconds(since: last.at) >= Self.patience {
                        last = (edition, now)
                        _ = try await services.whileHolding("fix_watches", seconds: 30, { try await work() })
                    }
                } catch {
                    services.logger.error("fix watches", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(500))  // a cancelled sleep only ends early
            }
        }
    }

    /// Looks at every watch that goes on.
    /// - Returns: how many of them are over.
    @discardableResult package func work() async throws -> Int {
        let ids = try await services.database.read { tx in
            try tx.all(FixWatchQueries.open(limit: Self.round)) { ID<SupportCase>($0.text(0)) }
        }
        var count = 0
        for id in ids where try await look(at: id) { count += 1 }
        if count > 0 { services.live.wake() }
        return count
    }

    private func look(at id: ID<SupportCase>) async throws -> Bool {
        let now = services.clock()
        // Most of them are quiet: nothing is written then, and nobody waits for the one writer.
        let isOver = try await services.database.read { [services] tx in
            let policy = try services.policy.inForce(in: tx)
            return try Self.decision(id, policy: policy, at: now, in: tx) != nil
        }
        guard isOver else { return false }
        return try await services.database.write { [services] tx in
            let policy = try services.policy.inForce(in: tx)
            guard let decision = try Self.decision(id, policy: policy, at: now, in: tx) else { return false }
            _ = try services.journal.append(decision.entries, by: Actor.system.id, at: now, in: tx)
            return true
        }
    }

    /// What becomes of the watch of a case now; nil where it goes on.
    private static func decision(
        _ id: ID<SupportCase>, policy: Policy, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> Decision? {
        guard let this = try CaseDirectory.any(id, in: tx),
            let watch = try FixWatchDirectory.watches(of: id, in: tx).open
        else { return nil }
        var decision = Decision()
        if let (signal, other) = try signal(of: this, watch, in: tx) {
            let facts = this.recurred(
                watch, signal: signal, words: nil, other: other, at: now, policy: policy)
            decision.record(facts, on: this.ref)
            return decision
        }
        let isWorkedOn = [.open, .waiting].contains(policy.phase(of: this.status))
        guard isWorkedOn || watch.plan.until <= now else { return nil }
        let fact = CaseFact.fixWatch(
            .ended(
                watch: watch.plan.watch, outcome: isWorkedOn ? .stopped : .quiet,
                reason: isWorkedOn ? "The case is worked on again." : nil))
        decision.record(fact, on: this.ref, occurredAt: isWorkedOn ? nil : watch.plan.until)
        return decision
    }

    /// The first sign that the symptom is back; what came after the end of the watch is none.
    private static func signal(
        of this: SupportCase, _ watch: FixWatches.Watch, in tx: borrowing Transaction
    ) throws -> (FixWatchFact.Signal, RelationFact.Other?)? {
        let signals = watch.plan.signals
        let facts = try CaseDirectory.facts(
            of: this.id, kinds: ["case.replied", "case.customer_answered", "case.linked"], in: tx)
        for fact in facts where fact.sequence > watch.sequence && fact.occurredAt <= watch.plan.until {
            switch fact.body {
            case .replied(_, fromCustomer: true) where signals.contains(.customerReply):
                return (.customerReply, nil)
            case .form(.customerAnswered) where signals.contains(.customerReply):
                return (.customerReply, nil)
            case .relation(.linked(_, let target))
            where signals.contains(.linkedCase) && target.kind == .supportCase:
                return (.linkedCase, try named(ID(target.key), in: tx))
            default: break
            }
        }
        guard signals.contains(.similarCase), !watch.plan.words.isEmpty else { return nil }
        var filter = CaseFilter()
        filter.condition = .every([
            .any(watch.plan.words.map { .text($0, .anywhere) }),
            .during(.opened, from: watch.startedAt, until: watch.plan.until),
        ])
        let found = try CaseDirectory.list(filter, for: .system, limit: 5, in: tx).first {
            $0.id != this.id && $0.restriction == nil
        }
        return found.map { (.similarCase, RelationFact.Other($0)) }
    }

    /// A case by its names; nil where not everybody may know of it.
    private static func named(
        _ id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> RelationFact.Other? {
        guard let other = try CaseDirectory.any(id, in: tx), other.restriction == nil else { return nil }
        return RelationFact.Other(other)
    }
}
