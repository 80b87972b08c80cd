import Diagnosis
import Domain
import Storage
import Web

extension SurveysFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(AnswerSurvey.self), AnyOperation(ChooseSurveys.self), AnyOperation(WithholdSurvey.self),
        AnyOperation(ReviewLowScore.self), AnyOperation(TagComment.self),
    ]
}

/// A case with its surveys, as operations on them need it.
struct SurveyState: Sendable {
    var found: SupportCase
    var surveys: Surveys
    var facts: [Recorded<CaseFact>]
    var tier: String?
    /// Whether the owner of the case can still be asked to do something.
    var isOwnerThere: Bool
    /// Who was asked last.
    var asked: Person?

    init(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws {
        found = try CaseDirectory.find(id, for: actor, in: tx)
        facts = try SurveysDirectory.material(of: found.id, in: tx)
        surveys = Surveys(facts)
        tier = try SurveysDirectory.tier(of: found, in: tx)
        isOwnerThere = try found.owner.flatMap { try PeopleDirectory.find($0.raw, in: tx) }?.isActive ?? false
        let person = surveys.surveys.last { $0.sending != nil }?.sending?.person
        asked = try person.flatMap { try PeopleDirectory.find($0, in: tx) }
    }
}

/// Says how satisfied one is with the work on a case: whoever was asked, signed in or by the link of the mail.
enum AnswerSurvey: Operation {
    struct Input: Sendable {
        var id: String
        var survey: String?
        var answers: [String: RawValue]
        var noMore: Bool
    }

    static let name = "portal.answer_survey"
    static let summary = "How did we do?"
    static let verb = "Send"
    static let right: Right = "portal.answer_survey"
    static let place = OperationPlace.act(in: "portal/cases", verb: "survey")
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(.reference("survey", "Survey", to: "survey")).hidden(),
        .answers("answers", "Answers"), .flag("no_more", "Please do not ask me again"))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SurveyState { try SurveyState(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on state: SurveyState, in context: Context) throws(Refusal) -> Decision
    {
        let asked = state.surveys.surveys.filter { $0.sending != nil }
        let wanted = input.survey?.trimmingWhitespace.uppercased()
        guard let survey = wanted == nil ? asked.last : asked.last(where: { $0.number == wanted }) else {
            throw Refusal(.conflict, "no_survey", "You were not asked about this case.")
        }
        let isByLink = context.actor.id == Actor.system.id
        guard isByLink || survey.sending?.person == context.actor.id else {
            throw Refusal(
                .denied, "not_asked", "Somebody else of your organisation was asked about this case.")
        }
        let facts = try state.found.answeringSurvey(
            survey.number, input.answers, isByLink: isByLink, isOwnerThere: state.isOwnerThere,
            now: state.surveys, in: context)
        var decision = Decision()
        decision.record(facts, on: state.found.ref)
        if input.noMore, let person = state.asked, person.id.raw == survey.sending?.person {
            decision.record(PersonFact.surveysChosen(wanted: false), on: person.ref)
        }
        decision.answer["number"] = .string(state.found.number)
        decision.answer["survey"] = .string(survey.number)
        // Whoever holds the link speaks for whoever was asked; that it came by the link stands in the fact.
        return isByLink ? decision.signed(by: survey.sending?.person ?? context.actor.id) : decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        LocalPath(untrusted: "/portal/cases/\(answer["number"]?.string ?? "")?done=thanked") ?? "/portal"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let state = try SurveyState(id, for: actor, in: tx)
        var form = OperationForm(about: state.found.number, back: "/portal/cases/\(state.found.number)")
        form.put(state.surveys.surveys.last { $0.sending?.person == actor.id }, of: state.found, policy)
        return form
    }
}

extension OperationForm {
    /// Puts the questions of a survey in place of the field “answers”, with the answer that stands.
    mutating func put(_ survey: Surveys.Survey?, of this: SupportCase, _ policy: Policy) {
        guard let survey, let questions = policy.form(.survey, for: this)?.questions else {
            replaced["answers"] = []
            advice.append("You were not asked about this case.")
            return
        }
        replaced["answers"] = questions.map { question in
            var field = question.field(policy).description
            field.isWanted = question == questions.first
            return field
        }
        for answer in survey.answer?.answers ?? [] {
            values["answers.\(answer.question)"] = .text(answer.value ?? "")
        }
        values["survey"] = .text(survey.number)
    }
}

/// Says whether one wants to be asked after a case is solved.
enum ChooseSurveys: Operation {
    struct Input: Sendable { var isWanted: Bool }

    struct State: Sendable {
        var person: Person
        var isWanted: Bool
    }

