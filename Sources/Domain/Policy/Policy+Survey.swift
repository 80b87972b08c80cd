extension Policy {
    /// What an organisation chooses about asking customers how it did.
    package struct SurveyTerms: Hashable, Sendable {
        /// So many minutes after a case is resolved its customer is asked.
        package var afterMinutes: Int
        /// Nobody is asked again within so many days.
        package var restDays: Int
        /// For so many days the question can be answered.
        package var openDays: Int
        /// For so many days an answer can be changed.
        package var changeDays: Int
        /// A score of so much or less wants a follow-up.
        package var low: Int
        /// Within so many hours somebody follows up.
        package var followUpHours: Int
        /// The mean that is aimed at, in hundredths.
        package var target: Int
        /// The mean below which the figure is marked, in hundredths.
        package var alert: Int
        /// The verdicts of which nobody is asked.
        package var excludedVerdicts: Set<String>
        /// What comments are about.
        package var themes: [SurveyTheme]

        /// What holds where the section says nothing.
        package static let standard = SurveyTerms(
            afterMinutes: 10, restDays: 14, openDays: 30, changeDays: 7, low: 2, followUpHours: 24,
            target: 450, alert: 430, excludedVerdicts: [], themes: [])
    }

    /// What a comment can be about.
    package struct SurveyTheme: Hashable, Sendable {
        /// Its identifier.
        package var id: String
        /// Shown.
        package var name: String
        /// Words that propose it; a person decides.
        package var words: [String]

        /// A theme with all parts.
        package init(id: String, name: String, words: [String]) {
            (self.id, self.name, self.words) = (id, name, words)
        }
    }
}

extension Policy.SurveyTerms {
    /// The themes that a comment’s words propose, each with the word that does.
    package func proposedThemes(for comment: String) -> [(theme: Policy.SurveyTheme, word: String)] {
        let text = " " + String(comment.lowercased().map { $0.isLetter || $0.isNumber ? $0 : " " }) + " "
        let spaced = text.split(separator: " ").joined(separator: " ")
        return themes.compactMap { theme in
            theme.words.first { " \(spaced) ".contains(" \($0.lowercased()) ") }.map { (theme, $0) }
        }
    }
}

extension Policy {
    static func readSurvey(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> SurveyTerms? {
        guard let node = root.child("survey") else { return nil }
        var terms = SurveyTerms.standard
        var reader = ConfigReader(node, at: "survey", problems: &problems)
        terms.afterMinutes = reader.integer(
            "after_minutes", 0...10_080, default: terms.afterMinutes, &problems)
        terms.restDays = reader.integer("rest_days", 0...365, default: terms.restDays, &problems)
        terms.openDays = reader.integer("open_days", 1...365, default: terms.openDays, &problems)
        terms.changeDays = reader.integer("change_days", 0...365, default: terms.changeDays, &problems)
        terms.low = reader.integer("low", 1...4, default: terms.low, &problems)
        terms.followUpHours = reader.integer(
            "follow_up_hours", 1...2160, default: terms.followUpHours, &problems)
        terms.target = readMark("target", default: terms.target, &reader, &problems)
        terms.alert = readMark("alert", default: terms.alert, &reader, &problems)
        if terms.alert > terms.target {
            problems.append(
                .init(
                    line: reader.child("alert")?.line ?? node.line, key: "survey.alert",
                    message: "must not be above the target, \(scoreWords(terms.target))"))
        }
        let known = policy.verdicts.map(\.id)
        for (index, item) in reader.texts("excluded_verdicts", &problems).enumerated() {
            if !known.contains(item.text) {
                let hint = nearest(to: item.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: item.line, key: "survey.excluded_verdicts[\(index)]",
                        message: "“\(item.text)” is not a verdict\(hint)"))
            }
            terms.excludedVerdicts.insert(item.text)
        }
        if reader.child("themes") != nil { terms.themes = readThemes(&reader, &problems) }
        if !policy.forms.contains(where: { $0.use == .survey && $0.productAreas.isEmpty }) {
            problems.append(
                .init(
                    line: node.line, key: "survey",
                    message: "asks nothing: add a form with “use: survey” for all product areas"))
        }
        reader.refuseUnknownKeys(&problems)
        return terms
    }

    private static func readThemes(
        _ survey: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [SurveyTheme] {
        let themes = survey.items("themes", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let theme = SurveyTheme(
                id: reader.text("id", &problems), name: reader.text("name", &problems),
                words: reader.texts("words", &problems).map(\.text))
            reader.refuseUnknownKeys(&problems)
            return (theme, item.node.line, item.path)
        }
        refuseRepeats(themes.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return themes.map(\.0)
    }
}
