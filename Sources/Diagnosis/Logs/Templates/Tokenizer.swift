/// One token of a message as it stands in the line.
struct RawToken {
    enum Kind: UInt8 {
        /// Surely a value: a number, an address, a path, quoted text.
        case value
        case word
        /// A name with a small number in it, such as `eth0`; its digits count as `#`.
        case numbered
        /// One word in quotes; the range is that of the word.
        case quoted
        case sign
        /// A sign that is repeated: counts as two, however many.
        case repeatedSign
    }
    var kind: Kind
    /// Whether a blank stands before it.
    var followsBlank: Bool
    var start: Int32
    var end: Int32
}

/// Splits a message into tokens in one pass from left to right: a pure function of its bytes.
///
/// `shape(of:)` yields a hash of the tokens with all values alike; only the first message of each shape
/// needs its tokens themselves, for which `isRecording` is set.
struct Tokenizer {
    /// A message of more tokens is told apart by its first ones.
    static let limit = 600
    /// A longer word is a value.
    private static let longestWord = 96
    /// How far a closing quote may stand.
    private static let quoteReach = 400

    /// The tokens of the last message, where recording was asked for.
    private(set) var tokens: [RawToken] = []
    private let table = ByteTable.shared
    private var isRecording = false
    private var count = 0
    private var hash: UInt64 = 0
    private var endsInValue = false
    /// The hash of a sign between two values, which counts only if no value follows.
    private var joint: UInt64 = 0

    /// The hash of the message's tokens with all values alike and `value, value` as one.
    @inline(__always)
    mutating func shape(of message: LineBytes) -> UInt64 {
        scan(message)
        return joint == 0 ? hash : StableHash.mix(hash, joint)
    }

    /// The tokens of a message.
    mutating func record(_ message: LineBytes) -> [RawToken] {
        isRecording = true
        defer { isRecording = false }
        tokens.removeAll(keepingCapacity: true)
        scan(message)
        return tokens
    }

    // MARK: Emitting

    @inline(__always)
    private mutating func value(_ start: Int, _ end: Int, _ followsBlank: Bool) {
        count &+= 1
        joint = 0
        if !endsInValue {
            endsInValue = true
            hash = StableHash.mix(hash, 0x56)
        }
        if isRecording { note(.value, start, end, followsBlank) }
    }

    @inline(__always)
    private mutating func mixText(_ text: UInt64) {
        count &+= 1
        if joint != 0 {
            hash = StableHash.mix(hash, joint)
            joint = 0
        }
        endsInValue = false
        hash = StableHash.mix(hash, text)
    }

    @inline(__always)
    private mutating func word(_ line: LineBytes, _ start: Int, _ end: Int, _ followsBlank: Bool) {
        mixText(StableHash.bytes(line.base + start, end - start, seed: followsBlank ? 1 : 0))
        if isRecording { note(.word, start, end, followsBlank) }
    }

    private mutating func quoted(_ line: LineBytes, _ start: Int, _ end: Int, _ followsBlank: Bool) {
        mixText(StableHash.bytes(line.base + start, end - start, seed: followsBlank ? 3 : 2))
        if isRecording { note(.quoted, start, end, followsBlank) }
    }

    private mutating func numbered(_ line: LineBytes, _ start: Int, _ end: Int, _ followsBlank: Bool) {
        var text: UInt64 = followsBlank ? 5 : 4
        var isInDigits = false
        for offset in start..<end {
            let byte = line[offset]
            if byte.isDigit {
                if isInDigits { continue }
                isInDigits = true
                text = StableHash.mix(text, 0x23)
            } else {
                isInDigits = false
                text = StableHash.mix(text, UInt64(byte))
            }
        }
        mixText(text)
        if isRecording { note(.numbered, start, end, followsBlank) }
    }

    @inline(__always)
    private mutating func sign(_ byte: UInt8, _ start: Int, _ end: Int, _ followsBlank: Bool) {
        let isRepeated = end - start > 1
        let text = UInt64(byte) << 8 | (followsBlank ? 1 : 0) | (isRepeated ? 2 : 0) | 0x1_0000
        if endsInValue, joint == 0, !isRepeated, Self.joins(byte, followsBlank) {
            count &+= 1
            joint = text
        } else {
            mixText(text)
        }
        if isRecording { note(isRepeated ? .repeatedSign : .sign, start, end, followsBlank) }
    }