    static let name = "portal.choose_surveys"
    static let summary = "Questions about our work"
    static let verb = "Save"
    static let right: Right = "portal.answer_survey"
    static let place = OperationPlace.single(path: "portal/surveys")
    static let input = Fields(
        Input.init, .flag("wanted", "Ask me how you did once a case of mine is solved"))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        guard let person = try PeopleDirectory.find(actor.id, in: tx) else {
            throw Refusal.notFound("person")
        }
        return State(person: person, isWanted: try SurveysDirectory.wantsSurveys(person, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var decision = Decision()
        if state.isWanted != input.isWanted {
            decision.record(PersonFact.surveysChosen(wanted: input.isWanted), on: state.person.ref)
        }
        decision.answer["wanted"] = .bool(input.isWanted)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/portal?done=saved" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/portal", backName: "Your cases")
        if let person = try PeopleDirectory.find(actor.id, in: tx),
            try SurveysDirectory.wantsSurveys(person, in: tx)
        {
            form.values["wanted"] = .text("true")
        }
        return form
    }
}

/// An operation of staff on the surveys of a case.
protocol SurveyOperation: Operation where Input: CaseInput, State == SurveyState {
    /// The surveys that the form lets choose from.
    static func offered(_ state: SurveyState) -> [Surveys.Survey]
    /// Puts into the form what stands.
    static func fill(_ form: inout OperationForm, from state: SurveyState, policy: Policy)
}

extension SurveyOperation {
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> SurveyState { try SurveyState(input.id, for: actor, in: tx) }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func fill(_ form: inout OperationForm, from state: SurveyState, policy: Policy) {}

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let state = try SurveyState(id, for: actor, in: tx)
        var form = OperationForm(about: state.found.number, back: "/cases/\(state.found.number)")
        form.base = state.found.version
        let offered = offered(state)
        form.references["survey"] = offered.map {
            FieldChoice($0.number, "\($0.number), \($0.decidedAt.day)")
        }
        if offered.count <= 1 { form.replaced["survey"] = [] }
        fill(&form, from: state, policy: policy)
        return form
    }
}

private let surveyNumber = Field<String?>.optional(.reference("survey", "Survey", to: "survey"))
    .help("Empty for the latest.")

/// Decides that nobody is asked about a resolution; it stands on record with the reason.
enum WithholdSurvey: SurveyOperation {
    struct Input: CaseInput {
        var id: String
        var reason: String
    }

    static let name = "case.withhold_survey"
    static let summary = "Do not ask the customer"
    static let verb = "Do not ask"
    static let right: Right = "survey.withhold"
    static let input = Fields(
        Input.init, CaseFields.id,
        CaseFields.reason.help("It stands on the page of surveys with your name, for everybody to see."))

    static func decide(_ input: Input, on state: SurveyState, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            try state.found.withholdingSurvey(
                reason: input.reason, facts: state.facts, tier: state.tier, policy: context.policy),
            on: state.found)
    }

    static func offered(_ state: SurveyState) -> [Surveys.Survey] { [] }
}

/// Follows up on a low score: what was wrong, and what is done about it.
enum ReviewLowScore: SurveyOperation {
    struct Input: CaseInput {
        var id: String
        var survey: String?
        var finding: String
        var action: String
        var hasContacted: Bool
    }

    static let name = "case.review_low_score"
    static let summary = "Follow up on the low score"
    static let verb = "Done"
    static let right: Right = "survey.handle"
    static let input = Fields(
        Input.init, CaseFields.id, surveyNumber,
        .text("finding", "What was wrong?", maxBytes: 10_000).help(
            "As far as it can be told; “Nothing of ours” with its reason is an answer too."),
        .text("action", "What is done about it?", maxBytes: 10_000),
        .flag("contacted", "I talked to the customer"))

    static func decide(_ input: Input, on state: SurveyState, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            try state.found.reviewingSurvey(
                input.survey, finding: input.finding, action: input.action, hasContacted: input.hasContacted,
                now: state.surveys), on: state.found)
    }

    static func offered(_ state: SurveyState) -> [Surveys.Survey] {
        state.surveys.surveys.filter(\.awaitsFollowUp)
    }

    static func fill(_ form: inout OperationForm, from state: SurveyState, policy: Policy) {
        for survey in offered(state) {
            for comment in survey.comments { form.hints.append("“\(comment.value ?? "")”") }
        }
    }
}

/// Says what a comment is about.
enum TagComment: SurveyOperation {
    struct Input: CaseInput {
        var id: String
        var survey: String?
        var themes: [String]
    }

    static let name = "case.tag_survey"
    static let summary = "Themes of the comment"
    static let verb = "Save"
    static let right: Right = "survey.handle"
    static let input = Fields(
        Input.init, CaseFields.id, surveyNumber,
        .list(
            of: .choice(
                "themes", "Themes",
                from: { @Sendable policy in
                    (policy.survey?.themes ?? []).map { FieldChoice($0.id, $0.name) }
                })))

    static func decide(_ input: Input, on state: SurveyState, in context: Context) throws(Refusal) -> Decision
    {
        answer(
            try state.found.theming(input.survey, themes: input.themes, now: state.surveys), on: state.found)
    }

    static func offered(_ state: SurveyState) -> [Surveys.Survey] {
        state.surveys.surveys.filter { $0.answer != nil }
    }

    static func fill(_ form: inout OperationForm, from state: SurveyState, policy: Policy) {
        guard let survey = offered(state).last, let terms = policy.survey else { return }
        let text = survey.comments.compactMap(\.value).joined(separator: "\n")
        for comment in survey.comments { form.hints.append("“\(comment.value ?? "")”") }
        let proposed = terms.proposedThemes(for: text)
        if !proposed.isEmpty, survey.themes.isEmpty {
            let words = proposed.map { "\($0.theme.name) (“\($0.word)”)" }.joined(separator: ", ")
            form.hints.append("Proposed by words alone, for you to judge: \(words).")
        }
        form.values["themes"] = .list(survey.themes.map(RawValue.text))
    }
}
