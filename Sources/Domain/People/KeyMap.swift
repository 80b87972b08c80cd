import Diagnosis

/// What single keys do on the pages of staff: one registry, and what a person made of it.
package enum KeyMap {
    /// Something that a single key does.
    package struct Action: Sendable, Equatable {
        /// Its name in the map: "assign".
        package var id: String
        /// What it does, for people.
        package var title: String
        /// The key that does it unless a person chose another.
        package var key: String
    }

    /// Everything that a single key does; one key means one thing on every page.
    package static let actions: [Action] = [
        Action(id: "down", title: "Move down", key: "j"),
        Action(id: "up", title: "Move up", key: "k"),
        Action(id: "open", title: "Open", key: "o"),
        Action(id: "step", title: "Do the next step", key: "s"),
        Action(id: "search", title: "Search", key: "/"),
        Action(id: "create", title: "New case", key: "c"),
        Action(id: "reply", title: "Reply", key: "r"),
        Action(id: "note", title: "Internal note", key: "n"),
        Action(id: "assign", title: "Assign", key: "a"),
        Action(id: "select", title: "Select the row", key: "x"),
        Action(id: "bulk", title: "Change the selected rows", key: "b"),
        Action(id: "hypothesis", title: "Add a hypothesis", key: "h"),
        Action(id: "cite", title: "Cite a finding", key: "q"),
        Action(id: "evidence", title: "Add evidence", key: "e"),
        Action(id: "first", title: "First line of a log", key: "g"),
        Action(id: "last", title: "Last line of a log", key: "l"),
        Action(id: "next", title: "Next match", key: "."),
        Action(id: "previous", title: "Previous match", key: ","),
        Action(id: "undo", title: "Undo", key: "z"),
        Action(id: "help", title: "This list", key: "?"),
    ]

    /// The key of an action for a person; nil where they gave it none.
    package static func key(of action: Action, in map: [String: String]) -> String? {
        let key = map[action.id] ?? action.key
        return key.isEmpty ? nil : key
    }

    /// Only what differs from the registry; every key one visible character, and no key for two actions.
    /// - Throws: a `Refusal` that names each action whose key cannot be.
    package static func checked(_ wanted: [String: String]) throws(Refusal) -> [String: String] {
        var problems: [Refusal.Problem] = []
        var map: [String: String] = [:]
        for id in wanted.keys.sorted() where !actions.contains(where: { $0.id == id }) {
            problems.append(.init(field: id, code: "unknown_action", message: "No key does “\(id)”."))
        }
        for action in actions {
            guard let text = wanted[action.id] else { continue }
            let key = text.trimmingWhitespace.lowercased()
            let isPlain = key.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && !$0.isLineBreak
            }
            guard key.count <= 1, key.utf8.count <= 8, isPlain else {
                problems.append(
                    .init(
                        field: action.id, code: "not_a_key",
                        message: "\(action.title) takes one letter, digit or sign, or nothing for no key."))
                continue
            }
            if key != action.key { map[action.id] = key }
        }
        for (index, action) in actions.enumerated() {
            guard let key = key(of: action, in: map) else { continue }
            let others = actions[..<index].filter { self.key(of: $0, in: map) == key }
            for other in others {
                problems.append(
                    .init(
                        field: action.id, code: "key_taken",
                        message: "“\(key)” does “\(other.title)” already. Give one of the two another key."))
            }
        }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        return map
    }

    /// The map as one line of text: `assign=x reply=`.
    package static func text(_ map: [String: String]) -> String {
        map.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    /// The map that `text` wrote.
    package static func read(_ text: String) -> [String: String] {
        var map: [String: String] = [:]
        for pair in text.split(separator: " ") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            map[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        return map
    }

    static func json(_ map: [String: String]) -> JSON {
        var object = JSONObject()
        for (id, key) in map.sorted(by: { $0.key < $1.key }) { object[id] = .string(key) }
        return .object(object)
    }

    static func read(_ body: FactBody) -> [String: String] {
        Dictionary(body.textPairs("keys").map { ($0.key, $0.value) }) { $1 }
    }
}
