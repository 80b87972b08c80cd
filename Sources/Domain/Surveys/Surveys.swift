/// How the customer of a case was asked, and what they said: the fold of its facts.
package struct Surveys: Equatable, Sendable {
    /// A decision to ask or not, with what followed.
    package struct Survey: Equatable, Sendable {
        /// The number in the case: "S1".
        package var number: String
        /// What was asked; nil where nobody was.
        package var sending: SurveyFact.Sending?
        /// Why nobody was asked; nil where somebody was.
        package var rule: SurveyFact.Rule?
        /// Who would have been asked, where nobody was.
        package var person: String?
        /// Why somebody decided so.
        package var reason: String?
        /// What it was about.
        package var occasion: SurveyFact.Occasion
        /// Who decided.
        package var decidedBy: String
        /// When.
        package var decidedAt: Timestamp
        /// The answer that stands.
        package var answer: SurveyFact.Answer?
        /// When it was first answered.
        package var answeredAt: Timestamp?
        /// When it was last answered.
        package var changedAt: Timestamp?
        /// Who follows up.
        package var followUpOwner: String?
        /// Until when somebody follows up; nil where nobody needs to.
        package var followUpDue: Timestamp?
        /// What was found.
        package var review: SurveyFact.Review?
        /// Who found it.
        package var reviewedBy: String?
        /// When.
        package var reviewedAt: Timestamp?
        /// What the comment is about.
        package var themes: [String] = []

        /// Whether somebody is to follow up.
        package var awaitsFollowUp: Bool { followUpDue != nil && review == nil }

        /// What was said beside the score.
        package var comments: [CaseFormFact.Answer] { Array((answer?.answers ?? []).dropFirst()) }

        /// Whether it can be answered, or the answer changed.
        package func isOpen(at now: Timestamp, policy: Policy) -> Bool {
            guard let sending, now <= sending.until else { return false }
            guard let answeredAt else { return true }
            let days = (policy.survey ?? .standard).changeDays
            return now <= answeredAt.adding(seconds: Int64(days) * 86_400)
        }
    }

    /// The decisions, oldest first.
    package private(set) var surveys: [Survey] = []

    /// What these facts make, oldest first; those of other kinds change nothing.
    package init(_ facts: some Sequence<Recorded<CaseFact>> = []) {
        for fact in facts { if case .survey(let body) = fact.body { apply(body, fact) } }
    }

    private mutating func apply(_ fact: SurveyFact, _ recorded: Recorded<CaseFact>) {
        switch fact {
        case .sent(let sending, let occasion):
            surveys.append(
                Survey(
                    number: sending.survey, sending: sending, occasion: occasion, decidedBy: recorded.actor,
                    decidedAt: recorded.occurredAt))
        case .withheld(let number, let rule, let person, let reason, let occasion):
            surveys.append(
                Survey(
                    number: number, rule: rule, person: person, reason: reason, occasion: occasion,
                    decidedBy: recorded.actor, decidedAt: recorded.occurredAt))
        case .answered(let answer):
            change(answer.survey) {
                $0.answer = answer
                $0.answeredAt = $0.answeredAt ?? recorded.occurredAt
                $0.changedAt = recorded.occurredAt
            }
        case .followUpOpened(let number, let owner, let dueAt):
            change(number) { ($0.followUpOwner, $0.followUpDue) = (owner, dueAt) }
        case .reviewed(let review):
            change(review.survey) {
                ($0.review, $0.reviewedBy, $0.reviewedAt) = (review, recorded.actor, recorded.occurredAt)
            }
        case .themed(let number, let themes): change(number) { $0.themes = themes }
        }
    }

    private mutating func change(_ number: String, _ body: (inout Survey) -> Void) {
        guard let index = surveys.firstIndex(where: { $0.number == number }) else { return }
        body(&surveys[index])
    }

    /// The survey of this number.
    package func survey(_ number: String) -> Survey? {
        surveys.first { $0.number == number.trimmingWhitespace.uppercased() }
    }

    /// The number of the next decision.
    package var next: String { "S\(surveys.count + 1)" }

    /// Everybody who is named, for their names on pages.
    package var people: [String] {
        surveys.flatMap {
            [$0.sending?.person, $0.person, $0.decidedBy, $0.followUpOwner, $0.reviewedBy]
                .compactMap { $0 }
        }
    }

    /// The decision about a resolution; nil where none was taken yet.
    package func decision(on resolvedAt: Timestamp) -> Survey? {
        surveys.last { $0.occasion.resolvedAt == resolvedAt }
    }
}

