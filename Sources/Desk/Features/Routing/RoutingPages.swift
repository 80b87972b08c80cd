import Domain
import Storage
import Web

/// The page of routing: rules, queues with their counts, people with load and state, and a place to try it.
enum RoutingPages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let number = call.request.query("case")?.trimmingWhitespace ?? ""
        let isTyped =
            RoutingDimensions.all.contains {
                !(call.request.query($0.name) ?? "").isEmpty
            } || !(call.request.query("text") ?? "").isEmpty
        let read = try await services.database.read { tx in
            let people = try RoutingDirectory.people(policy: policy, for: call.actor, in: tx)
            var tried: RoutingDecision?
            var found: SupportCase?
            if !number.isEmpty {
                found = try CaseDirectory.numbered(
                    number, isBareEnough: true, for: call.actor, policy: policy, in: tx)
                tried = try found.map {
                    try RoutingDirectory.situation(of: $0, policy: policy, for: call.actor, in: tx)
                        .decide(policy, at: now, byRules: true)
                }
            } else if isTyped {
                tried = RoutingDecision(
                    of: RoutingDimensions.routed(call.request), people: people, policy: policy, now: now)
            }
            return (
                people: people, model: try RoutingDirectory.model(policy: policy, now: now, in: tx),
                counts: try RoutingDirectory.counts(policy: policy, for: call.actor, in: tx),
                tried: tried, found: found
            )
        }
        let change: HTML =
            call.actor.may("policy.change")
            ? "<a class=\"btn small\" href=\"/policy/change\">Change the policy</a>" : .empty
        let main: HTML = """
            <div class="q-head"><h1>Routing</h1><div class="btns">\(change)</div></div>
            \(lede(policy))
            \(policy.routing.isOn ? "<div class=\"stack\">\(attempt(call, number, read.found, read.tried, policy, now))\(surges(policy, now))\(queues(read.counts, policy))\(people(read.people, policy, now))\(rules(policy))\(learned(read.model, policy))</div>" : empty)
            """
        return services.page(Page("Routing", here: "/routing", main: main), for: call)
    }

    private static func lede(_ policy: Policy) -> HTML {
        guard policy.routing.isOn else { return .empty }
        return policy.routing.mode == .push
            ? "<p class=\"lede\">The first rule that fits a case names its queue, and whoever of the team has the least to do gets it. What nobody can take waits and is given as soon as somebody can.</p>"
            : "<p class=\"lede\">The first rule that fits a case names its queue. There it waits until somebody takes the next one, or triage gives it to whoever has the least to do.</p>"
    }

    private static let empty: HTML = """
        <div class="card"><div class="empty"><h2>No rules yet</h2><p>People give cases to each other. With a part “routing” in the policy, teams, queues and rules do it; the default policy shows one as a comment.</p><a class="btn" href="/policy">To the policy</a></div></div>
        """

    /// Where a rule sends cases, in words.
    static func destination(_ rule: RoutingRules.Rule, _ policy: Policy) -> HTML {
        var parts: [HTML] = ["to \(isolated(policy.routing.queueName(rule.queue)))"]
        if !rule.people.isEmpty {
            parts.append("first \(HTML.joined(rule.people.map { isolated($0) }, by: ", "))")
        }
        if !rule.skills.isEmpty {
            parts.append("needs \(rule.skills.map { policy.skillName($0) }.joined(separator: ", "))")
        }
        return HTML.joined(parts, by: " · ")
    }

    // MARK: Try it

    private static func attempt(
        _ call: SignedInCall, _ number: String, _ found: SupportCase?, _ tried: RoutingDecision?,
        _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let isUnknown = !number.isEmpty && found == nil
        let problem: HTML =
            isUnknown
            ? "<p class=\"bad\" role=\"alert\" id=\"case-p\">There is no case “\(isolated(number))” that you may know of.</p>"
            : .empty
        let result: HTML =
            tried.map { decision in
                let about: HTML =
                    found.map {
                        "<p class=\"by\"><a href=\"/cases/\($0.number)\">\($0.number)</a> <span dir=\"auto\">\($0.subject)</span></p>"
                    } ?? .empty
                return
                    "<div id=\"tried\">\(about)\(RouteExplanationPages.explanation(decision, policy, now))</div>"
            } ?? .empty
        let typed = RoutingDimensions.all.contains { !(call.request.query($0.name) ?? "").isEmpty }
        return """
            <section aria-labelledby="try"><div class="sec"><h2 id="try">Try it</h2></div>
            <form class="filters" action="/routing"><div class="seek">\(icon("search"))<label class="sr" for="case">Number of a case</label><input class="input" id="case" name="case" value="\(number)" placeholder="TL-42" autocomplete="off"\(isUnknown ? " aria-invalid=\"true\" aria-describedby=\"case-p\"" : "" as HTML)></div><button class="btn">Who would get it?</button></form>\(problem)
            <details class="try"\(.flag("open", typed && number.isEmpty))><summary>Or type what a case would say</summary><form class="form" action="/routing"><div class="cols">\(RoutingDimensions.all.map { field($0.name, $0.dimension, call, policy) })</div><div class="fld"><label for="text">The reporter’s words</label><textarea class="input" id="text" name="text" rows="3">\(call.request.query("text") ?? "")</textarea></div><div class="foot"><button class="btn">Try</button></div></form></details>
            \(result)</section>
            """
    }

    private static func field(
        _ name: String, _ dimension: RoutingRules.Dimension, _ call: SignedInCall, _ policy: Policy
    ) -> HTML {
        let value = call.request.query(name) ?? ""
        let terms: [(String, String)]? =
            switch dimension {
            case .severities: policy.severities.map { ($0.id.raw, $0.name) }
            case .tiers: policy.tiers.map { ($0.id, $0.name) }
            case .contracts: policy.contracts.map { ($0.id, $0.name) }
            case .productAreas: policy.productAreas.map { ($0.id, $0.name) }
            case .components: policy.components.map { ($0.id, $0.name) }
            case .categories: policy.categories.map { ($0.id, $0.name) }
            case .environments: policy.environments.map { ($0.id, $0.name) }
            case .channels: policy.channels.map { ($0.id, $0.name) }
            case .services: policy.services.map { ($0.id, $0.name) }
            case .requestTypes: policy.requestTypes.map { ($0.id, $0.name) }
            case .accounts, .languages, .errors, .words: nil
            }
        let label: HTML = "<label for=\"try-\(name)\">\(dimension.label)</label>"
        guard let terms else {
            return
                "<div class=\"fld\">\(label)<input class=\"input\" id=\"try-\(name)\" name=\"\(name)\" value=\"\(value)\" autocomplete=\"off\"></div>"
        }
        let options = terms.map { id, title in
            "<option value=\"\(id)\"\(.flag("selected", id == value))>\(title)</option>" as HTML
        }
        return
            "<div class=\"fld\">\(label)<select class=\"input\" id=\"try-\(name)\" name=\"\(name)\"><option value=\"\">Not known</option>\(options)</select></div>"
    }

    // MARK: What holds for a time, and what history says

    private static func surges(_ policy: Policy, _ now: Timestamp) -> HTML {
        let listed = policy.routing.surges.filter { $0.until > now.adding(seconds: -7 * 86_400) }
        guard !listed.isEmpty else { return .empty }
        let rows = listed.map { surge -> HTML in
            let state: HTML =
                surge.isOn(at: now)
                ? "<span class=\"tag warn\">On</span> until \(zonedTime(surge.until, now: now))"
                : surge.until <= now
                    ? "<span class=\"tag\">Over</span> since \(zonedTime(surge.until, now: now))"
                    : "<span class=\"tag\">Comes</span> \(zonedTime(surge.from, now: now)) until \(zonedTime(surge.until, now: now))"
            var adds = surge.queues.map { "queue \($0.name)" } + surge.rules.map { "rule “\($0.name)”" }
            adds += surge.staff.map { staff in
                let team = policy.routing.team(staff.team)?.name ?? staff.team
                return "\(staff.members.map(\.person).joined(separator: ", ")) in \(team)"
            }
            if let mode = surge.mode { adds.append("cases are \(mode == .push ? "pushed" : "pulled")") }
            return """
                <tr role="row"><th scope="row" role="rowheader">\(isolated(surge.name))<span class="two">\(isolated(adds.joined(separator: " · ")))</span></th><td role="cell" data-label="State"><div>\(state)</div></td></tr>

                """
        }
        return """
            <section aria-labelledby="surges"><div class="sec"><h2 id="surges">Surges</h2><span class="dim">\(listed.count)</span></div><div class="card clip"><table class="tbl routes pair" role="table" aria-labelledby="surges"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">What it adds</th><th scope="col" role="columnheader">State</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div><p class="by">A surge ends by itself; cases that wait in its queues then go by the usual rules.</p></section>
            """
    }

    private static func learned(_ model: RoutingModel?, _ policy: Policy) -> HTML {
        guard let model, let terms = policy.routing.learned else { return .empty }
        let trial = model.trial
        let words: HTML =
            model.learned == 0
            ? "Fewer than \(terms.leastCases) cases were resolved in a queue in the last \(terms.days) days: history teaches nothing yet, and the rules alone count."
            : "Learned from \(grouped(model.learned)) cases of the last \(terms.days) days. Tried on the latest \(grouped(trial.judged)): sure enough of \(grouped(trial.sure)), of which \(grouped(trial.right)) went where it would have sent them; the others would wait in \(isolated(policy.routing.queueName(terms.triage))) for a person."
        return """
            <section class="card pad" aria-labelledby="learned"><h2 id="learned">What history says</h2><p>Where no rule with a condition takes a case, history names its queue if it is at least \(terms.percent) % sure. \(words)</p></section>
            """
    }

    // MARK: What there is

    private static func queues(_ counts: [String: (open: Int, unowned: Int)], _ policy: Policy) -> HTML {
        let rows = policy.routing.queues.map { queue -> HTML in
            let count = counts[queue.id] ?? (0, 0)
            let team: HTML =
                queue.team.flatMap { policy.routing.team($0) }.map { isolated($0.name) }
                ?? queue.answers.map { "answered by \(isolated($0))" }
                ?? "<span class=\"dim\">No team: whoever is free takes it</span>"
            let kind: HTML = queue.kind == .support ? .empty : "\(queue.kind.label) · "
            let clock: HTML = queue.clock.map { " · clock: \($0.label)" } ?? .empty
            let help: HTML =
                queue.fallback.map { " · then \(isolated(policy.routing.queueName($0)))" } ?? .empty
            let unowned: HTML =
                count.unowned == 0
                ? "<span class=\"dim\">0</span>"
                : "<a class=\"warn\" href=\"\(QueueSearchPages.address("is:open no:owner queue:\(queue.id)"))\">\(count.unowned)</a>"
            return """
                <tr role="row"><th scope="row" role="rowheader"><a href="\(QueueSearchPages.address("is:open queue:\(queue.id)"))">\(isolated(queue.name))</a> <a class="f13" href="/routing/queues/\(queue.id)">Flow<span class="sr"> of \(isolated(queue.name))</span></a><span class="two">\(kind)\(team)\(help)\(clock)</span></th><td role="cell" data-label="Open">\(count.open)</td><td role="cell" data-label="Nobody’s">\(unowned)</td></tr>

                """
        }
        return """
            <section aria-labelledby="queues"><div class="sec"><h2 id="queues">Queues</h2><span class="dim">\(policy.routing.queues.count)</span></div><div class="card clip"><table class="tbl routes" role="table" aria-labelledby="queues"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Queue</th><th scope="col" role="columnheader">Open</th><th scope="col" role="columnheader">Nobody’s</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }

    private static func people(_ people: [RoutingPerson], _ policy: Policy, _ now: Timestamp) -> HTML {
        let rows = policy.routing.people.map { email -> HTML in
            let person = people.first { $0.email == email }
            let state = RoutingPersonState(email, person, policy, now)
            let home = policy.routing.member(email)
            let skills = (home?.member.skills ?? []).map { policy.skillName($0) }
            let languages = home?.member.languages ?? []
            let can = (skills + languages.map { "“\($0)”" }).joined(separator: ", ")
            let teams = policy.routing.teams.filter { $0.members.contains { $0.person == email } }
                .map(\.name).joined(separator: ", ")
            let who: HTML =
                person.map { "<a href=\"/board?of=\($0.id.raw)\">\(isolated($0.name))</a>" }
                ?? isolated(email)
            let limit = state.limit.map { " of \($0) that are enough" } ?? ""
            let load: HTML =
                person.map {
                    "<div><b>\(loadWords($0.load))</b><span class=\"two\">\($0.inHand) in hand\(limit)</span></div>"
                } ?? .empty
            return """
                <tr role="row"><th scope="row" role="rowheader">\(who)<span class="two">\(isolated(teams))\(can.isEmpty ? "" : " · ")\(isolated(can))</span></th><td role="cell" data-label="Load">\(load)</td><td role="cell" data-label="Now"><div>\(words(state, policy, now))</div></td></tr>

                """
        }
        return """
            <section aria-labelledby="who"><div class="sec"><h2 id="who">People</h2><span class="dim">\(policy.routing.people.count)</span></div><div class="card clip"><table class="tbl routes" role="table" aria-labelledby="who"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Who</th><th scope="col" role="columnheader">Load</th><th scope="col" role="columnheader">Now</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div><p class="by">A case counts in its owner’s load by severity and expected effort; one that waits for somebody else counts \(policy.routing.waitingPercent) % of that.</p></section>
            """
    }

    private static func words(_ state: RoutingPersonState, _ policy: Policy, _ now: Timestamp) -> HTML {
        let until: HTML = state.until.map { " until \(zonedTime($0, now: now))" } ?? .empty
        let calendar = state.calendar.flatMap { id in
            policy.serviceLevels.calendars.first { $0.id == id }?.name
        }
        let hours: HTML = calendar.map { "<span class=\"two\">\(isolated($0))</span>" } ?? .empty
        switch state.name {
        case "away": return "<span class=\"warn\">Away\(until)</span>\(hours)"
        case "off_shift": return "Off shift\(until)\(hours)"
        case "at_limit": return "<span class=\"warn\">Has enough in hand</span>\(hours)"
        case "left": return "<span class=\"bad\">Has left, or does not work on cases</span>"
        case "unknown": return "<span class=\"bad\">Nobody has an account with this address</span>"
        default: return "Takes cases\(hours)"
        }
    }

    private static func rules(_ policy: Policy) -> HTML {
        let rows = policy.routing.rules.enumerated().map { index, rule -> HTML in
            let conditions = RoutingRules.Dimension.allCases.compactMap { dimension -> HTML? in
                rule.wanted[dimension].map { values in
                    let names = values.sorted().map { policy.name(of: $0, in: dimension) }
                    return "<li>\(dimension.label): \(isolated(names.joined(separator: " or ")))</li>"
                }
            }
            let asked: HTML =
                conditions.isEmpty
                ? "<span class=\"dim\">All that is left</span>" : "<ul>\(conditions)</ul>"
            return """
                <tr role="row"><th scope="row" role="rowheader">\(index + 1). \(isolated(rule.name))<span class="two">\(destination(rule, policy))</span></th><td role="cell" data-label="For">\(asked)</td></tr>

                """
        }
        return """
            <section aria-labelledby="in-order"><div class="sec"><h2 id="in-order">Rules, in order</h2><span class="dim">\(policy.routing.rules.count)</span></div><div class="card clip"><table class="tbl routes pair" role="table" aria-labelledby="in-order"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Rule</th><th scope="col" role="columnheader">For cases with all of these</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }
}
