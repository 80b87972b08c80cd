/// Reads the forms of a policy; every mistake names its line and key.
extension Policy {
    static func readForms(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> [Form] {
        guard root.child("forms") != nil else { return [] }
        let forms = root.items("forms", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let form = Form(
                id: reader.text("id", &problems), name: reader.text("name", &problems),
                use: reader.choice("use", &problems) ?? .intake,
                productAreas: reader.texts("product_areas", &problems).map(\.text),
                questions: readQuestions(&reader, &problems))
            reader.refuseUnknownKeys(&problems)
            return (form, item.node.line, item.path)
        }
        refuseRepeats(forms.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return forms.map(\.0)
    }

    private static func readQuestions(
        _ form: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [Form.Question] {
        let questions = form.items("fields", &problems).map { item in
            var reader = ConfigReader(item.node, at: item.path, problems: &problems)
            let question = readQuestion(&reader, &problems)
            reader.refuseUnknownKeys(&problems)
            return (question, item.node.line, item.path)
        }
        refuseRepeats(questions.map { ($0.0.id, $0.1, $0.2) }, &problems)
        return questions.map(\.0)
    }

    private static func readQuestion(
        _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> Form.Question {
        let field: Form.CaseField? = reader.choice("case_field", &problems)
        var kind = reader.choice("kind", &problems) ?? Form.Kind.text
        if let field { kind = field.classifying == nil ? .time : .choice }
        let gate: Form.Gate? = reader.choice("needed_to", &problems)
        let hasChoices = reader.child("choices") != nil
        let choices = hasChoices ? readTerms("choices", &reader, &problems) : []
        if kind == .choice, field == nil, !hasChoices {
            problems.append(.init(line: reader.node.line, key: reader.key("choices"), message: "is needed"))
        } else if kind != .choice, hasChoices {
            let line = reader.child("choices")?.line ?? reader.node.line
            problems.append(
                .init(line: line, key: reader.key("choices"), message: "only belongs to the kind choice"))
        }
        return Form.Question(
            id: reader.text("id", &problems), label: reader.text("label", &problems),
            help: reader.optionalText("help", &problems), kind: kind, choices: choices,
            anchors: readAnchors(kind, &reader, &problems), neededTo: gate,
            neededWhen: readConditions("needed_when", &reader, &problems),
            shownWhen: readConditions("shown_when", &reader, &problems),
            weight: reader.integer("weight", 0...100, default: gate == nil ? 1 : 2, &problems),
            caseField: field, check: reader.choice("checked_by", &problems),
            isForCustomer: !reader.flag("internal", default: false, &problems),
            signs: readSigns(&reader, &problems))
    }

    private static func readSigns(
        _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [DocumentationSign] {
        let known = DocumentationSign.allCases.map(\.rawValue)
        let key = reader.key("seen_by")
        return reader.texts("seen_by", &problems).enumerated().compactMap { index, item in
            if let sign = DocumentationSign(rawValue: item.text) { return sign }
            let hint =
                nearest(to: item.text, in: known).map { "; did you mean “\($0)”?" }
                ?? " (one of \(known.joined(separator: ", ")))"
            problems.append(
                .init(
                    line: item.line, key: "\(key)[\(index)]",
                    message: "“\(item.text)” is nothing that the software sees\(hint)"))
            return nil
        }
    }

    private static func readConditions(
        _ name: String, _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [Form.Condition] {
        reader.members(name, &problems).map { member in
            var values: [String] = []
            switch member.node.value {
            case .scalar(let text): values = [text]
            case .sequence(let items):
                values = items.compactMap { if case .scalar(let text) = $0.value { text } else { nil } }
            case .mapping: break
            }
            if values.isEmpty || values.contains("") {
                problems.append(
                    .init(
                        line: member.line, key: "\(reader.key(name)).\(member.key)",
                        message: "must be a value or a list of values"))
            }
            return Form.Condition(member.key, values)
        }
    }

    private static func readAnchors(
        _ kind: Form.Kind, _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> [Int: String] {
        var anchors: [Int: String] = [:]
        for member in reader.members("anchors", &problems) {
            guard kind == .rating, let mark = Int(member.key), (1...5).contains(mark),
                case .scalar(let text) = member.node.value, !text.isEmpty
            else {
                problems.append(
                    .init(
                        line: member.line, key: "\(reader.key("anchors")).\(member.key)",
                        message: "must be a text for a mark from 1 to 5 of the kind rating"))
                continue
            }
            anchors[mark] = text
        }
        return anchors
    }

    /// What can only be said of all forms together: what conditions name, and that each use is clear.
    static func checkForms(_ policy: Policy, _ node: ConfigNode?, _ problems: inout [ConfigProblem]) {
        guard let node, case .sequence(let nodes) = node.value, nodes.count == policy.forms.count else {
            return
        }
        var kinds: [String: Form.Kind] = [:]
        for (index, form) in policy.forms.enumerated() {
            let (line, path) = (nodes[index].line, "forms[\(index)]")
            for area in form.productAreas where !policy.productAreas.contains(where: { $0.id == area }) {
                problems.append(
                    .init(
                        line: line, key: "\(path).product_areas", message: "“\(area)” is not a product area"))
            }
            let others = policy.forms[..<index].filter { $0.use == form.use }
            let isTaken = others.contains { other in
                form.productAreas.isEmpty
                    ? other.productAreas.isEmpty
                    : !Set(other.productAreas).isDisjoint(with: form.productAreas)
            }
            if isTaken {
                let message = "another form has the same use for the same product areas"
                problems.append(.init(line: line, key: "\(path).use", message: message))
            }
            if form.use == .quality, !form.questions.contains(where: { $0.kind == .rating && $0.weight > 0 })
            {
                let message = "a rubric needs at least one field of kind rating that counts"
                problems.append(.init(line: line, key: "\(path).fields", message: message))
            }
            let lines = questionLines(nodes[index])
            for (place, question) in form.questions.enumerated() {
                let line = lines.indices.contains(place) ? lines[place] : line
                let key = "\(path).fields[\(place)]"
                if Form.Use.ofCases.contains(form.use) {
                    if let kind = kinds[question.id], kind != question.kind {
                        let message = "“\(question.id)” has the kind \(kind.rawValue) in another form"
                        problems.append(.init(line: line, key: "\(key).kind", message: message))
                    }
                    kinds[question.id] = kinds[question.id] ?? question.kind
                }
                checkUse(question, at: place, of: form, line, key, &problems)
                checkConditions(question, at: place, of: form, line, key, &problems)
            }
        }
    }

    /// What a review and a survey cannot do without, and what belongs to one use alone.
    private static func checkUse(
        _ question: Form.Question, at place: Int, of form: Form, _ line: Int, _ key: String,
        _ problems: inout [ConfigProblem]
    ) {
        func problem(_ name: String, _ message: String) {
            problems.append(.init(line: line, key: "\(key).\(name)", message: message))
        }
        if form.use != .quality, !question.signs.isEmpty {
            problem("seen_by", "only belongs to a form with “use: quality”")
        }
        guard !Form.Use.ofCases.contains(form.use) else { return }
        if question.caseField != nil { problem("case_field", "does not belong to a form of this use") }
        if question.check != nil { problem("checked_by", "does not belong to a form of this use") }
        if question.neededTo != nil { problem("needed_to", "does not belong to a form of this use") }
        if !question.shownWhen.isEmpty { problem("shown_when", "does not belong to a form of this use") }
        if form.use == .quality, question.kind == .rating {
            let without = (1...5).filter { question.anchors[$0] == nil }.map { String($0) }
            if !without.isEmpty {
                problem("anchors", "say in words what \(without.joined(separator: ", ")) stands for")
            }
        }
        if form.use == .quality, question.kind != .rating, !question.signs.isEmpty {
            problem("seen_by", "only belongs to the kind rating")
        }
        if form.use == .survey, place == 0, ![.rating, .yesNo].contains(question.kind) {
            problem("kind", "what a survey asks first is its score: rating (1 to 5) or yes_no")
        }
    }

    private static func questionLines(_ form: ConfigNode) -> [Int] {
        guard case .mapping(let members) = form.value,
            let fields = members.first(where: { $0.key == "fields" }),
            case .sequence(let items) = fields.node.value
        else { return [] }
        return items.map(\.line)
    }

    private static func checkConditions(
        _ question: Form.Question, at place: Int, of form: Form, _ line: Int, _ key: String,
        _ problems: inout [ConfigProblem]
    ) {
        let earlier = form.questions[..<place]
        let conditions =
            question.shownWhen.map { ("shown_when", $0) } + question.neededWhen.map { ("needed_when", $0) }
        for (name, condition) in conditions {
            let key = "\(key).\(name).\(condition.subject)"
            if let other = earlier.first(where: { $0.id == condition.subject }) {
                let known: [String]? =
                    switch other.kind {
                    case .choice: other.caseField == nil ? other.choices.map(\.id) : nil
                    case .yesNo: ["yes", "no"]
                    case .rating: ["1", "2", "3", "4", "5"]
                    default: nil
                    }
                guard let known else { continue }
                for value in condition.values where !known.contains(value) {
                    let hint = nearest(to: value, in: known).map { "; did you mean “\($0)”?" } ?? ""
                    problems.append(
                        .init(
                            line: line, key: key,
                            message: "“\(value)” is not an answer to “\(condition.subject)”\(hint)"))
                }
            } else if !CaseForms.contextWords.contains(condition.subject) {
                let names = earlier.map(\.id) + CaseForms.contextWords
                let hint = nearest(to: condition.subject, in: names).map { "; did you mean “\($0)”?" } ?? ""
                problems.append(
                    .init(
                        line: line, key: key,
                        message: "is neither an earlier field of the form nor a word about the case\(hint)"))
            }
        }
    }
}