extension Form {
    /// The question of a survey whose answer is the score.
    package var scoreQuestion: Question? { use == .survey ? questions.first : nil }

    /// The scale of a survey.
    package var scale: SurveyFact.Scale { scoreQuestion?.kind == .yesNo ? .two : .five }

    /// The score that an answer to the first question stands for.
    func score(of value: String) -> Int? {
        switch value {
        case "yes": 5
        case "no": 1
        default: Int(value)
        }
    }
}

extension SupportCase {
    /// Whom a survey would go to, as far as the decision needs it.
    package struct SurveyContact: Sendable {
        /// Who asked.
        package var person: Person?
        /// Whether they want no surveys.
        package var hasOptedOut: Bool
        /// When they were last asked.
        package var lastAsked: Timestamp?

        /// A contact with all parts.
        package init(person: Person?, hasOptedOut: Bool, lastAsked: Timestamp?) {
            (self.person, self.hasOptedOut, self.lastAsked) = (person, hasOptedOut, lastAsked)
        }
    }

    /// Whether a resolution of the case is to be decided about now.
    package func awaitsSurvey(_ surveys: Surveys, policy: Policy) -> Bool {
        guard policy.survey != nil, policy.form(.survey, for: self) != nil, let resolvedAt else {
            return false
        }
        return surveys.decision(on: resolvedAt) == nil
    }

    /// A resolution that was noticed so many seconds late is not asked about any more.
    package static let surveyPatience: Int64 = 3 * 86_400

    /// The fact of asking the customer, or of a rule by which nobody is asked; nil where nothing is to be decided yet.
    package func surveying(
        _ contact: SurveyContact, facts: [Recorded<CaseFact>], tier: String?, now moment: Timestamp,
        policy: Policy
    ) -> [CaseFact] {
        let surveys = Surveys(facts)
        guard awaitsSurvey(surveys, policy: policy), let terms = policy.survey, let resolvedAt,
            let form = policy.form(.survey, for: self),
            moment >= resolvedAt.adding(seconds: Int64(terms.afterMinutes) * 60)
        else { return [] }
        let occasion = surveyOccasion(resolvedAt, facts, tier: tier, policy: policy)
        if let rule = rule(contact, resolvedAt, now: moment, terms) {
            return [
                .survey(
                    .withheld(
                        survey: surveys.next, rule: rule, person: contact.person?.id.raw, reason: nil,
                        occasion))
            ]
        }
        guard let person = contact.person else { return [] }
        return [
            .survey(
                .sent(
                    SurveyFact.Sending(
                        survey: surveys.next, person: person.id.raw, form: form.id, version: form.version,
                        until: moment.adding(seconds: Int64(terms.openDays) * 86_400)), occasion))
        ]
    }

    /// The first rule that excludes the contact; nil where they are asked.
    private func rule(
        _ contact: SurveyContact, _ resolvedAt: Timestamp, now: Timestamp, _ terms: Policy.SurveyTerms
    ) -> SurveyFact.Rule? {
        guard organisation != nil else { return .internal }
        guard let person = contact.person, person.isActive, person.isCustomer else { return .noContact }
        if mergedInto != nil { return .merged }
        if restriction != nil { return .restricted }
        if classification[.verdict].map(terms.excludedVerdicts.contains) ?? false { return .verdict }
        if contact.hasOptedOut { return .optedOut }
        if let last = contact.lastAsked, now < last.adding(seconds: Int64(terms.restDays) * 86_400) {
            return .tooRecent
        }
        let patience = Int64(terms.afterMinutes) * 60 + Self.surveyPatience
        return now > resolvedAt.adding(seconds: patience) ? .tooLate : nil
    }

    private func surveyOccasion(
        _ resolvedAt: Timestamp, _ facts: [Recorded<CaseFact>], tier: String?, policy: Policy
    ) -> SurveyFact.Occasion {
        let isEscalated = facts.contains { fact in
            switch fact.body {
            case .handoff(.offered(let offer)): offer.way == .tier
            case .statusChanged(let status, _, _, _): policy.status(ID(status))?.isUpward ?? false
            default: false
            }
        }
        return SurveyFact.Occasion(
            resolvedAt: resolvedAt, owner: owner?.raw, severity: severity.raw, tier: tier,
            isEscalated: isEscalated)
    }

