/// One pattern of a log: a message with its varying parts as `<*>`.
public struct LogTemplate: Sendable {
    /// Sixteen hexadecimal digits, the same for this pattern in every file, host and case.
    public var id: String
    /// The message with `<*>` for each variable.
    public var text: String
    /// How many lines have it.
    public var count: Int
    /// How many of them go on the record before, as lines of stack traces do.
    public var continuations: Int
    /// The first and last line that have it, from 1.
    public var lines: ClosedRange<Int>
    /// When it was first and last written, in microseconds since 1970.
    public var times: ClosedRange<Int64>?
    /// How many lines have each level.
    public var levels: [LogLevel: Int]
    /// What was seen of each `<*>`, in order.
    public var variables: [LogVariable]
    /// Hashes of the messages' shapes before merging, which say which earlier lines it covers.
    public var shapes: [UInt64]

    /// The gravest level among the lines.
    public var worst: LogLevel? { levels.keys.max() }
}

/// The templates of a tally.
///
/// They depend on the set of patterns alone, not on the order of lines.
public struct LogTemplates: Sendable {
    /// The templates, the most frequent first.
    public let templates: [LogTemplate]
    /// What was read.
    public let counts: LogCounts
    /// For each pattern of the tally: the place of its template in `templates`.
    private let placeOfPattern: [Int32]
    private let placeOfShape: [UInt64: Int32]

    /// Finds the templates of a tally.
    /// - Parameter variables: whether to sum up what was seen of each variable.
    public init(_ tally: LogTally, variables: Bool = true) {
        let table = tally.table
        var reducer = TemplateReducer(table.signatures, pool: table.pool)
        reducer.reduce()
        let writer = TemplateText(pool: table.pool)
        var groups: [Int: [Int]] = [:]
        for pattern in tally.sights.indices where tally.sights[pattern].count > 0 {
            let signature = Int(table.signatureOfShape[pattern])
            groups[reducer.current[signature], default: []].append(pattern)
        }
        var found: [(template: LogTemplate, patterns: [Int])] = []
        for (place, patterns) in groups {
            let tokens = reducer.signatures[place]
            var sight = LogTally.Sight()
            for pattern in patterns { sight.add(tally.sights[pattern], lines: 0) }
            let isOverflow = patterns == [Int(SignatureTable.overflow)]
            let id = isOverflow ? 0 : writer.id(of: tokens)
            let shown = VariableSummary.result(
                of: patterns, tokens: tokens, tally: tally, reducer: reducer, isDetailed: variables)
            found.append(
                (
                    LogTemplate(
                        id: TemplateText.name(ofID: id),
                        text: writer.text(of: shown.tokens, literals: shown.literals), count: sight.count,
                        continuations: sight.continuations,
                        lines: min(sight.firstLine, sight.lastLine)...max(sight.lastLine, 1),
                        times: sight.firstTime <= sight.lastTime ? sight.firstTime...sight.lastTime : nil,
                        levels: Self.levels(sight), variables: shown.variables,
                        shapes: patterns.map { table.hashOfShape[$0] }.sorted()), patterns
                ))
        }
        found.sort {
            ($1.template.count, $0.template.lines.lowerBound, $0.template.id, $0.template.text)
                < ($0.template.count, $1.template.lines.lowerBound, $1.template.id, $1.template.text)
        }
        templates = found.map(\.template)
        counts = tally.counts
        var places = Array(repeating: Int32(-1), count: tally.sights.count)
        var shapes: [UInt64: Int32] = [:]
        for (place, entry) in found.enumerated() {
            for pattern in entry.patterns {
                places[pattern] = Int32(place)
                if pattern > 0 { shapes[table.hashOfShape[pattern]] = Int32(place) }
            }
        }
        placeOfPattern = places
        placeOfShape = shapes
    }

    /// The place in `templates` of a line that the tally's miner handed out; nil for another tally's.
    public func template(ofPattern pattern: Int) -> Int? {
        guard placeOfPattern.indices.contains(pattern), placeOfPattern[pattern] >= 0 else { return nil }
        return Int(placeOfPattern[pattern])
    }

    /// The place in `templates` of a shape, for lines that are read a second time.
    func place(ofShape shape: UInt64) -> Int32 { placeOfShape[shape] ?? placeOfPattern[0] }

    private static func levels(_ sight: LogTally.Sight) -> [LogLevel: Int] {
        let all = [
            sight.levels.1, sight.levels.2, sight.levels.3, sight.levels.4, sight.levels.5, sight.levels.6,
            sight.levels.7, sight.levels.8, sight.levels.9,
        ]
        var levels: [LogLevel: Int] = [:]
        for (index, count) in all.enumerated() where count > 0 {
            if let level = LogLevel(rawValue: UInt8(index + 1)) { levels[level] = Int(count) }
        }
        return levels
    }
}
