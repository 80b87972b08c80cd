/// Who is meant to take a case.
package enum HandoverReceiver: Sendable {
    /// One person.
    case person(Person)
    /// Anybody of a role; `people` are those who hold it and may know of the case.
    case role(Policy.Role, people: [Person])
}

extension SupportCase {
    /// The right without which nobody can take a case over.
    package static let acceptRight: Right = "case.accept_handover"

    private func refuseDone(_ what: String, policy: Policy) throws(Refusal) {
        let phase = policy.phase(of: status)
        guard phase == .resolved || phase == .closed else { return }
        throw Refusal(
            .conflict, "case_done",
            "\(number) is \(phase == .closed ? "closed" : "resolved"). Reopen it before you \(what).")
    }

    // MARK: Hand-over

    /// The facts of offering the case to somebody.
    ///
    /// It stays its owner’s until it is accepted. An offer that nobody answered yet is replaced by this one.
    /// - Parameters:
    ///   - brief: what the receiver reads; nil or empty for what was generated.
    ///   - generated: what the case itself says.
    ///   - acceptBy: until when its service level wants it accepted; nil for what holds for all hand-overs.
    package func handingOver(
        to receiver: HandoverReceiver, way: HandoffFact.Way, brief: String?, generated: String,
        acceptBy: Timestamp? = nil, now handoffs: Handoffs, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try refuseDone("hand it over", policy: context.policy)
        guard let owner else {
            throw Refusal(
                .conflict, "no_owner",
                "Nobody owns \(number), so there is nobody to take it over from. Give it to somebody instead."
            )
        }
        var (person, role): (String?, String?) = (nil, nil)
        switch receiver {
        case .person(let one):
            try check(one, owner: owner, in: context)
            person = one.id.raw
        case .role(let one, let people):
            guard people.contains(where: { $0.id != owner && mayAccept($0, in: context.policy) }) else {
                throw Refusal(
                    field: "role", "nobody",
                    "Nobody else with the role \(one.name) is active, may know of \(number) and may accept it."
                )
            }
            role = one.id
        }
        let text = brief?.trimmingWhitespace ?? ""
        let sent = text.isEmpty ? generated : text
        if let open = handoffs.open, open.offer.person == person, open.offer.role == role,
            open.offer.way == way, open.offer.brief == sent
        {
            return []
        }
        return [
            .handoff(
                .offered(
                    HandoffFact.Offer(
                        handover: handoffs.nextHandover, way: way, from: owner.raw, person: person,
                        role: role, brief: sent,
                        generated: sent == generated.trimmingWhitespace ? nil : generated,
                        acceptBy: acceptBy
                            ?? context.now.adding(
                                seconds: Int64(context.policy.handover.acceptMinutes) * 60))))
        ]
    }

    private func check(_ person: Person, owner: ID<Person>, in context: Context) throws(Refusal) {
        guard person.isActive else {
            throw Refusal(
                field: "to", "inactive",
                "\(person.name) left: the account is not active. Choose somebody who is there.")
        }
        guard !person.isCustomer else {
            throw Refusal(
                field: "to", "not_staff", "\(person.name) is a customer and cannot own a case.")
        }
        guard person.id != owner else {
            throw Refusal(
                field: "to", "already_owner", "\(person.name) owns \(number) already. Choose somebody else.")
        }
        guard person.id.raw != context.actor.id else {
            throw Refusal(
                field: "to", "yourself", "You would hand \(number) over to yourself. Take it instead.")
        }
        guard mayAccept(person, in: context.policy) else {
            throw Refusal(
                field: "to", "may_not_accept", "The role of \(person.name) does not allow taking cases over.")
        }
    }

    private func mayAccept(_ person: Person, in policy: Policy) -> Bool {
        policy.rights(of: person.roles).contains(Self.acceptRight)
    }

    /// The offer that waits for an answer of the actor.
    private func offered(_ handoffs: Handoffs, to actor: Actor) throws(Refusal) -> Handoffs.Handover {
        guard let open = handoffs.open else {
            throw Refusal(
                .conflict, "no_handover",
                "\(number) is not offered to anybody now. Its page says how it stands.")
        }
        guard open.isOffered(to: actor) else {
            throw Refusal(
                .denied, "not_offered_to_you",
                "\(number) is not offered to you. Whoever it is offered to accepts it or gives it back.")
        }
        return open
    }

