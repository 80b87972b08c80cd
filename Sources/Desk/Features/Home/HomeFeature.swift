import Domain
import HTTPTypes
import Web

/// The first page of each role: what needs one now, in order, with the next step.
enum HomeFeature: Feature {
    static let name = "home"
    static let reads = [HomeJSON.read]

    static let navigation = [
        NavigationItem(path: "/home", title: "Today", icon: "home", access: .right("case.view"))
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/home", .right("case.view")) { call in try await HomePages.show(call, services) }
        ]
    }
}
