import Diagnosis
import Domain
import Storage
import Web

extension PolicyFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(ChangePolicy.self), AnyOperation(ApproveProposal.self),
        AnyOperation(RefuseProposal.self), AnyOperation(WithdrawProposal.self),
    ]
}

/// Puts a new policy document in force, everywhere and at once; where the policy in force wants others to agree to what
/// it changes, it waits for them.
enum ChangePolicy: Operation {
    struct Input: Sendable {
        var document: String
        var reason: String
    }

    static let name = "policy.change"
    static let summary = "Change policy"
    static let verb = "Put in force"
    static let right: Right = "policy.change"
    static let place = OperationPlace.single(path: "policy/change")
    static let input = Fields(
        Input.init,
        .text("document", "Document", maxBytes: 200_000)
            .help("The whole document, in YAML. It takes effect at once, everywhere."),
        .line("reason", "Reason", maxBytes: 500).help("Stands in the history beside the change."))

    /// The document in force, its version, and what of it is in use.
    struct State: Sendable {
        var document: String
        var version: Version
        var use = PolicyUse()
        /// The addresses that teams may name.
        var people: Set<String>?
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State { try state(for: actor, in: tx) }

    /// The document in force, and what of it is in use.
    static func state(for actor: Actor, in tx: borrowing Transaction) throws -> State {
        var state = try PolicyReading.inForce(in: tx).state
        state.use = try PolicyUse.now(for: actor, in: tx)
        state.people = try PeopleDirectory.colleagues(in: tx)
        return state
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        decision.answer["id"] = .string(PolicyRecord.ref.id)
        decision.answer["version"] = .integer(Int64(state.version.number))
        guard input.document != state.document else { return decision }
        try state.use.refuseLoss(of: try checked(input.document, people: state.people))
        let rules = PolicyText.approvals(
            under: context.policy, from: state.document, to: input.document)
        if !rules.isEmpty { return proposing(input, rules, state, in: context) }
        decision.record(
            PolicyFact.changed(document: input.document, reason: input.reason), on: PolicyRecord.ref)
        return decision
    }

    /// The change waits for whoever must agree to it.
    private static func proposing(
        _ input: Input, _ rules: [Policy.ApprovalRule], _ state: State, in context: Context
    ) -> Decision {
        let days = rules.map(\.days).min() ?? 1
        let ref = SubjectRef(kind: PolicyProposal.kind, id: context.newID())
        var decision = Decision()
        decision.record(
            ProposalFact.made(
                .init(
                    document: input.document, reason: input.reason, base: state.version.number, rules: rules,
                    lapsesAt: context.now.adding(seconds: Int64(days) * 86_400))), on: ref)
        decision.answer["id"] = .string(PolicyRecord.ref.id)
        decision.answer["proposal"] = .string(ref.id)
        decision.answer["in_force"] = .bool(false)
        decision.answer["waits_for"] = .array(
            rules.map { rule in
                [
                    "rule": .string(rule.id), "name": .string(rule.name),
                    "roles": .array(rule.roles.map(JSON.string)),
                    "approvers": .integer(Int64(rule.approvers)),
                ]
            })
        return decision
    }

    /// So many mistakes of a document are listed.
    static let shown = 100

    /// The policy that a document describes.
    /// - Throws: a refusal with a problem a mistake, the first hundred, in the order of the lines.
    static func checked(_ document: String, people: Set<String>? = nil) throws(Refusal) -> Policy {
        switch PolicyDocument.read(document, people: people) {
        case .success(let policy): return policy
        case .failure(let found):
            let count = found.problems.count
            let cut = count > shown ? " The first \(shown) are listed; one wrong key can cause many." : ""
            var refusal = Refusal(
                .invalid, "bad_policy",
                count == 1
                    ? "Not in force: there is 1 mistake in the document."
                    : "Not in force: there are \(count) mistakes in the document.\(cut)")
            refusal.problems = found.problems.prefix(shown).map {
                Refusal.Problem(
                    field: "document", code: "bad_policy",
                    message: $0.sentence)
            }
            throw refusal
        }
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        guard let proposal = answer["proposal"]?.string else { return "/policy?done=saved" }
        return "/policy/proposals/\(proposal)?done=proposed"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let state = try PolicyReading.inForce(in: tx).state
        var form = OperationForm(about: "Policy", back: "/policy")
        form.base = state.version
        form.values["document"] = .text(state.document)
        return form
    }
}

/// What cases and people hold of a policy: a case whose status no longer exists could never move again.
struct PolicyUse: Sendable {
    /// How many cases are in each status.
    var statuses: [String: Int] = [:]
    /// How many active people have each role.
    var roles: [String: Int] = [:]

