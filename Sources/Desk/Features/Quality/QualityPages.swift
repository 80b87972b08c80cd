import Diagnosis
import Domain
import Storage
import Web

/// What quality adds to the page of a case: the meter while it is open, its reviews once it has ended.
enum QualityParts {
    static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard context.this.isReviewable(policy: context.policy),
            context.policy.form(.quality, for: context.this) != nil,
            context.this.owner?.raw != context.actor.id
        else { return [] }
        return [
            CaseAction(
                "quality.review", "review_quality", icon: "check", "Review the quality", in: .questions)
        ]
    }

    static func side(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let meter = try QualityDirectory.meter(
            of: context.this, context.history, context.forms, policy: context.policy, in: tx)
        let reviews = QualityReviews(context.history.facts).readable(by: context.actor)
        let names = try PeopleDirectory.names(
            of: reviews.flatMap { [$0.reviewer, $0.given.reviewed] }, in: tx)
        return (meter.map { panel($0, context) } ?? .empty) + panel(reviews, names, context)
    }

    // MARK: The meter

    private static func panel(_ meter: DocumentationMeter, _ context: CasePartContext) -> HTML {
        guard let percent = meter.percent else { return .empty }
        let words = meter.gaps.isEmpty ? "Nothing missing" : "\(meter.gaps.count) missing"
        return """
            <section class="panel" id="documentation" data-live><header><h2>Documentation</h2></header><div class="score"><p><b>\(percent)</b> of 100 <span class="dim">\(words)</span></p><progress max="100" value="\(percent)" aria-label="Documentation, points of 100">\(percent)</progress></div>\(gaps(meter, context))<p class="by">\(unseen(meter))</p></section>

            """
    }

    private static func gaps(_ meter: DocumentationMeter, _ context: CasePartContext) -> HTML {
        guard !meter.gaps.isEmpty else { return .empty }
        let items = meter.gaps.map { gap -> HTML in
            "<li>\(DocumentationSteps.link(gap.sign, of: context.this, for: context.actor)) <span class=\"dim num\">+\(gap.adds)</span></li>"
        }
        let rest = items.dropFirst(4)
        let more: HTML =
            rest.isEmpty
            ? .empty
            : "<details><summary>\(rest.count) more</summary><ul class=\"gaps\">\(Array(rest))</ul></details>"
        return "<ul class=\"gaps\">\(Array(items.prefix(4)))</ul>\(more)"
    }

    /// What the figure does not say.
    static func unseen(_ meter: DocumentationMeter) -> String {
        let open = meter.unseen.map { $0.label.lowercased() }
        let rest = open.isEmpty ? "" : " Nothing is to be seen yet of \(open.joined(separator: ", "))."
        return "What is there, by the rubric of reviews.\(rest) How good it is, only a reviewer can say."
    }

    // MARK: Reviews

    private static func panel(
        _ reviews: [QualityReviews.Review], _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        guard !reviews.isEmpty else { return .empty }
        let items = reviews.reversed().map { QualityView.review($0, names, context) }
        return """
            <section class="panel" id="quality" data-live><header><h2>Quality</h2></header>\(items)</section>

            """
    }
}

/// Where the gaps of a case's documentation are filled.
enum DocumentationSteps {
    /// Who may fill a gap, and the page under the case where it is done.
    static func place(_ sign: DocumentationSign) -> (right: Right, verb: String) {
        switch sign {
        case .problemStatement, .category, .component: ("case.edit", "edit")
        case .notes: ("case.note", "note")
        case .nextAction: ("case.coordinate", "set_next_action")
        case .hypothesis: ("case.investigate", "add_hypothesis")
        case .intake: ("case.edit", "intake")
        case .evidence, .expectedEvidence: ("evidence.add", "evidence")
        case .judgement, .remedy, .rootCause: ("case.investigate", "investigation")
        case .times: ("case.edit", "record_times")
        case .answered: ("case.reply", "reply")
        case .promise: ("case.coordinate", "promise_update")
        case .impact: ("case.edit", "record_impact")
        case .severityConfirmed: ("case.confirm_severity", "confirm_severity")
        case .narrative: ("case.resolve", "resolve")
        }
    }

