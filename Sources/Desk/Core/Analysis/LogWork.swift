import Diagnosis
import Domain
import Glibc

/// Reads the logs of one file of evidence and says what is in them and what is wrong.
///
/// It blocks, reads in order and in bounded memory, and never on the threads that answer requests.
struct LogWork {
    /// The file's name.
    var name: String
    /// Seconds east of Greenwich of times that name no zone.
    var zone: Int32 = 0
    /// When the file was written, for years that are not named.
    var writtenAt: Timestamp
    /// Takes out what is private.
    var redactor: Redactor
    /// Who is told how far it is.
    var watch: AnalysisWatch
    /// Whether it is looked at, or something else is compared with it.
    var role = LogRole.subject
    /// What of it counts.
    var options = ExaminationOptions()

    /// What a file turned out to be.
    enum Outcome {
        /// It holds logs, or text.
        case log(LogAnalysis, marks: [SimilarCases.Mark])
        /// It holds nothing to analyse; why, in a sentence.
        case unsuited(String)
    }

    private static let piece = 1 << 20
    /// The most that is kept of what was found.
    private static let (findings, cites, lines, width) = (30, 4, 5, 400)

    /// Examines a file.
    func run(_ file: EvidenceFile) throws -> Outcome {
        switch try digest(of: file) {
        case .failure(let unsuited): return .unsuited(unsuited.why)
        case .success(let read):
            return try outcome(LogDiagnosis(read.digest, notable: 90), read.problems, file)
        }
    }

    /// A file holds nothing to analyse; why, in a sentence.
    struct Unsuited: Error {
        var why: String
    }

    /// Reads a file from its beginning to its end.
    func digest(
        of file: EvidenceFile
    ) throws -> Result<(digest: LogDigest, problems: [String]), Unsuited> {
        let head = try file.read(at: 0, count: 4096)
        guard !head.isEmpty else { return .failure(Unsuited(why: "It is empty.")) }
        var digest = LogDigest()
        var problems: [String] = []
        if ArchiveReader.isArchive(head) {
            var reader = ArchiveReader()
            try reader.read(file, name: name) { member in
                digest.append(try examine(member, in: file))
            }
            problems = reader.problems
            guard !digest.sources.isEmpty else {
                return .failure(Unsuited(why: problems.first ?? "There is no text in this archive."))
            }
        } else if DecodedText.encoding(of: head) != nil {
            digest.append(try examine(file, head: head))
        } else {
            return .failure(Unsuited(why: "It is no text: \(FileKind(sniffing: head).name)."))
        }
        try watch.reach(file.size)
        return .success((digest, problems))
    }

    // MARK: Reading

    private func assumptions(_ modified: Int64?) -> LogFormat.Assumptions {
        var assumptions = LogFormat.Assumptions()
        assumptions.writtenAt = modified ?? writtenAt.microseconds
        assumptions.zone = zone
        return assumptions
    }

    private func examine(_ member: ArchiveMember, in file: EvidenceFile) throws -> LogDigest {
        var (piece, isOver) = ([UInt8](), false)
        func more() {
            let start = piece.count
            piece.append(contentsOf: repeatElement(0, count: 1 << 18))
            let count = piece.withUnsafeMutableBytes { buffer in
                member.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
            }
            piece.removeLast((1 << 18) - count)
            isOver = count == 0
        }
        while piece.count < 4 * Self.piece, !isOver { more() }
        var transcoder = LogTranscoder(beginning: piece)
        if let text = transcoder?.text(of: piece) { piece = text }
        let format = LogFormat(
            learningFrom: [.init(offset: 0, bytes: piece)], assuming: assumptions(member.modified))
        var examiner = LogExaminer(format, name: member.name, as: role, options: options)
        while true {
            piece.withUnsafeBytes { examiner.feed($0) }
            try watch.reach(min(file.size, file.position))
            if isOver { break }
            piece.removeAll(keepingCapacity: true)
            more()
            if let text = transcoder?.text(of: piece) { piece = text }
        }
        return examiner.finish()
    }

