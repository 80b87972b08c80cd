import Diagnosis
import Domain
import Storage
import Web

extension CoordinationFeature {
    /// What coordination adds to the pages of cases.
    static let caseParts = [
        CasePart(.notice, order: 60, html: CoordinationParts.lacking),
        CasePart(
            .brief, order: 10, html: CoordinationParts.brief, actions: CoordinationParts.actions,
            json: CoordinationJSON.members, portalOrder: 10, portal: CoordinationParts.portal,
            sentence: CoordinationSentences.line),
        CasePart(.side, order: 15, html: CallPages.section),
        CasePart(.side, order: 10, html: CoordinationParts.side),
    ]
}

/// The pieces of a case's page that say how the work is arranged.
enum CoordinationParts {
    /// What an open case must not be without.
    static func lacking(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let isLacking =
            context.this.arrangement.nextAction == nil && !context.isDone && context.this.owner != nil
        guard isLacking, context.actor.may("case.coordinate") else {
            return "<div id=\"no-next\" data-live></div>"
        }
        return """
            <div class="notice warn" id="no-next" data-live role="status">\(icon("alert"))<div><p>No next action. <a href="\(context.path)/set_next_action">Say what happens next, by whom and until when</a>.</p></div></div>
            """
    }

    static func actions(_ context: CasePartContext) -> [CaseAction] {
        var actions: [CaseAction] = []
        if !context.isDone {
            actions.append(
                CaseAction("case.coordinate", "set_next_action", icon: "check", "Set next action"))
            if context.this.organisation != nil {
                actions.append(
                    CaseAction("case.coordinate", "promise_update", icon: "clock", "Promise next update"))
            }
            actions.append(
                CaseAction(
                    "case.coordinate", "add_specialist", icon: "people", "Add a specialist", in: .people))
        }
        if context.this.organisation != nil {
            actions.append(CaseAction("case.reply", "write_update", icon: "send", "Write an update"))
        }
        actions.append(
            CaseAction("case.coordinate", "schedule_call", icon: "chat", "Schedule a call", in: .people))
        actions.append(
            CaseAction(
                "case.recommend_severity", "recommend_severity", icon: "rank", "Recommend severity",
                in: .effect))
        actions.append(
            CaseAction(
                "case.confirm_severity", "confirm_severity", icon: "rank", "Confirm severity", in: .effect))
        return actions
    }

    // MARK: Brief

    /// Next action, what the case waits for, and the promised update: one line each, above the impact.
    static func brief(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard !context.isDone else { return .empty }
        let now = context.history.coordination
        let names = try PeopleDirectory.names(of: now.people, in: tx)
        let may = context.actor.may("case.coordinate")
        return """
            <dl class="facts arranged">\(next(now, names, context, may: may))\(block(now, context))\(promise(now, context, may: may))\(team(now, names))</dl>
            """
    }

    /// Who works on it beside the owner; who is where with what stands in the panel of people.
    private static func team(_ now: Coordination, _ names: [String: String]) -> HTML {
        func name(_ id: ID<Person>) -> HTML { isolated(names[id.raw] ?? "Somebody") }
        let others = now.specialists.map(\.person).filter { $0 != now.coordinator }.map(name)
        let coordinator = now.coordinator.map { ["\(name($0)) coordinates" as HTML] } ?? []
        guard !(coordinator + others).isEmpty else { return .empty }
        return """
            <div><dt>On it with the owner</dt><dd class="by">\(HTML.joined(coordinator + others, by: ", "))</dd></div>
            """
    }

    private static func next(
        _ now: Coordination, _ names: [String: String], _ context: CasePartContext, may: Bool
    ) -> HTML {
        guard let action = now.nextAction else {
            let set: HTML =
                may ? " <a href=\"\(context.path)/set_next_action\">Set it</a>" : .empty
            return "<div><dt>Next action</dt><dd class=\"none\">None yet.\(set)</dd></div>"
        }
        let isLate = action.dueAt < context.now
        let due: HTML =
            isLate
            ? "<span class=\"bad\">was due \(zonedTime(action.dueAt, now: context.now))</span>"
            : "<span>due \(zonedTime(action.dueAt, now: context.now))</span>"
        let finish: HTML =
            may
            ? " <a href=\"\(context.path)/finish_next_action\">Finish</a> <a href=\"\(context.path)/set_next_action\">Change</a>"
            : .empty
        return """
            <div><dt>Next action</dt><dd dir="auto">\(action.text)</dd><dd class="by">\(isolated(names[action.owner.raw] ?? "Somebody")), \(due)\(finish)</dd></div>
            """
    }

    private static func block(_ now: Coordination, _ context: CasePartContext) -> HTML {
        guard context.policy.phase(of: context.this.status) == .waiting else { return .empty }
        guard let block = now.block else {
            return """
                <div><dt>Waits for</dt><dd class="none">Nobody said for what. <a href="\(context.path)/change_status">Say it</a></dd></div>
                """
        }
        let detail: HTML = block.detail.map { "<dd class=\"by\" dir=\"auto\">\($0)</dd>" } ?? .empty
        let length = durationWords(seconds: context.now.seconds(since: block.since))
        return """
            <div><dt>Waits for</dt><dd>\(context.policy.blockName(block.by)), for \(length)</dd>\(detail)</div>
            """
    }

