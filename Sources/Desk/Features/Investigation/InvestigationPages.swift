import Domain
import Storage
import Web

/// What the investigation adds to the page of a case, and its own page.
enum InvestigationPages {
    static let part = CasePart(
        .work, order: 20,
        html: { context, tx in
            let all = context.history.investigation
            let view = InvestigationView(
                this: context.this, all: all, names: try PeopleDirectory.names(of: all.people, in: tx),
                policy: context.policy, now: context.now, path: context.path,
                canAct: context.actor.may("case.investigate"),
                cited: try InvestigationDirectory.cited(
                    by: all, on: context.this, for: context.actor, policy: context.policy, in: tx))
            return view.section
        },
        actions: { context in
            guard !context.isDone else { return [] }
            return [
                CaseAction(
                    "case.investigate", "add_hypothesis", icon: "s-most", "Add a hypothesis", key: "h"),
                CaseAction("case.investigate", "plan_test", icon: "edit", "Plan a test", in: .investigation),
                CaseAction(
                    "case.investigate", "record_result", icon: "edit", "Record a result", in: .investigation),
                CaseAction(
                    "case.investigate", "record_decision", icon: "rank", "Record a decision",
                    in: .investigation),
                CaseAction(
                    "case.note", "write_structured_note", icon: "lock", "Write a structured note",
                    in: .investigation),
                CaseAction(
                    "case.investigate", "record_workaround", icon: "s-wait", "Record a workaround",
                    in: .investigation),
                CaseAction(
                    "case.investigate", "record_fix", icon: "check", "Record the fix", in: .investigation),
            ]
        },
        json: InvestigationJSON.members,
        sentence: { fact, sentences, isForCustomer in
            guard !isForCustomer, case .investigation(let body) = fact.body else { return nil }
            return InvestigationSentence(body: body, sentences: sentences).line
        },
        entry: { fact, sentences in InvestigationEntry(fact: fact, sentences: sentences).card })

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let reference = call.request.parameter("id")
        let (policy, now) = (services.policy.current, services.clock())
        let view = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let all = try InvestigationDirectory.investigation(of: this.id, in: tx)
            return InvestigationView(
                this: this, all: all, names: try PeopleDirectory.names(of: all.people, in: tx),
                policy: policy, now: now, path: "/cases/\(this.number)",
                canAct: call.actor.may("case.investigate"),
                cited: try InvestigationDirectory.cited(
                    by: all, on: this, for: call.actor, policy: policy, in: tx))
        }
        var page = Page("Investigation of \(view.this.number)", here: "/cases", main: view.page)
        page.events = "/cases/\(view.this.number)/events"
        return services.page(page, for: call)
    }
}

/// The investigation of a case as markup: short on the page of the case, whole on its own page.
struct InvestigationView: Sendable {
    let this: SupportCase
    let all: Investigation
    let names: [String: String]
    let policy: Policy
    let now: Timestamp
    let path: String
    let canAct: Bool
    let cited: CitableEvidence

    func name(_ id: String) -> String { names[id] ?? "Somebody" }

    /// A link to an operation; nothing for who may not do it.
    func act(_ verb: String, _ title: String, query: String = "", hidden: String = "") -> HTML {
        guard canAct else { return .empty }
        let rest: HTML = hidden.isEmpty ? .empty : "<span class=\"sr\"> \(hidden)</span>"
        return "<a class=\"btn small\" href=\"\(path)/\(verb)\(query)\">\(title)\(rest)</a>"
    }

    func by(_ mark: Attribution) -> HTML {
        "<span class=\"dim\">\(name(mark.by)), \(time(mark.at, now: now))</span>"
    }

    /// How sure a hypothesis is, in bars and words.
    func confidence(_ one: Investigation.Hypothesis) -> HTML {
        let level = one.judgement.confidence
        let filled = one.state == .confirmed ? 3 : level?.points ?? 0
        let bars: HTML =
            one.state == .refuted
            ? icon("x")
            : "<span class=\"bars b\(filled)\" aria-hidden=\"true\"><i></i><i></i><i></i></span>"
        let kind = one.state == .open ? "suspected" : one.state.rawValue
        let sure: HTML =
            one.state == .open || one.state == .supported
            ? level.map { "<span class=\"sure\">, \($0.rawValue) confidence</span>" } ?? .empty : .empty
        return "<span class=\"conf \(kind)\">\(bars)\(one.state.words)\(sure)</span>"
    }

    /// References to evidence as links.
    func citations(_ references: [String]) -> HTML {
        guard !references.isEmpty else { return .empty }
        let links = references.map { reference -> HTML in
            let place =
                reference.hasPrefix("#")
                ? "\(path)#e-\(reference.dropFirst())" : "\(path)/evidence/\(reference)"
            return "<a class=\"cite\" href=\"\(place)\">\(reference)</a>"
        }
        return "<span class=\"cites\">\(HTML.joined(links, by: " "))</span>"
    }

