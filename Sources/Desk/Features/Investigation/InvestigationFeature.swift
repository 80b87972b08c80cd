import Domain
import HTTPTypes
import Storage
import Web

/// The investigation of a case: from what is thought to what is proved, and what was done about it.
enum InvestigationFeature: Feature {
    static let name = "investigation"
    static let caseParts = [InvestigationPages.part]
    static let reads = [InvestigationJSON.read]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/cases/{id}/investigation", .right("case.view")) { call in
                try await InvestigationPages.show(call, services)
            }
        ]
    }
}
