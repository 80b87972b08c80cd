/// Even samples of the messages of each pattern, bounded in bytes.
///
/// Of each pattern the lines whose hash is lowest are kept, which is a sample without bias that does not
/// depend on order; samples of parts merge. When the store is full, all samples are halved.
struct SampleStore: Sendable {
    /// One kept message: `length` bytes of the arena.
    private struct Entry {
        var hash: UInt64
        var start: Int
        var length: Int
    }

    /// The most bytes of one message that are kept.
    static let messageLimit = 2048

    /// To how many messages the sample of a pattern is cut back when it has twice as many.
    private var width = 64
    private let budget: Int
    private var arena: [UInt8] = []
    /// Bytes of the arena that belong to a kept message, and what the entries take.
    private var live = 0
    private var entries: [[Entry]] = [[]]
    /// For each pattern: hashes from here on are not kept.
    private var thresholds: [UInt64] = [0]

    init(budget: Int) {
        self.budget = max(1 << 16, budget)
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
        let bytes = UnsafeBufferPointer(start: message.base, count: min(message.count, Self.messageLimit))
        add(bytes, hash, place)
    }

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ place: Int) {
        entries[place].append(Entry(hash: hash, start: arena.count, length: bytes.count))
        arena.append(contentsOf: bytes)
        live += bytes.count + 24
        if entries[place].count >= 2 * width { trim(place) }
        guard arena.count > budget else { return }
        while live > budget / 2, width > 1 {
            width /= 2
            for place in entries.indices { trim(place) }
        }
        // With one message a pattern the store is as small as it gets: new patterns keep none.
        if live > budget / 2, width == 1 { for place in thresholds.indices { thresholds[place] = 0 } }
        compact()
    }

    /// Keeps the lowest hashes of a pattern.
    private mutating func trim(_ place: Int) {
        guard entries[place].count > width else { return }
        entries[place].sort { $0.hash < $1.hash }
        for entry in entries[place][width...] { live -= entry.length + 24 }
        entries[place].removeSubrange(width...)
        thresholds[place] = min(thresholds[place], entries[place][width - 1].hash)
    }

    /// Drops the bytes that belong to no message.
    private mutating func compact() {
        var packed: [UInt8] = []
        packed.reserveCapacity(live)
        for place in entries.indices {
            for index in entries[place].indices {
                let entry = entries[place][index]
                entries[place][index].start = packed.count
                packed.append(contentsOf: arena[entry.start..<entry.start + entry.length])
            }
        }
        arena = packed
    }

    /// How many messages of a pattern are kept.
    func count(of place: Int) -> Int { place < entries.count ? entries[place].count : 0 }

    /// Hands out the kept messages of a pattern.
    func each(of place: Int, _ body: (LineBytes) -> Void) {
        guard place < entries.count else { return }
        arena.withUnsafeBufferPointer { arena in
            guard let base = arena.baseAddress else { return }
            for entry in entries[place] {
                body(LineBytes(base: base + entry.start, count: entry.length))
            }
        }
    }

    mutating func merge(_ other: SampleStore, places: [Int32]) {
        other.arena.withUnsafeBufferPointer { arena in
            guard let base = arena.baseAddress else { return }
            for (index, place) in places.enumerated() where index < other.entries.count {
                grow(to: Int(place) + 1)
                for entry in other.entries[index] where wants(entry.hash, of: Int(place)) {
                    add(
                        UnsafeBufferPointer(start: base + entry.start, count: entry.length), entry.hash,
                        Int(place))
                }
            }
        }
    }
}
