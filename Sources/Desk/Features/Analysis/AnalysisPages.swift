import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// What logs say, beside the evidence; and the page from which a finding is cited.
enum AnalysisPages {
    static func routes(_ services: Services) -> [Route] {
        [
            .signedIn(.get, "/cases/{id}/evidence/{number}/cite", .right("case.view")) { call in
                try await AnalysisCitePages.show(call, services)
            }
        ]
    }

    /// The part of the page of a piece of evidence, for whoever may read its bytes now.
    static func section(
        of found: Evidence, in this: SupportCase, for call: SignedInCall, _ services: Services
    ) async throws -> HTML {
        let analysis = try await services.database.read { tx in
            try AnalysisDirectory.find(found.id, in: tx)
        }
        guard let analysis else { return "<div id=\"analysis\" data-live hidden></div>" }
        let view = AnalysisView(
            this: this, found: found, analysis: analysis, now: services.clock(), actor: call.actor,
            newKey: newIdentifier(at: services.clock()), taxonomy: services.policy.current.errorCodes)
        let comparisons =
            analysis.log == nil
            ? .empty
            : try await AnalysisComparisonPages.section(of: found, in: this, for: call.actor, services)
        return "<div class=\"stack\" id=\"analysis\" data-live>\(view.state)\(view.log)\(comparisons)</div>"
    }

    /// What a count is of, in words: “1 line”, “5,000 lines”.
    static func count(_ count: Int, _ noun: String) -> String {
        "\(grouped(count)) \(count == 1 ? noun : noun + "s")"
    }

    /// How sure a finding is: bars and a word.
    static func confidence(_ claim: LogAnalysis.Claim) -> HTML {
        let bars = claim.confidence >= 90 ? 3 : claim.isSupported ? 2 : 1
        return """
            <span class="conf \(claim.isSupported ? "supported" : "suspected")"><span class="bars b\(bars)" aria-hidden="true"><i></i><i></i><i></i></span>\(claim.isSupported ? "Supported" : "Suspected")</span>
            """
    }

    /// How far an analysis is, in words.
    static func progress(_ analysis: EvidenceAnalysis, now: Timestamp) -> HTML {
        if analysis.state == .waiting { return "waits for its turn" }
        let rate: HTML = analysis.rate(at: now).map { ", \(EvidenceWords.size($0)) a second" } ?? .empty
        let left: HTML =
            analysis.secondsLeft(at: now).map {
                $0 < 60 ? ", about \(Int(max(1, $0))) s left" : ", about \(durationWords(seconds: $0)) left"
            } ?? .empty
        return
            "\(EvidenceWords.size(analysis.doneBytes)) of \(EvidenceWords.size(analysis.allBytes)) read\(rate)\(left)"
    }
}

/// The analysis of a piece of evidence, as its page shows it.
struct AnalysisView {
    let this: SupportCase
    let found: Evidence
    let analysis: EvidenceAnalysis
    let now: Timestamp
    let actor: Actor
    let newKey: String
    let taxonomy: ErrorTaxonomy

    private var path: String { "/cases/\(this.number)/evidence/\(found.number)" }

    /// The address of lines on the page of the log.
    private func address(_ cite: LogAnalysis.Cite, line: Int? = nil) -> String {
        let line = line ?? cite.first
        let member = cite.member.isEmpty ? "" : "&member=\(percentEncoded(cite.member))"
        return "\(path)/log?line=\(line)\(member)#L\(line)"
    }

    // MARK: How far it is

    /// How far it is, and what can be done about it.
    var state: HTML {
        switch analysis.state {
        case .waiting, .running:
            let again: HTML =
                analysis.tries > 1
                ? "<p class=\"dim\">Begun again from the top: the server was restarted while it worked at it.</p>"
                : .empty
            let share = analysis.allBytes > 0 ? Double(analysis.doneBytes) / Double(analysis.allBytes) : 0
            return """
                <section class="card pad working" aria-labelledby="an-h"><h2 id="an-h">\(analysis.log == nil ? "Reading the log" : "Reading the log again")</h2><p>\(AnalysisPages.progress(analysis, now: now))</p><progress max="100" value="\(Int(share * 100))" aria-label="How much is read">\(Int(share * 100)) %</progress>\(again)<div class="btns">\(act("stop_analysis", "Stop"))</div></section>
                """
        case .failed, .stopped:
            let why = analysis.message ?? "The analysis was stopped."
            return """
                <div class="notice\(analysis.state == .failed ? " warn" : "")">\(icon(analysis.state == .failed ? "alert" : "info"))<div><p>\(isolated(why))</p>\(act("analyse", "Analyse again"))</div></div>
                """
        case .unsuited, .done: return .empty
        }
    }

