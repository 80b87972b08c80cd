extension Policy {
    /// Reads the levels of confidentiality; a document without them has the one that every house needs.
    static func readConfidentiality(
        _ root: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [ConfidentialityLevel] {
        guard root.child("confidentiality") != nil else {
            return [ConfidentialityLevel(id: "security", name: "Security-sensitive", roles: [])]
        }
        let levels = root.items("confidentiality", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let level = ConfidentialityLevel(
                id: reader.text("id", &problems), name: reader.text("name", &problems),
                roles: reader.texts("roles", &problems).map(\.text))
            reader.refuseUnknownKeys(&problems)
            return (level, item.node.line, item.path)
        }
        refuseRepeats(levels.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return levels.map(\.0)
    }

    /// A level opens cases to roles that exist and are not the customers’; kinds of request name levels that exist.
    static func checkConfidentiality(_ policy: Policy, _ line: Int, _ problems: inout [ConfigProblem]) {
        for level in policy.confidentiality {
            for role in level.roles where role == "customer" || policy.role(role) == nil {
                problems.append(
                    .init(
                        line: line, key: "confidentiality",
                        message: role == "customer"
                            ? "customers can only be named one by one, not by their role"
                            : "“\(role)” is not a role"))
            }
        }
        for type in policy.requestTypes {
            guard let level = type.confidentiality, policy.confidentialityLevel(level) == nil else {
                continue
            }
            problems.append(
                .init(
                    line: line, key: "request_types",
                    message: "“\(level)” of “\(type.id)” is not a level of confidentiality"))
        }
    }
}
