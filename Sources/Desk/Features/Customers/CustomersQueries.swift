import Diagnosis
import Domain
import Storage

/// The table of organisations.
package enum CustomersQueries {
    private static let columns: SQL = "id, version, name, tier, origin, added_at, record"

    static func organisation(id: String) -> SQL { "SELECT \(columns) FROM organisation WHERE id = \(id)" }

    static func organisation(origin: String) -> SQL {
        "SELECT \(columns) FROM organisation WHERE origin = \(origin)"
    }

    /// Names and tiers by identifier, for the lists of other features.
    static func names(ids: [String]) -> SQL {
        "SELECT id, name, tier FROM organisation WHERE id IN (\(anyOf: ids))"
    }

    static func organisations(ids: [String]) -> SQL {
        "SELECT \(columns) FROM organisation WHERE id IN (\(anyOf: ids))"
    }

    /// Organisations of which a risk was raised, past ones too.
    static func everAtRisk() -> SQL {
        "SELECT \(columns) FROM organisation WHERE record LIKE '%\"risks\":[{%' ORDER BY id"
    }

    /// Organisations of whose contract an amendment names credits, approved or not.
    static func withCredits() -> SQL {
        "SELECT \(columns) FROM organisation WHERE record LIKE '%\"credits\":{%' ORDER BY id"
    }

    /// Organisations of whose contract an amendment was ever proposed.
    static func withAmendments() -> SQL {
        "SELECT \(columns) FROM organisation WHERE record LIKE '%\"amendments\":[{%' ORDER BY id"
    }

    static func organisations(named name: String) -> SQL {
        "SELECT \(columns) FROM organisation WHERE LOWER(name) = \(folded(name)) ORDER BY id LIMIT 2"
    }

    /// The organisations whose name holds a text, by name, after a place in that order; `only` leaves one of them.
    static func organisations(
        matching text: String, after place: CustomerPlace? = nil, only id: String? = nil, limit: Int
    ) -> SQL {
        let later: SQL = place.map { " AND (LOWER(name), id) > (\(folded($0.name)), \($0.id))" } ?? ""
        return """
            SELECT \(columns) FROM organisation WHERE \(matching(text, only: id))\(later)
            ORDER BY LOWER(name), id LIMIT \(limit)
            """
    }

    static func ids(ofTiers tiers: [String]) -> SQL {
        "SELECT id FROM organisation WHERE tier IN (\(anyOf: tiers))"
    }

    static func count(matching text: String, only id: String? = nil) -> SQL {
        "SELECT COUNT(*) FROM organisation WHERE \(matching(text, only: id))"
    }

    private static func matching(_ text: String, only id: String?) -> SQL {
        let one: SQL = id.map { " AND id = \($0)" } ?? ""
        return "LOWER(name) LIKE \(SQL.containing(folded(text))) ESCAPE '\\'\(one)"
    }

    /// The text with small ASCII letters: what LOWER makes of it on both engines, which leave other letters alone.
    private static func folded(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.isASCII ? $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 : $0
                }))
    }

    static func save(_ organisation: Organisation) -> SQL {
        """
        INSERT INTO organisation (id, version, name, tier, origin, added_at, record)
        VALUES (\(organisation.id.raw), \(organisation.version.number), \(organisation.name), \(organisation.tier),
            \(organisation.origin), \(organisation.addedAt.microseconds),
            \(organisation.record.json.text))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, tier = excluded.tier,
            origin = excluded.origin, added_at = excluded.added_at, record = excluded.record
        """
    }

    static func forget(id: String) -> SQL { "DELETE FROM organisation WHERE id = \(id)" }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM organisation WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    static func read(_ row: any Row) throws -> Organisation {
        var organisation = Organisation(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))), name: row.text(2), tier: row.text(3),
            origin: row.optionalText(4), addedAt: Timestamp(microseconds: row.integer(5)))
        organisation.record = try AccountRecord(JSON(parsing: row.text(6)))
        return organisation
    }

    // MARK: Delegations

    private static let delegationColumns: SQL = "id, organisation, person, rights, until"

    /// The organisations for which somebody may act.
    static func delegations(of person: String) -> SQL {
        "SELECT \(delegationColumns) FROM delegation WHERE person = \(person) ORDER BY id LIMIT 500"
    }

    static func saveDelegation(
        of person: String, for organisation: String, _ delegation: AccountDelegation
    ) -> SQL {
        let rights = delegation.rights.map(\.rawValue).sorted().joined(separator: ",")
        return """
            INSERT INTO delegation (id, organisation, person, rights, until)
            VALUES (\("\(organisation)/\(person)"), \(organisation), \(person), \(rights), \(delegation.until?.text))
            ON CONFLICT (id) DO UPDATE SET rights = excluded.rights, until = excluded.until
            """
    }

    static func forgetDelegation(of person: String, for organisation: String) -> SQL {
        "DELETE FROM delegation WHERE id = \("\(organisation)/\(person)")"
    }

    static func forgetDelegations(for organisation: String) -> SQL {
        "DELETE FROM delegation WHERE organisation = \(organisation)"
    }

    static func delegationPage(after id: String, limit: Int) -> SQL {
        "SELECT \(delegationColumns) FROM delegation WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    private static func save(
        _ organisation: Organisation, _ fact: Recorded<OrganisationFact>, _ tx: borrowing Transaction
    ) throws {
        try tx.execute(save(organisation))
        switch fact.body {
        case .delegated(let person, let delegation):
            try tx.execute(saveDelegation(of: person, for: organisation.id.raw, delegation))
        case .delegationEnded(let person, _):
            try tx.execute(forgetDelegation(of: person, for: organisation.id.raw))
        case .tierChanged, .detailChanged(.contract, _), .detailChanged(.products, _), .amendmentApproved,
            .amendmentEnded, .changeCalendarSet:
            try ServiceLevelsDirectory.touch(organisation.id, in: tx)
        default: break
        }
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let organisation = Organisation(
            id: "x", version: Version(1), name: "x", tier: "x", origin: nil,
            addedAt: Timestamp(microseconds: 0))
        return [
            Self.organisation(id: "x"), Self.organisation(origin: "x"), organisations(named: "x"),
            everAtRisk(), withCredits(), withAmendments(), organisations(ids: ["x"]),
            organisations(matching: "x", limit: 1),
            organisations(matching: "x", after: CustomerPlace(name: "x", id: "x"), only: "x", limit: 1),
            count(matching: "x"), count(matching: "x", only: "x"), save(organisation), forget(id: "x"),
            page(after: "", limit: 1), names(ids: ["x"]), ids(ofTiers: ["x"]), delegations(of: "x"),
            saveDelegation(of: "x", for: "x", AccountDelegation(rights: [])),
            forgetDelegation(of: "x", for: "x"), forgetDelegations(for: "x"),
            delegationPage(after: "", limit: 1),
        ]
    }()

    static let subject = SubjectType(
        Organisation.self,
        tables: [
            ProjectedTable(
                "organisation", columns: ["id", "version", "name", "tier", "origin", "added_at", "record"],
                page: page(after:limit:)),
            ProjectedTable(
                "delegation", columns: ["id", "organisation", "person", "rights", "until"],
                page: delegationPage(after:limit:)),
        ],
        load: { id, tx in try tx.first(organisation(id: id), read) },
        save: save,
        forget: { id, tx in
            try tx.execute(forget(id: id))
            try tx.execute(forgetDelegations(for: id))
        },
        describe: AccountAspects.describe)
}

