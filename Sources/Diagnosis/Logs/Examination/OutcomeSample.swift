/// An even sample of failed and of good records with their fields, to find what the failed have in common.
///
/// Both are counted in full; of each the records whose hash is lowest are kept, so that samples of parts
/// merge and order makes no difference. Memory is bounded.
struct OutcomeSample: Sendable {
    /// One kept record.
    struct Row: Sendable {
        var hash: UInt64
        var time: Int64?
        var line: Int
        /// The pattern of its message.
        var pattern: Int32
        /// Keys and values by their numbers in `texts`.
        var fields: [Field]
    }

    /// One field of a record.
    struct Field: Sendable, Hashable {
        var key: UInt32
        var value: UInt32
    }

    private static let kept = 8192
    private static let fieldLimit = 24
    private static let valueLimit = 64

    private(set) var failed: [Row] = []
    private(set) var good: [Row] = []
    /// How many records there were of each kind.
    private(set) var failures = 0
    private(set) var successes = 0
    private var failedThreshold = UInt64.max
    private var goodThreshold = UInt64.max
    private(set) var texts = TextPool(budget: 12 << 20)

    /// Whether a record with this hash may be kept.
    @inline(__always)
    func wants(_ hash: UInt64, failed: Bool) -> Bool { hash < (failed ? failedThreshold : goodThreshold) }

    @inline(__always)
    mutating func count(failed: Bool) {
        if failed { failures += 1 } else { successes += 1 }
    }

    mutating func add(_ line: LineBytes, hash: UInt64, failed: Bool, time: Int64?, number: Int, pattern: Int)
    {
        var fields: [Field] = []
        fields.reserveCapacity(16)
        FieldWalk.each(line) { key, value in
            guard fields.count < Self.fieldLimit, value.count <= Self.valueLimit, key.count <= 48 else {
                return
            }
            switch FieldMeaning.shared.role(of: key) {
            case .none, .outcome: break
            default: return
            }
            guard let key = texts.number(key), let value = texts.number(value) else { return }
            fields.append(Field(key: key, value: value))
        }
        guard !fields.isEmpty else { return }
        let row = Row(
            hash: hash, time: time, line: number, pattern: Int32(truncatingIfNeeded: pattern), fields: fields)
        keep(row, failed: failed)
    }

    private mutating func keep(_ row: Row, failed isFailed: Bool) {
        if isFailed {
            failed.append(row)
            if failed.count >= 2 * Self.kept { failedThreshold = Self.trim(&failed) }
        } else {
            good.append(row)
            if good.count >= 2 * Self.kept { goodThreshold = Self.trim(&good) }
        }
    }

    private static func trim(_ rows: inout [Row]) -> UInt64 {
        rows.sort { $0.hash < $1.hash }
        rows.removeSubrange(kept...)
        return rows[kept - 1].hash
    }

    /// Adds the sample of the part that follows, whose lines are `lines` further down.
    mutating func append(_ next: OutcomeSample, places: [Int32], lines: Int) {
        failures += next.failures
        successes += next.successes
        let numbers = texts.adopt(next.texts)
        func moved(_ row: Row) -> Row {
            var row = row
            row.line += lines
            row.pattern = places[Int(row.pattern)]
            row.fields = row.fields.compactMap { field in
                guard let key = numbers[Int(field.key)], let value = numbers[Int(field.value)] else {
                    return nil
                }
                return Field(key: key, value: value)
            }
            return row
        }
        for row in next.failed where wants(row.hash, failed: true) { keep(moved(row), failed: true) }
        for row in next.good where wants(row.hash, failed: false) { keep(moved(row), failed: false) }
    }
}
