/// Brings the HTML of a message to plain text, so that nothing of it is ever rendered.
///
/// Scripts, styles, comments and what is hidden by its tag are left out; a link keeps its address where that is not what
/// it says; what a mail program marks as the mail before it becomes lines with ">". Never fails, and takes time in
/// proportion to the length.
package enum HTMLText {
    /// The text of a document.
    package static func plain(_ html: String) -> String {
        var reader = Reader(Array(html.utf8))
        reader.run()
        return reader.text
    }

    /// The elements whose contents nobody sees.
    private static let unseen: Set<String> = [
        "script", "style", "head", "title", "template", "noscript", "object", "svg", "iframe", "select",
        "textarea",
    ]
    private static let blocks: Set<String> = [
        "p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
        "header",
        "footer", "pre", "address", "center", "dl", "dt", "dd", "form", "body",
    ]
    private static let spaced: Set<String> = [
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre",
    ]

    private struct Reader {
        let bytes: [UInt8]
        var place = 0
        var out: [UInt8] = []
        var lineIsEmpty = true
        var blankLines = 2
        var pendingSpace = false
        var quoteDepth = 0
        var preDepth = 0
        /// The element whose contents are being left out.
        var skipped: String?
        /// The address of the link that is open, and where its words begin.
        var link: (address: String, start: Int)?

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var text: String { String(decoding: out, as: UTF8.self) }

        mutating func run() {
            while place < bytes.count {
                switch bytes[place] {
                case UInt8(ascii: "<"): tag()
                case UInt8(ascii: "&") where skipped == nil: entity()
                default:
                    if skipped == nil { character([bytes[place]]) }
                    place += 1
                }
            }
            endLink()
        }

        // MARK: Text

        mutating func character(_ unit: [UInt8]) {
            let isSpace = unit.count == 1 && [9, 10, 12, 13, 32].contains(unit[0])
            if isSpace, preDepth > 0, unit[0] == 10 { return newLine() }
            if isSpace, preDepth == 0 {
                pendingSpace = !lineIsEmpty
                return
            }
            if unit == [13] { return }
            beginLine()
            if pendingSpace { out.append(32) }
            pendingSpace = false
            out += unit
            (lineIsEmpty, blankLines) = (false, 0)
        }

        /// Puts the marks of a quotation at the beginning of a line.
        private mutating func beginLine() {
            guard lineIsEmpty, quoteDepth > 0, out.isEmpty || out.last == 10 else { return }
            for _ in 0..<min(quoteDepth, 20) { out += [62, 32] }
        }

        mutating func newLine() {
            if lineIsEmpty {
                blankLines += 1
                if blankLines > 1 { return }
                beginLine()
            }
            out.append(10)
            (lineIsEmpty, pendingSpace) = (true, false)
        }

        mutating func endLine() { if !lineIsEmpty { newLine() } }

        mutating func write(_ words: String) { for unit in words.utf8 { character([unit]) } }

        // MARK: Entities

        mutating func entity() {
            let rest = bytes[(place + 1)...].prefix(12)
            guard let end = rest.firstIndex(of: UInt8(ascii: ";")), end > place + 1 else {
                character([bytes[place]])
                place += 1
                return
            }
            let name = String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
            guard let scalar = Self.scalar(name) else {
                character([bytes[place]])
                place += 1
                return
            }
            place = end + 1
            // Zero-width characters hide words from people, and a no-break space is a space.
            if scalar.value == 0xA0 { return character([32]) }
            if (0x200B...0x200F).contains(scalar.value) || scalar.value == 0xAD || scalar.value == 0xFEFF {
                return
            }
            character(Array(String(Character(scalar)).utf8))
        }

        private static let names: [String: UInt32] = [
            "amp": 38, "lt": 60, "gt": 62, "quot": 34, "apos": 39, "nbsp": 0xA0, "ndash": 0x2013,
            "mdash": 0x2014,
            "hellip": 0x2026, "lsquo": 0x2018, "rsquo": 0x2019, "ldquo": 0x201C, "rdquo": 0x201D,
            "bdquo": 0x201E,
            "bull": 0x2022, "middot": 0xB7, "copy": 0xA9, "reg": 0xAE, "trade": 0x2122, "euro": 0x20AC,
            "pound": 0xA3, "deg": 0xB0, "auml": 0xE4, "ouml": 0xF6, "uuml": 0xFC, "Auml": 0xC4, "Ouml": 0xD6,
            "Uuml": 0xDC, "szlig": 0xDF, "eacute": 0xE9, "egrave": 0xE8, "ecirc": 0xEA, "agrave": 0xE0,
            "aacute": 0xE1, "acirc": 0xE2, "ccedil": 0xE7, "iacute": 0xED, "ntilde": 0xF1, "oacute": 0xF3,
            "uacute": 0xFA, "laquo": 0xAB, "raquo": 0xBB, "zwnj": 0x200C, "zwj": 0x200D, "shy": 0xAD,
            "times": 0xD7,
            "rarr": 0x2192, "larr": 0x2190, "sect": 0xA7, "para": 0xB6, "iexcl": 0xA1, "iquest": 0xBF,
        ]

        private static func scalar(_ name: String) -> Unicode.Scalar? {
            guard name.hasPrefix("#") else { return names[name].flatMap(Unicode.Scalar.init) }
            let digits = name.dropFirst()
            let value =
                digits.hasPrefix("x") || digits.hasPrefix("X")
                ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let value, value >= 32 || value == 10 || value == 9 else { return nil }
            return Unicode.Scalar(value)
        }

        // MARK: Tags

        mutating func tag() {
            let start = place + 1
            if bytes[start...].starts(with: Array("!--".utf8)) {
                place = end(of: Array("-->".utf8), from: start + 3)
                return
            }
            guard let first = bytes[start...].first,
                first == UInt8(ascii: "/") || first == UInt8(ascii: "!") || first == UInt8(ascii: "?")
                    || (first | 32 >= UInt8(ascii: "a") && first | 32 <= UInt8(ascii: "z"))
            else {
                if skipped == nil { character([bytes[place]]) }
                place += 1
                return
            }
            let close = endOfTag(from: start)
            let body = bytes[start..<close]
            place = min(close + 1, bytes.count)
            let isEnd = first == UInt8(ascii: "/")
            let nameBytes = (isEnd ? body.dropFirst() : body).prefix {
                ($0 | 32 >= UInt8(ascii: "a") && $0 | 32 <= UInt8(ascii: "z")) || ($0 >= 48 && $0 <= 57)
                    || $0 == 58
            }
            let name = String(decoding: nameBytes, as: UTF8.self).lowercased()
            if let hidden = skipped {
                // A head that nobody closed ends where the body begins.
                if isEnd ? name == hidden : hidden == "head" && name == "body" { skipped = nil }
                return
            }
            if isEnd { ended(name) } else { began(name, String(decoding: body.prefix(4000), as: UTF8.self)) }
        }

        /// Where the tag ends; signs within quotation marks do not end it.
        private func endOfTag(from start: Int) -> Int {
            var quote: UInt8?
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == 34 || byte == 39 {
                    quote = byte
                } else if byte == 62 {
                    return index
                }
                index += 1
            }
            // A quotation mark that nobody closed: the next sign ends the tag.
            return bytes[start...].firstIndex(of: 62) ?? bytes.count
        }

        private func end(of mark: [UInt8], from start: Int) -> Int {
            var index = min(start, bytes.count)
            while index + mark.count <= bytes.count {
                if bytes[index] == mark[0], bytes[index...].starts(with: mark) { return index + mark.count }
                index += 1
            }
            return bytes.count
        }

        private mutating func began(_ name: String, _ tag: String) {
            switch name {
            case "br": newLine()
            case "hr":
                endLine()
                write("---")
                newLine()
            case "li":
                endLine()
                write("- ")
            case "td", "th": if !lineIsEmpty { write(" ") }
            case "blockquote":
                endLine()
                quoteDepth += 1
            case "a":
                endLink()
                if let address = Self.attribute("href", of: tag) { link = (address, out.count) }
            case "img":
                if let words = Self.attribute("alt", of: tag), !words.isEmpty {
                    write("[\(MailText.line(words))]")
                }
            default:
                if unseen.contains(name) {
                    if !tag.hasSuffix("/") { skipped = name }
                } else if blocks.contains(name) {
                    endLine()
                    if spaced.contains(name), !out.isEmpty { newLine() }
                    if name == "pre" { preDepth += 1 }
                }
            }
        }

        private mutating func ended(_ name: String) {
            switch name {
            case "a": endLink()
            case "blockquote":
                endLine()
                quoteDepth = max(0, quoteDepth - 1)
            case "li": endLine()
            default:
                if blocks.contains(name) {
                    endLine()
                    if spaced.contains(name) { newLine() }
                    if name == "pre" { preDepth = max(0, preDepth - 1) }
                }
            }
        }

        /// Says where a link leads, where its words do not: nobody is led elsewhere than they read.
        private mutating func endLink() {
            guard let open = link else { return }
            link = nil
            let address = MailText.line(open.address)
            let words = String(decoding: out[min(open.start, out.count)...], as: UTF8.self).trimmingWhitespace
            let lower = address.lowercased()
            guard lower.hasPrefix("http://") || lower.hasPrefix("https://"), !words.isEmpty, words != address,
                "https://" + words != address, address != words + "/"
            else { return }
            write(" <\(address)>")
        }

        private static func attribute(_ name: String, of tag: String) -> String? {
            let lower = tag.lowercased()
            var search = lower.startIndex
            while let range = lower[search...].firstRange(of: name) {
                search = range.upperBound
                guard range.lowerBound > lower.startIndex,
                    lower[lower.index(before: range.lowerBound)].isWhitespace
                else { continue }
                let rest = lower[range.upperBound...].drop { $0.isWhitespace }
                guard rest.first == "=" else { continue }
                let offset = lower.distance(from: lower.startIndex, to: rest.startIndex)
                guard offset < tag.count else { return nil }
                let value = tag.dropFirst(offset + 1).drop { $0.isWhitespace }
                guard let mark = value.first else { return nil }
                if mark == "\"" || mark == "'" {
                    return String(value.dropFirst().prefix { $0 != mark }).replacing("&amp;", with: "&")
                }
                return String(value.prefix { !$0.isWhitespace }).replacing("&amp;", with: "&")
            }
            return nil
        }
    }
}
