import Diagnosis
import Domain
import Storage
import Web

/// What surveys add to the page of a case and to the customer's.
enum SurveyParts {
    static func actions(_ context: CasePartContext) -> [CaseAction] {
        let surveys = Surveys(context.history.facts)
        var actions: [CaseAction] = []
        if context.this.awaitsSurvey(surveys, policy: context.policy) {
            actions.append(
                CaseAction(
                    "survey.withhold", "withhold_survey", icon: "x", "Do not ask how we did", in: .questions))
        }
        if surveys.surveys.contains(where: \.awaitsFollowUp) {
            actions.append(
                CaseAction(
                    "survey.handle", "review_low_score", icon: "check", "Follow up on the low score",
                    in: .questions))
        }
        return actions
    }

    /// A low score that waits for somebody.
    static func notice(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let waiting = Surveys(context.history.facts).surveys.filter(\.awaitsFollowUp)
        let names = try PeopleDirectory.names(of: waiting.compactMap(\.followUpOwner), in: tx)
        let items = waiting.map { survey -> HTML in
            let who: HTML =
                survey.followUpOwner.map {
                    $0 == context.actor.id
                        ? "You follow" : "<b>\(isolated(names[$0] ?? "Somebody"))</b> follows"
                } ?? "Nobody follows"
            let due = survey.followUpDue ?? context.now
            let late: HTML = due < context.now ? " <span class=\"bad\">It is late.</span>" : .empty
            let act: HTML =
                context.actor.may(ReviewLowScore.right)
                ? "<div class=\"btns\"><a class=\"btn small\" href=\"\(context.path)/review_low_score?survey=\(survey.number)\">Follow up</a></div>"
                : .empty
            return """
                <div class="notice warn" role="status">\(icon("alert"))<div><p>The customer is not satisfied: \(SurveyView.score(survey)). \(who) up until \(zonedTime(due, now: context.now)).\(late)</p>\(SurveyView.comments(survey))\(act)</div></div>
                """
        }
        return "<div id=\"low-score\" data-live>\(items)</div>"
    }

    /// Whether the customer was asked, or why not, and what they said.
    static func side(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let surveys = Surveys(context.history.facts)
        guard !surveys.surveys.isEmpty else {
            return "<section id=\"satisfaction\" data-live hidden></section>"
        }
        let names = try PeopleDirectory.names(of: surveys.people, in: tx)
        let items = surveys.surveys.reversed().map { SurveyView.survey($0, names, context) }
        return """
            <section class="panel" id="satisfaction" data-live aria-labelledby="sat-h"><header><h2 id="sat-h">Satisfaction</h2></header>\(items)</section>

            """
    }

    /// The question, on the page of whoever was asked.
    static func portal(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let mine = Surveys(context.history.facts).surveys.last { $0.sending?.person == context.actor.id }
        guard let survey = mine, survey.isOpen(at: context.now, policy: context.policy),
            context.policy.form(.survey, for: context.this) != nil
        else { return "<section id=\"survey\" data-live hidden></section>" }
        let path = "/portal/cases/\(context.this.number)/survey"
        let (title, words, verb) =
            survey.answer == nil
            ? ("How did we do?", "One question and room for a comment; it takes half a minute.", "Answer")
            : ("Thank you for your answer", "You can still change it.", "Change the answer")
        return """
            <section class="card help-us" id="survey" aria-labelledby="survey-h" data-live><h2 id="survey-h">\(title)</h2><p>\(words)</p><p><a class="btn" href="\(path)">\(verb)</a> <a href="/portal/surveys">Do not ask me</a></p></section>

            """
    }
}

/// Surveys in markup.
enum SurveyView {
    /// The score in words, with its scale.
    static func score(_ survey: Surveys.Survey) -> String {
        guard let answer = survey.answer else { return "no answer yet" }
        switch answer.scale {
        case .five: return "\(answer.score) of 5"
        case .two: return answer.score >= 4 ? "satisfied" : "not satisfied"
        }
    }

    /// What was said beside the score.
    static func comments(_ survey: Surveys.Survey) -> HTML {
        let items = survey.comments.map { "<div class=\"text\">\($0.value ?? "")</div>" as HTML }
        return "\(items)"
    }

