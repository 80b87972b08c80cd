import Domain
import HTTPTypes
import Storage
import Web

/// Hand-offs: cases that change hands with all that the next one must know, and people who are stuck.
enum HandoffFeature: Feature {
    static let name = "handoff"
    static let reads = HandoffJSON.reads
    static let statements = HandoffQueries.samples

    static let caseParts = [
        CasePart(
            .notice, order: 20, html: HandoffParts.notice, actions: HandoffParts.actions,
            json: HandoffJSON.members, sentence: HandoffSentences.line),
        CasePart(.side, order: 40, html: HandoffParts.side),
    ]

    static let navigation = [
        NavigationItem(
            path: "/handover", title: "Hand-over", icon: "people", access: .right("case.hand_over")),
        NavigationItem(
            path: "/unblock", title: "Stuck", icon: "alert", access: .right("case.ask_unblock"), group: .care),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/handover", .right("case.hand_over")) { call in
                try await HandoverPages.show(call, services)
            },
            .signedIn(.get, "/unblock", .right("case.ask_unblock")) { call in
                try await UnblockPages.show(call, services)
            },
        ]
    }
}
