import Domain
import Web

/// The page of the whole investigation.
extension InvestigationView {
    /// The whole page.
    var page: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="\(path)">\(this.number)</a><span aria-hidden="true">/</span><span>Investigation</span></nav>
        <div class="head"><div><h1 dir="auto">Investigation: \(this.subject)</h1><div class="meta"><span>\(summary)</span>\(rootCause)\(layer)</div></div></div>
        <div class="stack inv" id="investigation-whole" data-live>
        \(story)
        \(block("hypotheses", "Hypotheses", act("add_hypothesis", "Add hypothesis"), hypotheses))
        \(block("plan", "Plan", act("plan_test", "Plan a test"), plan))
        \(block("bounds", "What it is and is not", act("bound_problem", "Edit", hidden: "what it is and is not"), bounds))
        \(block("remedies", "Workaround and fix", act("record_workaround", "Record workaround") + act("record_fix", "Record fix"), remedies))
        \(block("decisions", "Decisions", act("record_decision", "Record decision"), decisions))
        \(block("parties", "Parties on the failing path", act("list_party", "List party"), parties))
        \(block("notes", "Structured notes", act("write_structured_note", "Write a note"), notes))
        </div>
        """
    }

    private var rootCause: HTML {
        this.rootCauseWords(policy).map { "<span>Root cause: \($0)</span>" } ?? .empty
    }

    private var layer: HTML {
        this.classification[.faultLayer].map {
            "<span>Fault layer: \(policy.name(of: $0, in: \.faultLayers))</span>"
        } ?? .empty
    }

    private func block(_ id: String, _ title: String, _ actions: HTML, _ body: HTML) -> HTML {
        """
        <section aria-labelledby="\(id)-h"><div class="sec"><h2 id="\(id)-h">\(title)</h2><div class="btns">\(actions)</div></div><div class="card clip">\(body)</div></section>

        """
    }

    /// What is known, suspected, ruled out and next, in two minutes.
    private var story: HTML {
        var known: [HTML] = []
        if let cause = all.confirmedCause {
            known.append(
                "<b>Confirmed cause.</b> \(isolated(cause.wording.statement)) \(citations(cause.evidence))")
        }
        if let note = all.notes[.findings] { known.append("\(short(note.text)) \(by(note.written))") }
        for one in all.doneTests where one.results.last?.result.bearing == .supports {
            guard let result = one.results.last else { continue }
            known.append("\(short(result.result.observed)) \(citations(result.result.evidence))")
        }
        let suspected = all.ranked.filter { $0.state != .confirmed }.map { one -> HTML in
            "<a href=\"#\(one.id)\">\(one.id)</a> \(isolated(one.wording.statement)) \(confidence(one))"
        }
        let out = all.refuted.map { one -> HTML in
            let why = one.judgement.reason ?? one.latestResult?.result.observed
            let because: HTML = why.map { ": <span class=\"dim\">\(short($0))</span>" } ?? .empty
            return "<a href=\"#\(one.id)\">\(one.id)</a> \(isolated(one.wording.statement))\(because)"
        }
        return """
            <section class="card story" aria-label="In short"><div><h2>Known</h2>\(list(known, "Nothing is certain yet."))</div><div><h2>Suspected</h2>\(list(suspected, "No hypothesis is open."))</div><div><h2>Ruled out</h2>\(list(out, "Nothing is ruled out yet."))</div><div><h2>Next</h2>\(list(next, "No next test or step is written down."))</div></section>
            """
    }

    private func list(_ items: [HTML], _ none: String) -> HTML {
        guard !items.isEmpty else { return "<p class=\"dim\">\(none)</p>" }
        return "<ul>\(items.prefix(6).map { "<li>\($0)</li>" as HTML })</ul>"
    }

    private var hypotheses: HTML {
        guard !all.hypotheses.isEmpty else {
            return
                "<p class=\"inv-none\">No hypothesis yet. <span class=\"dim\">For example: “One host kept the old key after the rotation; then failures come from one host only.”</span></p>"
        }
        return board(isWhole: true)
    }

    // MARK: Workaround and fix

    private var remedies: HTML {
        guard !all.workarounds.isEmpty || !all.fixes.isEmpty else {
            return
                "<p class=\"inv-none dim\">Neither yet. A workaround takes the effect away and leaves the cause; a fix takes the cause away.</p>"
        }
        return "\(all.workarounds.map(workaround))\(all.fixes.map(fix))"
    }

    private func workaround(_ one: Investigation.WayAround) -> HTML {
        let state: HTML =
            one.withdrawnBecause.map {
                "<span class=\"tag bad\">\(icon("x"))Withdrawn: \(isolated($0))</span>"
            }
            ?? "<span class=\"tag\">Workaround</span>"
        let acts: HTML =
            one.withdrawnBecause == nil
            ? act("revise_workaround", "Change", query: "?workaround=\(one.id)", hidden: "\(one.id)")
                + act("withdraw_workaround", "Withdraw", query: "?workaround=\(one.id)", hidden: "\(one.id)")
            : .empty
        return """
            <article class="hyp\(one.withdrawnBecause == nil ? "" : " out")" id="\(one.id)"><div class="hyp-h"><span class="ref">\(one.id)</span><h3 class="text" dir="auto">\(one.workaround.text)</h3>\(state)</div>
            <dl class="pairs">\(pair("Data at risk", one.workaround.dataLoss))\(pair("Side effects", one.workaround.sideEffects))\(pair("Tried in", one.workaround.testedIn ?? "not tried"))\(pair("Applies to", one.workaround.appliesTo ?? "not said"))\(pair("Taken back by", one.workaround.rollback))</dl><div class="hyp-f">\(by(one.recorded))<span class="btns">\(acts)</span></div></article>

