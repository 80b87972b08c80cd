import Diagnosis
import Domain
import Storage
import Web

/// Restricts the case to some people, or changes to whom.
enum RestrictCase: Operation {
    struct Input: Sendable {
        var id: String
        var level: String
        var securityOwner: String?
        var people: [String]
        var hidesFromRequester: Bool
        var reason: String
    }

    struct State: Sendable {
        var found: SupportCase
        var merged: [SupportCase]
        var securityOwner: Person?
        var people: [Person]
        var actor: Person?
    }

    static let name = "case.restrict"
    static let summary = "Restrict who may know of the case"
    static let verb = "Restrict"
    static let right: Right = "case.restrict"
    static let place = OperationPlace.act(in: "cases", verb: "restrict")
    static let input = Fields(
        Input.init, CaseFields.id,
        RelationFields.level,
        .optional(.reference("security_owner", "Security owner", to: "person"))
            .help("Decides about the case, and is the one who writes to the customer. Empty means yourself."),
        .list(of: .reference("people", "Who else may know of it", to: "reader"), maxCount: 200)
            .help("Its owner may as well, and whoever your policy names. To all others it does not exist."),
        .flag("hides_from_requester", "Hide it from whoever reported it")
            .help("Otherwise they keep it in their portal. Their colleagues never see it."),
        CaseFields.reason)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let people = try input.people.map { text in
            guard let person = try PeopleDirectory.find(text, in: tx) else {
                throw Refusal(field: "people", "not_found", "Nobody is known as “\(text)”.")
            }
            return person
        }
        let owner = try input.securityOwner.flatMap { try PeopleDirectory.find($0, in: tx) }
        if let text = input.securityOwner, owner == nil {
            throw Refusal(field: "security_owner", "not_found", "Nobody is known as “\(text)”.")
        }
        return State(
            found: found, merged: try CaseDirectory.merged(into: found.id, for: .system, in: tx),
            securityOwner: owner, people: people, actor: try PeopleDirectory.find(actor.id, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.found
        try found.refuseDeciding(by: context.actor)
        guard let level = context.policy.confidentialityLevel(input.level) else {
            throw Refusal(field: "level", "unknown_choice", "“\(input.level)” is not a level.")
        }
        let owner =
            state.securityOwner?.id.raw ?? found.restriction?.securityOwner ?? state.actor?.id.raw
        if let person = state.securityOwner, person.isCustomer || !person.isActive {
            throw Refusal(
                field: "security_owner", "not_staff", "\(person.name) is not an active colleague.")
        }
        for person in state.people
        where person.isCustomer && (found.organisation == nil || person.organisation != found.organisation) {
            throw Refusal(
                field: "people", "of_another_organisation",
                "\(person.name) does not belong to the customer of \(found.number).")
        }
        var readers = state.people.map(\.id.raw)
        if let requester = found.requester?.raw {
            readers.removeAll { $0 == requester && input.hidesFromRequester }
            if !input.hidesFromRequester { readers.append(requester) }
        }
        let restriction = Restriction(
            level: level.id, readers: readers, roles: level.roles, securityOwner: owner)
        var decision = answer(found.restricted(restriction, reason: input.reason), on: found)
        for merged in state.merged {
            decision.record(merged.restricted(restriction, reason: input.reason), on: merged.ref)
        }
        var after = found
        after.restriction = restriction
        decision.answer["visible"] = .bool(after.isVisible(to: context.actor))
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        answer["visible"] == .bool(false)
            ? "/cases?done=restricted" : caseDestination(answer, done: "restricted")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let staff = try PeopleDirectory.staffChoices(in: tx)
            form.references["person"] = staff
            let contacts = try found.organisation.map { try PeopleDirectory.contacts(of: $0, in: tx) } ?? []
            form.references["reader"] =
                staff
                + contacts.filter { $0.id != found.requester }.map {
                    FieldChoice($0.id.raw, $0.name, detail: "Customer")
                }
            form.values["level"] = .text(
                found.restriction?.level ?? policy.confidentiality.first?.id ?? "")
            form.values["security_owner"] = .text(found.restriction?.securityOwner ?? actor.id)
            form.values["people"] = .list(
                (found.restriction?.readers ?? [found.owner?.raw].compactMap { $0 })
                    .filter { $0 != found.requester?.raw }.map { .text($0) })
            if let restriction = found.restriction, let requester = found.requester?.raw,
                !restriction.readers.contains(requester)
            {
                form.values["hides_from_requester"] = .text("true")
            }
        }
    }
}

/// Opens a restricted case to everybody with the right to see cases.
enum LiftRestriction: Operation {
    typealias Input = UnmergeCase.Input

    struct State: Sendable {
        var found: SupportCase
        var merged: [SupportCase]
    }

    static let name = "case.lift_restriction"
    static let summary = "Lift the restriction"
    static let verb = "Lift"
    static let right: Right = "case.restrict"
    static let place = OperationPlace.act(in: "cases", verb: "lift_restriction")
    static let input = Fields(
        Input.init, CaseFields.id,
        CaseFields.reason.help("Everybody will read the whole history, with all that was written."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return State(
            found: found, merged: try CaseDirectory.merged(into: found.id, for: .system, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try state.found.refuseDeciding(by: context.actor)
        var decision = answer(try state.found.unrestricted(reason: input.reason), on: state.found)
        for merged in state.merged where merged.restriction != nil {
            decision.record(try merged.unrestricted(reason: input.reason), on: merged.ref)
        }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "lifted")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
}
