/// A 64-bit hash that is the same in every run, on every machine and in every version of the rules.
///
/// Multiply-and-fold over 8 bytes at a time. It is no defence against made collisions.
enum StableHash {
    @inline(__always)
    static func mix(_ first: UInt64, _ second: UInt64) -> UInt64 {
        let product = (first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: second ^ 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    /// The hash of `count` bytes.
    @inline(__always)
    static func bytes(_ base: UnsafePointer<UInt8>, _ count: Int, seed: UInt64 = 0) -> UInt64 {
        let raw = UnsafeRawPointer(base)
        var hash = mix(seed ^ 0xA076_1D64_78BD_642F, UInt64(truncatingIfNeeded: count))
        if count >= 8 {
            var offset = 0
            while offset + 8 <= count {
                hash = mix(hash, load64(raw, offset))
                offset += 8
            }
            if offset < count { hash = mix(hash, load64(raw, count - 8)) }
            return hash
        }
        guard count > 0 else { return hash }
        if count >= 4 {
            let low = UInt64(load32(raw, 0))
            return mix(hash, low | UInt64(load32(raw, count - 4)) << 32)
        }
        let word = UInt64(base[0]) | UInt64(base[count >> 1]) << 8 | UInt64(base[count - 1]) << 16
        return mix(hash, word)
    }

    /// The hash of a text's UTF-8.
    static func text(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var copy = text
        return copy.withUTF8 { buffer in
            guard let base = buffer.baseAddress else { return mix(seed ^ 0xA076_1D64_78BD_642F, 0) }
            return bytes(base, buffer.count, seed: seed)
        }
    }

    @inline(__always)
    private static func load64(_ raw: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    private static func load32(_ raw: UnsafeRawPointer, _ offset: Int) -> UInt32 {
        UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
