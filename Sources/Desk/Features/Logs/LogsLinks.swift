import Diagnosis
import Domain
import Web

/// What somebody wants to see of a log: the query of its page, read and written.
struct LogAsk: Sendable {
    /// The member of an archive.
    var member: String?
    /// The line to begin with.
    var line: Int64?
    /// What is looked for, as it was typed.
    var text: String?
    /// Whether only records that hold it are shown.
    var isOnly = false
    /// Only records so grave, or graver.
    var level: LogLevel?
    /// Only records from this moment on, in microseconds since 1970.
    var from: Int64?
    /// Only records up to this moment, in microseconds since 1970.
    var to: Int64?
    /// Whether long lines go on below.
    var wraps = false
    /// Whether what lies before the line is meant.
    var isBack = false

    /// Reads the query of a request.
    /// - Parameter line: the name of the first line in it.
    init(_ request: WebRequest, line name: String = "line") throws(Refusal) {
        member = request.query("member")
        line = try Self.number(request, name)
        text = request.query("q")
        isOnly = request.query("only") == "1"
        wraps = request.query("wrap") == "1"
        isBack = request.query("direction") == "back"
        from = try Self.moment(request, "from_time")
        to = try Self.moment(request, "to_time")
        if let word = request.query("level") {
            guard let found = LogLevel.allCases.first(where: { $0.name == word }) else {
                let words = LogLevel.allCases.map(\.name).joined(separator: ", ")
                throw Refusal(field: "level", "unknown_level", "“\(word)” is no level. There are \(words).")
            }
            level = found
        }
        if let direction = request.query("direction"), !["forward", "back"].contains(direction) {
            throw Refusal(
                field: "direction", "unknown_direction",
                "“\(direction)” is no direction: say forward or back.")
        }
    }

    /// Whether not every line is shown.
    var isFilter: Bool { level != nil || from != nil || to != nil || (isOnly && text != nil) }

    /// What of it the log is asked; the text too where it is only marked.
    func query(in encoding: DecodedText.Encoding) throws(Refusal) -> LogQuery {
        do throws(LogQuery.Problem) {
            return try LogQuery(
                finding: text ?? "", in: encoding, level: level, from: from, to: to)
        } catch {
            throw Refusal(field: "q", "bad_search", error.message)
        }
    }

    /// What records are chosen by; a text that is only marked chooses none.
    func filter(in encoding: DecodedText.Encoding) throws(Refusal) -> LogQuery {
        isOnly || text == nil ? try query(in: encoding) : LogQuery(level: level, from: from, to: to)
    }

    static func number(_ request: WebRequest, _ name: String) throws(Refusal) -> Int64? {
        guard let text = request.query(name) else { return nil }
        let digits = text.filter { !",. \u{A0}".contains($0) }
        guard let number = Int64(digits), number >= 0 else {
            throw Refusal(field: name, "not_a_number", "“\(text)” is no number.")
        }
        return number
    }

    /// A moment as people and logs write it; without a zone in UTC.
    static func moment(_ request: WebRequest, _ name: String) throws(Refusal) -> Int64? {
        guard let text = request.query(name)?.trimmingWhitespace else { return nil }
        if let moment = Timestamp(text.replacing(",", with: ".")) { return moment.microseconds }
        guard let moment = LogTime.parse(text) else {
            throw Refusal(
                field: name, "not_a_time",
                "“\(text)” is not a time such as 2026-11-10 00:00 or 2026-11-10T00:00:00+01:00.")
        }
        return moment
    }

    /// The query as a link has it, with some of it changed.
    func link(to path: String, _ change: (inout LogAsk) -> Void = { _ in }) -> String {
        var ask = self
        change(&ask)
        var pairs: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { pairs.append("\(name)=\(percentEncoded(value))") }
        }
        add("member", ask.member)
        add("line", ask.line.map { String($0) })
        add("q", ask.text)
        add("only", ask.isOnly ? "1" : nil)
        add("level", ask.level?.name)
        add("from_time", ask.from.map(LogTime.text))
        add("to_time", ask.to.map(LogTime.text))
        add("direction", ask.isBack ? "back" : nil)
        add("wrap", ask.wraps ? "1" : nil)
        return pairs.isEmpty ? path : "\(path)?\(pairs.joined(separator: "&"))"
    }
}
