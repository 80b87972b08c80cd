/// Reads a log in pieces and tallies its patterns, with time and level of each line.
///
/// How the log is cut into pieces makes no difference. Memory is bounded: of a line longer than
/// `LogLimits.lineBytes` only the beginning is looked at, and patterns beyond `LogLimits.patterns` are
/// counted together. To read parts of a log at the same time, give each part a miner and append the
/// tallies in order; a part must begin at the beginning of a line.
public struct LogMiner: ~Copyable {
    /// What was found so far.
    public private(set) var tally: LogTally
    private let reader: LineInterpreter
    private var scanner = FieldScanner()
    private var tokenizer = Tokenizer()
    private var clock: TimeReader
    private let lineLimit: Int
    /// The beginning of a line whose end has not come yet.
    private var held: [UInt8] = []
    /// How many bytes the unfinished line has, with those that are not held.
    private var heldLength = 0
    private var offset: Int
    private let seed: UInt64
    /// Memory for messages whose escapes are resolved.
    private var unescaped: [UInt8] = []

    /// Makes a miner for the part of a log that begins at `offset`, which must be the beginning of a line.
    public init(_ format: LogFormat, from offset: Int = 0, limits: LogLimits = LogLimits()) {
        tally = LogTally(limits: limits)
        reader = LineInterpreter(format)
        scanner.takesTrailingYear = format.layout.takesTrailingYear
        clock = TimeReader(format.time, from: offset)
        lineLimit = max(256, limits.lineBytes)
        self.offset = offset
        seed = StableHash.mix(UInt64(truncatingIfNeeded: offset), 0x7715)
    }

