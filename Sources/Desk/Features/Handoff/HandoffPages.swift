import Diagnosis
import Domain
import Storage
import Web

/// What hand-offs add to the page of a case.
enum HandoffParts {
    // MARK: On top

    /// The offer that nobody answered yet, the one that came back, and who is stuck.
    static func notice(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let handoffs = Handoffs(context.history.facts)
        let names = try PeopleDirectory.names(of: handoffs.people, in: tx)
        let view = HandoffView(context, names)
        let offer = handoffs.open.map(view.offer) ?? view.returned(handoffs.handovers.last)
        return """
            <div id="handover" data-live>\(offer)</div><div id="stuck" data-live>\(handoffs.openRequests.map(view.stuck))</div>
            """
    }

    static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard !context.isDone else { return [] }
        var actions: [CaseAction] = []
        if context.this.owner != nil {
            actions.append(
                CaseAction("case.hand_over", "hand_over", icon: "people", "Hand over", in: .people))
            actions.append(CaseAction("case.hand_over", "hand_up", icon: "rank", "Hand up", in: .people))
        }
        actions.append(
            CaseAction(
                "case.ask_unblock", "ask_unblock", icon: "alert", "Ask to be unblocked", in: .questions))
        return actions
    }

    // MARK: Beside

    /// How often it changed hands, how long it waited for the house, and what was asked and answered.
    static func side(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let handoffs = Handoffs(context.history.facts)
        let counts = HandoffCounts(context.history.facts, policy: context.policy, until: context.now)
        let names = try PeopleDirectory.names(of: handoffs.people, in: tx)
        let view = HandoffView(context, names)
        let past = handoffs.handovers.filter { $0.outcome != nil }
        let settled = handoffs.requests.filter { !$0.isOpen }
        let earlier: HTML =
            past.isEmpty
            ? .empty
            : "<details class=\"more-acts\" id=\"handovers\"><summary>\(past.count) earlier \(past.count == 1 ? "offer" : "offers")</summary>\(past.reversed().map(view.past))</details>"
        let answers: HTML =
            settled.isEmpty
            ? .empty
            : "<details class=\"more-acts\" id=\"answers\"><summary>\(settled.count) \(settled.count == 1 ? "question" : "questions") of people who were stuck</summary>\(settled.reversed().map(view.settled))</details>"
        return """
            <section class="panel" id="handoffs" data-live aria-labelledby="ho-h"><header><h2 id="ho-h">Hands</h2></header><dl class="pairs wider"><dt>Handed over</dt><dd>\(times(counts.handOffs))\(counts.returned > 0 ? ", \(counts.returned) came back" : "")</dd><dt>Changed owner</dt><dd>\(times(counts.reassignments))</dd><dt>Waited for us</dt><dd>\(durationWords(seconds: counts.internalWait))</dd></dl>\(earlier)\(answers)</section>

            """
    }

    private static func times(_ count: Int) -> String {
        switch count {
        case 0: "never"
        case 1: "once"
        default: "\(count) times"
        }
    }
}

/// Offers and requests in markup.
struct HandoffView {
    private let context: CasePartContext
    private let names: [String: String]

    init(_ context: CasePartContext, _ names: [String: String]) {
        (self.context, self.names) = (context, names)
    }

    private func name(_ id: String?) -> HTML { "<b>\(isolated(id.flatMap { names[$0] } ?? "Somebody"))</b>" }

    private func moment(_ moment: Timestamp) -> HTML { zonedTime(moment, now: context.now) }

    /// To whom something is offered, from the reader's side.
    private func receiver(_ offer: HandoffFact.Offer) -> HTML {
        if let person = offer.person { return person == context.actor.id ? "you" : name(person) }
        let role = offer.role.map { context.policy.role($0)?.name ?? $0 } ?? ""
        return "everybody of the role <b>\(role)</b>"
    }

    private func button(_ verb: String, _ title: String, isMain: Bool = false) -> HTML {
        """
        <form method="post" action="\(context.path)/\(verb)" data-enhance>\(FormView.hidden(key: context.newKey(), base: nil))<button class="btn small\(isMain ? " go" : "")">\(title)</button></form>
        """
    }

    private func link(_ verb: String, _ title: String) -> HTML {
        "<a class=\"btn small\" href=\"\(context.path)/\(verb)\">\(title)</a>"
    }

