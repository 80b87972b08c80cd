import Domain
import Web

/// The board of hypotheses, the plan, and how the problem is bounded.
extension InvestigationView {
    /// The likeliest first and open, the others a line, the refuted quieter.
    func board(isWhole: Bool) -> HTML {
        let ranked = all.ranked
        let open = isWhole ? ranked.count : 1
        var html: HTML = ""
        for (index, one) in ranked.enumerated() {
            html += index < open ? whole(one, isWhole: isWhole) : line(one)
        }
        for one in all.parked + all.refuted { html += line(one) }
        return html
    }

    private func head(_ one: Investigation.Hypothesis) -> HTML {
        """
        <div class="hyp-h"><span class="ref">\(one.id)</span><h3 dir="auto">\(one.wording.statement)</h3>\(confidence(one))</div>
        """
    }

    private func line(_ one: Investigation.Hypothesis) -> HTML {
        let isOut = one.state == .refuted || one.state == .parked
        let said: HTML =
            if let reason = one.judgement.reason ?? one.latestResult?.result.observed {
                "<p class=\"sum\">\(short(reason)) \(citations(one.evidence))</p>"
            } else if let predicts = one.wording.predicts {
                "<p class=\"sum\">Predicts: \(short(predicts)) \(citations(one.evidence))</p>"
            } else {
                .empty
            }
        let judge: HTML =
            isOut ? .empty : "<div class=\"hyp-f\"><span class=\"btns\">\(judge(one))</span></div>"
        return """
            <article class="hyp\(isOut ? " out" : "")" id="\(one.id)">\(head(one))\(said)\(judge)</article>

            """
    }

    private func whole(_ one: Investigation.Hypothesis, isWhole: Bool) -> HTML {
        let predicts: HTML =
            one.wording.predicts.map { "<p class=\"text\" dir=\"auto\">\($0)</p>" }
            ?? "<p class=\"dim\">Nothing yet. Write what must be seen if it is so.</p>"
        let reasoning: HTML =
            isWhole
            ? one.wording.reasoning.map {
                "<div class=\"wide\"><p class=\"lbl\">Why</p><p class=\"text\" dir=\"auto\">\($0)</p></div>"
            } ?? .empty : .empty
        return """
            <article class="hyp" id="\(one.id)">\(head(one))
            <div class="hyp-b">\(reasoning)<div><p class="lbl">Predicts</p>\(predicts)</div><div><p class="lbl">Observed</p>\(observed(one, isWhole: isWhole))</div></div>
            \(reason(one))\(gate(one))<div class="hyp-f">\(foot(one))</div></article>

            """
    }

    private func observed(_ one: Investigation.Hypothesis, isWhole: Bool) -> HTML {
        guard !one.results.isEmpty else { return "<p class=\"dim\">Nothing recorded yet.</p>" }
        let shown = isWhole ? one.results : Array(one.results.suffix(2))
        return HTML.joined(
            shown.map { result in
                let test: HTML = result.test.map { "\($0): " } ?? .empty
                return """
                    <p><span class="text" dir="auto">\(test)\(result.result.observed)</span> <span class="dim">\(result.result.bearing.words)</span> \(citations(result.result.evidence))</p>
                    """
            }, by: .empty)
    }

    /// Why it stands where it stands, where somebody said so.
    private func reason(_ one: Investigation.Hypothesis) -> HTML {
        guard one.state != .confirmed, let reason = one.judgement.reason else { return .empty }
        return """
            <p class="sum"><b>\(one.state.words)</b> because: <span dir="auto">\(reason)</span></p>
            """
    }

    /// What blocks confirmation, or how it was verified.
    private func gate(_ one: Investigation.Hypothesis) -> HTML {
        if one.state == .confirmed {
            let method = one.judgement.method.map { policy.name(of: $0, in: \.verificationMethods) } ?? ""
            return """
                <p class="proof ok">\(icon("check"))<span><b>Confirmed.</b> \(method): \(isolated(one.judgement.verification ?? ""))</span></p>
                """
        }
        let missing = all.missingForConfirmation(of: one, evidence: cited.numbers)
        return """
            <p class="proof">\(icon("lock"))<span>Not <b>confirmed</b>: needs \(missing.joined(separator: " and ")).</span></p>
            """
    }

