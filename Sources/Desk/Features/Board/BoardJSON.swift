import Diagnosis
import Domain
import Storage
import Web

/// Boards for programs.
enum BoardJSON {
    static let board = APIRead(
        "board.read", "The work of one person: each open case with what it needs next and how pressing it is",
        path: "/board", access: .right("case.note"),
        parameters: [.init("of", "the person’s identifier; yourself where it is left out")]
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        return try await services.database.read { tx in
            let person = try BoardPages.person(call, in: tx)
            let board = try BoardDirectory.board(
                of: person.id, for: call.actor, policy: policy, now: now, in: tx)
            return [
                "person": .string(person.id.raw), "open": .integer(Int64(board.load.open)),
                "in_hand": .integer(Int64(board.load.inHand)),
                "limit": board.load.limit.map { .integer(Int64($0)) } ?? .null,
                "items": .array(board.lines.map { json($0, now) }),
                "interruptions": .array(
                    board.interruptions.map { one in
                        .fields([
                            "what": .string(one.what), "minutes": .integer(Int64(one.minutes)),
                            "at": one.at.json, "case": one.about.map(JSON.string),
                        ])
                    }),
            ]
        }
    }

    static let risk = APIRead(
        "risk.read",
        "What is at risk before a shift ends: clocks that are over by then, and customers at risk",
        path: "/risk", access: .right("case.view"),
        parameters: [.init("hours", "how many hours are left of the shift, 1 to 72; 8 where it is left out")]
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        let hours = try RiskPages.hours(call)
        let until = now.adding(seconds: Int64(hours) * 3600)
        return try await services.database.read { tx in
            let risk = try BoardDirectory.risk(
                until: until, for: call.actor, policy: policy, now: now, in: tx)
            return [
                "until": until.json, "items": .array(risk.due.map { json($0, now) }),
                "customers": .array(risk.customers.map { json($0, now) }),
                "owners": .array(
                    risk.owners.map {
                        [
                            "owner": $0.owner.map { .string($0.raw) } ?? .null,
                            "cases": .integer(Int64($0.count)),
                        ]
                    }),
            ]
        }
    }

    private static func json(_ line: BoardLine, _ now: Timestamp) -> JSON {
        .fields([
            "number": .string(line.this.number), "owner": line.this.owner.map { .string($0.raw) },
            "place": .string(line.item.place.rawValue), "priority": .integer(Int64(line.priority.score)),
            "needs": .array(
                line.item.needs.map { need in
                    .fields([
                        "what": .string(need.what), "due_at": need.due?.json,
                        "late": .bool(need.isLate(at: now)),
                        "step": need.step.map { .string($0.rawValue) },
                    ])
                }),
            "risks": .array(line.risks.map(JSON.string)),
        ])
    }
}
