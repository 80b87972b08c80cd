import Diagnosis
import Domain
import Storage
import Web

/// Mail on the wire.
enum MailJSON {
    static let reads = [
        APIRead(
            "mail.list", "Messages that came in, newest first", path: "/mail",
            access: .right(MailDirectory.viewRight),
            parameters: [
                .init("state", "waiting, aside, filed or discarded; waiting where it is left out"),
                .init("cursor", "where the page before ended"),
            ]
        ) { call, services in
            let name = call.request.query("state") ?? Mail.State.waiting.rawValue
            guard let state = Mail.State(rawValue: name) else {
                let names = Mail.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(field: "state", "unknown_choice", "“\(name)” is not one of \(names).")
            }
            let position = try position(call.request.query("cursor"))
            return try await services.database.read { tx in
                let found = try MailDirectory.list(
                    state, after: position, limit: 101, for: call.actor, in: tx)
                let page = found.prefix(100)
                let next =
                    found.count > 100 ? page.last.map { "\($0.receivedAt.microseconds).\($0.id.raw)" } : nil
                return .fields([
                    "items": .array(page.map(json)), "next": next.map(JSON.string) ?? .null,
                ])
            }
        },
        APIRead(
            "mail.get", "A message", path: "/mail/{id}", access: .right(MailDirectory.viewRight)
        ) { call, services in
            let id = call.request.parameter("id")
            return try await services.database.read { tx in
                let mail = try MailDirectory.find(id, for: call.actor, in: tx)
                guard case .object(var object) = json(mail) else { return .null }
                let kept = try MailDirectory.text(of: mail.id, in: tx)?.text
                object["text"] = kept.map { .string($0.written) } ?? .null
                object["quoted"] = kept.map { .string($0.quoted) } ?? .null
                object["files"] = .array(
                    try MailDirectory.files(of: mail.id, in: tx).map { file in
                        [
                            "name": .string(file.name), "media_type": .string(file.mediaType),
                            "size": .integer(file.size), "sha256": .string(file.hash),
                        ]
                    })
                return .object(object)
            }
        },
    ]

    static func position(_ cursor: String?) throws(Refusal) -> MailPosition {
        guard let cursor, !cursor.isEmpty else { return MailPosition() }
        let parts = cursor.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let moment = Int64(parts[0]) else {
            throw Refusal(field: "cursor", "bad_cursor", "This cursor is none that was given out here.")
        }
        return MailPosition(moment: moment, id: String(parts[1]))
    }

    static func json(_ mail: Mail) -> JSON {
        let it = mail.arrival
        return [
            "id": .string(mail.id.raw), "version": .integer(Int64(mail.version.number)),
            "state": .string(mail.state.rawValue), "received_at": mail.receivedAt.json,
            "sent_at": it.sentAt?.json ?? .null, "from": .string(it.from),
            "from_name": it.fromName.map(JSON.string) ?? .null, "subject": .string(it.subject),
            "message_id": it.messageID.map(JSON.string) ?? .null, "kind": .string(it.kind.rawValue),
            "trust": .string(it.trust.rawValue), "size": .integer(Int64(it.size)),
            "attachments": .integer(Int64(it.attachments)),
            "reasons": .array(it.reasons.map { .string($0.rawValue) }),
            "problems": .array(it.problems.map(JSON.string)), "person": it.person.map(JSON.string) ?? .null,
            "case": it.caseID.map(JSON.string) ?? .null,
            "organisation": it.organisation.map(JSON.string) ?? .null, "is_removed": .bool(mail.isRemoved),
        ]
    }
}
