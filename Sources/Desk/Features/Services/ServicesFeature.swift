import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// Services: what they promise of themselves, how much of it is left, and what colleagues can ask of them.
enum ServicesFeature: Feature {
    static let name = "services"
    static let reads = ServicesJSON.reads
    static let subjects = [ServicesQueries.subject]
    static let statements = ServicesQueries.samples
    static let rights: [Right] = [viewRight]

    /// The right to see services and their error budgets.
    static let viewRight: Right = "service.view"

    static let navigation = [
        NavigationItem(
            path: "/services", title: "Services", icon: "rank", access: .right(viewRight), group: .reference)
    ]

    static let caseParts = [
        CasePart(
            .side, order: 6, html: ServiceCasePages.panel,
            json: { context, tx in
                let budgets = try ServiceCasePages.budgets(context, in: tx)
                return [("error_budgets", .array(budgets.map { ServicesJSON.json($0) }))]
            })
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/services", .right(viewRight)) { call in
                try await ServicesPages.list(call, services)
            },
            .signedIn(.get, "/services/{id}", .right(viewRight)) { call in
                try await ServicesPages.show(call, services)
            },
        ]
    }
}
