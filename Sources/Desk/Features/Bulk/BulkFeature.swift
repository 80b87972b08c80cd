import Domain
import HTTPTypes
import Storage
import Web

/// One act on many cases: previewed, worked off beside the requests, and taken back.
enum BulkFeature: Feature {
    static let name = "bulk"
    static let reads = BulkJSON.reads
    static let statements = BulkStore.samples
    static let passingTables: Set<String> = ["bulk_run", "bulk_item"]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/bulk", .right("case.view")) { call in try await BulkPages.list(call, services)
            },
            .signedIn(.get, "/bulk/{id}", .right("case.view")) { call in
                try await BulkPages.show(call, services)
            },
            .signedIn(.get, "/bulk/preview", .right("case.view")) { call in
                try await BulkPreviewPages.preview(call, services)
            },
            .signedIn(.post, "/bulk/preview", .right("case.view")) { call in
                try await BulkPreviewPages.preview(call, services)
            },
        ]
    }
}
