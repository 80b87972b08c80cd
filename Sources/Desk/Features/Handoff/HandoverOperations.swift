import Diagnosis
import Domain
import Storage
import Web

extension HandoffFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(HandOver.self), AnyOperation(HandUp.self), AnyOperation(AcceptHandover.self),
        AnyOperation(ReturnHandover.self), AnyOperation(WithdrawHandover.self),
        AnyOperation(HandOverShift.self), AnyOperation(AcceptShift.self),
        AnyOperation(AskUnblock.self), AnyOperation(AnswerUnblock.self),
        AnyOperation(WithdrawUnblock.self), AnyOperation(MarkAnswer.self),
    ]
}

/// The fields that several operations share.
enum HandoffFields {
    static let to = Field<String?>.optional(
        .reference("to", "To", to: "person").editing("handover")
    ).help("A colleague. Leave it empty to offer it to everybody of a role.")

    static let role = Field<String?>.optional(
        .choice(
            "role", "Or to everybody of the role",
            from: { policy in
                policy.roles.filter {
                    $0.id != "customer" && $0.rights.contains(SupportCase.acceptRight)
                }.map { FieldChoice($0.id, $0.name) }
            })
    ).help("Whoever of them accepts first owns it.")

    static let brief = Field<String?>.optional(.text("brief", "Brief", maxBytes: 20_000)).help(
        "Written from the case. Change what is wrong, add what only you know; both versions are kept.")
}

/// Who is meant to take a case, as it was asked for.
struct AskedReceiver: Sendable {
    var person: String?
    var role: String?
    var found: Person?
    var holders: [Person] = []

    /// Looks up the person, or those who hold the role.
    init(_ person: String?, _ role: String?, policy: Policy, in tx: borrowing Transaction) throws {
        (self.person, self.role) = (person, role)
        found = try person.flatMap { try PeopleDirectory.find($0, in: tx) }
        if let role {
            holders = try PeopleDirectory.everybody(in: tx).filter {
                $0.isActive && $0.roles.contains(role)
            }
        }
    }

    /// The receiver of a case: exactly one of person and role, and nobody who may not know of it.
    func receiver(of this: SupportCase, policy: Policy) throws(Refusal) -> HandoverReceiver {
        switch (person, role) {
        case (nil, nil):
            throw Refusal(field: "to", "missing", "Say who takes it over: a colleague, or a role.")
        case (_?, _?):
            throw Refusal(field: "role", "either", "Choose a colleague or a role, not both.")
        case (let text?, nil):
            guard let found else {
                throw Refusal(field: "to", "not_found", "Nobody is known as “\(text)”.")
            }
            guard found.isCustomer || mayKnow(found, this, policy) else {
                throw Refusal(
                    field: "to", "not_admitted",
                    "\(found.name) may not know of \(this.number). Admit them to it first.")
            }
            return .person(found)
        case (nil, let id?):
            guard let role = policy.role(id) else {
                throw Refusal(field: "role", "not_found", "There is no role “\(id)”.")
            }
            return .role(role, people: holders.filter { mayKnow($0, this, policy) })
        }
    }

    private func mayKnow(_ person: Person, _ this: SupportCase, _ policy: Policy) -> Bool {
        this.isVisible(to: Actor(person, under: policy))
    }
}

/// What offering a case needs to know.
struct OfferState: Sendable {
    var found: SupportCase
    var material: HandoffDirectory.Material
    var asked: AskedReceiver
    /// How soon it should be accepted; nil where its service level does not say.
    var acceptance: ClockTerms?

    /// The facts of offering it.
    func facts(
        _ way: HandoffFact.Way, brief: String?, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try found.handingOver(
            to: try asked.receiver(of: found, policy: context.policy), way: way, brief: brief,
            generated: material.brief(policy: context.policy, at: context.now).text,
            acceptBy: acceptance.flatMap { $0.hours.date(after: $0.target, from: context.now) },
            now: material.handoffs, in: context)
    }
}

/// Offers a case to somebody, with a brief that writes itself.
enum HandOver: Operation {
    struct Input: Sendable {
        var id: String
        var to: String?
        var role: String?
        var brief: String?
    }

    static let name = "case.hand_over"
    static let summary = "Hand over"
    static let verb = "Offer it"
    static let right: Right = "case.hand_over"
    static let place = OperationPlace.act(in: "cases", verb: "hand_over")
    static let input = Fields(
        Input.init, CaseFields.id, HandoffFields.to, HandoffFields.role, HandoffFields.brief)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OfferState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return OfferState(
            found: found, material: try HandoffDirectory.material(of: found, policy: policy, in: tx),
            asked: try AskedReceiver(input.to, input.role, policy: policy, in: tx),
            acceptance: try ServiceLevelsDirectory.terms(.handover, of: found, policy: policy, in: tx))
    }

    static func decide(_ input: Input, on state: OfferState, in context: Context) throws(Refusal) -> Decision
    {
        answer(try state.facts(.colleague, brief: input.brief, in: context), on: state.found)
    }

    static func undo(_ input: Input, on state: OfferState, in context: Context) -> Undo? {
        Undo(WithdrawHandover.name, ["id": .text(input.id)])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "offered")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.references["person"] = try PeopleDirectory.ownerChoices(policy: policy, in: tx)
            let material = try HandoffDirectory.material(of: found, policy: policy, in: tx)
            form.atTime = { now, form in
                form.values["brief"] = .text(material.brief(policy: policy, at: now).text)
            }
        }
    }
}

