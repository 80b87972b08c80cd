/// Reads a log in pieces and gathers what a diagnosis needs, in one pass and bounded memory.
///
/// To read parts of a log at the same time, give each part an examiner and append the digests in order; a
/// part must begin at the beginning of a line.
public struct LogExaminer: ~Copyable {
    private var miner: LogMiner
    private var collector: LogCollector

    /// Makes an examiner for the part of a log that begins at `offset`.
    /// - Parameter name: the log's path as people know it.
    public init(
        _ format: LogFormat, name: String, as role: LogRole = .subject, from offset: Int = 0,
        options: ExaminationOptions = ExaminationOptions()
    ) {
        miner = LogMiner(format, from: offset, limits: options.limits)
        collector = LogCollector(format, name: name, role: role, offset: offset, options)
    }

    /// Reads the next piece.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        Self.feed(&miner, &collector, bytes)
    }

    private static func feed(
        _ miner: inout LogMiner, _ collector: inout LogCollector, _ bytes: UnsafeRawBufferPointer
    ) {
        miner.feed(bytes) { collector.add($0) }
    }

    /// Notes something about the source that people should know, in a sentence.
    public mutating func note(_ text: String) { collector.source.notes.append(text) }

    /// Ends the part and returns what it holds.
    public consuming func finish() -> LogDigest {
        Self.finish(&miner, &collector)
        return collector.digest(miner.tally)
    }

    private static func finish(_ miner: inout LogMiner, _ collector: inout LogCollector) {
        miner.finish { collector.add($0) }
    }
}

/// Gathers from each line what a diagnosis needs.
struct LogCollector {
    var source: LogSourceSummary
    private let window: Range<Int64>?
    private let baselineWindow: Range<Int64>?
    private let hasFields: Bool
    /// The columns, where the log is a table; its fields are looked at as pairs, written here.
    private let csv: CSVHead?
    private var pairs: [UInt8] = []
    private let seed: UInt64
    private var digest: LogDigest
    private var reader: TraceReader
    private var side = Side.subject
    /// For each pattern what has to be looked at in its lines.
    private var watched: [Watched] = []

    private enum Side { case subject, baseline, outside }

    /// What the lines of a pattern are looked at for.
    private struct Watched: OptionSet {
        let rawValue: UInt8
        static let duration = Watched(rawValue: 1)
        static let note = Watched(rawValue: 2)
        static let fields = Watched(rawValue: 4)
        static let code = Watched(rawValue: 8)
        /// Words say that something went wrong, for lines that have no level.
        static let trouble = Watched(rawValue: 16)
    }

    init(_ format: LogFormat, name: String, role: LogRole, offset: Int, _ options: ExaminationOptions) {
        source = LogSourceSummary(
            name: name, role: role, linesBefore: 0, counts: LogCounts(), notes: format.time.notes,
            form: format.formText)
        window = role == .baseline ? options.baselineWindow.map { _ in 0..<0 } : options.window
        baselineWindow = options.baselineWindow
        side =
            window != nil && baselineWindow != nil
            ? .outside : role == .baseline || window != nil ? .baseline : .subject
        hasFields = format.hasJSON || format.hasPairs
        csv = format.csv
        seed = StableHash.mix(UInt64(truncatingIfNeeded: offset), StableHash.text(name))
        digest = LogDigest(limits: LogLimits(patterns: 0))
        reader = TraceReader(options.ownership)
    }

    @inline(__always)
    mutating func add(_ line: LogLine) {
        let pattern = line.pattern
        if let time = line.time {
            if let window { choose(time, window) }
            source.clock.add(time, line: line.number)
        }
        if pattern >= watched.count { watch(line) }
        switch side {
        case .subject: Self.count(line, &digest.subject)
        case .baseline: Self.count(line, &digest.baseline)
        case .outside:
            digest.outside += 1
            return
        }
        note(side == .subject, line.time)
        if side == .subject {
            if let time = line.time { digest.activity.add(pattern, time: time, line: line.number) }
            if let level = line.level, level >= .error {
                source.errors += 1
                // Without any time, the order of lines is all there is.
                digest.errors.add(pattern, time: line.time ?? 0, line: line.number)
            }
            let flags = watched[pattern]
            if !flags.isEmpty { look(line, flags) }
            trace(line)
        }
    }

    @inline(__always)
    private mutating func choose(_ time: Int64, _ window: Range<Int64>) {
        if let baselineWindow {
            side = window.contains(time) ? .subject : baselineWindow.contains(time) ? .baseline : .outside
        } else {
            side = time < window.lowerBound ? .baseline : time < window.upperBound ? .subject : .outside
        }
    }

