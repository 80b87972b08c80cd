/// Something that an analysis holds to be true, with how grave and how sure it is, and where it is written.
///
/// A finding is a claim that a person can check: `citations` name the lines that say it, `why` says what
/// led to it, and `nextTest` what would confirm or refute it.
public struct Finding: Sendable, Equatable {
    /// How much it matters if it is true.
    public enum Severity: String, Sendable, Comparable, CaseIterable {
        /// Worth knowing; nothing is wrong.
        case info
        /// Something to look at when there is time.
        case low
        /// Somebody is probably affected.
        case medium
        /// Somebody is affected, or will be soon.
        case high
        /// Service is lost, or data is.
        case critical

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// Whether `first` matters less than `second`.
        public static func < (first: Severity, second: Severity) -> Bool { first.rank < second.rank }
    }

    /// What kind of finding it is; a stable name such as `log.timeout`.
    public var kind: String
    /// The claim in one sentence, without an end stop.
    public var title: String
    /// How much it matters.
    public var severity: Severity
    /// How sure it is, from 0 to 1.
    public var confidence: Double
    /// What led to it, in sentences.
    public var why: String
    /// What would confirm or refute it, or what to look at next, in sentences.
    public var nextTest: String
    /// When it began and was last seen, in microseconds since 1970.
    public var times: ClosedRange<Int64>?
    /// How many records it rests on.
    public var count: Int
    /// IDs of the patterns or stack traces that it is about.
    public var subjects: [String]
    /// Lines that say it; never empty.
    public var citations: [Citation]
    /// Numbers and names behind it, for programs, in the order in which people would read them.
    public var details: JSONObject

    /// Makes a finding.
    public init(
        kind: String, title: String, severity: Severity, confidence: Double, why: String, nextTest: String,
        times: ClosedRange<Int64>? = nil, count: Int = 1, subjects: [String] = [], citations: [Citation],
        details: JSONObject = JSONObject()
    ) {
        self.kind = kind
        self.title = title
        self.severity = severity
        self.confidence = confidence
        self.why = why
        self.nextTest = nextTest
        self.times = times
        self.count = count
        self.subjects = subjects
        self.citations = citations
        self.details = details
    }

    /// By which findings are ordered: what matters and is sure comes first.
    public var score: Double {
        let weight: Double =
            switch severity {
            case .info: 1
            case .low: 3
            case .medium: 10
            case .high: 30
            case .critical: 100
            }
        return weight * confidence
    }
}

/// Lines of one source that say what a finding claims.
public struct Citation: Sendable, Equatable {
    /// The file, or the path inside an archive.
    public var source: String
    /// The lines, from 1.
    public var lines: ClosedRange<Int>
    /// The ID of the pattern that the first line has, where the claim is about a pattern.
    public var pattern: String?
    /// Words that stand in the first line, where the claim is about words.
    public var says: String?
    /// When the first line was written, where the claim is about time, in microseconds since 1970.
    public var at: Int64?
    /// The text of the lines, where it was fetched: as it stands there, cut where it is long.
    public var excerpt: String?

    /// Makes a citation.
    public init(
        source: String, lines: ClosedRange<Int>, pattern: String? = nil, says: String? = nil,
        at: Int64? = nil, excerpt: String? = nil
    ) {
        self.source = source
        self.lines = lines
        self.pattern = pattern
        self.says = says
        self.at = at
        self.excerpt = excerpt
    }
}
