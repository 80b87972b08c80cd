/// Reads single lines by a format: where the message stands, when it was written, how grave it is.
struct LineInterpreter: Sendable {
    /// What one line says.
    struct Read {
        var start = 0
        var end = 0
        var time: Int64?
        /// A level's raw value, or 0.
        var level: UInt8 = 0
        var goesOn = false
        /// Whether the message holds escapes of JSON.
        var isEscaped = false
        /// Whether quotes in it stand twice, as in tables.
        var isDoubled = false
        /// The request, where the line is one of an access log.
        var access: AccessLine?
    }

    private let layout: LogLayout
    private let hasStructure: Bool
    private let hasJSON: Bool
    private let hasPairs: Bool
    private let hasAccess: Bool
    private let headlessGoOn: Bool
    private let csv: CSVHead?
    private let isJournald: Bool

    init(_ format: LogFormat) {
        layout = format.layout
        hasJSON = format.hasJSON
        hasPairs = format.hasPairs
        hasStructure = hasJSON || hasPairs
        hasAccess = format.hasAccess
        headlessGoOn = format.headlessGoOn
        csv = format.csv
        isJournald = format.isJournald
    }

    @inline(__always)
    func read(
        _ line: LineBytes, _ scanner: inout FieldScanner, _ clock: inout TimeReader, isFirst: Bool
    ) -> Read {
        if isJournald { return entry(line, &scanner, &clock) }
        if let csv, let projection = csv.read(line) {
            return read(line, projection, &scanner, &clock)
        }
        if hasStructure, let form = LineProjection.form(of: line), form == .json ? hasJSON : hasPairs,
            let projection = LineProjection.read(line, form)
        {
            return read(line, projection, &scanner, &clock)
        }
        var read = plain(line, &scanner, &clock)
        if hasAccess, let access = AccessLine.read(line) {
            read.access = access
            // What failed on the server's side is an error, though no word says so.
            if read.level == 0, access.status >= 500 { read.level = LogLevel.error.rawValue }
            return read
        }
        let hasHead = read.time != nil || read.level != 0
        if !hasHead, !isFirst, line.count > 0, headlessGoOn || csv != nil || Continuation.looksContinued(line)
        {
            read.goesOn = !hasTag(&scanner)
        }
        return read
    }

    @inline(__always)
    private func plain(_ line: LineBytes, _ scanner: inout FieldScanner, _ clock: inout TimeReader) -> Read {
        scanner.begin(line)
        let reading = layout.reading(&scanner)
        var read = Read()
        read.time = clock.time(scanner, columns: reading.columns)
        if scanner.level != 0, scanner.levelColumn < reading.columns {
            read.level = scanner.level
        } else if line[0] == UInt8(ascii: "<") {
            read.level = priority(line)
        } else if reading.end < line.count {
            read.level = footerLevel(line, reading.end)
        }
        var start = reading.start
        var end = reading.end
        while start < end, line.base[start].isSpace { start += 1 }
        while end > start, line.base[end - 1].isSpace { end -= 1 }
        (read.start, read.end) = (start, end)
        return read
    }

    /// The level of `<34>` by RFC 3164 and RFC 5424.
    private func priority(_ line: LineBytes) -> UInt8 {
        var value = 0
        var at = 1
        while at < 4, line[at].isDigit {
            value = value * 10 + Int(line[at] & 15)
            at += 1
        }
        return at > 1 && line[at] == UInt8(ascii: ">") && value < 192
            ? LogLevel(severity: value & 7).rawValue : 0
    }

    private func footerLevel(_ line: LineBytes, _ end: Int) -> UInt8 {
        var start = end
        while start < line.count, !line[start].isLetter { start += 1 }
        var close = start
        while line[close].isLetter { close += 1 }
        return LevelWords.meaning(line, start, close)?.level.rawValue ?? 0
    }

    /// A line of an entry of journald: its message is the record, and the other fields belong to the one before.
    private func entry(
        _ line: LineBytes, _ scanner: inout FieldScanner, _ clock: inout TimeReader
    ) -> Read {
        guard let message = clock.entry.read(line) else {
            var read = Read()
            read.goesOn = true
            return read
        }
        var read = plain(line.slice(message.lowerBound, message.upperBound), &scanner, &clock)
        read.start += message.lowerBound
        read.end += message.lowerBound
        if read.level == 0 { read.level = clock.entry.level }
        // The journal knows year and zone, which a head inside the message may not say.
        read.time = clock.entry.time ?? read.time
        return read
    }

    private func hasTag(_ scanner: inout FieldScanner) -> Bool {
        FieldText.endsInNumber(scanner.line, scanner.field(0))
    }

    /// A structured line: the message may have a head of its own.
    private func read(
        _ line: LineBytes, _ projection: LineProjection, _ scanner: inout FieldScanner,
        _ clock: inout TimeReader
    ) -> Read {
        let shift = projection.message.lowerBound
        var read = plain(line.slice(shift, projection.message.upperBound), &scanner, &clock)
        read.start += shift
        read.end += shift
        if projection.isPlain {
            let quote = line.offset(of: UInt8(ascii: "\""), from: read.start, to: read.end)
            read.isDoubled = quote >= 0 && line[quote + 1] == UInt8(ascii: "\"")
        } else {
            read.isEscaped = line.offset(of: 0x5C, from: read.start, to: read.end) >= 0
        }
        if read.level == 0 { read.level = projection.level(in: line)?.rawValue ?? 0 }
        if read.time == nil, let stamp = projection.stamp(in: line) { read.time = clock.time(stamp) }
        return read
    }
}
