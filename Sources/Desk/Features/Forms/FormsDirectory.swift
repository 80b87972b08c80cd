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
        let facts = try CaseDirectory.facts(of: found.id, kinds: CaseFormFact.kinds, in: tx)
        return CaseForms(
            found, policy: policy, record: FormRecord(replaying: facts),
            closure: actor.isCustomer
                ? ClosureState() : try closure(of: found, for: actor, policy: policy, in: tx))
    }

    /// The score of a form of a case; nil where policy has no such form.
    package static func score(
        of found: SupportCase, form: Form.Use, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> FormScore? {
        try forms(of: found, for: actor, policy: policy, in: tx).score(form)
    }

    /// What the software sees for the closure checklist.
    private static func closure(
        of found: SupportCase, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ClosureState {
        var state = ClosureState()
        state.hasNarrative = found.narrative.map { !$0.isEmpty } ?? false
        state.rootCause = found.classification[.rootCause].map { policy.name(of: $0, in: \.rootCauses) }
        state.category = found.classification[.category].map { policy.name(of: $0, in: \.categories) }
        let investigation = try InvestigationDirectory.investigation(of: found.id, in: tx)
        state.isRootCauseConfirmed = found.isRootCauseConfirmed
        state.hasWorkaroundOnly = investigation.hasWorkaroundOnly
        if let fix = investigation.fixVerification, fix.customerConfirms == true {
            state.customer = "They confirmed \(fix.fix)"
        }
        let evidence = try EvidenceDirectory.state(of: found.id, in: tx)
        state.evidenceGaps = evidence.gaps(of: found, policy: policy)
        state.evidence = evidence.completenessWords(of: found, policy: policy)
        let links = try RelationsDirectory.links(of: found.id, for: actor, in: tx)
        state.prevention = words(links.first { [.problem, .defect].contains($0.target.kind) })
        state.article = words(links.first { $0.target.kind == .article })
        return state
    }

    private static func words(_ link: CaseLink?) -> String? {
        link.map { "\($0.target.kind.label) \($0.target.name)" }
    }
}
