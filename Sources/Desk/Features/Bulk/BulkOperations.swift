import Diagnosis
import Domain
import Storage
import Web

extension BulkFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [BulkOperations.begin, BulkOperations.stop, BulkOperations.undo]
}

/// Runs: begun, stopped, taken back.
///
/// What happens to each case is recorded by the operation of the case.
enum BulkOperations {
    /// What a run is begun with.
    struct Beginning: Sendable {
        var operation: String
        var cases: [String]
        var search: String?
        var isAll: Bool
        var expected: Int?
        var seen: String?
        var fields: [String: RawValue]

        var selection: BulkSelection { BulkSelection(cases: cases, search: isAll ? search ?? "" : search) }
        var input: RawInput { RawInput(fields) }
    }

    private static let operation = Field<String>.choice(
        "operation", "What is done", from: { _ in BulkAct.names.map { FieldChoice($0, $0) } })

    private static let beginning = Fields(
        Beginning.init,
        operation,
        .list(of: .line("cases", "Cases", maxBytes: 60), maxCount: BulkSelection.most)
            .help("Numbers such as TL-42. Leave them out where a search says which."),
        .optional(.line("search", "Search", maxBytes: 20_000)).help("As in the search box."),
        .flag("all", "All that the search finds").help("Needed where the search is empty: all cases."),
        .optional(.integer("expected", "How many cases it finds", 0...BulkSelection.most))
            .help("If given, nothing is done where the number is another by then."),
        .optional(.line("seen", "Digest of the cases", maxBytes: 64)).hidden()
            .help(
                "SHA-256 of their identifiers, sorted, with blanks between them: nothing is done where others match."
            ),
        .answers("fields", "Fields").help("The fields of the operation, all but id."))

    private static let reference = Fields({ $0 }, Field<String>.reference("id", "Run", to: "run"))

    /// Begins a run: writes down what is to be done on which cases.
    static let begin = AnyOperation(
        name: "bulk.begin", summary: "Change many cases", verb: "Begin", right: "case.view",
        place: .create(in: "bulk"), fields: beginning.descriptions, file: #fileID, destination: destination,
        form: { _, _, _, _ in OperationForm(back: "/cases", backName: "Queue") },
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try beginning.parse(raw, policy) },
        decide: { raw, context, tx in
            let input = try beginning.parse(raw, context.policy)
            let operation = try BulkAct.operation(input.operation, FeatureCatalog())
            guard context.actor.may(operation.right) else {
                throw Refusal(
                    .denied, "not_allowed",
                    "Your role does not allow this (\(operation.right)). Ask a lead or an administrator.")
            }
            let cases = try input.selection.found(
                for: context.actor, policy: context.policy, now: context.now, in: tx)
            guard let first = cases.first else {
                throw Refusal(.conflict, "nothing_found", "No case matches any more. Nothing was changed.")
            }
            if let expected = input.expected, expected != cases.count {
                throw Refusal(
                    .conflict, "other_count",
                    "Nothing was changed: \(grouped(cases.count)) cases match by now, and you saw \(grouped(expected)). Look at them again."
                )
            }
            if let seen = input.seen, seen != BulkSelection.digest(of: cases) {
                throw Refusal(
                    .conflict, "other_cases",
                    "Nothing was changed: other cases match by now than those that you saw. Look at them again."
                )
            }
            do {
                try operation.check(BulkAct.input(input.input, on: first.id.raw), context.policy)
            } catch let error as Refusal {
                throw Refusal(
                    problems: error.problems.map {
                        .init(field: "fields.\($0.field)", code: $0.code, message: $0.message)
                    })
            }
            let form = try operation.form(first.id.raw, context.actor, context.policy, tx)
            let run = BulkRun(
                id: context.newID(), person: context.actor.id, rights: context.actor.rights,
                operation: operation.name, input: input.input,
                summary: BulkAct.summary(input.input, operation, form, context.policy), begunAt: context.now)
            let items = cases.enumerated().map {
                BulkItem(position: $0.offset + 1, target: $0.element.id.raw, number: $0.element.number)
            }
            return try write(run, items, in: tx)
        })

    /// Stops a run; what was done stays done.
    static let stop = AnyOperation(
        name: "bulk.stop", summary: "Stop the run", verb: "Stop", right: "case.view",
        place: .act(in: "bulk", verb: "stop"), fields: reference.descriptions, file: #fileID,
        destination: destination, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try reference.parse(raw, policy) },
        decide: { raw, context, tx in
            let run = try find(try reference.parse(raw, context.policy), for: context.actor, in: tx)
            guard run.endedAt == nil else {
                throw Refusal(.conflict, "ended", "This is at its end already.")
            }
            try tx.execute(BulkStore.stop(run.id))
            return answer(run.id)
        })

    /// Takes back what a run changed, as far as nobody changed the same since.
    static let undo = AnyOperation(
        name: "bulk.undo", summary: "Take the run back", verb: "Undo all", right: "case.view",
        place: .act(in: "bulk", verb: "undo"), fields: reference.descriptions, file: #fileID,
        destination: destination, form: form,
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try reference.parse(raw, policy) },
        decide: { raw, context, tx in
            let run = try find(try reference.parse(raw, context.policy), for: context.actor, in: tx)
            guard run.endedAt != nil else {
                throw Refusal(.conflict, "running", "It still runs. Stop it first, then take it back.")
            }
            if try tx.first(BulkStore.undoing(run.id), { $0.text(0) }) != nil {
                throw Refusal(.conflict, "already_undone", "This was taken back already.")
            }
            let done = try tx.all(BulkStore.undoable(of: run.id), BulkStore.readItem)
            guard !done.isEmpty else {
                throw Refusal(.conflict, "nothing_to_undo", "Nothing of this can be taken back.")
            }
            let back = BulkRun(
                id: context.newID(), person: context.actor.id, rights: context.actor.rights,
                operation: UndoOperation.operation.name, input: RawInput(),
                summary: "Take back: \(run.summary)", begunAt: context.now, undoes: run.id)
            let items = done.enumerated().map {
                BulkItem(position: $0.offset + 1, target: $0.element.undo ?? "", number: $0.element.number)
            }
            return try write(back, items, in: tx)
        })

    /// A run of the actor's own.
    static func find(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> BulkRun {
        guard let run = try tx.first(BulkStore.run(id: id), BulkStore.readRun), run.person == actor.id else {
            throw Refusal.notFound("run")
        }
        return run
    }

    private static func write(
        _ run: BulkRun, _ items: [BulkItem], in tx: borrowing Transaction
    ) throws -> Decision {
        try tx.execute(BulkStore.insert(run))
        for item in items { try tx.execute(BulkStore.insert(item, of: run.id)) }
        var decision = answer(run.id)
        decision.answer["count"] = .integer(Int64(items.count))
        return decision
    }

    private static func answer(_ id: String) -> Decision {
        var decision = Decision()
        decision.answer["id"] = .string(id)
        return decision
    }

    private static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/bulk/\(answer["id"]?.string ?? "")"
    }

    private static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let run = try find(id, for: actor, in: tx)
        return OperationForm(about: run.summary, back: "/bulk/\(run.id)")
    }
}
