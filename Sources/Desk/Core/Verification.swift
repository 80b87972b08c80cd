import Diagnosis
import Domain
import Foundation
import Storage

/// Proves that the journal is whole and that the tables are what the facts make.
package struct Verification: Sendable {
    private let journal: Journal
    private let keys: KeyRing
    private let migrator: Migrator

    /// What is wrong, one sentence a finding that names the row.
    package struct Report: Sendable {
        /// The findings; none where everything is whole.
        package var findings: [String] = []
        /// How many facts were read.
        package var facts: Int64 = 0
        /// How many subjects they are about.
        package var subjects = 0
        /// How many rows of tables were compared.
        package var rows = 0
        /// Findings beyond the first thousand are only counted.
        package var uncounted = 0

        mutating func add(_ finding: String) {
            if findings.count < 1000 { findings.append(finding) } else { uncounted += 1 }
        }
    }

    /// A verification with what it needs.
    package init(journal: Journal, keys: KeyRing, migrator: Migrator) {
        (self.journal, self.keys, self.migrator) = (journal, keys, migrator)
    }

    /// Reads everything once, on one state of the database, so that it works beside a running server.
    ///
    /// Memory grows with subjects, not with facts.
    /// - Parameter checkpoint: the text of an exported checkpoint to hold the journal against.
    package func run(_ database: any Database, checkpoint: String? = nil) async throws -> Report {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "thirdline-verify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // a left-over folder only takes room
        let fresh = try SQLiteDatabase(path: folder.appendingPathComponent("fresh.db").path, readers: 1)
        try await migrator.migrate(fresh)
        let exported = try checkpoint.map { try Checkpoint.read(export: $0, keys: keys) }
        let report = try await database.read { live in
            var pass = Pass(journal: journal, keys: keys)
            try pass.readChains(live)
            try pass.compareHeads(live)
            try pass.compareCheckpoints(live)
            if let exported { pass.compare(exported.heads, upTo: exported.sequence) }
            var report = pass.report
            try fresh.writeAtOnce { rebuilt in
                try compareTriggers(live, rebuilt, &report)
                try rebuild(live, into: rebuilt, &report)
                try compareTables(live, rebuilt, &report)
            }
            for check in FeatureCatalog().features.flatMap({ $0.checks }) {
                for finding in try check(live) { report.add(finding) }
            }
            return report
        }
        try await fresh.close()
        return report
    }

    /// What keeps facts from being changed must be in force: who wants to change one takes it away first.
    private func compareTriggers(
        _ live: borrowing Transaction, _ fresh: borrowing Transaction, _ report: inout Report
    ) throws {
        func inForce(_ tx: borrowing Transaction) throws -> [String: String] {
            Dictionary(
                try tx.all(SQL.triggersInForce) { ("\($0.text(1)) on \($0.text(0))", $0.text(2)) },
                uniquingKeysWith: { first, _ in first })
        }
        let (now, wanted) = (try inForce(live), try inForce(fresh))
        for (trigger, words) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let found = now[trigger] else {
                report.add("trigger \(trigger) is missing or switched off: facts could be changed or deleted")
                continue
            }
            let isSame = live.dialect == fresh.dialect ? found == words : found == "refuses"
            if !isSame { report.add("trigger \(trigger) does not do what it was made for") }
        }
    }

    private func rebuild(
        _ live: borrowing Transaction, into fresh: borrowing Transaction, _ report: inout Report
    ) throws {
        var last = Int64.min
        while true {
            let page = try live.all(JournalStore.allFacts(after: last, limit: 2000), JournalStore.fact)
            guard let end = page.last else { return }
            last = end.sequence
            for fact in page {
                guard let type = journal.subjects[fact.subject.kind] else {
                    report.add("fact \(fact.sequence): nobody knows subjects of kind “\(fact.subject.kind)”")
                    continue
                }
                do {
                    try type.project(fact, fresh)
                } catch {
                    report.add("fact \(fact.sequence) (\(fact.kind)) cannot be replayed: \(error)")
                }
            }
        }
    }

    private func compareTables(
        _ live: borrowing Transaction, _ fresh: borrowing Transaction, _ report: inout Report
    ) throws {
        for type in journal.subjects.all {
            for table in type.tables where try table.isComplete(live) {
                var found = RowPages(table)
                var made = RowPages(table)
                var left = try found.next(in: live)
                var right = try made.next(in: fresh)
                while left != nil || right != nil {
                    report.rows += 1
                    switch (left, right) {
                    case (let a?, let b?) where isSame(a[0], b[0]):
                        for (index, column) in table.columns.enumerated() where !isSame(a[index], b[index]) {
                            report.add(
                                "table \(table.name), row \(text(a[0])), column \(column): holds \(text(a[index])), the facts make \(text(b[index]))"
                            )
                        }
                        (left, right) = (try found.next(in: live), try made.next(in: fresh))
                    case (let a?, let b?) where precedes(a[0], b[0]):
                        report.add("table \(table.name), row \(text(a[0])): stands there without facts")
                        left = try found.next(in: live)
                    case (let a?, nil):
                        report.add("table \(table.name), row \(text(a[0])): stands there without facts")
                        left = try found.next(in: live)
                    case (_, let b?):
                        report.add("table \(table.name), row \(text(b[0])): is missing")
                        right = try made.next(in: fresh)
                    case (nil, nil): break
                    }
                }
            }
        }
    }

    /// Whether two values are the same to the byte: Swift holds texts equal that Unicode calls equivalent.
    private func isSame(_ left: SQLValue, _ right: SQLValue) -> Bool {
        if case .text(let left) = left, case .text(let right) = right {
            return left.utf8.elementsEqual(right.utf8)
        }
        return left == right
    }

    /// The order of keys in the tables of both engines, which is that of their bytes.
    private func precedes(_ left: SQLValue, _ right: SQLValue) -> Bool {
        guard case .text(let left) = left, case .text(let right) = right else { return false }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "nothing"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text.count > 60 ? "“\(text.prefix(60))…”" : "“\(text)”"
        case .blob(let bytes): hex(bytes.prefix(16))
        }
    }
}

