/// How the customer was asked whether they are satisfied, or why not, and what followed from the answer.
package enum SurveyFact: CaseFactFamily {
    /// What a decision was about: the resolution as it stood when it was taken.
    package struct Occasion: Equatable, Sendable {
        /// When the case was resolved.
        package var resolvedAt: Timestamp
        /// Whose case it was.
        package var owner: String?
        /// How bad it was.
        package var severity: String
        /// The tier of the customer.
        package var tier: String?
        /// Whether it had gone up to those who know more.
        package var isEscalated: Bool

        /// An occasion with all parts.
        package init(
            resolvedAt: Timestamp, owner: String?, severity: String, tier: String?, isEscalated: Bool
        ) {
            (self.resolvedAt, self.owner, self.severity) = (resolvedAt, owner, severity)
            (self.tier, self.isEscalated) = (tier, isEscalated)
        }
    }

    /// Why a customer was not asked.
    package enum Rule: String, Sendable, CaseIterable {
        /// A request of colleagues.
        case `internal`
        /// Nobody of the customer can be reached.
        case noContact = "no_contact"
        /// The case was merged into another one.
        case merged
        /// Only some may know of the case.
        case restricted
        /// Policy asks nobody after this verdict.
        case verdict
        /// The contact wants no surveys.
        case optedOut = "opted_out"
        /// The contact was asked not long ago.
        case tooRecent = "too_recent"
        /// The resolution was noticed too late.
        case tooLate = "too_late"
        /// Somebody decided so, and says why.
        case byHand = "by_hand"

        /// The rule in words.
        package var label: String {
            switch self {
            case .internal: "A request of colleagues: there is no customer"
            case .noContact: "Nobody of the customer can be reached"
            case .merged: "Merged into another case"
            case .restricted: "Only some may know of the case"
            case .verdict: "Policy excludes the verdict"
            case .optedOut: "The contact wants no surveys"
            case .tooRecent: "The contact was asked not long ago"
            case .tooLate: "The resolution was noticed too late"
            case .byHand: "Withheld by hand, with a reason"
            }
        }
    }

    /// What marks are given on.
    package enum Scale: String, Sendable, CaseIterable {
        /// 1 to 5.
        case five
        /// Satisfied, or not: counts as 5 and 1 where only the share of the satisfied is asked for.
        case two
    }

    /// The customer is asked.
    package struct Sending: Equatable, Sendable {
        /// The number in the case: "S1".
        package var survey: String
        /// Who is asked.
        package var person: String
        /// The form.
        package var form: String
        /// Its version at that time.
        package var version: String
        /// Until when it can be answered.
        package var until: Timestamp

        /// A question with all parts.
        package init(survey: String, person: String, form: String, version: String, until: Timestamp) {
            (self.survey, self.person, self.form) = (survey, person, form)
            (self.version, self.until) = (version, until)
        }
    }

    /// What the customer said.
    package struct Answer: Equatable, Sendable {
        /// The question that it answers.
        package var survey: String
        /// 1 to 5; of two marks, 5 for satisfied and 1 for not.
        package var score: Int
        /// What the mark was given on.
        package var scale: Scale
        /// The version of the form that was filled in.
        package var version: String
        /// All that was answered, the score among it, in the words of the form.
        package var answers: [CaseFormFact.Answer]
        /// Whether it came by the link, without signing in.
        package var isByLink: Bool

        /// An answer with all parts.
        package init(
            survey: String, score: Int, scale: Scale, version: String, answers: [CaseFormFact.Answer],
            isByLink: Bool
        ) {
            (self.survey, self.score, self.scale, self.version) = (survey, score, scale, version)
            (self.answers, self.isByLink) = (answers, isByLink)
        }
    }

    /// What somebody found when they looked into a low score.
    package struct Review: Equatable, Sendable {
        /// The survey.
        package var survey: String
        /// What was wrong, as far as it can be told.
        package var finding: String
        /// What is done about it.
        package var action: String
        /// Whether the customer was talked to.
        package var hasContacted: Bool

        /// A review with all parts.
        package init(survey: String, finding: String, action: String, hasContacted: Bool) {
            (self.survey, self.finding, self.action) = (survey, finding, action)
            self.hasContacted = hasContacted
        }
    }

    /// A person of the customer is asked how we did.
    case sent(Sending, Occasion)
    /// Nobody is asked, by a rule; a person’s own decision has a reason.
    case withheld(survey: String, rule: Rule, person: String?, reason: String?, Occasion)
    /// Whoever was asked answers, or changes the answer.
    case answered(Answer)
    /// A low score wants somebody to follow up.
    case followUpOpened(survey: String, owner: String?, dueAt: Timestamp)
    /// Somebody followed up.
    case reviewed(Review)
    /// What the comment is about.
    case themed(survey: String, themes: [String])

    package static let kinds = [
        "case.survey_sent", "case.survey_withheld", "case.survey_answered", "case.survey_follow_up_opened",
        "case.survey_reviewed", "case.survey_themed",
    ]
    package static let erasableFields: Set<String> = ["answers", "reason", "finding", "action"]

    package var edits: Set<Aspect> {
        switch self {
        case .sent, .withheld: ["survey"]
        case .answered: []
        case .followUpOpened(let survey, _, _): [Aspect("survey.\(survey).follow_up")]
        case .reviewed(let review): [Aspect("survey.\(review.survey).follow_up")]
        case .themed(let survey, _): [Aspect("survey.\(survey).themes")]
        }
    }

    package var people: [String] {
        switch self {
        case .sent(let sending, let occasion): [sending.person, occasion.owner].compactMap { $0 }
        case .withheld(_, _, let person, _, let occasion): [person, occasion.owner].compactMap { $0 }
        case .followUpOpened(_, let owner, _): [owner].compactMap { $0 }
        case .answered, .reviewed, .themed: []
        }
    }

    /// What people wrote in it.
    package var writtenWords: [String] {
        switch self {
        case .answered(let answer): answer.answers.dropFirst().compactMap(\.value)
        case .withheld(_, _, _, let reason, _): [reason].compactMap { $0 }
        case .reviewed(let review): [review.finding, review.action]
        case .sent, .followUpOpened, .themed: []
        }
    }

    /// What the fact set `aspect` to, named as people see it; nil where it set nothing.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .sent: ("Survey", "sent")
        case .withheld(_, let rule, _, _, _): ("Survey", rule.label)
        case .answered: nil
        case .followUpOpened: ("Follow-up", "open")
        case .reviewed(let review): ("Follow-up", review.finding)
        case .themed(_, let themes): ("Themes", themes.isEmpty ? "none" : themes.joined(separator: ", "))
        }
    }
}
