/// A file of time zones that does not read.
package struct ZoneProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package var description: String
}

extension ZoneRules {
    /// Reads a compiled file of the database of time zones, as it lies in /usr/share/zoneinfo.
    ///
    /// The format is TZif of RFC 8536, versions 1 to 4. What the file says in words of the years after its last change
    /// (the “footer”) is carried out up to `lastYear`.
    /// - Throws: `ZoneProblem` for bytes that are no such file.
    package init(name: String, tzif bytes: [UInt8]) throws(ZoneProblem) {
        var reader = TZifReader(bytes)
        let first = try reader.header()
        var block: TZifReader.Block
        var footer = ""
        if first.version == 0 {
            block = try reader.block(first, wide: false)
        } else {
            try reader.skip(first.size(wide: false))
            let second = try reader.header()
            block = try reader.block(second, wide: true)
            footer = try reader.footer()
        }
        if !footer.isEmpty {
            guard let rule = PosixZone(footer) else {
                throw ZoneProblem(description: "“\(footer)” is not a rule of a time zone")
            }
            let last = block.changes.last?.at ?? 0
            let year = Timestamp(microseconds: last * 1_000_000).parts.year
            // A rule holds from the last change on: without one, always.
            if block.changes.isEmpty { block.initial = rule.standard }
            for later in rule.changes(in: min(year, Self.lastYear)...Self.lastYear)
            where block.changes.isEmpty || later.at > last {
                block.changes.append(later)
            }
        }
        self.init(name: name, initial: block.initial, changes: block.changes)
    }
}

private struct TZifReader {
    struct Header {
        var version: UInt8
        var utcCount: Int, standardCount: Int, leapCount: Int, timeCount: Int, typeCount: Int, nameBytes: Int

        func size(wide: Bool) -> Int {
            let time = wide ? 8 : 4
            return timeCount * (time + 1) + typeCount * 6 + nameBytes + leapCount * (time + 4) + standardCount
                + utcCount
        }
    }

    struct Block {
        var initial: Int64
        var changes: [ZoneRules.Change]
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) throws(ZoneProblem) {
        guard count >= 0, bytes.count - place >= count else {
            throw ZoneProblem(description: "the file ends too early")
        }
        place += count
    }

    private mutating func number(_ width: Int) throws(ZoneProblem) -> Int64 {
        let start = place
        try skip(width)
        var value: Int64 = width < 8 && bytes[start] & 0x80 != 0 ? -1 : 0
        for byte in bytes[start..<place] { value = value << 8 | Int64(byte) }
        return value
    }

    mutating func header() throws(ZoneProblem) -> Header {
        let start = place
        try skip(20)
        guard bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
            throw ZoneProblem(description: "the file is not one of time zones")
        }
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try number(4))) }
        guard counts.allSatisfy({ (0...100_000).contains($0) }), counts[4] > 0 else {
            throw ZoneProblem(description: "the file's counts are wrong")
        }
        return Header(
            version: bytes[start + 4], utcCount: counts[0], standardCount: counts[1], leapCount: counts[2],
            timeCount: counts[3], typeCount: counts[4], nameBytes: counts[5])
    }

    mutating func block(_ header: Header, wide: Bool) throws(ZoneProblem) -> Block {
        guard header.leapCount == 0 else {
            throw ZoneProblem(description: "the file counts leap seconds; use one that does not")
        }
        var times: [Int64] = []
        for _ in 0..<header.timeCount { times.append(try number(wide ? 8 : 4)) }
        var types: [Int] = []
        for _ in 0..<header.timeCount { types.append(Int(UInt8(truncatingIfNeeded: try number(1)))) }
        var offsets: [Int64] = []
        for _ in 0..<header.typeCount {
            offsets.append(try number(4))
            try skip(2)
        }
        try skip(header.nameBytes + header.standardCount + header.utcCount)
        guard types.allSatisfy({ $0 < offsets.count }) else {
            throw ZoneProblem(description: "the file names an offset that it does not have")
        }
        return Block(
            initial: offsets[0],
            changes: zip(times, types).map { ZoneRules.Change(at: $0, offset: offsets[$1]) })
    }

    mutating func footer() throws(ZoneProblem) -> String {
        try skip(1)
        let rest = bytes[place...].prefix { $0 != 10 }
        return String(decoding: rest, as: UTF8.self)
    }
}

