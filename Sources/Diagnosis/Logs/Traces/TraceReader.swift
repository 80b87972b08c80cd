/// Puts the lines of stack traces together, line by line.
struct TraceReader: Sendable {
    /// A trace with where it stands.
    struct Found: Sendable {
        var trace: StackTrace
        /// From the line of the record that it belongs to, to its last line.
        var lines: ClosedRange<Int>
        /// The line that names the error.
        var headerLine: Int
        var time: Int64?
    }

    private static let frameLimit = 96
    private static let headLimit = 600

    /// The trace that is being read.
    private struct Open {
        var language: StackTrace.Language
        var type = ""
        var message = ""
        var headerLine = 0
        var causes: [String] = []
        var sections: [[StackTrace.Frame]] = [[]]
        var frames = 0
        var first = 0
        var last = 0
        var time: Int64?
        /// The error was named behind the frames, so that the trace is whole.
        var isWhole = false
        /// Further goroutines are of no interest.
        var isPassing = false
        var awaitsMessage = false
        /// A Go function whose place is on the next line.
        var unplaced = 0
    }

    private var open: Open?
    /// The beginning of the last record's message, and the error named since.
    private var head: [UInt8] = []
    private var headLine = 0
    private var headTime: Int64?
    private var header: (ErrorHeader, line: Int)?
    private var idle = 0
    private let ownership: CodeOwnership
    var rules: CodeOwnership { ownership }

    init(_ ownership: CodeOwnership) {
        self.ownership = ownership
        head.reserveCapacity(Self.headLimit)
    }

    /// Whether a line has to be handed to `add`, where it does not begin with a mark of traces.
    @inline(__always) var isReading: Bool { open != nil }

    /// Whether a line belongs to the trace that is being read.
    func takes(_ line: LineBytes) -> Bool { FrameLine.read(line, in: open?.language) != nil }

    /// Remembers the line in which a record begins.
    @inline(__always)
    mutating func begin(_ message: LineBytes, number: Int, time: Int64?) {
        headLine = number
        headTime = time
        header = nil
        head.removeAll(keepingCapacity: true)
        head.append(
            contentsOf: UnsafeBufferPointer(start: message.base, count: min(message.count, Self.headLimit)))
    }

    /// Takes the next line; returns a trace that ended before it.
    ///
    /// - Parameter isNew: whether the line begins a record by its own head.
    mutating func add(_ line: LineBytes, number: Int, isNew: Bool, time: Int64?) -> Found? {
        let text = line.trimmed
        guard text.count > 0 else {
            idle += 1
            return idle > 2 ? close() : nil
        }
        if let part = FrameLine.read(line, in: open?.language) {
            idle = 0
            return take(part, text, number: number, isNew: isNew, time: time)
        }
        if var trace = open {
            if trace.language == .python, !trace.isWhole {
                if line[0].isBlank, !isNew { return nil }
                if trace.frames > 0, let header = ErrorHeader(ofPython: text) {
                    (trace.type, trace.message) = (header.type, header.message)
                    trace.headerLine = number
                    trace.last = number
                    trace.isWhole = true
                    open = trace
                    return nil
                }
                if isNew, line[0].isBlank || text[0] == UInt8(ascii: "^") { return nil }
            }
            if trace.language == .python, trace.isWhole,
                text.begins("The above exception was the direct cause")
            {
                return nil
            }
            if trace.awaitsMessage {
                trace.message = String(text.text.prefix(300))
                trace.awaitsMessage = false
                trace.last = number
                open = trace
                return nil
            }
            // What a sanitizer or a debugger says before the first call has no head of its own.
            if trace.language == .native, trace.frames == 0, time == nil, number - trace.headerLine < 8 {
                return nil
            }
            if !isNew, trace.frames == 0 || line[0].isBlank, number - trace.last < 8 { return nil }
            let found = close()
            note(text, number: number, isNew: isNew, time: time)
            return found
        }
        note(text, number: number, isNew: isNew, time: time)
        return nil
    }

