/// Messages that a second person reads before the customer does, and what became of them: the replay of their facts.
package struct MessageReviews: Equatable, Sendable {
    /// What became of a message.
    package enum Outcome: String, Sendable, CaseIterable {
        /// It was approved, and with that sent.
        case approved
        /// It came back with what has to change.
        case returned
        /// Whoever wrote it took it back.
        case withdrawn
        /// Nobody read it in time, and it was sent all the same.
        case released
        /// It was changed: another one stands in its place.
        case replaced
        /// The case was over before anybody read it; it was not sent.
        case overtaken

        /// Whether the customer got it.
        package var isSent: Bool { self == .approved || self == .released }
    }

    /// A message, and what became of it.
    package struct Review: Equatable, Sendable {
        /// What is to be sent.
        package var held: OutwardFact.Held
        /// Who wrote it.
        package var writer: String
        /// When.
        package var heldAt: Timestamp
        /// What became of it; nil while it waits.
        package var outcome: Outcome?
        /// When that was.
        package var settledAt: Timestamp?
        /// By whom.
        package var settledBy: String?
        /// Why it came back or was taken back, or what the reviewer said to it.
        package var words: String?
        /// What was to happen with it and no longer fitted when it was sent.
        package var leftOut: [String] = []

        /// The number in the case: "M1".
        package var number: String { held.message }

        /// Whether nobody read it although the time for it is over.
        package func isLate(at now: Timestamp) -> Bool { outcome == nil && held.reviewBy < now }
    }

    /// Every message that was held, oldest first.
    package private(set) var reviews: [Review] = []

    /// The kinds of fact that the replay needs.
    package static let kinds = OutwardFact.kinds + ["case.resolved", "case.closed", "case.merged_into"]

    /// What these facts make, oldest first; those of other kinds change nothing.
    package init(_ facts: some Sequence<Recorded<CaseFact>> = []) { for fact in facts { apply(fact) } }

    /// The messages that wait, oldest first.
    package var open: [Review] { reviews.filter { $0.outcome == nil } }

    /// The number of the next message.
    package var next: String { "M\(reviews.count + 1)" }

    /// Everybody who is named, for their names on pages.
    package var people: [String] { reviews.flatMap { [$0.writer, $0.settledBy].compactMap { $0 } } }

    /// Takes in the next fact.
    package mutating func apply(_ fact: Recorded<CaseFact>) {
        switch fact.body {
        case .outward(.held(let held)):
            if let old = held.replaces { settle(old, .replaced, fact) }
            reviews.append(Review(held: held, writer: fact.actor, heldAt: fact.occurredAt))
        case .outward(.approved(let message, let comment, let leftOut)):
            settle(message, .approved, fact, words: comment, leftOut: leftOut)
        case .outward(.returned(let message, let reason)): settle(message, .returned, fact, words: reason)
        case .outward(.withdrawn(let message, let reason)):
            settle(message, .withdrawn, fact, words: reason)
        case .outward(.released(let message, _, let leftOut)):
            settle(message, .released, fact, leftOut: leftOut)
        case .resolved, .closed, .relation(.mergedInto):
            for review in open { settle(review.number, .overtaken, fact) }
        default: break
        }
    }

    private mutating func settle(
        _ number: String, _ outcome: Outcome, _ fact: Recorded<CaseFact>, words: String? = nil,
        leftOut: [String] = []
    ) {
        guard let index = reviews.firstIndex(where: { $0.number == number && $0.outcome == nil }) else {
            return
        }
        (reviews[index].outcome, reviews[index].settledAt) = (outcome, fact.occurredAt)
        (reviews[index].settledBy, reviews[index].words) = (fact.actor, words)
        reviews[index].leftOut = leftOut
    }

    /// The message that is meant: the one of the number, or the only one that waits where no number is given.
    /// - Throws: a refusal that says what became of it, where it does not wait any more.
    package func waiting(_ number: String?, of this: SupportCase) throws(Refusal) -> Review {
        guard let number = number?.trimmingWhitespace.uppercased() else {
            let open = open
            guard let found = open.first else {
                throw Refusal(
                    .conflict, "nothing_to_review", "No message waits for a review at \(this.number).")
            }
            guard open.count == 1 else {
                let numbers = open.map(\.number).joined(separator: ", ")
                throw Refusal(field: "message", "which", "Say which message is meant: \(numbers).")
            }
            return found
        }
        guard let found = reviews.first(where: { $0.number == number }) else {
            throw Refusal(field: "message", "not_found", "\(this.number) has no message “\(number)”.")
        }
        guard let outcome = found.outcome else { return found }
        let what =
            switch outcome {
            case .approved: "was approved and sent already."
            case .returned: "was given back already."
            case .withdrawn: "was taken back by whoever wrote it."
            case .released: "was sent already, since nobody reviewed it in time."
            case .replaced:
                "was changed after you read it: \(replacement(of: number) ?? "another one") stands in its place. Read that one."
            case .overtaken: "was not sent: the case was over before."
            }
        throw Refusal(.conflict, "review_over", "\(number) \(what)")
    }

    private func replacement(of number: String) -> String? {
        reviews.first { $0.held.replaces == number }?.number
    }
}
