import Diagnosis
import Domain

/// Compares two files of evidence, or two stretches of time of one, pattern by pattern.
///
/// It blocks, reads in order and in bounded memory, as `LogWork` does.
struct ComparisonWork {
    /// Reads what is looked at.
    var now: LogWork
    /// Reads what it is compared with; nil where that is another time of the same file.
    var before: LogWork?
    /// What of the first counts.
    var window: EvidenceComparison.Stretch
    /// What of the second counts.
    var baseline: EvidenceComparison.Stretch

    /// The most patterns of each change that are kept.
    private static let most = 200

    /// What could not be compared, in a sentence.
    struct Unsuited: Error {
        var why: String
    }

    /// Compares two files.
    func run(_ file: EvidenceFile, _ other: EvidenceFile?) throws -> ComparedLogs {
        var one = now
        one.options.window = window.range
        one.options.baselineWindow = baseline.range
        if before != nil {
            // What is outside of the time asked for is compared with nothing.
            one.options.baselineWindow = window.range.map { $0.lowerBound..<$0.lowerBound }
        }
        var (digest, problems) = try read(one, file)
        if var two = before, let other {
            two.role = .baseline
            two.options.baselineWindow = baseline.range
            let (compared, more) = try read(two, other)
            digest.append(compared)
            problems += more
        }
        let diagnosis = LogDiagnosis(digest)
        guard diagnosis.lines.subject > 0 else {
            throw Unsuited(why: Self.silence("In what is looked at", window))
        }
        guard diagnosis.lines.baseline > 0 else {
            throw Unsuited(why: Self.silence("In what it is compared with", baseline))
        }
        return result(LogComparison(diagnosis), diagnosis, problems)
    }

    private func read(_ work: LogWork, _ file: EvidenceFile) throws -> (LogDigest, [String]) {
        switch try work.digest(of: file) {
        case .success(let read): return (read.digest, read.problems)
        case .failure(let unsuited): throw Unsuited(why: "“\(work.name)” cannot be compared. \(unsuited.why)")
        }
    }

    private static func silence(_ side: String, _ stretch: EvidenceComparison.Stretch) -> String {
        switch (stretch.from, stretch.to) {
        case (nil, nil): "\(side) there is no line."
        case (let from?, nil): "\(side) there is no line from \(from.rfc3339) on."
        case (nil, let to?): "\(side) there is no line before \(to.rfc3339)."
        case (let from?, let to?): "\(side) there is no line from \(from.rfc3339) to \(to.rfc3339)."
        }
    }

    // MARK: What came out

    private func result(
        _ comparison: LogComparison, _ diagnosis: LogDiagnosis, _ problems: [String]
    ) -> ComparedLogs {
        var result = ComparedLogs()
        (result.linesNow, result.linesBefore) = (comparison.lines.now, comparison.lines.before)
        result.linesOutside = diagnosis.lines.outside
        result.sharedPerMille = Int((comparison.shared * 1000).rounded())
        (result.from, result.to) = now.moments(diagnosis.span)
        result.problems = now.redact(Array(problems.prefix(20)))
        result.groups = LogComparison.Change.allCases.map { change in
            // What only the other one says is taken out by the key of the other one's case.
            let words = change == .gone ? before ?? now : now
            let kept = Array(comparison[change].filter { !$0.isContinuation && $0.text != "<*>" })
            let shown = Array(kept.prefix(Self.most))
            let texts = words.redact(shown.map { LogWork.clip($0.text) })
            return .init(
                change: change.rawValue, count: kept.count,
                patterns: zip(shown, texts).map { pattern, text in
                    .init(
                        id: pattern.id, text: text, level: pattern.level?.name,
                        isTrouble: pattern.isTrouble, now: pattern.now, before: pattern.before,
                        firstNow: place(pattern.firstNow, now),
                        firstBefore: place(pattern.firstBefore, before ?? now))
                })
        }
        return result
    }

    private func place(_ found: (source: String, line: Int)?, _ work: LogWork) -> ComparedLogs.Place? {
        found.map { .init(member: work.member($0.source), line: $0.line) }
    }
}
