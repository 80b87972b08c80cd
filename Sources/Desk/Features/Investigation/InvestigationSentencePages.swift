import Domain
import Storage
import Web

/// What happened in the investigation, in a sentence for the timeline, its export and its Markdown.
struct InvestigationSentence {
    let body: InvestigationFact
    let sentences: CaseSentence

    /// The icon and what stands after the name of who did it.
    var line: CasePart.Line {
        switch body {
        case .hypothesisProposed(let id, let wording, let confidence):
            let sure: HTML = confidence.map { ", \($0.rawValue) confidence" } ?? .empty
            return (
                "s-most",
                "put up hypothesis <b>\(id)</b>: “\(isolated(wording.statement))” (suspected\(sure))"
            )
        case .hypothesisRevised(let id, let wording):
            return (
                "s-most", "put hypothesis <b>\(id)</b> into other words: “\(isolated(wording.statement))”"
            )
        case .hypothesisJudged(let id, let judgement): return ("s-most", judged(id, judgement))
        case .hypothesisWithdrawn(let id, let reason):
            return ("x", "withdrew hypothesis <b>\(id)</b>, put up by mistake\(sentences.because(reason))")
        case .judgementWithdrawn(let id, let withdrawal):
            return (
                "s-most", "withdrew the last judgement of <b>\(id)</b>\(sentences.because(withdrawal.reason))"
            )
        case .testPlanned(let id, let plan):
            let about: HTML = plan.hypothesis.map { " for \($0)" } ?? .empty
            return ("edit", "planned test <b>\(id)</b>\(about): “\(isolated(plan.action))”")
        case .resultRecorded(let id, let result):
            return ("s-most", "recorded a result of <b>\(id)</b>, which \(seen(result))")
        case .decided(let id, let decision): return ("rank", decided(id, decision))
        case .agreementRecorded(let id, let agreement):
            return (
                "rank",
                "recorded that \(isolated(agreement.who)) \(agreement.agreed ? "agrees" : "does not agree") to <b>\(id)</b>\(sentences.because(agreement.words))"
            )
        case .bounded(let question, let boundary):
            let parts = [
                ("is", boundary.holds), ("is not", boundary.holdsNot), ("different", boundary.different),
            ]
            let words = parts.compactMap { name, text in text.map { "\(name) “\($0)”" } }
            let all = words.isEmpty ? "nothing any more" : words.joined(separator: ", ")
            return ("edit", "bounded the problem, \(question.words.lowercased()): \(isolated(all))")
        case .noteStructured(let parts):
            let texts = NotePart.allCases.compactMap { part in
                parts[part].map { "<b>\(part.words)</b>: “\(isolated($0))”" as HTML }
            }
            return ("lock", "wrote an internal note. \(HTML.joined(texts, by: " "))")
        default: return remedy
        }
    }

    private var remedy: CasePart.Line {
        switch body {
        case .workaroundRecorded(let id, let workaround):
            return (
                "s-wait",
                "recorded workaround <b>\(id)</b>: “\(isolated(workaround.text))” Data at risk: \(isolated(workaround.dataLoss))."
            )
        case .workaroundRevised(let id, let workaround):
            return ("s-wait", "changed workaround <b>\(id)</b>: “\(isolated(workaround.text))”")
        case .workaroundWithdrawn(let id, let reason):
            return ("x", "withdrew workaround <b>\(id)</b>\(sentences.because(reason))")
        case .fixRecorded(let id, let text, let version):
            let place: HTML = version.map { " in \(isolated($0))" } ?? .empty
            return ("check", "recorded fix <b>\(id)</b>\(place): “\(isolated(text))”")
        case .fixTested(let id, let test):
            let place = sentences.policy.name(of: test.environment, in: \.environments)
            return (
                "check",
                "tested <b>\(id)</b> in \(place): “\(isolated(test.tested))” It \(test.holds ? "works" : "does not work"): “\(isolated(test.observed))”\(cited(test.evidence))"
            )
        case .fixConfirmed(let id, let witness, let holds, let words):
            return (
                holds ? "check" : "x",
                "recorded that \(witness.words.lowercased()) \(holds ? "confirms" : "does not confirm") <b>\(id)</b>: “\(isolated(words))”"
            )
        default: return party
        }
    }

