import Diagnosis
import Domain
import Storage
import Web

/// Asks the customer once, in one message, for everything that is missing.
enum AskCustomer: Operation {
    struct Input: Sendable {
        var id: String
        var questions: [String]
        var introduction: String?
        var again: Bool
    }

    struct State: Sendable {
        var forms: CaseForms
        var outward: OutwardGuard
    }

    static let name = "case.ask_customer"
    static let summary = "Ask intake questions"
    static let verb = "Send questions"
    static let right: Right = "case.reply"
    static let place = OperationPlace.act(in: "cases", verb: "ask_customer")
    static let input = Fields(
        Input.init, CaseFields.id,
        .list(of: .line("questions", "Questions", maxBytes: 100))
            .help("One message asks for all of them; the customer answers each in a field of its own."),
        .optional(.text("introduction", "Before the questions", maxBytes: 20_000))
            .help("The customer reads this."),
        .flag("again", "Ask again for what was asked before")
            .help("Only needed where an answer is still open."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let reply = try ReplyToCase.load(
            .init(id: input.id, text: "", status: nil, confirmPublic: true), for: actor, policy: policy,
            in: tx)
        return State(
            forms: try FormsDirectory.forms(of: reply.found, for: actor, policy: policy, in: tx),
            outward: reply.outward)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        let forms = state.forms
        guard forms.found.organisation != nil else {
            throw Refusal(
                .conflict, "no_customer", "\(forms.found.number) is a request of a colleague; ask them.")
        }
        let questions = try questions(input.questions, forms)
        let open = questions.compactMap { forms.record.open[$0.id] }
        if let first = open.first, !input.again {
            let labels = open.map { "“\($0.label)”" }.joined(separator: ", ")
            throw Refusal(
                field: "again", "asked_before",
                "Not sent: the answer to \(labels) is still open since "
                    + "\(first.at.day) \(first.at.clock). Leave it out, or tick “Ask again”.")
        }
        let introduction = input.introduction ?? Self.introduction
        try state.outward.check(
            introduction, field: "introduction", policy: context.policy, hasNextStep: true,
            way: "Say it differently.")
        var facts = try forms.found.replied(
            message(introduction, questions), byCustomer: false, at: context.now, policy: context.policy)
        facts.append(
            .form(.customerAsked(questions.map { .init(question: $0.id, label: $0.label) })))
        facts += try waiting(forms.found, context.policy)
        return answer(facts, on: forms.found)
    }

    private static func questions(
        _ ids: [String], _ forms: CaseForms
    ) throws(Refusal) -> [Form.Question] {
        guard !ids.isEmpty else {
            throw Refusal(field: "questions", "missing", "Choose at least one question.")
        }
        var questions: [Form.Question] = []
        for id in ids {
            guard let question = forms.customerQuestion(id) else {
                throw Refusal(
                    field: "questions", "unknown_question",
                    "There is no question “\(id)” that a customer can be asked.")
            }
            questions.append(question)
        }
        return questions
    }

    private static let introduction =
        "So that we can go on without asking you again and again, here is all that we still need."

    private static func message(_ introduction: String, _ questions: [Form.Question]) -> String {
        let items = questions.enumerated().map { index, question in
            "\(index + 1). \(question.label)" + (question.help.map { " (\($0))" } ?? "")
        }
        return introduction + "\n\n" + items.joined(separator: "\n")
            + "\n\nEach point has a field of its own on the page of this case. What you cannot say, leave empty."
    }

    /// The fact of waiting for the customer, where the case has an owner and policy lets it wait from here.
    private static func waiting(_ found: SupportCase, _ policy: Policy) throws(Refusal) -> [CaseFact] {
        guard found.owner != nil, let current = policy.status(found.status) else { return [] }
        let next = current.next.compactMap { policy.status($0) }
            .first { $0.phase == .waiting && $0.onCustomerReply != nil }
        guard let next, current.onCustomerReply == nil || current.phase != .waiting else { return [] }
        return try found.moved(to: next.id, reason: nil, policy: policy)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "sent")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, page in
            page.base = nil
            let forms = try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
            let askable = forms.askable
            guard var field = Self.input.descriptions.first(where: { $0.name == "questions" }) else { return }
            let choices = askable.map { question in
                let open = forms.record.open[question.id]
                return FieldChoice(
                    question.id, question.label,
                    detail: open.map { "Asked \($0.at.day) \($0.at.clock), not answered yet" } ?? "")
            }
            field.shape = .list(.choice { _ in choices })
            page.replaced["questions"] = [field]
            let needed = (forms.score(.intake)?.missing ?? []).filter { $0.neededTo != nil }
                .map(\.question.id)
            let first = askable.map(\.id).filter { needed.contains($0) && forms.record.open[$0] == nil }
            page.values["questions"] = .list(first.map(RawValue.text))
            page.values["introduction"] = .text(Self.introduction)
            if forms.record.open.isEmpty { page.replaced["again"] = [] }
            page.ways.append(
                ("Request evidence instead: logs and other files", "/cases/\(found.number)/request_evidence"))
            if askable.isEmpty { page.advice.append("Nothing is missing that the customer could answer.") }
        }
    }
}

