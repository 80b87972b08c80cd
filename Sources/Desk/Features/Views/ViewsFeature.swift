import Domain
import HTTPTypes
import Storage
import Web

/// Searches of cases under a name: for oneself, for everybody, and the one that the queue opens with.
enum ViewsFeature: Feature {
    static let name = "views"
    static let reads = ViewsJSON.reads
    static let subjects = [ViewsQueries.subject]
    static let statements = ViewsQueries.samples
    static let rights: [Right] = [SavedView.sharing]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/views", .right("case.view")) { call in
                try await ViewsPages.list(call, services)
            }
        ]
    }
}
