extension Policy {
    /// A kind of notice that law or a contract asks for.
    package struct NoticeTerms: Hashable, Sendable {
        /// Stored and sent: "authority".
        package var id: String
        /// Who is told, as pages name it: "Data protection authority".
        package var name: String
        /// What asks for it: an article of a law, a kind of contract.
        package var source: String
        /// Within so many hours of becoming aware, around the clock.
        package var hours: Int

        /// A kind with all parts.
        package init(id: String, name: String, source: String, hours: Int) {
            (self.id, self.name, self.source, self.hours) = (id, name, source, hours)
        }
    }

    /// The parts of a notice's time, in percent, at which its owner is warned.
    package static let noticeWarnings = [50, 75, 90]

    /// Whether a notice of this identifier is known, and what it is called where it is not any more.
    package func noticeName(_ id: String) -> String { notices.first { $0.id == id }?.name ?? id }

    static func readNotices(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> [NoticeTerms] {
        guard root.child("notices") != nil else { return [] }
        let kinds = root.items("notices", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let terms = NoticeTerms(
                id: reader.text("id", &problems), name: reader.text("name", &problems),
                source: reader.text("source", &problems),
                hours: reader.integer("hours", 1...8_760, default: 72, &problems))
            if reader.child("hours") == nil {
                problems.append(
                    .init(
                        line: item.node.line, key: "\(item.path).hours",
                        message: "says within how many hours; a duty without an end would be none"))
            }
            reader.refuseUnknownKeys(&problems)
            return (terms, item.node.line, item.path)
        }
        refuseRepeats(kinds.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return kinds.map(\.0)
    }

    /// The notices of the default document.
    static let defaultNotices = """
        # Who has to be told of incidents of security or privacy, what asks for it, and within how many hours of becoming aware.
        # These clocks count around the clock and never stand still. Put in what your law and your contracts say.
        notices:
          - {id: authority, name: Data protection authority, source: "GDPR, article 33 (1)", hours: 72}
          - {id: controller, name: Customer whose data it is, source: Data processing agreement, hours: 24}
          - {id: early_warning, name: National cyber security authority, source: "NIS 2, article 23 (4)", hours: 24}
        """
}
