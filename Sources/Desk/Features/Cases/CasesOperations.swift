import Diagnosis
import Domain
import Storage
import Web

extension CasesFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(OpenCase.self), AnyOperation(ReplyToCase.self), AnyOperation(NoteOnCase.self),
        AnyOperation(AssignCase.self), AnyOperation(ReleaseCase.self),
        AnyOperation(ChangeSeverity.self), AnyOperation(ChangeStatus.self),
        AnyOperation(EditCase.self), AnyOperation(RecordImpact.self), AnyOperation(RecordTimes.self),
        AnyOperation(ResolveCase.self), AnyOperation(CloseCase.self), AnyOperation(ReopenCase.self),
        AnyOperation(EraseEntry.self), AnyOperation(PutIntoStory.self),
        AnyOperation(LeaveOutOfStory.self),
    ]
}

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
                                ? "" : " For example: \(severity.examples.joined(separator: "; "))"))
                }
            },
            resolve: { text, policy in policy.severity(named: text)?.id.raw })
    }

    static func term(
        _ field: CaseFact.ClassifyingField
    ) -> Field<String> {
        .choice(field.rawValue, field.label, from: { field.terms($0).choices })
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

    /// The services that are impacted; none in a policy that lists none.
    static let services = Field<[String]>.list(
        of: .choice("services", "Impacted services", from: { $0.serviceTerms.choices }), maxCount: 50)

    static let channel = Field<String>.choice("channel", "How it reached us", from: { $0.channels.choices })

    static let workaround = Field<String>.choice(
        "workaround", "Is there a way around?",
        from: { _ in [FieldChoice("yes", "Yes"), FieldChoice("no", "No")] })

    static let reason = Field<String>.line("reason", "Reason", maxBytes: 500)

    static let text = Field<String>.text("text", "Text")

    static let blockedBy = Field<String>.choice(
        "blocked_by", "Waits for", from: { $0.coordination.blockedReasons.choices }
    ).editing("blocked_by").help("For a state that waits. Empty takes what is usual for the state.")

    static let blockedDetail = Field<String>.line("blocked_detail", "What exactly", maxBytes: 500)
        .help("For a state that waits: a ticket, a name, a date.")

    static let nextAction = Field<String>.line("next_action", "Next action", maxBytes: 300)
        .editing("next_action").help("What happens next, by whoever owns the case.")

    static let nextActionDueAt = Field<Timestamp>.time("next_action_due_at", "Next action due")

    static let nextUpdateAt = Field<Timestamp>.time("next_update_at", "We write again by")
        .editing("next_update").help("The customer sees this promise.")
}

