import Diagnosis
import Domain
import Storage
import Web

/// The fields that several operations on cases share.
enum CaseFields {
    static let id = Field<String>.reference("id", "Case", to: "case")

    static func severity(_ name: String = "severity") -> Field<String> {
        .choice(
            name, "Severity",
            from: { policy in
                policy.severities.map { severity in
                    FieldChoice(
                        severity.id.raw, "\(severity.name) (\(severity.alias))",
                        detail: severity.definition
                            + (severity.examples.isEmpty
                                ? "" : " For example: \(severity.examples.joined(separator: "; "))."))
                }
            },
            resolve: { text, policy in policy.severity(named: text)?.id.raw })
    }

    static func term(
        _ field: CaseFact.ClassifyingField
    ) -> Field<String> {
        .choice(field.rawValue, field.label, from: { $0[keyPath: field.terms].choices })
            .editing(Aspect(field.rawValue))
    }

    static func requestType(internal isInternal: Bool? = nil) -> Field<String> {
        .choice(
            "request_type", "Kind of request",
            from: { policy in
                policy.requestTypes.filter { isInternal == nil || $0.isInternal == isInternal }
                    .map { FieldChoice($0.id, $0.name + ($0.isInternal ? " (internal)" : "")) }
            })
    }

    static let status = Field<String>.choice(
        "status", "Status", from: { policy in policy.statuses.map { FieldChoice($0.id.raw, $0.name) } }
    ).editing(Aspect("status"))

    static let channel = Field<String>.choice("channel", "How it reached us", from: { $0.channels.choices })

    static let workaround = Field<String>.choice(
        "workaround", "Is there a way around?",
        from: { _ in [FieldChoice("yes", "Yes"), FieldChoice("no", "No")] })

    static let reason = Field<String>.line("reason", "Reason", maxBytes: 500)

    static let text = Field<String>.text("text", "Text")
}

extension Operation {
    /// What most operations on a case load: the case, if the actor may see it.
    static func visibleCase(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> SupportCase {
        try CaseDirectory.find(id, for: actor, in: tx)
    }

    /// The usual answer about a case.
    static func answer(_ facts: [CaseFact], on found: SupportCase) -> Decision {
        var decision = Decision()
        decision.record(facts, on: found.ref)
        decision.answer["id"] = .string(found.id.raw)
        decision.answer["number"] = .string(found.number)
        decision.answer["version"] = .integer(Int64(found.version.number))
        return decision
    }

    /// The form of an operation on a case.
    static func caseForm(
        _ id: String, for actor: Actor, in tx: borrowing Transaction,
        _ fill: (SupportCase, inout OperationForm) throws -> Void = { _, _ in }
    ) throws -> OperationForm {
        let found = try visibleCase(id, for: actor, in: tx)
        var form = OperationForm(about: found.number, back: "/cases/\(found.number)")
        form.base = found.version
        try fill(found, &form)
        return form
    }

    static func caseDestination(_ answer: JSONObject, done: String) -> LocalPath {
        "/cases/\(answer["number"]?.string ?? "")?done=\(done)"
    }
}

/// Opens a case for a customer or a colleague.
enum OpenCase: Operation {
    struct Input: Sendable {
        var organisation: String?
        var requester: String?
        var subject: String
        var symptom: String
        var severity: String?
        var requestType: String?
        var channel: String?
        var productArea: String?
        var component: String?
        var environment: String?
        var beganAt: Timestamp?
        var noticedAt: Timestamp?
        var reportedAt: Timestamp?
        var takesIt: Bool
    }

