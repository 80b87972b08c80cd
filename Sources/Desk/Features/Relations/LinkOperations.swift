import Diagnosis
import Domain
import Storage
import Web

extension RelationsFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(LinkCase.self), AnyOperation(LinkRecord.self), AnyOperation(UnlinkCase.self),
        AnyOperation(MergeCases.self), AnyOperation(UnmergeCase.self), AnyOperation(SplitCase.self),
        AnyOperation(UndoSplit.self), AnyOperation(RestrictCase.self), AnyOperation(LiftRestriction.self),
        AnyOperation(FollowUpCase.self), AnyOperation(FollowUpFromPortal.self),
    ]
}

/// The fields that choose a relation, a kind of record, a level.
enum RelationFields {
    static let betweenCases = Field<String>.choice(
        "relation", "This case is",
        from: { _ in Relation.betweenCases.map { FieldChoice($0.rawValue, $0.label) } })

    static let toRecord = Field<String>.choice(
        "relation", "This case is",
        from: { _ in Relation.toRecords.map { FieldChoice($0.rawValue, $0.label) } })

    static let kind = Field<String>.choice(
        "kind", "Kind", from: { _ in RecordKind.outside.map { FieldChoice($0.rawValue, $0.label) } })

    static let level = Field<String>.choice(
        "level", "Why", from: { policy in policy.confidentiality.map { FieldChoice($0.id, $0.name) } })
}

extension Decision {
    /// Records what a decision about two cases says on each of them.
    mutating func record(_ pair: PairedFacts, on here: SupportCase, and there: SupportCase?) {
        record(pair.here, on: here.ref)
        if let there { record(pair.there, on: there.ref) }
    }
}

/// Links the case to another one; both show it.
enum LinkCase: Operation {
    struct Input: Sendable {
        var id: String
        var relation: String
        var other: String
    }

    struct State: Sendable {
        var found: SupportCase
        var other: SupportCase
        var links: [CaseLink]
        var chain: Set<ID<SupportCase>>
    }

    static let name = "case.link"
    static let summary = "Link to another case"
    static let verb = "Link"
    static let right: Right = "case.link"
    static let place = OperationPlace.act(in: "cases", verb: "link")
    static let input = Fields(
        Input.init, CaseFields.id,
        RelationFields.betweenCases,
        .reference("to", "Case", to: "case").help("Its number, such as TL-42. It shows the link as well."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let other = try CaseDirectory.find(input.other, field: "to", for: actor, in: tx)
        let chain =
            try Relation(rawValue: input.relation).map {
                try RelationsDirectory.chain(from: other.id, by: $0, for: actor, in: tx)
            } ?? []
        return State(
            found: found, other: other,
            links: try RelationsDirectory.links(of: found.id, for: actor, in: tx), chain: chain)
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        UnlinkCase.undoing(
            "\(input.relation)/\(RecordKind.supportCase.rawValue)/\(state.other.number)", of: input.id)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let relation = Relation(rawValue: input.relation) ?? .related
        let pair = try state.found.linked(
            relation, to: state.other, present: state.links.map { ($0.relation, $0.target) },
            chain: state.chain)
        var decision = answer([], on: state.found)
        decision.record(pair, on: state.found, and: state.other)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "linked")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}

/// Links the case to a record that lives elsewhere: an incident, a defect, a vendor's ticket.
enum LinkRecord: Operation {
    struct Input: Sendable {
        var id: String
        var kind: String
        var key: String
        var relation: String?
        var url: String?
        var title: String?
    }

    struct State: Sendable {
        var found: SupportCase
        var links: [CaseLink]
    }

    static let name = "case.link_record"
    static let summary = "Link a record elsewhere"
    static let verb = "Link"
    static let right: Right = "case.link"
    static let place = OperationPlace.act(in: "cases", verb: "link_record")
    static let input = Fields(
        Input.init, CaseFields.id,
        RelationFields.kind,
        .line("key", "Key", maxBytes: 100).help("As it is called there, such as ENG-812 or 2026.3."),
        .optional(RelationFields.toRecord).help(
            "Empty means what is usual: part of an incident, tracked by a defect, fixed by a release."),
        .optional(.line("url", "Address", maxBytes: 2000)).help("Where it can be opened."),
        .optional(.line("title", "Title")).help("What it is about, for whoever cannot open it."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return State(
            found: found, links: try RelationsDirectory.links(of: found.id, for: actor, in: tx))
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        guard let kind = RecordKind(rawValue: input.kind) else { return nil }
        return UnlinkCase.undoing(
            "\(input.relation ?? kind.usualRelation.rawValue)/\(kind.rawValue)/\(input.key)", of: input.id)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let kind = RecordKind(rawValue: input.kind) else {
            throw Refusal(field: "kind", "unknown_choice", "“\(input.kind)” is not a kind of record.")
        }
        let relation = input.relation.flatMap { Relation(rawValue: $0) } ?? kind.usualRelation
        var url: String?
        if let text = input.url { url = try LinkTarget.checkedURL(text) }
        let target = LinkTarget(kind: kind, key: input.key, name: input.key, url: url, title: input.title)
        guard !state.links.contains(where: { $0.relation == relation && $0.target.isSame(as: target) }) else {
            throw Refusal(
                field: "key", "linked_already",
                "\(state.found.number) has this link already: \(relation.label.lowercased()) \(target.name).")
        }
        return answer([.relation(.linked(relation, target))], on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "linked")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}

/// Takes a link away, on both ends.
enum UnlinkCase: Operation {
    struct Input: Sendable {
        var id: String
        var link: String
        var reason: String?
    }

    typealias State = LinkRecord.State

    static let name = "case.unlink"
    static let summary = "Take a link away"
    static let verb = "Take away"
    static let right: Right = "case.link"
    static let place = OperationPlace.act(in: "cases", verb: "unlink")
    static let input = Fields(
        Input.init, CaseFields.id,
        .reference("link", "Link", to: "link")
            .help("As the case lists it: “related/case/TL-42” or “tracked_by/defect/ENG-812”."),
        .optional(CaseFields.reason))

    /// How a link that was just made is taken away again.
    static func undoing(_ link: String, of id: String) -> Undo {
        Undo(name, ["id": .text(id), "link": .text(link), "reason": .text("Taken back")])
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return State(
            found: found, links: try RelationsDirectory.links(of: found.id, for: actor, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let link = state.links.first(where: { $0.reference.lowercased() == input.link.lowercased() })
        else {
            throw Refusal(
                field: "link", "not_found", "\(state.found.number) has no link “\(input.link)”.")
        }
        let pair = try state.found.unlinked(
            link.relation, from: link.target, isHere: link.isHere, isThere: link.isThere,
            reason: input.reason)
        var decision = answer([], on: state.found)
        decision.record(pair, on: state.found, and: link.other)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.base = nil
            form.references["link"] = try RelationsDirectory.links(of: found.id, for: actor, in: tx)
                .filter(\.relation.isMadeByHand)
                .map { FieldChoice($0.reference, "\($0.relation.label) \($0.target.name)") }
        }
    }
}
