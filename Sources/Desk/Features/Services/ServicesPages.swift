import Diagnosis
import Domain
import Storage
import Web

/// The pages of services: what is left of each error budget, and what spent it.
enum ServicesPages {
    /// Where a service is shown after something about it was recorded.
    static func path(_ answer: JSONObject) -> LocalPath {
        "/services/\(answer["service"]?.string ?? "")?done=saved"
    }

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let standing = try await services.database.read { tx in
            try ServicesDirectory.standing(for: call.actor, policy: policy, at: now, in: tx)
        }
        let record: HTML =
            call.actor.may(ServicesFeature.recordRight) && !standing.isEmpty
            ? "<div class=\"btns\"><a class=\"btn\" href=\"/outages/new\">\(icon("plus"))Record an outage</a></div>"
            : .empty
        let main: HTML = """
            <div class="q-head"><h1>Services</h1>\(record)</div>
            <p class="lede">How much each service may still be unwell before it breaks its objective, and how fast that goes. It counts the cases that you may know of.</p>
            <div class="stack">\(budgets(standing, policy))\(catalogue(policy, call.actor))</div>
            """
        return services.page(Page("Services", here: "/services", main: main), for: call)
    }

    private static func budgets(_ standing: [ServicesDirectory.Standing], _ policy: Policy) -> HTML {
        standing.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No service has an objective</h2><p>Declare services with <code>slo</code> in the policy, such as <code>{percent: 99.9, days: 30}</code>.</p></div></div>"
            : table(standing)
    }

    /// Services in a table, for this page and the review of service levels.
    static func table(_ standing: [ServicesDirectory.Standing]) -> HTML {
        let rows = standing.map { one -> HTML in
            let budget = one.budget
            return """
                <tr><th scope="row"><a href="/services/\(one.service.id)">\(isolated(one.service.name))</a><span class="two">\(budget.objective.words)</span></th><td data-label="Left"><span>\(left(budget))</span></td><td class="num" data-label="Was well">\(ServiceObjective.percent(budget.availability)) %</td><td data-label="Burn rate"><span>\(burn(budget, 3600, "1 h")), \(burn(budget, 21_600, "6 h")), \(burn(budget, 259_200, "3 d"))</span></td></tr>

                """
        }
        return """
            <div class="card clip"><table class="tbl"><caption class="sr">Services with what is left of their error budgets</caption><thead><tr><th scope="col">Service</th><th scope="col">Left</th><th scope="col" class="num">Was well</th><th scope="col">Burn rate</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }

    /// What is left: share and time.
    static func left(_ budget: ErrorBudget) -> HTML {
        let allowed = durationWords(seconds: budget.objective.allowed)
        guard budget.left >= 0 else {
            return """
                <b class="bad">Used up:</b> <span class="dim">\(durationWords(seconds: -budget.left)) more than the \(allowed) allowed</span>
                """
        }
        let look: HTML = budget.leftPercent < 25 ? "warn" : "good"
        return """
            <b class="\(look)">\(String(budget.leftPercent)) %</b> <span class="dim">\(durationWords(seconds: budget.left)) of \(allowed)</span>
            """
    }

    /// How fast it goes: 1.0 spends exactly what is allowed.
    static func burn(_ budget: ErrorBudget, _ seconds: Int64, _ name: String) -> HTML {
        let tenths = budget.burn(last: seconds)
        let words = "\(tenths / 10).\(tenths % 10)"
        return tenths > 10 ? "<b class=\"bad\">\(words)</b> in \(name)" : "\(words) in \(name)"
    }

    private static func catalogue(_ policy: Policy, _ actor: Actor) -> HTML {
        let offered = policy.services.filter { $0.level != nil || !$0.levelsByDepartment.isEmpty }
        guard !offered.isEmpty else { return .empty }
        let rows = offered.map { service -> HTML in
            let ask: HTML =
                actor.may("case.open")
                ? "<a href=\"/cases/new?service=\(service.id)\">Ask for it<span class=\"sr\">: \(service.name)</span></a>"
                : .empty
            let about: HTML = service.about.map { "<span class=\"two\" dir=\"auto\">\($0)</span>" } ?? .empty
            return """
                <tr><th scope="row">\(isolated(service.name))\(about)</th><td data-label="Service level">\(levels(service, policy))</td><td class="end">\(ask)</td></tr>

                """
        }
        return """
            <section aria-labelledby="catalogue"><div class="sec"><h2 id="catalogue">What colleagues can ask for</h2></div><div class="card clip"><table class="tbl"><caption class="sr">The service catalogue</caption><thead><tr><th scope="col">Service</th><th scope="col">Service level</th><th scope="col"><span class="sr">Ask</span></th></tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private static func levels(_ service: Policy.Service, _ policy: Policy) -> HTML {
        func name(_ id: String) -> String { policy.serviceLevels.level(id)?.name ?? id }
        let usual: [HTML] = service.level.map { [isolated(name($0))] } ?? []
        let others = policy.departments.compactMap { department in
            service.levelsByDepartment[department.id].map {
                "\(department.name): \(isolated(name($0)))" as HTML
            }
        }
        return HTML.joined(usual + others, by: "; ")
    }

    // MARK: One service

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let one = try await read(call, services, at: now)
        let record: HTML =
            call.actor.may(ServicesFeature.recordRight)
            ? "<div class=\"btns\"><a class=\"btn\" href=\"/outages/new?service=\(one.service.id)\">\(icon("plus"))Record an outage</a></div>"
            : .empty
        let lasts: HTML =
            one.budget.lasts(byLast: 21_600).map {
                "<p>If it goes on as in the last 6 hours, nothing is left in <b>\(durationWords(seconds: $0))</b>.</p>"
            } ?? .empty
        let components = policy.components.filter { one.service.components.contains($0.id) }.map(\.name)
        let severities = policy.severities.filter { one.service.severities.contains($0.id.raw) }.map(\.name)
        let main: HTML = """
            <nav class="crumbs" aria-label="Where you are"><a href="/services">Services</a></nav>
            <div class="q-head"><h1>\(isolated(one.service.name))</h1>\(record)</div>
            <p class="lede">Objective: well for \(one.budget.objective.words). Cases of \(components.isEmpty ? "no component" : components.joined(separator: ", ")) with \(severities.joined(separator: ", ")) spend its budget from when their effect began until it was mitigated, and so do recorded outages. Times that overlap count once.</p>
            \(table([one]))\(lasts)
            <section aria-labelledby="spent"><div class="sec"><h2 id="spent">What spent it</h2><span class="dim">times in \(zoneName)</span></div>\(bad(one, call.actor, now))</section>
            """
        return services.page(Page(one.service.name, here: "/services", main: main), for: call)
    }

    /// The service that a request names.
    static func read(
        _ call: SignedInCall, _ services: Services, at now: Timestamp
    ) async throws -> ServicesDirectory.Standing {
        let policy = services.policy.current
        guard let service = policy.service(call.request.parameter("id")), service.objective != nil else {
            throw Refusal.notFound("service")
        }
        let found = try await services.database.read { tx in
            try ServicesDirectory.standing([service], for: call.actor, policy: policy, at: now, in: tx).first
        }
        guard let found else { throw Refusal.notFound("service") }
        return found
    }

    private static func bad(
        _ one: ServicesDirectory.Standing, _ actor: Actor, _ now: Timestamp
    ) -> HTML {
        guard !one.bad.isEmpty else {
            return "<p class=\"dim\">Nothing: it was well all the time.</p>"
        }
        let rows = one.bad.prefix(200).map { bad -> HTML in
            let until: HTML = bad.until.map { time($0, now: now) } ?? "<b class=\"bad\">goes on</b>"
            let length = durationWords(seconds: max(0, (bad.until ?? now).seconds(since: bad.from)))
            let (source, act): (HTML, HTML) =
                switch bad.source {
                case .ofCase(let number): ("<a href=\"/cases/\(number)\">\(number)</a>", .empty)
                case .recorded(let id):
                    (
                        "Recorded",
                        actor.may(ServicesFeature.recordRight)
                            ? "<a href=\"/outages/\(id)/withdraw\">Withdraw<span class=\"sr\"> \(bad.words)</span></a>"
                            : .empty
                    )
                }
            return """
                <tr><th scope="row">\(source)<span class="two" dir="auto">\(bad.words)</span></th><td data-label="From">\(time(bad.from, now: now))</td><td data-label="Until">\(until)</td><td class="num" data-label="Length">\(length)</td><td class="end">\(act)</td></tr>

                """
        }
        let more: HTML =
            one.bad.count > 200 ? "<p class=\"by\">The latest 200 of \(grouped(one.bad.count)).</p>" : .empty
        return """
            <div class="card clip"><table class="tbl"><caption class="sr">Times in which the service was unwell, the latest first</caption><thead><tr><th scope="col">Who says so</th><th scope="col">From</th><th scope="col">Until</th><th scope="col" class="num">Length</th><th scope="col"><span class="sr">Act</span></th></tr></thead><tbody>\(rows)</tbody></table></div>\(more)
            """
    }
}