    private func foot(_ one: Investigation.Hypothesis) -> HTML {
        let tests = all.plan.filter { $0.plan.hypothesis == one.id }
        let test: HTML =
            tests.first.map { "<span>Test \($0.id): \(isolated($0.plan.action))\(due($0.plan.dueAt))</span>" }
            ?? .empty
        let box: HTML =
            one.wording.dueAt.map { moment in
                "<span class=\"\(moment < now ? "warn" : "dim")\">\(moment < now ? "Time box over since" : "Time box until") \(time(moment, now: now))</span>"
            } ?? .empty
        let record =
            tests.first.map {
                act("record_result", "Record result", query: "?of=\($0.id)", hidden: "of \($0.id)")
            }
            ?? act("record_result", "Record result", query: "?of=\(one.id)", hidden: "of \(one.id)")
        let reword: HTML =
            one.state == .confirmed
            ? .empty : act("revise_hypothesis", "Reword", query: "?hypothesis=\(one.id)", hidden: "\(one.id)")
        return
            "\(citations(one.evidence))\(test)\(box)<span class=\"btns\">\(record)\(judge(one))\(reword)</span>"
    }

    private func judge(_ one: Investigation.Hypothesis) -> HTML {
        act(
            "judge_hypothesis", "Judge", query: "?hypothesis=\(one.id)&state=\(one.state.rawValue)",
            hidden: "\(one.id)")
    }

    // MARK: The plan

    /// What to test, the most telling for the least first; then what was tested, dead ends included.
    var plan: HTML {
        let todo = all.plan.enumerated().map { index, test -> HTML in
            let about: HTML = test.plan.hypothesis.map { "<span class=\"ref\">\($0)</span> " } ?? .empty
            let expected: HTML =
                test.plan.expected.map { "<br><span class=\"dim text\" dir=\"auto\">\($0)</span>" } ?? .empty
            return """
                <tr id="\(test.id)"><th scope="row"><b>\(index + 1).</b> \(test.id)</th><td data-label="Test">\(about)<span dir="auto">\(test.plan.action)</span>\(expected)</td><td data-label="Tells">\(test.plan.information.rawValue)</td><td data-label="Costs">\(test.plan.cost.rawValue)</td><td data-label="Until">\(test.plan.dueAt.map { time($0, now: now) } ?? "")</td><td class="end">\(act("record_result", "Record result", query: "?of=\(test.id)", hidden: "of \(test.id)"))</td></tr>
                """
        }
        let table: HTML =
            todo.isEmpty
            ? "<p class=\"inv-none dim\">No test is planned. What would tell most for least?</p>"
            : """
            <table class="tbl"><caption class="sr">Tests to do, what tells most for least first</caption><thead><tr><th scope="col">Turn</th><th scope="col">Test</th><th scope="col">Tells</th><th scope="col">Costs</th><th scope="col">Until</th><th scope="col"><span class="sr">Action</span></th></tr></thead><tbody>\(todo)</tbody></table>
            """
        return "\(table)\(done)"
    }

    private var done: HTML {
        guard !all.doneTests.isEmpty else { return .empty }
        let items = all.doneTests.map { test -> HTML in
            let results = test.results.map { result -> HTML in
                """
                <span class="text" dir="auto">\(result.result.observed)</span> <span class="dim">\(result.result.bearing.words); \(name(result.recorded.by)), \(time(result.recorded.at, now: now))</span> \(citations(result.result.evidence))
                """
            }
            return """
                <li id="\(test.id)"\(test.isDeadEnd ? " class=\"dead\"" : .empty)><span class="ref">\(test.id)</span> <span dir="auto">\(test.plan.action)</span>\(test.isDeadEnd ? " <span class=\"tag\">\(icon("x"))Dead end</span>" : .empty)<br>\(HTML.joined(results, by: "<br>"))</li>
                """
        }
        return "<div class=\"inv-done\"><h3>Done, so that nobody repeats it</h3><ul>\(items)</ul></div>"
    }

    // MARK: Bounds

    /// What the problem is, what it is not, and what is different.
    var bounds: HTML {
        let rows = BoundaryQuestion.allCases.map { question -> HTML in
            let boundary = all.boundaries[question] ?? Boundary()
            return """
                <tr><th scope="row">\(question.words)</th>\(cell("Is", boundary.holds))\(cell("Is not", boundary.holdsNot))\(cell("What is different", boundary.different))</tr>
                """
        }
        return """
            <table class="tbl"><caption class="sr">What the problem is and is not</caption><thead><tr><th scope="col">Question</th><th scope="col">Is</th><th scope="col">Is not, but could be</th><th scope="col">What is different</th></tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private func cell(_ label: String, _ text: String?) -> HTML {
        let words: HTML =
            text.map { "<span dir=\"auto\">\($0)</span>" } ?? "<span class=\"dim\">not answered</span>"
        return "<td data-label=\"\(label)\">\(words)</td>"
    }
}
