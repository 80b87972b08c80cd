import Diagnosis
import Domain
import Storage
import Web

/// The clocks of a case: beside the case what is due next, and on a page of its own why each number is what it is.
enum ClockPages {
    // MARK: Beside the case

    /// What stands beside the case: each clock that runs, the one that is due first on top, and what was missed.
    static func panel(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        let explained = try explanation(context, tx)
        let open = explained.entries.filter { $0.reading.isOpen }.sorted(by: isBefore)
        let ended = explained.entries.filter { [.met, .missed].contains($0.reading.standing) }
        let missed = ended.filter { $0.reading.standing == .missed }
        let met = ended.count - missed.count
        guard !open.isEmpty || !ended.isEmpty else {
            return "<section class=\"panel\" id=\"clocks\" data-live hidden></section>"
        }
        let shown = open.prefix(6).map { line($0, context) } + missed.suffix(2).map { line($0, context) }
        let left = [
            open.count > 6 ? "\(open.count - 6) more run" : nil,
            missed.count > 2 ? "\(missed.count - 2) more missed" : nil, met > 0 ? "\(met) met" : nil,
        ].compactMap { $0 }.joined(separator: ", ")
        let rest: HTML = left.isEmpty ? .empty : "<p class=\"by\">\(left)</p>"
        let level: HTML =
            explained.level.map {
                "<p class=\"by\">Service level <bdi>\($0.name)</bdi></p>"
            } ?? .empty
        return """
            <section class="panel" id="clocks" data-live aria-labelledby="clocks-h"><header><h2 id="clocks-h">Clocks</h2><a href="\(context.path)/clocks">Explain</a></header><ul class="clocks">\(Array(shown))</ul>\(rest)\(level)</section>

            """
    }

    /// Members of the case's JSON: each clock that runs.
    static func members(
        _ context: CasePartContext, _ tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let explained = try explanation(context, tx)
        let items = explained.entries.filter { $0.reading.isOpen }.sorted(by: isBefore).map { entry -> JSON in
            .fields([
                "clock": .string(entry.id.text), "state": .string(entry.state),
                "due_at": entry.reading.due?.json,
                "left_seconds": .integer(entry.reading.left / 1_000_000),
                "target_seconds": .integer(entry.reading.target / 1_000_000),
            ])
        }
        return [("clocks", .array(items))]
    }

    private static func explanation(
        _ context: CasePartContext, _ tx: borrowing Transaction
    ) throws -> ClockExplanation {
        var facts = context.history.facts
        // The history leaves messages out where nothing else depends on them.
        if !facts.contains(where: { $0.body.kind == "case.replied" }) {
            facts += try CaseDirectory.facts(of: context.this.id, kinds: ["case.replied"], in: tx)
        }
        let clocks = try ServiceLevelsDirectory.clocks(
            of: context.this, facts: facts, policy: context.policy, at: context.now, in: tx)
        return ClockExplanation(context.this, clocks, at: context.now)
    }

