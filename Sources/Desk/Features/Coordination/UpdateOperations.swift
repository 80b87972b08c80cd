import Diagnosis
import Domain
import Storage
import Web

/// Writes to the customer in the parts that an update has, and promises the next one.
enum WriteUpdate: Operation {
    struct Input: Sendable {
        var id: String
        var words: [CustomerUpdate.Part: String]
        var executives: String?
        var accountTeam: String?
        var note: String?
        var nextUpdateAt: Timestamp
        var status: String?
        var confirmPublic: Bool
    }

    static let name = "case.write_update"
    static let summary = "Write an update"
    static let verb = "Send"
    static let right: Right = "case.reply"
    static let place = OperationPlace.act(in: "cases", verb: "write_update")
    static let input = Fields(
        { id, known, examined, mitigation, needed, executives, accountTeam, note, next, status, isConfirmed in
            Input(
                id: id,
                words: [
                    .known: known, .examined: examined ?? "", .mitigation: mitigation ?? "",
                    .needed: needed ?? "",
                ], executives: executives, accountTeam: accountTeam, note: note, nextUpdateAt: next,
                status: status, confirmPublic: isConfirmed)
        },
        CaseFields.id,
        part(.known).help("What is certain, and what it means for them. The customer reads all of this."),
        Field<String?>.optional(part(.examined)).help("What you look at now, and what would decide it."),
        .optional(part(.mitigation)), .optional(part(.needed)),
        .optional(.text("executives", "For their executives", maxBytes: 5000))
            .help(
                "Two or three sentences: what it means for their business, what could still go wrong, what comes next. They read this in place of the parts above."
            ),
        .optional(.text("account_team", "For our account team", maxBytes: 5000))
            .help("Whoever answers for the customer is told this. The customer never reads it."),
        .optional(.text("note", "For colleagues", maxBytes: 20_000))
            .help("An internal note beside the update."),
        CaseFields.nextUpdateAt,
        .optional(CaseFields.status).help("The status after the update. Empty leaves it as it is."),
        .flag("confirm_public", "The customer may read this")
            .help("Only needed where the check before sending has stopped it."))

    private static func part(_ part: CustomerUpdate.Part) -> Field<String> {
        .text(part.rawValue, part.heading, maxBytes: 20_000)
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ReplyToCase.State {
        try ReplyToCase.load(reply(input), for: actor, policy: policy, in: tx)
    }

    /// The same as a reply, whose rules hold for it.
    private static func reply(_ input: Input) -> ReplyToCase.Input {
        ReplyToCase.Input(
            id: input.id, text: CustomerUpdate(input.words).text(next: input.nextUpdateAt),
            status: input.status, nextUpdateAt: input.nextUpdateAt,
            executives: input.executives.map {
                "\($0)\n\nNext update by \(input.nextUpdateAt.day) \(input.nextUpdateAt.clock) UTC."
            }, accountTeam: input.accountTeam, note: input.note, confirmPublic: input.confirmPublic)
    }

    static func decide(
        _ input: Input, on state: ReplyToCase.State, in context: Context
    ) throws(Refusal) -> Decision {
        let texts =
            CustomerUpdate.Part.allCases.map { (field: $0.rawValue, words: input.words[$0] ?? "") }
            + [(field: "executives", words: input.executives ?? "")]
        try refuseUnfit(
            texts, state.outward, state.cause, context.policy, isConfirmed: input.confirmPublic,
            hasNextStep: true)
        return try ReplyToCase.decide(reply(input), on: state, in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: ReviewMaterial.done(answer))
    }

    /// What the last update said stands in the form, and what the customer was asked for and has not given.
    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.base = nil
            ReviewMaterial.advise(&form, found, policy)
            let last = try CaseDirectory.latestFacts(
                of: found.id, kinds: ["case.replied"], limit: 10, for: actor, in: tx
            ).lazy.compactMap { fact -> CustomerUpdate? in
                guard case .replied(let text, fromCustomer: false) = fact.body else { return nil }
                return CustomerUpdate(text: text)
            }.first
            for (part, words) in last?.words ?? [:] { form.values[part.rawValue] = .text(words) }
            let evidence = CaseEvidence(
                try CaseDirectory.facts(of: found.id, kinds: CaseEvidenceFact.kinds, in: tx))
            let open = evidence.requests.filter { $0.withdrawnReason == nil }.flatMap(\.items)
                .filter(\.isOpen).map(\.text)
            if !open.isEmpty { form.values["needed"] = .text(open.map { "- \($0)" }.joined(separator: "\n")) }
            if last != nil {
                form.advice.append("The parts hold what your last update said. Change what is new.")
            }
        }
    }
}