    private var party: CasePart.Line {
        switch body {
        case .partyListed(let id, let name, let component, _):
            return (
                "org", "listed <b>\(id)</b> \(isolated(name)) with \(isolated(component)) on the failing path"
            )
        case .partyAsked(let id, let question, let text):
            return ("chat", "asked \(id) (<b>\(question)</b>): “\(isolated(text))”")
        case .partyAnswered(let id, let question, let text):
            return ("chat", "recorded the answer of \(id) to <b>\(question)</b>: “\(isolated(text))”")
        case .partyWeighed(let id, let result):
            return ("org", "weighed the component of <b>\(id)</b>: what was seen \(seen(result))")
        default: return ("edit", "changed the investigation")
        }
    }

    private func judged(_ id: String, _ judgement: HypothesisJudgement) -> HTML {
        guard judgement.state == .confirmed else {
            let words = judgement.state == .open ? "suspected" : judgement.state.words.lowercased()
            let sure: HTML = judgement.confidence.map { ", \($0.rawValue) confidence" } ?? .empty
            return
                "moved <b>\(id)</b> to <b>\(words)</b>\(sure)\(sentences.because(judgement.reason))\(cited(judgement.evidence))"
        }
        let policy = sentences.policy
        let method = judgement.method.map { policy.name(of: $0, in: \.verificationMethods) } ?? ""
        let cause: HTML =
            judgement.rootCause.map { ", root cause <b>\(policy.name(of: $0, in: \.rootCauses))</b>" }
            ?? .empty
        return
            "<b>confirmed \(id)</b> as the cause\(cause). Verified: \(method.lowercased()). “\(isolated(judgement.verification ?? ""))”\(cited(judgement.evidence))"
    }

    private func decided(_ id: String, _ decision: CaseDecision) -> HTML {
        let who: HTML = "<b>\(sentences.name(decision.decider))</b>"
        let options: HTML =
            decision.options.isEmpty
            ? .empty : " Weighed: \(isolated(decision.options.joined(separator: "; ")))."
        let old: HTML = decision.replaces.map { " It takes the place of \($0)." } ?? .empty
        return
            "recorded decision <b>\(id)</b> of \(who): “\(isolated(decision.decision))”.\(options) Why: “\(isolated(decision.reason))”\(old)"
    }

    private func seen(_ result: InvestigationResult) -> HTML {
        "\(result.bearing.words): “\(isolated(result.observed))”\(cited(result.evidence))"
    }

    private func cited(_ evidence: [String]) -> HTML {
        evidence.isEmpty ? .empty : " [\(evidence.joined(separator: ", "))]"
    }
}

/// The entries of the timeline that are more than a line: structured notes and decisions.
struct InvestigationEntry {
    let fact: Recorded<CaseFact>
    let sentences: CaseSentence

    /// The entry as a card; nil for what is a line.
    var card: HTML? {
        guard case .investigation(let body) = fact.body else { return nil }
        switch body {
        case .noteStructured(let parts): return note(parts)
        case .decided(let id, let decision): return decided(id, decision)
        default: return nil
        }
    }

    private var stamp: HTML {
        let late: HTML =
            fact.recordedAt.seconds(since: fact.occurredAt) > 60
            ? "<span class=\"late\">entered later, \(time(fact.recordedAt, now: fact.occurredAt))</span>"
            : .empty
        return """
            \(late)<a class="at" href="#e-\(fact.version.number)">\(clockTime(fact.occurredAt))</a>
            """
    }

    private func note(_ parts: [NotePart: String]) -> HTML {
        let who = sentences.name(fact.actor)
        let rows = NotePart.allCases.compactMap { part in
            parts[part].map { "<dt>\(part.words)</dt><dd class=\"text\" dir=\"auto\">\($0)</dd>" as HTML }
        }
        return """
            <li id="e-\(fact.version.number)"><span class="node"><span class="av" aria-hidden="true">\(Person.initials(of: who))</span></span><article class="msg int"><header><b>\(who)</b><span class="way">\(icon("lock"))Internal note</span>\(stamp)</header><dl class="pairs">\(rows)</dl></article></li>

            """
    }

    private func decided(_ id: String, _ decision: CaseDecision) -> HTML {
        let weighed: HTML =
            decision.options.isEmpty
            ? .empty
            : "<p class=\"text\"><span class=\"dim\">Weighed:</span> \(isolated(decision.options.joined(separator: "; ")))</p>"
        return """
            <li id="e-\(fact.version.number)"><span class="node">\(icon("rank"))</span><article class="msg"><header><b>\(decision.kind.words) \(id)</b><span class="dim">\(sentences.name(decision.decider))</span>\(stamp)</header><div class="text"><b dir="auto">\(decision.decision)</b>
            <span dir="auto">\(decision.reason)</span>\(weighed)</div></article></li>

            """
    }
}
