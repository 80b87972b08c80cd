import Domain
import HTTPTypes
import Storage
import Web

/// Quality: how well open cases are documented, and reviews of ended ones by the rubric of policy.
enum QualityFeature: Feature {
    static let name = "quality"
    static let reads = QualityJSON.reads
    static let rights: [Right] = [QualityReviews.viewRight]
    static let statements = QualityQueries.samples

    static let caseParts = [
        CasePart(
            .side, order: 21, html: QualityParts.side, actions: QualityParts.actions,
            json: QualityJSON.members, sentence: QualitySentences.line)
    ]

    static let navigation = [
        NavigationItem(
            path: "/quality", title: "Quality", icon: "check", access: .right("case.view"), group: .team)
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/quality", .right("case.view")) { call in
                try await QualityPages.show(call, services)
            },
            .signedIn(.get, "/quality/reviews.csv", .right("case.view")) { call in
                try await QualityPages.file(call, services)
            },
        ]
    }
}
