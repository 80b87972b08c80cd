import Domain
import HTTPTypes
import Storage
import Web

/// Huddles: colleagues meet about a case, or about several that belong together, and each case keeps what was said.
enum HuddlesFeature: Feature {
    static let name = "huddles"
    static let caseParts = [HuddlesPages.part]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/cases/{id}/huddles/{huddle}", .right("case.view")) { call in
                try await HuddlesPages.show(call, services)
            }
        ]
    }
}