    private func act(_ verb: String, _ words: String) -> HTML {
        guard actor.may(AnalysisOperations.right) else { return .empty }
        return """
            <form method="post" action="/evidence/\(this.number).\(found.number)/\(verb)" data-enhance>\(FormView.hidden(key: newKey, base: nil))<button class="btn small" data-sending="…">\(words)</button><p class="form-error" data-form-error role="alert"></p></form>
            """
    }

    // MARK: What came out

    /// What came out, as far as it did.
    var log: HTML {
        guard let log = analysis.log else { return .empty }
        return
            "\(facts(log))\(AnalysisChart(log: log).html)\(findings(log))\(codes(log))\(patterns(log))\(traces(log))"
    }

    private func facts(_ log: LogAnalysis) -> HTML {
        let forms = Set(log.sources.map(\.form).filter { !$0.isEmpty })
        let unread = log.problems.count
        var parts: [HTML] = [
            "<span>\(icon("doc"))\(AnalysisPages.count(log.lines, "line"))\(log.sources.count > 1 ? " of \(AnalysisPages.count(log.sources.count, "log"))" : "")</span>"
        ]
        if let from = log.from, let to = log.to {
            let later = now.adding(seconds: from.day == now.day ? 86_400 : 0)
            parts.append(
                "<span>\(icon("clock"))\(universalTime(from, now: later)) to \(universalTime(to, now: from)) UTC</span>"
            )
        } else {
            parts.append("<span>\(icon("clock"))no times were found</span>")
        }
        if let form = forms.first, forms.count == 1, !form.hasPrefix("head ") {
            parts.append("<span>\(isolated(form))</span>")
        }
        parts.append(
            "<span>\(AnalysisPages.count(log.patternCount, "pattern"))\(unread == 0 ? "" : ", \(AnalysisPages.count(unread, "part")) not read")</span>"
        )
        let again: HTML = analysis.state == .done ? act("analyse", "Analyse again") : .empty
        return """
            <div class="ev-facts">\(parts)\(again)</div>\(notes(log))
            """
    }

    /// What was inferred, and what could not be read.
    private func notes(_ log: LogAnalysis) -> HTML {
        let sources = log.sources.prefix(30).map { source -> HTML in
            let name = source.name.isEmpty ? found.name : source.name
            let notes = source.notes.map { "<br><span class=\"dim\">\(isolated($0))</span>" as HTML }
            return """
                <li>\(isolated(name)): \(AnalysisPages.count(source.lines, "line")), \(EvidenceWords.size(Int64(source.bytes)))\(notes)</li>
                """
        }
        let problems = log.problems.map { "<li>\(isolated($0))</li>" as HTML }
        let lost: HTML =
            problems.isEmpty ? .empty : "<p class=\"lbl\">Not read</p><ul>\(problems)</ul>"
        let summary = log.summary.map { "<p>\(isolated($0))</p>" as HTML }
        return """
            <details class="fold" id="an-read"><summary>How it was read</summary><div class="card pad prose f13">\(summary)<ul>\(sources)</ul>\(lost)</div></details>
            """
    }

    private func findings(_ log: LogAnalysis) -> HTML {
        guard !log.findings.isEmpty else {
            return """
                <section aria-labelledby="fi-h"><div class="sec"><h2 id="fi-h">Findings</h2></div><div class="card"><div class="empty"><h3>Nothing stands out</h3><p>No errors, gaps, bursts or changes were found in \(AnalysisPages.count(log.lines, "line")). Patterns stand below.</p></div></div></section>
                """
        }
        let shown = log.findings.count
        let count =
            log.findingCount > shown ? "the first \(shown) of \(log.findingCount)" : "\(shown)"
        let items = log.findings.enumerated().map { index, claim in finding(claim, isFirst: index == 0) }
        return """
            <section aria-labelledby="fi-h"><div class="sec"><h2 id="fi-h">Findings</h2><span class="dim f13">\(count), most useful first</span></div><div class="card clip">\(items)</div></section>
            """
    }

