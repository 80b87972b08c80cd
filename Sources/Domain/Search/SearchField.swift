/// What a search can ask of a case by name.
package enum SearchField: String, CaseIterable, Sendable {
    case state = "is"
    case has
    case lacks = "no"
    case queue
    case status, severity, owner, requester, account, tier, component, area, environment, category, verdict
    case rootCause = "root_cause"
    case waits
    case channel, type, number, involves, watcher, subject, note, message, attachment
    case opened, updated, resolved, closed, reported, due, promised, breach, since, unanswered
    case sort

    /// What kind of value it takes.
    package enum Kind: Equatable, Sendable {
        /// One of a list of policy, in its order.
        case ranked
        /// One of a list of policy.
        case term
        /// One of the words that `is:`, `has:` and `no:` know.
        case word
        /// A person: `@me`, `none`, a name, an address.
        case person
        /// A customer's organisation.
        case organisation
        /// A moment, a day, a range of days, or an age such as `<2d`.
        case time
        /// Words to be found in one kind of text only.
        case text
        /// An order of the list.
        case order
    }

    /// What kind of value it takes.
    package var kind: Kind {
        switch self {
        case .status, .severity, .tier: .ranked
        case .component, .area, .environment, .category, .verdict, .rootCause, .waits, .channel, .type,
            .queue:
            .term
        case .state, .has, .lacks: .word
        case .owner, .requester, .involves, .watcher: .person
        case .account: .organisation
        case .opened, .updated, .resolved, .closed, .reported, .due, .promised, .breach, .since, .unanswered:
            .time
        case .subject, .note, .message, .attachment, .number: .text
        case .sort: .order
        }
    }

    /// The other names that people know from GitHub, Jira and Zendesk.
    package var aliases: [String] {
        switch self {
        case .severity: ["sev", "priority", "prio"]
        case .owner: ["assignee", "assigned"]
        case .requester: ["reporter", "author", "from"]
        case .account: ["org", "organisation", "organization", "customer", "company"]
        case .area: ["product_area", "product"]
        case .environment: ["env"]
        case .rootCause: ["cause", "root-cause"]
        case .waits: ["waits_for", "waiting_for", "blocked", "blocked_by"]
        case .channel: ["via"]
        case .type: ["request_type", "ticket_type"]
        case .number: ["id", "case"]
        case .involves: ["commenter", "participant"]
        case .watcher: ["cc", "watching"]
        case .subject: ["title", "in_subject"]
        case .note: ["comment"]
        case .message: ["reply", "description"]
        case .attachment: ["file", "filename", "evidence"]
        case .opened: ["created"]
        case .updated: ["changed"]
        case .resolved: ["solved"]
        case .due: ["due_date", "next_action_due"]
        case .since: ["in_status", "status_since"]
        case .unanswered: ["unanswered_since"]
        case .sort: ["order_by", "order"]
        case .breach: ["sla", "deadline", "breaches"]
        case .queue: ["team"]
        case .state, .has, .lacks, .status, .tier, .component, .category, .verdict, .closed, .reported,
            .promised:
            []
        }
    }

    /// Whether customers may ask for it: nothing that tells them what is done inside the house.
    package var isForCustomers: Bool {
        switch self {
        case .state, .number, .subject, .message, .attachment, .opened, .updated, .sort: true
        default: false
        }
    }

    private static let names = named.keys.sorted()
    private static let named = Dictionary(
        allCases.flatMap { field in ([field.rawValue] + field.aliases).map { ($0, field) } }
    ) { first, _ in first }

    /// The field of this name, whatever the case of its letters.
    package init?(named name: String) {
        guard let field = Self.named[name.lowercased()] else { return nil }
        self = field
    }

    /// The name that was probably meant; nil where none is near.
    package static func meant(by name: String) -> String? {
        guard name.count >= 3 else { return nil }
        return nearest(to: name.lowercased(), in: names, slips: name.count >= 5 ? 2 : 1)
    }
}