    /// The step in words, and a link for whoever may take it.
    static func link(_ sign: DocumentationSign, of this: SupportCase, for actor: Actor) -> HTML {
        let (right, verb) = place(sign)
        guard actor.may(right) else { return "\(sign.step)" }
        return "<a href=\"/cases/\(this.number)/\(verb)\">\(sign.step)</a>"
    }
}

/// Reviews in markup.
enum QualityView {
    static func name(_ id: String, _ names: [String: String]) -> HTML {
        "<b>\(isolated(names[id] ?? "Somebody"))</b>"
    }

    /// A review with its marks, in the words of the rubric as it was.
    static func review(
        _ one: QualityReviews.Review, _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        let score = one.given.score.map { "\(scoreWords($0)) of 5" } ?? "no mark counts"
        var state: [HTML] = []
        if one.given.isCalibration {
            state.append(" <span class=\"tag\">calibration, counts in no figure</span>")
        }
        if let reason = one.withdrawnReason {
            state.append("<p class=\"f13\">Taken back: “\(isolated(reason))”</p>")
        }
        let marks = one.given.marks.map { mark -> HTML in
            "<dt>\(mark.label)</dt><dd><b>\(mark.mark)</b> <span class=\"dim\">\(mark.anchor ?? "")</span></dd>"
        }
        let remarks = one.given.remarks.map { answer -> HTML in
            "<p class=\"f13\">\(answer.label)</p><div class=\"text\">\(answer.value ?? "")</div>"
        }
        let comment: HTML = one.given.comment.map { "<div class=\"text\">\($0)</div>" } ?? .empty
        let answer: HTML =
            one.answer.map {
                "<p class=\"f13\">\(name(one.given.reviewed, names)) answers:</p><div class=\"text\">\($0)</div>"
            } ?? .empty
        return """
            <p class="f13"><b>\(one.number)</b> \(score)\(state), \(name(one.reviewer, names)) on the work of \(name(one.given.reviewed, names)), \(time(one.at, now: context.now))</p><details class="more-acts" id="review-\(one.number)"\(.flag("open", one.given.reviewed == context.actor.id))><summary>Marks and comments</summary><dl class="pairs">\(marks)</dl>\(remarks)\(comment)</details>\(answer)\(acts(one, context))
            """
    }

    private static func acts(_ one: QualityReviews.Review, _ context: CasePartContext) -> HTML {
        guard one.withdrawnReason == nil else { return .empty }
        if one.given.reviewed == context.actor.id, context.actor.may(AnswerReview.right) {
            return
                "<p class=\"by\"><a href=\"\(context.path)/answer_review?review=\(one.number)\">\(one.answer == nil ? "Answer" : "Change the answer")</a></p>"
        }
        if one.reviewer == context.actor.id, context.actor.may(WithdrawReview.right) {
            return
                "<p class=\"by\"><a href=\"\(context.path)/withdraw_review?review=\(one.number)\">Take back</a></p>"
        }
        return .empty
    }
}

/// What happened, in the sentences of the timeline.
enum QualitySentences {
    static func line(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .quality(let fact) = entry.body, !isForCustomer else { return nil }
        switch fact {
        case .reviewed(let review):
            return ("check", "reviewed the quality of this case (\(review.review))")
        case .answered(let review, _, let text):
            return ("chat", "answered the review \(review)\(words.because(text))")
        case .withdrawn(let review, _, let reason):
            return ("x", "took the review \(review) back\(words.because(reason))")
        }
    }
}

/// The page of quality: what is to be reviewed, how one's own open cases stand, and reviews.
enum QualityPages {
    /// So many of each list are shown.
    private static let shown = 50

