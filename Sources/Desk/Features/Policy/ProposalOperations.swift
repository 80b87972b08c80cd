import Diagnosis
import Domain
import Storage
import Web

/// What deciding about a proposed change needs.
struct ProposalState: Sendable {
    var proposal: PolicyProposal
    var inForce: ChangePolicy.State
}

/// An operation on a change of policy that waits for others to agree.
protocol ProposalOperation: Operation where State == ProposalState {
    /// The proposal that the input means.
    static func id(_ input: Input) -> String
    /// The notice on its page after success.
    static var done: String { get }
}

extension ProposalOperation {
    static var place: OperationPlace {
        .act(in: "policy/proposals", verb: String(name.dropFirst("policy.".count).prefix { $0 != "_" }))
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> ProposalState {
        ProposalState(
            proposal: try ProposalDirectory.find(id(input), in: tx),
            inForce: try ChangePolicy.state(for: actor, in: tx))
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/policy/proposals/\(answer["id"]?.string ?? "")?done=\(done)"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try ProposalDirectory.find(id, in: tx)
        var form = OperationForm(
            about: "Proposed change of policy", back: "/policy/proposals/\(id)",
            backName: "Proposed change")
        form.base = found.version
        form.hints = ["“\(found.made.reason)”"]
        return form
    }

    /// The answer to an act on a proposal.
    fileprivate static func settled(_ facts: [ProposalFact], on proposal: PolicyProposal) -> Decision {
        var decision = Decision()
        decision.record(facts, on: proposal.ref)
        decision.answer["id"] = .string(proposal.id.raw)
        return decision
    }
}

private let proposalField = Field<String>.reference("id", "Proposed change", to: "proposal")

/// Agrees to a change that somebody else proposed; with the last one who must it comes into force.
enum ApproveProposal: ProposalOperation {
    struct Input: Sendable {
        var id: String
        var comment: String?
    }

    static let name = "policy.approve_proposal"
    static let summary = "Agree to a change of policy"
    static let verb = "Agree"
    static let right = Policy.approveRight
    static let done = "agreed"
    static let input = Fields(
        Input.init, proposalField, .optional(.line("comment", "A word to it", maxBytes: 500)))

    static func id(_ input: Input) -> String { input.id }

    static func decide(
        _ input: Input, on state: ProposalState, in context: Context
    ) throws(Refusal) -> Decision {
        let (proposal, version) = (state.proposal, state.inForce.version.number)
        let (facts, isEnough) = try proposal.approved(
            by: context.actor, comment: input.comment, inForce: version, at: context.now)
        var decision = settled(facts, on: proposal)
        decision.answer["in_force"] = .bool(isEnough)
        guard isEnough else { return decision }
        // What was right when it was proposed may have become wrong: a status may be in use by now.
        try state.inForce.use.refuseLoss(
            of: try ChangePolicy.checked(proposal.made.document, people: state.inForce.people))
        var change = Decision()
        change.record(
            PolicyFact.changed(document: proposal.made.document, reason: proposal.made.reason),
            on: PolicyRecord.ref)
        decision.record(change.signed(by: proposal.author))
        decision.answer["policy_version"] = .integer(Int64(version + 1))
        return decision
    }
}

/// Does not agree to a change, for a reason; it cannot come into force any more.
enum RefuseProposal: ProposalOperation {
    struct Input: Sendable {
        var id: String
        var reason: String
    }

    static let name = "policy.refuse_proposal"
    static let summary = "Refuse a change of policy"
    static let verb = "Refuse"
    static let right = Policy.approveRight
    static let done = "proposal_refused"
    static let input = Fields(
        Input.init, proposalField, .text("reason", "Why not?", maxBytes: 2000))

    static func id(_ input: Input) -> String { input.id }

    static func decide(
        _ input: Input, on state: ProposalState, in context: Context
    ) throws(Refusal) -> Decision {
        settled(
            [
                try state.proposal.refused(
                    by: context.actor, reason: input.reason, inForce: state.inForce.version.number,
                    at: context.now)
            ], on: state.proposal)
    }
}

/// Takes a change back that one proposed.
enum WithdrawProposal: ProposalOperation {
    struct Input: Sendable {
        var id: String
        var reason: String?
    }

    static let name = "policy.withdraw_proposal"
    static let summary = "Take a proposed change back"
    static let verb = "Take back"
    static let right: Right = "policy.change"
    static let done = "proposal_withdrawn"
    static let input = Fields(
        Input.init, proposalField, .optional(.line("reason", "Reason", maxBytes: 500)))

    static func id(_ input: Input) -> String { input.id }

    static func decide(
        _ input: Input, on state: ProposalState, in context: Context
    ) throws(Refusal) -> Decision {
        settled([try state.proposal.withdrawn(by: context.actor, reason: input.reason)], on: state.proposal)
    }
}
