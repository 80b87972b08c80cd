import Diagnosis
import Domain
import Storage
import Web

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
        .reference("assignee", "Owner", to: "person").editing(Aspect("owner")).help(
            "One person is accountable at any time."),
        .optional(CaseFields.reason))

    struct State: Sendable {
        var found: SupportCase
        var person: Person?
    }

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    {
        State(
            found: try visibleCase(input.id, for: actor, in: tx),
            person: try PeopleDirectory.find(input.assignee == "@me" ? actor.id : input.assignee, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard let person = state.person else {
            throw Refusal(field: "assignee", "not_found", "Nobody is known as “\(input.assignee)”.")
        }
        return answer(
            try state.found.assigned(to: person, reason: input.reason, policy: context.policy),
            on: state.found)
    }

    static func undo(_ input: Input, on state: State, in context: Context) -> Undo? {
        guard let owner = state.found.owner else {
            return Undo(ReleaseCase.name, ["id": .text(input.id), "reason": .text("Taken back")])
        }
        return Undo(
            name, ["id": .text(input.id), "assignee": .text(owner.raw), "reason": .text("Taken back")])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "assigned")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.values["assignee"] = .text(found.owner?.raw ?? actor.id)
            form.references["person"] = try PeopleDirectory.ownerChoices(policy: policy, in: tx)
        }
    }

    static func complete(
        _ form: inout OperationForm, _ id: String, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        form.references["person"] = try RoutingDirectory.loaded(
            form.references["person"] ?? [], policy: policy, for: actor, in: tx)
    }
}

/// Puts a new case back into the queue, for anybody to take.
enum ReleaseCase: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var reason: String?
    }

    static let name = "case.release"
    static let summary = "Put the case back in the queue"
    static let verb = "Put back"
    static let right: Right = "case.assign"
    static let done = "released"
    static let input = Fields(Input.init, CaseFields.id, .optional(CaseFields.reason))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer(try found.released(reason: input.reason, policy: context.policy), on: found)
    }

    static func undo(_ input: Input, on found: SupportCase, in context: Context) -> Undo? {
        found.owner.map {
            Undo(
                AssignCase.name,
                ["id": .text(input.id), "assignee": .text($0.raw), "reason": .text("Taken back")])
        }
    }
}

/// Changes how bad the case is held to be.
enum ChangeSeverity: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var severity: String
        var reason: String
    }

    static let name = "case.change_severity"
    static let summary = "Change severity"
    static let right: Right = "case.change_severity"
    static let input = Fields(
        Input.init, CaseFields.id, CaseFields.severity().editing(Aspect("severity")), CaseFields.reason)

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            try found.changingSeverity(
                to: ID(input.severity), reason: input.reason,
                mayConfirm: context.actor.may("case.confirm_severity")), on: found)
    }

    static func undo(_ input: Input, on found: SupportCase, in context: Context) -> Undo? {
        Undo(
            name,
            [
                "id": .text(input.id), "severity": .text(found.severity.raw), "reason": .text("Taken back"),
            ])
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.values["severity"] = .text(found.severity.raw)
    }

    static func complete(
        _ form: inout OperationForm, _ id: String, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        let found = try visibleCase(id, for: actor, in: tx)
        form.hints += try ClockPreviewDirectory.words(of: found, policy: policy, at: now, in: tx)
    }
}

/// Moves the case to another status, by the transitions of policy.
enum ChangeStatus: Operation {
    struct Input: Sendable {
        var id: String
        var status: String
        var reason: String?
        var blockedBy: String?
        var blockedDetail: String?
        var next: NextActionInput
        var exception: String?
    }

    static let name = "case.change_status"
    static let summary = "Change status"
    static let right: Right = "case.change_status"
    static let place = OperationPlace.act(in: "cases", verb: "change_status")
    static let input = Fields(
        {
            Input(
                id: $0, status: $1, reason: $2, blockedBy: $3, blockedDetail: $4,
                next: NextActionInput($5, $6), exception: $7)
        },
        CaseFields.id, CaseFields.status, .optional(CaseFields.reason), .optional(CaseFields.blockedBy),
        .optional(CaseFields.blockedDetail), .optional(CaseFields.nextAction),
        .optional(CaseFields.nextActionDueAt),
        FormFields.exception.help(
            "Why the case has to be handed on although the intake is not complete. It is recorded."))

    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> CaseForms
    {
        try FormsDirectory.forms(
            of: visibleCase(input.id, for: actor, in: tx), for: actor, policy: policy, in: tx)
    }

    /// Only where policy lets the case go back the way it came.
    static func undo(_ input: Input, on forms: CaseForms, in context: Context) -> Undo? {
        guard context.policy.status(ID(input.status))?.next.contains(forms.found.status) ?? false else {
            return nil
        }
        return Undo(
            name,
            ["id": .text(input.id), "status": .text(forms.found.status.raw), "reason": .text("Taken back")])
    }

