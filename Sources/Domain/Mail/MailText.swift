/// The words of a message: what is new in it, and what it repeats of the mail before it.
package struct MailText: Hashable, Sendable {
    /// What the sender wrote this time.
    package var written = ""
    /// What stands there of earlier mail; empty where there is nothing.
    package var quoted = ""

    /// The most bytes of either part that are kept; the message itself has all of it.
    package static let mostBytes = 200_000

    /// No words.
    package init() {}

    /// The words of a message, with the mail that it repeats told apart.
    ///
    /// Only what is repeated at the end is folded: where the sender wrote between quoted lines or below them, all of it
    /// stays together, since an answer within a quotation makes no sense without it.
    package init(_ text: String) {
        let lines = Self.clean(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let cut = QuotedHistory.start(in: lines)
        written = Self.shortened(Self.joined(lines[..<cut]))
        quoted = Self.shortened(Self.joined(lines[cut...]))
        // Somebody who wrote nothing new sent the quotation itself.
        if written.isEmpty { (written, quoted) = (quoted, "") }
    }

    /// Whether the words say thanks and nothing else, so that they are no reason to take a solved case up again.
    package var isOnlyThanks: Bool {
        guard !written.contains("?"), written.utf8.count <= 300 else { return false }
        let body = written.lowercased().split(separator: "\n").prefix { !$0.hasPrefix("--") }.prefix(4)
        let words = body.joined(separator: " ").split { !$0.isLetter && $0 != "’" && $0 != "'" }.map(
            String.init)
        guard !words.isEmpty, words.count <= 25 else { return false }
        guard words.contains(where: { word in Self.thanks.contains { word.hasPrefix($0) } }) else {
            return false
        }
        return !words.contains(where: { Self.troubles.contains($0) })
    }

    private static let thanks = [
        "thank", "thx", "dank", "merci", "gracias", "grazie", "obrigad", "bedankt", "tack", "cheers",
    ]
    private static let troubles: Set<String> = [
        "but", "not", "still", "again", "however", "except", "fails", "failed", "error", "broken", "can't",
        "can’t",
        "cannot", "doesn't", "doesn’t", "isn't", "isn’t", "aber", "nicht", "noch", "wieder", "mais", "pas",
        "encore",
        "pero", "no", "todavía", "otra", "ma", "non", "ancora", "please", "bitte", "wait",
    ]

    /// Text on one line, without control characters and marks that turn its direction, at most 500 bytes.
    package static func line(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !scalar.isDirectionOverride {
            line.append(scalar.value < 32 || scalar.value == 127 || scalar.isLineBreak ? " " : scalar)
        }
        var short = String(line).split(separator: " ").joined(separator: " ")
        while short.utf8.count > 500 { short.removeLast() }
        return short
    }

    /// Text with plain line ends, without control characters and without marks that turn its direction.
    private static func clean(_ text: String) -> String {
        var kept = String.UnicodeScalarView()
        for scalar in text.normalizingLineBreaks.unicodeScalars where !scalar.isDirectionOverride {
            if scalar.value == 0xA0 {
                kept.append(" ")
            } else if scalar == "\n" || scalar == "\t" || scalar.value >= 32 && scalar.value != 127 {
                kept.append(scalar)
            }
        }
        return String(kept)
    }

    private static func joined(_ lines: ArraySlice<String>) -> String {
        var (kept, blank) = ([String](), 0)
        for line in lines {
            let line = line.droppingTrailingSpaces
            blank = line.isEmpty ? blank + 1 : 0
            if blank <= 2 { kept.append(line) }
        }
        while kept.first?.isEmpty == true { kept.removeFirst() }
        while kept.last?.isEmpty == true { kept.removeLast() }
        return kept.joined(separator: "\n")
    }

    private static func shortened(_ text: String) -> String {
        guard text.utf8.count > mostBytes else { return text }
        let notice = "\n\n[The rest is in the original message.]"
        let end = text.utf8.index(text.startIndex, offsetBy: mostBytes - notice.utf8.count)
        return String(text[..<end]) + notice
    }
}

extension String {
    fileprivate var droppingTrailingSpaces: String {
        var rest = self[...]
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}

/// Finds where a message begins to repeat the mail before it.
enum QuotedHistory {
    /// The first line of what is repeated at the end; the number of lines where nothing is.
    static func start(in lines: [String]) -> Int {
        let quoted = trailingQuote(in: lines)
        for (index, line) in lines.enumerated() {
            if isDivider(line) || isHeaderBlock(lines, at: index) { return min(index, quoted) }
            if index >= quoted { break }
        }
        return quoted
    }

    /// Where lines that begin with ">" run to the end, with the line that says who wrote them.
    private static func trailingQuote(in lines: [String]) -> Int {
        var start = lines.count
        var hasQuote = false
        for index in lines.indices.reversed() {
            let line = lines[index].trimmingWhitespace
            if line.hasPrefix(">") {
                (start, hasQuote) = (index, true)
            } else if line.isEmpty {
                continue
            } else if !hasQuote, isSignature(lines, at: index) {
                continue
            } else {
                break
            }
        }
        guard hasQuote else { return lines.count }
        return attribution(in: lines, before: start)
    }

    /// Whether a line belongs to the few lines of a signature that stands below the quotation.
    private static func isSignature(_ lines: [String], at index: Int) -> Bool {
        guard let dashes = lines.lastIndex(where: { $0 == "-- " || $0 == "--" }) else { return false }
        return index >= dashes && lines.count - dashes <= 10
    }

    /// “On Friday, Ana wrote:” above a quotation, on up to three lines.
    private static func attribution(in lines: [String], before start: Int) -> Int {
        var place = start
        while place > 0, lines[place - 1].trimmingWhitespace.isEmpty { place -= 1 }
        for count in 1...3 where place - count >= 0 {
            let text = lines[(place - count)..<place].map(\.trimmingWhitespace).joined(separator: " ")
                .lowercased()
            guard text.hasSuffix(":"), text.utf8.count <= 400 else { return start }
            let isWhole = openings.contains { text.hasPrefix($0) } && verbs.contains { text.contains($0) }
            if isWhole { return place - count }
        }
        // “ana@example.com wrote:” without a day.
        let last = place > 0 ? lines[place - 1].trimmingWhitespace.lowercased() : ""
        return last.contains("@") && verbs.contains { last.hasSuffix($0 + ":") } ? place - 1 : start
    }

    private static let openings = [
        "on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "w dniu ", "dnia ", "от ",
    ]
    private static let verbs = [
        "wrote", "schrieb", "écrit", "ecrit", "escribió", "escribio", "ha scritto", "schreef", "escreveu",
        "skrev",
        "napisał", "пишет",
    ]

    private static let dividers: Set<String> = [
        "original message", "ursprüngliche nachricht", "message d'origine", "message d’origine",
        "mensaje original",
        "messaggio originale", "oorspronkelijk bericht", "mensagem original", "forwarded message",
    ]

    /// “-----Original Message-----”, and the line of underscores that Outlook draws.
    private static func isDivider(_ line: String) -> Bool {
        let line = line.trimmingWhitespace
        if line.utf8.count >= 30, line.utf8.allSatisfy({ $0 == UInt8(ascii: "_") }) { return true }
        guard line.hasPrefix("--"), line.hasSuffix("--") else { return false }
        let words = line.split { $0 == "-" || $0 == " " }.joined(separator: " ").lowercased()
        return dividers.contains(words) && words != "forwarded message"
    }

    private static let fields = [
        ["from:", "von:", "de:", "da:", "van:", "från:", "fra:"],
        [
            "sent:", "date:", "gesendet:", "datum:", "envoyé:", "enviado:", "inviato:", "verzonden:", "data:",
            "skickat:", "sendt:",
        ],
        ["to:", "an:", "à:", "para:", "a:", "aan:", "till:", "til:"],
    ]

    /// The head that Outlook puts above what is repeated: From, Sent and To on lines of their own.
    private static func isHeaderBlock(_ lines: [String], at index: Int) -> Bool {
        func begins(_ line: String, _ names: [String]) -> Bool {
            let line = line.trimmingWhitespace.replacing("*", with: "").lowercased()
            return names.contains { line.hasPrefix($0) }
        }
        guard index > 0, begins(lines[index], fields[0]) else { return false }
        let next = lines[(index + 1)...].prefix(4)
        return next.contains { begins($0, fields[1]) } && next.contains { begins($0, fields[2]) }
    }
}
