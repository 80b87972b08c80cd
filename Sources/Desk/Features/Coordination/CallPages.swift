import Domain
import Storage
import Web

/// Calls with the customer: the list on the case's page, and a page each for while it goes on.
enum CallPages {
    // MARK: On the case

    static func section(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let now = context.history.coordination
        guard !now.calls.isEmpty else { return .empty }
        let names = try PeopleDirectory.names(of: now.people, in: tx)
        let items = now.calls.reversed().map { item($0, now, context) }
        let open = now.followUps.filter { $0.doneAt == nil }
        let tasks: HTML =
            open.isEmpty
            ? .empty
            : "<ul class=\"plain-list\" aria-label=\"Open follow-ups\">\(open.map { followUp($0, names, context.path, context.actor, context.now, key: context.newKey()) })</ul>"
        return """
            <section class="panel" id="calls" aria-labelledby="calls-h"><header><h2 id="calls-h">Calls</h2></header><ul class="plain-list">\(items)</ul>\(tasks)</section>
            """
    }

    private static func item(
        _ call: Coordination.Call, _ now: Coordination, _ context: CasePartContext
    ) -> HTML {
        let promised = now.followUps.filter { $0.plan.call == call.number && $0.plan.isPromised }.count
        let promises: HTML =
            promised == 0 ? .empty : ", \(promised) \(promised == 1 ? "promise" : "promises")"
        return """
            <li><a href="\(context.path)/calls/\(call.number)">\(call.number): \(isolated(call.plan.topic))</a><p>\(state(call, context.now))\(promises)</p></li>
            """
    }

    private static func state(_ call: Coordination.Call, _ now: Timestamp) -> HTML {
        switch call.state {
        case .planned:
            call.plan.startsAt > now
                ? "begins \(zonedTime(call.plan.startsAt, now: now))"
                : "began \(zonedTime(call.plan.startsAt, now: now)), not ended yet"
        case .held: "held \(zonedTime(call.plan.startsAt, now: now))"
        case .cancelled: "cancelled"
        }
    }

    private static func followUp(
        _ one: Coordination.FollowUp, _ names: [String: String], _ path: String, _ actor: Actor,
        _ now: Timestamp, key: String, returnTo: String? = nil
    ) -> HTML {
        let plan = one.plan
        let kind: HTML =
            plan.isPromised ? "<span class=\"tag act\">Promised</span> " : .empty
        let due: HTML
        if let doneAt = one.doneAt {
            due = ", done \(time(doneAt, now: now))"
        } else if let moment = plan.dueAt {
            due =
                moment < now
                ? ", <span class=\"bad\">was due \(time(moment, now: now))</span>"
                : ", due \(time(moment, now: now))"
        } else {
            due = .empty
        }
        let back: HTML =
            returnTo.map { "<input type=\"hidden\" name=\"_return\" value=\"\($0)\">" } ?? .empty
        let finish: HTML =
            one.doneAt == nil && actor.may("case.coordinate")
            ? """
            <form method="post" action="\(path)/finish_follow_up" data-enhance>\(FormView.hidden(key: key, base: nil))\(back)<input type="hidden" name="item" value="\(one.item)"><button class="link">Done<span class="sr">: \(one.item)</span></button></form>
            """ : .empty
        let outcome: HTML = one.outcome.map { " <span dir=\"auto\">\($0)</span>" } ?? .empty
        return """
            <li><span>\(kind)<b>\(one.item)</b> <span dir="auto">\(plan.text)</span>, \(isolated(names[plan.owner] ?? "Somebody"))\(due)\(outcome)</span>\(finish)</li>
            """
    }