/// Rows of a table in the order of their key, a page at a time.
private struct RowPages {
    private let table: ProjectedTable
    private var page: [[SQLValue]] = []
    private var index = 0
    private var last = ""
    private var isDone = false

    init(_ table: ProjectedTable) { self.table = table }

    mutating func next(in tx: borrowing Transaction) throws -> [SQLValue]? {
        if index == page.count {
            if isDone { return nil }
            page = try tx.all(table.page(last, 1000)) { row in table.columns.indices.map { row.value($0) } }
            index = 0
            isDone = page.count < 1000
            guard let end = page.last, case .text(let key) = end[0] else { return nil }
            // A key that is no UTF-8 reads as another one, from which the same page would follow for ever.
            if !last.utf8.lexicographicallyPrecedes(key.utf8) { isDone = true }
            last = key
        }
        defer { index += 1 }
        return page[index]
    }
}

/// One reading of all chains.
private struct Pass {
    let journal: Journal
    let keys: KeyRing
    var report = Verification.Report()
    /// The computed end of each chain.
    private var ends: [SubjectRef: (version: Int, chain: [UInt8])] = [:]
    /// For heads of checkpoints: the links at earlier versions that are asked for later would need a second pass,
    /// so every link is kept as its version and its first bytes.
    private var links: [SubjectRef: [Int: [UInt8]]] = [:]

    init(journal: Journal, keys: KeyRing) { (self.journal, self.keys) = (journal, keys) }

    mutating func readChains(_ tx: borrowing Transaction) throws {
        var last = Int64.min
        var mismatches: [Int64: (fact: StoredFact, hasSalt: Bool)] = [:]
        var tombstones: [Int64: String] = [:]
        while true {
            var count = 0
            try tx.each(JournalStore.allFacts(after: last, limit: 2000)) { row in
                count += 1
                let fact = JournalStore.fact(row)
                last = fact.sequence
                report.facts += 1
                let (salt, digest, chain) = (row.blob(9), row.blob(10), row.blob(11))
                let end = ends[fact.subject]
                let name = "\(fact.subject.kind) \(fact.subject.id)"
                if fact.version.number != (end?.version ?? 0) &+ 1 {
                    report.add(
                        "fact \(fact.sequence): \(name) goes from version \(end?.version ?? 0) to \(fact.version.number); a fact is missing between them"
                    )
                }
                if Chain.digest(ofBody: fact.body, salt: salt) != digest {
                    mismatches[fact.sequence] = (fact, !salt.isEmpty)
                }
                if Chain.link(after: end?.chain ?? [], fact, bodyDigest: digest) != chain {
                    report.add(
                        "fact \(fact.sequence) (\(fact.kind)) of \(name): was changed, or a fact before it was"
                    )
                }
                if fact.kind.hasSuffix(".entry_erased"), let body = try? JSON(parsing: fact.body),
                    let sequence = body["sequence"]?.integer, let left = body["body_sha256"]?.string
                {
                    tombstones[sequence] = left
                }
                if fact.kind.hasSuffix(".purged"), let body = try? JSON(parsing: fact.body) {
                    for entry in body["entries"]?.array ?? [] {
                        if let sequence = entry["sequence"]?.integer, let left = entry["body_sha256"]?.string
                        {
                            tombstones[sequence] = left
                        }
                    }
                }
                ends[fact.subject] = (fact.version.number, chain)
                links[fact.subject, default: [:]][fact.version.number] = Array(chain.prefix(16))
            }
            if count == 0 { break }
        }
        for (sequence, found) in mismatches.sorted(by: { $0.key < $1.key }) {
            let left = hex(sha256(Array(found.fact.body.utf8)))
            if tombstones[sequence] != left || found.hasSalt {
                report.add(
                    "fact \(sequence) (\(found.fact.kind)) of \(found.fact.subject.kind) \(found.fact.subject.id): its body was changed"
                )
            }
        }
        report.subjects = ends.count
        let count = try tx.first(JournalStore.lastSequence()) { $0.integer(1) } ?? 0
        if count != report.facts {
            report.add(
                "the journal holds \(count) facts, of which only \(report.facts) have a place in its order")
        }
    }

