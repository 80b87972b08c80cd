/// The columns of a log that is a table: its first line names them.
///
/// A table is read as one only if its names say where the time or the message stands, or a column says how each row went,
/// as in a list of accounts that are affected or not; and if its rows have as many fields as there are names.
struct CSVHead: Sendable {
    /// What separates fields.
    let delimiter: UInt8
    /// The first line, which is no record.
    private let line: [UInt8]
    /// The names, fit to be keys: small letters, digits and `_`.
    private let names: [[UInt8]]
    private let (message, level): (Int, Int?)
    /// The column of the time, and that of the hour where day and hour have columns of their own.
    private let (time, hour): (Int?, Int?)

    private static let (fewest, most) = (2, 200)

    /// Reads the names of columns; nil where the lines are no such table.
    init?(_ first: LineBytes, rows: [LineBytes]) {
        guard first.count < 4096, !rows.isEmpty else { return nil }
        let found = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09, UInt8(ascii: "|")].lazy.compactMap {
            delimiter -> (UInt8, [[UInt8]])? in
            guard let names = Self.names(first, delimiter) else { return nil }
            let whole = rows.filter { Self.count($0, delimiter) == names.count }
            return whole.count * 10 >= rows.count * 7 ? (delimiter, names) : nil
        }.first
        guard let (delimiter, names) = found else { return nil }
        func column(_ words: Set<String>) -> Int? {
            names.firstIndex { words.contains(String(decoding: $0.filter { $0 != 0x5F }, as: UTF8.self)) }
        }
        let time = column(Self.times)
        let level = column(Self.levels)
        let outcome = time == nil ? Self.outcome(rows, delimiter, names) : nil
        guard
            let message = column(Self.messages)
                ?? Self.wordiest(rows, delimiter, names, besides: [time, level, outcome])
                ?? outcome.map({ $0 == 0 ? 1 : 0 })
        else { return nil }
        guard time != nil || outcome != nil || (level != nil && column(Self.messages) != nil) else {
            return nil
        }
        (self.delimiter, self.names, self.message, self.level) = (delimiter, names, message, level)
        let named = names.map { String(decoding: $0, as: UTF8.self) }
        let other = time.flatMap { named[$0] == "date" ? "time" : named[$0] == "time" ? "date" : nil }
        let pair = other.flatMap { named.firstIndex(of: $0) }
        self.time = other == "date" ? pair ?? time : time
        hour = other == "date" ? pair.flatMap { _ in time } : pair
        line = (0..<first.count).map { first[$0] }
    }

    private static let times: Set<String> = [
        "time", "timestamp", "ts", "date", "datetime", "eventtime", "logtime", "timegenerated", "createdat",
        "occurredat", "loggedat", "eventtimestamp", "starttime", "timecreated", "dateandtime",
    ]
    private static let levels: Set<String> = [
        "level", "severity", "loglevel", "lvl", "priority", "leveldisplayname", "severitytext", "levelname",
    ]
    private static let messages: Set<String> = [
        "message", "msg", "text", "event", "logmessage", "eventmessage", "body", "content", "details",
    ]

    // MARK: Names

    private static func names(_ line: LineBytes, _ delimiter: UInt8) -> [[UInt8]]? {
        var names: [[UInt8]] = []
        var isTable = true
        each(line, delimiter) { _, range in
            let name = range.map { line[$0] }
            isTable = isTable && isName(name)
            var key = name.map { $0.isAlphanumeric ? $0.lowercased : 0x5F }
            while key.last == 0x5F { key.removeLast() }
            while key.first == 0x5F { key.removeFirst() }
            names.append(key)
        }
        guard isTable, (fewest...most).contains(names.count), Set(names).count == names.count else {
            return nil
        }
        return names
    }

    private static func isName(_ name: [UInt8]) -> Bool {
        guard (1...60).contains(name.count), let first = name.first,
            first.isLetter || first == UInt8(ascii: "@") || first == UInt8(ascii: "_")
        else { return false }
        // A sentence is no name, and neither is what ends in a sign.
        return name.filter { $0 == 0x20 }.count <= 3
            && name.allSatisfy {
                $0.isWord || $0 == 0x20 || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "(")
                    || $0 == UInt8(ascii: ")")
            }
    }

    /// The column that holds sentences, where none is named as the message.
    private static func wordiest(
        _ rows: [LineBytes], _ delimiter: UInt8, _ names: [[UInt8]], besides: [Int?]
    ) -> Int? {
        var words = Array(repeating: 0, count: names.count)
        for row in rows {
            each(row, delimiter) { column, range in
                guard column < words.count else { return }
                words[column] += 1 + range.reduce(0) { $0 + (row[$1] == 0x20 ? 1 : 0) }
            }
        }
        let place = words.indices.filter { !besides.contains($0) }.max { (words[$0], $1) < (words[$1], $0) }
        return place.flatMap { words[$0] >= rows.count * 2 ? $0 : nil }
    }

    /// The column that says of nearly each row how it went; tables of two columns have nothing beside it.
    private static func outcome(_ rows: [LineBytes], _ delimiter: UInt8, _ names: [[UInt8]]) -> Int? {
        guard names.count > 2 else { return nil }
        let roles = names.map { name in
            String(decoding: name, as: UTF8.self).withLineBytes { FieldMeaning.shared.role(of: $0) } ?? .none
        }
        var told = Array(repeating: 0, count: names.count)
        for row in rows {
            each(row, delimiter) { column, range in
                guard column < told.count, [.outcome, .success, .failure].contains(roles[column]),
                    FieldMeaning.outcome(roles[column], row.slice(range.lowerBound, range.upperBound)) != nil
                else { return }
                told[column] += 1
            }
        }
        return told.firstIndex { $0 * 10 >= rows.count * 9 }
    }

    // MARK: Fields

    /// Hands each field to `body`, without its quotes; the last one of an unfinished row ends with the line.
    /// - Returns: whether all quotes were closed.
    @inline(__always)
    @discardableResult
    private static func each(_ line: LineBytes, _ delimiter: UInt8, _ body: (Int, Range<Int>) -> Void) -> Bool
    {
        var (at, column) = (0, 0)
        while true {
            if line[at] == UInt8(ascii: "\"") {
                let start = at + 1
                at = start
                while at < line.count {
                    if line[at] != UInt8(ascii: "\"") {
                        at += 1
                    } else if line[at + 1] == UInt8(ascii: "\"") {
                        at += 2
                    } else {
                        break
                    }
                }
                body(column, start..<min(at, line.count))
                guard at < line.count else { return false }
                at += 1
                while at < line.count, line[at] != delimiter { at += 1 }
            } else {
                let start = at
                while at < line.count, line[at] != delimiter { at += 1 }
                body(column, start..<at)
            }
            guard at < line.count else { return true }
            column += 1
            at += 1
        }
    }

    private static func count(_ line: LineBytes, _ delimiter: UInt8) -> Int {
        var count = 0
        each(line, delimiter) { _, _ in count += 1 }
        return count
    }

    /// What a row says of its message, time and level; nil for what is no row, the first line among it.
    func read(_ row: LineBytes) -> LineProjection? {
        guard !isHead(row) else { return nil }
        var projection = LineProjection()
        projection.isPlain = true
        var count = 0
        let isWhole = Self.each(row, delimiter) { column, range in
            count = column + 1
            if column == message { projection.message = range }
            if column == level { projection.level = range }
            if column == time { projection.time = range }
            if column == hour { projection.hour = range }
        }
        // A message over several lines leaves its quote open.
        guard isWhole ? count == names.count : count == message + 1 else { return nil }
        return projection.message.isEmpty ? nil : projection
    }

    private func isHead(_ row: LineBytes) -> Bool {
        guard row.count == line.count else { return false }
        for offset in line.indices where row[offset] != line[offset] { return false }
        return true
    }

    /// The text of a field with each pair of quotes as one.
    static func undouble(_ text: LineBytes, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        var at = 0
        while at < text.count {
            bytes.append(text[at])
            at += text[at] == UInt8(ascii: "\"") && text[at + 1] == UInt8(ascii: "\"") ? 2 : 1
        }
    }

    /// Writes the fields of a row as `name="value"`, without the message and what is empty.
    func pairs(of row: LineBytes, into text: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        Self.each(row, delimiter) { column, range in
            guard column < names.count, column != message, !range.isEmpty else { return }
            text += names[column]
            text += [UInt8(ascii: "="), UInt8(ascii: "\"")]
            for offset in range {
                let byte = row[offset]
                text.append(byte == UInt8(ascii: "\"") || byte == 0x5C ? UInt8(ascii: "'") : byte)
            }
            text += [UInt8(ascii: "\""), 0x20]
        }
    }
}