    static let name = "case.open"
    static let summary = "New case"
    static let verb = "Open case"
    static let right: Right = "case.open"
    static let place = OperationPlace.create(in: "cases")
    static let input = Fields(
        Input.init,
        .optional(.reference("organisation", "Organisation", to: "organisation"))
            .help("The customer. Leave it empty for a request of a colleague."),
        .optional(.reference("requester", "Reported by", to: "person"))
            .help("A contact of the organisation, or a colleague. Empty means yourself."),
        .line("subject", "Subject").help("What fails, for whom, since when, in one line."),
        .text("symptom", "In the reporter’s words")
            .help("As it was said. It is kept as it is; your own statement of the problem comes later."),
        .optional(CaseFields.severity()).help("By effect, not by who asks. If in doubt take the higher one."),
        .optional(CaseFields.requestType()),
        .optional(CaseFields.channel),
        .optional(CaseFields.term(.productArea)), .optional(CaseFields.term(.component)),
        .optional(CaseFields.term(.environment)),
        .optional(.time("began_at", "Impact began")).help("UTC."),
        .optional(.time("noticed_at", "First noticed")).help("UTC."),
        .optional(.time("reported_at", "Reported")).help("UTC. Empty means now."),
        .flag("takes_it", "I own it"))

    struct State: Sendable {
        var organisation: Organisation?
        var requester: Person?
        var number: Int64
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> State {
        let organisation = try input.organisation.flatMap { try CustomerDirectory.find($0, in: tx) }
        if input.organisation != nil, organisation == nil {
            throw Refusal(field: "organisation", "not_found", "There is no organisation “\(input.organisation ?? "")”.")
        }
        let requester = try input.requester.flatMap { try PeopleDirectory.find($0, in: tx) }
        if input.requester != nil, requester == nil {
            throw Refusal(field: "requester", "not_found", "Nobody is known as “\(input.requester ?? "")”.")
        }
        return State(organisation: organisation, requester: requester, number: try tx.nextNumber(of: .caseNumber))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var organisation = state.organisation?.id
        if let requester = state.requester {
            if organisation == nil { organisation = requester.organisation }
            if requester.organisation != organisation {
                throw Refusal(
                    field: "requester", "of_another_organisation",
                    organisation == nil
                        ? "\(requester.name) belongs to a customer; choose the organisation."
                        : "\(requester.name) does not belong to this organisation.")
            }
        }
        return try CaseOpening.decide(
            CaseOpening(
                organisation: organisation, requester: state.requester?.id.raw ?? (organisation == nil ? context.actor.id : nil),
                number: state.number, subject: input.subject, symptom: input.symptom, severity: input.severity,
                requestType: input.requestType, channel: input.channel ?? "engineer", productArea: input.productArea,
                component: input.component, environment: input.environment, beganAt: input.beganAt,
                noticedAt: input.noticedAt, reportedAt: input.reportedAt,
                owner: input.takesIt ? context.actor.id : nil),
            in: context)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "opened")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/cases", backName: "Queue")
        form.references["person"] = try PeopleDirectory.everybodyAsChoices(in: tx)
        form.values["severity"] = .text(policy.defaultSeverity.raw)
        form.references["organisation"] = try CustomerDirectory.choices(in: tx)
        return form
    }
}

/// What any way of opening a case decides.
struct CaseOpening: Sendable {
    var organisation: ID<Organisation>?
    var requester: String?
    var number: Int64
    var subject: String
    var symptom: String
    var severity: String?
    var requestType: String?
    var channel: String
    var productArea: String?
    var component: String?
    var environment: String?
    var beganAt: Timestamp?
    var noticedAt: Timestamp?
    var reportedAt: Timestamp?
    var owner: String?

