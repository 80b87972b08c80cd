import Diagnosis
import Domain
import Storage
import Web

/// Makes the case, and others with it, part of another one: their numbers lead there from now on.
enum MergeCases: Operation {
    struct Input: Sendable {
        var id: String
        var into: String
        var also: [String]
        var reason: String
    }

    struct State: Sendable {
        var sources: [SupportCase]
        var target: SupportCase
    }

    static let name = "case.merge"
    static let summary = "Merge into another case"
    static let verb = "Merge"
    static let right: Right = "case.merge"
    static let place = OperationPlace.act(in: "cases", verb: "merge")
    static let input = Fields(
        Input.init, CaseFields.id,
        .reference("into", "Into", to: "case")
            .help(
                "The case that stays, such as TL-42. What is written to this one goes there from now on. It can be undone."
            ),
        .list(of: .reference("also", "These as well", to: "other_case"))
            .help("Numbers of other cases to merge into the same one, one a line."),
        CaseFields.reason.help("Why they are one case."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        var sources = [try CaseDirectory.findItself(input.id, for: actor, in: tx)]
        for number in input.also {
            let found = try CaseDirectory.findItself(number, field: "also", for: actor, in: tx)
            if !sources.contains(where: { $0.id == found.id }) { sources.append(found) }
        }
        return State(
            sources: sources, target: try CaseDirectory.find(input.into, field: "into", for: actor, in: tx))
    }

    /// One merge is taken back by one key; many at once are undone case by case.
    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        guard state.sources.count == 1, let source = state.sources.first else { return nil }
        return Undo(UnmergeCase.name, ["id": .text(source.id.raw), "reason": .text("Taken back")])
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var decision = answer([], on: state.target)
        for source in state.sources {
            let pair = try source.merged(into: state.target, reason: input.reason, policy: context.policy)
            decision.record(pair.there, on: state.target.ref)
            decision.record(pair.here, on: source.ref)
        }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "merged")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try CaseDirectory.findItself(id, for: actor, in: tx)
        return OperationForm(about: found.number, back: "/cases/\(found.number)")
    }
}

/// Undoes a merge: the case is again what it was.
enum UnmergeCase: Operation {
    struct Input: Sendable {
        var id: String
        var reason: String
    }

    struct State: Sendable {
        var found: SupportCase
        var target: SupportCase?
    }

    static let name = "case.unmerge"
    static let summary = "Undo the merge"
    static let right: Right = "case.merge"
    static let place = OperationPlace.act(in: "cases", verb: "unmerge")
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.reason.help("Why they are not one case after all."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try CaseDirectory.findItself(input.id, for: actor, in: tx)
        let target = try found.mergedInto.map { try CaseDirectory.findItself($0.raw, for: actor, in: tx) }
        return State(found: found, target: target)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let pair = try state.found.unmerged(from: state.target, reason: input.reason)
        var decision = answer([], on: state.found)
        decision.record(pair, on: state.found, and: state.target)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try CaseDirectory.findItself(id, for: actor, in: tx)
        return OperationForm(about: found.number, back: "/cases/\(found.number)")
    }
}
