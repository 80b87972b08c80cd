import Diagnosis
import Dispatch
import Domain
import Logging
import Storage

extension AnalysisJobs {
    /// Makes the oldest comparison that nobody works at; false where there is none.
    func compare() async throws -> Bool {
        let waiting = try await services.database.read { tx in
            try tx.all(AnalysisComparisonQueries.unfinished(limit: 8), AnalysisComparisonQueries.read)
        }
        for one in waiting where !Task.isCancelled {
            let isOurs: Void? = try await services.whileHolding("comparison \(one.id)", seconds: 30) {
                try await step(one)
            }
            if isOurs != nil { return true }
        }
        return false
    }

    private func step(_ one: EvidenceComparison) async throws {
        let (first, second) = try await services.database.read { tx in
            (
                try EvidenceDirectory.itself(one.evidence, in: tx),
                try EvidenceDirectory.itself(one.other, in: tx)
            )
        }
        // What is taken away takes its comparisons along.
        guard let first, let second, !first.isRemoved, !second.isRemoved else { return }
        guard one.tries < EvidenceAnalysis.mostTries else {
            return try await fail(
                one, "The server ended \(one.tries) times while it worked at this. Tell an administrator.")
        }
        try await change(AnalysisComparisonQueries.begin(one.id))
        let watch = AnalysisWatch()
        do {
            let result = try await withTaskCancellationHandler {
                try await compare(one, first, second, watch)
            } onCancel: {
                watch.stop()
            }
            try await change(
                AnalysisComparisonQueries.end(
                    one.id, as: .done, message: nil, result: result.json.text, at: services.clock()))
        } catch is AnalysisWatch.Stopped {
            // The node ends: whoever is next begins it again.
            try await change(AnalysisComparisonQueries.letGo(one.id))
        } catch let fault as StorageFault {
            throw fault
        } catch let unsuited as ComparisonWork.Unsuited {
            try await fail(one, unsuited.why)
        } catch let refusal as Refusal {
            try await fail(one, refusal.message)
        } catch {
            services.logger.error(
                "a comparison failed",
                metadata: ["comparison": "\(one.id)", "error": "\(String(reflecting: error))"])
            try await fail(one, "Something went wrong here. The log has it under \(one.id).")
        }
    }

    private func fail(_ one: EvidenceComparison, _ message: String) async throws {
        try await change(
            AnalysisComparisonQueries.end(
                one.id, as: .failed, message: message, result: nil, at: services.clock()))
    }

    private func compare(
        _ one: EvidenceComparison, _ first: Evidence, _ second: Evidence, _ watch: AnalysisWatch
    ) async throws -> ComparedLogs {
        let work = ComparisonWork(
            now: try await reading(first, watch),
            before: one.isOfOne ? nil : try await reading(second, watch),
            window: one.now, baseline: one.before)
        let store = services.evidence
        return try await withCheckedThrowingContinuation { continuation in
            Self.queue.async {
                continuation.resume(
                    with: Result {
                        let missing = ComparisonWork.Unsuited(
                            why: "The bytes are not in the folder of evidence. Tell an administrator.")
                        guard let file = try store.open(first.hash) else {
                            throw missing
                        }
                        guard !one.isOfOne else { return try work.run(file, nil) }
                        guard let other = try store.open(second.hash) else {
                            throw missing
                        }
                        return try work.run(file, other)
                    })
            }
        }
    }
}
