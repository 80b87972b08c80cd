import Diagnosis
import Domain
import Storage
import Web

/// How many resolved cases came back: reopened, or followed up after the window.
enum ReopenPages {
    /// The measure with the period that it is of.
    private struct Measured: Sendable {
        var period: Range<Timestamp>
        var measure: ReopenMeasure
        var isProvisional: Bool
    }

    static let read = APIRead(
        "case.reopens", "How many resolved cases came back", path: "/reopens", access: .right("case.view"),
        parameters: [
            .init("from", "Resolved at or after this moment; 30 days before the end where it is left out"),
            .init("to", "Resolved before this moment; now where it is left out"),
        ]
    ) { call, services in
        let one = try await measured(call, services)
        let measure = one.measure
        func permille(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
        return [
            "from": one.period.lowerBound.json, "to": one.period.upperBound.json,
            "resolved": .integer(Int64(measure.resolved)), "reopened": .integer(Int64(measure.reopened)),
            "followed_up": .integer(Int64(measure.followedUp)),
            "came_back": .integer(Int64(measure.cameBack)),
            "reopened_permille": permille(measure.reopenedPermille),
            "came_back_permille": permille(measure.cameBackPermille),
            "provisional": .bool(one.isProvisional),
        ]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let one = try await measured(call, services)
        let (measure, now) = (one.measure, services.clock())
        func percent(_ permille: Int?) -> String {
            permille.map { "\($0 / 10).\($0 % 10) % of \(grouped(measure.resolved))" } ?? "none resolved"
        }
        let lines: [(String, Int, String)] = [
            ("Reopened", measure.reopened, percent(measure.reopenedPermille)),
            ("Followed up after the window", measure.followedUp, "a linked case of its own"),
            ("Came back in one way or the other", measure.cameBack, percent(measure.cameBackPermille)),
        ]
        let rows = lines.map { name, count, share -> HTML in
            """
            <tr><th scope="row">\(name)</th><td data-label="Cases">\(grouped(count))</td><td data-label="Share">\(share)</td></tr>

            """
        }
        let note: HTML =
            one.isProvisional
            ? """
            <div class="notice">\(icon("info"))<div><p>These figures can still rise: a case of this time can be reopened for \(services.policy.current.reopenWindowDays) days.</p></div></div>
            """ : .empty
        let main: HTML = """
            <div class="q-head"><h1>What came back</h1><span class="dim nowrap">\(grouped(measure.resolved)) resolved</span></div><p class="lede">Of the cases that were resolved from \(time(one.period.lowerBound, now: now)) to \(time(one.period.upperBound, now: now)). Each case counts once.</p>\(note)
            <form class="filters" action="/cases/reopens"><label class="sr" for="from">From, \(zoneName)</label><input class="input time" id="from" name="from" value="\(one.period.lowerBound.fieldText)" autocomplete="off"><label class="sr" for="to">To, \(zoneName)</label><input class="input time" id="to" name="to" value="\(one.period.upperBound.fieldText)" autocomplete="off"><button class="btn">Show</button></form>
            <div class="card clip"><table class="tbl"><caption class="sr">Resolved cases that came back</caption><thead><tr><th scope="col">How</th><th scope="col">Cases</th><th scope="col">Share</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        return services.page(Page("What came back", here: "/cases/backlog", main: main), for: call)
    }

    private static func measured(_ call: SignedInCall, _ services: Services) async throws -> Measured {
        let (policy, now, actor) = (services.policy.current, services.clock(), call.actor)
        let end = try moment(call.request.query("to"), "to") ?? now
        let start = try moment(call.request.query("from"), "from") ?? end.adding(seconds: -30 * 86_400)
        guard start < end else {
            throw Refusal(field: "from", "not_before", "The time must begin before it ends.")
        }
        let measure = try await services.database.read { tx in
            try CaseDirectory.reopens(in: start..<end, for: actor, in: tx)
        }
        return Measured(
            period: start..<end, measure: measure,
            isProvisional: ReopenMeasure.isProvisional(
                start..<end, windowDays: policy.reopenWindowDays, now: now))
    }

    private static func moment(_ text: String?, _ field: String) throws(Refusal) -> Timestamp? {
        guard let text, !text.isEmpty else { return nil }
        guard let moment = Timestamp(text) ?? Timestamp(text.replacing(" ", with: "T") + ":00Z")
        else {
            throw Refusal(
                field: field, "not_a_time", "“\(text)” is no time. Write 2026-03-02 09:00, in UTC.")
        }
        return moment
    }
}