    private struct Found: Sendable {
        var open: [QualityDirectory.Metered]
        var waiting: [SupportCase]
        var reviews: [QualityDirectory.Listed]
        var names: [String: String]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now, actor) = (services.policy.current, services.clock(), call.actor)
        let period = try ReportPeriod(call.request, now: now)
        let found = try await services.database.read { tx in
            let waiting =
                actor.may("quality.review")
                ? try QualityDirectory.toReview(by: actor, policy: policy, now: now, in: tx) : []
            let reviews = try QualityDirectory.reviews(in: period.range, of: nil, for: actor, in: tx)
            let people =
                waiting.compactMap { $0.owner?.raw }
                + reviews.flatMap { [$0.review.reviewer, $0.review.given.reviewed] }
            return Found(
                open: try QualityDirectory.metered(of: actor, policy: policy, limit: 30, in: tx),
                waiting: waiting, reviews: reviews, names: try PeopleDirectory.names(of: people, in: tx))
        }
        let main: HTML = """
            <div class="q-head"><h1>Quality</h1></div>
            <p class="lede">How well cases are documented while they are open, and how they were judged once they had ended.</p>
            \(waiting(found, actor, policy, now))\(open(found.open, actor, policy))\(reviews(found, period, actor, policy, now))
            """
        return services.page(Page("Quality", here: "/quality", main: main), for: call)
    }

    private static func caseCell(_ this: SupportCase, _ policy: Policy) -> HTML {
        """
        <th scope="row"><a href="/cases/\(this.number)" data-row-open dir="auto">\(this.subject)</a><span class="two">\(this.number)</span></th><td data-label="Severity">\(QueuePages.severity(this.severity, policy))</td>
        """
    }

    // MARK: To review

    private static func waiting(
        _ found: Found, _ actor: Actor, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        guard actor.may("quality.review") else { return .empty }
        let terms = policy.quality
        let always = terms.alwaysSeverities.sorted().map { policy.severity(ID($0))?.name ?? $0 }
        let rule =
            "\(terms.samplePercent) of 100 that ended in the last \(terms.withinDays) days, chosen by their identifiers alone"
            + (always.isEmpty ? "" : ", and every \(always.joined(separator: ", "))")
        let rows = found.waiting.prefix(shown).map { this -> HTML in
            """
            <tr>\(caseCell(this, policy))<td data-label="Owner">\(isolated(this.owner.flatMap { found.names[$0.raw] } ?? "Somebody"))</td><td data-label="Resolved">\(this.resolvedAt.map { time($0, now: now) } ?? .empty)</td><td class="end"><a class="btn small" href="/cases/\(this.number)/review_quality">Review<span class="sr">: \(this.number)</span></a></td></tr>

            """
        }
        let rest: HTML =
            found.waiting.count > shown
            ? "<p class=\"by\">\(found.waiting.count - shown) more follow as these are done.</p>" : .empty
        let list: HTML =
            rows.isEmpty
            ? "<p class=\"dim\">Nothing waits for a review.</p>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Cases to review, those that ended first on top</caption><thead><tr><th scope="col">Case</th><th scope="col">Severity</th><th scope="col">Owner</th><th scope="col">Resolved</th><th scope="col"><span class="sr">Review</span></th></tr></thead><tbody>\(rows)</tbody></table></div>\(rest)
            """
        return """
            <section aria-labelledby="wait-h" id="to-review"><div class="sec"><h2 id="wait-h">To review</h2></div><p class="by">\(rule). Your own cases are left to others.</p>\(list)</section>

            """
    }

    // MARK: Open cases

    private static func open(
        _ open: [QualityDirectory.Metered], _ actor: Actor, _ policy: Policy
    ) -> HTML {
        guard !open.isEmpty else { return .empty }
        let rows = open.map { one -> HTML in
            let first = one.meter.gaps.prefix(2).map {
                DocumentationSteps.link($0.sign, of: one.this, for: actor)
                    + " <span class=\"dim num\">+\($0.adds)</span>"
            }
            let next: HTML = first.isEmpty ? "Nothing missing" : .joined(Array(first), by: ", ")
            let percent = one.meter.percent.map { "\($0) of 100" } ?? "Nothing to be seen"
            return """
                <tr>\(caseCell(one.this, policy))<td data-label="Documentation">\(percent)</td><td data-label="What adds most">\(next)</td></tr>

                """
        }
        return """
            <section aria-labelledby="open-h" id="open-cases"><div class="sec"><h2 id="open-h">My open cases</h2></div><div class="card clip"><table class="tbl"><caption class="sr">My open cases, the least documented first</caption><thead><tr><th scope="col">Case</th><th scope="col">Severity</th><th scope="col">Documentation</th><th scope="col">What adds most</th></tr></thead><tbody>\(rows)</tbody></table></div></section>

            """
    }

    // MARK: Reviews

    private static func reviews(
        _ found: Found, _ period: ReportPeriod, _ actor: Actor, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let isAll = actor.may(QualityReviews.viewRight)
        let rows = found.reviews.prefix(shown).map { one -> HTML in
            let review = one.review
            let score = review.given.score.map { scoreWords($0) } ?? "–"
            let state =
                review.withdrawnReason != nil
                ? "taken back"
                : review.given.isCalibration ? "calibration" : review.answer == nil ? "" : "answered"
            return """
                <tr>\(caseCell(one.this, policy))<td data-label="Work of">\(isolated(found.names[review.given.reviewed] ?? "Somebody"))</td><td data-label="Reviewer">\(isolated(found.names[review.reviewer] ?? "Somebody"))</td><td data-label="When">\(time(review.at, now: now))</td><td data-label="Score"><a href="/cases/\(one.this.number)#quality">\(score)<span class="sr"> of 5, \(review.number) of \(one.this.number)</span></a><span class="two">\(state)</span></td></tr>

                """
        }
        let list: HTML =
            rows.isEmpty
            ? "<p class=\"dim\">\(isAll ? "No case was reviewed in this time." : "None of your work was reviewed in this time.")</p>"
            : """
            \(summary(found.reviews, policy))<div class="card clip"><table class="tbl"><caption class="sr">Reviews, the latest first</caption><thead><tr><th scope="col">Case</th><th scope="col">Severity</th><th scope="col">Work of</th><th scope="col">Reviewer</th><th scope="col">When</th><th scope="col">Score</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        let file: HTML =
            rows.isEmpty
            ? .empty
            : "<a class=\"btn small\" href=\"/quality/reviews.csv?days=\(period.days)\">\(icon("doc"))CSV</a>"
        return """
            <section aria-labelledby="rev-h" id="reviews"><div class="sec"><h2 id="rev-h">\(isAll ? "Reviews" : "Reviews of my work, and mine of others")</h2>\(file)</div>\(period.links("/quality"))\(list)</section>
            """
    }

    /// The mean of each criterion and of all, with how many it is of.
    private static func summary(_ reviews: [QualityDirectory.Listed], _ policy: Policy) -> HTML {
        let counted = reviews.map(\.review).filter(\.counts)
        let scores = counted.compactMap(\.given.score)
        guard !scores.isEmpty else { return .empty }
        let mean = (scores.reduce(0, +) + scores.count / 2) / scores.count
        var marks: [String: (label: String, marks: [Int])] = [:]
        var order: [String] = []
        for mark in counted.flatMap(\.given.marks) {
            if marks[mark.question] == nil { order.append(mark.question) }
            marks[mark.question, default: (mark.label, [])].marks.append(mark.mark)
        }
        let items = order.compactMap { marks[$0] }.map { entry -> HTML in
            let (label, all) = entry
            let mean = (all.reduce(0, +) * 100 + all.count / 2) / all.count
            return "<dt>\(label)</dt><dd>\(scoreWords(mean)) <span class=\"dim\">of \(all.count)</span></dd>"
        }
        let isMet = mean >= policy.quality.target
        return """
            <div class="card pad"><p><b class="\(isMet ? "good" : "warn")">\(scoreWords(mean))</b> of 5 in the mean of \(scores.count) \(scores.count == 1 ? "review" : "reviews"); the aim is \(scoreWords(policy.quality.target)). <span class="dim">Calibration and what was taken back do not count.</span></p><dl class="pairs wider">\(items)</dl></div>
            """
    }

    static func file(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let period = try ReportPeriod(call.request, now: services.clock())
        let lines = try await services.database.read { tx in
            let reviews = try QualityDirectory.reviews(in: period.range, of: nil, for: call.actor, in: tx)
            let names = try PeopleDirectory.names(
                of: reviews.flatMap { [$0.review.reviewer, $0.review.given.reviewed] }, in: tx)
            return QualityJSON.csv(reviews, names)
        }
        return CSVText.response(lines, name: "quality-reviews.csv")
    }
}
