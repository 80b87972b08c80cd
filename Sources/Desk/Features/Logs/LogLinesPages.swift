import Diagnosis
import Domain
import Storage
import Web

/// The page of a log.
struct LogView {
    /// What can be shown.
    enum State {
        /// Lines of a log.
        case lines(IndexedLog, Content)
        /// A part of a long line.
        case part(IndexedLog, line: Int64, byte: Int64, (text: String, length: Int64, next: Int64?))
        /// No log, or none yet.
        case notice(LogShelf.Shown)
    }

    /// Records to be shown, and where a filter goes on.
    struct Content: Sendable {
        var records: [IndexedLog.Record] = []
        var next: Int64?
        var scanned: Int64 = 0
        /// When what a filter finds was written; nil without one.
        var course: IndexedLog.Course?
    }

    /// A search that cannot be understood.
    struct Problem: Sendable {
        /// As it was typed.
        var text: String
        /// What is wrong with it.
        var message: String
    }

    let this: SupportCase
    let found: Evidence
    let path: String
    let ask: LogAsk
    let state: State
    let policy: Policy
    let now: Timestamp
    /// What is wrong with the search; nil where nothing is.
    let problem: Problem?
    /// Up to where a search found nothing.
    let lost: Int64?
    let isLostBack: Bool

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)/evidence">Evidence</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)/evidence/\(found.number)">\(found.number)</a><span aria-hidden="true">/</span><span>Log</span></nav>
        <div class="head"><div><h1>\(isolated(ask.member.flatMap { $0.isEmpty ? nil : $0 } ?? found.name))</h1><p class="facts-line">\(facts.map { "<span>\($0)</span>" as HTML })</p></div></div>
        \(content)
        """
    }

    private var log: IndexedLog? {
        switch state {
        case .lines(let log, _), .part(let log, _, _, _): log
        case .notice: nil
        }
    }

    private var facts: [HTML] {
        var facts: [HTML] = ["\(EvidenceWords.size(found.size))"]
        guard let log else { return facts }
        let index = log.index
        facts.append("\(grouped(Int(index.lines))) \(index.lines == 1 ? "line" : "lines")")
        if index.records != index.lines { facts.append("\(grouped(Int(index.records))) records") }
        if let span = index.span {
            let (from, to) = (
                Timestamp(microseconds: span.lowerBound), Timestamp(microseconds: span.upperBound)
            )
            facts.append(
                "\(stamp(from)) to \(from.day == to.day ? universalTime(to, now: to) : stamp(to)) UTC")
        }
        if log.encoding != .utf8 { facts.append("\(log.encoding.rawValue)") }
        if index.invalid > 0, log.encoding == .utf8 {
            facts.append(
                "<span class=\"warn\">\(grouped(Int(index.invalid))) \(index.invalid == 1 ? "line is" : "lines are") not UTF-8</span>"
            )
        }
        if ask.member != nil { facts.append("in \(isolated(found.name))") }
        return facts
    }

    private func stamp(_ moment: Timestamp) -> HTML {
        universalTime(moment, now: moment.adding(seconds: 86_400))
    }

    private var content: HTML {
        switch state {
        case .lines(let log, let content):
            if log.index.lines == 0 {
                return empty("Nothing in it", "The file has no bytes, so there is no line to show.")
            }
            return """
                <div class="stack log-page">\(LogChart(log: log, ask: ask, path: path, course: content.course).html)\(form(log))\(shell)\(missed(log))\(sheet(log, content))</div>
                """
        case .part(let log, let line, let byte, let part): return long(log, line, byte, part)
        case .notice(.making(let done, let total)): return making(done, total)
        case .notice(.members(let members, let problems)): return choice(members, problems)
        case .notice(.none(let why)): return empty("No log to read", "\(why)")
        case .notice(.log): return .empty
        }
    }

    private func empty(_ title: HTML, _ why: HTML) -> HTML {
        """
        <div class="card"><div class="empty"><h2>\(title)</h2><p>\(why)</p><p><a href="/cases/\(this.number)/evidence/\(found.number)">What is known of it</a></p></div></div>
        """
    }

    private func making(_ done: Int64, _ total: Int64?) -> HTML {
        let far: HTML =
            total.map { "\(EvidenceWords.size(done)) of \(EvidenceWords.size($0))" }
            ?? (done == 0 ? "It has just begun" : "\(EvidenceWords.size(done)) so far")
        let bar: HTML =
            total.map {
                "<progress max=\"100\" value=\"\(Int(done * 100 / max(1, $0)))\" aria-label=\"Read so far\"></progress>"
            }
            ?? .empty
        return """
            <div class="card" data-log-wait="\(ask.link(to: path + "/lines") { $0.line = nil })"><div class="empty"><h2>It is being read for the first time</h2><p>Afterwards every line is at hand at once. It goes on when you leave this page.</p><p role="status">\(bar) <span data-log-far>\(far)</span></p><p><a class="btn" href="\(ask.link(to: path))">Look again</a></p></div></div>
            """
    }

    private func choice(_ members: [LogShelf.Member], _ problems: [String]) -> HTML {
        let list = members.map { member -> HTML in
            "<li><a href=\"\(ask.link(to: path) { $0.member = member.name; $0.line = nil })\"><span dir=\"auto\">\(member.name)</span></a></li>"
        }
        let left = problems.map { "<li dir=\"auto\">\($0)</li>" as HTML }
        let notes: HTML =
            problems.isEmpty
            ? .empty
            : "<section class=\"card pad\" aria-labelledby=\"sk-h\"><h2 id=\"sk-h\">Not read</h2><ul class=\"f13\">\(left)</ul></section>"
        guard !members.isEmpty else {
            return
                "\(empty("No text in it", "The archive holds nothing that can be read as a log."))\(notes)"
        }
        return """
            <div class="stack"><section class="card pad" aria-labelledby="mb-h"><h2 id="mb-h">Choose a file of the archive</h2><ul class="members mono">\(list)</ul></section>\(notes)</div>
            """
    }

    private func long(
        _ log: IndexedLog, _ line: Int64, _ byte: Int64, _ part: (text: String, length: Int64, next: Int64?)
    ) -> HTML {
        let back = "\(ask.link(to: path) { $0.line = line })#L\(line)"
        func at(_ byte: Int64) -> String {
            let link = ask.link(to: path) { $0.line = line }
            return "\(link)&byte=\(byte)"
        }
        let first: HTML = byte > 0 ? "<a href=\"\(at(0))\">From its start</a>" : .empty
        let next: HTML = part.next.map { "<a href=\"\(at($0))\">Go on</a>" } ?? .empty
        let end = part.next ?? part.length
        return """
            <section class="card clip" aria-labelledby="ln-h"><div class="sec pad"><h2 id="ln-h">Line \(grouped(Int(line)))</h2><span class="dim f13">From byte \(grouped(Int(byte))) to \(grouped(Int(end))) of \(grouped(Int(part.length)))</span><nav class="views" aria-label="Parts of the line"><a href="\(back)">All lines</a>\(first)\(next)</nav></div><pre class="sheet" tabindex="0" aria-label="Part of line \(Int(line))">\(part.text)</pre></section>
            """
    }

    // MARK: What is looked for

    private static let offered: [LogLevel] = [.debug, .info, .notice, .warning, .error, .critical]

    private func form(_ log: IndexedLog) -> HTML {
        let hasLevels = log.index.levelled > 0
        let levels = Self.offered.map { level -> HTML in
            let count = log.index.records(atLeast: level)
            return """
                <option value="\(level.name)"\(.flag("selected", ask.level == level))>\(level.name) and worse: \(grouped(Int(count)))</option>
                """
        }
        let choice: HTML =
            hasLevels
            ? "<div class=\"fld\"><label for=\"level\">Level</label><select class=\"input\" id=\"level\" name=\"level\"><option value=\"\">Any level</option>\(levels)</select></div>"
            : .empty
        let times: HTML =
            log.index.timed > 0
            ? """
            <div class="fld"><label for="from-time">From, \(zoneName)</label><input class="input time" id="from-time" name="from_time" value="\(ask.from.map(typed) ?? "")" placeholder="2026-11-20T09:30:00" autocomplete="off"></div><div class="fld"><label for="to-time">To, \(zoneName)</label><input class="input time" id="to-time" name="to_time" value="\(ask.to.map(typed) ?? "")" placeholder="2026-11-20T10:30:00" autocomplete="off"></div>
            """ : .empty
        let member: HTML =
            ask.member.map { "<input type=\"hidden\" name=\"member\" value=\"\($0)\">" } ?? .empty
        let line: HTML =
            ask.line.map { "<input type=\"hidden\" name=\"line\" value=\"\(Int($0))\" data-log-line>" }
            ?? .empty
        let invalid: HTML = problem == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"q-e\""
        let wrong: HTML =
            problem.map { "<p class=\"err\" id=\"q-e\" role=\"alert\">\(icon("alert"))\($0.message)</p>" }
            ?? .empty
        let wrap: HTML = ask.wraps ? "<input type=\"hidden\" name=\"wrap\" value=\"1\">" : .empty
        return """
            <form class="log-form" method="get" action="\(path)" role="search" aria-label="This log">\(member)\(line)\(wrap)<div class="fld wide"><label for="q">Words, or /expression/</label><input class="input mono" id="q" name="q" value="\(problem?.text ?? ask.text ?? "")" maxlength="1000" autocomplete="off" autocapitalize="off" spellcheck="false" data-search aria-keyshortcuts="/"\(invalid)>\(wrong)</div>\(choice)\(times)<label class="tick"><input type="checkbox" name="only" value="1"\(.flag("checked", ask.isOnly))><span>Only records that hold it</span></label><div class="btns"><button class="btn go">Show</button>\(reset)</div></form>
            """
    }

    /// The same with common tools, for whoever has the file elsewhere.
    private var shell: HTML {
        guard let text = ask.text, problem == nil else { return .empty }
        let command = ShellEquivalent.search(text, in: found.name, member: ask.member)
        let rest: HTML =
            ask.level != nil || ask.from != nil || ask.to != nil
            ? "<p class=\"hint\">It knows nothing of levels and times, which are read from each format here.</p>"
            : .empty
        return """
            <details class="shell"><summary>The same in a shell</summary><div class="secret"><code id="shell-command">\(command)</code><button class="btn small" type="button" data-copy="shell-command">Copy</button></div>\(rest)</details>
            """
    }

    private var reset: HTML {
        guard ask.text != nil || ask.isFilter else { return .empty }
        let link = ask.link(to: path) { ask in
            (ask.text, ask.level, ask.from, ask.to, ask.isOnly, ask.isBack) = (
                nil, nil, nil, nil, false, false
            )
        }
        return "<a class=\"btn bare\" href=\"\(link)\">Show all lines</a>"
    }

    private func typed(_ moment: Int64) -> String {
        let text = LogTime.text(moment)
        return String(text.prefix(19))
    }

    /// What a search came to that found nothing.
    private func missed(_ log: IndexedLog) -> HTML {
        guard let lost, let text = ask.text else { return .empty }
        let isOver = isLostBack ? lost <= 1 : lost >= log.index.lines
        let further: HTML = isLostBack ? "further up" : "further down"
        if isOver {
            return
                "<div class=\"notice\" role=\"status\">\(icon("info"))<div>“<span dir=\"auto\">\(text)</span>” stands nowhere \(further).</div></div>"
        }
        let from = isLostBack ? lost : lost - 1
        let go = "\(ask.link(to: path) { $0.line = max(1, from) })&find=\(isLostBack ? "previous" : "next")"
        return
            "<div class=\"notice\" role=\"status\">\(icon("info"))<div>“<span dir=\"auto\">\(text)</span>” was not found up to line \(grouped(Int(lost))). <a href=\"\(go)\">Go on from there</a></div></div>"
    }

    // MARK: Lines

    private func sheet(_ log: IndexedLog, _ content: Content) -> HTML {
        let first = content.records.first?.lines.first?.number
        let last = content.records.last.flatMap { record in
            record.lines.first.map { $0.number + Int64(record.lineCount) - 1 }
        }
        let hasTimes = log.index.timed > 0
        let rows = content.records.flatMap { record in
            record.lines.enumerated().map { place, line in
                row(line, log, hasTimes)
                    + (place == record.lines.count - 1 ? more(record) : .empty)
            }
        }
        let zone: HTML =
            hasTimes
            ? "<span class=\"dim f13\">Times are in \(zoneName); lines are as they were written.</span>"
            : .empty
        let notes = log.format.time.notes.filter { _ in hasTimes }.map {
            "<span class=\"dim f13\">\($0)</span>" as HTML
        }
        let body: HTML =
            rows.isEmpty
            ? "<p class=\"pad dim\" data-log-none>\(nothing(content, log))</p>"
            : "<div class=\"rows\">\(rows)</div>"
        let classes: HTML = "log\(ask.wraps ? " wrap" : "")\(hasTimes ? "" : " bare")"
        return """
            <section class="card clip" aria-labelledby="lg-h"><div class="sec pad log-bar"><h2 id="lg-h" class="sr">Lines</h2>\(moves(log, content, first, last))</div>
            <div class="\(classes)" id="log" tabindex="0" role="region" aria-label="Lines of \(found.name)" data-lines="\(Int(log.index.lines))" data-first="\(Int(first ?? ask.line ?? 1))" data-source="\(path)/lines" data-filter="\(ask.isFilter ? "1" : "")">\(body)</div>
            <p class="pad log-foot"><span role="status" data-log-state>\(place(content, log, first, last))</span> \(zone) \(notes)</p></section>
            """
    }

    private func nothing(_ content: Content, _ log: IndexedLog) -> HTML {
        guard let next = content.next else {
            return ask.isFilter ? "No record fits." : "There is no line \(Int(ask.line ?? 0))."
        }
        let go = ask.link(to: path) { $0.line = next }
        return
            "Nothing yet up to line \(grouped(Int(next))), after \(EvidenceWords.size(content.scanned)). <a href=\"\(go)\">Go on from there</a>"
    }

    private func place(_ content: Content, _ log: IndexedLog, _ first: Int64?, _ last: Int64?) -> HTML {
        guard let first, let last else { return .empty }
        let all = grouped(Int(log.index.lines))
        guard ask.isFilter else { return "Lines \(grouped(Int(first))) to \(grouped(Int(last))) of \(all)." }
        return
            "\(content.records.count) records, from line \(grouped(Int(first))) to \(grouped(Int(last))) of \(all)."
    }

    private func row(_ line: IndexedLog.Line, _ log: IndexedLog, _ hasTimes: Bool) -> HTML {
        let parts = line.parts(in: log.encoding).enumerated().map { place, text -> HTML in
            place % 2 == 0 ? HTML(text) : "<mark>\(text)</mark>"
        }
        let number = Int(line.number)
        let link = "\(ask.link(to: path) { $0.line = line.number })#L\(number)"
        let written: HTML =
            line.time.map { moment(Timestamp(microseconds: $0)) } ?? "<span class=\"at\"></span>"
        let cut: HTML =
            line.isCut
            ? " <a class=\"cut\" href=\"\(ask.link(to: path) { $0.line = line.number })&byte=\(line.bytes.count)\">\(grouped(Int(line.length) - line.bytes.count)) more bytes\(Self.beyond(line))</a>"
            : .empty
        return """
            <div class="ln\(Self.look(line.level))\(line.goesOn ? " on" : "")" id="L\(number)"><a class="no" href="\(link)">\(number)</a>\(hasTimes ? written : .empty)<span class="lv">\(line.goesOn ? .empty : Self.word(line.level))</span><code>\(parts)\(cut)</code></div>

            """
    }

    /// That what is looked for stands in the part of a line that is not shown.
    private static func beyond(_ line: IndexedLog.Line) -> HTML {
        line.marksBeyond > 0
            ? ", <mark>\(line.marksBeyond == 1 ? "a match" : "\(line.marksBeyond) matches") in them</mark>"
            : .empty
    }

    private func more(_ record: IndexedLog.Record) -> HTML {
        guard record.lineCount > record.lines.count, let last = record.lines.last else { return .empty }
        let link = ask.link(to: path) { ask in
            (ask.level, ask.from, ask.to, ask.isOnly, ask.line) = (nil, nil, nil, false, last.number + 1)
        }
        return
            "<div class=\"ln on\"><a class=\"cut\" href=\"\(link)#L\(Int(last.number) + 1)\">\(record.lineCount - record.lines.count) more lines of this record</a></div>"
    }

    private func moment(_ moment: Timestamp) -> HTML {
        let text = LogTime.text(moment.microseconds)
        return
            "<time class=\"at\" datetime=\"\(text)\" title=\"\(text)\">\(String(text.dropFirst(11).prefix(8)))</time>"
    }

    private static func look(_ level: LogLevel?) -> HTML {
        guard let level else { return .empty }
        return level >= .error ? " bad" : level == .warning ? " warn" : .empty
    }

    private static func word(_ level: LogLevel?) -> HTML {
        guard let level else { return .empty }
        switch level {
        case .warning: return "warn"
        case .critical, .emergency: return "\(String(level.name.prefix(5)))"
        default: return "\(level.name)"
        }
    }

    // MARK: Moving

    private func moves(_ log: IndexedLog, _ content: Content, _ first: Int64?, _ last: Int64?) -> HTML {
        let total = log.index.lines
        let step = Int64(LogsPages.lines)
        func go(_ name: HTML, _ key: String?, _ line: Int64?, back: Bool = false, _ data: String) -> HTML {
            let target = line.map { line in
                ask.link(to: path) { ask in (ask.line, ask.isBack) = (line, back) }
            }
            let cap: HTML = key.map { "<kbd data-cap=\"\($0)\">\($0)</kbd>" } ?? .empty
            guard let target else {
                return
                    "<a role=\"link\" aria-disabled=\"true\" class=\"off\" data-log-go=\"\(data)\"\(.attribute("data-key", key))>\(name)\(cap)</a>"
            }
            return
                "<a href=\"\(target)\" data-log-go=\"\(data)\"\(.attribute("data-key", key))\(.attribute("aria-keyshortcuts", key))>\(name)\(cap)</a>"
        }
        let earlier: Int64?
        let later: Int64?
        if ask.isFilter {
            earlier = ask.isBack ? content.next : first.flatMap { $0 > 1 ? $0 : nil }
            later = ask.isBack ? last.map { $0 + 1 } : content.next
        } else {
            earlier = first.flatMap { $0 > 1 ? max(1, $0 - step) : nil }
            later = last.flatMap { $0 < total ? $0 + 1 : nil }
        }
        let end = ask.isFilter ? total + 1 : max(1, total - step + 1)
        var links: [HTML] = [
            go("First", "g", 1, "first"), go("Earlier", nil, earlier, back: ask.isFilter, "earlier"),
            go("Later", nil, later, "later"), go("Last", "l", end, back: ask.isFilter, "last"),
        ]
        if ask.text != nil {
            let base = ask.link(to: path) { ask in (ask.line, ask.isBack) = (first ?? ask.line ?? 1, false) }
            links.append(
                "<a href=\"\(base)&find=next\" data-log-go=\"next\" data-key=\".\" aria-keyshortcuts=\".\">Next match<kbd data-cap=\".\">.</kbd></a><a href=\"\(base)&find=previous\" data-log-go=\"previous\" data-key=\",\" aria-keyshortcuts=\",\">Previous match<kbd data-cap=\",\">,</kbd></a>"
            )
        }
        let wrap = ask.link(to: path) { ask in (ask.wraps, ask.line) = (!ask.wraps, first ?? ask.line) }
        links.append(
            "<a href=\"\(wrap)\" data-log-go=\"wrap\">\(ask.wraps ? "One row a line" : "Wrap long lines")</a>"
        )
        let hidden: HTML =
            ask.member.map { "<input type=\"hidden\" name=\"member\" value=\"\($0)\">" } ?? .empty
        let words: HTML = ask.text.map { "<input type=\"hidden\" name=\"q\" value=\"\($0)\">" } ?? .empty
        let time: HTML =
            log.index.timed > 0
            ? "<form class=\"log-jump\" method=\"get\" action=\"\(path)\" data-log-jump=\"time\">\(hidden)\(words)<label for=\"jump-time\">Time</label><input class=\"input time\" id=\"jump-time\" name=\"time\" autocomplete=\"off\" placeholder=\"2026-11-20T09:30:00\"><button class=\"btn small\">Go<span class=\"sr\"> to the time</span></button></form>"
            : .empty
        return """
            <nav class="views" aria-label="Move in the log">\(links)</nav><div class="log-jumps"><form class="log-jump" method="get" action="\(path)" data-log-jump="line">\(hidden)\(words)<label for="jump-line">Line</label><input class="input" id="jump-line" name="line" inputmode="numeric" autocomplete="off" size="9" placeholder="1 to \(grouped(Int(total)))"><button class="btn small">Go<span class="sr"> to the line</span></button></form>\(time)</div>
            """
    }
}