    private func finding(_ claim: LogAnalysis.Claim, isFirst: Bool) -> HTML {
        let links = claim.cites.prefix(3).map { cite -> HTML in
            let lines =
                cite.first == cite.last ? grouped(cite.first) : "\(grouped(cite.first))–\(grouped(cite.last))"
            return
                "<a class=\"ref\" href=\"\(address(cite))\" data-row-open><span class=\"sr\">line </span>\(lines)</a>"
        }
        let more: HTML =
            claim.cites.count > 3 ? "<span class=\"dim f12\">\(claim.cites.count - 3) more</span>" : .empty
        let when: HTML =
            claim.from.map { from in
                let later = now.adding(seconds: from.day == now.day ? 86_400 : 0)
                return " <span class=\"dim\">\(universalTime(from, now: later)) UTC</span>"
            } ?? .empty
        let cited = claim.cites.prefix(3).map { lines($0) }
        return """
            <article class="find-c" id="\(claim.number)" data-row><div class="find-top"><span class="ref">\(claim.number)</span>\(AnalysisPages.confidence(claim))\(severity(claim))<span class="right">\(links)\(more)</span></div>
            <h3 dir="auto">\(claim.title)</h3><p dir="auto">\(claim.why)\(when)</p>\(claim.nextTest.isEmpty ? .empty : "<p><b>Next test:</b> <span dir=\"auto\">\(claim.nextTest)</span></p>" as HTML)
            <details class="fold" id="\(claim.number)-lines"\(.flag("open", isFirst))><summary>Cited lines</summary>\(cited)</details>\(codes(claim))\(foot(claim))</article>

            """
    }

    private func severity(_ claim: LogAnalysis.Claim) -> HTML {
        switch claim.severity {
        case "critical", "high": "<span class=\"tag bad\">\(claim.severity.capitalizedFirst)</span>"
        case "medium": "<span class=\"tag warn\">Medium</span>"
        default: "<span class=\"tag\">\(claim.severity.capitalizedFirst)</span>"
        }
    }

    private func foot(_ claim: LogAnalysis.Claim) -> HTML {
        var acts: [HTML] = [
            "<a class=\"btn small\" href=\"\(path)/cite?finding=\(claim.number)\" data-key=\"q\" aria-keyshortcuts=\"q\">Cite<kbd>q</kbd></a>"
        ]
        if actor.may(AddHypothesis.right) {
            let quote = AnalysisQuote(found: found, claim: claim)
            acts.append(
                "<a class=\"btn small\" href=\"\(quote.hypothesis(in: this))\" data-key=\"h\" aria-keyshortcuts=\"h\">Test it<kbd>h</kbd></a>"
            )
        }
        return "<div class=\"cite-acts\">\(acts)</div>"
    }

    /// Cited lines with those around them.
    private func lines(_ cite: LogAnalysis.Cite) -> HTML {
        guard !cite.lines.isEmpty else {
            return "<p class=\"dim f13\">\(cite.words.capitalizedFirst) could not be read again.</p>"
        }
        func line(_ number: Int, _ text: String, isHit: Bool) -> HTML {
            """
            <li\(isHit ? " class=\"hit\"" as HTML : .empty)><a class="nr" href="\(address(cite, line: number))">\(number)</a><span class="tx">\(text)</span></li>
            """
        }
        let before = cite.before.enumerated().map {
            line(cite.first - cite.before.count + $0.offset, $0.element, isHit: false)
        }
        let hits = cite.lines.enumerated().map { line(cite.first + $0.offset, $0.element, isHit: true) }
        let last = cite.first + cite.lines.count - 1
        let left: HTML =
            last < cite.last
            ? "<li class=\"skipped\">\(AnalysisPages.count(cite.last - last, "line")) more</li>" : .empty
        let after: [HTML] =
            last < cite.last
            ? [] : cite.after.enumerated().map { line(last + 1 + $0.offset, $0.element, isHit: false) }
        let name: HTML =
            cite.member.isEmpty ? .empty : "<p class=\"dim f12\">\(isolated(cite.member))</p>"
        return "\(name)<ol class=\"excerpt\">\(before)\(hits)\(left)\(after)</ol>"
    }

    // MARK: Patterns

    private func patterns(_ log: LogAnalysis) -> HTML {
        guard !log.patterns.isEmpty else { return .empty }
        let told = Set(log.findings.flatMap(\.subjects))
        let rows = log.patterns.prefix(40).map { pattern in
            row(pattern, of: log.lines, isTold: told.contains(pattern.id))
        }
        return """
            <section aria-labelledby="pa-h"><div class="sec"><h2 id="pa-h">Patterns</h2><span class="dim f13">\(rows.count) of \(grouped(log.patternCount)), what went wrong first</span></div>
            <div class="card clip"><table class="pt" role="table" aria-labelledby="pa-h"><thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Pattern</th><th class="p-s" scope="col" role="columnheader">Course</th><th class="p-d" scope="col" role="columnheader">Change</th><th class="p-c num" scope="col" role="columnheader">Lines</th></tr></thead><tbody role="rowgroup">\(rows)</tbody></table></div></section>
            """
    }

