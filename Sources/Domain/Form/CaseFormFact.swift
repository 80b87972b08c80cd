package import Diagnosis

/// Which forms of a case were filled in, what the customer was asked, and which exceptions were signed.
package enum CaseFormFact: CaseFactFamily {
    /// An answer as it was given: the words of the question stay with it, whatever policy says later.
    package struct Answer: Equatable, Sendable {
        /// The question.
        package var question: String
        /// Its words at that time.
        package var label: String
        /// The answer; nil takes it away.
        package var value: String?

        /// An answer to a question.
        package init(question: String, label: String, value: String?) {
            (self.question, self.label, self.value) = (question, label, value)
        }
    }

    /// One filling in of a form.
    package struct Filling: Equatable, Sendable {
        /// The form.
        package var form: String
        /// Its version at that time.
        package var version: String
        /// What changed.
        package var answers: [Answer]
        /// The questions that stood on the page.
        package var shown: [String]
        /// Whether it answers, in place of the customer, what they were being asked.
        package var isShared: Bool

        /// A filling in with all parts.
        package init(
            form: String, version: String, answers: [Answer], shown: [String], isShared: Bool = false
        ) {
            (self.form, self.version, self.answers, self.shown) = (form, version, answers, shown)
            self.isShared = isShared
        }
    }

    /// A question that the customer was asked.
    package struct Asked: Equatable, Sendable {
        /// The question.
        package var question: String
        /// Its words at that time.
        package var label: String

        /// A question in these words.
        package init(question: String, label: String) { (self.question, self.label) = (question, label) }
    }

    /// Somebody of the staff filled in a form.
    case answered(Filling)
    /// The customer filled in a form.
    case customerAnswered(Filling)
    /// The customer was asked these things, in one message.
    case customerAsked([Asked])
    /// Somebody let the case take a step although these items were missing, and says why.
    case exceptionSigned(gate: Form.Gate, missing: [Asked], reason: String)

    package static let kinds = [
        "case.form_answered", "case.form_shared", "case.customer_answered", "case.customer_asked",
        "case.exception_signed",
    ]
    package static let publicKinds = ["case.customer_answered", "case.form_shared"]
    package static let erasableFields: Set<String> = ["answers", "reason"]

    package var kind: String {
        switch self {
        case .answered(let filling): filling.isShared ? "case.form_shared" : "case.form_answered"
        case .customerAnswered: "case.customer_answered"
        case .customerAsked: "case.customer_asked"
        case .exceptionSigned: "case.exception_signed"
        }
    }

    package var body: JSON {
        switch self {
        case .answered(let filling), .customerAnswered(let filling): filling.json
        case .customerAsked(let asked): ["questions": .array(asked.map(\.json))]
        case .exceptionSigned(let gate, let missing, let reason):
            [
                "gate": .string(gate.rawValue), "missing": .array(missing.map(\.json)),
                "reason": .string(reason),
            ]
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .answered(let filling), .customerAnswered(let filling):
            Set(filling.answers.map { Aspect("answers.\($0.question)") })
        case .customerAsked, .exceptionSigned: []
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.form_answered", "case.form_shared":
            var filling = try Filling(body)
            filling.isShared = kind == "case.form_shared"
            self = .answered(filling)
        case "case.customer_answered": self = .customerAnswered(try Filling(body))
        case "case.customer_asked": self = .customerAsked(Asked.list("questions", body))
        case "case.exception_signed":
            guard let gate = Form.Gate(rawValue: try body.text("gate")) else {
                throw FactProblem("“\(try body.text("gate"))” is not a gate")
            }
            self = .exceptionSigned(
                gate: gate, missing: Asked.list("missing", body), reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of CaseFormFact")
        }
    }

    /// The words of a question and its answer.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .answered(let filling), .customerAnswered(let filling):
            filling.answers.first { "answers.\($0.question)" == aspect.name }
                .map { ($0.label, $0.value ?? "no answer") }
        case .customerAsked, .exceptionSigned: nil
        }
    }
}

extension CaseFormFact.Filling {
    fileprivate var json: JSON {
        [
            "form": .string(form), "form_version": .string(version), "answers": .array(answers.map(\.json)),
            "shown": .array(shown.map(JSON.string)),
        ]
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            form: try body.text("form"), version: try body.text("form_version"),
            answers: CaseFormFact.Answer.list("answers", body), shown: body.texts("shown"))
    }
}

extension CaseFormFact.Answer {
    /// The answer as it is stored.
    var json: JSON {
        .fields([
            "question": .string(question), "label": .string(label), "value": value.map(JSON.string),
        ])
    }

    /// The answers at `key` of a stored body.
    static func list(_ key: String, _ body: FactBody) -> [Self] {
        // Erased answers leave their trace: that something was answered, and no longer what.
        if body.members[key] == nil, let erased = body.optionalText(key) {
            return [Self(question: "", label: erased, value: nil)]
        }
        return (body.members[key]?.array ?? []).compactMap(\.object).map { object in
            Self(
                question: object["question"]?.string ?? "", label: object["label"]?.string ?? "",
                value: object["value"]?.string)
        }
    }
}

extension CaseFormFact.Asked {
    fileprivate var json: JSON { ["question": .string(question), "label": .string(label)] }

    fileprivate static func list(_ key: String, _ body: FactBody) -> [Self] {
        (body.members[key]?.array ?? []).compactMap(\.object).map {
            Self(question: $0["question"]?.string ?? "", label: $0["label"]?.string ?? "")
        }
    }
}
