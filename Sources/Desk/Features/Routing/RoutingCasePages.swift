import Diagnosis
import Domain
import Storage
import Web

/// What routing and triage add to the page of a case: where it is, what can be done, and what happened.
enum RoutingCasePages {
    /// Queue and triage in a line each; nothing where the desk uses neither.
    static func panel(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let route = CaseRoute(context.history.facts)
        var lines: [HTML] = []
        if let queue = route.queue {
            let moves: HTML =
                route.moves > context.policy.routing.mostMoves
                ? "<br><span class=\"bad\">\(route.moves) times between queues</span>" : .empty
            let found = context.policy.routing.queue(queue)
            let kind: HTML =
                found.map { $0.kind == .support ? .empty : "<br>\($0.kind.label)" } ?? .empty
            let answers: HTML = found?.answers.map { "<br>Answered by \(isolated($0))" } ?? .empty
            if let captain = try FlowPages.captain(
                of: queue, policy: context.policy, now: context.now, for: context.actor, in: tx)
            {
                lines.append("<dt>Captain</dt><dd>\(isolated(captain.name))</dd>")
            }
            lines.append(
                "<dt>Queue</dt><dd>\(isolated(context.policy.routing.queueName(queue)))\(kind)\(answers)\(moves)</dd>"
            )
        }
        if let triagedAt = route.triagedAt {
            lines.append("<dt>Triage</dt><dd>done \(zonedTime(triagedAt, now: context.now))</dd>")
        } else if !context.isDone, context.actor.may("case.edit") {
            lines.append("<dt>Triage</dt><dd><a href=\"\(context.path)/triage\">Do it</a></dd>")
        }
        if let tried = route.reproductionAt {
            lines.append("<dt>Reproduction</dt><dd>tried \(zonedTime(tried, now: context.now))</dd>")
        }
        if let effort = route.effort {
            let name = context.policy.routing.efforts.first { $0.id == effort }?.name ?? effort
            lines.append("<dt>Effort</dt><dd>\(isolated(name))</dd>")
        }
        let why: HTML =
            context.policy.routing.isOn ? "<a href=\"\(context.path)/routing\">Why</a>" : .empty
        guard !lines.isEmpty else { return "<section id=\"routing\" data-live></section>" }
        return """
            <section class="panel" id="routing" data-live aria-labelledby="rt-h"><header><h2 id="rt-h">Routing and triage</h2>\(why)</header><dl class="pairs wider">\(lines)</dl></section>

            """
    }

    static func actions(_ context: CasePartContext) -> [CaseAction] {
        var actions: [CaseAction] = []
        if !context.isDone {
            actions.append(CaseAction("case.edit", "triage", icon: "check", "Triage", in: .effect))
            if context.policy.routing.isOn {
                actions.append(CaseAction("case.assign", "route", icon: "queue", "Route", in: .people))
            }
        }
        actions.append(
            CaseAction(
                "case.note", "record_reproduction", icon: "again", "Record a reproduction",
                in: .investigation))
        return actions
    }

    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let route = CaseRoute(context.history.facts)
        let triage = context.history.facts.reversed().lazy.compactMap { fact -> RoutingFact.Triage? in
            if case .routing(.triaged(let triage)) = fact.body { triage } else { nil }
        }.first
        return [
            ("queue", route.queue.map(JSON.string) ?? .null),
            ("triaged_at", route.triagedAt?.json ?? .null),
            ("proposed_severity", triage?.proposed.map(JSON.string) ?? .null),
            ("effort", route.effort.map(JSON.string) ?? .null),
            ("reproduction_at", route.reproductionAt?.json ?? .null),
            (
                "cover",
                route.cover.map { cover in
                    .fields([
                        "person": .string(cover.person), "cause": .string(cover.cause.rawValue),
                        "until": cover.until?.json, "since": route.coverAt?.json,
                    ])
                } ?? .null
            ),
        ]
    }

    /// Just after somebody was given the case who has enough: said, not refused.
    static func excess(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard let done = context.request.query("done"), ["assigned", "triaged", "routed"].contains(done),
            let owner = context.this.owner, !context.isDone,
            let person = try PeopleDirectory.find(owner.raw, in: tx)
        else { return .empty }
        var lines: [HTML] = []
        if let until = person.away(at: context.now) {
            lines.append(
                "<p><b>\(isolated(person.name)) is away</b> until \(zonedTime(until, now: context.now)).</p>")
        }
        if let load = try RoutingDirectory.excess(
            of: person, policy: context.policy, for: context.actor, in: tx), load.inHand > load.limit
        {
            lines.append(
                "<p><b>\(isolated(person.name)) has \(load.inHand) cases in hand</b>, and \(load.limit) are enough. Take one off, or give this one to somebody else.</p>"
            )
        }
        guard !lines.isEmpty else { return .empty }
        return
            "<div class=\"notice warn\" role=\"status\" id=\"owner-load\">\(icon("alert"))<div>\(lines)</div></div>"
    }

    static func sentence(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .routing(let fact) = entry.body, !isForCustomer else { return nil }
        let policy = words.policy
        func severity(_ id: String) -> String { policy.severity(ID(id))?.name ?? id }
        switch fact {
        case .routed(let route):
            let queue: HTML = "<b>\(isolated(policy.routing.queueName(route.queue)))</b>"
            let to: HTML = route.person.map { " and <b>\(isolated(words.name($0)))</b>" } ?? .empty
            guard let rule = route.ruleName else {
                return ("queue", "sent the case to \(queue)\(to)\(words.because(route.reason))")
            }
            return (
                "queue",
                "routed the case to \(queue)\(to) by the rule “\(isolated(rule))” of policy version \(route.policy)\(words.because(route.reason))"
            )
        case .triaged(let triage):
            let proposed: HTML =
                triage.proposed.map { ", proposed \(severity($0))" } ?? .empty
            return ("check", "completed triage: <b>\(severity(triage.severity))</b>\(proposed)")
        case .reproductionAttempted(let outcome, let text):
            return (
                "s-again",
                "tried to see it: <b>\(outcome.label.lowercased())</b>\(words.because(text))"
            )
        case .coverNeeded(let cover):
            return (
                "people", "asked for cover: <b>\(isolated(words.name(cover.person)))</b> \(cover.cause.words)"
            )
        case .coverLifted: return ("people", "lifted the cover: nobody needs to stand in any more")
        case .matchOffered(let match):
            let reasons = match.reasons.joined(separator: ", ")
            return (
                "link",
                "found that it looks like the \(match.kind.label) <a href=\"/cases/\(match.other.number)\">\(match.other.number)</a>: \(isolated(reasons))"
            )
        case .matchAnswered(let other, let isJoined, let reason):
            let what: HTML =
                isJoined
                ? "joined the case to <a href=\"/cases/\(other.number)\">\(other.number)</a>"
                : "said that it is something else than <a href=\"/cases/\(other.number)\">\(other.number)</a>"
            return ("link", "\(what)\(words.because(reason))")
        }
    }
}
