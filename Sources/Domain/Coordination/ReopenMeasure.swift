/// How many of the cases that were resolved in a period came back.
///
/// A case comes back in two ways: it is reopened within the window, or a follow-up is opened for it afterwards. Each
/// case counts once, and a case that was reopened is not counted again for its follow-up.
package struct ReopenMeasure: Equatable, Sendable {
    /// A case was resolved or reopened.
    package struct Ending: Equatable, Sendable {
        /// Whether it was resolved; else it was reopened.
        package var isResolved: Bool
        /// When that was true.
        package var at: Timestamp

        /// An ending or its undoing.
        package init(isResolved: Bool, at: Timestamp) { (self.isResolved, self.at) = (isResolved, at) }
    }

    /// Cases that were resolved in the period.
    package private(set) var resolved = 0
    /// Of these, cases that were reopened after it.
    package private(set) var reopened = 0
    /// Of these, cases that were not reopened and have a follow-up.
    package private(set) var followedUp = 0

    /// The measure of cases by their endings, oldest first, and of those for which a follow-up was opened.
    package init(
        _ histories: [String: [Ending]], followedUp followed: Set<String>, in period: Range<Timestamp>
    ) {
        for (id, endings) in histories {
            guard let first = endings.firstIndex(where: { $0.isResolved && period.contains($0.at) }) else {
                continue
            }
            resolved += 1
            if endings[first...].contains(where: { !$0.isResolved }) {
                reopened += 1
            } else if followed.contains(id) {
                followedUp += 1
            }
        }
    }

    /// Cases that came back in one way or the other.
    package var cameBack: Int { reopened + followedUp }

    /// Reopened cases in tenths of a percent of the resolved ones; nil where none was resolved.
    package var reopenedPermille: Int? { resolved == 0 ? nil : (reopened * 1000 + resolved / 2) / resolved }

    /// Cases that came back in tenths of a percent of the resolved ones; nil where none was resolved.
    package var cameBackPermille: Int? { resolved == 0 ? nil : (cameBack * 1000 + resolved / 2) / resolved }

    /// Whether a case of the period can still be reopened, so that the figures can still rise.
    package static func isProvisional(_ period: Range<Timestamp>, windowDays: Int, now: Timestamp) -> Bool {
        now < period.upperBound.adding(seconds: Int64(windowDays) * 86_400)
    }
}
