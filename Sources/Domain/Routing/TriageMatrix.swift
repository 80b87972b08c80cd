/// How bad a case is, by how far it reaches and how soon it must end: what triage proposes the severity from.
package struct TriageMatrix: Hashable, Sendable {
    /// How far a fault reaches.
    package struct Reach: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// It is proposed from so many people on; nil where their number does not say it.
        package var users: Int?
        /// It is proposed from so many customers on; nil where their number does not say it.
        package var accounts: Int?
        /// It is proposed from such a share on, in percent; nil where the share does not say it.
        package var share: Int?
    }

    /// How soon a fault must end.
    package struct Urgency: Hashable, Sendable {
        /// Something that is known of the impact.
        package enum Sign: String, Sendable, CaseIterable {
            /// A process stands still.
            case standstill
            /// There is no way around.
            case noWorkaround = "no_workaround"
            /// There is a way around.
            case workaround
            /// Rules or law are touched.
            case compliance
            /// Money is at risk.
            case money

            /// What people call it.
            package var words: String {
                switch self {
                case .standstill: "work stands still"
                case .noWorkaround: "there is no way around"
                case .workaround: "there is a way around"
                case .compliance: "rules or law are touched"
                case .money: "money is at risk"
                }
            }

            /// Whether the impact shows it.
            func holds(_ impact: Impact) -> Bool {
                switch self {
                case .standstill: impact.blockedProcess != nil
                case .noWorkaround: impact.hasWorkaround == false
                case .workaround: impact.hasWorkaround == true
                case .compliance: impact.compliance != nil
                case .money: impact.moneyAtRisk != nil
                }
            }
        }

        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// It is proposed where any of these holds.
        package var signs: [Sign]
    }

    /// How far a fault can reach, from the widest.
    package var impacts: [Reach]
    /// How soon it must end, from the soonest.
    package var urgencies: [Urgency]
    /// The severity of each reach, in the order of the urgencies.
    package var severities: [String: [String]]

    /// The severity of a reach and an urgency; nil where policy lists them no more.
    package func severity(impact: String, urgency: String) -> String? {
        guard let row = severities[impact], let column = urgencies.firstIndex(where: { $0.id == urgency }),
            row.indices.contains(column)
        else { return nil }
        return row[column]
    }

    /// What is proposed from what is known of a case.
    package struct Proposal: Equatable, Sendable {
        /// How far it reaches; nil where nothing says it.
        package var impact: Reach?
        /// What says so.
        package var impactReasons: [String]
        /// How soon it must end; nil where nothing says it.
        package var urgency: Urgency?
        /// What says so.
        package var urgencyReasons: [String]
    }

    /// What the recorded impact says.
    package func proposal(for impact: Impact) -> Proposal {
        var proposal = Proposal(impact: nil, impactReasons: [], urgency: nil, urgencyReasons: [])
        for reach in impacts {
            var reasons: [String] = []
            if let least = reach.users, let users = impact.users, users >= least {
                reasons.append("\(grouped(users)) people, from \(grouped(least)) on")
            }
            if let least = reach.accounts, let accounts = impact.accounts, accounts >= least {
                reasons.append("\(grouped(accounts)) customers, from \(grouped(least)) on")
            }
            if let least = reach.share, let share = impact.sharePercent, share >= Double(least) {
                reasons.append("\(decimal(share)) %, from \(least) % on")
            }
            if !reasons.isEmpty {
                (proposal.impact, proposal.impactReasons) = (reach, reasons)
                break
            }
        }
        for urgency in urgencies {
            let reasons = urgency.signs.filter { $0.holds(impact) }.map(\.words)
            if !reasons.isEmpty {
                (proposal.urgency, proposal.urgencyReasons) = (urgency, reasons)
                break
            }
        }
        return proposal
    }

    /// What holds where a document says nothing: four reaches, three urgencies, each step one severity lower.
    package static func standard(for severities: [Policy.Severity]) -> TriageMatrix {
        let impacts = [
            Reach(
                id: "everybody", name: "Everybody, or the whole service", users: 1000, accounts: 10, share: 50
            ),
            Reach(id: "many", name: "Many people or several customers", users: 50, accounts: 3, share: 5),
            Reach(id: "some", name: "Some people of one customer", users: 2, accounts: nil, share: 1),
            Reach(id: "one", name: "One person, or nobody yet", users: 0, accounts: nil, share: nil),
        ]
        let urgencies = [
            Urgency(
                id: "now", name: "Now: work stands still", signs: [.standstill, .noWorkaround, .compliance]),
            Urgency(id: "soon", name: "Soon: it is costly to go on like this", signs: [.money]),
            Urgency(id: "later", name: "Later: there is a way around", signs: [.workaround]),
        ]
        var table: [String: [String]] = [:]
        for (row, impact) in impacts.enumerated() where !severities.isEmpty {
            table[impact.id] = urgencies.indices.map {
                severities[min(severities.count - 1, row + $0)].id.raw
            }
        }
        return TriageMatrix(impacts: impacts, urgencies: urgencies, severities: table)
    }
}

