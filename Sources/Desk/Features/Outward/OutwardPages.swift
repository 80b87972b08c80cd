import Diagnosis
import Domain
import Storage
import Web

/// What this feature adds to the page of a case.
enum OutwardPages {
    static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard context.this.organisation != nil else { return [] }
        return [
            CaseAction(
                "case.reply", "write_summary", icon: "doc", "Write the technical summary", in: .questions)
        ]
    }

    // MARK: Reviews

    /// The messages that wait for a second person, and those that came back.
    static func reviews(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let reviews = MessageReviews(context.history.facts)
        let names = try PeopleDirectory.names(of: reviews.people, in: tx)
        let view = ReviewView(context: context, names: names)
        // What came back stands there until it is changed, or something else is sent.
        let last = reviews.reviews.last
        let returned = last?.outcome == .returned && !context.isDone ? last.map(view.returned) : nil
        return """
            <div id="reviews" data-live>\(reviews.open.map(view.waiting))\(returned ?? .empty)</div>
            """
    }

    // MARK: Silence

    /// What the software does while the customer does not answer.
    static func silence(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let nothing: HTML = "<div id=\"silence\" data-live></div>"
        guard context.policy.noResponse != nil, !context.isDone else { return nothing }
        let silence = try OutwardDirectory.silence(
            of: context.this, context.history.facts, policy: context.policy, in: tx)
        let may = context.actor.may(StopReminders.right)
        let words: HTML
        switch silence.rest(of: context.this, policy: context.policy) {
        case .stopped(let stop):
            let names = try PeopleDirectory.names(of: [stop.by], in: tx)
            let resume: HTML =
                may ? " <a href=\"\(context.path)/resume_reminders\">Go on</a>" : .empty
            words = """
                Stopped by \(isolated(names[stop.by] ?? "Somebody")), \(zonedTime(stop.at, now: context.now)): “\(isolated(stop.reason))”\(resume)
                """
        case .severity:
            words =
                "<span class=\"none\">Not reminded by the software at this severity: ask again yourself.</span>"
        case nil:
            let steps = silence.steps(of: context.this, policy: context.policy)
            guard !steps.isEmpty else { return nothing }
            let stop: HTML = may ? " <a href=\"\(context.path)/stop_reminders\">Stop</a>" : .empty
            words = "\(plan(steps, context))\(stop)"
        }
        return """
            <div id="silence" data-live><dl class="facts arranged"><div><dt>If they do not answer</dt><dd>\(words)</dd></div></dl></div>
            """
    }

    /// “reminder 2 of 3 on Tuesday 09:00; resolved on Thursday unless they answer”.
    private static func plan(_ steps: [NoResponse.Step], _ context: CasePartContext) -> HTML {
        func moment(_ step: NoResponse.Step) -> HTML { zonedTime(step.at, now: context.now) }
        let count = steps.count { if case .reminder = $0.what { true } else { false } }
        let done = steps.filter(\.isDone)
        let coming = steps.filter { !$0.isDone }
        var parts: [HTML] = []
        if let last = done.last {
            parts.append("reminded \(done.count) of \(count) times, last \(moment(last))")
        }
        if let next = coming.first, case .reminder(let number) = next.what {
            parts.append("reminder \(number) of \(count) \(moment(next))")
        }
        if let end = coming.last, case .resolve = end.what {
            parts.append("resolved as unconfirmed \(moment(end)) unless they answer")
        }
        return HTML.joined(parts, by: "; ")
    }

    // MARK: Summary

    /// The technical summary as it was last written.
    static func summary(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard
            let last = context.history.facts.last(where: { $0.body.kind == "case.summary_written" }),
            case .outward(.summaryWritten(let summary, let isSent)) = last.body
        else { return "<section id=\"summary\" data-live hidden></section>" }
        let names = try PeopleDirectory.names(of: [last.actor], in: tx)
        let edit: HTML =
            context.actor.may(WriteSummary.right)
            ? "<a class=\"btn small\" href=\"\(context.path)/write_summary\">\(isSent ? "Write it anew" : "Change or send")</a>"
            : .empty
        let parts = TechnicalSummary.Part.allCases.compactMap { part -> HTML? in
            summary[part].map { "<dt>\(part.heading)</dt><dd class=\"text\" dir=\"auto\">\($0)</dd>" }
        }
        return """
            <section id="summary" aria-labelledby="su-h" data-live><div class="sec"><h2 id="su-h">Technical summary</h2><span class="dim">\(isSent ? "sent" : "kept, not sent"), \(isolated(names[last.actor] ?? "Somebody")), \(time(last.occurredAt, now: context.now))</span><div class="btns">\(edit)</div></div><div class="card pad"><dl class="pairs">\(parts)</dl></div></section>

            """
    }

    // MARK: Sentences

    static func sentence(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .outward(let fact) = entry.body else { return nil }
        switch fact {
        case .reminded(let text, let number, let count, _):
            return isForCustomer
                ? ("send", "asked again\(words.because(text))")
                : ("send", "reminded the customer, \(number) of \(count)\(words.because(text))")
        case .executiveUpdate(let text):
            let whom: HTML = isForCustomer ? "wrote" : "wrote to their executives"
            return ("send", "\(whom)\(words.because(text))")
        case _ where isForCustomer: return nil
        case .held(let held):
            let change: HTML = held.replaces.map { " in place of \($0)" } ?? .empty
            return (
                "people",
                "wrote \(held.message)\(change) to the customer, to be reviewed by \(zonedTime(held.reviewBy, now: entry.occurredAt))\(words.because(held.text))"
            )
        case .approved(let message, let comment, let leftOut):
            return (
                "check", "approved \(message), and it was sent\(words.because(comment))\(without(leftOut))"
            )
        case .returned(let message, let reason):
            return ("s-again", "gave \(message) back\(words.because(reason))")
        case .withdrawn(let message, let reason):
            return ("s-again", "took \(message) back\(words.because(reason))")
        case .released(let message, _, let leftOut):
            return ("send", "sent \(message): nobody had reviewed it in time\(without(leftOut))")
        case .accountUpdate(let text): return ("org", "wrote to our account team\(words.because(text))")
        case .givenUp(let count, _):
            return (
                "clock",
                "stopped waiting for the customer after \(count) \(count == 1 ? "reminder" : "reminders")"
            )
        case .remindersStopped(let reason):
            return ("clock", "stopped reminding the customer\(words.because(reason))")
        case .remindersResumed: return ("clock", "lets the customer be reminded again")
        case .summaryWritten(_, let isSent):
            return ("doc", isSent ? "sent the technical summary" : "wrote the technical summary")
        }
    }

    private static func without(_ fields: [String]) -> HTML {
        fields.isEmpty ? .empty : ". It no longer fitted and was left out: \(ReviewView.names(fields))"
    }
}

