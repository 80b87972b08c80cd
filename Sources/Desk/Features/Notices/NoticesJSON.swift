import Diagnosis
import Domain
import Storage
import Web

/// Notices on the wire.
enum NoticesJSON {
    static let reads = [
        APIRead(
            "notices.register", "Notices that law and contracts ask for: owed, given and waived",
            path: "/notices", access: .right(NoticesFeature.viewRight), parameters: [ReportPeriod.parameter]
        ) { call, services in
            let register = try await NoticesPages.register(call, services)
            let now = services.clock()
            func items(_ listed: [NoticesDirectory.Listed]) -> JSON {
                .array(
                    listed.map { one in
                        var object = notice(one.notice, at: now).object ?? JSONObject()
                        object["case"] = .string(one.this.number)
                        return .object(object)
                    })
            }
            return [
                "days": .integer(Int64(register.period.days)), "open": items(register.open),
                "settled": items(register.settled),
            ]
        }
    ]

    /// What notices add to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        guard !context.actor.isCustomer else { return [] }
        return [
            (
                "notices",
                .array(Notices(context.history.facts).notices.map { notice($0, at: context.now) })
            )
        ]
    }

    private static func notice(_ one: Notices.Notice, at now: Timestamp) -> JSON {
        [
            "notice": .string(one.duty.notice), "duty": .string(one.duty.kind),
            "owner": .string(one.duty.owner), "aware_at": one.awareAt.json, "due_at": one.duty.dueAt.json,
            "note": one.duty.note.map(JSON.string) ?? .null, "late": .bool(one.isLate(at: now)),
            "given_at": one.givenAt?.json ?? .null,
            "recipient": one.receipt.map { .string($0.recipient) } ?? .null,
            "proof": one.receipt.map { .string($0.proof) } ?? .null,
            "evidence": .array((one.receipt?.evidence ?? []).map(JSON.string)),
            "waived_because": one.waiver.map(JSON.string) ?? .null,
        ]
    }

    /// One line a notice, what is still to be given first.
    static func csv(_ register: NoticesDirectory.Register, _ policy: Policy, at now: Timestamp) -> [[String]]
    {
        var rows = [
            [
                "case", "notice", "duty", "who_is_told", "source", "owner", "aware_at", "due_at", "late",
                "given_at", "recipient", "proof", "evidence", "waived_because",
            ]
        ]
        for one in register.open + register.settled {
            let (notice, duty) = (one.notice, one.notice.duty)
            let terms = policy.notices.first { $0.id == duty.kind }
            rows.append([
                one.this.number, duty.notice, duty.kind, policy.noticeName(duty.kind), terms?.source ?? "",
                register.names[duty.owner] ?? "Somebody", notice.awareAt.rfc3339, duty.dueAt.rfc3339,
                notice.isLate(at: now) ? "yes" : "no", notice.givenAt?.rfc3339 ?? "",
                notice.receipt?.recipient ?? "", notice.receipt?.proof ?? "",
                (notice.receipt?.evidence ?? []).joined(separator: " "), notice.waiver ?? "",
            ])
        }
        return rows
    }
}
