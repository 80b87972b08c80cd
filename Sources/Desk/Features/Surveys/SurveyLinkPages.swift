import Domain
import HTTPTypes
import Storage
import Web

/// The page behind the link of a survey, for whoever was asked, without signing in.
///
/// Showing it records nothing: programs that look at links before people do answer nothing by that.
enum SurveyLinkPages {
    /// Whoever holds a link is the software's guest: no person, and may do nothing but answer.
    private static let visitor = Actor(
        id: Actor.system.id, name: "Link", roles: Actor.system.roles, rights: [AnswerSurvey.right])

    /// What a link is refused with, whatever is wrong with it, so that nothing can be learnt from it.
    private static let unknown = Refusal(
        .notFound, "link_unknown",
        "This link does not work. It may be incomplete: copy the whole of it from our message.")

    private struct Opened: Sendable {
        var this: SupportCase
        var survey: Surveys.Survey
    }

    private static func open(_ request: WebRequest, _ services: Services) async throws -> Opened {
        let attempts = LinkAttempts(services: services)
        try await attempts.refuseTooMany("address:\(request.address)")
        guard let link = CaseLinks.parse(request.parameter("token"), .survey, services.keys) else {
            try await attempts.recordFailure("address:\(request.address)")
            throw unknown
        }
        let opened = try await services.database.read { tx -> Opened? in
            let this = try CaseDirectory.findItself(link.caseID.raw, for: .system, in: tx)
            let surveys = try SurveysDirectory.surveys(of: this.id, in: tx)
            return surveys.survey(link.number).map { Opened(this: this, survey: $0) }
        }
        guard let opened, opened.survey.sending != nil else { throw unknown }
        return opened
    }

    static func show(_ request: WebRequest, _ services: Services) async throws -> WebResponse {
        let opened = try await open(request, services)
        return page(opened, request, services, typed: nil, nil)
    }

    static func answer(_ request: WebRequest, _ services: Services) async throws -> WebResponse {
        let opened = try await open(request, services)
        var raw = try await request.input()
        raw["id"] = .text(opened.this.id.raw)
        raw["survey"] = .text(opened.survey.number)
        do {
            _ = try await services.operations.run(
                AnyOperation(AnswerSurvey.self),
                OperationRequest(actor: visitor, raw: raw, requestID: request.id))
        } catch let refusal as Refusal where [.invalid, .conflict, .tooLarge].contains(refusal.reason) {
            return page(opened, request, services, typed: raw, refusal)
        }
        services.live.wake()
        return .seeOther("/survey/\(request.parameter("token"))?done=thanked")
    }

    private static func page(
        _ opened: Opened, _ request: WebRequest, _ services: Services, typed: RawInput?, _ refusal: Refusal?
    ) -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let house = policy.organisation
        let isThanked = request.query("done") != nil && refusal == nil
        guard opened.survey.isOpen(at: now, policy: policy), policy.form(.survey, for: opened.this) != nil
        else {
            let words =
                opened.survey.answer == nil
                ? "This survey has ended." : "Your answer is in and can no longer be changed."
            return services.visitorPage(
                "Thank you",
                "<h1>Thank you</h1><p class=\"lede\">\(words) You can still write to \(house).</p>", request,
                status: refusal?.reason.status ?? .ok)
        }
        var form = OperationForm(back: "/")
        form.put(opened.survey, of: opened.this, policy)
        var view = FormView(
            fields: (form.replaced["answers"] ?? [])
                + AnswerSurvey.input.descriptions.filter { $0.name == "no_more" },
            values: typed ?? form.values, policy: policy)
        view.problems = refusal?.problems ?? []
        let said: HTML =
            isThanked
            ? "<div class=\"notice\" role=\"status\">\(icon("check"))<div>Thank you. We read every answer. You can close this page, or change your answer below.</div></div>"
            : .empty
        let verb = opened.survey.answer == nil ? "Send" : "Change the answer"
        let main: HTML = """
            <h1>How did we do?</h1><p class="lede">\(house) solved <b>\(isolated(opened.this.subject))</b> (\(opened.this.number)).</p>\(said)\(refusal.map(view.summary) ?? .empty)
            <form class="form" method="post" action="/survey/\(request.parameter("token"))">\(view.allFields)<div class="btns"><button class="btn go">\(verb)</button></div></form>
            <p class="dim f13">Your answer is kept with this case and read by \(house) alone. \(until(opened.survey, policy, now))</p>
            """
        return services.visitorPage("How did we do?", main, request, status: refusal?.reason.status ?? .ok)
    }

    /// Until when the answer can be given or changed.
    private static func until(_ survey: Surveys.Survey, _ policy: Policy, _ now: Timestamp) -> HTML {
        guard let sending = survey.sending else { return .empty }
        let days = (policy.survey ?? .standard).changeDays
        let end = survey.answeredAt.map { min($0.adding(seconds: Int64(days) * 86_400), sending.until) }
        return survey.answer == nil
            ? "You can answer until \(zonedTime(sending.until, now: now)), and change the answer for \(days) days."
            : "You can change it until \(zonedTime(end ?? sending.until, now: now))."
    }
}
