extension SupportCase {
    private func refuseDone(_ what: String, policy: Policy) throws(Refusal) {
        let phase = policy.phase(of: status)
        guard phase == .resolved || phase == .closed else { return }
        throw Refusal(
            .conflict, "case_done",
            "\(number) is \(phase == .closed ? "closed" : "resolved"). Reopen it before you \(what).")
    }

    /// Refuses everybody but active staff.
    private func checkStaff(_ person: Person, field: String) throws(Refusal) {
        guard person.isActive else {
            throw Refusal(field: field, "inactive", "\(person.name)’s account is not active.")
        }
        guard !person.isCustomer else {
            throw Refusal(
                field: field, "not_staff", "\(person.name) is a customer and does not work on cases here.")
        }
    }

    // MARK: Severity

    /// The facts of recommending a severity; it stays what it is until somebody confirms another.
    package func recommending(_ severity: ID<Policy.Severity>, reason: String) -> [CaseFact] {
        [.coordination(.severityRecommended(severity: severity.raw, reason: reason))]
    }

    /// The facts of confirming a severity, the one in force or another.
    package func confirming(
        _ severity: ID<Policy.Severity>, reason: String?, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        let confirmation = CaseFact.coordination(
            .severityConfirmed(severity: severity.raw, reason: reason))
        if severity == self.severity { return [confirmation] }
        guard let reason else {
            let name = policy.severity(self.severity)?.name ?? self.severity.raw
            throw Refusal(
                field: "reason", "missing", "The case was \(name) until now. Say why that changes.")
        }
        return withSeverity(severity, reason: reason) + [confirmation]
    }

    /// The facts of changing the severity: what somebody confirmed is changed by those alone who may confirm, and
    /// counts as confirmed then.
    package func changingSeverity(
        to severity: ID<Policy.Severity>, reason: String, mayConfirm: Bool
    ) throws(Refusal) -> [CaseFact] {
        let facts = withSeverity(severity, reason: reason)
        guard !facts.isEmpty else { return [] }
        if mayConfirm {
            return facts + [.coordination(.severityConfirmed(severity: severity.raw, reason: reason))]
        }
        guard arrangement.severityConfirmedAt == nil else {
            throw Refusal(
                .conflict, "severity_confirmed",
                "The severity of \(number) was confirmed. Recommend another one; a lead or manager decides.")
        }
        return facts
    }

    // MARK: Next action

    /// The fact of a new next action.
    package func nextAction(
        _ text: String, owner: ID<Person>, dueAt: Timestamp, at now: Timestamp, policy: Policy,
        field: String = "due_at"
    ) throws(Refusal) -> [CaseFact] {
        try refuseDone("set a next action", policy: policy)
        guard dueAt > now else {
            throw Refusal(field: field, "in_the_past", "This time has passed already.")
        }
        return [.coordination(.nextActionSet(text: text, owner: owner.raw, dueAt: dueAt))]
    }

    /// The same for an action of a person who was looked up.
    package func nextAction(
        _ text: String, owner: Person, dueAt: Timestamp, at now: Timestamp, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        try checkStaff(owner, field: "owner")
        return try nextAction(text, owner: owner.id, dueAt: dueAt, at: now, policy: policy)
    }

    /// The fact of a done next action.
    package func nextActionDone(outcome: String?) throws(Refusal) -> [CaseFact] {
        guard arrangement.nextAction != nil else {
            throw Refusal(.conflict, "no_next_action", "\(number) has no next action to finish.")
        }
        return [.coordination(.nextActionDone(outcome: outcome))]
    }

    // MARK: Waiting

    /// The fact of what a case waits for that stands in, or moves to, a status.
    package func blocked(
        in status: ID<Policy.Status>, by reason: String?, detail: String?, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        guard let target = policy.status(status) else { return [] }
        guard target.phase == .waiting else {
            guard reason == nil, detail == nil else {
                throw Refusal(
                    field: "blocked_by", "not_waiting",
                    "\(target.name) is not a state that waits. Leave out what the case waits for.")
            }
            return []
        }
        let isMove = self.status != status
        guard let reason = reason ?? (isMove ? target.blockedBy : arrangement.blockedBy) else {
            let names = policy.coordination.blockedReasons.map(\.name).joined(separator: ", ")
            throw Refusal(
                field: "blocked_by", "missing", "Say what the case waits for in \(target.name): \(names).")
        }
        if !isMove, reason == arrangement.blockedBy, detail == nil { return [] }
        return [.coordination(.blocked(by: reason, detail: detail))]
    }

    /// The fact of the next update that the customer is promised.
    package func promising(at moment: Timestamp, now: Timestamp, policy: Policy) throws(Refusal) -> [CaseFact]
    {
        try refuseDone("promise an update", policy: policy)
        guard organisation != nil else {
            throw Refusal(
                .conflict, "no_customer", "\(number) is a request of a colleague; nobody waits outside.")
        }
        guard moment > now else {
            throw Refusal(field: "next_update_at", "in_the_past", "This time has passed already.")
        }
        return [.coordination(.updatePromised(at: moment))]
    }

    // MARK: Swarm

    /// The facts of somebody who helps with a stated contribution.
    package func swarming(
        _ person: Person, contribution: String, coordinates: Bool, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        try refuseDone("ask somebody to help", policy: policy)
        try checkStaff(person, field: "person")
        var facts = [
            CaseFact.coordination(.specialistAdded(person: person.id.raw, contribution: contribution))
        ]
        if coordinates { facts.append(.coordination(.coordinatorNamed(person: person.id.raw))) }
        return facts
    }

    /// The fact of naming who coordinates the technical work.
    package func coordinated(by person: Person, now: Coordination, policy: Policy) throws(Refusal)
        -> [CaseFact]
    {
        try refuseDone("name a coordinator", policy: policy)
        try checkStaff(person, field: "person")
        return now.coordinator == person.id ? [] : [.coordination(.coordinatorNamed(person: person.id.raw))]
    }

    /// The fact of a specialist who leaves.
    package func left(by person: Person, reason: String?, now: Coordination) throws(Refusal) -> [CaseFact] {
        guard now.specialists.contains(where: { $0.person == person.id }) || now.coordinator == person.id
        else {
            throw Refusal(
                field: "person", "not_helping", "\(person.name) is not among those who help with \(number).")
        }
        return [.coordination(.specialistLeft(person: person.id.raw, reason: reason))]
    }

    /// The fact of somebody who follows the case, or no longer does.
    package func watched(by person: Person, isOn: Bool, now: Coordination) throws(Refusal) -> [CaseFact] {
        let watches = now.watchers.contains(person.id)
        guard watches != isOn else { return [] }
        if isOn { try checkStaff(person, field: "person") }
        return [.coordination(isOn ? .watched(person: person.id.raw) : .unwatched(person: person.id.raw))]
    }
}
