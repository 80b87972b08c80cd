import Diagnosis
import Domain
import Storage
import Web

extension PeopleFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(AddPerson.self), AnyOperation(ChangeRoles.self), AnyOperation(RenamePerson.self),
        AnyOperation(DeactivatePerson.self), AnyOperation(ReactivatePerson.self),
        AnyOperation(ResetSecondFactor.self), AnyOperation(SwitchShortcuts.self), AnyOperation(MapKeys.self),
        AnyOperation(SetAway.self),
    ]
}

/// Looks people up for other features.
package enum PeopleDirectory {
    /// The names of these people, by identifier.
    package static func names(of ids: [String], _ services: Services) async throws -> [String: String] {
        try await services.database.read { tx in try names(of: ids, in: tx) }
    }

    /// The names of these people, by identifier; the software and the operator have names too.
    package static func names(of ids: [String], in tx: borrowing Transaction) throws -> [String: String] {
        var names = ["system": "Thirdline", "operator": "Operator"]
        let wanted = Array(Set(ids)).filter { names[$0] == nil }.sorted()
        guard !wanted.isEmpty else { return names }
        try tx.each(PeopleQueries.names(of: wanted)) { names[$0.text(0)] = $0.text(1) }
        return names
    }

    /// The identifiers of accounts that programs use.
    package static func programs(in tx: borrowing Transaction) throws -> Set<String> {
        Set(try tx.all(PeopleQueries.programs()) { $0.text(0) })
    }

    /// These people, by identifier.
    package static func people(_ ids: [String], in tx: borrowing Transaction) throws -> [String: Person] {
        let wanted = Array(Set(ids)).sorted()
        guard !wanted.isEmpty else { return [:] }
        let found = try tx.all(PeopleQueries.people(wanted), PeopleQueries.readPerson)
        return Dictionary(found.map { ($0.id.raw, $0) }) { first, _ in first }
    }

    /// People with this text in their name or address.
    package static func search(_ text: String, limit: Int, in tx: borrowing Transaction) throws -> [Person] {
        try tx.all(PeopleQueries.people(matching: text.lowercased(), limit: limit), PeopleQueries.readPerson)
    }

    /// The person with this identifier or e-mail address.
    package static func find(_ text: String, in tx: borrowing Transaction) throws -> Person? {
        if let person = try tx.first(PeopleQueries.person(id: text), PeopleQueries.readPerson) {
            return person
        }
        return try tx.first(PeopleQueries.person(email: text.lowercased()), PeopleQueries.readPerson)
    }

    /// The organisation that all contacts with an address of a domain belong to; nil where they differ or there are none.
    ///
    /// O(people).
    package static func organisation(
        ofDomain domain: String, in tx: borrowing Transaction
    ) throws -> ID<Organisation>? {
        let found = try tx.all(PeopleQueries.organisations(ofDomain: domain)) { $0.text(0) }
        return found.count == 1 ? ID(found[0]) : nil
    }

    /// The person who came from elsewhere under this name.
    package static func find(origin: String, in tx: borrowing Transaction) throws -> Person? {
        try tx.first(PeopleQueries.person(origin: origin), PeopleQueries.readPerson)
    }

    /// The colleagues whose accounts can be used, by name.
    package static func staff(in tx: borrowing Transaction) throws -> [Person] {
        try tx.all(PeopleQueries.staff(), PeopleQueries.readPerson)
    }

    /// The staff as choices of a field.
    package static func staffChoices(in tx: borrowing Transaction) throws -> [FieldChoice] {
        try staffChoices(in: tx) { _ in true }
    }

    /// Everybody of the staff who may work on a case.
    package static func ownerChoices(policy: Policy, in tx: borrowing Transaction) throws -> [FieldChoice] {
        try staffChoices(in: tx) { SupportCase.mayOwn($0, policy: policy) }
    }

    private static func staffChoices(
        in tx: borrowing Transaction, where isOffered: (Person) -> Bool
    ) throws -> [FieldChoice] {
        try tx.all(PeopleQueries.staff(), PeopleQueries.readPerson).filter(isOffered).map {
            FieldChoice($0.id.raw, $0.name, detail: $0.email ?? "")
        }
    }

    /// The addresses of all colleagues, of those too who have left.
    package static func colleagues(in tx: borrowing Transaction) throws -> Set<String> {
        Set(try everybody(in: tx).filter { $0.organisation == nil }.compactMap(\.email))
    }

    /// Choices of people, with until when those are away who are.
    package static func marked(
        _ choices: [FieldChoice], at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [FieldChoice] {
        let people = try people(choices.map(\.value), in: tx)
        return choices.map { choice in
            guard let until = people[choice.value]?.away(at: now) else { return choice }
            return FieldChoice(
                choice.value, "\(choice.label) (away until \(until.day) \(until.clock) UTC)",
                detail: choice.detail)
        }
    }

    /// How many live sessions and tokens each secret key holds up: what they are, and counts by the key's identifier.
    package static func countsByKey(
        at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [(name: String, counts: [(key: String, count: Int)])] {
        func read(_ row: any Row) -> (key: String, count: Int) { (row.text(0), Int(row.integer(1))) }
        return [
            ("sessions", try tx.all(PeopleQueries.sessionsByKey(at: now), read)),
            ("API tokens", try tx.all(PeopleQueries.tokensByKey(), read)),
        ]
    }

    /// How many active people have each role, by its identifier.
    package static func countsByRole(in tx: borrowing Transaction) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try tx.each(PeopleQueries.countsByRoles()) { row in
            for role in PeopleQueries.roles(row.text(0)) { counts[role, default: 0] += Int(row.integer(1)) }
        }
        return counts
    }

    /// Everybody, by name.
    package static func everybody(in tx: borrowing Transaction) throws -> [Person] {
        try tx.all(PeopleQueries.people(matching: "", limit: 1_000_000), PeopleQueries.readPerson)
    }

    /// Everybody who can be named as a reporter, as choices of a field.
    package static func everybodyAsChoices(in tx: borrowing Transaction) throws -> [FieldChoice] {
        try tx.all(PeopleQueries.people(matching: "", limit: 300), PeopleQueries.readPerson)
            .filter { $0.isActive && $0.email != nil }
            .map { FieldChoice($0.id.raw, "\($0.name) (\($0.email ?? ""))", detail: $0.email ?? "") }
    }

    /// How many active contacts these organisations have, by identifier.
    package static func contactCounts(
        of organisations: [ID<Organisation>], in tx: borrowing Transaction
    ) throws -> [ID<Organisation>: Int] {
        var counts: [ID<Organisation>: Int] = [:]
        try tx.each(PeopleQueries.contactCounts(of: organisations.map(\.raw))) { row in
            counts[ID(row.text(0))] = Int(row.integer(1))
        }
        return counts
    }

    /// A customer's contacts.
    package static func contacts(
        of organisation: ID<Organisation>, in tx: borrowing Transaction
    ) throws -> [Person] {
        try tx.all(PeopleQueries.contacts(of: organisation.raw), PeopleQueries.readPerson)
    }
}

private let roleField = Field<[String]>.list(
    of: .choice("roles", "Roles") { policy in policy.roles.map { FieldChoice($0.id, $0.name) } })

/// Adds somebody who signs in: staff or a customer's contact.
enum AddPerson: Operation {
    struct Input: Sendable {
        var name: String
        var email: String
        var roles: [String]
        var organisation: String?
    }

    static let name = "person.add"
    static let summary = "Add a person"
    static let right: Right = "people.manage"
    static let place = OperationPlace.create(in: "people")
    static let input = Fields(
        Input.init, .line("name", "Name", maxBytes: 120),
        .line("email", "E-mail address", maxBytes: 254).help("The person signs in with it."), roleField,
        .optional(.reference("organisation", "Organisation", to: "organisation"))
            .help("Only for customers: they see the cases of this organisation."))

    struct State: Sendable {
        var taken: Person?
        var organisation: Organisation?
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            taken: try tx.first(
                PeopleQueries.person(email: input.email.trimmingWhitespace.lowercased()),
                PeopleQueries.readPerson),
            organisation: try input.organisation.flatMap { try CustomerDirectory.find($0, in: tx) })
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let email = try AccountRules.email(input.email)
        if let taken = state.taken {
            throw Refusal(field: "email", "taken", "\(taken.name) already signs in with this address.")
        }
        if input.organisation != nil, state.organisation == nil {
            throw Refusal(field: "organisation", "not_found", "There is no such organisation.")
        }
        try AccountRules.roles(input.roles, organisation: state.organisation?.id, policy: context.policy)
        var decision = Decision()
        let id = context.newID()
        decision.record(
            PersonFact.added(
                name: input.name, email: email, roles: input.roles, organisation: state.organisation?.id.raw,
                origin: nil),
            on: SubjectRef(kind: Person.kind, id: id))
        decision.answer["id"] = .string(id)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/people/\(answer["id"]?.string ?? "")"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/people", backName: "People")
        form.references["organisation"] = try CustomerDirectory.choices(in: tx)
        return form
    }
}

