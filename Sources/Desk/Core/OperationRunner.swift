import Diagnosis
import Domain
import Storage
import Web

/// Runs every operation the same way: right, input, receipt, load, decide, clashes, facts, receipt, commit.
package struct OperationRunner: Sendable {
    let database: any Database
    let journal: Journal
    let policy: PolicyHolder
    let clock: @Sendable () -> Timestamp
    let denials: DenialRecorder
    let committed: @Sendable () -> Void

    /// Carries the request out, once.
    ///
    /// Returns after its facts are durable.
    /// - Throws: `Refusal` where it cannot be done, with the reason.
    package func run(_ operation: AnyOperation, _ request: OperationRequest) async throws -> Receipt {
        guard request.actor.may(operation.right) else {
            await denials.record(
                request.actor, what: operation.name, right: operation.right, request: request.requestID)
            throw Refusal(
                .denied, "not_allowed",
                "Your role does not allow this (\(operation.right)). Ask a lead or an administrator.")
        }
        // Another node may have changed the policy a moment ago: only what is wrong by the newest is wrong.
        if (try? operation.check(request.raw, policy.current)) == nil {
            try await policy.refresh(from: database)
            try operation.check(request.raw, policy.current)
        }
        let now = clock()
        let (receipt, changesPolicy) = try await database.write { [journal, policy] tx in
            if let earlier = try Self.receipt(of: operation, request, in: tx) { return (earlier, false) }
            let context = Context(
                actor: request.actor, now: now, policy: try policy.inForce(in: tx),
                newID: { newIdentifier(at: now) })
            let decision = try operation.decide(request.raw, context, tx)
            try CaseDirectory.refuseSpeaking(decision, by: request.actor, in: tx)
            if let base = request.base, let subject = decision.entries.first?.subject {
                let seen = PublicVersions(actor: request.actor, subject: subject)
                do {
                    try journal.refuseClashes(
                        decision, base: [subject: try seen.version(seenAs: base, in: tx)],
                        actor: request.actor.id, policy: context.policy, fields: operation.fields, in: tx)
                } catch var refusal as Refusal {
                    refusal.currentVersion = try refusal.currentVersion.map {
                        try seen.shown(Version($0), in: tx).number
                    }
                    throw refusal
                }
            }
            let appended = try journal.append(decision.entries, by: request.actor.id, at: now, in: tx)
            var answer = decision.answer
            if let subject = decision.entries.first?.subject, let version = appended.versions[subject] {
                if answer["id"] == nil { answer["id"] = .string(subject.id) }
                let shown = try PublicVersions(actor: request.actor, subject: subject).shown(version, in: tx)
                answer["version"] = .integer(Int64(shown.number))
                if let undo = decision.undo {
                    let count = decision.entries.count { $0.subject == subject }
                    let offer = UndoOffer(
                        id: context.newID(), person: request.actor.id, what: operation.summary, undo: undo,
                        subject: subject, versions: (version.number - count + 1)...version.number, madeAt: now
                    )
                    try tx.execute(UndoStore.forget(before: now.adding(seconds: -24 * 3600)))
                    try tx.execute(UndoStore.insert(offer))
                    answer["undo"] = .string(offer.id)
                }
            }
            if request.actor.isCustomer, decision.entries.isEmpty, let id = answer["id"]?.string,
                answer["version"] != nil
            {
                let subject = SubjectRef(kind: SupportCase.kind, id: id)
                let seen = PublicVersions(actor: request.actor, subject: subject)
                answer["version"] = .integer(Int64(try seen.shown(.none, in: tx).number))
            }
            try Self.keep(answer, of: operation, request, at: now, in: tx)
            return (
                Receipt(answer: answer, isRepeat: false, lastSequence: appended.lastSequence),
                decision.entries.contains { $0.subject.kind == PolicyRecord.kind }
            )
        }
        // Whoever is answered that the policy changed finds it changed, rights included.
        if changesPolicy { try await policy.refresh(from: database) }
        if receipt.lastSequence > 0 { committed() }
        return receipt
    }

    private static func receipt(
        of operation: AnyOperation, _ request: OperationRequest, in tx: borrowing Transaction
    ) throws -> Receipt? {
        guard let key = request.idempotencyKey,
            let found = try kept(by: request.actor.id, key: key, in: tx)
        else { return nil }
        guard found.operation == operation.name, found.digest == digest(of: request.raw) else {
            throw Refusal(
                .conflict, "idempotency_key_reused",
                "This Idempotency-Key was used for another request. Use a new key for a new request.")
        }
        return found.receipt
    }

    /// What an operation answered to whoever used a key for it; nil where nobody did.
    static func receipt(
        of operation: String, actor: String, key: String, in tx: borrowing Transaction
    ) throws -> Receipt? {
        let found = try kept(by: actor, key: key, in: tx)
        return found?.operation == operation ? found?.receipt : nil
    }

    private static func kept(
        by actor: String, key: String, in tx: borrowing Transaction
    ) throws -> (operation: String, digest: [UInt8], receipt: Receipt)? {
        try tx.first(JournalStore.receipt(actor: actor, key: key)) { row in
            let answer = try JSON(parsing: row.text(2)).object ?? JSONObject()
            return (row.text(0), row.blob(1), Receipt(answer: answer, isRepeat: true, lastSequence: 0))
        }
    }

    private static func keep(
        _ answer: JSONObject, of operation: AnyOperation, _ request: OperationRequest, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        guard let key = request.idempotencyKey else { return }
        try tx.execute(
            JournalStore.insertReceipt(
                actor: request.actor.id, key: key, operation: operation.name,
                inputDigest: digest(of: request.raw),
                answer: JSON.object(answer).text, at: now))
    }

    private static func digest(of raw: RawInput) -> [UInt8] {
        var text = ""
        for (name, value) in raw.values.sorted(by: { $0.key < $1.key }) { text += "\(name)=\(value)\u{0}" }
        return sha256(Array(text.utf8))
    }
}

/// Versions of a subject as one person counts them: for customers, those of a case count only what is public.
struct PublicVersions {
    let actor: Actor
    let subject: SubjectRef

    private var isCounted: Bool { actor.isCustomer && subject.kind == SupportCase.kind }

    /// The version of the facts that the person means.
    func version(seenAs base: Version, in tx: borrowing Transaction) throws -> Version {
        isCounted ? try CaseDirectory.version(seenAs: base, of: ID(subject.id), in: tx) : base
    }

    /// The version that the person is told of the newest one.
    func shown(_ newest: Version, in tx: borrowing Transaction) throws -> Version {
        isCounted ? try CaseDirectory.publicVersion(of: ID(subject.id), in: tx) : newest
    }
}
