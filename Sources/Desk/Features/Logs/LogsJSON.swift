import Diagnosis
import Domain
import Storage
import Web

/// Logs on the wire.
enum LogsJSON {
    private static let common = [
        APIRead.Parameter("member", "The file in an archive, by its path there"),
        APIRead.Parameter("from_time", "Only records written at this moment or later"),
        APIRead.Parameter("to_time", "Only records written up to this moment"),
    ]

    static let reads = [
        APIRead(
            "log.lines", "Lines of evidence that is a log", path: "/cases/{id}/evidence/{number}/lines",
            access: .right("case.view"),
            parameters: common + [
                .init("from", "The first line, from 1; going back, the line before which to look"),
                .init(
                    "count", "How many lines, or records of a filter, at most; 200 unless said, 1000 at most"),
                .init("direction", "forward, or back for what lies before the line"),
                .init("q", "Words, or /an expression/; what is found is marked"),
                .init("only", "1 to get only records that hold q"),
                .init("level", "Only records that say that they are so grave, or graver"),
                .init("time", "Begin with the first line that was written at this moment or later"),
                .init("byte", "A part of the one long line that begins at this byte of it"),
            ]
        ) { call, services in try await lines(call, services) },
        APIRead(
            "log.histogram", "When the records of a log were written, or those that a filter finds",
            path: "/cases/{id}/evidence/{number}/histogram", access: .right("case.view"),
            parameters: common + [
                .init("bins", "How many bins at most; 120 unless said, 1000 at most"),
                .init("q", "Words, or /an expression/"),
                .init("only", "1 to count only records that hold q"),
                .init("level", "Only records that say that they are so grave, or graver"),
            ]
        ) { call, services in try await histogram(call, services) },
    ]

    // MARK: What is shown

    /// The log that a call is for, or what stands in the way; the only text of a compressed file is chosen by itself.
    static func shown(
        _ found: Evidence, _ member: String?, _ call: SignedInCall, _ services: Services
    ) async throws -> LogShelf.Shown {
        let source = try await EvidenceText.source(of: found, for: call.actor, services)
        let now = services.clock()
        return try await services.evidence.working { [shelf = services.logs] in
            let shown = try shelf.look(
                at: source.file, source.hash, member: member, source.assumptions, redacting: source.redaction,
                now: now)
            guard case .members(let members, _) = shown, members.count == 1, let only = members.first else {
                return shown
            }
            return try shelf.look(
                at: source.file, source.hash, member: only.name, source.assumptions,
                redacting: source.redaction, now: now)
        }
    }

    /// Why there is no log to read, yet or at all; nil where there is one.
    private static func obstacle(_ shown: LogShelf.Shown) -> JSON? {
        switch shown {
        case .log: return nil
        case .making(let done, let total):
            return [
                "state": "making", "done_bytes": .integer(done),
                "total_bytes": total.map(JSON.integer) ?? .null,
            ]
        case .members(let members, let problems):
            return [
                "state": "members", "members": .array(members.map { .string($0.name) }),
                "problems": .array(problems.map(JSON.string)),
            ]
        case .none(let why): return ["state": "none", "reason": .string(why)]
        }
    }

    // MARK: Lines

    static func lines(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let request = call.request
        let ask = try LogAsk(request, line: "from")
        let count = Int(try LogAsk.number(request, "count") ?? 200)
        guard (1...1000).contains(count) else {
            throw Refusal(field: "count", "out_of_range", "“count” is from 1 to 1,000.")
        }
        let time = try LogAsk.moment(request, "time")
        let byte = try LogAsk.number(request, "byte")
        let found = try await EvidenceReadPages.find(call, services).evidence
        let shown = try await shown(found, ask.member, call, services)
        guard case .log(let log) = shown else { return obstacle(shown) ?? .null }
        let limits = services.logs.limits
        return try await services.evidence.working {
            if let byte { return try part(of: log, line: ask.line ?? 1, at: byte) }
            var asked = ask
            if let time { asked.line = try log.line(atOrAfter: time) ?? max(1, log.index.lines) }
            return try lines(of: log, asked, count: count, budget: limits.scanned)
        }
    }

    static func lines(of log: IndexedLog, _ ask: LogAsk, count: Int, budget: Int64) throws -> JSON {
        var object: JSONObject = [
            "state": "ready", "total_lines": .integer(log.index.lines),
            "total_records": .integer(log.index.records), "encoding": .string(log.encoding.rawValue),
        ]
        if ask.isFilter {
            let found = try log.find(
                try ask.filter(in: log.encoding), from: ask.line ?? (ask.isBack ? log.index.lines + 1 : 1),
                ask.isBack ? .back : .forward, most: count, budget: budget,
                marking: try ask.query(in: log.encoding))
            object["lines"] = .array(
                found.records.flatMap { record in
                    record.lines.enumerated().map { place, line in
                        let isLast = place == record.lines.count - 1
                        return json(line, log, more: isLast ? record.lineCount - record.lines.count : 0)
                    }
                })
            object["next"] = found.next.map(JSON.integer) ?? .null
            object["scanned_bytes"] = .integer(found.scanned)
            object["complete"] = .bool(found.next == nil)
            return .object(object)
        }
        var from = ask.line ?? 1
        if ask.isBack { from = max(1, (ask.line ?? log.index.lines + 1) - Int64(count)) }
        let lines = try log.lines(from: from, count: count, marking: try ask.query(in: log.encoding))
        let next = lines.last.map { $0.number + 1 } ?? log.index.lines + 1
        object["lines"] = .array(lines.map { json($0, log, more: 0) })
        object["next"] = next <= log.index.lines ? .integer(next) : .null
        object["complete"] = .bool(next > log.index.lines)
        return .object(object)
    }