    @inline(__always)
    private static func count(_ line: LogLine, _ sights: inout [LogTally.Sight]) {
        if line.pattern >= sights.count { grow(&sights, line.pattern) }
        sights.withUnsafeMutableBufferPointer { sights in
            let sight = sights.baseAddress.unsafelyUnwrapped + line.pattern
            sight.pointee.count += 1
            if line.goesOn { sight.pointee.continuations += 1 }
            if line.number < sight.pointee.firstLine { sight.pointee.firstLine = line.number }
            sight.pointee.lastLine = line.number
            if let time = line.time {
                if time < sight.pointee.firstTime { sight.pointee.firstTime = time }
                if time > sight.pointee.lastTime { sight.pointee.lastTime = time }
            }
            sight.pointee.count(level: line.level?.rawValue ?? 0)
        }
    }

    private static func grow(_ sights: inout [LogTally.Sight], _ pattern: Int) {
        while sights.count <= pattern { sights.append(LogTally.Sight()) }
    }

    @inline(__always)
    private mutating func note(_ isSubject: Bool, _ time: Int64?) {
        if isSubject {
            digest.sides.subjectLines += 1
            if let time { Self.widen(&digest.sides.subjectTimes, time) }
        } else {
            digest.sides.baselineLines += 1
            if let time { Self.widen(&digest.sides.baselineTimes, time) }
        }
    }

    @inline(__always)
    private static func widen(_ range: inout ClosedRange<Int64>?, _ time: Int64) {
        guard let known = range else {
            range = time...time
            return
        }
        if time > known.upperBound {
            range = known.lowerBound...time
        } else if time < known.lowerBound {
            range = time...known.upperBound
        }
    }

    /// Hands the line to `body` as what its fields are read from: itself, or of a table its fields as pairs.
    @inline(__always)
    private mutating func withFields<T>(_ bytes: LineBytes, _ body: (inout Self, LineBytes) -> T) -> T {
        guard let csv else { return body(&self, bytes) }
        var text: [UInt8] = []
        swap(&text, &pairs)
        csv.pairs(of: bytes, into: &text)
        defer { swap(&text, &pairs) }
        return text.withUnsafeBytes { body(&self, LineBytes($0)) }
    }

    /// Decides what the lines of a new pattern are looked at for.
    private mutating func watch(_ line: LogLine) {
        let bytes = LineBytes(line.bytes)
        let flags = withFields(bytes) { $0.flags(line, bytes, fields: $1) }
        while watched.count < line.pattern { watched.append([]) }
        watched.append(flags)
    }

