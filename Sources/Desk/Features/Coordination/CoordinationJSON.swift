import Diagnosis
import Domain
import Storage
import Web

/// How the work on a case is arranged, on the wire.
enum CoordinationJSON {
    static let reads = [
        APIRead(
            "case.time_in_state", "How long a case was in each of its states",
            path: "/cases/{id}/time_in_state", access: .right("case.view")
        ) { call, services in try await timeInState(call, services) },
        APIRead(
            "portal.time_in_state", "How long your case was in each of its states",
            path: "/portal/cases/{id}/time_in_state", access: .right("portal.view")
        ) { call, services in try await timeInState(call, services) },
        APIRead(
            "case.backlog", "What cases wait for, and how many", path: "/backlog",
            access: .right("case.view")
        ) { call, services in
            let policy = services.policy.current
            var filter = CaseFilter()
            filter.statuses = policy.statuses(in: [.waiting])
            let waiting = filter
            let now = services.clock()
            let lines = try await services.database.read { tx in
                try CaseDirectory.backlog(waiting, for: call.actor, in: tx)
            }
            return [
                "items": .array(
                    lines.map { line in
                        [
                            "blocked_by": line.reason.isEmpty ? .null : .string(line.reason),
                            "name": .string(
                                line.reason.isEmpty ? "No reason given" : policy.blockName(line.reason)),
                            "cases": .integer(Int64(line.count)),
                            "longest_seconds": .integer(now.seconds(since: line.oldest)),
                        ]
                    })
            ]
        },
    ]

    private static func timeInState(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let (policy, now) = (services.policy.current, services.clock())
        let reference = call.request.parameter("id")
        return try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let context = try CasePartContext(this, for: call, policy: policy, now: now, in: tx)
            guard TimeInStatePages.isVisible(context) else {
                throw Refusal(
                    .denied, "not_allowed",
                    "The owner of the case and managers see this. Ask one of them.")
            }
            let times = CoordinationDirectory.timeInState(context)
            return call.actor.isCustomer ? publicJSON(times, policy) : json(times, policy)
        }
    }

    /// In the words of the portal; states that read alike count together.
    private static func publicJSON(_ times: TimeInState, _ policy: Policy) -> JSON {
        let words = times.parts.map { policy.status($0.status)?.customerWords ?? "In work" }
        var seen: Set<String> = []
        let parts = words.filter { seen.insert($0).inserted }.map { state -> JSON in
            let same = zip(words, times.parts).filter { $0.0 == state }.map(\.1)
            return [
                "state": .string(state), "seconds": .integer(same.reduce(0) { $0 + $1.seconds }),
                "stays": .integer(Int64(same.reduce(0) { $0 + $1.stays })),
            ]
        }
        return [
            "from": times.from?.json ?? .null, "until": times.until?.json ?? .null,
            "seconds": .integer(times.seconds), "parts": .array(parts),
        ]
    }

    private static func json(_ times: TimeInState, _ policy: Policy) -> JSON {
        [
            "from": times.from?.json ?? .null, "until": times.until?.json ?? .null,
            "seconds": .integer(times.seconds),
            "parts": .array(
                times.parts.map { part in
                    [
                        "status": .string(part.status.raw), "seconds": .integer(part.seconds),
                        "stays": .integer(Int64(part.stays)),
                    ]
                }),
        ]
    }

    /// What the work's arrangement adds to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let now = context.history.coordination
        var members: [(key: String, value: JSON)] = [
            ("severity_recommended", judgement(now.recommended)),
            ("severity_confirmed", judgement(now.confirmed)), ("blocked", block(now.block)),
            ("coordinator", now.coordinator.map { .string($0.raw) } ?? .null),
            (
                "specialists",
                .array(
                    now.specialists.map {
                        [
                            "person": .string($0.person.raw), "contribution": .string($0.contribution),
                            "since": $0.since.json,
                        ]
                    })
            ), ("watchers", .array(now.watchers.map { .string($0.raw) })),
            ("promises", .array(now.promises.map { promise($0, context.now) })),
            ("calls", .array(now.calls.map(call))), ("follow_ups", .array(now.followUps.map(followUp))),
        ]
        if TimeInStatePages.isVisible(context) {
            let times = CoordinationDirectory.timeInState(context)
            members.append(("time_in_state", json(times, context.policy)))
        }
        return members
    }

    private static func judgement(_ one: Coordination.Judgement?) -> JSON {
        guard let one else { return .null }
        return [
            "severity": .string(one.severity.raw), "by": .string(one.by), "at": one.at.json,
            "reason": one.reason.map(JSON.string) ?? .null,
        ]
    }

    private static func block(_ block: Coordination.Block?) -> JSON {
        guard let block else { return .null }
        return [
            "by": .string(block.by), "detail": block.detail.map(JSON.string) ?? .null,
            "since": block.since.json,
        ]
    }

    private static func promise(_ one: Coordination.Promise, _ now: Timestamp) -> JSON {
        [
            "due_at": one.dueAt.json, "by": .string(one.by), "made_at": one.madeAt.json,
            "standing": .string(one.standing(at: now).rawValue),
            "answered_at": one.answeredAt.map(\.json) ?? .null,
        ]
    }

    private static func call(_ call: Coordination.Call) -> JSON {
        [
            "call": .string(call.number), "topic": .string(call.plan.topic),
            "starts_at": call.plan.startsAt.json,
            "join_link": call.plan.joinLink.map(JSON.string) ?? .null,
            "attendees": .array(call.plan.attendees.map(JSON.string)), "state": .string(call.state.rawValue),
            "summary": call.summary.map(JSON.string) ?? .null,
            "notes": .array(
                call.notes.map { ["text": .string($0.text), "by": .string($0.by), "at": $0.at.json] }),
        ]
    }

    private static func followUp(_ one: Coordination.FollowUp) -> JSON {
        [
            "item": .string(one.item), "call": .string(one.plan.call), "text": .string(one.plan.text),
            "owner": .string(one.plan.owner), "due_at": one.plan.dueAt.map(\.json) ?? .null,
            "promised": .bool(one.plan.isPromised), "done_at": one.doneAt.map(\.json) ?? .null,
            "outcome": one.outcome.map(JSON.string) ?? .null,
        ]
    }
}
