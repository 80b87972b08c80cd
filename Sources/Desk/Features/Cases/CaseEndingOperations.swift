import Diagnosis
import Domain
import Storage
import Web

/// Resolves the case: the conditions of policy are checked, and all that is missing is listed.
enum ResolveCase: Operation {
    struct Input: Sendable {
        var id: String
        var narrative: String?
        var customerSummary: String?
        var verdict: String?
        var rootCause: String?
        var answers: [String: RawValue]
        var formVersion: String?
        var shown: String?
        var exception: String?
    }

    struct State: Sendable {
        var reply: ReplyToCase.State
        var forms: CaseForms
    }

    static let name = "case.resolve"
    static let summary = "Resolve"
    static let right: Right = "case.resolve"
    static let place = OperationPlace.act(in: "cases", verb: "resolve")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(.text("narrative", "What was wrong and what was done", maxBytes: 200_000))
            .help("For colleagues, now and in a year: cause, action, and how you know that it works."),
        .optional(.text("customer_summary", "What the customer reads", maxBytes: 200_000))
            .help("Empty means that the customer only sees that the case is resolved."),
        .optional(CaseFields.term(.verdict)), .optional(CaseFields.term(.rootCause)),
        FormFields.answers, FormFields.version, FormFields.shown, EndingFields.exception)

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    {
        let reply = try ReplyToCase.load(
            .init(id: input.id, text: "", status: nil, confirmPublic: true), for: actor, policy: policy,
            in: tx)
        return State(
            reply: reply, forms: try FormsDirectory.forms(of: reply.found, for: actor, policy: policy, in: tx)
        )
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.reply.found
        if let summary = input.customerSummary {
            try state.reply.outward.check(
                summary, field: "customer_summary", policy: context.policy, hasNextStep: true,
                way: "Say it differently for the customer.")
            try refuseUnconfirmedCause(
                in: summary, field: "customer_summary", state.reply.cause, context.policy)
        }
        if let narrative = input.narrative {
            try refuseUnconfirmedCause(in: narrative, field: "narrative", state.reply.cause, context.policy)
        }
        let resolved = try found.resolved(
            narrative: input.narrative ?? "", customerSummary: input.customerSummary,
            verdict: input.verdict ?? "", rootCause: input.rootCause, policy: context.policy)
        var forms = state.forms.at(context.now)
        forms.closure.hasNarrative = input.narrative?.trimmingWhitespace.isEmpty == false
        if let cause = input.rootCause {
            forms.closure.rootCause = context.policy.name(of: cause, in: \.rootCauses)
            forms.closure.isRootCauseConfirmed = found.confirmedCauses.values.contains(cause)
        }
        let form = FormInput(
            id: input.id, answers: input.answers, formVersion: input.formVersion, shown: input.shown)
        let settled = try GatePass.ending(
            .resolve, forms, form, exception: input.exception, in: context)
        return answer(settled + resolved, on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "resolved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.needed = Set(policy.resolutionRequires.map(\.rawValue))
            if policy.resolutionRequires.contains(.owner), found.owner == nil {
                form.advice.append("Nobody owns the case yet. Take it or give it to somebody first.")
                form.ways.append(("Assign", "/cases/\(found.number)/assign"))
            }
            if policy.resolutionRequires.contains(.component), found.classification[.component] == nil {
                form.advice.append(
                    "The component is not set yet. Set it with “Edit problem and fields” first.")
                form.ways.append(EndingFields.edit(found))
            }
            if policy.resolutionRequires.contains(.problemStatement), found.problemStatement == nil {
                form.advice.append(
                    "The problem is not stated yet. State it with “Edit problem and fields” first.")
                form.ways.append(EndingFields.edit(found))
            }
            let cause = try InvestigationDirectory.investigation(of: found.id, in: tx).causeWording
            if !cause.isConfirmed {
                form.advice.append(
                    "No cause is confirmed. \(cause.sentence) Whatever root cause you choose is shown as suspected."
                )
            }
            form.values["root_cause"] = .text(found.classification[.rootCause] ?? "")
            form.values["verdict"] = .text(found.classification[.verdict] ?? "")
            let forms = try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
            GatePass.fill(&form, .resolve, forms, ready: [.narrative, .rootCause])
        }
    }
}

