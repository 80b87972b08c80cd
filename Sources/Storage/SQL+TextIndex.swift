/// Documents by the tokens that an index of words holds for them: sets, and what is made of them.
///
/// SQLite answers the whole tree inside one FTS5 query, PostgreSQL by GIN and set operations.
package indirect enum IndexedSet: Hashable, Sendable {
    /// Documents that hold all of these tokens; with `isPrefix` one that begins so will do.
    case holding([Token])
    /// Documents in all of these sets.
    case all([IndexedSet])
    /// Documents in any of these sets.
    case any([IndexedSet])
    /// Documents in the first set that are not in the second.
    case minus(IndexedSet, IndexedSet)

    /// A token, or how it begins.
    package struct Token: Hashable, Sendable {
        /// The token; never empty, without blanks.
        package var text: String
        /// Whether tokens that begin so will do.
        package var isPrefix: Bool

        /// A token.
        package init(_ text: String, isPrefix: Bool) { (self.text, self.isPrefix) = (text, isPrefix) }
    }

    /// The query in the language of FTS5.
    var match: String {
        switch self {
        case .holding(let tokens):
            "("
                + tokens.map { "\"\($0.text.replacing("\"", with: "\"\""))\"\($0.isPrefix ? " *" : "")" }
                .joined(separator: " AND ") + ")"
        case .all(let sets): "(" + sets.map(\.match).joined(separator: " AND ") + ")"
        case .any(let sets): "(" + sets.map(\.match).joined(separator: " OR ") + ")"
        case .minus(let left, let right): "(\(left.match) NOT \(right.match))"
        }
    }

    /// The documents as a query of PostgreSQL.
    var selection: SQL {
        switch self {
        case .holding(let tokens):
            """
            SELECT DISTINCT t.id >> 24 AS doc FROM search_term t
            WHERE array_to_tsvector(string_to_array(t.tokens, ' ')) @@ CAST(\(Self.query(tokens)) AS tsquery)
            """
        case .all(let sets): Self.joined(sets.map(\.selection), by: " INTERSECT ")
        case .any(let sets): Self.joined(sets.map(\.selection), by: " UNION ")
        case .minus(let left, let right): Self.joined([left.selection, right.selection], by: " EXCEPT ")
        }
    }

    private static func joined(_ parts: [SQL], by operation: SQL) -> SQL {
        var joined: SQL = ""
        for (index, part) in parts.enumerated() {
            if index > 0 { joined += operation }
            joined += "(" + part + ")"
        }
        return joined
    }

    private static func query(_ tokens: [Token]) -> String {
        tokens.map { token in
            let text = token.text.replacing("\\", with: "\\\\").replacing("'", with: "''")
            return "'\(text)'\(token.isPrefix ? ":*" : "")"
        }.joined(separator: " & ")
    }
}

extension SQL {
    /// The numbers of the documents of a set, as a query with one column, `doc`; none comes twice.
    package static func documents(_ set: IndexedSet) -> SQL {
        .engines(
            sqlite: "SELECT rowid AS doc FROM search_term WHERE search_term MATCH \(set.match)",
            postgreSQL: set.selection)
    }

    /// Documents by their numbers, as a query with one column, `doc`.
    package static func documents(_ numbers: some Sequence<Int64>) -> SQL {
        let list = "[" + numbers.map(String.init).joined(separator: ",") + "]"
        return .engines(
            sqlite: "SELECT value AS doc FROM json_each(\(list))",
            postgreSQL:
                "SELECT CAST(value AS bigint) AS doc FROM json_array_elements_text(CAST(\(list) AS json))")
    }

    /// That a text holds another one, byte by byte.
    package static func holds(_ text: SQL, _ words: String) -> SQL {
        .engines(sqlite: "holds_text(\(text), \(words))", postgreSQL: "strpos(\(text), \(words)) > 0")
    }

    /// Joins a table to the rows before it, which are taken first whatever is known of their number.
    package static let joinedTo = SQL(parts: [.dialect(sqlite: "CROSS JOIN", postgreSQL: "JOIN")])

    /// What never holds.
    package static let no = SQL(parts: [.dialect(sqlite: "0", postgreSQL: "FALSE")])

    /// A bound on what a subquery gives, which only tells SQLite's planner that it is small.
    ///
    /// Whoever uses it has made sure that it is.
    package static let isSmall = SQL(parts: [.dialect(sqlite: " LIMIT 8192", postgreSQL: "")])

    /// Settings of the rest of the transaction under which PostgreSQL's planner answers searches through their index.
    package static let searching = SQL(
        parts: [
            .dialect(
                sqlite: "SELECT 1",
                postgreSQL: """
                    SELECT set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true),
                        set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)
                    """)
        ])
}
