import Domain
import Foundation
import Storage

/// Takes the rows of a file over as cases, each row one fact, in batches that are whole or not there at all.
///
/// 1. Rows are read and translated outside any transaction.
/// 2. One transaction a batch: rows that are known are passed over, the others become facts, and each is noted in
///    `import_row` beside its fact. A run that is killed therefore goes on where it stopped when it is run again.
/// 3. A dry run does the same on a reading transaction and writes nothing.
package struct CaseImporter: Sendable {
    let services: Services
    let mapping: ImportMapping
    let actor: String
    let isDryRun: Bool
    let batchRows: Int

    /// An importer by a mapping; `actor` is the person who imports, or "operator".
    package init(
        _ services: Services, mapping: ImportMapping, actor: String = "operator", isDryRun: Bool = false,
        batchRows: Int = 200
    ) {
        (self.services, self.mapping, self.actor) = (services, mapping, actor)
        (self.isDryRun, self.batchRows) = (isDryRun, batchRows)
    }

    /// Imports a file.
    ///
    /// `progress` is called after every batch; when it throws, the import stops there and a later run goes on.
    /// `rejected` is given every reject, also those that the report no longer keeps.
    package func run(
        _ path: String, rejected: (ImportReport.Reject) throws -> Void = { _ in },
        progress: (ImportProgress) throws -> Void = { _ in }
    ) async throws -> ImportReport {
        let start = ContinuousClock.now
        let latest = try await latestImported(path)
        var reader = try open(path)
        var state = ImportState(latest: latest)
        state.report.isDryRun = isDryRun
        state.report.orderColumn = mapping.orderCheck
        let policy = services.policy.current
        while true {
            try Task.checkCancellation()
            let items = try reader.next(batchRows)
            if items.isEmpty { break }
            let known = state.rejects.count
            let rows = items.compactMap { state.prepare($0, mapping, policy) }
            state = try await importBatch(rows, state)
            for reject in state.rejects[known...] { try rejected(reject) }
            state.rejects = []
            state.report.seconds = Self.seconds(since: start)
            try progress(
                ImportProgress(bytesRead: reader.bytesRead, byteCount: reader.byteCount, report: state.report)
            )
        }
        state.report.oddities = state.order.oddities
        state.report.seconds = Self.seconds(since: start)
        return state.report
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let parts = start.duration(to: .now).components
        return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
    }

    private func open(_ path: String) throws -> ImportReader {
        let reader = try ImportReader(path: path, delimiter: mapping.delimiter)
        if let header = reader.header {
            let problems = mapping.problems(withColumns: header)
            guard problems.isEmpty else { throw ImportMappingProblems(problems) }
        }
        return reader
    }

    /// For each case with history from earlier runs, the line of its last row in this file that was imported.
    ///
    /// A row that stood wrong then and is right now comes too late to change the state of its case: rows after it
    /// have already. Without earlier rows of the source the file is not read twice.
    private func latestImported(_ path: String) async throws -> [String: Int] {
        let source = mapping.source
        let hasRows = try await services.database.read { tx in
            try tx.first(ImportQueries.anyRow(of: source)) { _ in true } ?? false
        }
        guard hasRows, mapping.rows == .changes else { return [:] }
        var reader = try open(path)
        var latest: [String: Int] = [:]
        while true {
            try Task.checkCancellation()
            let items = try reader.next(1000)
            if items.isEmpty { return latest }
            let keys = items.compactMap { item -> (number: String, line: Int, key: String)? in
                guard case .row(let row) = item, let number = mapping.number(of: row) else { return nil }
                return (number, row.line, mapping.key(of: row, content: ImportState.content(of: row).text))
            }
            let found = try await services.database.read { tx in
                try keys.filter {
                    try tx.first(ImportQueries.row(source: source, key: $0.key)) { _ in true } ?? false
                }
            }
            for row in found { latest[row.number] = row.line }
        }
    }

    private func importBatch(_ rows: [PreparedRow], _ state: ImportState) async throws -> ImportState {
        guard !rows.isEmpty else { return state }
        let now = services.clock()
        let batch = ImportBatch(importer: self, now: now)
        if isDryRun {
            return try await services.database.read { tx in try batch.run(rows, state, in: tx) }
        }
        let after = try await services.database.write { tx in try batch.run(rows, state, in: tx) }
        if after.report.imported > state.report.imported { services.live.wake() }
        return after
    }
}

