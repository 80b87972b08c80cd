/// A mark of 1 to 5 with what it was given for: the words stay with it, whatever policy says later.
package struct FormMark: Equatable, Sendable {
    /// The criterion.
    package var question: String
    /// Its words when the mark was given.
    package var label: String
    /// The mark.
    package var mark: Int
    /// What the criterion counts for.
    package var weight: Int
    /// What the mark stood for, in the words of policy.
    package var anchor: String?

    /// A mark with all parts.
    package init(question: String, label: String, mark: Int, weight: Int, anchor: String?) {
        (self.question, self.label, self.mark) = (question, label, mark)
        (self.weight, self.anchor) = (weight, anchor)
    }
}

extension [FormMark] {
    /// What the marks make together, in hundredths: the mean by weight, rounded to the nearest; nil where there are none
    /// that count.
    package var score: Int? {
        let weight = reduce(0) { $0 + $1.weight }
        guard weight > 0 else { return nil }
        return (reduce(0) { $0 + $1.weight * $1.mark } * 100 + weight / 2) / weight
    }
}

/// A score of hundredths as people read it: "4.30".
package func scoreWords(_ hundredths: Int) -> String { "\(hundredths / 100).\(pad(hundredths % 100, 2))" }

extension Form {
    /// Reads answers that belong to this one filling in alone, such as a review or a survey.
    ///
    /// Nothing that was sent is dropped in silence: what the form does not ask is a problem.
    /// - Parameter isNeeded: which questions must be answered.
    /// - Returns: the answers, in the order of the form.
    /// - Throws: all that is wrong with them.
    package func reading(
        _ sent: [String: RawValue], policy: Policy, needing isNeeded: (Question) -> Bool
    ) throws(Refusal) -> [CaseFormFact.Answer] {
        var problems: [Refusal.Problem] = []
        var answers: [CaseFormFact.Answer] = []
        for question in questions {
            switch question.field(policy).read(sent[question.id] ?? .missing, policy) {
            case .failure(let failure): problems += failure.problems
            case .success(let value?):
                answers.append(.init(question: question.id, label: question.label, value: value))
            case .success(nil) where isNeeded(question):
                let way = question.kind == .rating ? "Give a mark from 1 to 5." : "Answer this question."
                problems.append(
                    .init(field: "answers.\(question.id)", code: "missing", message: way))
            case .success(nil): break
            }
        }
        for id in sent.keys.sorted() where question(id) == nil { problems.append(unknownQuestion(id)) }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        return answers
    }

    /// What an answer is refused with that the form has no question for.
    package func unknownQuestion(_ id: String) -> Refusal.Problem {
        let hint = nearest(to: id, in: questions.map(\.id)).map { " Did you mean “\($0)”?" } ?? ""
        return .init(
            field: "answers.\(id)", code: "unknown_question",
            message: "“\(name)” has no question “\(id)”.\(hint)")
    }

    /// The marks among some answers.
    package func marks(in answers: [CaseFormFact.Answer]) -> [FormMark] {
        answers.compactMap { answer in
            guard let question = question(answer.question), question.kind == .rating,
                let mark = answer.value.flatMap({ Int($0) })
            else { return nil }
            return FormMark(
                question: answer.question, label: answer.label, mark: mark, weight: question.weight,
                anchor: question.anchors[mark])
        }
    }
}
