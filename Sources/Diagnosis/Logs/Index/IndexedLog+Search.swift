extension LogQuery {
    /// Where the text was found in bytes, in their order and apart from each other; what goes over a line's end is none.
    func matches(in bytes: [UInt8]) -> [Range<Int>] {
        guard let pattern, let scratch = pattern.makeScratch() else { return [] }
        var found: [PatternDatabase.Match] = []
        bytes.withUnsafeBufferPointer { pattern.scan($0, scratch: scratch, into: &found) }
        guard !found.isEmpty else { return [] }
        found.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        var ranges: [Range<Int>] = []
        bytes.withUnsafeBytes { raw in
            var lineEnd = -1
            for match in found where match.end > match.start {
                let range = Int(match.start)..<Int(match.end)
                if range.lowerBound > lineEnd || lineEnd < 0 {
                    lineEnd = raw.firstOffset(of: 0x0A, from: range.lowerBound) ?? raw.count
                }
                guard range.upperBound <= lineEnd else { continue }
                if let last = ranges.last, last.upperBound > range.lowerBound {
                    ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
                } else {
                    ranges.append(range)
                }
            }
        }
        return ranges
    }

    fileprivate func takes(time: Int64?) -> Bool {
        guard from != nil || to != nil else { return true }
        guard let time else { return false }
        return time >= from ?? .min && time <= to ?? .max
    }
}

extension IndexedLog {
    /// A record that a search found: its lines, or the first of them.
    public struct Record: Sendable {
        /// Its lines.
        public var lines: [Line]
        /// How many it has.
        public var lineCount: Int

        /// A record of these lines.
        public init(lines: [Line], lineCount: Int) { (self.lines, self.lineCount) = (lines, lineCount) }
    }

    /// What a search gave so far.
    public struct Found: Sendable {
        /// The records, in the order of the log.
        public var records: [Record] = []
        /// The line to go on from: the next one forwards, or the one before which to look backwards; nil where all was
        /// looked at.
        public var next: Int64?
        /// How many bytes were read for it.
        public var scanned: Int64 = 0
    }

    /// Which way a search goes.
    public enum Direction: String, Sendable {
        /// Towards the end.
        case forward
        /// Towards the beginning.
        case back
    }

    /// How many bytes of a very long line are looked at together, and how many of them again with the next.
    private static let window = (bytes: 4 << 20, overlap: 64 << 10)

    /// Looks for records from a line on, forwards in those that begin at it or later, backwards in those before it.
    ///
    /// It ends when `most` were found, or once `budget` bytes were read: then `next` says where to go on. Blocks that
    /// can hold nothing by their levels and times are not read. What another query finds can be marked in them.
    public func find(
        _ query: LogQuery, from number: Int64, _ direction: Direction = .forward, most: Int, budget: Int64,
        marking marks: LogQuery? = nil
    ) throws -> Found {
        var result = Found()
        guard index.lines > 0 else { return result }
        if direction == .forward {
            guard var block = index.block(ofLine: max(1, number)) else { return result }
            var from = max(1, number)
            while block < index.blocks.count {
                if try look(
                    at: block, query, marks, &result, from: from, to: .max, most: most - result.records.count)
                {
                    result.next = result.records.last.flatMap { record in
                        record.lines.first.map { $0.number + Int64(record.lineCount) }
                    }
                    if let next = result.next, next > index.lines { result.next = nil }
                    return result
                }
                from = index.lastLine(ofBlock: block) + 1
                block += 1
                if result.scanned >= budget, block < index.blocks.count {
                    result.next = from
                    return result
                }
            }
            return result
        }
        guard number > 1, var block = index.block(ofLine: min(number, index.lines + 1) - 1) else {
            return result
        }
        var before = number
        while true {
            var some = Found()
            _ = try look(at: block, query, marks, &some, from: 1, to: before - 1, most: .max)
            result.scanned += some.scanned
            let room = most - result.records.count
            let isFull = some.records.count >= room
            result.records = some.records.suffix(room) + result.records
            if isFull {
                result.next = result.records.first?.lines.first?.number
                if result.next == 1 { result.next = nil }
                return result
            }
            before = index.blocks[block].line + 1
            guard block > 0 else { return result }
            block -= 1
            if result.scanned >= budget {
                result.next = before
                return result
            }
        }
    }

    /// When the records were written that a search finds.
    public struct Course: Sendable {
        /// Those that say when.
        public var activity = LogActivity()
        /// All of them.
        public var records: Int64 = 0
        /// The first line that was not looked at; nil where all were.
        public var next: Int64?
        /// How many of them name no time.
        public var untimed: Int64 { records - activity.total }
    }

