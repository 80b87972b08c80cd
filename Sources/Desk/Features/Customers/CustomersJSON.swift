import Diagnosis
import Domain
import Storage
import Web

/// Organisations as the API gives them.
enum CustomersJSON {
    static let reads = [list, one]

    private static let list = APIRead(
        "organisation.list", "List organisations by name", path: "/organisations",
        access: .right("organisation.view"),
        parameters: [
            .init("q", "Only organisations whose name holds this text."),
            .init("limit", "How many at once, 1 to 200; 50 where it is left out."),
            .init("cursor", "Where the page begins: the value of next in the page before."),
        ]
    ) { call, services in
        let limit = try limit(call.request.query("limit"))
        let after = try Cursor.parts(call.request.query("cursor"), count: 2).map {
            CustomerPlace(name: $0[0], id: $0[1])
        }
        let text = call.request.query("q") ?? ""
        let actor = call.actor
        let found = try await services.database.read { tx in
            try CustomerList.page(matching: text, after: after, limit: limit, for: actor, in: tx)
        }
        return [
            "items": .array(found.organisations.map(json)),
            "next": found.next.map { .string(Cursor.text([$0.name, $0.id])) } ?? .null,
        ]
    }

    private static let one = APIRead(
        "organisation.read", "Read an organisation and its contacts", path: "/organisations/{id}",
        access: .right("organisation.view")
    ) { call, services in
        let (id, actor) = (call.request.parameter("id"), call.actor)
        let (organisation, contacts) = try await services.database.read { tx in
            let organisation = try CustomerDirectory.find(id, seenBy: actor, in: tx)
            return (organisation, try PeopleDirectory.contacts(of: organisation.id, in: tx))
        }
        guard var object = json(organisation).object else { return .null }
        let isStaff = !actor.isCustomer
        object["contacts"] = .array(
            contacts.map { contact($0, isStaff ? organisation.record.contacts[$0.id.raw] : nil) })
        guard isStaff else { return .object(object) }
        object["account"] = account(organisation.record, withTerms: actor.may("organisation.view_terms"))
        object["risks"] = .array(organisation.record.risks.map(\.json))
        object["commitments"] = .array(organisation.record.commitments.map(\.json))
        object["change_calendar"] = organisation.record.changeCalendars.last?.json ?? .null
        if actor.may("organisation.view_terms") {
            let today = CalendarDay(services.clock())
            object["amendments"] = .array(
                organisation.record.amendments.map { one in
                    var members = one.json.object ?? JSONObject()
                    members["state"] = .string(one.state(on: today))
                    return .object(members)
                })
        }
        return .object(object)
    }

    private static func limit(_ text: String?) throws(Refusal) -> Int {
        guard let text else { return 50 }
        guard let limit = Int(text), (1...200).contains(limit) else {
            throw Refusal(field: "limit", "out_of_range", "limit must be a whole number between 1 and 200.")
        }
        return limit
    }

    private static func json(_ organisation: Organisation) -> JSON {
        [
            "id": .string(organisation.id.raw), "version": .integer(Int64(organisation.version.number)),
            "name": .string(organisation.name), "tier": .string(organisation.tier),
            "origin": organisation.origin.map(JSON.string) ?? .null,
            "added_at": .string(organisation.addedAt.rfc3339),
        ]
    }

    /// What is set of the account; what is several is a list.
    private static func account(_ record: AccountRecord, withTerms: Bool) -> JSON {
        let lists: Set<AccountDetail> = [.products, .environments, .severities, .channels]
        var object = JSONObject()
        for detail in AccountDetail.allCases where withTerms || !detail.isCommercial {
            guard let first = record.first(detail) else { continue }
            object[detail.rawValue] =
                lists.contains(detail) ? .array(record[detail].map(JSON.string)) : .string(first)
        }
        return .object(object)
    }

    private static func contact(_ person: Person, _ known: AccountContact?) -> JSON {
        var object: JSONObject = [
            "id": .string(person.id.raw), "name": .string(person.name),
            "email": person.email.map(JSON.string) ?? .null, "active": .bool(person.isActive),
        ]
        if let known {
            object["roles"] = .array(known.roles.map(JSON.string))
            object["named"] = .bool(known.isNamed)
        }
        return .object(object)
    }
}

/// Reads organisations page by page, as far as somebody may see them.
enum CustomerList {
    struct Page: Sendable {
        var organisations: [Organisation]
        /// The place after which the next page begins; nil on the last page.
        var next: CustomerPlace?
    }

    static func page(
        matching text: String, after place: CustomerPlace?, limit: Int, for actor: Actor,
        in tx: borrowing Transaction
    ) throws -> Page {
        var found = try tx.all(
            CustomersQueries.organisations(
                matching: text.trimmingWhitespace, after: place, only: only(actor), limit: limit + 1),
            CustomersQueries.read)
        guard found.count > limit else { return Page(organisations: found, next: nil) }
        found.removeLast()
        return Page(
            organisations: found, next: found.last.map { CustomerPlace(name: $0.name, id: $0.id.raw) })
    }

    static func count(matching text: String, for actor: Actor, in tx: borrowing Transaction) throws -> Int {
        try tx.first(CustomersQueries.count(matching: text.trimmingWhitespace, only: only(actor))) {
            Int($0.integer(0))
        } ?? 0
    }

    /// A customer's people see their own organisation whatever rights policy gives them.
    private static func only(_ actor: Actor) -> String? {
        actor.isCustomer ? actor.organisation?.raw ?? "" : nil
    }
}
