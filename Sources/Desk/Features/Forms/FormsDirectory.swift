import Domain
import Storage

/// What was answered in the forms of a case, and what is missing: for all features.
package enum FormsDirectory {
    /// The forms of a case with everything that is known of their answers.
    ///
    /// Links to cases that the actor may not know of count as not there.
    package static func forms(
        of found: SupportCase, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> CaseForms {
        let history = try CaseHistory(of: found.id, in: tx)
        let links = actor.isCustomer ? [] : try RelationsDirectory.links(of: found.id, for: actor, in: tx)
        return try forms(of: found, history, links, for: actor, policy: policy, in: tx)
    }

    /// The same, by what was read already.
    static func forms(
        of found: SupportCase, _ history: CaseHistory, _ links: [CaseLink], for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws -> CaseForms {
        var state = actor.isCustomer ? ClosureState() : closure(of: found, history, links, policy)
        // Only a policy that asks for it pays for looking it up, and only where the case comes to its end.
        let phase = policy.phase(of: found.status)
        let isEnding = [.mitigated, .verifying, .resolved].contains(phase)
        let asks = policy.forms.contains { form in
            form.questions.contains { $0.check == .breachRecords && (isEnding || $0.neededTo == .resolve) }
        }
        if asks, !actor.isCustomer {
            let missed = try AttainmentDirectory.missed(of: found, history.facts, policy: policy, in: tx)
            state.missedPromises = missed.count
            state.unexplained = missed.filter { !$0.isExplained }.map(\.label)
        }
        return CaseForms(
            found, policy: policy, record: FormRecord(replaying: history.facts), closure: state)
    }

    /// The score of a form of a case; nil where policy has no such form.
    package static func score(
        of found: SupportCase, form: Form.Use, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> FormScore? {
        try forms(of: found, for: actor, policy: policy, in: tx).score(form)
    }

    /// What the software sees for the closure checklist.
    private static func closure(
        of found: SupportCase, _ history: CaseHistory, _ links: [CaseLink], _ policy: Policy
    ) -> ClosureState {
        var state = ClosureState()
        state.hasNarrative = found.narrative.map { !$0.isEmpty } ?? false
        state.rootCause = found.classification[.rootCause].map { policy.name(of: $0, in: \.rootCauses) }
        state.category = found.classification[.category].map { policy.name(of: $0, in: \.categories) }
        state.isRootCauseConfirmed = found.isRootCauseConfirmed
        state.hasWorkaroundOnly = history.investigation.hasWorkaroundOnly
        if let fix = history.investigation.fixVerification, fix.customerConfirms == true {
            state.customer = "They confirmed \(fix.fix)"
        }
        state.evidenceGaps = history.evidence.gaps(of: found, policy: policy)
        state.evidence = history.evidence.completenessWords(of: found, policy: policy)
        state.prevention = words(links.first { [.problem, .defect].contains($0.target.kind) })
        state.article = words(links.first { $0.target.kind == .article })
        return state
    }

    private static func words(_ link: CaseLink?) -> String? {
        link.map { "\($0.target.kind.label) \($0.target.name)" }
    }
}
