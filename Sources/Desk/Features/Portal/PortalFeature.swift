import Domain
import HTTPTypes
import Storage
import Web

/// The customers' side: their own organisation's cases, and of those only what is public.
enum PortalFeature: Feature {
    static let name = "portal"

    static let reads = PortalJSON.reads
    static let rights: [Right] = ["portal.view"]

    static let navigation = [
        NavigationItem(
            path: "/portal", title: "Your cases", icon: "queue", access: .right("portal.view"),
            isForCustomers: true),
        NavigationItem(
            path: "/portal/cases/new", title: "Report a problem", icon: "plus",
            access: .right("portal.report"),
            isForCustomers: true),
        NavigationItem(
            path: "/portal/known", title: "Known issues", icon: "doc", access: .right("portal.view"),
            isForCustomers: true),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/portal", .right("portal.view")) { call in
                try await PortalPages.list(call, services)
            },
            .signedIn(.get, "/portal/known", .right("portal.view")) { call in
                PortalPages.known(call, services)
            },
            .signedIn(.get, "/portal/cases/{id}", .right("portal.view")) { call in
                try await PortalPages.show(call, services)
            },
            .signedIn(.get, "/portal/cases/{id}/events", .right("portal.view")) { call in
                let found = try await services.database.read { tx in
                    try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
                }
                return .events(
                    services.live.events(for: call.actor, since: call.request.stateMark) { change in
                        change.subject == found.ref && CaseFact.isPublic(kind: change.kind)
                    })
            },
        ]
    }
}
