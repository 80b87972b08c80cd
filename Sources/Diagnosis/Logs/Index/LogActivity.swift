/// How many records of a log were written when: in slots of equal width, all of them and the troubled ones.
public struct LogActivity: Sendable, Equatable {
    /// What was written in one slot.
    public struct Bin: Sendable, Equatable {
        /// When it begins, in microseconds since 1970.
        public var time: Int64
        /// All records.
        public var all = 0
        /// Those that say that they are warnings.
        public var warnings = 0
        /// Those that say that they are errors, or worse.
        public var errors = 0
    }

    /// How many slots that hold something are kept.
    static let limit = 4096

    /// Microseconds of a slot.
    private(set) var width: Int64 = 1_000_000
    private var slots: [Int64: Bin] = [:]
    /// The slot that was counted in last: lines come in the order of time, mostly.
    private var current: (slot: Int64, bin: Bin)?

    init() {}

    init(width: Int64, bins: [Bin]) {
        self.width = max(1, width)
        for bin in bins { slots[Self.slot(bin.time, self.width)] = bin }
    }

    public static func == (first: LogActivity, second: LogActivity) -> Bool {
        first.width == second.width && first.bins == second.bins
    }

    private static func slot(_ time: Int64, _ width: Int64) -> Int64 {
        time >= 0 ? time / width : (time + 1) / width - 1
    }

    @inline(__always)
    mutating func add(_ time: Int64, level: UInt8) {
        var slot = Self.slot(time, width)
        if current?.slot != slot {
            settle()
            // The slots may have become wider.
            slot = Self.slot(time, width)
            current = (slot, slots[slot] ?? Bin(time: slot &* width))
        }
        current?.bin.all += 1
        if level == LogLevel.warning.rawValue { current?.bin.warnings += 1 }
        if level >= LogLevel.error.rawValue { current?.bin.errors += 1 }
    }

    mutating func settle() {
        if let current { slots[current.slot] = current.bin }
        current = nil
        while slots.count > Self.limit { double() }
    }

    private mutating func double() {
        let old = bins
        width *= 2
        slots = [:]
        for bin in old {
            let slot = Self.slot(bin.time, width)
            Self.add(bin, to: &slots[slot, default: Bin(time: slot * width)])
        }
    }

    private static func add(_ bin: Bin, to other: inout Bin) {
        other.all += bin.all
        other.warnings += bin.warnings
        other.errors += bin.errors
    }

    /// How many records were counted.
    public var total: Int64 { bins.reduce(0) { $0 + Int64($1.all) } }

    /// The slots that hold something, in the order of time.
    var bins: [Bin] {
        var all = slots
        if let current { all[current.slot] = current.bin }
        return all.values.sorted { $0.time < $1.time }
    }

    /// Bins of a width that people can name, from the first to the last moment, empty ones too.
    /// - Parameter range: what is shown; nil for all of it.
    /// - Returns: the width in microseconds and at most `most` bins; none where no record has a time.
    public func chart(of range: ClosedRange<Int64>? = nil, most: Int) -> (width: Int64, bins: [Bin]) {
        let found = bins.filter { bin in
            range.map { bin.time + width > $0.lowerBound && bin.time <= $0.upperBound } ?? true
        }
        guard let first = found.first, let last = found.last, most > 0 else { return (0, []) }
        let from = max(first.time, range?.lowerBound ?? .min)
        let to = min(last.time, range?.upperBound ?? .max)
        let wide = Self.width(for: max(1, to - from), most: most, least: width)
        let start = Self.slot(from, wide)
        let count = Int(Self.slot(to, wide) - start) + 1
        var chart = (0..<count).map { Bin(time: (start + Int64($0)) * wide) }
        for bin in found {
            let place = min(max(0, Int(Self.slot(bin.time, wide) - start)), count - 1)
            Self.add(bin, to: &chart[place])
        }
        return (wide, chart)
    }

    /// Widths with a name: seconds, minutes, hours, days.
    private static let steps: [Int64] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
        172_800,
        604_800, 2_592_000,
    ]

    private static func width(for span: Int64, most: Int, least: Int64) -> Int64 {
        for step in steps.map({ $0 * 1_000_000 })
        where step >= least && span / step + 2 <= Int64(most) { return step }
        let days = max(span / Int64(max(1, most - 2)), least) / CivilTime.microsecondsPerDay + 1
        return days * CivilTime.microsecondsPerDay
    }
}