    /// The themes of a comment, by their names.
    static func themes(_ survey: Surveys.Survey, _ policy: Policy) -> String {
        survey.themes.map { id in policy.survey?.themes.first { $0.id == id }?.name ?? id }
            .joined(separator: ", ")
    }

    static func survey(
        _ one: Surveys.Survey, _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        func name(_ id: String?) -> HTML { "<b>\(isolated(id.flatMap { names[$0] } ?? "Somebody"))</b>" }
        func at(_ moment: Timestamp) -> HTML { time(moment, now: context.now) }
        if let rule = one.rule {
            let who: HTML = rule == .byHand ? " by \(name(one.decidedBy))" : .empty
            let why: HTML = one.reason.map { ": “\(isolated($0))”" } ?? .empty
            return "<p class=\"f13\">Nobody was asked\(who), \(at(one.decidedAt)). \(rule.label)\(why).</p>"
        }
        let asked: HTML = "\(name(one.sending?.person)) was asked \(at(one.decidedAt))"
        guard let answeredAt = one.answeredAt else {
            let isOpen = one.isOpen(at: context.now, policy: context.policy)
            return "<p class=\"f13\">\(asked) and has not answered\(isOpen ? " yet" : "").</p>"
        }
        let changed: HTML =
            one.changedAt.map { $0 == answeredAt ? .empty : ", changed \(at($0))" } ?? .empty
        let themes = themes(one, context.policy)
        let tags: HTML =
            one.comments.isEmpty && one.themes.isEmpty
            ? .empty
            : "<p class=\"by\">\(themes.isEmpty ? "No themes yet" : "About: \(themes)")\(tagLink(one, context))</p>"
        let review: HTML =
            one.review.map { review in
                """
                <p class="f13">\(name(one.reviewedBy)) followed up\(review.hasContacted ? " and talked to them" : ""), \(one.reviewedAt.map(at) ?? .empty):</p><div class="text">\(review.finding)</div><div class="text">\(review.action)</div>
                """
            } ?? .empty
        return """
            <p><b>\(score(one))</b> <span class="dim">\(at(answeredAt))\(changed)</span></p><p class="f13">\(asked).</p>\(comments(one))\(tags)\(review)
            """
    }

    private static func tagLink(_ one: Surveys.Survey, _ context: CasePartContext) -> HTML {
        guard context.actor.may(TagComment.right), !(context.policy.survey?.themes ?? []).isEmpty else {
            return .empty
        }
        return
            " <a href=\"\(context.path)/tag_survey?survey=\(one.number)\">Tag<span class=\"sr\"> the comment of \(one.number)</span></a>"
    }
}

/// What happened, in the sentences of the timeline.
enum SurveySentences {
    static func line(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .survey(let fact) = entry.body, !isForCustomer else { return nil }
        func name(_ id: String?) -> HTML { "<b>\(isolated(id.map { words.name($0) } ?? "Somebody"))</b>" }
        switch fact {
        case .sent(let sending, _):
            return ("send", "asked \(name(sending.person)) how we did (\(sending.survey))")
        case .withheld(_, let rule, _, let reason, _):
            return (
                "x", "did not ask the customer how we did: \(rule.label.lowercased())\(words.because(reason))"
            )
        case .answered(let answer):
            let score =
                answer.scale == .five
                ? "\(answer.score) of 5" : answer.score >= 4 ? "satisfied" : "not satisfied"
            let way: HTML = answer.isByLink ? " by the link" : .empty
            let comment = answer.answers.dropFirst().compactMap(\.value).joined(separator: " ")
            return (
                "chat",
                "answered \(answer.survey)\(way): <b>\(score)</b>\(words.because(comment.isEmpty ? nil : comment))"
            )
        case .followUpOpened(let survey, let owner, let due):
            let who: HTML = owner.map { "\(name($0))" } ?? "somebody"
            return (
                "clock",
                "gave a low score; \(who) is to follow up on \(survey) until \(zonedTime(due, now: entry.occurredAt))"
            )
        case .reviewed(let review):
            return (
                "check",
                "followed up on \(review.survey)\(words.because(review.finding)) Done about it: \(isolated(review.action))"
            )
        case .themed(let survey, let themes):
            let names = themes.map { id in words.policy.survey?.themes.first { $0.id == id }?.name ?? id }
            return (
                "pin",
                themes.isEmpty
                    ? "took the themes of \(survey) away"
                    : "tagged \(survey): \(isolated(names.joined(separator: ", ")))"
            )
        }
    }
}

