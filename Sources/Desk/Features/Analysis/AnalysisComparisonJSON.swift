import Diagnosis
import Domain
import Storage
import Web

/// Comparisons on the wire.
enum AnalysisComparisonJSON {
    static let reads = [
        APIRead(
            "evidence.comparison", "What is new, gone, more and less between two logs",
            path: "/cases/{id}/evidence/{number}/comparisons/{comparison}", access: .right("case.view")
        ) { call, services in json(try await AnalysisComparisonPages.find(call, services)) }
    ]

    private static func json(_ content: AnalysisComparisonPages.Content) -> JSON {
        let one = content.comparison
        func side(
            _ this: SupportCase, _ found: Evidence, _ customer: String?, _ stretch: EvidenceComparison.Stretch
        ) -> JSON {
            [
                "case": .string(this.number), "evidence": .string(found.number),
                "customer": customer.map(JSON.string) ?? .null, "from": stretch.from?.json ?? .null,
                "to": stretch.to?.json ?? .null,
            ]
        }
        return [
            "id": .string(one.id), "state": .string(one.state.rawValue), "asked_at": one.askedAt.json,
            "ended_at": one.endedAt?.json ?? .null, "message": one.message.map(JSON.string) ?? .null,
            "now": side(content.this, content.found, content.customers.own, one.now),
            "before": side(content.otherCase, content.other, content.customers.other, one.before),
            "result": one.result?.json ?? .null,
        ]
    }
}
