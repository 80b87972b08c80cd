import Domain
import HTTPTypes
import Storage
import Web

/// Routing and triage: which case goes to whom, why, and what a change of the rules would move.
enum RoutingFeature: Feature {
    static let name = "routing"
    static let reads =
        RoutingJSON.reads + [
            RebalancePages.read, CoverPages.read, FlowPages.read, ConcentrationPages.read,
        ]
    static let statements = RoutingQueries.samples

    static let navigation = [
        NavigationItem(
            path: "/routing", title: "Routing", icon: "queue", access: .right("policy.view"),
            group: .installation),
        NavigationItem(
            path: "/rebalance", title: "Load", icon: "people", access: .right(RebalanceCases.right),
            group: .team),
    ]

    static let caseParts = [
        CasePart(
            .side, order: 6, html: RoutingCasePages.panel, actions: RoutingCasePages.actions,
            json: RoutingCasePages.members, sentence: RoutingCasePages.sentence),
        CasePart(.notice, order: 16, html: MatchPages.notice),
        CasePart(.notice, order: 18, html: CoverPages.notice),
        CasePart(.notice, order: 40, html: RoutingCasePages.excess),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/routing", .right("policy.view")) { call in
                try await RoutingPages.show(call, services)
            },
            .signedIn(.get, "/rebalance", .right(RebalanceCases.right)) { call in
                try await RebalancePages.show(call, services)
            },
            .signedIn(.get, "/routing/queues/{id}", .right("policy.view")) { call in
                try await FlowPages.show(call, services)
            },
            .signedIn(.get, "/routing/concentration", .right(RebalanceCases.right)) { call in
                try await ConcentrationPages.show(call, services)
            },
            .signedIn(.get, "/handover/regions", .right("case.hand_over")) { call in
                try await CoverPages.show(call, services)
            },
            .signedIn(.get, "/cases/{id}/routing", .right("case.view")) { call in
                try await RouteExplanationPages.show(call, services)
            },
        ]
    }
}
