/// Words for the customer, with all that is to happen once they are sent.
package struct OutwardMessage: Equatable, Sendable {
    /// The words.
    package var text: String
    /// What the customer's executives read in place of them.
    package var executives: String?
    /// What those of the house read who answer for the customer.
    package var accountTeam: String?
    /// What colleagues read.
    package var note: String?
    /// The status after they are sent.
    package var status: String?
    /// What the case waits for then.
    package var blockedBy: String?
    /// When the customer is told that we write again.
    package var nextUpdateAt: Timestamp?
    /// What is done next.
    package var nextAction: String?
    /// Until when.
    package var nextActionDueAt: Timestamp?

    /// A message of these words.
    package init(_ text: String) { self.text = text }
}

extension SupportCase {
    /// The facts of words that each audience reads for itself.
    ///
    /// What executives read comes directly before the message that it stands for.
    package func told(
        _ message: OutwardMessage, at now: Timestamp, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        var facts: [CaseFact] = []
        if let text = message.executives { facts.append(.outward(.executiveUpdate(text: text))) }
        facts += try replied(message.text, byCustomer: false, at: now, policy: policy)
        if let text = message.accountTeam { facts.append(.outward(.accountUpdate(text: text))) }
        if let text = message.note { facts.append(.noted(text: text)) }
        return facts
    }

    // MARK: Reviews

    /// Whether a second person reads what is written to the customer of this case before it is sent.
    ///
    /// For a restricted case its security owner alone speaks, and nobody beside them.
    package func needsReview(by policy: Policy) -> Bool {
        organisation != nil && restriction == nil && policy.messageReview.severities.contains(severity.raw)
    }

    /// The facts of a message that waits for its review.
    /// - Parameters:
    ///   - replaced: the number of the message that it takes the place of.
    ///   - owed: when clocks end that only a message to the customer stops.
    package func holding(
        _ message: OutwardMessage, replacing replaced: String?, now reviews: MessageReviews,
        owed: [Timestamp], in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try refuseSpeaking(by: context.actor)
        guard context.policy.phase(of: status) != .closed else {
            throw Refusal(
                .conflict, "case_closed", "\(number) is closed. Reopen it before you write to the customer.")
        }
        if let same = reviews.open.first(where: { $0.held.text == message.text }), replaced == nil {
            throw Refusal(
                .conflict, "held_already",
                "The same words wait for a review already, as \(same.number). Nothing is sent twice.")
        }
        var held = OutwardFact.Held(
            message: reviews.next, text: message.text,
            reviewBy: context.policy.messageReview.reviewBy(from: context.now, owed: owed))
        (held.status, held.blockedBy) = (message.status, message.blockedBy)
        (held.executives, held.accountTeam) = (message.executives, message.accountTeam)
        held.note = message.note
        (held.nextUpdateAt, held.replaces) = (message.nextUpdateAt, replaced)
        (held.nextAction, held.nextActionDueAt) = (message.nextAction, message.nextActionDueAt)
        return [.outward(.held(held))]
    }

    /// What sending a held message is now, and the fields of it that do not fit any more: a status that cannot be reached
    /// from here, a time that has passed.
    package func sending(
        _ review: MessageReviews.Review, at now: Timestamp, policy: Policy
    ) throws(Refusal) -> (facts: [CaseFact], leftOut: [String]) {
        let held = review.held
        guard held.text != FactBody.erasedText else {
            throw Refusal(
                .conflict, "erased", "The words of \(held.message) were erased. There is nothing to send.")
        }
        guard restriction == nil else {
            throw Refusal(
                .conflict, "restricted_since",
                "\(number) was restricted after \(held.message) was written: only its security owner writes to the customer."
            )
        }
        var message = OutwardMessage(held.text)
        (message.executives, message.accountTeam) = (held.executives, held.accountTeam)
        message.note = held.note
        var facts = try told(message, at: now, policy: policy)
        var leftOut: [String] = []
        func add(_ field: String, _ more: () throws(Refusal) -> [CaseFact]) {
            do { facts += try more() } catch { leftOut.append(field) }
        }
        if let status = held.status {
            add("status") { () throws(Refusal) in
                try moved(to: ID(status), reason: nil, blockedBy: held.blockedBy, policy: policy)
            }
        }
        if let moment = held.nextUpdateAt {
            add("next_update_at") { () throws(Refusal) in
                try promising(at: moment, now: now, policy: policy)
            }
        }
        if let text = held.nextAction, let dueAt = held.nextActionDueAt {
            add("next_action") { () throws(Refusal) in
                try nextAction(text, owner: owner ?? ID(review.writer), dueAt: dueAt, at: now, policy: policy)
            }
        }
        return (facts, leftOut)
    }

