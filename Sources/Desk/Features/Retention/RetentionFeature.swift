import Domain
import HTTPTypes
import Storage
import Web

/// How long things are kept, what may not be taken away, and what is left when something was.
enum RetentionFeature: Feature {
    static let name = "retention"
    static let reads = RetentionJSON.reads
    static let subjects = [RetentionQueries.subject]
    static let statements = RetentionQueries.samples
    static let rights: [Right] = [viewRight]

    /// Sees what is over and what is held.
    static let viewRight: Right = "retention.view"

    static let operations = [
        AnyOperation(PlaceHold.self), AnyOperation(ExtendHold.self), AnyOperation(LiftHold.self),
        PurgeOperation.operation,
    ]

    static let caseParts = [
        CasePart(
            .notice, order: 5, html: { context, tx in try RetentionPages.part(context, tx) },
            sentence: { fact, _, _ in RetentionPages.sentence(fact) })
    ]

    static let navigation = [
        NavigationItem(
            path: "/retention", title: "Retention", icon: "clock", access: .right(viewRight),
            group: .installation)
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/retention", .right(viewRight)) { call in
                try await RetentionPages.due(call, services)
            },
            .signedIn(.get, "/cases/{id}/purge_certificate", .right(viewRight)) { call in
                let id = call.request.parameter("id")
                return try await services.database.read { tx in
                    let found = try CaseDirectory.findItself(id, for: call.actor, in: tx)
                    return .json(try RetentionJSON.certificate(of: found, in: tx))
                }
            },
            .signedIn(.get, "/holds", .right(viewRight)) { call in
                try await RetentionPages.holds(call, services)
            },
        ]
    }
}
