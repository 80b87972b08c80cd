import Domain
import HTTPTypes
import Storage
import Web

/// Notifications: what each person is told of the cases that are theirs, and what of it they have read; and by which ways it reaches them.
enum NotificationsFeature: Feature {
    static let name = "notifications"
    static let reads = NotificationsJSON.reads + [DeliveryPages.read]
    static let subjects = [NotificationSettingsQueries.subject]
    static let statements = NotificationStore.samples + NotificationSettingsQueries.samples
    static let sealed = [NotificationSettingsQueries.sealed]
    static let rights: [Right] = [
        NotificationRules.warningRight, NotificationRules.breachRight, DeliveryPages.right,
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/notifications", .right("case.view")) { call in
                try await NotificationsPages.list(call, services)
            },
            .signedIn(.get, "/notifications/events", .right("case.view")) { call in
                // Whoever listens hears what they are told themselves, and here nothing else.
                .events(services.live.events(for: call.actor, since: call.request.stateMark) { _ in false })
            },
            .signedIn(.get, "/notifications/fresh", .right("case.view")) { call in
                try await NotificationsJSON.fresh(call, services)
            },
            .signedIn(.get, "/notifications/deliveries", .right(DeliveryPages.right)) { call in
                try await DeliveryPages.list(call, services)
            },
            .signedIn(.get, "/account/notifications", .right("case.view")) { call in
                try await NotificationChoicesPages.show(call, services)
            },
            .signedIn(.post, "/account/notifications", .right("case.view")) { call in
                try await NotificationChoicesPages.save(call, services)
            },
            .signedIn(.post, "/account/notifications/chat", .right("case.view")) { call in
                try await NotificationChoicesPages.saveChat(call, services)
            },
        ]
    }
}
