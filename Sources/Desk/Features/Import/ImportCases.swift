import Domain
import Foundation
import Storage
import Yams

/// `thirdline import cases`: reads the mapping, imports the file, writes the rejects.
package enum ImportCases {
    /// What the command line asks for.
    package struct Request: Sendable {
        /// The CSV or NDJSON file.
        package var file: String
        /// The mapping.
        package var mapping: String
        /// Whether nothing is to be written.
        package var isDryRun = false
        /// The address of the person on whose behalf; the operator where nil.
        package var email: String?
        /// A name for the source instead of that of the mapping.
        package var source: String?
        /// A CSV file to write every reject to.
        package var rejects: String?

        /// A request to import a file by a mapping.
        package init(file: String, mapping: String) { (self.file, self.mapping) = (file, mapping) }
    }

    /// Carries the request out.
    /// - Throws: `ImportFault` or `ImportMappingProblems` where nothing can be imported, and whatever `progress` throws.
    package static func run(
        _ request: Request, _ services: Services, progress: (ImportProgress) throws -> Void
    ) async throws -> ImportReport {
        try await services.policy.refresh(from: services.database)
        var mapping = try readMapping(request.mapping, services.policy.current)
        if let source = request.source {
            guard !source.isEmpty, source.utf8.count <= 60, !source.contains(":") else {
                throw ImportFault("a source has 1 to 60 characters, and no “:”")
            }
            mapping.source = source
        }
        let importer = CaseImporter(
            services, mapping: mapping, actor: try await actor(request.email, services),
            isDryRun: request.isDryRun)
        let rejects = try request.rejects.map { try RejectFile($0) }
        do {
            let report = try await importer.run(
                request.file, rejected: { try rejects?.write($0) }, progress: progress)
            try rejects?.close()
            return report
        } catch let problems as ImportMappingProblems {
            throw ImportFault(problems.problems.map { "\(request.mapping), \($0)" }.joined(separator: "\n"))
        }
    }

    /// Reads a mapping file.
    /// - Throws: `ImportFault` with every mistake by line and key.
    package static func readMapping(_ path: String, _ policy: Policy) throws -> ImportMapping {
        let text: String
        do {
            text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw ImportFault("cannot read the mapping \(path) as UTF-8 text")
        }
        do {
            return try readMapping(text: text, policy)
        } catch let problems as ImportMappingProblems {
            throw ImportFault(problems.problems.map { "\(path), \($0)" }.joined(separator: "\n"))
        }
    }

    /// Reads a mapping.
    /// - Throws: `ImportMappingProblems` with every mistake by line and key.
    package static func readMapping(text: String, _ policy: Policy) throws -> ImportMapping {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                throw ImportMappingProblems([ConfigProblem(line: 1, key: "document", message: "is empty")])
            }
            guard let config = PolicyText.configNode(node) else {
                throw ImportMappingProblems([
                    ConfigProblem(line: 1, key: "document", message: "holds too many values")
                ])
            }
            return try ImportMapping.read(config, policy: policy).get()
        } catch let error as YamlError {
            throw ImportMappingProblems([PolicyText.problem(error)])
        }
    }

    private static func actor(_ email: String?, _ services: Services) async throws -> String {
        guard let email else { return "operator" }
        let person = try await services.database.read { tx in try PeopleDirectory.find(email, in: tx) }
        guard let person, person.isActive, !person.roles.contains("customer") else {
            throw ImportFault("nobody of the staff has an active account with the address \(email)")
        }
        return person.id.raw
    }
}

/// The file with every reject, as CSV.
private struct RejectFile {
    private let file: FileHandle
    private let path: String

    init(_ path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data("line,column,field,why\n".utf8)),
            let file = FileHandle(forWritingAtPath: path)
        else { throw ImportFault("cannot write the file \(path)") }
        (self.file, self.path) = (file, path)
        _ = try file.seekToEnd()
    }

    func write(_ reject: ImportReport.Reject) throws {
        let fields = [String(reject.line), reject.column ?? "", reject.field ?? "", reject.why]
        let line = fields.map(quoted).joined(separator: ",") + "\n"
        try file.write(contentsOf: Data(line.utf8))
    }

    func close() throws { try file.close() }

    private func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
