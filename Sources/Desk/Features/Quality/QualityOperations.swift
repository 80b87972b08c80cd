import Diagnosis
import Domain
import Storage
import Web

extension QualityFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(ReviewQuality.self), AnyOperation(AnswerReview.self), AnyOperation(WithdrawReview.self),
    ]
}

/// A case with its reviews, as operations on them need it.
struct QualityState: Sendable {
    var found: SupportCase
    var reviews: QualityReviews

    init(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws {
        found = try CaseDirectory.find(id, for: actor, in: tx)
        reviews = try QualityDirectory.reviews(of: found.id, in: tx)
    }
}

/// An operation on the reviews of a case.
protocol QualityOperation: Operation where Input: CaseInput, State == QualityState {
    /// The reviews that the form lets choose from.
    static func offered(_ state: QualityState, to actor: Actor) -> [QualityReviews.Review]
}

extension QualityOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> QualityState { try QualityState(input.id, for: actor, in: tx) }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let state = try QualityState(id, for: actor, in: tx)
        var form = OperationForm(about: state.found.number, back: "/cases/\(state.found.number)")
        form.base = state.found.version
        let offered = offered(state, to: actor)
        form.references["review"] = offered.map { review in
            FieldChoice(review.number, "\(review.number), \(review.at.day)")
        }
        if offered.count == 1 { form.replaced["review"] = [] }
        return form
    }
}

private let reviewNumber = Field<String?>.optional(.reference("review", "Review", to: "review"))
    .help("Empty where there is only one.")

/// Judges the work on an ended case by the rubric of policy.
enum ReviewQuality: QualityOperation {
    struct Input: CaseInput {
        var id: String
        var answers: [String: RawValue]
        var comment: String?
        var isCalibration: Bool
    }

    static let name = "case.review_quality"
    static let summary = "Review the quality"
    static let verb = "Save the review"
    static let right: Right = "quality.review"
    static let input = Fields(
        Input.init, CaseFields.id,
        .answers("answers", "Marks").help("A mark from 1 to 5 by each criterion of the rubric."),
        .optional(.text("comment", "Comment", maxBytes: 20_000))
            .help("Whoever did the work reads all of this and may answer."),
        .flag("calibration", "For calibration: it counts in no figure"))

    static func decide(_ input: Input, on state: QualityState, in context: Context) throws(Refusal)
        -> Decision
    {
        let facts = try state.found.reviewing(
            input.answers, comment: input.comment, isCalibration: input.isCalibration, now: state.reviews,
            in: context)
        var decision = answer(facts, on: state.found)
        for case .quality(.reviewed(let review)) in facts {
            decision.answer["review"] = .string(review.review)
            decision.answer["score"] = review.score.map { .number(Double($0) / 100) } ?? .null
        }
        return decision
    }

    static func offered(_ state: QualityState, to actor: Actor) -> [QualityReviews.Review] { [] }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let state = try QualityState(id, for: actor, in: tx)
        var form = OperationForm(about: state.found.number, back: "/cases/\(state.found.number)")
        guard let rubric = policy.form(.quality, for: state.found) else { return form }
        form.replaced["answers"] = rubric.questions.map { question in
            var field = question.field(policy).description
            field.isWanted = question.kind == .rating
            return field
        }
        form.hints = [
            "Each criterion counts by its weight: "
                + rubric.questions.filter { $0.kind == .rating }.map { "\($0.label) \($0.weight)" }
                .joined(separator: ", ") + "."
        ]
        if let owner = state.found.owner?.raw {
            let name = try PeopleDirectory.names(of: [owner], in: tx)[owner] ?? "Somebody"
            form.hints.append("It judges the work of \(name), not the person, and is shown to them.")
        }
        form.ways = [("Read the case beside it", "/cases/\(state.found.number)?show=story")]
        return form
    }
}

/// Answers a review of one's own work.
enum AnswerReview: QualityOperation {
    struct Input: CaseInput {
        var id: String
        var review: String?
        var text: String
    }

    static let name = "case.answer_review"
    static let summary = "Answer the review"
    static let verb = "Answer"
    static let right: Right = "case.note"
    static let input = Fields(
        Input.init, CaseFields.id, reviewNumber,
        .text("text", "Your answer", maxBytes: 20_000).help(
            "What you see otherwise, or what you take from it. It stands beside the review."))

    static func decide(_ input: Input, on state: QualityState, in context: Context) throws(Refusal)
        -> Decision
    {
        answer(
            try state.found.answering(
                review: input.review, text: input.text, now: state.reviews, by: context.actor),
            on: state.found)
    }

    static func offered(_ state: QualityState, to actor: Actor) -> [QualityReviews.Review] {
        state.reviews.reviews.filter { $0.withdrawnReason == nil && $0.given.reviewed == actor.id }
    }
}

/// Takes a review back that was a mistake; it stays on record and counts no more.
enum WithdrawReview: QualityOperation {
    struct Input: CaseInput {
        var id: String
        var review: String?
        var reason: String
    }

    static let name = "case.withdraw_review"
    static let summary = "Take the review back"
    static let verb = "Take back"
    static let right: Right = "quality.review"
    static let input = Fields(Input.init, CaseFields.id, reviewNumber, CaseFields.reason)

    static func decide(_ input: Input, on state: QualityState, in context: Context) throws(Refusal)
        -> Decision
    {
        answer(
            try state.found.withdrawing(
                review: input.review, reason: input.reason, now: state.reviews, by: context.actor),
            on: state.found)
    }

    static func offered(_ state: QualityState, to actor: Actor) -> [QualityReviews.Review] {
        state.reviews.reviews.filter { $0.withdrawnReason == nil && $0.reviewer == actor.id }
    }
}
