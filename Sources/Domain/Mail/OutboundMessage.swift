/// A message of mail that goes out: what it says, and its bytes.
///
/// The same value makes the same bytes, so that whatever is tried again is the same message.
package struct OutboundMessage: Equatable, Sendable {
    /// Whom it is from.
    package var from: MailAddress
    /// Whom it is for.
    package var to: MailAddress
    /// Where answers go.
    package var replyTo: String
    /// Its identifier, without angle brackets.
    package var messageID: String
    /// The message that it answers; nil where it answers none.
    package var inReplyTo: String?
    /// The identifiers of its thread, oldest first.
    package var references: [String]
    /// Its subject.
    package var subject: String
    /// When it was written.
    package var date: Timestamp
    /// Its words.
    package var text: String
    /// Whether no person wrote it, so that no machine answers it.
    package var isAutomatic: Bool
    /// What tells our own mail, should it come back.
    package var loop: String
    /// The same words as HTML, for programs that show it; nil for plain text alone.
    package var html: String?
    /// Whether it goes to somebody who chose to be told, and where they choose otherwise; nil for other mail.
    package var subscription: Subscription?

    /// What mail to whoever chose to be told says of itself (RFC 2369).
    package struct Subscription: Equatable, Sendable {
        /// Where they choose otherwise; nil where nobody knows the site's address.
        package var link: String?

        /// A subscription that is changed at an address.
        package init(link: String?) { self.link = link }
    }

    /// A message with all parts.
    package init(
        from: MailAddress, to: MailAddress, replyTo: String, messageID: String, inReplyTo: String?,
        references: [String], subject: String, date: Timestamp, text: String, isAutomatic: Bool, loop: String
    ) {
        (self.from, self.to, self.replyTo, self.messageID) = (from, to, replyTo, messageID)
        (self.inReplyTo, self.references, self.subject) = (inReplyTo, references, subject)
        (self.date, self.text, self.isAutomatic, self.loop) = (date, text, isAutomatic, loop)
    }

    /// The identifiers of a thread as they are sent: all of them up to ten, else the first four and the last six.
    package static func pruned(_ references: [String]) -> [String] {
        references.count <= 10 ? references : Array(references.prefix(4) + references.suffix(6))
    }

    /// The bytes as they are sent (RFC 5322, MIME): ASCII throughout, lines of at most 78 characters where words allow it.
    package var bytes: [UInt8] {
        var lines = [
            "Message-ID: <\(messageID)>", "Date: \(Self.written(date))", "From: \(Self.written(from))",
            "To: \(Self.written(to))", "Reply-To: \(replyTo)",
        ]
        if let inReplyTo { lines.append("In-Reply-To: <\(inReplyTo)>") }
        if !references.isEmpty {
            lines.append(
                "References: " + Self.pruned(references).map { "<\($0)>" }.joined(separator: "\r\n "))
        }
        lines.append("Subject: " + Self.words(MailText.line(subject)))
        if isAutomatic {
            lines += ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"]
        } else {
            lines.append("X-Auto-Response-Suppress: OOF")
        }
        if let subscription {
            lines.append("Precedence: bulk")
            if let link = subscription.link { lines.append("List-Unsubscribe: <\(link)>") }
        }
        lines += ["X-Thirdline-Loop: \(loop)", "MIME-Version: 1.0"]
        if let html {
            // No line of quoted-printable holds “=_”, so the boundary stands in no part.
            let boundary = "=_\(messageID.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(40))"
            lines += ["Content-Type: multipart/alternative; boundary=\"\(boundary)\"", ""]
            for (type, words) in [("plain", text), ("html", html)] {
                lines += ["--\(boundary)"] + Self.part(type, words)
            }
            lines += ["--\(boundary)--", ""]
        } else {
            lines += Self.part("plain", text)
        }
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func part(_ type: String, _ words: String) -> [String] {
        [
            "Content-Type: text/\(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
            quotedPrintable(words), "",
        ]
    }

    // MARK: Fields

    private static func written(_ address: MailAddress) -> String {
        guard let name = address.name.map(MailText.line), !name.isEmpty else { return address.address }
        let isPlain =
            name.utf8.allSatisfy { $0 >= 32 && $0 < 127 && $0 != 34 && $0 != 92 } && name.utf8.count <= 60
        return (isPlain ? "\"\(name)\"" : words(name)) + " <\(address.address)>"
    }

    /// Text of a field: as it is where it is ASCII and short, else in encoded words (RFC 2047) on lines of their own.
    static func words(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 32 && $0 < 127 } && !text.contains("=?")
        if isPlain {
            // A line is folded only where a space is; one long word stays whole.
            var (lines, line) = ([String](), "")
            for word in text.split(separator: " ", omittingEmptySubsequences: false) {
                if !line.isEmpty, line.utf8.count + word.utf8.count > 65 {
                    lines.append(line)
                    line = String(word)
                } else {
                    line += (line.isEmpty ? "" : " ") + word
                }
            }
            if (lines + [line]).allSatisfy({ !$0.isEmpty && $0.utf8.count <= 900 }) {
                return (lines + [line]).joined(separator: "\r\n ")
            }
        }
        var (pieces, piece) = ([[UInt8]](), [UInt8]())
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if piece.count + bytes.count > 42 {
                pieces.append(piece)
                piece = []
            }
            piece += bytes
        }
        pieces.append(piece)
        return pieces.map { "=?UTF-8?B?\(base64($0))?=" }.joined(separator: "\r\n ")
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let some = bytes[start..<min(start + 3, bytes.count)]
            var value = 0
            for offset in 0..<3 { value = value << 8 | (offset < some.count ? Int(some[start + offset]) : 0) }
            for place in 0..<4 {
                text.append(place <= some.count ? digits[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A moment as mail writes it, in UTC: "Mon, 02 Mar 2026 09:00:00 +0000".
    static func written(_ moment: Timestamp) -> String {
        let parts = moment.parts
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // Day 0, 1970-01-01, was a Thursday.
        let day = Int((moment.microseconds / 86_400_000_000 % 7 + 7) % 7)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][day]
        return
            "\(weekday), \(pad(parts.day, 2)) \(months[parts.month - 1]) \(parts.year) \(pad(parts.hour, 2)):\(pad(parts.minute, 2)):\(pad(parts.second, 2)) +0000"
    }

    // MARK: Words

    /// Text as quoted-printable (RFC 2045), with CRLF.
    static func quotedPrintable(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for (index, line) in text.normalizingLineBreaks.split(
            separator: "\n", omittingEmptySubsequences: false
        ).enumerated() {
            if index > 0 { out += [13, 10] }
            var column = 0
            let bytes = Array(line.utf8)
            for (place, byte) in bytes.enumerated() {
                let isLast = place == bytes.count - 1
                let isPlain = byte >= 33 && byte <= 126 && byte != 61 || (byte == 32 || byte == 9) && !isLast
                // What some servers cut or change at the beginning of a line is written otherwise.
                let isRisky = column == 0 && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "F"))
                let unit =
                    isPlain && !isRisky ? [byte] : [61, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                if column + unit.count > 75 {
                    out += [61, 13, 10]
                    column = 0
                }
                out += unit
                column += unit.count
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
