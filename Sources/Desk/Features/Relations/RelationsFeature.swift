import Domain
import HTTPTypes
import Storage
import Web

/// What cases have to do with each other, and who may know of them.
enum RelationsFeature: Feature {
    static let name = "relations"

    static let reads = RelationsJSON.reads
    static let statements = RelationsQueries.samples
    static let rights: [Right] = [Restriction.viewRight, Restriction.speakRight]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/cases/{id}/graph", .right("case.view")) { call in
                try await RelationsPages.graph(call, services)
            }
        ]
    }
}