    /// Whether a sign between two values makes one value of them.
    @inline(__always)
    static func joins(_ byte: UInt8, _ followsBlank: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: ","): true
        case UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "_"),
            UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "~"), UInt8(ascii: "*"):
            !followsBlank
        default: false
        }
    }

    private mutating func note(_ kind: RawToken.Kind, _ start: Int, _ end: Int, _ followsBlank: Bool) {
        tokens.append(
            RawToken(
                kind: kind, followsBlank: followsBlank, start: Int32(truncatingIfNeeded: start),
                end: Int32(truncatingIfNeeded: end)))
    }

    // MARK: Walking

    private mutating func scan(_ line: LineBytes) {
        hash = 0x2545_F491_4F6C_DD1D
        joint = 0
        endsInValue = false
        count = 0
        var at = 0
        let length = line.count
        while at < length, count < Self.limit {
            var byte = line.base[at]
            var followsBlank = false
            if byte.isBlank {
                repeat { at += 1 } while line[at].isBlank
                if at >= length { break }
                byte = line.base[at]
                followsBlank = true
            }
            if byte.isWord {
                at = wordLike(line, at, byte, followsBlank)
                continue
            }
            let next = line[at + 1]
            let isStart = at == 0 || !Self.isGlue(line.base[at - 1])
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
                if isStart, let end = quote(line, at, byte, followsBlank) {
                    at = end
                    continue
                }
            case UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: "~"):
                if isStart, let end = path(line, at, byte, followsBlank) {
                    at = end
                    continue
                }
                if byte == UInt8(ascii: "~"), let end = comparison(line, at, followsBlank) {
                    at = end
                    continue
                }
            case UInt8(ascii: "."):
                if next == UInt8(ascii: "/") || next == UInt8(ascii: "\\"),
                    let end = path(line, at, byte, followsBlank)
                {
                    at = end
                    continue
                }
            case UInt8(ascii: "<"), UInt8(ascii: ">"):
                if let end = comparison(line, at, followsBlank) {
                    at = end
                    continue
                }
            case UInt8(ascii: ":"):
                if isStart, next == byte, let end = Self.shortenedAddress(line, at) {
                    value(at, end, followsBlank)
                    at = end
                    continue
                }
            case UInt8(ascii: "-"), UInt8(ascii: "+"):
                if isStart, next.isDigit {
                    at = signedNumber(line, at, followsBlank)
                    continue
                }
            default: break
            }
            var end = at + 1
            if Self.isRun(byte) { while line[end] == byte { end += 1 } }
            sign(byte, at, end, followsBlank)
            at = end
        }
    }

    /// Whether what follows `byte` goes on a word, so that no quote, path or sign begins there.
    @inline(__always)
    private static func isGlue(_ byte: UInt8) -> Bool {
        byte.isWord || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]")
    }

    /// Whether a sign is often repeated for looks.
    @inline(__always)
    private static func isRun(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "#"),
            UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// What the bytes of a word have shown.
    private struct Word {
        var end: Int
        var digits: Int
        /// All bytes' flags together.
        var flags: UInt8
        var firstDot: Int

        /// Whether a sign stands inside.
        @inline(__always) var hasSign: Bool { flags & ByteTable.joint != 0 }
        @inline(__always) var isHex: Bool { flags & ByteTable.notHex == 0 }
        @inline(__always) var isLowercase: Bool {
            flags & (ByteTable.lowercase | ByteTable.uppercase) == ByteTable.lowercase
        }
    }

    /// Letters, digits and underscores with `- . $ ' + /` inside.
    @inline(__always)
    private func word(_ line: LineBytes, _ start: Int) -> Word {
        let (base, count) = (line.base, line.count)
        var at = start
        var flags: UInt8 = 0
        var digits = 0
        var firstDot = -1
        while true {
            while at < count {
                let kind = table[base[at]]
                if kind & ByteTable.word == 0 { break }
                flags |= kind
                digits &+= Int(kind & ByteTable.digit)
                at &+= 1
            }
            guard at < count else { break }
            let byte = base[at]
            let kind = table[byte]
            guard kind & ByteTable.joint != 0 else { break }
            if line[at + 1].isWord {
                if byte == UInt8(ascii: "."), firstDot < 0 { firstDot = at }
                at += 1
            } else if byte == UInt8(ascii: "/"), line[at + 1] == UInt8(ascii: "."), line[at + 2].isWord {
                if firstDot < 0 { firstDot = at + 1 }
                at += 2
            } else {
                break
            }
            flags |= kind
        }
        return Word(end: at, digits: digits, flags: flags, firstDot: firstDot)
    }

    private enum Certainty {
        case text, value
        /// A name that ends in a small number.
        case numbered
    }

    @inline(__always)
    private static func certainty(_ line: LineBytes, _ start: Int, _ word: Word) -> Certainty {
        let length = word.end - start
        // No word of a language is so long: encoded data.
        if length > longestWord { return .value }
        if word.digits > 0 {
            guard word.digits < 3, length < 16, !word.hasSign, line[start].isLetter else { return .value }
            return word.isHex && isHashLength(length) ? .value : .numbered
        }
        return word.isHex && isHashLength(length) ? .value : .text
    }

    /// How many hexadecimal digits identifiers and checksums have.
    @inline(__always)
    private static func isHashLength(_ length: Int) -> Bool {
        switch length {
        case 8, 12, 16, 20, 24, 32, 40, 64: true
        default: false
        }
    }

    /// Takes what begins with a letter, a digit or an underscore; returns its end.
    @inline(__always)
    private mutating func wordLike(_ line: LineBytes, _ start: Int, _ first: UInt8, _ followsBlank: Bool)
        -> Int
    {
        if first.isHexDigit, let end = Self.hexGroups(line, start) {
            value(start, end, followsBlank)
            return end
        }
        if first.isLetter, line[start + 1] == UInt8(ascii: ":"),
            line[start + 2] == UInt8(ascii: "\\") || line[start + 2] == UInt8(ascii: "/"),
            start == 0 || !Self.isGlue(line.base[start - 1]),
            let end = path(line, start, first, followsBlank)
        {
            return end
        }
        var word = self.word(line, start)
        if word.firstDot > start, word.digits > 0 { word = withoutNumberBehindDot(line, start, word) }
        let next = line[word.end]
        if next == UInt8(ascii: "\\")
            || next == UInt8(ascii: ":") && line[word.end + 1] == UInt8(ascii: "/")
                && line[word.end + 2] == UInt8(ascii: "/")
        {
            var end = word.end
            while end < line.count, !Self.endsURL(line.base[end]) { end += 1 }
            value(start, end, followsBlank)
            return end
        }
        if next == UInt8(ascii: "@"), line[word.end + 1].isAlphanumeric {
            let end = self.word(line, word.end + 1).end
            value(start, end, followsBlank)
            return end
        }
        if next == UInt8(ascii: ":"), word.firstDot > 0, word.isLowercase,
            line[word.end + 1].isDigit
        {
            var end = word.end + 1
            while line[end].isDigit { end += 1 }
            if !line[end].isAlphanumeric {
                value(start, end, followsBlank)
                return end
            }
        }
        let certainty = Self.certainty(line, start, word)
        if certainty == .text {
            self.word(line, start, word.end, followsBlank)
            return word.end
        }
        return uncertain(line, start, word, certainty, next, followsBlank)
    }

    /// Takes a word that may be a value.
    @inline(__always)
    private mutating func uncertain(
        _ line: LineBytes, _ start: Int, _ word: Word, _ certainty: Certainty, _ next: UInt8,
        _ followsBlank: Bool
    ) -> Int {
        var end = word.end
        if next == UInt8(ascii: "%") { end += 1 }
        if line[end] == UInt8(ascii: "="), line[start].isLetter {
            // A key is a name, not a value.
            numbered(line, start, end, followsBlank)
        } else if certainty == .value {
            value(start, end, followsBlank)
        } else {
            let sign = line[end]
            let goesOn = sign == UInt8(ascii: ":") || sign == UInt8(ascii: "/") || sign == UInt8(ascii: "-")
            if goesOn, line[end + 1].isAlphanumeric {
                value(start, end, followsBlank)
            } else {
                numbered(line, start, end, followsBlank)
            }
        }
        return end
    }

    /// `core.123` is a name, a dot and a number.
    private func withoutNumberBehindDot(_ line: LineBytes, _ start: Int, _ word: Word) -> Word {
        for offset in word.firstDot + 1..<word.end where !line[offset].isDigit { return word }
        for offset in start..<word.firstDot where !line[offset].isLetter { return word }
        return self.word(line.slice(0, word.firstDot), start)
    }

    /// IPv6 and MAC addresses: four groups or more of hexadecimal digits between colons.
    @inline(__always)
    private static func hexGroups(_ line: LineBytes, _ start: Int) -> Int? {
        var at = start + 1
        while at < start + 4, line[at].isHexDigit { at += 1 }
        guard line[at] == UInt8(ascii: ":") else { return nil }
        return hexGroupsBehind(line, at)
    }

    private static func hexGroupsBehind(_ line: LineBytes, _ first: Int) -> Int? {
        var at = first
        var groups = 0
        var end: Int?
        while line[at] == UInt8(ascii: ":") {
            at += 1
            if line[at] == UInt8(ascii: ":") { at += 1 }
            let from = at
            while at < from + 4, line[at].isHexDigit { at += 1 }
            guard at > from, !line[at].isWord else { break }
            groups += 1
            if groups >= 3 { end = at }
        }
        return end
    }

    /// An IPv6 address that begins with the zeros left out, such as `::1`.
    private static func shortenedAddress(_ line: LineBytes, _ start: Int) -> Int? {
        var at = start + 1
        repeat {
            let from = at + 1
            at = from
            while at < from + 4, line[at].isHexDigit { at += 1 }
            guard at > from, !line[at].isWord else { return nil }
        } while line[at] == UInt8(ascii: ":") && line[at + 1].isHexDigit
        return at
    }

    @inline(__always)
    private static func endsURL(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "<"), UInt8(ascii: ">"),
            UInt8(ascii: "|"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    private mutating func path(_ line: LineBytes, _ start: Int, _ first: UInt8, _ followsBlank: Bool) -> Int?
    {
        var end = start
        while end < line.count, !Self.endsURL(line.base[end]), line.base[end] != UInt8(ascii: "=") {
            end += 1
        }
        while end > start, line.base[end - 1] == UInt8(ascii: ":") || line.base[end - 1] == UInt8(ascii: ".")
        {
            end -= 1
        }
        guard end > start + 1 || first == UInt8(ascii: "/") else { return nil }
        end = max(end, start + 1)
        value(start, end, followsBlank)
        return end
    }

    /// `<1 sec`, `~5 ms`: the sign belongs to the number.
    private mutating func comparison(_ line: LineBytes, _ start: Int, _ followsBlank: Bool) -> Int? {
        guard followsBlank || start == 0, line[start + 1].isDigit else { return nil }
        let end = word(line, start + 1).end
        guard line[end] != UInt8(ascii: ">") else { return nil }
        value(start, end, followsBlank)
        return end
    }

    private mutating func signedNumber(_ line: LineBytes, _ start: Int, _ followsBlank: Bool) -> Int {
        var end = word(line, start + 1).end
        switch line[end] {
        case UInt8(ascii: "\\"):
            while end < line.count, !Self.endsURL(line.base[end]) { end += 1 }
        case UInt8(ascii: "@") where line[end + 1].isAlphanumeric:
            end = word(line, end + 1).end
        case UInt8(ascii: "%"): end += 1
        default: break
        }
        value(start, end, followsBlank)
        return end
    }

    /// Text in quotes is a value, one word in quotes a quoted word.
    private mutating func quote(_ line: LineBytes, _ start: Int, _ open: UInt8, _ followsBlank: Bool) -> Int?
    {
        let reach = start + Self.quoteReach
        var close = open
        var at = line.offset(of: close, from: start + 1, to: reach)
        if open == UInt8(ascii: "`"), at < 0 {
            close = UInt8(ascii: "'")
            at = line.offset(of: close, from: start + 1, to: reach)
        }
        if open == UInt8(ascii: "'") {
            // An apostrophe inside a word closes nothing.
            while at > 0, line[at + 1].isAlphanumeric { at = line.offset(of: close, from: at + 1, to: reach) }
        }
        guard at > 0 else { return nil }
        var isWord = at > start + 1
        for offset in start + 1..<at where !line.base[offset].isLetter {
            isWord = false
            break
        }
        if isWord {
            quoted(line, start + 1, at, followsBlank)
        } else {
            value(start, at + 1, followsBlank)
        }
        return at + 1
    }
}
