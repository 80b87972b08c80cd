import Diagnosis
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Works runs off in turns, so that a short one never waits for the end of a long one; of several nodes one at a time
/// works at a run.
///
/// Each case is changed under a key of its own, so whoever goes on after a kill does nothing twice.
package struct BulkJobs: Service {
    private let services: Services

    /// As many cases are noted as settled at once: one turn of a run.
    private static let batch = 64
    /// As many are changed at once, so that commits are shared.
    private static let width = 8
    /// As many runs take turns.
    private static let turns = 20

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await work() { continue }
                } catch {
                    services.logger.error("bulk runs", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(400))  // a cancelled sleep only ends early
            }
        }
    }

    /// Gives each run that is not ended a turn; false where none had one, or none could go on for now.
    func work() async throws -> Bool {
        let runs = try await services.database.read { tx in
            try tx.all(BulkStore.unfinished(limit: Self.turns), BulkStore.readRun)
        }
        var hasWorked = false
        for run in runs where !Task.isCancelled {
            do {
                let isOurs: Void? = try await services.whileHolding("bulk \(run.id)", seconds: 30) {
                    try await step(run)
                }
                if isOurs != nil { hasWorked = true }
            } catch {
                services.logger.warning(
                    "a bulk run waits", metadata: ["run": "\(run.id)", "error": "\(error)"])
            }
        }
        return hasWorked
    }

    /// Changes the next cases of a run, or ends it.
    private func step(_ run: BulkRun) async throws {
        let (state, items) = try await services.database.read { tx in
            (
                try tx.first(BulkStore.run(id: run.id), BulkStore.readRun),
                try tx.all(BulkStore.items(of: run.id, in: .waiting, limit: Self.batch), BulkStore.readItem)
            )
        }
        guard let state, state.endedAt == nil, !Task.isCancelled else { return }
        if items.isEmpty || state.isStopped { return try await end(run, items) }
        let settled = try await settle(items, of: run)
        try await services.database.write { tx in
            for item in settled { try tx.execute(BulkStore.settle(item, of: run.id)) }
        }
    }

    /// Ends a run.
    /// - Parameter waiting: what was to come next. A node that was killed may have changed some of it before it could
    ///   note so: the receipts say which.
    private func end(_ run: BulkRun, _ waiting: [BulkItem]) async throws {
        let now = services.clock()
        try await services.database.write { tx in
            for var item in waiting {
                guard
                    let receipt = try OperationRunner.receipt(
                        of: run.operation, actor: run.person, key: item.key(in: run), in: tx)
                else { continue }
                item.take(receipt)
                try tx.execute(BulkStore.settle(item, of: run.id))
            }
            try tx.execute(BulkStore.end(run.id, at: now))
            let old = now.adding(seconds: -BulkStore.days * 86_400)
            try tx.execute(BulkStore.forgetItems(before: old))
            try tx.execute(BulkStore.forgetRuns(before: old))
        }
    }

    private func settle(_ items: [BulkItem], of run: BulkRun) async throws -> [BulkItem] {
        let operation = services.catalog.operation(run.operation)
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
        let request = "bulk-\(run.id)-\(item.position)"
        do {
            item.take(
                try await services.operations.run(
                    operation,
                    OperationRequest(
                        actor: actor, raw: BulkAct.input(run.input, on: item.target),
                        idempotencyKey: item.key(in: run), requestID: request)))
        } catch let refusal as Refusal where refusal.reason != .unavailable {
            (item.state, item.message) = (.refused, refusal.message)
        } catch  where !Self.mayPass(error) {
            services.logger.error(
                "a case of a bulk run",
                metadata: ["request": "\(request)", "error": "\(String(reflecting: error))"])
            (item.state, item.message) = (
                .refused, "Something went wrong here. The log has it under \(request)."
            )
        }
        return item
    }

    /// Whether the same may be done later, as when the database is away for a while; the run then waits.
    private static func mayPass(_ error: any Error) -> Bool {
        if let fault = error as? StorageFault { return fault.isTemporary }
        return error is Refusal || error is CancellationError
    }

    /// Whoever began the run, with what they may do now and could do then; nil where they are gone.
    private func actor(of run: BulkRun) async throws -> Actor? {
        let policy = services.policy.current
        let person = try await services.database.read { tx in try PeopleDirectory.find(run.person, in: tx) }
        guard let person, person.isActive else { return nil }
        var actor = Actor(person, under: policy)
        actor.rights.formIntersection(run.rights)
        return actor
    }
}

extension BulkItem {
    /// Under which the one change of this case is made, however often it is tried.
    func key(in run: BulkRun) -> String { "bulk:\(run.id):\(position)" }

    /// Notes what was done.
    mutating func take(_ receipt: Receipt) {
        undo = receipt.answer["undo"]?.string
        state = receipt.lastSequence == 0 && !receipt.isRepeat ? .unchanged : .done
    }
}
