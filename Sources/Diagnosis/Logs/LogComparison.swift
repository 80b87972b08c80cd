/// Two logs, or two stretches of time of one, side by side: which patterns are new, gone, more or less.
public struct LogComparison: Sendable {
    /// How a pattern changed.
    public enum Change: String, Sendable, CaseIterable {
        /// It stands in the second alone.
        case new
        /// It stands in the first alone.
        case gone
        /// It is at least twice as often as its share of lines was before.
        case more
        /// It is at most half as often as its share of lines was before.
        case less
    }

    /// How many lines stand before and now.
    public let lines: (before: Int, now: Int)
    /// The share of the lines now, 0 to 1, whose patterns stood there before, too.
    public let shared: Double
    /// The patterns that changed, by how; trouble first, then what changed most.
    public let changes: [Change: [ComparedPattern]]

    /// A pattern counts as changed in frequency where it has at least so many lines.
    private static let fewest = 5
    /// It changed where it is so many times as often.
    private static let factor = 2.0

    /// Compares the two sides of a diagnosis.
    /// - Complexity: O(n log n) in patterns.
    public init(_ diagnosis: LogDiagnosis) {
        lines = (diagnosis.lines.baseline, diagnosis.lines.subject)
        let scale = Double(max(1, lines.now)) / Double(max(1, lines.before))
        func ratio(_ pattern: ComparedPattern) -> Double {
            Double(pattern.now) / (Double(max(1, pattern.before)) * scale)
        }
        var changes: [Change: [ComparedPattern]] = [:]
        var common = 0
        for pattern in diagnosis.comparison {
            if pattern.now > 0, pattern.before > 0 { common += pattern.now }
            let change: Change? =
                switch (pattern.before, pattern.now) {
                case (0, 0): nil
                case (0, _): .new
                case (_, 0): .gone
                case (_, let now) where now >= Self.fewest && ratio(pattern) >= Self.factor: .more
                case (let before, _) where before >= Self.fewest && ratio(pattern) <= 1 / Self.factor: .less
                default: nil
                }
            if let change { changes[change, default: []].append(pattern) }
        }
        func order(_ change: Change, by weight: (ComparedPattern) -> Double) {
            changes[change]?.sort { first, second in
                if first.isTrouble != second.isTrouble { return first.isTrouble }
                return (weight(second), first.id) < (weight(first), second.id)
            }
        }
        order(.new) { Double($0.now) }
        order(.gone) { Double($0.before) }
        order(.more) { ratio($0) }
        order(.less) { -ratio($0) }
        self.changes = changes
        shared = lines.now > 0 ? Double(common) / Double(lines.now) : 0
    }

    /// The patterns that changed so.
    public subscript(change: Change) -> [ComparedPattern] { changes[change] ?? [] }

    /// Whether so few patterns are common to both that they may not be logs of the same program.
    public var isAlien: Bool { lines.before > 0 && lines.now > 0 && shared < 0.1 }
}
