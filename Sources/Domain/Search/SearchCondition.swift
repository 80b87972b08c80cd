/// What a search asks of a case once every word of it is understood: what storage turns into SQL.
package indirect enum SearchCondition: Hashable, Sendable {
    /// A queue, and the moment before which a case must have come there to be too old.
    package struct Aged: Hashable, Sendable {
        /// The queue.
        package var queue: String
        /// The moment.
        package var before: Timestamp

        /// An age of a queue.
        package init(queue: String, before: Timestamp) { (self.queue, self.before) = (queue, before) }
    }

    /// A column of the case that a search can name.
    package enum Column: String, Sendable, CaseIterable {
        case status, severity, owner, requester, organisation, component, environment, category, verdict,
            channel
        case productArea = "product_area"
        case rootCause = "root_cause"
        case requestType = "request_type"
        case blockedBy = "blocked_by"
        case queue
    }

    /// A moment of the case that a search can name.
    package enum Moment: String, Sendable, CaseIterable {
        case opened = "opened_at"
        case updated = "updated_at"
        case resolved = "resolved_at"
        case closed = "closed_at"
        case reported = "reported_at"
        case due = "next_action_due_at"
        case promised = "next_update_at"
        case since = "status_since"
        case unanswered = "unanswered_since"
        case breach = "deadline_at"
        case acceptance = "accept_by"
    }

    /// Something that a case has or lacks.
    package enum Thing: String, Sendable, CaseIterable {
        case owner, cause, workaround, fix, evidence, reply, link
        case problemStatement = "problem_statement"
        case nextAction = "next_action"
        case promise
        case blocker
        case hypothesis
        case handover
        case stuck
        case review
        case reusableAnswer = "reusable_answer"
    }

    /// Where words are looked for.
    package enum Place: String, Sendable, CaseIterable {
        case anywhere, subject, note, message, attachment

        /// The kinds of words that it holds; empty for all.
        package var kinds: [SearchWords.Kind] {
            switch self {
            case .anywhere: []
            case .subject: [.subject]
            case .note: [.note]
            case .message: [.message]
            case .attachment: [.attachment, .file]
            }
        }
    }

    /// These words stand there, whatever the case of their letters.
    case text(String, Place)
    /// The column has one of these values.
    case oneOf(Column, [String])
    /// Its number is one of these.
    case number([String])
    /// The customer's tier is one of these.
    case tier([String])
    /// The moment lies in this stretch; the end does not belong to it.
    case during(Moment, from: Timestamp?, until: Timestamp?)
    /// The case has it.
    case has(Thing)
    /// One of these people wrote in the case or worked on it.
    case involves([ID<Person>])
    /// One of these people watches it.
    case watched([ID<Person>])
    /// Only some may know of it.
    case restricted
    /// Its number leads to another case.
    case merged
    /// Triage is complete.
    case triaged
    /// A promise to the customer was missed; where true, one of which nobody recorded why.
    case missed(isUnexplained: Bool)
    /// A clock among ourselves is over and goes on.
    case behind
    /// It went from one queue to another more often than this.
    case moved(Int)
    /// Its owner is called away, and nobody stands in.
    case uncovered
    /// It looks like something that is known or open, and nobody said whether it is.
    case matched
    /// It lies in one of these queues for longer than it should.
    case aged([Aged])
    /// Everything holds.
    case every([SearchCondition])
    /// At least one holds.
    case any([SearchCondition])
    /// It does not hold.
    case not(SearchCondition)

    /// Whether it asks for words.
    package var hasText: Bool {
        switch self {
        case .text: true
        case .every(let parts), .any(let parts): parts.contains(where: \.hasText)
        case .not(let inner): inner.hasText
        default: false
        }
    }

    /// What it asks for at the top without words; nil for nothing.
    package var fields: SearchCondition? {
        let parts =
            if case .every(let parts) = self { parts.filter { !$0.hasText } } else { hasText ? [] : [self] }
        return parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .every(parts)
    }

    /// What it asks for at the top with words in it; nil for nothing.
    package var worded: SearchCondition? {
        let parts =
            if case .every(let parts) = self { parts.filter(\.hasText) } else { hasText ? [self] : [] }
        return parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .every(parts)
    }

    /// Whether it asks for something that other cases come into as time goes by.
    package var dependsOnTime: Bool {
        switch self {
        case .during, .missed, .behind, .aged: true
        case .every(let parts), .any(let parts): parts.contains(where: \.dependsOnTime)
        case .not(let inner): inner.dependsOnTime
        default: false
        }
    }

    /// Whether it says anything of merged cases, which are left out otherwise.
    package var namesMerged: Bool {
        switch self {
        case .merged, .number: true
        case .every(let parts), .any(let parts): parts.contains(where: \.namesMerged)
        case .not(let inner): inner.namesMerged
        default: false
        }
    }

    /// The words that must stand there, in the order of the search.
    package var wantedTexts: [String] {
        switch self {
        case .text(let words, _): [words]
        case .every(let parts), .any(let parts): parts.flatMap(\.wantedTexts)
        default: []
        }
    }
}

/// An order of the cases that were found.
package enum SearchOrder: String, Sendable, CaseIterable {
    case updatedDescending = "updated-desc"
    case updatedAscending = "updated-asc"
    case openedDescending = "opened-desc"
    case openedAscending = "opened-asc"
    /// By what promise ends first; cases without one come last.
    case breachAscending = "breach"
    /// The gravest first, and of those what promise ends first.
    case gravest = "severity"

    /// Whether customers may know the order: what is promised to whom, and how grave it is held to be, is for the house.
    package var isForCustomers: Bool { self != .breachAscending && self != .gravest }
}