/// The page of surveys: whom they went to, why not, what was answered, and what waits.
enum SurveysPages {
    /// So many lines of each list are shown; the file has all.
    private static let shown = 50

    static func report(_ call: SignedInCall, _ services: Services) async throws -> SurveysDirectory.Report {
        let (policy, actor) = (services.policy.current, call.actor)
        let period = try ReportPeriod(call.request, now: services.clock())
        return try await services.database.read { tx in
            try SurveysDirectory.report(period, for: actor, policy: policy, in: tx)
        }
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let report = try await report(call, services)
        let off: HTML =
            policy.survey == nil
            ? "<div class=\"notice warn\" role=\"status\">\(icon("info"))<div>The policy in force asks no customers: it has no section <code>survey</code>.</div></div>"
            : .empty
        let main: HTML = """
            <div class="q-head"><h1>Satisfaction</h1><div class="btns"><a class="btn" href="/surveys/decisions.csv?days=\(report.period.days)">\(icon("doc"))CSV</a></div></div>
            <p class="lede">Whom we asked after a case was resolved, whom not and by which rule, and what they said.</p>\(off)
            \(followUps(report, call.actor, now))\(report.period.links("/surveys"))\(figures(report, policy))\(segments(report.figures, policy))\(rules(report, policy))\(withheld(report, now))\(answers(report, call.actor, policy, now))
            """
        return services.page(Page("Satisfaction", here: "/surveys", main: main), for: call)
    }

    static func file(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let report = try await report(call, services)
        return CSVText.response(
            SurveysJSON.csv(report, services.policy.current), name: "surveys.csv")
    }

    private static func name(_ id: String?, _ report: SurveysDirectory.Report) -> HTML {
        isolated(id.flatMap { report.names[$0] } ?? "Somebody")
    }

    private static func head(_ this: SupportCase) -> HTML {
        "<th scope=\"row\"><a href=\"/cases/\(this.number)\" data-row-open dir=\"auto\">\(this.subject)</a><span class=\"two\">\(this.number)</span></th>"
    }

    // MARK: Low scores

    private static func followUps(
        _ report: SurveysDirectory.Report, _ actor: Actor, _ now: Timestamp
    ) -> HTML {
        guard !report.followUps.isEmpty else { return .empty }
        let rows = report.followUps.prefix(shown).map { one -> HTML in
            let due = one.row.followUpDue ?? now
            let act: HTML =
                actor.may(ReviewLowScore.right)
                ? "<a class=\"btn small\" href=\"/cases/\(one.this.number)/review_low_score?survey=\(one.row.number)\">Follow up<span class=\"sr\">: \(one.this.number)</span></a>"
                : .empty
            let who: HTML = one.row.followUpOwner == nil ? "Nobody yet" : name(one.row.followUpOwner, report)
            let late: HTML = due < now ? " <span class=\"bad\">late</span>" : .empty
            return """
                <tr>\(head(one.this))<td data-label="Score">\(SurveyView.score(one.survey))</td><td data-label="Who">\(who)</td><td data-label="Until">\(time(due, now: now))\(late)</td><td class="end">\(act)</td></tr>

                """
        }
        return """
            <section aria-labelledby="low-h" id="follow-ups"><div class="sec"><h2 id="low-h">To follow up</h2></div><div class="card clip"><table class="tbl"><caption class="sr">Low scores that wait, what is due first on top</caption><thead><tr><th scope="col">Case</th><th scope="col">Score</th><th scope="col">Who</th><th scope="col">Until</th><th scope="col"><span class="sr">Follow up</span></th></tr></thead><tbody>\(rows)</tbody></table></div></section>

            """
    }

    // MARK: Figures

    /// “1 answer”, “12 answers”.
    private static func counted(_ number: Int, _ name: String) -> String {
        "\(grouped(number)) \(name)\(number == 1 ? "" : "s")"
    }

    private static func percent(_ share: Int?) -> String { share.map { "\($0) %" } ?? "–" }