    /// The facts of a decision by hand that the customer is not asked about this resolution.
    package func withholdingSurvey(
        reason: String, facts: [Recorded<CaseFact>], tier: String?, policy: Policy
    ) throws(Refusal) -> [CaseFact] {
        let surveys = Surveys(facts)
        guard let resolvedAt else {
            throw Refusal(
                .conflict, "not_resolved", "\(number) is not resolved, so nobody would be asked yet.")
        }
        if let decided = surveys.decision(on: resolvedAt) {
            throw Refusal(
                .conflict, "survey_decided",
                decided.sending == nil
                    ? "It is settled already that nobody is asked about \(number)."
                    : "The customer of \(number) was asked already. What they answer counts.")
        }
        guard policy.survey != nil else {
            throw Refusal(.conflict, "no_survey", "The policy in force asks no customers.")
        }
        return [
            .survey(
                .withheld(
                    survey: surveys.next, rule: .byHand, person: requester?.raw, reason: reason,
                    surveyOccasion(resolvedAt, facts, tier: tier, policy: policy)))
        ]
    }

    /// The facts of an answer of whoever was asked, with the follow-up where it is low.
    ///
    /// The same answer once more changes nothing; another one stands in place of it as long as policy allows.
    /// - Parameters:
    ///   - sent: the answers as they arrived, by question.
    ///   - isOwnerThere: whether the case’s owner can follow up.
    package func answeringSurvey(
        _ number: String, _ sent: [String: RawValue], isByLink: Bool, isOwnerThere: Bool,
        now surveys: Surveys,
        in context: Context
    ) throws(Refusal) -> [CaseFact] {
        guard let survey = surveys.survey(number), survey.sending != nil else {
            throw Refusal(.notFound, "survey_unknown", "There is no such survey.")
        }
        let policy = context.policy
        guard survey.isOpen(at: context.now, policy: policy) else {
            throw Refusal(
                .conflict, "survey_over",
                survey.answer == nil
                    ? "This survey has ended. You can still write to us."
                    : "Your answer is in and can no longer be changed. You can still write to us.")
        }
        guard let form = policy.form(.survey, for: self), let question = form.scoreQuestion else {
            throw Refusal(.conflict, "no_survey", "There is nothing to answer any more, thank you.")
        }
        let answers = try form.reading(sent, policy: policy) { $0.id == question.id }
        guard let value = answers.first?.value, let score = form.score(of: value) else { return [] }
        let answer = SurveyFact.Answer(
            survey: survey.number, score: score, scale: form.scale, version: form.version, answers: answers,
            isByLink: isByLink)
        if let old = survey.answer, old.answers == answers, old.scale == form.scale { return [] }
        var facts: [CaseFact] = [.survey(.answered(answer))]
        let terms = policy.survey ?? .standard
        let isLow = form.scale == .two ? score == 1 : score <= terms.low
        if isLow, survey.followUpDue == nil {
            facts.append(
                .survey(
                    .followUpOpened(
                        survey: survey.number, owner: isOwnerThere ? owner?.raw : nil,
                        dueAt: context.now.adding(seconds: Int64(terms.followUpHours) * 3600))))
        }
        return facts
    }

    /// The facts of a follow-up: what was found and what is done.
    package func reviewingSurvey(
        _ number: String?, finding: String, action: String, hasContacted: Bool, now surveys: Surveys
    ) throws(Refusal) -> [CaseFact] {
        let open = surveys.surveys.filter(\.awaitsFollowUp)
        let wanted = number?.trimmingWhitespace.uppercased()
        guard let survey = wanted == nil ? open.last : open.last(where: { $0.number == wanted }) else {
            throw Refusal(
                .conflict, "no_follow_up", "No low score of \(self.number) waits for somebody to follow up.")
        }
        return [
            .survey(
                .reviewed(
                    .init(
                        survey: survey.number, finding: finding, action: action, hasContacted: hasContacted)))
        ]
    }

    /// The facts of saying what a comment is about.
    package func theming(
        _ number: String?, themes: [String], now surveys: Surveys
    ) throws(Refusal) -> [CaseFact] {
        let answered = surveys.surveys.filter { $0.answer != nil }
        let wanted = number?.trimmingWhitespace.uppercased()
        guard let survey = wanted == nil ? answered.last : answered.last(where: { $0.number == wanted })
        else {
            throw Refusal(.conflict, "no_answer", "The customer of \(self.number) has not answered.")
        }
        guard survey.themes != themes else { return [] }
        return [.survey(.themed(survey: survey.number, themes: themes))]
    }
}