    /// The facts of taking the case: whoever accepts owns it, and the next action with it where it was the leaver's and
    /// is still ahead.
    package func acceptingHandover(
        comment: String?, now handoffs: Handoffs, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        let open = try offered(handoffs, to: context.actor)
        var facts: [CaseFact] = [
            .handoff(.accepted(handover: open.number, comment: comment)),
            .ownerChanged(owner: context.actor.id, reason: nil),
        ]
        if let text = arrangement.nextAction, let due = arrangement.nextActionDueAt, due > context.now,
            arrangement.nextActionOwner?.raw == open.offer.from
        {
            facts.append(
                .coordination(.nextActionSet(text: text, owner: context.actor.id, dueAt: due)))
        }
        return facts
    }

    /// The fact of giving the case back: it stays whose it was.
    /// - Parameter lacking: what is missing, in words.
    package func returningHandover(
        reason: String, lacking: [String], now handoffs: Handoffs, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        let open = try offered(handoffs, to: context.actor)
        return [.handoff(.returned(handover: open.number, reason: reason, lacking: lacking))]
    }

    /// The fact of taking the offer back before it is answered.
    package func withdrawingHandover(
        reason: String?, now handoffs: Handoffs, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        guard let open = handoffs.open else {
            throw Refusal(.conflict, "no_handover", "\(number) is not offered to anybody now.")
        }
        guard [open.offer.from, open.offeredBy].contains(context.actor.id) else {
            throw Refusal(
                .denied, "not_yours", "Only whoever offered \(number) can take the offer back.")
        }
        return [.handoff(.withdrawn(handover: open.number, reason: reason))]
    }

    // MARK: Stuck

    /// The fact of somebody who does not get on and asks for help.
    package func askingToUnblock(
        stuck: String, tried: String, now handoffs: Handoffs, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        try refuseDone("ask to be unblocked", policy: policy)
        return [
            .handoff(
                .unblockAsked(
                    HandoffFact.Stuck(request: handoffs.nextRequest, stuck: stuck, tried: tried)))
        ]
    }

    /// The request that is meant: the one of the number, or the only open one where no number is given.
    private func request(
        _ number: String?, _ handoffs: Handoffs
    ) throws(Refusal) -> Handoffs.UnblockRequest {
        if let number {
            guard let found = handoffs.request(number) else {
                throw Refusal(
                    field: "request", "not_found", "\(self.number) has no request “\(number)”.")
            }
            return found
        }
        guard let found = handoffs.openRequests.first else {
            throw Refusal(.conflict, "nobody_stuck", "Nobody asked to be unblocked at \(self.number) now.")
        }
        guard handoffs.openRequests.count == 1 else {
            let numbers = handoffs.openRequests.map(\.number).joined(separator: ", ")
            throw Refusal(field: "request", "which", "Say which of them is answered: \(numbers).")
        }
        return found
    }

    private func openRequest(
        _ number: String?, _ handoffs: Handoffs
    ) throws(Refusal) -> Handoffs.UnblockRequest {
        let found = try request(number, handoffs)
        guard found.isOpen else {
            throw Refusal(
                .conflict, "already_settled",
                found.answer == nil
                    ? "\(found.number) was taken back already." : "\(found.number) was answered already.")
        }
        return found
    }

    /// The fact of an answer to somebody who is stuck.
    package func unblocking(
        _ number: String?, answer: String, isReusable: Bool, now handoffs: Handoffs, by actor: Actor
    ) throws(Refusal) -> [CaseFact] {
        let found = try openRequest(number, handoffs)
        guard found.askedBy != actor.id else {
            throw Refusal(
                .conflict, "own_request",
                "You asked this yourself. If you get on by now, take the request back and say how.")
        }
        return [
            .handoff(.unblockAnswered(request: found.number, answer: answer, isReusable: isReusable))
        ]
    }

    /// The fact of somebody who gets on without an answer.
    package func withdrawingUnblock(
        _ number: String?, reason: String, now handoffs: Handoffs
    ) throws(Refusal) -> [CaseFact] {
        let found = try openRequest(number, handoffs)
        return [.handoff(.unblockWithdrawn(request: found.number, reason: reason))]
    }

    /// The fact of an answer that is of use to others, or no longer is.
    package func markingAnswer(
        _ number: String, isReusable: Bool, now handoffs: Handoffs
    ) throws(Refusal) -> [CaseFact] {
        let found = try request(number, handoffs)
        guard found.answer != nil else {
            throw Refusal(.conflict, "no_answer", "\(found.number) has no answer that could be marked.")
        }
        return found.isReusable == isReusable
            ? [] : [.handoff(.answerMarked(request: found.number, isReusable: isReusable))]
    }
}
