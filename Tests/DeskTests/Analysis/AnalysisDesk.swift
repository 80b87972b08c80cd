import Diagnosis
import Domain
import Storage
import TestSupport

@testable import Desk

/// Logs for tests, with what is wrong in them at lines that tests name.
enum Logs {
    /// Twenty minutes of a quiet service that loses its database at line 601, with a stack trace.
    static let failing: String = {
        var lines: [String] = []
        for second in 0..<600 {
            lines.append(
                "\(stamp(second)) INFO  [worker-\(second % 4)] Request \(second) served in \(10 + second % 7) ms"
            )
        }
        for second in 600..<630 {
            lines.append(
                "\(stamp(second)) ERROR [worker-1] Connection to 10.20.30.40 timed out after 5000 ms for alice.smith@halden.example"
            )
        }
        lines.append("\(stamp(630)) ERROR [worker-2] Capture failed")
        lines.append("java.lang.IllegalStateException: no key for host")
        lines.append("\tat com.halden.pay.Signer.sign(Signer.java:44)")
        lines.append("\tat com.halden.pay.Capture.run(Capture.java:101)")
        for second in 640..<1200 {
            lines.append(
                "\(stamp(second)) INFO  [worker-\(second % 4)] Request \(second) served in \(10 + second % 7) ms"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    private static func stamp(_ second: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "2026-03-01 14:\(two(second / 60)):\(two(second % 60))"
    }

    /// Analyses what waits, and waits for what the server itself has begun.
    static func analyse(_ desk: TestDesk) async throws {
        while try await desk.services.database.read({ tx in
            try tx.first("SELECT COUNT(*) FROM evidence_analysis WHERE state IN ('waiting', 'running')") {
                $0.integer(0)
            } ?? 0
        }) > 0 {
            try await AnalysisJobs(desk.services).finish()
        }
    }

    /// How the analysis of a piece stands.
    static func analysis(_ number: String, of piece: Int = 1, _ desk: TestDesk) async throws
        -> EvidenceAnalysis?
    {
        let actor = try desk.actor(.samira)
        return try await desk.services.database.read { tx in
            let this = try CaseDirectory.find(number, for: actor, in: tx)
            guard let found = try EvidenceDirectory.find("E\(piece)", of: this.id, for: actor, in: tx) else {
                return nil
            }
            return try AnalysisDirectory.find(found.id, in: tx)
        }
    }
}
