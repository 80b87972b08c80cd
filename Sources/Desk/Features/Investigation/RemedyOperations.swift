import Diagnosis
import Domain
import Storage
import Web

private let holds = Field<String>.choice(
    "holds", "Does the fix work?",
    from: { _ in [FieldChoice("yes", "It works"), FieldChoice("no", "It does not")] })

/// Records a way around the problem, with its risk.
enum RecordWorkaround: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var text: String
        var dataLoss: String
        var sideEffects: String
        var testedIn: String?
        var appliesTo: String?
        var rollback: String
    }

    static let name = "case.record_workaround"
    static let summary = "Record a workaround"
    static let verb = "Record workaround"
    static let input = Fields(
        Input.init, CaseFields.id,
        .text("text", "What to do", maxBytes: 50_000).help("Step by step, as somebody would follow it."),
        .line("data_loss", "Which data can be lost or become wrong?", maxBytes: 1000).help(
            "Write “none” only if you know."),
        .line("side_effects", "What else does it do?", maxBytes: 1000),
        .optional(.line("tested_in", "Where was it tried?", maxBytes: 500)).help(
            "Environment and date. Empty reads “not tried”."),
        .optional(.line("applies_to", "To which customers and set-ups does it apply?", maxBytes: 1000)),
        .line("rollback", "How is it taken back?", maxBytes: 1000))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        [
            .workaroundRecorded(
                id: "W\(state.investigation.workarounds.count + 1)",
                Workaround(
                    text: input.text, dataLoss: input.dataLoss, sideEffects: input.sideEffects,
                    testedIn: input.testedIn, appliesTo: input.appliesTo, rollback: input.rollback))
        ]
    }
}

/// Changes a workaround; what is left empty stays.
enum ReviseWorkaround: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var workaround: String
        var text: String?
        var dataLoss: String?
        var sideEffects: String?
        var testedIn: String?
        var appliesTo: String?
        var rollback: String?
    }

    static let name = "case.revise_workaround"
    static let summary = "Change a workaround"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("workaround", "Workaround"),
        .optional(.text("text", "What to do", maxBytes: 50_000)).help("What is left empty stays as it is."),
        .optional(.line("data_loss", "Which data can be lost or become wrong?", maxBytes: 1000)),
        .optional(.line("side_effects", "What else does it do?", maxBytes: 1000)),
        .optional(.line("tested_in", "Where was it tried?", maxBytes: 500)),
        .optional(.line("applies_to", "To which customers and set-ups does it apply?", maxBytes: 1000)),
        .optional(.line("rollback", "How is it taken back?", maxBytes: 1000)))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        var workaround = try state.investigation.usable(input.workaround).workaround
        workaround.text = input.text ?? workaround.text
        workaround.dataLoss = input.dataLoss ?? workaround.dataLoss
        workaround.sideEffects = input.sideEffects ?? workaround.sideEffects
        workaround.testedIn = input.testedIn ?? workaround.testedIn
        workaround.appliesTo = input.appliesTo ?? workaround.appliesTo
        workaround.rollback = input.rollback ?? workaround.rollback
        return try state.investigation.revisingWorkaround(input.workaround, workaround)
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws {
        form.references["workaround"] = state.investigation.workaroundChoices
        let standing = state.investigation.usableWorkarounds.map { one in
            (
                one.id,
                RawInput([
                    "text": .text(one.workaround.text), "data_loss": .text(one.workaround.dataLoss),
                    "side_effects": .text(one.workaround.sideEffects),
                    "tested_in": .text(one.workaround.testedIn ?? ""),
                    "applies_to": .text(one.workaround.appliesTo ?? ""),
                    "rollback": .text(one.workaround.rollback),
                ])
            )
        }
        form.standing = ("workaround", Dictionary(uniqueKeysWithValues: standing))
    }
}