    private static func promise(_ now: Coordination, _ context: CasePartContext, may: Bool) -> HTML {
        guard context.this.organisation != nil else { return .empty }
        let change: HTML =
            may ? " <a href=\"\(context.path)/promise_update\">Promise</a>" : .empty
        guard let last = now.promises.last else {
            return "<div><dt>Next update to customer</dt><dd class=\"none\">Not promised.\(change)</dd></div>"
        }
        let moment = zonedTime(last.dueAt, now: context.now)
        let words: HTML
        switch last.standing(at: context.now) {
        case .open: words = "by \(moment)"
        case .kept: words = "<span class=\"none\">Last one, \(moment), kept.\(change)</span>"
        case .missed where last.answeredAt == nil:
            words = "<span class=\"bad\">was due \(moment), not written</span>"
        case .missed: words = "<span class=\"none\">Last one, \(moment), written late.\(change)</span>"
        case .replaced: words = "by \(moment)"
        }
        return "<div><dt>Next update to customer</dt><dd>\(words)</dd>\(kept(now, context))</div>"
    }

    private static func kept(_ now: Coordination, _ context: CasePartContext) -> HTML {
        let standings = now.promises.map { $0.standing(at: context.now) }
        let (kept, missed) = (
            standings.filter { $0 == .kept }.count, standings.filter { $0 == .missed }.count
        )
        guard kept + missed > 0 else { return .empty }
        let before = "\(kept) kept before\(missed == 0 ? "" : ", \(missed) missed")"
        return "<dd class=\"by\">\(before)</dd>"
    }

    // MARK: Side

    static func side(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let now = context.history.coordination
        let people = now.people + [context.this.owner?.raw].compactMap { $0 }
        let names = try PeopleDirectory.names(of: people, in: tx)
        return severity(now, names, context) + SwarmPages.panel(now, names, context)
            + TimeInStatePages.panel(context)
    }

    /// Who holds which severity to be right, where anybody said so.
    private static func severity(
        _ now: Coordination, _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        guard now.confirmed != nil || now.recommended != nil else { return .empty }
        func judged(_ label: String, _ one: Coordination.Judgement) -> HTML {
            let name = context.policy.severity(one.severity)?.name ?? one.severity.raw
            let reason: HTML = one.reason.map { ": “\(isolated($0))”" } ?? .empty
            return """
                <dt>\(label)</dt><dd><b>\(name)</b>, \(isolated(names[one.by] ?? "Somebody")), \(time(one.at, now: context.now))\(reason)</dd>
                """
        }
        var lines: [HTML] = []
        if let confirmed = now.confirmed {
            lines.append(judged("Confirmed", confirmed))
        } else {
            lines.append("<dt>Confirmed</dt><dd class=\"warn\">not yet</dd>")
        }
        if let recommended = now.recommended {
            let differs = recommended.severity != context.this.severity
            lines.append(judged("Recommended", recommended))
            if differs, context.actor.may("case.confirm_severity") {
                lines.append(
                    "<dt></dt><dd><a href=\"\(context.path)/confirm_severity\">Decide which it is</a></dd>")
            }
        }
        return """
            <section class="panel" aria-labelledby="sv-h"><header><h2 id="sv-h">Severity</h2></header><dl class="pairs wider">\(lines)</dl></section>

            """
    }

    // MARK: Portal

    static func portal(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let now = context.history.coordination
        let promise: HTML
        if let moment = context.this.arrangement.nextUpdateAt, !context.isDone {
            promise =
                moment < context.now
                ? "<p>We wanted to write by \(zonedTime(moment, now: context.now)) and have not yet.</p>"
                : "<p>We write again by <b>\(zonedTime(moment, now: context.now))</b>.</p>"
        } else {
            promise = .empty
        }
        let calls = now.calls.filter { $0.state == .planned }.map { call in
            let link: HTML =
                call.plan.joinLink.map {
                    " <a href=\"\($0)\" rel=\"noopener noreferrer\">Join the call</a>"
                } ?? .empty
            return
                "<p>Call on \(zonedTime(call.plan.startsAt, now: context.now)): \(isolated(call.plan.topic)).\(link)</p>"
                as HTML
        }
        let times: HTML =
            context.policy.coordination.customersSeeTimeInState
            ? TimeInStatePages.forCustomer(context) : .empty
        let isEmpty = calls.isEmpty && context.this.arrangement.nextUpdateAt == nil
        let card: HTML =
            isEmpty
            ? "<section id=\"promised\" data-live hidden></section>"
            : "<section class=\"card now\" id=\"promised\" aria-label=\"What comes next\" data-live>\(promise)\(calls)</section>"
        return card + times
    }
}
