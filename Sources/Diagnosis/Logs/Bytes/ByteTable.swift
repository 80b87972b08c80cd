/// For each byte what it is in a word, in a table that lives as long as the process.
struct ByteTable: @unchecked Sendable {
    // Safe to share: the memory is written before `shared` is handed out, and never again.

    static let digit: UInt8 = 1
    static let lowercase: UInt8 = 2
    static let uppercase: UInt8 = 4
    /// A letter or sign of a word that is no hexadecimal digit.
    static let notHex: UInt8 = 8
    /// Part of a word: a letter, a digit, an underscore, anything beyond ASCII.
    static let word: UInt8 = 16
    /// `.` `-` `$` `'` `+` `/`, which may stand inside a word.
    static let joint: UInt8 = 32
    /// What a name field of a head may end at: a blank, a tab, `|`, a bracket, a comma, a semicolon.
    static let special: UInt8 = 64

    static let shared = ByteTable()

    let base: UnsafePointer<UInt8>

    private init() {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        for number in 0..<256 {
            let byte = UInt8(number)
            var flags: UInt8 = 0
            if byte.isDigit { flags |= Self.digit }
            if byte.isLowercase { flags |= Self.lowercase }
            if byte.isUppercase { flags |= Self.uppercase }
            if byte.isWord { flags |= Self.word }
            if byte.isWord, !byte.isHexDigit { flags |= Self.notHex }
            switch byte {
            case 0x2E, 0x2D, 0x24, 0x27, 0x2B, 0x2F: flags |= Self.joint | Self.notHex
            case 0x20, 0x09, 0x7C, 0x5B, 0x28, 0x7B, 0x2C, 0x3B, 0x5D: flags |= Self.special
            default: break
            }
            table[number] = flags
        }
        base = UnsafePointer(table)
    }

    @inline(__always)
    subscript(_ byte: UInt8) -> UInt8 { base[Int(byte)] }
}
