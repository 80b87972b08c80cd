/// Even samples of the messages of each pattern, bounded in bytes.
///
/// Of each pattern the lines whose hash is lowest are kept, which is a sample without bias that does not
/// depend on order; samples of parts merge. When the store is full, all samples are halved.
struct SampleStore: Sendable {
    /// One kept message.
    struct Entry: Sendable {
        var hash: UInt64
        var message: [UInt8]
    }

    /// How many messages of one pattern are kept at most.
    private(set) var width = 256
    /// The most bytes of one message that are kept.
    static let messageLimit = 2048

    private let budget: Int
    private(set) var bytes = 0
    private(set) var entries: [[Entry]] = [[]]
    /// For each pattern: hashes from here on are not kept.
    private(set) var thresholds: [UInt64] = [0]

    init(budget: Int) {
        self.budget = budget
    }

    /// Makes room for patterns up to `count`.
    @inline(__always)
    mutating func grow(to count: Int) {
        while thresholds.count < count {
            thresholds.append(.max)
            entries.append([])
        }
    }

    /// Whether a message with `hash` belongs to the sample of `place`.
    @inline(__always)
    func wants(_ hash: UInt64, of place: Int) -> Bool { hash < thresholds[place] }

    mutating func add(_ message: LineBytes, hash: UInt64, to place: Int) {
        let kept = [UInt8](
            UnsafeBufferPointer(start: message.base, count: min(message.count, Self.messageLimit)))
        add(Entry(hash: hash, message: kept), to: place)
    }

    private mutating func add(_ entry: Entry, to place: Int) {
        bytes += entry.message.count + 48
        entries[place].append(entry)
        if entries[place].count >= 2 * width { trim(place) }
        while bytes > budget, width > 2 {
            width /= 2
            for place in entries.indices { trim(place) }
        }
        // With one message a pattern the store is as small as it gets.
        if bytes > budget { thresholds[place] = min(thresholds[place], entry.hash) }
    }

    /// Keeps the lowest hashes of a pattern.
    private mutating func trim(_ place: Int) {
        guard entries[place].count > width else { return }
        entries[place].sort { $0.hash < $1.hash }
        for entry in entries[place][width...] { bytes -= entry.message.count + 48 }
        entries[place].removeSubrange(width...)
        thresholds[place] = entries[place][width - 1].hash
    }

    /// The sample of a pattern.
    func sample(of place: Int) -> ArraySlice<Entry> {
        guard place < entries.count else { return [] }
        return entries[place].sorted { $0.hash < $1.hash }.prefix(width)
    }

    mutating func merge(_ other: SampleStore, places: [Int32]) {
        for (index, place) in places.enumerated() where index < other.entries.count {
            grow(to: Int(place) + 1)
            for entry in other.entries[index] where wants(entry.hash, of: Int(place)) {
                add(entry, to: Int(place))
            }
        }
    }
}
