import Foundation
import Testing

/// Every statement is prepared on both engines, which only holds if each one is among the samples of its file.
struct StatementSampleTests {
    private struct Source {
        var name: String
        var text: String
    }

    private func sources() throws -> [Source] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Desk")
        let files =
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
        return try files.compactMap { $0 as? URL }.filter { url in
            let name = url.lastPathComponent
            return name.hasSuffix("Queries.swift") || name.hasSuffix("Store.swift")
        }.map { Source(name: $0.lastPathComponent, text: try String(contentsOf: $0, encoding: .utf8)) }
    }

    @Test("Every statement of a file of queries is among its samples")
    func everyStatementIsSampled() throws {
        var count = 0
        for source in try sources() {
            // A private function is a piece of the statements that use it.
            let statements = source.text.matches(
                of: /\n {4}(?:package )?static func ([A-Za-z]+)\([^{]*?\) -> SQL \{/
            )
            .map { String($0.output.1) }
            guard !statements.isEmpty else { continue }
            let samples = source.text.components(separatedBy: "static let samples").dropFirst().joined()
            for statement in Set(statements) {
                count += 1
                #expect(
                    samples.contains("\(statement)("),
                    "\(source.name): \(statement) is not among the samples, so no test prepares it")
            }
        }
        #expect(count > 60)
    }

    @Test("The samples of every file of queries are in the list that the test prepares")
    func everySampleIsPrepared() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/Desk")
        let files =
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
        let lists = try files.compactMap { $0 as? URL }.filter {
            $0.lastPathComponent.hasSuffix("Feature.swift") || $0.lastPathComponent == "FeatureCatalog.swift"
        }.map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        for source in try sources() where source.text.contains("static let samples") {
            let types = source.text.matches(of: /(?:enum|struct) ([A-Za-z]+)/).map { String($0.output.1) }
            #expect(
                types.contains { lists.contains("\($0).samples") },
                "\(source.name) is not in any list of statements")
        }
    }
}
