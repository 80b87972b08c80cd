package import Diagnosis

/// What happens to a huddle: a short meeting of colleagues about a case, or about several that belong together.
///
/// The same fact stands in each of the cases, so that each has all that was said.
package enum HuddleFact: CaseFactFamily {
    /// It is called for a time.
    case convened(Plan)
    /// Something was written down.
    case noted(huddle: String, text: String)
    /// Something is to be done.
    case actionAdded(Action)
    /// Something was done.
    case actionDone(huddle: String, item: String, outcome: String?)
    /// It is over, or does not take place.
    case ended(huddle: String, isHeld: Bool, summary: String?)

    /// How a huddle was called.
    package struct Plan: Equatable, Sendable {
        /// Its number, after the case that it was called from: "TL-42-H1".
        package var huddle: String
        /// What it is about.
        package var topic: String
        /// When it begins.
        package var startsAt: Timestamp
        /// Where to join.
        package var joinLink: String?
        /// What is to be talked about.
        package var agenda: String?
        /// Who is invited.
        package var people: [String]
        /// The cases that it is about, with that from which it was called.
        package var cases: [RelationFact.Other]

        /// A plan with all parts.
        package init(
            huddle: String, topic: String, startsAt: Timestamp, joinLink: String?, agenda: String?,
            people: [String], cases: [RelationFact.Other]
        ) {
            (self.huddle, self.topic, self.startsAt) = (huddle, topic, startsAt)
            (self.joinLink, self.agenda) = (joinLink, agenda)
            (self.people, self.cases) = (people, cases)
        }
    }

    /// What a huddle leaves to be done.
    package struct Action: Equatable, Sendable {
        /// The huddle.
        package var huddle: String
        /// The number in the huddle: "A1".
        package var item: String
        /// What.
        package var text: String
        /// Who does it.
        package var owner: String
        /// Until when; nil for no time.
        package var dueAt: Timestamp?

        /// An action with all parts.
        package init(huddle: String, item: String, text: String, owner: String, dueAt: Timestamp?) {
            (self.huddle, self.item, self.text) = (huddle, item, text)
            (self.owner, self.dueAt) = (owner, dueAt)
        }
    }

    package static let kinds = [
        "case.huddle_convened", "case.huddle_noted", "case.huddle_action_added", "case.huddle_action_done",
        "case.huddle_ended",
    ]

    /// The kinds that the short story of a case tells.
    package static let storyKinds = ["case.huddle_ended"]

    package static let erasableFields: Set<String> = [
        "topic", "join_link", "agenda", "text", "outcome", "summary",
    ]

    /// Notes and actions of several people stand beside each other.
    package var edits: Set<Aspect> { [] }

    package var people: [String] {
        switch self {
        case .convened(let plan): plan.people
        case .actionAdded(let action): [action.owner]
        case .noted, .actionDone, .ended: []
        }
    }

    package var kind: String {
        switch self {
        case .convened: "case.huddle_convened"
        case .noted: "case.huddle_noted"
        case .actionAdded: "case.huddle_action_added"
        case .actionDone: "case.huddle_action_done"
        case .ended: "case.huddle_ended"
        }
    }

    package var body: JSON {
        switch self {
        case .convened(let plan):
            .fields([
                "huddle": .string(plan.huddle), "topic": .string(plan.topic), "starts_at": plan.startsAt.json,
                "join_link": plan.joinLink.map(JSON.string), "agenda": plan.agenda.map(JSON.string),
                "people": .array(plan.people.map(JSON.string)),
                "cases": .array(plan.cases.map { .string($0.id) }),
                "numbers": .array(plan.cases.map { .string($0.number) }),
            ])
        case .noted(let huddle, let text): ["huddle": .string(huddle), "text": .string(text)]
        case .actionAdded(let action):
            .fields([
                "huddle": .string(action.huddle), "item": .string(action.item), "text": .string(action.text),
                "owner": .string(action.owner), "due_at": action.dueAt?.json,
            ])
        case .actionDone(let huddle, let item, let outcome):
            .fields([
                "huddle": .string(huddle), "item": .string(item), "outcome": outcome.map(JSON.string),
            ])
        case .ended(let huddle, let isHeld, let summary):
            .fields(["huddle": .string(huddle), "held": .bool(isHeld), "summary": summary.map(JSON.string)])
        }
    }

    package init(kind: String, body: FactBody) throws {
        let huddle = try body.text("huddle")
        switch kind {
        case "case.huddle_convened":
            guard let startsAt = body.time("starts_at") else {
                throw FactProblem("the body has no time “starts_at”")
            }
            let (ids, numbers) = (body.texts("cases"), body.texts("numbers"))
            guard ids.count == numbers.count, !ids.isEmpty else {
                throw FactProblem("the body has no “numbers” of its “cases”")
            }
            self = .convened(
                Plan(
                    huddle: huddle, topic: try body.text("topic"), startsAt: startsAt,
                    joinLink: body.optionalText("join_link"), agenda: body.optionalText("agenda"),
                    people: body.texts("people"),
                    cases: zip(ids, numbers).map { RelationFact.Other(id: $0, number: $1) }))
        case "case.huddle_noted": self = .noted(huddle: huddle, text: try body.text("text"))
        case "case.huddle_action_added":
            self = .actionAdded(
                Action(
                    huddle: huddle, item: try body.text("item"), text: try body.text("text"),
                    owner: try body.text("owner"), dueAt: body.time("due_at")))
        case "case.huddle_action_done":
            self = .actionDone(
                huddle: huddle, item: try body.text("item"), outcome: body.optionalText("outcome"))
        case "case.huddle_ended":
            self = .ended(
                huddle: huddle, isHeld: body.bool("held") ?? true, summary: body.optionalText("summary"))
        default: throw FactProblem("“\(kind)” is not a kind of fact of a huddle")
        }
    }
}
