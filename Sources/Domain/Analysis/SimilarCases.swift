/// What two cases have in common by their logs.
package enum SimilarCases {
    /// A mark of a log that stays the same in every case: a troubled pattern or a stack trace.
    package struct Mark: Hashable, Sendable {
        /// What kinds of marks there are.
        package enum Kind: String, Sendable {
            /// A pattern that tells of something that went wrong.
            case pattern
            /// The fingerprint of a stack trace.
            case trace
        }

        /// Its kind.
        package var kind: Kind
        /// Its ID.
        package var id: String
        /// What it says, for people.
        package var words: String

        /// A mark with all parts.
        package init(kind: Kind, id: String, words: String) {
            (self.kind, self.id, self.words) = (kind, id, words)
        }
    }

    /// A case that shares marks.
    package struct Match: Sendable {
        /// The case.
        package var caseID: String
        /// What is shared, and in how many cases each stands, the rarest first.
        package var shared: [(mark: Mark, cases: Int)]

        /// How alike they are: rare marks weigh more, stack traces twice.
        package var score: Double {
            shared.reduce(0) { $0 + ($1.mark.kind == .trace ? 2 : 1) / Double(max(1, $1.cases - 1)) }
        }

        /// Why it is similar, the strongest reason first, in sentences without an end stop.
        package var reasons: [String] {
            shared.map { mark, cases in
                let what = mark.kind == .trace ? "stack trace" : "pattern"
                return "Shares the \(what) “\(mark.words)”, seen in \(cases) cases"
            }
        }
    }

    /// Marks that more cases have tell nothing.
    package static let mostCases = 50

    /// Cases by what they share, the likeliest first.
    /// - Parameters:
    ///   - shared: marks of the case that other cases have too, with those cases.
    package static func matches(_ shared: [(mark: Mark, cases: [String])], limit: Int) -> [Match] {
        var found: [String: [(mark: Mark, cases: Int)]] = [:]
        for (mark, cases) in shared {
            let count = Set(cases).count + 1
            guard count <= mostCases else { continue }
            for other in Set(cases) { found[other, default: []].append((mark, count)) }
        }
        let matches = found.map { id, marks in
            Match(
                caseID: id,
                shared: marks.sorted {
                    ($0.mark.kind == .trace ? 0 : 1, $0.cases, $0.mark.id) < (
                        $1.mark.kind == .trace ? 0 : 1, $1.cases, $1.mark.id
                    )
                })
        }
        return Array(matches.sorted { ($1.score, $0.caseID) < ($0.score, $1.caseID) }.prefix(limit))
    }
}
