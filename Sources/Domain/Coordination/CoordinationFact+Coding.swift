package import Diagnosis

extension CoordinationFact {
    package static let kinds = [
        "case.severity_recommended", "case.severity_confirmed", "case.next_action_set",
        "case.next_action_done", "case.blocked", "case.specialist_added", "case.specialist_left",
        "case.coordinator_named", "case.watched", "case.unwatched", "case.update_promised",
        "case.priority_overridden",
        "case.call_scheduled", "case.call_moved", "case.call_noted", "case.call_ended",
        "case.follow_up_added",
        "case.follow_up_done",
    ]

    package var kind: String {
        switch self {
        case .severityRecommended: "case.severity_recommended"
        case .severityConfirmed: "case.severity_confirmed"
        case .nextActionSet: "case.next_action_set"
        case .nextActionDone: "case.next_action_done"
        case .blocked: "case.blocked"
        case .specialistAdded: "case.specialist_added"
        case .specialistLeft: "case.specialist_left"
        case .coordinatorNamed: "case.coordinator_named"
        case .watched: "case.watched"
        case .unwatched: "case.unwatched"
        case .updatePromised: "case.update_promised"
        case .priorityOverridden: "case.priority_overridden"
        case .callScheduled: "case.call_scheduled"
        case .callMoved: "case.call_moved"
        case .callNoted: "case.call_noted"
        case .callEnded: "case.call_ended"
        case .followUpAdded: "case.follow_up_added"
        case .followUpDone: "case.follow_up_done"
        }
    }

    package var body: JSON {
        switch self {
        case .severityRecommended(let severity, let reason):
            ["severity": .string(severity), "reason": .string(reason)]
        case .severityConfirmed(let severity, let reason):
            .fields(["severity": .string(severity), "reason": reason.map(JSON.string)])
        case .nextActionSet(let text, let owner, let dueAt):
            ["text": .string(text), "owner": .string(owner), "due_at": dueAt.json]
        case .nextActionDone(let outcome): .fields(["outcome": outcome.map(JSON.string)])
        case .blocked(let by, let detail):
            .fields(["blocked_by": .string(by), "detail": detail.map(JSON.string)])
        case .specialistAdded(let person, let contribution):
            ["person": .string(person), "contribution": .string(contribution)]
        case .specialistLeft(let person, let reason):
            .fields(["person": .string(person), "reason": reason.map(JSON.string)])
        case .coordinatorNamed(let person): .fields(["person": person.map(JSON.string)])
        case .watched(let person), .unwatched(let person): ["person": .string(person)]
        case .updatePromised(let moment): ["at": moment.json]
        case .priorityOverridden(let points, let reason):
            .fields(["points": points.map { .integer(Int64($0)) }, "reason": .string(reason)])
        case .callScheduled(let plan): plan.json
        case .callMoved(let call, let startsAt, let reason):
            .fields([
                "call": .string(call), "starts_at": startsAt.json, "reason": reason.map(JSON.string),
            ])
        case .callNoted(let call, let text): ["call": .string(call), "text": .string(text)]
        case .callEnded(let call, let isHeld, let summary):
            .fields([
                "call": .string(call), "held": .bool(isHeld), "summary": summary.map(JSON.string),
            ])
        case .followUpAdded(let plan): plan.json
        case .followUpDone(let item, let outcome):
            .fields(["item": .string(item), "outcome": outcome.map(JSON.string)])
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.severity_recommended":
            self = .severityRecommended(
                severity: try body.text("severity"), reason: try body.text("reason"))
        case "case.severity_confirmed":
            self = .severityConfirmed(
                severity: try body.text("severity"), reason: body.optionalText("reason"))
        case "case.next_action_set":
            self = .nextActionSet(
                text: try body.text("text"), owner: try body.text("owner"), dueAt: try body.moment("due_at"))
        case "case.next_action_done": self = .nextActionDone(outcome: body.optionalText("outcome"))
        case "case.blocked":
            self = .blocked(by: try body.text("blocked_by"), detail: body.optionalText("detail"))
        case "case.specialist_added":
            self = .specialistAdded(
                person: try body.text("person"), contribution: try body.text("contribution"))
        case "case.specialist_left":
            self = .specialistLeft(person: try body.text("person"), reason: body.optionalText("reason"))
        case "case.coordinator_named": self = .coordinatorNamed(person: body.optionalText("person"))
        case "case.watched": self = .watched(person: try body.text("person"))
        case "case.unwatched": self = .unwatched(person: try body.text("person"))
        case "case.update_promised": self = .updatePromised(at: try body.moment("at"))
        case "case.priority_overridden":
            self = .priorityOverridden(points: body.integer("points"), reason: try body.text("reason"))
        case "case.call_scheduled": self = .callScheduled(try CallPlan(body))
        case "case.call_moved":
            guard let startsAt = body.time("starts_at") else {
                throw FactProblem("the body has no time “starts_at”")
            }
            self = .callMoved(
                call: try body.text("call"), startsAt: startsAt, reason: body.optionalText("reason"))
        case "case.call_noted":
            self = .callNoted(call: try body.text("call"), text: try body.text("text"))
        case "case.call_ended":
            self = .callEnded(
                call: try body.text("call"), isHeld: body.bool("held") ?? true,
                summary: body.optionalText("summary"))
        case "case.follow_up_added": self = .followUpAdded(try FollowUpPlan(body))
        case "case.follow_up_done":
            self = .followUpDone(item: try body.text("item"), outcome: body.optionalText("outcome"))
        default: throw FactProblem("“\(kind)” is not a kind of coordination fact")
        }
    }
}

extension FactBody {
    /// The moment at `key`.
    fileprivate func moment(_ key: String) throws -> Timestamp {
        guard let moment = time(key) else { throw FactProblem("the body has no time “\(key)”") }
        return moment
    }
}

extension CoordinationFact.CallPlan {
    fileprivate var json: JSON {
        .fields([
            "call": .string(call), "topic": .string(topic), "starts_at": startsAt.json,
            "join_link": joinLink.map(JSON.string), "attendees": .array(attendees.map(JSON.string)),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            call: try body.text("call"), topic: try body.text("topic"),
            startsAt: try body.moment("starts_at"), joinLink: body.optionalText("join_link"),
            attendees: body.texts("attendees"))
    }
}

extension CoordinationFact.FollowUpPlan {
    fileprivate var json: JSON {
        .fields([
            "item": .string(item), "call": .string(call), "text": .string(text), "owner": .string(owner),
            "due_at": dueAt.map(\.json), "promised": .bool(isPromised),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            item: try body.text("item"), call: try body.text("call"), text: try body.text("text"),
            owner: try body.text("owner"), dueAt: body.time("due_at"),
            isPromised: body.bool("promised") ?? false)
    }
}
