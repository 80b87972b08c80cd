/// The forms of one case with everything that is known of their answers.
package struct CaseForms: Sendable {
    /// The case.
    package var found: SupportCase
    /// The policy in force.
    package var policy: Policy
    /// What was answered, asked and excepted.
    package var record: FormRecord
    /// What the software sees for the closure.
    package var closure: ClosureState

    /// The forms of a case under a policy.
    package init(
        _ found: SupportCase, policy: Policy, record: FormRecord, closure: ClosureState = ClosureState()
    ) {
        (self.found, self.policy, self.record, self.closure) = (found, policy, record, closure)
    }

    /// The forms as they stand at a moment: a customer who had time enough to say no agrees.
    package func at(_ now: Timestamp) -> CaseForms {
        var copy = self
        if closure.customer == nil, found.resolvedAt != nil,
            !found.isWithinReopenWindow(at: now, policy: policy)
        {
            copy.closure.customer = "They had \(policy.reopenWindowDays) days and did not reopen it"
        }
        return copy
    }

    /// The form of the case for a use: that of its product area, else the one for all; nil where policy has none.
    package func form(_ use: Form.Use) -> Form? { policy.form(use, for: found) }

    /// The score of a form; nil where policy has none.
    package func score(_ use: Form.Use) -> FormScore? {
        form(use).map { $0.score(answers: answers(to: $0), context: context) }
    }

    /// The answers to a form: what the case says, what the software sees, what people said.
    package func answers(to form: Form) -> [String: String] {
        var answers: [String: String] = [:]
        for question in form.questions {
            answers[question.id] = inCase(question) ?? bySystem(question) ?? said(question)
        }
        return answers
    }

    /// The questions of a form that are asked now.
    package func asked(in form: Form) -> [Form.Question] {
        form.questions(under: answers(to: form), context)
    }

    /// What the software sees by itself; nil where it sees nothing.
    package func bySystem(_ question: Form.Question) -> String? {
        question.check.flatMap { closure.answer($0) }
    }

    private func said(_ question: Form.Question) -> String? {
        if question.caseField != nil || question.check?.isBySystemAlone == true { return nil }
        // Where the software knows what is missing, nobody's tick stands for it.
        if question.check == .evidence, !closure.evidenceGaps.isEmpty { return nil }
        return record.answers[question.id]?.value
    }

    private func inCase(_ question: Form.Question) -> String? {
        guard let field = question.caseField else { return nil }
        if let classifying = field.classifying { return found.classification[classifying] }
        return found.beganAt?.rfc3339
    }

    /// The words about the case on which questions may depend.
    package var context: [String: String] {
        var context = ["severity": found.severity.raw, "request_type": found.requestType]
        context["product_area"] = found.classification[.productArea]
        context["component"] = found.classification[.component]
        context["environment"] = found.classification[.environment]
        context["customer"] = found.organisation == nil ? "no" : "yes"
        let isByWord = record.answers["ended_by"]?.value == "workaround"
        context["workaround_only"] = closure.hasWorkaroundOnly || isByWord ? "yes" : "no"
        context["promise_missed"] = closure.missedPromises > 0 ? "yes" : "no"
        return context
    }

    /// The words about a case on which questions may depend.
    package static let contextWords = [
        "severity", "request_type", "product_area", "component", "environment", "customer",
        "workaround_only", "promise_missed",
    ]
}

extension CaseForms {
    /// The facts of a filling in: what changed of the answers, in the case where it has a field for it.
    /// - Parameters:
    ///   - sent: the answers as they arrived, by question.
    ///   - version: the version of the form that was filled in; nil where the caller named none.
    /// - Throws: what is wrong with the answers, all at once.
    package func filled(
        _ form: Form, _ sent: [String: RawValue], version: String?, shown: [String], isFromCustomer: Bool
    ) throws(Refusal) -> [CaseFact] {
        var facts: [CaseFact] = []
        var answers: [CaseFormFact.Answer] = []
        var problems: [Refusal.Problem] = []
        for (id, raw) in sent.sorted(by: { order($0.key, form) < order($1.key, form) }) {
            guard let question = form.question(id) else {
                if let answer = dropped(id, raw, form, version, &problems) { answers.append(answer) }
                continue
            }
            if isFromCustomer, !question.isForCustomer {
                problems.append(form.unknownQuestion(id))
                continue
            }
            switch question.field(policy).read(raw, policy) {
            case .failure(let failure): problems += failure.problems
            case .success(let value):
                if let fact = inCase(question, value) {
                    facts.append(fact)
                } else if question.caseField == nil, value != record.answers[id]?.value {
                    answers.append(.init(question: id, label: question.label, value: value))
                }
            }
        }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        let isNews = !answers.isEmpty || (!facts.isEmpty && isFromCustomer)
        guard isNews else { return facts }
        let theirs = Set(askedOfCustomer.map(\.id))
        let isShared =
            !isFromCustomer && found.organisation != nil
            && answers.contains { theirs.contains($0.question) }
        let filling = CaseFormFact.Filling(
            form: form.id, version: version ?? form.version, answers: answers, shown: shown,
            isShared: isShared)
        return facts + [.form(isFromCustomer ? .customerAnswered(filling) : .answered(filling))]
    }

    private func order(_ id: String, _ form: Form) -> Int {
        form.questions.firstIndex { $0.id == id } ?? form.questions.count
    }

