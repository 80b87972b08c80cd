import CGNU
import GRDBSQLite

/// Functions of our own that statements of SQLite call.
enum SQLiteFunctions {
    /// Makes them known to a connection.
    ///
    /// `holds_text(TEXT, WORDS)` is 1 where the words stand in the text byte by byte, 0 where they do not, and NULL where
    /// either is. SQLite's own `instr` does the same in several times as long: it also counts letters.
    static func add(to connection: OpaquePointer?) {
        let status = sqlite3_create_function_v2(
            connection, "holds_text", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil,
            { context, _, arguments in
                guard let arguments, let text = sqlite3_value_text(arguments[0]),
                    let words = sqlite3_value_text(arguments[1])
                else { return sqlite3_result_null(context) }
                let found = memmem(
                    text, Int(sqlite3_value_bytes(arguments[0])), words,
                    Int(sqlite3_value_bytes(arguments[1])))
                sqlite3_result_int(context, found == nil ? 0 : 1)
            }, nil, nil, nil)
        precondition(status == SQLITE_OK, "a new connection takes functions")
    }
}
