/// A value of a configuration document with the line it stands on, whatever the syntax outside was.
package struct ConfigNode: Sendable {
    /// The kinds of value.
    package indirect enum Value: Sendable {
        /// Text, a number or a truth value, as written.
        case scalar(String)
        /// Values in order.
        case sequence([ConfigNode])
        /// Named values in order, each with the line of its name.
        case mapping([(key: String, line: Int, node: ConfigNode)])
    }

    /// The line, from 1.
    package var line: Int
    /// The value.
    package var value: Value

    /// A value on a line.
    package init(line: Int, value: Value) { (self.line, self.value) = (line, value) }
}

/// One mistake in a configuration document: where it is and what to do.
package struct ConfigProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    package var line: Int
    /// The path of the key: "statuses[3].to".
    package var key: String
    /// What is wrong and what would be right.
    package var message: String

    /// A mistake at a line and key.
    package init(line: Int, key: String, message: String) {
        (self.line, self.key, self.message) = (line, key, message)
    }

    package var description: String { "line \(line): \(key): \(message)" }
}

/// Reads a mapping key by key, collects every mistake, and finds the keys that nobody asked for.
struct ConfigReader {
    let node: ConfigNode
    let path: String
    private let members: [(key: String, line: Int, node: ConfigNode)]
    private var asked: Set<String> = []

    init(_ node: ConfigNode, at path: String, problems: inout [ConfigProblem]) {
        (self.node, self.path) = (node, path)
        guard case .mapping(let members) = node.value else {
            problems.append(
                .init(
                    line: node.line, key: path.isEmpty ? "document" : path, message: "must be a set of keys"))
            self.members = []
            return
        }
        var seen: Set<String> = []
        for member in members where !seen.insert(member.key).inserted {
            let key = path.isEmpty ? member.key : "\(path).\(member.key)"
            problems.append(.init(line: member.line, key: key, message: "stands here twice"))
        }
        self.members = members
    }

    /// Every key that was asked for.
    var known: [String] { asked.sorted() }

    func key(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    mutating func child(_ name: String) -> ConfigNode? {
        asked.insert(name)
        return members.first { $0.key == name }?.node
    }

    mutating func text(_ name: String, _ problems: inout [ConfigProblem]) -> String {
        guard let found = optionalText(name, &problems) else {
            problems.append(.init(line: node.line, key: key(name), message: "is needed"))
            return ""
        }
        return found
    }

    mutating func optionalText(_ name: String, _ problems: inout [ConfigProblem]) -> String? {
        guard let child = child(name) else { return nil }
        guard case .scalar(let text) = child.value, !text.isEmpty else {
            problems.append(.init(line: child.line, key: key(name), message: "must be text"))
            return nil
        }
        return text
    }

    /// The choice that a text names; nil where it is left out or is none, which becomes a problem.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ problems: inout [ConfigProblem]
    ) -> Choice? {
        guard let text = optionalText(name, &problems) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        problems.append(
            .init(
                line: child(name)?.line ?? node.line, key: key(name),
                message: "“\(text)” is not one of \(names)"))
        return nil
    }

    mutating func integer(
        _ name: String, _ range: ClosedRange<Int>, default fallback: Int, _ problems: inout [ConfigProblem]
    ) -> Int {
        guard let child = child(name) else { return fallback }
        guard case .scalar(let text) = child.value, let number = Int(text), range.contains(number) else {
            problems.append(
                .init(
                    line: child.line, key: key(name),
                    message: "must be a whole number between \(range.lowerBound) and \(range.upperBound)"))
            return fallback
        }
        return number
    }

    mutating func flag(_ name: String, default fallback: Bool, _ problems: inout [ConfigProblem]) -> Bool {
        guard let child = child(name) else { return fallback }
        switch child.value {
        case .scalar("true"): return true
        case .scalar("false"): return false
        default:
            problems.append(.init(line: child.line, key: key(name), message: "must be true or false"))
            return fallback
        }
    }

    mutating func texts(_ name: String, _ problems: inout [ConfigProblem]) -> [(text: String, line: Int)] {
        guard let child = child(name) else { return [] }
        guard case .sequence(let items) = child.value else {
            problems.append(.init(line: child.line, key: key(name), message: "must be a list"))
            return []
        }
        return items.enumerated().compactMap { index, item in
            guard case .scalar(let text) = item.value, !text.isEmpty else {
                problems.append(
                    .init(line: item.line, key: "\(key(name))[\(index)]", message: "must be text"))
                return nil
            }
            return (text, item.line)
        }
    }

    mutating func items(_ name: String, _ problems: inout [ConfigProblem]) -> [(
        node: ConfigNode, path: String
    )] {
        guard let child = child(name) else {
            problems.append(.init(line: node.line, key: key(name), message: "is needed"))
            return []
        }
        guard case .sequence(let items) = child.value, !items.isEmpty else {
            problems.append(
                .init(line: child.line, key: key(name), message: "must be a list with at least one entry"))
            return []
        }
        return items.enumerated().map { ($0.element, "\(key(name))[\($0.offset)]") }
    }

    /// The named members of a key, each with the line of its name; empty where there are none.
    mutating func members(
        _ name: String, _ problems: inout [ConfigProblem]
    ) -> [(key: String, line: Int, node: ConfigNode)] {
        guard let child = child(name) else { return [] }
        guard case .mapping(let members) = child.value else {
            problems.append(.init(line: child.line, key: key(name), message: "must be a set of keys"))
            return []
        }
        return members
    }

    func refuseUnknownKeys(_ problems: inout [ConfigProblem]) {
        for member in members where !asked.contains(member.key) {
            let near = problems.count < 50 ? nearest(to: member.key, in: asked.sorted()) : nil
            let hint = near.map { "; did you mean “\($0)”?" } ?? ""
            problems.append(
                .init(
                    line: member.line, key: key(member.key), message: "is not a key of this document\(hint)"))
        }
    }
}
