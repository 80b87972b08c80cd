import Domain
import Storage

/// What is known of the investigation of a case, for other features.
///
/// Whoever asks has found the case through `CaseDirectory` before.
package enum InvestigationDirectory {
    /// The investigation of a case as it stands.
    package static func investigation(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> Investigation {
        Investigation(try CaseDirectory.facts(of: id, kinds: InvestigationFact.kinds, in: tx))
    }

    /// Every internal text of the investigation: what must not be repeated to customers word by word.
    package static func internalTexts(
        of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> [String] {
        let facts = try CaseDirectory.facts(of: id, kinds: ["case.note_structured"], in: tx)
        return facts.flatMap { fact -> [String] in
            guard case .investigation(.noteStructured(let parts)) = fact.body else { return [] }
            return Array(parts.values)
        }
    }

    /// What may be cited on a case: pieces of evidence whose bytes are there and that the actor may read.
    ///
    /// Evidence that is restricted for the actor counts as absent, so that nobody confirms a cause with what they
    /// cannot have looked at.
    static func citable(
        on found: SupportCase, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> CitableEvidence {
        let pieces = try EvidenceDirectory.all(of: found.id, for: actor, in: tx).filter {
            !$0.isRemoved && $0.isReadable(by: actor, policy: policy)
        }
        return CitableEvidence(numbers: Set(pieces.map(\.number)), entries: found.version.number)
    }

    /// What pages need to know of the evidence that an investigation names: nothing is read where it names none.
    static func cited(
        by all: Investigation, on found: SupportCase, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws -> CitableEvidence {
        all.hypotheses.allSatisfy(\.evidence.isEmpty)
            ? CitableEvidence(numbers: [], entries: found.version.number)
            : try citable(on: found, for: actor, policy: policy, in: tx)
    }

    /// The label and present value of an aspect of an investigation, for somebody who edited it too; nil for others.
    static func describe(
        _ aspect: String, of id: ID<SupportCase>, in tx: borrowing Transaction
    ) throws -> (label: String, value: String)? {
        let parts = aspect.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        let all = try investigation(of: id, in: tx)
        switch parts[0] {
        case "hypothesis":
            guard let found = all.hypotheses.first(where: { $0.id == parts[1] }) else { return nil }
            return ("\(found.id), what it says", found.wording.statement)
        case "hypothesis_state":
            guard let found = all.hypotheses.first(where: { $0.id == parts[1] }) else { return nil }
            return ("\(found.id), where it stands", found.state.words)
        case "boundary":
            guard let question = BoundaryQuestion(rawValue: parts[1]) else { return nil }
            let boundary = all.boundaries[question] ?? Boundary()
            let rows = [
                ("Is", boundary.holds), ("Is not", boundary.holdsNot), ("Different", boundary.different),
            ]
            let words = rows.compactMap { label, text in text.map { "\(label): \($0)" } }
            return (question.words, words.isEmpty ? "not answered" : words.joined(separator: "\n"))
        case "workaround":
            guard let found = all.workarounds.first(where: { $0.id == parts[1] }) else { return nil }
            return (
                "Workaround \(found.id)",
                found.withdrawnBecause.map { "withdrawn: \($0)" } ?? found.workaround.text
            )
        default: return nil
        }
    }
}
