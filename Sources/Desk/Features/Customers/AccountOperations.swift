import Diagnosis
import Domain
import Storage
import Web

/// What the input of every operation on one organisation has.
protocol OrganisationInput: Sendable {
    /// The organisation's identifier or name, as it was given.
    var organisation: String { get }
}

/// An operation on one organisation whose decision needs the organisation and nothing else.
///
/// Its address follows from its name: `organisation.edit` is at `/organisations/{id}/edit`.
protocol OrganisationOperation: Operation where Input: OrganisationInput {
    /// Puts into the form what stands in the organisation.
    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws
}

extension OrganisationOperation {
    static var place: OperationPlace {
        .act(in: "organisations", verb: String(name.dropFirst("organisation.".count)))
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/organisations/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try OrganisationRules.organisation(id, for: actor, in: tx)
        var form = OperationForm(about: found.name, back: "/organisations/\(found.id.raw)")
        form.base = found.version
        try fill(&form, from: found, policy: policy, in: tx)
        return form
    }
}

extension OrganisationOperation where State == Organisation {
    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Organisation { try OrganisationRules.organisation(input.organisation, for: actor, in: tx) }
}

/// What the operations on accounts have in common.
enum OrganisationRules {
    static let id = Field<String>.reference("id", "Organisation", to: "organisation")

    /// The organisation; what is kept of an account is for the staff alone.
    static func organisation(
        _ text: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> Organisation {
        guard !actor.isCustomer else { throw Refusal.notFound("organisation") }
        return try CustomerDirectory.find(text, seenBy: actor, in: tx)
    }

    static func answer(_ facts: [OrganisationFact], on organisation: Organisation) -> Decision {
        var decision = Decision()
        decision.record(facts, on: organisation.ref)
        decision.answer["id"] = .string(organisation.id.raw)
        decision.answer["version"] = .integer(Int64(organisation.version.number))
        return decision
    }

    /// One of the staff, named by identifier or address.
    static func staff(_ person: Person?, _ text: String, field: String) throws(Refusal) -> Person {
        guard let person else {
            throw Refusal(field: field, "not_found", "Nobody is known as “\(text)”.")
        }
        guard !person.isCustomer, person.isActive else {
            throw Refusal(
                field: field, "not_staff", "\(person.name) is not an active member of the support staff.")
        }
        return person
    }

    static func term(_ detail: AccountDetail) -> Field<String> {
        .choice(
            detail.rawValue, detail.label,
            from: { policy in detail.terms.map { $0(policy).choices } ?? [] }
        ).editing(Aspect(detail.rawValue))
    }

    static func words(_ detail: AccountDetail) -> Field<String> {
        .text(detail.rawValue, detail.label, maxBytes: 20_000).editing(Aspect(detail.rawValue))
    }

    /// A day as people write it into a line.
    static func day(_ name: String, _ label: String) -> Field<String> {
        checked(.line(name, label, maxBytes: 40), "a day such as 2027-03-31") { CalendarDay($0)?.text }
    }

    /// An amount of money with its currency.
    static func money(_ name: String, _ label: String) -> Field<String> {
        checked(.line(name, label, maxBytes: 60), "an amount with its currency, such as EUR 480,000") {
            Money($0)?.text
        }
    }

    /// A line that must have a shape, in the words that a refusal says it.
    static func checked(
        _ field: Field<String>, _ shape: String, _ read: @escaping @Sendable (String) -> String?
    ) -> Field<String> {
        let (name, label) = (field.description.name, field.description.label)
        return Field<String>(description: field.description) { raw, policy in
            field.read(raw, policy).flatMap { text in
                read(text).map(Result.success)
                    ?? .failure(FieldProblems(name, "wrong_type", "\(label) must be \(shape)."))
            }
        }
    }
}

/// Edits what is kept of an account; each field is an aspect of its own.
enum EditAccount: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var segment: Edit<String>
        var region: Edit<String>
        var contract: Edit<String>
        var coverage: Edit<String>
        var products: Edit<[String]>
        var environments: Edit<[String]>
        var successManager: Edit<String>
        var technicalManager: Edit<String>
        var renewal: Edit<String>
        var revenue: Edit<String>
        var namedContacts: Edit<Int>
        var contractTerms: Edit<String>
        var severities: Edit<[String]>
        var channels: Edit<[String]>
    }

    struct State: Sendable {
        var found: Organisation
        var successManager: Person?
        var technicalManager: Person?
    }

    static let name = "organisation.edit"
    static let summary = "Edit the account"
    static let verb = "Save"
    static let right: Right = "organisation.edit"
    static let input = Fields(
        Input.init, OrganisationRules.id, .edit(OrganisationRules.term(.segment)),
        .edit(OrganisationRules.term(.region)),
        .edit(OrganisationRules.term(.contract)),
        .edit(OrganisationRules.term(.coverage)),
        .edit(.list(of: OrganisationRules.term(.products))),
        .edit(.list(of: OrganisationRules.term(.environments))),
        .edit(person(.successManager)).help("One of the staff. Speaks with them about how it goes."),
        .edit(person(.technicalManager)).help("One of the staff. Knows how they run it."),
        .edit(OrganisationRules.day("renewal", "Renewal").editing(Aspect("renewal")))
            .help("The day on which the contract is renewed or ends, such as 2027-03-31."),
        .edit(OrganisationRules.money("revenue", "Revenue a year").editing(Aspect("revenue")))
            .help("With its currency, such as EUR 480,000. Shown only to those who may see terms."),
        .edit(
            .integer("named_contacts", "Named contacts", 0...10_000).editing(Aspect("named_contacts"))
        ).help("How many people the contract names. Empty means any number."),
        .edit(OrganisationRules.words(.contractTerms))
            .help("What was agreed beyond the kind of contract. Shown only to those who may see terms."),
        .edit(.list(of: severity)).help(
            "The severities that the contract allows to claim. None ticked means all."),
        .edit(.list(of: OrganisationRules.term(.channels)))
            .help("The channels that the contract allows. None ticked means all."))

    private static let severity = Field<String>.choice(
        "severities", "Severity rights",
        from: { policy in policy.severities.map { FieldChoice($0.id.raw, $0.name) } },
        resolve: { text, policy in policy.severity(named: text)?.id.raw }
    ).editing(Aspect("severities"))

    private static func person(_ detail: AccountDetail) -> Field<String> {
        .reference(detail.rawValue, detail.label, to: "person").editing(Aspect(detail.rawValue))
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        var state = State(found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx))
        if case .set(let text) = input.successManager {
            state.successManager = try PeopleDirectory.find(text, in: tx)
        }
        if case .set(let text) = input.technicalManager {
            state.technicalManager = try PeopleDirectory.find(text, in: tx)
        }
        if !actor.may("organisation.view_terms"),
            input.revenue != .unchanged || input.contractTerms != .unchanged
        {
            throw Refusal(
                .denied, "not_allowed",
                "Your role does not allow to see or change revenue and contract terms (organisation.view_terms)."
            )
        }
        return state
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let policy = context.policy
        var facts = DetailChanges(record: state.found.record)
        facts.one(.segment, input.segment)
        facts.one(.region, input.region)
        facts.one(.contract, input.contract)
        facts.one(.coverage, input.coverage)
        facts.several(.products, input.products, order: policy.products.map(\.id))
        facts.several(.environments, input.environments, order: policy.environments.map(\.id))
        facts.one(
            .successManager, try manager(input.successManager, state.successManager, .successManager))
        facts.one(
            .technicalManager, try manager(input.technicalManager, state.technicalManager, .technicalManager))
        facts.one(.renewal, input.renewal)
        facts.one(.revenue, input.revenue)
        facts.one(.namedContacts, number(input.namedContacts))
        facts.one(.contractTerms, input.contractTerms)
        facts.several(.severities, input.severities, order: policy.severities.map(\.id.raw))
        facts.several(.channels, input.channels, order: policy.channels.map(\.id))
        return OrganisationRules.answer(facts.facts, on: state.found)
    }

    private static func manager(
        _ edit: Edit<String>, _ person: Person?, _ detail: AccountDetail
    ) throws(Refusal) -> Edit<String> {
        guard case .set(let text) = edit else { return edit }
        return .set(try OrganisationRules.staff(person, text, field: detail.rawValue).id.raw)
    }

    private static func number(_ edit: Edit<Int>) -> Edit<String> {
        switch edit {
        case .unchanged: .unchanged
        case .cleared: .cleared
        case .set(let number): .set(String(number))
        }
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        for detail in AccountDetail.allCases where !AccountDetail.profile.contains(detail) {
            form.values[detail.rawValue] = .text(found.record[detail].joined(separator: "\n"))
        }
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
    }
}

