import Domain
import HTTPTypes
import Web

/// What may fall through, found before somebody misses it.
enum AttentionFeature: Feature {
    static let name = "attention"
    static let reads = [AttentionJSON.read]
    static let operations = AttentionOperations.all
    static let caseParts = [PriorityPages.part]

    static let navigation = [
        NavigationItem(
            path: "/attention", title: "Nothing falls through", icon: "alert", access: .right("case.view"),
            group: .care)
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/attention", .right("case.view")) { call in
                try await AttentionPages.show(call, services)
            }
        ]
    }
}
