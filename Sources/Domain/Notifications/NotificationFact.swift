package import Diagnosis

/// What somebody chose about what they are told.
package enum NotificationFact: Fact {
    /// These choices hold from now on.
    case chosen(NotificationChoices)
    /// Messages go to a chat at this host from now on; its address is a secret, and is kept elsewhere.
    case chatSet(host: String)
    /// Messages go to no chat any more.
    case chatRemoved

    package static let erasableFields: Set<String> = []

    package var kind: String {
        switch self {
        case .chosen: "notification.chosen"
        case .chatSet: "notification.chat_set"
        case .chatRemoved: "notification.chat_removed"
        }
    }

    package var edits: Set<Aspect> { [] }

    package var body: JSON {
        switch self {
        case .chosen(let choices): ["choices": choices.json]
        case .chatSet(let host): ["host": .string(host)]
        case .chatRemoved: [:]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "notification.chosen": self = .chosen(NotificationChoices(body.members["choices"]))
        case "notification.chat_set": self = .chatSet(host: try body.text("host"))
        case "notification.chat_removed": self = .chatRemoved
        default: throw FactProblem("“\(kind)” is not a kind of notification fact")
        }
    }
}
