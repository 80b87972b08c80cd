import Domain
import Storage

/// Names and tiers of organisations, for the lists of other features.
enum CustomerNamesQueries {
    static func organisations(ids: [String]) -> SQL {
        "SELECT id, name, tier FROM organisation WHERE id IN (\(anyOf: ids))"
    }

    static let samples: [SQL] = [organisations(ids: ["x"])]
}

extension CustomerDirectory {
    /// Name and tier of these organisations, by identifier.
    package static func names(
        of ids: [ID<Organisation>], in tx: borrowing Transaction
    ) throws -> [ID<Organisation>: (name: String, tier: String)] {
        let wanted = Set(ids.map(\.raw)).sorted()
        guard !wanted.isEmpty else { return [:] }
        var names: [ID<Organisation>: (name: String, tier: String)] = [:]
        try tx.each(CustomerNamesQueries.organisations(ids: wanted)) {
            names[ID($0.text(0))] = ($0.text(1), $0.text(2))
        }
        return names
    }
}
