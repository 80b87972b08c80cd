import Diagnosis

/// What the codes mean by which products name their errors, as policy lists them.
package struct ErrorTaxonomy: Hashable, Sendable {
    /// One code.
    package struct Entry: Hashable, Sendable {
        /// The code as logs show it: `PAY-1043`.
        package var code: String
        /// What it means, for people.
        package var meaning: String
        /// The part of the product that it comes from, where that is known.
        package var component: String?
        /// Where it is documented.
        package var link: String?

        /// A code with all parts.
        package init(code: String, meaning: String, component: String? = nil, link: String? = nil) {
            (self.code, self.meaning, self.component, self.link) = (code, meaning, component, link)
        }
    }

    /// The codes, in the order of policy.
    package let entries: [Entry]
    private let byCode: [String: Int]

    /// A taxonomy of these codes; of two entries for one the first holds.
    package init(_ entries: [Entry]) {
        self.entries = entries
        byCode = Dictionary(entries.enumerated().map { (Self.key($0.element.code), $0.offset) }) { first, _ in
            first
        }
    }

    /// What a code means; nil where nothing says so.
    ///
    /// Capitals, and `-` or `_`, make no difference.
    package func entry(_ code: String) -> Entry? { byCode[Self.key(code)].map { entries[$0] } }

    /// The entries that a search finds: the code itself first, then those whose code or meaning holds the words.
    package func search(_ words: String) -> [Entry] {
        let key = Self.key(words)
        guard !key.isEmpty else { return [] }
        let plain = words.lowercased()
        let exact = entry(words)
        let rest = entries.filter {
            $0 != exact
                && (Self.key($0.code).contains(key) || $0.meaning.lowercased().contains(plain)
                    || $0.component?.lowercased().contains(plain) == true)
        }
        return (exact.map { [$0] } ?? []) + rest
    }

    private static func key(_ code: String) -> String {
        String(code.uppercased().filter { !$0.isWhitespace }.map { $0 == "_" ? "-" : $0 })
    }
}

extension ErrorTaxonomy {
    /// Reads the part of the policy document; none where there is none.
    static func read(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> ErrorTaxonomy {
        guard let node = root.child("error_codes") else { return ErrorTaxonomy([]) }
        // Nothing documented yet is a state in which one may be.
        if case .sequence(let items) = node.value, items.isEmpty { return ErrorTaxonomy([]) }
        var seen: Set<String> = []
        let entries = root.items("error_codes", &problems).map { item -> Entry in
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            let entry = Entry(
                code: one.text("code", &problems), meaning: one.text("meaning", &problems),
                component: one.optionalText("component", &problems),
                link: one.optionalText("link", &problems))
            if !entry.code.isEmpty, !seen.insert(key(entry.code)).inserted {
                problems.append(
                    .init(
                        line: item.node.line, key: item.path, message: "“\(entry.code)” stands here twice"))
            }
            if let link = entry.link, !isAddress(link) {
                problems.append(
                    .init(
                        line: item.node.line, key: "\(item.path).link",
                        message: "“\(link)” is not an address that begins with https:// or http://"))
            }
            one.refuseUnknownKeys(&problems)
            return entry
        }
        return ErrorTaxonomy(entries)
    }

    private static func isAddress(_ text: String) -> Bool {
        ["https://", "http://"].contains { text.hasPrefix($0) && text.count > $0.count }
            && !text.contains { $0.isWhitespace || $0 == "\"" }
    }
}

extension ErrorTaxonomy {
    /// What is wrong with a table of codes, with the line where it stands.
    package struct TableProblem: Error, Equatable, Sendable {
        /// The line, from 1.
        package var line: Int
        /// What to do about it.
        package var message: String
    }

    /// The entries of a table whose first row names the columns `code`, `meaning`, `component` and `link`.
    ///
    /// The last two may be left out, and other columns are left alone.
    package static func entries(
        ofTable rows: [(line: Int, fields: [String])]
    ) -> Result<[Entry], TableProblem> {
        guard let head = rows.first else {
            return .failure(.init(line: 1, message: "There is nothing in it."))
        }
        let names = head.fields.map { $0.trimmingWhitespace.lowercased() }
        func column(_ name: String) -> Int? { names.firstIndex(of: name) }
        guard let code = column("code"), let meaning = column("meaning") else {
            return .failure(
                .init(
                    line: head.line,
                    message: "The first row has to name the columns: code, meaning, component, link."))
        }
        var entries: [Entry] = []
        for row in rows.dropFirst() where row.fields.contains(where: { !$0.trimmingWhitespace.isEmpty }) {
            func text(_ column: Int?) -> String? {
                guard let column, row.fields.indices.contains(column) else { return nil }
                let text = row.fields[column].trimmingWhitespace
                return text.isEmpty ? nil : text
            }
            guard let code = text(code), let meaning = text(meaning) else {
                return .failure(.init(line: row.line, message: "A code and its meaning are needed."))
            }
            entries.append(
                Entry(
                    code: code, meaning: meaning, component: text(column("component")),
                    link: text(column("link"))))
        }
        return .success(entries)
    }

    /// A policy document with these codes in place of those that it has; the rest stays as it is, comments too.
    package static func replacing(in document: String, with entries: [Entry]) -> String {
        var kept: [Substring] = []
        var isInside = false
        for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("error_codes:") {
                isInside = true
            } else if isInside, let first = line.first, first != " ", first != "-" {
                isInside = false
            }
            if !isInside { kept.append(line) }
        }
        while kept.last?.isEmpty == true { kept.removeLast() }
        let lines = entries.map { entry in
            let members = [
                ("code", entry.code), ("meaning", entry.meaning), ("component", entry.component),
                ("link", entry.link),
            ].compactMap { name, text in text.map { "\(name): \(JSON.string($0).text)" } }
            return "  - {\(members.joined(separator: ", "))}"
        }
        return kept.joined(separator: "\n") + "\nerror_codes:\(lines.isEmpty ? " []" : "")\n"
            + lines.map { $0 + "\n" }.joined()
    }
}
