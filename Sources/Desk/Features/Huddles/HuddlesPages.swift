import Diagnosis
import Domain
import Storage
import Web

/// Huddles on the page of a case, and a page each for while they go on.
enum HuddlesPages {
    static let part = CasePart(
        .side, order: 16, html: section, actions: actions, json: members,
        sentence: sentence)

    // MARK: On the case

    private static func section(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let huddles = Huddles(context.history.facts).huddles
        guard !huddles.isEmpty, !context.actor.isCustomer else {
            return "<div id=\"huddles\" data-live hidden></div>"
        }
        let items = huddles.reversed().map { huddle -> HTML in
            let open = huddle.open.count
            let left: HTML = open == 0 ? .empty : ", \(open) \(open == 1 ? "action" : "actions") open"
            return """
                <li><a href="\(context.path)/huddles/\(huddle.number)">\(huddle.number): \(isolated(huddle.plan.topic))</a><p>\(state(huddle, context.now))\(left)</p></li>
                """
        }
        return """
            <section class="panel" id="huddles" data-live aria-labelledby="huddles-h"><header><h2 id="huddles-h">Huddles</h2></header><ul class="plain-list">\(items)</ul></section>
            """
    }

    private static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard context.policy.phase(of: context.this.status) != .closed else { return [] }
        return [
            CaseAction(ConveneHuddle.right, "convene_huddle", icon: "people", "Call a huddle", in: .people)
        ]
    }

    fileprivate static func state(_ huddle: Huddles.Huddle, _ now: Timestamp) -> HTML {
        let moment = zonedTime(huddle.plan.startsAt, now: now)
        return switch huddle.state {
        case .planned: huddle.plan.startsAt > now ? "begins \(moment)" : "began \(moment), not ended yet"
        case .held: "held \(moment)"
        case .cancelled: "cancelled"
        }
    }

    private static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let huddles = try Huddles(context.history.facts).huddles.map { huddle in
            json(huddle, try HuddlesDirectory.cases(of: huddle, for: context.actor, in: tx).map(\.number))
        }
        return [("huddles", .array(huddles))]
    }

    private static func json(_ huddle: Huddles.Huddle, _ cases: [String]) -> JSON {
        .fields([
            "huddle": .string(huddle.number), "topic": .string(huddle.plan.topic),
            "starts_at": huddle.plan.startsAt.json, "join_link": huddle.plan.joinLink.map(JSON.string),
            "agenda": huddle.plan.agenda.map(JSON.string),
            "people": .array(huddle.plan.people.map(JSON.string)),
            "cases": .array(cases.map(JSON.string)),
            "convened_by": .string(huddle.convenedBy), "state": .string(huddle.state.rawValue),
            "summary": huddle.summary.map(JSON.string),
            "notes": .array(
                huddle.notes.map {
                    ["text": .string($0.text), "by": .string($0.by), "at": $0.at.json]
                }),
            "actions": .array(
                huddle.actions.map {
                    .fields([
                        "item": .string($0.plan.item), "text": .string($0.plan.text),
                        "owner": .string($0.plan.owner), "due_at": $0.plan.dueAt?.json,
                        "done_at": $0.doneAt?.json, "outcome": $0.outcome.map(JSON.string),
                    ])
                }),
        ])
    }

    private static func sentence(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .huddle(let fact) = entry.body, !isForCustomer else { return nil }
        switch fact {
        case .convened(let plan):
            let people = plan.people.filter { $0 != entry.actor }.map {
                "<b>\(isolated(words.name($0)))</b>" as HTML
            }
            let with: HTML = people.isEmpty ? .empty : " with \(HTML.joined(people, by: ", "))"
            return (
                "people",
                "called huddle \(plan.huddle)\(with), \(zonedTime(plan.startsAt, now: entry.occurredAt)): \(isolated(plan.topic))"
            )
        case .noted(let huddle, let text):
            return ("people", "noted in huddle \(huddle)\(words.because(text))")
        case .actionAdded(let action):
            let due: HTML =
                action.dueAt.map { ", due \(zonedTime($0, now: entry.occurredAt))" } ?? .empty
            return (
                "check",
                "gave <b>\(isolated(words.name(action.owner)))</b> action \(action.item) of huddle \(action.huddle)\(due)\(words.because(action.text))"
            )
        case .actionDone(let huddle, let item, let outcome):
            return ("check", "finished action \(item) of huddle \(huddle)\(words.because(outcome))")
        case .ended(let huddle, let isHeld, let summary):
            return ("people", "\(isHeld ? "ended" : "cancelled") huddle \(huddle)\(words.because(summary))")
        }
    }

    // MARK: The page of a huddle

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (reference, number) = (call.request.parameter("id"), call.request.parameter("huddle"))
        let policy = services.policy.current
        let view = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            guard let huddle = try HuddlesDirectory.huddles(of: this.id, in: tx).huddle(number) else {
                throw Refusal.notFound("huddle")
            }
            let people =
                huddle.plan.people + [huddle.convenedBy] + huddle.notes.map(\.by)
                + huddle.actions.map(\.plan.owner)
            return HuddleView(
                this: this, huddle: huddle,
                cases: try HuddlesDirectory.cases(of: huddle, for: call.actor, in: tx),
                names: try PeopleDirectory.names(of: people, in: tx),
                staff: try PeopleDirectory.ownerChoices(policy: policy, in: tx), now: services.clock(),
                actor: call.actor, newKey: { newIdentifier(at: services.clock()) })
        }
        var page = Page(
            "\(view.huddle.number) \(view.huddle.plan.topic)", here: "/cases", main: view.main)
        page.events = "/cases/\(view.this.number)/events"
        return services.page(page, for: call)
    }
}

