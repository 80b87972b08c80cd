/// Questions about many bytes at once.
enum ByteScan {
    /// Whether all bytes are ASCII and none is NUL, so that lines need no closer look.
    static func isPlainText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let count = bytes.count
        var offset = 0
        var faults = SIMD32<UInt8>(repeating: 0)
        while offset + 32 <= count {
            let block = base.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
            // Minus one sets the high bit of NUL only, ASCII has none.
            faults |= block | ((block &- 1) & ~block)
            offset += 32
        }
        if faults.max() >= 0x80 { return false }
        while offset < count {
            let byte = bytes[offset]
            if byte == 0 || byte >= 0x80 { return false }
            offset += 1
        }
        return true
    }
}
