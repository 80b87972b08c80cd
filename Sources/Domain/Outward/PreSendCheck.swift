import Diagnosis

/// Something that text for customers should not say, and what happens when it does.
package struct PreSendCheck: Hashable, Sendable {
    /// What a finding means for the text.
    package enum Verdict: String, CaseIterable, Sendable {
        /// It is not sent.
        case block
        /// It is sent once the writer has confirmed it.
        case warn
    }

    /// Stored and sent.
    package var id: String
    /// Words that it consists of, whatever the case of their letters; "ENG-#" stands for ENG- and a number, ".corp"
    /// for every name that ends so.
    package var phrases: [String]
    /// Words that make it harmless where they stand in the same sentence.
    package var unless: [String]
    /// Whether it is harmless in a text that says what comes next: a time, a question, a promised update.
    package var isFineWithNextStep: Bool
    /// What a finding means.
    package var verdict: Verdict
    /// What is wrong with it and what to write instead, in a sentence.
    package var why: String

    /// A check with all parts.
    package init(
        id: String, phrases: [String], unless: [String], isFineWithNextStep: Bool, verdict: Verdict,
        why: String
    ) {
        (self.id, self.phrases, self.unless) = (id, phrases, unless)
        (self.isFineWithNextStep, self.verdict, self.why) = (isFineWithNextStep, verdict, why)
    }
}

/// What text for customers is looked through for.
package struct PreSendRules: Hashable, Sendable {
    /// What policy lists.
    package var checks: [PreSendCheck] = []
    /// What passwords, keys and tokens mean; nil where nobody looks.
    package var secrets: PreSendCheck.Verdict?
    /// What numbers of cards, accounts and persons mean; nil where nobody looks.
    package var personalData: PreSendCheck.Verdict?

    /// Rules that look for nothing.
    package init() {}

    /// Something that a text says.
    package struct Finding: Equatable, Sendable {
        /// The check: "guarantee", "secrets", "personal_data".
        package var check: String
        /// The words of the text; the kind alone where they must not be repeated.
        package var words: String
        /// Whether the text cannot be sent with it at all.
        package var isBlocking: Bool
        /// What is wrong with it.
        package var why: String
    }

    /// What a text says that it should not, each check once, in the order of policy.
    ///
    /// O(text x phrases).
    /// - Parameter hasNextStep: whether the customer is told otherwise what comes next.
    package func findings(in text: String, hasNextStep: Bool) -> [Finding] {
        let sentences = Self.sentences(text.lowercased())
        let saysNext = hasNextStep || text.contains("?") || Self.namesTime(text)
        var findings: [Finding] = []
        for check in checks where !(check.isFineWithNextStep && saysNext) {
            for sentence in sentences {
                guard let found = check.phrases.lazy.compactMap({ Self.found($0, in: sentence) }).first,
                    !check.unless.contains(where: { stands($0, in: sentence) })
                else { continue }
                findings.append(
                    Finding(
                        check: check.id, words: found, isBlocking: check.verdict == .block, why: check.why))
                break
            }
        }
        return findings + privateFindings(in: text)
    }

    private func privateFindings(in text: String) -> [Finding] {
        guard secrets != nil || personalData != nil else { return [] }
        var kinds: [RedactionKind] = []
        _ = Self.redactor?.redact(Array(text.utf8)) { found in
            if !kinds.contains(found.rule.kind) { kinds.append(found.rule.kind) }
        }
        let opening = kinds.first { $0.category == .secret }
        let naming = kinds.first { [.card, .iban, .nationalID].contains($0) }
        var findings: [Finding] = []
        if let secrets, let opening {
            findings.append(
                Finding(
                    check: "secrets", words: "a \(Self.name(opening))", isBlocking: secrets == .block,
                    why:
                        "It opens something for whoever reads it. Leave it out; if it is in use, have it changed."
                ))
        }
        if let personalData, let naming {
            findings.append(
                Finding(
                    check: "personal_data", words: "a \(Self.name(naming))",
                    isBlocking: personalData == .block,
                    why: "It belongs to a person. Leave it out, or show its last digits alone."))
        }
        return findings
    }

    private static func name(_ kind: RedactionKind) -> String {
        switch kind {
        case .card: "card number"
        case .iban: "bank account number"
        case .nationalID: "number of a person"
        case .jwt, .apiToken: "token"
        case .authorization: "credential"
        default: kind.rawValue.replacing("-", with: " ")
        }
    }

    /// Only what is found counts, so any key does.
    private static let redactor: Redactor? = {
        // Without its patterns nothing is found, which the command line for redaction tells.
        guard let rules = try? RedactionRules(), let key = RedactionKey([UInt8](repeating: 0, count: 32))
        else {
            return nil
        }
        return Redactor(rules: rules, key: key)
    }()

    // MARK: Words

    private static func sentences(_ text: String) -> [Substring] {
        // A full stop ends a sentence before a space, not inside a name or a number.
        text.split { "!?\n".contains($0) }.flatMap { $0.components(before: ". ") }
    }

    /// The first time or day that a text names: 09:30, 2026-11-24, Monday, tomorrow, 4 pm, in two hours.
    private static func namesTime(_ text: String) -> Bool {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != ":" && $0 != "-" }
        let days: Set<Substring> = [
            "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "today", "tomorrow",
            "tonight", "noon", "midnight",
        ]
        let units: Set<Substring> = ["minutes", "hour", "hours", "days", "am", "pm", "utc"]
        return words.contains { word in
            if days.contains(word) || units.contains(word) { return true }
            let digits = word.filter(\.isNumber).count
            return digits >= 3 && (word.contains(":") || word.count(where: { $0 == "-" }) == 2)
        }
    }

    /// The words of a sentence that a phrase stands for; nil where it does not say them.
    private static func found(_ phrase: String, in sentence: Substring) -> String? {
        let phrase = phrase.lowercased()
        if phrase.hasSuffix("#") {
            let prefix = phrase.dropLast()
            return words(sentence).first {
                $0.hasPrefix(prefix) && $0.dropFirst(prefix.count).first?.isNumber == true
            }
            .map { $0.uppercased() }
        }
        if phrase.hasPrefix(".") {
            return words(sentence).first { $0.hasSuffix(phrase) && $0.count > phrase.count }.map(String.init)
        }
        return stands(phrase, in: sentence) ? phrase : nil
    }

    private static func words(_ sentence: Substring) -> [Substring] {
        sentence.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "." && $0 != "_" }.map { word in
            word.last == "." ? word.dropLast() : word
        }
    }
}

