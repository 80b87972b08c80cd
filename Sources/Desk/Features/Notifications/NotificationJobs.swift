import Domain
import Storage

/// What is done about notifications from time to time.
enum NotificationJobs {
    /// Forgets what was told long ago, and gives up what could not be sent for a week.
    static func sweep(_ services: Services) async throws {
        let now = services.clock()
        _ = try await services.database.write { tx in
            try tx.execute(
                NotificationStore.forget(before: now.adding(seconds: -NotificationsDirectory.days * 86_400)))
            try tx.execute(
                OutboxStore.dropStale(
                    NotificationSending.Way.allCases.map(\.rawValue),
                    before: now.adding(seconds: -NotificationSending.staleSeconds),
                    reason: "It waited for a week and is told no more."))
            return try tx.execute(NotificationStore.forgetDeliveries())
        }
    }
}
