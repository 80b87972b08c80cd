import Diagnosis
import Domain
import Storage
import Web

extension RoutingFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(RouteCase.self), AnyOperation(TriageCase.self), AnyOperation(RecordReproduction.self),
        ClaimNext.operation, RebalanceCases.operation, TransferRegion.operation,
        AnyOperation(JoinCase.self), AnyOperation(DeclineMatch.self),
    ]
}

/// The fields of routing and triage that choose from a list of policy.
enum RoutingFields {
    static let queue = Field<String>.choice(
        "queue", "Queue", from: { policy in policy.routing.queues.map { FieldChoice($0.id, $0.name) } })

    static let outcome = Field<String>.choice(
        "outcome", "What came of it",
        from: { _ in RoutingFact.Reproduction.allCases.map { FieldChoice($0.rawValue, $0.label) } })

    static let impact = Field<String>.choice(
        "impact", "How far does it reach?",
        from: { policy in policy.triage.impacts.map { FieldChoice($0.id, $0.name) } })

    static let urgency = Field<String>.choice(
        "urgency", "How soon must it end?",
        from: { policy in policy.triage.urgencies.map { FieldChoice($0.id, $0.name) } })

    static let effort = Field<String>.choice(
        "effort", "Expected effort",
        from: { policy in policy.routing.efforts.map { FieldChoice($0.id, $0.name) } })
}

/// Sends a case to where the rules say, or to a queue of one's choice.
enum RouteCase: Operation {
    struct Input: Sendable {
        var id: String
        var queue: String?
        var reason: String?
    }

    struct State: Sendable {
        var found: SupportCase
        var situation: RoutingDirectory.Situation
    }

    static let name = "case.route"
    static let summary = "Route the case"
    static let verb = "Route"
    static let right: Right = "case.assign"
    static let place = OperationPlace.act(in: "cases", verb: "route")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(RoutingFields.queue.editing(Aspect("queue"))).help(
            "Empty goes by the rules, and gives a case without an owner to whoever they find. By hand the owner stays."
        ),
        .optional(CaseFields.reason).help("Needed for a queue by hand: why the rules were wrong."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        var situation = try RoutingDirectory.situation(of: found, policy: policy, for: actor, in: tx)
        situation.model = try RoutingDirectory.model(policy: policy, now: found.updatedAt, in: tx)
        return State(found: found, situation: situation)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let policy = context.policy
        guard policy.routing.isOn else {
            throw Refusal(
                .conflict, "no_rules", "The policy has no routing rules. Give the case to somebody instead.")
        }
        if let queue = input.queue {
            let facts = try state.found.sent(
                to: queue, reason: input.reason, standing: state.situation.standing,
                policy: state.situation.version, in: policy)
            var decision = answer(facts, on: state.found)
            decision.answer["queue"] = .string(queue)
            return decision
        }
        let found = state.situation.decide(policy, at: context.now, byRules: true)
        let summary = found.summary(policy) { $0.stamped }
        let facts = try state.found.routed(
            by: found, standing: state.situation.standing, policy: state.situation.version, reason: summary,
            gives: true, in: policy)
        var decision = answer(facts, on: state.found)
        decision.answer["queue"] = found.queue.map { .string($0.id) } ?? .null
        decision.answer["rule"] = found.rule.map { .string($0.id) } ?? .null
        decision.answer["owner"] =
            (state.found.owner ?? found.person?.id).map { .string($0.raw) } ?? .null
        decision.answer["reason"] = .string(summary)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "routed")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }

    static func complete(
        _ form: inout OperationForm, _ id: String, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        let found = try visibleCase(id, for: actor, in: tx)
        let situation = try RoutingDirectory.situation(of: found, policy: policy, for: actor, in: tx)
        if let queue = situation.standing.queue {
            form.hints.append("It is in the queue \(policy.routing.queueName(queue)).")
        }
        guard policy.routing.isOn else { return }
        form.hints.append(situation.decide(policy, at: now, byRules: true).summary(policy) { $0.stamped })
        form.ways.append(("Every rule and everybody, with the reasons", "/cases/\(found.number)/routing"))
    }
}

