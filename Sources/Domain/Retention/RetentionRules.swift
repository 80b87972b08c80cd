/// How long closed cases are kept, and whether what is over is taken away by itself.
///
/// How long evidence is kept stands with the evidence: `EvidenceRules.retentions`.
package struct RetentionRules: Hashable, Sendable {
    /// How long some closed cases are kept.
    package struct CaseRule: Hashable, Sendable {
        /// Its name in policy and in certificates.
        package var id: String
        /// What people read.
        package var name: String
        /// Days from the day on which the case was closed.
        package var days: Int
        /// The kinds of request that it is about; empty for all.
        package var requestTypes: [String]
        /// The product areas that it is about; empty for all.
        package var productAreas: [String]
        /// The kinds of contract that it is about; empty for all.
        package var contracts: [String]
        /// The regions of customers that it is about; empty for all.
        package var regions: [String]

        /// A rule with all parts.
        package init(
            id: String, name: String, days: Int, requestTypes: [String] = [], productAreas: [String] = [],
            contracts: [String] = [], regions: [String] = []
        ) {
            (self.id, self.name, self.days) = (id, name, days)
            (self.requestTypes, self.productAreas) = (requestTypes, productAreas)
            (self.contracts, self.regions) = (contracts, regions)
        }
    }

    /// Whether what is over goes each night; else it is listed until somebody takes it away.
    package var isAutomatic: Bool
    /// The rules in order; the first that fits a case counts.
    package var cases: [CaseRule]

    /// Rules with all parts.
    package init(isAutomatic: Bool, cases: [CaseRule]) {
        (self.isAutomatic, self.cases) = (isAutomatic, cases)
    }

    /// Ten years for every case, and nothing goes by itself.
    package static let standard = RetentionRules(
        isAutomatic: false, cases: [CaseRule(id: "standard", name: "Closed cases", days: 3650)])

    /// The rule that counts for a case of a customer; nil where none fits, and then it is kept for ever.
    package func rule(for found: SupportCase, of account: AccountRecord?) -> CaseRule? {
        func fits(_ wanted: [String], _ have: [String]) -> Bool {
            wanted.isEmpty || !Set(wanted).isDisjoint(with: have)
        }
        let area = found.classification[.productArea].map { [$0] } ?? []
        return cases.first { rule in
            fits(rule.requestTypes, [found.requestType]) && fits(rule.productAreas, area)
                && fits(rule.contracts, account?.details[.contract] ?? [])
                && fits(rule.regions, account?.details[.region] ?? [])
        }
    }

    /// Until when a case is kept and by which rule; nil while it is not closed, or where no rule fits.
    package func keepUntil(
        _ found: SupportCase, of account: AccountRecord?
    ) -> (moment: Timestamp, rule: CaseRule)? {
        guard let closed = found.closedAt, let rule = rule(for: found, of: account) else { return nil }
        return (closed.adding(seconds: Int64(rule.days) * 86_400), rule)
    }
}

extension RetentionRules {
    /// Reads the part of the policy document, or takes the usual rules where there is none.
    static func read(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> RetentionRules {
        guard let node = root.child("retention") else { return .standard }
        var reader = ConfigReader(node, at: "retention", problems: &problems)
        let rules = RetentionRules(
            isAutomatic: reader.flag("automatic", default: false, &problems),
            cases: reader.items("cases", &problems).map { item in
                var one = ConfigReader(item.node, at: item.path, problems: &problems)
                let rule = CaseRule(
                    id: one.text("id", &problems), name: one.text("name", &problems),
                    days: one.integer("days", 1...36_500, default: 3650, &problems),
                    requestTypes: one.texts("request_types", &problems).map(\.text),
                    productAreas: one.texts("product_areas", &problems).map(\.text),
                    contracts: one.texts("contracts", &problems).map(\.text),
                    regions: one.texts("regions", &problems).map(\.text))
                one.refuseUnknownKeys(&problems)
                return rule
            })
        let ids = rules.cases.map(\.id)
        for id in Set(ids) where ids.count(where: { $0 == id }) > 1 {
            problems.append(
                .init(line: node.line, key: "retention.cases", message: "“\(id)” is the name of two rules"))
        }
        reader.refuseUnknownKeys(&problems)
        return rules
    }

    /// What the rules name that policy does not have.
    func problems(in policy: Policy, line: Int) -> [ConfigProblem] {
        var problems: [ConfigProblem] = []
        func check(_ names: [String], _ known: [String], _ key: String, _ what: String) {
            for name in names where !known.contains(name) {
                problems.append(
                    .init(
                        line: line, key: "retention.cases",
                        message: "“\(name)” is not one of the \(what) (\(key))"))
            }
        }
        for rule in cases {
            check(rule.requestTypes, policy.requestTypes.map(\.id), "request_types", "kinds of request")
            check(rule.productAreas, policy.productAreas.map(\.id), "product_areas", "product areas")
            check(rule.contracts, policy.contracts.map(\.id), "contracts", "kinds of contract")
            check(rule.regions, policy.regions.map(\.id), "regions", "regions")
        }
        return problems
    }
}
