extension SupportCase {
    private func call(_ number: String, in now: Coordination) throws(Refusal) -> Coordination.Call {
        guard let call = now.call(number) else {
            let known = now.calls.map(\.number).joined(separator: ", ")
            throw Refusal(
                field: "call", "not_found",
                "\(self.number) has no call “\(number)”."
                    + (known.isEmpty ? " Schedule one first." : " There are: \(known)."))
        }
        return call
    }

    /// The fact of a planned call.
    package func schedulingCall(
        topic: String, startsAt: Timestamp, joinLink: String?, attendees: [String], now: Coordination,
        policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        guard policy.phase(of: status) != .closed else {
            throw Refusal(.conflict, "case_closed", "\(number) is closed. Reopen it before you plan a call.")
        }
        if let joinLink { try Self.checkLink(joinLink) }
        return [
            .coordination(
                .callScheduled(
                    .init(
                        call: now.nextCall, topic: topic, startsAt: startsAt, joinLink: joinLink,
                        attendees: attendees)))
        ]
    }

    /// People press it, so nothing but a web address is a link.
    static func checkLink(_ link: String) throws(Refusal) {
        let rest = link.lowercased().hasPrefix("https://") ? link.dropFirst(8) : ""
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !host.isEmpty, !host.contains("@"), !link.contains(where: \.isWhitespace) else {
            throw Refusal(
                field: "join_link", "not_a_link",
                "The link to join must begin with https:// and name a host, such as https://meet.example/42.")
        }
    }

    /// The fact of something written down during a call.
    package func noting(_ text: String, onCall number: String, now: Coordination) throws(Refusal)
        -> [CaseFact]
    {
        let call = try call(number, in: now)
        if call.state == .cancelled {
            throw Refusal(
                .conflict, "call_cancelled", "\(call.number) was cancelled; nothing was said on it.")
        }
        return [.coordination(.callNoted(call: call.number, text: text))]
    }

    /// The fact of a call that begins at another time; none where it begins then already.
    package func movingCall(
        _ number: String, to startsAt: Timestamp, reason: String?, now: Coordination
    ) throws(Refusal) -> [CaseFact] {
        let call = try call(number, in: now)
        guard call.state == .planned else {
            throw Refusal(
                .conflict, "call_over",
                "\(call.number) \(call.state == .held ? "is over" : "was cancelled") already. Schedule another one."
            )
        }
        guard call.plan.startsAt != startsAt else { return [] }
        return [.coordination(.callMoved(call: call.number, startsAt: startsAt, reason: reason))]
    }

    /// The fact of a call that is over, or does not take place.
    package func endingCall(
        _ number: String, isHeld: Bool, summary: String?, now: Coordination
    ) throws(Refusal) -> [CaseFact] {
        let call = try call(number, in: now)
        guard call.state == .planned else {
            throw Refusal(
                .conflict, "call_over",
                "\(call.number) \(call.state == .held ? "is over" : "was cancelled") already.")
        }
        return [.coordination(.callEnded(call: call.number, isHeld: isHeld, summary: summary))]
    }

    /// The fact of something that a call leaves to be done, promised to the customer or not.
    package func followingUp(
        _ text: String, onCall number: String, owner: Person, dueAt: Timestamp?, isPromised: Bool,
        now: Coordination
    ) throws(Refusal) -> [CaseFact] {
        let call = try call(number, in: now)
        guard owner.isActive, !owner.isCustomer else {
            throw Refusal(
                field: "owner", "not_staff", "\(owner.name) does not work on cases here. Choose a colleague.")
        }
        if isPromised, dueAt == nil {
            throw Refusal(
                field: "due_at", "missing", "A promise needs a time. Say until when it will be kept.")
        }
        return [
            .coordination(
                .followUpAdded(
                    .init(
                        item: now.nextFollowUp, call: call.number, text: text, owner: owner.id.raw,
                        dueAt: dueAt, isPromised: isPromised)))
        ]
    }

    /// The fact of a follow-up that is done.
    package func finishingFollowUp(
        _ item: String, outcome: String?, now: Coordination
    ) throws(Refusal) -> [CaseFact] {
        guard let found = now.followUp(item) else {
            throw Refusal(field: "item", "not_found", "\(number) has no follow-up “\(item)”.")
        }
        guard found.doneAt == nil else { return [] }
        return [.coordination(.followUpDone(item: found.item, outcome: outcome))]
    }
}
