package import Diagnosis

/// What happens to a customer organisation.
package enum OrganisationFact: Fact {
    /// The organisation exists from now on.
    case added(name: String, tier: String, origin: String?)
    /// The name changed.
    case renamed(name: String)
    /// The tier changed.
    case tierChanged(tier: String, reason: String?)
    /// Something else that is known of the account changed; no values take it away.
    case detailChanged(detail: AccountDetail, values: [String])
    /// What is known of a contact changed.
    case contactDescribed(person: String, AccountContact)
    /// Somebody of another organisation may act for this one.
    case delegated(person: String, AccountDelegation)
    /// Somebody of another organisation may no longer act for this one.
    case delegationEnded(person: String, reason: String)
    /// A risk flag was raised.
    case riskRaised(number: String, RiskFlag.Terms)
    /// A risk flag says something else now.
    case riskChanged(number: String, RiskFlag.Terms)
    /// A risk flag was taken off.
    case riskCleared(number: String, reason: String)
    /// Something was promised.
    case commitmentMade(number: String, Commitment.Promise)
    /// A promise ended.
    case commitmentSettled(number: String, outcome: Commitment.Outcome, note: String?)
    /// A change of the contract was proposed.
    case amendmentProposed(number: String, Amendment.Terms)
    /// Somebody else approved it: it counts.
    case amendmentApproved(number: String, note: String?)
    /// It was declined, or taken back.
    case amendmentRefused(number: String, way: Amendment.Verdict.Way, reason: String)
    /// It counts until a day and no longer.
    case amendmentEnded(number: String, until: CalendarDay, reason: String)
    /// When the customer allows changes.
    case changeCalendarSet(ChangeCalendar)

    package static let erasableFields: Set<String> = ["name", "reason", "text", "note", "values"]

    package var kind: String {
        switch self {
        case .added: "organisation.added"
        case .renamed: "organisation.renamed"
        case .tierChanged: "organisation.tier_changed"
        case .detailChanged: "organisation.detail_changed"
        case .contactDescribed: "organisation.contact_described"
        case .delegated: "organisation.delegated"
        case .delegationEnded: "organisation.delegation_ended"
        case .riskRaised: "organisation.risk_raised"
        case .riskChanged: "organisation.risk_changed"
        case .riskCleared: "organisation.risk_cleared"
        case .commitmentMade: "organisation.commitment_made"
        case .commitmentSettled: "organisation.commitment_settled"
        case .amendmentProposed: "organisation.amendment_proposed"
        case .amendmentApproved: "organisation.amendment_approved"
        case .amendmentRefused: "organisation.amendment_refused"
        case .amendmentEnded: "organisation.amendment_ended"
        case .changeCalendarSet: "organisation.change_calendar_set"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .added, .riskRaised, .commitmentMade, .amendmentProposed: []
        case .renamed: ["name"]
        case .tierChanged: ["tier"]
        case .detailChanged(let detail, _): [Aspect(detail.rawValue)]
        case .contactDescribed(let person, _): [Aspect("contact.\(person)")]
        case .delegated(let person, _), .delegationEnded(let person, _): [Aspect("delegation.\(person)")]
        case .riskChanged(let number, _), .riskCleared(let number, _): [Aspect("risk.\(number)")]
        case .commitmentSettled(let number, _, _): [Aspect("commitment.\(number)")]
        case .amendmentApproved(let number, _), .amendmentRefused(let number, _, _),
            .amendmentEnded(let number, _, _):
            [Aspect("amendment.\(number)")]
        case .changeCalendarSet: ["change_calendar"]
        }
    }

    package var body: JSON {
        switch self {
        case .added(let name, let tier, let origin):
            .fields(["name": .string(name), "tier": .string(tier), "origin": origin.map(JSON.string)])
        case .renamed(let name): ["name": .string(name)]
        case .tierChanged(let tier, let reason):
            .fields(["tier": .string(tier), "reason": reason.map(JSON.string)])
        case .detailChanged(let detail, let values):
            ["field": .string(detail.rawValue), "values": .array(values.map(JSON.string))]
        case .contactDescribed(let person, let contact): contact.json.adding("person", person)
        case .delegated(let person, let delegation): delegation.json.adding("person", person)
        case .delegationEnded(let person, let reason):
            ["person": .string(person), "reason": .string(reason)]
        case .riskRaised(let number, let terms), .riskChanged(let number, let terms):
            JSON.fields(terms.members).adding("number", number)
        case .riskCleared(let number, let reason): ["number": .string(number), "reason": .string(reason)]
        case .commitmentMade(let number, let promise):
            JSON.fields(promise.members).adding("number", number)
        case .commitmentSettled(let number, let outcome, let note):
            .fields([
                "number": .string(number), "outcome": .string(outcome.rawValue),
                "note": note.map(JSON.string),
            ])
        case .amendmentProposed(let number, let terms):
            JSON.fields(terms.members).adding("number", number)
        case .amendmentApproved(let number, let note):
            .fields(["number": .string(number), "note": note.map(JSON.string)])
        case .amendmentRefused(let number, let way, let reason):
            ["number": .string(number), "way": .string(way.rawValue), "reason": .string(reason)]
        case .amendmentEnded(let number, let until, let reason):
            ["number": .string(number), "until": .string(until.text), "reason": .string(reason)]
        case .changeCalendarSet(let calendar): calendar.json
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "organisation.added":
            self = .added(
                name: try body.text("name"), tier: try body.text("tier"), origin: body.optionalText("origin"))
        case "organisation.renamed": self = .renamed(name: try body.text("name"))
        case "organisation.tier_changed":
            self = .tierChanged(tier: try body.text("tier"), reason: body.optionalText("reason"))
        case "organisation.detail_changed":
            guard let detail = AccountDetail(rawValue: try body.text("field")) else {
                throw FactProblem("“\(try body.text("field"))” is not a detail of an account")
            }
            let isErased = body.optionalText("values") == FactBody.erasedText
            self = .detailChanged(
                detail: detail, values: isErased ? [FactBody.erasedText] : body.texts("values"))
        case "organisation.contact_described":
            self = .contactDescribed(person: try body.text("person"), AccountContact(body))
        case "organisation.delegated":
            self = .delegated(person: try body.text("person"), AccountDelegation(body))
        case "organisation.delegation_ended":
            self = .delegationEnded(person: try body.text("person"), reason: try body.text("reason"))
        case "organisation.risk_raised":
            self = .riskRaised(number: try body.text("number"), try RiskFlag.Terms(body))
        case "organisation.risk_changed":
            self = .riskChanged(number: try body.text("number"), try RiskFlag.Terms(body))
        case "organisation.risk_cleared":
            self = .riskCleared(number: try body.text("number"), reason: try body.text("reason"))
        case "organisation.commitment_made":
            self = .commitmentMade(number: try body.text("number"), try Commitment.Promise(body))
        case "organisation.commitment_settled":
            guard let outcome = Commitment.Outcome(rawValue: try body.text("outcome")) else {
                throw FactProblem("“\(try body.text("outcome"))” is not the outcome of a commitment")
            }
            self = .commitmentSettled(
                number: try body.text("number"), outcome: outcome, note: body.optionalText("note"))
        default: self = try Self.contract(kind, body)
        }
    }

    private static func contract(_ kind: String, _ body: FactBody) throws -> OrganisationFact {
        switch kind {
        case "organisation.amendment_proposed":
            return .amendmentProposed(number: try body.text("number"), try Amendment.Terms(body))
        case "organisation.amendment_approved":
            return .amendmentApproved(number: try body.text("number"), note: body.optionalText("note"))
        case "organisation.amendment_refused":
            guard let way = Amendment.Verdict.Way(rawValue: try body.text("way")) else {
                throw FactProblem("“\(try body.text("way"))” is not a way to refuse an amendment")
            }
            return .amendmentRefused(
                number: try body.text("number"), way: way, reason: try body.text("reason"))
        case "organisation.amendment_ended":
            guard let until = CalendarDay(try body.text("until")) else {
                throw FactProblem("“\(try body.text("until"))” is not a day")
            }
            return .amendmentEnded(
                number: try body.text("number"), until: until, reason: try body.text("reason"))
        case "organisation.change_calendar_set": return .changeCalendarSet(try ChangeCalendar(body))
        default: throw FactProblem("“\(kind)” is not a kind of organisation fact")
        }
    }
}

extension JSON {
    /// The object with one member put in front.
    fileprivate func adding(_ key: String, _ value: String) -> JSON {
        var members = object?.members ?? []
        members.insert((key: key, value: .string(value)), at: 0)
        return .object(JSONObject(members: members))
    }
}
