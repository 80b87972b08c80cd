extension Policy {
    /// What an organisation chooses about arranging the work.
    package struct CoordinationTerms: Hashable, Sendable {
        /// What a case can wait for.
        package var blockedReasons: [Term]
        /// The severities of which every new case is looked at again within a day.
        package var checkedSeverities: [ID<Severity>]
        /// For how many hours a case counts as new in that list.
        package var checkHours: Int
        /// Whether customers see how long their case was in each state.
        package var customersSeeTimeInState: Bool

        /// What holds where a document says nothing.
        package static let standard = CoordinationTerms(
            blockedReasons: [
                Term(id: "customer", name: "Customer"), Term(id: "engineering", name: "Engineering"),
                Term(id: "access", name: "Access"),
                Term(id: "missing_telemetry", name: "Missing telemetry"),
                Term(id: "vendor", name: "Vendor"), Term(id: "approval", name: "Approval"),
                Term(id: "change_window", name: "Change window"),
            ],
            checkedSeverities: [], checkHours: 24, customersSeeTimeInState: false)
    }

    /// The name of a reason why cases wait.
    package func blockName(_ id: String) -> String {
        id == ClockTerms.closedForChanges
            ? "the customer’s change window" : name(of: id, in: \.coordination.blockedReasons)
    }
}

extension Policy {
    static func readCoordination(
        _ root: inout ConfigReader, _ severities: [Severity], _ problems: inout [ConfigProblem]
    ) -> CoordinationTerms {
        var terms = CoordinationTerms.standard
        if root.child("blocked_reasons") != nil {
            terms.blockedReasons = readTerms("blocked_reasons", &root, &problems)
        }
        terms.customersSeeTimeInState = root.flag("customers_see_time_in_state", default: false, &problems)
        guard let node = root.child("severity_check") else { return terms }
        var reader = ConfigReader(node, at: "severity_check", problems: &problems)
        for (index, item) in reader.texts("severities", &problems).enumerated() {
            let id = ID<Severity>(item.text)
            if !severities.contains(where: { $0.id == id }) {
                problems.append(
                    .init(
                        line: item.line, key: "severity_check.severities[\(index)]",
                        message: "“\(item.text)” is not a severity"))
            }
            terms.checkedSeverities.append(id)
        }
        terms.checkHours = reader.integer("hours", 1...168, default: 24, &problems)
        reader.refuseUnknownKeys(&problems)
        return terms
    }

    /// A status may only name a reason that there is, and only where cases wait.
    static func checkBlocks(
        _ policy: Policy, _ lines: [ID<Status>: Int], _ documentLine: Int, _ problems: inout [ConfigProblem]
    ) {
        let known = policy.coordination.blockedReasons.map(\.id)
        for (index, status) in policy.statuses.enumerated() {
            guard let reason = status.blockedBy else { continue }
            let line = lines[status.id] ?? documentLine
            let key = "statuses[\(index)].blocked_by"
            if !known.contains(reason) {
                let hint = nearest(to: reason, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(line: line, key: key, message: "“\(reason)” is not in blocked_reasons\(hint)"))
            }
            if status.phase != .waiting {
                problems.append(
                    .init(line: line, key: key, message: "only a status of phase waiting waits for something")
                )
            }
        }
    }
}
