import Diagnosis
import Domain
import Storage
import Web

/// The rights on changes of contracts.
enum AmendmentRights {
    /// Who proposes what is promised to one customer alone.
    static let propose: Right = "contract.propose"
    /// Who approves what a colleague proposed.
    static let approve: Right = "contract.approve"
}

private enum AmendmentFields {
    static let amendment = Field<String>.reference("amendment", "Amendment", to: "amendment")

    static let targets = Field<[String]>.list(
        of: OrganisationRules.checked(
            .line("targets", "How long things may take", maxBytes: 80),
            "a clock, a severity or “all”, and a time, such as resolution sev1 8h"
        ) { text in Amendment.Target(text: text)?.text }
    ).help("One a line: first_response sev1 10m. They count in place of those of the service level.")

    static let waits = Field<[String]>.list(
        of: .choice(
            "waits_for_changes", "What stands while they allow no changes",
            from: { _ in
                [CaseClock.mitigation, .resolution].map { FieldChoice($0.rawValue, $0.label) }
            })
    ).help("By their change calendar: outside their windows and in their freezes the time stands.")

    static let credits = Field<[String]>.list(
        of: OrganisationRules.checked(
            .line("credits", "What a missed promise costs", maxBytes: 80),
            "a promise, a severity or “all”, and a share or an amount, such as resolution sev1 5%"
        ) { text in CreditTerms.Credit(text: text)?.text }
    ).help("One a line: resolution sev1 5%, or next_reply all EUR 200.")

    static let period = Field<String>.choice(
        "period", "Fee and cap are for a",
        from: { _ in CreditTerms.Period.allCases.map { FieldChoice($0.rawValue, $0.rawValue) } })

    static let cap = OrganisationRules.checked(
        .line("cap", "At most, in that time", maxBytes: 60),
        "a share such as 20%, or an amount such as EUR 5000"
    ) { text in CreditTerms.Amount(text)?.text }
}

/// Proposes what is promised to one customer alone; it counts once somebody else approves it.
enum ProposeAmendment: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var document: String
        var from: String
        var until: String?
        var targets: [String]
        var waits: [String]
        var credits: [String]
        var fee: String?
        var period: String?
        var cap: String?
        var replaces: String?
        var note: String?
    }

    typealias State = Organisation

    static let name = "organisation.propose_amendment"
    static let summary = "Propose a contract amendment"
    static let verb = "Propose"
    static let right = AmendmentRights.propose
    static let input = Fields(
        Input.init, OrganisationRules.id,
        .line("document", "What was signed, and where it lies")
            .help("Such as Addendum 3 of 2026-02-27, in the contract folder."),
        OrganisationRules.day("from", "First day")
            .help("It is for cases that are opened, and promises that are missed, from this day on."),
        .optional(OrganisationRules.day("until", "Last day")).help("Empty means without an end."),
        AmendmentFields.targets, AmendmentFields.waits, AmendmentFields.credits,
        .optional(OrganisationRules.money("fee", "The fee that shares are of"))
            .help("With its currency, such as EUR 10,000."),
        .optional(AmendmentFields.period).help("Empty means a month."),
        .optional(AmendmentFields.cap).help("Empty means without a limit."),
        .optional(.reference("replaces", "Replaces", to: "amendment"))
            .help("The amendment in whose place it counts, such as A1: that one ends the day before."),
        .optional(.text("note", "Why", maxBytes: 4000)))

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        var decision = OrganisationRules.answer(
            [try found.proposing(try terms(of: input, context.policy))], on: found)
        decision.answer["amendment"] = .string("A\(found.record.amendments.count + 1)")
        return decision
    }

    private static func terms(_ input: Input) -> CreditTerms? {
        guard !input.credits.isEmpty || input.fee != nil || input.cap != nil else { return nil }
        return CreditTerms(
            fee: input.fee.flatMap { Money($0) },
            period: input.period.flatMap { CreditTerms.Period(rawValue: $0) } ?? .month,
            cap: input.cap.flatMap { CreditTerms.Amount($0) },
            credits: input.credits.compactMap { CreditTerms.Credit(text: $0) })
    }

    private static func terms(of input: Input, _ policy: Policy) throws(Refusal) -> Amendment.Terms {
        guard let from = CalendarDay(input.from) else {
            throw Refusal(field: "from", "wrong_type", "The first day must be a day such as 2027-01-01.")
        }
        var terms = Amendment.Terms(
            document: input.document, from: from, until: input.until.flatMap { CalendarDay($0) })
        terms.targets = input.targets.compactMap { Amendment.Target(text: $0) }
        terms.waitsForChanges = Set(input.waits.compactMap { CaseClock(rawValue: $0) })
        terms.credits = Self.terms(input)
        (terms.replaces, terms.note) = (input.replaces?.uppercased(), input.note)
        try known(terms.targets.compactMap(\.severity), "targets", policy)
        try known((terms.credits?.credits ?? []).compactMap(\.severity), "credits", policy)
        return terms
    }

    private static func known(_ severities: [String], _ field: String, _ policy: Policy) throws(Refusal) {
        for severity in severities where policy.severity(ID(severity)) == nil {
            throw Refusal(
                field: field, "unknown_choice",
                "“\(severity)” is not a severity. Write \(policy.severities.map(\.id.raw).joined(separator: ", ")) or all."
            )
        }
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.base = nil
        form.references["amendment"] = AmendmentRules.choices(found) { $0.verdict?.way == .approved }
    }
}

