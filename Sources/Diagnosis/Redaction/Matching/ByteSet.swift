/// A set of bytes.
struct ByteSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// Whether bytes from 0x80 on, which are parts of characters beyond ASCII, belong to it.
    private var others = false

    init(_ characters: StaticString, letters: Bool = false, digits: Bool = false, beyondASCII: Bool = false) {
        for place in 0..<characters.utf8CodeUnitCount { insert(characters.utf8Start[place]) }
        if letters {
            for byte in UInt8(ascii: "a")...UInt8(ascii: "z") {
                insert(byte)
                insert(byte & 0xDF)
            }
        }
        if digits { for byte in UInt8(ascii: "0")...UInt8(ascii: "9") { insert(byte) } }
        others = beyondASCII
    }

    /// The bytes that are not in the set.
    var inverted: ByteSet {
        var set = self
        set.low = ~low
        set.high = ~high
        set.others.toggle()
        return set
    }

    private mutating func insert(_ byte: UInt8) {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
    }

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        if byte >= 128 { return others }
        return (byte < 64 ? low : high) &>> UInt64(byte & 63) & 1 == 1
    }
}

extension ByteSet {
    static let digits = ByteSet("", digits: true)
    static let hex = ByteSet("abcdefABCDEF", digits: true)
    static let alphanumeric = ByteSet("", letters: true, digits: true)
    /// Letters, digits, `_` and `-`: base64url (RFC 4648, section 5).
    static let base64URL = ByteSet("_-", letters: true, digits: true)
    static let base64 = ByteSet("+/=", letters: true, digits: true)
    static let base64Line = ByteSet("+/=_-", letters: true, digits: true)
    /// What the name of a field is made of.
    static let fieldName = ByteSet("_.-", letters: true, digits: true)
    static let hostname = ByteSet(".-", letters: true, digits: true)
    static let hostnameLabel = ByteSet("-_", letters: true, digits: true)
    /// The part of a mail address before the `@`, as far as real addresses go; `=` and `/` stand between fields.
    static let mailLocal = ByteSet("._+-'", letters: true, digits: true, beyondASCII: true)
    /// What a token in an `Authorization` header is made of (RFC 6750), and a few that are seen there.
    static let token = ByteSet("-._~+/=:", letters: true, digits: true)
    static let phone = ByteSet(" ().-/", digits: true)
}
