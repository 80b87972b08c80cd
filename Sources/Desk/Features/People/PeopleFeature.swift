import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// People: accounts, roles, signing in, sessions, tokens, and one's own account.
enum PeopleFeature: Feature {
    static let name = "people"

    static let reads = [
        APIRead("person.me", "Who you are and what you may do", path: "/me", access: .signedIn) { call, _ in
            [
                "id": .string(call.actor.id), "name": .string(call.actor.name),
                "roles": .array(call.actor.roles.sorted().map { .string($0) }),
                "rights": .array(call.actor.rights.sorted().map { .string($0.name) }),
            ]
        },
        APIRead(
            "person.list", "People, by name", path: "/people", access: .right("people.view"),
            parameters: [
                .init("q", "Text in name or address"), .init("limit", "At most so many, 1 to 200"),
                .init("cursor", "Where the page before ended"),
            ]
        ) { call, services in try await PeopleJSON.list(call, services) },
        APIRead("person.read", "One person", path: "/people/{id}", access: .right("people.view")) {
            call, services in
            try await PeopleJSON.read(call, services)
        },
    ]

    static let subjects = [PeopleQueries.subject]
    static let statements = PeopleQueries.samples
    static let sealed = [PeopleQueries.sealed]
    static let rights: [Right] = [
        "people.view", "people.manage", "token.manage", "account.manage", "journal.view",
        SetAway.othersRight,
    ]

    static let navigation = [
        NavigationItem(
            path: "/people", title: "People", icon: "people", access: .right("people.view"), group: .reference
        )
    ]

    static func routes(_ services: Services) -> [Route] {
        let accounts = Accounts(services)
        return SignInPages.routes(accounts) + SecondFactorPages.routes(accounts)
            + AccountPages.routes(accounts) + PeoplePages.routes(accounts)
    }
}
