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
        }
    ]

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