    private func flags(_ line: LogLine, _ bytes: LineBytes, fields text: LineBytes) -> Watched {
        let message = bytes.slice(line.message.lowerBound, line.message.upperBound)
        var flags: Watched = []
        if DurationText.first(in: message) != nil { flags.insert(.duration) }
        if LineOfInterest.isNoted(message) { flags.insert(.note) }
        var fields = 0
        if hasFields || csv != nil || ByteSearch.first(0x3D, in: bytes, from: 0) != nil {
            FieldWalk.each(text) { _, _ in fields += 1 }
        }
        if fields >= 2 { flags.insert(.fields) }
        if ErrorCode.first(in: message) != nil || fields >= 2 && ErrorCode.first(in: text) != nil {
            flags.insert(.code)
            let words = message.lowercasedBytes
            let isTrouble = words.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { Words.isTrouble(LineBytes(base: $0, count: buffer.count)) } ?? false
            }
            if isTrouble { flags.insert(.trouble) }
        }
        return flags
    }

    private mutating func look(_ line: LogLine, _ flags: Watched) {
        let bytes = LineBytes(line.bytes)
        let message = bytes.slice(line.message.lowerBound, line.message.upperBound)
        if flags.contains(.note) {
            digest.notes.add(
                line.pattern,
                .init(line: line.number, time: line.time, text: String(message.text.prefix(400))))
        }
        if flags.contains(.code), line.level.map({ $0 >= .warning }) ?? flags.contains(.trouble) {
            lookAtCodes(line, bytes, message, flags)
        }
        var duration: Double?
        if flags.contains(.duration) { duration = DurationText.first(in: message) }
        if flags.contains(.fields) {
            withFields(bytes) { $0.lookAtFields(line, $1, &duration) }
        }
        if let duration {
            digest.latency.add(
                line.pattern, .init(microseconds: duration, time: line.time, line: line.number))
        }
    }

    private mutating func lookAtCodes(
        _ line: LogLine, _ bytes: LineBytes, _ message: LineBytes, _ flags: Watched
    ) {
        var known: [String] = []
        func add(_ code: String) { if !known.contains(code) { known.append(code) } }
        if csv != nil || !flags.contains(.fields) { ErrorCode.each(in: message, add) }
        if flags.contains(.fields) {
            withFields(bytes) { _, fields in ErrorCode.each(in: fields, add) }
        }
        for code in known { digest.codes.add(code, line: line.number, time: line.time) }
    }

    private mutating func lookAtFields(_ line: LogLine, _ bytes: LineBytes, _ duration: inout Double?) {
        var outcome: Bool?
        var isCorrelated = false
        var count = 0
        let meaning = FieldMeaning.shared
        FieldWalk.each(bytes) { key, value in
            count += 1
            let role = meaning.role(of: key)
            switch role {
            case .none, .frame: break
            case .correlation: isCorrelated = true
            case .outcome, .success, .failure, .error, .exitCode:
                guard let says = FieldMeaning.outcome(role, value) else { return }
                outcome = says && outcome != false
            default: if duration == nil { duration = FieldMeaning.microseconds(role, value) }
            }
        }
        source.structured += 1
        let isError = line.level.map { $0 >= .error } ?? false
        if isCorrelated {
            source.correlated.all += 1
            if isError { source.correlated.errors += 1 }
        }
        // Where no field says how it went, the level does.
        let failed = outcome.map { !$0 } ?? isError
        digest.outcomes.count(failed: failed)
        let hash = StableHash.mix(seed, UInt64(truncatingIfNeeded: line.number))
        if digest.outcomes.wants(hash, failed: failed) {
            digest.outcomes.add(
                bytes, hash: hash, failed: failed, time: line.time, number: line.number, pattern: line.pattern
            )
        }
    }

    @inline(__always)
    private mutating func trace(_ line: LogLine) {
        let bytes = LineBytes(line.bytes)
        let isNew = !line.goesOn
        // What belongs to a trace may look like a head: “Fatal error: ”, “2 [ra] 0x55d0 Orders.store(_:)”.
        let isWhole =
            !isNew || line.time == nil && (reader.isReading ? reader.takes(bytes) : FrameLine.mayBe(bytes))
        let message = isWhole ? bytes : bytes.slice(line.message.lowerBound, line.message.upperBound)
        if isNew, !reader.isReading, !FrameLine.mayBe(message) {
            reader.begin(message, number: line.number, time: line.time)
            if hasFields || (line.level ?? .info) >= .warning { escaped(line, bytes) }
            return
        }
        if let found = reader.add(message, number: line.number, isNew: isNew, time: line.time) {
            digest.traces.add(found)
        }
    }

    /// A trace inside a value, with its line ends as escapes.
    @inline(__always)
    private mutating func escaped(_ line: LogLine, _ bytes: LineBytes) {
        guard let first = EscapedTrace.firstBreak(bytes) else { return }
        if let found = EscapedTrace.read(
            bytes, around: first, number: line.number, time: line.time, reader.fresh())
        {
            digest.traces.add(found)
        }
    }

    /// The digest of the part, with the tally of its miner.
    consuming func digest(_ tally: LogTally) -> LogDigest {
        if let found = reader.close() { digest.traces.add(found) }
        source.counts = tally.counts
        digest.tally = tally
        Self.grow(&digest.subject, tally.sights.count - 1)
        Self.grow(&digest.baseline, tally.sights.count - 1)
        digest.sources = [source]
        return digest
    }
}

/// Which lines are worth remembering by their text.
enum LineOfInterest {
    /// Whether a message tells of a version, a start or a stop.
    static func isNoted(_ message: LineBytes) -> Bool {
        guard message.count < 600 else { return false }
        let text = message.lowercasedBytes
        return text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return false }
            let line = LineBytes(base: base, count: buffer.count)
            return line.offset(of: "version") >= 0 || line.offset(of: "start") >= 0
                || line.offset(of: "boot") >= 0
                || line.offset(of: "listening") >= 0 || line.offset(of: "shut") >= 0
                || line.offset(of: "release") >= 0 || line.offset(of: "deploy") >= 0
                || line.offset(of: "ready for connections") >= 0 || line.offset(of: "ready to accept") >= 0
                || line.offset(of: "terminat") >= 0 || line.offset(of: "sigterm") >= 0
        }
    }
}

extension LineBytes {
    init(_ bytes: UnsafeRawBufferPointer) {
        // A line without bytes has no address; any address does for none.
        base =
            bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? ByteTable.shared.base
        count = bytes.count
    }

    /// The bytes with capital letters as small ones.
    var lowercasedBytes: [UInt8] {
        Array(unsafeUninitializedCapacity: count) { buffer, length in
            for offset in 0..<count { buffer[offset] = base[offset].lowercased }
            length = count
        }
    }
}
