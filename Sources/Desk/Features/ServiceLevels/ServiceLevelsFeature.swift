import Domain
import HTTPTypes
import Storage
import Web

/// Service levels: what is promised to whom, the clocks of cases, and what fires when.
enum ServiceLevelsFeature: Feature {
    static let name = "service_levels"
    static let operations = [
        AnyOperation(AgreeCadence.self), AnyOperation(JudgeResponse.self), AnyOperation(ExplainBreach.self),
        AnyOperation(PlanPrevention.self), AnyOperation(ChangePrevention.self),
        AnyOperation(EndPrevention.self),
    ]
    static let reads = ServiceLevelsJSON.reads + AttainmentJSON.reads + ExposurePages.reads
    static let subjects = [ServiceLevelsQueries.subject, AttainmentQueries.subject]
    static let statements = ServiceLevelsQueries.samples + AttainmentQueries.samples
    static let rights = [AttainmentPages.right, ExposurePages.right]
    static let navigation = [
        NavigationItem(
            path: "/levels", title: "Service levels", icon: "clock", access: .right(AttainmentPages.right),
            group: .team)
    ]
    static let checks: [@Sendable (borrowing Transaction) throws -> [String]] = [ServiceLevelsJobs.check]

    static let caseParts = [
        CasePart(
            .side, order: 4, html: { context, _ in ClockPages.panel(context) },
            json: { context, _ in ClockPages.members(context) },
            sentence: { fact, words, isForCustomer in
                isForCustomer ? nil : ClockPages.sentence(fact, words.policy)
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
                let names = try await ClockExplanation.names(explained, services)
                return CSVText.response(
                    ServiceLevelsJSON.csv(explained, services.policy.current, names),
                    name: "\(explained.number)-clocks.csv")
            },
            .signedIn(.get, "/levels", .right(AttainmentPages.right)) { call in
                try await AttainmentPages.show(call, services)
            },
            .signedIn(.get, "/levels/cases", .right(AttainmentPages.right)) { call in
                try await AttainmentPages.cases(call, services)
            },
            .signedIn(.get, "/levels.csv", .right(AttainmentPages.right)) { call in
                try await AttainmentJSON.csv(call, services)
            },
            .signedIn(.get, "/exposure", .right(ExposurePages.right)) { call in
                try await ExposurePages.show(call, services)
            },
            .signedIn(.get, "/exposure.csv", .right(ExposurePages.right)) { call in
                try await ExposurePages.file(call, services)
            },
            .signedIn(.get, "/levels/cases.csv", .right(AttainmentPages.right)) { call in
                try await AttainmentJSON.casesCSV(call, services)
            },
        ]
    }
}
