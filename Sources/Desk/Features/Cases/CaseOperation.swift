import Diagnosis
import Domain
import Storage
import Web

/// What the input of every operation on a case has.
protocol CaseInput: Sendable {
    /// The case's identifier or number, as it was given.
    var id: String { get }
}

/// An operation on a case whose decision needs the case and nothing else.
///
/// Its address follows from its name: `case.change_status` is at `/cases/{id}/change_status`.
protocol CaseOperation: Operation where Input: CaseInput, State == SupportCase {
    /// The notice on the case's page after success.
    static var done: String { get }
    /// Puts into the form what stands in the case.
    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws
}

extension CaseOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static var done: String { "saved" }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SupportCase { try visibleCase(input.id, for: actor, in: tx) }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: done)
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws {}

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            try fill(&form, from: found, policy: policy, in: tx)
        }
    }
}
