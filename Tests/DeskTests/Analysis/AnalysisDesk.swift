import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

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

/// Archives for tests, made and read by the tools of the system.
enum Archives {
    private static func inFolder<T>(_ body: (URL) throws -> T) throws -> T {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // a folder that stays harms nobody
        return try body(folder)
    }

    private static func run(_ program: String, _ arguments: [String], in folder: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program) \(arguments)")
    }

    /// A compressed archive of these files.
    static func tar(_ files: [String: [UInt8]]) throws -> [UInt8] {
        try inFolder { folder in
            for (name, bytes) in files {
                let file = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: file)
            }
            try run("/bin/tar", ["czf", "/\(folder.path)/x.tar.gz"] + files.keys.sorted(), in: folder)
            return Array(try Data(contentsOf: folder.appendingPathComponent("x.tar.gz")))
        }
    }

    /// The texts of a ZIP archive by their paths.
    static func members(of bytes: [UInt8]) throws -> [String: String] {
        try inFolder { folder in
            try Data(bytes).write(to: folder.appendingPathComponent("x.zip"))
            let code = "import sys, zipfile; zipfile.ZipFile('x.zip').extractall('out')"
            try run("/usr/bin/python3", ["-c", code], in: folder)
            let out = folder.appendingPathComponent("out")
            var texts: [String: String] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: out.path) {
                let file = out.appendingPathComponent(name)
                guard let data = FileManager.default.contents(atPath: file.path) else { continue }
                texts[name] = String(decoding: data, as: UTF8.self)
            }
            return texts
        }
    }
}