    private func row(_ pattern: LogAnalysis.Pattern, of lines: Int, isTold: Bool) -> HTML {
        let share = lines > 0 ? Double(pattern.count) / Double(lines) * 100 : 0
        let percent = share >= 10 ? "\(Int(share.rounded())) %" : "\((share * 100).rounded() / 100) %"
        let change = PatternCourse.words(pattern.course) ?? ""
        let isNews = !change.isEmpty && change != "steady"
        return """
            <tr role="row" id="P-\(pattern.id)"\(isTold ? " class=\"on\"" as HTML : .empty)><td role="cell"><span class="pat">\(AnalysisView.marked(pattern))</span>\(values(pattern))</td><td class="p-s" role="cell">\(AnalysisChart.spark(pattern.course, isTrouble: pattern.isTrouble))</td><td class="p-d" role="cell">\(isNews ? "<b>\(change)</b>" as HTML : "\(change)")</td><td class="p-c num" role="cell">\(grouped(pattern.count)) <span class="dim f12">\(percent)</span></td></tr>

            """
    }

    /// The message with the kind of each varying part.
    static func marked(_ pattern: LogAnalysis.Pattern) -> HTML {
        let parts = pattern.text.split(separator: "<*>", omittingEmptySubsequences: false)
        var html: HTML = ""
        for (index, part) in parts.enumerated() {
            html += "\(String(part))"
            guard index + 1 < parts.count else { break }
            let kind = pattern.variables.indices.contains(index) ? pattern.variables[index].kind : "value"
            html += "<span class=\"v\">\(kind)</span>"
        }
        return html
    }

    private func values(_ pattern: LogAnalysis.Pattern) -> HTML {
        let known = pattern.variables.filter { !$0.top.isEmpty || $0.distinct > 1 }
        guard !known.isEmpty else { return .empty }
        let items = known.map { variable -> HTML in
            let top: HTML =
                variable.top.isEmpty
                ? "not shown" : HTML.joined(variable.top.map { isolated($0) }, by: ", ")
            return
                "<li>\(variable.kind): \(top) <span class=\"dim\">\(AnalysisPages.count(variable.distinct, "value"))</span></li>"
        }
        return """
            <details class="fold" id="V-\(pattern.id)"><summary>Values</summary><ul class="f12">\(items)</ul></details>
            """
    }

    // MARK: Codes of errors

    /// What the codes mean that a finding names.
    private func codes(_ claim: LogAnalysis.Claim) -> HTML {
        let codes = claim.codes.prefix(5).map {
            "<li>\(AnalysisCodePages.meaning($0, taxonomy))</li>" as HTML
        }
        return codes.isEmpty ? .empty : "<ul class=\"plain f13\" aria-label=\"Error codes\">\(codes)</ul>"
    }

    private func codes(_ log: LogAnalysis) -> HTML {
        guard !log.codes.isEmpty else { return .empty }
        let items = log.codes.prefix(30).map { code -> HTML in
            let cite = LogAnalysis.Cite(member: code.member, first: code.line, last: code.line, lines: [])
            return
                "<li>\(AnalysisCodePages.meaning(code.code, taxonomy)) <span class=\"dim f12\">\(AnalysisPages.count(code.count, "line")), first at <a href=\"\(address(cite))\">line \(grouped(code.line))</a></span></li>"
        }
        return """
            <section aria-labelledby="ec-h"><div class="sec"><h2 id="ec-h">Error codes</h2></div><ul class="card pad plain f13">\(items)</ul></section>
            """
    }

    private func traces(_ log: LogAnalysis) -> HTML {
        guard !log.traces.isEmpty else { return .empty }
        let items = log.traces.prefix(20).map { trace -> HTML in
            "<li><span dir=\"auto\">\(trace.title)</span> <span class=\"dim f12\">\(AnalysisPages.count(trace.count, "time")), \(String(trace.id.prefix(8)))</span></li>"
        }
        return """
            <section aria-labelledby="tr-h"><div class="sec"><h2 id="tr-h">Stack traces</h2></div><ul class="card pad plain f13">\(items)</ul></section>
            """
    }
}

extension String {
    /// The text with its first letter large.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
