import Diagnosis
import Domain
import Storage
import Web

/// Begins a new case with some messages and notes of this one; they stay here as well, marked.
enum SplitCase: Operation {
    struct Input: Sendable {
        var id: String
        var entries: [String]
        var subject: String
        var symptom: String
        var reason: String
    }

    struct State: Sendable {
        var found: SupportCase
        var splits: CaseSplits
        var number: Int64
    }

    static let name = "case.split"
    static let summary = "Split off into a new case"
    static let verb = "Split off"
    static let right: Right = "case.merge"
    static let place = OperationPlace.act(in: "cases", verb: "split")
    static let input = Fields(
        Input.init, CaseFields.id,
        .list(of: .reference("entries", "What belongs to the new case", to: "entry"), maxCount: 500)
            .help("They stay here too, marked. Over the API: the entries’ versions."),
        .line("subject", "Subject of the new case"),
        .text("symptom", "In the reporter’s words").help("What the new case is about, as it was said."),
        CaseFields.reason.help("Why it is another problem."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let facts = try CaseDirectory.facts(of: found.id, kinds: CaseSplits.kinds, in: tx)
        return State(
            found: found, splits: CaseSplits(facts), number: try tx.nextNumber(of: .caseNumber))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.found
        var versions: [Int] = []
        for text in input.entries {
            guard let version = Int(text) else {
                throw Refusal(field: "entries", "not_an_entry", "“\(text)” is not the version of an entry.")
            }
            versions.append(version)
        }
        let entries = try state.splits.checked(versions, of: found.number)
        var decision = try CaseOpening.decide(
            CaseOpening(
                organisation: found.organisation, requester: found.requester?.raw, number: state.number,
                subject: input.subject, symptom: input.symptom, severity: found.severity.raw,
                requestType: found.requestType, channel: found.channel,
                productArea: found.classification[.productArea],
                component: found.classification[.component], environment: found.classification[.environment],
                beganAt: nil, noticedAt: nil, reportedAt: nil, owner: nil, restriction: found.restriction),
            in: context)
        let new = RelationFact.Other(
            id: decision.answer["id"]?.string ?? "", number: decision.answer["number"]?.string ?? "")
        decision.record(
            CaseFact.relation(.splitFrom(.init(found), entries: entries, reason: input.reason)),
            on: SupportCase.ref(ID(new.id)))
        decision.record(
            CaseFact.relation(.splitOff(new, entries: entries, reason: input.reason)), on: found.ref)
        decision.undo = Undo(UndoSplit.name, ["id": .text(new.id), "reason": .text("Taken back")])
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "opened")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.base = nil
            let facts = try CaseDirectory.facts(of: found.id, kinds: CaseSplits.kinds, in: tx)
            let splits = CaseSplits(facts)
            let names = try PeopleDirectory.names(of: facts.map(\.actor), in: tx)
            form.references["entry"] = facts.compactMap { fact in
                guard splits.words.contains(fact.version.number), splits.takenTo[fact.version.number] == nil,
                    let words = fact.body.words
                else { return nil }
                let who = names[fact.actor] ?? "Somebody"
                return FieldChoice(
                    String(fact.version.number), "\(who), \(fact.occurredAt.day) \(fact.occurredAt.clock)",
                    detail: String(words.prefix(160)))
            }
        }
    }
}

extension CaseFact {
    /// What somebody wrote; nil for what is no message and no note.
    var words: String? {
        switch self {
        case .opened(let opening): opening.symptom
        case .replied(let text, _), .noted(let text): text
        default: nil
        }
    }
}

/// Undoes a split: the new case becomes part of the one that it was split off from.
enum UndoSplit: Operation {
    typealias Input = UnmergeCase.Input

    struct State: Sendable {
        var found: SupportCase
        var origin: SupportCase?
    }

    static let name = "case.undo_split"
    static let summary = "Undo the split"
    static let right: Right = "case.merge"
    static let place = OperationPlace.act(in: "cases", verb: "undo_split")
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.reason.help("Why it is one problem after all."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try CaseDirectory.findItself(input.id, for: actor, in: tx)
        let splits = CaseSplits(try CaseDirectory.facts(of: found.id, kinds: CaseSplits.kinds, in: tx))
        let origin = try splits.origin.map {
            try CaseDirectory.findItself($0.other.id, for: actor, in: tx)
        }
        return State(found: found, origin: origin)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let origin = state.origin else {
            throw Refusal(
                .conflict, "not_split", "\(state.found.number) was not split off from another case.")
        }
        let pair = try state.found.merged(into: origin, reason: input.reason, policy: context.policy)
        var decision = answer([], on: origin)
        decision.record(
            [.relation(.splitUndone(.init(state.found), reason: input.reason))] + pair.there, on: origin.ref)
        decision.record(
            [.relation(.splitUndone(.init(origin), reason: input.reason))] + pair.here, on: state.found.ref)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try UnmergeCase.form(id, for: actor, policy: policy, in: tx) }
}