/// Approves what a colleague proposed: from now on clocks and credits count by it.
enum ApproveAmendment: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var amendment: String
        var note: String?
    }

    typealias State = Organisation

    static let name = "organisation.approve_amendment"
    static let summary = "Approve a contract amendment"
    static let verb = "Approve"
    static let right = AmendmentRights.approve
    static let input = Fields(
        Input.init, OrganisationRules.id, AmendmentFields.amendment,
        .optional(.text("note", "What speaks for it", maxBytes: 4000))
            .help("Clocks of open cases are worked out anew by it. Whoever proposed it cannot approve it."))

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        OrganisationRules.answer(
            try found.approving(input.amendment, note: input.note, by: context.actor.id), on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws { form.references["amendment"] = AmendmentRules.choices(found) { $0.verdict == nil } }
}

/// Declines what a colleague proposed, or takes one's own proposal back.
enum DeclineAmendment: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var amendment: String
        var reason: String
    }

    typealias State = Organisation

    static let name = "organisation.decline_amendment"
    static let summary = "Decline a contract amendment"
    static let verb = "Decline"
    static let right = AmendmentRights.propose
    static let input = Fields(
        Input.init, OrganisationRules.id, AmendmentFields.amendment,
        .text("reason", "Why", maxBytes: 4000).help("It stays on record. One’s own proposal is withdrawn so.")
    )

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        let fact = try found.declining(input.amendment, reason: input.reason, by: context.actor.id)
        if case .amendmentRefused(_, .declined, _) = fact, !context.actor.may(AmendmentRights.approve) {
            throw Refusal(
                .denied, "not_allowed",
                "Only whoever proposed it can withdraw it, and whoever may approve it (contract.approve) declines it."
            )
        }
        return OrganisationRules.answer([fact], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws { form.references["amendment"] = AmendmentRules.choices(found) { $0.verdict == nil } }
}

/// Ends an amendment that counts.
enum EndAmendment: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var amendment: String
        var until: String
        var reason: String
    }

    typealias State = Organisation

    static let name = "organisation.end_amendment"
    static let summary = "End a contract amendment"
    static let verb = "End it"
    static let right = AmendmentRights.approve
    static let input = Fields(
        Input.init, OrganisationRules.id, AmendmentFields.amendment,
        OrganisationRules.day("until", "Last day").help(
            "Cases that are opened later have the service level alone."),
        .text("reason", "Why", maxBytes: 4000))

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        guard let day = CalendarDay(input.until) else {
            throw Refusal(field: "until", "wrong_type", "The last day must be a day such as 2027-03-31.")
        }
        return OrganisationRules.answer(
            [try found.ending(input.amendment, until: day, reason: input.reason)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.references["amendment"] = AmendmentRules.choices(found) { $0.verdict?.way == .approved }
    }
}

private enum AmendmentRules {
    static func choices(_ found: Organisation, _ isWanted: (Amendment) -> Bool) -> [FieldChoice] {
        found.record.amendments.filter(isWanted).map {
            FieldChoice($0.number, "\($0.number), \($0.terms.document)", detail: "from \($0.terms.from.text)")
        }
    }
}
