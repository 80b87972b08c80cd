import Domain
import Storage

/// A section of somebody's home page, as it stands now.
struct HomePart: Sendable {
    /// What stands in it.
    enum Content: Sendable {
        /// Cases with what each needs.
        case cases([BoardLine])
        /// Cases that are offered.
        case offers([HandoffDirectory.Offered])
        /// What one was told, by case.
        case news([NotificationsDirectory.News])
        /// Checks that found something.
        case checks([AttentionFinding])
        /// Who does not get on.
        case stuck([HandoffDirectory.Stuck])
        /// Messages that wait for a review.
        case reviews([OutwardDirectory.Waiting])
        /// How many cases wait for what.
        case waiting([(reason: String, count: Int, oldest: Timestamp)])
        /// Figures, each with the page behind it.
        case figures([HomeFigure])
        /// Steps of prevention.
        case steps([PreventionStep])
        /// Changes that wait for an agreement.
        case approvals([HomeApproval])
    }

    /// Which one it is.
    var section: HomeSection
    /// How many there are, of which the first are shown.
    var count: Int
    /// Whether there are more than were counted.
    var isAtLeast = false
    /// The first of them.
    var content: Content
}

/// A figure of a home page.
struct HomeFigure: Sendable {
    /// What it counts.
    var name: String
    /// The figure.
    var value: String
    /// What stands behind it.
    var path: String
    /// Whether somebody should look.
    var isBad = false
}

/// Works out home pages.
enum HomeDirectory {
    /// As many lines of a section are shown; its page has the others.
    static let shown = 5
    /// How far “before the shift ends” looks ahead, in hours.
    static let shiftHours = 8

    /// The sections of somebody's home page, in order.
    static func parts(
        for actor: Actor, policy: Policy, now: Timestamp, counts: CaseCounts, in tx: borrowing Transaction
    ) throws -> [HomePart] {
        try policy.home(of: actor).map { section in
            try part(section, for: actor, policy: policy, now: now, counts: counts, in: tx)
        }
    }

    private static func part(
        _ section: HomeSection, for actor: Actor, policy: Policy, now: Timestamp, counts: CaseCounts,
        in tx: borrowing Transaction
    ) throws -> HomePart {
        func cases(_ filter: CaseFilter) throws -> HomePart {
            let (lines, hasMore) = try BoardDirectory.mostPressing(
                filter, for: actor, policy: policy, now: now, in: tx)
            return HomePart(
                section: section, count: lines.count, isAtLeast: hasMore,
                content: .cases(Array(lines.prefix(shown))))
        }
        var filter = CaseFilter()
        switch section {
        case .work:
            let board = try BoardDirectory.board(
                of: ID(actor.id), for: actor, policy: policy, now: now, in: tx)
            let lines = board.lines.filter { $0.item.place == .now }
            return HomePart(
                section: section, count: lines.count, isAtLeast: board.hasMore,
                content: .cases(Array(lines.prefix(shown))))
        case .offered:
            let offered = try HandoffDirectory.offered(to: actor, limit: Shift.most, in: tx)
            return HomePart(
                section: section, count: offered.count, content: .offers(Array(offered.prefix(shown))))
        case .news:
            let unread = try NotificationsDirectory.news(for: actor, in: tx).filter(\.isUnread)
            return HomePart(
                section: section, count: unread.count, content: .news(Array(unread.prefix(shown))))
        case .unowned:
            filter.owner = .nobody
            filter.statuses = policy.statuses(in: BoardDirectory.unfinished)
            return try cases(filter)
        case .severityCheck:
            return try cases(SeverityCheckPages.filter(policy, now: now, isUnchecked: true))
        case .engineering:
            filter.statuses = policy.statuses(in: [.waiting])
            filter.blocked = .by("engineering")
            return try cases(filter)
        case .risk:
            let risk = try BoardDirectory.risk(
                until: now.adding(seconds: Int64(shiftHours) * 3600), for: actor, policy: policy, now: now,
                in: tx)
            // What is late already is no news to anybody: the page of risk and “Nothing falls through” have it.
            let due = risk.due.filter { !($0.item.needs.first?.isLate(at: now) ?? false) }
            return HomePart(
                section: section, count: due.count, isAtLeast: risk.hasMore,
                content: .cases(Array(due.prefix(shown))))
        case .stuck:
            let stuck = try HandoffDirectory.stuck(
                isOpen: true, for: actor, limit: UnblockPages.shown, in: tx)
            return HomePart(section: section, count: stuck.count, content: .stuck(Array(stuck.prefix(shown))))
        case .review:
            let waiting = try OutwardDirectory.toReview(for: actor, limit: 50, in: tx)
            return HomePart(
                section: section, count: waiting.count, content: .reviews(Array(waiting.prefix(shown))))
        case .attention:
            let found = try AttentionDirectory.findings(
                for: actor, policy: policy, isMine: false, limit: 1, now: now, counts: counts, in: tx
            ).filter { $0.total.number > 0 || $0.problem != nil }
            return HomePart(section: section, count: found.count, content: .checks(found))
        case .escalations:
            let grave = policy.coordination.checkedSeverities.map(\.raw)
            let upward = policy.statuses.filter(\.isUpward).map(\.id.raw)
            filter.condition = .any([.oneOf(.severity, grave), .oneOf(.status, upward)])
            filter.statuses = policy.statuses(in: BoardDirectory.unfinished)
            return try cases(filter)
        case .ageing:
            let figures = try HomeFigures.ages(for: actor, policy: policy, now: now, in: tx)
            return HomePart(
                section: section, count: figures.count, content: .figures(figures))
        case .coverage:
            let figures = try HomeFigures.coverage(for: actor, policy: policy, now: now, in: tx)
            return HomePart(section: section, count: figures.count, content: .figures(figures))
        case .levels:
            let figures = try HomeFigures.levels(for: actor, policy: policy, now: now, in: tx)
            return HomePart(section: section, count: figures.count, content: .figures(figures))
        case .prevention:
            let steps = try AttainmentDirectory.steps(of: actor.id, limit: 50, in: tx)
            return HomePart(
                section: section, count: steps.count, content: .steps(Array(steps.prefix(shown))))
        case .approvals:
            let waiting = try HomeApproval.waiting(for: actor, at: now, in: tx)
            return HomePart(
                section: section, count: waiting.count,
                content: .approvals(Array(waiting.prefix(HomeApproval.most))))
        case .backlog:
            filter.statuses = policy.statuses(in: [.waiting])
            let lines = try CaseDirectory.backlog(filter, for: actor, in: tx)
            return HomePart(
                section: section, count: lines.reduce(0) { $0 + $1.count }, content: .waiting(lines))
        }
    }
}
