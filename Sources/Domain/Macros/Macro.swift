package import Diagnosis

/// What happens to a macro.
package enum MacroFact: Fact {
    /// The macro exists from now on, owned by whoever wrote it.
    case added(Macro.Content)
    /// A new version of its words and actions; `reason` says why.
    case revised(Macro.Content, reason: String?)
    /// Somebody else answers for it.
    case ownerChanged(owner: String)
    /// It is no longer offered.
    case retired(reason: String)
    /// It is offered again.
    case restored
    /// It was used in a case that had come back so many times until then.
    case used(inCase: String, reopenCount: Int)

    package static let erasableFields: Set<String> = ["text", "name", "next_action"]

    package var kind: String {
        switch self {
        case .added: "macro.added"
        case .revised: "macro.revised"
        case .ownerChanged: "macro.owner_changed"
        case .retired: "macro.retired"
        case .restored: "macro.restored"
        case .used: "macro.used"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .added, .used: []
        case .revised: ["content"]
        case .ownerChanged: ["owner"]
        case .retired, .restored: ["offered"]
        }
    }

    package var body: JSON {
        switch self {
        case .added(let content): .object(content.json)
        case .revised(let content, let reason):
            .object(
                {
                    var object = content.json
                    if let reason { object["why"] = .string(reason) }
                    return object
                }())
        case .ownerChanged(let owner): ["owner": .string(owner)]
        case .retired(let reason): ["why": .string(reason)]
        case .restored: [:]
        case .used(let inCase, let reopenCount):
            ["case": .string(inCase), "reopen_count": .integer(Int64(reopenCount))]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "macro.added": self = .added(try Macro.Content(body))
        case "macro.revised":
            self = .revised(try Macro.Content(body), reason: body.optionalText("why"))
        case "macro.owner_changed": self = .ownerChanged(owner: try body.text("owner"))
        case "macro.retired": self = .retired(reason: try body.text("why"))
        case "macro.restored": self = .restored
        case "macro.used":
            self = .used(inCase: try body.text("case"), reopenCount: body.integer("reopen_count") ?? 0)
        default: throw FactProblem("“\(kind)” is not a kind of macro fact")
        }
    }
}

/// A reply that is written once and used often, with what is done beside it.
package struct Macro: Subject, Equatable {
    package static let kind = "macro"

    /// The words and actions of one version.
    package struct Content: Equatable, Sendable {
        /// What people choose it by.
        package var name: String
        /// The reply, with variables such as `{{customer.name}}`.
        package var text: String
        /// The status that the case takes with it.
        package var status: String?
        /// The next action that it sets.
        package var nextAction: String?
        /// Within how many hours that action is due.
        package var nextActionHours: Int?

        /// A content with all parts.
        package init(
            name: String, text: String, status: String? = nil, nextAction: String? = nil,
            nextActionHours: Int? = nil
        ) {
            (self.name, self.text, self.status) = (name, text, status)
            (self.nextAction, self.nextActionHours) = (nextAction, nextActionHours)
        }

        fileprivate init(_ body: FactBody) throws {
            self.init(
                name: try body.text("name"), text: try body.text("text"),
                status: body.optionalText("status"), nextAction: body.optionalText("next_action"),
                nextActionHours: body.integer("next_action_hours"))
        }

        fileprivate var json: JSONObject {
            var object: JSONObject = ["name": .string(name), "text": .string(text)]
            if let status { object["status"] = .string(status) }
            if let nextAction { object["next_action"] = .string(nextAction) }
            if let nextActionHours { object["next_action_hours"] = .integer(Int64(nextActionHours)) }
            return object
        }
    }

    /// Its identifier.
    package var id: ID<Macro>
    /// Its latest fact.
    package var version: Version
    /// What it says and does.
    package var content: Content
    /// How many versions of the content there were.
    package var revision: Int
    /// Who answers for it.
    package var owner: ID<Person>
    /// Whether it is offered.
    package var isOffered: Bool
    /// How often it was used.
    package var uses: Int
    /// When its content last changed.
    package var revisedAt: Timestamp

    /// How facts refer to the macro.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the macro with this identifier.
    package static func ref(_ id: ID<Macro>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    /// A macro with all parts.
    package init(
        id: ID<Macro>, version: Version, content: Content, revision: Int, owner: ID<Person>, isOffered: Bool,
        uses: Int, revisedAt: Timestamp
    ) {
        (self.id, self.version, self.content, self.revision) = (id, version, content, revision)
        (self.owner, self.isOffered, self.uses, self.revisedAt) = (owner, isOffered, uses, revisedAt)
    }

    package init(first fact: Recorded<MacroFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version, content: Content(name: "", text: ""),
            revision: 0, owner: ID(fact.actor), isOffered: true, uses: 0, revisedAt: fact.occurredAt)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<MacroFact>) {
        version = fact.version
        switch fact.body {
        case .added(let content), .revised(let content, _):
            self.content = content
            revision += 1
            revisedAt = fact.occurredAt
        case .ownerChanged(let owner): self.owner = ID(owner)
        case .retired: isOffered = false
        case .restored: isOffered = true
        case .used: uses += 1
        }
    }
}

extension Macro.Content {
    /// Refuses what could never be sent: variables that nobody knows, a status that policy does not have.
    package func check(policy: Policy) throws(Refusal) {
        var problems = ReplyTemplate.problems(in: text).map {
            Refusal.Problem(field: "text", code: "unknown_variable", message: $0)
        }
        if let nextAction, nextAction.contains("{{") {
            problems += ReplyTemplate.problems(in: nextAction).map {
                Refusal.Problem(field: "next_action", code: "unknown_variable", message: $0)
            }
        }
        if nextAction == nil, nextActionHours != nil {
            problems.append(
                .init(
                    field: "next_action", code: "missing",
                    message: "Say what is to be done within \(nextActionHours ?? 0) hours, or leave both out."
                ))
        }
        if let status, [.resolved, .closed].contains(policy.phase(of: ID(status))) {
            problems.append(
                .init(
                    field: "status", code: "not_by_template",
                    message: "A template cannot resolve or close a case: both ask for more than a reply."))
        }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
    }
}

extension Macro {
    /// The fact of a use in a case.
    package func use(in found: SupportCase) -> MacroFact {
        .used(inCase: found.id.raw, reopenCount: found.reopenCount)
    }
}
