extension SupportCase {
    /// The facts of the customer saying that it works again.
    ///
    /// Saying it twice changes nothing.
    package func fixConfirmed(
        _ text: String?, standing: CustomerStanding, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        guard canConfirmFix(policy) else {
            throw Refusal(
                .conflict, "nothing_to_confirm",
                "There is no fix of \(number) to confirm yet. Write to us if it works again all the same.")
        }
        return standing.confirmation == nil ? [.customer(.fixConfirmed(text: text))] : []
    }

    /// Whether there is something that the customer can try.
    package func canConfirmFix(_ policy: Policy) -> Bool {
        [.mitigated, .verifying, .resolved].contains(policy.phase(of: status))
    }

    /// The facts of the customer saying that it is not solved: a resolved case comes back within its window, a fix
    /// that is being proved goes back to work.
    package func notSolved(_ text: String, at now: Timestamp, policy: Policy) throws(Refusal) -> [CaseFact] {
        let reply = CaseFact.replied(text: text, fromCustomer: true)
        let reason = "The customer says it is not solved."
        switch policy.phase(of: status) {
        case .mitigated, .verifying:
            let next = policy.status(status)?.next.first { policy.phase(of: $0) == .open }
            guard let next else { return [reply] }
            return [reply, statusChange(to: next, reason: reason, policy: policy)]
        default: return try [reply] + reopened(reason: reason, at: now, policy: policy)
        }
    }
}

extension Actor {
    /// Whether the actor may do something for an organisation: its own people may, others as far as it was
    /// delegated to them.
    package func may(_ right: AccountDelegation.Right, for organisation: ID<Organisation>?) -> Bool {
        guard let organisation else { return false }
        return organisation == self.organisation || delegations[organisation]?.contains(right) == true
    }

    /// Refuses what was not delegated.
    package func require(
        _ right: AccountDelegation.Right, for organisation: ID<Organisation>?
    ) throws(Refusal) {
        guard !may(right, for: organisation) else { return }
        throw Refusal(
            .denied, "not_delegated",
            "You may read this, but “\(right.label)” was not delegated to you. Ask the organisation, or your support team."
        )
    }
}
