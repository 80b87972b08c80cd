import Domain
import Storage

/// The parts of an organisation in words, for the page on which two people choose.
enum AccountAspects {
    static func describe(
        _ aspect: Aspect, _ this: Organisation, _ policy: Policy, _ tx: borrowing Transaction
    ) throws -> (label: String, value: String) {
        switch aspect.name {
        case "name": return ("Name", this.name)
        case "tier": return ("Tier", policy.name(of: this.tier, in: \.tiers))
        case "change_calendar":
            let parts = this.record.changeCalendars.last?.parts ?? []
            return ("Change windows", parts.isEmpty ? "none" : parts.joined(separator: "; "))
        default: break
        }
        if let detail = AccountDetail(rawValue: aspect.name) {
            return (detail.label, try words(detail, this.record, policy, in: tx) ?? "not set")
        }
        let parts = aspect.name.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return (aspect.name, "") }
        return try described(parts[0], parts[1], this.record, policy, tx)
    }

    private static func described(
        _ kind: String, _ key: String, _ record: AccountRecord, _ policy: Policy, _ tx: borrowing Transaction
    ) throws -> (label: String, value: String) {
        switch kind {
        case "risk":
            guard let flag = record.risks.first(where: { $0.number == key }) else { return (key, "") }
            if let cleared = flag.cleared { return ("Risk \(key)", "Taken off: \(cleared.reason)") }
            let level = policy.name(of: flag.terms.level, in: \.riskLevels)
            let end = flag.terms.expires.map { ", until \($0.text)" } ?? ""
            return ("Risk \(key)", "\(level)\(end): \(flag.terms.reason)")
        case "commitment":
            guard let found = record.commitments.first(where: { $0.number == key }) else { return (key, "") }
            return ("Commitment \(key)", found.settled?.outcome.label ?? "Open")
        case "amendment":
            guard let found = record.amendments.first(where: { $0.number == key }) else { return (key, "") }
            return ("Amendment \(key)", found.verdict?.way.rawValue ?? "proposed")
        case "contact":
            let contact = record.contacts[key] ?? AccountContact()
            let roles = contact.roles.map { policy.name(of: $0, in: \.contactRoles) }
            let named = contact.isNamed ? ["named in the contract"] : []
            let words = (roles + named + [contact.note].compactMap { $0 }).joined(separator: ", ")
            let name = try PeopleDirectory.names(of: [key], in: tx)[key] ?? "Contact"
            return (name, words.isEmpty ? "nothing noted" : words)
        default:
            let name = try PeopleDirectory.names(of: [key], in: tx)[key] ?? "Somebody"
            guard let delegation = record.delegations[key] else { return (name, "may not act") }
            let rights = delegation.rights.map(\.label).sorted().joined(separator: ", ")
            return (name, rights + (delegation.until.map { ", until \($0.text)" } ?? ""))
        }
    }

    /// What is set of a detail, in words; people by name.
    static func words(
        _ detail: AccountDetail, _ record: AccountRecord, _ policy: Policy, in tx: borrowing Transaction
    ) throws -> String? {
        let values = record[detail]
        guard [.successManager, .technicalManager].contains(detail) else {
            return detail.words(values, policy)
        }
        guard let id = values.first else { return nil }
        return try PeopleDirectory.names(of: [id], in: tx)[id] ?? "Somebody"
    }
}
