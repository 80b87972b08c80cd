import Diagnosis
import Domain
import Storage
import Web

/// What forms add to the page of a case: scores with their gaps, the customer's environment, the closure checklist.
enum FormsPages {
    static let parts = [
        CasePart(
            .side, order: 20, html: { context, _ in intake(context) },
            actions: actions, json: { context, tx in try json(context, tx) },
            portal: { context, tx in try FormsPortal.part(context, tx) },
            sentence: { fact, sentences, isForCustomer in
                FormsSentences.line(fact, sentences, isForCustomer: isForCustomer)
            }),
        CasePart(.side, order: 22, html: { context, _ in closure(context) }),
        CasePart(.side, order: 60, html: { context, _ in environment(context) }),
    ]

    private static func forms(_ context: CasePartContext) -> CaseForms {
        context.forms.at(context.now)
    }

    private static func actions(_ context: CasePartContext) -> [CaseAction] {
        var actions: [CaseAction] = []
        if context.this.organisation != nil, !context.isDone {
            actions.append(
                CaseAction("case.reply", "ask_customer", icon: "send", "Ask intake questions", in: .questions)
            )
        }
        actions.append(CaseAction("case.edit", "intake", icon: "edit", "Fill in the intake", in: .questions))
        actions.append(
            CaseAction("case.edit", "environment", icon: "edit", "Record the environment", in: .questions)
        )
        actions.append(CaseAction("case.edit", "closure", icon: "check", "Closure checklist", in: .questions))
        return actions
    }

    // MARK: Intake

    private static func intake(_ context: CasePartContext) -> HTML {
        let forms = forms(context)
        guard let score = forms.score(.intake) else { return .empty }
        let mayEdit = context.actor.may("case.edit")
        let edit: HTML =
            mayEdit ? "<a href=\"\(context.path)/intake\">Fill in</a>" : .empty
        let needed = score.missing.filter { $0.neededTo != nil }
        return """
            <section class="panel" id="intake"><header><h2>Intake</h2>\(edit)</header><div class="score"><p><b>\(score.percent)</b> of 100 <span class="dim">\(score.words)</span></p><progress max="100" value="\(score.percent)" aria-label="Intake, points of 100">\(score.percent)</progress></div>\(gaps(needed, forms, context))\(asked(forms, score, context))</section>

            """
    }

    /// The first gaps are open, the others a click away: the side column stays readable on the first day.
    private static func gaps(
        _ gaps: [FormScore.Gap], _ forms: CaseForms, _ context: CasePartContext
    ) -> HTML {
        guard !gaps.isEmpty else { return .empty }
        let items = gaps.map { gap -> HTML in
            let label: HTML =
                context.actor.may("case.edit")
                ? "<a href=\"\(context.path)/intake#\(gap.question.anchor)\">\(gap.question.label)</a>"
                : "\(gap.question.label)"
            let asked: HTML =
                forms.record.open[gap.question.id] == nil ? .empty : " <span class=\"dim\">asked</span>"
            return "<li>\(label)\(asked) <span class=\"dim num\">+\(gap.adds)</span></li>"
        }
        let first = items.prefix(4)
        let rest = items.dropFirst(4)
        let more: HTML =
            rest.isEmpty
            ? .empty
            : "<details><summary>\(rest.count) more</summary><ul class=\"gaps\">\(Array(rest))</ul></details>"
        return "<ul class=\"gaps\">\(Array(first))</ul>\(more)"
    }

    private static func asked(
        _ forms: CaseForms, _ score: FormScore, _ context: CasePartContext
    ) -> HTML {
        let open = forms.record.open.values
        guard let last = open.map(\.at).max() else {
            guard context.actor.may("case.reply"), context.this.organisation != nil, !context.isDone,
                !score.isComplete, forms.askable.contains(where: { forms.record.open[$0.id] == nil })
            else { return .empty }
            return
                "<p class=\"by\"><a href=\"\(context.path)/ask_customer\">Ask the customer once for all of it</a></p>"
        }
        let times = forms.record.rounds == 1 ? "Asked once" : "Asked \(forms.record.rounds) times"
        return """
            <p class="by">\(times), last \(time(last, now: context.now)); \(open.count) not answered yet</p>
            """
    }

    // MARK: Environment

    private static func environment(_ context: CasePartContext) -> HTML {
        let forms = forms(context)
        guard let form = forms.form(.environment) else { return .empty }
        let answers = forms.answers(to: form)
        let known = form.questions.filter { answers[$0.id] != nil }
        let edit: HTML =
            context.actor.may("case.edit")
            ? "<a href=\"\(context.path)/environment\">Edit<span class=\"sr\"> the environment</span></a>"
            : .empty
        let pairs = known.map { question in
            let words = answers[question.id].map { question.words(for: $0, context.policy) } ?? ""
            return "<dt>\(question.label)</dt><dd dir=\"auto\">\(words)</dd>" as HTML
        }
        let rest = form.questions.count - known.count
        let body: HTML =
            known.isEmpty
            ? "<p class=\"dim\">Nothing recorded yet: tenant, region, versions, sign-in, network.</p>"
            : "<dl class=\"pairs\">\(pairs)</dl>"
        let more: HTML =
            known.isEmpty || rest == 0 ? .empty : "<p class=\"by\">\(rest) more can be recorded</p>"
        return """
            <section class="panel" id="customer-environment"><header><h2>\(form.name)</h2>\(edit)</header>\(body)\(more)</section>

            """
    }

