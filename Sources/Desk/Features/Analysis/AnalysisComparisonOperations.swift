import Diagnosis
import Domain
import Storage
import Web

/// Compares a log with another one, of the same or of another customer, or two stretches of its time.
///
/// A comparison is a working paper, so nothing is recorded: what comes out follows from the bytes.
enum AnalysisComparisonOperations {
    /// The newest comparisons of a piece are kept.
    private static let kept = 20

    private struct Input: Sendable {
        var id: String
        var other: String?
        var from: String?
        var to: String?
        var beforeFrom: String?
        var beforeTo: String?
    }

    private static let input = Fields(
        Input.init, EvidenceFields.id,
        .optional(
            Field<String>.line("with", "Compare with", maxBytes: 120)
                .help(
                    "E2 for another piece of this case, TL-17.E1 for one of another case. Empty: another time of this log."
                )),
        .optional(
            Field<String>.line("from", "From", maxBytes: 60)
                .help("What counts of this log: not before this time. As 2026-11-20 09:30.")),
        .optional(
            Field<String>.line("to", "To", maxBytes: 60).help("What counts of this log: before this time.")),
        .optional(
            Field<String>.line("before_from", "Compared with, from", maxBytes: 60)
                .help("What counts of the other. Empty: all of it; of this log all that came before.")),
        .optional(
            Field<String>.line("before_to", "Compared with, to", maxBytes: 60)
                .help("Times are in the zone that the evidence names, else in UTC.")))

    /// Asks for a comparison.
    static let compare = AnyOperation(
        name: "evidence.compare", summary: "Compare this log with another", verb: "Compare",
        right: AnalysisOperations.right, place: .act(in: "evidence", verb: "compare"),
        fields: input.descriptions, file: #fileID,
        destination: { answer, _ in
            "/cases/\(answer["case"]?.string ?? "")/evidence/\(answer["evidence"]?.string ?? "")/comparisons/\(answer["id"]?.string ?? "")"
        }, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
        decide: { raw, context, tx in
            let input = try input.parse(raw, context.policy)
            let (this, found) = try AnalysisOperations.readable(
                input.id, for: context.actor, policy: context.policy, in: tx)
            let other = try other(input, than: found, of: this, context, in: tx)
            let comparison = try comparison(input, this, found, other, context)
            try tx.execute(AnalysisComparisonQueries.insert(comparison))
            try tx.execute(AnalysisComparisonQueries.forgetOld(of: found.id.raw, keeping: kept))
            var decision = Decision()
            decision.answer["id"] = .string(comparison.id)
            decision.answer["evidence"] = .string(found.number)
            decision.answer["case"] = .string(this.number)
            return decision
        })

    /// The piece that is compared with: this one where none is named.
    private static func other(
        _ input: Input, than found: Evidence, of this: SupportCase, _ context: Context,
        in tx: borrowing Transaction
    ) throws -> Evidence {
        guard let name = input.other else { return found }
        let whole = name.contains(".") || name.utf8.count > 12 ? name : "\(this.number).\(name)"
        do {
            return try AnalysisOperations.readable(
                whole, for: context.actor, policy: context.policy, in: tx
            ).evidence
        } catch let refusal as Refusal where refusal.reason == .notFound {
            throw Refusal(
                field: "with", "unknown_evidence",
                "There is no piece of evidence “\(name)” that you may see. Write E2, or TL-17.E1 for one of another case."
            )
        }
    }

    private static func comparison(
        _ input: Input, _ this: SupportCase, _ found: Evidence, _ other: Evidence, _ context: Context
    ) throws(Refusal) -> EvidenceComparison {
        func moment(_ text: String?, _ field: String, _ zone: String?) throws(Refusal) -> Timestamp? {
            guard let text else { return nil }
            return try ZonedTime.moment(text, zone: zone, field: field)
        }
        let (zone, otherZone) = (found.details[.zone], other.details[.zone])
        let comparison = EvidenceComparison(
            id: context.newID(), caseID: this.id, evidence: found.id, other: other.id,
            now: .init(from: try moment(input.from, "from", zone), to: try moment(input.to, "to", zone)),
            before: .init(
                from: try moment(input.beforeFrom, "before_from", otherZone),
                to: try moment(input.beforeTo, "before_to", otherZone)),
            askedBy: context.actor.id, askedAt: context.now)
        try comparison.refuse()
        return comparison
    }

    private static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let (this, found) = try EvidenceDirectory.find(id, for: actor, in: tx)
        var form = OperationForm(
            about: "\(found.number), \(this.number)", back: "/cases/\(this.number)/evidence/\(found.number)")
        let own = try EvidenceDirectory.all(of: this.id, for: actor, in: tx)
            .filter { $0.id != found.id && !$0.isRemoved }.suffix(6)
            .map { "\($0.number) is “\($0.name)”" }
        let similar = try AnalysisDirectory.similar(to: this, for: actor, limit: 4, in: tx).flatMap {
            other, _ in
            try EvidenceDirectory.all(of: other.id, for: actor, in: tx).filter { !$0.isRemoved }.suffix(2)
                .map {
                    "\(other.number).\($0.number) is “\($0.name)”, of the similar case “\(other.subject)”"
                }
        }
        form.hints = own + similar
        return form
    }
}
