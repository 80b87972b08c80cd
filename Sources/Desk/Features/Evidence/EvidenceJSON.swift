import Diagnosis
import Domain
import Storage
import Web

/// Evidence in words and numbers, for pages, JSON and comparisons alike.
enum EvidenceWords {
    /// The value of a field, as people read it.
    static func value(of field: EvidenceField, in this: Evidence, _ policy: Policy) -> String {
        guard let value = this.details[field] else { return "not set" }
        switch field {
        case .type: return policy.evidence.name(ofType: value)
        case .sensitivity: return policy.evidence.sensitivity(value).name
        case .retention: return policy.evidence.retentions.first { $0.id == value }?.name ?? value
        case .environment: return policy.name(of: value, in: \.environments)
        case .clockOffset: return "\(value) s"
        default: return value
        }
    }

    /// A number of bytes: "1.9 GB".
    static func size(_ bytes: Int64) -> String {
        if bytes < 1000 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
        let units = ["kB", "MB", "GB", "TB", "PB"]
        var value = Double(bytes) / 1000
        var unit = 0
        while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        let text =
            value < 9.95
            ? "\((value * 10).rounded() / 10)" : String(Int(value.rounded()))
        return "\(text.hasSuffix(".0") ? String(text.dropLast(2)) : text) \(units[unit])"
    }
}

/// Evidence on the wire.
enum EvidenceJSON {
    static let reads = [
        APIRead(
            "evidence.list", "The evidence of a case", path: "/cases/{id}/evidence",
            access: .right("case.view")
        ) { call, services in
            let policy = services.policy.current
            return try await services.database.read { tx in
                let this = try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
                let state = try EvidenceDirectory.state(of: this.id, in: tx)
                return [
                    "items": .array(
                        try EvidenceDirectory.all(of: this.id, for: call.actor, in: tx).map {
                            json($0, policy)
                        }),
                    "requests": .array(state.requests.map(json)),
                    "expected": .array(state.completeness(of: this, policy: policy).map(json)),
                ]
            }
        },
        APIRead(
            "evidence.read", "What is known of a piece of evidence", path: "/cases/{id}/evidence/{number}",
            access: .right("case.view")
        ) { call, services in
            let policy = services.policy.current
            return try await services.database.read { tx in
                let this = try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
                guard
                    let found = try EvidenceDirectory.find(
                        call.request.parameter("number"), of: this.id, for: call.actor, in: tx)
                else { throw Refusal.notFound("piece of evidence") }
                return json(found, policy)
            }
        },
    ]

    /// A piece of evidence as staff read it.
    static func json(_ this: Evidence, _ policy: Policy) -> JSON {
        var object: JSONObject = [
            "id": .string(this.id.raw), "number": .string(this.number),
            "version": .integer(Int64(this.version.number)), "name": .string(this.name),
            "size": .integer(this.size), "media_type": .string(this.mediaType),
            "sha256": .string(this.hash), "from_customer": .bool(this.isFromCustomer),
            "added_at": this.addedAt.json, "added_by": .string(this.addedBy),
        ]
        object["given_name"] = this.givenName.map(JSON.string) ?? .null
        object["item"] = this.item.map(JSON.string) ?? .null
        object["removed"] = this.removedReason.map(JSON.string) ?? .null
        for field in EvidenceField.allCases {
            object[field.rawValue] = this.details[field].map(JSON.string) ?? .null
        }
        object["type"] = .string(policy.evidence.type(of: this))
        object["sensitivity"] = .string(policy.evidence.sensitivity(of: this).id)
        object["keep_until"] =
            policy.evidence.keepUntil(this).map(\.json) ?? .null
        object["clock_flags"] = .array(this.clockFlags.map(JSON.string))
        return .object(object)
    }

    private static func json(_ request: CaseEvidence.Request) -> JSON {
        [
            "number": .string(request.number), "reason": .string(request.asking.reason),
            "until": request.asking.until.json, "asked_at": request.at.json,
            "withdrawn": .bool(request.withdrawnReason != nil),
            "reminders": .array(request.reminders.map(\.json)),
            "items": .array(
                request.items.map { item in
                    [
                        "number": .string(item.number), "text": .string(item.text),
                        "state": .string(item.state), "evidence": .array(item.given.map(JSON.string)),
                    ]
                }),
        ]
    }

    private static func json(_ expectation: CaseEvidence.Expectation) -> JSON {
        [
            "type": .string(expectation.type), "state": .string(expectation.state),
            "evidence": .array(expectation.evidence.map(JSON.string)),
            "reason": expectation.impossible.map { .string($0.reason) } ?? .null,
        ]
    }
}
