import Foundation
import Testing

@testable import Diagnosis

@Suite("Accuracy of redaction") struct RedactionAccuracyTests {
    struct Score {
        var planted = 0
        var found = 0
        var claimed = 0
        var true_ = 0
        var recall: Double { planted == 0 ? 1 : Double(found) / Double(planted) }
        var precision: Double { claimed == 0 ? 1 : Double(true_) / Double(claimed) }
    }

    @Test("PRIV-01 part: on a labelled corpus nearly all is found, and little else")
    func corpusIsRedacted() throws {
        let corpus = LabelledCorpus(seed: 11, lines: 12_000)
        var claims: [(kind: RedactionKind, range: Range<Int>)] = []
        let output = Redactor(rules: try Redacting.rules(), key: Redacting.key).redact(corpus.bytes) {
            redaction in
            claims.append((redaction.rule.kind, redaction.offset..<redaction.offset + redaction.length))
        }
        var scores: [RedactionKind: Score] = [:]
        var fixed = Score()
        var missed: [String] = []
        var next = 0
        for label in corpus.labels {
            while next < claims.count, claims[next].range.upperBound <= label.range.lowerBound { next += 1 }
            let isFound =
                next < claims.count && claims[next].range.lowerBound <= label.range.lowerBound
                && claims[next].range.upperBound >= label.range.upperBound
            scores[label.kind, default: Score()].planted += 1
            scores[label.kind, default: Score()].found += isFound ? 1 : 0
            if label.isFixed {
                fixed.planted += 1
                fixed.found += isFound ? 1 : 0
            }
            if !isFound {
                missed.append("\(label.kind.rawValue): \(line(around: label.range, corpus.bytes))")
            }
        }
        var falseAlarms: [String] = []
        var first = 0
        for claim in claims {
            while first < corpus.labels.count, corpus.labels[first].range.upperBound <= claim.range.lowerBound
            { first += 1 }
            let isTrue = first < corpus.labels.count && corpus.labels[first].range.overlaps(claim.range)
            scores[claim.kind, default: Score()].claimed += 1
            scores[claim.kind, default: Score()].true_ += isTrue ? 1 : 0
            if !isTrue {
                falseAlarms.append("\(claim.kind.rawValue): \(line(around: claim.range, corpus.bytes))")
            }
        }
        for (kind, score) in scores.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print(
                "redaction corpus: \(kind.rawValue) planted \(score.planted), recall \(percent(score.recall)), "
                    + "precision \(percent(score.precision))")
            #expect(score.recall >= 0.97, "\(kind.rawValue)")
            #expect(score.precision >= 0.97, "\(kind.rawValue)")
        }
        print(
            "redaction corpus: fixed shapes and checksums \(fixed.planted), recall \(percent(fixed.recall)); "
                + "\(falseAlarms.count) false alarms in \(corpus.lines) lines")
        #expect(fixed.recall >= 0.98)
        #expect(Double(falseAlarms.count) <= 0.005 * Double(corpus.lines), "\(falseAlarms.prefix(10))")
        #expect(missed.count * 100 <= corpus.labels.count, "\(missed.prefix(10))")
        // What is redacted matches no rule any more.
        var again: [String] = []
        _ = Redactor(rules: try Redacting.rules(), key: Redacting.key(9)).redact(output) { redaction in
            again.append("\(redaction.rule.name): \(String(decoding: redaction.value, as: UTF8.self))")
        }
        #expect(again == [])
    }

    /// Logs of eight systems, where they are beside the project.
    @Test("PRIV-01 part: ordinary logs raise at most five false alarms on personal data in 1,000 lines")
    func ordinaryLogsAreQuiet() throws {
        guard let folder = SharedData.folder("loghub") else {
            print("redaction logs: skipped, there is no shared data (THIRDLINE_SHARED)")
            return
        }
        for system in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            let file = "\(folder)/\(system)/\(system)_2k.log"
            guard let data = FileManager.default.contents(atPath: file) else { continue }
            var doubtful: [String] = []
            var counts: [String: Int] = [:]
            let bytes = Array(data)
            _ = Redactor(rules: try Redacting.rules(), key: Redacting.key).redact(bytes) { redaction in
                counts[redaction.rule.name, default: 0] += 1
                let value = String(decoding: redaction.value, as: UTF8.self)
                if !isPlainlyTrue(value, redaction.rule.kind) {
                    doubtful.append("\(redaction.rule.name) \(value)")
                }
            }
            let lines = bytes.split(separator: 0x0A).count
            print("redaction logs: \(system) \(lines) lines, \(counts), not plainly true: \(doubtful.count)")
            #expect(doubtful.count * 1_000 <= 5 * lines, "\(doubtful.prefix(20))")
        }
    }

    /// Whether a value is what its kind says, judged without the rules: an address of four numbers that is
    /// routed, a mail address, a name with a domain or of a machine.
    private func isPlainlyTrue(_ value: String, _ kind: RedactionKind) -> Bool {
        switch kind {
        case .ipv4:
            let parts = value.split(separator: ".").compactMap { Int($0) }
            return parts.count == 4 && (parts[0] == 10 || parts.contains { $0 > 40 })
        case .email: return value.split(separator: "@").count == 2
        case .hostname: return value.contains(".") || value.contains("-") || value.count > 3
        default: return false
        }
    }

    private func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }

    private func line(around range: Range<Int>, _ bytes: [UInt8]) -> String {
        let start = bytes[..<range.lowerBound].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = bytes[range.upperBound...].firstIndex(of: 0x0A) ?? bytes.count
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
