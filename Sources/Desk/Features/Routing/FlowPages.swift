import Diagnosis
import Domain
import Storage
import Web

/// A queue as flow: who looks after it this shift, what is too old, and how long cases wait there.
enum FlowPages {
    /// So many days the chart shows.
    static let days = 28
    /// So many cases are looked at, those that changed last.
    private static let most = 1000

    /// What is known of a queue's flow.
    struct Content: Sendable {
        var queue: RoutingRules.Queue
        var flow: QueueFlow
        var shifts: [Captaincy.Shift]
        var people: [RoutingPerson]
        var subjects: [String: SupportCase]
        var isCut: Bool
    }

    static func content(
        _ id: String, for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> Content {
        guard let queue = policy.routing.queue(id) else { throw Refusal.notFound("queue") }
        let from = CalendarDay(now).start.adding(seconds: -Int64(days) * 86_400)
        var filter = CaseFilter()
        // Cases that went on to another queue lay here too.
        filter.condition = .every([
            .any([.oneOf(.queue, [id]), .moved(0)]), .during(.updated, from: from, until: nil),
        ])
        let recent = try CaseDirectory.list(filter, for: actor, limit: most, in: tx)
        var lying = CaseFilter(.oneOf(.queue, [id]))
        lying.statuses = RoutingDirectory.open(policy)
        let open = try CaseDirectory.list(lying, for: actor, limit: most, in: tx)
        let known = Set(recent.map(\.id))
        let cases = recent + open.filter { !known.contains($0.id) }
        let stays = try cases.flatMap { this in
            QueueFlow.stays(
                of: this.number, in: id, try CaseDirectory.facts(of: this.id, kinds: QueueFlow.kinds, in: tx))
        }
        let people = try RoutingDirectory.people(policy: policy, for: actor, in: tx)
        let away = Dictionary(people.compactMap { one in one.awayUntil.map { (one.email, $0) } }) {
            first, _ in first
        }
        return Content(
            queue: queue, flow: QueueFlow(stays, days: days, limit: queue.ageHours, now: now),
            shifts: Captaincy(of: queue, policy: policy).shifts(from: now, count: 7, away: away),
            people: people, subjects: Dictionary(cases.map { ($0.number, $0) }) { first, _ in first },
            isCut: recent.count == most || open.count == most)
    }

    /// Who looks after a queue now, or from when on somebody does; nil where policy names nobody.
    static func captain(
        of queue: String, policy: Policy, now: Timestamp, for actor: Actor, in tx: borrowing Transaction
    ) throws -> (shift: Captaincy.Shift, name: String)? {
        guard let found = policy.routing.queue(queue), !found.captains.isEmpty else { return nil }
        let people = try found.captains.compactMap { try PeopleDirectory.find($0, in: tx) }
        let away = Dictionary(
            people.compactMap { one in one.awayUntil.map { (one.email ?? "", $0) } }
        ) { first, _ in first }
        guard let shift = Captaincy(of: found, policy: policy).shifts(from: now, count: 1, away: away).first,
            let captain = shift.captain
        else { return nil }
        return (shift, people.first { $0.email == captain }?.name ?? captain)
    }

    // MARK: Page

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let content = try await services.database.read { tx in
            try FlowPages.content(
                call.request.parameter("id"), for: call.actor, policy: policy, now: now, in: tx)
        }
        let queue = content.queue
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/routing">Routing</a><span aria-hidden="true">/</span><span>\(isolated(queue.name))</span></nav>
            <div class="q-head"><h1>\(isolated(queue.name))</h1><div class="btns"><a class="btn small" href="\(QueueSearchPages.address("is:open queue:\(queue.id)"))">Its cases</a></div></div>
            <p class="lede">\(sentence(content))</p>
            <div id="flow" data-live><div class="stack">\(captains(content, now))\(present(content, policy, now))\(chart(content.flow, queue.ageHours))</div></div>
            """
        var page = Page("\(queue.name): flow", here: "/routing", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private static func sentence(_ content: Content) -> HTML {
        let flow = content.flow
        let waits: HTML =
            flow.median.map { median in
                "In the last \(days) days half of the cases waited no longer than \(durationWords(seconds: median)) for somebody, nine in ten no longer than \(durationWords(seconds: flow.ninetieth ?? median))."
            } ?? "No case came in the last \(days) days."
        let old: HTML =
            content.queue.ageHours.map { hours in
                flow.overAge == 0
                    ? " None of the \(flow.present.count) that lie here is older than \(hours) h."
                    : " <b class=\"bad\">\(flow.overAge) of the \(flow.present.count) that lie here \(flow.overAge == 1 ? "is" : "are") older than \(hours) h.</b>"
            } ?? ""
        let cut: HTML = content.isCut ? " Only the \(most) cases that changed last are counted." : ""
        return "\(waits)\(old)\(cut)"
    }

    private static func captains(_ content: Content, _ now: Timestamp) -> HTML {
        guard let first = content.shifts.first else { return .empty }
        func name(_ email: String?) -> HTML {
            guard let email else { return "<span class=\"bad\">Everybody is away</span>" }
            return isolated(content.people.first { $0.email == email }?.name ?? email)
        }
        let isOn = first.from <= now
        let lead: HTML =
            isOn
            ? "<p><b>\(name(first.captain))</b> is captain of this shift, until \(zonedTime(first.until, now: now)).</p>"
            : "<p>No shift runs now. <b>\(name(first.captain))</b> is captain of the next one, from \(zonedTime(first.from, now: now)).</p>"
        let next = content.shifts.dropFirst().map { shift in
            "<li>\(zonedTime(shift.from, now: now)): \(name(shift.captain))</li>" as HTML
        }
        return """
            <section class="card pad" aria-labelledby="cap"><h2 id="cap">Captain</h2>\(lead)<details class="more-acts"><summary>The next shifts</summary><ul>\(next)</ul></details></section>
            """
    }

    private static func present(_ content: Content, _ policy: Policy, _ now: Timestamp) -> HTML {
        let rows = content.flow.present.prefix(50).compactMap { stay -> HTML? in
            guard let this = content.subjects[stay.number] else { return nil }
            let age = stay.age(until: now)
            let isOld = content.queue.ageHours.map { age > Int64($0) * 3600 } ?? false
            let length = durationWords(seconds: age)
            let shown: HTML = isOld ? "<b class=\"bad\">\(length), too old</b>" : "\(length)"
            let state: HTML =
                stay.takenAt.map {
                    "taken after \(durationWords(seconds: $0.seconds(since: stay.enteredAt)))"
                }
                ?? "<span class=\"warn\">waits for somebody</span>"
            return """
                <tr role="row" data-row><th scope="row" role="rowheader">\(QueuePages.severity(this.severity, policy)) <a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number)</span></th><td role="cell" data-label="Here for">\(shown)</td><td role="cell" data-label="State">\(state)</td></tr>