    // MARK: Closure

    /// The checklist stands there from the moment when the effect is gone.
    private static func closure(_ context: CasePartContext) -> HTML {
        let phase = context.policy.phase(of: context.this.status)
        guard [.mitigated, .verifying, .resolved, .closed].contains(phase) else { return .empty }
        let forms = forms(context)
        guard let form = forms.form(.closure), let score = forms.score(.closure) else { return .empty }
        let answers = forms.answers(to: form)
        let items = forms.asked(in: form).map { item($0, forms, answers) }
        let needed = score.missing.filter { $0.neededTo != nil }.count
        let words = needed == 0 ? "Nothing holds the end up" : "\(needed) still needed"
        let edit: HTML =
            context.actor.may("case.edit") && phase != .closed
            ? "<a href=\"\(context.path)/closure\">Answer</a>" : .empty
        return """
            <section class="panel" id="closure"><header><h2>\(form.name)</h2>\(edit)</header><p class="dim">\(words)</p><ul class="checks">\(items)</ul>\(nextStep(phase, needed, context))\(exceptions(forms, context))</section>

            """
    }

    /// The way to the end from here: resolved first, closed once the checklist is settled.
    private static func nextStep(_ phase: Policy.Phase, _ needed: Int, _ context: CasePartContext)
        -> HTML
    {
        switch phase {
        case .mitigated,
            .verifying where context.actor.may("case.resolve"):
            return """
                <p class="ways"><a class="btn small" href="\(context.path)/resolve">Resolve</a> <span class="dim">then close it</span></p>
                """
        case .resolved where context.actor.may("case.close"):
            guard needed > 0 else {
                return """
                    <p class="ways"><a class="btn small go" href="\(context.path)/close">Close the case</a></p>
                    """
            }
            return """
                <p class="ways"><a class="btn small" href="\(context.path)/closure">Settle what is needed</a> <a href="\(context.path)/close">Close</a></p>
                """
        default: return .empty
        }
    }

    private static func item(
        _ question: Form.Question, _ forms: CaseForms, _ answers: [String: String]
    ) -> HTML {
        guard let answer = answers[question.id] else {
            let gate = question.gate(under: answers, forms.context)
            let words = gate.map { "needed before it is \($0.words)" } ?? "not needed here"
            return
                "<li class=\"\(gate == nil ? "off" : "open")\">\(icon("none"))<span>\(question.label) <span class=\"dim\">\(words)</span></span></li>"
        }
        let bySystem = forms.bySystem(question) != nil
        let words = bySystem ? answer : question.words(for: answer, forms.policy)
        let how: HTML = bySystem ? " <span class=\"dim\">seen by Thirdline</span>" : .empty
        return
            "<li class=\"met\">\(icon("check"))<span>\(question.label): <b dir=\"auto\">\(words)</b>\(how)</span></li>"
    }

    private static func exceptions(_ forms: CaseForms, _ context: CasePartContext) -> HTML {
        let signed = forms.record.exceptions.filter { $0.gate != .handOff }
        guard !signed.isEmpty else { return .empty }
        let items = signed.map { one in
            "<li>\(icon("alert"))<span>Exception signed \(time(one.at, now: context.now)): “\(isolated(one.reason))”</span></li>"
                as HTML
        }
        return "<ul class=\"checks\">\(items)</ul>"
    }

    // MARK: JSON

    private static func json(
        _ context: CasePartContext, _ tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let forms = forms(context)
        var object = JSONObject()
        for use in Form.Use.ofCases {
            guard let form = forms.form(use), let score = forms.score(use) else { continue }
            object[use.rawValue] = FormsJSON.form(form, score, forms)
        }
        object["asked"] = .array(
            forms.record.open.sorted { $0.key < $1.key }.map { id, request in
                [
                    "id": .string(id), "label": .string(request.label), "by": .string(request.by),
                    "at": request.at.json, "times": .integer(Int64(request.times)),
                ]
            })
        object["exceptions"] = .array(forms.record.exceptions.map(FormsJSON.exception))
        return [(key: "forms", value: .object(object))]
    }
}

/// Forms of a case as JSON.
enum FormsJSON {
    static func form(_ form: Form, _ score: FormScore, _ forms: CaseForms) -> JSON {
        let answers = forms.answers(to: form)
        var given = JSONObject()
        for question in form.questions { given[question.id] = answers[question.id].map(JSON.string) }
        let missing = score.missing.map { gap in
            JSON.fields([
                "id": .string(gap.question.id), "label": .string(gap.question.label),
                "adds": .integer(Int64(gap.adds)), "needed_to": gap.neededTo.map { .string($0.rawValue) },
            ])
        }
        return [
            "form": .string(form.id), "form_version": .string(form.version),
            "percent": .integer(Int64(score.percent)), "complete": .bool(score.isComplete),
            "answered": .integer(Int64(score.answered)), "total": .integer(Int64(score.total)),
            "answers": .object(given), "missing": .array(missing),
        ]
    }

    static func exception(_ one: FormRecord.Exception) -> JSON {
        [
            "gate": .string(one.gate.rawValue), "by": .string(one.by), "at": one.at.json,
            "reason": .string(one.reason),
            "missing": .array(one.missing.map { .string($0.question) }),
        ]
    }
}