    static func decide(_ this: CaseOpening, in context: Context) throws(Refusal) -> Decision {
        let policy = context.policy
        let isInternal = this.organisation == nil
        let fallback = policy.requestTypes.first { $0.isInternal == isInternal } ?? policy.requestTypes.first
        let requestType = this.requestType ?? fallback?.id ?? ""
        if let type = policy.requestTypes.first(where: { $0.id == requestType }), type.isInternal != isInternal {
            throw Refusal(
                field: "request_type", "wrong_audience",
                isInternal
                    ? "“\(type.name)” is a request of customers. Choose the organisation, or an internal kind of request."
                    : "“\(type.name)” is a request of colleagues and has no organisation.")
        }
        for (field, moment) in [("began_at", this.beganAt), ("noticed_at", this.noticedAt), ("reported_at", this.reportedAt)] {
            if let moment, moment > context.now.adding(seconds: 300) {
                throw Refusal(field: field, "in_the_future", "This time has not come yet.")
            }
        }
        guard let first = policy.statuses.first else {
            throw Refusal(.conflict, "no_status", "The policy in force has no status for new cases.")
        }
        let ref = SubjectRef(kind: SupportCase.kind, id: context.newID())
        let number = "\(policy.caseNumberPrefix)-\(this.number)"
        var decision = Decision()
        decision.record(
            CaseFact.opened(
                .init(
                    number: number, subject: this.subject, symptom: this.symptom, requester: this.requester,
                    organisation: this.organisation?.raw, channel: this.channel, requestType: requestType,
                    severity: this.severity ?? policy.defaultSeverity.raw, status: first.id.raw,
                    productArea: this.productArea, component: this.component, environment: this.environment,
                    beganAt: this.beganAt, noticedAt: this.noticedAt, reportedAt: this.reportedAt)),
            on: ref)
        if let owner = this.owner { decision.record(CaseFact.ownerChanged(owner: owner, reason: nil), on: ref) }
        decision.answer["id"] = .string(ref.id)
        decision.answer["number"] = .string(number)
        return decision
    }
}

/// Writes to the customer.
enum ReplyToCase: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
        var status: String?
        var confirmPublic: Bool
    }

    static let name = "case.reply"
    static let summary = "Reply to the customer"
    static let verb = "Send"
    static let right: Right = "case.reply"
    static let place = OperationPlace.act(in: "cases", verb: "reply")
    static let input = Fields(
        Input.init, CaseFields.id, .text("text", "Reply").help("The customer reads this."),
        .optional(CaseFields.status).help("The status after the reply. Empty leaves it as it is."),
        .flag("confirm_public", "The customer may read this")
            .help("Only needed for a reply that repeats an internal note."))

    struct State: Sendable {
        var found: SupportCase
        var notes: [String]
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let notes = try tx.all(
            JournalStore.latestFacts(of: found.ref, before: .max, kinds: ["case.noted"], limit: 500), JournalStore.fact
        ).compactMap { fact -> String? in
            guard case .noted(let text) = try fact.decoded(as: CaseFact.self).body else { return nil }
            return text
        }
        return State(found: found, notes: notes)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let words = context.policy.internalQuoteWords
        if !input.confirmPublic, let quote = InternalQuote.found(in: input.text, from: state.notes, words: words) {
            throw Refusal(
                field: "text", "repeats_internal_note",
                "Not sent: “\(quote) …” stands in an internal note. Say it differently, or confirm that the customer may read it.")
        }
        var facts = try state.found.replied(input.text, byCustomer: false, at: context.now, policy: context.policy)
        if let status = input.status {
            facts += try state.found.moved(to: ID(status), reason: nil, policy: context.policy)
        }
        return answer(facts, on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "sent")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}

/// Writes a note that only colleagues read, now or for an earlier moment.
enum NoteOnCase: Operation {
    struct Input: Sendable {
        var id: String
        var text: String
        var occurredAt: Timestamp?
    }

    static let name = "case.note"
    static let summary = "Internal note"
    static let verb = "Save internal note"
    static let right: Right = "case.note"
    static let place = OperationPlace.act(in: "cases", verb: "note")
    static let input = Fields(
        Input.init, CaseFields.id, .text("text", "Note").help("Only colleagues read this."),
        .optional(.time("occurred_at", "Happened at"))
            .help("UTC. For something that happened earlier; the entry is marked as entered later."))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        if let moment = input.occurredAt, moment > context.now.adding(seconds: 60) {
            throw Refusal(field: "occurred_at", "in_the_future", "A note cannot be about a time that has not come yet.")
        }
        var decision = answer([], on: found)
        decision.record(CaseFact.noted(text: input.text), on: found.ref, occurredAt: input.occurredAt)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "noted")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) { _, form in form.base = nil } }
}

