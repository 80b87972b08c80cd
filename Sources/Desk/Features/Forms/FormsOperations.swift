import Diagnosis
import Domain
import Storage
import Web

extension FormsFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [
        AnyOperation(FillIntake.self), AnyOperation(FillEnvironment.self), AnyOperation(FillClosure.self),
        AnyOperation(AskCustomer.self), AnyOperation(AnswerQuestions.self),
    ]
}

/// What is sent when a form of policy is filled in.
struct FormInput: Sendable {
    var id: String
    var answers: [String: RawValue]
    var formVersion: String?
    var shown: String?

    /// The questions that stood on the page.
    var shownQuestions: [String] { (shown ?? "").split(separator: " ").map(String.init) }
}

/// The fields that operations with forms of policy share.
enum FormFields {
    static let answers = Field<[String: RawValue]>.answers("answers", "Answers")
        .help("The answers by the questions’ identifiers. Left out: stays as it is. Empty: is taken away.")
    static let version = Field<String?>.optional(.line("form_version", "Version of the form", maxBytes: 40))
        .hidden().help("The version that was filled in, where that may no longer be the one in force.")
    static let shown = Field<String?>.optional(.line("shown", "Questions that were shown", maxBytes: 20_000))
        .hidden().help("Their identifiers, with blanks between them.")
    static let exception = Field<String?>.optional(.line("exception", "Exception", maxBytes: 1000))
}

/// Filling in a form of policy that belongs to a case.
protocol CaseFormOperation: Operation where Input == FormInput, State == CaseForms {
    /// Which form.
    static var use: Form.Use { get }
}

extension CaseFormOperation {
    static var verb: String { "Save" }
    static var right: Right { "case.edit" }

    static var input: Fields<FormInput> {
        Fields(FormInput.init, CaseFields.id, FormFields.answers, FormFields.version, FormFields.shown)
    }

    static func load(
        _ input: FormInput, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> CaseForms {
        try FormsDirectory.forms(
            of: visibleCase(input.id, for: actor, in: tx), for: actor, policy: policy, in: tx)
    }

    static func decide(
        _ input: FormInput, on forms: CaseForms, in context: Context
    ) throws(Refusal) -> Decision {
        let form = try forms.existing(use)
        let facts = try forms.filled(
            form, input.answers, version: input.formVersion, shown: input.shownQuestions,
            isFromCustomer: false)
        var decision = answer(facts, on: forms.found)
        let after = forms.after(facts, by: context.actor.id, at: context.now)
        decision.tellNewQuestions(after.asked(in: form), shown: input.shownQuestions)
        decision.tellDroppedQuestions(input.answers, form)
        if let score = after.score(use) { decision.answer["percent"] = .integer(Int64(score.percent)) }
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        guard let done = Decision.formNotice(answer) else { return caseDestination(answer, done: "saved") }
        let page = place.path.replacing("{id}", with: answer["number"]?.string ?? "")
        return LocalPath(untrusted: "\(page)?done=\(done)") ?? caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try visibleCase(id, for: actor, in: tx)
        let forms = try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
        var page = OperationForm(about: found.number, back: "/cases/\(found.number)")
        page.base = found.version
        let form = try forms.existing(use)
        page.put(forms.asked(in: form).filter { forms.isForPeople($0) }, of: form, forms)
        for gap in forms.score(use)?.missing ?? [] where gap.neededTo != nil {
            if let check = gap.question.check, let advice = forms.closure.advice(check) {
                page.advice.append(advice)
            }
            if let check = gap.question.check { page.ways += GatePass.ways(of: check, forms) }
        }
        return page
    }
}

extension CaseForms {
    /// The form for a use.
    func existing(_ use: Form.Use) throws(Refusal) -> Form {
        guard let form = form(use) else {
            throw Refusal(.conflict, "no_form", "The policy in force has no form for this.")
        }
        return form
    }

    /// Whether a person answers it; the rest is seen by the software.
    func isForPeople(_ question: Form.Question) -> Bool {
        question.check?.isBySystemAlone != true && bySystem(question) == nil
            && (question.check != .evidence || closure.evidenceGaps.isEmpty)
    }
}

extension OperationForm {
    /// Puts questions of a form in place of the field “answers”, with what is answered already.
    mutating func put(_ questions: [Form.Question], of form: Form, _ forms: CaseForms) {
        let answers = forms.answers(to: form)
        var hasGroup = false
        replaced["answers"] = questions.map { question in
            var field = question.field(forms.policy).description
            field.isWanted = question.gate(under: answers, forms.context) != nil
            if !question.shownWhen.isEmpty, form.use == .intake, !hasGroup {
                field.group = "More about this kind of problem"
                hasGroup = true
            }
            return field
        }
        for question in questions {
            guard let value = answers[question.id] else { continue }
            values["answers.\(question.id)"] = .text(value)
        }
        values["form_version"] = .text(form.version)
        values["shown"] = .text(questions.map(\.id).joined(separator: " "))
        let all = Form.Use.ofCases.compactMap(forms.form)
        let gone = (forms.record.shown[form.id] ?? []).filter { id in
            all.allSatisfy { $0.question(id) == nil }
        }.sorted()
        for id in gone {
            guard let answer = forms.record.answers[id] else { continue }
            advice.append("“\(answer.label)” is no longer asked. The answer is kept: “\(answer.value)”.")
        }
        let new = form.new(since: forms.record, among: questions)
        if !new.isEmpty {
            let labels = new.map { "“\($0.label)”" }.joined(separator: ", ")
            advice.append("New since this form was last filled in: \(labels). The answers so far are kept.")
        }
    }
}

extension Decision {
    /// Tells the caller which questions are asked now and did not stand on the page.
    mutating func tellNewQuestions(_ asked: [Form.Question], shown: [String]) {
        let new = shown.isEmpty ? [] : asked.filter { !shown.contains($0.id) && $0.check == nil }
        guard !new.isEmpty else { return }
        answer["new_questions"] = .array(
            new.map { ["id": .string($0.id), "label": .string($0.label)] as JSON })
    }

