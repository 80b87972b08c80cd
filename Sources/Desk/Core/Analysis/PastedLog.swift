import Diagnosis
import Domain
import Synchronization

/// What a text that somebody pasted into a report says as a log: patterns that tell of trouble, stack traces, codes.
enum PastedLog {
    /// Longer texts come as evidence.
    private static let longest = 200_000
    /// At most so many of each are taken.
    private static let most = 40

    /// What was found in the texts that were looked at last, by their digests: the page of a case asks each time it is shown.
    private static let known = Mutex<[[UInt8]: [SimilarCases.Mark]]>([:])
    /// So many texts are kept, and none that is longer.
    private static let (kept, longestKept) = (500, 8000)

    /// What other cases can have in common with the text.
    static func marks(of text: String) -> [SimilarCases.Mark] {
        guard text.utf8.count <= longestKept else { return read(text) }
        let digest = sha256(Array(text.utf8))
        if let marks = known.withLock({ $0[digest] }) { return marks }
        let marks = read(text)
        known.withLock { known in
            if known.count >= kept { known.removeAll(keepingCapacity: true) }
            known[digest] = marks
        }
        return marks
    }

    private static func read(_ text: String) -> [SimilarCases.Mark] {
        let bytes = Array(text.utf8.prefix(longest))
        guard bytes.count > 8 else { return [] }
        let codes = ErrorCode.codes(in: text).prefix(most).map {
            SimilarCases.Mark(kind: .code, id: $0, words: $0)
        }
        // One line is a sentence more often than a log.
        guard bytes.contains(0x0A) else { return Array(codes) }
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
