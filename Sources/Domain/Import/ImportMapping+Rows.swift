/// One row of a file: its columns by name.
package struct ImportRow: Sendable {
    /// The line on which it begins, from 1.
    package var line: Int
    /// The values as they stand, by column.
    package var columns: [String: String]

    /// A row of these columns.
    package init(line: Int, columns: [String: String]) { (self.line, self.columns) = (line, columns) }
}

/// Why a row cannot be imported: what is wrong in which column, for which field.
package struct ImportProblem: Error, Hashable, Sendable {
    /// The column of the file, where one is to blame.
    package var column: String?
    /// The field of the case, where one is concerned.
    package var field: String?
    /// What is wrong, as a clause after the column: “is not a moment”.
    package var message: String

    /// A problem with a column or field.
    package init(column: String?, field: String? = nil, _ message: String) {
        (self.column, self.field, self.message) = (column, field, message)
    }
}

/// Everything that is wrong with a row.
package struct ImportProblems: Error, Sendable {
    /// The problems, in the order of the fields.
    package var problems: [ImportProblem]
    /// These problems.
    package init(_ problems: [ImportProblem]) { self.problems = problems }
}

/// What a row says, with people and organisations still under their outside names.
package struct MappedRow: Equatable, Sendable {
    /// The outside number of the case.
    package var number: String?
    /// When it happened, where the row says so.
    package var occurredAt: Timestamp?
    /// Field name to value; an empty value takes the field away.
    package var set: [String: String] = [:]
    /// Person and organisation fields, with outside names; an empty name takes the field away.
    package var names: [ImportField: String] = [:]
    /// Columns that are kept.
    package var kept: [String: String] = [:]

    /// A row that says nothing.
    package init() {}

    /// Fills in what a case needs to begin and the row does not say.
    package mutating func complete(_ policy: Policy) throws(ImportProblems) {
        guard set["subject"] != nil else {
            throw ImportProblems([
                ImportProblem(
                    column: nil, field: "subject",
                    "is not known in the first row of the case; give `subject` a `default` in the mapping")
            ])
        }
        let channel = policy.channels.first { $0.id == "import" } ?? policy.channels.first
        let defaults: [String: String?] = [
            "symptom": "", "status": policy.statuses.first?.id.raw, "severity": policy.defaultSeverity.raw,
            "channel": channel?.id, "request_type": policy.requestTypes.first?.id,
        ]
        for (field, value) in defaults where set[field] == nil { set[field] = value }
    }
}

extension ImportMapping {
    /// What a row says about its case.
    package func read(_ row: ImportRow, policy: Policy) -> Result<MappedRow, ImportProblems> {
        var mapped = MappedRow()
        var problems: [ImportProblem] = []
        readNumber(row, policy, &mapped, &problems)
        for rule in fields { read(rule, of: row, policy, &mapped, &problems) }
        readTime(row, &mapped, &problems)
        readKept(row, &mapped, &problems)
        return problems.isEmpty ? .success(mapped) : .failure(ImportProblems(problems))
    }

    /// The outside number of a row, as far as it can be read.
    package func number(of row: ImportRow) -> String? { number.flatMap { known($0, in: row) } }

    /// The moment of a row, as far as it can be read.
    package func moment(of row: ImportRow) -> Timestamp? {
        time.flatMap { known($0, in: row) }.flatMap(timeFormat.moment)
    }

    /// The text that identifies a row in its source; `content` is a digest of all columns.
    package func key(of row: ImportRow, content: String) -> String {
        if !rowKey.isEmpty {
            return rowKey.map { row.columns[$0]?.trimmingWhitespace ?? "" }.joined(separator: "|")
        }
        let number = number(of: row)
        return switch rows {
        case .cases: number ?? content
        case .changes: "\(number ?? "")|\(content)"
        }
    }