    mutating func compareHeads(_ tx: borrowing Transaction) throws {
        var seen: Set<SubjectRef> = []
        var last = SubjectRef(kind: "", id: "")
        while true {
            let page = try tx.all(JournalStore.heads(after: last, limit: 2000)) {
                (SubjectRef(kind: $0.text(0), id: $0.text(1)), Int($0.integer(2)), $0.blob(3))
            }
            for (subject, version, chain) in page {
                seen.insert(subject)
                let name = "\(subject.kind) \(subject.id)"
                guard let end = ends[subject] else {
                    report.add("\(name): has a head at version \(version), but no facts; they were deleted")
                    continue
                }
                if end.version < version {
                    report.add(
                        "\(name): has facts up to version \(end.version), but its head says \(version); the last \(version &- end.version) were deleted"
                    )
                } else if end.version != version || end.chain != chain {
                    report.add("\(name): its head does not belong to its last fact")
                }
            }
            guard let end = page.last else { break }
            // A key that is no UTF-8 reads as another one, from which the same page would follow for ever.
            guard last.precedes(end.0) else {
                report.add("\(end.0.kind) \(end.0.id): its head has a name that is not text")
                break
            }
            last = end.0
        }
        for subject in ends.keys where !seen.contains(subject) {
            report.add("\(subject.kind) \(subject.id): has facts, but no head")
        }
    }

    mutating func compareCheckpoints(_ tx: borrowing Transaction) throws {
        let points = try tx.all(JournalStore.checkpoints()) { row in
            Checkpoint(
                sequence: row.integer(0), recordedAt: Timestamp(microseconds: row.integer(1)),
                facts: row.integer(2),
                subjects: row.integer(3), root: row.blob(4), keyID: row.text(5), signature: row.blob(6))
        }
        for point in points {
            let name = "checkpoint of \(point.recordedAt.rfc3339) at fact \(point.sequence)"
            guard keys.isValid(point.signature, of: point.signedBytes, keyID: point.keyID) else {
                report.add("\(name): was changed, or signed with a key that is not in the key file")
                continue
            }
            let facts = try tx.first(JournalStore.factCount(upTo: point.sequence)) { $0.integer(0) } ?? 0
            if facts != point.facts {
                report.add(
                    "\(name): there were \(point.facts) facts, now there are \(facts); \(point.facts - facts) are missing"
                )
            }
        }
        guard let newest = points.last else { return }
        var digest = RootDigest()
        try Checkpoint.headsAsOf(newest.sequence, in: tx) { digest.add($0) }
        if digest.count != newest.subjects {
            report.add(
                "checkpoint at fact \(newest.sequence): there were \(newest.subjects) subjects, now there are \(digest.count)"
            )
        } else if digest.value != newest.root {
            report.add("checkpoint at fact \(newest.sequence): the chains are not those that were signed")
        }
    }

    mutating func compare(_ heads: [Checkpoint.Head], upTo sequence: Int64) {
        for head in heads {
            let name = "\(head.subject.kind) \(head.subject.id)"
            guard let end = ends[head.subject] else {
                report.add("exported checkpoint: \(name) had \(head.version) facts and is gone as a whole")
                continue
            }
            guard let link = links[head.subject]?[head.version] else {
                report.add(
                    "exported checkpoint: \(name) had \(head.version) facts, now it has \(end.version); the last were deleted"
                )
                continue
            }
            if link != Array(head.chain.prefix(16)) {
                report.add(
                    "exported checkpoint: \(name) was another one at version \(head.version); its facts were changed"
                )
            }
        }
    }
}
