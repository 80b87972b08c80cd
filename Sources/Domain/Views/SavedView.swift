/// A search of cases under a name, for one person or for everybody.
package struct SavedView: Subject, Equatable {
    package static let kind = "view"

    /// What a view is called, what it finds, and who sees it.
    package struct Content: Equatable, Sendable {
        /// The name, which stands beside the queue.
        package var name: String
        /// The search as it was typed; `@me` is whoever looks.
        package var search: String
        /// Whether all colleagues see it; else only its owner does.
        package var isShared: Bool

        /// A content with all parts.
        package init(name: String, search: String, isShared: Bool) {
            (self.name, self.search, self.isShared) = (name, search, isShared)
        }

        init(_ body: FactBody) throws {
            self.init(
                name: try body.text("name"), search: try body.text("search"),
                isShared: body.bool("shared") ?? false)
        }
    }

    /// Its identifier.
    package var id: ID<SavedView>
    /// Its latest fact.
    package var version: Version
    /// What it is called and finds.
    package var content: Content
    /// Who saved it.
    package var owner: ID<Person>
    /// Whether it was deleted.
    package var isDeleted: Bool
    /// Who sees it first when they open the queue.
    package var chosenBy: Set<ID<Person>>

    /// How facts refer to the view.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the view with this identifier.
    package static func ref(_ id: ID<SavedView>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    /// A view with all parts.
    package init(
        id: ID<SavedView>, version: Version, content: Content, owner: ID<Person>, isDeleted: Bool,
        chosenBy: Set<ID<Person>>
    ) {
        (self.id, self.version, self.content) = (id, version, content)
        (self.owner, self.isDeleted, self.chosenBy) = (owner, isDeleted, chosenBy)
    }

    package init(first fact: Recorded<SavedViewFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version,
            content: Content(name: "", search: "", isShared: false), owner: ID(fact.actor), isDeleted: false,
            chosenBy: [])
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<SavedViewFact>) {
        version = fact.version
        switch fact.body {
        case .saved(let content), .revised(let content): self.content = content
        case .deleted: isDeleted = true
        case .restored: isDeleted = false
        case .chosen: chosenBy.insert(ID(fact.actor))
        case .released: chosenBy.remove(ID(fact.actor))
        }
    }
}

extension SavedView {
    /// The right to make views that everybody sees, and to change those of others.
    package static let sharing: Right = "view.share"

    /// Whether somebody sees the view at all.
    package func isVisible(to actor: Actor) -> Bool { content.isShared || owner.raw == actor.id }

    /// Whether somebody may change or delete the view.
    package func isEditable(by actor: Actor) -> Bool {
        owner.raw == actor.id || (content.isShared && actor.may(Self.sharing))
    }

    /// Refuses a change by somebody who may not make it.
    package func checkEdit(by actor: Actor) throws(Refusal) {
        guard isEditable(by: actor) else {
            throw Refusal(
                .denied, "not_yours",
                "“\(content.name)” was shared by somebody else. Save a view of your own instead.")
        }
    }
}
