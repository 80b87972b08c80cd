import Domain
import Storage
import Web

/// Backups: making, restoring and checking them.
enum BackupFeature: Feature {
    static let name = "backup"
    static let rights: [Right] = [BackupPages.right]
    static let navigation = [
        NavigationItem(
            path: "/backups", title: "Backups", icon: "gear", access: .right(BackupPages.right),
            group: .installation)
    ]
    static let reads = [BackupPages.read]
    static let statements = BackupQueries.samples
    /// Which files there are is true for the place where they are made, not for what is restored elsewhere.
    static let passingTables: Set<String> = ["backup_run"]

    static func routes(_ services: Services) -> [Route] { BackupPages.routes(services) }
}