/// The page of a huddle.
struct HuddleView {
    let this: SupportCase
    let huddle: Huddles.Huddle
    /// Its cases, as far as the reader may know of them.
    let cases: [SupportCase]
    let names: [String: String]
    let staff: [FieldChoice]
    let now: Timestamp
    let actor: Actor
    let newKey: @Sendable () -> String

    private var path: String { "/cases/\(this.number)" }
    private var here: String { "\(path)/huddles/\(huddle.number)" }
    private var may: Bool { actor.may(ConveneHuddle.right) }
    /// Whether something can still be written down.
    private var isOpen: Bool { may && huddle.state != .cancelled }
    private var draft: String { "huddle/\(huddle.number)" }

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="\(path)">\(this.number)</a><span aria-hidden="true">/</span><span>\(huddle.number)</span></nav>
        <div class="head" id="huddle-head" data-live><div><h1 dir="auto">\(huddle.plan.topic)</h1><div class="meta"><span>\(HuddlesPages.state(huddle, now))</span><span>\(cases.count == 1 ? "Case" : "Cases") \(HTML.joined(links, by: ", "))</span></div></div>\(join)</div>
        <div class="case"><div class="work">\(summary)\(agenda)\(notes)\(tasks)</div>\(side)</div>
        """
    }

    private var links: [HTML] {
        cases.map { "<a href=\"/cases/\($0.number)\">\($0.number)</a>" }
    }

    private var join: HTML {
        guard let link = huddle.plan.joinLink, huddle.state == .planned else { return .empty }
        return """
            <div class="btns"><a class="btn go" href="\(link)" rel="noopener noreferrer">Join the huddle</a></div>
            """
    }

    private var summary: HTML {
        guard let summary = huddle.summary else { return .empty }
        return """
            <section class="card" aria-labelledby="hs"><div class="panel"><h2 class="lbl" id="hs">What came of it</h2><p class="text" dir="auto">\(summary)</p></div></section>
            """
    }

    private var agenda: HTML {
        guard let agenda = huddle.plan.agenda else { return .empty }
        return """
            <section class="card" aria-labelledby="ha"><div class="panel"><h2 class="lbl" id="ha">Agenda</h2><p class="text" dir="auto">\(agenda)</p></div></section>
            """
    }

    private var notes: HTML {
        let items = huddle.notes.map {
            "<li><p class=\"text\" dir=\"auto\">\($0.text)</p><p class=\"by\">\(isolated(names[$0.by] ?? "Somebody")), \(time($0.at, now: now))</p></li>"
                as HTML
        }
        let list: HTML =
            items.isEmpty
            ? "<li class=\"dim\">Nothing written down yet.</li>" : HTML.joined(items, by: .empty)
        let standing: HTML =
            cases.count > 1 ? "<p class=\"hint\">It stands in all \(cases.count) cases.</p>" : .empty
        let form: HTML =
            !isOpen
            ? .empty
            : """
            <form class="form panel" method="post" action="\(path)/note_huddle" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="huddle" value="\(huddle.number)"><div class="fld"><label for="huddle-note">What was said</label>\(standing)<textarea class="input" id="huddle-note" name="text" rows="3" required dir="auto" autocomplete="off" data-draft="\(draft)" data-draft-at=""></textarea></div><input type="hidden" name="_draft" value="\(draft)"><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn internal">Save note</button></div></form>
            """
        return """
            <section class="card clip" aria-labelledby="hn"><div class="panel"><h2 id="hn">Notes</h2></div><ol class="plain-list" id="huddle-notes" data-live>\(list)</ol>\(form)</section>
            """
    }

    private var tasks: HTML {
        let items: HTML =
            huddle.actions.isEmpty
            ? "<li class=\"dim\">Nothing to do yet.</li>"
            : HTML.joined(huddle.actions.map(task), by: .empty)
        let form: HTML = isOpen ? taskForm : .empty
        return """
            <section class="card clip" aria-labelledby="ht"><div class="panel"><h2 id="ht">Actions</h2></div><ul class="plain-list" id="huddle-tasks" data-live>\(items)</ul>\(form)</section>
            """
    }

    private func task(_ action: Huddles.Huddle.Action) -> HTML {
        let plan = action.plan
        let due: HTML
        if let doneAt = action.doneAt {
            due = ", done \(time(doneAt, now: now))"
        } else if let moment = plan.dueAt {
            due =
                moment < now
                ? ", <span class=\"bad\">was due \(time(moment, now: now))</span>"
                : ", due \(time(moment, now: now))"
        } else {
            due = .empty
        }
        let outcome: HTML = action.outcome.map { " <span dir=\"auto\">\($0)</span>" } ?? .empty
        let finish: HTML =
            action.doneAt == nil && may
            ? """
            <form method="post" action="\(path)/finish_huddle_action" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="_return" value="\(here)"><input type="hidden" name="huddle" value="\(huddle.number)"><input type="hidden" name="item" value="\(plan.item)"><button class="link">Done<span class="sr">: \(plan.item)</span></button></form>
            """ : .empty
        return """
            <li><span><b>\(plan.item)</b> <span dir="auto">\(plan.text)</span>, \(isolated(names[plan.owner] ?? "Somebody"))\(due)\(outcome)</span>\(finish)</li>
            """
    }

    private var taskForm: HTML {
        let people = staff.map {
            "<option value=\"\($0.value)\"\(.flag("selected", $0.value == actor.id))>\($0.label)</option>"
                as HTML
        }
        return """
            <form class="form panel" method="post" action="\(path)/add_huddle_action" data-enhance>\(FormView.hidden(key: newKey(), base: nil))<input type="hidden" name="huddle" value="\(huddle.number)"><div class="fld"><label for="ha-text">What is to be done</label><input class="input" id="ha-text" name="text" required dir="auto" autocomplete="off"></div><div class="cols"><div class="fld"><label for="ha-owner">Who does it</label><select class="input" id="ha-owner" name="owner">\(people)</select></div><div class="fld"><label for="ha-due">Due, \(zoneName) <span class="opt">optional</span></label><input class="input time" id="ha-due" name="due_at" placeholder="\(now.adding(seconds: 86_400).fieldText)" autocomplete="off"></div></div><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn">Add</button></div></form>
            """
    }

    private var side: HTML {
        let people: HTML =
            huddle.plan.people.isEmpty
            ? "<dd class=\"dim\">nobody named</dd>"
            : "<dd>\(HTML.joined(huddle.plan.people.map { isolated(names[$0] ?? "Somebody") }, by: ", "))</dd>"
        let end: HTML =
            huddle.state == .planned && may
            ? """
            <section class="panel"><header><h2>Steps</h2></header><nav class="acts" aria-label="Huddle steps"><a href="\(path)/end_huddle?huddle=\(huddle.number)">\(icon("check"))End or cancel the huddle</a></nav></section>
            """ : .empty
        let link: HTML =
            huddle.plan.joinLink.map {
                "<dt>Join</dt><dd><a href=\"\($0)\" rel=\"noopener noreferrer\">\($0)</a></dd>"
            } ?? .empty
        let rows = cases.map {
            "<li><a href=\"/cases/\($0.number)\">\($0.number)</a> \(isolated($0.subject))</li>" as HTML
        }
        return """
            <aside class="card clip" aria-label="Details">\(end)<section class="panel"><header><h2>Cases</h2></header><ul class="plain-list">\(rows)</ul></section><section class="panel"><header><h2>Huddle</h2></header><dl class="pairs"><dt>Number</dt><dd>\(huddle.number)</dd><dt>Begins</dt><dd>\(zonedTime(huddle.plan.startsAt, now: now))</dd>\(link)<dt>Invited</dt>\(people)<dt>Called by</dt><dd>\(isolated(names[huddle.convenedBy] ?? "Somebody"))</dd></dl></section></aside>
            """
    }
}
