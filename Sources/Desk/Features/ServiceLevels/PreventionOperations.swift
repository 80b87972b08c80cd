import Diagnosis
import Domain
import Storage
import Web

private enum StepFields {
    static let id = Field<String>.reference("id", "Step", to: "prevention")
    static let period = Field<String>.line("period", "Month of the review", maxBytes: 7)
        .help("Such as 2026-02.")
    static let text = Field<String>.text(
        "text", "What is done so that it is not missed again?", maxBytes: 4000)
    static let owner = Field<String>.reference("owner", "Who does it", to: "person")
    static let due = Field<Timestamp>.time("due_at", "By when")
    static let outcome = Field<String>.choice(
        "outcome", "What became of it",
        from: { _ in PreventionStep.Outcome.allCases.map { FieldChoice($0.rawValue, $0.label) } })
    static let cause = Field<String>.choice("cause", "Against which cause", from: { $0.breachCauses.choices })
}

/// The step of a plan with its owner, looked up.
struct StepDraft: Sendable {
    var step: PreventionStep?
    var owner: Person?

    fileprivate func plan(
        period: String, text: String, due: Timestamp, cause: String?, named: String, at now: Timestamp
    ) throws(Refusal) -> PreventionStep.Plan {
        guard Month.start(period) != nil else {
            throw Refusal(field: "period", "not_a_month", "“\(period)” is no month. Write 2026-02.")
        }
        guard let owner, owner.isActive, !owner.isCustomer else {
            throw Refusal(field: "owner", "not_found", "Nobody who works here is known as “\(named)”.")
        }
        guard due > now || due == step?.plan.dueAt else {
            throw Refusal(field: "due_at", "past", "This time is over already. Name one that is to come.")
        }
        return PreventionStep.Plan(period: period, text: text, owner: owner.id, dueAt: due, cause: cause)
    }
}

/// The parts that operations on steps share.
private enum StepAnswers {
    static func answer(_ facts: [PreventionFact], on step: PreventionStep) -> Decision {
        var decision = Decision()
        decision.record(facts, on: step.ref)
        decision.answer["id"] = .string(step.id.raw)
        decision.answer["version"] = .integer(Int64(step.version.number))
        decision.answer["period"] = .string(step.plan.period)
        return decision
    }

    static func destination(_ answer: JSONObject) -> LocalPath {
        guard let period = answer["period"]?.string, let start = Month.start(period) else {
            return "/levels?done=saved"
        }
        return "/levels?from=\(start.day)&done=saved"
    }

    static func form(_ step: PreventionStep, in tx: borrowing Transaction) throws -> OperationForm {
        var form = OperationForm(
            about: String(step.plan.text.prefix(80)), back: "/levels", backName: "Service levels")
        form.base = step.version
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        return form
    }

    static func refuseEnded(_ step: PreventionStep) throws(Refusal) {
        guard step.outcome == nil else {
            throw Refusal(.conflict, "ended", "This step has ended already. Plan a new one.")
        }
    }
}

/// Plans what somebody does so that promises are not missed again for the same reason.
enum PlanPrevention: Operation {
    struct Input: Sendable {
        var period: String
        var text: String
        var owner: String
        var due: Timestamp
        var cause: String?
    }

    static let name = "prevention.plan"
    static let summary = "Plan a step of prevention"
    static let verb = "Plan"
    static let right: Right = "level.plan"
    static let place = OperationPlace.create(in: "prevention")
    static let input = Fields(
        Input.init, StepFields.period, StepFields.text, StepFields.owner, StepFields.due,
        .optional(StepFields.cause))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> StepDraft {
        StepDraft(owner: try PeopleDirectory.find(input.owner == "@me" ? actor.id : input.owner, in: tx))
    }

    static func decide(_ input: Input, on draft: StepDraft, in context: Context) throws(Refusal) -> Decision {
        let plan = try draft.plan(
            period: input.period, text: input.text, due: input.due, cause: input.cause, named: input.owner,
            at: context.now)
        let step = PreventionStep(
            id: ID(context.newID()), version: .none, plan: plan, plannedAt: context.now)
        return StepAnswers.answer([.planned(plan)], on: step)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        StepAnswers.destination(answer)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/levels", backName: "Service levels")
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        return form
    }
}

/// Changes a step that is still to be done.
enum ChangePrevention: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
        var owner: String
        var due: Timestamp
        var cause: String?
    }

    static let name = "prevention.change"
    static let summary = "Change a step of prevention"
    static let verb = "Change"
    static let right: Right = "level.plan"
    static let place = OperationPlace.act(in: "prevention", verb: "change")
    static let input = Fields(
        Input.init, StepFields.id, StepFields.text, StepFields.owner, StepFields.due,
        .optional(StepFields.cause))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> StepDraft {
        StepDraft(
            step: try AttainmentDirectory.step(input.id, in: tx),
            owner: try PeopleDirectory.find(input.owner == "@me" ? actor.id : input.owner, in: tx))
    }

    static func decide(_ input: Input, on draft: StepDraft, in context: Context) throws(Refusal) -> Decision {
        guard let step = draft.step else { throw Refusal.notFound("step") }
        try StepAnswers.refuseEnded(step)
        let plan = try draft.plan(
            period: step.plan.period, text: input.text, due: input.due, cause: input.cause,
            named: input.owner, at: context.now)
        return StepAnswers.answer(plan == step.plan ? [] : [.changed(plan)], on: step)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        StepAnswers.destination(answer)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let step = try AttainmentDirectory.step(id, in: tx)
        var form = try StepAnswers.form(step, in: tx)
        form.values["text"] = .text(step.plan.text)
        form.values["owner"] = .text(step.plan.owner.raw)
        form.values["due_at"] = .text(step.plan.dueAt.fieldText)
        form.values["cause"] = .text(step.plan.cause ?? "")
        return form
    }
}

/// Says that a step is done, or will not be.
enum EndPrevention: Operation {
    struct Input: Sendable {
        var id: String
        var outcome: String
        var result: String
    }

    static let name = "prevention.end"
    static let summary = "End a step of prevention"
    static let verb = "Save"
    static let right = ExplainBreach.right
    static let place = OperationPlace.act(in: "prevention", verb: "end")
    static let input = Fields(
        Input.init, StepFields.id,
        StepFields.outcome,
        .text("result", "What came of it, or why not?", maxBytes: 4000))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> PreventionStep { try visible(input.id, for: actor, in: tx) }

    /// A step is known to whoever has to do it, and to those who review.
    private static func visible(
        _ id: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> PreventionStep {
        let step = try AttainmentDirectory.step(id, in: tx)
        guard step.plan.owner.raw == actor.id || actor.may(AttainmentPages.right) else {
            throw Refusal.notFound("step")
        }
        return step
    }

    static func decide(_ input: Input, on step: PreventionStep, in context: Context) throws(Refusal)
        -> Decision
    {
        guard step.plan.owner.raw == context.actor.id || context.actor.may(PlanPrevention.right) else {
            throw Refusal(.denied, "not_yours", "Only whoever does the step, or plans, can end it.")
        }
        try StepAnswers.refuseEnded(step)
        let outcome = PreventionStep.Outcome(rawValue: input.outcome) ?? .done
        return StepAnswers.answer([.ended(outcome, result: input.result)], on: step)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        actor.may(AttainmentPages.right) ? StepAnswers.destination(answer) : "/home?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = try StepAnswers.form(try visible(id, for: actor, in: tx), in: tx)
        if !actor.may(AttainmentPages.right) { (form.back, form.backName) = ("/home", "Today") }
        return form
    }
}
