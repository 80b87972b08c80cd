/// What rules of routing look at of a case.
package struct RoutedCase: Hashable, Sendable {
    /// What stays the same as long as the case lives: decides between people who are equally free.
    package var key: String
    /// The values of each dimension that has a list in policy, or the customer's name.
    package var values: [RoutingRules.Dimension: Set<String>] = [:]
    /// The subject and the reporter's words.
    package var text: String
    /// A case of which only these things are known.
    package init(key: String, text: String, values: [RoutingRules.Dimension: Set<String>] = [:]) {
        (self.key, self.text, self.values) = (key, text, values)
        self.values[.languages] = values[.languages] ?? TextLanguage.of(text).map { [$0] } ?? []
    }

    /// What rules look at of a case and its customer.
    package init(_ this: SupportCase, account: Organisation?) {
        func one(_ value: String?) -> Set<String> { value.map { $0.isEmpty ? [] : [$0] } ?? [] }
        self.init(
            key: this.id.raw, text: "\(this.subject)\n\(this.symptom)",
            values: [
                .severities: [this.severity.raw], .tiers: one(account?.tier),
                .contracts: one(account?.record.first(.contract)), .accounts: one(account?.name.lowercased()),
                .productAreas: one(this.classification[.productArea]),
                .components: one(this.classification[.component]),
                .categories: one(this.classification[.category]),
                .environments: one(this.classification[.environment]), .channels: one(this.channel),
                .requestTypes: one(this.requestType), .services: Set(this.impact.services),
            ])
    }

    /// The severity.
    package var severity: String { values[.severities]?.first ?? "" }

    /// The language of the reporter's words; nil where it cannot be told.
    package var language: String? { values[.languages]?.first }

    /// Whether it has one of these values.
    func fits(_ dimension: RoutingRules.Dimension, _ wanted: Set<String>) -> Bool {
        switch dimension {
        case .errors:
            let text = text.lowercased()
            return wanted.contains { text.contains($0.lowercased()) }
        case .words:
            let words = Self.words(of: text)
            return wanted.contains { words.contains(Self.words(of: $0)) }
        default: return !wanted.isDisjoint(with: values[dimension] ?? [])
        }
    }

    /// Words in small letters between spaces, with a space at both ends, so that whole ones are found.
    private static func words(of text: String) -> String {
        var words = " "
        for character in text.lowercased() {
            if character.isLetter || character.isNumber || character == "_" {
                words.append(character)
            } else if !words.hasSuffix(" ") {
                words.append(" ")
            }
        }
        return words.hasSuffix(" ") ? words : words + " "
    }
}

/// Tells the language of a text by its script, or by the small words that no text is without.
package enum TextLanguage {
    /// The code of the language, such as "en" or "ja"; nil where the text is too short or speaks several.
    ///
    /// O(characters).
    package static func of(_ text: String) -> String? {
        var scripts: [String: Int] = [:]
        for scalar in text.unicodeScalars where scalar.properties.isAlphabetic {
            scripts[script(scalar.value), default: 0] += 1
        }
        let letters = scripts.values.reduce(0, +)
        guard letters >= 4 else { return nil }
        // Han alone is Chinese; with kana it is Japanese. Program words in Latin letters stand everywhere.
        if scripts["ja", default: 0] * 10 >= letters { return "ja" }
        let others = scripts.filter { $0.key != "" && $0.key != "ja" }
        if let main = others.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), main.value * 3 >= letters {
            return main.key
        }
        return byWords(text)
    }

    private static func script(_ scalar: UInt32) -> String {
        switch scalar {
        case 0x3040...0x30FF: "ja"
        case 0x3400...0x4DBF, 0x4E00...0x9FFF: "zh"
        case 0xAC00...0xD7AF, 0x1100...0x11FF: "ko"
        case 0x0400...0x04FF: "ru"
        case 0x0600...0x06FF: "ar"
        case 0x0590...0x05FF: "he"
        case 0x0370...0x03FF: "el"
        case 0x0E00...0x0E7F: "th"
        case 0x0900...0x097F: "hi"
        default: ""
        }
    }

    private static func byWords(_ text: String) -> String? {
        var counts: [String: Int] = [:]
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter }) {
            for (language, words) in small where words.contains(String(word)) {
                counts[language, default: 0] += 1
            }
        }
        let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard let first = ranked.first, first.value >= 2 else { return nil }
        if ranked.count > 1, ranked[1].value * 3 > first.value * 2 { return nil }
        return first.key
    }

    private static let small: [String: Set<String>] = [
        "en": [
            "the", "and", "is", "of", "to", "for", "with", "not", "from", "that", "this", "our", "are", "was",
            "it", "after", "since", "on", "in", "at",
        ],
        "de": [
            "der", "die", "das", "und", "ist", "nicht", "mit", "ein", "eine", "wir", "seit", "bei", "auf",
            "den", "dem", "nach", "wird", "sich", "für", "unsere",
        ],
        "fr": [
            "le", "la", "les", "et", "est", "des", "une", "un", "pas", "avec", "nous", "depuis", "dans",
            "sur",
            "pour", "du", "que", "notre",
        ],
        "es": [
            "el", "la", "los", "las", "y", "es", "una", "un", "con", "no", "desde", "en", "para", "por",
            "nuestro", "que", "del",
        ],
        "it": [
            "il", "lo", "gli", "che", "e", "non", "con", "una", "un", "per", "dal", "nel", "della", "sono",
            "nostro",
        ],
        "pt": [
            "o", "os", "as", "e", "não", "com", "uma", "um", "para", "desde", "em", "do", "da", "que",
            "nosso",
        ],
        "nl": [
            "de", "het", "een", "en", "is", "niet", "met", "voor", "sinds", "onze", "wij", "op", "van", "bij",
        ],
    ]
}
