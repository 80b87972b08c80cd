package import Diagnosis

/// What a fault does to those who meet it, as data.
package struct Impact: Equatable, Sendable {
    /// Customer accounts affected.
    package var accounts: Int?
    /// People affected.
    package var users: Int?
    /// Share of traffic or records affected, in percent.
    package var sharePercent: Double?
    /// What the share is of: "card payments".
    package var shareOf: String?
    /// Money lost or at risk, with its currency as people write it: "€ 221,400".
    package var moneyAtRisk: String?
    /// Whether rules or law are touched, and how.
    package var compliance: String?
    /// Whether there is a way around: "yes", "no" or unknown.
    package var hasWorkaround: Bool?
    /// The business process that stands still.
    package var blockedProcess: String?
    /// The services that are impacted, as policy lists them.
    package var services: [String] = []

    /// An impact of which nothing is known.
    package init() {}

    /// Whether nothing is known.
    package var isEmpty: Bool { self == Impact() }

    /// The impact as it is stored.
    package var json: JSON {
        .fields([
            "accounts": accounts.map { .integer(Int64($0)) }, "users": users.map { .integer(Int64($0)) },
            "share_percent": sharePercent.map(JSON.number), "share_of": shareOf.map(JSON.string),
            "money_at_risk": moneyAtRisk.map(JSON.string), "compliance": compliance.map(JSON.string),
            "has_workaround": hasWorkaround.map(JSON.bool),
            "blocked_process": blockedProcess.map(JSON.string),
            "services": services.isEmpty ? nil : .array(services.map(JSON.string)),
        ])
    }

    /// The impact that was stored with these members.
    package init(_ body: FactBody) {
        accounts = body.integer("accounts")
        users = body.integer("users")
        sharePercent = body.double("share_percent")
        shareOf = body.optionalText("share_of")
        moneyAtRisk = body.optionalText("money_at_risk")
        compliance = body.optionalText("compliance")
        hasWorkaround = body.bool("has_workaround")
        blockedProcess = body.optionalText("blocked_process")
        services = body.texts("services")
    }

    /// The impact in words, one fact after the other.
    package func words(_ policy: Policy) -> [(label: String, value: String)] {
        var words: [(label: String, value: String)] = []
        if !services.isEmpty {
            let names = services.map { policy.name(of: $0, in: \.serviceTerms) }
            words.append((names.count == 1 ? "Service" : "Services", names.joined(separator: ", ")))
        }
        if let sharePercent {
            words.append((shareOf.map { "Share of \($0)" } ?? "Share", "\(decimal(sharePercent)) %"))
        }
        if let accounts { words.append(("Accounts", grouped(accounts))) }
        if let users { words.append(("Users", grouped(users))) }
        if let moneyAtRisk { words.append(("Money at risk", moneyAtRisk)) }
        if let hasWorkaround { words.append(("Way around", hasWorkaround ? "Yes" : "None")) }
        if let blockedProcess { words.append(("Blocked", blockedProcess)) }
        if let compliance { words.append(("Compliance", compliance)) }
        return words
    }
}

/// `6,412`.
package func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
        if index > 0, index % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
}

/// A number with at most three decimals and no trailing zeros: `0.3`, `12`.
package func decimal(_ number: Double) -> String {
    let thousandths = (number * 1000).rounded()
    guard thousandths.magnitude < 9e18 else { return "\(number)" }
    let whole = Int(thousandths) / 1000
    let rest = Int(thousandths.magnitude) % 1000
    let sign = thousandths < 0 && whole == 0 ? "-" : ""
    guard rest > 0 else { return sign + grouped(whole) }
    var digits = pad(rest, 3)
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(sign)\(grouped(whole)).\(digits)"
}