/// Gives the case to somebody.
enum AssignCase: Operation {
    struct Input: Sendable {
        var id: String
        var assignee: String
        var reason: String?
    }

    static let name = "case.assign"
    static let summary = "Give the case to somebody"
    static let verb = "Assign"
    static let right: Right = "case.assign"
    static let place = OperationPlace.act(in: "cases", verb: "assign")
    static let input = Fields(
        Input.init, CaseFields.id,
        .reference("assignee", "Owner", to: "person").editing(Aspect("owner")).help("One person is accountable at any time."),
        .optional(CaseFields.reason))

    struct State: Sendable {
        var found: SupportCase
        var person: Person?
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> State {
        State(
            found: try visibleCase(input.id, for: actor, in: tx),
            person: try PeopleDirectory.find(input.assignee == "@me" ? actor.id : input.assignee, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let person = state.person else {
            throw Refusal(field: "assignee", "not_found", "Nobody is known as “\(input.assignee)”.")
        }
        return answer(
            try state.found.assigned(to: person, reason: input.reason, policy: context.policy), on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "assigned")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.values["assignee"] = .text(found.owner?.raw ?? actor.id)
            form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        }
    }
}

/// Changes how bad the case is held to be.
enum ChangeSeverity: Operation {
    struct Input: Sendable {
        var id: String
        var severity: String
        var reason: String
    }

    static let name = "case.change_severity"
    static let summary = "Change severity"
    static let right: Right = "case.change_severity"
    static let place = OperationPlace.act(in: "cases", verb: "change_severity")
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.severity().editing(Aspect("severity")), CaseFields.reason)

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        answer(found.withSeverity(ID(input.severity), reason: input.reason), on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { $1.values["severity"] = .text($0.severity.raw) }
    }
}

/// Moves the case to another status, by the transitions of policy.
enum ChangeStatus: Operation {
    struct Input: Sendable {
        var id: String
        var status: String
        var reason: String?
    }

    static let name = "case.change_status"
    static let summary = "Change status"
    static let right: Right = "case.change_status"
    static let place = OperationPlace.act(in: "cases", verb: "change_status")
    static let input = Fields(Input.init, CaseFields.id, CaseFields.status, .optional(CaseFields.reason))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        answer(try found.moved(to: ID(input.status), reason: input.reason, policy: context.policy), on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { $1.values["status"] = .text($0.status.raw) }
    }
}

/// Edits what the case says about itself; each field is an aspect of its own.
enum EditCase: Operation {
    struct Input: Sendable {
        var id: String
        var subject: Edit<String>
        var problemStatement: Edit<String>
        var productArea: Edit<String>
        var component: Edit<String>
        var environment: Edit<String>
        var category: Edit<String>
        var rootCause: Edit<String>
    }