/// The fields that endings of a case share.
enum EndingFields {
    static let exception = FormFields.exception.help(
        "Why the case ends although something is missing. It is recorded with your name.")

    /// Where the fields of a case are set.
    static func edit(_ found: SupportCase) -> (title: String, path: LocalPath) {
        ("Edit problem and fields", "/cases/\(found.number)/edit")
    }
}

/// Files a resolved case away, once what policy wants settled by then is settled.
enum CloseCase: Operation {
    struct Input: Sendable {
        var id: String
        var answers: [String: RawValue]
        var formVersion: String?
        var shown: String?
        var exception: String?
    }

    static let name = "case.close"
    static let summary = "Close"
    static let right: Right = "case.close"
    static let place = OperationPlace.act(in: "cases", verb: "close")
    static let input = Fields(
        Input.init, CaseFields.id, FormFields.answers, FormFields.version, FormFields.shown,
        EndingFields.exception)

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> CaseForms
    {
        try FormsDirectory.forms(
            of: visibleCase(input.id, for: actor, in: tx), for: actor, policy: policy, in: tx)
    }

    static func decide(_ input: Input, on forms: CaseForms, in context: Context) throws(Refusal) -> Decision {
        let closed = try forms.found.closing(policy: context.policy)
        guard !closed.isEmpty else { return answer([], on: forms.found) }
        let form = FormInput(
            id: input.id, answers: input.answers, formVersion: input.formVersion, shown: input.shown)
        let settled = try GatePass.ending(
            .close, forms.at(context.now), form, exception: input.exception, in: context)
        return answer(settled + closed, on: forms.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "closed")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            GatePass.fill(
                &form, .close, try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx))
        }
    }
}

/// Takes a resolved case back to work.
enum ReopenCase: Operation {
    struct Input: Sendable {
        var id: String
        var reason: String
    }

    static let name = "case.reopen"
    static let summary = "Reopen"
    static let right: Right = "case.reopen"
    static let place = OperationPlace.act(in: "cases", verb: "reopen")
    static let input = Fields(Input.init, CaseFields.id, CaseFields.reason.help("What still fails?"))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> SupportCase
    {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer(try found.reopened(reason: input.reason, at: context.now, policy: context.policy), on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "reopened")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
}

/// Takes somebody's words out of an entry for good; that it was done, by whom and why stays.
enum EraseEntry: Operation {
    struct Input: Sendable {
        var id: String
        var sequence: Int
        var reason: String
    }

    static let name = "case.erase_entry"
    static let summary = "Erase the words of an entry"
    static let verb = "Erase for good"
    static let right: Right = "case.erase_entry"
    static let place = OperationPlace.act(in: "cases", verb: "erase_entry")
    static let input = Fields(
        Input.init, CaseFields.id,
        .integer("sequence", "Entry", 1...Int.max).help("The number of the entry, as the export shows it."),
        CaseFields.reason)

    struct State: Sendable {
        var found: SupportCase
        var fields: [String]
        var digest: [UInt8]
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    {
        // Of a merged case its own entries, not those of the case that its number leads to.
        let found = try CaseDirectory.findItself(input.id, for: actor, in: tx)
        try HoldDirectory.refuseTakingAway(from: found, in: tx)
        let journal = Journal(subjects: SubjectCatalog([CasesQueries.subject]))
        try tx.execute(UndoStore.forget(about: found.ref))
        let erased = try journal.eraseBody(of: Int64(input.sequence), on: found.ref, in: tx)
        return State(found: found, fields: erased.fields, digest: erased.digest)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard !state.fields.isEmpty else {
            throw Refusal(field: "sequence", "nothing_to_erase", "This entry holds nobody’s words.")
        }
        return answer(
            [
                .entryErased(
                    sequence: Int64(input.sequence), fields: state.fields, digest: hex(state.digest),
                    reason: input.reason)
            ], on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}
