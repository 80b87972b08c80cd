extension SupportCase {
    /// The facts of giving the case to `person`.
    ///
    /// Giving it to its owner changes nothing.
    package func assigned(to person: Person, reason: String?, policy: Policy) throws(Refusal) -> [CaseFact] {
        guard policy.phase(of: status) != .closed else {
            throw Refusal(.conflict, "case_closed", "\(number) is closed. Reopen it before it changes hands.")
        }
        guard person.isActive else {
            throw Refusal(field: "assignee", "inactive", "\(person.name)’s account is not active.")
        }
        guard !person.isCustomer else {
            throw Refusal(
                field: "assignee", "not_staff", "\(person.name) is a customer and cannot own a case.")
        }
        guard owner == person.id || Self.mayOwn(person, policy: policy) else {
            throw Refusal(
                field: "assignee", "cannot_work",
                "\(person.name) may read cases but not work on them. Choose somebody who may.")
        }
        return owner == person.id ? [] : [.ownerChanged(owner: person.id.raw, reason: reason)]
    }

    /// Whether the role of somebody lets them work on a case that is theirs.
    package static func mayOwn(_ person: Person, policy: Policy) -> Bool {
        policy.rights(of: person.roles).contains("case.note")
    }

    /// The facts of putting a new case back into the queue, for anybody to take.
    ///
    /// From the first status on somebody is accountable, so that later a case can only change hands.
    package func released(reason: String?, policy: Policy) throws(Refusal) -> [CaseFact] {
        guard owner != nil else { return [] }
        guard status == policy.statuses.first?.id else {
            throw Refusal(
                .conflict, "in_work",
                "\(number) is in work, so somebody is accountable for it. Give it to somebody else instead.")
        }
        return [.ownerLeft(reason: reason)]
    }

    /// The facts of a new severity.
    package func withSeverity(_ severity: ID<Policy.Severity>, reason: String) -> [CaseFact] {
        self.severity == severity ? [] : [.severityChanged(severity: severity.raw, reason: reason)]
    }

    /// The facts of moving to another status, by the transitions of policy.
    ///
    /// Resolving and closing have operations of their own, since they have conditions of their own; nothing but a
    /// new case may be without an owner. A status that waits says for what.
    package func moved(
        to status: ID<Policy.Status>, reason: String?, blockedBy: String? = nil, detail: String? = nil,
        policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        let block = try blocked(in: status, by: blockedBy, detail: detail, policy: policy)
        guard self.status != status else { return block }
        try checkTransition(to: status, policy: policy)
        switch policy.phase(of: status) {
        case .resolved:
            throw Refusal(
                field: "status", "resolve_instead",
                "Use “Resolve”: a resolved case needs what was wrong and what was done.")
        case .closed: throw Refusal(field: "status", "close_instead", "Use “Close” to file the case away.")
        default: break
        }
        if [.resolved, .closed].contains(policy.phase(of: self.status)) {
            throw Refusal(field: "status", "reopen_instead", "Use “Reopen”, which asks why.")
        }
        guard owner != nil || status == policy.statuses.first?.id else {
            throw Refusal(
                .conflict, "no_owner",
                "\(number) has no owner. Take it or give it to somebody first: from here on one person is accountable."
            )
        }
        return [statusChange(to: status, reason: reason, policy: policy)] + block
    }

    /// The facts of resolving: every condition of policy is checked, and all that is missing is listed at once.
    package func resolved(
        narrative: String, customerSummary: String?, verdict: String, rootCause: String?, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        guard let target = policy.statuses.first(where: { $0.phase == .resolved }) else {
            throw Refusal(
                .conflict, "no_resolved_status", "The policy in force has no status for resolved cases.")
        }
        if [.resolved, .closed].contains(policy.phase(of: status)) {
            throw Refusal(.conflict, "already_resolved", "\(number) is already resolved.")
        }
        try checkTransition(to: target.id, policy: policy)
        var problems: [Refusal.Problem] = []
        func require(
            _ condition: Policy.ResolutionCondition, _ holds: Bool, _ field: String, _ message: String
        ) {
            if policy.resolutionRequires.contains(condition), !holds {
                problems.append(.init(field: field, code: "needed_to_resolve", message: message))
            }
        }
        // Whatever policy says: nothing but a new case may be without an owner.
        if owner == nil {
            let message = "Nobody owns the case. Take it or give it to somebody first."
            problems.append(.init(field: "owner", code: "needed_to_resolve", message: message))
        }
        require(
            .narrative, !narrative.trimmingWhitespace.isEmpty, "narrative",
            "Write what was wrong and what was done.")
        require(.verdict, !verdict.isEmpty, "verdict", "Choose what the case turned out to be.")
        require(
            .rootCause, rootCause != nil || classification[.rootCause] != nil, "root_cause",
            "Choose the root cause.")
        require(
            .component, classification[.component] != nil, "component",
            "Set the component of the case before resolving it.")
        require(
            .problemStatement, problemStatement != nil, "problem_statement",
            "Write the problem statement of the case before resolving it.")
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        return [
            .resolved(
                .init(
                    status: target.id.raw, narrative: narrative, customerSummary: customerSummary,
                    verdict: verdict,
                    rootCause: rootCause))
        ]
    }

    /// The facts of filing away a resolved case.
    package func closing(policy: Policy) throws(Refusal) -> [CaseFact] {
        guard policy.phase(of: status) != .closed else { return [] }
        guard policy.phase(of: status) == .resolved else {
            throw Refusal(
                .conflict, "not_resolved", "\(number) is not resolved yet. Resolve it before you close it.")
        }
        guard let target = policy.statuses.first(where: { $0.phase == .closed }) else {
            throw Refusal(
                .conflict, "no_closed_status", "The policy in force has no status for closed cases.")
        }
        try checkTransition(to: target.id, policy: policy)
        return [.closed(status: target.id.raw)]
    }

    /// The facts of reopening, within the window of policy.
    package func reopened(reason: String, at now: Timestamp, policy: Policy) throws(Refusal) -> [CaseFact] {
        guard [.resolved, .closed].contains(policy.phase(of: status)) else {
            throw Refusal(
                .conflict, "not_resolved", "\(number) is not resolved, so there is nothing to reopen.")
        }
        guard isWithinReopenWindow(at: now, policy: policy) else {
            throw Refusal(
                .conflict, "reopen_window_over",
                "\(number) was resolved more than \(policy.reopenWindowDays) days ago. "
                    + "Open a follow-up case: it is linked to \(number).")
        }
        try checkTransition(to: policy.reopenedStatus, policy: policy)
        return [.reopened(status: policy.reopenedStatus.raw, reason: reason)]
    }

    /// Whether the case may still come back as itself.
    package func isWithinReopenWindow(at now: Timestamp, policy: Policy) -> Bool {
        guard let end = resolvedAt ?? closedAt else { return true }
        return now <= end.adding(seconds: Int64(policy.reopenWindowDays) * 86_400)
    }

    /// The facts of a reply that the customer reads, or wrote.
    ///
    /// A customer's reply moves a case that waits for it back to work, and reopens a resolved one.
    package func replied(
        _ text: String, byCustomer: Bool, at now: Timestamp, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        let reply = CaseFact.replied(text: text, fromCustomer: byCustomer)
        let phase = policy.phase(of: status)
        guard byCustomer else {
            if phase == .closed {
                throw Refusal(
                    .conflict, "case_closed",
                    "\(number) is closed. Reopen it before you write to the customer.")
            }
            return [reply]
        }
        guard let next = policy.status(status)?.onCustomerReply, next != status else { return [reply] }
        if phase == .resolved || phase == .closed {
            return try [reply] + reopened(reason: "The customer replied.", at: now, policy: policy)
        }
        return [reply, statusChange(to: next, reason: "The customer replied.", policy: policy)]
    }

    /// The fact of a new status; a quiet one where the customer reads and is asked the same as before.
    package func statusChange(
        to next: ID<Policy.Status>, reason: String?, policy: Policy
    ) -> CaseFact {
        let (before, after) = (policy.status(status), policy.status(next))
        return .statusChanged(
            status: next.raw, phase: policy.phase(of: next), reason: reason,
            isQuiet: before != nil && before?.publicFace == after?.publicFace)
    }

    /// The statuses that the case can be in after “Change status”: the present one, and where policy lets it go from there.
    ///
    /// From one that policy no longer knows it can go anywhere. Resolving, closing and reopening are steps of their own, and
    /// without an owner nothing but a new case is.
    package func statusesWithinReach(policy: Policy) -> [Policy.Status] {
        let current = policy.status(status)
        let isOver = current.map { [.resolved, .closed].contains($0.phase) } ?? false
        return policy.statuses.filter { other in
            if other.id == status { return true }
            guard !isOver, ![.resolved, .closed].contains(other.phase) else { return false }
            return (current?.next.contains(other.id) ?? true)
                && (owner != nil || other.id == policy.statuses.first?.id)
        }
    }

    private func checkTransition(to next: ID<Policy.Status>, policy: Policy) throws(Refusal) {
        guard let target = policy.status(next) else {
            throw Refusal(
                field: "status", "unknown_choice", "“\(next)” is not a status of the policy in force.")
        }
        guard let current = policy.status(status), !current.next.contains(next) else { return }
        let allowed = current.next.compactMap { policy.status($0)?.name }.joined(separator: ", ")
        throw Refusal(
            field: "status", "transition_not_allowed",
            "From \(current.name) a case cannot go to \(target.name). Allowed: \(allowed).")
    }
}

extension Policy.Status {
    /// All that a customer can tell of a status: its words, whether it waits for them, whether there is a fix to try, and
    /// whether it is over.
    fileprivate var publicFace: [String] {
        let isAsking = phase == .waiting && onCustomerReply != nil
        let isTried = [.mitigated, .verifying].contains(phase)
        let isDone = [.resolved, .closed].contains(phase)
        return [customerWords, "\(isAsking)", "\(isTried)", "\(isDone)"]
    }
}