/// Messages that wait for a review, in markup.
struct ReviewView {
    let context: CasePartContext
    let names: [String: String]

    private func name(_ id: String?) -> HTML { "<b>\(isolated(id.flatMap { names[$0] } ?? "Somebody"))</b>" }

    private func moment(_ moment: Timestamp) -> HTML { zonedTime(moment, now: context.now) }

    /// The fields that were left out, in words.
    static func names(_ fields: [String]) -> String {
        fields.map { field in
            switch field {
            case "status": "the new status"
            case "next_update_at": "the promise of the next update"
            default: "the next action"
            }
        }.joined(separator: ", ")
    }

    private func link(_ verb: String, _ title: String, _ message: String) -> HTML {
        "<a class=\"btn small\" href=\"\(context.path)/\(verb)?message=\(message)\">\(title)<span class=\"sr\">: \(message)</span></a>"
    }

    private func button(_ verb: String, _ title: String, _ message: String, isMain: Bool) -> HTML {
        """
        <form method="post" action="\(context.path)/\(verb)" data-enhance>\(FormView.hidden(key: context.newKey(), base: nil))<input type="hidden" name="message" value="\(message)"><button class="btn small\(isMain ? " go" : "")">\(title)<span class="sr">: \(message)</span></button></form>
        """
    }

    /// A message that waits.
    func waiting(_ one: MessageReviews.Review) -> HTML {
        let actor = context.actor
        let isOwn = one.writer == actor.id
        let mayReview = !isOwn && actor.may(Policy.reviewRight)
        let who: HTML = isOwn ? "You wrote" : "\(name(one.writer)) wrote"
        let end: HTML =
            context.policy.messageReview.whenOver == .send
            ? "If nobody has reviewed it by \(moment(one.held.reviewBy)), it is sent."
            : one.isLate(at: context.now)
                ? "<span class=\"bad\">It should have been reviewed by \(moment(one.held.reviewBy)).</span>"
                : "To be reviewed by \(moment(one.held.reviewBy))."
        var acts: [HTML] = []
        if mayReview {
            acts += [
                button("approve_message", "Approve and send", one.number, isMain: true),
                link("return_message", "Give back", one.number),
            ]
        }
        if actor.may("case.reply") { acts.append(link("revise_message", "Change", one.number)) }
        if isOwn || context.this.owner?.raw == actor.id {
            acts.append(button("withdraw_message", "Take back", one.number, isMain: false))
        }
        let bar: HTML = acts.isEmpty ? .empty : "<div class=\"btns\">\(acts)</div>"
        let state: HTML = mayReview ? "It waits for you." : "A second person reads it first."
        return """
            <div class="notice info" role="status">\(icon("people"))<div><p>\(who) to the customer, and it is not sent yet (\(one.number)). \(state) \(end)</p><div class="text" dir="auto">\(one.held.text)</div>\(others(one.held))\(effects(one.held))\(bar)</div></div>
            """
    }

    /// What the other audiences read.
    private func others(_ held: OutwardFact.Held) -> HTML {
        let texts = [
            ("Their executives read instead", held.executives), ("Our account team reads", held.accountTeam),
            ("Colleagues read", held.note),
        ]
        return HTML.joined(
            texts.compactMap { label, text -> HTML? in
                text.map { "<p class=\"f13\">\(label):</p><div class=\"text\" dir=\"auto\">\($0)</div>" }
            }, by: .empty)
    }

    /// What happens beside the sending.
    private func effects(_ held: OutwardFact.Held) -> HTML {
        var parts: [HTML] = []
        if let status = held.status {
            parts.append("the case moves to \(context.policy.status(ID(status))?.name ?? status)")
        }
        if let next = held.nextUpdateAt { parts.append("the next update is promised by \(moment(next))") }
        if let action = held.nextAction { parts.append("next action: \(isolated(action))") }
        guard !parts.isEmpty else { return .empty }
        return "<p class=\"f13\">When it is sent, \(HTML.joined(parts, by: "; ")).</p>"
    }

    /// A message that came back.
    func returned(_ one: MessageReviews.Review) -> HTML {
        let change: HTML =
            context.actor.may("case.reply")
            ? "<div class=\"btns\">\(link("revise_message", "Change it", one.number))</div>" : .empty
        return """
            <div class="notice warn" role="status">\(icon("s-again"))<div><p>\(name(one.settledBy)) gave \(one.number) of \(name(one.writer)) back; it was not sent: “\(isolated(one.words ?? ""))”</p>\(change)</div></div>
            """
    }
}
