import Diagnosis
import Domain

/// What a text that somebody pasted into a report says as a log: patterns that tell of trouble, stack traces, codes.
enum PastedLog {
    /// Longer texts come as evidence.
    private static let longest = 200_000
    /// Of texts without any of these nothing is asked.
    private static let most = 40

    /// What other cases can have in common with the text.
    static func marks(of text: String) -> [SimilarCases.Mark] {
        let bytes = Array(text.utf8.prefix(longest))
        guard bytes.count > 8 else { return [] }
        let codes = ErrorCode.codes(in: text).prefix(most).map {
            SimilarCases.Mark(kind: .code, id: $0, words: $0)
        }
        // One line is a sentence more often than a log.
        guard bytes.filter({ $0 == 0x0A }).count >= 1 else { return Array(codes) }
        let format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)])
        var examiner = LogExaminer(format, name: "report")
        bytes.withUnsafeBytes { examiner.feed($0) }
        let diagnosis = LogDiagnosis(examiner.finish(), notable: most)
        let traces = diagnosis.traces.prefix(most).map {
            SimilarCases.Mark(kind: .trace, id: $0.id, words: String($0.title.prefix(160)))
        }
        let patterns = diagnosis.notable.filter(\.isTrouble).map {
            SimilarCases.Mark(kind: .pattern, id: $0.template.id, words: String($0.template.text.prefix(160)))
        }
        return traces + patterns + codes
    }
}
