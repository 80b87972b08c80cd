import Diagnosis
import Domain
import Storage
import Web

/// Home pages for programs.
enum HomeJSON {
    static let read = APIRead(
        "home.read",
        "What needs you now, by the sections of your roles: the first cases of each, and how many there are",
        path: "/home", access: .right("case.view")
    ) { call, services in
        let (policy, now, counts) = (services.policy.current, services.clock(), services.caseCounts)
        let parts = try await services.database.read { tx in
            try HomeDirectory.parts(for: call.actor, policy: policy, now: now, counts: counts, in: tx)
        }
        return ["items": .array(parts.map(json))]
    }

    private static func json(_ part: HomePart) -> JSON {
        .fields([
            "section": .string(part.section.rawValue), "name": .string(part.section.title),
            "count": .integer(Int64(part.count)), "count_is_exact": .bool(!part.isAtLeast),
            "page": .string(part.section.path.text), "cases": .array(cases(part.content)),
            "figures": figures(part.content), "approvals": approvals(part.content),
        ])
    }

    private static func figures(_ content: HomePart.Content) -> JSON? {
        guard case .figures(let figures) = content else { return nil }
        return .array(
            figures.map {
                [
                    "name": .string($0.name), "value": .string($0.value), "page": .string($0.path),
                    "bad": .bool($0.isBad),
                ]
            })
    }

    private static func approvals(_ content: HomePart.Content) -> JSON? {
        guard case .approvals(let waiting) = content else { return nil }
        return .array(
            waiting.map {
                .fields([
                    "kind": .string($0.kind.rawValue), "title": .string($0.title),
                    "organisation": $0.organisation.map(JSON.string), "proposed_by": .string($0.author),
                    "proposed_at": $0.at.json, "lapses_at": $0.until?.json, "page": .string($0.path),
                ])
            })
    }

    private static func cases(_ content: HomePart.Content) -> [JSON] {
        switch content {
        case .cases(let lines):
            lines.map { line in
                let need = line.item.needs.first
                return .fields([
                    "case": .string(line.this.number), "needs": need.map { .string($0.what) },
                    "due_at": need?.due?.json, "step": need?.step.map { .string($0.rawValue) },
                ])
            }
        case .offers(let offers): offers.map { ["case": .string($0.this.number), "step": "accept_handover"] }
        case .news(let news): news.map { ["case": .string($0.found.number)] }
        case .stuck(let stuck): stuck.map { ["case": .string($0.this.number), "step": "unblock"] }
        case .reviews(let waiting):
            waiting.map {
                [
                    "case": .string($0.this.number), "message": .string($0.review.number),
                    "due_at": $0.review.held.reviewBy.json, "step": "approve_message",
                ]
            }
        case .checks(let found): found.flatMap { $0.cases.map { ["case": .string($0.number)] } }
        case .waiting, .figures, .steps, .approvals: []
        }
    }
}
