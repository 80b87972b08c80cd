import Diagnosis
import Domain
import Storage
import Web

/// Analyses on the wire.
enum AnalysisJSON {
    static let reads = [
        APIRead(
            "evidence.analysis", "What a log says: findings, patterns, histogram",
            path: "/cases/{id}/evidence/{number}/analysis", access: .right("case.view")
        ) { call, services in
            let (_, found) = try await EvidenceReadPages.find(call, services)
            try await EvidenceReadPages.refuseUnlessOpen(found, for: call.actor, services)
            let (analysis, copy) = try await services.database.read { tx in
                (
                    try AnalysisDirectory.find(found.id, in: tx),
                    try RedactionDirectory.copy(of: found.id, in: tx)
                )
            }
            guard let analysis else { throw Refusal.notFound("analysis") }
            return json(analysis, copy, found, now: services.clock())
        },
        APIRead(
            "case.similar", "Cases whose logs have something in common with those of a case, and why",
            path: "/cases/{id}/similar", access: .right("case.view")
        ) { call, services in
            try await services.database.read { tx in
                let this = try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
                let similar = try AnalysisDirectory.similar(to: this, for: call.actor, in: tx)
                return [
                    "items": .array(
                        similar.map { other, match in
                            [
                                "case": .string(other.number), "subject": .string(other.subject),
                                "status": .string(other.status.raw),
                                "resolution": other.narrative.map(JSON.string) ?? .null,
                                "root_cause": other.classification[.rootCause].map(JSON.string) ?? .null,
                                "duplicate": .bool(
                                    SimilarCases.Match.isDuplicate(
                                        other, of: this)),
                                "score": .init(floatLiteral: (match.score * 100).rounded() / 100),
                                "reasons": .array(match.reasons.map(JSON.string)),
                                "shared": .array(
                                    match.shared.prefix(20).map { mark, cases in
                                        [
                                            "kind": .string(mark.kind.rawValue), "id": .string(mark.id),
                                            "words": .string(mark.words), "cases": .integer(Int64(cases)),
                                        ]
                                    }),
                            ]
                        })
                ]
            }
        },
    ]

    /// An analysis as staff reads it.
    static func json(
        _ this: EvidenceAnalysis, _ copy: RedactionWork.Copy?, _ found: Evidence, now: Timestamp
    ) -> JSON {
        var object: JSONObject = [
            "evidence": .string(found.number), "state": .string(this.state.rawValue),
            "asked_at": this.askedAt.json, "begun_at": this.begunAt?.json ?? .null,
            "ended_at": this.endedAt?.json ?? .null, "done_bytes": .integer(this.doneBytes),
            "all_bytes": .integer(this.allBytes), "times_begun": .integer(Int64(this.tries)),
        ]
        object["bytes_per_second"] = this.rate(at: now).map(JSON.integer) ?? .null
        object["seconds_left"] = this.secondsLeft(at: now).map(JSON.integer) ?? .null
        object["message"] = this.message.map(JSON.string) ?? .null
        object["redacted"] =
            copy.map { copy in
                .object(
                    JSONObject(
                        members: copy.replaced.sorted { $0.key < $1.key }.map {
                            ($0.key, .integer(Int64($0.value)))
                        }))
            } ?? .null
        object["log"] = this.log?.json ?? .null
        return .object(object)
    }
}
