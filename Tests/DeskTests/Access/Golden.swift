import Foundation
import Testing

/// A reviewed file of lines that a test compares what it found with.
///
/// A line that is missing from the file fails, and so does one that only the file has. Run the tests with
/// `THIRDLINE_GOLDENS=write` to write the files anew, then read the difference line by line before keeping it.
struct Golden {
    private let file: URL

    init(_ name: String, here: String = #filePath) {
        file = URL(fileURLWithPath: here).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Goldens").appendingPathComponent(name)
    }

    func compare(_ found: [String], location: SourceLocation = #_sourceLocation) throws {
        if ProcessInfo.processInfo.environment["THIRDLINE_GOLDENS"] == "write" {
            try Data((found.joined(separator: "\n") + "\n").utf8).write(to: file)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for line in found where !expected.contains(line) {
            Issue.record("\(file.lastPathComponent) lacks: \(line)", sourceLocation: location)
        }
        for line in expected where !found.contains(line) {
            Issue.record("\(file.lastPathComponent) has, but it is not so: \(line)", sourceLocation: location)
        }
        #expect(Set(found).count == found.count, "a line stands twice", sourceLocation: location)
    }
}
