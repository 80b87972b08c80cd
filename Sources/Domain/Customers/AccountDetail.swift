/// One thing that is known of an account beside its name and tier; each is an aspect of its own.
package enum AccountDetail: String, Sendable, CaseIterable {
    /// The market segment, as policy names it.
    case segment
    /// The region, as policy names it.
    case region
    /// The products in use, as policy names them.
    case products
    /// The environments in use, as policy names them.
    case environments
    /// The customer success manager, one of the staff.
    case successManager = "success_manager"
    /// The technical account manager, one of the staff.
    case technicalManager = "technical_manager"
    /// The day on which the contract is renewed or ends.
    case renewal
    /// What the customer pays a year.
    case revenue
    /// The kind of contract, as policy names it.
    case contract
    /// What the contract says beyond its kind.
    case contractTerms = "contract_terms"
    /// The hours in which support is owed, as policy names them.
    case coverage
    /// The severities that the contract allows to claim; all where none is named.
    case severities
    /// The channels that the contract allows; all where none is named.
    case channels
    /// How many contacts the contract names; any number where it says none.
    case namedContacts = "named_contacts"
    /// How people sign in: SSO, identity provider.
    case signOn = "sign_on"
    /// Proxies, allow lists, bandwidth.
    case network
    /// What the product is connected to.
    case integrations
    /// What runs in which version.
    case versions
    /// What is switched on or off for this customer alone.
    case featureFlags = "feature_flags"
    /// Where data may be kept and handled.
    case residency
    /// What surprises whoever does not know it.
    case quirks

    /// The name on pages.
    package var label: String {
        switch self {
        case .segment: "Segment"
        case .region: "Region"
        case .products: "Products"
        case .environments: "Environments"
        case .successManager: "Success manager"
        case .technicalManager: "Technical account manager"
        case .renewal: "Renewal"
        case .revenue: "Revenue a year"
        case .contract: "Contract"
        case .contractTerms: "Contract terms"
        case .coverage: "Coverage"
        case .severities: "Severity rights"
        case .channels: "Channels"
        case .namedContacts: "Named contacts"
        case .signOn: "Sign-on"
        case .network: "Network limits"
        case .integrations: "Integrations"
        case .versions: "Versions"
        case .featureFlags: "Feature flags"
        case .residency: "Data residency"
        case .quirks: "Known quirks"
        }
    }

    /// The list of policy that it chooses from; nil for words and for lists of another shape.
    package var terms: ((Policy) -> [Policy.Term])? {
        switch self {
        case .segment: \Policy.segments
        case .region: \Policy.regions
        case .products: \Policy.products
        case .environments: \Policy.environments
        case .contract: \Policy.contracts
        case .coverage: \Policy.coverages
        case .channels: \Policy.channels
        default: nil
        }
    }

    /// Whether only those who may see commercial terms read it.
    package var isCommercial: Bool { [.revenue, .contractTerms].contains(self) }

    /// What is kept of the customer's technical surroundings.
    package static let profile: [AccountDetail] = [
        .signOn, .network, .integrations, .versions, .featureFlags, .residency, .quirks,
    ]

    /// The values in words; nil where there are none.
    ///
    /// People are named by the caller.
    package func words(_ values: [String], _ policy: Policy) -> String? {
        guard !values.isEmpty else { return nil }
        if let terms { return values.map { policy.name(of: $0, in: terms) }.joined(separator: ", ") }
        if self == .severities {
            return values.map { policy.severity(ID($0))?.name ?? $0 }.joined(separator: ", ")
        }
        if self == .revenue, let money = Money(values[0]) { return money.words }
        return values.joined(separator: ", ")
    }
}

/// An amount in whole units of a currency.
package struct Money: Hashable, Sendable {
    /// The currency's code of ISO 4217: "EUR".
    package var currency: String
    /// Whole units.
    package var amount: Int

    /// An amount of a currency.
    package init(currency: String, amount: Int) { (self.currency, self.amount) = (currency, amount) }

    /// Reads "EUR 480,000", "480000 EUR" or "€ 480 000"; nil for anything else.
    package init?(_ text: String) {
        var letters = ""
        var digits = ""
        for character in text.trimmingWhitespace {
            switch character {
            case "€": letters += "EUR"
            case "$": letters += "USD"
            case "£": letters += "GBP"
            case "0"..."9": digits.append(character)
            case ",", " ", "\u{A0}", "\u{202F}", "'": continue
            default:
                guard character.isASCII, character.isLetter else { return nil }
                letters += character.uppercased()
            }
        }
        guard letters.count == 3, let amount = Int(digits), amount <= 1_000_000_000_000 else { return nil }
        self.init(currency: letters, amount: amount)
    }

    /// As it is stored: "EUR 480000".
    package var text: String { "\(currency) \(amount)" }

    /// As people read it: "€ 480,000".
    package var words: String {
        let sign = ["EUR": "€", "USD": "$", "GBP": "£"][currency] ?? currency
        return "\(sign) \(grouped(amount))"
    }
}