    private static func json(_ line: IndexedLog.Line, _ log: IndexedLog, more: Int) -> JSON {
        let parts = line.parts(in: log.encoding)
        var object: JSONObject = [
            "line": .integer(line.number), "text": .string(parts.joined()),
            "time": line.time.map { .string(LogTime.text($0)) } ?? .null,
            "level": line.level.map { .string($0.name) } ?? .null, "goes_on": .bool(line.goesOn),
            "length": .integer(line.length), "cut": .bool(line.isCut),
        ]
        if line.isCut { object["next_byte"] = .integer(Int64(line.bytes.count)) }
        if line.marksBeyond > 0 { object["matches_beyond"] = .integer(Int64(line.marksBeyond)) }
        if parts.count > 1 { object["parts"] = .array(parts.map(JSON.string)) }
        if more > 0 { object["more_lines"] = .integer(Int64(more)) }
        return .object(object)
    }

    /// How many bytes of a long line are given at once.
    static let partBytes = 64 << 10

    /// A part of a line as text, and where the next one begins.
    static func text(
        of log: IndexedLog, line: Int64, at byte: Int64
    ) throws -> (text: String, length: Int64, next: Int64?) {
        guard let (bytes, length) = try log.part(ofLine: line, at: byte, count: partBytes) else {
            throw Refusal.notFound("line")
        }
        var end = bytes.count
        if byte + Int64(end) < length, log.encoding == .utf8 {
            while end > 1, end > bytes.count - 4, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
            if end > 1, bytes[end - 1] >= 0xC0 { end -= 1 } else { end = bytes.count }
        }
        let next = byte + Int64(end)
        return (IndexedLog.Line.text(bytes[..<end], log.encoding), length, next < length ? next : nil)
    }

    private static func part(of log: IndexedLog, line: Int64, at byte: Int64) throws -> JSON {
        let part = try text(of: log, line: line, at: byte)
        return [
            "state": "ready", "line": .integer(line), "byte": .integer(byte), "text": .string(part.text),
            "length": .integer(part.length), "next_byte": part.next.map(JSON.integer) ?? .null,
        ]
    }

    // MARK: Histogram

    static func histogram(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let ask = try LogAsk(call.request)
        let bins = Int(try LogAsk.number(call.request, "bins") ?? 120)
        guard (3...1000).contains(bins) else {
            throw Refusal(field: "bins", "out_of_range", "“bins” is from 3 to 1,000.")
        }
        let found = try await EvidenceReadPages.find(call, services).evidence
        let shown = try await shown(found, ask.member, call, services)
        guard case .log(let log) = shown else { return obstacle(shown) ?? .null }
        let budget = services.logs.limits.scanned
        let course = try await services.evidence.working { try Self.course(of: log, ask, budget: budget) }
        let chart = (course?.activity ?? log.index.activity).chart(of: range(ask), most: bins)
        let records = course?.records ?? log.index.records
        let untimed = course?.untimed ?? log.index.records - log.index.timed
        return [
            "state": "ready", "width_seconds": .integer(chart.width / 1_000_000),
            "records": .integer(records), "untimed_records": .integer(untimed),
            "next": course?.next.map(JSON.integer) ?? .null, "complete": .bool(course?.next == nil),
            "bins": .array(
                chart.bins.map { bin in
                    [
                        "at": .string(LogTime.text(bin.time)), "records": .integer(Int64(bin.all)),
                        "warnings": .integer(Int64(bin.warnings)), "errors": .integer(Int64(bin.errors)),
                    ]
                }),
        ]
    }

    /// When what a filter finds was written; nil where all records of a stretch are meant, which the index knows.
    static func course(
        of log: IndexedLog, _ ask: LogAsk, budget: Int64
    ) throws -> IndexedLog.Course? {
        guard ask.level != nil || ask.isOnly && ask.text != nil else { return nil }
        return try log.course(of: try ask.filter(in: log.encoding), budget: budget)
    }

    /// The stretch of time that a query is about; nil where it is about all of it.
    static func range(_ ask: LogAsk) -> ClosedRange<Int64>? {
        guard ask.from != nil || ask.to != nil else { return nil }
        let from = ask.from ?? .min
        return from...max(from, ask.to ?? .max)
    }
}