extension TriageMatrix {
    /// Reads the part `triage` of the policy document, or takes the usual matrix where there is none.
    static func read(
        _ root: inout ConfigReader, _ severities: [Policy.Severity], _ problems: inout [ConfigProblem]
    ) -> TriageMatrix {
        var matrix = standard(for: severities)
        guard let node = root.child("triage") else { return matrix }
        var reader = ConfigReader(node, at: "triage", problems: &problems)
        func number(_ name: String, _ one: inout ConfigReader) -> Int? {
            one.child(name) == nil ? nil : one.integer(name, 0...1_000_000_000, default: 0, &problems)
        }
        matrix.impacts = reader.items("impacts", &problems).map { item in
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            let reach = Reach(
                id: one.text("id", &problems), name: one.text("name", &problems),
                users: number("users", &one), accounts: number("accounts", &one),
                share: number("share", &one))
            one.refuseUnknownKeys(&problems)
            return reach
        }
        matrix.urgencies = reader.items("urgencies", &problems).map { item in
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            let urgency = Urgency(
                id: one.text("id", &problems), name: one.text("name", &problems),
                signs: signs(&one, item.path, &problems))
            one.refuseUnknownKeys(&problems)
            return urgency
        }
        matrix.readTable(&reader, severities, &problems)
        reader.refuseUnknownKeys(&problems)
        return matrix
    }

    private static func signs(
        _ one: inout ConfigReader, _ path: String, _ problems: inout [ConfigProblem]
    ) -> [Urgency.Sign] {
        one.texts("signs", &problems).compactMap { text in
            if let sign = Urgency.Sign(rawValue: text.text) { return sign }
            let known = Urgency.Sign.allCases.map(\.rawValue).joined(separator: ", ")
            problems.append(
                .init(
                    line: text.line, key: "\(path).signs", message: "“\(text.text)” is not one of \(known)"))
            return nil
        }
    }

    private mutating func readTable(
        _ reader: inout ConfigReader, _ known: [Policy.Severity], _ problems: inout [ConfigProblem]
    ) {
        severities = [:]
        let node = reader.child("severities")
        var table = ConfigReader(
            node ?? ConfigNode(line: reader.node.line, value: .mapping([])), at: "triage.severities",
            problems: &problems)
        for impact in impacts where !impact.id.isEmpty {
            let row = table.texts(impact.id, &problems)
            for cell in row where !known.contains(where: { $0.id.raw == cell.text }) {
                problems.append(
                    .init(
                        line: cell.line, key: "triage.severities.\(impact.id)",
                        message: "“\(cell.text)” is not a severity"))
            }
            if row.count != urgencies.count {
                problems.append(
                    .init(
                        line: row.first?.line ?? node?.line ?? reader.node.line,
                        key: "triage.severities.\(impact.id)",
                        message:
                            "must name a severity for each of the \(urgencies.count) urgencies, in their order"
                    ))
            }
            severities[impact.id] = row.map(\.text)
        }
        table.refuseUnknownKeys(&problems)
    }
}
