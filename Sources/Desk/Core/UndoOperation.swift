import Diagnosis
import Domain
import Storage
import Web

/// Takes back what the same person did a moment ago.
///
/// It runs the operation that the first one named for it, with what stood there before, and records that this was
/// taking back. Whoever changed the same thing since keeps what they made of it.
enum UndoOperation {
    static let operation = AnyOperation(
        name: "undo.apply", summary: "Take back what you just did", verb: "Undo", right: "case.view",
        place: .act(in: "undo", verb: "apply"), fields: input.descriptions, file: #fileID,
        destination: destination, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
        decide: decide)

    private static let input = Fields({ $0 }, Field<String>.reference("id", "What to take back", to: "undo"))

    private static func decide(
        _ raw: RawInput, _ context: Context, _ tx: borrowing Transaction
    ) throws -> Decision {
        let offer = try offer(try input.parse(raw, context.policy), of: context.actor, in: tx)
        guard offer.usedAt == nil else {
            throw Refusal(.conflict, "already_undone", "This was taken back already.")
        }
        guard context.now.seconds(since: offer.madeAt) <= UndoOffer.seconds else {
            throw Refusal(
                .conflict, "undo_too_late",
                "This was done more than an hour ago, so it cannot be taken back by one key. Change it as usual."
            )
        }
        let catalog = FeatureCatalog()
        guard let operation = catalog.operation(offer.undo.operation),
            context.actor.may(operation.right)
        else {
            throw Refusal(
                .denied, "not_allowed",
                "Your role does not allow this any more. Ask a lead or an administrator.")
        }
        let restoring = try operation.decide(offer.undo.input, context, tx)
        guard !restoring.entries.isEmpty else {
            throw Refusal(.conflict, "nothing_to_undo", "It stands as it was before. Nothing had to change.")
        }
        try refuseIfChangedSince(offer, restoring, SubjectCatalog(catalog.subjects), context.policy, in: tx)
        try tx.execute(UndoStore.markUsed(id: offer.id, at: context.now))
        var decision = Decision()
        if offer.subject.kind == SupportCase.kind {
            let fact = StoryFact.undone(
                what: offer.what, fromVersion: offer.versions.lowerBound, toVersion: offer.versions.upperBound
            )
            decision.record(CaseFact.story(fact), on: offer.subject)
        }
        decision.record(restoring)
        decision.answer = restoring.answer
        return decision
    }

    private static func offer(
        _ id: String, of actor: Actor, in tx: borrowing Transaction
    ) throws -> UndoOffer {
        guard let offer = try tx.first(UndoStore.offer(id: id, of: actor.id), UndoStore.read) else {
            throw Refusal(
                .notFound, "not_found", "There is nothing of yours to take back under this name any more.")
        }
        return offer
    }

    /// Refuses where anybody changed the same thing after the change that is to be taken back.
    private static func refuseIfChangedSince(
        _ offer: UndoOffer, _ restoring: Decision, _ subjects: SubjectCatalog, _ policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        guard let type = subjects[offer.subject.kind] else { return }
        let bodies = restoring.entries.filter { $0.subject == offer.subject }.map(\.body)
        let aspects = bodies.reduce(into: Set<Aspect>()) { $0.formUnion($1.edits) }
        let later = try tx.all(
            JournalStore.facts(of: offer.subject, after: Version(offer.versions.upperBound)),
            JournalStore.fact)
        for fact in later.reversed() {
            guard let aspect = try type.edits(fact).first(where: aspects.contains) else { continue }
            let name = try PeopleDirectory.names(of: [fact.actor], in: tx)[fact.actor] ?? "Somebody"
            let label = try type.compare(offer.subject.id, [aspect], [], policy, tx).first?.label
            throw Refusal(
                .conflict, "changed_since",
                "Not taken back: \(name) changed the same thing since, at \(fact.recordedAt.clock) UTC"
                    + (label.map { " (\($0.lowercased()))" } ?? "")
                    + ". It stays as it is now; change it as usual if that is wrong.")
        }
    }

    private static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        guard let number = answer["number"]?.string else { return "/?done=undone" }
        // An answer about a piece of evidence names its case as well.
        guard let owner = answer["case"]?.string else { return "/cases/\(number)?done=undone" }
        return "/cases/\(owner)/evidence/\(number)?done=undone"
    }

    private static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let offer = try offer(id, of: actor, in: tx)
        guard offer.subject.kind == SupportCase.kind else { return OperationForm(back: "/") }
        let found = try CaseDirectory.find(offer.subject.id, for: actor, in: tx)
        var form = OperationForm(about: found.number, back: "/cases/\(found.number)")
        form.advice = ["You did this at \(offer.madeAt.clock) UTC: \(offer.what)."]
        return form
    }
}