    /// Counts what a search finds by its times, from the beginning of the log until `budget` bytes were read.
    ///
    /// It costs what reading the blocks costs that may hold something.
    public func course(of query: LogQuery, budget: Int64) throws -> Course {
        var course = Course()
        var scanned: Int64 = 0
        for block in index.blocks.indices {
            if scanned >= budget {
                course.next = index.blocks[block].line + 1
                break
            }
            var found = Found()
            _ = try look(at: block, query, nil, &found, from: 1, to: .max, most: .max)
            scanned += found.scanned
            // What goes on a record from the block before was counted there.
            for line in found.records.compactMap(\.lines.first) where !line.goesOn {
                course.records += 1
                if let time = line.time { course.activity.add(time, level: line.level?.rawValue ?? 0) }
            }
        }
        course.activity.settle()
        return course
    }

    /// Whether a block may hold what is looked for, by its levels and times.
    private func mayHold(_ query: LogQuery, _ block: Int) -> Bool {
        let entry = index.blocks[block]
        if let level = query.level, index.count(atLeast: level, inBlock: block) == 0,
            entry.carried < level.rawValue
        {
            return false
        }
        guard query.from != nil || query.to != nil else { return true }
        return entry.first <= query.to ?? .max && entry.last >= query.from ?? .min
    }

    /// Looks at the records of one block that begin in `from...to`; whether `most` were found.
    private func look(
        at block: Int, _ query: LogQuery, _ marks: LogQuery?, _ result: inout Found, from: Int64, to: Int64,
        most: Int
    ) throws -> Bool {
        guard mayHold(query, block) else { return false }
        let bytes = try bytes(ofBlock: block)
        result.scanned += Int64(bytes.count)
        let matches = (query.hasText ? query : marks ?? query).matches(in: bytes)
        let hasTail =
            query.hasText ? try tailMatches(query, block, from: bytes.count, &result.scanned) : false
        if query.hasText, matches.isEmpty, !hasTail { return false }
        let entry = index.blocks[block]
        let lastNumber = index.lastLine(ofBlock: block)
        var time: Int64? =
            block > 0 && index.blocks[block - 1].last > .min ? index.blocks[block - 1].last : nil
        var count = 0
        var current: Candidate?
        func settle() {
            guard let candidate = current, candidate.isTaken else { return }
            result.records.append(Record(lines: candidate.lines, lineCount: candidate.count))
            count += 1
        }
        try walk(block, bytes, matches) { line in
            if line.goesOn, current != nil {
                current?.add(line, isFound: !line.marks.isEmpty || (hasTail && line.number == lastNumber))
                return true
            }
            settle()
            current = nil
            if count >= most || line.number > to { return false }
            time = line.time ?? time
            let level = line.goesOn ? entry.carried : line.level?.rawValue ?? 0
            let isMeant =
                line.number >= from && query.takes(time: time)
                && (query.level.map { level >= $0.rawValue } ?? true)
            current = Candidate(isMeant: isMeant, needsText: query.hasText)
            current?.add(line, isFound: !line.marks.isEmpty || (hasTail && line.number == lastNumber))
            return true
        }
        if count < most { settle() }
        return count >= most
    }

    /// A record of which not all lines were seen yet.
    private struct Candidate {
        let isMeant: Bool
        let needsText: Bool
        var lines: [Line] = []
        var count = 0
        var isFound = false

        var isTaken: Bool { isMeant && (isFound || !needsText) }

        init(isMeant: Bool, needsText: Bool) { (self.isMeant, self.needsText) = (isMeant, needsText) }

        mutating func add(_ line: Line, isFound: Bool) {
            count += 1
            if isFound { self.isFound = true }
            guard isMeant, lines.count < IndexedLog.shownLines else { return }
            var line = line.cut
            // The end of a very long line is not read with its block, so its places are not known.
            if isFound, line.marks.isEmpty, line.marksBeyond == 0 { line.marksBeyond = 1 }
            lines.append(line)
        }
    }

    /// Whether the part of a very long last line that was not read with its block holds the text.
    private func tailMatches(
        _ query: LogQuery, _ block: Int, from read: Int, _ scanned: inout Int64
    ) throws -> Bool {
        let start = index.blocks[block].offset
        let end = index.end(ofBlock: block)
        var at = start + Int64(read)
        guard at < end else { return false }
        at = max(start, at - Int64(Self.window.overlap))
        while at < end {
            let piece = try source.read(at: at, count: Int(min(Int64(Self.window.bytes), end - at)))
            guard !piece.isEmpty else { return false }
            scanned += Int64(piece.count)
            if !query.matches(in: piece).isEmpty { return true }
            if at + Int64(piece.count) >= end { return false }
            at += Int64(max(1, piece.count - Self.window.overlap))
        }
        return false
    }
}
