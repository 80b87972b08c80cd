import Diagnosis
import Domain
import Storage
import Web

extension CustomersFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(AddOrganisation.self), AnyOperation(RenameOrganisation.self),
        AnyOperation(ChangeOrganisationTier.self), AnyOperation(EditAccount.self),
        AnyOperation(EditProfile.self), AnyOperation(DescribeContact.self),
        AnyOperation(DelegateToContact.self), AnyOperation(EndDelegation.self), AnyOperation(RaiseRisk.self),
        AnyOperation(ChangeRisk.self), AnyOperation(ClearRisk.self), AnyOperation(MakeCommitment.self),
        AnyOperation(SettleCommitment.self), AnyOperation(SettleContract.self),
        AnyOperation(ProposeAmendment.self), AnyOperation(ApproveAmendment.self),
        AnyOperation(DeclineAmendment.self), AnyOperation(EndAmendment.self),
        AnyOperation(SetChangeCalendar.self),
    ]
}

private let tierField = Field<String>.choice(
    "tier", "Tier", from: { $0.tiers.choices },
    resolve: { text, policy in policy.tiers.first { $0.name.lowercased() == text.lowercased() }?.id })

private let nameField = Field<String>.line("name", "Name", maxBytes: 200)

/// Adds a customer organisation.
enum AddOrganisation: Operation {
    struct Input: Sendable {
        var name: String
        var tier: String
    }

    static let name = "organisation.add"
    static let summary = "New organisation"
    static let verb = "Add organisation"
    static let right: Right = "organisation.edit"
    static let place = OperationPlace.create(in: "organisations")
    static let input = Fields(
        Input.init, nameField.help("As the customer writes it. No other organisation may have it."), tierField
    )

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> [Organisation] {
        try tx.all(CustomersQueries.organisations(named: input.name), CustomersQueries.read)
    }

    static func decide(
        _ input: Input, on namesakes: [Organisation], in context: Context
    ) throws(Refusal) -> Decision {
        try CustomerRules.refuseTakenName(namesakes)
        var decision = Decision()
        let id = ID<Organisation>(context.newID())
        decision.record(
            OrganisationFact.added(name: input.name, tier: input.tier, origin: nil), on: Organisation.ref(id))
        decision.answer["id"] = .string(id.raw)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/organisations/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/organisations") }
}

/// Changes an organisation's name.
enum RenameOrganisation: Operation {
    struct Input: Sendable {
        var organisation: String
        var name: String
    }

    struct State: Sendable {
        var organisation: Organisation
        var namesakes: [Organisation]
    }

    static let name = "organisation.rename"
    static let summary = "Change name"
    static let right: Right = "organisation.edit"
    static let place = OperationPlace.act(in: "organisations", verb: "rename")
    static let input = Fields(
        Input.init, .reference("id", "Organisation", to: "organisation"), nameField.editing("name"))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            organisation: try CustomerDirectory.find(input.organisation, seenBy: actor, in: tx),
            namesakes: try tx.all(CustomersQueries.organisations(named: input.name), CustomersQueries.read))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let organisation = state.organisation
        try CustomerRules.refuseTakenName(state.namesakes.filter { $0.id != organisation.id })
        var decision = Decision()
        if input.name != organisation.name {
            decision.record(OrganisationFact.renamed(name: input.name), on: organisation.ref)
        }
        CustomerRules.answer(organisation, &decision)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/organisations/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try CustomerRules.form(id, for: actor, in: tx) { $1.values["name"] = .text($0.name) }
    }
}

/// Moves an organisation to another tier.
enum ChangeOrganisationTier: Operation {
    struct Input: Sendable {
        var organisation: String
        var tier: String
        var reason: String?
    }

    static let name = "organisation.change_tier"
    static let summary = "Change tier"
    static let right: Right = "organisation.edit"
    static let place = OperationPlace.act(in: "organisations", verb: "change_tier")
    static let input = Fields(
        Input.init, .reference("id", "Organisation", to: "organisation"), tierField.editing("tier"),
        .optional(.line("reason", "Reason", maxBytes: 500)).help("Stands in the history beside the change."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Organisation { try CustomerDirectory.find(input.organisation, seenBy: actor, in: tx) }

    static func decide(
        _ input: Input, on organisation: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        var decision = Decision()
        if input.tier != organisation.tier {
            decision.record(
                OrganisationFact.tierChanged(tier: input.tier, reason: input.reason), on: organisation.ref)
        }
        CustomerRules.answer(organisation, &decision)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/organisations/\(answer["id"]?.string ?? "")?done=saved"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try CustomerRules.form(id, for: actor, in: tx) { $1.values["tier"] = .text($0.tier) }
    }
}

/// What the operations on organisations have in common.
private enum CustomerRules {
    static func refuseTakenName(_ namesakes: [Organisation]) throws(Refusal) {
        guard let taken = namesakes.first else { return }
        throw Refusal(
            field: "name", "taken",
            "There is an organisation “\(taken.name)” already. Use that one, or choose a name that tells them apart."
        )
    }

    /// Names the organisation and the version it has so far; a new fact raises the version.
    static func answer(_ organisation: Organisation, _ decision: inout Decision) {
        decision.answer["id"] = .string(organisation.id.raw)
        decision.answer["version"] = .integer(Int64(organisation.version.number))
    }

    static func form(
        _ id: String, for actor: Actor, in tx: borrowing Transaction,
        _ fill: (Organisation, inout OperationForm) -> Void
    ) throws -> OperationForm {
        let organisation = try CustomerDirectory.find(id, seenBy: actor, in: tx)
        var form = OperationForm(about: organisation.name, back: "/organisations/\(organisation.id.raw)")
        form.base = organisation.version
        fill(organisation, &form)
        return form
    }
}
