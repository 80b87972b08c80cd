import Diagnosis
import Domain
import Storage
import Web

private enum HoldFields {
    static let id = Field<String>.reference("id", "Hold", to: "hold")
    static let cases = Field<[String]>.list(of: .line("cases", "Cases", maxBytes: 60), maxCount: 500)
        .help("Numbers such as TL-42, one a line.")
    static let organisations = Field<[String]>.list(
        of: .line("organisations", "Customers", maxBytes: 200), maxCount: 100
    ).help("Names, one a line: all their cases are held, those to come as well.")
}

/// What a hold is to be about, looked up.
struct HoldDraft: Sendable {
    /// The hold that is there already.
    var hold: LegalHold?
    /// What was named.
    var scope: LegalHold.Scope

    fileprivate init(
        _ hold: LegalHold?, cases: [String], organisations: [String], for actor: Actor,
        in tx: borrowing Transaction
    ) throws {
        self.hold = hold
        scope = LegalHold.Scope(
            cases: try cases.map {
                try CaseDirectory.findItself($0, field: "cases", for: actor, in: tx).id.raw
            },
            organisations: try organisations.map { name in
                guard let found = try CustomerDirectory.find(name, in: tx) else {
                    throw Refusal(field: "organisations", "not_found", "There is no customer “\(name)”.")
                }
                return found.id.raw
            })
    }

    fileprivate func checkScope() throws(Refusal) {
        guard !scope.isEmpty else {
            throw Refusal(field: "cases", "missing", "Name at least one case or one customer.")
        }
    }
}

/// The parts that operations on holds share.
enum HoldAnswers {
    static let right: Right = "retention.hold"

    static func answer(_ facts: [LegalHoldFact], on hold: LegalHold) -> Decision {
        var decision = Decision()
        decision.record(facts, on: hold.ref)
        decision.answer["id"] = .string(hold.id.raw)
        decision.answer["version"] = .integer(Int64(hold.version.number))
        return decision
    }

    static func found(_ id: String, in tx: borrowing Transaction) throws -> LegalHold {
        guard let hold = try HoldDirectory.itself(id, in: tx) else { throw Refusal.notFound("legal hold") }
        return hold
    }

    static func form(_ id: String, in tx: borrowing Transaction) throws -> OperationForm {
        let hold = try found(id, in: tx)
        var form = OperationForm(about: hold.name, back: "/holds", backName: "Legal holds")
        form.base = hold.version
        return form
    }
}

/// Orders that nothing of some cases or customers is taken away.
enum PlaceHold: Operation {
    struct Input: Sendable {
        var name: String
        var reason: String
        var cases: [String]
        var organisations: [String]
    }

    static let name = "hold.place"
    static let summary = "Place a legal hold"
    static let verb = "Place hold"
    static let right = HoldAnswers.right
    static let place = OperationPlace.create(in: "holds")
    static let input = Fields(
        Input.init,
        .line("name", "Matter", maxBytes: 200).help("What people know it by, such as “Halden v. Orrin”."),
        .line("reason", "Reason", maxBytes: 1000), HoldFields.cases, HoldFields.organisations)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> HoldDraft {
        try HoldDraft(nil, cases: input.cases, organisations: input.organisations, for: actor, in: tx)
    }

    static func decide(_ input: Input, on draft: HoldDraft, in context: Context) throws(Refusal) -> Decision {
        try draft.checkScope()
        let id = ID<LegalHold>(context.newID())
        var decision = Decision()
        decision.record(
            LegalHoldFact.placed(name: input.name, reason: input.reason, draft.scope), on: LegalHold.ref(id))
        decision.answer["id"] = .string(id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/holds?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/holds", backName: "Legal holds") }
}

/// Puts more cases and customers under a hold.
enum ExtendHold: Operation {
    struct Input: Sendable {
        var id: String
        var cases: [String]
        var organisations: [String]
    }

    static let name = "hold.extend"
    static let summary = "Extend the hold"
    static let verb = "Extend"
    static let right = HoldAnswers.right
    static let place = OperationPlace.act(in: "holds", verb: "extend")
    static let input = Fields(Input.init, HoldFields.id, HoldFields.cases, HoldFields.organisations)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> HoldDraft {
        try HoldDraft(
            try HoldAnswers.found(input.id, in: tx), cases: input.cases, organisations: input.organisations,
            for: actor, in: tx)
    }

    static func decide(_ input: Input, on draft: HoldDraft, in context: Context) throws(Refusal) -> Decision {
        guard let hold = draft.hold else { throw Refusal.notFound("legal hold") }
        guard hold.liftedAt == nil else {
            throw Refusal(.conflict, "lifted", "This hold was lifted. Place a new one.")
        }
        try draft.checkScope()
        let more = draft.scope.subtracting(hold.scope)
        return HoldAnswers.answer(more.isEmpty ? [] : [.extended(more)], on: hold)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/holds?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try HoldAnswers.form(id, in: tx) }
}

/// Ends a hold; what is over can go again.
enum LiftHold: Operation {
    struct Input: Sendable {
        var id: String
        var reason: String
    }

    static let name = "hold.lift"
    static let summary = "Lift the hold"
    static let verb = "Lift hold"
    static let right = HoldAnswers.right
    static let place = OperationPlace.act(in: "holds", verb: "lift")
    static let input = Fields(Input.init, HoldFields.id, CaseFields.reason)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> LegalHold { try HoldAnswers.found(input.id, in: tx) }

    static func decide(_ input: Input, on hold: LegalHold, in context: Context) throws(Refusal) -> Decision {
        HoldAnswers.answer(hold.liftedAt == nil ? [.lifted(reason: input.reason)] : [], on: hold)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/holds?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try HoldAnswers.form(id, in: tx) }
}
