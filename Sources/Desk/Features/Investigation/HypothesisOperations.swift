import Diagnosis
import Domain
import Storage
import Web

/// Puts up a hypothesis.
enum AddHypothesis: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var statement: String
        var reasoning: String?
        var predicts: String?
        var test: String?
        var confidence: String?
        var dueAt: Timestamp?
    }

    static let name = "case.add_hypothesis"
    static let summary = "Add a hypothesis"
    static let verb = "Add hypothesis"
    static let input = Fields(
        Input.init, CaseFields.id,
        .line("statement", "What do you think happens?", maxBytes: 500)
            .help("One sentence that could turn out wrong: “One host kept the old key after the rotation”."),
        .optional(.text("reasoning", "Why do you think so?", maxBytes: 20_000)),
        .optional(.text("predicts", "What must be seen if it is so?", maxBytes: 20_000))
            .help("Something that would not be seen otherwise, with figures where you can."),
        .optional(.line("test", "How can it be tested?", maxBytes: 500))
            .help("The first test; more can be planned later."),
        .optional(InvestigationFields.level("confidence", "How likely is it?")),
        .optional(InvestigationFields.dueAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.proposing(
            HypothesisWording(
                statement: input.statement, reasoning: input.reasoning, predicts: input.predicts,
                dueAt: input.dueAt),
            confidence: input.confidence.flatMap { Level(rawValue: $0) }, test: input.test)
    }

    static func undo(_ input: Input, on state: InvestigationState, in context: Context) -> Undo? {
        Undo(
            WithdrawHypothesis.name,
            [
                "id": .text(input.id), "hypothesis": .text(state.investigation.nextHypothesis),
                "reason": .text("Taken back"),
            ])
    }
}

/// Withdraws a hypothesis that was put up by mistake and of which nothing came yet.
enum WithdrawHypothesis: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var hypothesis: String
        var reason: String
    }

    static let name = "case.withdraw_hypothesis"
    static let summary = "Withdraw a hypothesis"
    static let verb = "Withdraw"
    static let input = Fields(
        Input.init, CaseFields.id,
        InvestigationFields.item("hypothesis", "Hypothesis")
            .help("One that was put up by mistake. What was tested or judged stays: refute it instead."),
        CaseFields.reason)

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.withdrawingHypothesis(input.hypothesis, because: input.reason)
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.references["hypothesis"] = state.investigation.hypothesisChoices }
}

/// Withdraws the last judgement of a hypothesis, so that the one before holds.
enum WithdrawJudgement: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var hypothesis: String
        var reason: String
        var rootCause: Edit<String>
    }

    static let name = "case.withdraw_judgement"
    static let summary = "Withdraw a judgement"
    static let verb = "Withdraw"
    static let input = Fields(
        Input.init, CaseFields.id,
        InvestigationFields.item("hypothesis", "Hypothesis")
            .help("Its last judgement was a mistake; it stands again where it stood before."),
        CaseFields.reason,
        .edit(CaseFields.term(.rootCause))
            .help("What the root cause of the case was before, where confirming this changed it."))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        let rootCause: JudgementWithdrawal.RootCause? =
            switch input.rootCause {
            case .unchanged: nil
            case .cleared: .unset
            case .set(let cause): .set(cause)
            }
        return try state.investigation.withdrawingJudgement(
            of: input.hypothesis, because: input.reason, rootCause: rootCause)
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.references["hypothesis"] = state.investigation.hypothesisChoices }
}

