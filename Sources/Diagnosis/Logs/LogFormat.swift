/// How the lines of a log are written: learnt from a sample, so that nobody has to say it.
///
/// It says of any line where its message begins, what its head holds and when it was written. It is a
/// value: parts of a log may be read with it apart from each other, at the same time.
public struct LogFormat: Sendable {
    /// What many lines have before their messages.
    public struct Head: Sendable, Equatable {
        /// A letter for each field: S time stamp, L level, T tag (`name[12]:`), B brackets, N number,
        /// W word, P lone sign, D delimiter.
        public var fields: String
        /// The share of sampled lines, 0 to 1.
        public var share: Double
        /// The head of one such line.
        public var example: String
    }

    /// The heads that at least a hundredth of the sampled lines have, most frequent first.
    public let heads: [Head]
    /// What times rest on.
    public let time: LogTimeBasis

    let layout: LogLayout
    /// Forms of structured lines that occur.
    let hasJSON: Bool
    let hasPairs: Bool
    /// Whether lines of access logs occur.
    let hasAccess: Bool
    /// The columns, where the log is a table.
    let csv: CSVHead?
    /// Whether it holds entries of journald, a field a line: it begins with one.
    let isJournald: Bool
    /// Whether lines without a head go on the record before them.
    let headlessGoOn: Bool

    /// Whether it can only be read from its beginning on, for what a line says depends on the ones before.
    public var isReadInOrder: Bool { isJournald }

    /// How lines are written, for people: `CSV`, `JSON`, `key=value`, or the fields of the most frequent head.
    var formText: String {
        if isJournald { return "journald export" }
        if csv != nil { return "CSV" }
        if hasJSON { return "JSON" }
        if hasAccess { return "access log" }
        if hasPairs { return "key=value" }
        return heads.first.map { "head \($0.fields)" } ?? "no head"
    }

    /// A part of a log from which its format is learnt.
    public struct Sample {
        /// Where in the log the bytes stand.
        public var offset: Int
        /// Whole lines, apart from the first and last ones of the part, which may be cut.
        public var bytes: [UInt8]

        /// Makes a sample.
        public init(offset: Int, bytes: [UInt8]) {
            self.offset = offset
            self.bytes = bytes
        }
    }

    /// What the lines do not say of their times.
    public struct Assumptions: Sendable {
        /// When the log was last written, in microseconds since 1970, for times without year or day.
        public var writtenAt: Int64?
        /// Seconds east of Greenwich for times without a zone.
        public var zone: Int32 = 0

        /// Makes assumptions: times in UTC, years unknown.
        public init() {}
    }

    /// The most lines that are looked at.
    private static let lineLimit = 12_800
    /// The most bytes of a line that are looked at.
    private static let lengthLimit = 4096

    /// Learns a format from parts of a log, in their order; up to some 12,800 lines are looked at.
    public init(learningFrom samples: [Sample], assuming assumptions: Assumptions = Assumptions()) {
        var lines: [(offset: Int, start: Int, end: Int)] = []
        var bytes: [UInt8] = []
        for sample in samples {
            let share = max(200, Self.lineLimit / max(1, samples.count))
            Self.cut(sample, limit: share, into: &bytes, &lines)
        }
        var layout = LogLayout()
        var basis = LogTimeBasis()
        var heads: [Head] = []
        var structured = (json: 0, pairs: 0, access: 0)
        var headless = (all: 0, loose: 0)
        var csv: CSVHead?
        var isJournald = false
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            func bytes(_ line: (offset: Int, start: Int, end: Int)) -> LineBytes {
                LineBytes(base: base + line.start, count: line.end - line.start)
                    .withoutMark(at: line.offset)
            }
            if let first = lines.first, first.offset == 0 {
                csv = CSVHead(bytes(first), rows: lines.dropFirst().prefix(200).map(bytes))
            }
            isJournald = lines.first.map { $0.offset == 0 && JournaldEntry.begins(bytes($0)) } ?? false
            if isJournald {
                csv = nil
                lines = lines.compactMap { line in
                    JournaldEntry.message(in: bytes(line)).map {
                        (line.offset, line.start + $0.lowerBound, line.start + $0.upperBound)
                    }
                }
            }
            var inner: [LineBytes] = []
            var projections: [LineProjection?] = []
            for line in lines {
                let line = LineBytes(base: base + line.start, count: line.end - line.start)
                var projection = csv?.read(line)
                if projection == nil, let form = LineProjection.form(of: line) {
                    projection = LineProjection.read(line, form)
                    if projection != nil {
                        if form == .json { structured.json += 1 } else { structured.pairs += 1 }
                    }
                }
                if projection == nil, AccessLine.read(line) != nil { structured.access += 1 }
                projections.append(projection)
                inner.append(
                    projection.map { line.slice($0.message.lowerBound, $0.message.upperBound) } ?? line)
            }
            layout = LayoutLearner.layout(of: inner)
            let total = Double(max(1, lines.count))
            heads = layout.heads.map { head in
                Head(
                    fields: String(decoding: head.classes.map(\.letter), as: UTF8.self),
                    share: Double(head.lines) / total, example: head.example)
            }
            .sorted { ($1.share, $0.fields) < ($0.share, $1.fields) }
            let survey = TimeSurvey(layout, inner, projections, whole: lines.map { base + $0.start })
            basis = survey.basis(offsets: lines.map(\.offset), assumptions)
            headless = (survey.headless, survey.loose)
        }
        self.csv = csv
        self.isJournald = isJournald
        self.layout = layout
        self.heads = heads
        // Entries say their times themselves, in UTC.
        if isJournald, basis.day == .none { basis.day = .stated }
        time = basis
        hasJSON = structured.json > 0
        hasPairs = structured.pairs * 100 > lines.count
        hasAccess = structured.access * 50 > lines.count
        // Many loose lines are a format of their own, few are exceptions and wrapped text.
        headlessGoOn = headless.all * 3 < lines.count * 2 && headless.loose * 5 < lines.count
    }

    /// Cuts a sample into lines; the first line of a sample from the middle and an unfinished last are left.
    private static func cut(
        _ sample: Sample, limit: Int, into bytes: inout [UInt8],
        _ lines: inout [(offset: Int, start: Int, end: Int)]
    ) {
        sample.bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
            var start = 0
            if sample.offset > 0 { start = (raw.firstOffset(of: 0x0A, from: 0) ?? raw.count - 1) + 1 }
            var taken = 0
            while start < raw.count, taken < limit {
                let end = raw.firstOffset(of: 0x0A, from: start) ?? raw.count
                var stop = min(end, start + lengthLimit)
                while stop > start, base[stop - 1] == 0x0D { stop -= 1 }
                lines.append((sample.offset + start, bytes.count, bytes.count + stop - start))
                bytes.append(contentsOf: UnsafeBufferPointer(start: base + start, count: stop - start))
                bytes.append(0x0A)
                taken += 1
                start = end + 1
            }
        }
    }
}
