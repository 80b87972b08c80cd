import Diagnosis
import Domain
import Storage
import Synchronization
import Yams

/// The policy in force on this node.
///
/// The journal is the source: a change anywhere is taken over at once.
package final class PolicyHolder: Sendable {
    private let state: Mutex<(version: Version, policy: Policy, document: String)>
    private let knownRights: Set<Right>
    private let clock: @Sendable () -> Timestamp

    /// Starts with the defaults until the journal says otherwise.
    /// - Parameter clock: the time, by which what holds for a time alone is added.
    package init(knownRights: Set<Right>, clock: @escaping @Sendable () -> Timestamp = { .now }) throws {
        (self.knownRights, self.clock) = (knownRights, clock)
        let policy = try PolicyText.read(Policy.defaultDocument, knownRights: knownRights).get()
        state = Mutex((.none, policy, Policy.defaultDocument))
    }

    /// The policy as this node knows it now, with what holds for a time alone.
    package var current: Policy { state.withLock { $0.policy }.at(clock()) }

    /// The document as written, and its version; version 0 is the built-in default.
    package var document: (text: String, version: Version) { state.withLock { ($0.document, $0.version) } }

    /// The policy in force at this point of a transaction, which may be newer than what the node knew.
    ///
    /// What holds for a time alone is added.
    package func inForce(in tx: borrowing Transaction) throws -> Policy { try written(in: tx).at(clock()) }

    private func written(in tx: borrowing Transaction) throws -> Policy {
        let stored =
            try tx.first(JournalStore.head(of: PolicyRecord.ref)) { Version(Int($0.integer(0))) } ?? .none
        let known = state.withLock { ($0.version, $0.policy) }
        guard stored != known.0 else { return known.1 }
        guard let text = try tx.first(PolicyStore.document(), { $0.text(0) }) else { return known.1 }
        let policy = try PolicyText.read(text, knownRights: knownRights).get()
        state.withLock { if stored > $0.version { $0 = (stored, policy, text) } }
        return policy
    }

    /// Reads the policy from the journal if it changed.
    package func refresh(from database: any Database) async throws {
        _ = try await database.read { [self] tx in try inForce(in: tx) }
    }

    /// Checks a document; every mistake names its line and key.
    package func check(_ text: String) -> Result<Policy, PolicyProblems> {
        PolicyText.read(text, knownRights: knownRights)
    }
}

/// Policy documents are YAML outside and a tree of values with lines inside.
enum PolicyText {
    /// - Parameter people: the addresses that teams may name; nil where that is not asked.
    static func read(
        _ text: String, knownRights: Set<Right>, people: Set<String>? = nil
    ) -> Result<Policy, PolicyProblems> {
        do {
            guard let node = try Yams.compose(yaml: text) else {
                return .failure(
                    PolicyProblems([ConfigProblem(line: 1, key: "document", message: "is empty")]))
            }
            var left = mostNodes
            guard let config = configNode(node, left: &left) else {
                let problem = ConfigProblem(
                    line: 1, key: "document", message: "holds more than \(mostNodes) values")
                return .failure(PolicyProblems([problem]))
            }
            return Policy.read(config, knownRights: knownRights, zones: .machine, people: people)
        } catch let error as YamlError {
            return .failure(PolicyProblems([problem(error)]))
        } catch {
            return .failure(PolicyProblems([ConfigProblem(line: 1, key: "document", message: "\(error)")]))
        }
    }

    /// The rules under which a change from one document to another falls, as the policy in force says.
    ///
    /// Of a document that cannot be read any more nothing is known to stay the same, so all rules count.
    static func approvals(under policy: Policy, from old: String, to new: String) -> [Policy.ApprovalRule] {
        guard !policy.approvals.isEmpty else { return [] }
        // Errors are not lost: whoever puts a document in force had each mistake of it named before.
        func tree(of document: String) -> ConfigNode? {
            // What cannot be read is guarded as a whole.
            try? Yams.compose(yaml: document).flatMap { configNode($0) }
        }
        guard let before = tree(of: old), let after = tree(of: new) else { return policy.approvals }
        return policy.approvals(from: before, to: after)
    }

    /// More than any document needs; an alias inside an alias can stand for far more.
    private static let mostNodes = 50_000

    /// The document as a tree with lines; nil where it holds more than `mostNodes` values.
    static func configNode(_ node: Node) -> ConfigNode? {
        var left = mostNodes
        return configNode(node, left: &left)
    }

    private static func configNode(_ node: Node, left: inout Int) -> ConfigNode? {
        left -= 1
        guard left >= 0 else { return nil }
        let line = node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar): return ConfigNode(line: line, value: .scalar(scalar.string))
        case .sequence(let items):
            var nodes: [ConfigNode] = []
            for item in items {
                guard let node = configNode(item, left: &left) else { return nil }
                nodes.append(node)
            }
            return ConfigNode(line: line, value: .sequence(nodes))
        case .mapping(let pairs):
            var members: [(key: String, line: Int, node: ConfigNode)] = []
            for (key, value) in pairs {
                guard let node = configNode(value, left: &left) else { return nil }
                members.append((key: key.string ?? "", line: key.mark?.line ?? line, node: node))
            }
            return ConfigNode(line: line, value: .mapping(members))
        case .alias: return ConfigNode(line: line, value: .scalar(""))
        }
    }

    static func problem(_ error: YamlError) -> ConfigProblem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigProblem(line: mark.line, key: "document", message: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigProblem(
                line: context.mark.line, key: keys.first.map { "\($0)" } ?? "document",
                message: "stands here twice")
        default: ConfigProblem(line: 1, key: "document", message: "is not YAML: \(error)")
        }
    }
}

/// The table of the policy.
package enum PolicyStore {
    static func document() -> SQL { "SELECT document FROM policy_document WHERE id = 'main'" }

    static func record() -> SQL {
        "SELECT version, document, changed_at, changed_by FROM policy_document WHERE id = 'main'"
    }

    static func save(_ record: PolicyRecord) -> SQL {
        """
        INSERT INTO policy_document (id, version, document, changed_at, changed_by)
        VALUES ('main', \(record.version.number), \(record.document), \(record.changedAt.microseconds),
            \(record.changedBy))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, document = excluded.document,
            changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """
    }

    static func forget() -> SQL { "DELETE FROM policy_document WHERE id = 'main'" }

    static func page(after id: String, limit: Int) -> SQL {
        """
        SELECT id, version, document, changed_at, changed_by FROM policy_document WHERE id > \(id)
        ORDER BY id LIMIT \(limit)
        """
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = [
        document(), record(),
        save(
            PolicyRecord(
                version: Version(1), document: "", changedAt: Timestamp(microseconds: 0), changedBy: "x")),
        forget(), page(after: "", limit: 1),
    ]

    static let subject = SubjectType(
        PolicyRecord.self,
        tables: [
            ProjectedTable(
                "policy_document", columns: ["id", "version", "document", "changed_at", "changed_by"],
                page: page(after:limit:))
        ],
        load: { _, tx in
            try tx.first(record()) { row in
                PolicyRecord(
                    version: Version(Int(row.integer(0))), document: row.text(1),
                    changedAt: Timestamp(microseconds: row.integer(2)), changedBy: row.text(3))
            }
        },
        save: { record, _, tx in try tx.execute(save(record)) },
        forget: { _, tx in try tx.execute(forget()) },
        describe: { _, record, _, _ in ("Policy document", record.document) })
}
