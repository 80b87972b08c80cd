import Diagnosis
import Domain
import Storage
import Web

private let levelField = Field<String>.choice("level", "Level", from: { $0.riskLevels.choices })
private let riskField = Field<String>.reference("risk", "Risk flag", to: "risk")
private let reasonField = Field<String>.text("reason", "Why", maxBytes: 4000)

/// Raises a risk flag: the customer may be lost.
enum RaiseRisk: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var level: String
        var reason: String
        var owner: String?
        var expires: String?
    }

    struct State: Sendable {
        var found: Organisation
        var owner: Person?
    }

    static let name = "organisation.raise_risk"
    static let summary = "Raise a risk flag"
    static let verb = "Raise flag"
    static let right: Right = "organisation.flag_risk"
    static let input = Fields(
        Input.init, OrganisationRules.id, levelField,
        reasonField.help("What happened, and what would make it right again."),
        .optional(.reference("owner", "Who looks after it", to: "person")).help("Empty means yourself."),
        .optional(OrganisationRules.day("expires", "Last day")).help(
            "After it the flag shows as expired and somebody decides anew. Such as 2027-03-31."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx),
            owner: try PeopleDirectory.find(input.owner ?? actor.id, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let owner = try OrganisationRules.staff(state.owner, input.owner ?? "you", field: "owner")
        let expires = try RiskRules.expiry(input.expires, at: context.now)
        let number = "R\(state.found.record.risks.count + 1)"
        var decision = OrganisationRules.answer(
            [
                .riskRaised(
                    number: number,
                    .init(level: input.level, reason: input.reason, owner: owner.id.raw, expires: expires))
            ], on: state.found)
        decision.answer["risk"] = .string(number)
        return decision
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.base = nil
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
    }
}

/// Changes what a risk flag says.
enum ChangeRisk: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var risk: String
        var level: String?
        var reason: String?
        var owner: String?
        var expires: Edit<String>
    }

    struct State: Sendable {
        var found: Organisation
        var owner: Person?
    }

    static let name = "organisation.change_risk"
    static let summary = "Change a risk flag"
    static let verb = "Save"
    static let right: Right = "organisation.flag_risk"
    static let input = Fields(
        Input.init, OrganisationRules.id, riskField, .optional(levelField).help("Empty leaves it."),
        .optional(reasonField).help("Empty leaves it."),
        .optional(.reference("owner", "Who looks after it", to: "person")).help("Empty leaves it."),
        .edit(OrganisationRules.day("expires", "Last day")).help("Such as 2027-03-31."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx),
            owner: try input.owner.flatMap { try PeopleDirectory.find($0, in: tx) })
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let flag = try RiskRules.standing(input.risk, in: state.found)
        var terms = flag.terms
        if let level = input.level { terms.level = level }
        if let reason = input.reason { terms.reason = reason }
        if let text = input.owner {
            terms.owner = try OrganisationRules.staff(state.owner, text, field: "owner").id.raw
        }
        switch input.expires {
        case .unchanged: break
        case .cleared: terms.expires = nil
        case .set(let text): terms.expires = try RiskRules.expiry(text, at: context.now)
        }
        return OrganisationRules.answer(
            terms == flag.terms ? [] : [.riskChanged(number: flag.number, terms)], on: state.found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.references["risk"] = RiskRules.choices(found, policy)
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
    }
}

/// Takes a risk flag off.
enum ClearRisk: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var risk: String
        var reason: String
    }

    typealias State = Organisation

    static let name = "organisation.clear_risk"
    static let summary = "Take a risk flag off"
    static let verb = "Take flag off"
    static let right: Right = "organisation.flag_risk"
    static let input = Fields(
        Input.init, OrganisationRules.id, riskField,
        .line("reason", "Reason", maxBytes: 500).help("What changed. It stays in the history."))

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        let flag = try RiskRules.standing(input.risk, in: found)
        return OrganisationRules.answer([.riskCleared(number: flag.number, reason: input.reason)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws { form.references["risk"] = RiskRules.choices(found, policy) }
}

private enum RiskRules {
    static func expiry(_ text: String?, at now: Timestamp) throws(Refusal) -> CalendarDay? {
        guard let text, let day = CalendarDay(text) else { return nil }
        guard day >= CalendarDay(now) else {
            throw Refusal(field: "expires", "in_the_past", "This day is over. Choose a later one, or none.")
        }
        return day
    }

    static func standing(_ number: String, in found: Organisation) throws(Refusal) -> RiskFlag {
        guard let flag = found.record.risks.first(where: { $0.number == number.uppercased() }) else {
            throw Refusal(field: "risk", "not_found", "\(found.name) has no risk flag “\(number)”.")
        }
        guard flag.cleared == nil else {
            throw Refusal(
                field: "risk", "cleared", "\(flag.number) was taken off already. Raise a new flag instead.")
        }
        return flag
    }

    static func choices(_ found: Organisation, _ policy: Policy) -> [FieldChoice] {
        found.record.risks.filter { $0.cleared == nil }.map {
            let level = policy.name(of: $0.terms.level, in: \.riskLevels)
            return FieldChoice($0.number, "\($0.number), \(level): \($0.terms.reason.prefix(60))")
        }
    }
}
