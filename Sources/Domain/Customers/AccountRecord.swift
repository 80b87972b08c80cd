package import Diagnosis

/// What is known of an account beside its name and tier.
package struct AccountRecord: Equatable, Sendable {
    /// What was set, by what it is.
    package var details: [AccountDetail: [String]] = [:]
    /// What is known of its contacts, by the person's identifier.
    package var contacts: [String: AccountContact] = [:]
    /// Who of another organisation may act for it, by the person's identifier.
    package var delegations: [String: AccountDelegation] = [:]
    /// The risk flags, oldest first: R1, R2 ...
    package var risks: [RiskFlag] = []
    /// What was promised to it, oldest first: C1, C2 ...
    package var commitments: [Commitment] = []
    /// The changes of its contract, oldest first: A1, A2 ...
    package var amendments: [Amendment] = []
    /// When it allows changes, oldest first; the last one counts.
    package var changeCalendars: [ChangeCalendar] = []

    /// A record of which nothing is known.
    package init() {}

    /// The values of a detail; empty where nothing was set.
    package subscript(detail: AccountDetail) -> [String] { details[detail] ?? [] }

    /// The first value of a detail.
    package func first(_ detail: AccountDetail) -> String? { details[detail]?.first }

    /// Brings the record up to a fact; facts of name and tier leave it alone.
    package mutating func apply(_ fact: Recorded<OrganisationFact>) {
        switch fact.body {
        case .added, .renamed, .tierChanged: break
        case .detailChanged(let detail, let values): details[detail] = values.isEmpty ? nil : values
        case .contactDescribed(let person, let contact): contacts[person] = contact
        case .delegated(let person, let delegation): delegations[person] = delegation
        case .delegationEnded(let person, _): delegations[person] = nil
        case .riskRaised(let number, let flag):
            risks.append(RiskFlag(number: number, flag, raisedBy: fact.actor, at: fact.occurredAt))
        case .riskChanged(let number, let flag):
            change(number) { $0.terms = flag }
        case .riskCleared(let number, let reason):
            change(number) { $0.cleared = .init(reason: reason, by: fact.actor, at: fact.occurredAt) }
        case .commitmentMade(let number, let promise):
            commitments.append(
                Commitment(number: number, promise, recordedBy: fact.actor, at: fact.occurredAt))
        case .commitmentSettled(let number, let outcome, let note):
            guard let index = commitments.firstIndex(where: { $0.number == number }) else { return }
            commitments[index].settled = .init(
                outcome: outcome, note: note, by: fact.actor, at: fact.occurredAt)
        case .amendmentProposed(let number, let terms):
            amendments.append(Amendment(number: number, terms, proposedBy: fact.actor, at: fact.occurredAt))
        case .amendmentApproved(let number, let note): decide(number, .approved, note, fact)
        case .amendmentRefused(let number, let way, let reason): decide(number, way, reason, fact)
        case .amendmentEnded(let number, let until, let reason):
            guard let index = amendments.firstIndex(where: { $0.number == number }) else { return }
            amendments[index].ended = (until, reason)
        case .changeCalendarSet(let calendar): changeCalendars.append(calendar)
        }
    }

    private mutating func decide(
        _ number: String, _ way: Amendment.Verdict.Way, _ note: String?, _ fact: Recorded<OrganisationFact>
    ) {
        guard let index = amendments.firstIndex(where: { $0.number == number }) else { return }
        amendments[index].verdict = .init(way: way, by: fact.actor, at: fact.occurredAt, note: note)
    }

    private mutating func change(_ number: String, _ edit: (inout RiskFlag) -> Void) {
        guard let index = risks.firstIndex(where: { $0.number == number }) else { return }
        edit(&risks[index])
    }
}

extension AccountRecord {
    /// The record as it is stored.
    package var json: JSON {
        .fields([
            "details": object(details.map { ($0.key.rawValue, .array($0.value.map(JSON.string))) }),
            "contacts": object(contacts.map { ($0.key, $0.value.json) }),
            "delegations": object(delegations.map { ($0.key, $0.value.json) }),
            "risks": .array(risks.map(\.json)), "commitments": .array(commitments.map(\.json)),
            "amendments": amendments.isEmpty ? nil : .array(amendments.map(\.json)),
            "change_calendars": changeCalendars.isEmpty ? nil : .array(changeCalendars.map(\.json)),
        ])
    }

