/// How often each pattern was written over time: counts in slots of equal width, with the first line of each.
///
/// Memory is bounded: when there is no room, slots become twice as wide. Series of parts add up to the
/// series of the whole.
struct ActivitySeries: Sendable {
    /// What one pattern did in one slot.
    struct Entry: Sendable {
        /// The time divided by the width.
        var slot: Int64
        /// The first line in the slot.
        var line: Int
        var pattern: Int32
        var count: UInt32
    }

    /// Microseconds of a slot.
    private(set) var width: Int64 = 1_000_000
    private(set) var entries: [Entry] = []
    /// For each pattern the place of its last entry, or -1.
    private var last: [Int32] = []
    private let limit: Int

    init(limit: Int = 1 << 20) {
        self.limit = limit
        entries.reserveCapacity(1024)
    }

    @inline(__always)
    mutating func add(_ pattern: Int, time: Int64, line: Int) {
        var slot = time / width
        if time < 0, slot * width != time { slot -= 1 }
        if pattern < last.count {
            let place = Int(last[pattern])
            if place >= 0, entries[place].slot == slot {
                entries[place].count &+= 1
                return
            }
        }
        if entries.count >= limit {
            // Ends at the latest when each pattern has one slot.
            while entries.count > limit / 2, width < Int64.max / 4 {
                double()
                slot >>= 1
            }
        }
        put(Entry(slot: slot, line: line, pattern: Int32(truncatingIfNeeded: pattern), count: 1))
    }

    private mutating func put(_ entry: Entry) {
        let pattern = Int(entry.pattern)
        while last.count <= pattern { last.append(-1) }
        last[pattern] = Int32(truncatingIfNeeded: entries.count)
        entries.append(entry)
    }

    private mutating func double() {
        width *= 2
        var folded: [Entry] = []
        folded.reserveCapacity(limit / 2)
        for place in last.indices { last[place] = -1 }
        for entry in entries {
            var entry = entry
            entry.slot = entry.slot >> 1
            let place = Int(last[Int(entry.pattern)])
            if place >= 0, folded[place].slot == entry.slot {
                folded[place].count &+= entry.count
                folded[place].line = min(folded[place].line, entry.line)
            } else {
                last[Int(entry.pattern)] = Int32(truncatingIfNeeded: folded.count)
                folded.append(entry)
            }
        }
        entries = folded
    }

    /// Adds the series of the part that follows, whose lines are `lines` further down.
    mutating func append(_ next: ActivitySeries, places: [Int32], lines: Int) {
        var next = next
        while next.width < width { next.double() }
        while width < next.width { double() }
        while entries.count + next.entries.count > limit, width < Int64.max / 4 {
            double()
            next.double()
        }
        for entry in next.entries {
            var entry = entry
            entry.line += lines
            entry.pattern = places[Int(entry.pattern)]
            let pattern = Int(entry.pattern)
            if pattern < last.count, last[pattern] >= 0, entries[Int(last[pattern])].slot == entry.slot {
                entries[Int(last[pattern])].count &+= entry.count
            } else {
                put(entry)
            }
        }
    }
}
