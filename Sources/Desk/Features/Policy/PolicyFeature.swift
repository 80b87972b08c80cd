import Domain
import HTTPTypes
import Storage
import Web

/// The policy: read, checked, changed, and who may do what.
enum PolicyFeature: Feature {
    static let name = "policy"
    static let reads = PolicyJSON.reads
    static let subjects = [PolicyStore.subject, PolicyQueries.subject]
    static let rights: [Right] = ["policy.view"]
    static let navigation = [
        NavigationItem(
            path: "/policy", title: "Policy", icon: "gear", access: .right("policy.view"),
            group: .installation)
    ]
    static let statements = PolicyStore.samples + PolicyQueries.samples

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/policy", .right("policy.view")) { call in
                try await PolicyPages.policy(call, services)
            },
            .signedIn(.get, "/policy/rights", .right("policy.view")) { call in
                try await PolicyRightsPages.rights(call, services)
            },
            .signedIn(.get, "/policy/compare", .right("policy.view")) { call in
                try await PolicyComparisonPages.compare(call, services)
            },
            .signedIn(.get, "/policy/proposals/{id}", .right("policy.view")) { call in
                try await ProposalPages.show(call, services)
            },
            .signedIn(.post, "/policy", .right("policy.change")) { call in
                try await PolicyEditorPages.submit(call, services)
            },
            .signedIn(.post, "/policy/check", .right("policy.change")) { call in
                try await PolicyEditorPages.check(call, services)
            },
            .signedIn(.post, "/policy/replay", .right("policy.change")) { call in
                try await PolicyEditorPages.check(call, services, isReplay: true)
            },
        ]
    }
}
