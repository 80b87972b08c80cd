/// What one person chose about what they are told; its identifier is the person's.
package struct NotificationSettings: Subject, Equatable {
    package static let kind = "notification_settings"

    /// The person.
    package var person: ID<Person>
    /// Its latest fact.
    package var version: Version
    /// The choices.
    package var choices: NotificationChoices
    /// The host of the chat; nil where there is none.
    package var chatHost: String?

    /// Settings with all parts.
    package init(
        person: ID<Person>, version: Version, choices: NotificationChoices, chatHost: String?
    ) {
        (self.person, self.version) = (person, version)
        (self.choices, self.chatHost) = (choices, chatHost)
    }

    package init(first fact: Recorded<NotificationFact>) {
        self.init(person: ID(fact.subject.id), version: fact.version, choices: .usual, chatHost: nil)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<NotificationFact>) {
        version = fact.version
        switch fact.body {
        case .chosen(let choices): self.choices = choices
        case .chatSet(let host): chatHost = host
        case .chatRemoved: chatHost = nil
        }
    }

    /// The reference to the settings of a person.
    package static func ref(of person: String) -> SubjectRef { SubjectRef(kind: kind, id: person) }
}