/// A place in the list of organisations by name.
struct CustomerPlace: Hashable, Sendable {
    var name: String
    var id: String
}

/// Looks organisations up for other features.
package enum CustomerDirectory {
    /// The organisation with this identifier or name; nil where there is none or more than one of the name.
    package static func find(_ text: String, in tx: borrowing Transaction) throws -> Organisation? {
        if let found = try tx.first(CustomersQueries.organisation(id: text), CustomersQueries.read) {
            return found
        }
        let named = try tx.all(
            CustomersQueries.organisations(named: text.trimmingWhitespace), CustomersQueries.read)
        return named.count == 1 ? named[0] : nil
    }

    /// The organisations with these identifiers: one statement.
    package static func all(
        _ ids: Set<ID<Organisation>>, in tx: borrowing Transaction
    ) throws -> [ID<Organisation>: Organisation] {
        guard !ids.isEmpty else { return [:] }
        let found = try tx.all(
            CustomersQueries.organisations(ids: ids.map(\.raw).sorted()), CustomersQueries.read)
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Organisations with a risk flag that counts on a day.
    package static func atRisk(on today: CalendarDay, in tx: borrowing Transaction) throws -> [Organisation] {
        try tx.all(CustomersQueries.everAtRisk(), CustomersQueries.read).filter { found in
            found.record.risks.contains { $0.state(on: today) == .active }
        }
    }

    /// Organisations with an approved amendment of their contract that names credits.
    static func withCredits(in tx: borrowing Transaction) throws -> [Organisation] {
        try tx.all(CustomersQueries.withCredits(), CustomersQueries.read).filter { found in
            found.record.amendments.contains { $0.verdict?.way == .approved && $0.terms.credits != nil }
        }
    }

    /// Organisations with an amendment of their contract that nobody decided about.
    static func withOpenAmendments(in tx: borrowing Transaction) throws -> [Organisation] {
        try tx.all(CustomersQueries.withAmendments(), CustomersQueries.read).filter { found in
            found.record.amendments.contains { $0.verdict == nil }
        }
    }

    /// The organisation that came from elsewhere under this name.
    package static func find(origin: String, in tx: borrowing Transaction) throws -> Organisation? {
        try tx.first(CustomersQueries.organisation(origin: origin), CustomersQueries.read)
    }

    /// The organisation with this identifier or name, as far as the actor may know of it: a customer's people know
    /// their own alone.
    package static func find(
        _ text: String, seenBy actor: Actor, in tx: borrowing Transaction
    ) throws -> Organisation {
        guard let found = try find(text, in: tx), !actor.isCustomer || actor.organisation == found.id else {
            throw Refusal.notFound("organisation")
        }
        return found
    }

    /// Name and tier of these organisations, by identifier.
    package static func names(
        of ids: [ID<Organisation>], in tx: borrowing Transaction
    ) throws -> [ID<Organisation>: (name: String, tier: String)] {
        let wanted = Set(ids.map(\.raw)).sorted()
        guard !wanted.isEmpty else { return [:] }
        var names: [ID<Organisation>: (name: String, tier: String)] = [:]
        try tx.each(CustomersQueries.names(ids: wanted)) { names[ID($0.text(0))] = ($0.text(1), $0.text(2)) }
        return names
    }

    /// The organisations of some tiers, as a query with one column.
    static func ids(ofTiers tiers: [String]) -> SQL { CustomersQueries.ids(ofTiers: tiers) }

    /// Organisations with this text in their name.
    package static func search(_ text: String, limit: Int, in tx: borrowing Transaction) throws
        -> [Organisation]
    {
        try tx.all(CustomersQueries.organisations(matching: text, limit: limit), CustomersQueries.read)
    }

    /// For which other organisations somebody may act on a day, and what they may do there.
    package static func delegations(
        of person: String, on day: CalendarDay, in tx: borrowing Transaction
    ) throws -> [ID<Organisation>: Set<AccountDelegation.Right>] {
        var found: [ID<Organisation>: Set<AccountDelegation.Right>] = [:]
        try tx.each(CustomersQueries.delegations(of: person)) { row in
            let rights = row.text(3).split(separator: ",").compactMap {
                AccountDelegation.Right(rawValue: String($0))
            }
            let delegation = AccountDelegation(
                rights: Set(rights), until: row.optionalText(4).flatMap { CalendarDay($0) })
            if delegation.holds(on: day) { found[ID(row.text(1))] = delegation.rights }
        }
        return found
    }

    /// Up to 500 organisations as choices of a field.
    package static func choices(in tx: borrowing Transaction) throws -> [FieldChoice] {
        try tx.all(CustomersQueries.organisations(matching: "", limit: 500), CustomersQueries.read).map {
            FieldChoice($0.id.raw, $0.name)
        }
    }
}