/// The error budget beside a grave case of a service.
enum ServiceCasePages {
    /// The budgets of the services that the case speaks for, where its severity spends them.
    static func budgets(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [ServicesDirectory.Standing] {
        let policy = context.policy
        let services = policy.services(ofComponent: context.this.classification[.component]).filter {
            $0.counts(
                component: context.this.classification[.component], severity: context.this.severity.raw)
        }
        guard !services.isEmpty, context.actor.may(ServicesFeature.viewRight) else { return [] }
        return try ServicesDirectory.standing(
            services, for: context.actor, policy: policy, at: context.now, in: tx)
    }

    static func panel(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        let standing = try budgets(context, in: tx)
        guard !standing.isEmpty else {
            return "<section class=\"panel\" id=\"error-budget\" data-live hidden></section>"
        }
        let items = standing.map { one -> HTML in
            "<li><b><a href=\"/services/\(one.service.id)\">\(isolated(one.service.name))</a></b><small>\(ServicesPages.left(one.budget))\(one.budget.left >= 0 ? " left" : HTML.empty)</small><small>Burn rate \(ServicesPages.burn(one.budget, 3600, "1 h")), \(ServicesPages.burn(one.budget, 21_600, "6 h"))</small></li>"
        }
        return """
            <section class="panel" id="error-budget" data-live aria-labelledby="budget-h"><header><h2 id="budget-h">Error budget</h2></header><ul class="people">\(items)</ul></section>

            """
    }
}
