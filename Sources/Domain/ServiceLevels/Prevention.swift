package import Diagnosis

/// What happens to a step of a prevention plan.
package enum PreventionFact: Fact {
    /// Somebody is to do it by a time.
    case planned(PreventionStep.Plan)
    /// Other words, another owner or time.
    case changed(PreventionStep.Plan)
    /// It is done, or will not be.
    case ended(PreventionStep.Outcome, result: String)

    package static let erasableFields: Set<String> = ["text", "result"]

    package var kind: String {
        switch self {
        case .planned: "prevention.planned"
        case .changed: "prevention.changed"
        case .ended: "prevention.ended"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .planned: []
        case .changed: ["plan"]
        case .ended: ["outcome"]
        }
    }

    package var body: JSON {
        switch self {
        case .planned(let plan), .changed(let plan):
            .fields([
                "period": .string(plan.period), "text": .string(plan.text), "owner": .string(plan.owner.raw),
                "due_at": plan.dueAt.json, "cause": plan.cause.map(JSON.string),
            ])
        case .ended(let outcome, let result):
            ["outcome": .string(outcome.rawValue), "result": .string(result)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "prevention.planned": self = .planned(try PreventionStep.Plan(body))
        case "prevention.changed": self = .changed(try PreventionStep.Plan(body))
        case "prevention.ended":
            guard let outcome = PreventionStep.Outcome(rawValue: try body.text("outcome")) else {
                throw FactProblem("the body has no known “outcome”")
            }
            self = .ended(outcome, result: try body.text("result"))
        default: throw FactProblem("“\(kind)” is not a kind of fact of a prevention plan")
        }
    }
}

/// A step of a prevention plan: what somebody does by when so that promises are not missed again for the same reason.
package struct PreventionStep: Subject, Equatable {
    package static let kind = "prevention"

    /// What is to be done.
    package struct Plan: Equatable, Sendable {
        /// The month whose review it comes from: "2026-02".
        package var period: String
        /// What is done.
        package var text: String
        /// Who does it.
        package var owner: ID<Person>
        /// By when.
        package var dueAt: Timestamp
        /// The cause of missed promises that it is against; nil where it is against several.
        package var cause: String?

        /// A plan with all parts.
        package init(period: String, text: String, owner: ID<Person>, dueAt: Timestamp, cause: String?) {
            (self.period, self.text, self.owner, self.dueAt) = (period, text, owner, dueAt)
            self.cause = cause
        }

        init(_ body: FactBody) throws {
            guard let due = body.time("due_at") else { throw FactProblem("the body has no time “due_at”") }
            self.init(
                period: try body.text("period"), text: try body.text("text"),
                owner: ID(try body.text("owner")), dueAt: due, cause: body.optionalText("cause"))
        }
    }

    /// How it ended.
    package enum Outcome: String, Sendable, CaseIterable {
        /// It was done.
        case done
        /// It will not be done.
        case dropped

        /// Shown on pages.
        package var label: String { self == .done ? "Done" : "Dropped" }
    }

    /// Its identifier.
    package var id: ID<PreventionStep>
    /// Its latest fact.
    package var version: Version
    /// What is to be done.
    package var plan: Plan
    /// When it was planned.
    package var plannedAt: Timestamp
    /// How it ended; nil while it is to be done.
    package var outcome: Outcome?
    /// What came of it.
    package var result: String?
    /// When it ended.
    package var endedAt: Timestamp?

    /// A step with all parts.
    package init(
        id: ID<PreventionStep>, version: Version, plan: Plan, plannedAt: Timestamp, outcome: Outcome? = nil,
        result: String? = nil, endedAt: Timestamp? = nil
    ) {
        (self.id, self.version, self.plan, self.plannedAt) = (id, version, plan, plannedAt)
        (self.outcome, self.result, self.endedAt) = (outcome, result, endedAt)
    }

    /// How facts refer to a step.
    package var ref: SubjectRef { SubjectRef(kind: Self.kind, id: id.raw) }

    /// Whether it should have been done.
    package func isLate(at now: Timestamp) -> Bool { outcome == nil && plan.dueAt < now }

    package init(first fact: Recorded<PreventionFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version,
            plan: Plan(period: "", text: "", owner: "", dueAt: fact.occurredAt, cause: nil),
            plannedAt: fact.occurredAt)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<PreventionFact>) {
        version = fact.version
        switch fact.body {
        case .planned(let plan), .changed(let plan): self.plan = plan
        case .ended(let outcome, let result):
            (self.outcome, self.result, endedAt) = (outcome, result, fact.occurredAt)
        }
    }
}
