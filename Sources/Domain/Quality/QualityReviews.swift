/// How the work on a case was reviewed, and who did that work: the fold of its facts.
package struct QualityReviews: Equatable, Sendable {
    /// A review with what became of it.
    package struct Review: Equatable, Sendable {
        /// What was given.
        package var given: QualityFact.Review
        /// Who reviewed.
        package var reviewer: String
        /// When.
        package var at: Timestamp
        /// What whoever was reviewed answered.
        package var answer: String?
        /// When they answered.
        package var answeredAt: Timestamp?
        /// Why it was taken back; nil where it stands.
        package var withdrawnReason: String?

        /// The number in the case.
        package var number: String { given.review }
        /// Whether it counts for the figures.
        package var counts: Bool { withdrawnReason == nil && !given.isCalibration }
    }

    /// The reviews, oldest first.
    package private(set) var reviews: [Review] = []
    /// Everybody who ever owned the case.
    package private(set) var owners: Set<String> = []

    /// What these facts make, oldest first; those of other kinds change nothing.
    package init(_ facts: some Sequence<Recorded<CaseFact>> = []) { for fact in facts { apply(fact) } }

    /// The kinds of facts that it is made of.
    package static let kinds =
        QualityFact.kinds + ["case.owner_changed", "case.imported", "case.change_imported"]

    private mutating func apply(_ fact: Recorded<CaseFact>) {
        switch fact.body {
        case .ownerChanged(let owner, _): owners.insert(owner)
        case .imported(_, let row), .changeImported(let row):
            if let owner = row.set["owner"], !owner.isEmpty { owners.insert(owner) }
        case .quality(.reviewed(let review)):
            reviews.append(Review(given: review, reviewer: fact.actor, at: fact.occurredAt))
        case .quality(.answered(let number, _, let text)):
            change(number) { ($0.answer, $0.answeredAt) = (text, fact.occurredAt) }
        case .quality(.withdrawn(let number, _, let reason)): change(number) { $0.withdrawnReason = reason }
        default: break
        }
    }

    private mutating func change(_ number: String, _ body: (inout Review) -> Void) {
        guard let index = reviews.firstIndex(where: { $0.number == number }) else { return }
        body(&reviews[index])
    }

    /// Everybody who is named, for their names on pages.
    package var people: [String] { reviews.flatMap { [$0.reviewer, $0.given.reviewed] } }

    /// Those that somebody may read: whoever may see all, whoever was reviewed, whoever reviewed.
    package func readable(by actor: Actor) -> [Review] {
        reviews.filter { Self.isReadable($0.given.reviewed, $0.reviewer, by: actor) }
    }

    /// The right to read everybody's reviews.
    package static let viewRight: Right = "quality.view"

    /// Whether somebody may read a review of one person by another.
    package static func isReadable(_ reviewed: String, _ reviewer: String, by actor: Actor) -> Bool {
        !actor.isCustomer && (actor.may(viewRight) || actor.id == reviewed || actor.id == reviewer)
    }

    /// The review of this number; the only one that `counts`-worthy choice leaves where none is named.
    /// - Throws: where there is none, or several and none is named.
    fileprivate func review(
        _ number: String?, _ isMeant: (Review) -> Bool
    ) throws(Refusal) -> Review {
        let meant = reviews.filter { $0.withdrawnReason == nil && isMeant($0) }
        guard let number, !number.trimmingWhitespace.isEmpty else {
            if meant.count == 1 { return meant[0] }
            throw Refusal(
                field: "review", meant.isEmpty ? "not_found" : "several",
                meant.isEmpty
                    ? "There is no review here that this could be done to."
                    : "Say which review: \(meant.map(\.number).joined(separator: ", ")).")
        }
        let wanted = number.trimmingWhitespace.uppercased()
        guard let found = meant.first(where: { $0.number == wanted }) else {
            throw Refusal(
                field: "review", "not_found",
                "There is no review “\(number)” here that this could be done to.")
        }
        return found
    }
}

extension SupportCase {
    /// Whether the work on the case is done, so that it can be judged.
    package func isReviewable(policy: Policy) -> Bool {
        [.resolved, .closed].contains(policy.phase(of: status)) && mergedInto == nil
    }

    /// The facts of a review of the work on the case.
    ///
    /// It judges the work of whoever owns the case at its end. Nobody who ever owned it reviews it.
    /// - Parameter answers: the marks and remarks as they arrived, by question.
    package func reviewing(
        _ answers: [String: RawValue], comment: String?, isCalibration: Bool, now reviews: QualityReviews,
        in context: Context
    ) throws(Refusal) -> [CaseFact] {
        let policy = context.policy
        guard let form = policy.form(.quality, for: self) else {
            throw Refusal(
                .conflict, "no_form", "The policy in force has no rubric: a form with “use: quality”.")
        }
        guard isReviewable(policy: policy) else {
            throw Refusal(
                .conflict, "not_ended",
                "\(number) is still worked on. It is reviewed once it is resolved or closed.")
        }
        guard let owner else {
            throw Refusal(.conflict, "no_owner", "Nobody owned \(number), so there is nobody to review.")
        }
        guard owner.raw != context.actor.id, !reviews.owners.contains(context.actor.id) else {
            throw Refusal(
                .conflict, "own_case", "You worked on \(number) yourself. Somebody else reviews it.")
        }
        let read = try form.reading(answers, policy: policy) { $0.kind == .rating }
        return [
            .quality(
                .reviewed(
                    QualityFact.Review(
                        review: "Q\(reviews.reviews.count + 1)", form: form.id, version: form.version,
                        reviewed: owner.raw, marks: form.marks(in: read),
                        remarks: read.filter { form.question($0.question)?.kind != .rating },
                        comment: comment, isCalibration: isCalibration)))
        ]
    }

    /// The facts of an answer to a review by whoever was reviewed.
    package func answering(
        review number: String?, text: String, now reviews: QualityReviews, by actor: Actor
    ) throws(Refusal) -> [CaseFact] {
        let found = try reviews.review(number) { $0.given.reviewed == actor.id }
        guard found.answer != text else { return [] }
        return [
            .quality(.answered(review: found.number, reviewed: found.given.reviewed, text: text))
        ]
    }

    /// The facts of taking a review back, by whoever made it.
    package func withdrawing(
        review number: String?, reason: String, now reviews: QualityReviews, by actor: Actor
    ) throws(Refusal) -> [CaseFact] {
        let found = try reviews.review(number) { $0.reviewer == actor.id }
        return [
            .quality(.withdrawn(review: found.number, reviewed: found.given.reviewed, reason: reason))
        ]
    }
}