    /// Each figure with what it is of and how it is made.
    private static func figures(_ report: SurveysDirectory.Report, _ policy: Policy) -> HTML {
        let figures = report.figures
        let all = figures.all
        let terms = policy.survey ?? .standard
        let mean: HTML =
            all.mean.map { value in
                let tone = value >= terms.target ? "good" : value < terms.alert ? "bad" : "warn"
                return "<b class=\"\(tone)\">\(scoreWords(value))</b>"
            } ?? "–"
        let few: HTML =
            all.answered > 0 && all.answered < SurveyFigures.fewAnswers
            ? "<p class=\"by\">Fewer than \(SurveyFigures.fewAnswers) answers: one more can turn these figures round.</p>"
            : .empty
        let lines: [(String, HTML, String)] = [
            (
                "Mean score", mean,
                "the mean of \(counted(all.marks, "mark")) from 1 to 5; the aim is \(scoreWords(terms.target)), below \(scoreWords(terms.alert)) it is marked"
            ),
            (
                "Satisfied", "\(percent(all.positiveShare))",
                "\(all.positive) of \(counted(all.answered, "answer")): 4, 5 or yes"
            ),
            (
                "Response rate", "\(percent(all.responseRate))",
                "\(counted(all.answered, "answer")) to \(counted(all.asked, "survey"))"
            ),
            (
                "Asked", "\(grouped(all.asked))",
                "of \(grouped(figures.decided + report.undecided)) resolutions; \(grouped(figures.decided - all.asked)) were excluded, \(grouped(report.undecided)) are not decided yet"
            ),
        ]
        let items = lines.map { title, value, meaning -> HTML in
            "<dt>\(title)</dt><dd>\(value) <span class=\"dim\">\(meaning)</span></dd>"
        }
        let cut: HTML =
            report.isCut
            ? "<p class=\"by\">Only the latest \(grouped(SurveysDirectory.most)) decisions are counted.</p>"
            : .empty
        return """
            <section class="card pad" aria-label="Figures" id="figures"><dl class="pairs wider">\(items)</dl>\(few)\(cut)<p class="by">A survey counts in the days in which it was sent; cases that you may not know of count nowhere.</p></section>

            """
    }

    private static func segments(_ figures: SurveyFigures, _ policy: Policy) -> HTML {
        guard figures.all.asked > 0 else { return .empty }
        var rows: [HTML] = []
        func add(_ group: String, _ title: String, _ summary: SurveyFigures.Summary?) {
            guard let summary else { return }
            rows.append(
                """
                <tr><th scope="row">\(title)<span class="two">\(group)</span></th><td data-label="Mean">\(summary.mean.map { scoreWords($0) } ?? "–")</td><td data-label="Satisfied">\(percent(summary.positiveShare))</td><td data-label="Answers">\(summary.answered) of \(summary.asked)</td></tr>

                """)
        }
        for severity in policy.severities {
            add("Severity", severity.name, figures.bySeverity[severity.id.raw])
        }
        for tier in policy.tiers { add("Tier", tier.name, figures.byTier[tier.id]) }
        add("Tier", "None", figures.byTier[""])
        add("Way", "Went up to those who know more", figures.byEscalated[true])
        add("Way", "Did not go up", figures.byEscalated[false])
        return """
            <section aria-labelledby="seg-h" id="segments"><div class="sec"><h2 id="seg-h">By severity, tier and way</h2></div><div class="card clip"><table class="tbl"><caption class="sr">Scores by severity, tier and way</caption><thead><tr><th scope="col">Cases</th><th scope="col">Mean</th><th scope="col">Satisfied</th><th scope="col">Answers</th></tr></thead><tbody>\(rows)</tbody></table></div></section>

            """
    }

    // MARK: Rules

