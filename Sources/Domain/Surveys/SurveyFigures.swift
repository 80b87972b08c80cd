/// What surveys say together, and of how many: every figure with its base.
package struct SurveyFigures: Equatable, Sendable {
    /// A decision about one resolution, as far as the figures need it.
    package struct Item: Equatable, Sendable {
        /// Why nobody was asked; nil where somebody was.
        package var rule: SurveyFact.Rule?
        /// The answer; nil where there is none.
        package var score: Int?
        /// What it was given on.
        package var scale: SurveyFact.Scale?
        /// How bad the case was.
        package var severity: String
        /// The tier of the customer.
        package var tier: String?
        /// Whether it had gone up.
        package var isEscalated: Bool

        /// An item with all parts.
        package init(
            rule: SurveyFact.Rule?, score: Int?, scale: SurveyFact.Scale?, severity: String, tier: String?,
            isEscalated: Bool
        ) {
            (self.rule, self.score, self.scale) = (rule, score, scale)
            (self.severity, self.tier, self.isEscalated) = (severity, tier, isEscalated)
        }
    }

    /// What some answers say.
    package struct Summary: Equatable, Sendable {
        /// How many were asked.
        package var asked = 0
        /// How many answered.
        package var answered = 0
        /// How many answered on the scale of 1 to 5.
        package var marks = 0
        /// The sum of their marks.
        package var sum = 0
        /// How many were satisfied: 4 or 5, or yes.
        package var positive = 0

        /// The mean of marks 1 to 5, in hundredths; nil without any.
        package var mean: Int? { marks == 0 ? nil : (sum * 100 + marks / 2) / marks }
        /// Of 100 that were asked; nil where nobody was.
        package var responseRate: Int? { asked == 0 ? nil : (answered * 100 + asked / 2) / asked }
        /// Of 100 that answered; nil where nobody did.
        package var positiveShare: Int? { answered == 0 ? nil : (positive * 100 + answered / 2) / answered }

        mutating func take(_ item: Item) {
            guard item.rule == nil else { return }
            asked += 1
            guard let score = item.score, let scale = item.scale else { return }
            answered += 1
            if score >= 4 { positive += 1 }
            guard scale == .five else { return }
            marks += 1
            sum += score
        }
    }

    /// How many resolutions were decided about.
    package var decided = 0
    /// How many were not asked, by rule.
    package var withheld: [SurveyFact.Rule: Int] = [:]
    /// All of them.
    package var all = Summary()
    /// By severity.
    package var bySeverity: [String: Summary] = [:]
    /// By tier.
    package var byTier: [String: Summary] = [:]
    /// By whether the case had gone up.
    package var byEscalated: [Bool: Summary] = [:]

    /// What these items say together.
    package init(_ items: some Sequence<Item>) {
        for item in items {
            decided += 1
            if let rule = item.rule {
                withheld[rule, default: 0] += 1
                continue
            }
            all.take(item)
            bySeverity[item.severity, default: Summary()].take(item)
            byTier[item.tier ?? "", default: Summary()].take(item)
            byEscalated[item.isEscalated, default: Summary()].take(item)
        }
    }

    /// Fewer answers than this are told with a warning: one more could turn the figure round.
    package static let fewAnswers = 10
}