    /// The value of a column, trimmed; nil where it is not known.
    private func known(_ column: String, in row: ImportRow) -> String? {
        guard let text = row.columns[column]?.trimmingWhitespace, !unknown.contains(text) else { return nil }
        return text
    }

    private func readNumber(
        _ row: ImportRow, _ policy: Policy, _ mapped: inout MappedRow, _ problems: inout [ImportProblem]
    ) {
        guard let number else { return }
        guard let text = known(number, in: row) else {
            problems.append(
                ImportProblem(column: number, field: "number", "is empty, so the row belongs to no case"))
            return
        }
        switch Field<String>.line("number", "The number", maxBytes: 200).read(.text(text), policy) {
        case .success(let text): mapped.number = text
        case .failure(let failure):
            problems.append(ImportProblem(column: number, field: "number", failure.message))
        }
    }

    private func readTime(_ row: ImportRow, _ mapped: inout MappedRow, _ problems: inout [ImportProblem]) {
        guard let time else {
            mapped.occurredAt = (mapped.set["reported_at"] ?? mapped.set["opened_at"]).flatMap {
                Timestamp($0)
            }
            return
        }
        guard let text = known(time, in: row) else {
            if rows == .changes { problems.append(ImportProblem(column: time, field: "time", "is empty")) }
            return
        }
        mapped.occurredAt = timeFormat.moment(text)
        if mapped.occurredAt == nil {
            problems.append(ImportProblem(column: time, field: "time", notAMoment(text)))
        }
    }

    private func notAMoment(_ text: String) -> String { ImportField.notAMoment(text, timeFormat) }

    private func readKept(_ row: ImportRow, _ mapped: inout MappedRow, _ problems: inout [ImportProblem]) {
        let columns: [String]
        switch keep {
        case .columns(let named): columns = named
        case .all:
            let held = Set(fields.compactMap(\.columnHeldUnchanged))
            columns = row.columns.keys.filter { !held.contains($0) }
        }
        for column in columns {
            guard let text = row.columns[column], !unknown.contains(text.trimmingWhitespace) else { continue }
            guard text.utf8.count <= 1_000_000 else {
                problems.append(
                    ImportProblem(
                        column: column, "is \(text.utf8.count) bytes long; at most 1000000 are kept"))
                continue
            }
            mapped.kept[column] = text
        }
    }

    private func read(
        _ rule: ImportRule, of row: ImportRow, _ policy: Policy, _ mapped: inout MappedRow,
        _ problems: inout [ImportProblem]
    ) {
        let field = rule.field
        guard let text = value(of: rule, in: row), !text.isEmpty else {
            if field.canBeCleared {
                if field.kind == .person || field.kind == .organisation {
                    mapped.names[field] = ""
                } else {
                    mapped.set[field.rawValue] = ""
                }
            }
            return
        }
        switch field.read(text, policy, timeFormat) {
        case .failure(var problem):
            problem.column = rule.columnName
            if field.kind == .choice { problem.message += "; map it under `fields.\(field.rawValue).values`" }
            problems.append(problem)
        case .success(let value):
            if field.kind == .person || field.kind == .organisation {
                mapped.names[field] = value
            } else {
                mapped.set[field.rawValue] = value
            }
        }
    }

    /// The value of a field before it is checked; nil where it is not known.
    private func value(of rule: ImportRule, in row: ImportRow) -> String? {
        if let condition = rule.onlyWhen {
            let text = row.columns[condition.column]?.trimmingWhitespace ?? ""
            guard condition.values.contains(text) else { return nil }
        }
        let outside: String?
        switch rule.origin {
        case .constant(let text): return text
        case .template(let pieces): outside = filled(pieces, from: row)
        case .column(let column):
            outside = known(column, in: row).map { rule.field.kind == .text ? row.columns[column] ?? $0 : $0 }
        }
        guard let outside else { return rule.fallback }
        let inside = rule.translated(outside)
        return inside.isEmpty ? rule.fallback : inside
    }