/// Puts a hypothesis into other words, or moves its time box.
enum ReviseHypothesis: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var hypothesis: String
        var statement: String?
        var reasoning: Edit<String>
        var predicts: Edit<String>
        var dueAt: Edit<Timestamp>
    }

    static let name = "case.revise_hypothesis"
    static let summary = "Put a hypothesis into other words"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("hypothesis", "Hypothesis"),
        .optional(.line("statement", "What do you think happens?", maxBytes: 500)).help(
            "What is left empty stays as it is."),
        .edit(.text("reasoning", "Why do you think so?", maxBytes: 20_000)),
        .edit(.text("predicts", "What must be seen if it is so?", maxBytes: 20_000)),
        .edit(InvestigationFields.dueAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        var wording = try state.investigation.hypothesis(input.hypothesis).wording
        wording.statement = input.statement ?? wording.statement
        wording.reasoning = input.reasoning.applied(to: wording.reasoning)
        wording.predicts = input.predicts.applied(to: wording.predicts)
        wording.dueAt = input.dueAt.applied(to: wording.dueAt)
        return try state.investigation.revising(input.hypothesis, wording)
    }

    static func undo(_ input: Input, on state: InvestigationState, in context: Context) -> Undo? {
        // What was decided on is there.
        guard let before = try? state.investigation.hypothesis(input.hypothesis) else { return nil }
        return Undo(
            name,
            [
                "id": .text(input.id), "hypothesis": .text(before.id),
                "statement": .text(before.wording.statement),
                "reasoning": .optional(before.wording.reasoning),
                "predicts": .optional(before.wording.predicts),
                "due_at": .optional(before.wording.dueAt?.rfc3339),
            ])
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["hypothesis"] = state.investigation.hypothesisChoices
        let standing = state.investigation.hypotheses.map { one in
            (
                one.id,
                RawInput([
                    "statement": .text(one.wording.statement),
                    "reasoning": .text(one.wording.reasoning ?? ""),
                    "predicts": .text(one.wording.predicts ?? ""),
                    "due_at": .text(one.wording.dueAt?.fieldText ?? ""),
                ])
            )
        }
        form.standing = ("hypothesis", Dictionary(uniqueKeysWithValues: standing))
    }
}

extension Edit {
    /// What stands there after the edit.
    func applied(to old: Value?) -> Value? {
        switch self {
        case .unchanged: old
        case .cleared: nil
        case .set(let value): value
        }
    }
}

/// Says where a hypothesis stands; only evidence and a verification make it a confirmed cause.
enum JudgeHypothesis: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var hypothesis: String
        var state: String
        var confidence: String?
        var reason: String?
        var evidence: [String]
        var method: String?
        var verification: String?
        var rootCause: String?
    }

    static let name = "case.judge_hypothesis"
    static let summary = "Judge a hypothesis"
    static let verb = "Save"
    private static let states = [
        FieldChoice("open", "Open", detail: "Still to be found out."),
        FieldChoice("supported", "Supported", detail: "What was seen speaks for it."),
        FieldChoice("refuted", "Refuted", detail: "What was seen speaks against it. It stays in sight."),
        FieldChoice(
            "confirmed", "Confirmed",
            detail: "Proved: needs evidence, a method of verification and the root cause."),
        FieldChoice("parked", "Parked", detail: "Set aside for now."),
    ]

    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("hypothesis", "Hypothesis"),
        InvestigationFields.pick("state", "Where it stands", states),
        .optional(InvestigationFields.level("confidence", "How likely is it?")),
        .optional(.text("reason", "Why?", maxBytes: 20_000))
            .help("What speaks for or against it. Needed to refute what no result was recorded of."),
        InvestigationFields.evidence,
        .optional(InvestigationFields.method)
            .help("Needed to confirm."),
        .optional(.text("verification", "What was done to verify it, and what was seen", maxBytes: 20_000))
            .help("Needed to confirm."),
        .optional(CaseFields.term(.rootCause)).help("Needed to confirm."))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.judging(
            input.hypothesis,
            HypothesisJudgement(
                state: HypothesisState(rawValue: input.state) ?? .open,
                confidence: input.confidence.flatMap { Level(rawValue: $0) }, reason: input.reason,
                method: input.method, verification: input.verification,
                rootCause: input.rootCause ?? state.found.classification[.rootCause],
                evidence: input.evidence),
            citing: state.citable)
    }

    static func undo(_ input: Input, on state: InvestigationState, in context: Context) -> Undo? {
        var fields: [String: RawValue] = [
            "id": .text(input.id), "hypothesis": .text(input.hypothesis), "reason": .text("Taken back"),
        ]
        let before = state.found.classification[.rootCause]
        // Only what this judgement set is set back.
        if input.state == HypothesisState.confirmed.rawValue, let cause = input.rootCause, cause != before {
            fields["root_cause"] = .optional(before)
        }
        return Undo(WithdrawJudgement.name, fields)
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["hypothesis"] = state.investigation.hypothesisChoices
        form.values["root_cause"] = .text(state.found.classification[.rootCause] ?? "")
        if state.investigation.hypotheses.isEmpty {
            form.advice.append("There is no hypothesis yet. Add one first.")
            form.ways.append(("Add a hypothesis", "/cases/\(state.found.number)/add_hypothesis"))
        }
        let pieces = state.citable.numbers.sorted {
            $0.utf8.count == $1.utf8.count ? $0 < $1 : $0.utf8.count < $1.utf8.count
        }
        if pieces.isEmpty {
            form.advice.append(
                "There is no evidence that you can read on this case yet. Without any, nothing can be confirmed."
            )
            form.ways.append(("Add evidence", "/cases/\(state.found.number)/evidence/new"))
        } else if var field = input.descriptions.first(where: { $0.name == "evidence" }) {
            field.help =
                "One a line. This case has \(pieces.prefix(12).joined(separator: ", "))\(pieces.count > 12 ? " and more" : ""). Entries of the timeline, such as #12, count as well but prove nothing alone."
            form.replaced["evidence"] = [field]
        }
    }
}

