import Diagnosis
import Domain
import Storage
import Web

/// Takes the bytes of what was thrown away two weeks ago away for good.
enum MailJobs {
    private static let right: Right = "mail.sort"
    /// How long it can be taken back, in seconds.
    static let patience: Int64 = 14 * 86_400

    /// Removes some; returns how many.
    static func sweep(_ services: Services) async throws -> Int {
        let now = services.clock()
        let operation = AnyOperation(
            name: "mail.remove", summary: "Remove discarded mail", verb: "Remove", right: right,
            place: .single(path: "mail/remove"), fields: [], file: #fileID, destination: { _, _ in "/mail" },
            form: { _, _, _, _ in OperationForm(back: "/mail") },
            check: { (_: RawInput, _: Policy) throws(Refusal) in },
            decide: { _, _, tx in
                var decision = Decision()
                let due = try tx.all(
                    MailQueries.discarded(by: now.adding(seconds: -patience), limit: 100), MailQueries.read)
                for mail in due {
                    try MailDirectory.forgetKept(of: mail.id, in: tx)
                    decision.record(MailFact.removed, on: mail.ref)
                }
                decision.answer["count"] = .integer(Int64(due.count))
                return decision
            })
        let actor = Actor(
            id: Actor.system.id, name: Actor.system.name, roles: Actor.system.roles, rights: [right])
        let receipt = try await services.operations.run(
            operation, OperationRequest(actor: actor, raw: RawInput(), requestID: "mail"))
        return Int(receipt.answer["count"]?.integer ?? 0)
    }
}
