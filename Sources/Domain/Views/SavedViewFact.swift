package import Diagnosis

/// What happens to a saved view.
package enum SavedViewFact: Fact {
    /// The view exists from now on, kept by whoever saved it.
    case saved(SavedView.Content)
    /// Another name, search, or circle of readers.
    case revised(SavedView.Content)
    /// Nobody sees it any more.
    case deleted
    /// It is there again.
    case restored
    /// Whoever did this sees it first when they open the queue.
    case chosen
    /// Whoever did this sees the queue first again.
    case released

    package static let erasableFields: Set<String> = ["name", "search"]

    package var kind: String {
        switch self {
        case .saved: "view.saved"
        case .revised: "view.revised"
        case .deleted: "view.deleted"
        case .restored: "view.restored"
        case .chosen: "view.chosen"
        case .released: "view.released"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .saved, .chosen, .released: []
        case .revised: ["content"]
        case .deleted, .restored: ["existence"]
        }
    }

    package var body: JSON {
        switch self {
        case .saved(let content), .revised(let content):
            [
                "name": .string(content.name), "search": .string(content.search),
                "shared": .bool(content.isShared),
            ]
        case .deleted, .restored, .chosen, .released: [:]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "view.saved": self = .saved(try SavedView.Content(body))
        case "view.revised": self = .revised(try SavedView.Content(body))
        case "view.deleted": self = .deleted
        case "view.restored": self = .restored
        case "view.chosen": self = .chosen
        case "view.released": self = .released
        default: throw FactProblem("“\(kind)” is not a kind of fact of a saved view")
        }
    }
}
