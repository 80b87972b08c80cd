/// What a message to somebody says who chose to be told by mail or in a chat: a value, and its words.
package struct NotificationLetter: Equatable, Sendable {
    /// Something that happened.
    package struct Line: Equatable, Sendable {
        /// When, on the clocks of the reader: "Mon 14:05".
        package var time: String
        /// What: "Daniel replied for the customer".
        package var sentence: String
        /// The first words of what somebody wrote; nil where nobody did, or where it leaves the desk in no message.
        package var words: String?

        /// A line with all parts.
        package init(time: String, sentence: String, words: String?) {
            (self.time, self.sentence, self.words) = (time, sentence, words)
        }
    }

    /// What happened in one case.
    package struct Part: Equatable, Sendable {
        /// The number of the case.
        package var number: String
        /// Its subject; nil where it leaves the desk in no message.
        package var subject: String?
        /// Where it is; nil where nobody knows the site's address.
        package var link: String?
        /// What happened, oldest first.
        package var lines: [Line]

        /// A part with all parts of its own.
        package init(number: String, subject: String?, link: String?, lines: [Line]) {
            (self.number, self.subject, self.link, self.lines) = (number, subject, link, lines)
        }

        var title: String { subject.map { "\(number) \($0)" } ?? number }
    }

    /// What happened, by case.
    package var parts: [Part]
    /// Whether it gathers what happened over a time.
    package var isDigest: Bool
    /// Whether it only shows that the way works.
    package var isTest: Bool
    /// Whether an answer to it becomes an internal note of the case.
    package var takesAnswers: Bool
    /// The organisation.
    package var organisation: String
    /// Where the reader chooses what they are told; nil where nobody knows the site's address.
    package var choices: String?

    /// A letter with all parts.
    package init(
        parts: [Part], isDigest: Bool, isTest: Bool = false, takesAnswers: Bool, organisation: String,
        choices: String?
    ) {
        (self.parts, self.isDigest, self.isTest) = (parts, isDigest, isTest)
        (self.takesAnswers, self.organisation, self.choices) = (takesAnswers, organisation, choices)
    }

    /// At most so many cases stand in one letter; the others are on the page.
    package static let mostParts = 40
    /// At most so many things that happened stand at a case, the latest ones.
    package static let mostLines = 10
    /// So many characters of what somebody wrote are told.
    package static let mostWords = 600

    /// The first words of a text, on as many lines as it had.
    package static func excerpt(_ text: String) -> String {
        let text = text.normalizingLineBreaks.trimmingWhitespace
        return text.count <= mostWords ? text : String(text.prefix(mostWords)).trimmingWhitespace + " …"
    }

    private var shown: ArraySlice<Part> { parts.prefix(Self.mostParts) }
    private var hidden: Int { parts.count - shown.count }

    /// Two letters about the same case have the same subject, so that mail programs keep them together.
    package var subject: String {
        if isTest { return "A test of your notifications" }
        guard !isDigest, let part = parts.first else {
            return parts.count == 1 ? "News in \(parts[0].number)" : "News in \(parts.count) cases"
        }
        return part.subject.map { "[\(part.number)] \($0)" } ?? "[\(part.number)]"
    }

    // MARK: Plain text

    private var testWords: String {
        "This is the test that you asked for. Notifications reach you this way."
    }

    private var foot: [String] {
        var lines = ["\(organisation): you are told this way because you chose so."]
        if takesAnswers { lines.append("An answer to this mail becomes an internal note of the case.") }
        if let choices { lines.append("Choose what you are told: \(choices)") }
        return lines
    }

    /// The words as plain text.
    package var text: String {
        var blocks: [String] = isTest ? [testWords] : []
        for part in shown {
            var lines = [part.title, ""]
            for line in part.lines.suffix(Self.mostLines) {
                lines.append("- \(line.time)  \(line.sentence)")
                if let words = line.words {
                    lines += words.split(separator: "\n", omittingEmptySubsequences: false).map {
                        "  > \($0)"
                    }
                }
            }
            if part.lines.count > Self.mostLines {
                lines.append("- and \(part.lines.count - Self.mostLines) before")
            }
            if let link = part.link { lines += ["", link] }
            blocks.append(lines.joined(separator: "\n"))
        }
        if hidden > 0 { blocks.append("and \(hidden) more cases") }
        return blocks.joined(separator: "\n\n\n") + "\n\n-- \n" + foot.joined(separator: "\n") + "\n"
    }

    // MARK: HTML

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "\n": out += "<br>\n"
            default: out.append(character)
            }
        }
        return out
    }

    private static func anchor(_ words: String, _ link: String?) -> String {
        link.map { "<a href=\"\(escaped($0))\">\(escaped(words))</a>" } ?? escaped(words)
    }

    /// The words as HTML, with no picture, no script and nothing that is fetched.
    package var html: String {
        var out =
            "<!DOCTYPE html>\n<html><body style=\"font-family:sans-serif;font-size:15px;line-height:1.5\">\n"
        if isTest { out += "<p>\(Self.escaped(testWords))</p>\n" }
        for part in shown {
            out += "<h3 dir=\"auto\">\(Self.anchor(part.title, part.link))</h3>\n<ul>\n"
            for line in part.lines.suffix(Self.mostLines) {
                out += "<li>\(Self.escaped(line.time)) &nbsp;\(Self.escaped(line.sentence))"
                if let words = line.words {
                    out += "\n<blockquote dir=\"auto\">\(Self.escaped(words))</blockquote>"
                }
                out += "</li>\n"
            }
            if part.lines.count > Self.mostLines {
                out += "<li>and \(part.lines.count - Self.mostLines) before</li>\n"
            }
            out += "</ul>\n"
        }
        if hidden > 0 { out += "<p>and \(hidden) more cases</p>\n" }
        out += "<hr>\n<p><small>"
        var words = foot.map(Self.escaped)
        if let choices, words.count > 1 {
            words[words.count - 1] = Self.anchor("Choose what you are told", choices)
        }
        return out + words.joined(separator: "<br>\n") + "</small></p>\n</body></html>\n"
    }

    // MARK: Chat

    /// The words for a chat (Slack, Mattermost, Teams): what happened and where, and nothing that anybody wrote but the
    /// case's subject.
    ///
    /// Signs that a chat takes for commands are made harmless, so that no subject calls a whole channel.
    package var chat: String {
        var lines: [String] = isTest ? [testWords] : []
        for part in shown {
            lines.append("\(Self.harmless(part.title))\(part.link.map { " \($0)" } ?? "")")
            for line in part.lines.suffix(Self.mostLines) {
                lines.append("• \(line.time) \(Self.harmless(line.sentence))")
            }
            if part.lines.count > Self.mostLines {
                lines.append("• and \(part.lines.count - Self.mostLines) before")
            }
        }
        if hidden > 0 { lines.append("and \(hidden) more cases") }
        return lines.joined(separator: "\n")
    }

    /// Text without what chats read as links, calls or formats.
    static func harmless(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            // A sign of no width keeps “@channel” from calling everybody.
            case "@": out += "@\u{200B}"
            case "[", "]", "*", "_", "`", "~", "|":
                out += "\u{200B}\(character)"
            case "\n", "\r": out += " "
            default: out.append(character)
            }
        }
        return out
    }
}
