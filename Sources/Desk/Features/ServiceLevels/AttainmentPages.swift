import Domain
import Storage
import Web

/// The review of service levels: what was kept in a period, by segment, why the rest was missed, and what is done about it.
enum AttainmentPages {
    /// Whoever may look at the review.
    static let right: Right = "level.review"

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let (asked, problem) = AttainmentQuery.reading(call.request, policy, now: now)
        let review = try await services.database.read { tx in
            try AttainmentReview(asked, for: call.actor, policy: policy, now: now, in: tx)
        }
        let view = AttainmentView(review: review, policy: policy, now: now, actor: call.actor)
        let wrong: HTML =
            problem.map {
                "<div class=\"notice bad\" role=\"alert\">\(icon("alert"))<div>\($0) This is the current month.</div></div>"
            } ?? .empty
        return services.page(Page("Service levels", here: "/levels", main: wrong + view.body), for: call)
    }

    /// The outcomes behind a number.
    static func cases(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let asked = try AttainmentQuery(call.request, policy, now: now)
        let most = 500
        let (rows, names) = try await services.database.read { tx in
            let rows = try AttainmentDirectory.rows(
                asked, for: call.actor, policy: policy, limit: most, in: tx)
            return (rows, try QueuePages.names(of: rows.map(\.this), in: tx))
        }
        let lines = rows.map { line($0, names, policy, now, call.actor) }
        let count = Set(rows.map(\.this.id)).count
        let some = rows.count == most ? "The latest \(most) of them in " : "In "
        let table: HTML =
            lines.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>There are none</h2><p>No clock of a case that you may know of was decided so in this time.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Clocks that were decided, the latest first</caption><thead><tr><th scope="col">Case</th><th scope="col">Clock</th><th scope="col">Due</th><th scope="col">Came</th><th scope="col">Counted</th><th scope="col">Why missed</th></tr></thead><tbody>\(lines)</tbody></table></div>
            """
        let main: HTML = """
            <nav class="crumbs" aria-label="Where you are"><a href="/levels?\(asked.narrowed.address)">Service levels</a></nav>
            <div class="q-head"><h1>\(asked.title(policy, names))</h1><a class="btn" href="/levels/cases.csv?\(asked.address)">\(icon("doc"))CSV</a></div>
            <p class="lede">\(some)\(grouped(count)) \(count == 1 ? "case" : "cases"), decided from \(time(asked.period.lowerBound, now: now)) to \(time(asked.period.upperBound, now: now)). Times are in \(zoneName).</p>\(table)
            """
        return services.page(Page("Behind the number", here: "/levels", main: main), for: call)
    }

    private static func line(
        _ row: AttainmentDirectory.Row, _ names: QueuePages.Names, _ policy: Policy, _ now: Timestamp,
        _ actor: Actor
    ) -> HTML {
        let (this, one) = (row.this, row.outcome)
        let customer: HTML =
            this.organisation.flatMap { names.organisations[$0]?.name }.map { " · \(isolated($0))" } ?? .empty
        let late: HTML =
            one.isKept
            ? "<span class=\"good\">kept</span>"
            : one.spent.map {
                "<span class=\"bad\">\(durationWords(seconds: $0 - one.target)) late</span>"
            } ?? "<span class=\"bad\">not yet</span>"
        let came: HTML = one.endedAt.map { time($0, now: now) } ?? "–"
        let counted: HTML =
            one.spent.map { "\(durationWords(seconds: $0)) of \(durationWords(seconds: one.target))" }
            ?? "more than \(durationWords(seconds: one.target))"
        return """
            <tr><th scope="row"><a href="/cases/\(this.number)">\(this.number)</a> <span class="two" dir="auto">\(this.subject)</span></th><td data-label="Clock"><a href="/cases/\(this.number)/clocks">\(one.clock.label)</a><span class="two">\(policy.severity(ID(one.severity))?.name ?? one.severity)\(customer)</span></td><td data-label="Due">\(one.dueAt.map { time($0, now: now) } ?? "–")</td><td data-label="Came">\(came) \(late)</td><td data-label="Counted">\(counted)</td><td data-label="Why missed">\(why(row, policy, actor))</td></tr>

            """
    }

    private static func why(
        _ row: AttainmentDirectory.Row, _ policy: Policy, _ actor: Actor
    ) -> HTML {
        guard !row.outcome.isKept else { return .empty }
        guard let cause = row.outcome.cause else {
            guard actor.may(ExplainBreach.right) else { return "<span class=\"dim\">not recorded</span>" }
            return """
                <a href="\(ExplainBreach.path(row.this.number, row.outcome.clock, row.outcome.number))">Record why<span class="sr"> \(row.outcome.clock.label) of \(row.this.number) was missed</span></a>
                """
        }
        let step: HTML = row.record?.correction.map { "<span class=\"two\">\(isolated($0))</span>" } ?? .empty
        let told = row.outcome.isCustomerTold == true ? "customer told" : "customer not told"
        return "\(policy.name(of: cause, in: \.breachCauses)), \(told)\(step)"
    }
}

/// What the review page shows, read at one moment.
struct AttainmentReview: Sendable {
    var asked: AttainmentQuery
    var counts: Attainment
    var merged: Int
    var waiting: Int
    var steps: [PreventionStep]
    var owners: [String: String]
    var accounts: [String: String]
    /// How the services stand at the end of the time, or now.
    var services: [ServicesDirectory.Standing]

    init(
        _ asked: AttainmentQuery, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        self.asked = asked
        (counts, merged, waiting) = try AttainmentDirectory.attainment(
            asked, for: actor, policy: policy, in: tx)
        services = try ServicesDirectory.standing(
            for: actor, policy: policy, at: min(asked.period.upperBound, now), in: tx)
        steps = try AttainmentDirectory.steps(in: asked.period, in: tx)
        owners = try PeopleDirectory.names(of: steps.map(\.plan.owner.raw), in: tx)
        let ids = Array((counts.groups[.account] ?? [:]).keys) + [asked.account].compactMap { $0 }
        accounts = try CustomerDirectory.names(of: ids.filter { !$0.isEmpty }.map { ID($0) }, in: tx)
            .reduce(into: [:]) { $0[$1.key.raw] = $1.value.name }
    }

    /// The values of a segment in the order in which they are shown: those with the most missed first.
    func values(of segment: Attainment.Segment) -> [(value: String, group: Attainment.Group)] {
        (counts.groups[segment] ?? [:]).map { ($0.key, $0.value) }.sorted {
            ($1.group[.whole].missed, $1.group[.whole].count, $0.value)
                < ($0.group[.whole].missed, $0.group[.whole].count, $1.value)
        }
    }

    /// What a value of a segment is called.
    func name(_ value: String, of segment: Attainment.Segment, _ policy: Policy) -> String {
        if value.isEmpty { return segment == .account ? "Colleagues" : "None" }
        switch segment {
        case .severity: return policy.severity(ID(value))?.name ?? value
        case .tier: return policy.name(of: value, in: \.tiers)
        case .productArea: return policy.name(of: value, in: \.productAreas)
        case .account: return accounts[value] ?? "A customer"
        case .team: return policy.routing.team(value)?.name ?? value
        case .department: return policy.name(of: value, in: \.departments)
        }
    }
}

/// The review in markup.
private struct AttainmentView {
    let review: AttainmentReview
    let policy: Policy
    let now: Timestamp
    let actor: Actor

    private var asked: AttainmentQuery { review.asked }

    var body: HTML {
        """
        <div class="q-head"><h1>Service levels</h1><span class="dim nowrap">\(grouped(review.counts.caseCount)) cases</span><div class="btns">\(stakes)<a class="btn" href="/levels.csv?\(asked.address)">\(icon("doc"))CSV</a></div></div>
        \(months)\(filters)
        <p class="lede">What was promised and kept: each clock counts once, at the moment at which it was kept or its time was over. <a href="#how">How it is counted</a>\(notes)</p>
        <div class="stack">\(measures)\(clocks)\(segments)\(budgets)\(drivers)\(plan)\(definitions)</div>
        """
    }

    private var stakes: HTML {
        actor.may(ExposurePages.right) ? "<a class=\"btn\" href=\"/exposure\">Credits at stake</a>" : .empty
    }

    private var notes: HTML {
        var notes: [HTML] = []
        if review.merged > 0 {
            notes.append(
                "\(grouped(review.merged)) merged \(review.merged == 1 ? "case is" : "cases are") left out.")
        }
        if review.waiting > 0 { notes.append("\(grouped(review.waiting)) cases are still being counted.") }
        return notes.isEmpty ? .empty : ". \(HTML.joined(notes, by: " "))"
    }

    private var months: HTML {
        let this = Month.start(Month.of(now)) ?? now
        var (starts, next) = ([this], this)
        for _ in 0..<5 {
            next = Month.before(next)
            starts.append(next)
        }
        let links = starts.map { start -> HTML in
            var other = asked
            other.period = start..<Month.after(start)
            let here: HTML = asked.period.lowerBound == start ? " aria-current=\"page\"" : .empty
            return "<a href=\"/levels?\(other.narrowed.address)\"\(here)>\(Month.of(start))</a>"
        }
        return "<nav class=\"saved\" aria-label=\"Month\">\(links)</nav>"
    }

    private var filters: HTML {
        func choice(_ name: String, _ label: String, _ options: [FieldChoice], _ value: String?) -> HTML {
            let items = options.map { option -> HTML in
                let mark: HTML = option.value == value ? " selected" : .empty
                return "<option value=\"\(option.value)\"\(mark)>\(option.label)</option>"
            }
            let on: HTML = value == nil ? .empty : " on"
            return """
                <label class="sr" for="f-\(name)">\(label)</label><select class="input\(on)" id="f-\(name)" name="\(name)"><option value="">\(label)</option>\(items)</select>
                """
        }
        let accounts = review.accounts.map { FieldChoice($0.key, $0.value) }.sorted { $0.label < $1.label }
        let last = asked.period.upperBound.adding(seconds: -1)
        return """
            <form class="filters" action="/levels"><label class="sr" for="f-from">From, UTC</label><input class="input" type="date" id="f-from" name="from" value="\(asked.period.lowerBound.day)"><label class="sr" for="f-to">To the end of, UTC</label><input class="input" type="date" id="f-to" name="to" value="\(last.day)">\(choice("severity", "Severity", policy.severities.map { FieldChoice($0.id.raw, $0.name) }, asked.severity))\(choice("tier", "Tier", policy.tiers.choices, asked.tier))\(choice("product_area", "Product area", policy.productAreas.choices, asked.productArea))\(choice("account", "Customer", accounts, asked.account))\(choice("team", "Team", policy.routing.teams.map { FieldChoice($0.id, $0.name) }, asked.team))<button class="btn">Show</button></form>
            """
    }

    // MARK: Counts

    private func share(_ tally: Attainment.Tally, isShort: Bool = false) -> HTML {
        guard let permille = tally.permille else { return "<span class=\"dim\">none</span>" }
        let words = "\(permille / 10).\(permille % 10) %"
        let goal = policy.serviceLevels.attainmentPercent
        let look: HTML = permille >= goal * 10 ? "good" : "bad"
        let few: HTML =
            tally.isSmall && !isShort
            ? " <span class=\"dim\">of \(grouped(tally.count)), too few to say much</span>"
            : " <span class=\"dim\">of \(grouped(tally.count))</span>"
        return "<b class=\"\(look)\">\(words)</b>\(few)"
    }

    private func number(_ count: Int, _ asked: AttainmentQuery, _ words: String) -> HTML {
        count == 0
            ? "0"
            : "<a href=\"/levels/cases?\(asked.address)\">\(grouped(count))<span class=\"sr\"> \(words)</span></a>"
    }

    private func row(_ name: HTML, _ words: String, _ tally: Attainment.Tally, _ asked: AttainmentQuery)
        -> HTML
    {
        var (kept, missed) = (asked, asked)
        (kept.isKept, missed.isKept) = (true, false)
        return """
            <tr><th scope="row">\(name)</th><td data-label="Kept of it">\(share(tally))</td><td class="num" data-label="Kept">\(number(tally.kept, kept, "kept: \(words)"))</td><td class="num" data-label="Missed">\(number(tally.missed, missed, "missed: \(words)"))</td></tr>

            """
    }

    private func table(_ caption: String, _ first: String, _ rows: [HTML]) -> HTML {
        """
        <div class="card clip"><table class="tbl"><caption class="sr">\(caption)</caption><thead><tr><th scope="col">\(first)</th><th scope="col">Kept of it</th><th scope="col" class="num">Kept</th><th scope="col" class="num">Missed</th></tr></thead><tbody>\(rows)</tbody></table></div>
        """
    }

    private var measures: HTML {
        let rows = Attainment.Measure.allCases.map { measure in
            row("\(measure.label)", measure.label, review.counts.all[measure], asked.asking(measure))
        }
        return """
            <section aria-labelledby="measures"><div class="sec"><h2 id="measures">Response and resolution</h2><span class="dim">wanted: \(policy.serviceLevels.attainmentPercent) %</span></div>\(table("What was kept, by measure", "Measure", rows))</section>

            """
    }

    private var clocks: HTML {
        func section(_ id: String, _ title: String, _ wanted: [CaseClock]) -> HTML {
            let rows = wanted.compactMap { clock -> HTML? in
                guard let tally = review.counts.clocks[clock] else { return nil }
                var one = asked
                one.clocks = [clock]
                return row("\(clock.label)", clock.label, tally, one)
            }
            guard !rows.isEmpty else { return .empty }
            return """
                <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(title)</h2></div>\(table(title, "Clock", rows))</section>

                """
        }
        return section("promises", "Promises to customers, by clock", CaseClock.allCases.filter(\.isPromise))
            + section("inside", "Among ourselves, by clock", CaseClock.allCases.filter { !$0.isPromise })
    }

    private var budgets: HTML {
        guard !review.services.isEmpty else { return .empty }
        let end = min(asked.period.upperBound, now)
        return """
            <section aria-labelledby="services"><div class="sec"><h2 id="services">Error budgets of services</h2><span class="dim">as of \(time(end, now: now))</span></div>\(ServicesPages.table(review.services))</section>

            """
    }

    private var segments: HTML {
        let parts = Attainment.Segment.allCases.compactMap { segment -> HTML? in
            let values = review.values(of: segment)
            guard !values.isEmpty else { return nil }
            let rows = values.prefix(30).map { value, group -> HTML in
                let name = review.name(value, of: segment, policy)
                let cells = Attainment.Measure.allCases.map { measure -> HTML in
                    "<td data-label=\"\(measure.label)\">\(share(group[measure], isShort: true))\(missed(group[measure], measure, value, segment, name))</td>"
                }
                let link: HTML =
                    value.isEmpty
                    ? "\(name)"
                    : "<a href=\"/levels?\(asked.narrowed.with(segment, value).address)\">\(isolated(name))</a>"
                return "<tr><th scope=\"row\">\(link)</th>\(cells)</tr>\n"
            }
            let heads = Attainment.Measure.allCases.map { "<th scope=\"col\">\($0.label)</th>" as HTML }
            let more: HTML =
                values.count > 30
                ? "<p class=\"by\">The 30 with most missed stand here; the CSV has all \(grouped(values.count)).</p>"
                : .empty
            return """
                <details class="card clip"\(segment == .severity ? " open" : "")><summary><h3>By \(segment.label.lowercased())</h3></summary><table class="tbl"><caption class="sr">What was kept, by \(segment.label.lowercased())</caption><thead><tr><th scope="col">\(segment.label)</th>\(heads)</tr></thead><tbody>\(rows)</tbody></table>\(more)</details>

                """
        }
        guard !parts.isEmpty else { return .empty }
        return """
            <section aria-labelledby="segments"><div class="sec"><h2 id="segments">By segment</h2></div><div class="stack">\(parts)</div></section>

            """
    }

    private func missed(
        _ tally: Attainment.Tally, _ measure: Attainment.Measure, _ value: String,
        _ segment: Attainment.Segment, _ name: String
    ) -> HTML {
        guard tally.missed > 0, !value.isEmpty else { return .empty }
        var one = asked.asking(measure).with(segment, value)
        one.isKept = false
        return """
             <a href="/levels/cases?\(one.address)">\(grouped(tally.missed)) missed<span class="sr">: \(measure.label), \(name)</span></a>
            """
    }

    // MARK: Why, and what is done

    private var drivers: HTML {
        let counts = review.counts
        guard counts.missed > 0 else {
            return """
                <section aria-labelledby="drivers"><div class="sec"><h2 id="drivers">Why promises were missed</h2></div><p class="dim">None was missed in this time.</p></section>

                """
        }
        let causes = counts.causes.sorted { ($1.value, $0.key ?? "") < ($0.value, $1.key ?? "") }.map {
            cause, count -> HTML in
            var one = asked
            (one.isKept, one.clocks) = (false, CaseClock.allCases.filter(\.isPromise))
            one.cause = cause.map { .one($0) } ?? .none
            let name = cause.map { policy.name(of: $0, in: \.breachCauses) } ?? "Nobody said why"
            let step: HTML =
                cause != nil && actor.may(PlanPrevention.right)
                ? " <a href=\"/prevention/new?period=\(Month.of(asked.period.lowerBound))&amp;cause=\(percentEncoded(cause ?? ""))\">Plan a step<span class=\"sr\"> against \(name)</span></a>"
                : .empty
            return """
                <tr><th scope="row">\(name)</th><td class="num" data-label="Missed">\(number(count, one, "missed: \(name)"))</td><td class="num" data-label="Share">\(count * 100 / counts.missed) %</td><td class="end">\(step)</td></tr>

                """
        }
        let sum = max(1, counts.states.values.reduce(0, +))
        let states = counts.states.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            status, seconds -> HTML in
            var one = asked
            (one.isKept, one.clocks, one.status) = (false, CaseClock.allCases.filter(\.isPromise), status)
            let name = policy.status(ID(status))?.name ?? status
            return """
                <tr><th scope="row"><a href="/levels/cases?\(one.address)">\(name)</a></th><td class="num" data-label="Time">\(durationWords(seconds: seconds))</td><td class="num" data-label="Share">\(String(seconds * 100 / sum)) %</td></tr>

                """
        }
        return """
            <section aria-labelledby="drivers"><div class="sec"><h2 id="drivers">Why promises were missed</h2><span class="dim">\(grouped(counts.missed)), \(grouped(counts.unexplained)) without a record</span></div><div class="card clip"><table class="tbl"><caption class="sr">Missed promises by recorded cause</caption><thead><tr><th scope="col">Cause</th><th scope="col" class="num">Missed</th><th scope="col" class="num">Share</th><th scope="col"><span class="sr">Step</span></th></tr></thead><tbody>\(causes)</tbody></table></div></section>
            <section aria-labelledby="states"><div class="sec"><h2 id="states">Where their time went</h2><span class="dim">until they were due</span></div><div class="card clip"><table class="tbl"><caption class="sr">The time of missed promises by state of the case</caption><thead><tr><th scope="col">State</th><th scope="col" class="num">Time</th><th scope="col" class="num">Share</th></tr></thead><tbody>\(states)</tbody></table></div></section>

            """
    }

    private var plan: HTML {
        let mayPlan = actor.may(PlanPrevention.right)
        let rows = review.steps.map { step -> HTML in
            let state: HTML
            switch step.outcome {
            case .done?: state = "<span class=\"good\">Done</span>"
            case .dropped?: state = "Dropped"
            case nil: state = step.isLate(at: now) ? "<span class=\"bad\">Late</span>" : "To be done"
            }
            let result: HTML = step.result.map { "<span class=\"two\">\(isolated($0))</span>" } ?? .empty
            let cause: HTML =
                step.plan.cause.map {
                    "<span class=\"two\">\(policy.name(of: $0, in: \.breachCauses))</span>"
                }
                ?? .empty
            let mayEnd = step.outcome == nil && (mayPlan || step.plan.owner.raw == actor.id)
            let change: HTML =
                mayPlan && step.outcome == nil
                ? "<a href=\"/prevention/\(step.id.raw)/change\">Change</a>" : .empty
            let acts: HTML =
                mayEnd
                ? "<span class=\"ways\"><a href=\"/prevention/\(step.id.raw)/end\">Done or dropped</a>\(change)</span>"
                : .empty
            return """
                <tr><th scope="row" dir="auto">\(step.plan.text)\(cause)</th><td data-label="Owner">\(isolated(review.owners[step.plan.owner.raw] ?? "Somebody"))</td><td data-label="Due">\(time(step.plan.dueAt, now: now))</td><td data-label="From">\(step.plan.period)</td><td data-label="State">\(state)\(result)</td><td class="end">\(acts)</td></tr>

                """
        }
        let add: HTML =
            mayPlan
            ? "<a class=\"btn small\" href=\"/prevention/new?period=\(Month.of(asked.period.lowerBound))\">\(icon("plus"))Plan a step</a>"
            : .empty
        let list: HTML =
            rows.isEmpty
            ? "<p class=\"dim\">Nothing is planned. A step says what is done so that promises are not missed again for the same reason, who does it and by when.</p>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Steps of the prevention plan, what is due first on top</caption><thead><tr><th scope="col">Step</th><th scope="col">Owner</th><th scope="col">Due</th><th scope="col">From</th><th scope="col">State</th><th scope="col"><span class="sr">Actions</span></th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        return """
            <section aria-labelledby="plan"><div class="sec"><h2 id="plan">Prevention plan</h2>\(add)</div>\(list)</section>

            """
    }

    private var definitions: HTML {
        let items = Attainment.Measure.allCases.map { measure in
            "<dt>\(measure.label)</dt><dd>\(measure.definition)</dd>" as HTML
        }
        return """
            <section aria-labelledby="how"><div class="sec"><h2 id="how">How it is counted</h2></div><div class="card pad"><dl class="pairs wider">\(items)<dt>By clock</dt><dd>Each time that a clock ran counts by itself. It belongs to the period in which what was waited for came in time, or in which its time was over, however late it was then done. The time that counts is working time by the calendar and pauses of its service level; the page of a case explains each second.</dd><dt>Left out</dt><dd>What still has time, what was cancelled because it was no longer wanted, and cases that were merged into others. A promise that nobody kept until now counts as missed from the moment at which it was due.</dd><dt>Segments</dt><dd>Severity and tier are those that the clock was measured by. Product area, customer and team are those of the case now; the team is that of its queue.</dd><dt>Shares</dt><dd>Rounded down. Below \(Attainment.fewest) a share says little, and the page says so.</dd></dl></div></section>

            """
    }
}
