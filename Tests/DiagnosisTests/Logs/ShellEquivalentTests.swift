import Diagnosis
import Foundation
import Testing

/// What was found here is found with common tools, too.
@Suite("Commands for a shell") struct ShellEquivalentTests {
    private static let lines = [
        "2026-03-02 08:00:00 INFO order 1 stored", "2026-03-02 08:00:01 ERROR it's “full”: a+b (x) $HOME",
        "2026-03-02 08:00:02 error IT'S “full”: A+B (X) $home", "2026-03-02 08:00:03 INFO order 42 stored",
        "-e looks like an option",
    ]

    /// The lines that a command of the shell prints in a folder that holds the log, plain and packed.
    private func printed(_ command: String) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "shell-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = Self.lines.joined(separator: "\n") + "\n"
        for name in ["a b's.log", "-v"] {
            try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8)
        }
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c", "gzip -c -- \"a b's.log\" > packed.log.gz; tar -cf packed.tar \"a b's.log\"; \(command)",
        ]
        process.currentDirectoryURL = folder
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(
        "DIAG-09 part: The command that is shown for a search finds the same lines in a shell",
        arguments: [
            ("it's “full”: a+b (x) $home", [1, 2]), ("ORDER", [0, 3]), ("/order \\d{2}/", [3]),
            ("/ERROR/", [1]), ("/ERROR/i", [1, 2]), ("-e looks", [4]), ("nowhere", []),
        ] as [(String, [Int])])
    func search(_ text: String, _ found: [Int]) throws {
        let expected = found.map { "\($0 + 1):\(Self.lines[$0])" }
        for command in [
            ShellEquivalent.search(text, in: "a b's.log"), ShellEquivalent.search(text, in: "-v"),
            ShellEquivalent.search(text, in: "packed.log.gz"),
            ShellEquivalent.search(text, in: "packed.log.gz", member: ""),
            ShellEquivalent.search(text, in: "packed.tar", member: "a b's.log"),
        ] {
            #expect(try printed(command) == expected, "\(command)")
        }
    }
}