    static let name = "case.edit"
    static let summary = "Edit the case"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let place = OperationPlace.act(in: "cases", verb: "edit")
    static let input = Fields(
        Input.init, CaseFields.id, .edit(.line("subject", "Subject").editing(Aspect("subject"))),
        .edit(.text("problem_statement", "Problem statement", maxBytes: 100_000).editing(Aspect("problem_statement")))
            .help("What is really wrong, in your words. The reporter’s own words stay as they are."),
        .edit(CaseFields.term(.productArea)), .edit(CaseFields.term(.component)),
        .edit(CaseFields.term(.environment)), .edit(CaseFields.term(.category)), .edit(CaseFields.term(.rootCause)))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        var facts: [CaseFact] = []
        switch input.subject {
        case .unchanged: break
        case .cleared: throw Refusal(field: "subject", "missing", "A case needs a subject.")
        case .set(let subject): if subject != found.subject { facts.append(.retitled(subject: subject)) }
        }
        switch input.problemStatement {
        case .unchanged: break
        case .cleared: if found.problemStatement != nil { facts.append(.problemStated(text: nil)) }
        case .set(let text): if text != found.problemStatement { facts.append(.problemStated(text: text)) }
        }
        let fields: [(CaseFact.ClassifyingField, Edit<String>)] = [
            (.productArea, input.productArea), (.component, input.component), (.environment, input.environment),
            (.category, input.category), (.rootCause, input.rootCause),
        ]
        for (field, edit) in fields {
            switch edit {
            case .unchanged: break
            case .cleared: if found.classification[field] != nil { facts.append(.classified(field: field, value: nil)) }
            case .set(let value):
                if found.classification[field] != value { facts.append(.classified(field: field, value: value)) }
            }
        }
        return answer(facts, on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.values["subject"] = .text(found.subject)
            form.values["problem_statement"] = .text(found.problemStatement ?? "")
            for field in [CaseFact.ClassifyingField.productArea, .component, .environment, .category, .rootCause] {
                form.values[field.rawValue] = .text(found.classification[field] ?? "")
            }
        }
    }
}

/// Records what the fault does to those who meet it, as data.
enum RecordImpact: Operation {
    struct Input: Sendable {
        var id: String
        var accounts: Int?
        var users: Int?
        var sharePercent: Double?
        var shareOf: String?
        var moneyAtRisk: String?
        var compliance: String?
        var workaround: String?
        var blockedProcess: String?
    }

    static let name = "case.record_impact"
    static let summary = "Record the impact"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let place = OperationPlace.act(in: "cases", verb: "record_impact")
    static let input = Fields(
        Input.init, CaseFields.id, .optional(.integer("accounts", "Accounts affected", 0...1_000_000_000)),
        .optional(.integer("users", "Users affected", 0...8_000_000_000)),
        .optional(.number("share_percent", "Share affected, in percent", 0...100)).help("For example 0.3."),
        .optional(.line("share_of", "Share of what", maxBytes: 120)).help("For example: card payments."),
        .optional(.line("money_at_risk", "Money at risk", maxBytes: 60)).help("With its currency: EUR 221,400."),
        .optional(.line("compliance", "Rules or law touched")),
        .optional(CaseFields.workaround),
        .optional(.line("blocked_process", "What stands still")))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        var impact = Impact()
        (impact.accounts, impact.users, impact.sharePercent) = (input.accounts, input.users, input.sharePercent)
        (impact.shareOf, impact.moneyAtRisk, impact.compliance) = (input.shareOf, input.moneyAtRisk, input.compliance)
        impact.hasWorkaround = input.workaround.map { $0 == "yes" }
        impact.blockedProcess = input.blockedProcess
        return answer(impact == found.impact ? [] : [.impactRecorded(impact)], on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            let impact = found.impact
            let texts: [(String, String?)] = [
                ("accounts", impact.accounts.map { String($0) }), ("users", impact.users.map { String($0) }),
                ("share_percent", impact.sharePercent.map { "\($0)" }), ("share_of", impact.shareOf),
                ("money_at_risk", impact.moneyAtRisk), ("compliance", impact.compliance),
                ("workaround", impact.hasWorkaround.map { $0 ? "yes" : "no" }),
                ("blocked_process", impact.blockedProcess),
            ]
            for (name, text) in texts { form.values[name] = .text(text ?? "") }
        }
    }
}

/// Records when the effect began, was first noticed, and was reported: three different times.
enum RecordTimes: Operation {
    struct Input: Sendable {
        var id: String
        var beganAt: Timestamp?
        var noticedAt: Timestamp?
        var reportedAt: Timestamp?
    }

