/// A set of questions about a case, as policy writes it: the intake, the customer's environment, the closure, the rubric
/// of quality reviews, what customers are asked at the end.
package struct Form: Hashable, Sendable {
    /// What a form is for.
    package enum Use: String, Sendable, CaseIterable {
        /// The least that must be known before anybody can work.
        case intake
        /// What runs on the customer's side.
        case environment
        /// What must be settled before a case ends.
        case closure
        /// By what the work on a case is judged afterwards, in marks, and what of it the software can see meanwhile.
        case quality
        /// What the customer is asked once the case is resolved.
        case survey

        /// The uses whose answers stand in the case; those of a review or a survey stand in it alone.
        package static let ofCases: [Use] = [.intake, .environment, .closure]
    }

    /// A step that a case may only take once the answers needed for it are there.
    package enum Gate: String, Sendable, CaseIterable {
        /// Giving the case to those who come next: a status that policy calls upward.
        case handOff = "hand_off"
        /// Resolving.
        case resolve
        /// Closing.
        case close

        /// The step in words, as in “before the case is handed on”.
        package var words: String {
            switch self {
            case .handOff: "handed on"
            case .resolve: "resolved"
            case .close: "closed"
            }
        }
    }

    /// Its identifier.
    package let id: String
    /// Shown.
    package let name: String
    /// What it is for.
    package let use: Use
    /// The product areas for which it stands; empty for all that have no form of their own.
    package let productAreas: [String]
    /// Its questions, in order.
    package let questions: [Question]
    /// Changes with whatever is asked, so that a filled-in page can be held against the form in force.
    package let version: String

    /// A form with all parts.
    package init(
        id: String, name: String, use: Use, productAreas: [String] = [], questions: [Question]
    ) {
        (self.id, self.name, self.use) = (id, name, use)
        (self.productAreas, self.questions) = (productAreas, questions)
        version = Self.version(id, use, questions)
    }

    /// The question with this identifier.
    package func question(_ id: String) -> Question? { questions.first { $0.id == id } }

    /// FNV-1a over what the form asks; the same on every machine.
    private static func version(_ id: String, _ use: Use, _ questions: [Question]) -> String {
        var text = "\(id)\u{1F}\(use.rawValue)"
        for question in questions {
            text += "\u{1E}\(question.id)\u{1F}\(question.label)\u{1F}\(question.kind.rawValue)"
            text += "\u{1F}\(question.choices.map(\.id).joined(separator: ","))"
            text += "\u{1F}\(question.neededTo?.rawValue ?? "")\u{1F}\(question.weight)"
            for (mark, words) in question.anchors.sorted(by: { $0.key < $1.key }) {
                text += "\u{1F}\(mark)=\(words)"
            }
            for condition in question.shownWhen + question.neededWhen {
                text += "\u{1F}\(condition.subject)=\(condition.values.joined(separator: ","))"
            }
        }
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 36)
    }
}

extension Form {
    /// What a question takes.
    package enum Kind: String, Sendable, CaseIterable {
        /// One line.
        case text
        /// Several lines.
        case longText = "long_text"
        /// A number.
        case number
        /// A moment.
        case time
        /// One of several.
        case choice
        /// Yes or no.
        case yesNo = "yes_no"
        /// The name of a piece of evidence.
        case evidence
        /// 1 to 5.
        case rating
    }

    /// What a question depends on: one of `values` is the answer to another question, or what the case says.
    package struct Condition: Hashable, Sendable {
        /// A question of the same form, or a word about the case such as `product_area`.
        package var subject: String
        /// Any of these will do.
        package var values: [String]

        /// A condition on a question or a word about the case.
        package init(_ subject: String, _ values: [String]) {
            (self.subject, self.values) = (subject, values)
        }
    }

    /// One thing that is asked.
    ///
    /// A class, since pages pass all questions of a policy around many times and none of them ever changes.
    package final class Question: Hashable, Sendable {
        /// Its identifier: the same in two forms where they ask the same.
        package let id: String
        /// What is asked.
        package let label: String
        /// A sentence that helps to answer.
        package let help: String?
        /// What it takes.
        package let kind: Kind
        /// What may be chosen.
        package let choices: [Policy.Term]
        /// What the marks of a rating stand for.
        package let anchors: [Int: String]
        /// The step for which the answer is needed.
        package let neededTo: Gate?
        /// When it is needed for that step; always where empty.
        package let neededWhen: [Condition]
        /// When it is asked; always where empty.
        package let shownWhen: [Condition]
        /// What the answer adds to the score, in parts of all weights.
        package let weight: Int
        /// The field of the case in which the answer stands.
        package let caseField: CaseField?
        /// What the software knows by itself.
        package let check: ClosureCheck?
        /// Whether customers may be asked.
        package let isForCustomer: Bool
        /// Of a criterion of quality: what the software can see of it while the work goes on.
        package let signs: [DocumentationSign]

        /// A question with all parts.
        package init(
            id: String, label: String, help: String? = nil, kind: Kind = .text, choices: [Policy.Term] = [],
            anchors: [Int: String] = [:], neededTo: Gate? = nil, neededWhen: [Condition] = [],
            shownWhen: [Condition] = [], weight: Int? = nil, caseField: CaseField? = nil,
            check: ClosureCheck? = nil, isForCustomer: Bool = true, signs: [DocumentationSign] = []
        ) {
            (self.id, self.label, self.help, self.kind) = (id, label, help, kind)
            (self.choices, self.anchors, self.neededTo) = (choices, anchors, neededTo)
            (self.neededWhen, self.shownWhen) = (neededWhen, shownWhen)
            self.weight = weight ?? (neededTo == nil ? 1 : 2)
            (self.caseField, self.check, self.isForCustomer) = (caseField, check, isForCustomer)
            self.signs = signs
        }

        package static func == (left: Question, right: Question) -> Bool {
            left === right
                || (left.id == right.id && left.label == right.label && left.help == right.help
                    && left.kind == right.kind && left.choices == right.choices
                    && left.anchors == right.anchors
                    && left.neededTo == right.neededTo && left.neededWhen == right.neededWhen
                    && left.shownWhen == right.shownWhen && left.weight == right.weight
                    && left.caseField == right.caseField && left.check == right.check
                    && left.isForCustomer == right.isForCustomer && left.signs == right.signs)
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(id)
            hasher.combine(label)
        }
    }

    /// A field of the case that is the answer to a question, so that nothing is asked that the case says already.
    package enum CaseField: String, Sendable, CaseIterable {
        /// Where it shows.
        case environment
        /// The area of the product.
        case productArea = "product_area"
        /// The part of the product.
        case component
        /// When the effect began.
        case beganAt = "began_at"

        /// The list of policy that it chooses from; nil for a moment.
        package var classifying: CaseFact.ClassifyingField? {
            switch self {
            case .environment: .environment
            case .productArea: .productArea
            case .component: .component
            case .beganAt: nil
            }
        }
    }
}
