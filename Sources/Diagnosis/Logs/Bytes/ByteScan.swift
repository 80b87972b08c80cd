/// Questions about many bytes at once.
enum ByteScan {
    /// Whether all bytes are ASCII and none is NUL, so that lines need no closer look.
    static func isPlainText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let count = bytes.count
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var offset = 0
        var faults: UInt64 = 0
        while offset + 32 <= count {
            for step in 0..<4 {
                let word = base.loadUnaligned(fromByteOffset: offset + 8 * step, as: UInt64.self)
                // Beyond ASCII the high bit is set; minus one sets it for NUL.
                faults |= word | (word &- ones)
            }
            offset += 32
        }
        if faults & highs != 0 { return false }
        while offset < count {
            let byte = bytes[offset]
            if byte == 0 || byte >= 0x80 { return false }
            offset += 1
        }
        return true
    }
}