    static func now(for actor: Actor, in tx: borrowing Transaction) throws -> Self {
        PolicyUse(
            statuses: try CaseDirectory.countsByStatus(for: actor, in: tx),
            roles: try PeopleDirectory.countsByRole(in: tx))
    }

    /// Refuses a policy without a status or role that is in use.
    func refuseLoss(of policy: Policy) throws(Refusal) {
        let lost =
            Self.lost(statuses, besides: policy.statuses.map(\.id.raw), "statuses", "status", "case")
            + Self.lost(roles, besides: policy.roles.map(\.id), "roles", "role", "person")
        guard !lost.isEmpty else { return }
        var refusal = Refusal(
            .invalid, "policy_in_use", "Not in force: something that the document leaves out is in use.")
        refusal.problems = lost.map { Refusal.Problem(field: "document", code: "policy_in_use", message: $0) }
        throw refusal
    }

    private static func lost(
        _ use: [String: Int], besides kept: [String], _ key: String, _ term: String, _ holder: String
    ) -> [String] {
        use.filter { $0.value > 0 && !kept.contains($0.key) }.sorted { $0.key < $1.key }.map { id, count in
            let holders =
                count == 1 ? "1 \(holder) has" : "\(count) \(holder == "person" ? "people" : "cases") have"
            return "\(key): \(holders) the \(term) “\(id)”. Keep it in the document, or change those first."
        }
    }
}

/// Checks a document before it may come into force.
enum PolicyDocument {
    /// The policy that a document describes, or its mistakes in the order of the lines.
    /// - Parameter people: the addresses that teams may name; nil where that is not asked.
    static func read(_ document: String, people: Set<String>? = nil) -> Result<Policy, PolicyProblems> {
        PolicyText.read(document, knownRights: FeatureCatalog().rights, people: people)
    }
}

extension ConfigProblem {
    /// The mistake as people read it: "Line 14: statuses[2].to: ...".
    var sentence: String { "Line \(line): \(key): \(message)" + (message.hasSuffix("?") ? "" : ".") }
}

/// Reads the policy's document and its past.
enum PolicyReading {
    /// A document that is or was in force.
    struct Document: Sendable {
        var version: Version
        var text: String
        /// When it came into force; nil for the built-in default.
        var changedAt: Timestamp?
        var changedBy: String?
        var reason: String?

        var state: ChangePolicy.State { ChangePolicy.State(document: text, version: version) }

        /// What holds until an organisation writes its own: version 0.
        static let builtIn = Document(version: .none, text: Policy.defaultDocument)
    }

    static func inForce(in tx: borrowing Transaction) throws -> Document {
        let record = try tx.first(PolicyStore.record()) { row in
            Document(
                version: Version(Int(row.integer(0))), text: row.text(1),
                changedAt: Timestamp(microseconds: row.integer(2)), changedBy: row.text(3))
        }
        return record ?? .builtIn
    }

    /// The document of a version, or nothing.
    static func document(
        of version: Version, _ journal: Journal, in tx: borrowing Transaction
    ) throws -> Document? {
        if version == .none { return .builtIn }
        guard version > .none, version.number < Int.max else { return nil }
        let found = try history(before: version.number + 1, limit: 1, journal, in: tx).first
        return found?.version == version ? found : nil
    }

    /// The versions below one, newest first, without the built-in default.
    static func history(
        before version: Int = .max, limit: Int, _ journal: Journal, in tx: borrowing Transaction
    ) throws -> [Document] {
        let facts = try journal.latestFacts(
            of: PolicyRecord.ref, before: version, limit: limit, as: PolicyFact.self, in: tx)
        return facts.map { fact in
            switch fact.body {
            case .changed(let text, let reason):
                Document(
                    version: fact.version, text: text, changedAt: fact.recordedAt, changedBy: fact.actor,
                    reason: reason)
            }
        }
    }
}
