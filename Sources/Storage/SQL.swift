/// A value that a statement binds or a row holds.
package enum SQLValue: Hashable, Sendable {
    /// No value.
    case null
    /// A whole number.
    case integer(Int64)
    /// A number.
    case real(Double)
    /// Text without NUL.
    case text(String)
    /// Bytes.
    case blob([UInt8])
}

/// What can be bound to a statement.
package protocol SQLBindable {
    /// The value that is bound.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    package var sqlValue: SQLValue { self }
}
extension String: SQLBindable {
    package var sqlValue: SQLValue { .text(self) }
}
extension Int: SQLBindable {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
}
extension Int64: SQLBindable {
    package var sqlValue: SQLValue { .integer(self) }
}
extension Double: SQLBindable {
    package var sqlValue: SQLValue { .real(self) }
}
extension Bool: SQLBindable {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}
extension [UInt8]: SQLBindable {
    package var sqlValue: SQLValue { .blob(self) }
}
extension Optional: SQLBindable where Wrapped: SQLBindable {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

/// SQL text whose interpolations bind and never splice; the engines number the parameters.
///
/// Written once in the common subset of SQLite and PostgreSQL. What differs stands behind the named fragments of
/// `SQL` and functions of `Transaction`.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// A piece of a statement.
    package indirect enum Part: Sendable {
        /// Text from the source code.
        case text(StaticString)
        /// A bound value.
        case bind(SQLValue)
        /// What differs between the engines.
        case dialect(sqlite: StaticString, postgreSQL: StaticString)
        /// What differs between the engines, with values.
        case either(sqlite: SQL, postgreSQL: SQL)
        /// The name of a table or column that the engine itself has given, quoted.
        case name(String)
    }

    /// The pieces in order.
    package private(set) var parts: [Part]

    /// Whether the compiled statement is worth keeping: not for one whose shape follows what somebody typed.
    package private(set) var isKept = true

    package init(stringLiteral text: StaticString) { parts = [.text(text)] }
    package init(stringInterpolation interpolation: StringInterpolation) { parts = interpolation.parts }
    init(parts: [Part]) { self.parts = parts }

