import Domain

/// A small valid policy as a tree of values, in which tests change one thing at a time.
///
/// Every line of the tree is numbered in the order in which it would be written.
indirect enum Tree {
    case text(String)
    case list([Tree])
    case map([(String, Tree)])

    func node(_ line: inout Int) -> ConfigNode {
        let here = line
        switch self {
        case .text(let text): return ConfigNode(line: here, value: .scalar(text))
        case .list(let items):
            return ConfigNode(
                line: here,
                value: .sequence(
                    items.map { item in
                        line += 1
                        return item.node(&line)
                    }))
        case .map(let members):
            return ConfigNode(
                line: here,
                value: .mapping(
                    members.map { key, value in
                        line += 1
                        return (key: key, line: line, node: value.node(&line))
                    }))
        }
    }

    /// The tree with the value at a path exchanged; nil takes it away.
    func setting(_ path: [String], _ value: Tree?) -> Tree {
        guard let first = path.first else { return value ?? self }
        let rest = Array(path.dropFirst())
        switch self {
        case .text: return self
        case .list(var items):
            guard let index = Int(first) else { return self }
            if rest.isEmpty, value == nil {
                items.remove(at: index)
            } else if index == items.count, let value {
                items.append(value)
            } else {
                items[index] = items[index].setting(rest, value)
            }
            return .list(items)
        case .map(var members):
            if let index = members.firstIndex(where: { $0.0 == first }) {
                if rest.isEmpty, value == nil {
                    members.remove(at: index)
                } else {
                    members[index].1 = members[index].1.setting(rest, value)
                }
            } else if rest.isEmpty, let value {
                members.append((first, value))
            }
            return .map(members)
        }
    }
}

extension Tree: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(stringLiteral text: String) { self = .text(text) }
    init(arrayLiteral items: Tree...) { self = .list(items) }
    init(dictionaryLiteral members: (String, Tree)...) { self = .map(members) }
}

enum TestPolicy {
    static let rights: Set<Right> = ["case.view", "case.note", "policy.change", "people.manage"]

    private static func status(_ id: String, _ phase: String, _ to: [Tree], reply: String? = nil) -> Tree {
        .map(
            [
                ("id", .text(id)), ("name", .text(id.uppercased())), ("customer", .text("Words for \(id)")),
                ("phase", .text(phase)), ("to", .list(to)),
            ] + (reply.map { [("on_customer_reply", .text($0))] } ?? []))
    }

    private static let terms: Tree = [["id": "one", "name": "One"], ["id": "two", "name": "Two"]]

    static let tree: Tree = [
        "organisation": "Support", "case_number_prefix": "TL",
        "severities": [
            [
                "id": "sev1", "name": "Sev1", "alias": "P1", "weight": "100", "definition": "Down.",
                "examples": ["All"],
            ],
            ["id": "sev2", "name": "Sev2", "alias": "P2", "weight": "50", "definition": "Degraded."],
        ],
        "default_severity": "sev2",
        "statuses": [
            status("new", "open", ["working", "waiting", "resolved"]),
            status("working", "open", ["waiting", "mitigated", "resolved"]),
            status("waiting", "waiting", ["working", "resolved"], reply: "working"),
            status("mitigated", "mitigated", ["working", "resolved"]),
            status("resolved", "resolved", ["closed", "reopened"], reply: "reopened"),
            status("closed", "closed", ["reopened"], reply: "reopened"),
            status("reopened", "open", ["working", "waiting", "resolved"]),
        ],
        "reopened_status": "reopened", "reopen_window_days": "14",
        "resolution_requires": [
            "owner", "narrative", "verdict", "root_cause", "component", "problem_statement",
        ],
        "internal_quote_words": "5", "components": terms, "product_areas": terms, "environments": terms,
        "categories": terms, "root_causes": terms, "verdicts": terms,
        "fault_layers": terms, "verification_methods": terms,
        "tiers": [
            ["id": "gold", "name": "Gold", "weight": "100"], ["id": "tin", "name": "Tin", "weight": "20"],
        ],
        "channels": terms,
        "request_types": [
            ["id": "incident", "name": "Incident"],
            ["id": "internal", "name": "Internal", "internal": "true", "answer_hours": "8"],
        ],
        "roles": .list(Policy.requiredRoles.map { ["id": .text($0), "name": .text($0), "rights": ["*"]] }),
    ]

    static func read(_ tree: Tree) -> Result<Policy, PolicyProblems> {
        var line = 1
        return Policy.read(tree.node(&line), knownRights: rights)
    }

    /// The policy of the tree with one value exchanged.
    static func make(_ path: String = "", _ value: Tree? = nil) -> Policy {
        let changed = path.isEmpty ? tree : tree.setting(path.split(separator: ".").map(String.init), value)
        switch read(changed) {
        case .success(let policy): return policy
        case .failure(let problems): preconditionFailure("the test's own policy is wrong: \(problems)")
        }
    }
}