            """
    }

    private func pair(_ label: String, _ value: String) -> HTML {
        "<dt>\(label)</dt><dd dir=\"auto\">\(value)</dd>"
    }

    private func fix(_ one: Investigation.Fix) -> HTML {
        let verification = FixVerification(one)
        let tests = one.tests.map { test, recorded -> HTML in
            let place = policy.name(of: test.environment, in: \.environments)
            return """
                <dt>Tested</dt><dd><span dir="auto">\(test.tested)</span> <span class="dim">in \(place)</span><br><b>\(test.holds ? "It works" : "It does not work")</b>: <span dir="auto">\(test.observed)</span> \(citations(test.evidence)) \(by(recorded))</dd>
                """
        }
        let witnesses = FixWitness.allCases.map { witness -> HTML in
            guard let said = one.confirmations[witness] else {
                return "<dt>\(witness.words)</dt><dd class=\"dim\">has not confirmed yet</dd>"
            }
            return """
                <dt>\(witness.words)</dt><dd><b>\(said.holds ? "Confirms" : "Does not confirm")</b>: <span dir="auto">\(said.words)</span> \(by(said.recorded))</dd>
                """
        }
        let version: HTML = one.version.map { "<dt>Delivered in</dt><dd dir=\"auto\">\($0)</dd>" } ?? .empty
        let acts =
            act("test_fix", "Record test", query: "?fix=\(one.id)", hidden: "of \(one.id)")
            + act("confirm_fix", "Record confirmation", query: "?fix=\(one.id)", hidden: "of \(one.id)")
        return """
            <article class="hyp" id="\(one.id)"><div class="hyp-h"><span class="ref">\(one.id)</span><h3 class="text" dir="auto">\(one.text)</h3><span class="tag">Fix</span></div>
            <dl class="pairs">\(version)\(tests)\(witnesses)</dl><div class="hyp-f">\(verified(verification))\(by(one.recorded))<span class="btns">\(acts)</span></div></article>

