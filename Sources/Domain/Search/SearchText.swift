/// How text is made findable: folded alike for what is kept and what is asked, and cut into the pieces that an index
/// holds.
///
/// Of each word every suffix is kept, at most `longestToken` characters of it, so that a part of a word is the beginning
/// of a token. Two neighbours without blank of which one is punctuation are a token too, so that `c#` and `::` are found.
package enum SearchText {
    /// The most characters of a token.
    package static let longestToken = 16

    /// Stands between texts that belong together and must not be found as one; nobody types it.
    package static let seam = "\u{1F}"

    /// The text in small letters, blanks and control characters as one space, none at the ends.
    ///
    /// O(length). Letter by letter, so that the fold of a part is the part of the fold.
    package static func fold(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        fold(text.unicodeScalars) { scalar, _ in folded.append(scalar) }
        if folded.last == " " { folded.removeLast() }
        return String(folded)
    }

    /// Gives the folded characters in order, each with the place of the one that it was made from.
    private static func fold(
        _ text: some Sequence<Unicode.Scalar>, each: (Unicode.Scalar, Int) -> Void
    ) {
        var isAfterBlank = true
        for (place, scalar) in text.enumerated() {
            switch scalar.value {
            case 0x41...0x5A: each(Unicode.Scalar(UInt8(scalar.value) + 32), place)
            case 0x21...0x7E, 0x1F: each(scalar, place)
            case ..<0x80:
                if !isAfterBlank { each(" ", place) }
                isAfterBlank = true
                continue
            default:
                if scalar.properties.isWhitespace {
                    if !isAfterBlank { each(" ", place) }
                    isAfterBlank = true
                    continue
                }
                for small in scalar.properties.lowercaseMapping.unicodeScalars { each(small, place) }
            }
            isAfterBlank = false
        }
    }

    /// Where folded words stand in a text, with what is written around them; nil where they do not.
    /// - Parameter radius: about how many characters are shown on each side.
    package static func snippet(
        of folded: String, in text: String, radius: Int = 70
    ) -> (before: String, found: String, after: String)? {
        let original = Array(text.unicodeScalars)
        let wanted = Array(folded.unicodeScalars)
        var (letters, places): ([Unicode.Scalar], [Int]) = ([], [])
        fold(original) { scalar, place in
            letters.append(scalar)
            places.append(place)
        }
        guard let first = wanted.first, letters.count >= wanted.count else { return nil }
        let starts = (0...letters.count - wanted.count).lazy.filter { start in
            letters[start] == first && letters[start..<start + wanted.count].elementsEqual(wanted)
        }
        guard let start = starts.first else { return nil }
        let (from, until) = (places[start], places[start + wanted.count - 1] + 1)
        // Where the place is narrow, the end is cut away: the words stand near the beginning.
        let (begin, end) = (max(0, from - radius / 3), min(original.count, until + radius))
        // Words are not cut where a blank is near.
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace || scalar == "\u{1F}" }
        let left = begin == 0 ? 0 : original[begin..<from].firstIndex(where: isBlank).map { $0 + 1 } ?? begin
        let right = end == original.count ? end : original[until..<end].lastIndex(where: isBlank) ?? end
        func words(_ part: ArraySlice<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            for scalar in part { view.append(scalar == "\u{1F}" ? " " : scalar) }
            return String(view)
        }
        return (
            (left > 0 ? "…" : "") + words(original[left..<from]), words(original[from..<until]),
            words(original[until..<right]) + (right < original.count ? "…" : "")
        )
    }

    /// A long text folded, in pieces of at most some 8,000 characters that overlap by 256.
    package static func pieces(of text: String) -> [String] {
        let letters = Array(fold(text).unicodeScalars)
        guard letters.count > longestPiece else { return letters.isEmpty ? [] : [string(letters)] }
        return stride(from: 0, to: letters.count - overlap, by: longestPiece - overlap).map { start in
            string(letters[start..<min(letters.count, start + longestPiece)])
        }
    }

    private static let (longestPiece, overlap) = (8000, 256)

    /// The tokens of folded texts, each once, with a space between: what both engines index.
    ///
    /// O(length × `longestToken`) bytes and a sort of them.
    package static func tokens(of folded: [String]) -> String {
        var tokens = Tokens()
        for text in folded { tokens.add(text) }
        return tokens.joined()
    }

    /// What an index must hold for a case in which folded text stands.
    package static func terms(of folded: String) -> SearchTerms {
        let letters = Array(folded.unicodeScalars)
        var terms: [SearchTerms.Term] = []
        var longest = 0
        let words = words(of: letters)
        for word in words {
            longest = max(longest, word.count)
            // Where more text follows, the word must end there, so the token is whole.
            let isEnded = word.upperBound < letters.count
            if word.count == 1 {
                if isEnded, word.lowerBound > 0 {
                    terms.append(.init(string(letters[word]), isPrefix: false))
                }
            } else if word.count > longestToken {
                var starts = Array(
                    stride(from: word.lowerBound, to: word.upperBound - longestToken, by: longestToken))
                starts.append(word.upperBound - longestToken)
                for start in starts {
                    terms.append(.init(string(letters[start..<start + longestToken]), isPrefix: false))
                }
            } else {
                terms.append(
                    .init(string(letters[word]), isPrefix: !isEnded && word.count < longestToken))
            }
        }
        let isExact = words.count == 1 && longest == letters.count && (2...longestToken).contains(longest)
        // Punctuation narrows only what words do not.
        if !terms.contains(where: { $0.text.unicodeScalars.count > 2 }) {
            for (left, right) in zip(letters, letters.dropFirst()) where isPair(left, right) {
                terms.append(.init(string([moved(left), moved(right)]), isPrefix: false))
            }
        }
        return SearchTerms(terms: terms, isExact: isExact)
    }

    // MARK: Letters

    static func isWordLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        case 0x80...0xDFFF, 0xF900...0xFFFF: true
        default: false
        }
    }

    /// Whether two neighbours are a token of their own: neither is blank, and not both belong to a word.
    static func isPair(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
        func isSign(_ scalar: Unicode.Scalar) -> Bool { scalar.value > 0x20 && scalar.value < 0xF00 }
        return isSign(left) && isSign(right) && !(isWordLetter(left) && isWordLetter(right))
    }

    /// A character as letters of the private area, which every tokenizer takes for letters.
    static func moved(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        Unicode.Scalar(0xE000 + scalar.value) ?? "\u{E000}"
    }

    static func words(of letters: [Unicode.Scalar]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for (place, letter) in letters.enumerated() {
            if isWordLetter(letter) {
                if start == nil { start = place }
            } else if let begun = start {
                words.append(begun..<place)
                start = nil
            }
        }
        if let start { words.append(start..<letters.count) }
        return words
    }

    private static func string(_ letters: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: letters)
        return String(view)
    }
}