/// A zone as POSIX writes it in `TZ`: “CET-1CEST,M3.5.0,M10.5.0/3”.
struct PosixZone {
    /// A day of the year with a time on it.
    enum Day: Hashable {
        /// Of a month the n-th such weekday, the fifth being the last; Sunday is 0.
        case weekday(month: Int, week: Int, weekday: Int)
        /// The n-th day from 1, on which 29 February never counts.
        case julian(Int)
        /// The n-th day from 0, on which it counts.
        case ordinal(Int)
    }

    /// Seconds ahead of UTC in what the zone calls its usual time.
    let standard: Int64
    /// The other time: its offset, when it begins and when it ends.
    let other: (offset: Int64, begins: (Day, Int64), ends: (Day, Int64))?

    /// Reads the text; nil where it is no such rule.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard Self.name(&rest), let standard = Self.time(&rest) else { return nil }
        self.standard = -standard
        guard !rest.isEmpty else {
            other = nil
            return
        }
        guard Self.name(&rest) else { return nil }
        var offset = -standard + 3600
        if rest.first != UInt8(ascii: ",") {
            guard let written = Self.time(&rest) else { return nil }
            offset = -written
        }
        guard let begins = Self.day(&rest), let ends = Self.day(&rest), rest.isEmpty else { return nil }
        other = (offset, begins, ends)
    }

    /// The changes of some years, in order.
    func changes(in years: ClosedRange<Int>) -> [ZoneRules.Change] {
        guard let other else { return [] }
        var changes: [ZoneRules.Change] = []
        for year in years {
            // Each time is read on the clocks that are about to be changed.
            let begins = Self.second(other.begins, of: year) - standard
            let ends = Self.second(other.ends, of: year) - other.offset
            changes.append(ZoneRules.Change(at: begins, offset: other.offset))
            changes.append(ZoneRules.Change(at: ends, offset: standard))
        }
        return changes.sorted { $0.at < $1.at }
    }

    private static func second(_ moment: (day: Day, time: Int64), of year: Int) -> Int64 {
        let day: Int
        switch moment.day {
        case .weekday(let month, let week, let weekday):
            let first = daysFromCivil(year, month, 1)
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var found = first + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if found >= first + daysInMonth(month, of: year) { found -= 7 }
            day = found
        case .julian(let number):
            let isLeap = daysInMonth(2, of: year) == 29
            day = daysFromCivil(year, 1, 1) + number - 1 + (isLeap && number >= 60 ? 1 : 0)
        case .ordinal(let number): day = daysFromCivil(year, 1, 1) + number
        }
        return Int64(day) * 86_400 + moment.time
    }

    private static func name(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let start = rest.startIndex
        if rest.first == UInt8(ascii: "<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        rest = rest.drop { (65...90).contains($0 & 0xDF) }
        return rest.startIndex - start >= 3
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let digits = rest.prefix { (48...57).contains($0) }
        guard (1...6).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    private static func skip(_ character: Character, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == character.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func time(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let isNegative = skip("-", &rest)
        if !isNegative { _ = skip("+", &rest) }
        guard var seconds = number(&rest) else { return nil }
        seconds *= 3600
        for unit in [Int64(60), 1] where skip(":", &rest) {
            guard let part = number(&rest) else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    private static func day(_ rest: inout ArraySlice<UInt8>) -> (Day, Int64)? {
        guard skip(",", &rest) else { return nil }
        let day: Day
        if skip("M", &rest) {
            guard let month = number(&rest), skip(".", &rest), let week = number(&rest), skip(".", &rest),
                let weekday = number(&rest), (1...12).contains(month), (1...5).contains(week), weekday < 7
            else { return nil }
            day = .weekday(month: Int(month), week: Int(week), weekday: Int(weekday))
        } else if skip("J", &rest) {
            guard let number = number(&rest), (1...365).contains(number) else { return nil }
            day = .julian(Int(number))
        } else {
            guard let number = number(&rest), number <= 365 else { return nil }
            day = .ordinal(Int(number))
        }
        guard skip("/", &rest) else { return (day, 7200) }
        guard let time = time(&rest) else { return nil }
        return (day, time)
    }
}
