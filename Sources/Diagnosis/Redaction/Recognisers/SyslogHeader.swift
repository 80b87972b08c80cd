/// The computer in the header of a syslog line (RFC 3164): `Jun 14 15:16:01 host tag[12]:`.
enum SyslogHeader {
    static let expression =
        "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 0-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [A-Za-z]"
    private static let width = 17
    private static let levels = WordList(
        "error warn warning info debug trace notice fatal critical severe alert emerg verbose err crit")
    private static let tag = ByteSet("_./()-@", letters: true, digits: true)

    /// Claims the name whose first letter ends at `end`, at the beginning of a line and before a tag.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let before = text[end - width - 1]
        guard before == 0x0A || before == UInt8(ascii: ">") else { return }
        let start = end - 1
        let last = Hostname.end(text, start)
        guard text[last] == UInt8(ascii: " "), last - start <= 64 else { return }
        let word = text.end(of: tag, from: last + 1, limit: 64)
        guard word > last + 1, text[word] == UInt8(ascii: "[") || text[word] == UInt8(ascii: ":") else {
            return
        }
        guard !levels.contains(text, start..<last), Hostname.mayBeRedacted(text, start..<last) else { return }
        spans.append(RedactionSpan(start, last, .syslogHost))
    }
}

/// The account in the path of a home folder of Windows or macOS.
enum HomeFolder {
    static let expression = "[/\\\\]Users[/\\\\]{1,4}[A-Za-z0-9]"
    private static let shared = WordList("public default shared all administrator guest")

    /// Claims the folder's name, whose first letter ends at `end`.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let start = end - 1
        let last = text.end(of: .fieldName, from: start, limit: 64)
        let after = text[last]
        guard last - start >= 2, after == UInt8(ascii: "/") || after == UInt8(ascii: "\\") else { return }
        guard !shared.contains(text, start..<last), !SystemAccount.isOne(text, start..<last) else { return }
        spans.append(RedactionSpan(start, last, .fieldUser))
    }
}
