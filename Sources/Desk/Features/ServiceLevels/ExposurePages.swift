import Diagnosis
import Domain
import Storage
import Web

/// What missed promises may cost, by customer and month; each number says how it comes about.
enum ExposurePages {
    /// Whoever may look at it.
    static let right: Right = "contract.view_exposure"

    private static func read(
        _ call: SignedInCall, _ services: Services
    ) async throws -> (asked: ExposureDirectory.Query, accounts: [ExposureDirectory.Account]) {
        let policy = services.policy.current
        let asked = try ExposureDirectory.Query(call.request, now: services.clock())
        let accounts = try await services.database.read { tx in
            try ExposureDirectory.accounts(asked, for: call.actor, policy: policy, in: tx)
        }
        return (asked, accounts)
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let (asked, accounts) = try await read(call, services)
        let sections = accounts.map { section($0, policy, now) }
        let none: HTML =
            accounts.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No credits are agreed</h2><p>Credits stand in approved contract amendments. Propose one on the page of an organisation: “Propose amendment”.</p></div></div>"
            : .empty
        let last = asked.period.upperBound.adding(seconds: -1)
        let account: HTML =
            asked.account.map { "<input type=\"hidden\" name=\"account\" value=\"\($0)\">" } ?? .empty
        let main: HTML = """
            <nav class="crumbs" aria-label="Where you are"><a href="/levels">Service levels</a></nav>
            <div class="q-head"><h1>Credits at stake</h1><div class="btns"><a class="btn" href="/exposure.csv?\(asked.address)">\(icon("doc"))CSV</a></div></div>
            <form class="filters" action="/exposure">\(account)<label class="sr" for="x-from">From month</label><input class="input" id="x-from" name="from" value="\(Month.of(asked.period.lowerBound))" pattern="[0-9]{4}-[0-9]{2}" size="8"><label class="sr" for="x-to">To month</label><input class="input" id="x-to" name="to" value="\(Month.of(last))" pattern="[0-9]{4}-[0-9]{2}" size="8"><button class="btn">Show</button></form>
            <p class="lede">What missed promises may cost by approved contract amendments: an estimate, for a customer may claim less, or nothing. It counts the cases that you may know of.</p>
            <div class="stack">\(none)\(sections)</div>
            """
        return services.page(Page("Credits at stake", here: "/levels", main: main), for: call)
    }

    private static func section(
        _ one: ExposureDirectory.Account, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let (found, exposure) = (one.organisation, one.exposure)
        let totals = exposure.totals.map { "<b>\(Exposure.money($0.counted, $0.currency))</b>" as HTML }
        let sum: HTML = totals.isEmpty ? "nothing" : HTML.joined(totals, by: " and ")
        let free: HTML =
            exposure.free == 0
            ? .empty
            : "<p class=\"by\">\(exposure.free) more missed \(exposure.free == 1 ? "promise costs" : "promises cost") nothing: the contract names no credit for \(exposure.free == 1 ? "it" : "them").</p>"
        let cut: HTML =
            one.isCut
            ? "<p class=\"warn\">Only the latest \(grouped(ExposureDirectory.most)) missed promises were read.</p>"
            : .empty
        let months = exposure.sums.map {
            "<li>\($0.period): \(Exposure.money($0.counted, $0.currency)) for \($0.misses) \($0.misses == 1 ? "miss" : "misses")\($0.whole == $0.counted ? "" : ", \(Exposure.money($0.whole, $0.currency)) without the limit")</li>"
                as HTML
        }
        let list: HTML = months.isEmpty ? .empty : "<ul class=\"plain-list\">\(months)</ul>"
        return """
            <section aria-labelledby="x-\(found.id.raw)"><div class="sec"><h2 id="x-\(found.id.raw)"><a href="/organisations/\(found.id.raw)#amendments">\(isolated(found.name))</a></h2><span class="dim">\(sum)</span></div>\(list)\(table(exposure, policy, now))\(free)\(cut)</section>

            """
    }

    private static func table(_ exposure: Exposure, _ policy: Policy, _ now: Timestamp) -> HTML {
        guard !exposure.lines.isEmpty else {
            return "<p class=\"dim\">No missed promise cost anything in this time.</p>"
        }
        let rows = exposure.lines.map { line -> HTML in
            let severity = policy.severity(ID(line.miss.severity))?.name ?? line.miss.severity
            return """
                <tr><th scope="row"><a href="/cases/\(line.miss.caseNumber)/clocks">\(line.miss.caseNumber)</a></th><td data-label="Missed">\(line.miss.clock.label), \(severity)</td><td data-label="When">\(time(line.miss.at, now: now))</td><td class="num" data-label="Credit">\(Exposure.money(line.counted, line.terms.currency))</td><td data-label="How it comes about">\(line.words)</td></tr>

                """
        }
        return """
            <div class="card clip"><table class="tbl"><caption class="sr">Missed promises that cost something</caption><thead><tr><th scope="col">Case</th><th scope="col">Missed</th><th scope="col">When</th><th scope="col" class="num">Credit</th><th scope="col">How it comes about</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }

    // MARK: For programs

    static let reads = [
        APIRead(
            "exposure.read", "What missed promises may cost, by customer and month", path: "/exposure",
            access: .right(right),
            parameters: [
                .init("from", "The first month, such as 2026-01; this one where it is left out."),
                .init("to", "The last month; this one where it is left out."),
                .init("account", "One organisation, by identifier or name."),
            ]
        ) { call, services in
            let (asked, accounts) = try await read(call, services)
            return [
                "from": .string(asked.period.lowerBound.rfc3339),
                "to": .string(asked.period.upperBound.rfc3339), "items": .array(accounts.map(json)),
            ]
        }
    ]

    private static func json(_ one: ExposureDirectory.Account) -> JSON {
        [
            "organisation": .string(one.organisation.id.raw), "name": .string(one.organisation.name),
            "months": .array(
                one.exposure.sums.map {
                    [
                        "month": .string($0.period), "currency": .string($0.currency),
                        "misses": .integer(Int64($0.misses)), "amount": .string(Exposure.decimal($0.counted)),
                        "without_limit": .string(Exposure.decimal($0.whole)),
                    ]
                }),
            "without_credit": .integer(Int64(one.exposure.free)), "truncated": .bool(one.isCut),
            "lines": .array(
                one.exposure.lines.map {
                    [
                        "case": .string($0.miss.caseNumber), "clock": .string($0.miss.clock.text),
                        "severity": .string($0.miss.severity), "missed_at": $0.miss.at.json,
                        "amendment": .string($0.amendment), "period": .string($0.period),
                        "currency": .string($0.terms.currency),
                        "amount": .string(Exposure.decimal($0.counted)),
                        "without_limit": .string(Exposure.decimal($0.whole)), "because": .string($0.words),
                    ]
                }),
        ]
    }

    static func file(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (_, accounts) = try await read(call, services)
        var rows = [
            [
                "organisation", "case", "clock", "severity", "missed_at", "amendment", "period", "currency",
                "amount", "without_limit", "because",
            ]
        ]
        for one in accounts {
            for line in one.exposure.lines {
                rows.append([
                    one.organisation.name, line.miss.caseNumber, line.miss.clock.text, line.miss.severity,
                    line.miss.at.rfc3339, line.amendment, line.period, line.terms.currency,
                    Exposure.decimal(line.counted), Exposure.decimal(line.whole), line.words,
                ])
            }
        }
        return CSVText.response(rows, name: "credits-at-stake.csv")
    }
}