    private mutating func note(_ text: LineBytes, number: Int, isNew: Bool, time: Int64?) {
        if isNew {
            begin(text, number: number, time: time)
        } else if let found = ErrorHeader(text) {
            header = (found, number)
        }
    }

    /// Ends the trace that is being read.
    mutating func close() -> Found? {
        idle = 0
        guard let trace = open else { return nil }
        open = nil
        guard !trace.type.isEmpty,
            trace.frames > 0 || trace.language == .rust || trace.language == .go || trace.language == .swift
        else { return nil }
        var sections = trace.sections
        if trace.language == .python { sections = sections.map { $0.reversed() } }
        return Found(
            trace: StackTrace(
                language: trace.language, type: trace.type, message: trace.message, causes: trace.causes,
                frames: sections.reversed().flatMap { $0 }),
            lines: min(trace.first, trace.headerLine)...max(trace.last, trace.headerLine),
            headerLine: trace.headerLine, time: trace.time)
    }

    private mutating func take(_ part: FrameLine, _ text: LineBytes, number: Int, isNew: Bool, time: Int64?)
        -> Found?
    {
        switch part {
        case .opening(let language, let error):
            return opening(language, error, number: number, isNew: isNew, time: time)
        case .filler(let language):
            guard var trace = open else { return nil }
            if trace.language == .python, trace.isWhole, language == .python {
                // Another error was raised while this one was handled.
                trace.causes.append(trace.type)
                trace.isWhole = false
                trace.sections.append([])
            }
            if let language, trace.frames == 0 { trace.language = language }
            trace.last = number
            open = trace
        case .cause(let text):
            guard var trace = open else { return nil }
            trace.last = number
            if trace.language == .native {
                trace.message = text
            } else {
                let colon = text.utf8.firstIndex(of: UInt8(ascii: ":"))
                trace.causes.append(String(colon.map { text[..<$0] } ?? text[...]))
                trace.sections.append([])
            }
            open = trace
        case .frame(let language, let function, let file, let line):
            var found: Found?
            if let trace = open, trace.isWhole {
                found = close()
                _ = trace
            }
            if open == nil { start(language, number: number, text: text) }
            addFrame(language, function, file, line, number: number)
            return found
        }
        return nil
    }

    private mutating func opening(
        _ language: StackTrace.Language, _ error: String, number: Int, isNew: Bool, time: Int64?
    ) -> Found? {
        if var trace = open, trace.language == language {
            if language == .go {
                trace.isPassing = trace.frames > 0
                trace.last = number
                if trace.type.isEmpty, !error.isEmpty {
                    (trace.type, trace.message, trace.headerLine) = (
                        Self.goType(error), Self.afterColon(error), number
                    )
                }
                open = trace
                return nil
            }
            if language == .python, !trace.isWhole {
                trace.last = number
                open = trace
                return nil
            }
            // The error is told again, or how it ended, before the first call.
            if language == .swift || language == .native, trace.frames == 0 {
                trace.last = number
                open = trace
                return nil
            }
        }
        let found = close()
        var trace = Open(language: language)
        trace.first = isNew || headLine == 0 ? number : headLine
        trace.last = number
        trace.headerLine = number
        trace.time = time ?? headTime
        switch language {
        case .go:
            if !error.isEmpty { (trace.type, trace.message) = (Self.goType(error), Self.afterColon(error)) }
        case .rust:
            trace.type = "panic"
            openRust(error, &trace)
        case .swift:
            trace.type = "Fatal error"
            trace.message = Self.afterColon(error)
        case .native:
            (trace.type, trace.message) = Self.native(error)
        case .php:
            if let header = error.withLineBytes({ ErrorHeader($0) }) {
                (trace.type, trace.message) = (header.type, header.message)
            } else {
                trace.type = "Fatal error"
                trace.message = error
            }
        default: break
        }
        open = trace
        return found
    }

