import Domain
import HTTPTypes
import Storage
import Web

enum CustomersFeature: Feature {
    static let name = "customers"
    static let reads = CustomersJSON.reads
    static let subjects = [CustomersQueries.subject]
    static let rights: [Right] = ["organisation.view", "organisation.view_terms"]
    static let navigation = [
        NavigationItem(
            path: "/organisations", title: "Organisations", icon: "org", access: .right("organisation.view"),
            group: .reference)
    ]
    static let statements = CustomersQueries.samples

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/organisations", .right("organisation.view")) { call in
                try await CustomersPages.list(call, services)
            },
            .signedIn(.get, "/organisations/{id}", .right("organisation.view")) { call in
                try await OrganisationPages.show(call, services)
            },
        ]
    }
}