/// A row that was read and translated.
struct PreparedRow: Sendable {
    var line: Int
    var key: String
    var digest: [UInt8]
    var mapped: MappedRow
    var isLate: Bool
}

/// What a run knows; a batch that fails leaves the state before it.
struct ImportState: Sendable {
    var report = ImportReport()
    /// Rejects that were not yet handed on.
    var rejects: [ImportReport.Reject] = []
    var order = ImportOrder()
    /// Outside number to case, for cases that this run met.
    var cases: [String: String] = [:]
    /// Origin to person or organisation, for those that this run met.
    var people: [String: ImportBatch.Known] = [:]
    var organisations: [String: String] = [:]
    private let latest: [String: Int]
    /// Digests of keys and contents that this run met, cut short to save memory.
    private var seen: [UInt64: UInt64] = [:]
    private var occurrences: [UInt64: Int] = [:]

    init(latest: [String: Int]) { self.latest = latest }

    /// A digest of all columns that hold something, in whatever order they stand.
    static func content(of row: ImportRow) -> (digest: [UInt8], text: String) {
        var bytes: [UInt8] = []
        for (column, value) in row.columns.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            bytes += Array("\(column.utf8.count):\(column)\(value.utf8.count):\(value)".utf8)
        }
        let digest = sha256(bytes)
        return (digest, hex(Array(digest.prefix(16))))
    }

    private static func short(_ digest: [UInt8]) -> UInt64 {
        digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func reject(_ line: Int, column: String? = nil, field: String? = nil, _ why: String) {
        let reject = ImportReport.Reject(line: line, column: column, field: field, why: why)
        rejects.append(reject)
        if report.rejects.count < ImportReport.keptRejects { report.rejects.append(reject) }
    }

    mutating func prepare(_ item: ImportReader.Item, _ mapping: ImportMapping, _ policy: Policy)
        -> PreparedRow?
    {
        report.read += 1
        switch item {
        case .bad(let line, let why):
            report.rejected += 1
            reject(line, why)
            return nil
        case .row(let row): return prepare(row, mapping, policy)
        }
    }

    private mutating func prepare(_ row: ImportRow, _ mapping: ImportMapping, _ policy: Policy)
        -> PreparedRow?
    {
        let content = Self.content(of: row)
        guard let key = key(of: row, content, mapping) else { return nil }
        let number = mapping.number(of: row)
        if let number, mapping.rows == .changes {
            order.note(
                number, text: mapping.orderCheck.map { row.columns[$0]?.trimmingWhitespace ?? "" },
                time: mapping.moment(of: row), line: row.line)
        }
        switch mapping.read(row, policy: policy) {
        case .failure(let problems):
            report.rejected += 1
            for problem in problems.problems {
                reject(row.line, column: problem.column, field: problem.field, problem.message)
            }
            return nil
        case .success(var mapped):
            let isLate = (number.flatMap { latest[$0] } ?? 0) > row.line
            if isLate {
                (mapped.set, mapped.names) = ([:], [:])
                mapped.kept = row.columns.filter { !mapping.unknown.contains($0.value.trimmingWhitespace) }
            }
            return PreparedRow(
                line: row.line, key: key, digest: content.digest, mapped: mapped, isLate: isLate)
        }
    }

    /// The row's key, or nil where the file has the row already.
    private mutating func key(
        of row: ImportRow, _ content: (digest: [UInt8], text: String), _ mapping: ImportMapping
    ) -> String? {
        var key = mapping.key(of: row, content: content.text)
        if mapping.rows == .cases, mapping.rowKey.isEmpty, mapping.number(of: row) == nil {
            // Nothing but its content tells such a row from others; two alike are two cases.
            let count = (occurrences[Self.short(content.digest)] ?? 0) + 1
            occurrences[Self.short(content.digest)] = count
            if count > 1 { key += "#\(count)" }
            return key
        }
        if !mapping.rowKey.isEmpty, key.allSatisfy({ $0 == "|" }) {
            report.rejected += 1
            reject(row.line, column: mapping.rowKey[0], "is empty, so that nothing identifies the row")
            return nil
        }
        let short = Self.short(sha256(Array(key.utf8)))
        guard let earlier = seen.updateValue(Self.short(content.digest), forKey: short) else { return key }
        if earlier == Self.short(content.digest) {
            report.repeated += 1
        } else {
            seen[short] = earlier
            report.rejected += 1
            reject(
                row.line, "a row with the key “\(key.shortened(to: 80))” stands further up with other content"
            )
        }
        return nil
    }
}
