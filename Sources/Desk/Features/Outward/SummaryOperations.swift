import Diagnosis
import Domain
import Storage
import Web

/// Writes what the customer reads once a problem is understood: drafted from the case, edited, kept or sent.
enum WriteSummary: Operation {
    struct Input: Sendable {
        var id: String
        var summary: TechnicalSummary
        var isSent: Bool
        var confirmPublic: Bool
    }

    struct State: Sendable {
        var reply: ReplyToCase.State
        var kept: TechnicalSummary?
    }

    static let name = "case.write_summary"
    static let summary = "Write the technical summary"
    static let verb = "Save"
    static let right: Right = "case.reply"
    static let place = OperationPlace.act(in: "cases", verb: "write_summary")
    static let input = Fields(
        { id, happened, window, mitigation, prevention, isSent, isConfirmed in
            var summary = TechnicalSummary()
            summary[.happened] = happened
            (summary[.window], summary[.mitigation], summary[.prevention]) = (window, mitigation, prevention)
            return Input(id: id, summary: summary, isSent: isSent, confirmPublic: isConfirmed)
        },
        CaseFields.id, part(.happened), part(.window), part(.mitigation), part(.prevention),
        .flag("send", "Send it to the customer now")
            .help("Otherwise it is kept on the case, for colleagues alone, until somebody sends it."),
        .flag("confirm_public", "The customer may read this")
            .help("Only needed where the check before sending has stopped it."))

    private static func part(_ part: TechnicalSummary.Part) -> Field<String?> {
        .optional(.text(part.rawValue, part.heading, maxBytes: 20_000))
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let reply = try ReplyToCase.load(message(input), for: actor, policy: policy, in: tx)
        return State(
            reply: reply,
            kept: kept(try CaseDirectory.facts(of: reply.found.id, kinds: ["case.summary_written"], in: tx)))
    }

    /// The summary as it was last written; nil where nobody wrote one.
    static func kept(_ facts: [Recorded<CaseFact>]) -> TechnicalSummary? {
        facts.lazy.reversed().compactMap { fact in
            if case .outward(.summaryWritten(let summary, _)) = fact.body { summary } else { nil }
        }.first
    }

    private static func message(_ input: Input) -> ReplyToCase.Input {
        ReplyToCase.Input(id: input.id, text: input.summary.text, confirmPublic: input.confirmPublic)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.reply.found
        guard found.organisation != nil else {
            throw Refusal(
                .conflict, "no_customer",
                "\(found.number) is a request of a colleague; nobody reads it outside.")
        }
        guard !input.summary.isEmpty else {
            throw Refusal(
                field: TechnicalSummary.Part.happened.rawValue, "missing", "Write at least one part.")
        }
        guard input.isSent else {
            return answer(
                input.summary == state.kept
                    ? [] : [.outward(.summaryWritten(input.summary, isSent: false))], on: found)
        }
        let texts = TechnicalSummary.Part.allCases.compactMap { part in
            input.summary[part].map { (field: part.rawValue, words: $0) }
        }
        try refuseUnfit(
            texts, state.reply.outward, state.reply.cause, context.policy, isConfirmed: input.confirmPublic,
            hasNextStep: true)
        let sent = try ReplyToCase.decide(message(input), on: state.reply, in: context)
        var decision = answer(
            [.outward(.summaryWritten(input.summary, isSent: sent.answer["held"] == nil))], on: found)
        decision.record(sent)
        decision.answer = sent.answer
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: answer["sent"] == .bool(false) ? "saved" : ReviewMaterial.done(answer))
    }

    /// What was last written stands in the form, or what the case itself says; what the case does not say is named.
    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let history = try CaseHistory(of: found.id, in: tx)
            let draft = SummaryDraft(of: found, history.investigation)
            let kept = kept(history.facts)
            for part in TechnicalSummary.Part.allCases {
                form.values[part.rawValue] = .text((kept ?? draft.summary)[part] ?? "")
            }
            form.advice = draft.missing
            form.hints.append(
                kept == nil
                    ? "Drafted from what the case has on record. Nothing is made up: what is missing stands below."
                    : "As it was last written. What the case still does not say stands below.")
            ReviewMaterial.advise(&form, found, policy)
        }
    }
}
