/// What of a case must not leave the house unnoticed: internal texts, and evidence that is restricted.
package struct OutwardGuard: Equatable, Sendable {
    /// A piece of restricted evidence, by what it may be called.
    package struct Restricted: Equatable, Sendable {
        /// "E3".
        package var number: String
        /// The name of its file; nil where the writer may not know it.
        package var fileName: String?

        /// The piece of this number and file name.
        package init(number: String, fileName: String?) { (self.number, self.fileName) = (number, fileName) }
    }

    /// Notes and other texts that only colleagues read.
    package var notes: [String]
    /// The restricted evidence of the case.
    package var restricted: [Restricted]

    /// Guards these texts and pieces of evidence.
    package init(notes: [String], restricted: [Restricted]) {
        (self.notes, self.restricted) = (notes, restricted)
    }

    /// Refuses text for the customer that repeats words of an internal text, names restricted evidence, or says what
    /// policy looks for.
    ///
    /// O(text + internal texts + pieces of restricted evidence x text).
    /// - Parameters:
    ///   - isConfirmed: whether the writer confirmed that the customer may read it; then only what blocks is refused.
    ///   - hasNextStep: whether the customer is told otherwise what comes next.
    ///   - way: what the writer can do instead: "Say it differently."
    package func check(
        _ text: String, field: String, policy: Policy, isConfirmed: Bool = false, hasNextStep: Bool = false,
        way: String
    ) throws(Refusal) {
        let findings = policy.preSend.findings(in: text, hasNextStep: hasNextStep)
        let held = findings.filter { $0.isBlocking || !isConfirmed }
        if !held.isEmpty {
            throw Refusal(
                problems: held.map { finding in
                    .init(
                        field: field, code: "pre_send_\(finding.check)",
                        message: "Not sent: “\(finding.words)”. \(finding.why)"
                            + (finding.isBlocking ? " It cannot be sent like this." : " \(way)"))
                })
        }
        guard !isConfirmed else { return }
        let words = policy.internalQuoteWords
        if let quote = InternalQuote.found(in: text, from: notes, words: words) {
            throw Refusal(
                field: field, "repeats_internal_note",
                "Not sent: “\(quote) …” stands in an internal note. \(way)")
        }
        if let named = named(in: text) {
            throw Refusal(
                field: field, "names_restricted_evidence",
                "Not sent: it names \(named), which is restricted evidence. \(way)")
        }
    }

    /// The first restricted piece that a text names by number or file name, in the words of the text.
    private func named(in text: String) -> String? {
        guard !restricted.isEmpty else { return nil }
        let lowered = text.lowercased()[...]
        for piece in restricted {
            let names = [piece.number, piece.fileName ?? ""].filter { $0.utf8.count > 1 }
            if let name = names.first(where: { stands($0.lowercased(), in: lowered) }) {
                return "“\(name)”"
            }
        }
        return nil
    }
}

/// Whether a phrase stands in a text by itself, not inside a longer word.
///
/// Letter case matters.
func stands(_ phrase: String, in text: Substring) -> Bool {
    guard mayStand(phrase, in: text) else { return false }
    var rest = text
    while let found = rest.firstRange(of: phrase) {
        let before = found.lowerBound == text.startIndex ? nil : text[text.index(before: found.lowerBound)]
        let after = found.upperBound == text.endIndex ? nil : text[found.upperBound]
        if [before, after].allSatisfy({ $0.map { !$0.isLetter && !$0.isNumber } ?? true }) { return true }
        rest = text[text.index(after: found.lowerBound)...]
    }
    return false
}

/// Whether the bytes of a phrase stand in a text: without them an ASCII phrase cannot.
///
/// Most texts are done with by this.
private func mayStand(_ phrase: String, in text: Substring) -> Bool {
    guard let first = phrase.utf8.first, phrase.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
    return text.utf8.withContiguousStorageIfAvailable { bytes in
        bytes.indices.contains { bytes[$0] == first && bytes[$0...].starts(with: phrase.utf8) }
    } ?? true
}

/// Finds words of internal notes in text that is about to leave the house.
package enum InternalQuote {
    /// The first run of at least `words` words that `text` shares with one of `notes`; nil where there is none.
    ///
    /// Letter case, punctuation and line breaks do not matter. O(words of text + words of notes).
    package static func found(in text: String, from notes: [String], words: Int) -> String? {
        let outgoing = tokens(text)
        guard outgoing.count >= words else { return nil }
        var runs: Set<ArraySlice<String>> = []
        for note in notes {
            let tokens = tokens(note)
            guard tokens.count >= words else { continue }
            for start in 0...(tokens.count - words) { runs.insert(tokens[start..<(start + words)]) }
        }
        guard !runs.isEmpty else { return nil }
        for start in 0...(outgoing.count - words) {
            let run = outgoing[start..<(start + words)]
            if runs.contains(run) { return run.joined(separator: " ") }
        }
        return nil
    }

    private static func tokens(_ text: String) -> [String] {
        text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)
    }
}
