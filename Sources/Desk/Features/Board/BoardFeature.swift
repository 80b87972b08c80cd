import Domain
import HTTPTypes
import Web

/// The work of one person, in the order in which it wants to be done, and what is at risk before a shift ends.
enum BoardFeature: Feature {
    static let name = "board"
    static let reads = [BoardJSON.board, BoardJSON.risk]
    static let operations = [AnyOperation(LogInterruption.self)]

    /// Whoever gives work to people may see what they have.
    static let othersRight: Right = "case.assign"

    static let navigation = [
        NavigationItem(path: "/board", title: "My work", icon: "me", access: .right("case.note")),
        NavigationItem(
            path: "/deadlines", title: "By time left", icon: "clock", access: .right("case.view"),
            group: .care),
        NavigationItem(
            path: "/risk", title: "Before the shift ends", icon: "clock", access: .right("case.view"),
            group: .care),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/board", .right("case.note")) { call in try await BoardPages.show(call, services)
            },
            .signedIn(.get, "/deadlines", .right("case.view")) { call in
                try await DeadlinePages.show(call, services)
            },
            .signedIn(.get, "/risk", .right("case.view")) { call in try await RiskPages.show(call, services)
            },
        ]
    }
}
