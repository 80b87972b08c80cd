import Domain
import HTTPTypes
import Storage
import Web

/// Macros: replies that are written once and used often, with what is done beside them.
enum MacrosFeature: Feature {
    static let name = "macros"
    static let reads = MacrosJSON.reads
    static let subjects = [MacrosQueries.subject]
    static let statements = MacrosQueries.samples
    static let rights: [Right] = ["macro.view"]

    static let navigation = [
        NavigationItem(
            path: "/macros", title: "Templates", icon: "doc", access: .right("macro.view"), group: .reference)
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/macros", .right("macro.view")) { call in
                try await MacrosPages.list(call, services)
            },
            .signedIn(.get, "/macros/{id}", .right("macro.view")) { call in
                try await MacrosPages.show(call, services)
            },
            .signedIn(.get, "/cases/{id}/templates", .right("case.reply")) { call in
                try await MacroChoicePages.choose(call, services)
            },
            .signedIn(.post, "/cases/{id}/templates", .right("case.reply")) { call in
                try await MacroChoicePages.insert(call, services)
            },
        ]
    }
}
