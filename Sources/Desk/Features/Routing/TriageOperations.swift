import Diagnosis
import Domain
import Storage
import Web

/// Triage in one step: how bad, about what, whose, and what happens next; it stamps that triage is complete.
enum TriageCase: Operation {
    struct Input: Sendable {
        var id: String
        var impact: String?
        var urgency: String?
        var severity: String?
        var reason: String?
        var confirms: Bool
        var productArea: String?
        var component: String?
        var category: String?
        var effort: String?
        var owner: String?
        var nextAction: String?
        var nextActionDueAt: Timestamp?
    }

    struct State: Sendable {
        var found: SupportCase
        var situation: RoutingDirectory.Situation
        var owner: Person?
    }

    static let name = "case.triage"
    static let summary = "Triage"
    static let verb = "Complete triage"
    static let right: Right = "case.edit"
    static let place = OperationPlace.act(in: "cases", verb: "triage")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(RoutingFields.impact), .optional(RoutingFields.urgency),
        .optional(CaseFields.severity().editing(Aspect("severity")))
            .help("Empty takes what reach and urgency say together."),
        .optional(.line("severity_reason", "Why another severity", maxBytes: 500))
            .help("Needed where it is another one than they say."),
        .flag("confirms", "I confirm the severity")
            .help("For leads and managers. Without it the severity is proposed and waits for them."),
        .optional(CaseFields.term(.productArea)), .optional(CaseFields.term(.component)),
        .optional(CaseFields.term(.category)),
        .optional(RoutingFields.effort).help("Counts in the load of whoever owns it."),
        .optional(.reference("owner", "Owner", to: "person").editing(Aspect("owner")))
            .help("Empty leaves the present owner, or lets the routing rules find one."),
        .optional(CaseFields.nextAction), .optional(CaseFields.nextActionDueAt))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        var owner: Person?
        if let text = input.owner {
            owner = try PeopleDirectory.find(text == "@me" ? actor.id : text, in: tx)
            guard owner != nil else {
                throw Refusal(field: "owner", "not_found", "Nobody is known as “\(text)”.")
            }
        }
        return State(
            found: found,
            situation: try RoutingDirectory.situation(of: found, policy: policy, for: actor, in: tx),
            owner: owner)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let (found, policy) = (state.found, context.policy)
        guard ![.resolved, .closed].contains(policy.phase(of: found.status)) else {
            throw Refusal(.conflict, "case_done", "\(found.number) is done. Reopen it before triage.")
        }
        try refuseGaps(input, found)
        let proposed = input.impact.flatMap { impact in
            input.urgency.flatMap { policy.triage.severity(impact: impact, urgency: $0) }
        }
        var facts = classified(input, found)
        facts += try severity(input, proposed, found, context)
        var after = found
        for fact in facts { after.apply(fact.supposed(on: found.ref)) }
        var decision = answer([], on: found)
        facts += try placed(input, after, state, context, &decision)
        for fact in facts { after.apply(fact.supposed(on: found.ref)) }
        if let text = input.nextAction, let due = input.nextActionDueAt {
            facts += try after.nextAction(
                text, owner: after.owner ?? ID(context.actor.id), dueAt: due, at: context.now,
                policy: policy, field: "next_action_due_at")
        }
        facts.append(
            .routing(
                .triaged(
                    .init(
                        impact: input.impact, urgency: input.urgency, proposed: proposed,
                        severity: after.severity.raw, effort: input.effort))))
        decision.record(facts, on: found.ref)
        decision.answer["proposed_severity"] = proposed.map(JSON.string) ?? .null
        decision.answer["severity"] = .string(after.severity.raw)
        decision.answer["owner"] = after.owner.map { .string($0.raw) } ?? .null
        return decision
    }

    /// Triage leaves no case without a component and without a next action that has a time.
    private static func refuseGaps(_ input: Input, _ found: SupportCase) throws(Refusal) {
        var problems: [Refusal.Problem] = []
        func require(_ holds: Bool, _ field: String, _ message: String) {
            if !holds { problems.append(.init(field: field, code: "missing", message: message)) }
        }
        require(
            input.component ?? found.classification[.component] != nil, "component",
            "Choose the component: routing and defects go by it.")
        let hasAction = found.arrangement.nextAction != nil
        require(hasAction || input.nextAction != nil, "next_action", "Say what happens next.")
        require(
            input.nextAction == nil || input.nextActionDueAt != nil, "next_action_due_at",
            "Say until when the next action is done.")
        require(
            input.nextActionDueAt == nil || input.nextAction != nil || !hasAction, "next_action",
            "Say what is done until then.")
        require(
            (input.impact == nil) == (input.urgency == nil), input.impact == nil ? "impact" : "urgency",
            "The severity follows from both: choose this one too, or neither.")
        guard problems.isEmpty else { throw Refusal(problems: problems) }
    }

    private static func classified(_ input: Input, _ found: SupportCase) -> [CaseFact] {
        let values: [(CaseFact.ClassifyingField, String?)] = [
            (.productArea, input.productArea), (.component, input.component), (.category, input.category),
        ]
        return values.compactMap { field, value in
            guard let value, value != found.classification[field] else { return nil }
            return .classified(field: field, value: value)
        }
    }

    /// The severity that was proposed stands apart from the one in force; whoever may sets that one too.
    private static func severity(
        _ input: Input, _ proposed: String?, _ found: SupportCase, _ context: Context
    ) throws(Refusal) -> [CaseFact] {
        let policy = context.policy
        var facts: [CaseFact] = []
        let why = words(input, policy)
        if let proposed, proposed != found.severity.raw || input.severity.map({ $0 != proposed }) ?? false {
            facts += found.recommending(ID(proposed), reason: why)
        }
        let wanted = input.severity ?? proposed ?? found.severity.raw
        if let proposed, wanted != proposed, input.reason == nil {
            throw Refusal(
                field: "severity_reason", "missing",
                "Reach and urgency say \(name(proposed, policy)). Say why it is \(name(wanted, policy)).")
        }
        if input.confirms, !context.actor.may("case.confirm_severity") {
            throw Refusal(
                field: "confirms", "may_not_confirm",
                "Leads and managers confirm severities. Leave it out; yours is proposed to them.")
        }
        let reason = input.reason ?? (why.isEmpty ? "Triage" : why)
        if wanted == found.severity.raw {
            return input.confirms
                ? facts + (try found.confirming(ID(wanted), reason: reason, policy: policy)) : facts
        }
        if context.actor.may("case.change_severity"),
            found.arrangement.severityConfirmedAt == nil || input.confirms
        {
            return facts
                + (try found.changingSeverity(
                    to: ID(wanted), reason: reason, mayConfirm: input.confirms))
        }
        if wanted != proposed { facts += found.recommending(ID(wanted), reason: reason) }
        return facts
    }

    private static func name(_ severity: String, _ policy: Policy) -> String {
        policy.severity(ID(severity))?.name ?? severity
    }

    /// “Reach: Many people. Urgency: Now.”
    private static func words(_ input: Input, _ policy: Policy) -> String {
        let impact = policy.triage.impacts.first { $0.id == input.impact }?.name
        let urgency = policy.triage.urgencies.first { $0.id == input.urgency }?.name
        guard let impact, let urgency else { return "" }
        return "Reach: \(impact). Urgency: \(urgency)."
    }

    /// Where the case goes with what triage found out, and who gets it.
    private static func placed(
        _ input: Input, _ after: SupportCase, _ state: State, _ context: Context, _ decision: inout Decision
    ) throws(Refusal) -> [CaseFact] {
        let policy = context.policy
        var after = after
        var facts: [CaseFact] = []
        if let owner = state.owner {
            guard context.actor.may("case.assign") || owner.id.raw == context.actor.id else {
                throw Refusal(field: "owner", "not_allowed", "Your role does not give cases to others.")
            }
            facts = try after.assigned(to: owner, reason: "Triage", policy: policy)
            for fact in facts { after.apply(fact.supposed(on: after.ref)) }
        }
        guard policy.routing.isOn else { return facts }
        var situation = state.situation
        situation.routed = RoutedCase(after, account: situation.account)
        let found = situation.decide(policy, at: context.now)
        let summary = found.summary(policy) { $0.stamped }
        let routed = try after.routed(
            by: found, standing: situation.standing, policy: situation.version, reason: summary,
            gives: context.actor.may("case.assign"), in: policy)
        decision.answer["queue"] = found.queue.map { .string($0.id) } ?? .null
        decision.answer["rule"] = found.rule.map { $0.id.isEmpty ? .null : .string($0.id) } ?? .null
        decision.answer["routing"] = .string(summary)
        return facts + routed
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "triaged")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let proposal = policy.triage.proposal(for: found.impact)
            if let impact = proposal.impact, let urgency = proposal.urgency {
                form.values["impact"] = .text(impact.id)
                form.values["urgency"] = .text(urgency.id)
            }
            for field in [CaseFact.ClassifyingField.productArea, .component, .category] {
                if let value = found.classification[field] { form.values[field.rawValue] = .text(value) }
            }
            if let effort = try RoutingDirectory.route(of: found.id, in: tx).effort {
                form.values["effort"] = .text(effort)
            }
            form.needed = ["component"]
            if found.arrangement.nextAction == nil {
                form.needed.formUnion(["next_action", "next_action_due_at"])
            }
            if !actor.may("case.confirm_severity") { form.replaced["confirms"] = [] }
            form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        }
    }

    static func complete(
        _ form: inout OperationForm, _ id: String, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        let found = try visibleCase(id, for: actor, in: tx)
        form.hints.append(proposed(found, policy))
        if policy.routing.isOn {
            let situation = try RoutingDirectory.situation(of: found, policy: policy, for: actor, in: tx)
            let decision = situation.decide(policy, at: now)
            let lead = found.owner == nil ? "As it stands, routing says: " : "It has an owner. Routing says: "
            form.hints.append(lead + decision.summary(policy) { $0.stamped })
            form.ways.append(("Why: every rule and everybody", "/cases/\(found.number)/routing"))
        }
    }

    /// What severity the recorded impact proposes, with the reasons, beside the one in force.
    private static func proposed(_ found: SupportCase, _ policy: Policy) -> String {
        let inForce =
            "In force: \(name(found.severity.raw, policy)), "
            + (found.arrangement.severityConfirmedAt == nil ? "not confirmed." : "confirmed.")
        let proposal = policy.triage.proposal(for: found.impact)
        guard let impact = proposal.impact, let urgency = proposal.urgency,
            let severity = policy.triage.severity(impact: impact.id, urgency: urgency.id)
        else {
            let missing = [
                proposal.impact == nil ? "how far it reaches" : nil,
                proposal.urgency == nil ? "how soon it must end" : nil,
            ].compactMap { $0 }.joined(separator: " nor ")
            return "The recorded impact does not say \(missing): choose below. \(inForce)"
        }
        return
            "Proposed: \(name(severity, policy)). “\(impact.name)” (\(proposal.impactReasons.joined(separator: "; "))) and “\(urgency.name)” (\(proposal.urgencyReasons.joined(separator: "; "))). \(inForce)"
    }
}

extension CaseFact {
    /// The fact as if it were recorded, to see what it makes of a case.
    fileprivate func supposed(on ref: SubjectRef) -> Recorded<CaseFact> {
        Recorded(
            sequence: 0, subject: ref, version: .none, actor: "", occurredAt: Timestamp(microseconds: 0),
            recordedAt: Timestamp(microseconds: 0), body: self)
    }
}