    private func examine(_ file: EvidenceFile, head: [UInt8]) throws -> LogDigest {
        var transcoder = LogTranscoder(beginning: head)
        let format =
            if var beginning = transcoder {
                LogFormat(
                    learningFrom: [
                        .init(offset: 0, bytes: beginning.text(of: try file.read(at: 0, count: Self.piece)))
                    ], assuming: assumptions(nil))
            } else {
                try LogFormat(learningFrom: file, assuming: assumptions(nil))
            }
        var examiner = LogExaminer(format, name: name, as: role, options: options)
        var place: Int64 = 0
        while true {
            let bytes = try file.read(at: place, count: Self.piece)
            if bytes.isEmpty { break }
            (transcoder?.text(of: bytes) ?? bytes).withUnsafeBytes { examiner.feed($0) }
            place += Int64(bytes.count)
            try watch.reach(place)
        }
        return examiner.finish()
    }

    // MARK: What came out

    private func outcome(
        _ diagnosis: LogDiagnosis, _ problems: [String], _ file: EvidenceFile
    ) throws -> Outcome {
        let report = DiagnosisReport(diagnosis: diagnosis, problems: problems)
        var log = LogAnalysis()
        log.lines = diagnosis.lines.subject
        log.bytes = diagnosis.templates.counts.bytes
        log.patternCount = diagnosis.templates.templates.count
        log.findingCount = diagnosis.findings.count
        (log.from, log.to) = moments(diagnosis.span)
        (log.summary, log.problems) = (report.summary, Array(problems.prefix(40)))
        log.sources = diagnosis.sources.prefix(50).map { source in
            let (from, to) = moments(source.times)
            return .init(
                name: member(source.name), lines: source.counts.lines, bytes: source.counts.bytes,
                form: source.form, from: from, to: to, notes: Array(source.notes.prefix(6)))
        }
        log.slotSeconds = Int(max(1, diagnosis.histogram.width / 1_000_000))
        log.slots = diagnosis.histogram.slots.prefix(400).map {
            .init(
                at: Timestamp(microseconds: $0.time), all: $0.all, warnings: $0.warnings, errors: $0.errors)
        }
        log.traces = diagnosis.traces.map { .init(id: $0.id, title: $0.title, count: $0.count) }
        log.codes = codes(diagnosis)
        let texts = try citedLines(of: diagnosis.findings.prefix(Self.findings), file)
        log.findings = diagnosis.findings.prefix(Self.findings).enumerated().map { index, finding in
            claim(finding, index + 1, texts)
        }
        log.patterns = diagnosis.notable.map { pattern in
            .init(
                id: pattern.template.id, text: Self.clip(pattern.template.text),
                count: pattern.template.count,
                level: pattern.level?.name, isTrouble: pattern.isTrouble, course: pattern.course,
                variables: [])
        }
        log = redacted(log, diagnosis.notable)
        return .log(log, marks: marks(log))
    }

    /// The codes of errors, without those that a rule takes for private.
    private func codes(_ diagnosis: LogDiagnosis) -> [LogAnalysis.Code] {
        let all = diagnosis.codes.prefix(200)
        return zip(all, redact(all.map { "error code \($0.code)" })).compactMap { code, clean in
            guard clean.hasSuffix(" \(code.code)") else { return nil }
            return .init(
                code: code.code, count: code.count, member: member(code.first?.source ?? name),
                line: code.first?.line ?? 1)
        }
    }

    func moments(_ span: ClosedRange<Int64>?) -> (Timestamp?, Timestamp?) {
        (
            span.map { Timestamp(microseconds: $0.lowerBound) },
            span.map { Timestamp(microseconds: $0.upperBound) }
        )
    }

    /// The path inside the archive of a log's name; empty for the file itself.
    func member(_ source: String) -> String {
        source == name ? "" : source.hasPrefix(name + "/") ? String(source.dropFirst(name.count + 1)) : source
    }

    private func claim(
        _ finding: Finding, _ ordinal: Int, _ texts: [String: [Int: String]]
    ) -> LogAnalysis.Claim {
        let (from, to) = moments(finding.times)
        let cites = finding.citations.prefix(Self.cites).map { citation in
            let found = texts[citation.source] ?? [:]
            let (first, last) = (citation.lines.lowerBound, citation.lines.upperBound)
            let shown = min(last, first + Self.lines - 1)
            func lines(_ range: ClosedRange<Int>) -> [String] {
                range.compactMap { found[$0].map { Self.clip($0) } }
            }
            return LogAnalysis.Cite(
                member: member(citation.source), first: first, last: last, lines: lines(first...shown),
                before: first > 1 ? lines(max(1, first - 2)...(first - 1)) : [],
                after: lines((shown + 1)...(shown + 2)))
        }
        return LogAnalysis.Claim(
            ordinal: ordinal, kind: finding.kind, title: finding.title, severity: finding.severity.rawValue,
            confidence: Int((finding.confidence * 100).rounded()), why: finding.why,
            nextTest: finding.nextTest, from: from, to: to, count: finding.count,
            subjects: Array(finding.subjects.prefix(20)), cites: Array(cites))
    }

