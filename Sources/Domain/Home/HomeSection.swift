/// A part of the page on which people of a role begin: what needs them now, of one kind.
package enum HomeSection: String, CaseIterable, Sendable {
    /// One's own cases that need something now.
    case work
    /// Cases that others offer to one.
    case offered
    /// What one was told and has not read.
    case news
    /// Cases that nobody owns.
    case unowned
    /// New cases of high severity that nobody looked at again.
    case severityCheck = "severity_check"
    /// What is missed before the shift ends.
    case risk
    /// Messages to customers that wait for one's review.
    case review
    /// Colleagues who do not get on.
    case stuck
    /// What falls through.
    case attention
    /// Cases that wait for product engineers.
    case engineering
    /// What cases wait for.
    case backlog
    /// Open cases of the gravest severities, and those that were handed up.
    case escalations
    /// How old open cases are.
    case ageing
    /// Who takes cases now, by team.
    case coverage
    /// How much of what was promised was kept this month.
    case levels
    /// Steps of prevention that one has to do.
    case prevention
    /// Changes of policy and contracts that wait for one's agreement.
    case approvals

    /// The heading.
    package var title: String {
        switch self {
        case .work: "My cases that need me now"
        case .offered: "Offered to me"
        case .news: "News"
        case .unowned: "Nobody owns"
        case .severityCheck: "Severity check"
        case .risk: "Missed before the shift ends"
        case .review: "Messages to review"
        case .stuck: "Stuck"
        case .attention: "Nothing falls through"
        case .engineering: "Waiting for engineering"
        case .backlog: "What cases wait for"
        case .escalations: "Priority escalations"
        case .ageing: "How old open cases are"
        case .coverage: "Who takes cases now"
        case .levels: "Service levels this month"
        case .prevention: "My steps of prevention"
        case .approvals: "Wait for my agreement"
        }
    }

    /// The rights without one of which nobody sees it.
    package var rights: [Right] {
        switch self {
        case .work: ["case.note"]
        case .offered: ["case.accept_handover"]
        case .stuck: ["case.ask_unblock"]
        case .coverage: ["policy.view"]
        case .levels: ["level.review"]
        case .prevention: ["case.explain_breach"]
        case .approvals: [Policy.approveRight, "contract.approve"]
        case .review: [Policy.reviewRight]
        case .news, .unowned, .severityCheck, .risk, .attention, .engineering, .backlog, .escalations,
            .ageing:
            ["case.view"]
        }
    }
}

extension Policy {
    /// What somebody with these roles begins with, in order: that of their roles, one after the other.
    package func home(of actor: Actor) -> [HomeSection] {
        var sections: [HomeSection] = []
        for role in roles where actor.roles.contains(role.id) {
            for section in role.home ?? HomeSection.allCases where !sections.contains(section) {
                sections.append(section)
            }
        }
        return sections.filter { $0.rights.contains(where: actor.may) }
    }

    static func readHome(
        _ reader: inout ConfigReader, _ path: String, _ problems: inout [ConfigProblem]
    ) -> [HomeSection]? {
        guard reader.child("home") != nil else { return nil }
        var sections: [HomeSection] = []
        for (index, text) in reader.texts("home", &problems).enumerated() {
            guard let section = HomeSection(rawValue: text.text) else {
                let known = HomeSection.allCases.map(\.rawValue)
                let hint =
                    nearest(to: text.text, in: known).map { "; did you mean “\($0)”?" }
                    ?? "; there are \(known.joined(separator: ", "))"
                problems.append(
                    .init(
                        line: text.line, key: "\(path).home[\(index)]",
                        message: "“\(text.text)” is no section of a home page\(hint)"))
                continue
            }
            if sections.contains(section) {
                problems.append(
                    .init(
                        line: text.line, key: "\(path).home[\(index)]",
                        message: "“\(text.text)” stands there twice"))
            }
            sections.append(section)
        }
        return sections
    }
}
