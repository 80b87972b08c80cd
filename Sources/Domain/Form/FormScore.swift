/// How far a form is filled in, and exactly what is missing.
package struct FormScore: Equatable, Sendable {
    /// A question without an answer.
    package struct Gap: Equatable, Sendable {
        /// The question.
        package var question: Form.Question
        /// What its answer adds, in points of 100.
        package var adds: Int
        /// The step that waits for it; nil where it only helps.
        package var neededTo: Form.Gate?
    }

    /// 0 to 100, by weight.
    package var percent: Int
    /// How many questions of weight are answered.
    package var answered: Int
    /// How many questions of weight there are, under the answers so far.
    package var total: Int
    /// What is missing, in the order of the form.
    package var missing: [Gap]

    /// Whether no step waits for an answer.
    package var isComplete: Bool { missing.allSatisfy { $0.neededTo == nil } }

    /// What is missing for a step; for closing, what is needed to resolve counts as well.
    package func missing(for gate: Form.Gate) -> [Gap] {
        missing.filter { $0.neededTo == gate || (gate == .close && $0.neededTo == .resolve) }
    }

    /// “3 of 9 missing”.
    package var words: String {
        missing.isEmpty ? "Nothing missing" : "\(missing.count) of \(total) missing"
    }
}

extension Form {
    /// The score of these answers.
    /// - Parameters:
    ///   - answers: by question; an empty one is none.
    ///   - context: words about the case on which questions depend, such as `product_area`.
    package func score(answers: [String: String], context: [String: String]) -> FormScore {
        let asked = questions(under: answers, context).filter { $0.weight > 0 }
        let open = asked.filter { (answers[$0.id] ?? "").isEmpty }
        let whole = asked.reduce(0) { $0 + $1.weight }
        let done = whole - open.reduce(0) { $0 + $1.weight }
        let gaps = open.map { question in
            FormScore.Gap(
                question: question, adds: max(1, (question.weight * 100 + whole / 2) / max(1, whole)),
                neededTo: question.gate(under: answers, context))
        }
        // 100 is for a form in which nothing is missing, whatever rounding says.
        let percent = open.isEmpty ? 100 : min(99, whole == 0 ? 99 : done * 100 / whole)
        return FormScore(
            percent: percent, answered: asked.count - open.count, total: asked.count, missing: gaps)
    }

    /// The questions that are asked under these answers, in order.
    package func questions(under answers: [String: String], _ context: [String: String]) -> [Question] {
        var shown: Set<String> = []
        return questions.filter { question in
            let isShown = question.shownWhen.allSatisfy { condition in
                // A question that is not asked has no answer that others could depend on.
                let isAsked = self.question(condition.subject) == nil || shown.contains(condition.subject)
                return isAsked && condition.holds(answers, context)
            }
            if isShown { shown.insert(question.id) }
            return isShown
        }
    }
}

extension Form.Condition {
    /// Whether it holds under these answers.
    package func holds(_ answers: [String: String], _ context: [String: String]) -> Bool {
        (answers[subject] ?? context[subject]).map(values.contains) ?? false
    }
}

extension Form.Question {
    /// The step for which the answer is needed under these answers; nil where it is not needed.
    package func gate(under answers: [String: String], _ context: [String: String]) -> Form.Gate? {
        neededWhen.allSatisfy { $0.holds(answers, context) } ? neededTo : nil
    }

    /// The question as a field of an operation's form: what it takes, and how an answer is read.
    package func field(_ policy: Policy) -> Field<String?> {
        let name = "answers.\(id)"
        var field: Field<String?> =
            switch kind {
            case .text, .evidence: .optional(.line(name, label, maxBytes: 2000))
            case .longText: .optional(.text(name, label, maxBytes: 100_000))
            case .number:
                Field<Double?>.optional(.number(name, label, -1e15...1e15)).mapped { $0.map(Self.plain) }
            case .time: Field<Timestamp?>.optional(.time(name, label)).mapped { $0?.rfc3339 }
            case .choice, .yesNo, .rating:
                .optional(.choice(name, label, from: { [self] in fieldChoices($0) }))
            }
        let read = field.read
        field.read = { [kind] raw, policy in read(Self.normalized(raw, kind), policy) }
        field.description.help = help
        field.description.aspect = Aspect(name)
        return field
    }

    /// An answer as people read it.
    package func words(for value: String, _ policy: Policy) -> String {
        fieldChoices(policy).first { $0.value == value }?.label ?? value
    }

    private func fieldChoices(_ policy: Policy) -> [FieldChoice] {
        if let field = caseField?.classifying { return field.terms(policy).choices }
        switch kind {
        case .yesNo: return [FieldChoice("yes", "Yes"), FieldChoice("no", "No")]
        case .rating: return (1...5).map { FieldChoice("\($0)", "\($0)", detail: anchors[$0] ?? "") }
        default: return choices.choices
        }
    }

    /// Programs may send true, 4 or blanks where a form sends text.
    private static func normalized(_ raw: RawValue, _ kind: Form.Kind) -> RawValue {
        switch raw {
        case .bool(let value): .text(value ? "yes" : "no")
        case .integer(let value) where kind != .number: .text(String(value))
        case .text(let text) where text.trimmingWhitespace.isEmpty: .text("")
        default: raw
        }
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() ? String(Int64(number)) : "\(number)"
    }
}
