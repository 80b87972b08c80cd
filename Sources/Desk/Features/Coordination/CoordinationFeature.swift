import Domain
import HTTPTypes
import Storage
import Web

/// Coordination: who does what next, who helps, what blocks a case, what was promised.
enum CoordinationFeature: Feature {
    static let name = "coordination"
    static let reads = CoordinationJSON.reads + [ReopenPages.read]
    static let rights: [Right] = ["case.view_times"]

    static let navigation = [
        NavigationItem(
            path: "/cases/check", title: "Severity check", icon: "rank", access: .right("case.view"),
            group: .care),
        NavigationItem(
            path: "/cases/backlog", title: "Backlog", icon: "s-wait", access: .right("case.view"),
            group: .care),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/cases/check", .right("case.view")) { call in
                try await SeverityCheckPages.show(call, services)
            },
            .signedIn(.get, "/cases/backlog", .right("case.view")) { call in
                try await BacklogPages.show(call, services)
            },
            .signedIn(.get, "/cases/reopens", .right("case.view")) { call in
                try await ReopenPages.show(call, services)
            },
            .signedIn(.get, "/cases/{id}/calls/{call}", .right("case.view")) { call in
                try await CallPages.show(call, services)
            },
        ]
    }
}
