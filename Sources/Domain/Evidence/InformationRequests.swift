/// Everything that the customer was asked for in a case, and in how many rounds: the replay of its facts.
///
/// Whatever is asked before the customer says anything is one round; asking again after they did is the next one.
package struct InformationRequests: Equatable, Sendable {
    /// How it was asked.
    package enum Way: String, Sendable, CaseIterable {
        /// A request for evidence, each item with a state of its own.
        case evidence
        /// Questions of the intake.
        case questions
        /// A message after which the case waits for the customer, or a part of an update that says what is needed.
        case message
    }

    /// Something that the customer was asked for at once.
    package struct Request: Equatable, Sendable {
        /// How.
        package var way: Way
        /// The number of a request for evidence: "R1"; nil for the others.
        package var number: String?
        /// The template that it came from.
        package var template: String?
        /// What was asked for.
        package var what: [String]
        /// Why, where it was said.
        package var why: String?
        /// Who asked.
        package var by: String
        /// When.
        package var askedAt: Timestamp
        /// In which round: 1 for the first.
        package var round: Int
        /// When all of it was there, or the customer answered; nil while they owe it.
        package var answeredAt: Timestamp?
        /// Whether it is no longer needed.
        package var isWithdrawn = false

        fileprivate var questions: Set<String> = []

        /// Whether the customer still owes an answer.
        package var isOpen: Bool { answeredAt == nil && !isWithdrawn }

        /// Seconds until it was answered, or until now.
        package func seconds(at now: Timestamp) -> Int64 {
            max(0, (answeredAt ?? now).seconds(since: askedAt))
        }
    }

    /// Every request, oldest first.
    package private(set) var requests: [Request] = []
    /// How many rounds it took until now.
    package private(set) var rounds = 0

    private var hasCustomerSpoken = true

    /// What these facts make, in any order.
    ///
    /// O(facts x requests for evidence).
    package init(_ facts: some Sequence<Recorded<CaseFact>>, policy: Policy) {
        var waiting = WaitingReason()
        var evidence = CaseEvidence([])
        let sorted = facts.sorted { ($0.occurredAt, $0.version) < ($1.occurredAt, $1.version) }
        var start = 0
        for (index, fact) in sorted.enumerated() {
            if sorted[start].occurredAt != fact.occurredAt { start = index }
            waiting.take(fact, policy: policy)
            if case .evidence(let body) = fact.body { evidence.apply(body, fact) }
            take(fact, evidence)
            // What was said and what it did to the case are facts of one moment.
            let isLast = index + 1 == sorted.count || sorted[index + 1].occurredAt != fact.occurredAt
            guard isLast else { continue }
            askInWords(sorted[start...index], waits: waiting.reason == NoResponse.reason)
        }
    }

    private mutating func take(_ fact: Recorded<CaseFact>, _ evidence: CaseEvidence) {
        switch fact.body {
        case .evidence(.requested(let asking)):
            var request = begun(.evidence, asking.items, fact)
            (request.number, request.template, request.why) = (asking.request, asking.template, asking.reason)
            requests.append(request)
        case .form(.customerAsked(let asked)):
            var request = begun(.questions, asked.map(\.label), fact)
            request.questions = Set(asked.map(\.question))
            requests.append(request)
        case .form(.answered(let filling)), .form(.customerAnswered(let filling)):
            let answered = Set(filling.answers.filter { $0.value != nil }.map(\.question))
            for index in requests.indices where requests[index].way == .questions && requests[index].isOpen {
                requests[index].questions.subtract(answered)
                if requests[index].questions.isEmpty { requests[index].answeredAt = fact.occurredAt }
            }
            if case .form(.customerAnswered) = fact.body { spoken(fact) }
        case .replied(_, fromCustomer: true), .evidence(.given): spoken(fact)
        default: break
        }
        guard case .evidence = fact.body else { return }
        for asked in evidence.requests where asked.openCount == 0 {
            guard let index = requests.firstIndex(where: { $0.number == asked.number && $0.isOpen }) else {
                continue
            }
            if asked.withdrawnReason != nil {
                requests[index].isWithdrawn = true
            } else {
                requests[index].answeredAt = fact.occurredAt
            }
        }
    }

    /// A message counts as asking where it says what is needed, or leaves the case waiting for the customer; the message
    /// that goes along with questions or a request for evidence counts with them.
    private mutating func askInWords(_ moment: ArraySlice<Recorded<CaseFact>>, waits: Bool) {
        let isAskedOtherwise = moment.contains { fact in
            switch fact.body {
            case .form(.customerAsked), .evidence(.requested): true
            default: false
            }
        }
        guard !isAskedOtherwise else { return }
        for fact in moment {
            guard case .replied(let text, fromCustomer: false) = fact.body else { continue }
            if let needed = CustomerUpdate(text: text)?.words[.needed] {
                let lines = needed.split(separator: "\n").map { String($0).trimmingWhitespace }
                requests.append(begun(.message, lines.filter { !$0.isEmpty }, fact))
            } else if waits {
                requests.append(begun(.message, [String(text.prefix(300))], fact))
            }
        }
    }

    private mutating func begun(_ way: Way, _ what: [String], _ fact: Recorded<CaseFact>) -> Request {
        if hasCustomerSpoken { rounds += 1 }
        hasCustomerSpoken = false
        return Request(way: way, what: what, by: fact.actor, askedAt: fact.occurredAt, round: rounds)
    }

    /// The customer said something: what was asked in words is answered with it.
    private mutating func spoken(_ fact: Recorded<CaseFact>) {
        hasCustomerSpoken = true
        for index in requests.indices where requests[index].way == .message && requests[index].isOpen {
            requests[index].answeredAt = fact.occurredAt
        }
    }
}

