import Domain
import HTTPTypes
import Storage
import Web

/// Surveys: customers say how satisfied they are with the work on a case, by rules that everybody can see.
enum SurveysFeature: Feature {
    static let name = "surveys"
    static let reads = SurveysJSON.reads
    static let rights: [Right] = [viewRight]
    static let statements = SurveysQueries.samples

    /// The right to see whom surveys went to, why not, and what was answered.
    static let viewRight: Right = "survey.view"

    static let caseParts = [
        CasePart(.notice, order: 25, html: SurveyParts.notice),
        CasePart(
            .side, order: 24, html: SurveyParts.side, actions: SurveyParts.actions,
            json: SurveysJSON.members, portalOrder: 20, portal: SurveyParts.portal,
            sentence: SurveySentences.line),
    ]

    static let navigation = [
        NavigationItem(
            path: "/surveys", title: "Satisfaction", icon: "chat", access: .right(viewRight), group: .team)
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/surveys", .right(viewRight)) { call in
                try await SurveysPages.show(call, services)
            },
            .signedIn(.get, "/surveys/decisions.csv", .right(viewRight)) { call in
                try await SurveysPages.file(call, services)
            },
            .open(.get, "/survey/{token}") { request in
                try await SurveyLinkPages.show(request, services)
            },
            .open(.post, "/survey/{token}") { request in
                try await SurveyLinkPages.answer(request, services)
            },
        ]
    }
}
