import Diagnosis
import Domain
import Storage
import Web

/// The clocks of a case: beside the case what is due next, and on a page of its own why each number is what it is.
enum ClockPages {
    // MARK: Beside the case

    /// What stands beside the case: each clock that runs, the one that is due first on top, and what was missed.
    static func panel(_ context: CasePartContext) -> HTML {
        let (clocks, summary) = (context.clocks, context.clocks.summary)
        guard !clocks.running.isEmpty || !summary.missed.isEmpty || summary.met > 0 else {
            return "<section class=\"panel\" id=\"clocks\" data-live hidden></section>"
        }
        let missed = summary.missed.filter { $0.clock.clock.isPromise }
        let shown =
            clocks.running.prefix(6).map { line($0, context) } + missed.suffix(2).map { line($0, context) }
        let left = [
            clocks.running.count > 6 ? "\(clocks.running.count - 6) more run" : nil,
            missed.count > 2 ? "\(missed.count - 2) more missed" : nil,
            summary.met > 0 ? "\(summary.met) met" : nil,
        ].compactMap { $0 }.joined(separator: ", ")
        let level: HTML = clocks.level.map { "Service level <bdi>\($0)</bdi>" } ?? .empty
        let rest = HTML.joined([level, left.isEmpty ? .empty : "\(left)"].filter { !$0.isEmpty }, by: " · ")
        return """
            <section class="panel" id="clocks" data-live aria-labelledby="clocks-h"><header><h2 id="clocks-h">Clocks</h2><a href="\(context.path)/clocks">Explain</a></header><ul class="clocks">\(Array(shown))</ul><p class="by">\(rest)</p></section>

            """
    }

    /// What is late and what is due next, in a line each above everything: what to look at first.
    static func first(_ context: CasePartContext) -> HTML {
        let running = context.isDone ? [] : context.clocks.running
        let late = running.filter { $0.clock.isLate(at: context.now) }
        let ahead = running.first { $0.clock.due.map { $0 > context.now } ?? false }
        let still = late.isEmpty && ahead == nil ? running.first { $0.clock.clock.clock.isPromise } : nil
        let shown = [late.first { $0.clock.clock.clock.isPromise } ?? late.first, ahead, still].compactMap {
            $0
        }
        guard !shown.isEmpty else { return "<div id=\"due-first\" data-live hidden></div>" }
        let lines = shown.map { line -> HTML in
            """
            <a class="\(look(line, context.now))" href="\(context.path)/clocks#\(anchor(line.clock.clock, line.clock.number))">\(ring(line))<span><b>\(line.clock.clock.label)</b> <span class="amount">\(amount(line, context.now))\(line.left > 0 ? " left" : "")</span> <span class="dim">\(words(line, context))</span></span></a>
            """
        }
        return "<div class=\"due-first\" id=\"due-first\" data-live>\(lines)</div>\n"
    }

    /// Members of the case's JSON: each clock that runs.
    static func members(_ context: CasePartContext) -> [(key: String, value: JSON)] {
        let items = context.clocks.running.map { line -> JSON in
            .fields([
                "clock": .string(line.clock.clock.text), "state": .string(state(line, context.now)),
                "due_at": line.clock.due?.json, "left_seconds": .integer(line.left / 1_000_000),
                "target_seconds": .integer(line.clock.target / 1_000_000),
            ])
        }
        return [("clocks", .array(items))]
    }

    private static func state(_ line: StandingClocks.Line, _ now: Timestamp) -> String {
        switch line.standing {
        case .paused: "paused"
        case _ where line.clock.isLate(at: now): "late"
        case .outsideHours: "outside_hours"
        default: "running"
        }
    }

    private static func line(_ line: StandingClocks.Line, _ context: CasePartContext) -> HTML {
        """
        <li class="\(look(line, context.now))">\(ring(line))<a href="\(context.path)/clocks#\(anchor(line.clock.clock, line.clock.number))">\(line.clock.clock.label)</a><b>\(amount(line, context.now))</b><span class="by">\(words(line, context))</span></li>

        """
    }

