/// A family of facts about cases with a folder of its own, such as those of the investigation.
///
/// `CaseFact` carries them as they are, so that a case has one history however many folders write it.
package protocol CaseFactFamily: Fact {
    /// All kinds of the family.
    static var kinds: [String] { get }
    /// The kinds that the customer may see.
    static var publicKinds: [String] { get }
    /// The kinds that belong to the story of a case by themselves: decisions, results, turning points.
    static var storyKinds: [String] { get }
    /// The people whom the fact names, beside who did it.
    var people: [String] { get }
}

extension CaseFactFamily {
    package static var publicKinds: [String] { [] }
    /// None, unless a family says otherwise.
    package static var storyKinds: [String] { [] }
    package var people: [String] { [] }
}

extension CaseFact {
    /// The fact of a family that this one carries; nil for the facts of the case itself.
    package var family: (any CaseFactFamily)? {
        switch self {
        case .investigation(let fact): fact
        case .coordination(let fact): fact
        case .relation(let fact): fact
        case .evidence(let fact): fact
        case .form(let fact): fact
        case .story(let fact): fact
        case .retention(let fact): fact
        case .customer(let fact): fact
        case .mail(let fact): fact
        case .clock(let fact): fact
        case .handoff(let fact): fact
        case .routing(let fact): fact
        case .fixWatch(let fact): fact
        case .outward(let fact): fact
        case .quality(let fact): fact
        case .survey(let fact): fact
        case .notice(let fact): fact
        case .defect(let fact): fact
        case .huddle(let fact): fact
        default: nil
        }
    }

    /// The families.
    package static let families: [any CaseFactFamily.Type] = [
        InvestigationFact.self, CoordinationFact.self, RelationFact.self, CaseEvidenceFact.self,
        CaseFormFact.self, StoryFact.self, CaseCustomerFact.self, RetentionFact.self,
        CaseMailFact.self,
        ClockFact.self, HandoffFact.self, RoutingFact.self, FixWatchFact.self, OutwardFact.self,
        QualityFact.self, SurveyFact.self, NoticeFact.self, DefectFact.self, HuddleFact.self,
    ]

    /// The fact of a family that was stored under `kind`; nil where no family has the kind.
    static func ofFamily(_ kind: String, _ body: FactBody) throws -> CaseFact? {
        if InvestigationFact.kinds.contains(kind) {
            return .investigation(try InvestigationFact(kind: kind, body: body))
        }
        if CoordinationFact.kinds.contains(kind) {
            return .coordination(try CoordinationFact(kind: kind, body: body))
        }
        if RelationFact.kinds.contains(kind) { return .relation(try RelationFact(kind: kind, body: body)) }
        if CaseEvidenceFact.kinds.contains(kind) {
            return .evidence(try CaseEvidenceFact(kind: kind, body: body))
        }
        if StoryFact.kinds.contains(kind) { return .story(try StoryFact(kind: kind, body: body)) }
        if RetentionFact.kinds.contains(kind) {
            return .retention(try RetentionFact(kind: kind, body: body))
        }
        if CaseCustomerFact.kinds.contains(kind) {
            return .customer(try CaseCustomerFact(kind: kind, body: body))
        }
        if CaseMailFact.kinds.contains(kind) { return .mail(try CaseMailFact(kind: kind, body: body)) }
        if ClockFact.kinds.contains(kind) { return .clock(try ClockFact(kind: kind, body: body)) }
        if HandoffFact.kinds.contains(kind) {
            return .handoff(try HandoffFact(kind: kind, body: body))
        }
        if RoutingFact.kinds.contains(kind) {
            return .routing(try RoutingFact(kind: kind, body: body))
        }
        if FixWatchFact.kinds.contains(kind) {
            return .fixWatch(try FixWatchFact(kind: kind, body: body))
        }
        if OutwardFact.kinds.contains(kind) {
            return .outward(try OutwardFact(kind: kind, body: body))
        }
        if QualityFact.kinds.contains(kind) {
            return .quality(try QualityFact(kind: kind, body: body))
        }
        if SurveyFact.kinds.contains(kind) { return .survey(try SurveyFact(kind: kind, body: body)) }
        if NoticeFact.kinds.contains(kind) { return .notice(try NoticeFact(kind: kind, body: body)) }
        if DefectFact.kinds.contains(kind) { return .defect(try DefectFact(kind: kind, body: body)) }
        if HuddleFact.kinds.contains(kind) { return .huddle(try HuddleFact(kind: kind, body: body)) }
        if CaseFormFact.kinds.contains(kind) { return .form(try CaseFormFact(kind: kind, body: body)) }
        return nil
    }
}