/// Says that a workaround must not be used any more.
enum WithdrawWorkaround: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var workaround: String
        var reason: String
    }

    static let name = "case.withdraw_workaround"
    static let summary = "Withdraw a workaround"
    static let verb = "Withdraw"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("workaround", "Workaround"), CaseFields.reason)

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.withdrawing(input.workaround, because: input.reason)
    }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { form.references["workaround"] = state.investigation.workaroundChoices }
}

/// Records the fix, apart from any workaround.
enum RecordFix: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var text: String
        var version: String?
    }

    static let name = "case.record_fix"
    static let summary = "Record the fix"
    static let verb = "Record fix"
    static let input = Fields(
        Input.init, CaseFields.id,
        .text("text", "What is changed, so that it cannot happen again?", maxBytes: 50_000),
        .optional(.line("version", "In which version, release or change?", maxBytes: 200)))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        [
            .fixRecorded(
                id: "F\(state.investigation.fixes.count + 1)", text: input.text, version: input.version)
        ]
    }
}

/// Records a test of the fix: what, where, and what was seen.
enum TestFix: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var fix: String
        var tested: String
        var environment: String
        var observed: String
        var holds: String
        var evidence: [String]
        var occurredAt: Timestamp?
    }

    static let name = "case.test_fix"
    static let summary = "Record a test of the fix"
    static let verb = "Record test"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("fix", "Fix"),
        .text("tested", "What was tested?", maxBytes: 20_000),
        InvestigationFields.environment,
        InvestigationFields.observed, holds, InvestigationFields.evidence,
        .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.testing(
            input.fix,
            FixTest(
                tested: input.tested, environment: input.environment, observed: input.observed,
                holds: input.holds == "yes", evidence: input.evidence), citing: state.citable)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { fillFix(&form, state) }
}

/// Records that the customer or monitoring confirms a fix, or does not.
enum ConfirmFix: InvestigationOperation {
    struct Input: CaseInput {
        var id: String
        var fix: String
        var by: String
        var holds: String
        var words: String
        var occurredAt: Timestamp?
    }

    static let name = "case.confirm_fix"
    static let summary = "Record who confirms the fix"
    static let verb = "Save"
    static let input = Fields(
        Input.init, CaseFields.id, InvestigationFields.item("fix", "Fix"),
        InvestigationFields.pick(
            "by", "Who says so?", FixWitness.allCases.map { FieldChoice($0.rawValue, $0.words) }),
        holds,
        .text("words", "In which words, or with which figures?", maxBytes: 20_000)
            .help("“Daniel Roth on the phone: no refusal since noon”, or the signal with its figures."),
        .optional(InvestigationFields.occurredAt))

    static func facts(
        _ input: Input, on state: InvestigationState, in context: Context
    ) throws(Refusal) -> [InvestigationFact] {
        try state.investigation.confirming(
            input.fix, by: FixWitness(rawValue: input.by) ?? .customer, holds: input.holds == "yes",
            words: input.words)
    }

    static func moment(_ input: Input) -> Timestamp? { input.occurredAt }

    static func fill(
        _ form: inout OperationForm, from state: InvestigationState, policy: Policy,
        in tx: borrowing Transaction
    ) throws { fillFix(&form, state) }
}

private func fillFix(_ form: inout OperationForm, _ state: InvestigationState) {
    form.references["fix"] = state.investigation.fixes.map {
        FieldChoice($0.id, "\($0.id) \($0.text.prefix(90))")
    }
    if let last = state.investigation.fixes.last { form.values["fix"] = .text(last.id) }
    if state.investigation.fixes.isEmpty {
        form.advice.append("There is no fix yet. Record the fix first.")
    }
}

extension Investigation {
    /// The workarounds that may be used, as choices.
    fileprivate var workaroundChoices: [FieldChoice] {
        usableWorkarounds.map { FieldChoice($0.id, "\($0.id) \($0.workaround.text.prefix(90))") }
    }
}
