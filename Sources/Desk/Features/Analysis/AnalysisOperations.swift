import Diagnosis
import Domain
import Storage
import Web

extension AnalysisFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnalysisOperations.again, AnalysisOperations.stop, AnalysisComparisonOperations.compare,
    ]
}

/// Analyses asked for again, and stopped.
///
/// They are working papers, so nothing is recorded: what came out follows from the bytes.
enum AnalysisOperations {
    static let right: Right = "evidence.describe"

    private static let reference = Fields({ $0 }, EvidenceFields.id)

    /// Analyses a piece of evidence anew.
    static let again = AnyOperation(
        name: "evidence.analyse", summary: "Analyse again", verb: "Analyse again", right: right,
        place: .act(in: "evidence", verb: "analyse"), fields: reference.descriptions, file: #fileID,
        destination: destination, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try reference.parse(raw, policy) },
        decide: { raw, context, tx in
            let (this, found) = try readable(
                try reference.parse(raw, context.policy), for: context.actor, policy: context.policy, in: tx)
            try AnalysisDirectory.find(found.id, in: tx)?.refuseAgain()
            try tx.execute(
                AnalysisQueries.ask(found.id.raw, of: this.id.raw, size: found.size, at: context.now))
            return answer(this, found)
        })

    /// Stops the analysis of a piece of evidence; what came out of an earlier one stays.
    static let stop = AnyOperation(
        name: "evidence.stop_analysis", summary: "Stop the analysis", verb: "Stop", right: right,
        place: .act(in: "evidence", verb: "stop_analysis"), fields: reference.descriptions, file: #fileID,
        destination: destination, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try reference.parse(raw, policy) },
        decide: { raw, context, tx in
            let (this, found) = try readable(
                try reference.parse(raw, context.policy), for: context.actor, policy: context.policy, in: tx)
            guard let analysis = try AnalysisDirectory.find(found.id, in: tx) else {
                throw Refusal.notFound("analysis")
            }
            try analysis.refuseStop()
            if analysis.state == .waiting {
                try tx.execute(AnalysisQueries.stop(found.id.raw, at: context.now))
            } else {
                try tx.execute(AnalysisQueries.askToStop(found.id.raw))
            }
            return answer(this, found)
        })

    /// The piece, whose bytes must be there and readable by whoever asks.
    static func readable(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> (this: SupportCase, evidence: Evidence) {
        let (this, found) = try EvidenceDirectory.find(id, for: actor, in: tx)
        guard !found.isRemoved else {
            throw Refusal(.conflict, "evidence_removed", "The bytes of \(found.number) were taken away.")
        }
        guard found.isReadable(by: actor, policy: policy) else {
            throw Refusal(
                .denied, "restricted", "\(found.number) is restricted. Ask somebody who may read it.")
        }
        return (this, found)
    }

    private static func answer(_ this: SupportCase, _ found: Evidence) -> Decision {
        var decision = Decision()
        decision.answer["id"] = .string(found.id.raw)
        decision.answer["number"] = .string(found.number)
        decision.answer["case"] = .string(this.number)
        return decision
    }

    private static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases/\(answer["case"]?.string ?? "")/evidence/\(answer["number"]?.string ?? "")"
    }

    private static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let (this, found) = try EvidenceDirectory.find(id, for: actor, in: tx)
        return OperationForm(
            about: "\(found.number), \(this.number)", back: "/cases/\(this.number)/evidence/\(found.number)")
    }
}