    /// An offer that waits for an answer.
    func offer(_ one: Handoffs.Handover) -> HTML {
        let actor = context.actor
        let isMine = one.isOffered(to: actor) && actor.may(SupportCase.acceptRight)
        let isLeaver = [one.offer.from, one.offeredBy].contains(actor.id) && actor.may("case.hand_over")
        let who: HTML = one.offer.from == actor.id ? "You offer" : "\(name(one.offer.from)) offers"
        let up: HTML = one.offer.way == .tier ? " up" : .empty
        let due: HTML =
            one.isLate(at: context.now)
            ? "<span class=\"bad\">It should have been accepted by \(moment(one.offer.acceptBy)).</span>"
            : "To be accepted by \(moment(one.offer.acceptBy))."
        let owner: HTML = one.offer.from == actor.id ? "you" : name(one.offer.from)
        let stays: HTML = isMine ? .empty : " Until then it stays with \(owner)."
        var acts: [HTML] = []
        if isMine {
            acts += [
                button("accept_handover", "Accept", isMain: true), link("return_handover", "Return"),
            ]
        }
        if isLeaver { acts += [button("withdraw_handover", "Take back"), link("hand_over", "Offer anew")] }
        let tone = one.isLate(at: context.now) ? "warn" : "info"
        let bar: HTML = acts.isEmpty ? .empty : "<div class=\"btns\">\(acts)</div>"
        return """
            <div class="notice \(tone)" role="status">\(icon("people"))<div><p>\(who) this case\(up) to \(receiver(one.offer)). \(due)\(stays)</p>\(brief(one, isOpen: isMine))\(bar)</div></div>
            """
    }

    /// The text of a brief with what each line is about set apart.
    static func lines(_ brief: String) -> HTML {
        let lines = brief.split(separator: "\n", omittingEmptySubsequences: false).map { line -> HTML in
            let topic = HandoverBrief.Topic.allCases.first { line.hasPrefix("\($0.label): ") }
            guard let label = topic?.label else { return "\(String(line))\n" }
            return "<b>\(label):</b>\(String(line.dropFirst(label.count + 1)))\n"
        }
        return "\(lines)"
    }

    /// What the receiver reads, and what the case itself said where that was edited.
    func brief(_ one: Handoffs.Handover, isOpen: Bool) -> HTML {
        let generated: HTML =
            one.offer.generated.map {
                """
                <details class="more-acts" id="generated-\(one.number)"><summary>What the case itself said</summary><div class="text">\(Self.lines($0))</div></details>
                """
            } ?? .empty
        return """
            <details class="more-acts" id="brief-\(one.number)"\(.flag("open", isOpen))><summary>Brief\(one.offer.generated == nil ? "" : ", edited before it was sent")</summary><div class="text">\(Self.lines(one.offer.brief))</div>\(generated)</details>
            """
    }

    /// The last offer, for whoever made it, where it came back and nothing happened since.
    func returned(_ last: Handoffs.Handover?) -> HTML {
        guard let last, last.outcome == .returned, let at = last.settledAt, !context.isDone,
            context.this.owner?.raw == last.offer.from
        else { return .empty }
        let again: HTML =
            context.actor.may("case.hand_over")
            ? "<div class=\"btns\">\(link(last.offer.way == .tier ? "hand_up" : "hand_over", "Offer anew"))</div>"
            : .empty
        return """
            <div class="notice warn" role="status">\(icon("people"))<div><p>\(name(last.settledBy)) gave the case back \(moment(at)): “\(isolated(last.words ?? ""))”</p>\(lacking(last))\(again)</div></div>
            """
    }

