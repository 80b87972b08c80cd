import Diagnosis
import Domain
import Storage
import Web

/// Retention on the wire.
enum RetentionJSON {
    static let reads = [
        APIRead(
            "retention.due", "Cases whose time is over", path: "/retention/due",
            access: .right(RetentionFeature.viewRight)
        ) { call, services in
            let (policy, now) = (services.policy.current, services.clock())
            return try await services.database.read { tx in
                let due = try RetentionDirectory.due(policy.retention, at: now, limit: 500, in: tx)
                return [
                    "items": .array(
                        due.filter { CaseDirectory.isVisible($0.found, to: call.actor) }.map { one in
                            [
                                "case": .string(one.found.number), "rule": .string(one.rule.id),
                                "due_since": one.since.json,
                                "holds": .array(one.holds.map { .string($0.id.raw) }),
                            ]
                        })
                ]
            }
        },
        APIRead(
            "hold.list", "Legal holds, those that hold first", path: "/holds",
            access: .right(RetentionFeature.viewRight)
        ) { call, services in
            try await services.database.read { tx in
                ["items": .array(try HoldDirectory.all(for: call.actor, in: tx).map(json))]
            }
        },
        APIRead(
            "retention.certificate", "What was purged of a case, and how to prove it",
            path: "/cases/{id}/purge_certificate", access: .right(RetentionFeature.viewRight)
        ) { call, services in
            let id = call.request.parameter("id")
            return try await services.database.read { tx in
                let found = try CaseDirectory.findItself(id, for: call.actor, in: tx)
                return try certificate(of: found, in: tx)
            }
        },
    ]

    private static func json(_ hold: LegalHold) -> JSON {
        [
            "id": .string(hold.id.raw), "version": .integer(Int64(hold.version.number)),
            "name": .string(hold.name), "reason": .string(hold.reason),
            "placed_by": .string(hold.placedBy.raw), "placed_at": hold.placedAt.json,
            "lifted_at": hold.liftedAt?.json ?? .null, "cases": .array(hold.scope.cases.map(JSON.string)),
            "organisations": .array(hold.scope.organisations.map(JSON.string)),
        ]
    }

    /// The certificate of a purge: what went, by which rule, and the links of the journal that prove it.
    static func certificate(of found: SupportCase, in tx: borrowing Transaction) throws -> JSON {
        let facts = try CaseDirectory.facts(of: found.id, kinds: RetentionFact.kinds, in: tx)
        guard let fact = facts.last, case .retention(.purged(let purge)) = fact.body else {
            throw Refusal.notFound("purge certificate")
        }
        let chain = try tx.first(JournalStore.chain(of: fact.sequence)) { hex($0.blob(0)) } ?? ""
        return [
            "case": .string(found.number), "closed_at": found.closedAt?.json ?? .null,
            "rule": .string(purge.rule), "kept_until": purge.keptUntil.json,
            "purged_at": fact.recordedAt.json, "purged_by": .string(fact.actor),
            "entries": .array(
                purge.entries.map { ["sequence": .integer($0.sequence), "body_sha256": .string($0.digest)] }),
            "files_sha256": .array(purge.files.map(JSON.string)),
            "journal": ["sequence": .integer(fact.sequence), "chain": .string(chain)],
        ]
    }
}