/// What most operations on a person load: the person, or nobody.
func existingPerson(_ id: String, in tx: borrowing Transaction) throws -> Person {
    guard let person = try PeopleDirectory.find(id, in: tx) else { throw Refusal.notFound("person") }
    return person
}

private func personForm(
    _ id: String, in tx: borrowing Transaction, _ fill: (Person, inout OperationForm) -> Void
) throws -> OperationForm {
    let person = try existingPerson(id, in: tx)
    var form = OperationForm(about: person.name, back: "/people/\(person.id.raw)")
    form.base = person.version
    fill(person, &form)
    return form
}

/// Changes the roles that somebody holds.
enum ChangeRoles: Operation {
    struct Input: Sendable {
        var person: String
        var roles: [String]
        var reason: String?
    }

    static let name = "person.change_roles"
    static let summary = "Change roles"
    static let right: Right = "people.manage"
    static let place = OperationPlace.act(in: "people", verb: "change_roles")
    static let input = Fields(
        Input.init, .reference("id", "Person", to: "person"), roleField,
        .optional(.line("reason", "Reason", maxBytes: 500)))

    struct State: Sendable {
        var person: Person
        var administrators: Int
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    {
        State(
            person: try existingPerson(input.person, in: tx),
            administrators: try tx.first(PeopleQueries.activeAdministrators()) { Int($0.integer(0)) } ?? 0)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try AccountRules.roles(input.roles, organisation: state.person.organisation, policy: context.policy)
        if state.person.roles.contains("administrator"), !input.roles.contains("administrator"),
            state.administrators <= 1
        {
            throw Refusal(
                field: "roles", "last_administrator",
                "\(state.person.name) is the last administrator. Make somebody else administrator first.")
        }
        var decision = Decision()
        if Set(input.roles) != Set(state.person.roles) {
            decision.record(
                PersonFact.rolesChanged(roles: input.roles, reason: input.reason), on: state.person.ref)
        }
        decision.answer["id"] = .string(state.person.id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/people/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try personForm(id, in: tx) { $1.values["roles"] = .list($0.roles.map(RawValue.text)) }
    }
}

/// Changes somebody's name.
enum RenamePerson: Operation {
    struct Input: Sendable {
        var person: String
        var name: String
    }

