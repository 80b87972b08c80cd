import Diagnosis
import Domain
import Storage
import Web

extension ViewsFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(SaveView.self), AnyOperation(ReviseView.self), AnyOperation(DeleteView.self),
        AnyOperation(RestoreView.self), AnyOperation(ChooseView.self), AnyOperation(ReleaseView.self),
    ]
}

private enum ViewFields {
    static let id = Field<String>.reference("id", "View", to: "view")
    static let name = Field<String>.line("name", "Name", maxBytes: 60).editing("content")
    static let search = Field<String>.line("search", "Search", maxBytes: 20_000).editing("content").help(
        "As in the search box: is:open sev:1,2 account:acme. @me is whoever looks.")
    static let shared = Field<Bool>.flag("shared", "All colleagues see it")
}

/// An operation on one view.
protocol ViewOperation: Operation where State == SavedView {}

extension ViewOperation {
    static var right: Right { "case.view" }
    static var place: OperationPlace { .act(in: "views", verb: String(name.dropFirst("view.".count))) }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/views?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let view = try ViewDirectory.find(id, for: actor, in: tx)
        return OperationForm(about: view.content.name, back: "/views", backName: "Views")
    }

    static func answer(_ facts: [SavedViewFact], on view: SavedView) -> Decision {
        var decision = Decision()
        decision.record(facts, on: view.ref)
        decision.answer["id"] = .string(view.id.raw)
        decision.answer["version"] = .integer(Int64(view.version.number))
        return decision
    }
}

/// What saving a view needs to know.
struct ViewDraft: Sendable {
    /// The view that is there already.
    var view: SavedView?
    /// What is wrong with the search.
    var problem: SearchProblem?
    /// How many views the person has.
    var count = 0

    fileprivate init(
        _ search: String, of view: SavedView?, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws {
        self.view = view
        count = try ViewDirectory.all(for: actor, in: tx).count
        // Names and words are looked up now; what they find is looked up whenever somebody looks.
        let text = CaseSearchText(search, for: actor, policy: policy, now: Timestamp(microseconds: 0))
        if case .problem(let problem) = try text.meaning(in: tx) { self.problem = problem }
    }

    fileprivate func check(_ content: SavedView.Content, for actor: Actor) throws(Refusal) {
        if let problem { throw problem.refusal(field: "search") }
        guard !content.name.trimmingWhitespace.isEmpty else {
            throw Refusal(field: "name", "missing", "Give the view a name.")
        }
        guard !content.isShared || view?.content.isShared == true || actor.may(SavedView.sharing) else {
            throw Refusal(
                field: "shared", "not_allowed",
                "Your role cannot share views with all colleagues. Save it for yourself, or ask a lead to share it."
            )
        }
        guard view != nil || count < ViewDirectory.most else {
            throw Refusal(
                .conflict, "too_many_views",
                "There are \(ViewDirectory.most) views that you see already. Delete one that nobody needs.")
        }
    }
}

/// Keeps a search under a name.
enum SaveView: Operation {
    struct Input: Sendable { var content: SavedView.Content }

    static let name = "view.save"
    static let summary = "Save a view"
    static let verb = "Save view"
    static let right: Right = "case.view"
    static let place = OperationPlace.create(in: "views")
    static let input = Fields(
        { Input(content: .init(name: $0, search: $1, isShared: $2)) }, ViewFields.name, ViewFields.search,
        ViewFields.shared)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ViewDraft { try ViewDraft(input.content.search, of: nil, for: actor, policy: policy, in: tx) }

    static func decide(_ input: Input, on draft: ViewDraft, in context: Context) throws(Refusal) -> Decision {
        try draft.check(input.content, for: context.actor)
        let id = ID<SavedView>(context.newID())
        var decision = Decision()
        decision.record(SavedViewFact.saved(input.content), on: SavedView.ref(id))
        decision.answer["id"] = .string(id.raw)
        decision.undo = Undo(DeleteView.name, ["id": .text(id.raw)])
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases?view=\(answer["id"]?.string ?? "")&done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/views", backName: "Views") }
}

/// Changes the name, the search or the readers of a view.
enum ReviseView: Operation {
    struct Input: Sendable {
        var id: String
        var content: SavedView.Content
    }

    static let name = "view.revise"
    static let summary = "Change the view"
    static let verb = "Save"
    static let right: Right = "case.view"
    static let place = OperationPlace.act(in: "views", verb: "revise")
    static let input = Fields(
        { Input(id: $0, content: .init(name: $1, search: $2, isShared: $3)) }, ViewFields.id, ViewFields.name,
        ViewFields.search, ViewFields.shared)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ViewDraft {
        try ViewDraft(
            input.content.search, of: try ViewDirectory.find(input.id, for: actor, in: tx), for: actor,
            policy: policy, in: tx)
    }