    /// Collects the pieces of a literal.
    package struct StringInterpolation: StringInterpolationProtocol {
        var parts: [Part] = []
        package init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(2 * interpolationCount + 1)
        }
        package mutating func appendLiteral(_ text: StaticString) { parts.append(.text(text)) }
        package mutating func appendInterpolation(_ value: some SQLBindable) {
            parts.append(.bind(value.sqlValue))
        }
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            parts.append(.bind(value?.sqlValue ?? .null))
        }
        package mutating func appendInterpolation(_ fragment: SQL) { parts += fragment.parts }
        /// Binds a list for `IN (...)`; an empty list matches nothing.
        package mutating func appendInterpolation(anyOf values: [some SQLBindable]) {
            if values.isEmpty { parts.append(.text("NULL")) }
            for (index, value) in values.enumerated() {
                if index > 0 { parts.append(.text(", ")) }
                parts.append(.bind(value.sqlValue))
            }
        }
    }

    /// The statement followed by another piece.
    package static func + (left: SQL, right: SQL) -> SQL { SQL(parts: left.parts + right.parts) }

    package static func += (left: inout SQL, right: SQL) { left.parts += right.parts }

    /// The same statement, compiled anew each time, so that statements of ever new shapes fill no memory.
    package var once: SQL {
        var copy = self
        copy.isKept = false
        return copy
    }

    /// What differs between the engines.
    package static func engines(sqlite: SQL, postgreSQL: SQL) -> SQL {
        SQL(parts: [.either(sqlite: sqlite, postgreSQL: postgreSQL)])
    }

    /// Conditions of which one must hold; none of them holds without any.
    package static func any(_ conditions: [SQL]) -> SQL {
        guard var joined = conditions.first else { return "1 = 0" }
        for condition in conditions.dropFirst() { joined = joined + " OR " + condition }
        return conditions.count == 1 ? joined : "(" + joined + ")"
    }

    /// Conditions that must all hold; `TRUE` without any.
    package static func all(_ conditions: [SQL]) -> SQL {
        guard var joined = conditions.first else { return "1 = 1" }
        for condition in conditions.dropFirst() { joined = joined + " AND " + condition }
        return joined
    }

    /// Locks the rows of a SELECT for the rest of the transaction where other writers exist at the same time.
    package static let forUpdate = SQL(parts: [.dialect(sqlite: "", postgreSQL: " FOR UPDATE")])

    /// Takes only rows that nobody else has locked.
    package static let forUpdateSkipLocked = SQL(
        parts: [.dialect(sqlite: "", postgreSQL: " FOR UPDATE SKIP LOCKED")])

    /// The number of the transaction that is writing, in the order in which transactions became visible.
    package static let transactionNumber = SQL(
        parts: [.dialect(sqlite: "0", postgreSQL: "pg_current_xact_id()::text::bigint")])

    /// Below this transaction number everything is settled: no older transaction can commit any more.
    package static let settledBefore = SQL(
        parts: [
            .dialect(
                sqlite: "1", postgreSQL: "pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        ])

    /// The triggers that are in force: table, name, and what each does.
    ///
    /// One that is switched off is not among them.
    package static let triggersInForce = SQL(
        parts: [
            .dialect(
                sqlite: "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2",
                postgreSQL: """
                    SELECT c.relname::text, t.tgname::text,
                        CASE WHEN p.prosrc LIKE '%RAISE EXCEPTION%' THEN 'refuses' ELSE '' END
                    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid
                    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND n.nspname = current_schema()
                    ORDER BY 1, 2
                    """)
        ])

    /// Before a column: the condition is checked on each row, and no index is chosen for its sake.
    ///
    /// SQLite takes an index on equality before any other, however few values the column has.
    package static let unindexed = SQL(parts: [.dialect(sqlite: "+", postgreSQL: "")])

    /// A pattern for LIKE that finds `text` anywhere, with its special characters escaped by `\`.
    package static func containing(_ text: String) -> String { ending(text) + "%" }

    /// A pattern for LIKE that finds what ends in `text`, with its special characters escaped by `\`.
    package static func ending(_ text: String) -> String {
        // Scalar by scalar: a "%" with a combining mark is one Swift character and still a wildcard of the engines.
        var pattern = String.UnicodeScalarView("%".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "\\" { pattern.append("\\") }
            pattern.append(scalar)
        }
        return String(pattern)
    }

    func rendered(for dialect: Dialect) -> RenderedSQL {
        var rendered = RenderedSQL(text: "", values: [], isKept: isKept)
        render(for: dialect, into: &rendered.text, &rendered.values)
        return rendered
    }

    private func render(for dialect: Dialect, into text: inout String, _ values: inout [SQLValue]) {
        for part in parts {
            switch part {
            case .text(let piece): piece.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
            case .bind(let value):
                values.append(value)
                switch dialect {
                case .sqlite: text += "?"
                case .postgreSQL: text += "$\(values.count)"
                }
            case .dialect(let sqlite, let postgreSQL):
                let piece = dialect == .sqlite ? sqlite : postgreSQL
                piece.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
            case .either(let sqlite, let postgreSQL):
                (dialect == .sqlite ? sqlite : postgreSQL).render(for: dialect, into: &text, &values)
            case .name(let name): text += "\"" + name.replacing("\"", with: "\"\"") + "\""
            }
        }
    }
}

/// The engines' ways of writing SQL.
package enum Dialect: String, Sendable, CaseIterable {
    /// SQLite 3.40 or later.
    case sqlite
    /// PostgreSQL 15 or later.
    case postgreSQL = "postgresql"
}

struct RenderedSQL {
    var text: String
    var values: [SQLValue]
    var isKept: Bool
}