            """
    }

    // MARK: Decisions, parties, notes

    private var decisions: HTML {
        guard !all.decisions.isEmpty else {
            return
                "<p class=\"inv-none dim\">Nothing was decided yet. Write down what else could have been done, so that nobody has to ask.</p>"
        }
        return HTML.joined(all.decisions.reversed().map(decision), by: .empty)
    }

    private func decision(_ one: Investigation.Decided) -> HTML {
        let options: HTML =
            one.decision.options.isEmpty
            ? .empty
            : "<dt>Weighed</dt><dd>\(HTML.joined(one.decision.options.map { isolated($0) }, by: "; "))</dd>"
        let agreement: HTML =
            if let said = one.agreement {
                """
                <dt>Customer</dt><dd><b>\(said.agreed ? "Agrees" : "Does not agree")</b>, \(isolated(said.who))\(said.words.map { ": “\(isolated($0))”" } ?? .empty) \(one.agreementRecorded.map(by) ?? .empty)</dd>
                """
            } else if one.lacksAgreement {
                "<dt>Customer</dt><dd class=\"warn\">has not agreed yet</dd>"
            } else { .empty }
        let acts: HTML =
            one.replacedBy == nil
            ? act(
                "record_agreement", "Record what the customer said", query: "?decision=\(one.id)",
                hidden: "to \(one.id)")
            : "<span class=\"dim\">\(one.replacedBy ?? "") took its place</span>"
        return """
            <article class="hyp\(one.replacedBy == nil ? "" : " out")" id="\(one.id)"><div class="hyp-h"><span class="ref">\(one.id)</span><h3 dir="auto">\(one.decision.decision)</h3><span class="tag">\(one.decision.kind.words)</span></div>
            <dl class="pairs">\(options)<dt>Why</dt><dd class="text" dir="auto">\(one.decision.reason)</dd><dt>Decided by</dt><dd>\(name(one.decision.decider)), \(time(one.recorded.at, now: now))</dd>\(agreement)</dl><div class="hyp-f"><span class="btns">\(acts)</span></div></article>

            """
    }

    private var parties: HTML {
        guard !all.parties.isEmpty else {
            return
                "<p class=\"inv-none dim\">None listed. List each party whose component a failing request passes: vendors, the customer, teams of yours.</p>"
        }
        return "\(all.parties.map(party))"
    }

    private func party(_ one: Investigation.Party) -> HTML {
        let weighed = one.weighed.map { result -> HTML in
            let side =
                result.result.bearing == .supports
                ? "For" : result.result.bearing == .contradicts ? "Against" : "Open"
            return
                "<dt>\(side)</dt><dd><span dir=\"auto\">\(result.result.observed)</span> \(citations(result.result.evidence)) \(by(result.recorded))</dd>"
        }
        let asked = one.questions.map { question -> HTML in
            let answer: HTML =
                question.answer.map {
                    "<br><span dir=\"auto\">\($0)</span> \(question.answered.map(by) ?? .empty)"
                }
                ?? "<br><span class=\"warn\">No answer yet</span> \(act("record_party_answer", "Record answer", query: "?question=\(question.id)", hidden: "to \(question.id)"))"
            return
                "<dt>Asked \(question.id)</dt><dd><span dir=\"auto\">\(question.text)</span> \(by(question.asked))\(answer)</dd>"
        }
        let acts =
            act("ask_party", "Record question", query: "?party=\(one.id)", hidden: "to \(one.id)")
            + act("weigh_party", "Weigh", query: "?party=\(one.id)", hidden: "\(one.id)")
        let contact: HTML = one.contact.map { "<dt>Contact</dt><dd dir=\"auto\">\($0)</dd>" } ?? .empty
        return """
            <article class="hyp" id="\(one.id)"><div class="hyp-h"><span class="ref">\(one.id)</span><h3 dir="auto">\(one.name): \(one.component)</h3></div><dl class="pairs">\(contact)\(weighed)\(asked)</dl><div class="hyp-f"><span class="btns">\(acts)</span></div></article>

            """
    }

    private var notes: HTML {
        guard !all.notes.isEmpty else {
            return
                "<p class=\"inv-none dim\">None yet. Each part shows as it was last written; every version stays in the timeline.</p>"
        }
        let parts = NotePart.allCases.compactMap { part in
            all.notes[part].map { note -> HTML in
                "<dt>\(part.words)</dt><dd><span class=\"text\" dir=\"auto\">\(note.text)</span><br>\(by(note.written))</dd>"
            }
        }
        return "<dl class=\"pairs\">\(parts)</dl>"
    }
}