    static func decide(_ input: Input, on draft: ViewDraft, in context: Context) throws(Refusal) -> Decision {
        guard let view = draft.view else { throw Refusal.notFound("view") }
        try view.checkEdit(by: context.actor)
        try draft.check(input.content, for: context.actor)
        var decision = Decision()
        decision.record(
            view.content == input.content ? [] : [SavedViewFact.revised(input.content)], on: view.ref)
        decision.answer["id"] = .string(view.id.raw)
        decision.answer["version"] = .integer(Int64(view.version.number))
        return decision
    }

    static func undo(_ input: Input, on draft: ViewDraft, in context: Context) -> Undo? {
        draft.view.map { view in
            Undo(
                name,
                [
                    "id": .text(view.id.raw), "name": .text(view.content.name),
                    "search": .text(view.content.search),
                    "shared": .bool(view.content.isShared),
                ])
        }
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases?view=\(answer["id"]?.string ?? "")&done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let view = try ViewDirectory.find(id, for: actor, in: tx)
        var form = OperationForm(about: view.content.name, back: "/views", backName: "Views")
        form.base = view.version
        form.values["name"] = .text(view.content.name)
        form.values["search"] = .text(view.content.search)
        form.values["shared"] = .bool(view.content.isShared)
        return form
    }
}

/// Takes a view away; it can be had back.
enum DeleteView: ViewOperation {
    struct Input: Sendable { var id: String }

    static let name = "view.delete"
    static let summary = "Delete the view"
    static let verb = "Delete"
    static let input = Fields(Input.init, ViewFields.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SavedView { try ViewDirectory.find(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on view: SavedView, in context: Context) throws(Refusal) -> Decision {
        try view.checkEdit(by: context.actor)
        return answer([.deleted], on: view)
    }

    static func undo(_ input: Input, on view: SavedView, in context: Context) -> Undo? {
        Undo(RestoreView.name, ["id": .text(view.id.raw)])
    }
}

/// Brings a deleted view back.
enum RestoreView: ViewOperation {
    struct Input: Sendable { var id: String }

    static let name = "view.restore"
    static let summary = "Bring the view back"
    static let verb = "Bring back"
    static let input = Fields(Input.init, ViewFields.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SavedView {
        guard let view = try ViewDirectory.itself(input.id, in: tx), view.isVisible(to: actor) else {
            throw Refusal.notFound("view")
        }
        return view
    }

    static func decide(_ input: Input, on view: SavedView, in context: Context) throws(Refusal) -> Decision {
        try view.checkEdit(by: context.actor)
        return answer(view.isDeleted ? [.restored] : [], on: view)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let view = try load(Input(id: id), for: actor, policy: policy, in: tx)
        return OperationForm(about: view.content.name, back: "/views", backName: "Views")
    }
}

/// Shows the caller this view first whenever they open the queue.
enum ChooseView: Operation {
    struct Input: Sendable { var id: String }

    struct State: Sendable {
        var view: SavedView
        var before: SavedView?
    }

    static let name = "view.choose"
    static let summary = "Open the queue with this view"
    static let verb = "Show first"
    static let right: Right = "case.view"
    static let place = OperationPlace.act(in: "views", verb: "choose")
    static let input = Fields(Input.init, ViewFields.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            view: try ViewDirectory.find(input.id, for: actor, in: tx),
            before: try ViewDirectory.first(for: actor, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        decision.answer["id"] = .string(state.view.id.raw)
        guard state.before?.id != state.view.id else { return decision }
        decision.record(SavedViewFact.chosen, on: state.view.ref)
        if let before = state.before { decision.record(SavedViewFact.released, on: before.ref) }
        return decision
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        guard let before = state.before else {
            return Undo(ReleaseView.name, ["id": .text(state.view.id.raw)])
        }
        return Undo(name, ["id": .text(before.id.raw)])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/views?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let view = try ViewDirectory.find(id, for: actor, in: tx)
        return OperationForm(about: view.content.name, back: "/views", backName: "Views")
    }
}

/// Shows the caller the queue first again.
enum ReleaseView: ViewOperation {
    struct Input: Sendable { var id: String }

    static let name = "view.release"
    static let summary = "Open the queue without this view"
    static let verb = "Show the queue first"
    static let input = Fields(Input.init, ViewFields.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SavedView { try ViewDirectory.find(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on view: SavedView, in context: Context) throws(Refusal) -> Decision {
        answer(view.chosenBy.contains(ID(context.actor.id)) ? [.released] : [], on: view)
    }

    static func undo(_ input: Input, on view: SavedView, in context: Context) -> Undo? {
        Undo(ChooseView.name, ["id": .text(view.id.raw)])
    }
}
