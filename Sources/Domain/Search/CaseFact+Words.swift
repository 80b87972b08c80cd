import Diagnosis

/// Words of a case that a search finds.
package struct SearchWords: Equatable, Sendable {
    /// What kind of text it is, for searches in one kind alone.
    package enum Kind: String, Sendable, CaseIterable {
        /// The number and the subject line, the present one and earlier ones.
        case subject
        /// What the customer wrote and what was written to them.
        case message
        /// What colleagues wrote to each other.
        case note
        /// The name of an attachment.
        case attachment
        /// What stands in an attachment.
        case file
        /// Any other words of the timeline.
        case entry
    }

    /// What kind of text it is.
    package var kind: Kind
    /// The words.
    package var text: String
    /// Whether the customer may read them.
    package var isPublic: Bool

    /// Words of a kind.
    package init(_ kind: Kind, _ text: String, isPublic: Bool) {
        (self.kind, self.text, self.isPublic) = (kind, text, isPublic)
    }
}

extension CaseFact {
    /// The most texts of one fact.
    package static let mostWords = 4

    /// The words of the fact that a search finds, at most `mostWords` texts; those that were erased are not among them.
    ///
    /// What the customer may read is named here; all else that somebody wrote is for colleagues. What names another case
    /// is left out, as not everybody who may read this case may know of the other one.
    package var searchWords: [SearchWords] {
        let words: [SearchWords]
        switch self {
        case .opened(let opening):
            // What monitoring said is for colleagues: it names machines and addresses of the house.
            words = [
                .init(.subject, Self.joined([opening.number, opening.subject]), isPublic: true),
                .init(.message, opening.symptom, isPublic: opening.channel != "alert"),
            ]
        case .imported(let number, let row):
            words = [
                .init(.subject, Self.joined([number, row.set["subject"] ?? ""]), isPublic: true),
                .init(.entry, others(than: ["subject"]), isPublic: false),
            ]
        case .changeImported(let row):
            words = [
                .init(.subject, row.set["subject"] ?? "", isPublic: true),
                .init(.entry, others(than: ["subject"]), isPublic: false),
            ]
        case .retitled(let subject): words = [.init(.subject, subject, isPublic: true)]
        case .replied(let text, _): words = [.init(.message, text, isPublic: true)]
        case .noted(let text): words = [.init(.note, text, isPublic: false)]
        case .resolved(let resolution):
            words = [
                .init(.message, resolution.customerSummary ?? "", isPublic: true),
                .init(.entry, others(than: ["customer_summary"]), isPublic: false),
            ]
        case .evidence(.given(let file)):
            words = [.init(.attachment, file.name ?? "", isPublic: true)]
        case .evidence(.attached(let file)), .evidence(.shown(let file)):
            words = [.init(.attachment, file.name ?? "", isPublic: false)]
        case .relation(let fact) where fact.otherCase != nil: words = []
        // Not everybody who may know of the case may read how somebody’s work was judged.
        case .quality: words = []
        case .survey(let fact): words = [.init(.entry, Self.joined(fact.writtenWords), isPublic: false)]
        default: words = [.init(.entry, others(than: []), isPublic: false)]
        }
        return words.filter { !$0.text.isEmpty && $0.text != FactBody.erasedText }
    }

    /// All that somebody wrote in the fact, but for some fields.
    private func others(than fields: Set<String>) -> String {
        guard let members = body.object?.members else { return "" }
        var texts: [String] = []
        for member in members where Self.erasableFields.contains(member.key) && !fields.contains(member.key) {
            Self.collect(member.value, except: fields, into: &texts)
        }
        return Self.joined(texts)
    }

    private static func collect(_ value: JSON, except fields: Set<String>, into texts: inout [String]) {
        switch value {
        case .string(let text): texts.append(text)
        case .array(let values): for value in values { collect(value, except: fields, into: &texts) }
        case .object(let object):
            for member in object.members where !fields.contains(member.key) {
                collect(member.value, except: fields, into: &texts)
            }
        default: break
        }
    }

    private static func joined(_ texts: [String]) -> String {
        texts.filter { !$0.isEmpty && $0 != FactBody.erasedText }.joined(separator: SearchText.seam)
    }
}
