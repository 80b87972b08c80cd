import Domain

/// What engineering owes a case that is linked to a defect: a decision, and the fix.
enum DefectsFeature: Feature {
    static let name = "defects"

    static let caseParts = [
        CasePart(
            .side, order: 8, html: { context, _ in DefectsPages.panel(context) },
            actions: DefectsPages.actions, json: { context, _ in DefectsPages.members(context) },
            sentence: DefectsPages.sentence)
    ]
}
