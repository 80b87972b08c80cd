/// How far a time zone is ahead of UTC, and since when: a plain value, read elsewhere.
///
/// A local time is what stands on the clocks of the zone. Clocks are put forward and back, by an hour, by half an hour
/// (Lord Howe) or by a whole day (Apia in 2011), so nothing here counts in hours: a local time is a moment plus an
/// offset, and the offset holds from one change to the next.
package struct ZoneRules: Sendable, Hashable {
    /// From this moment on clocks are so far ahead of UTC.
    package struct Change: Sendable, Hashable {
        /// Seconds since 1970.
        package var at: Int64
        /// Seconds ahead of UTC; negative in the Americas.
        package var offset: Int64

        /// A change of clocks.
        package init(at: Int64, offset: Int64) { (self.at, self.offset) = (at, offset) }
    }

    /// Seconds in which one offset holds.
    package struct Stretch: Sendable, Hashable {
        /// Seconds since 1970, the end left out.
        package var seconds: Range<Int64>
        /// Seconds ahead of UTC.
        package var offset: Int64
    }

    /// The name in the database of time zones: “Europe/Berlin”.
    package let name: String
    /// The offset before the first change.
    package let initial: Int64
    /// The changes, in order.
    package let changes: [Change]

    /// The last year for which changes that follow a rule are known; after it clocks stay as they are.
    package static let lastYear = 2200

    /// UTC, which needs no database.
    package static let utc = ZoneRules(name: "UTC", initial: 0, changes: [])

    /// A zone with its changes, in any order.
    package init(name: String, initial: Int64, changes: [Change]) {
        (self.name, self.initial) = (name, initial)
        self.changes = changes.sorted { $0.at < $1.at }
    }

    /// Seconds ahead of UTC at a moment, given in seconds since 1970.
    ///
    /// O(log changes).
    package func offset(at second: Int64) -> Int64 {
        let index = firstChange(after: second)
        return index == 0 ? initial : changes[index - 1].offset
    }

    /// The stretches of one offset each that make up these seconds, in order.
    package func stretches(in seconds: Range<Int64>) -> [Stretch] {
        var found: [Stretch] = []
        var start = seconds.lowerBound
        var index = firstChange(after: start)
        while start < seconds.upperBound {
            let end = index < changes.count ? min(changes[index].at, seconds.upperBound) : seconds.upperBound
            let offset = index == 0 ? initial : changes[index - 1].offset
            if start < end { found.append(Stretch(seconds: start..<end, offset: offset)) }
            start = max(start, end)
            index += 1
        }
        return found
    }

    private func firstChange(after second: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= second { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Where zones are looked up by name: the machine's database in a server, a table in a test.
package struct ZoneTable: Sendable {
    private let find: @Sendable (String) -> ZoneRules?

    /// A table that answers by a function; nil for a name that it does not know.
    package init(_ find: @escaping @Sendable (String) -> ZoneRules?) { self.find = find }

    /// UTC and nothing else.
    package static let utcOnly = ZoneTable { _ in nil }

    /// The zone of this name; nil where it is unknown.
    ///
    /// UTC is always known.
    package subscript(name: String) -> ZoneRules? {
        ["UTC", "Etc/UTC", "Z", "GMT"].contains(name) ? .utc : find(name)
    }
}
