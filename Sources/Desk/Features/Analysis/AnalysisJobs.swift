import Diagnosis
import Dispatch
import Domain
import Logging
import ServiceLifecycle
import Storage

/// Analyses evidence beside the work, one piece at a time on each node.
///
/// What was begun by a node that died is begun again from the top by whoever finds it.
package struct AnalysisJobs: Service {
    let services: Services

    /// As many are looked at for one that nobody works at.
    private static let turns = 8
    /// The engine blocks for minutes, so it has a thread of its own.
    static let queue = DispatchQueue(label: "thirdline.analysis", qos: .utility)

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await work() { continue }
                } catch {
                    services.logger.error("analyses", metadata: ["error": "\(error)"])
                    try? await Task.sleep(for: .seconds(5))  // a cancelled sleep only ends early
                }
                try? await Task.sleep(for: .milliseconds(500))  // a cancelled sleep only ends early
            }
        }
    }

    /// Analyses until nothing waits, in tests and after a bulk load.
    package func finish() async throws { while try await work() {} }

    /// Analyses the oldest piece that nobody works at; false where there is none.
    func work() async throws -> Bool {
        // Somebody waits for a comparison.
        if try await compare() { return true }
        let waiting = try await services.database.read { tx in
            try tx.all(AnalysisQueries.unfinished(limit: Self.turns), AnalysisQueries.read)
        }
        for one in waiting where !Task.isCancelled {
            let isOurs: Void? = try await services.whileHolding("analysis \(one.evidence)", seconds: 30) {
                try await step(one.evidence)
            }
            if isOurs != nil { return true }
        }
        return false
    }

    /// Works at one piece to its end.
    private func step(_ id: ID<Evidence>) async throws {
        let (analysis, evidence) = try await services.database.read { tx in
            (try AnalysisDirectory.find(id, in: tx), try EvidenceDirectory.itself(id, in: tx))
        }
        guard let analysis, !analysis.state.isOver else { return }
        guard let evidence, !evidence.isRemoved else {
            return try await change(AnalysisQueries.forget(id.raw))
        }
        if analysis.isStopping { return try await change(AnalysisQueries.stop(id.raw, at: services.clock())) }
        guard analysis.tries < EvidenceAnalysis.mostTries else {
            return try await fail(
                id,
                "The server ended \(analysis.tries) times while it worked at this. Tell an administrator before it is analysed again."
            )
        }
        let needsCopy = try await needsCopy(evidence)
        let size = evidence.size * (needsCopy ? 2 : 1)
        try await change(AnalysisQueries.begin(id.raw, size: size, at: services.clock()))
        let watch = AnalysisWatch()
        do {
            let outcome = try await watching(id, watch) {
                // The copy first: people wait for it.
                if needsCopy {
                    _ = try await RedactionDirectory.make(
                        of: evidence, watch: AnalysisWatch(following: watch), services)
                }
                return try await analyse(
                    evidence, AnalysisWatch(following: watch, from: needsCopy ? evidence.size : 0))
            }
            try await keep(outcome, of: evidence)
        } catch is AnalysisWatch.Stopped {
            let isAsked = try await services.database.read { tx in
                try AnalysisDirectory.find(id, in: tx)?.isStopping ?? false
            }
            // The node ends: whoever is next begins it again.
            try await change(
                isAsked ? AnalysisQueries.stop(id.raw, at: services.clock()) : AnalysisQueries.letGo(id.raw))
        } catch let fault as StorageFault {
            throw fault
        } catch let refusal as Refusal {
            try await fail(id, refusal.message)
        } catch {
            services.logger.error(
                "an analysis failed",
                metadata: ["evidence": "\(id)", "error": "\(String(reflecting: error))"])
            try await fail(id, "Something went wrong here. The log has it under \(id).")
        }
    }

    func change(_ statement: SQL) async throws {
        _ = try await services.database.write { try $0.execute(statement) }
        services.live.wake()
    }

    private func fail(_ id: ID<Evidence>, _ message: String) async throws {
        try await change(
            AnalysisQueries.end(id.raw, as: .failed, message: message, log: nil, at: services.clock()))
    }

    /// Runs work, tells how far it is, and stops it where somebody asks for that or the node ends.
    private func watching<T: Sendable>(
        _ id: ID<Evidence>, _ watch: AnalysisWatch, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: T?.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    var told: Int64 = 0
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .seconds(1))  // a cancelled sleep only ends early
                        if Task.isCancelled { break }
                        let done = watch.done
                        let goesOn = try await services.database.read { tx in
                            try tx.first(AnalysisQueries.isStopping(id.raw)) { !$0.flag(0) } ?? false
                        }
                        if !goesOn { watch.stop() }
                        if done != told { try await change(AnalysisQueries.reach(done, of: id.raw)) }
                        told = done
                    }
                    return nil
                }
                defer { group.cancelAll() }
                while let next = try await group.next() { if let next { return next } }
                throw AnalysisWatch.Stopped()
            }
        } onCancel: {
            watch.stop()
        }
    }

    /// Whether the bytes are read once more for the copy without what is private.
    private func needsCopy(_ evidence: Evidence) async throws -> Bool {
        guard services.policy.current.evidence.showsRedacted(evidence) else { return false }
        return try await services.database.read { tx in
            try RedactionDirectory.copy(of: evidence.id, in: tx) == nil
        }
    }

    private func analyse(_ evidence: Evidence, _ watch: AnalysisWatch) async throws -> Outcome {
        let now = services.clock()
        let work = try await reading(evidence, watch)
        let store = services.evidence
        return try await withCheckedThrowingContinuation { continuation in
            Self.queue.async {
                continuation.resume(
                    with: Result {
                        guard let file = try store.open(evidence.hash) else {
                            return .failed("Its bytes are not in the folder of evidence at \(now.rfc3339).")
                        }
                        switch try work.run(file) {
                        case .unsuited(let why): return .unsuited(why)
                        case .log(let log, let marks): return .log(log, marks: marks)
                        }
                    })
            }
        }
    }

    /// What reads the logs of a piece.
    func reading(_ evidence: Evidence, _ watch: AnalysisWatch) async throws -> LogWork {
        let zone = evidence.details[.zone].flatMap { ZonedTime.seconds(of: $0, at: evidence.addedAt) }
        return LogWork(
            name: evidence.name, zone: Int32(zone ?? 0), writtenAt: evidence.collectedAt ?? evidence.addedAt,
            redactor: try await RedactionDirectory.redactor(of: evidence.caseID, services), watch: watch)
    }

    /// What became of a piece.
    private enum Outcome: Sendable {
        case log(LogAnalysis, marks: [SimilarCases.Mark])
        case unsuited(String)
        case failed(String)
    }

    private func keep(_ outcome: Outcome, of evidence: Evidence) async throws {
        let (now, policy, id) = (services.clock(), services.policy.current, evidence.id)
        try await services.database.write { tx in
            guard let found = try EvidenceDirectory.itself(id, in: tx), !found.isRemoved else {
                try tx.execute(AnalysisQueries.forget(id.raw))
                return
            }
            try tx.execute(AnalysisQueries.forgetMarks(of: id.raw))
            try tx.execute(AnalysisCodeQueries.forget(of: id.raw))
            switch outcome {
            case .failed(let why):
                try tx.execute(AnalysisQueries.end(id.raw, as: .failed, message: why, log: nil, at: now))
            case .unsuited(let why):
                try tx.execute(AnalysisQueries.end(id.raw, as: .unsuited, message: why, log: nil, at: now))
            case .log(let log, let marks):
                try tx.execute(
                    AnalysisQueries.end(id.raw, as: .done, message: nil, log: log.json.text, at: now))
                // What only some may read says nothing to readers of other cases.
                guard !found.isRestricted(by: policy) else { return }
                for mark in marks {
                    try tx.execute(AnalysisQueries.insert(mark, of: id.raw, in: found.caseID.raw))
                }
                for code in log.codes {
                    try tx.execute(AnalysisCodeQueries.insert(code, of: found))
                }
            }
        }
        services.live.wake()
    }
}
