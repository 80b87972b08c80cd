/// Numbers for short texts, so that rows of them are small; bounded in bytes.
struct TextPool: Sendable {
    private var numbers: [UInt64: UInt32] = [:]
    private var arena: [UInt8] = []
    private var ends: [Int] = []
    private let budget: Int

    init(budget: Int) { self.budget = budget }

    var count: Int { ends.count }

    /// The number of a text, or nil where it is new and there is no room.
    @inline(__always)
    mutating func number(_ bytes: LineBytes) -> UInt32? {
        let hash = StableHash.bytes(bytes.base, bytes.count)
        if let known = numbers[hash] { return known }
        return insert(bytes, hash)
    }

    private mutating func insert(_ bytes: LineBytes, _ hash: UInt64) -> UInt32? {
        guard arena.count + bytes.count + 48 * ends.count < budget else { return nil }
        let number = UInt32(truncatingIfNeeded: ends.count)
        arena.append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: bytes.count))
        ends.append(arena.count)
        numbers[hash] = number
        return number
    }

    /// The text of a number.
    func text(_ number: UInt32) -> String {
        let place = Int(number)
        return String(decoding: arena[(place == 0 ? 0 : ends[place - 1])..<ends[place]], as: UTF8.self)
    }

    /// The numbers here of all texts of another pool; nil for those without room.
    mutating func adopt(_ other: TextPool) -> [UInt32?] {
        var here: [UInt32?] = []
        here.reserveCapacity(other.count)
        other.arena.withUnsafeBufferPointer { arena in
            guard let base = arena.baseAddress else { return }
            var start = 0
            for end in other.ends {
                here.append(number(LineBytes(base: base + start, count: end - start)))
                start = end
            }
        }
        while here.count < other.count { here.append(nil) }
        return here
    }
}