    static func decide(_ input: Input, on forms: CaseForms, in context: Context) throws(Refusal) -> Decision {
        let found = forms.found
        let moved = try found.moved(
            to: ID(input.status), reason: input.reason, blockedBy: input.blockedBy,
            detail: input.blockedDetail, policy: context.policy)
        let handed = try GatePass.handOff(to: input.status, forms, exception: input.exception)
        return answer(handed + moved + (try input.next.facts(on: found, in: context)), on: found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            form.values["status"] = .text(found.status.raw)
            if var field = input.descriptions.first(where: { $0.name == "status" }) {
                let choices = found.statusesWithinReach(policy: policy).map {
                    FieldChoice($0.id.raw, $0.name)
                }
                field.shape = .choice { _ in choices }
                form.replaced["status"] = [field]
            }
            if found.owner == nil {
                form.advice.append("\(found.number) has no owner. Take it or give it to somebody first.")
                form.ways.append(("Assign it", "/cases/\(found.number)/assign"))
            }
            let forms = try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
            let missing = forms.score(.intake)?.missing(for: .handOff) ?? []
            let upward = (policy.status(found.status)?.next ?? []).compactMap { policy.status($0) }
                .filter(\.isUpward)
            if missing.isEmpty || upward.isEmpty {
                form.replaced["exception"] = []
            } else {
                let names = upward.map { "“\($0.name)”" }.joined(separator: ", ")
                let labels = missing.map { "“\($0.question.label)”" }.joined(separator: ", ")
                form.advice.append("\(names) needs a complete intake. Missing: \(labels).")
                form.ways.append(("Fill in the intake", "/cases/\(found.number)/intake"))
                if found.organisation != nil {
                    form.ways.append(("Ask intake questions", "/cases/\(found.number)/ask_customer"))
                }
            }
        }
    }
}

/// Edits what the case says about itself; each field is an aspect of its own.
enum EditCase: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var subject: Edit<String>
        var problemStatement: Edit<String>
        var productArea: Edit<String>
        var component: Edit<String>
        var environment: Edit<String>
        var category: Edit<String>
        var rootCause: Edit<String>
        var faultLayer: Edit<String>
        var service: Edit<String>
        var department: Edit<String>
    }

    static let name = "case.edit"
    static let summary = "Edit the case"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let input = Fields(
        Input.init, CaseFields.id, .edit(.line("subject", "Subject").editing(Aspect("subject"))),
        .edit(
            .text("problem_statement", "Problem statement", maxBytes: 100_000).editing(
                Aspect("problem_statement"))
        )
        .help("What is really wrong, in your words. The reporter’s own words stay as they are."),
        .edit(CaseFields.term(.productArea)), .edit(CaseFields.term(.component)),
        .edit(CaseFields.term(.environment)), .edit(CaseFields.term(.category)),
        .edit(CaseFields.term(.rootCause)).help(
            "Suspected until a hypothesis with this root cause is confirmed."),
        .edit(CaseFields.term(.faultLayer)),
        .edit(CaseFields.term(.service)).help("For requests of colleagues: what the catalogue has of it."),
        .edit(CaseFields.term(.department)))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
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
            (.productArea, input.productArea), (.component, input.component),
            (.environment, input.environment),
            (.category, input.category), (.rootCause, input.rootCause),
            (.faultLayer, input.faultLayer), (.service, input.service),
            (.department, input.department),
        ]
        try CatalogueRequest.check(
            input.service.applied(to: found.classification[.service]),
            input.department.applied(to: found.classification[.department]),
            isInternal: found.organisation == nil, context.policy)
        for (field, edit) in fields {
            switch edit {
            case .unchanged: break
            case .cleared:
                if found.classification[field] != nil { facts.append(.classified(field: field, value: nil)) }
            case .set(let value):
                if found.classification[field] != value {
                    facts.append(.classified(field: field, value: value))
                }
            }
        }
        return answer(facts, on: found)
    }

    /// Restores the fields that were edited and leaves the others to whoever edits them.
    static func undo(_ input: Input, on found: SupportCase, in context: Context) -> Undo? {
        var fields: [String: RawValue] = ["id": .text(input.id)]
        if input.subject != .unchanged { fields["subject"] = .text(found.subject) }
        if input.problemStatement != .unchanged {
            fields["problem_statement"] = .optional(found.problemStatement)
        }
        let edits: [(CaseFact.ClassifyingField, Edit<String>)] = [
            (.productArea, input.productArea), (.component, input.component),
            (.environment, input.environment), (.category, input.category), (.rootCause, input.rootCause),
            (.faultLayer, input.faultLayer), (.service, input.service),
            (.department, input.department),
        ]
        for (field, edit) in edits where edit != .unchanged {
            fields[field.rawValue] = .optional(found.classification[field])
        }
        return Undo(name, fields)
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.values["subject"] = .text(found.subject)
        form.values["problem_statement"] = .text(found.problemStatement ?? "")
        for field in [
            CaseFact.ClassifyingField.productArea, .component, .environment, .category, .rootCause,
            .faultLayer, .service, .department,
        ] {
            form.values[field.rawValue] = .text(found.classification[field] ?? "")
        }
    }
}

