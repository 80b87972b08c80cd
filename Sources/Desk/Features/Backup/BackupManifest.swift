import Diagnosis
import Domain
import Foundation
import Storage

/// What a backup says of itself at its beginning.
package struct BackupManifest: Equatable, Sendable {
    /// A table and how many rows of it there are.
    package struct Table: Equatable, Sendable {
        /// Its name and columns.
        package var shape: TableShape
        /// How many rows.
        package var rows: Int64
    }

    /// The program that made it.
    package var program: String
    /// When the state was taken.
    package var madeAt: Timestamp
    /// The engine that the data was in.
    package var engine: String
    /// The schema of the tables.
    package var schema: Int
    /// The last numbers that the counters gave out.
    package var counters: [Counter: Int64]
    /// The identifier of the key in use, and what tells whether a key file holds it.
    package var keyID: String
    /// A digest made with that key.
    package var keyCheck: String
    /// The tables, in the order in which they follow.
    package var tables: [Table]
    /// How many files of evidence follow.
    package var evidenceFiles: Int64
    /// How many bytes they have.
    package var evidenceBytes: Int64

    /// How many rows all tables have.
    package var rows: Int64 { tables.reduce(0) { $0 + $1.rows } }

    /// The form that this program writes, and the newest that it reads.
    static let form: Int64 = 1

    /// What `keyCheck` is the digest of.
    static let checkedWords = "thirdline backup"

    /// The manifest as the first entry of the archive.
    var json: JSON {
        [
            "format": "thirdline-backup", "format_version": .integer(Self.form), "program": .string(program),
            "made_at": .string(madeAt.rfc3339), "engine": .string(engine), "schema": .integer(Int64(schema)),
            "counters": [
                "fact": .integer(counters[.fact] ?? 0), "case_number": .integer(counters[.caseNumber] ?? 0),
            ],
            "key": ["id": .string(keyID), "check": .string(keyCheck)],
            "tables": .array(
                tables.map { table in
                    [
                        "name": .string(table.shape.name), "rows": .integer(table.rows),
                        "columns": .array(
                            table.shape.columns.map {
                                ["name": .string($0.name), "type": .string($0.kind.rawValue)]
                            }),
                    ]
                }),
            "evidence": ["files": .integer(evidenceFiles), "bytes": .integer(evidenceBytes)],
        ]
    }

    /// A manifest of these parts.
    init(
        program: String, madeAt: Timestamp, engine: String, schema: Int, counters: [Counter: Int64],
        keyID: String, keyCheck: String, tables: [Table], evidenceFiles: Int64, evidenceBytes: Int64
    ) {
        (self.program, self.madeAt, self.engine, self.schema) = (program, madeAt, engine, schema)
        (self.counters, self.keyID, self.keyCheck, self.tables) = (counters, keyID, keyCheck, tables)
        (self.evidenceFiles, self.evidenceBytes) = (evidenceFiles, evidenceBytes)
    }

    /// Reads the first entry.
    init(_ bytes: [UInt8]) throws {
        guard let json = try? JSON(parsing: bytes), json["format"]?.string == "thirdline-backup" else {
            throw ArchiveFault("it is no backup of Thirdline")
        }
        let version = json["format_version"]?.integer ?? 0
        guard version <= Self.form else {
            throw ArchiveFault(
                "it has form \(version), made by a newer Thirdline; this program reads forms up to \(Self.form)",
                isDamage: false)
        }
        guard let program = json["program"]?.string, let engine = json["engine"]?.string,
            let madeAt = json["made_at"]?.string.flatMap({ Timestamp($0) }),
            let schema = json["schema"]?.integer.flatMap({ Int(exactly: $0) }),
            let tables = json["tables"]?.array, let files = json["evidence"]?["files"]?.integer,
            let bytes = json["evidence"]?["bytes"]?.integer
        else { throw ArchiveFault("its manifest is not whole") }
        self.init(
            program: program, madeAt: madeAt, engine: engine, schema: schema,
            counters: [
                .fact: json["counters"]?["fact"]?.integer ?? 0,
                .caseNumber: json["counters"]?["case_number"]?.integer ?? 0,
            ], keyID: json["key"]?["id"]?.string ?? "", keyCheck: json["key"]?["check"]?.string ?? "",
            tables: try tables.map(Self.table), evidenceFiles: files, evidenceBytes: bytes)
    }

    private static func table(_ json: JSON) throws -> Table {
        guard let name = json["name"]?.string, let rows = json["rows"]?.integer,
            let columns = json["columns"]?.array
        else { throw ArchiveFault("its manifest is not whole") }
        return Table(
            shape: TableShape(
                name,
                columns: try columns.map { column in
                    guard let name = column["name"]?.string,
                        let kind = column["type"]?.string.flatMap({ TableShape.Kind(rawValue: $0) })
                    else { throw ArchiveFault("its manifest is not whole") }
                    return .init(name, kind)
                }, key: []), rows: rows)
    }
}

