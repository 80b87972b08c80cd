import Glibc

/// Makes the tokens of one case, and remembers the latest.
struct Pseudonymiser {
    private let key: RedactionKey
    /// Recently made tokens, by a hash of value and kind.
    ///
    /// A slot holds the last that fell into it. They are made for the first token: most texts have none.
    private var slots: [Slot] = []
    private let size: Int

    private struct Slot {
        var hash: UInt64 = 0
        var value: [UInt8] = []
        var token: [UInt8] = []
    }

    /// - Parameter slots: a power of two.
    init(key: RedactionKey, slots: Int = 1 << 15) {
        self.key = key
        size = slots
    }

    /// Appends the token of a value.
    mutating func append(
        _ value: UnsafeBufferPointer<UInt8>, _ kind: RedactionKind, _ form: RedactionSpan.Form,
        to output: inout [UInt8]
    ) {
        let hash = Self.hash(value, UInt64(kind.rank) << 8 | UInt64(form.rawValue))
        let place = Int(truncatingIfNeeded: hash) & (size - 1)
        if slots.isEmpty { slots = Array(repeating: Slot(), count: size) }
        if slots[place].hash == hash, Self.isEqual(slots[place].value, value) {
            output.append(contentsOf: slots[place].token)
            return
        }
        let token = RedactionToken.make(value, kind, form, key)
        output.append(contentsOf: token)
        // A large value would make the memory grow, and is rarely seen twice.
        guard value.count <= 512 else { return }
        slots[place] = Slot(hash: hash, value: Array(value), token: token)
    }

    private static func isEqual(_ stored: [UInt8], _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        guard stored.count == value.count, let base = value.baseAddress else {
            return stored.isEmpty && value.isEmpty
        }
        return stored.withUnsafeBytes {
            memcmp($0.baseAddress ?? UnsafeRawPointer(base), base, value.count) == 0
        }
    }

    /// FNV-1a; only places in a cache depend on it.
    private static func hash(_ value: UnsafeBufferPointer<UInt8>, _ seed: UInt64) -> UInt64 {
        var hash = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in value { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash ^ hash >> 29
    }
}