extension Operation {
    /// What most operations on a case load: the case, if the actor may see it.
    static func visibleCase(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws
        -> SupportCase
    {
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
        var service: String?
        var department: String?
        var services: [String]
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
        .optional(CaseFields.term(.service)).help(
            "What a colleague asks for; its entry in the catalogue says what is promised."),
        .optional(CaseFields.term(.department)).help("Who asks for the service."),
        CaseFields.services,
        .optional(.time("began_at", "Impact began")),
        .optional(.time("noticed_at", "First noticed")),
        .optional(.time("reported_at", "Reported")).help("Empty means now."),
        .flag("takes_it", "I own it"))

    struct State: Sendable {
        var organisation: Organisation?
        var requester: Person?
        /// The organisation to which the requester belongs.
        var home: Organisation?
        var number: Int64
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    {
        let organisation = try input.organisation.flatMap { try CustomerDirectory.find($0, in: tx) }
        if input.organisation != nil, organisation == nil {
            throw Refusal(
                field: "organisation", "not_found", "There is no organisation “\(input.organisation ?? "")”.")
        }
        let requester = try input.requester.flatMap { try PeopleDirectory.find($0, in: tx) }
        if input.requester != nil, requester == nil {
            throw Refusal(field: "requester", "not_found", "Nobody is known as “\(input.requester ?? "")”.")
        }
        let home = try requester?.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        return State(
            organisation: organisation, requester: requester, home: home,
            number: try tx.nextNumber(of: .caseNumber))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var organisation = state.organisation?.id
        if let requester = state.requester {
            if organisation == nil { organisation = requester.organisation }
            let isDelegate = state.organisation?.record.delegations[requester.id.raw]?.rights.contains(
                .report)
            if requester.organisation != organisation, isDelegate != true {
                throw Refusal(
                    field: "requester", "of_another_organisation",
                    organisation == nil
                        ? "\(requester.name) belongs to a customer; choose the organisation."
                        : "\(requester.name) does not belong to this organisation.")
            }
        }
        return try CaseOpening.decide(
            CaseOpening(
                organisation: organisation,
                requester: state.requester?.id.raw ?? (organisation == nil ? context.actor.id : nil),
                number: state.number, subject: input.subject, symptom: input.symptom,
                severity: input.severity,
                requestType: input.requestType, channel: input.channel ?? "engineer",
                productArea: input.productArea,
                component: input.component, environment: input.environment, beganAt: input.beganAt,
                noticedAt: input.noticedAt, reportedAt: input.reportedAt, service: input.service,
                department: input.department,
                owner: input.takesIt ? context.actor.id : nil,
                record: organisation == nil ? nil : (state.organisation ?? state.home)?.record,
                services: input.services),
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
    var service: String?
    var department: String?
    var owner: String?
    /// Who alone may know of it, where that is known before the kind of request says so.
    var restriction: Restriction?
    /// What is known of the account, to hold the report against the contract.
    var record: AccountRecord?
    /// The services that are impacted, as far as whoever reports it knows.
    var services: [String] = []

    static func decide(_ this: CaseOpening, in context: Context) throws(Refusal) -> Decision {
        let policy = context.policy
        let isInternal = this.organisation == nil
        let fallback = policy.requestTypes.first { $0.isInternal == isInternal } ?? policy.requestTypes.first
        let requestType = this.requestType ?? fallback?.id ?? ""
        if let type = policy.requestTypes.first(where: { $0.id == requestType }),
            type.isInternal != isInternal
        {
            throw Refusal(
                field: "request_type", "wrong_audience",
                isInternal
                    ? "“\(type.name)” is a request of customers. Choose the organisation, or an internal kind of request."
                    : "“\(type.name)” is a request of colleagues and has no organisation.")
        }
        for (field, moment) in [
            ("began_at", this.beganAt), ("noticed_at", this.noticedAt), ("reported_at", this.reportedAt),
        ] {
            if let moment, moment > context.now.adding(seconds: 300) {
                throw Refusal(field: field, "in_the_future", "This time has not come yet.")
            }
        }
        try CatalogueRequest.check(this.service, this.department, isInternal: isInternal, policy)
        guard let first = policy.statuses.first else {
            throw Refusal(.conflict, "no_status", "The policy in force has no status for new cases.")
        }
        let ref = SubjectRef(kind: SupportCase.kind, id: context.newID())
        let number = "\(policy.caseNumberPrefix)-\(this.number)"
        var decision = Decision()
        var opening = CaseFact.Opening(
            number: number, subject: this.subject, symptom: this.symptom, requester: this.requester,
            organisation: this.organisation?.raw, channel: this.channel, requestType: requestType,
            severity: this.severity ?? policy.defaultSeverity.raw, status: first.id.raw,
            productArea: this.productArea, component: this.component, environment: this.environment,
            beganAt: this.beganAt, noticedAt: this.noticedAt, reportedAt: this.reportedAt)
        (opening.service, opening.department) = (this.service, this.department)
        decision.record(CaseFact.opened(opening), on: ref)
        if !this.services.isEmpty {
            var impact = Impact()
            impact.services = this.services
            decision.record(CaseFact.impactRecorded(impact), on: ref)
        }
        if let record = this.record {
            let gaps = Entitlement.gaps(
                in: record, requester: this.requester, severity: this.severity ?? policy.defaultSeverity.raw,
                channel: this.channel, on: CalendarDay(context.now))
            if !gaps.isEmpty { decision.record(CaseFact.customer(.beyondContract(gaps: gaps)), on: ref) }
        }
        if let owner = this.owner {
            decision.record(CaseFact.ownerChanged(owner: owner, reason: nil), on: ref)
        }
        if let restriction = this.restriction ?? restriction(this, requestType, in: context) {
            decision.record(
                CaseFact.relation(.restricted(restriction, reason: "Restricted from its first moment.")),
                on: ref)
        }
        decision.answer["id"] = .string(ref.id)
        decision.answer["number"] = .string(number)
        return decision
    }

    /// Who alone may know of a case of this kind of request; nil where the kind is open.
    private static func restriction(
        _ this: CaseOpening, _ requestType: String, in context: Context
    ) -> Restriction? {
        let (policy, actor) = (context.policy, context.actor)
        guard
            let id = policy.requestTypes.first(where: { $0.id == requestType })?.confidentiality,
            let level = policy.confidentialityLevel(id)
        else { return nil }
        let isColleague = !actor.isCustomer && ![Actor.system.id, "operator"].contains(actor.id)
        return Restriction(
            level: level.id, readers: [this.requester, this.owner].compactMap { $0 }, roles: level.roles,
            securityOwner: isColleague ? actor.id : nil)
    }
}
