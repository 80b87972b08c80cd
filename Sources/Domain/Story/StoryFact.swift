package import Diagnosis

/// What belongs to the story of a case, and what was taken back.
///
/// The log of a case holds everything; its story is what somebody who comes to it should read. Entries are named by
/// their sequence in the journal, as the pages and exports show it.
package enum StoryFact: CaseFactFamily {
    /// An entry was put into the story.
    case pinned(entry: Int64)
    /// An entry was left out of the story.
    case unpinned(entry: Int64)
    /// What somebody did was taken back: the facts that follow restore what was before.
    case undone(what: String, fromVersion: Int, toVersion: Int)

    package static let kinds = ["case.entry_pinned", "case.entry_unpinned", "case.undone"]
    package static let erasableFields: Set<String> = []

    package var kind: String {
        switch self {
        case .pinned: "case.entry_pinned"
        case .unpinned: "case.entry_unpinned"
        case .undone: "case.undone"
        }
    }

    package var body: JSON {
        switch self {
        case .pinned(let entry), .unpinned(let entry): ["entry": .integer(entry)]
        case .undone(let what, let first, let last):
            [
                "what": .string(what), "from_version": .integer(Int64(first)),
                "to_version": .integer(Int64(last)),
            ]
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .pinned(let entry), .unpinned(let entry): [Aspect("story.\(entry)")]
        case .undone: []
        }
    }

    package init(kind: String, body: FactBody) throws {
        func number(_ key: String) throws -> Int {
            guard let number = body.integer(key) else { throw FactProblem("the body has no number “\(key)”") }
            return number
        }
        switch kind {
        case "case.entry_pinned": self = .pinned(entry: Int64(try number("entry")))
        case "case.entry_unpinned": self = .unpinned(entry: Int64(try number("entry")))
        case "case.undone":
            self = .undone(
                what: try body.text("what"), fromVersion: try number("from_version"),
                toVersion: try number("to_version"))
        default: throw FactProblem("“\(kind)” is not a kind of StoryFact")
        }
    }
}

/// Which entries of a case make its story.
///
/// Messages, notes, turning points and the kinds that features name belong to it by themselves; people add what
/// matters and leave out what does not.
package struct Story: Equatable, Sendable {
    /// Entries that somebody put in, by sequence.
    package private(set) var pinned: Set<Int64> = []
    /// Entries that somebody left out, by sequence.
    package private(set) var unpinned: Set<Int64> = []

    /// The story that these facts make, oldest first; facts of other kinds change nothing.
    package init(_ facts: [CaseFact] = []) {
        for case .story(let fact) in facts {
            switch fact {
            case .pinned(let entry):
                pinned.insert(entry)
                unpinned.remove(entry)
            case .unpinned(let entry):
                unpinned.insert(entry)
                pinned.remove(entry)
            case .undone: break
            }
        }
    }

    /// The kinds that belong to the story by themselves.
    package static let kinds =
        [
            "case.opened", "case.imported", "case.replied", "case.noted", "case.resolved", "case.reopened",
            "case.closed",
        ] + CaseFact.families.flatMap { $0.storyKinds }

    /// Whether an entry belongs to the story.
    package func tells(_ entry: Int64, kind: String) -> Bool {
        pinned.contains(entry) || (Self.kinds.contains(kind) && !unpinned.contains(entry))
    }

    /// The fact of putting an entry in or leaving it out; none where that is so already.
    package func setting(_ entry: Int64, kind: String, isTold: Bool) throws(Refusal) -> [CaseFact] {
        if StoryFact.kinds.contains(kind) {
            throw Refusal(
                field: "entry", "no_entry_of_the_story",
                "Entry \(entry) is about the story itself. Choose what it speaks of.")
        }
        guard tells(entry, kind: kind) != isTold else { return [] }
        return [.story(isTold ? .pinned(entry: entry) : .unpinned(entry: entry))]
    }
}