/// Plans a test; the plan is ordered by what a test tells for what it costs.
enum PlanTest: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var action: String
        var hypothesis: String?
        var expected: String?
        var information: String
        var cost: String
        var dueAt: Timestamp?
    }

    static let name = "case.plan_test"
    static let summary = "Plan a test"
    static let verb = "Add to the plan"
    static let input = Fields(
        Input.init, CaseFields.id,
        .line("action", "What is done?", maxBytes: 500).help(
            "So that a colleague could do it: “Replay 50 refused payments against 4.17.9 and 4.18.0”."),
        .optional(InvestigationFields.item("hypothesis", "About which hypothesis?")),
        .optional(.text("expected", "What would each outcome tell?", maxBytes: 20_000)),
        InvestigationFields.level("information", "How much will it tell?"),
        InvestigationFields.level("cost", "What does it cost, in time and risk?"),
        .optional(InvestigationFields.dueAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.planning(
            TestPlan(
                hypothesis: input.hypothesis, action: input.action, expected: input.expected,
                information: Level(rawValue: input.information) ?? .medium,
                cost: Level(rawValue: input.cost) ?? .medium, dueAt: input.dueAt))
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["hypothesis"] = state.investigation.hypothesisChoices
        let ends = state.investigation.doneTests.filter(\.isDeadEnd).prefix(5)
        for test in ends {
            form.advice.append(
                "Tried already: \(test.id) \(test.plan.action), which \(test.results.last?.result.bearing.words ?? "")."
            )
        }
    }
}

/// Records what was seen: of a planned test, which is done with it, or of a hypothesis.
enum RecordResult: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var of: String
        var observed: String
        var bearing: String
        var evidence: [String]
        var occurredAt: Timestamp?
    }

    static let name = "case.record_result"
    static let summary = "Record a result"
    static let verb = "Record result"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("of", "Of which test or hypothesis?"),
        InvestigationFields.observed, InvestigationFields.bearing("What it says"),
        InvestigationFields.evidence,
        .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.recording(
            InvestigationResult(
                observed: input.observed, bearing: Bearing(rawValue: input.bearing) ?? .inconclusive,
                evidence: input.evidence),
            on: input.of, citing: state.citable)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.references["of"] = state.investigation.observableChoices }
}
