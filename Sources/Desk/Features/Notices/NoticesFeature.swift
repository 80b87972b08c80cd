import Domain
import HTTPTypes
import Storage
import Web

/// Notices: whom law or contracts want to be told of an incident, until when, and the evidence that they were.
enum NoticesFeature: Feature {
    static let name = "notices"
    static let reads = NoticesJSON.reads
    static let rights: [Right] = [viewRight]
    static let statements = NoticesQueries.samples

    /// The right to read the register of all notices.
    static let viewRight: Right = "notice.view"

    static let caseParts = [
        CasePart(
            .notice, order: 12, html: NoticeParts.notice, actions: NoticeParts.actions,
            json: NoticesJSON.members, sentence: NoticeParts.sentence)
    ]

    static let navigation = [
        NavigationItem(
            path: "/notices", title: "Notices owed", icon: "send", access: .right(viewRight), group: .care)
    ]

    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/notices", .right(viewRight)) { call in
                try await NoticesPages.show(call, services)
            },
            .signedIn(.get, "/notices.csv", .right(viewRight)) { call in
                try await NoticesPages.file(call, services)
            },
        ]
    }
}