    private func lacking(_ one: Handoffs.Handover) -> HTML {
        guard !one.lacking.isEmpty else { return .empty }
        return "<p>Missing:</p><ul>\(one.lacking.map { "<li dir=\"auto\">\($0)</li>" as HTML })</ul>"
    }

    /// An offer that was answered.
    func past(_ one: Handoffs.Handover) -> HTML {
        let what: HTML
        switch one.outcome {
        case .accepted: what = "accepted by \(name(one.settledBy))"
        case .returned: what = "given back by \(name(one.settledBy)): “\(isolated(one.words ?? ""))”"
        case .withdrawn: what = "taken back"
        case .replaced: what = "replaced by another offer"
        case .overtaken, nil: what = "overtaken: the case changed hands otherwise, or was done"
        }
        return """
            <p class="f13">\(one.number), \(moment(one.offeredAt)): \(name(one.offer.from)) to \(receiver(one.offer)); \(what).</p>\(lacking(one))\(brief(one, isOpen: false))
            """
    }

    // MARK: Stuck

    /// Somebody who waits for an answer.
    func stuck(_ one: Handoffs.UnblockRequest) -> HTML {
        let isOwn = one.askedBy == context.actor.id
        let who: HTML = isOwn ? "You are" : "\(name(one.askedBy)) is"
        var acts: [HTML] = []
        if !isOwn, context.actor.may("case.unblock") { acts.append(link("unblock", "Unblock")) }
        if context.actor.may("case.ask_unblock") { acts.append(link("withdraw_unblock", "No longer stuck")) }
        let bar: HTML = acts.isEmpty ? .empty : "<div class=\"btns\">\(acts)</div>"
        return """
            <div class="notice warn" role="status">\(icon("alert"))<div><p>\(who) stuck since \(moment(one.askedAt)) (\(one.number)).</p><div class="text">\(one.asked.stuck)</div><p class="f13">Tried: <span dir="auto">\(one.asked.tried)</span></p>\(bar)</div></div>
            """
    }

    /// A question that was answered or taken back.
    func settled(_ one: Handoffs.UnblockRequest) -> HTML {
        let length = durationWords(seconds: one.seconds(at: context.now))
        let answer: HTML
        if let text = one.answer {
            let kept: HTML = one.isReusable ? " Kept for others." : .empty
            let mark: HTML =
                context.actor.may("case.ask_unblock")
                ? " <a href=\"\(context.path)/mark_answer?request=\(one.number)\">\(one.isReusable ? "Change" : "Keep for others")<span class=\"sr\">: \(one.number)</span></a>"
                : .empty
            answer =
                "<p class=\"f13\">\(name(one.settledBy)) after \(length).\(kept)\(mark)</p><div class=\"text\">\(text)</div>"
        } else {
            answer =
                "<p class=\"f13\">Taken back after \(length): “\(isolated(one.withdrawnReason ?? ""))”</p>"
        }
        return """
            <p class="f13"><b>\(one.number)</b> \(name(one.askedBy)): <span dir="auto">\(one.asked.stuck)</span></p>\(answer)
            """
    }
}

/// What happened, in the sentences of the timeline.
enum HandoffSentences {
    static func line(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .handoff(let fact) = entry.body, !isForCustomer else { return nil }
        switch fact {
        case .offered(let offer):
            let to: HTML =
                offer.person.map { "<b>\(isolated(words.name($0)))</b>" }
                ?? "everybody of the role <b>\(offer.role.map { words.policy.role($0)?.name ?? $0 } ?? "")</b>"
            let whose: HTML =
                offer.from == entry.actor
                ? "the case" : "the case of <b>\(isolated(words.name(offer.from)))</b>"
            let up: HTML = offer.way == .tier ? " up" : .empty
            return (
                "people",
                "offered \(whose)\(up) to \(to), to be accepted by \(zonedTime(offer.acceptBy, now: entry.occurredAt)) (\(offer.handover))"
            )
        case .accepted(let handover, let comment):
            return ("people", "accepted the hand-over \(handover)\(words.because(comment))")
        case .returned(let handover, let reason, let lacking):
            let missing: HTML =
                lacking.isEmpty ? .empty : ". Missing: \(isolated(lacking.joined(separator: ", ")))"
            return ("people", "gave the hand-over \(handover) back\(words.because(reason))\(missing)")
        case .withdrawn(let handover, let reason):
            return ("people", "took the hand-over \(handover) back\(words.because(reason))")
        case .unblockAsked(let stuck):
            return ("alert", "is stuck (\(stuck.request))\(words.because(stuck.stuck))")
        case .unblockAnswered(let request, let answer, let isReusable):
            let kept: HTML = isReusable ? ", kept for others" : .empty
            return ("check", "answered \(request)\(kept)\(words.because(answer))")
        case .unblockWithdrawn(let request, let reason):
            return ("check", "is no longer stuck with \(request)\(words.because(reason))")
        case .answerMarked(let request, let isReusable):
            return (
                "check",
                isReusable
                    ? "kept the answer to \(request) for others"
                    : "no longer keeps the answer to \(request) for others"
            )
        }
    }
}