/// What came with a backup or out of it, for whoever asked.
package struct BackupSummary: Sendable {
    /// What it says of itself.
    package var manifest: BackupManifest
    /// SHA-256 over the list of all digests, in hexadecimal: two backups with the same one are the same.
    package var digest: String
    /// How many bytes the file has; 0 where that is not known.
    package var bytes: Int64 = 0
    /// Evidence whose bytes were gone already when the backup was made.
    package var missing: [String] = []
    /// Evidence whose bytes were not those that were once kept, already when the backup was made.
    package var damaged: [String] = []
}

/// How far it is.
package struct BackupProgress: Sendable {
    /// What is being counted.
    package enum Part: String, Sendable {
        /// Rows of tables.
        case rows
        /// Bytes of evidence.
        case evidence
    }

    /// What is being counted.
    package var part: Part
    /// How much is done.
    package var done: Int64
    /// How much there is.
    package var total: Int64

    /// In words.
    package var words: String {
        switch part {
        case .rows: "\(done) of \(total) rows"
        case .evidence: "\(done / 1_000_000) of \(total / 1_000_000) MB of evidence"
        }
    }
}

/// A row as a line of JSON: an array with a value a column, bytes in base64.
enum BackupRow {
    static func append(_ row: any Row, _ columns: [TableShape.Column], to bytes: inout [UInt8]) {
        var values: [JSON] = []
        values.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() {
            if row.isNull(index) {
                values.append(.null)
                continue
            }
            switch column.kind {
            case .integer: values.append(.integer(row.integer(index)))
            case .text: values.append(.string(row.text(index)))
            case .blob: values.append(.string(Data(row.blob(index)).base64EncodedString()))
            case .real:
                if case .real(let number) = row.value(index) {
                    values.append(.number(number))
                } else {
                    values.append(.integer(row.integer(index)))
                }
            }
        }
        JSON.array(values).write(into: &bytes)
        bytes.append(10)
    }

    static func read(_ line: ArraySlice<UInt8>, _ columns: [TableShape.Column]) throws -> [SQLValue] {
        let parsed = try line.withUnsafeBytes {
            try JSON(parsing: $0, limits: JSONLimits(depth: 2, bytes: 1 << 29))
        }
        guard let values = parsed.array, values.count == columns.count else {
            throw ArchiveFault("a row has not as many values as its table has columns")
        }
        return try zip(values, columns).map { value, column in
            switch (column.kind, value) {
            case (_, .null): return .null
            case (.integer, .integer(let number)): return .integer(number)
            case (.real, .integer(let number)): return .real(Double(number))
            case (.real, .number(let number)): return .real(number)
            case (.text, .string(let text)): return .text(text)
            case (.blob, .string(let text)):
                guard let data = Data(base64Encoded: text) else { break }
                return .blob([UInt8](data))
            default: break
            }
            throw ArchiveFault("a value of column \(column.name) is not of its type")
        }
    }
}