                """
        }
        guard !rows.isEmpty else {
            return
                "<div class=\"card\"><div class=\"empty\"><h2>Nothing lies here</h2><p>Every case that came went on.</p></div></div>"
        }
        return """
            <section aria-labelledby="here"><div class="sec"><h2 id="here">What lies here, the oldest first</h2><span class="dim">\(content.flow.present.count)</span></div><div class="card clip"><table class="tbl" role="table" aria-labelledby="here"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Case</th><th scope="col" role="columnheader">Here for</th><th scope="col" role="columnheader">State</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }

    // MARK: Chart

    private static let height = 120

    private static func chart(_ flow: QueueFlow, _ limit: Int?) -> HTML {
        let tallest = flow.days.compactMap(\.ninetieth).max() ?? 0
        guard tallest > 0 else { return .empty }
        let step = 100 / Double(flow.days.count)
        func tall(_ seconds: Int64) -> Int {
            max(1, Int((Double(seconds) / Double(tallest) * Double(height)).rounded()))
        }
        let bars = flow.days.enumerated().compactMap { place, day -> HTML? in
            guard let median = day.median, let ninetieth = day.ninetieth else { return nil }
            let (x, width) = ("\(decimal(Double(place) * step))%", "\(decimal(step * 0.8))%")
            let (low, high) = (tall(median), tall(ninetieth))
            return """
                <rect class="rest" x="\(x)" y="\(height - high)" width="\(width)" height="\(high)"/><rect class="half" x="\(x)" y="\(height - low)" width="\(width)" height="\(low)"/>
                """
        }
        let line: HTML =
            limit.flatMap { hours -> HTML? in
                let seconds = Int64(hours) * 3600
                guard seconds <= tallest else { return nil }
                let y = height - tall(seconds)
                return "<line class=\"most\" x1=\"0\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
            } ?? .empty
        let rows = flow.days.filter { $0.entered > 0 || $0.left > 0 }.map { day -> HTML in
            let waits: HTML =
                day.median.map {
                    "<td>\(durationWords(seconds: $0))</td><td>\(durationWords(seconds: day.ninetieth ?? $0))</td>"
                } ?? "<td></td><td></td>"
            return
                "<tr><th scope=\"row\">\(day.day.text)</th><td>\(day.entered)</td><td>\(day.left)</td>\(waits)</tr>\n"
        }
        let words = "The longest nine in ten of a day waited was \(durationWords(seconds: tallest))."
        return """
            <figure class="card pad flow-chart"><figcaption class="lbl"><span>How long cases waited for somebody, by the day on which they came</span></figcaption><svg role="img" aria-label="Waits of the last \(days) days. \(words)" width="100%" height="\(height)">\(bars)\(line)</svg><p class="f13 soft">Dark: half of them; light: nine in ten. \(words)</p><details class="more-acts"><summary>As a table</summary><table class="tbl"><thead><tr><th scope="col">Day</th><th scope="col">Came</th><th scope="col">Went</th><th scope="col">Half waited</th><th scope="col">Nine in ten</th></tr></thead><tbody>\(rows)</tbody></table></details></figure>
            """
    }

    // MARK: JSON

    static let read = APIRead(
        "routing.flow",
        "A queue as flow: its captain, what lies there and since when, and the waits day by day",
        path: "/routing/queues/{id}", access: .right("policy.view")
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        let content = try await services.database.read { tx in
            try FlowPages.content(
                call.request.parameter("id"), for: call.actor, policy: policy, now: now, in: tx)
        }
        let flow = content.flow
        func seconds(_ value: Int64?) -> JSON { value.map(JSON.integer) ?? .null }
        return [
            "queue": .string(content.queue.id), "name": .string(content.queue.name),
            "age_limit_hours": content.queue.ageHours.map { .integer(Int64($0)) } ?? .null,
            "over_age": .integer(Int64(flow.overAge)), "median_wait_seconds": seconds(flow.median),
            "ninetieth_wait_seconds": seconds(flow.ninetieth), "is_cut": .bool(content.isCut),
            "captains": .array(
                content.shifts.map { shift in
                    .fields([
                        "from": shift.from.json, "until": shift.until.json,
                        "captain": shift.captain.map(JSON.string),
                    ])
                }),
            "present": .array(
                flow.present.map { stay in
                    .fields([
                        "number": .string(stay.number), "entered_at": stay.enteredAt.json,
                        "taken_at": stay.takenAt?.json, "age_seconds": .integer(stay.age(until: now)),
                        "wait_seconds": .integer(stay.wait(until: now)),
                    ])
                }),
            "days": .array(
                flow.days.map { day in
                    [
                        "day": .string(day.day.text), "entered": .integer(Int64(day.entered)),
                        "left": .integer(Int64(day.left)), "median_wait_seconds": seconds(day.median),
                        "ninetieth_wait_seconds": seconds(day.ninetieth),
                    ]
                }),
        ]
    }
}