    static func clip(_ text: String) -> String {
        text.utf8.count > width ? String(text.prefix(width - 1)) + "…" : text
    }

    // MARK: Cited lines

    /// Reads the cited lines, with two before and behind them, a second time.
    private func citedLines(
        of findings: ArraySlice<Finding>, _ file: EvidenceFile
    ) throws -> [String: [Int: String]] {
        var wanted: [String: Set<Int>] = [:]
        for citation in findings.flatMap({ $0.citations.prefix(Self.cites) }) {
            let first = citation.lines.lowerBound
            let last = min(citation.lines.upperBound, first + Self.lines - 1)
            wanted[citation.source, default: []].formUnion(max(1, first - 2)...(last + 2))
        }
        guard !wanted.isEmpty else { return [:] }
        var found: [String: [Int: String]] = [:]
        if let lines = wanted[name], wanted.count == 1,
            !ArchiveReader.isArchive(try file.read(at: 0, count: 4096))
        {
            found[name] = try EvidenceLines.pick(Array(lines), of: file, watch: watch)
            return found
        }
        var reader = ArchiveReader()
        try reader.read(file, name: name) { member in
            guard let lines = wanted[member.name] else { return }
            found[member.name] = try EvidenceLines.pick(Array(lines), watch: watch) { member.read(into: $0) }
        }
        return found
    }

    // MARK: What is private

    /// The same without what is private, and with what may be shown of variables.
    private func redacted(_ log: LogAnalysis, _ notable: [NotablePattern]) -> LogAnalysis {
        var texts: [String] = []
        _ = log.mapTexts { text in
            texts.append(text)
            return text
        }
        let count = texts.count
        // A value says alone what it is less than in its line, so it is looked at where it stood.
        for pattern in notable {
            for (index, variable) in pattern.template.variables.enumerated() {
                for value in variable.top.prefix(3) {
                    texts.append(Self.line(pattern.template.text, index, value.text))
                }
            }
        }
        let clean = redact(texts)
        var next = 0
        var result = log.mapTexts { _ in
            defer { next += 1 }
            return clean[next]
        }
        next = count
        for (place, pattern) in notable.enumerated() {
            result.patterns[place].variables = pattern.template.variables.prefix(12).map { variable in
                let spread = variable.spread
                return .init(
                    kind: variable.kind.rawValue, distinct: variable.distinct, top: [],
                    median: spread?.median, maximum: spread?.maximum)
            }
            for (index, variable) in pattern.template.variables.enumerated() {
                for value in variable.top.prefix(3) {
                    let isPlain = clean[next] == texts[next]
                    next += 1
                    if isPlain, index < 12, value.text.utf8.count <= 80 {
                        result.patterns[place].variables[index].top.append(value.text)
                    }
                }
            }
        }
        return result
    }

    /// The pattern with a value in place of one of its varying parts.
    private static func line(_ pattern: String, _ index: Int, _ value: String) -> String {
        var parts = pattern.split(separator: "<*>", omittingEmptySubsequences: false).map(String.init)
        guard index + 1 < parts.count else { return "\(pattern) \(value)" }
        parts[index] += value + parts.remove(at: index + 1)
        return parts.joined(separator: "<*>")
    }

    /// Redacts texts together, since a redactor keeps lines.
    func redact(_ texts: [String]) -> [String] {
        let lines = texts.map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
        let all = redactor.redact(lines.joined().joined(separator: "\n"))
        var rest = all.split(separator: "\n", omittingEmptySubsequences: false)[...]
        return lines.map { part in
            let text = rest.prefix(part.count).joined(separator: "\n")
            rest = rest.dropFirst(part.count)
            return text
        }
    }

    /// What another case can have in common with this log.
    private func marks(_ log: LogAnalysis) -> [SimilarCases.Mark] {
        let traces = log.traces.prefix(100).map {
            SimilarCases.Mark(kind: .trace, id: $0.id, words: String($0.title.prefix(160)))
        }
        let patterns = log.patterns.filter(\.isTrouble).prefix(100).map {
            SimilarCases.Mark(kind: .pattern, id: $0.id, words: String($0.text.prefix(160)))
        }
        return traces + patterns
    }
}