    /// "1 supported, 2 suspected, 1 refuted".
    var summary: String {
        let counts: [(HypothesisState, String)] = [
            (.confirmed, "confirmed"), (.supported, "supported"), (.open, "suspected"),
            (.parked, "parked"), (.refuted, "refuted"),
        ]
        let words = counts.compactMap { state, word -> String? in
            let count = all.hypotheses.filter { $0.state == state }.count
            return count == 0 ? nil : "\(count) \(word)"
        }
        return words.isEmpty ? "no hypothesis yet" : words.joined(separator: ", ")
    }

    // MARK: On the page of the case

    var section: HTML {
        let add: HTML =
            canAct
            ? "<a class=\"btn small\" href=\"\(path)/add_hypothesis\">\(icon("plus"))Hypothesis<kbd>h</kbd></a>"
            : .empty
        let whole: HTML =
            all.isEmpty ? .empty : "<a class=\"btn small\" href=\"\(path)/investigation\">All of it</a>"
        return """
            <section id="investigation" aria-labelledby="inv-h" data-live><div class="sec"><h2 id="inv-h">Investigation</h2><span class="dim f13">\(summary)</span><div class="btns">\(add)\(whole)</div></div>
            <div class="card clip">\(all.isEmpty ? empty : "\(rows)\(board(isWhole: false))")</div></section>

            """
    }

    private var empty: HTML {
        """
        <p class="inv-none">What do you think happens, and what must be seen if it is so? <span class="dim">For example: “One host kept the old key after the rotation; then failures come from one host only.”</span></p>
        """
    }

    /// What is known, what is next, and what helps meanwhile, a line each.
    private var rows: HTML {
        var rows: [HTML] = []
        func row(_ label: String, _ text: HTML) {
            rows.append("<div><dt>\(label)</dt><dd>\(text)</dd></div>")
        }
        if let cause = all.confirmedCause {
            row("Confirmed cause", "\(isolated(cause.wording.statement)) \(citations(cause.evidence))")
        }
        if let note = all.notes[.findings] { row("Known", "\(short(note.text)) \(by(note.written))") }
        if let note = all.notes[.status] { row("Status", "\(short(note.text)) \(by(note.written))") }
        if let next = next.first { row("Next", next) }
        for one in all.usableWorkarounds.suffix(1) {
            row(
                "Workaround \(one.id)",
                "\(short(one.workaround.text)) <span class=\"dim\">Data at risk: \(isolated(one.workaround.dataLoss))</span>"
            )
        }
        if let fix = all.fixes.last, let verification = all.fixVerification {
            row("Fix \(fix.id)", "\(short(fix.text)) \(verified(verification))")
        }
        for one in all.decisions.filter(\.lacksAgreement).suffix(2) {
            row(
                "Decision \(one.id)",
                "\(short(one.decision.decision)) <span class=\"warn\">The customer has not agreed yet</span>")
        }
        return rows.isEmpty ? .empty : "<dl class=\"inv-rows\">\(rows)</dl>"
    }

    /// What to do next, the most telling first.
    var next: [HTML] {
        var next: [HTML] = all.plan.map { test in
            "Test \(test.id): \(isolated(test.plan.action))\(due(test.plan.dueAt))"
        }
        next += all.openQuestions.map { party, question in
            "Answer of \(isolated(party.name)) to \(question.id), asked \(time(question.asked.at, now: now))"
        }
        if let note = all.notes[.nextStep] {
            next.insert("\(short(note.text)) \(by(note.written))", at: all.plan.isEmpty ? 0 : 1)
        }
        return next
    }

    func due(_ moment: Timestamp?) -> HTML {
        guard let moment else { return .empty }
        let isOver = moment < now
        return
            "<span class=\"\(isOver ? "warn" : "dim")\">, \(isOver ? "time box over since" : "look again") \(time(moment, now: now))</span>"
    }

    func verified(_ one: FixVerification) -> HTML {
        one.isComplete
            ? "<span class=\"tag good\">\(icon("check"))Verified</span>"
            : "<span class=\"dim\">Not verified yet: \(one.missing.joined(separator: ", "))</span>"
    }

    /// The beginning of a text, for a line.
    func short(_ text: String) -> HTML {
        let line = text.split(separator: "\n").first.map(String.init) ?? text
        let limit = 240
        return line.count > limit || line.count < text.count
            ? "\(isolated(String(line.prefix(limit))))…" : isolated(line)
    }
}