    /// `panicked at src/main.rs:12:5:` with the message on the next line, or `panicked at 'message', src/main.rs:12:5`.
    private func openRust(_ error: String, _ trace: inout Open) {
        var rest = error.dropFirst("panicked at ".count)
        if rest.hasPrefix("'"), let close = rest.dropFirst().lastIndex(of: "'") {
            trace.message = String(rest.dropFirst()[..<close])
            rest = rest[close...].dropFirst(3)
        } else {
            trace.awaitsMessage = true
        }
        let parts = rest.split(separator: ":")
        guard let file = parts.first, parts.count > 1, let line = Int(parts[1]) else { return }
        let isOwn = ownership.isOwn(function: "", file: String(file))
        trace.sections[0].append(.init(function: "", file: String(file), line: line, isOwn: isOwn))
        trace.frames += 1
    }

    private static func goType(_ error: String) -> String {
        error.hasPrefix("fatal") ? "fatal error" : "panic"
    }

    private static func afterColon(_ text: String) -> String {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        return String(text[text.index(after: colon)...].drop { $0 == " " }.prefix(300))
    }

    /// What a runtime, a debugger or a sanitizer says: the type thrown, else the first word.
    private static func native(_ error: String) -> (type: String, message: String) {
        if let type = quoted(error) { return (type, "") }
        let words = error.split(separator: " ", maxSplits: 1).map(String.init)
        let type = words.first.map { String($0.filter { $0 != "," }) } ?? "terminate"
        return (type, String((words.dropFirst().first ?? "").prefix(300)))
    }

    private static func quoted(_ text: String) -> String? {
        let parts = text.split(separator: "'")
        return parts.count > 1 ? String(parts[1]) : nil
    }

    /// Opens a trace whose first frame was met: the error stands in the lines above.
    private mutating func start(_ language: StackTrace.Language, number: Int, text: LineBytes) {
        var trace = Open(language: language)
        trace.first = headLine > 0 ? headLine : number
        trace.time = headTime
        trace.headerLine = number
        if let (header, line) = header {
            (trace.type, trace.message, trace.headerLine) = (header.type, header.message, line)
        } else if headLine > 0 {
            let found = head.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.flatMap { ErrorHeader(LineBytes(base: $0, count: buffer.count)) }
            }
            if let found {
                (trace.type, trace.message, trace.headerLine) = (found.type, found.message, headLine)
            }
        }
        if language == .ruby, trace.type.isEmpty { trace.first = number }
        header = nil
        open = trace
    }

    private mutating func addFrame(
        _ language: StackTrace.Language, _ function: String, _ file: String, _ line: Int?, number: Int
    ) {
        guard var trace = open else { return }
        defer { open = trace }
        trace.last = number
        trace.awaitsMessage = false
        guard !trace.isPassing else { return }
        let section = trace.sections.count - 1
        if function.isEmpty, let last = trace.sections[section].last, last.file.isEmpty,
            trace.language == .go || trace.language == .rust
        {
            // The place of the function on the line above.
            let count = trace.sections[section].count
            trace.sections[section][count - 1].file = file
            trace.sections[section][count - 1].line = line
            trace.sections[section][count - 1].isOwn = ownership.isOwn(function: last.function, file: file)
            return
        }
        guard trace.frames < Self.frameLimit else { return }
        if trace.frames == 0 { trace.language = language }
        trace.frames += 1
        trace.sections[section].append(
            .init(
                function: function, file: file, line: line,
                isOwn: ownership.isOwn(function: function, file: file)))
    }
}

extension String {
    /// Hands the text's bytes out as a line.
    func withLineBytes<T>(_ body: (LineBytes) -> T?) -> T? {
        var copy = self
        return copy.withUTF8 { buffer in
            buffer.baseAddress.flatMap { body(LineBytes(base: $0, count: buffer.count)) }
        }
    }
}
