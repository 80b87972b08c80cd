import Diagnosis
import Domain
import Storage
import Web

/// Writes down what was promised to a customer.
enum MakeCommitment: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var text: String
        var due: Timestamp
        var promisedBy: String?
        var promisedTo: String?
        var caseNumber: String?
    }

    struct State: Sendable {
        var found: Organisation
        var promisedBy: Person?
        var about: SupportCase?
    }

    static let name = "organisation.make_commitment"
    static let summary = "Write a commitment down"
    static let verb = "Save commitment"
    static let right: Right = "organisation.commit"
    static let input = Fields(
        Input.init, OrganisationRules.id,
        .text("text", "What was promised", maxBytes: 4000).help("As they will remember it."),
        .time("due", "Due"),
        .optional(.reference("promised_by", "Who answers for it", to: "person")).help(
            "Empty means yourself."),
        .optional(.line("promised_to", "Promised to")).help("Who heard it, if it was one person."),
        .optional(.reference("case", "Case", to: "case")).help("Such as TL-42, if it belongs to one."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        State(
            found: try OrganisationRules.organisation(input.organisation, for: actor, in: tx),
            promisedBy: try PeopleDirectory.find(input.promisedBy ?? actor.id, in: tx),
            about: try input.caseNumber.map { try CaseDirectory.find($0, for: actor, in: tx) })
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let found = state.found
        let person = try OrganisationRules.staff(
            state.promisedBy, input.promisedBy ?? "you", field: "promised_by")
        if let about = state.about, about.organisation != found.id {
            throw Refusal(
                field: "case", "of_another_organisation", "\(about.number) is no case of \(found.name).")
        }
        let number = "C\(found.record.commitments.count + 1)"
        var decision = OrganisationRules.answer(
            [
                .commitmentMade(
                    number: number,
                    .init(
                        text: input.text, promisedBy: person.id.raw, promisedTo: input.promisedTo,
                        due: input.due, caseNumber: state.about?.number))
            ], on: found)
        decision.answer["commitment"] = .string(number)
        return decision
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.base = nil
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
    }
}

/// Says how a commitment ended.
enum SettleCommitment: OrganisationOperation {
    struct Input: OrganisationInput {
        var organisation: String
        var commitment: String
        var outcome: String
        var note: String?
    }

    typealias State = Organisation

    static let name = "organisation.settle_commitment"
    static let summary = "Settle a commitment"
    static let verb = "Save"
    static let right: Right = "organisation.commit"
    static let input = Fields(
        Input.init, OrganisationRules.id, .reference("commitment", "Commitment", to: "commitment"),
        outcome, .optional(.text("note", "Note", maxBytes: 4000)))

    private static let outcome = Field<String>.choice(
        "outcome", "How it ended",
        from: { _ in
            [
                FieldChoice("kept", "Kept", detail: "Done, and in time."),
                FieldChoice(
                    "not_kept", "Not kept", detail: "Not done, or too late. Say below what now holds."),
                FieldChoice("withdrawn", "Withdrawn", detail: "Both sides agreed that it no longer holds."),
            ]
        })

    static func decide(
        _ input: Input, on found: Organisation, in context: Context
    ) throws(Refusal) -> Decision {
        let wanted = input.commitment.uppercased()
        guard let commitment = found.record.commitments.first(where: { $0.number == wanted }) else {
            throw Refusal(
                field: "commitment", "not_found", "\(found.name) has no commitment “\(input.commitment)”.")
        }
        guard let outcome = Commitment.Outcome(rawValue: input.outcome) else {
            throw Refusal(field: "outcome", "unknown_choice", "Choose how it ended.")
        }
        if let settled = commitment.settled {
            guard settled.outcome != outcome || settled.note != input.note else {
                return OrganisationRules.answer([], on: found)
            }
        }
        return OrganisationRules.answer(
            [.commitmentSettled(number: commitment.number, outcome: outcome, note: input.note)], on: found)
    }

    static func fill(
        _ form: inout OperationForm, from found: Organisation, policy: Policy, in tx: borrowing Transaction
    ) throws {
        form.references["commitment"] = found.record.commitments.filter { $0.settled == nil }.map {
            FieldChoice($0.number, "\($0.number), due \($0.promise.due.day): \($0.promise.text.prefix(60))")
        }
    }
}

/// Says what was decided about a report that goes beyond the contract.
enum SettleContract: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var text: String
    }

    static let name = "case.settle_contract"
    static let summary = "What was decided about the contract"
    static let verb = "Save"
    static let right: Right = "case.edit"
    static let input = Fields(
        Input.init, CaseFields.id,
        .text("text", "What was decided", maxBytes: 4000).editing(Aspect("contract"))
            .help("For example: taken once as goodwill, agreed with the success manager."))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        answer([.customer(.contractSettled(text: input.text))], on: found)
    }
}
