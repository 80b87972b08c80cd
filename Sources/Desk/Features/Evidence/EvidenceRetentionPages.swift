import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// Evidence whose time is over: listed, so that somebody decides.
///
/// Nothing is taken away by itself, unless policy says so.
enum EvidenceRetentionPages {
    /// One piece that is due, with its case.
    struct Due: Sendable {
        var evidence: Evidence
        var this: SupportCase
        var since: Timestamp
    }

    /// A list longer than this begins with what is due longest; the rest comes as that is settled.
    private static let most = 500

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/evidence/due", .right(RemoveEvidence.right)) { call in
                try await show(call, services)
            }
        ]
    }

    static let read = APIRead(
        "evidence.due", "Evidence whose retention is over", path: "/evidence/due",
        access: .right(RemoveEvidence.right)
    ) { call, services in
        let policy = services.policy.current
        let due = try await overdue(call, services)
        let items = due.map { one -> JSON in
            var object = EvidenceJSON.json(one.evidence, policy).object ?? JSONObject()
            object["case"] = .string(one.this.number)
            object["due_since"] = one.since.json
            return .object(object)
        }
        return ["items": .array(items)]
    }

    /// What is due of the cases that the caller may know of, what is due longest first.
    private static func overdue(_ call: SignedInCall, _ services: Services) async throws -> [Due] {
        let (rules, now, actor) = (services.policy.current.evidence, services.clock(), call.actor)
        return try await services.database.read { tx in
            let over = try EvidenceDirectory.over(rules, at: now, in: tx)
            let ids = Array(Set(over.map(\.0.caseID))).sorted { $0.raw < $1.raw }
            var cases: [ID<SupportCase>: SupportCase] = [:]
            for start in stride(from: 0, to: ids.count, by: most) {
                let some = Array(ids[start..<min(start + most, ids.count)])
                for this in try CaseDirectory.visible(some, to: actor, in: tx) { cases[this.id] = this }
            }
            return over.lazy.compactMap { evidence, since in
                cases[evidence.caseID].map { this in
                    let isOpen = !evidence.wasRestricted || actor.may(Evidence.restrictedRight)
                    return Due(evidence: isOpen ? evidence : evidence.masked, this: this, since: since)
                }
            }.prefix(most).map { $0 }
        }
    }

    private static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let due = try await overdue(call, services)
        let rows = due.map { one -> HTML in
            let path = "/cases/\(one.this.number)/evidence/\(one.evidence.number)"
            let kept = policy.evidence.retention(of: one.evidence)?.name ?? ""
            return """
                <tr><th scope="row"><a href="\(path)">\(one.this.number) \(one.evidence.number)</a></th><td data-label="Evidence">\(isolated(one.evidence.name))</td><td data-label="Case">\(isolated(one.this.subject))</td><td data-label="Kept for">\(kept)</td><td data-label="Over since">\(time(one.since, now: now))</td><td class="end"><a class="btn small" href="/evidence/\(one.this.number).\(one.evidence.number)/remove">Take away<span class="sr"> \(one.this.number) \(one.evidence.number)</span></a></td></tr>

                """
        }
        let list: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nothing is due</h2><p>Evidence stands here once the time that policy keeps it for is over.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Evidence whose time is over, longest first</caption><thead><tr><th scope="col">Number</th><th scope="col">Evidence</th><th scope="col">Case</th><th scope="col">Kept for</th><th scope="col">Over since</th><th scope="col"><span class="sr">Action</span></th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        let count = due.count == most ? "\(most) or more" : grouped(due.count)
        let main: HTML = """
            \(RetentionPages.tabs("/evidence/due", call.actor))<div class="q-head"><h1>Evidence whose time is over</h1><span class="dim nowrap">\(count) due</span></div><p class="lede">\(policy.retention.isAutomatic ? "It goes each hour, unless it is under a legal hold." : "Nothing goes by itself: take away what is no longer needed, or change how long it is kept.")</p>\(list)
            """
        return services.page(
            Page("Evidence whose time is over", here: "/retention", main: main), for: call)
    }
}

extension EvidenceDirectory {
    /// Evidence whose time is over, and since when; what is over longest first.
    fileprivate static func over(
        _ rules: EvidenceRules, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> [(Evidence, Timestamp)] {
        guard let shortest = rules.retentions.map(\.days).min() else { return [] }
        let cutoff = now.adding(seconds: Int64(-shortest) * 86_400)
        return try tx.all(EvidenceQueries.old(before: cutoff, limit: 10_000), EvidenceQueries.read)
            .compactMap { evidence -> (Evidence, Timestamp)? in
                guard let until = rules.keepUntil(evidence), until <= now else { return nil }
                return (evidence, until)
            }.sorted { ($0.1, $0.0.caseID.raw, $0.0.ordinal) < ($1.1, $1.0.caseID.raw, $1.0.ordinal) }
    }

    /// Evidence whose time is over and which no legal hold keeps.
    static func due(
        _ rules: EvidenceRules, at now: Timestamp, limit: Int, in tx: borrowing Transaction
    ) throws -> [Evidence] {
        var due: [Evidence] = []
        for (evidence, _) in try over(rules, at: now, in: tx) where due.count < limit {
            let this = try CaseDirectory.findItself(evidence.caseID.raw, for: .system, in: tx)
            if try HoldDirectory.holds(on: this, in: tx).isEmpty { due.append(evidence) }
        }
        return due
    }
}
