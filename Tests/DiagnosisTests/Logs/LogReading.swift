import Diagnosis

/// A log that was read whole, for tests to ask.
struct LogReading {
    /// One line as it was handed out.
    struct Line: Equatable {
        var number: Int
        var offset: Int
        var message: String
        var time: Int64?
        var level: LogLevel?
        var goesOn: Bool
        var pattern: Int

        /// The time as text.
        var at: String? { time.map(LogTime.text) }
    }

    var format: LogFormat
    var templates: LogTemplates
    var lines: [Line] = []

    /// Reads `text` in pieces of `piece` bytes.
    init(
        _ text: String, piece: Int = 1 << 20, limits: LogLimits = LogLimits(),
        assuming assumptions: LogFormat.Assumptions = .init()
    ) {
        self.init(bytes: Array(text.utf8), piece: piece, limits: limits, assuming: assumptions)
    }

    init(
        bytes: [UInt8], piece: Int = 1 << 20, limits: LogLimits = LogLimits(),
        assuming assumptions: LogFormat.Assumptions = .init()
    ) {
        format = LogFormat(learningFrom: [.init(offset: 0, bytes: bytes)], assuming: assumptions)
        var miner = LogMiner(format, limits: limits)
        var lines: [Line] = []
        bytes.withUnsafeBytes { raw in
            var start = 0
            while start < raw.count {
                let end = min(start + piece, raw.count)
                miner.feed(UnsafeRawBufferPointer(rebasing: raw[start..<end])) { lines.append(Line($0)) }
                start = end
            }
        }
        miner.finish { lines.append(Line($0)) }
        templates = LogTemplates(miner.tally)
        self.lines = lines
    }

    /// The template of each line, in order.
    var texts: [String] { lines.map { template(of: $0)?.text ?? "" } }
    /// The ID of each line's template, in order.
    var ids: [String] { lines.map { template(of: $0)?.id ?? "" } }

    func template(of line: Line) -> LogTemplate? {
        templates.template(ofPattern: line.pattern).map { templates.templates[$0] }
    }

    /// The texts of all templates, sorted.
    var patterns: [String] { templates.templates.map(\.text).sorted() }
}

extension LogReading.Line {
    init(_ line: LogLine) {
        self.init(
            number: line.number, offset: line.offset,
            message: String(
                decoding: UnsafeRawBufferPointer(rebasing: line.bytes[line.message]), as: UTF8.self),
            time: line.time, level: line.level, goesOn: line.goesOn, pattern: line.pattern)
    }
}

/// Invented messages of a small server, each of a known kind.
enum InventedMessages {
    static let kinds = 8

    /// A message of kind `kind` with values from `random`.
    static func message(_ kind: Int, _ random: inout SeededGenerator) -> String {
        let number = random.below(90_000) + 100
        let address = "10.\(random.below(255)).\(random.below(255)).\(random.below(254) + 1)"
        switch kind {
        case 0: return "Accepted connection from \(address):\(number)"
        case 1: return "Closed connection from \(address):\(number) after \(number) ms"
        case 2: return "Worker \(number) started"
        case 3: return "Worker \(number) stopped"
        case 4: return "Cannot open /var/data/\(number)/file.db: No such file or directory"
        case 5: return "Request 3f2a\(number)-11aa-4bcd-9e\(number % 10)0-00aa\(number)ff took \(number) ms"
        case 6: return "Cache is \(number % 100)% full"
        default: return "Flushed \(number) rows to disk in \(number % 60).\(number % 10)s"
        }
    }

    /// `count` messages with their kinds; every kind comes early.
    static func messages(_ count: Int, seed: UInt64) -> [(kind: Int, text: String)] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let kind = index < kinds ? index : random.below(kinds)
            return (kind, message(kind, &random))
        }
    }
}
