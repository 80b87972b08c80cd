import Diagnosis
import Domain
import Storage
import Web

/// What falls through, for programs.
enum AttentionJSON {
    /// As many cases of a check are named.
    private static let named = 50

    static let read = APIRead(
        "attention.read", "What may fall through: each check of policy and the cases that it finds",
        path: "/attention",
        access: .right("case.view"),
        parameters: [.init("of", "`me` for cases that you own; all where it is left out")]
    ) { call, services in
        let of = call.request.query("of")
        guard of == nil || of == "me" else {
            throw Refusal(field: "of", "unknown_choice", "“of” is “me”, or left out for all cases.")
        }
        let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
        let findings = try await services.database.read { tx in
            try AttentionDirectory.findings(
                for: call.actor, policy: policy, isMine: of == "me", limit: named, now: now, counts: counts,
                in: tx)
        }
        return ["items": .array(findings.map(json))]
    }

    private static func json(_ finding: AttentionFinding) -> JSON {
        [
            "id": .string(finding.check.id), "name": .string(finding.check.name),
            "search": .string(finding.search),
            "step": finding.check.step.map { .string($0.rawValue) } ?? .null,
            "count": .integer(Int64(finding.total.number)), "count_is_exact": .bool(finding.total.isExact),
            "cases": .array(finding.cases.map { .string($0.number) }),
            "problem": finding.problem.map { .string("Column \($0.column): \($0.message)") } ?? .null,
        ]
    }
}