/// What an index must hold for a text to stand in a case.
package struct SearchTerms: Hashable, Sendable {
    /// One token, or how it begins.
    package struct Term: Hashable, Sendable {
        /// The token.
        package var text: String
        /// Whether tokens that begin so will do.
        package var isPrefix: Bool

        /// A term.
        package init(_ text: String, isPrefix: Bool) { (self.text, self.isPrefix) = (text, isPrefix) }
    }

    /// All of them are needed; none where the text is too short to say anything.
    package var terms: [Term]
    /// Whether having them is enough; otherwise the text itself decides.
    package var isExact: Bool
}

/// Collects tokens as stretches of one run of bytes.
private struct Tokens {
    private var bytes: [UInt8] = []
    private var stretches: [(start: Int, end: Int)] = []

    mutating func add(_ text: String) {
        let letters = Array(text.unicodeScalars)
        for word in SearchText.words(of: letters) {
            var places: [Int] = []
            places.reserveCapacity(word.count + 1)
            for place in word {
                places.append(bytes.count)
                append(letters[place])
            }
            places.append(bytes.count)
            for first in 0..<max(1, word.count - 1) {
                stretches.append((places[first], places[min(first + SearchText.longestToken, word.count)]))
            }
        }
        for (left, right) in zip(letters, letters.dropFirst()) where SearchText.isPair(left, right) {
            let start = bytes.count
            for scalar in [SearchText.moved(left), SearchText.moved(right)] {
                append(scalar)
            }
            stretches.append((start, bytes.count))
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        switch value {
        case ..<0x80: bytes.append(UInt8(value))
        case ..<0x800: bytes += [UInt8(0xC0 | value >> 6), UInt8(0x80 | value & 0x3F)]
        default:
            // Words and moved signs lie in the first plane.
            bytes += [UInt8(0xE0 | value >> 12), UInt8(0x80 | value >> 6 & 0x3F), UInt8(0x80 | value & 0x3F)]
        }
    }

    func joined() -> String {
        bytes.withUnsafeBufferPointer { bytes in
            func precedes(_ left: (start: Int, end: Int), _ right: (start: Int, end: Int)) -> Bool {
                var (a, b) = (left.start, right.start)
                while a < left.end, b < right.end {
                    if bytes[a] != bytes[b] { return bytes[a] < bytes[b] }
                    (a, b) = (a + 1, b + 1)
                }
                return left.end - left.start < right.end - right.start
            }
            var joined: [UInt8] = []
            var last: (start: Int, end: Int)?
            for stretch in stretches.sorted(by: precedes) {
                if let last, !precedes(last, stretch) { continue }
                if !joined.isEmpty { joined.append(0x20) }
                joined.append(contentsOf: bytes[stretch.start..<stretch.end])
                last = stretch
            }
            return String(decoding: joined, as: UTF8.self)
        }
    }
}
