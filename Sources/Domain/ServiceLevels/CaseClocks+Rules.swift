extension CaseClocks {
    /// What the replay is given beside the facts.
    package struct Rules: Sendable {
        /// The policy in force.
        package var policy: Policy
        /// Its version; 0 is the built-in one.
        package var version: Int
        /// Earlier versions that facts name; those that are missing count as the one in force.
        package var earlier: [Int: Policy]
        /// What the level is chosen by of the customer.
        package var account: CaseTraits.Account
        /// Those who write and are no people: what they send is no first response.
        package var programs: Set<String>
        /// What the customer's own contract says.
        package var contract: AccountContract

        /// Rules with all parts.
        package init(
            policy: Policy, version: Int, earlier: [Int: Policy] = [:], account: CaseTraits.Account = .init(),
            programs: Set<String> = [], contract: AccountContract = .none
        ) {
            (self.policy, self.version, self.earlier) = (policy, version, earlier)
            (self.account, self.programs, self.contract) = (account, programs, contract)
        }

        func policy(of version: Int) -> Policy {
            version == self.version ? policy : earlier[version] ?? policy
        }
    }
}

extension CaseTraits {
    mutating func setAccount(_ account: Account) {
        (tier, contracts, products) = (account.tier, account.contracts, account.products)
    }
}
