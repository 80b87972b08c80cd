import Domain
import Storage
import Web

/// Why a case goes where: every rule with the condition that failed, and everybody with what stands in the way.
enum RouteExplanationPages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let (this, situation) = try await services.database.read { tx in
            let this = try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
            var situation = try RoutingDirectory.situation(
                of: this, policy: policy, for: call.actor, in: tx)
            situation.model = try RoutingDirectory.model(policy: policy, now: now, in: tx)
            return (this, situation)
        }
        let decision = situation.decide(policy, at: now)
        let act: HTML =
            call.actor.may("case.assign") && policy.routing.isOn
            ? "<div class=\"btns\"><a class=\"btn small\" href=\"/cases/\(this.number)/route\">Route</a></div>"
            : .empty
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><span>Routing</span></nav>
            <div class="q-head"><h1>Routing: \(this.number)</h1>\(act)</div>
            \(standing(situation.standing, policy, now))
            <div class="stack">\(explanation(decision, policy, now))</div>
            """
        return services.page(Page("Routing: \(this.number)", here: "/cases", main: main), for: call)
    }

    private static func standing(_ route: CaseRoute, _ policy: Policy, _ now: Timestamp) -> HTML {
        guard let queue = route.queue else { return "<p class=\"lede\">It is in no queue yet.</p>" }
        let how: HTML =
            route.rule.map { id in
                let name =
                    id == RoutingRules.learnedRule
                    ? "Learned from history" : policy.routing.rules.first { $0.id == id }?.name ?? id
                return "by the rule “\(isolated(name))” of policy version \(route.policy)"
            } ?? "by hand"
        let moves: HTML =
            route.moves > policy.routing.mostMoves
            ? " <b class=\"bad\">It went between queues \(route.moves) times.</b>" : .empty
        return """
            <p class="lede">It is in <b>\(isolated(policy.routing.queueName(queue)))</b> since \(route.routedAt.map { zonedTime($0, now: now) } ?? ""), \(how).\(moves)</p>
            """
    }

    /// What a decision is and why.
    static func explanation(_ decision: RoutingDecision, _ policy: Policy, _ now: Timestamp) -> HTML {
        guard !decision.trials.isEmpty else {
            return """
                <div class="card"><div class="empty"><h2>No rules yet</h2><p>The policy has no part “routing”, so people give cases to each other. Rules name a queue for each case, and the queue’s team.</p></div></div>
                """
        }
        return """
            <div class="notice info" role="status">\(icon("info"))<div><p><b>Now:</b> \(outcome(decision))</p></div></div>
            \(rules(decision, policy))\(people(decision, policy, now))
            """
    }

    private static func outcome(_ decision: RoutingDecision) -> HTML {
        guard let rule = decision.rule, let queue = decision.queue else { return "no rule fits." }
        let place: HTML = "queue <b>\(isolated(queue.name))</b>, by “\(isolated(rule.name))”"
        if let person = decision.person { return "\(place); <b>\(isolated(person.name))</b> would get it." }
        return decision.candidates.isEmpty
            ? "\(place); it has no team, so whoever is free takes it."
            : "\(place); nobody can take it, so it waits there without an owner."
    }

    private static func rules(_ decision: RoutingDecision, _ policy: Policy) -> HTML {
        let rows = decision.trials.enumerated().map { index, trial -> HTML in
            let verdict: HTML =
                if trial.counts {
                    "<b>Counts</b>"
                } else if trial.failures.isEmpty {
                    "<span class=\"dim\">Would fit, but one before it counts</span>"
                } else {
                    "<ul>\(trial.failures.map { "<li>\(isolated($0.words(policy).withCapital))</li>" as HTML })</ul>"
                }
            return """
                <tr role="row"><th scope="row" role="rowheader">\(index + 1). \(isolated(trial.rule.name))<span class="two">\(RoutingPages.destination(trial.rule, policy))</span></th><td role="cell" data-label="Why">\(verdict)</td></tr>

                """
        }
        return """
            <section aria-labelledby="rules"><div class="sec"><h2 id="rules">Rules, in order</h2><span class="dim">\(decision.trials.count)</span></div><div class="card clip"><table class="tbl routes pair" role="table" aria-labelledby="rules"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Rule</th><th scope="col" role="columnheader">Why it counts or not</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }

    private static func people(_ decision: RoutingDecision, _ policy: Policy, _ now: Timestamp) -> HTML {
        guard !decision.candidates.isEmpty else { return .empty }
        let rows = decision.candidates.map { one -> HTML in
            let source: HTML =
                switch one.source {
                case .named: "named by the rule"
                case .team(let team): "\(isolated(team))"
                case .fallback(let queue, let team): "\(isolated(team)), helps out from \(isolated(queue))"
                }
            let verdict: HTML =
                if one.isChosen {
                    "<b>Gets it</b>"
                } else if one.hindrances.isEmpty {
                    "<span class=\"dim\">Could take it; comes after</span>"
                } else {
                    "<ul>\(one.hindrances.map { "<li>\(hindrance($0, policy, now))</li>" as HTML })</ul>"
                }
            let load: HTML =
                one.person.map { person in
                    let here = person.isPresent(at: now) ? " · here now" : ""
                    return
                        "<div><b>\(loadWords(person.load))</b><span class=\"two\">\(person.inHand) in hand\(here)</span></div>"
                } ?? "<span class=\"dim\">unknown</span>"
            return """
                <tr role="row"><th scope="row" role="rowheader">\(isolated(one.name))<span class="two">\(source)</span></th><td role="cell" data-label="Load">\(load)</td><td role="cell" data-label="Verdict">\(verdict)</td></tr>

                """
        }
        return """
            <section aria-labelledby="people"><div class="sec"><h2 id="people">People, in the order in which they come</h2><span class="dim">\(decision.candidates.count)</span></div><div class="card clip"><table class="tbl routes" role="table" aria-labelledby="people"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Who</th><th scope="col" role="columnheader">Load</th><th scope="col" role="columnheader">Verdict</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div><p class="by">Whoever has the least load comes first; then whoever has a case open now; then chance, which stays the same for the same case.</p></section>
            """
    }

    private static func hindrance(
        _ hindrance: RoutingDecision.Hindrance, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        switch hindrance {
        case .away(let until): return "Is away until \(zonedTime(until, now: now))"
        case .offShift(_, let until?):
            let words = hindrance.words(policy) { _ in "" }.replacing(" until ", with: "")
            return "\(isolated(words.withCapital)) until \(zonedTime(until, now: now))"
        default: return isolated(hindrance.words(policy) { $0.stamped }.withCapital)
        }
    }
}

extension String {
    /// The same with a capital at its beginning: a phrase that stands for itself.
    var withCapital: String { prefix(1).uppercased() + dropFirst() }
}