    /// The template with its columns; nil where none of them is known.
    private func filled(_ pieces: [ImportRule.TemplatePiece], from row: ImportRow) -> String? {
        var text = ""
        var knowsAny = false
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .column(let column):
                let value = known(column, in: row)
                knowsAny = knowsAny || value != nil
                text += value ?? "unknown"
            }
        }
        return knowsAny ? text : nil
    }
}

extension ImportRule {
    /// The column to name in a message.
    var columnName: String? {
        switch origin {
        case .column(let column): return column
        case .constant: return nil
        case .template(let pieces):
            for case .column(let column) in pieces { return column }
            return nil
        }
    }

    /// The column whose text the field holds as it stands.
    var columnHeldUnchanged: String? {
        guard case .column(let column) = origin, field.kind == .text, values.isEmpty, onlyWhen == nil,
            !takesFirstLine, shorten == nil
        else { return nil }
        return column
    }

    /// An outside value in the words of this organisation.
    func translated(_ outside: String) -> String {
        var text = outside
        if !values.isEmpty || otherwise != nil {
            let wanted = outside.trimmingWhitespace
            if let inside = values[wanted] { return inside }
            let lowered = wanted.lowercased()
            if let inside = values.first(where: { $0.key.lowercased() == lowered })?.value { return inside }
            if let otherwise { return otherwise }
        }
        if takesFirstLine {
            let lines = text.normalizingLineBreaks.split(separator: "\n")
            text = lines.first { !$0.allSatisfy(\.isWhitespace) }.map(String.init) ?? ""
        }
        if let shorten { text = text.shortened(to: shorten) }
        return text
    }
}

extension ImportField {
    /// Checks a value and gives it as facts hold it; people and organisations stay under their outside names.
    func read(_ text: String, _ policy: Policy, _ format: ImportTimeFormat) -> Result<String, ImportProblem> {
        switch kind {
        case .line: check(.line(rawValue, "The text"), text, policy)
        case .text: check(.text(rawValue, "The text"), text, policy)
        case .person, .organisation: check(.line(rawValue, "The name", maxBytes: 120), text, policy)
        case .time:
            format.moment(text).map { .success($0.rfc3339) }
                ?? .failure(ImportProblem(column: nil, field: rawValue, Self.notAMoment(text, format)))
        case .count:
            Int(text).flatMap { (0...1_000_000).contains($0) ? .success(String($0)) : nil }
                ?? .failure(
                    ImportProblem(column: nil, field: rawValue, "“\(text.shortened(to: 40))” is not a count"))
        case .choice:
            choice(named: text, policy).map { .success($0) }
                ?? .failure(ImportProblem(column: nil, field: rawValue, notAChoice(text, policy)))
        }
    }

    private func check(
        _ field: Field<String>, _ text: String, _ policy: Policy
    ) -> Result<String, ImportProblem> {
        field.read(.text(text), policy).mapError { ImportProblem(column: nil, field: rawValue, $0.message) }
    }

    private func notAChoice(_ text: String, _ policy: Policy) -> String {
        let known = (choices(policy) ?? []).map(\.id).joined(separator: ", ")
        return "“\(text.shortened(to: 40))” is not one of \(known)"
    }

    static func notAMoment(_ text: String, _ format: ImportTimeFormat) -> String {
        "“\(text.shortened(to: 40))” is not a moment such as \(format.example)"
    }
}

extension FieldProblems {
    /// The first problem in words.
    fileprivate var message: String { problems.first?.message ?? "is not right" }
}

extension String {
    /// The text, or its beginning up to a space and “…” where it has more characters than `limit`.
    package func shortened(to limit: Int) -> String {
        guard let end = index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else {
            return self
        }
        let head = prefix(limit - 1)
        let cut = head.lastIndex(of: " ").flatMap {
            distance(from: startIndex, to: $0) > limit / 2 ? $0 : nil
        }
        return head[..<(cut ?? head.endIndex)] + "…"
    }
}
