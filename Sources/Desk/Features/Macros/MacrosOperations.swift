import Diagnosis
import Domain
import Storage
import Web

extension MacrosFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(AddMacro.self), AnyOperation(ReviseMacro.self), AnyOperation(ChangeMacroOwner.self),
        AnyOperation(RetireMacro.self), AnyOperation(RestoreMacro.self),
    ]
}

private enum MacroFields {
    static let id = Field<String>.reference("id", "Template", to: "macro")
    static let name = Field<String>.line("name", "Name", maxBytes: 120)
        .help("What colleagues find it by, such as “Ask for a request ID”.")
    static let text = Field<String>.text("text", "Reply", maxBytes: 20_000).editing("content").help(
        "Variables: " + ReplyTemplate.variables.map { "{{\($0.name)}}" }.joined(separator: ", "))
    static let status = Field<String>.choice(
        "status", "Status afterwards",
        from: { policy in
            policy.statuses.filter { ![.resolved, .closed].contains($0.phase) }
                .map { FieldChoice($0.id.raw, $0.name) }
        })
    static let nextAction = Field<String>.line("next_action", "Next action", maxBytes: 300)
        .help("What is to be done once the reply is sent.")
    static let hours = Field<Int>.integer("next_action_hours", "Due within hours", 1...720)
}

private func macroDestination(_ answer: JSONObject) -> LocalPath {
    "/macros/\(answer["id"]?.string ?? "")?done=saved"
}

private func found(_ id: String, in tx: borrowing Transaction) throws -> Macro {
    guard let macro = try tx.first(MacrosQueries.macro(id: id), MacrosQueries.read) else {
        throw Refusal.notFound("template")
    }
    return macro
}

private func macroAnswer(_ facts: [MacroFact], on macro: Macro) -> Decision {
    var decision = Decision()
    decision.record(facts, on: macro.ref)
    decision.answer["id"] = .string(macro.id.raw)
    decision.answer["version"] = .integer(Int64(macro.version.number))
    return decision
}

private func refuseTaken(_ name: String, by namesakes: [Macro]) throws(Refusal) {
    guard let taken = namesakes.first else { return }
    throw Refusal(
        field: "name", "taken",
        "There is a template “\(taken.content.name)” already. Revise that one, or choose another name.")
}

private func macroForm(
    _ id: String, in tx: borrowing Transaction, _ fill: (Macro, inout OperationForm) throws -> Void
) throws -> OperationForm {
    let macro = try found(id, in: tx)
    var form = OperationForm(about: macro.content.name, back: "/macros/\(macro.id.raw)")
    form.base = macro.version
    try fill(macro, &form)
    return form
}

/// Writes a new template.
enum AddMacro: Operation {
    struct Input: Sendable { var content: Macro.Content }

    static let name = "macro.add"
    static let summary = "New template"
    static let verb = "Add template"
    static let right: Right = "macro.edit"
    static let place = OperationPlace.create(in: "macros")
    static let input = Fields(
        {
            Input(
                content: Macro.Content(
                    name: $0, text: $1, status: $2, nextAction: $3, nextActionHours: $4))
        },
        MacroFields.name, MacroFields.text, .optional(MacroFields.status), .optional(MacroFields.nextAction),
        .optional(MacroFields.hours))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> [Macro] {
        try tx.all(MacrosQueries.offered(named: input.content.name), MacrosQueries.read)
    }