/// Hands a case up to those who know more, once what they need is known.
enum HandUp: Operation {
    struct Input: Sendable {
        var id: String
        var to: String?
        var role: String?
        var brief: String?
        var exception: String?
    }

    struct State: Sendable {
        var offer: OfferState
        var forms: CaseForms
    }

    static let name = "case.hand_up"
    static let summary = "Hand up"
    static let verb = "Offer it"
    static let right: Right = "case.hand_over"
    static let place = OperationPlace.act(in: "cases", verb: "hand_up")
    static let input = Fields(
        Input.init, CaseFields.id, HandoffFields.to, HandoffFields.role, HandoffFields.brief,
        FormFields.exception.help(
            "Why the case has to be handed up although the intake is not complete. It is recorded."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let role = input.role ?? (input.to == nil ? policy.handover.upwardRole : nil)
        return State(
            offer: OfferState(
                found: found, material: try HandoffDirectory.material(of: found, policy: policy, in: tx),
                asked: try AskedReceiver(input.to, role, policy: policy, in: tx),
                acceptance: try ServiceLevelsDirectory.terms(.handover, of: found, policy: policy, in: tx)),
            forms: try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let offered = try state.offer.facts(.tier, brief: input.brief, in: context)
        let passed = try state.forms.passing(.handOff, of: .intake, exception: input.exception)
        return answer(offered.isEmpty ? [] : passed + offered, on: state.offer.found)
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        Undo(WithdrawHandover.name, ["id": .text(input.id)])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "offered")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = try HandOver.form(id, for: actor, policy: policy, in: tx)
        form.values["role"] = .text(policy.handover.upwardRole)
        let found = try visibleCase(id, for: actor, in: tx)
        let forms = try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
        let missing = forms.score(.intake)?.missing(for: .handOff) ?? []
        guard !missing.isEmpty else {
            form.replaced["exception"] = []
            return form
        }
        let labels = missing.map { "“\($0.question.label)”" }.joined(separator: ", ")
        form.advice.append("Whoever takes it needs a complete intake. Missing: \(labels).")
        form.ways.append(("Fill in the intake", "/cases/\(found.number)/intake"))
        if found.organisation != nil {
            form.ways.append(("Ask intake questions", "/cases/\(found.number)/ask_customer"))
        }
        return form
    }
}

/// What the answers to an offer need to know.
struct HandoffState: Sendable {
    var found: SupportCase
    var now: Handoffs
}

/// An operation on a case whose decision needs how it changed hands.
protocol HandoffOperation: Operation where Input: CaseInput, State == HandoffState {
    /// The notice on the case's page after success.
    static var done: String { get }
    /// The facts.
    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact]
    /// Puts into the form what is known already.
    static func fill(
        _ form: inout OperationForm, from state: HandoffState, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws
}

extension HandoffOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static var done: String { "saved" }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> HandoffState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return HandoffState(found: found, now: try HandoffDirectory.handoffs(of: found.id, in: tx))
    }

    static func decide(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> Decision {
        answer(try facts(input, on: state, in: context), on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: done)
    }

    static func fill(
        _ form: inout OperationForm, from state: HandoffState, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws {}

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let now = try HandoffDirectory.handoffs(of: found.id, in: tx)
            try fill(
                &form, from: HandoffState(found: found, now: now), for: actor, policy: policy, in: tx)
        }
    }
}

/// Takes a case that is offered.
enum AcceptHandover: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var comment: String?
    }

    static let name = "case.accept_handover"
    static let summary = "Accept the hand-over"
    static let verb = "Accept"
    static let right = SupportCase.acceptRight
    static let done = "accepted"
    static let input = Fields(
        Input.init, CaseFields.id, .optional(.line("comment", "A word to whoever leaves", maxBytes: 500)))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.acceptingHandover(comment: input.comment, now: state.now, in: context)
    }
}

/// Gives a case back that is offered, with a reason and what is missing.
enum ReturnHandover: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var reason: String
        var lacking: [String]
    }

    static let name = "case.return_handover"
    static let summary = "Return the hand-over"
    static let verb = "Return"
    static let right = SupportCase.acceptRight
    static let done = "returned"
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.reason,
        .list(of: .reference("lacking", "What is missing", to: "lacking"), maxCount: 60).help(
            "What whoever hands it over has to find out first."))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        let intake = context.policy.forms.first { $0.use == .intake }
        return try state.found.returningHandover(
            reason: input.reason, lacking: input.lacking.map { intake?.question($0)?.label ?? $0 },
            now: state.now, in: context)
    }

    /// The questions of the intake are what is usually missing: a tick each, those without an answer first.
    static func fill(
        _ form: inout OperationForm, from state: HandoffState, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        guard state.now.open?.offer.way == .tier else { return }
        let forms = try FormsDirectory.forms(of: state.found, for: actor, policy: policy, in: tx)
        guard let intake = forms.form(.intake) else { return }
        let missing = (forms.score(.intake)?.missing ?? []).map(\.question)
        let others = forms.asked(in: intake).filter { one in !missing.contains { $0.id == one.id } }
        form.references["lacking"] = (missing + others).prefix(60).map { FieldChoice($0.id, $0.label) }
        form.values["lacking"] = .list(missing.map { .text($0.id) })
    }
}

/// Takes an offer back before it is answered.
enum WithdrawHandover: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var reason: String?
    }

    static let name = "case.withdraw_handover"
    static let summary = "Take the hand-over back"
    static let verb = "Take back"
    static let right: Right = "case.hand_over"
    static let input = Fields(Input.init, CaseFields.id, .optional(CaseFields.reason))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.withdrawingHandover(reason: input.reason, now: state.now, in: context)
    }
}