    /// Refuses whoever cannot be the second person.
    package func refuseReviewing(_ review: MessageReviews.Review, by actor: Actor) throws(Refusal) {
        guard review.writer != actor.id else {
            throw Refusal(
                .denied, "own_message",
                "You wrote \(review.number) yourself: somebody else reads it before it is sent.")
        }
    }

    // MARK: What the software does

    /// What is due for the words to the customer of this case, that nobody has to do: messages that nobody reviewed in
    /// time, reminders, and the end of waiting.
    /// - Parameters:
    ///   - facts: those of the case, notes left out.
    ///   - version: that of the policy in force, which stands in what is done.
    package func outwardDeeds(
        _ facts: [Recorded<CaseFact>], policy: Policy, version: Int, at now: Timestamp
    ) -> Decision {
        var decision = Decision()
        if policy.messageReview.whenOver == .send {
            for review in MessageReviews(facts).open where review.held.reviewBy <= now {
                // What was erased or belongs to a closed case waits until somebody takes it back.
                guard let (sent, leftOut) = try? sending(review, at: now, policy: policy) else { continue }
                decision.record(
                    CaseFact.outward(
                        .released(message: review.number, policy: version, leftOut: leftOut)), on: ref)
                var message = Decision()
                message.record(sent, on: ref)
                decision.record(message.signed(by: review.writer))
                // One at a time: what the next one may do depends on this one.
                return decision
            }
        }
        guard mergedInto == nil, let terms = policy.noResponse else { return decision }
        let silence = NoResponse(facts, policy: policy)
        guard let next = silence.next(of: self, policy: policy), next.at <= now else { return decision }
        switch next.what {
        case .reminder(let number):
            decision.record(
                CaseFact.outward(
                    .reminded(
                        text: Self.reminder(
                            terms, silence.steps(of: self, policy: policy), next, policy, now),
                        number: number, of: max(terms.reminders.count, number), policy: version)), on: ref)
        case .resolve: decision.record(givingUp(silence, terms, policy, version), on: ref)
        }
        return decision
    }

    /// The words of a reminder, with the day on which we no longer wait.
    private static func reminder(
        _ terms: NoResponseTerms, _ steps: [NoResponse.Step], _ this: NoResponse.Step, _ policy: Policy,
        _ now: Timestamp
    ) -> String {
        // What comes later counts from when this one is sent.
        let hours = policy.serviceLevels.hours[terms.calendar] ?? .always
        let working = steps.drop { $0 != this }.dropFirst().count
        let rest = terms.reminders.suffix(max(0, working - 1)).reduce(terms.resolveAfter, +)
        guard let end = hours.date(after: Int64(rest) * 1_000_000, from: now) else { return terms.reminder }
        return terms.reminder
            + "\n\nWithout an answer we close this case on \(end.day), unconfirmed. One reply opens it again."
    }

    private func givingUp(
        _ silence: NoResponse, _ terms: NoResponseTerms, _ policy: Policy, _ version: Int
    ) -> [CaseFact] {
        guard let target = policy.statuses.first(where: { $0.phase == .resolved }) else { return [] }
        let count = silence.reminders.count
        let since = silence.since.map { " since \($0.day)" } ?? ""
        return [
            .outward(.givenUp(reminders: count, policy: version)),
            .resolved(
                .init(
                    status: target.id.raw,
                    narrative:
                        "The customer did not answer\(since), nor to \(count == 1 ? "one reminder" : "\(count) reminders"). Resolved by the software, unconfirmed.",
                    customerSummary: terms.closing, verdict: terms.verdict, rootCause: nil)),
        ]
    }

    /// The fact of stopping the reminders.
    package func stoppingReminders(
        reason: String, now silence: NoResponse, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        guard !silence.steps(of: self, policy: policy).isEmpty else {
            throw Refusal(
                .conflict, "no_reminders",
                "Nobody is reminded at \(number) now: it does not wait for the customer, or the reminders are stopped."
            )
        }
        return [.outward(.remindersStopped(reason: reason))]
    }

    /// The fact of letting the reminders go on; the time to the next one begins anew.
    package func resumingReminders(now silence: NoResponse) throws(Refusal) -> [CaseFact] {
        guard silence.stopped != nil else {
            throw Refusal(.conflict, "not_stopped", "The reminders of \(number) are not stopped.")
        }
        return [.outward(.remindersResumed)]
    }
}
