/// A search as somebody typed it, read into a tree; what its words name is settled by `SearchReading`.
package indirect enum SearchExpression: Equatable, Sendable {
    /// Words or a phrase to be found as typed, wherever text is.
    case text(String)
    /// A field with what it is held against: `sev:<=2`, `owner:@me,jonas`.
    case filter(Filter)
    /// Everything holds.
    case every([SearchExpression])
    /// At least one holds.
    case any([SearchExpression])
    /// It does not hold.
    case not(SearchExpression)

    /// How a value is held against a field.
    package enum Comparison: String, Equatable, Sendable, CaseIterable {
        /// Equal, or among several.
        case equal = ""
        /// Less: earlier, milder, or younger where the value is a duration.
        case below = "<"
        /// Less or equal.
        case atMost = "<="
        /// More.
        case above = ">"
        /// More or equal.
        case atLeast = ">="
    }

    /// A value and where it stands.
    package struct Value: Equatable, Sendable {
        /// As typed, less its quotes.
        package var text: String
        /// The column of its first character, from 1.
        package var column: Int

        /// A value at a column.
        package init(_ text: String, column: Int) { (self.text, self.column) = (text, column) }
    }

    /// A field and what it is held against.
    package struct Filter: Equatable, Sendable {
        /// Which field.
        package var field: SearchField
        /// How.
        package var comparison: Comparison
        /// One or several; any of them will do.
        package var values: [Value]
        /// The column of the field's first character, from 1.
        package var column: Int

        /// A filter with all its parts.
        package init(_ field: SearchField, _ comparison: Comparison, _ values: [Value], column: Int) {
            (self.field, self.comparison, self.values, self.column) = (field, comparison, values, column)
        }
    }

    /// Whether nothing is asked for.
    package var isEmpty: Bool { self == .every([]) }
}

/// What is wrong with a search, and where.
package struct SearchProblem: Error, Equatable, Sendable {
    /// The stable code, such as "unclosed_quote".
    package var code: String
    /// A sentence that says what to do.
    package var message: String
    /// The column of the character that it is about, from 1.
    package var column: Int

    /// A problem at a column.
    package init(_ code: String, _ message: String, column: Int) {
        (self.code, self.message, self.column) = (code, message, column)
    }

    /// As a refusal of the field that the search was typed in.
    package func refusal(field: String) -> Refusal {
        Refusal(field: field, code, "Column \(column): \(message)")
    }
}