    private static func anchor(_ clock: CaseClockID, _ number: Int) -> String {
        "\(clock.clock.rawValue)-\(clock.item.map { "\($0)-" } ?? "")\(number)"
    }

    private static func line(_ missed: ClockSummary.Missed, _ context: CasePartContext) -> HTML {
        """
        <li class="over">\(ring(share: 100))<a href="\(context.path)/clocks#\(anchor(missed.clock, missed.number))">\(missed.clock.label)</a><b>missed</b><span class="by">by \(durationWords(seconds: missed.late / 1_000_000))</span></li>

        """
    }

    /// What is left, or by how much it is late; it counts on by itself while it runs.
    private static func amount(_ line: StandingClocks.Line, _ now: Timestamp) -> HTML {
        let seconds = line.left / 1_000_000
        let text = lengthWords(seconds)
        guard line.standing == .running else { return "<span>\(text)</span>" }
        return "<span data-left=\"\(String(seconds))\">\(text)</span>"
    }

    private static func lengthWords(_ seconds: Int64) -> String {
        seconds >= 0 ? durationWords(seconds: seconds) : "\(durationWords(seconds: -seconds)) late"
    }

    /// When it is due, and why it stands still where it does.
    private static func words(_ line: StandingClocks.Line, _ context: CasePartContext) -> HTML {
        let due: HTML =
            line.clock.due.map { moment in
                "\(moment <= context.now ? "was due" : "due") \(zonedTime(moment, now: context.now))"
            } ?? .empty
        switch line.standing {
        case .outsideHours(let until):
            let opens: HTML = until.map { ", goes on \(zonedTime($0, now: context.now))" } ?? .empty
            return "\(due). Outside hours\(opens)"
        case .paused(let reason) where reason == ClockTerms.closedForChanges:
            let opens: HTML = line.opensAt.map { " until \(zonedTime($0, now: context.now))" } ?? .empty
            return "\(due). Waits\(opens) for \(context.policy.blockName(reason))"
        case .paused(let reason):
            let why = context.policy.blockName(reason)
            return "Paused since \(zonedTime(line.clock.since, now: context.now)): waits for \(why)"
        default: return due
        }
    }

    private static func look(_ line: StandingClocks.Line, _ now: Timestamp) -> String {
        if line.clock.isLate(at: now) { return "over" }
        if case .paused = line.standing { return "paused" }
        return line.left * 4 <= line.clock.target ? "warn" : "calm"
    }

    private static func ring(_ line: StandingClocks.Line) -> HTML {
        let spent = line.clock.target - line.left
        return ring(share: line.clock.target > 0 ? min(100, max(0, spent * 100 / line.clock.target)) : 100)
    }

    private static func ring(share percent: Int64) -> HTML {
        """
        <svg class="ring" viewBox="0 0 16 16" aria-hidden="true"><circle class="track" cx="8" cy="8" r="6.2"/><circle class="used" cx="8" cy="8" r="6.2" pathLength="100" stroke-dasharray="\(String(percent)) 100"/></svg>
        """
    }

    // MARK: Why

