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
        let kinds =
            CaseFormFact.kinds
            + (actor.isCustomer ? [] : InvestigationFact.kinds + CaseEvidenceFact.kinds)
        let facts = try CaseDirectory.facts(of: found.id, kinds: kinds, in: tx)
        let links = actor.isCustomer ? [] : try RelationsDirectory.links(of: found.id, for: actor, in: tx)
        return forms(of: found, facts, links, for: actor, policy: policy)
    }

    /// The same, by what was read for the page already.
    static func forms(_ context: CasePartContext) -> CaseForms {
        forms(
            of: context.this, context.history.facts, context.links, for: context.actor, policy: context.policy
        )
    }

    private static func forms(
        of found: SupportCase, _ facts: [Recorded<CaseFact>], _ links: [CaseLink], for actor: Actor,
        policy: Policy
    ) -> CaseForms {
        CaseForms(
            found, policy: policy, record: FormRecord(replaying: facts),
            closure: actor.isCustomer ? ClosureState() : closure(of: found, facts, links, policy))
    }

    /// The score of a form of a case; nil where policy has no such form.
    package static func score(
        of found: SupportCase, form: Form.Use, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> FormScore? {
        try forms(of: found, for: actor, policy: policy, in: tx).score(form)
    }

    /// What the software sees for the closure checklist.
    private static func closure(
        of found: SupportCase, _ facts: [Recorded<CaseFact>], _ links: [CaseLink], _ policy: Policy
    ) -> ClosureState {
        var state = ClosureState()
        state.hasNarrative = found.narrative.map { !$0.isEmpty } ?? false
        state.rootCause = found.classification[.rootCause].map { policy.name(of: $0, in: \.rootCauses) }
        state.category = found.classification[.category].map { policy.name(of: $0, in: \.categories) }
        let investigation = Investigation(facts)
        state.isRootCauseConfirmed = found.isRootCauseConfirmed
        state.hasWorkaroundOnly = investigation.hasWorkaroundOnly
        if let fix = investigation.fixVerification, fix.customerConfirms == true {
            state.customer = "They confirmed \(fix.fix)"
        }
        let evidence = CaseEvidence(facts)
        state.evidenceGaps = evidence.gaps(of: found, policy: policy)
        state.evidence = evidence.completenessWords(of: found, policy: policy)
        state.prevention = words(links.first { [.problem, .defect].contains($0.target.kind) })
        state.article = words(links.first { $0.target.kind == .article })
        return state
    }

    private static func words(_ link: CaseLink?) -> String? {
        link.map { "\($0.target.kind.label) \($0.target.name)" }
    }
}
