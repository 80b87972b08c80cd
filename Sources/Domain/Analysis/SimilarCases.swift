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
            /// A code by which an error is named.
            case code
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

        /// How alike they are: rare marks weigh more, stack traces twice, codes, which many causes can have, half.
        package var score: Double {
            shared.reduce(0) { $0 + $1.mark.kind.weight / Double(max(1, $1.cases - 1)) }
        }

        /// Why it is similar, the strongest reason first, in sentences without an end stop.
        package var reasons: [String] {
            shared.map { mark, cases in
                "Shares the \(mark.kind.name) “\(mark.words)”, seen in \(cases) cases"
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
                    (-$0.mark.kind.weight, $0.cases, $0.mark.id) < (
                        -$1.mark.kind.weight, $1.cases, $1.mark.id
                    )
                })
        }
        return Array(matches.sorted { ($1.score, $0.caseID) < ($0.score, $1.caseID) }.prefix(limit))
    }
}

extension SimilarCases.Mark.Kind {
    /// How much it says that two cases share one.
    fileprivate var weight: Double {
        switch self {
        case .trace: 2
        case .pattern: 1
        case .code: 0.5
        }
    }

    /// What people call it.
    fileprivate var name: String {
        switch self {
        case .trace: "stack trace"
        case .pattern: "pattern"
        case .code: "error code"
        }
    }
}

extension SimilarCases.Match {
    /// Whether it may be the same report once more: of the same customer, and not at its end.
    package static func isDuplicate(_ other: SupportCase, of this: SupportCase) -> Bool {
        guard let organisation = this.organisation, other.organisation == organisation else { return false }
        return other.resolvedAt == nil && other.closedAt == nil
    }
}