    /// The page that explains every clock of a case.
    static func explain(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let explained = try await ClockExplanation.read(call, services)
        let policy = services.policy.current
        let names = try await ClockExplanation.names(explained, services)
        let open = explained.entries.filter { $0.reading.isOpen }.sorted(by: isBefore)
        let ended = explained.entries.filter { !$0.reading.isOpen }.reversed()
        let cards = (open + ended).enumerated().map { index, entry in
            card(
                entry, explained, policy, names, isOpen: index == 0, why: why(entry, explained, policy, call))
        }
        let none: HTML =
            cards.isEmpty
            ? "<div class=\"card empty\"><p>No clock ever ran here: nothing was promised.</p></div>" : .empty
        let path = "/cases/\(explained.number)"
        let main: HTML = """
            <nav class="crumbs" aria-label="Where you are"><a href="\(path)">\(explained.number)</a></nav>
            <div class="q-head"><h1>Clocks of \(explained.number)</h1><a class="btn" href="\(path)/clocks.csv">\(icon("doc"))CSV</a></div>
            \(level(explained, policy))\(contract(explained))\(signs(explained, call))\(weighed(explained, call))\(none)\(cards)
            """
        return services.page(Page("Clocks of \(explained.number)", here: "/cases", main: main), for: call)
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

    /// When it is or was due, how it ended, and why it stands still where it does.
    private static func standing(
        _ entry: ClockExplanation.Entry, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let reading = entry.reading
        let due: HTML =
            reading.due.map { moment in
                "\(moment <= now ? "was due" : "due") \(zonedTime(moment, now: now))"
            } ?? .empty
        switch reading.standing {
        case .running: return due
        case .outsideHours(let until):
            let opens: HTML = until.map { ", goes on \(zonedTime($0, now: now))" } ?? .empty
            return "\(due); outside hours\(opens)"
        case .paused(let reason) where reason == ClockTerms.closedForChanges:
            return "\(due); waits for \(policy.blockName(reason))"
        case .paused(let reason):
            let since = entry.cycle.stretches.last?.from ?? now
            return "paused since \(zonedTime(since, now: now)): waits for \(policy.blockName(reason))"
        case .missed: return "missed, \(due)"
        case .met: return "met"
        case .cancelled: return "not needed any more"
        }
    }

    private static func level(_ explained: ClockExplanation, _ policy: Policy) -> HTML {
        guard let level = explained.level else { return .empty }
        let severity = policy.severity(ID(level.applied.severity))?.name ?? level.applied.severity
        let tier = level.applied.tier.map { ", tier \(policy.name(of: $0, in: \.tiers))" } ?? ""
        let version =
            level.applied.policy == 0
            ? "the built-in policy" : "version \(level.applied.policy) of the policy"
        return """
            <p class="lede">Service level <b><bdi>\(level.name)</bdi></b> for \(severity)\(tier), by \(version). Times are in \(zoneName). A fact counts by when it was true, however late it was entered.</p>
            """
    }

    /// Which amendments of the contract count, and which do not and why.
    private static func contract(_ explained: ClockExplanation) -> HTML {
        let counting = explained.level?.applied.amendments ?? []
        let numbers = counting.joined(separator: ", ")
        let counted: HTML =
            counting.isEmpty
            ? .empty
            : "<p>By the approved contract \(counting.count == 1 ? "amendment" : "amendments") \(numbers) of the customer.</p>"
        let refused = explained.clocks.refusedTerms.map { "<li>\(isolated($0))</li>" as HTML }
        guard !counting.isEmpty || !refused.isEmpty else { return .empty }
        let list: HTML = refused.isEmpty ? .empty : "<ul class=\"plain-list\">\(refused)</ul>"
        return "<div class=\"notice\" id=\"contract-terms\">\(icon("doc"))<div>\(counted)\(list)</div></div>"
    }

    /// One cycle: in a line how it stands, behind it the intervals.
    private static func card(
        _ entry: ClockExplanation.Entry, _ explained: ClockExplanation, _ policy: Policy,
        _ names: [String: String], isOpen: Bool, why: HTML
    ) -> HTML {
        let (reading, now) = (entry.reading, explained.now)
        let isRepeated = entry.number > 1 || explained.entries.count { $0.id == entry.id } > 1
        let (name, anchor) = (
            entry.id.label + (isRepeated ? " (\(entry.number))" : ""), anchor(entry.id, entry.number)
        )
        let seconds = reading.left / 1_000_000
        let amount =
            reading.isOpen
            ? lengthWords(seconds) + (seconds >= 0 ? " left" : "")
            : "took \(durationWords(seconds: reading.spent / 1_000_000))"
        return """
            <details class="card clip explained \(look(reading))"\(isOpen ? " open" : "")><summary>\(ring(reading))<span><h2>\(name)</h2><span class="by">\(standing(entry, policy, now))</span></span><b>\(amount)</b></summary><div class="panel" id="\(anchor)"><p class="by">Stopped by \(entry.id.clock.stops). Hours: \(entry.cycle.terms.hours.calendar.name).</p>\(changes(entry, now))\(why)</div>\(table(entry, name, policy, names, now))</details>

            """
    }

    /// Why it was missed, or the way to say so.
    private static func why(
        _ entry: ClockExplanation.Entry, _ explained: ClockExplanation, _ policy: Policy, _ call: SignedInCall
    ) -> HTML {
        guard entry.reading.breachedAt != nil, entry.reading.standing != .cancelled else { return .empty }
        let spent =
            went(entry.shares, "The allowed time went by in", policy)
            + went(entry.lateShares, "What it took longer went by in", policy)
        if let record = explained.breach(of: entry) {
            let cause = policy.name(of: record.cause, in: \.breachCauses)
            let correction: HTML = record.correction.map { ": “\(isolated($0))”" } ?? .empty
            let told = record.isCustomerTold ? " The customer was told." : " The customer was not told."
            let notice: HTML = record.notice.map { " “\(isolated($0))”" } ?? .empty
            return "\(spent)<p>Missed because of <b>\(cause)</b>\(correction).\(told)\(notice)</p>"
        }
        guard call.actor.may(ExplainBreach.right) else { return spent }
        let path = ExplainBreach.path(explained.number, entry.id, entry.number)
        return "\(spent)<p><a class=\"btn small\" href=\"\(path)\">Record why it was missed</a></p>"
    }

    /// In which states of the case time went by.
    private static func went(
        _ shares: [ClockOutcome.Share], _ words: String, _ policy: Policy
    ) -> HTML {
        guard !shares.isEmpty else { return .empty }
        let parts = shares.map {
            "\(policy.status(ID($0.status))?.name ?? $0.status) \(durationWords(seconds: $0.seconds))"
        }
        return "<p class=\"by\">\(words): \(parts.joined(separator: ", ")).</p>"
    }

    private static func look(_ reading: ClockReading) -> String {
        switch reading.standing {
        case .missed: "over"
        case .met: "met"
        case .cancelled: "idle"
        case _ where reading.breachedAt != nil: "over"
        case .paused: "paused"
        default: reading.left * 4 <= reading.target ? "warn" : "calm"
        }
    }

    private static func ring(_ reading: ClockReading) -> HTML {
        ring(share: reading.target > 0 ? min(100, max(0, reading.spent * 100 / reading.target)) : 100)
    }

    private static func changes(_ entry: ClockExplanation.Entry, _ now: Timestamp) -> HTML {
        let changes = entry.cycle.revisions.filter { $0.dueBefore != $0.dueAfter }.map { revision -> HTML in
            func moment(_ moment: Timestamp?) -> HTML {
                moment.map { time($0, now: now) } ?? "no due time while paused"
            }
            return
                "<li>The terms changed \(moment(revision.cause.occurredAt)): due \(moment(revision.dueBefore)) became \(moment(revision.dueAfter))</li>"
        }
        return changes.isEmpty ? .empty : "<ul class=\"plain-list\">\(changes)</ul>"
    }

    private static func table(
        _ entry: ClockExplanation.Entry, _ name: String, _ policy: Policy, _ names: [String: String],
        _ now: Timestamp
    ) -> HTML {
        func number(_ label: String, _ seconds: Int64) -> HTML {
            "<td role=\"cell\" class=\"num\" data-label=\"\(label)\">\(seconds == 0 ? "–" : length(seconds))</td>"
        }
        func sum(_ part: (ClockExplanation.Row) -> Int64) -> Int64 { entry.rows.reduce(0) { $0 + part($1) } }
        let rows = entry.rows.map { row -> HTML in
            """
            <tr role="row"><td role="cell" data-label="From">\(time(row.from, now: now))</td><td role="cell" data-label="To">\(time(row.to, now: now))</td><td role="cell" data-label="State">\(row.words(policy))</td><td role="cell" data-label="Because">\(because(row, names, now))</td>\(number("Counts", row.counted))\(number("Outside hours", row.outside))\(number("Paused", row.paused))</tr>

            """
        }
        let heads = ["From", "To", "State", "Because", "Counts", "Outside hours", "Paused"].map {
            "<th scope=\"col\" role=\"columnheader\">\($0)</th>" as HTML
        }
        return """
            <table class="tbl" role="table" aria-label="Intervals of \(name)"><thead role="rowgroup"><tr role="row">\(heads)</tr></thead><tbody role="rowgroup">\(rows)</tbody><tfoot role="rowgroup"><tr role="row"><th scope="row" role="rowheader" colspan="4">Together, of \(length(entry.reading.target / 1_000_000)) allowed</th>\(number("Counts", sum(\.counted)))\(number("Outside hours", sum(\.outside)))\(number("Paused", sum(\.paused)))</tr></tfoot></table>
            """
    }

    /// A length to the second, since it must add up.
    private static func length(_ seconds: Int64) -> String {
        let (hours, rest) = (seconds / 3600, seconds % 3600)
        return "\(hours):\(pad(Int(rest / 60), 2)):\(pad(Int(rest % 60), 2))"
    }

    private static func because(
        _ row: ClockExplanation.Row, _ names: [String: String], _ now: Timestamp
    ) -> HTML {
        let who =
            row.cause.actor == Actor.system.id ? Actor.system.name : names[row.cause.actor] ?? "Somebody"
        let late: HTML =
            row.cause.recordedAt.seconds(since: row.cause.occurredAt) > 60
            ? ", entered \(time(row.cause.recordedAt, now: now))" : .empty
        return "<span>\(row.cause.words) <span class=\"dim\">by \(isolated(who))\(late)</span></span>"
    }

    private static func signs(_ explained: ClockExplanation, _ call: SignedInCall) -> HTML {
        guard call.actor.may("case.judge_response") else { return .empty }
        let signs = explained.clocks.signs
        guard !signs.isEmpty else { return .empty }
        let items = signs.map {
            "<li>\(zonedTime($0.cause.occurredAt, now: explained.now)): \($0.words)</li>" as HTML
        }
        return """
            <div class="notice">\(icon("info"))<div><p>Worth a look: a clock may have been held back.</p><ul class="plain-list">\(items)</ul></div></div>
            """
    }

    /// Which messages were weighed for the first response, and the way to overrule that.
    private static func weighed(_ explained: ClockExplanation, _ call: SignedInCall) -> HTML {
        func item(_ one: CaseClocks.Weighed, _ what: String, counts: Bool) -> HTML {
            let entry = String(one.cause.sequence)
            let judge: HTML =
                call.actor.may(JudgeResponse.right)
                ? " <a href=\"/cases/\(explained.number)/judge_response?entry=\(entry)\(counts ? "&amp;counts=true" : "")\">Overrule<span class=\"sr\"> entry \(entry)</span></a>"
                : .empty
            return
                "<li>Entry \(entry), \(zonedTime(one.cause.occurredAt, now: explained.now)), \(what). \(one.reason)\(judge)</li>"
        }
        let items =
            explained.clocks.overlooked.map { item($0, "was no first response", counts: true) }
            + [explained.clocks.response].compactMap { $0 }.map {
                item($0, "counts as the first response", counts: false)
            }
        guard !items.isEmpty else { return .empty }
        return """
            <div class="notice">\(icon("info"))<div><p>First response:</p><ul class="plain-list">\(items)</ul></div></div>
            """
    }

    // MARK: Sentences

    /// What people said about clocks, in the timeline.
    static func sentence(_ entry: Recorded<CaseFact>, _ policy: Policy) -> CasePart.Line? {
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
            let clock = CaseClockID(text: record.clock)?.label ?? record.clock
            let notice: HTML = record.notice.map { "; “\(isolated($0))”" } ?? .empty
            let correction: HTML = record.correction.map { ": “\(isolated($0))”" } ?? .empty
            return (
                "flag",
                "recorded why \(clock) was missed (\(policy.name(of: record.cause, in: \.breachCauses)))\(told)\(correction)\(notice)"
            )
        }
    }
}