/// Records that somebody tried to see the fault themselves: a moment of its own, apart from triage.
enum RecordReproduction: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var outcome: String
        var text: String
    }

    static let name = "case.record_reproduction"
    static let summary = "Record a reproduction"
    static let verb = "Record"
    static let right: Right = "case.note"
    static let input = Fields(
        Input.init, CaseFields.id,
        RoutingFields.outcome,
        .text("text", "What was tried", maxBytes: 20_000)
            .help("Where, with which version and which steps, and what was seen."))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        guard let outcome = RoutingFact.Reproduction(rawValue: input.outcome) else {
            throw Refusal(field: "outcome", "unknown_choice", "“\(input.outcome)” is no outcome.")
        }
        return answer([.routing(.reproductionAttempted(outcome, text: input.text))], on: found)
    }
}

/// Takes the case that matters most among those that nobody owns and that one can do.
enum ClaimNext {
    private struct Input: Sendable {
        var queue: String?
    }

    private static let fields = Fields(
        Input.init,
        .optional(RoutingFields.queue).help(
            "Empty means the queues of your teams; all where you are in none."))

    /// As many cases that nobody owns are weighed.
    private static let weighed = 200

    static let operation = AnyOperation(
        name: "case.claim_next", summary: "Take the next case", verb: "Take the next case",
        right: "case.assign",
        place: .single(path: "routing/claim_next"), fields: fields.descriptions, file: #fileID,
        destination: { answer, _ in
            guard let number = answer["number"]?.string else { return "/cases" }
            return "/cases/\(number)?done=claimed"
        },
        form: { _, _, _, _ in OperationForm(back: "/board", backName: "My work") },
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try fields.parse(raw, policy) },
        decide: { raw, context, tx in
            try decide(try fields.parse(raw, context.policy), context, in: tx)
        })

    private static func decide(
        _ input: Input, _ context: Context, in tx: borrowing Transaction
    ) throws -> Decision {
        let (actor, policy) = (context.actor, context.policy)
        guard let person = try PeopleDirectory.find(actor.id, in: tx) else {
            throw Refusal(.conflict, "no_person", "Only people take cases; sign in as one.")
        }
        if let until = person.away(at: context.now) {
            throw Refusal(
                .conflict, "away", "You are away until \(until.stamped). Say that you are back first.")
        }
        let member = policy.routing.member(person.email ?? "")?.member
        let own = policy.routing.queues(of: person.email ?? "").map(\.id)
        let queues = input.queue.map { [$0] } ?? own
        var filter = CaseFilter()
        if !queues.isEmpty { filter.condition = .oneOf(.queue, queues) }
        filter.statuses = policy.statuses(in: [.open])
        (filter.owner, filter.order) = (.nobody, .openedAscending)
        let found = try CaseDirectory.list(filter, for: actor, limit: weighed, in: tx)
        let lines = try BoardDirectory.lines(found, policy: policy, now: context.now, in: tx)
            .sorted(by: BoardDirectory.isMorePressing)
        for line in lines {
            let needed = try skills(of: line.this, policy, actor, in: tx)
            guard needed.isSubset(of: member?.skills ?? []) else { continue }
            var decision = Decision()
            decision.record(
                try line.this.assigned(
                    to: person, reason: "Next by priority, \(line.priority.score)", policy: policy),
                on: line.this.ref)
            decision.answer["id"] = .string(line.this.id.raw)
            decision.answer["number"] = .string(line.this.number)
            decision.answer["priority"] = .integer(Int64(line.priority.score))
            return decision
        }
        throw Refusal(
            .conflict, "nothing_waits",
            found.isEmpty
                ? "No case waits there for an owner."
                : "What waits there asks for skills that you do not have.")
    }

    /// What whoever takes a case must know, by the rule that counts for it.
    private static func skills(
        of this: SupportCase, _ policy: Policy, _ actor: Actor, in tx: borrowing Transaction
    ) throws -> Set<String> {
        let account = try this.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        let rule = RoutingDecision.rule(for: RoutedCase(this, account: account), in: policy.routing)
        return Set(rule?.skills ?? [])
    }
}