/// Records what the fault does to those who meet it, as data.
enum RecordImpact: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var accounts: Int?
        var users: Int?
        var sharePercent: Double?
        var shareOf: String?
        var moneyAtRisk: String?
        var compliance: String?
        var workaround: String?
        var blockedProcess: String?
        var services: [String]
    }

    static let name = "case.record_impact"
    static let summary = "Record the impact"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let input = Fields(
        Input.init, CaseFields.id, .optional(.integer("accounts", "Accounts affected", 0...1_000_000_000)),
        .optional(.integer("users", "Users affected", 0...8_000_000_000)),
        .optional(.number("share_percent", "Share affected, in percent", 0...100)).help("For example 0.3."),
        .optional(.line("share_of", "Share of what", maxBytes: 120)).help("For example: card payments."),
        .optional(.line("money_at_risk", "Money at risk", maxBytes: 60)).help(
            "With its currency: EUR 221,400."),
        .optional(.line("compliance", "Rules or law touched")),
        .optional(CaseFields.workaround),
        .optional(.line("blocked_process", "What stands still")),
        CaseFields.services)

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        var impact = Impact()
        (impact.accounts, impact.users, impact.sharePercent) = (
            input.accounts, input.users, input.sharePercent
        )
        (impact.shareOf, impact.moneyAtRisk, impact.compliance) = (
            input.shareOf, input.moneyAtRisk, input.compliance
        )
        impact.hasWorkaround = input.workaround.map { $0 == "yes" }
        (impact.blockedProcess, impact.services) = (input.blockedProcess, input.services)
        return answer(impact == found.impact ? [] : [.impactRecorded(impact)], on: found)
    }

    static func undo(_ input: Input, on found: SupportCase, in context: Context) -> Undo? {
        Undo(name, fields(of: found.impact).merging(["id": .text(input.id)]) { $1 })
    }

    private static func fields(of impact: Impact) -> [String: RawValue] {
        [
            "accounts": .optional(impact.accounts.map { String($0) }),
            "users": .optional(impact.users.map { String($0) }),
            "share_percent": .optional(impact.sharePercent.map { "\($0)" }),
            "share_of": .optional(impact.shareOf), "money_at_risk": .optional(impact.moneyAtRisk),
            "compliance": .optional(impact.compliance),
            "workaround": .optional(impact.hasWorkaround.map { $0 ? "yes" : "no" }),
            "blocked_process": .optional(impact.blockedProcess),
            "services": .list(impact.services.map(RawValue.text)),
        ]
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws {
        for (name, value) in fields(of: found.impact) { form.values[name] = value }
    }
}

/// Records when the effect began, was first noticed, and was reported: three different times.
enum RecordTimes: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var beganAt: Timestamp?
        var noticedAt: Timestamp?
        var reportedAt: Timestamp?
    }

    static let name = "case.record_times"
    static let summary = "Record when it began"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(.time("began_at", "Impact began")).help(
            "A fault at a low rate may run for weeks unnoticed."),
        .optional(.time("noticed_at", "First noticed")),
        .optional(.time("reported_at", "Reported")))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        let times = [
            ("began_at", input.beganAt), ("noticed_at", input.noticedAt), ("reported_at", input.reportedAt),
        ]
        var problems: [Refusal.Problem] = []
        for (field, moment) in times {
            if let moment, moment > context.now.adding(seconds: 300) {
                problems.append(
                    .init(field: field, code: "in_the_future", message: "This time has not come yet."))
            }
        }
        if let began = input.beganAt, let noticed = input.noticedAt, noticed < began {
            problems.append(
                .init(
                    field: "noticed_at", code: "before_it_began",
                    message: "It cannot be noticed before it began."))
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

    static func undo(_ input: Input, on found: SupportCase, in context: Context) -> Undo? {
        Undo(
            name,
            [
                "id": .text(input.id), "began_at": .optional(found.beganAt?.rfc3339),
                "noticed_at": .optional(found.noticedAt?.rfc3339),
                "reported_at": .text(found.reportedAt.rfc3339),
            ])
    }

    static func fill(
        _ form: inout OperationForm, from found: SupportCase, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.values["began_at"] = .text(found.beganAt?.rfc3339 ?? "")
        form.values["noticed_at"] = .text(found.noticedAt?.rfc3339 ?? "")
        form.values["reported_at"] = .text(found.reportedAt.rfc3339)
    }
}
