import Desk
import Domain
import Foundation
import Logging
import Storage

/// An empty installation in a folder of its own, and what imports into it need.
struct ImportDesk {
    let folder: URL
    let database: SQLiteDatabase
    let services: Services
    let keys = KeyRing(key: Array(repeating: 7, count: 32))

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try SQLiteDatabase(path: folder.appendingPathComponent("desk.db").path)
        services = try Services(database: database, keys: keys, logger: Logger(label: "import"))
        try await services.migrator.migrate(database)
    }

    /// Ends the installation.
    func remove() async throws {
        try await database.close()
        try FileManager.default.removeItem(at: folder)
    }

    /// A file of these lines.
    func file(_ name: String, _ lines: [String]) throws -> String {
        let path = folder.appendingPathComponent(name).path
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    func mapping(_ text: String) throws -> ImportMapping {
        try ImportCases.readMapping(text: text, services.policy.current)
    }

    /// A mapping of `docs/examples/import`.
    func example(_ name: String) throws -> ImportMapping {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try ImportCases.readMapping(
            root.appendingPathComponent("docs/examples/import/\(name)").path, services.policy.current)
    }

    func run(
        _ mapping: ImportMapping, _ path: String, isDryRun: Bool = false, batchRows: Int = 200,
        progress: (ImportProgress) throws -> Void = { _ in }
    ) async throws -> ImportReport {
        let importer = CaseImporter(services, mapping: mapping, isDryRun: isDryRun, batchRows: batchRows)
        return try await importer.run(path, progress: progress)
    }

    /// All cases, by number.
    func cases() async throws -> [String: SupportCase] {
        let all = try await database.read { tx in
            try CaseDirectory.list(CaseFilter(), for: .system, limit: 100_000, in: tx)
        }
        return Dictionary(all.map { ($0.number, $0) }) { first, _ in first }
    }

    /// The facts of a case, oldest first.
    func facts(_ subject: SubjectRef) async throws -> [Recorded<CaseFact>] {
        try await database.read { [journal = services.journal] tx in
            try journal.facts(of: subject, as: CaseFact.self, in: tx)
        }
    }

    /// How many facts about cases there are.
    func factCount() async throws -> Int {
        try await database.read { tx in
            try tx.first("SELECT COUNT(*) FROM fact WHERE subject_kind = 'case'") { Int($0.integer(0)) } ?? 0
        }
    }

    /// Everything that `verify` finds.
    func findings() async throws -> [String] {
        let verification = Verification(journal: services.journal, keys: keys, migrator: services.migrator)
        return try await verification.run(database).findings
    }

    /// Adds Lea, an engineer, and Con, a customer's contact, who both have addresses.
    func addPeople() async throws {
        var decision = Decision()
        decision.record(
            OrganisationFact.added(name: "Firm", tier: "standard", origin: nil),
            on: SubjectRef(kind: Organisation.kind, id: "firm"))
        decision.record(
            PersonFact.added(
                name: "Lea", email: "lea@desk.example", roles: ["engineer"], organisation: nil, origin: nil),
            on: SubjectRef(kind: Person.kind, id: "lea"))
        decision.record(
            PersonFact.added(
                name: "Con", email: "con@firm.example", roles: ["customer"], organisation: "firm", origin: nil
            ),
            on: SubjectRef(kind: Person.kind, id: "con"))
        let (entries, now) = (decision.entries, services.clock())
        _ = try await database.write { [journal = services.journal] tx in
            try journal.append(entries, by: "operator", at: now, in: tx)
        }
    }

    func names(_ ids: [String]) async throws -> [String: String] {
        try await database.read { tx in try PeopleDirectory.names(of: ids, in: tx) }
    }
}

extension ImportReport {
    /// Several numbers of the report at once.
    func counts(_ parts: KeyPath<ImportReport, Int>...) -> [Int] { parts.map { self[keyPath: $0] } }
}
