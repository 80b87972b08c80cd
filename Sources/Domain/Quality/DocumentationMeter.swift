/// How far a case is documented by the rubric of quality, while it is worked on: what the software sees, and no judgement.
///
/// A criterion has as many points as its weight, in equal parts for the signs of it that apply to the case as it stands.
/// What no sign tells of is left to a reviewer, and counts for nothing here.
package struct DocumentationMeter: Equatable, Sendable {
    /// A sign that is not there.
    package struct Gap: Equatable, Sendable {
        /// What is missing.
        package var sign: DocumentationSign
        /// The criterion that it belongs to.
        package var criterion: String
        /// What it adds, in points of 100.
        package var adds: Int
    }

    /// A criterion as far as the software sees it.
    package struct Criterion: Equatable, Sendable {
        /// Its identifier.
        package var id: String
        /// What it asks.
        package var label: String
        /// What is there.
        package var present: [DocumentationSign]
        /// What is missing.
        package var missing: [DocumentationSign]

        /// How many points of 100 it has; nil where only a reviewer can tell.
        package var percent: Int? {
            let all = present.count + missing.count
            return all == 0 ? nil : present.count * 100 / all
        }
    }

    /// The rubric's version.
    package var version: String
    /// 0 to 100, by weight; nil where the software sees nothing of any criterion.
    package var percent: Int?
    /// The criteria, in the order of the rubric.
    package var criteria: [Criterion]
    /// What is missing, what adds most first.
    package var gaps: [Gap]

    /// The criteria of which only a reviewer can tell.
    package var unseen: [Criterion] { criteria.filter { $0.percent == nil } }

    /// What the software sees of a case by a rubric.
    package init(_ rubric: Form, _ state: DocumentationState) {
        version = rubric.version
        let questions = rubric.questions.filter { $0.kind == .rating }
        criteria = questions.map { question in
            let signs = question.signs.filter { state.seen[$0] != nil }
            return Criterion(
                id: question.id, label: question.label, present: signs.filter { state.seen[$0] == true },
                missing: signs.filter { state.seen[$0] == false })
        }
        let counted = zip(questions, criteria).filter { $0.0.weight > 0 && $0.1.percent != nil }
        let whole = counted.reduce(0) { $0 + $1.0.weight }
        guard whole > 0 else {
            (percent, gaps) = (nil, [])
            return
        }
        func points(_ question: Form.Question, _ criterion: Criterion, _ signs: Int) -> Double {
            let all = criterion.present.count + criterion.missing.count
            return Double(question.weight * signs * 100) / Double(all * whole)
        }
        let reached = counted.reduce(0.0) { $0 + points($1.0, $1.1, $1.1.present.count) }
        let isWhole = counted.allSatisfy { $0.1.missing.isEmpty }
        percent = isWhole ? 100 : min(99, Int(reached + 1e-9))
        gaps = counted.flatMap { question, criterion in
            criterion.missing.map { sign in
                Gap(
                    sign: sign, criterion: criterion.id,
                    adds: max(1, Int(points(question, criterion, 1).rounded())))
            }
        }.enumerated().sorted { ($1.element.adds, $0.offset) < ($0.element.adds, $1.offset) }.map(\.element)
    }
}