    static let name = "person.rename"
    static let summary = "Change name"
    static let right: Right = "people.manage"
    static let place = OperationPlace.act(in: "people", verb: "rename")
    static let input = Fields(
        Input.init, .reference("id", "Person", to: "person"), .line("name", "Name", maxBytes: 120))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> Person
    {
        try existingPerson(input.person, in: tx)
    }

    static func decide(_ input: Input, on person: Person, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        if input.name != person.name { decision.record(PersonFact.renamed(name: input.name), on: person.ref) }
        decision.answer["id"] = .string(person.id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/people/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try personForm(id, in: tx) { $1.values["name"] = .text($0.name) }
    }
}

/// Ends the use of an account: all sessions and tokens stop at once.
enum DeactivatePerson: Operation {
    struct Input: Sendable {
        var person: String
        var reason: String?
    }

    static let name = "person.deactivate"
    static let summary = "Deactivate account"
    static let right: Right = "people.manage"
    static let place = OperationPlace.act(in: "people", verb: "deactivate")
    static let input = Fields(
        Input.init, .reference("id", "Person", to: "person"),
        .optional(.line("reason", "Reason", maxBytes: 500)))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ChangeRoles.State {
        ChangeRoles.State(
            person: try existingPerson(input.person, in: tx),
            administrators: try tx.first(PeopleQueries.activeAdministrators()) { Int($0.integer(0)) } ?? 0)
    }