    /// What is due first comes first; what stands still comes last.
    private static func isBefore(_ left: ClockExplanation.Entry, _ right: ClockExplanation.Entry) -> Bool {
        switch (left.reading.due, right.reading.due) {
        case (let a?, let b?): (a, left.id) < (b, right.id)
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): left.id < right.id
        }
    }

    private static func line(_ entry: ClockExplanation.Entry, _ context: CasePartContext) -> HTML {
        let reading = entry.reading
        let look = look(reading)
        return """
            <li class="\(look)">\(ring(reading))<span>\(entry.id.label)</span><b>\(big(reading, context.now))</b><span class="by">\(small(entry, context.policy, context.now))</span></li>

            """
    }

    /// What is left, or by how much it was missed.
    private static func big(_ reading: ClockReading, _ now: Timestamp) -> String {
        let seconds = reading.left / 1_000_000
        return seconds >= 0 ? durationWords(seconds: seconds) : "\(durationWords(seconds: -seconds)) late"
    }

    private static func small(
        _ entry: ClockExplanation.Entry, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let reading = entry.reading
        let due: HTML? = reading.due.map { moment in
            "\(moment <= now ? "was due" : "due") \(time(moment, now: now)) UTC"
        }
        switch reading.standing {
        case .running: return due ?? .empty
        case .outsideHours(let until):
            let opens: HTML = until.map { ", goes on \(time($0, now: now)) UTC" } ?? .empty
            return "\(due ?? "")<br>outside hours\(opens)"
        case .paused(let reason):
            let since = entry.cycle.stretches.last?.from ?? now
            return "paused since \(time(since, now: now)) UTC: waits for \(policy.blockName(reason))"
        case .missed: return due ?? .empty
        case .met: return "met"
        case .cancelled: return "not needed any more"
        }
    }

    private static func look(_ reading: ClockReading) -> String {
        switch reading.standing {
        case .missed: return "late"
        case .met: return "met"
        case .cancelled: return "idle"
        case .paused where reading.breachedAt == nil: return "paused"
        default: break
        }
        if reading.breachedAt != nil { return "late" }
        return reading.target > 0 && reading.spent * 4 >= reading.target * 3 ? "warn" : "calm"
    }

    private static func ring(_ reading: ClockReading) -> HTML {
        let percent = reading.target > 0 ? min(100, max(0, reading.spent * 100 / reading.target)) : 100
        return """
            <svg class="ring" viewBox="0 0 16 16" aria-hidden="true"><circle class="track" cx="8" cy="8" r="6.2"/><circle class="used" cx="8" cy="8" r="6.2" pathLength="100" stroke-dasharray="\(String(percent)) 100"/></svg>
            """
    }

    // MARK: Why

    /// The page that explains every clock of a case.
    static func explain(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let explained = try await ClockExplanation.read(call, services)
        let policy = services.policy.current
        let ids = explained.entries.flatMap { entry in entry.rows.map(\.cause.actor) }
        let names = try await services.database.read { tx in try PeopleDirectory.names(of: ids, in: tx) }
        let open = explained.entries.filter { $0.reading.isOpen }.sorted(by: isBefore)
        let ended = explained.entries.filter { !$0.reading.isOpen }.reversed()
        let cards = (open + ended).map { card($0, explained, policy, names) }
        let none: HTML =
            cards.isEmpty
            ? "<div class=\"card empty\"><p>No clock ever ran here: nothing was promised.</p></div>" : .empty
        let path = "/cases/\(explained.number)"
        let main: HTML = """
            <nav class="crumbs" aria-label="Where you are"><a href="\(path)">\(explained.number)</a></nav>
            <div class="q-head"><h1>Clocks of \(explained.number)</h1><a class="btn" href="\(path)/clocks.csv">\(icon("file"))CSV</a></div>
            \(level(explained, policy))\(signs(explained, call))\(overlooked(explained, call))\(none)\(cards)
            """
        return services.page(Page("Clocks of \(explained.number)", here: "/cases", main: main), for: call)
    }

    private static func level(_ explained: ClockExplanation, _ policy: Policy) -> HTML {
        guard let level = explained.level else { return .empty }
        let severity = policy.severity(ID(level.applied.severity))?.name ?? level.applied.severity
        let tier = level.applied.tier.map { ", tier \(policy.name(of: $0, in: \.tiers))" } ?? ""
        let version =
            level.applied.policy == 0
            ? "the built-in policy" : "version \(level.applied.policy) of the policy"
        return """
            <p class="lede">Service level <b><bdi>\(level.name)</bdi></b> for \(severity)\(tier), by \(version). Times are UTC. A fact counts by when it was true, however late it was entered.</p>
            """
    }

    private static func card(
        _ entry: ClockExplanation.Entry, _ explained: ClockExplanation, _ policy: Policy,
        _ names: [String: String]
    ) -> HTML {
        let reading = entry.reading
        let now = explained.now
        let anchor = "\(entry.id.clock.rawValue)-\(entry.id.item ?? "")\(entry.number)"
        let number =
            entry.number > 1 || explained.entries.count { $0.id == entry.id } > 1
            ? " (\(entry.number))" : ""
        let rows = entry.rows.map { row -> HTML in
            """
            <tr><td data-label="From">\(moment(row.from))</td><td data-label="To">\(moment(row.to))</td><td data-label="State">\(words(row, policy))</td><td data-label="Because">\(because(row, names))</td><td class="num" data-label="Counts">\(length(row.counted))</td><td class="num" data-label="Outside hours">\(length(row.outside))</td><td class="num" data-label="Paused">\(length(row.paused))</td></tr>

            """
        }
        let sum: HTML = """
            <tr><th scope="row" colspan="4">Together, of \(length(reading.target / 1_000_000)) allowed</th><td class="num" data-label="Counts"><b>\(length(reading.spent / 1_000_000))</b></td><td class="num" data-label="Outside hours">\(length(entry.rows.reduce(0) { $0 + $1.outside }))</td><td class="num" data-label="Paused">\(length(entry.rows.reduce(0) { $0 + $1.paused }))</td></tr>
            """
        let changes = entry.cycle.revisions.map { revision -> HTML in
            let before = revision.dueBefore.map { moment($0) } ?? "no time while paused"
            let after = revision.dueAfter.map { moment($0) } ?? "no time while paused"
            return "<li>\(moment(revision.cause.occurredAt)): due \(before) became \(after)</li>"
        }
        let changed: HTML =
            changes.isEmpty
            ? .empty
            : "<div class=\"panel\"><p>The terms changed:</p><ul class=\"gaps\">\(changes)</ul></div>"
        return """
            <section class="card clip explained" aria-labelledby="\(anchor)"><div class="panel"><h2 id="\(anchor)">\(entry.id.label)\(number)</h2><p><b>\(big(reading, now))</b> \(reading.left >= 0 && reading.isOpen ? "left" : ""), \(small(entry, policy, now))</p><p class="by">Stopped by \(entry.id.clock.stops). Hours: \(entry.cycle.terms.hours.calendar.name).</p></div><table class="tbl"><caption class="sr">Intervals of \(entry.id.label)</caption><thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">State</th><th scope="col">Because</th><th scope="col">Counts</th><th scope="col">Outside hours</th><th scope="col">Paused</th></tr></thead><tbody>\(rows)</tbody><tfoot>\(sum)</tfoot></table>\(changed)</section>

            """
    }

    private static func moment(_ moment: Timestamp) -> HTML {
        "<time datetime=\"\(moment.rfc3339)\">\(moment.day) \(moment.clock)</time>"
    }

    /// A length to the second, since it must add up.
    private static func length(_ seconds: Int64) -> String {
        let (hours, rest) = (seconds / 3600, seconds % 3600)
        return "\(hours):\(pad(Int(rest / 60), 2)):\(pad(Int(rest % 60), 2))"
    }

    private static func words(_ row: ClockExplanation.Row, _ policy: Policy) -> HTML {
        switch row.state {
        case "paused": "Paused: waits for \(policy.blockName(row.reason ?? ""))"
        case "not_counted": "Before the terms changed"
        default: "Running"
        }
    }

    private static func because(_ row: ClockExplanation.Row, _ names: [String: String]) -> HTML {
        let kind =
            row.cause.kind.split(separator: ".").last.map { String($0).replacing("_", with: " ") } ?? ""
        let who =
            row.cause.actor == Actor.system.id ? Actor.system.name : names[row.cause.actor] ?? "Somebody"
        let late: HTML =
            row.cause.recordedAt.seconds(since: row.cause.occurredAt) > 60
            ? ", entered \(moment(row.cause.recordedAt))" : .empty
        return "\(kind) <span class=\"dim\">by \(isolated(who))\(late)</span>"
    }

    private static func signs(_ explained: ClockExplanation, _ call: SignedInCall) -> HTML {
        guard call.actor.may("case.judge_response") else { return .empty }
        let signs = explained.clocks.signs
        guard !signs.isEmpty else { return .empty }
        let items = signs.map { "<li>\(moment($0.cause.occurredAt)): \($0.words)</li>" as HTML }
        return """
            <div class="notice">\(icon("info"))<div><p>Worth a look: a clock may have been held back.</p><ul class="gaps">\(items)</ul></div></div>
            """
    }

    private static func overlooked(_ explained: ClockExplanation, _ call: SignedInCall) -> HTML {
        guard !explained.clocks.overlooked.isEmpty else { return .empty }
        let judge: HTML =
            call.actor.may("case.judge_response")
            ? " <a href=\"/cases/\(explained.number)/judge_response\">Overrule</a>" : .empty
        let items = explained.clocks.overlooked.map {
            "<li>Entry \(String($0.cause.sequence)), \(moment($0.cause.occurredAt)): \($0.reason)</li>"
                as HTML
        }
        return """
            <div class="notice">\(icon("info"))<div><p>Messages that were no first response:\(judge)</p><ul class="gaps">\(items)</ul></div></div>
            """
    }

    // MARK: Sentences

    /// What people said about clocks, in the timeline.
    static func sentence(_ entry: Recorded<CaseFact>) -> CasePart.Line? {
        guard case .clock(let fact) = entry.body else { return nil }
        switch fact {
        case .cadenceAgreed(let minutes, let reason):
            let what =
                minutes.map { "agreed on an update every \(durationWords(seconds: Int64($0) * 60))" }
                ?? "went back to the updates of the service level"
            return ("clock", "\(what): “\(isolated(reason))”")
        case .responseJudged(let sequence, let counts, let reason):
            let what = counts ? "counts" : "does not count"
            return (
                "check",
                "said that entry \(String(sequence)) \(what) as a first response: “\(isolated(reason))”"
            )
        case .breachExplained(let record):
            let told = record.isCustomerTold ? "; the customer was told" : ""
            let correction: HTML = record.correction.map { ": “\(isolated($0))”" } ?? .empty
            return (
                "flag",
                "recorded why \(record.clock.replacing("_", with: " ")) was missed (\(record.cause.replacing("_", with: " ")))\(told)\(correction)"
            )
        }
    }
}
