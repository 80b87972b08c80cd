import Diagnosis

/// A diagnosis of invented logs, for tests to ask.
struct Examining {
    var diagnosis: LogDiagnosis
    private var lines: [String: [Substring]] = [:]

    init(_ text: String, baseline: String? = nil, options: ExaminationOptions = .init()) {
        self.init(
            [("app.log", text)], baseline: baseline.map { [("before.log", $0)] } ?? [], options: options)
    }

    init(
        _ logs: [(name: String, text: String)], baseline: [(name: String, text: String)] = [],
        options: ExaminationOptions = .init(), piece: Int = 1 << 16
    ) {
        var digest = LogDigest()
        for (log, role) in logs.map({ ($0, LogRole.subject) }) + baseline.map({ ($0, LogRole.baseline) }) {
            let bytes = Array(log.text.utf8)
            let format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)])
            var examiner = LogExaminer(format, name: log.name, as: role, options: options)
            bytes.withUnsafeBytes { raw in
                var start = 0
                while start < raw.count {
                    let end = min(start + piece, raw.count)
                    examiner.feed(UnsafeRawBufferPointer(rebasing: raw[start..<end]))
                    start = end
                }
            }
            digest.append(examiner.finish())
            lines[log.name] = log.text.split(separator: "\n", omittingEmptySubsequences: false)
        }
        diagnosis = LogDiagnosis(digest)
        diagnosis.fill { [lines] source, line in
            lines[source].flatMap { $0.indices.contains(line - 1) ? String($0[line - 1]) : nil }
        }
    }

    var findings: [Finding] { diagnosis.findings }
    var kinds: [String] { findings.map(\.kind) }

    func finding(_ kind: String) -> Finding? { findings.first { $0.kind == kind } }

    func text(_ citation: Citation) -> String {
        lines[citation.source].map { String($0[citation.lines.lowerBound - 1]) } ?? ""
    }

    /// What a citation claims that its line does not say; empty where all is well.
    func lies() -> [String] {
        findings.flatMap { finding -> [String] in
            guard !finding.citations.isEmpty else { return ["\(finding.kind) cites nothing"] }
            return finding.citations.compactMap { citation -> String? in
                guard let all = lines[citation.source], citation.lines.upperBound <= all.count else {
                    return "\(finding.kind) cites a line that is not there: \(citation)"
                }
                let line = text(citation)
                if let says = citation.says, !line.lowercased().contains(says.lowercased()) {
                    return "\(finding.kind): “\(says)” is not in “\(line)”"
                }
                if let pattern = citation.pattern {
                    guard let template = diagnosis.templates.templates.first(where: { $0.id == pattern })
                    else {
                        return "\(finding.kind): there is no pattern \(pattern)"
                    }
                    // All words of the pattern stand in the line, in their order.
                    var rest = line[...]
                    for word in template.text.split(whereSeparator: { " <*>#\"".contains($0) }) {
                        // A request's fields stand in whatever order the notation has.
                        if template.text.contains(" /"), line.contains(word.drop { $0 == "/" }) { continue }
                        guard let place = rest.firstRange(of: String(word)) else {
                            return "\(finding.kind): “\(word)” of “\(template.text)” is not in “\(line)”"
                        }
                        rest = rest[place.upperBound...]
                    }
                }
                if citation.pattern == nil, citation.says == nil, citation.at == nil,
                    finding.kind != "log.errors",
                    finding.kind != "log.stack-trace", citation.excerpt == nil
                {
                    return "\(finding.kind) cites a line without saying why: \(citation)"
                }
                return nil
            }
        }
    }
}

/// Invented logs of a small shop, second by second.
struct InventedLog {
    private(set) var lines: [(time: Int, text: String)] = []
    private var random: SeededGenerator
    /// 2026-03-02T08:00:00Z.
    static let start = 1_772_438_400

    init(seed: UInt64 = 7) { random = SeededGenerator(seed: seed) }

    mutating func below(_ limit: Int) -> Int { random.below(limit) }

    /// Ordinary traffic for so many seconds, about `rate` lines in each.
    mutating func traffic(_ seconds: Range<Int>, rate: Int = 2) {
        for second in seconds {
            for _ in 0..<(random.below(2 * rate) + (rate > 1 ? 1 : 0)) {
                add(second, "INFO", ordinary())
            }
        }
    }

    private mutating func ordinary() -> String {
        switch random.below(6) {
        case 0: "Accepted order \(random.below(90_000)) of customer \(random.below(900))"
        case 1: "Payment of order \(random.below(90_000)) was captured in \(20 + random.below(60)) ms"
        case 2: "Rendered page /products/\(random.below(400)) in \(3 + random.below(20)) ms"
        case 3: "Mail to customer \(random.below(900)) was queued"
        case 4: "Cache hit for product \(random.below(400))"
        default: "Stock of product \(random.below(400)) is \(random.below(50))"
        }
    }

    mutating func add(_ second: Int, _ level: String, _ message: String) {
        lines.append((second, "\(level) [worker-\(random.below(4))] shop.orders - \(message)"))
    }

    /// The log in order of time.
    var text: String {
        lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map { "\(Self.stamp($0.element.time)) \($0.element.text)" }.joined(separator: "\n") + "\n"
    }

    static func stamp(_ second: Int) -> String {
        let text = LogTime.text(Int64(start + second) * 1_000_000)
        return text.dropLast() + ".000Z"
    }
}
