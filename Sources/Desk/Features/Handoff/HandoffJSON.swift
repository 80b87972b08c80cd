import Diagnosis
import Domain
import Storage
import Web

/// Hand-offs on the wire.
enum HandoffJSON {
    static let reads = [
        APIRead(
            "handover.list", "What is offered to me, and what I offered", path: "/handover",
            access: .right("case.hand_over")
        ) { call, services in
            let now = services.clock()
            return try await services.database.read { tx in
                func items(_ all: [HandoffDirectory.Offered]) -> JSON {
                    .array(
                        all.map {
                            [
                                "case": .string($0.this.number), "id": .string($0.this.id.raw),
                                "handover": handover($0.handover, now),
                            ]
                        })
                }
                return [
                    "offered_to_me": items(
                        try HandoffDirectory.offered(to: call.actor, limit: Shift.most, in: tx)),
                    "offered_by_me": items(
                        try HandoffDirectory.offered(
                            by: call.actor, returnedSince: now.adding(seconds: -86_400), limit: Shift.most,
                            in: tx)),
                ]
            }
        },
        APIRead(
            "unblock.list", "Who is stuck, and answers kept for others", path: "/unblock",
            access: .right("case.ask_unblock"),
            parameters: [.init("q", "Words that the kept answers have")]
        ) { call, services in
            let now = services.clock()
            return try await services.database.read { tx in
                func items(_ all: [HandoffDirectory.Stuck]) -> JSON {
                    .array(
                        all.map {
                            [
                                "case": .string($0.this.number), "id": .string($0.this.id.raw),
                                "request": request($0.request, now),
                            ]
                        })
                }
                let open = try HandoffDirectory.stuck(
                    isOpen: true, for: call.actor, limit: UnblockPages.shown, in: tx)
                let words = call.request.query("q") ?? ""
                return [
                    "open": items(open),
                    "reusable": items(try UnblockPages.found(words, for: call.actor, in: tx)),
                ]
            }
        },
    ]

    /// What hand-offs add to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let handoffs = Handoffs(context.history.facts)
        let counts = HandoffCounts(context.history.facts, policy: context.policy, until: context.now)
        return [
            ("handover", handoffs.open.map { handover($0, context.now) } ?? .null),
            ("handovers", .array(handoffs.handovers.map { handover($0, context.now) })),
            (
                "handoff_counts",
                [
                    "hand_offs": .integer(Int64(counts.handOffs)),
                    "returned": .integer(Int64(counts.returned)),
                    "reassignments": .integer(Int64(counts.reassignments)),
                    "internal_wait_seconds": .integer(counts.internalWait),
                ]
            ), ("unblock_requests", .array(handoffs.requests.map { request($0, context.now) })),
        ]
    }

    static func handover(_ one: Handoffs.Handover, _ now: Timestamp) -> JSON {
        [
            "handover": .string(one.number), "way": .string(one.offer.way.rawValue),
            "from": .string(one.offer.from), "to": one.offer.person.map(JSON.string) ?? .null,
            "role": one.offer.role.map(JSON.string) ?? .null, "brief": .string(one.offer.brief),
            "generated": .string(one.offer.generated ?? one.offer.brief),
            "edited": .bool(one.offer.generated != nil), "offered_by": .string(one.offeredBy),
            "offered_at": one.offeredAt.json, "accept_by": one.offer.acceptBy.json,
            "late": .bool(one.isLate(at: now)),
            "outcome": one.outcome.map { .string($0.rawValue) } ?? .null,
            "settled_at": one.settledAt.map(\.json) ?? .null,
            "settled_by": one.settledBy.map(JSON.string) ?? .null,
            "words": one.words.map(JSON.string) ?? .null,
            "lacking": .array(one.lacking.map(JSON.string)),
        ]
    }

    static func request(_ one: Handoffs.UnblockRequest, _ now: Timestamp) -> JSON {
        [
            "request": .string(one.number), "stuck": .string(one.asked.stuck),
            "tried": .string(one.asked.tried), "asked_by": .string(one.askedBy),
            "asked_at": one.askedAt.json, "answer": one.answer.map(JSON.string) ?? .null,
            "reusable": .bool(one.isReusable),
            "withdrawn_reason": one.withdrawnReason.map(JSON.string) ?? .null,
            "settled_by": one.settledBy.map(JSON.string) ?? .null,
            "settled_at": one.settledAt.map(\.json) ?? .null,
            "seconds": .integer(one.seconds(at: now)),
        ]
    }
}