/// A request that is asked often, as policy words it: everything at once, so that one round is enough.
package struct RequestTemplate: Hashable, Sendable {
    /// Stored and sent.
    package var id: String
    /// Shown to colleagues.
    package var name: String
    /// Why it is needed, for the customer.
    package var why: String
    /// What is needed, each with how to get it.
    package var items: [String]
    /// A script that collects it.
    package var script: String?
    /// The categories of case that it fits; all where empty.
    package var categories: Set<String>
    /// The components that it fits; all where empty.
    package var components: Set<String>

    /// A template with all parts.
    package init(
        id: String, name: String, why: String, items: [String], script: String? = nil,
        categories: Set<String> = [], components: Set<String> = []
    ) {
        (self.id, self.name, self.why, self.items) = (id, name, why, items)
        (self.script, self.categories, self.components) = (script, categories, components)
    }

    /// Whether it fits a case by what the case is about.
    package func fits(_ this: SupportCase) -> Bool {
        func holds(_ wanted: Set<String>, _ field: CaseFact.ClassifyingField) -> Bool {
            wanted.isEmpty || this.classification[field].map(wanted.contains) ?? false
        }
        return holds(categories, .category) && holds(components, .component)
    }
}

extension Policy {
    static func readRequestTemplates(
        _ root: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) -> [RequestTemplate] {
        guard root.child("request_templates") != nil else { return [] }
        var templates: [RequestTemplate] = []
        for item in root.items("request_templates", &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            let template = RequestTemplate(
                id: one.text("id", &problems), name: one.text("name", &problems),
                why: one.text("why", &problems), items: one.texts("items", &problems).map(\.text),
                script: one.optionalText("script", &problems),
                categories: terms("categories", policy.categories, &one, &problems),
                components: terms("components", policy.components, &one, &problems))
            if template.items.isEmpty || template.items.count > CaseEvidence.mostItems {
                problems.append(
                    .init(
                        line: item.node.line, key: "\(item.path).items",
                        message: "must name 1 to \(CaseEvidence.mostItems) things"))
            }
            one.refuseUnknownKeys(&problems)
            if templates.contains(where: { $0.id == template.id }) {
                problems.append(
                    .init(
                        line: item.node.line, key: "\(item.path).id",
                        message: "“\(template.id)” is the name of two templates"))
            }
            templates.append(template)
        }
        return templates
    }

    private static func terms(
        _ key: String, _ known: [Term], _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> Set<String> {
        guard reader.child(key) != nil else { return [] }
        let texts = reader.texts(key, &problems)
        for (index, text) in texts.enumerated() where !known.contains(where: { $0.id == text.text }) {
            let hint = nearest(to: text.text, in: known.map(\.id)).map { "; did you mean “\($0)”?" } ?? ""
            problems.append(
                .init(
                    line: text.line, key: "\(reader.path).\(key)[\(index)]",
                    message: "“\(text.text)” is not in \(key)\(hint)"))
        }
        return Set(texts.map(\.text))
    }
}
