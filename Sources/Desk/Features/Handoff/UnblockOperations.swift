import Domain
import Storage
import Web

private let request = Field<String>.reference("request", "Request", to: "unblock")

private func choices(_ requests: [Handoffs.UnblockRequest]) -> [FieldChoice] {
    requests.map { FieldChoice($0.number, "\($0.number): \($0.asked.stuck.prefix(120))") }
}

/// Says that one does not get on, and asks leads and captains how to.
enum AskUnblock: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var stuck: String
        var tried: String
    }

    static let name = "case.ask_unblock"
    static let summary = "Ask to be unblocked"
    static let verb = "Ask"
    static let right: Right = "case.ask_unblock"
    static let done = "asked"
    static let input = Fields(
        Input.init, CaseFields.id,
        .text("stuck", "What does not go on?", maxBytes: 10_000).help(
            "What you want to reach, and what stands in the way."),
        .text("tried", "What did you try?", maxBytes: 10_000).help(
            "So that nobody tells you what you know already."))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.askingToUnblock(
            stuck: input.stuck, tried: input.tried, now: state.now, policy: context.policy)
    }
}

/// Tells somebody who is stuck how it goes on.
enum AnswerUnblock: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var request: String?
        var answer: String
        var isReusable: Bool
    }

    static let name = "case.unblock"
    static let summary = "Unblock"
    static let verb = "Answer"
    static let right: Right = "case.unblock"
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(request).help("Empty where only one is open."),
        .text("answer", "How does it go on?", maxBytes: 20_000),
        .flag("reusable", "Of use to others: keep it among the answers"))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.unblocking(
            input.request, answer: input.answer, isReusable: input.isReusable, now: state.now,
            by: context.actor)
    }

    static func fill(
        _ form: inout OperationForm, from state: HandoffState, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        let open = state.now.openRequests
        form.references["unblock"] = choices(open)
        let names = try PeopleDirectory.names(of: open.map(\.askedBy), in: tx)
        form.advice = open.map {
            "\($0.number), \(names[$0.askedBy] ?? "Somebody"): \($0.asked.stuck) Tried: \($0.asked.tried)"
        }
        if open.count == 1 { form.replaced["request"] = [] }
    }
}

/// Gets on without an answer.
enum WithdrawUnblock: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var request: String?
        var reason: String
    }

    static let name = "case.withdraw_unblock"
    static let summary = "No longer stuck"
    static let verb = "Take back"
    static let right: Right = "case.ask_unblock"
    static let input = Fields(
        Input.init, CaseFields.id, .optional(request).help("Empty where only one is open."),
        .line("reason", "What helped?", maxBytes: 1000))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.withdrawingUnblock(input.request, reason: input.reason, now: state.now)
    }

    static func fill(
        _ form: inout OperationForm, from state: HandoffState, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        let open = state.now.openRequests
        form.references["unblock"] = choices(open)
        if open.count == 1 { form.replaced["request"] = [] }
    }
}

/// Says whether an answer is of use to others.
enum MarkAnswer: HandoffOperation {
    struct Input: CaseInput {
        var id: String
        var request: String
        var isReusable: Bool
    }

    static let name = "case.mark_answer"
    static let summary = "Keep an answer for others"
    static let verb = "Save"
    static let right: Right = "case.ask_unblock"
    static let input = Fields(
        Input.init, CaseFields.id, request, .flag("reusable", "Of use to others"))

    static func facts(
        _ input: Input, on state: HandoffState, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        try state.found.markingAnswer(input.request, isReusable: input.isReusable, now: state.now)
    }

    static func undo(_ input: Input, on state: HandoffState, in context: Context) -> Undo? {
        Undo(
            name,
            [
                "id": .text(input.id), "request": .text(input.request),
                "reusable": .bool(!input.isReusable),
            ])
    }

    static func fill(
        _ form: inout OperationForm, from state: HandoffState, for actor: Actor, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        let answered = state.now.requests.filter { $0.answer != nil }
        form.references["unblock"] = choices(answered)
        form.standing = (
            "request",
            Dictionary(
                answered.map { ($0.number, RawInput(["reusable": .bool($0.isReusable)])) }
            ) { first, _ in first }
        )
    }
}