    static let name = "case.record_times"
    static let summary = "Record when it began"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let place = OperationPlace.act(in: "cases", verb: "record_times")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(.time("began_at", "Impact began")).help("UTC. A fault at a low rate may run for weeks unnoticed."),
        .optional(.time("noticed_at", "First noticed")).help("UTC."),
        .optional(.time("reported_at", "Reported")).help("UTC."))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        let times = [("began_at", input.beganAt), ("noticed_at", input.noticedAt), ("reported_at", input.reportedAt)]
        var problems: [Refusal.Problem] = []
        for (field, moment) in times {
            if let moment, moment > context.now.adding(seconds: 300) {
                problems.append(.init(field: field, code: "in_the_future", message: "This time has not come yet."))
            }
        }
        if let began = input.beganAt, let noticed = input.noticedAt, noticed < began {
            problems.append(
                .init(field: "noticed_at", code: "before_it_began", message: "It cannot be noticed before it began."))
        }
        if let noticed = input.noticedAt, let reported = input.reportedAt, reported < noticed {
            problems.append(
                .init(
                    field: "reported_at", code: "before_noticed",
                    message: "It cannot be reported before anybody noticed it."))
        }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        let same =
            input.beganAt == found.beganAt && input.noticedAt == found.noticedAt
            && (input.reportedAt ?? found.reportedAt) == found.reportedAt
        return answer(
            same
                ? []
                : [
                    .timesRecorded(
                        beganAt: input.beganAt, noticedAt: input.noticedAt, reportedAt: input.reportedAt)
                ], on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.values["began_at"] = .text(found.beganAt?.rfc3339 ?? "")
            form.values["noticed_at"] = .text(found.noticedAt?.rfc3339 ?? "")
            form.values["reported_at"] = .text(found.reportedAt.rfc3339)
        }
    }
}

/// Resolves the case: the conditions of policy are checked, and all that is missing is listed.
enum ResolveCase: Operation {
    struct Input: Sendable {
        var id: String
        var narrative: String?
        var customerSummary: String?
        var verdict: String?
        var rootCause: String?
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
        .optional(CaseFields.term(.verdict)), .optional(CaseFields.term(.rootCause)))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> ReplyToCase.State {
        try ReplyToCase.load(
            .init(id: input.id, text: "", status: nil, confirmPublic: true), for: actor, policy: policy, in: tx)
    }

    static func decide(_ input: Input, on state: ReplyToCase.State, in context: Context) throws(Refusal) -> Decision {
        if let summary = input.customerSummary,
            let quote = InternalQuote.found(in: summary, from: state.notes, words: context.policy.internalQuoteWords)
        {
            throw Refusal(
                field: "customer_summary", "repeats_internal_note",
                "“\(quote) …” stands in an internal note. Say it differently for the customer.")
        }
        return answer(
            try state.found.resolved(
                narrative: input.narrative ?? "", customerSummary: input.customerSummary,
                verdict: input.verdict ?? "", rootCause: input.rootCause, policy: context.policy),
            on: state.found)
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
            }
            if policy.resolutionRequires.contains(.component), found.classification[.component] == nil {
                form.advice.append("The component is not set yet. Set it with “Edit problem and fields” first.")
            }
            if policy.resolutionRequires.contains(.problemStatement), found.problemStatement == nil {
                form.advice.append("The problem is not stated yet. State it with “Edit problem and fields” first.")
            }
            form.values["root_cause"] = .text(found.classification[.rootCause] ?? "")
            form.values["verdict"] = .text(found.classification[.verdict] ?? "")
        }
    }
}

/// Files a resolved case away.
enum CloseCase: Operation {
    struct Input: Sendable { var id: String }

    static let name = "case.close"
    static let summary = "Close"
    static let right: Right = "case.close"
    static let place = OperationPlace.act(in: "cases", verb: "close")
    static let input = Fields(Input.init, CaseFields.id)

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
        answer(try found.closing(policy: context.policy), on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "closed")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
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

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> SupportCase {
        try visibleCase(input.id, for: actor, in: tx)
    }

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision {
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

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let journal = Journal(subjects: SubjectCatalog([CasesQueries.subject]))
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
