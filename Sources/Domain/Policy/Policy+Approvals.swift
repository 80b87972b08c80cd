extension Policy {
    /// Who else must agree before parts of the policy change.
    package struct ApprovalRule: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// The keys of the document that it guards: “routing”.
        package var parts: [String]
        /// Whoever has one of these roles may agree.
        package var roles: [String]
        /// So many of them must, none of them its author.
        package var approvers: Int
        /// A change that waits longer lapses.
        package var days: Int

        /// A rule with all parts.
        package init(
            id: String, name: String, parts: [String], roles: [String], approvers: Int = 1, days: Int = 7
        ) {
            (self.id, self.name, self.parts) = (id, name, parts)
            (self.roles, self.approvers, self.days) = (roles, approvers, days)
        }

        /// Whether a change of these parts falls under it.
        ///
        /// What is said of approvals is guarded by all rules: else the guard could be taken away first.
        func guards(_ changed: [String]) -> Bool {
            changed.contains(Self.key) || !Set(parts).isDisjoint(with: changed)
        }

        static let key = "approvals"
    }

    /// Whoever may agree to changes, where a rule asks for their role.
    package static let approveRight: Right = "policy.approve"

    /// The rules under which a change from one document to another falls.
    package func approvals(from old: ConfigNode, to new: ConfigNode) -> [ApprovalRule] {
        let changed = old.changedKeys(to: new)
        return approvals.filter { $0.guards(changed) }
    }
}

extension Policy {
    /// Reads the part `approvals`; no rules where there is none.
    /// - Parameter parts: every key that a document may have.
    static func readApprovals(
        _ root: inout ConfigReader, _ policy: Policy, parts: [String], _ problems: inout [ConfigProblem]
    ) -> [ApprovalRule] {
        guard root.child(ApprovalRule.key) != nil else { return [] }
        var found: [(rule: ApprovalRule, line: Int, path: String)] = []
        for item in root.items(ApprovalRule.key, &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            func named(_ key: String, among known: [String], _ what: String) -> [String] {
                let texts = one.texts(key, &problems)
                if texts.isEmpty {
                    problems.append(
                        .init(
                            line: item.node.line, key: "\(item.path).\(key)",
                            message: "must name at least one"))
                }
                for text in texts where !known.contains(text.text) {
                    let hint = nearest(to: text.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                    problems.append(
                        .init(
                            line: text.line, key: "\(item.path).\(key)",
                            message: "“\(text.text)” is not \(what)\(hint)"))
                }
                return texts.map(\.text)
            }
            let rule = ApprovalRule(
                id: one.text("id", &problems), name: one.text("name", &problems),
                parts: named("parts", among: parts, "a key of this document"),
                roles: named("roles", among: policy.roles.map(\.id), "a role"),
                approvers: one.integer("approvers", 1...10, default: 1, &problems),
                days: one.integer("days", 1...365, default: 7, &problems))
            if !rule.roles.contains(where: { policy.role($0)?.rights.contains(approveRight) ?? false }) {
                problems.append(
                    .init(
                        line: one.child("roles")?.line ?? item.node.line, key: "\(item.path).roles",
                        message:
                            "none of these roles has the right “\(approveRight)”, so nobody could ever agree")
                )
            }
            one.refuseUnknownKeys(&problems)
            found.append((rule, item.node.line, item.path))
        }
        refuseRepeats(found.map { ($0.rule.id, $0.line, $0.path) }, &problems)
        return found.map(\.rule)
    }
}

extension ConfigNode {
    /// Whether it says the same, wherever it stands.
    ///
    /// The order of keys says nothing, that of lists does.
    package func says(theSameAs other: ConfigNode) -> Bool {
        switch (value, other.value) {
        case (.scalar(let mine), .scalar(let theirs)): mine == theirs
        case (.sequence(let mine), .sequence(let theirs)):
            mine.count == theirs.count && zip(mine, theirs).allSatisfy { $0.says(theSameAs: $1) }
        case (.mapping(let mine), .mapping(let theirs)):
            mine.count == theirs.count
                && mine.allSatisfy { member in
                    theirs.first { $0.key == member.key }.map { member.node.says(theSameAs: $0.node) }
                        ?? false
                }
        default: false
        }
    }

    /// The keys whose values another document has otherwise, has no more, or has anew, in alphabetical order.
    package func changedKeys(to other: ConfigNode) -> [String] {
        guard case .mapping(let mine) = value, case .mapping(let theirs) = other.value else { return [] }
        let before = Dictionary(mine.map { ($0.key, $0.node) }) { first, _ in first }
        let after = Dictionary(theirs.map { ($0.key, $0.node) }) { first, _ in first }
        return Set(before.keys).union(after.keys).filter { key in
            guard let old = before[key], let new = after[key] else { return true }
            return !old.says(theSameAs: new)
        }.sorted()
    }
}
