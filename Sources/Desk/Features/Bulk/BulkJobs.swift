import Diagnosis
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Works runs off, one after the other; of several nodes one at a time works at a run.
///
/// Each case is changed under a key of its own, so whoever goes on after a kill does nothing twice.
package struct BulkJobs: Service {
    private let services: Services

    /// As many cases are noted as settled at once.
    private static let batch = 64
    /// As many are changed at once, so that commits are shared.
    private static let width = 8

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await work() { continue }
                } catch {
                    services.logger.error("bulk run", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(400))  // a cancelled sleep only ends early
            }
        }
    }

    /// Works at the oldest run until its end; false where there is none, or another node works at it.
    func work() async throws -> Bool {
        let waiting = try await services.database.read { tx in
            try tx.first(BulkStore.unfinished(limit: 1), BulkStore.readRun)
        }
        guard let run = waiting else { return false }
        let worked: Void? = try await services.whileHolding("bulk \(run.id)", seconds: 30) {
            while try await step(run) {}
        }
        return worked != nil
    }

    /// Changes the next cases of a run; false at its end.
    private func step(_ run: BulkRun) async throws -> Bool {
        let (state, items) = try await services.database.read { tx in
            (
                try tx.first(BulkStore.run(id: run.id), BulkStore.readRun),
                try tx.all(BulkStore.items(of: run.id, in: .waiting, limit: Self.batch), BulkStore.readItem)
            )
        }
        guard let state, state.endedAt == nil, !Task.isCancelled else { return false }
        guard !items.isEmpty, !state.isStopped else {
            let now = services.clock()
            try await services.database.write { tx in
                try tx.execute(BulkStore.end(run.id, at: now))
                let old = now.adding(seconds: -BulkStore.days * 86_400)
                try tx.execute(BulkStore.forgetItems(before: old))
                try tx.execute(BulkStore.forgetRuns(before: old))
            }
            return false
        }
        let settled = try await settle(items, of: run)
        try await services.database.write { tx in
            for item in settled { try tx.execute(BulkStore.settle(item, of: run.id)) }
        }
        return true
    }

    private func settle(_ items: [BulkItem], of run: BulkRun) async throws -> [BulkItem] {
        let operation = services.catalog.operations.first { $0.name == run.operation }
        guard let operation, let actor = try await actor(of: run) else {
            return items.map { item in
                var item = item
                item.state = .refused
                item.message =
                    operation == nil
                    ? "This cannot be done any more." : "Whoever began this can no longer sign in."
                return item
            }
        }
        return try await withThrowingTaskGroup(of: BulkItem.self) { group in
            var rest = items[...]
            var settled: [BulkItem] = []
            for item in rest.prefix(Self.width) {
                group.addTask { try await settle(item, of: run, operation, actor) }
            }
            rest = rest.dropFirst(Self.width)
            while let item = try await group.next() {
                settled.append(item)
                if let next = rest.popFirst() {
                    group.addTask { try await settle(next, of: run, operation, actor) }
                }
            }
            return settled
        }
    }

    private func settle(
        _ item: BulkItem, of run: BulkRun, _ operation: AnyOperation, _ actor: Actor
    ) async throws -> BulkItem {
        var item = item
        do {
            let receipt = try await services.operations.run(
                operation,
                OperationRequest(
                    actor: actor, raw: BulkAct.input(run.input, on: item.target),
                    idempotencyKey: "bulk:\(run.id):\(item.position)", requestID: "bulk"))
            item.undo = receipt.answer["undo"]?.string
            item.state = receipt.lastSequence == 0 && !receipt.isRepeat ? .unchanged : .done
        } catch let refusal as Refusal where refusal.reason != .unavailable {
            (item.state, item.message) = (.refused, refusal.message)
        }
        return item
    }

    /// Whoever began the run, with what they may do now and could do then; nil where they are gone.
    private func actor(of run: BulkRun) async throws -> Actor? {
        let policy = services.policy.current
        let person = try await services.database.read { tx in try PeopleDirectory.find(run.person, in: tx) }
        guard let person, person.isActive else { return nil }
        return Actor(
            id: person.id.raw, name: person.name, roles: Set(person.roles),
            rights: policy.rights(of: Array(person.roles)).intersection(run.rights),
            organisation: person.organisation)
    }
}