/// Collects the facts of an edit: only what is different now.
struct DetailChanges {
    var record: AccountRecord
    var facts: [OrganisationFact] = []

    mutating func one(_ detail: AccountDetail, _ edit: Edit<String>) {
        switch edit {
        case .unchanged: break
        case .cleared: set(detail, [])
        case .set(let value): set(detail, [value])
        }
    }

    mutating func several(_ detail: AccountDetail, _ edit: Edit<[String]>, order: [String]) {
        switch edit {
        case .unchanged: break
        case .cleared: set(detail, [])
        case .set(let values): set(detail, order.filter(values.contains))
        }
    }

    private mutating func set(_ detail: AccountDetail, _ values: [String]) {
        if record[detail] != values { facts.append(.detailChanged(detail: detail, values: values)) }
    }
}

/// Edits what is known of a customer's technical surroundings; each field is an aspect of its own.
enum EditProfile: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var signOn: Edit<String>
        var network: Edit<String>
        var integrations: Edit<String>
        var versions: Edit<String>
        var featureFlags: Edit<String>
        var residency: Edit<String>
        var quirks: Edit<String>
    }

    typealias State = Organisation

    static let name = "organisation.edit_profile"
    static let summary = "Edit the environment profile"
    static let verb = "Save"
    static let right: Right = "organisation.edit"
    static let input = Fields(
        Input.init, OrganisationRules.id,
        .edit(OrganisationRules.words(.signOn)).help("SSO, identity provider, who administers it."),
        .edit(OrganisationRules.words(.network)).help("Proxies, allow lists, inspection of TLS, bandwidth."),
        .edit(OrganisationRules.words(.integrations)).help("What the product is connected to, and how."),
        .edit(OrganisationRules.words(.versions)).help("What runs in which version, one a line."),
        .edit(OrganisationRules.words(.featureFlags)).help("What is switched on or off for them alone."),
        .edit(OrganisationRules.words(.residency)).help("Where data may be kept and handled."),
        .edit(OrganisationRules.words(.quirks)).help("What surprises whoever does not know it."))

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        var facts = DetailChanges(record: found.record)
        facts.one(.signOn, input.signOn)
        facts.one(.network, input.network)
        facts.one(.integrations, input.integrations)
        facts.one(.versions, input.versions)
        facts.one(.featureFlags, input.featureFlags)
        facts.one(.residency, input.residency)
        facts.one(.quirks, input.quirks)
        return OrganisationRules.answer(facts.facts, on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        for detail in AccountDetail.profile {
            form.values[detail.rawValue] = .text(found.record.first(detail) ?? "")
        }
    }
}
