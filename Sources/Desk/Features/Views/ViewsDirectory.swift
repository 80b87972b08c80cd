import Domain
import Storage

/// Looks saved views up.
enum ViewDirectory {
    /// The most views that somebody sees.
    static let most = 200

    /// A view whatever happened to it; nil where there never was one.
    static func itself(_ id: String, in tx: borrowing Transaction) throws -> SavedView? {
        guard var view = try tx.first(ViewsQueries.view(id: id), ViewsQueries.read) else { return nil }
        view.chosenBy = Set(try tx.all(ViewsQueries.choices(of: id)) { ID($0.text(0)) })
        return view
    }

    /// A view that somebody may see; deleted ones are not there.
    static func find(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> SavedView {
        guard let view = try itself(id, in: tx), !view.isDeleted, view.isVisible(to: actor) else {
            throw Refusal.notFound("view")
        }
        return view
    }

    /// The views that somebody sees, their own first.
    static func all(for actor: Actor, limit: Int = most, in tx: borrowing Transaction) throws -> [SavedView] {
        try tx.all(ViewsQueries.views(of: actor.id, limit: limit), ViewsQueries.read)
    }

    /// The view that somebody sees first when they open the queue; nil where that is the queue itself.
    static func first(for actor: Actor, in tx: borrowing Transaction) throws -> SavedView? {
        for id in try tx.all(ViewsQueries.chosen(by: actor.id), { $0.text(0) }) {
            if let view = try itself(id, in: tx), !view.isDeleted, view.isVisible(to: actor) { return view }
        }
        return nil
    }

    /// How many cases a view finds now, and what is wrong with its search.
    static func count(
        _ view: SavedView, for actor: Actor, policy: Policy, now: Timestamp, counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws -> ViewCount {
        let text = CaseSearchText(view.content.search, for: actor, policy: policy, now: now)
        switch try text.meaning(in: tx) {
        case .problem(let problem): return .problem(problem)
        case .found(_, let filter):
            return .cases(try CaseDirectory.few(filter, for: actor, counts: counts, in: tx))
        }
    }
}

/// How many cases a view finds.
enum ViewCount: Sendable {
    /// So many.
    case cases(CaseTotal)
    /// Its search cannot be read any more: what it names is gone from policy.
    case problem(SearchProblem)

    /// "12", "999+".
    var words: String? {
        guard case .cases(let total) = self else { return nil }
        return grouped(total.number) + (total.isExact ? "" : "+")
    }
}
