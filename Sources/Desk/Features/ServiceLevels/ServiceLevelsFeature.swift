import Domain
import HTTPTypes
import Storage
import Web

/// Service levels: what is promised to whom, the clocks of cases, and what fires when.
enum ServiceLevelsFeature: Feature {
    static let name = "service_levels"
    static let operations = [
        AnyOperation(AgreeCadence.self), AnyOperation(JudgeResponse.self), AnyOperation(ExplainBreach.self),
    ]
    static let reads = ServiceLevelsJSON.reads
    static let subjects = [ServiceLevelsQueries.subject]
    static let statements = ServiceLevelsQueries.samples
    static let checks: [@Sendable (borrowing Transaction) throws -> [String]] = [ServiceLevelsJobs.check]

    static let caseParts = [
        CasePart(
            .side, order: 4, html: { context, _ in ClockPages.panel(context) },
            json: { context, _ in ClockPages.members(context) },
            sentence: { fact, _, isForCustomer in
                isForCustomer ? nil : ClockPages.sentence(fact)
            }, asides: { context, view, tx in try ClockTimelinePages.asides(context, view, in: tx) }),
        CasePart(.notice, order: 1, html: { context, _ in ClockPages.first(context) }),
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/cases/{id}/clocks", .right("case.view")) { call in
                try await ClockPages.explain(call, services)
            },
            .signedIn(.get, "/cases/{id}/clocks.csv", .right("case.view")) { call in
                let explained = try await ClockExplanation.read(call, services)
                return CSVText.response(
                    ServiceLevelsJSON.csv(explained), name: "\(explained.number)-clocks.csv")
            },
        ]
    }
}
