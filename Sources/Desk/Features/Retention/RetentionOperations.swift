import Diagnosis
import Domain
import Storage
import Web

/// Takes every word of a case whose time is over, and every byte of its evidence, away for good.
///
/// What is left says that there was a case, when, of whom, and that it was purged: the chain of the journal stays whole.
enum PurgeOperation {
    static let operation = AnyOperation(
        name: "case.purge", summary: "Purge the case", verb: "Purge for good", right: "retention.purge",
        place: .act(in: "cases", verb: "purge"), fields: input.descriptions, file: #fileID,
        destination: { answer, _ in "/cases/\(answer["number"]?.string ?? "")?done=saved" }, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
        decide: decide)

    private struct Input: Sendable {
        var id: String
        var isConfirmed: Bool
    }

    private static let input = Fields(
        Input.init, CaseFields.id,
        .flag("confirm", "It cannot be taken back").help("All words and files of the case go, for everybody.")
    )

    private static func decide(
        _ raw: RawInput, _ context: Context, _ tx: borrowing Transaction
    ) throws -> Decision {
        let input = try input.parse(raw, context.policy)
        let found = try CaseDirectory.findItself(input.id, for: context.actor, in: tx)
        let whole = try RetentionDirectory.whole(found, in: tx)
        if found.mergedInto != nil {
            throw Refusal(
                .conflict, "merged",
                "\(found.number) was merged into another case and goes with it. Purge the case that it leads to."
            )
        }
        for this in whole { try HoldDirectory.refuseTakingAway(from: this, in: tx) }
        let until = try keepUntil(found, context.policy, in: tx)
        guard until.moment <= context.now else {
            throw Refusal(
                .conflict, "not_over",
                "\(found.number) is kept until \(until.moment.day) (\(until.rule.name)). Nothing was taken away."
            )
        }
        guard input.isConfirmed else {
            throw Refusal(
                field: "confirm", "not_confirmed", "Confirm that all words and files of the case may go.")
        }
        var decision = Decision()
        // What was merged into the case is a part of it.
        for this in whole {
            try purge(this, by: until, into: &decision, in: tx)
        }
        decision.answer["id"] = .string(found.id.raw)
        decision.answer["number"] = .string(found.number)
        return decision
    }

    private static func purge(
        _ this: SupportCase, by until: (moment: Timestamp, rule: RetentionRules.CaseRule),
        into decision: inout Decision, in tx: borrowing Transaction
    ) throws {
        let journal = Journal(subjects: SubjectCatalog(FeatureCatalog().subjects))
        var erased = try journal.eraseBodies(of: this.ref, in: tx)
        var files: [String] = []
        let pieces = try EvidenceDirectory.all(of: this.id, for: .system, in: tx)
        for piece in pieces {
            if !piece.isRemoved { files.append(piece.hash) }
            erased += try journal.eraseBodies(of: piece.ref, in: tx)
        }
        let mail = try MailDirectory.purge(this, journal: journal, into: &decision, in: tx)
        erased += mail.erased
        files += mail.files
        try tx.execute(DraftStore.deleteAll(about: this.number))
        for subject in [this.ref] + pieces.map(\.ref) { try tx.execute(UndoStore.forget(about: subject)) }
        decision.record(
            CaseFact.retention(
                .purged(
                    .init(
                        rule: until.rule.id, keptUntil: until.moment,
                        entries: erased.map { .init(sequence: $0.sequence, digest: hex($0.digest)) },
                        files: files))), on: this.ref)
        for piece in pieces where !piece.isRemoved {
            let reason = "Purged: \(until.rule.name)"
            decision.record(EvidenceFact.removed(reason: reason), on: piece.ref)
            decision.record(
                CaseFact.evidence(.removed(evidence: piece.number, reason: reason)), on: this.ref)
            if piece.isPublic {
                decision.record(CaseFact.evidence(.hidden(evidence: piece.number)), on: this.ref)
            }
        }
    }

    private static func keepUntil(
        _ found: SupportCase, _ policy: Policy, in tx: borrowing Transaction
    ) throws -> (moment: Timestamp, rule: RetentionRules.CaseRule) {
        let account = try found.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx)?.record }
        guard found.closedAt != nil else {
            throw Refusal(
                .conflict, "not_closed", "\(found.number) is not closed, so its time has not begun to run.")
        }
        guard let until = policy.retention.keepUntil(found, of: account) else {
            throw Refusal(
                .conflict, "no_rule",
                "No rule of the policy says how long \(found.number) is kept, so it is kept.")
        }
        return until
    }

    private static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try CaseDirectory.findItself(id, for: actor, in: tx)
        var form = OperationForm(about: found.number, back: "/retention", backName: "Retention")
        do {
            try HoldDirectory.refuseTakingAway(from: found, in: tx)
            let until = try keepUntil(found, policy, in: tx)
            form.advice.append("Kept until \(until.moment.day) by the rule “\(until.rule.name)”.")
        } catch let refusal as Refusal {
            form.advice.append(refusal.message)
        }
        return form
    }
}
