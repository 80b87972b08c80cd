/// What a service promises of itself: to be well for such a share of a moving window of days.
package struct ServiceObjective: Hashable, Sendable {
    /// Thousandths of a percent: 99950 for 99.95 %.
    package var target: Int
    /// The days of the window.
    package var days: Int

    /// An objective with all parts.
    package init(target: Int, days: Int) { (self.target, self.days) = (target, days) }

    /// The seconds of the window in which the service may be unwell.
    package var allowed: Int64 { Int64(days) * 86_400 * Int64(100_000 - target) / 100_000 }

    /// As people read it: "99.95 % of 30 days".
    package var words: String {
        "\(Self.percent(target)) % of \(days) \(days == 1 ? "day" : "days")"
    }

    /// Thousandths of a percent as people write them: "99.95".
    package static func percent(_ thousandths: Int) -> String {
        var rest = pad(thousandths % 1000, 3)
        while rest.hasSuffix("0") { rest.removeLast() }
        return rest.isEmpty ? "\(thousandths / 1000)" : "\(thousandths / 1000).\(rest)"
    }

    /// Reads a percentage below 100 such as “99.9”; nil for anything else.
    package static func thousandths(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let whole = Int(parts[0]), (1...99).contains(whole) else {
            return nil
        }
        let rest = parts.count == 2 ? parts[1] : "0"
        guard (1...3).contains(rest.count), rest.allSatisfy(\.isNumber),
            let part = Int(rest.padding(toLength: 3))
        else { return nil }
        return whole * 1000 + part
    }
}

extension String {
    fileprivate func padding(toLength length: Int) -> String {
        self + String(repeating: "0", count: max(0, length - count))
    }
}

/// How much of what a service may be unwell is left: what was spent in its window, and how fast it goes.
package struct ErrorBudget: Equatable, Sendable {
    /// A stretch of time in which the service was unwell.
    package struct BadTime: Equatable, Sendable {
        /// Who says so.
        package enum Source: Equatable, Sendable {
            /// A case, by its number.
            case ofCase(String)
            /// What was recorded or sent, by its identifier.
            case recorded(String)
        }

        /// From when on.
        package var from: Timestamp
        /// Until when; nil while it goes on.
        package var until: Timestamp?
        /// Who says so.
        package var source: Source
        /// What it was.
        package var words: String

        /// A stretch with all parts.
        package init(from: Timestamp, until: Timestamp?, source: Source, words: String) {
            (self.from, self.until, self.source, self.words) = (from, until, source, words)
        }
    }

    /// The objective.
    package let objective: ServiceObjective
    /// The moment at which it is looked at.
    package let at: Timestamp
    private let spans: [Range<Timestamp>]

    /// The budget of a service at a moment.
    ///
    /// Stretches that overlap count once: a minute is bad however many say so. O(n log n).
    package init(_ objective: ServiceObjective, _ bad: [BadTime], at now: Timestamp) {
        (self.objective, at) = (objective, now)
        let start = now.adding(seconds: -Int64(objective.days) * 86_400)
        var spans: [Range<Timestamp>] = []
        for one in bad.sorted(by: { $0.from < $1.from }) {
            let (from, until) = (max(one.from, start), min(one.until ?? now, now))
            guard from < until else { continue }
            if let last = spans.last, from <= last.upperBound {
                spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, until)
            } else {
                spans.append(from..<until)
            }
        }
        self.spans = spans
    }

    /// The seconds that were spent in the window.
    package var spent: Int64 { spent(last: Int64(objective.days) * 86_400) }

    /// What is left of the window's seconds; negative once more was spent.
    package var left: Int64 { objective.allowed - spent }

    /// What is left in percent of what is allowed, rounded down; negative once more was spent.
    package var leftPercent: Int64 {
        guard objective.allowed > 0 else { return left < 0 ? -100 : 100 }
        let share = left * 100
        return share >= 0
            ? share / objective.allowed : -((-share + objective.allowed - 1) / objective.allowed)
    }

    /// How well the service was in the window, in thousandths of a percent, rounded down.
    package var availability: Int {
        let whole = Int64(objective.days) * 86_400
        return Int((whole - spent) * 100_000 / whole)
    }

    /// How fast it is spent over the last seconds, in tenths: 10 spends exactly what is allowed, 20 twice as much.
    package func burn(last seconds: Int64) -> Int {
        let allowed = Double(100_000 - objective.target) / 100_000
        guard allowed > 0, seconds > 0 else { return 0 }
        return Int((Double(spent(last: seconds)) / Double(seconds) / allowed * 10).rounded())
    }

    /// The seconds after which nothing is left if it goes on as in the last hours; nil where nothing is spent, or nothing
    /// is left already.
    package func lasts(byLast seconds: Int64) -> Int64? {
        let recent = spent(last: seconds)
        guard recent > 0, left > 0 else { return nil }
        return left * seconds / recent
    }

    private func spent(last seconds: Int64) -> Int64 {
        let start = at.adding(seconds: -seconds)
        return spans.reduce(0) { sum, span in
            let from = max(span.lowerBound, start)
            return from < span.upperBound ? sum + span.upperBound.seconds(since: from) : sum
        }
    }
}
