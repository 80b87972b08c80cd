import Domain
import HTTPTypes
import Storage
import Web

/// What cases have to do with each other, and who may know of them.
enum RelationsFeature: Feature {
    static let name = "relations"

    static let statements = RelationsQueries.samples
    static let rights: [Right] = [
        Restriction.viewRight, Restriction.speakRight, "case.link", "case.merge", "case.restrict",
    ]
}
