extension Policy {
    /// What an organisation chooses about reviewing the quality of cases.
    package struct QualityTerms: Hashable, Sendable {
        /// So many of 100 ended cases are to be reviewed.
        package var samplePercent: Int
        /// The severities of which every case is to be reviewed.
        package var alwaysSeverities: Set<String>
        /// For so many days after its end a case is to be reviewed.
        package var withinDays: Int
        /// The mean that is aimed at, in hundredths.
        package var target: Int

        /// What holds where a document says nothing.
        package static let standard = QualityTerms(
            samplePercent: 10, alwaysSeverities: [], withinDays: 30, target: 450)

        /// Whether a case is one of those that are to be reviewed.
        ///
        /// It follows from the case's identifier alone, so that nobody chooses and everybody can check; of a larger share
        /// all of a smaller one are part.
        package func samples(_ this: SupportCase) -> Bool {
            if alwaysSeverities.contains(this.severity.raw) { return true }
            // FNV-1a over the identifier, folded: its last bits differ for neighbours too.
            let hash = this.id.raw.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
                ($0 ^ UInt64($1)) &* 0x100_0000_01b3
            }
            return Int((hash ^ hash >> 32) % 100) < samplePercent
        }
    }
}

extension Policy {
    static func readQuality(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> QualityTerms {
        var terms = QualityTerms.standard
        guard let node = root.child("quality") else { return terms }
        var reader = ConfigReader(node, at: "quality", problems: &problems)
        terms.samplePercent = reader.integer(
            "sample_percent", 0...100, default: terms.samplePercent, &problems)
        terms.withinDays = reader.integer("within_days", 1...3650, default: terms.withinDays, &problems)
        terms.target = readMark("target", default: terms.target, &reader, &problems)
        let known = policy.severities.map(\.id.raw)
        for (index, item) in reader.texts("always", &problems).enumerated() {
            if !known.contains(item.text) {
                let hint = nearest(to: item.text, in: known).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: item.line, key: "quality.always[\(index)]",
                        message: "“\(item.text)” is not a severity\(hint)"))
            }
            terms.alwaysSeverities.insert(item.text)
        }
        reader.refuseUnknownKeys(&problems)
        return terms
    }

    /// A mark between 1 and 5 such as 4.5, in hundredths.
    static func readMark(
        _ name: String, default fallback: Int, _ reader: inout ConfigReader,
        _ problems: inout [ConfigProblem]
    ) -> Int {
        guard let child = reader.child(name) else { return fallback }
        guard case .scalar(let text) = child.value, let number = Double(text), (1...5).contains(number) else {
            problems.append(
                .init(line: child.line, key: reader.key(name), message: "must be a mark between 1 and 5"))
            return fallback
        }
        return Int((number * 100).rounded())
    }
}
