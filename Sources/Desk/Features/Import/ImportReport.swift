import Domain

/// What an import did, or would do.
package struct ImportReport: Sendable {
    /// A row that was not imported.
    package struct Reject: Equatable, Sendable {
        /// The line of the file, from 1.
        package var line: Int
        /// The column to blame, where there is one.
        package var column: String?
        /// The field of the case, where one is concerned.
        package var field: String?
        /// What is wrong.
        package var why: String

        /// The reject in words: “line 12, column priority (severity): …”.
        package var text: String {
            var place = "line \(line)"
            if let column { place += ", column \(column)" }
            if let field { place += " (\(field))" }
            return "\(place): \(why)"
        }
    }

    /// How many rejects are kept; the rest are counted.
    package static let keptRejects = 1000

    /// Whether nothing was written.
    package var isDryRun = false
    /// Rows of the file, the rejected ones included.
    package var read = 0
    /// Rows that became facts.
    package var imported = 0
    /// Rows that earlier runs had imported.
    package var alreadyThere = 0
    /// Rows that repeat an earlier row of the file to the letter.
    package var repeated = 0
    /// Rows that come before rows of their case which earlier runs had imported; they change no state.
    package var late = 0
    /// Rows that were not imported.
    package var rejected = 0
    /// What was wrong, for the first of them.
    package var rejects: [Reject] = []
    /// Cases that were made.
    package var cases = 0
    /// People that were made.
    package var people = 0
    /// Organisations that were made.
    package var organisations = 0
    /// What is odd about the order of rows.
    package var oddities: [ImportOddity] = []
    /// The column that `order_check` follows.
    package var orderColumn: String?
    /// How long it took, in seconds.
    package var seconds = 0.0

    /// A report of nothing.
    package init() {}

    /// The numbers of the cases with an oddity of any of these kinds, each once.
    package func cases(with kinds: Set<ImportOddity.Kind>) -> Set<String> {
        Set(oddities.filter { kinds.contains($0.kind) }.map(\.number))
    }

    /// The report in words; `details` names every odd case rather than the first ten of a kind.
    package func text(details: Bool = false) -> String {
        var lines = [
            isDryRun ? "Dry run: nothing was written. An import would give:" : "Import complete.",
            "  rows read          \(read)", "  imported           \(imported)",
            "  already there      \(alreadyThere)",
        ]
        if repeated > 0 { lines.append("  repeated in file   \(repeated)") }
        if late > 0 { lines.append("  late, history only \(late)") }
        lines += [
            "  rejected           \(rejected)", "  cases made         \(cases)",
            "  people made        \(people)",
            "  organisations made \(organisations)", "  seconds            \(Double(Int(seconds * 10)) / 10)",
        ]
        lines += oddityLines(details: details)
        if rejected > 0 { lines.append("Rejected:") }
        lines += rejects.map { "  \($0.text)" }
        if rejected > rejects.count { lines.append("  and \(rejected - rejects.count) more rows") }
        return lines.joined(separator: "\n")
    }

    private func oddityLines(details: Bool) -> [String] {
        guard !oddities.isEmpty else { return [] }
        let column = orderColumn ?? "the time"
        var lines: [String] = []
        let uneven = cases(with: [.gap, .double]).count
        if uneven > 0 { lines.append("\(uneven) cases have gaps or doubles in \(column).") }
        for kind in ImportOddity.Kind.allCases {
            let found = oddities.filter { $0.kind == kind }
            guard !found.isEmpty else { continue }
            lines.append("\(kind.heading(column)): \(found.count) \(found.count == 1 ? "case" : "cases")")
            lines += found.prefix(details ? .max : 10).map { "  \($0.number): \($0.detail)" }
            if !details, found.count > 10 { lines.append("  and \(found.count - 10) more") }
        }
        return lines
    }
}

extension ImportOddity.Kind {
    fileprivate func heading(_ column: String) -> String {
        switch self {
        case .gap: "Gaps in \(column)"
        case .double: "Doubles in \(column)"
        case .backwards: "\(column) runs backwards"
        case .timeBackwards: "Time runs backwards"
        case .unreadable: "\(column) is no number"
        }
    }
}

/// How far an import is.
package struct ImportProgress: Sendable {
    /// Bytes of the file that were read.
    package var bytesRead: Int64
    /// Bytes that the file has.
    package var byteCount: Int64
    /// What was done so far.
    package var report: ImportReport

    /// One line for the terminal.
    package var text: String {
        let percent = byteCount > 0 ? bytesRead * 100 / byteCount : 100
        return
            "\(percent) % · \(report.read) rows · \(report.imported) imported · \(report.alreadyThere) already there "
            + "· \(report.rejected) rejected"
    }
}
