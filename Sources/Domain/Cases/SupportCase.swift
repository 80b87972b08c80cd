/// A customer's or colleague's problem, from the first report to its resolution.
package struct SupportCase: Subject, Equatable {
    package static let kind = "case"

    /// Its identifier.
    package var id: ID<SupportCase>
    /// Its latest fact.
    package var version: Version
    /// The human number: "TL-42".
    package var number: String
    /// One line.
    package var subject = ""
    /// The reporter's words, exactly.
    package var symptom = ""
    /// The engineer's own statement of the problem.
    package var problemStatement: String?
    /// The person who asked.
    package var requester: ID<Person>?
    /// The customer; nil for requests of colleagues.
    package var organisation: ID<Organisation>?
    /// How it reached us.
    package var channel = ""
    /// The kind of request.
    package var requestType = ""
    /// How bad it is.
    package var severity: ID<Policy.Severity> = ""
    /// Where it stands.
    package var status: ID<Policy.Status> = ""
    /// Since when it stands there.
    package var statusSince: Timestamp
    /// Who is accountable; nil until somebody takes a new case.
    package var owner: ID<Person>?
    /// The classifying fields that are set.
    package var classification: [CaseFact.ClassifyingField: String] = [:]
    /// The root causes that confirmed hypotheses stand for, by the hypothesis: "H1" to a term of policy.
    package var confirmedCauses: [String: String] = [:]
    /// What is known of the impact.
    package var impact = Impact()
    /// When the effect began.
    package var beganAt: Timestamp?
    /// When somebody first noticed.
    package var noticedAt: Timestamp?
    /// When it was reported.
    package var reportedAt: Timestamp
    /// What was wrong and what was done.
    package var narrative: String?
    /// When we recorded it.
    package var openedAt: Timestamp
    /// When somebody of the staff first wrote to the customer.
    package var firstReplyAt: Timestamp?
    /// When the effect was first mitigated.
    package var mitigatedAt: Timestamp?
    /// When it was last resolved.
    package var resolvedAt: Timestamp?
    /// When it was last filed away.
    package var closedAt: Timestamp?
    /// How often it came back.
    package var reopenCount = 0
    /// When the customer last wrote and nobody of the staff has since.
    package var unansweredSince: Timestamp?
    /// The key of the alert that opened it, where a monitoring system did.
    package var alertKey: String?
    /// When anything last happened.
    package var updatedAt: Timestamp
    /// How much has happened that the customer may see: their version of the case.
    package var publicVersion: Version = .none
    /// When anything last happened that the customer may see.
    package var publiclyChangedAt: Timestamp
    /// Who of the staff last said something to the customer.
    package var spokesperson: ID<Person>?
    /// What lists need to know of how the work is arranged.
    package var arrangement = Arrangement()
    /// Who alone may know of it; nil where everybody with the right to see cases may.
    package var restriction: Restriction?
    /// The case that its number leads to, where it was merged.
    package var mergedInto: ID<SupportCase>?
    /// The case that it continues, where that one could not be reopened any more.
    package var followUpOf: ID<SupportCase>?

    /// How facts refer to the case.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the case with this identifier.
    package static func ref(_ id: ID<SupportCase>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    /// A case of which only these parts are known yet.
    package init(id: ID<SupportCase>, version: Version, number: String, at moment: Timestamp) {
        (self.id, self.version, self.number) = (id, version, number)
        (statusSince, reportedAt, openedAt, updatedAt) = (moment, moment, moment, moment)
        publiclyChangedAt = moment
    }

    package init(first fact: Recorded<CaseFact>) {
        self.init(id: ID(fact.subject.id), version: fact.version, number: "", at: fact.occurredAt)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<CaseFact>) {
        version = fact.version
        if fact.occurredAt > updatedAt { updatedAt = fact.occurredAt }
        let moment = fact.occurredAt
        show(fact)
        arrangement.take(fact.body, at: moment)
        switch fact.body {
        case .opened(let opening): open(opening, at: moment)
        case .imported(let number, let row):
            self.number = number
            take(row, at: moment)
        case .changeImported(let row): take(row, at: moment)
        case .replied(_, let fromCustomer):
            if fromCustomer {
                unansweredSince = unansweredSince ?? moment
            } else {
                unansweredSince = nil
                firstReplyAt = firstReplyAt ?? moment
            }
        case .investigation(.hypothesisJudged(let id, let judgement)): judge(id, judgement)
        case .investigation(.judgementWithdrawn(let id, let withdrawal)): takeBack(id, withdrawal)
        case .noted, .entryErased, .investigation, .coordination, .evidence, .story, .retention, .mail,
            .clock, .handoff, .routing, .fixWatch, .outward, .quality, .survey, .notice, .defect,
            .huddle:
            break
        case .relation(let fact): apply(fact)
        case .form(let fact):
            if case .customerAnswered = fact { unansweredSince = unansweredSince ?? moment }
        case .customer(let fact):
            if case .alerted(let notice) = fact { alertKey = alertKey ?? notice.key }
        case .ownerChanged(let owner, _): self.owner = ID(owner)
        case .ownerLeft: owner = nil
        case .severityChanged(let severity, _): self.severity = ID(severity)
        case .statusChanged(let status, let phase, _, _):
            move(to: status, at: moment)
            if phase == .mitigated, mitigatedAt == nil { mitigatedAt = moment }
        case .retitled(let subject): self.subject = subject
        case .problemStated(let text): problemStatement = text
        case .classified(let field, let value): classification[field] = value
        case .impactRecorded(let impact): self.impact = impact
        case .timesRecorded(let began, let noticed, let reported):
            (beganAt, noticedAt) = (began, noticed)
            if let reported { reportedAt = reported }
        case .resolved(let resolution):
            move(to: resolution.status, at: moment)
            (narrative, resolvedAt, unansweredSince) = (resolution.narrative, moment, nil)
            classification[.verdict] = resolution.verdict
            if let cause = resolution.rootCause { classification[.rootCause] = cause }
        case .reopened(let status, _):
            move(to: status, at: moment)
            reopenCount += 1
            (resolvedAt, closedAt) = (nil, nil)
        case .closed(let status):
            move(to: status, at: moment)
            closedAt = moment
        }
    }

    /// What the customer sees of a fact: nothing, unless it is public.
    private mutating func show(_ fact: Recorded<CaseFact>) {
        guard fact.body.isPublic else { return }
        publicVersion = Version(publicVersion.number + 1)
        if fact.occurredAt > publiclyChangedAt { publiclyChangedAt = fact.occurredAt }
        if fact.body.addressesCustomer { spokesperson = ID(fact.actor) }
    }

    private mutating func open(_ opening: CaseFact.Opening, at moment: Timestamp) {
        (number, subject, symptom) = (opening.number, opening.subject, opening.symptom)
        requester = opening.requester.map { ID($0) }
        organisation = opening.organisation.map { ID($0) }
        (channel, requestType) = (opening.channel, opening.requestType)
        severity = ID(opening.severity)
        move(to: opening.status, at: moment)
        classification[.productArea] = opening.productArea
        classification[.component] = opening.component
        classification[.environment] = opening.environment
        (classification[.service], classification[.department]) = (opening.service, opening.department)
        (beganAt, noticedAt) = (opening.beganAt, opening.noticedAt)
        reportedAt = opening.reportedAt ?? moment
        if organisation != nil { unansweredSince = moment }
    }

    /// A confirmed hypothesis stands for a root cause; one that is confirmed no more does not.
    private mutating func judge(_ id: String, _ judgement: HypothesisJudgement) {
        confirmedCauses[id] = judgement.state == .confirmed ? judgement.rootCause : nil
        if let cause = confirmedCauses[id] { classification[.rootCause] = cause }
    }

    private mutating func takeBack(_ id: String, _ withdrawal: JudgementWithdrawal) {
        confirmedCauses[id] = withdrawal.confirms
        switch withdrawal.rootCause {
        case .set(let cause)?: classification[.rootCause] = cause
        case .unset?: classification[.rootCause] = nil
        case nil: break
        }
    }

    private mutating func move(to status: String, at moment: Timestamp) {
        if self.status.raw != status { statusSince = moment }
        self.status = ID(status)
    }
}

extension SupportCase {
    /// The fields that an imported row may set.
    package static let importableFields = [
        "subject", "symptom", "problem_statement", "requester", "organisation", "channel", "request_type",
        "severity",
        "status", "owner", "product_area", "component", "environment", "category", "root_cause", "verdict",
        "fault_layer",
        "reported_at", "began_at", "noticed_at", "opened_at", "resolved_at", "closed_at", "reopen_count",
        "narrative",
    ]

    private mutating func take(_ row: CaseFact.ImportedRow, at moment: Timestamp) {
        for (field, value) in row.set {
            switch field {
            case "subject": subject = value
            case "symptom": symptom = value
            case "problem_statement": problemStatement = value.isEmpty ? nil : value
            case "requester": requester = value.isEmpty ? nil : ID(value)
            case "organisation": organisation = value.isEmpty ? nil : ID(value)
            case "channel": channel = value
            case "request_type": requestType = value
            case "severity": severity = ID(value)
            case "status": move(to: value, at: moment)
            case "owner": owner = value.isEmpty ? nil : ID(value)
            case "narrative": narrative = value.isEmpty ? nil : value
            case "reported_at": if let time = Timestamp(value) { reportedAt = time }
            case "began_at": beganAt = Timestamp(value)
            case "noticed_at": noticedAt = Timestamp(value)
            case "opened_at": if let time = Timestamp(value) { openedAt = time }
            case "resolved_at": resolvedAt = Timestamp(value)
            case "closed_at": closedAt = Timestamp(value)
            case "reopen_count": reopenCount = Int(value) ?? reopenCount
            default:
                if let field = CaseFact.ClassifyingField(rawValue: field) {
                    classification[field] = value.isEmpty ? nil : value
                }
            }
        }
    }
}