/// A customer answers what they were asked, and whatever else helps.
enum AnswerQuestions: Operation {
    static let name = "portal.answer_questions"
    static let summary = "What we need to know"
    static let verb = "Send answers"
    static let right: Right = "portal.reply"
    static let place = OperationPlace.act(in: "portal/cases", verb: "answers")
    static let input = FillIntake.input

    static func load(
        _ input: FormInput, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> CaseForms { try FillIntake.load(input, for: actor, policy: policy, in: tx) }

    static func decide(
        _ input: FormInput, on forms: CaseForms, in context: Context
    ) throws(Refusal) -> Decision {
        guard let form = forms.customerForm else {
            throw Refusal(.conflict, "no_form", "Nothing is asked of you for now.")
        }
        let policy = context.policy
        let phase = policy.phase(of: forms.found.status)
        guard phase != .resolved, phase != .closed else {
            throw Refusal(
                .conflict, "already_solved",
                "\(forms.found.number) is solved. If it is not, open it again on its page.")
        }
        var facts = try forms.filled(
            form, input.answers, version: input.formVersion, shown: input.shownQuestions,
            isFromCustomer: true)
        guard !facts.isEmpty else {
            throw Refusal(.conflict, "nothing_new", "No answer is new. Fill in at least one field.")
        }
        if phase == .waiting, let next = policy.status(forms.found.status)?.onCustomerReply {
            facts.append(
                forms.found.statusChange(to: next, reason: "The customer answered.", policy: policy))
        }
        var decision = answer(facts, on: forms.found)
        let after = forms.after(facts, by: context.actor.id, at: context.now)
        decision.tellNewQuestions(after.askedOfCustomer, shown: input.shownQuestions)
        decision.tellDroppedQuestions(input.answers, form)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        let page = "/portal/cases/\(answer["number"]?.string ?? "")"
        let place =
            Decision.formNotice(answer).map { "\(page)/answers?done=\($0)" } ?? "\(page)?done=received"
        return LocalPath(untrusted: place) ?? "/portal"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let found = try visibleCase(id, for: actor, in: tx)
        let forms = try FormsDirectory.forms(of: found, for: actor, policy: policy, in: tx)
        var page = OperationForm(about: found.number, back: "/portal/cases/\(found.number)")
        page.base = found.publicVersion
        guard let form = forms.customerForm else { return page }
        let questions = forms.askedOfCustomer
        page.put(questions, of: form, forms)
        page.replaced["answers"] = page.replaced["answers"]?.map { field in
            var field = field
            field.isWanted = field.isWanted || forms.record.open["\(field.name.dropFirst(8))"] != nil
            return field
        }
        return page
    }
}
