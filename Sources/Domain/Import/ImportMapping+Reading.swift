extension ImportMapping {
    /// Reads and checks a document; every mistake names its line and key.
    package static func read(
        _ document: ConfigNode, policy: Policy
    ) -> Result<ImportMapping, ImportMappingProblems> {
        var problems: [ConfigProblem] = []
        var root = ConfigReader(document, at: "", problems: &problems)
        var mapping = ImportMapping(
            source: root.text("source", &problems), rows: root.choice("rows", &problems) ?? .cases)
        if root.child("rows") == nil {
            problems.append(.init(line: document.line, key: "rows", message: "is needed: cases or changes"))
        }
        if mapping.source.utf8.count > 60 || mapping.source.contains(":") {
            problems.append(
                .init(
                    line: root.child("source")?.line ?? document.line, key: "source",
                    message: "may have at most 60 characters, and no “:”"))
        }
        mapping.delimiter = root.choice("delimiter", &problems) ?? .comma
        mapping.number = column("number", &root, &mapping, &problems)
        mapping.keepsNumber = root.flag("keep_number", default: false, &problems)
        mapping.rowKey = columns("row_key", &root, &mapping, &problems)
        mapping.time = column("time", &root, &mapping, &problems)
        mapping.timeFormat = readTimeFormat(&root, &problems)
        mapping.unknown = readUnknown(&root, &problems)
        mapping.orderCheck = column("order_check", &root, &mapping, &problems)
        mapping.keep = readKept(&root, &mapping, &problems)
        readFields(&root, &mapping, policy, &problems)
        checkWhole(mapping, &root, document.line, &problems)
        root.refuseUnknownKeys(&problems)
        return problems.isEmpty
            ? .success(mapping) : .failure(ImportMappingProblems(problems.sorted { $0.line < $1.line }))
    }

    private static func checkWhole(
        _ mapping: ImportMapping, _ root: inout ConfigReader, _ documentLine: Int,
        _ problems: inout [ConfigProblem]
    ) {
        func need(_ key: String, _ why: String) {
            problems.append(.init(line: documentLine, key: key, message: why))
        }
        if mapping.rows == .changes {
            if root.child("number") == nil {
                need("number", "is needed: it says which case a change belongs to")
            }
            if root.child("time") == nil { need("time", "is needed: it says when a change happened") }
        }
        if root.child("number") == nil {
            if mapping.keepsNumber { need("keep_number", "needs `number`, the column to keep") }
            if root.child("order_check") != nil {
                need("order_check", "needs `number`, the column of the case")
            }
        }
        if let fields = root.child("fields"), case .mapping(let members) = fields.value,
            !members.contains(where: { $0.key == "subject" })
        {
            problems.append(
                .init(
                    line: fields.line, key: "fields.subject", message: "is needed: every case has a subject"))
        }
    }

    private static func column(
        _ key: String, _ reader: inout ConfigReader, _ mapping: inout ImportMapping,
        _ problems: inout [ConfigProblem]
    ) -> String? {
        guard let name = reader.optionalText(key, &problems) else { return nil }
        mapping.namedColumns.append((name, reader.child(key)?.line ?? reader.node.line, reader.key(key)))
        return name
    }

    private static func columns(
        _ key: String, _ reader: inout ConfigReader, _ mapping: inout ImportMapping,
        _ problems: inout [ConfigProblem]
    ) -> [String] {
        let names = reader.texts(key, &problems)
        for (index, name) in names.enumerated() {
            mapping.namedColumns.append((name.text, name.line, "\(reader.key(key))[\(index)]"))
        }
        return names.map(\.text)
    }

    private static func readKept(
        _ root: inout ConfigReader, _ mapping: inout ImportMapping, _ problems: inout [ConfigProblem]
    ) -> Kept {
        switch root.child("keep")?.value {
        case nil, .scalar("all"): .all
        case .scalar("none"): .columns([])
        default: .columns(columns("keep", &root, &mapping, &problems))
        }
    }

    /// Values may be the empty text here, which `texts` refuses.
    private static func readUnknown(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> Set<
        String
    > {
        guard let node = root.child("unknown") else { return [""] }
        var unknown: Set<String> = [""]
        guard case .sequence(let items) = node.value else {
            problems.append(.init(line: node.line, key: "unknown", message: "must be a list"))
            return unknown
        }
        for (index, item) in items.enumerated() {
            if case .scalar(let text) = item.value {
                unknown.insert(text.trimmingWhitespace)
            } else {
                problems.append(.init(line: item.line, key: "unknown[\(index)]", message: "must be text"))
            }
        }
        return unknown
    }

    private static func readTimeFormat(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> ImportTimeFormat {
        let order: ImportTimeFormat.Order = root.choice("time_format", &problems) ?? .rfc3339
        guard let zone = root.optionalText("zone", &problems), zone.uppercased() != "UTC" else {
            return ImportTimeFormat(order)
        }
        // A moment that is 00:00 on that clock says how far the clock is from UTC.
        guard let moment = Timestamp("2000-01-01T00:00:00\(zone)") else {
            problems.append(
                .init(
                    line: root.child("zone")?.line ?? root.node.line, key: "zone",
                    message: "“\(zone)” is not UTC or a distance from it, such as “+01:00”"))
            return ImportTimeFormat(order)
        }
        let reference = Timestamp("2000-01-01T00:00:00Z") ?? moment
        return ImportTimeFormat(order, offsetMinutes: Int(reference.seconds(since: moment)) / 60)
    }
}

// MARK: - Fields

extension ImportMapping {
    private static func readFields(
        _ root: inout ConfigReader, _ mapping: inout ImportMapping, _ policy: Policy,
        _ problems: inout [ConfigProblem]
    ) {
        guard let node = root.child("fields") else {
            problems.append(.init(line: root.node.line, key: "fields", message: "is needed"))
            return
        }
        var reader = ConfigReader(node, at: "fields", problems: &problems)
        for field in ImportField.allCases {
            guard let child = reader.child(field.rawValue) else { continue }
            if let rule = readRule(field, child, reader.key(field.rawValue), &mapping, policy, &problems) {
                mapping.fields.append(rule)
            }
        }
        reader.refuseUnknownKeys(&problems)
    }

    private static func readRule(
        _ field: ImportField, _ node: ConfigNode, _ path: String, _ mapping: inout ImportMapping,
        _ policy: Policy,
        _ problems: inout [ConfigProblem]
    ) -> ImportRule? {
        if case .scalar(let column) = node.value, !column.isEmpty {
            mapping.namedColumns.append((column, node.line, path))
            return ImportRule(field, from: .column(column))
        }
        var reader = ConfigReader(node, at: path, problems: &problems)
        guard let origin = readOrigin(&reader, &mapping, &problems) else {
            reader.refuseUnknownKeys(&problems)
            return nil
        }
        var rule = ImportRule(field, from: origin)
        let check = ValueCheck(field: field, policy: policy, format: mapping.timeFormat)
        if case .constant(let text) = origin { check(text, "constant", reader, &problems) }
        rule.values = readValues(&reader, check, &problems)
        rule.otherwise = reader.optionalText("otherwise", &problems)
        if let text = rule.otherwise { check(text, "otherwise", reader, &problems) }
        rule.fallback = reader.optionalText("default", &problems)
        if let text = rule.fallback { check(text, "default", reader, &problems) }
        rule.onlyWhen = readCondition(&reader, &mapping, &problems)
        rule.takesFirstLine = reader.flag("first_line", default: false, &problems)
        if reader.child("shorten") != nil {
            rule.shorten = reader.integer("shorten", 10...100_000, default: 80, &problems)
        }
        if field == .organisation { rule.tier = readTier(&reader, policy, &problems) }
        reader.refuseUnknownKeys(&problems)
        return rule
    }

    private static func readOrigin(
        _ reader: inout ConfigReader, _ mapping: inout ImportMapping, _ problems: inout [ConfigProblem]
    ) -> ImportRule.Origin? {
        let column = column("column", &reader, &mapping, &problems)
        let template = reader.optionalText("template", &problems)
        let constant = reader.optionalText("constant", &problems)
        var origins: [ImportRule.Origin] = []
        if let column { origins.append(.column(column)) }
        if let template {
            let line = reader.child("template")?.line ?? reader.node.line
            let pieces = ImportRule.pieces(ofTemplate: template)
            for case .column(let name) in pieces {
                mapping.namedColumns.append((name, line, reader.key("template")))
            }
            origins.append(.template(pieces))
        }
        if let constant { origins.append(.constant(constant)) }
        guard origins.count == 1 else {
            problems.append(
                .init(
                    line: reader.node.line, key: reader.path,
                    message: "needs exactly one of `column`, `template` and `constant`"))
            return nil
        }
        return origins[0]
    }

    private static func readValues(
        _ reader: inout ConfigReader, _ check: ValueCheck, _ problems: inout [ConfigProblem]
    ) -> [String: String] {
        guard let node = reader.child("values") else { return [:] }
        guard case .mapping(let members) = node.value else {
            problems.append(
                .init(line: node.line, key: reader.key("values"), message: "must be pairs `outside: inside`"))
            return [:]
        }
        var values: [String: String] = [:]
        for member in members {
            let key = "\(reader.key("values")).\(member.key)"
            guard case .scalar(let inside) = member.node.value else {
                problems.append(.init(line: member.line, key: key, message: "must be text"))
                continue
            }
            if let message = inside.isEmpty ? nil : check.problem(inside) {
                problems.append(.init(line: member.line, key: key, message: message))
            }
            values[member.key.trimmingWhitespace] = inside
        }
        return values
    }

    private static func readCondition(
        _ reader: inout ConfigReader, _ mapping: inout ImportMapping, _ problems: inout [ConfigProblem]
    ) -> ImportRule.Condition? {
        guard let node = reader.child("only_when") else { return nil }
        var inner = ConfigReader(node, at: reader.key("only_when"), problems: &problems)
        let column = column("column", &inner, &mapping, &problems)
        let values = inner.texts("is", &problems).map(\.text)
        if column == nil || values.isEmpty {
            problems.append(
                .init(
                    line: node.line, key: inner.path, message: "needs `column` and `is`, a list of its values"
                ))
        }
        inner.refuseUnknownKeys(&problems)
        return ImportRule.Condition(column: column ?? "", values: Set(values))
    }

    private static func readTier(
        _ reader: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> String? {
        guard let text = reader.optionalText("tier", &problems) else { return nil }
        if policy.tiers.contains(where: { $0.id == text }) { return text }
        let names = policy.tiers.map(\.id).joined(separator: ", ")
        problems.append(
            .init(
                line: reader.child("tier")?.line ?? reader.node.line, key: reader.key("tier"),
                message: "“\(text)” is not one of \(names)"))
        return nil
    }

    /// Checks values that the document itself gives to a field.
    private struct ValueCheck {
        var field: ImportField
        var policy: Policy
        var format: ImportTimeFormat

        func callAsFunction(
            _ text: String, _ key: String, _ reader: ConfigReader, _ problems: inout [ConfigProblem]
        ) {
            var reader = reader
            guard let message = problem(text) else { return }
            problems.append(
                .init(
                    line: reader.child(key)?.line ?? reader.node.line, key: reader.key(key), message: message)
            )
        }

        func problem(_ text: String) -> String? {
            if case .failure(let problem) = field.read(text, policy, format) { return problem.message }
            return nil
        }
    }
}

extension ImportRule {
    /// The pieces of `Case {category}: {detail}`.
    static func pieces(ofTemplate template: String) -> [TemplatePiece] {
        var pieces: [TemplatePiece] = []
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
            pieces.append(.column(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }
}

/// Every mistake in a mapping document.
package struct ImportMappingProblems: Error, Sendable, CustomStringConvertible {
    /// The mistakes, by line.
    package var problems: [ConfigProblem]
    /// These mistakes.
    package init(_ problems: [ConfigProblem]) { self.problems = problems }
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