    /// Every rule by which somebody is not asked, with how often it held, also where it never did.
    private static func rules(_ report: SurveysDirectory.Report, _ policy: Policy) -> HTML {
        let terms = policy.survey ?? .standard
        let rows = SurveyFact.Rule.allCases.map { rule -> HTML in
            let detail: String =
                switch rule {
                case .tooRecent: "asked within \(terms.restDays) days"
                case .tooLate: "more than \(SupportCase.surveyPatience / 86_400) days late"
                case .verdict:
                    terms.excludedVerdicts.isEmpty
                        ? "none is excluded"
                        : terms.excludedVerdicts.sorted().map { policy.name(of: $0, in: \.verdicts) }
                            .joined(separator: ", ")
                case .byHand: "with name and reason, below"
                default: ""
                }
            return """
                <tr><th scope="row">\(rule.label)<span class="two">\(detail)</span></th><td data-label="Cases" class="num">\(grouped(report.figures.withheld[rule] ?? 0))</td></tr>

                """
        }
        return """
            <section aria-labelledby="rules-h" id="rules"><div class="sec"><h2 id="rules-h">Who is not asked</h2></div><p class="by">Everybody else is, \(terms.afterMinutes) minutes after the resolution. Each decision is an entry of its case.</p><div class="card clip"><table class="tbl"><caption class="sr">Rules by which somebody is not asked</caption><thead><tr><th scope="col">Rule</th><th scope="col" class="num">Cases</th></tr></thead><tbody>\(rows)</tbody></table></div></section>

            """
    }

    private static func withheld(_ report: SurveysDirectory.Report, _ now: Timestamp) -> HTML {
        let all = report.decisions.filter { $0.row.item.rule != nil }
        guard !all.isEmpty else { return .empty }
        // What somebody decided stands before what a rule did.
        let ordered = all.filter { $0.row.item.rule == .byHand } + all.filter { $0.row.item.rule != .byHand }
        let rows = ordered.prefix(shown).map { one -> HTML in
            let why: HTML = one.survey.reason.map { "<span class=\"two\">“\(isolated($0))”</span>" } ?? .empty
            let by: HTML = one.row.item.rule == .byHand ? name(one.row.decidedBy, report) : "Thirdline"
            return """
                <tr>\(head(one.this))<td data-label="Why">\(one.row.item.rule?.label ?? "")\(why)</td><td data-label="By">\(by)</td><td data-label="When">\(time(one.row.decidedAt, now: now))</td></tr>

                """
        }
        return """
            <section aria-labelledby="ex-h" id="excluded"><div class="sec"><h2 id="ex-h">Excluded</h2><span class="dim">\(all.count > shown ? "\(shown) of \(grouped(all.count))" : "")</span></div><div class="card clip"><table class="tbl"><caption class="sr">Cases whose customers were not asked</caption><thead><tr><th scope="col">Case</th><th scope="col">Why</th><th scope="col">By</th><th scope="col">When</th></tr></thead><tbody>\(rows)</tbody></table></div></section>

            """
    }

    private static func answers(
        _ report: SurveysDirectory.Report, _ actor: Actor, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let all = report.decisions.filter { $0.survey.answer != nil }
        let rows = all.prefix(shown).map { one -> HTML in
            let comment = one.survey.comments.compactMap(\.value).joined(separator: "\n")
            let themes = SurveyView.themes(one.survey, policy)
            return """
                <tr>\(head(one.this))<td data-label="Score"><b>\(SurveyView.score(one.survey))</b></td><td data-label="Comment" dir="auto">\(comment)\(themes.isEmpty ? .empty : "<span class=\"two\">\(themes)</span>" as HTML)</td><td data-label="Owner">\(one.row.owner == nil ? "Nobody" : name(one.row.owner, report))</td><td data-label="When">\(one.survey.changedAt.map { time($0, now: now) } ?? .empty)</td></tr>

                """
        }
        let list: HTML =
            rows.isEmpty
            ? "<p class=\"dim\">Nobody answered in this time.</p>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Answers, the latest surveys first</caption><thead><tr><th scope="col">Case</th><th scope="col">Score</th><th scope="col">Comment</th><th scope="col">Owner</th><th scope="col">When</th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        return """
            <section aria-labelledby="ans-h" id="answers"><div class="sec"><h2 id="ans-h">Answers</h2><span class="dim">\(all.count > shown ? "\(shown) of \(grouped(all.count))" : "")</span></div>\(themeCounts(all, policy))\(list)</section>
            """
    }

    private static func themeCounts(_ answers: [SurveysDirectory.Listed], _ policy: Policy) -> HTML {
        var counts: [String: Int] = [:]
        for one in answers { for theme in one.survey.themes { counts[theme, default: 0] += 1 } }
        guard !counts.isEmpty else { return .empty }
        let names = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { id, count in
            "\(policy.survey?.themes.first { $0.id == id }?.name ?? id) \(count)"
        }
        return "<p class=\"by\">Themes of comments: \(names.joined(separator: ", ")).</p>"
    }
}
