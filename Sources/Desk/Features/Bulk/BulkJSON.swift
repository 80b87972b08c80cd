import Diagnosis
import Domain
import Storage
import Web

/// How far a run is.
struct BulkProgress: Sendable {
    /// How many cases are in each state.
    var counts: [BulkItem.State: Int] = [:]
    /// How many can be taken back.
    var undoable = 0
    /// The run that takes it back.
    var undoneBy: String?

    /// How far a run is.
    init(of run: String, in tx: borrowing Transaction) throws {
        for (state, count, undo) in try tx.all(
            BulkStore.counts(of: run), { ($0.text(0), Int($0.integer(1)), Int($0.integer(2))) })
        {
            if let state = BulkItem.State(rawValue: state) { counts[state] = count }
            undoable += undo
        }
        undoneBy = try tx.first(BulkStore.undoing(run)) { $0.text(0) }
    }

    /// How many cases there are.
    var total: Int { counts.values.reduce(0, +) }

    /// How many are settled.
    var settled: Int { total - (counts[.waiting] ?? 0) }
}

/// Runs on the wire.
enum BulkJSON {
    static let reads = [
        APIRead("bulk.read", "How far a run is", path: "/bulk/{id}", access: .right("case.view")) {
            call, services in
            let id = call.request.parameter("id")
            return try await services.database.read { tx in
                let run = try BulkOperations.find(id, for: call.actor, in: tx)
                let progress = try BulkProgress(of: run.id, in: tx)
                let refused = try tx.all(
                    BulkStore.items(of: run.id, in: .refused, limit: 1000), BulkStore.readItem)
                return [
                    "id": .string(run.id), "operation": .string(run.operation), "begun_at": run.begunAt.json,
                    "ended_at": run.endedAt?.json ?? .null, "stopped": .bool(run.isStopped),
                    "total": .integer(Int64(progress.total)),
                    "waiting": .integer(Int64(progress.counts[.waiting] ?? 0)),
                    "done": .integer(Int64(progress.counts[.done] ?? 0)),
                    "unchanged": .integer(Int64(progress.counts[.unchanged] ?? 0)),
                    "refused": .integer(Int64(progress.counts[.refused] ?? 0)),
                    "can_be_undone": .integer(Int64(progress.undoable)),
                    "undoes": run.undoes.map(JSON.string) ?? .null,
                    "undone_by": progress.undoneBy.map(JSON.string) ?? .null,
                    "refusals": .array(
                        refused.map { ["case": .string($0.number), "message": .string($0.message ?? "")] }),
                ]
            }
        }
    ]
}