    /// Tells the caller which answers were kept although their questions are no longer asked.
    mutating func tellDroppedQuestions(_ sent: [String: RawValue], _ form: Form) {
        let gone = sent.keys.filter { form.question($0) == nil && !sent[$0, default: .missing].typed.isEmpty }
        guard !gone.isEmpty else { return }
        answer["dropped_questions"] = .array(gone.sorted().map(JSON.string))
    }

    /// What is said on the form again, where the person should look at it once more; nil where all is well.
    static func formNotice(_ answer: JSONObject) -> String? {
        if answer["dropped_questions"] != nil { return "form_changed" }
        return answer["new_questions"] == nil ? nil : "more_questions"
    }
}

/// Fills in the intake: the least that must be known before anybody can work.
enum FillIntake: CaseFormOperation {
    static let name = "case.fill_intake"
    static let summary = "Intake"
    static let place = OperationPlace.act(in: "cases", verb: "intake")
    static let use = Form.Use.intake
}

/// Records what runs on the customer's side.
enum FillEnvironment: CaseFormOperation {
    static let name = "case.fill_environment"
    static let summary = "Customer environment"
    static let place = OperationPlace.act(in: "cases", verb: "environment")
    static let use = Form.Use.environment
}

/// Answers what only people can say of the closure checklist.
enum FillClosure: CaseFormOperation {
    static let name = "case.fill_closure"
    static let summary = "Closure checklist"
    static let place = OperationPlace.act(in: "cases", verb: "closure")
    static let use = Form.Use.closure
}

/// Letting a case pass a gate: with nothing missing, or with a recorded exception.
enum GatePass {
    /// The facts of moving to a status; none where the status hands nothing on.
    static func handOff(
        to status: String, _ forms: CaseForms, exception: String?
    ) throws(Refusal) -> [CaseFact] {
        guard forms.policy.status(ID(status))?.isUpward == true, forms.found.status.raw != status else {
            return []
        }
        return try forms.passing(.handOff, of: .intake, exception: exception)
    }

    /// The facts of ending the case: what was ticked with it, and an exception where one is signed.
    static func ending(
        _ gate: Form.Gate, _ forms: CaseForms, _ input: FormInput, exception: String?, in context: Context
    ) throws(Refusal) -> [CaseFact] {
        guard let form = forms.form(.closure) else { return [] }
        let answered = try forms.filled(
            form, input.answers, version: input.formVersion, shown: input.shownQuestions,
            isFromCustomer: false)
        let after = forms.after(answered, by: context.actor.id, at: context.now)
        let passed = try after.passing(gate, of: .closure, exception: exception)
        guard passed.isEmpty || context.actor.may("case.sign_exception") else {
            throw Refusal(
                field: "exception", "not_allowed",
                "Your role does not allow signing an exception. Ask a lead, or settle what is missing.")
        }
        return answered + passed
    }

    /// Where a point of the checklist that the software looks at is settled.
    static func ways(
        of check: ClosureCheck, _ forms: CaseForms
    ) -> [(title: String, path: LocalPath)] {
        let number = forms.found.number
        let edit: (title: String, path: LocalPath) = ("Edit problem and fields", "/cases/\(number)/edit")
        switch check {
        case .narrative, .customer: return []
        case .rootCause:
            return [("Investigation", "/cases/\(number)/investigation"), edit]
        case .category: return [edit]
        case .breachRecords: return [("Clocks", "/cases/\(number)/clocks")]
        case .evidence: return [("Evidence", "/cases/\(number)/evidence")]
        case .article: return [("Link an article", "/cases/\(number)/link_record")]
        case .prevention, .preventionLink:
            return [
                ("Link the problem or defect", "/cases/\(number)/link_record"),
                ("Workaround and fix", "/cases/\(number)/investigation"),
            ]
        }
    }

    /// Puts the open points of the checklist into the form of an ending, and leaves the exception out where
    /// nothing is missing.
    /// - Parameter ready: points that the form itself settles.
    static func fill(
        _ page: inout OperationForm, _ gate: Form.Gate, _ forms: CaseForms, ready: Set<ClosureCheck> = []
    ) {
        guard let form = forms.form(.closure), let score = forms.score(.closure) else {
            page.replaced["exception"] = []
            return
        }
        let answers = forms.answers(to: form)
        let points = forms.asked(in: form).filter { question in
            guard forms.isForPeople(question) else { return false }
            // A point on which others depend stands there too: a way around alone needs its problem.
            return question.gate(under: answers, forms.context) != nil || answers[question.id] != nil
                || (gate == .close && question.id == "ended_by")
        }
        page.put(points, of: form, forms)
        let missing = score.missing(for: gate).filter { gap in
            gap.question.check.map { !ready.contains($0) } ?? true
        }
        if missing.isEmpty { page.replaced["exception"] = [] }
        for gap in missing {
            if let check = gap.question.check, let advice = forms.closure.advice(check) {
                page.advice.append(advice)
            }
            if let check = gap.question.check { page.ways += ways(of: check, forms) }
        }
    }
}
