extension Policy {
    /// What an organisation chooses about handing cases over.
    package struct HandoverTerms: Hashable, Sendable {
        /// Minutes in which an offer should be accepted before it is alarmed.
        package var acceptMinutes: Int
        /// The role to which cases are handed up unless somebody says otherwise.
        package var upwardRole: String
        /// The reasons for waiting that lie outside the house.
        package var outsideReasons: Set<String>

        /// What holds where a document says nothing.
        package static let standard = HandoverTerms(
            acceptMinutes: 30, upwardRole: "engineer", outsideReasons: ["customer", "vendor"])
    }
}

extension Policy {
    static func readHandover(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> HandoverTerms {
        var terms = HandoverTerms.standard
        guard let node = root.child("handover") else { return terms }
        var reader = ConfigReader(node, at: "handover", problems: &problems)
        terms.acceptMinutes = reader.integer(
            "accept_minutes", 1...10_080, default: terms.acceptMinutes, &problems)
        if let child = reader.child("upward_role"),
            let role = reader.optionalText("upward_role", &problems)
        {
            if policy.role(role) == nil {
                let hint =
                    nearest(to: role, in: policy.roles.map(\.id)).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: child.line, key: "handover.upward_role",
                        message: "“\(role)” is not a role\(hint)"))
            }
            terms.upwardRole = role
        }
        if reader.child("outside_reasons") != nil {
            let known = policy.coordination.blockedReasons.map(\.id)
            let reasons = reader.texts("outside_reasons", &problems)
            for (index, reason) in reasons.enumerated() where !known.contains(reason.text) {
                let hint = nearest(to: reason.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: reason.line, key: "handover.outside_reasons[\(index)]",
                        message: "“\(reason.text)” is not in blocked_reasons\(hint)"))
            }
            terms.outsideReasons = Set(reasons.map(\.text))
        }
        reader.refuseUnknownKeys(&problems)
        return terms
    }
}
