/// The type and message of an error, as the line above its stack trace names them.
struct ErrorHeader: Equatable {
    var type: String
    var message: String

    private static let endings: [StaticString] = [
        "Exception", "Error", "Throwable", "Failure", "Fault", "Interrupt", "Panic", "Abort", "Timeout",
    ]

    /// Finds the type of an error in a line, such as `java.io.IOException: Broken pipe`.
    ///
    /// A type ends in a word for errors; before a colon or at the line's end it is preferred.
    init?(_ line: LineBytes) {
        var at = 0
        var second: (start: Int, end: Int)?
        while at < line.count {
            guard line[at].isLetter || line[at] == 0x5F || line[at] == 0x5C else {
                at += 1
                continue
            }
            let start = at
            while Self.isPart(line, at) { at += 1 }
            var end = at
            while end > start, line[end - 1] == UInt8(ascii: ".") || line[end - 1] == UInt8(ascii: ":") {
                end -= 1
            }
            guard Self.isType(line.slice(start, end)) else { continue }
            let next = line[end]
            let length = end - start
            if next == UInt8(ascii: ":") && !line[end + 1].isDigit || end == line.count {
                // "Error" alone is a type of JavaScript only at the beginning of the text.
                if length > 9 || length > 5 && line[start] != UInt8(ascii: "E")
                    || next == UInt8(ascii: ":") && start == 0
                {
                    self.init(line, start, end)
                    return
                }
            } else if second == nil, length > 9 {
                second = (start, end)
            }
        }
        guard let second else { return nil }
        self.init(line, second.start, second.end)
    }

    private init(_ line: LineBytes, _ start: Int, _ end: Int) {
        var first = start
        if line[first] == 0x5C { first += 1 }
        type = line.slice(first, end).text
        var from = end
        while line[from] == UInt8(ascii: ":") || line[from].isBlank || line[from] == UInt8(ascii: ")") {
            from += 1
        }
        message = String(line.string(from: from).prefix(300))
    }

    /// The last line of a Python trace: a name, and behind a colon what it says.
    init?(ofPython line: LineBytes) {
        guard line[0].isLetter || line[0] == 0x5F else { return nil }
        var end = 0
        while line[end].isWord || line[end] == UInt8(ascii: ".") { end += 1 }
        guard end > 2, end == line.count || line[end] == UInt8(ascii: ":") else { return nil }
        type = line.slice(0, end).text
        message = String(line.string(from: end + 1).prefix(300))
    }

    private static func isPart(_ line: LineBytes, _ at: Int) -> Bool {
        let byte = line[at]
        if byte.isWord { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "$"), 0x5C: return line[at + 1].isWord
        case UInt8(ascii: ":"):
            return line[at + 1] == byte && line[at + 2].isWord
                || at > 0 && line.base[at - 1] == byte && line[at + 1].isWord
        default: return false
        }
    }

    private static func isType(_ word: LineBytes) -> Bool {
        guard word.count >= 5, word.count < 200 else { return false }
        for ending in endings where word.ends(ending) { return true }
        return false
    }
}