    private func object(_ members: [(String, JSON)]) -> JSON {
        .object(JSONObject(members: members.sorted { $0.0 < $1.0 }.map { (key: $0.0, value: $0.1) }))
    }

    /// The record that was stored so.
    package init(_ json: JSON) throws {
        for (key, value) in json["details"]?.object?.members ?? [] {
            guard let detail = AccountDetail(rawValue: key) else { continue }
            details[detail] = value.array?.compactMap(\.string)
        }
        for (key, value) in json["contacts"]?.object?.members ?? [] {
            contacts[key] = AccountContact(FactBody(value.object ?? JSONObject()))
        }
        for (key, value) in json["delegations"]?.object?.members ?? [] {
            delegations[key] = AccountDelegation(FactBody(value.object ?? JSONObject()))
        }
        risks = try (json["risks"]?.array ?? []).map { try RiskFlag(stored: FactBody($0.object ?? [:])) }
        commitments = try (json["commitments"]?.array ?? []).map {
            try Commitment(stored: FactBody($0.object ?? [:]))
        }
        amendments = try (json["amendments"]?.array ?? []).map {
            try Amendment(stored: FactBody($0.object ?? [:]))
        }
        changeCalendars = try (json["change_calendars"]?.array ?? []).map {
            try ChangeCalendar(FactBody($0.object ?? [:]))
        }
    }
}

/// What a contact is to the customer.
package struct AccountContact: Equatable, Sendable {
    /// What they do there, as policy names it: administrator, developer, security ...
    package var roles: [String]
    /// Whether the contract names them as somebody who may ask for support.
    package var isNamed: Bool
    /// What helps whoever speaks with them: hours, language, phone.
    package var note: String?

    /// A contact with all parts.
    package init(roles: [String] = [], isNamed: Bool = false, note: String? = nil) {
        (self.roles, self.isNamed, self.note) = (roles, isNamed, note)
    }

    /// The contact as it is stored.
    package var json: JSON {
        .fields([
            "roles": .array(roles.map(JSON.string)), "named": .bool(isNamed), "note": note.map(JSON.string),
        ])
    }

    /// The contact that was stored with these members.
    package init(_ body: FactBody) {
        self.init(
            roles: body.texts("roles"), isNamed: body.bool("named") ?? false, note: body.optionalText("note"))
    }
}

/// What somebody of another organisation, such as an outsourced operator, may do for this one.
package struct AccountDelegation: Equatable, Sendable {
    /// One thing that can be delegated.
    package enum Right: String, Sendable, CaseIterable {
        /// Read its cases.
        case view
        /// Report problems in its name.
        case report
        /// Answer for it, say that something is not solved, and confirm fixes.
        case reply

        /// The name on pages.
        package var label: String {
            switch self {
            case .view: "Read cases"
            case .report: "Report problems"
            case .reply: "Answer, confirm and reopen"
            }
        }
    }

    /// What they may do; reading is always part of it.
    package var rights: Set<Right>
    /// The last day on which it holds; nil for no end.
    package var until: CalendarDay?

    /// A delegation of these rights.
    package init(rights: Set<Right>, until: CalendarDay? = nil) {
        (self.rights, self.until) = (rights.union([.view]), until)
    }

    /// Whether it holds on a day.
    package func holds(on day: CalendarDay) -> Bool { until.map { day <= $0 } ?? true }

    /// The delegation as it is stored.
    package var json: JSON {
        .fields([
            "rights": .array(rights.map(\.rawValue).sorted().map(JSON.string)),
            "until": until.map { .string($0.text) },
        ])
    }

    /// The delegation that was stored with these members.
    package init(_ body: FactBody) {
        self.init(
            rights: Set(body.texts("rights").compactMap { Right(rawValue: $0) }),
            until: body.optionalText("until").flatMap { CalendarDay($0) })
    }
}