    /// Reads the next piece and hands each line that ends in it to `each`.
    public mutating func feed<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, _ each: (LogLine) throws(Failure) -> Void
    ) throws(Failure) {
        try withoutActuallyEscaping(each) { each throws(Failure) in try walk(bytes, each) }
    }

    /// Reads the next piece.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        walk(bytes, nil as ((LogLine) throws(Never) -> Void)?)
    }

    private mutating func walk<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, _ each: ((LogLine) throws(Failure) -> Void)?
    ) throws(Failure) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        var start = 0
        let isClean = ByteScan.isPlainText(bytes)
        if heldLength > 0 {
            guard let end = bytes.firstOffset(of: 0x0A, from: 0) else {
                hold(base, bytes.count)
                return
            }
            hold(base, end)
            try finishHeld(lineEnd: 1, each)
            start = end + 1
        }
        while start < bytes.count {
            guard let end = bytes.firstOffset(of: 0x0A, from: start) else {
                hold(base + start, bytes.count - start)
                return
            }
            let length = end - start
            try take(
                LineBytes(base: base + start, count: min(length, lineLimit)), length: length, lineEnd: 1,
                isClean: isClean, each)
            start = end + 1
        }
    }

    /// Reads what stands behind the last line end; the part is complete.
    public mutating func finish<Failure: Error>(
        _ each: (LogLine) throws(Failure) -> Void
    ) throws(Failure) {
        guard heldLength > 0 else { return }
        try withoutActuallyEscaping(each) { each throws(Failure) in try finishHeld(lineEnd: 0, each) }
    }

    /// Reads what stands behind the last line end; the part is complete.
    public mutating func finish() {
        if heldLength > 0 { finishHeld(lineEnd: 0, nil as ((LogLine) throws(Never) -> Void)?) }
    }

    private mutating func hold(_ base: UnsafePointer<UInt8>, _ count: Int) {
        heldLength += count
        let room = lineLimit - held.count
        if room > 0 { held.append(contentsOf: UnsafeBufferPointer(start: base, count: min(room, count))) }
    }

    private mutating func finishHeld<Failure: Error>(
        lineEnd: Int, _ each: ((LogLine) throws(Failure) -> Void)?
    ) throws(Failure) {
        // Taken out, so that the bytes stay in place while the miner changes.
        var line: [UInt8] = []
        swap(&line, &held)
        let length = heldLength
        heldLength = 0
        try line.withUnsafeBufferPointer { (buffer) throws(Failure) in
            if let base = buffer.baseAddress {
                try take(
                    LineBytes(base: base, count: buffer.count), length: length, lineEnd: lineEnd,
                    isClean: false,
                    each)
            }
        }
        line.removeAll(keepingCapacity: true)
        swap(&line, &held)
    }

    @inline(__always)
    private mutating func take<Failure: Error>(
        _ whole: LineBytes, length: Int, lineEnd: Int, isClean: Bool,
        _ each: ((LogLine) throws(Failure) -> Void)?
    ) throws(Failure) {
        var end = whole.count
        while end > 0, whole.base[end - 1] == 0x0D { end -= 1 }
        let line = LineBytes(base: whole.base, count: end).withoutMark(at: offset)
        tally.counts.lines += 1
        let number = tally.counts.lines
        let lineOffset = offset
        offset += length + lineEnd
        tally.counts.bytes += length + lineEnd
        if length > whole.count { tally.counts.cut += 1 }
        if !isClean { noteFaults(line, isCut: length > whole.count) }
        let read = reader.read(line, &scanner, &clock, isFirst: tally.counts.records == 0)
        let message = line.slice(read.start, read.end)
        // A field that goes on an entry of journald has no message, but is not empty.
        let isField = read.goesOn && line.count > 0 && !line[0].isSpace
        if message.count == 0, read.time == nil, read.level == 0, !isField {
            tally.counts.empty += 1
        }
        if read.goesOn { tally.counts.continuations += 1 } else { tally.counts.records += 1 }

        let place: Int
        if let access = read.access {
            place = count(access, line, number, read)
        } else if read.isEscaped || read.isDoubled {
            place = countUnescaped(message, number, read)
        } else {
            place = count(message, number, read)
        }
        guard let each else { return }
        try each(
            LogLine(
                number: number, offset: lineOffset,
                bytes: UnsafeRawBufferPointer(start: line.base, count: line.count),
                message: read.start..<read.end,
                time: read.time, level: LogLevel(rawValue: read.level), goesOn: read.goesOn, pattern: place))
    }

    private mutating func countUnescaped(_ message: LineBytes, _ number: Int, _ read: LineInterpreter.Read)
        -> Int
    {
        // Taken out, so that the bytes stay in place while the miner changes.
        var plain: [UInt8] = []
        swap(&plain, &unescaped)
        if read.isDoubled {
            CSVHead.undouble(message, into: &plain)
        } else {
            LineProjection.unescape(message, into: &plain)
        }
        let place = plain.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { count(LineBytes(base: $0, count: buffer.count).trimmed, number, read) }
                ?? 0
        }
        swap(&plain, &unescaped)
        return place
    }

    /// Counts a message and returns the place of its pattern.
    @inline(__always)
    private mutating func count(_ message: LineBytes, _ number: Int, _ read: LineInterpreter.Read) -> Int {
        let shape = tokenizer.shape(of: message)
        let place: Int
        if let known = tally.table.place(of: shape) {
            place = Int(known)
        } else {
            place = Int(tally.table.insert(message, shape: shape, &tokenizer))
            tally.samples.grow(to: place + 1)
            while tally.sights.count <= place { tally.sights.append(LogTally.Sight()) }
        }
        see(place, number, read)
        let hash = StableHash.mix(seed, UInt64(truncatingIfNeeded: number))
        if tally.samples.wants(hash, of: place) { tally.samples.add(message, hash: hash, to: place) }
        return place
    }

    /// Counts a request by its method, route and status; returns the place of its pattern.
    private mutating func count(
        _ access: AccessLine, _ line: LineBytes, _ number: Int, _ read: LineInterpreter.Read
    ) -> Int {
        let shape = access.shape(line)
        let place: Int
        if let known = tally.table.place(of: shape) {
            place = Int(known)
        } else {
            place = Int(tally.table.insert(access, line, shape: shape))
            tally.samples.grow(to: place + 1)
            while tally.sights.count <= place { tally.sights.append(LogTally.Sight()) }
        }
        see(place, number, read)
        return place
    }

    /// Notes that a line has a pattern.
    @inline(__always)
    private mutating func see(_ place: Int, _ number: Int, _ read: LineInterpreter.Read) {
        if place == Int(SignatureTable.overflow) { tally.counts.overflow += 1 }
        let time = read.time
        tally.sights.withUnsafeMutableBufferPointer { sights in
            let sight = sights.baseAddress.unsafelyUnwrapped + place
            sight.pointee.count += 1
            if read.goesOn { sight.pointee.continuations += 1 }
            if number < sight.pointee.firstLine { sight.pointee.firstLine = number }
            sight.pointee.lastLine = number
            if let time {
                if time < sight.pointee.firstTime { sight.pointee.firstTime = time }
                if time > sight.pointee.lastTime { sight.pointee.lastTime = time }
            }
            sight.pointee.count(level: read.level)
        }
        if time != nil { tally.counts.timed += 1 }
    }

    private mutating func noteFaults(_ line: LineBytes, isCut: Bool) {
        let bytes = UnsafeRawBufferPointer(start: line.base, count: line.count)
        if bytes.firstOffset(of: 0, from: 0) != nil { tally.counts.withNUL += 1 }
        if UTF8Text.isValid(bytes) { return }
        if isCut {
            // The cut may have gone through a character.
            for missing in 1...3 where line.count > missing {
                if UTF8Text.isValid(UnsafeRawBufferPointer(rebasing: bytes.dropLast(missing))) { return }
            }
        }
        tally.counts.invalid += 1
    }
}
