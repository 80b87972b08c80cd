/// What was answered, asked and excepted in the forms of one case: the fold of its facts.
package struct FormRecord: Equatable, Sendable {
    /// An answer that stands.
    package struct Answer: Equatable, Sendable {
        /// The answer.
        package var value: String
        /// The words of the question when it was answered.
        package var label: String
        /// Who answered.
        package var by: String
        /// When.
        package var at: Timestamp
        /// Whether the customer said it.
        package var isFromCustomer: Bool
    }

    /// A question that the customer was asked.
    package struct Request: Equatable, Sendable {
        /// The words of the question when it was last asked.
        package var label: String
        /// Who asked last.
        package var by: String
        /// When it was last asked.
        package var at: Timestamp
        /// How often it was asked.
        package var times: Int
    }

    /// An exception that somebody signed.
    package struct Exception: Equatable, Sendable {
        /// The step that was taken all the same.
        package var gate: Form.Gate
        /// What was missing.
        package var missing: [CaseFormFact.Asked]
        /// Why.
        package var reason: String
        /// Who signed.
        package var by: String
        /// When.
        package var at: Timestamp
    }

    /// The answers, by question.
    package private(set) var answers: [String: Answer] = [:]
    /// What the customer was asked and has not answered since, by question.
    package private(set) var open: [String: Request] = [:]
    /// How many times the customer was asked for something.
    package private(set) var rounds = 0
    /// The exceptions, oldest first.
    package private(set) var exceptions: [Exception] = []
    /// The questions that stood on each form when it was last filled in.
    package private(set) var shown: [String: Set<String>] = [:]

    /// Nothing answered, asked or excepted.
    package init() {}

    /// What these facts make, oldest first.
    package init(replaying facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            if case .form(let body) = fact.body { apply(body, by: fact.actor, at: fact.occurredAt) }
        }
    }

    /// Takes in the next fact.
    package mutating func apply(_ fact: CaseFormFact, by actor: String, at moment: Timestamp) {
        switch fact {
        case .answered(let filling): take(filling, by: actor, at: moment, isFromCustomer: false)
        case .customerAnswered(let filling): take(filling, by: actor, at: moment, isFromCustomer: true)
        case .customerAsked(let asked):
            rounds += 1
            for one in asked {
                open[one.question] = Request(
                    label: one.label, by: actor, at: moment, times: (open[one.question]?.times ?? 0) + 1)
            }
        case .exceptionSigned(let gate, let missing, let reason):
            exceptions.append(
                Exception(gate: gate, missing: missing, reason: reason, by: actor, at: moment))
        }
    }

    private mutating func take(
        _ filling: CaseFormFact.Filling, by actor: String, at moment: Timestamp, isFromCustomer: Bool
    ) {
        for answer in filling.answers where !answer.question.isEmpty {
            guard let value = answer.value else {
                answers[answer.question] = nil
                continue
            }
            answers[answer.question] = Answer(
                value: value, label: answer.label, by: actor, at: moment, isFromCustomer: isFromCustomer)
            open[answer.question] = nil
        }
        if !filling.shown.isEmpty { shown[filling.form] = Set(filling.shown) }
    }

    /// Whether exceptions for a step cover all of these questions.
    package func excepts(_ questions: [String], for gate: Form.Gate) -> Bool {
        let covered = Set(exceptions.filter { $0.gate == gate }.flatMap { $0.missing.map(\.question) })
        return covered.isSuperset(of: questions)
    }
}