    // MARK: The page of a call

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (reference, number) = (call.request.parameter("id"), call.request.parameter("call"))
        let (this, now, found, names, staff) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let now = try CoordinationDirectory.coordination(of: this.id, in: tx)
            guard let found = now.call(number) else { throw Refusal.notFound("call") }
            return (
                this, now, found, try PeopleDirectory.names(of: now.people, in: tx),
                try PeopleDirectory.staffChoices(in: tx)
            )
        }
        let view = CallView(
            this: this, now: now, call: found, names: names, staff: staff, policy: services.policy.current,
            moment: services.clock(), actor: call.actor,
            newKey: { newIdentifier(at: services.clock()) })
        var page = Page("\(found.number) \(found.plan.topic)", here: "/cases", main: view.main)
        page.events = "/cases/\(this.number)/events"
        return services.page(page, for: call)
    }

    /// The parts of a call's page.
    struct CallView {
        let this: SupportCase
        let now: Coordination
        let call: Coordination.Call
        let names: [String: String]
        let staff: [FieldChoice]
        let policy: Policy
        let moment: Timestamp
        let actor: Actor
        let newKey: () -> String

        private var path: String { "/cases/\(this.number)" }
        private var here: String { "\(path)/calls/\(call.number)" }
        private var may: Bool { actor.may("case.coordinate") }

        var main: HTML {
            """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="\(path)">\(this.number)</a><span aria-hidden="true">/</span><span>\(call.number)</span></nav>
            <div class="head" id="call-head" data-live><div><h1 dir="auto">\(call.plan.topic)</h1><div class="meta"><span>\(state(call, moment))</span><span>Case \(this.number), \(isolated(this.subject))</span></div></div>\(join)</div>
            <div class="case"><div class="work">\(summary)\(notes)\(tasks)</div>\(side)</div>
            """
        }

        private var join: HTML {
            guard let link = call.plan.joinLink, call.state == .planned else { return .empty }
            return """
                <div class="btns"><a class="btn go" href="\(link)" rel="noopener noreferrer">Join the call</a></div>
                """
        }

        private var summary: HTML {
            guard let summary = call.summary else { return .empty }
            return """
                <section class="card" aria-labelledby="cs"><div class="panel"><h2 class="lbl" id="cs">What came of it</h2><p class="text" dir="auto">\(summary)</p></div></section>
                """
        }

        private var notes: HTML {
            let items = call.notes.map {
                "<li><p class=\"text\" dir=\"auto\">\($0.text)</p><p class=\"by\">\(isolated(names[$0.by] ?? "Somebody")), \(time($0.at, now: moment))</p></li>"
                    as HTML
            }
            let list: HTML =
                items.isEmpty
                ? "<li class=\"dim\">Nothing written down yet.</li>" : HTML.joined(items, by: .empty)
            let form: HTML =
                may && call.state != .cancelled
                ? """
                <form class="form panel" method="post" action="\(path)/note_call" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="call" value="\(call.number)"><div class="fld"><label for="call-note">What was said</label><textarea class="input" id="call-note" name="text" rows="3" required dir="auto" autocomplete="off" data-draft="call/\(this.id.raw)/\(call.number)" data-draft-at=""></textarea></div><input type="hidden" name="_draft" value="call/\(this.id.raw)/\(call.number)"><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn internal">Save note</button></div></form>
                """ : .empty
            return """
                <section class="card clip" aria-labelledby="cn"><div class="panel"><h2 id="cn">Notes</h2></div><ol class="plain-list" id="call-notes" data-live>\(list)</ol>\(form)</section>
                """
        }

        private var tasks: HTML {
            let mine = now.followUps.filter { $0.plan.call == call.number }
            let items: HTML =
                mine.isEmpty
                ? "<li class=\"dim\">Nothing promised and nothing to do yet.</li>"
                : HTML.joined(
                    mine.map {
                        followUp($0, names, path, actor, moment, key: newKey(), returnTo: here)
                    }, by: .empty)
            return """
                <section class="card clip" aria-labelledby="cf"><div class="panel"><h2 id="cf">Promises and follow-ups</h2></div><ul class="plain-list" id="call-tasks" data-live>\(items)</ul>\(may ? taskForm : .empty)</section>
                """
        }

        private var taskForm: HTML {
            let people = staff.map {
                "<option value=\"\($0.value)\"\(.flag("selected", $0.value == actor.id))>\($0.label)</option>"
                    as HTML
            }
            return """
                <form class="form panel" method="post" action="\(path)/add_follow_up" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="call" value="\(call.number)"><div class="fld"><label for="fu-text">What is to be done</label><input class="input" id="fu-text" name="text" required dir="auto" autocomplete="off"></div><div class="cols"><div class="fld"><label for="fu-owner">Who does it</label><select class="input" id="fu-owner" name="owner">\(people)</select></div><div class="fld"><label for="fu-due">Due, \(zoneName) <span class="opt">optional</span></label><input class="input time" id="fu-due" name="due_at" placeholder="\(moment.adding(seconds: 86_400).fieldText)" autocomplete="off"></div></div><div class="fld"><label class="tick"><input type="checkbox" name="promised" value="true"><span>The customer was promised this</span></label></div><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn">Add</button></div></form>
                """
        }

        private var side: HTML {
            let attendees: HTML =
                call.plan.attendees.isEmpty
                ? "<dd class=\"dim\">not named</dd>"
                : "<dd>\(HTML.joined(call.plan.attendees.map(isolated), by: ", "))</dd>"
            let end: HTML =
                may && call.state == .planned
                ? """
                <section class="panel"><header><h2>Actions</h2></header><nav class="acts" aria-label="Call actions"><a href="\(path)/move_call?call=\(call.number)">\(icon("clock"))Move the call</a><a href="\(path)/end_call?call=\(call.number)">\(icon("check"))End or cancel the call</a></nav></section>
                """ : .empty
            let link: HTML =
                call.plan.joinLink.map {
                    "<dt>Join</dt><dd><a href=\"\($0)\" rel=\"noopener noreferrer\">\($0)</a></dd>"
                } ?? .empty
            return """
                <aside class="card clip" aria-label="Details">\(end)<section class="panel"><header><h2>Call</h2></header><dl class="pairs"><dt>Number</dt><dd>\(call.number)</dd><dt>Begins</dt><dd>\(zonedTime(call.plan.startsAt, now: moment))</dd>\(link)<dt>Takes part</dt>\(attendees)<dt>Planned by</dt><dd>\(isolated(names[call.plannedBy] ?? "Somebody"))</dd></dl></section></aside>
                """
        }
    }
}