    static func decide(_ input: Input, on state: ChangeRoles.State, in context: Context) throws(Refusal)
        -> Decision
    {
        if state.person.id.raw == context.actor.id {
            throw Refusal(
                .conflict, "own_account", "You cannot deactivate your own account. Ask another administrator."
            )
        }
        if state.person.isActive, state.person.roles.contains("administrator"), state.administrators <= 1 {
            throw Refusal(.conflict, "last_administrator", "\(state.person.name) is the last administrator.")
        }
        var decision = Decision()
        if state.person.isActive {
            decision.record(PersonFact.deactivated(reason: input.reason), on: state.person.ref)
        }
        decision.answer["id"] = .string(state.person.id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/people/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try personForm(id, in: tx) { _, _ in } }
}

/// Takes somebody's second factor away, who lost it: their sessions end, and they are told.
enum ResetSecondFactor: Operation {
    struct Input: Sendable {
        var person: String
        var reason: String
    }

    static let name = "person.reset_second_factor"
    static let summary = "Reset second factor"
    static let verb = "Reset"
    static let right: Right = "people.manage"
    static let place = OperationPlace.act(in: "people", verb: "reset_second_factor")
    static let input = Fields(
        Input.init, .reference("id", "Person", to: "person"),
        Field<String>.line("reason", "Reason", maxBytes: 500).help(
            "How you made sure that it is this person who asks."))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> Person
    {
        try existingPerson(input.person, in: tx)
    }

    static func decide(_ input: Input, on person: Person, in context: Context) throws(Refusal) -> Decision {
        guard person.id.raw != context.actor.id else {
            throw Refusal(
                .conflict, "own_account",
                "This is your own second factor. Change it under Your account, with a code of it.")
        }
        var decision = Decision()
        if person.secondFactorAt != nil {
            decision.record(
                PersonFact.secondFactorRemoved(byReset: true, reason: input.reason), on: person.ref)
        }
        decision.answer["id"] = .string(person.id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/people/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try personForm(id, in: tx) { person, form in
            if person.secondFactorAt == nil {
                form.advice = ["\(person.name) has no second factor, so there is nothing to reset."]
            }
        }
    }
}

/// Lets an account be used again.
enum ReactivatePerson: Operation {
    struct Input: Sendable { var person: String }

    static let name = "person.reactivate"
    static let summary = "Activate account"
    static let right: Right = "people.manage"
    static let place = OperationPlace.act(in: "people", verb: "reactivate")
    static let input = Fields(Input.init, .reference("id", "Person", to: "person"))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> Person
    {
        try existingPerson(input.person, in: tx)
    }

    static func decide(_ input: Input, on person: Person, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        if !person.isActive { decision.record(PersonFact.reactivated, on: person.ref) }
        decision.answer["id"] = .string(person.id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/people/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try personForm(id, in: tx) { _, _ in } }
}

/// Switches single-key shortcuts on or off for oneself (WCAG 2.1.4).
enum SwitchShortcuts: Operation {
    struct Input: Sendable { var on: Bool }

    static let name = "account.switch_shortcuts"
    static let summary = "Single-key shortcuts"
    static let right: Right = "account.manage"
    static let place = OperationPlace.single(path: "account/shortcuts")
    static let input = Fields(Input.init, .flag("on", "Single keys act on pages"))
    static let verb = "Save"

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> Person
    {
        try existingPerson(actor.id, in: tx)
    }

    static func decide(_ input: Input, on person: Person, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        if person.usesShortcuts != input.on {
            decision.record(PersonFact.shortcutsSwitched(on: input.on), on: person.ref)
        }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/account?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/account")
        let person = try existingPerson(actor.id, in: tx)
        form.values["on"] = .text(person.usesShortcuts ? "true" : "false")
        return form
    }
}
