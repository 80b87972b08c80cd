import Diagnosis
import Domain
import Storage
import Web

/// Notes what a contact is to the customer.
enum DescribeContact: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var contact: String
        var roles: [String]
        var isNamed: Bool
        var note: String?
    }

    struct State: Sendable {
        var found: Organisation
        var contact: Person?
    }

    static let name = "organisation.describe_contact"
    static let summary = "Describe a contact"
    static let verb = "Save"
    static let right: Right = "organisation.edit"
    static let input = Fields(
        Input.init, OrganisationRules.id, .reference("contact", "Contact", to: "contact"),
        .list(of: role),
        .flag("named", "Named in the contract"),
        .optional(.text("note", "Note", maxBytes: 2000))
            .help("What helps whoever speaks with them: hours, language, how they like to be told."))

    private static let role = Field<String>.choice(
        "roles", "What they do there", from: { $0.contactRoles.choices })

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx),
            contact: try PeopleDirectory.find(input.contact, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let (found, record) = (state.found, state.found.record)
        guard let contact = state.contact, contact.organisation == found.id else {
            throw Refusal(
                field: "contact", "not_a_contact", "“\(input.contact)” is no contact of \(found.name).")
        }
        let others = record.contacts.filter { $0.key != contact.id.raw && $0.value.isNamed }.count
        if input.isNamed, let most = record.first(.namedContacts).flatMap({ Int($0) }), others >= most {
            throw Refusal(
                field: "named", "too_many_named",
                "The contract names \(most), and \(others) are named already. Take the mark from one of them first, "
                    + "or change how many the contract names.")
        }
        let new = AccountContact(roles: input.roles, isNamed: input.isNamed, note: input.note)
        let old = record.contacts[contact.id.raw] ?? AccountContact()
        return OrganisationRules.answer(
            new == old ? [] : [.contactDescribed(person: contact.id.raw, new)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        let contacts = try PeopleDirectory.contacts(of: found.id, in: tx)
        form.references["contact"] = contacts.map {
            FieldChoice($0.id.raw, $0.name, detail: $0.email ?? "")
        }
    }
}

/// Lets somebody of another organisation act for this one.
enum DelegateToContact: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var person: String
        var rights: [String]
        var until: String?
    }

    struct State: Sendable {
        var found: Organisation
        var person: Person?
    }

    static let name = "organisation.delegate"
    static let summary = "Let somebody act for them"
    static let verb = "Save"
    static let right: Right = "organisation.delegate"
    static let input = Fields(
        Input.init, OrganisationRules.id,
        .reference("person", "Person", to: "operator").help(
            "A contact of another organisation, such as an outsourced operator, by address."),
        .list(of: delegable),
        .optional(OrganisationRules.day("until", "Last day")).help("Such as 2027-03-31. Empty means no end."))

    private static let delegable = Field<String>.choice(
        "rights", "What they may do",
        from: { _ in AccountDelegation.Right.allCases.map { FieldChoice($0.rawValue, $0.label) } })

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx),
            person: try PeopleDirectory.find(input.person, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.found
        guard let person = state.person else {
            throw Refusal(field: "person", "not_found", "Nobody is known as “\(input.person)”.")
        }
        guard person.isCustomer, let home = person.organisation else {
            throw Refusal(
                field: "person", "not_a_contact",
                "\(person.name) is no customer’s contact. Only contacts act for an organisation; the staff open cases on its behalf."
            )
        }
        guard home != found.id else {
            throw Refusal(
                field: "person", "own_contact",
                "\(person.name) belongs to \(found.name) and needs no leave to act for it.")
        }
        guard person.isActive else {
            throw Refusal(field: "person", "inactive", "\(person.name)’s account is not active.")
        }
        let until = input.until.flatMap { CalendarDay($0) }
        if let until, until < CalendarDay(context.now) {
            throw Refusal(field: "until", "in_the_past", "This day is over. Choose a later one, or none.")
        }
        let new = AccountDelegation(
            rights: Set(input.rights.compactMap { AccountDelegation.Right(rawValue: $0) }), until: until)
        return OrganisationRules.answer(
            found.record.delegations[person.id.raw] == new
                ? [] : [.delegated(person: person.id.raw, new)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws { form.values["rights"] = .text("view\nreport\nreply") }
}

/// Ends a delegation.
enum EndDelegation: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var person: String
        var reason: String
    }

    struct State: Sendable {
        var found: Organisation
        var person: Person?
    }

    static let name = "organisation.end_delegation"
    static let summary = "End that somebody acts for them"
    static let verb = "End it"
    static let right: Right = "organisation.delegate"
    static let input = Fields(
        Input.init, OrganisationRules.id, .reference("person", "Person", to: "delegate"),
        .line("reason", "Reason", maxBytes: 500))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx),
            person: try PeopleDirectory.find(input.person, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.found
        guard let person = state.person, found.record.delegations[person.id.raw] != nil else {
            throw Refusal(
                field: "person", "not_delegated", "“\(input.person)” does not act for \(found.name).")
        }
        return OrganisationRules.answer(
            [.delegationEnded(person: person.id.raw, reason: input.reason)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        let names = try PeopleDirectory.names(of: Array(found.record.delegations.keys), in: tx)
        form.references["delegate"] = found.record.delegations.keys.sorted().map {
            FieldChoice($0, names[$0] ?? "Somebody")
        }
    }
}