extension Substring {
    /// The parts between a separator.
    fileprivate func components(before separator: String) -> [Substring] {
        var (parts, rest): ([Substring], Substring) = ([], self)
        while let found = rest.firstRange(of: separator) {
            parts.append(rest[..<found.lowerBound])
            rest = rest[found.upperBound...]
        }
        return parts + [rest]
    }
}

extension PreSendRules {
    static func read(_ root: inout ConfigReader, _ problems: inout [ConfigProblem]) -> PreSendRules {
        var rules = PreSendRules()
        guard let node = root.child("pre_send") else { return rules }
        var reader = ConfigReader(node, at: "pre_send", problems: &problems)
        rules.secrets = verdict("secrets", &reader, &problems)
        rules.personalData = verdict("personal_data", &reader, &problems)
        guard reader.child("checks") != nil else {
            reader.refuseUnknownKeys(&problems)
            return rules
        }
        for item in reader.items("checks", &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            let check = PreSendCheck(
                id: one.text("id", &problems), phrases: one.texts("phrases", &problems).map(\.text),
                unless: one.child("unless") == nil ? [] : one.texts("unless", &problems).map(\.text),
                isFineWithNextStep: one.flag("fine_with_next_step", default: false, &problems),
                verdict: verdict("verdict", &one, &problems) ?? .warn, why: one.text("why", &problems))
            one.refuseUnknownKeys(&problems)
            if rules.checks.contains(where: { $0.id == check.id })
                || ["secrets", "personal_data"].contains(check.id)
            {
                problems.append(
                    .init(
                        line: item.node.line, key: "\(item.path).id",
                        message: "“\(check.id)” is the name of two checks"))
            }
            rules.checks.append(check)
        }
        reader.refuseUnknownKeys(&problems)
        return rules
    }

    private static func verdict(
        _ key: String, _ reader: inout ConfigReader, _ problems: inout [ConfigProblem]
    ) -> PreSendCheck.Verdict? {
        guard let node = reader.child(key) else { return nil }
        let written = reader.text(key, &problems)
        if written == "off" { return nil }
        guard let verdict = PreSendCheck.Verdict(rawValue: written) else {
            problems.append(
                .init(line: node.line, key: "\(reader.path).\(key)", message: "must be block, warn or off"))
            return nil
        }
        return verdict
    }
}
