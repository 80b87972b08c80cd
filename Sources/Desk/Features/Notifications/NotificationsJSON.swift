import Diagnosis
import Domain
import Storage
import Web

/// Notifications on the wire.
enum NotificationsJSON {
    static let reads = [
        APIRead(
            "notification.list", "What you were told, by case, unread first", path: "/notifications",
            access: .right("case.view")
        ) { call, services in
            let policy = services.policy.current
            return try await services.database.read { tx in
                let news = try NotificationsDirectory.news(for: call.actor, in: tx)
                let names = try PeopleDirectory.names(of: news.flatMap { $0.items.map(\.actor) }, in: tx)
                return [
                    "unread": .integer(Int64(news.count { $0.isUnread })),
                    "items": .array(news.map { json($0, names, policy) }),
                ]
            }
        },
        APIRead(
            "notification.choices", "What you chose to be told, by which ways and when",
            path: "/notifications/choices", access: .right("case.view")
        ) { call, services in
            let id = call.actor.id
            let settings = try await services.database.read { tx in
                try NotificationsDirectory.settings(of: [id], in: tx)[id]
            }
            return [
                "choices": (settings?.choices ?? .usual).complete.json,
                "chat_host": settings?.chatHost.map(JSON.string) ?? .null,
            ]
        },
    ]

    /// What the browser is to show: what came after a fact that it knows, at most ten minutes old, by no case's words.
    static func fresh(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let after = call.request.query("after").flatMap { Int64($0) }
        let (policy, now, person) = (services.policy.current, services.clock(), call.actor.id)
        let actor = call.actor
        let json = try await services.database.read { tx -> JSON in
            let last = try tx.first(NotificationStore.lastSequence(of: person)) { $0.integer(0) } ?? 0
            guard let after else { return ["last": .integer(last), "items": []] }
            let rows = try tx.all(
                NotificationStore.fresh(for: person, after: after, since: now.adding(seconds: -600)),
                NotificationStore.row
            ).compactMap { $0 }.filter { $0.channels.contains(.browser) }
            let cases = try CaseDirectory.visible(
                Array(Set(rows.map(\.caseID))).map { ID($0) }, to: actor, in: tx)
            let found = Dictionary(cases.map { ($0.id.raw, $0) }) { first, _ in first }
            let names = try PeopleDirectory.names(of: rows.map(\.actor), in: tx)
            let items = rows.compactMap { row -> JSON? in
                guard let one = found[row.caseID] else { return nil }
                // A notification of the browser stands where others may see it.
                let title = one.restriction == nil ? "\(one.number) \(one.subject)" : one.number
                return [
                    "id": .string(row.id), "title": .string(title),
                    "text": .string(NotificationWords.sentence(row, names, policy)),
                    "path": .string("/cases/\(one.number)"),
                ]
            }
            return ["last": .integer(max(last, after)), "items": .array(items)]
        }
        return .json(json)
    }

    private static func json(
        _ news: NotificationsDirectory.News, _ names: [String: String], _ policy: Policy
    ) -> JSON {
        [
            "case": .string(news.found.number), "subject": .string(news.found.subject),
            "unread": .bool(news.isUnread),
            "notifications": .array(
                news.items.map { item -> JSON in
                    [
                        "id": .string(item.id), "kind": .string(item.kind.rawValue),
                        "text": .string(NotificationWords.sentence(item, names, policy)),
                        "actor": .string(item.actor), "sequence": .integer(item.sequence),
                        "told_at": .string(item.createdAt.rfc3339), "read": .bool(item.isRead),
                    ]
                }),
        ]
    }
}
