/// What a token is, as far as that decides whether it may be a parameter.
enum TokenKind: UInt8 {
    case value
    case quoted
    /// One of a pair of opposites such as up and down.
    case opposite
    case null
    case sign
    /// A name with a small number in it.
    case numbered
    /// A name with a dot, slash or dollar inside.
    case dotted
    /// All capitals.
    case state
    /// camelCase or snake_case.
    case identifier
    /// An English verb form in -ed or -ing.
    case verb
    case word
}

/// A set of token kinds.
struct TokenKinds: OptionSet {
    let rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ kinds: [TokenKind]) { rawValue = kinds.reduce(0) { $0 | 1 << UInt16($1.rawValue) } }

    @inline(__always)
    func has(_ kind: TokenKind) -> Bool { rawValue >> UInt16(kind.rawValue) & 1 == 1 }
}

/// What is known of one token's text.
struct Token: Sendable {
    /// Questions that the rules ask of tokens.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt32
        static let month = Traits(rawValue: 1 << 0)
        static let weekday = Traits(rawValue: 1 << 1)
        /// A unit of measure or a time zone, which goes with the value before it.
        static let unit = Traits(rawValue: 1 << 2)
        /// Makes one value of the two around it.
        static let joint = Traits(rawValue: 1 << 3)
        static let comma = Traits(rawValue: 1 << 4)
        static let semicolon = Traits(rawValue: 1 << 5)
        static let colon = Traits(rawValue: 1 << 6)
        static let equals = Traits(rawValue: 1 << 7)
        static let opening = Traits(rawValue: 1 << 8)
        static let closing = Traits(rawValue: 1 << 9)
        static let quote = Traits(rawValue: 1 << 10)
        static let hasDot = Traits(rawValue: 1 << 11)
        /// A noun that introduces a name: user, host, file.
        static let label = Traits(rawValue: 1 << 12)
        static let preposition = Traits(rawValue: 1 << 13)
        /// `(` or `[`.
        static let round = Traits(rawValue: 1 << 14)
        static let followsBlank = Traits(rawValue: 1 << 15)
    }

    var text: String
    var kind: TokenKind
    var traits: Traits
    /// A hash of the text and of whether a blank stands before it.
    var hash: UInt64
    /// The number of the same text without a blank before it.
    var bare: Int32
    /// For brackets: which pair.
    var pair: UInt8

    var followsBlank: Bool { traits.contains(.followsBlank) }
}

/// All different tokens of a table of signatures; a token's number is its place here.
struct TokenPool: Sendable {
    /// The number of the token for any value.
    static let value: Int32 = 0

    private(set) var tokens: [Token] = []
    private(set) var bytes = 0
    private var numbers: [UInt64: Int32] = [:]

    init() {
        tokens.append(
            Token(text: "<*>", kind: .value, traits: [], hash: 0x56, bare: 0, pair: 0))
    }

    @inline(__always)
    subscript(_ number: Int32) -> Token { tokens[Int(number)] }

    var count: Int { tokens.count }

    /// The number of a token of the line.
    mutating func number(of raw: RawToken, in line: LineBytes) -> Int32 {
        if raw.kind == .value { return Self.value }
        let slice = line.slice(Int(raw.start), Int(raw.end))
        switch raw.kind {
        case .value: return Self.value
        case .word, .sign: return number(slice, raw.followsBlank)
        case .repeatedSign: return number(slice.slice(0, 2), raw.followsBlank)
        case .quoted: return number(text: "\"\(slice.text)\"", followsBlank: raw.followsBlank)
        case .numbered: return number(text: Self.masked(slice), followsBlank: raw.followsBlank)
        }
    }

    /// The number of a token that is known already, or that of a value.
    func known(_ raw: RawToken, in line: LineBytes) -> Int32 {
        let slice = line.slice(Int(raw.start), Int(raw.end))
        let seed: UInt64 = raw.followsBlank ? 1 : 0
        switch raw.kind {
        case .value: return Self.value
        case .word, .sign: return numbers[StableHash.bytes(slice.base, slice.count, seed: seed)] ?? Self.value
        case .repeatedSign: return numbers[StableHash.bytes(slice.base, 2, seed: seed)] ?? Self.value
        case .quoted: return numbers[StableHash.text("\"\(slice.text)\"", seed: seed)] ?? Self.value
        case .numbered: return numbers[StableHash.text(Self.masked(slice), seed: seed)] ?? Self.value
        }
    }

    /// A word with its digits as `#`.
    private static func masked(_ slice: LineBytes) -> String {
        var text: [UInt8] = []
        for offset in 0..<slice.count {
            let byte = slice[offset]
            if !byte.isDigit { text.append(byte) } else if text.last != 0x23 { text.append(0x23) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func number(_ slice: LineBytes, _ followsBlank: Bool) -> Int32 {
        let hash = StableHash.bytes(slice.base, slice.count, seed: followsBlank ? 1 : 0)
        if let known = numbers[hash] { return known }
        return insert(slice.text, hash, followsBlank)
    }

    /// The number of a token by its text.
    mutating func number(text: String, followsBlank: Bool) -> Int32 {
        let hash = StableHash.text(text, seed: followsBlank ? 1 : 0)
        if let known = numbers[hash] { return known }
        return insert(text, hash, followsBlank)
    }

    /// The number of a part of a request, which is a word whatever it looks like.
    /// - Parameter kind: a sign where another word in its place is another message.
    mutating func number(ofRoute text: String, followsBlank: Bool, kind: TokenKind = .word) -> Int32 {
        let hash = StableHash.text(text, seed: (followsBlank ? 7 : 6) + (kind == .sign ? 2 : 0))
        if let known = numbers[hash] { return known }
        let number = Int32(tokens.count)
        tokens.append(
            Token(
                text: text, kind: kind, traits: followsBlank ? [.followsBlank] : [], hash: hash, bare: number,
                pair: 0))
        bytes += text.utf8.count + 80
        numbers[hash] = number
        return number
    }

    /// The numbers here of all tokens of another pool, in its order.
    mutating func adopt(_ other: borrowing TokenPool) -> [Int32] {
        var here: [Int32] = []
        here.reserveCapacity(other.count)
        for (place, token) in other.tokens.enumerated() {
            if place == 0 {
                here.append(Self.value)
            } else if let known = numbers[token.hash] {
                here.append(known)
            } else {
                let number = Int32(tokens.count)
                var token = token
                // The text without a blank always comes first.
                token.bare = Int(token.bare) < place ? here[Int(token.bare)] : number
                tokens.append(token)
                bytes += token.text.utf8.count + 80
                numbers[token.hash] = number
                here.append(number)
            }
        }
        return here
    }

    private mutating func insert(_ text: String, _ hash: UInt64, _ followsBlank: Bool) -> Int32 {
        let bare = followsBlank ? number(text: text, followsBlank: false) : Int32(tokens.count)
        let number = Int32(tokens.count)
        var token = TokenWords.token(text, hash: hash)
        token.bare = bare
        if followsBlank { token.traits.insert(.followsBlank) }
        if followsBlank, !token.traits.contains(.comma) { token.traits.remove(.joint) }
        tokens.append(token)
        bytes += text.utf8.count + 80
        numbers[hash] = number
        return number
    }
}
