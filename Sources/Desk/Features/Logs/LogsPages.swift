import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The page of a log, and what its script reads.
enum LogsPages {
    /// So many lines stand on a page without script.
    static let lines = 200

    static func routes(_ services: Services) -> [Route] {
        let view = Access.right("case.view")
        return [
            .signedIn(.get, "/cases/{id}/evidence/{number}/log", view) { call in
                try await show(call, services)
            },
            // The same as the API gives, for the script of the page, which has a session and no token.
            .signedIn(.get, "/cases/{id}/evidence/{number}/log/lines", view) { call in
                WebResponse.json(try await LogsJSON.lines(call, services))
            },
        ]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (this, found) = try await EvidenceReadPages.find(call, services)
        let path = "/cases/\(this.number)/evidence/\(found.number)/log"
        let policy = services.policy.current
        if found.isRemoved { return .seeOther("/cases/\(this.number)/evidence/\(found.number)") }
        if found.isReadable(by: call.actor, policy: policy),
            try await !EvidenceReadPages.isOpen(found, for: call.actor, services)
        {
            // There the reason is asked for.
            return .seeOther("/cases/\(this.number)/evidence/\(found.number)")
        }
        var ask = try LogAsk(call.request)
        let shown = try await LogsJSON.shown(found, ask.member, call, services)
        var state = LogView.State.notice(shown)
        var problem: LogView.Problem?
        if case .log(let log) = shown {
            do {
                _ = try ask.query(in: log.encoding)
            } catch {
                // The log is shown without the search, which stays to be mended.
                problem = LogView.Problem(
                    text: ask.text ?? "", message: error.problems.first?.message ?? error.message)
                (ask.text, ask.isOnly) = (nil, false)
            }
            if let moved = try await jump(log, ask, path, call, services) { return moved }
            if let byte = try LogAsk.number(call.request, "byte") {
                let line = ask.line ?? 1
                state = .part(
                    log, line: line, byte: byte,
                    try await services.evidence.working { try LogsJSON.text(of: log, line: line, at: byte) })
            } else {
                if ask.line == 0 { ask.line = 1 }
                let (asked, limits) = (ask, services.logs.limits)
                state = .lines(
                    log,
                    try await services.evidence.working {
                        try read(log, asked, budget: limits.scanned)
                    })
            }
        }
        let view = LogView(
            this: this, found: found, path: path, ask: ask, state: state, policy: policy,
            now: services.clock(), problem: problem, lost: call.request.query("lost").flatMap { Int64($0) },
            isLostBack: call.request.query("find") == "previous")
        let name = ask.member.map { "\($0), \(found.name)" } ?? found.name
        var page = Page("Log \(found.number) \(name), \(this.number)", here: "/cases", main: view.main)
        page.scripts = [Assets.logScript]
        return services.page(page, for: call)
    }

    /// Where a link of the page leads that only the log can say: the next thing found, or a moment; nil for no such link.
    private static func jump(
        _ log: IndexedLog, _ ask: LogAsk, _ path: String, _ call: SignedInCall, _ services: Services
    ) async throws -> WebResponse? {
        if let time = try LogAsk.moment(call.request, "time") {
            let line = try await services.evidence.working { try log.line(atOrAfter: time) }
            return redirect(ask, path, to: line ?? max(1, log.index.lines))
        }
        guard let word = call.request.query("find"), call.request.query("lost") == nil else { return nil }
        let direction: IndexedLog.Direction = word == "previous" ? .back : .forward
        let from = (ask.line ?? 0) + (direction == .forward ? 1 : 0)
        let budget = services.logs.limits.scanned
        let result = try await services.evidence.working {
            try log.find(
                try ask.query(in: log.encoding), from: from, direction, most: 1, budget: budget)
        }
        if let record = result.records.first, let first = record.lines.first {
            let line = record.lines.first { !$0.marks.isEmpty } ?? first
            return redirect(ask, path, to: line.number)
        }
        // Nothing so far: the page says up to where, and goes on from there when it is told to.
        let lost = result.next ?? (direction == .forward ? log.index.lines : 1)
        let link = ask.link(to: path) { $0.line = max(1, ask.line ?? 1) }
        return redirect("\(link)&find=\(word)&lost=\(lost)")
    }

    private static func redirect(_ ask: LogAsk, _ path: String, to line: Int64) -> WebResponse {
        redirect("\(ask.link(to: path) { $0.line = line; $0.isBack = false })#L\(line)")
    }

    /// The path is made of our own words and of what was percent-encoded.
    private static func redirect(_ target: String) -> WebResponse { .seeOther("\(target)") }

    /// What stands on a page.
    static func read(_ log: IndexedLog, _ ask: LogAsk, budget: Int64) throws -> LogView.Content {
        var content = LogView.Content()
        guard ask.isFilter else {
            content.records = try log.lines(
                from: ask.line ?? 1, count: lines, marking: try ask.query(in: log.encoding)
            ).map { IndexedLog.Record(lines: [$0], lineCount: 1) }
            return content
        }
        let found = try log.find(
            try ask.filter(in: log.encoding), from: ask.line ?? (ask.isBack ? log.index.lines + 1 : 1),
            ask.isBack ? .back : .forward, most: 100, budget: budget,
            marking: try ask.query(in: log.encoding))
        content.records = found.records
        content.next = found.next
        content.scanned = found.scanned
        content.course = try LogsJSON.course(of: log, ask, budget: budget / 2)
        return content
    }
}
