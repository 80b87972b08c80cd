import Crypto
import Diagnosis
import Domain
import Logging
import Storage
import Synchronization

/// Fills an empty installation with a simulated support organisation of any size.
///
/// The simulation runs beside the database: while one batch is committed, the next one is thought out. A run that was
/// interrupted goes on where it stopped when it is started again with the same settings.
package struct DemoGenerator: Sendable {
    /// How far it has come.
    package struct Progress: Sendable {
        /// What is being done.
        package var stage: String
        /// How many cases were opened.
        package var cases: Int
        /// How many there will be.
        package var allCases: Int
        /// How many seconds it has taken.
        package var seconds: Double

        /// In one line, with an estimate of what remains.
        package var text: String {
            let share = Double(cases) / Double(max(1, allCases))
            guard share > 0.02, share < 1 else { return "\(stage): \(cases) of \(allCases) cases" }
            let rest = Int(seconds / share - seconds)
            let time = rest >= 120 ? "\(rest / 60) minutes" : "\(rest) seconds"
            return "\(stage): \(cases) of \(allCases) cases, about \(time) left"
        }
    }

    /// What was made.
    package struct Report: Sendable {
        /// How many acts were carried out.
        package var acts: Int
        /// How many facts they left.
        package var facts: Int
        /// How many cases were opened.
        package var cases: Int
        /// How many acts were refused, by operation and code: none, unless a plan is wrong.
        package var refused: [String: Int]
        /// Whether it was all there before.
        package var wasThere = false
        /// How many seconds it took.
        package var seconds = 0.0
    }

    private let installation: Installation
    private let settings: SimulationSettings
    private let logger: Logger
    private let batch: Int

    /// A generator for an installation, which commits so many acts at once.
    package init(
        _ installation: Installation, _ settings: SimulationSettings, logger: Logger, batch: Int = 2000
    ) {
        (self.installation, self.settings, self.logger, self.batch) = (installation, settings, logger, batch)
    }

    /// What makes the same organisation again.
    /// - Parameter policy: what stands for the policy document, where there is one.
    package func options(policy: String) -> String {
        "--seed \(settings.seed) --cases \(settings.cases) --years \(settings.years) --until \(settings.until.rfc3339)"
            + (settings.policy == nil ? "" : " --policy \(policy)")
            + (settings.livesClocks ? " --clocks" : "")
    }

    /// What tells this organisation from others: two runs of one name make the same journal.
    private var name: String {
        options(policy: settings.policy.map { hex(Array(SHA256.hash(data: Array($0.utf8)).prefix(8))) } ?? "")
    }

    /// Makes the organisation, or goes on making it.
    ///
    /// `progress` is called after each batch; when it throws, the run stops there, and a later one goes on.
    /// - Throws: `Refusal` where the installation holds something else.
    package func run(progress: @escaping @Sendable (Progress) throws -> Void) async throws -> Report {
        let start = ContinuousClock.now
        let until = settings.until
        let services = try await installation.open(logger: logger, clock: { until })
        do {
            var report = try await fill(services) { stage, cases in
                try progress(
                    Progress(
                        stage: stage, cases: cases, allCases: settings.cases,
                        seconds: Self.seconds(since: start)))
            }
            try await services.database.close()
            report.seconds = Self.seconds(since: start)
            return report
        } catch {
            try? await services.database.close()  // the first error is the one to tell
            throw error
        }
    }

    private func fill(
        _ services: Services, progress: @escaping @Sendable (String, Int) throws -> Void
    ) async throws -> Report {
        var position = try await begun(services)
        guard !position.isOver else { return Report(position, wasThere: true) }
        let skipped = position.acts
        var simulation = Simulation(settings)
        while position.acts > 0, simulation.carriedOut < skipped {
            _ = simulation.next(min(batch, skipped - simulation.carriedOut))
        }
        let desk = SimulatedDesk(
            services, settings,
            passwordHash: try await services.passwords.hash(DemoWorld.password))
        try await SuspendedIndexes.suspend(
            of: ["fact", "support_case", "search_case", "search_term"], in: services.database)
        var acts = simulation.next(batch)
        while !acts.isEmpty {
            try Task.checkCancellation()
            let (now, name, from, ready) = (settings.until, name, position, acts)
            try await desk.keepFiles(of: ready)
            async let written = desk.carryOut(ready, from: from, name: name, now: now)
            // What comes next is thought out while this is written.
            acts = simulation.next(batch)
            position = try await written
            let years = settings.years == 1 ? "a year" : "\(settings.years) years"
            try progress("Living through \(years)", position.numbers.count)
        }
        let cases = position.numbers.count
        try progress("Taking in words", cases)
        try await SearchJobs(services).finish()
        try await SuspendedIndexes.restore(in: services.database) { _ in
            try? progress("Building indexes", cases)  // it is too late to stop
        }
        try progress("Working out clocks", cases)
        position = try await desk.end(position, name: name, at: settings.until)
        try await services.makeCheckpoint()
        return Report(position, wasThere: false)
    }

    /// Where an earlier run of the same name stopped.
    private func begun(_ services: Services) async throws -> SimulatedDesk.Position {
        let name = name
        return try await services.database.read { tx in
            let found = try tx.first(DemoStore.position()) { (name: $0.text(0), answer: $0.text(1)) }
            guard let found else {
                guard try PeopleDirectory.everybody(in: tx).isEmpty else {
                    throw Refusal(
                        .conflict, "not_empty",
                        "There is an organisation in these data already. Name an empty folder with --data, or an empty database with --database."
                    )
                }
                return SimulatedDesk.Position()
            }
            guard found.name == name, let kept = try JSON(parsing: found.answer).object else {
                throw Refusal(
                    .conflict, "another_demo",
                    "These data hold another simulated organisation: thirdline demo \(found.name). Repeat that, or name an empty folder with --data."
                )
            }
            var position = SimulatedDesk.Position()
            position.acts = Int(kept["acts"]?.integer ?? 0)
            position.facts = Int(kept["facts"]?.integer ?? 0)
            position.clocksAt = kept["clocks_at"]?.string.flatMap { Timestamp($0) }
            position.isOver = kept["over"] == .bool(true)
            position.surveysAt = kept["surveys_at"]?.string.flatMap { Timestamp($0) }
            position.numbers = try tx.all(DemoStore.caseNumbers()) { row in
                Int32(row.text(0).split(separator: "-").last ?? "") ?? 0
            }
            guard position.numbers.count == Int(kept["cases"]?.integer ?? 0) else {
                throw Refusal(
                    .conflict, "worked_on",
                    "Somebody has worked with these data since the run was interrupted, so it cannot go on. Name an empty folder with --data."
                )
            }
            return position
        }
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let parts = start.duration(to: .now).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }
}

extension DemoGenerator.Report {
    fileprivate init(_ position: SimulatedDesk.Position, wasThere: Bool) {
        self.init(
            acts: position.acts, facts: position.facts, cases: position.numbers.count,
            refused: position.refused, wasThere: wasThere)
    }
}