    /// An answer to a question that the form asked when it was opened and no longer asks: kept, never lost.
    private func dropped(
        _ id: String, _ raw: RawValue, _ form: Form, _ version: String?,
        _ problems: inout [Refusal.Problem]
    ) -> CaseFormFact.Answer? {
        guard let version, version != form.version else {
            problems.append(form.unknownQuestion(id))
            return nil
        }
        let text = raw.typed.trimmingWhitespace
        guard !text.isEmpty, text.utf8.count <= 100_000, !text.utf8.contains(0) else { return nil }
        return .init(question: id, label: id, value: text)
    }

    private func inCase(_ question: Form.Question, _ value: String?) -> CaseFact? {
        guard let field = question.caseField, let value else { return nil }
        if let classifying = field.classifying {
            return found.classification[classifying] == value
                ? nil : .classified(field: classifying, value: value)
        }
        guard let moment = Timestamp(value), moment != found.beganAt else { return nil }
        return .timesRecorded(beganAt: moment, noticedAt: found.noticedAt, reportedAt: found.reportedAt)
    }
}

extension CaseForms {
    /// The facts of passing a gate: none where nothing is missing, an exception where somebody signs one.
    /// - Throws: what is missing, and what can be done about it.
    package func passing(
        _ gate: Form.Gate, of use: Form.Use, exception reason: String?
    ) throws(Refusal) -> [CaseFact] {
        let missing = score(use)?.missing(for: gate) ?? []
        guard !missing.isEmpty else { return [] }
        if let reason, !reason.trimmingWhitespace.isEmpty {
            let items = missing.map {
                CaseFormFact.Asked(question: $0.question.id, label: $0.question.label)
            }
            return [.form(.exceptionSigned(gate: gate, missing: items, reason: reason))]
        }
        if record.excepts(missing.map(\.question.id), for: gate) { return [] }
        throw refusal(gate, missing)
    }

    private func refusal(_ gate: Form.Gate, _ missing: [FormScore.Gap]) -> Refusal {
        let labels = missing.map { "“\($0.question.label)”" }.joined(separator: ", ")
        let count = missing.count == 1 ? "1 thing is" : "\(missing.count) things are"
        let way =
            gate == .handOff
            ? "Fill in the intake, ask the customer, or say why it has to go on without them."
            : missing.count == 1
                ? "Settle it, or sign an exception that says why it ends without it."
                : "Settle them, or sign an exception that says why it ends without them."
        return Refusal(
            problems: [
                .init(
                    field: "exception",
                    code: gate == .handOff ? "intake_incomplete" : "closure_incomplete",
                    message: "\(count) missing before the case is \(gate.words): \(labels). \(way)")
            ])
    }
}

extension Form {
    /// The questions that a form asks now and did not ask when it was last filled in.
    package func new(since record: FormRecord, among asked: [Question]) -> [Question] {
        guard let before = record.shown[id] else { return [] }
        return asked.filter {
            !before.contains($0.id) && record.answers[$0.id] == nil && $0.shownWhen.isEmpty
        }
    }
}

extension CaseForms {
    /// The forms as they stand after these facts.
    package func after(_ facts: [CaseFact], by actor: String, at moment: Timestamp) -> CaseForms {
        var copy = self
        for fact in facts {
            switch fact {
            case .form(let fact): copy.record.apply(fact, by: actor, at: moment)
            case .classified(let field, let value): copy.found.classification[field] = value
            case .timesRecorded(let began, _, _): copy.found.beganAt = began
            default: break
            }
        }
        return copy
    }

    /// What a customer may be asked: the intake, and what of their environment was asked for.
    ///
    /// What staff answered already is left out, unless the customer was asked for it all the same.
    package var customerForm: Form? {
        guard let intake = form(.intake) else { return nil }
        let others = (form(.environment)?.questions ?? []).filter {
            record.open[$0.id] != nil && intake.question($0.id) == nil
        }
        return Form(
            id: "customer", name: "What we need to know", use: intake.use, productAreas: intake.productAreas,
            questions: (intake.questions + others).filter(\.isForCustomer))
    }

    /// The questions that stand on the customer's page.
    package var askedOfCustomer: [Form.Question] {
        guard let form = customerForm else { return [] }
        let answers = answers(to: form)
        return form.questions(under: answers, context).filter { question in
            record.open[question.id] != nil || (answers[question.id] ?? "").isEmpty
                || record.answers[question.id]?.isFromCustomer == true
        }
    }

    /// What can be asked of the customer: the gaps of intake and environment that they can fill.
    package var askable: [Form.Question] {
        let gaps = (score(.intake)?.missing ?? []) + (score(.environment)?.missing ?? [])
        var seen: Set<String> = []
        return gaps.map(\.question).filter { $0.isForCustomer && seen.insert($0.id).inserted }
    }

    /// The question with this identifier, of any form that customers may be asked from.
    package func customerQuestion(_ id: String) -> Form.Question? {
        [Form.Use.intake, .environment].lazy.compactMap { form($0)?.question(id) }
            .first(where: \.isForCustomer)
    }
}

extension Policy {
    /// The form of a case for a use: that of its product area, else the one for all; nil where there is none.
    package func form(_ use: Form.Use, for found: SupportCase) -> Form? {
        let forms = forms.filter { $0.use == use }
        let own = found.classification[.productArea].flatMap { area in
            forms.first { $0.productAreas.contains(area) }
        }
        return own ?? forms.first { $0.productAreas.isEmpty }
    }
}