    static func decide(
        _ input: Input, on namesakes: [Macro], in context: Context
    ) throws(Refusal) -> Decision {
        try refuseTaken(input.content.name, by: namesakes)
        try input.content.check(policy: context.policy)
        var decision = Decision()
        let id = ID<Macro>(context.newID())
        decision.record(MacroFact.added(input.content), on: Macro.ref(id))
        decision.answer["id"] = .string(id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { macroDestination(answer) }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/macros", backName: "Templates") }
}

/// Makes a new version of a template.
enum ReviseMacro: Operation {
    struct Input: Sendable {
        var id: String
        var content: Macro.Content
        var reason: String?
    }

    struct State: Sendable {
        var macro: Macro
        var namesakes: [Macro]
    }

    static let name = "macro.revise"
    static let summary = "Revise the template"
    static let verb = "Save as a new version"
    static let right: Right = "macro.edit"
    static let place = OperationPlace.act(in: "macros", verb: "revise")
    static let input = Fields(
        {
            Input(
                id: $0,
                content: Macro.Content(name: $1, text: $2, status: $3, nextAction: $4, nextActionHours: $5),
                reason: $6)
        },
        MacroFields.id, MacroFields.name, MacroFields.text, .optional(MacroFields.status),
        .optional(MacroFields.nextAction), .optional(MacroFields.hours), .optional(CaseFields.reason))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            macro: try found(input.id, in: tx),
            namesakes: try tx.all(MacrosQueries.offered(named: input.content.name), MacrosQueries.read))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try refuseTaken(input.content.name, by: state.namesakes.filter { $0.id != state.macro.id })
        try input.content.check(policy: context.policy)
        return macroAnswer(
            input.content == state.macro.content
                ? [] : [.revised(input.content, reason: input.reason)],
            on: state.macro)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { macroDestination(answer) }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try macroForm(id, in: tx) { macro, form in
            let content = macro.content
            form.values["name"] = .text(content.name)
            form.values["text"] = .text(content.text)
            form.values["status"] = .text(content.status ?? "")
            form.values["next_action"] = .text(content.nextAction ?? "")
            form.values["next_action_hours"] = .text(content.nextActionHours.map { String($0) } ?? "")
        }
    }
}

/// Gives a template to somebody else to answer for.
enum ChangeMacroOwner: Operation {
    struct Input: Sendable {
        var id: String
        var owner: String
    }

    struct State: Sendable {
        var macro: Macro
        var person: Person?
    }

    static let name = "macro.change_owner"
    static let summary = "Change the owner"
    static let right: Right = "macro.edit"
    static let place = OperationPlace.act(in: "macros", verb: "change_owner")
    static let input = Fields(
        Input.init, MacroFields.id,
        .reference("owner", "Owner", to: "person").editing(Aspect("owner")).help("Who keeps it right."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            macro: try found(input.id, in: tx),
            person: try PeopleDirectory.find(input.owner == "@me" ? actor.id : input.owner, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let person = state.person, person.isActive, !person.isCustomer else {
            throw Refusal(field: "owner", "not_staff", "Choose an active colleague.")
        }
        return macroAnswer(
            person.id == state.macro.owner ? [] : [.ownerChanged(owner: person.id.raw)], on: state.macro)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { macroDestination(answer) }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try macroForm(id, in: tx) { macro, form in
            form.values["owner"] = .text(macro.owner.raw)
            form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        }
    }
}

/// Stops offering a template; what it was used for stays.
enum RetireMacro: Operation {
    struct Input: Sendable {
        var id: String
        var reason: String
    }

    static let name = "macro.retire"
    static let summary = "Retire the template"
    static let verb = "Retire"
    static let right: Right = "macro.edit"
    static let place = OperationPlace.act(in: "macros", verb: "retire")
    static let input = Fields(Input.init, MacroFields.id, CaseFields.reason)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Macro { try found(input.id, in: tx) }

    static func decide(_ input: Input, on macro: Macro, in context: Context) throws(Refusal) -> Decision {
        macroAnswer(macro.isOffered ? [.retired(reason: input.reason)] : [], on: macro)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { macroDestination(answer) }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try macroForm(id, in: tx) { _, _ in } }
}

/// Offers a retired template again.
enum RestoreMacro: Operation {
    struct Input: Sendable { var id: String }

    struct State: Sendable {
        var macro: Macro
        var namesakes: [Macro]
    }

    static let name = "macro.restore"
    static let summary = "Offer the template again"
    static let verb = "Offer again"
    static let right: Right = "macro.edit"
    static let place = OperationPlace.act(in: "macros", verb: "restore")
    static let input = Fields(Input.init, MacroFields.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let macro = try found(input.id, in: tx)
        return State(
            macro: macro,
            namesakes: try tx.all(MacrosQueries.offered(named: macro.content.name), MacrosQueries.read))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard !state.macro.isOffered else { return macroAnswer([], on: state.macro) }
        try refuseTaken(state.macro.content.name, by: state.namesakes)
        return macroAnswer([.restored], on: state.macro)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { macroDestination(answer) }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try macroForm(id, in: tx) { _, _ in } }
}
