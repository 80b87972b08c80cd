import Domain
import HTTPTypes
import Storage
import Web

/// Notifications: what each person is told of the cases that are theirs, and what of it they have read.
enum NotificationsFeature: Feature {
    static let name = "notifications"
    static let reads = NotificationsJSON.reads
    static let statements = NotificationStore.samples
    static let rights: [Right] = [NotificationRules.warningRight, NotificationRules.breachRight]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/notifications", .right("case.view")) { call in
                try await NotificationsPages.list(call, services)
            },
            .signedIn(.get, "/notifications/events", .right("case.view")) { call in
                // Whoever listens hears what they are told themselves, and here nothing else.
                .events(services.live.events(for: call.actor, age: call.request.stateAge) { _ in false })
            },
        ]
    }
}
