import Glibc

/// How long things took, by pattern: a histogram of durations, and when the longest were.
struct LatencyWatch: Sendable {
    /// One long duration.
    struct Event: Sendable {
        var microseconds: Double
        var time: Int64?
        var line: Int
    }

    /// The durations of one pattern.
    struct Spread: Sendable {
        /// Counts by half powers of two of microseconds.
        var counts = Array(repeating: UInt32(0), count: 80)
        var count = 0
        /// The longest, unordered.
        var longest: [Event] = []
        var threshold = 0.0

        mutating func add(_ event: Event) {
            counts[Self.slot(event.microseconds)] &+= 1
            count += 1
            keep(event)
        }

        mutating func keep(_ event: Event) {
            guard event.microseconds > threshold else { return }
            longest.append(event)
            if longest.count >= 256 {
                longest.sort { ($0.microseconds, $1.line) > ($1.microseconds, $0.line) }
                longest.removeSubrange(128...)
                threshold = longest[127].microseconds
            }
        }

        static func slot(_ microseconds: Double) -> Int {
            microseconds <= 1 ? 0 : min(79, Int(2 * log2(microseconds)))
        }

        /// The duration under which a share of all lies, as the upper edge of its slot.
        func quantile(_ share: Double) -> Double {
            var sum = 0.0
            for (slot, count) in counts.enumerated() {
                sum += Double(count)
                if sum >= share * Double(self.count) { return pow(2, Double(slot + 1) / 2) }
            }
            return 0
        }
    }

    private static let limit = 1500

    private(set) var spreads: [Int32: Spread] = [:]

    mutating func add(_ pattern: Int, _ event: Event) {
        let key = Int32(truncatingIfNeeded: pattern)
        if spreads[key] == nil, spreads.count >= Self.limit { return }
        spreads[key, default: Spread()].add(event)
    }

    /// Adds the durations of the part that follows, whose lines are `lines` further down.
    mutating func append(_ next: LatencyWatch, places: [Int32], lines: Int) {
        for (pattern, spread) in next.spreads {
            let key = places[Int(pattern)]
            if spreads[key] == nil, spreads.count >= Self.limit { continue }
            spreads[key, default: Spread()].merge(spread, lines: lines)
        }
    }
}

extension LatencyWatch.Spread {
    /// Adds another spread, whose lines are `lines` further down.
    mutating func merge(_ other: Self, lines: Int) {
        for slot in counts.indices { counts[slot] &+= other.counts[slot] }
        count += other.count
        for event in other.longest {
            var event = event
            event.line += lines
            keep(event)
        }
    }
}
