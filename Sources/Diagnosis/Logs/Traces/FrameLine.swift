/// One line of a stack trace, read by its notation alone.
enum FrameLine {
    case frame(StackTrace.Language, function: String, file: String, line: Int?)
    /// A cause, a header inside a trace, or the end of a Python trace: what follows the mark.
    case cause(String)
    /// Belongs to the trace and says nothing of its own.
    case filler(StackTrace.Language?)
    /// Opens a trace: the language, and the error where it is in the line.
    case opening(StackTrace.Language, String)

    /// Whether a line may be part of a trace, by its first bytes; wrong for few lines, and quick.
    @inline(__always)
    static func mayBe(_ line: LineBytes) -> Bool {
        var at = 0
        while line[at].isBlank { at += 1 }
        switch line[at] {
        case UInt8(ascii: "a"): return line[at + 1] == UInt8(ascii: "t") && line[at + 2].isBlank
        case UInt8(ascii: "F"):
            return line[at + 1] == UInt8(ascii: "i") && line[at + 5] == UInt8(ascii: "\"")
                || line[at + 1] == UInt8(ascii: "a") && line[at + 6] == UInt8(ascii: "e")
        case UInt8(ascii: "f"): return line[at + 1] == UInt8(ascii: "r") && line[at + 4].isBlank
        case UInt8(ascii: "#"): return line[at + 1].isDigit
        case UInt8(ascii: "T"):
            return line[at + 1] == UInt8(ascii: "r") && line[at + 4] == UInt8(ascii: "e")
                || line[at + 1] == UInt8(ascii: "h") && line[at + 6].isBlank
        case UInt8(ascii: "="): return line[at + 1] == UInt8(ascii: "=") && line[at + 2].isDigit
        case UInt8(ascii: "g"): return line[at + 1] == UInt8(ascii: "o") && line[at + 9].isBlank
        case UInt8(ascii: "p"): return line[at + 1] == UInt8(ascii: "a") && line[at + 5] == UInt8(ascii: ":")
        case UInt8(ascii: "t"):
            return line[at + 1] == UInt8(ascii: "h") && line[at + 6].isBlank
                || line[at + 1] == UInt8(ascii: "e") && line[at + 9].isBlank
        case UInt8(ascii: "P"):
            return line[at + 1] == UInt8(ascii: "H") && line[at + 3].isBlank
                || line[at + 1] == UInt8(ascii: "r") && line[at + 7].isBlank
        default: return false
        }
    }

    /// Reads a line; nil where it is none of a trace.
    /// - Parameter language: that of the trace to which the line may belong.
    static func read(_ line: LineBytes, in language: StackTrace.Language?) -> FrameLine? {
        let text = line.trimmed
        guard text.count > 1, text.count < 4096 else { return nil }
        switch text[0] {
        case UInt8(ascii: "a") where text.begins("at "): return at(text)
        case UInt8(ascii: "C") where text.begins("Caused by: "): return .cause(text.string(from: 11))
        case UInt8(ascii: "S") where text.begins("Suppressed: "): return .filler(.java)
        case UInt8(ascii: "S") where text.begins("Stack trace:"): return .filler(.php)
        case UInt8(ascii: "S") where text.begins("SUMMARY: AddressSanitizer"): return .filler(.native)
        case UInt8(ascii: "."):
            if text.begins("... "), text.ends(" more") { return .filler(.java) }
        case UInt8(ascii: "-"):
            if text.begins("--- End of") || text.begins("---> ") { return .filler(.dotnet) }
        case UInt8(ascii: "T"):
            if text.begins("Traceback (most recent call last)") { return .opening(.python, "") }
            if text.begins("Thread "), text.ends(" crashed:") { return .filler(.swift) }
            if text.begins("Thread ") { return received(text) }
        case UInt8(ascii: "="): return sanitizer(text)
        case UInt8(ascii: "*"):
            if text.begins("*** Signal ") || text.begins("*** Program ") { return .filler(.swift) }
        case UInt8(ascii: "F"):
            if text.begins("File \"") { return python(text) }
            if text.begins("Fatal error: ") || text.begins("Fatal error") && language == nil {
                return .opening(.swift, text.string(from: 0))
            }
        case UInt8(ascii: "g") where text.begins("goroutine "): return .opening(.go, "")
        case UInt8(ascii: "p") where text.begins("panic: "):
            return .opening(.go, text.string(from: 0))
        case UInt8(ascii: "f"):
            if text.begins("from ") { return ruby(text.slice(5, text.count)) }
            if text.begins("fatal error: ") { return .opening(.go, text.string(from: 0)) }
        case UInt8(ascii: "t"):
            if text.begins("thread '"), text.offset(of: "panicked at") >= 0 {
                return .opening(.rust, text.string(from: text.offset(of: "panicked at")))
            }
            if text.begins("terminate called after throwing") {
                return .opening(.native, text.string(from: 0))
            }
            if text.begins("thrown in ") { return .filler(.php) }
        case UInt8(ascii: "P"):
            if text.begins("PHP Fatal error:") { return .opening(.php, text.string(from: 16)) }
            if text.begins("Program ") { return received(text) }
        case UInt8(ascii: "#"): return numbered(text, in: language)
        case UInt8(ascii: "c") where text.begins("created by "): return .filler(.go)
        case UInt8(ascii: "s") where text.begins("stack backtrace:"): return .filler(.rust)
        case UInt8(ascii: "n") where text.begins("note: run with `RUST_BACKTRACE"): return .filler(.rust)
        case UInt8(ascii: "D") where text.begins("During handling of the above"): return .filler(.python)
        case UInt8(ascii: "w") where text.begins("what():"): return .cause(text.string(from: 7))
        case UInt8(ascii: "["):
            if text.begins("[Previous line repeated") { return .filler(.python) }
        default: break
        }
        // Swift shows the source around a call.
        if language == .swift, text.offset(of: "│") >= 0 { return .filler(.swift) }
        if language == .rust || language == .swift, text[0].isDigit { return indexed(text, in: language) }
        if language == .go { return go(text, line) }
        if text[0] == UInt8(ascii: "/") || language == .ruby || language == .go { return path(text) }
        return nil
    }

    /// `Thread 1 "shopd" received signal SIGSEGV, Segmentation fault.`, as a debugger says it.
    private static func received(_ text: LineBytes) -> FrameLine? {
        let mark = text.offset(of: "received signal ")
        return mark > 0 ? .opening(.native, text.string(from: mark + 16)) : nil
    }

    /// `==4170==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020`.
    private static func sanitizer(_ text: LineBytes) -> FrameLine? {
        let mark = text.offset(of: "Sanitizer: ")
        return mark > 0 ? .opening(.native, text.string(from: mark + 11)) : nil
    }

    // MARK: at ...

    /// Java, Kotlin, JavaScript, .NET and Rust write `at`.
    private static func at(_ text: LineBytes) -> FrameLine? {
        let rest = text.slice(3, text.count).trimmed
        guard rest.count > 1 else { return nil }
        // .NET with debugging symbols: "at A.B(String c) in /x/y.cs:line 12".
        let place = rest.offset(of: ":line ")
        if place > 0 {
            let inWord = rest.offset(of: ") in ")
            guard inWord > 0, inWord < place else { return nil }
            let name = upToArguments(rest.slice(0, inWord + 1))
            return .frame(
                .dotnet, function: name, file: rest.slice(inWord + 5, place).text,
                line: rest.number(from: place + 6))
        }
        if rest[rest.count - 1] == UInt8(ascii: ")") {
            guard let open = rest.lastOffset(of: UInt8(ascii: "(")), open > 0 else { return nil }
            let inner = rest.slice(open + 1, rest.count - 1)
            var name = rest.slice(0, open).trimmed
            if let (file, line) = fileLineColumn(inner) {
                if name.begins("async ") { name = name.slice(6, name.count) }
                if name.begins("new ") { name = name.slice(4, name.count) }
                let bracket = name.offset(of: " [as ")
                return .frame(
                    .javascript, function: (bracket > 0 ? name.slice(0, bracket) : name).text, file: file,
                    line: line)
            }
            if rest[open - 1] == 0x20, inner.ends("<anonymous>") || inner.begins("native") {
                return .frame(.javascript, function: name.text, file: inner.text, line: nil)
            }
            guard name.offset(of: " ") < 0, name.offset(of: ".") > 0 else {
                // .NET: arguments with types, maybe with generic ones.
                let function = upToArguments(rest)
                guard function.contains(bytesOf: "."), !function.contains(bytesOf: " ") else { return nil }
                return .frame(.dotnet, function: function, file: "", line: nil)
            }
            // "java.base/java.lang.Thread.run", "app//com.x.Y.z".
            if let slash = name.lastOffset(of: UInt8(ascii: "/")) { name = name.slice(slash + 1, name.count) }
            if let colon = inner.lastOffset(of: UInt8(ascii: ":")), let line = inner.number(from: colon + 1) {
                return .frame(.java, function: name.text, file: inner.slice(0, colon).text, line: line)
            }
            if inner.begins("Native Method") || inner.begins("Unknown Source") || inner.ends(".java")
                || inner.ends(".kt") || inner.ends(".scala") || inner.ends(".groovy")
            {
                return .frame(.java, function: name.text, file: inner.text, line: nil)
            }
            if inner.count == 0 || inner.offset(of: " ") > 0 || inner[0].isUppercase {
                return .frame(.dotnet, function: name.text, file: "", line: nil)
            }
            return nil
        }
        if let (file, line) = fileLineColumn(rest) {
            // JavaScript without a function; below a Rust frame its place.
            return .frame(.javascript, function: "", file: file, line: line)
        }
        return nil
    }

    /// The name before its arguments, which may hold brackets themselves.
    private static func upToArguments(_ text: LineBytes) -> String {
        let open = text.offset(of: "(")
        return (open > 0 ? text.slice(0, open) : text).trimmed.text
    }

    /// `file:12:5`.
    private static func fileLineColumn(_ text: LineBytes) -> (String, Int)? {
        guard let last = text.lastOffset(of: UInt8(ascii: ":")), last > 0, last + 1 < text.count else {
            return nil
        }
        for offset in last + 1..<text.count where !text[offset].isDigit { return nil }
        let head = text.slice(0, last)
        guard let colon = head.lastOffset(of: UInt8(ascii: ":")), colon > 0, colon + 1 < last else {
            return nil
        }
        for offset in colon + 1..<last where !head[offset].isDigit { return nil }
        guard let line = head.number(from: colon + 1) else { return nil }
        return (head.slice(0, colon).text, line)
    }

    // MARK: Other notations

    /// `File "/app/x.py", line 12, in run`.
    private static func python(_ text: LineBytes) -> FrameLine? {
        let close = text.offset(of: 0x22, from: 6, to: text.count)
        guard close > 0 else { return nil }
        let rest = text.slice(close + 1, text.count)
        guard rest.begins(", line "), let line = rest.number(from: 7) else { return nil }
        let name = rest.offset(of: ", in ")
        let function = name > 0 ? rest.string(from: name + 5) : ""
        return .frame(.python, function: function, file: text.slice(6, close).text, line: line)
    }

    /// `app.rb:12:in 'run'`, `/x/y.rb:12:in `block in run'`.
    private static func ruby(_ text: LineBytes) -> FrameLine? {
        let mark = text.offset(of: ":in ")
        guard mark > 0 else { return nil }
        let head = text.slice(0, mark)
        guard let colon = head.lastOffset(of: UInt8(ascii: ":")), let line = head.number(from: colon + 1)
        else {
            return nil
        }
        var start = mark + 4
        if text[start] == UInt8(ascii: "`") || text[start] == UInt8(ascii: "'") { start += 1 }
        var end = text.offset(of: UInt8(ascii: "'"), from: start, to: text.count)
        if end < 0 { end = text.count }
        return .frame(
            .ruby, function: text.slice(start, end).text, file: head.slice(0, colon).text, line: line)
    }

    private static func path(_ text: LineBytes) -> FrameLine? { ruby(text) }

    /// `main.run(0xc0, 0x1)` and below it `	/app/main.go:12 +0x1d`.
    private static func go(_ text: LineBytes, _ line: LineBytes) -> FrameLine? {
        let mark = text.offset(of: ".go:")
        if mark > 0, let number = text.number(from: mark + 4) {
            return .frame(.go, function: "", file: text.slice(0, mark + 3).text, line: number)
        }
        if text.begins("[signal ") || text.begins("exit status") { return .filler(.go) }
        guard text[text.count - 1] == UInt8(ascii: ")"), let open = text.lastOffset(of: UInt8(ascii: "(")),
            open > 0,
            text.offset(of: ".") > 0, text.offset(of: " ") < 0 || text.offset(of: " ") > open
        else { return nil }
        return .frame(.go, function: text.slice(0, open).text, file: "", line: nil)
    }

    /// PHP's `#0 /x.php(12): A->b()`, gdb's and sanitizers' `#0 0x4f in f(int) /x.cpp:12:3`.
    private static func numbered(_ text: LineBytes, in language: StackTrace.Language?) -> FrameLine? {
        var at = 1
        while text[at].isDigit { at += 1 }
        guard text[at].isBlank else { return nil }
        while text[at].isBlank { at += 1 }
        let rest = text.slice(at, text.count)
        if rest.begins("{main}") { return .filler(.php) }
        let call = rest.offset(of: "): ")
        if call > 0, let open = rest.slice(0, call).lastOffset(of: UInt8(ascii: "(")),
            let line = rest.number(from: open + 1)
        {
            return .frame(
                .php, function: upToArguments(rest.slice(call + 3, rest.count)),
                file: rest.slice(0, open).text,
                line: line)
        }
        if rest.begins("[internal function]: ") {
            return .frame(
                .php, function: upToArguments(rest.slice(21, rest.count)), file: "[internal function]",
                line: nil)
        }
        var name = rest
        if name.begins("0x") {
            let inWord = name.offset(of: " in ")
            guard inWord > 0 else { return .frame(.native, function: name.text, file: "", line: nil) }
            name = name.slice(inWord + 4, name.count)
        } else if language != .native {
            guard name.offset(of: " at ") > 0 || name.offset(of: "(") > 0 else { return nil }
        }
        return native(name)
    }

    private static func native(_ name: LineBytes) -> FrameLine? {
        var file = ""
        var line: Int?
        var function = name
        let mark = name.offset(of: " at ")
        if mark > 0 {
            function = name.slice(0, mark)
            (file, line) = place(name.slice(mark + 4, name.count))
        } else if let blank = name.lastOffset(of: 0x20), blank > 0,
            name[blank + 1] == UInt8(ascii: "/") || name.slice(blank, name.count).offset(of: ":") > 0
        {
            function = name.slice(0, blank)
            (file, line) = place(name.slice(blank + 1, name.count))
        }
        let open = function.offset(of: "(")
        let bare = (open > 0 ? function.slice(0, open) : function).trimmed
        return .frame(.native, function: bare.text, file: file, line: line)
    }

    /// `/x/y.cpp:12:3` as file and line.
    private static func place(_ text: LineBytes) -> (String, Int?) {
        if let (file, line) = fileLineColumn(text) { return (file, line) }
        guard let colon = text.lastOffset(of: UInt8(ascii: ":")), let line = text.number(from: colon + 1)
        else {
            return (text.text, nil)
        }
        return (text.slice(0, colon).text, line)
    }

    /// Rust's `3: app::run`, Swift's `0 [ra] 0x0000 run() + 44 in app at /x/y.swift:10:5`.
    private static func indexed(_ text: LineBytes, in language: StackTrace.Language?) -> FrameLine? {
        var at = 0
        while text[at].isDigit { at += 1 }
        if text[at] == UInt8(ascii: ":"), text[at + 1].isBlank {
            var name = text.slice(at + 1, text.count).trimmed
            if name.begins("0x") {
                let dash = name.offset(of: " - ")
                if dash > 0 { name = name.slice(dash + 3, name.count) }
            }
            return .frame(.rust, function: name.text, file: "", line: nil)
        }
        guard language == .swift, text[at].isBlank else { return nil }
        let address = text.offset(of: "0x")
        guard address > 0 else { return nil }
        var start = address
        while start < text.count, !text[start].isBlank { start += 1 }
        let rest = text.slice(start, text.count).trimmed
        let plus = rest.offset(of: " + ")
        let mark = rest.offset(of: " at ")
        let name = plus > 0 ? rest.slice(0, plus) : mark > 0 ? rest.slice(0, mark) : rest
        let (file, line) = mark > 0 ? place(rest.slice(mark + 4, rest.count)) : ("", nil)
        return .frame(.swift, function: upToArguments(name), file: file, line: line)
    }
}

extension LineBytes {
    /// Whether the line begins with a text.
    @inline(__always)
    func begins(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        for offset in 0..<length where base[offset] != text.utf8Start[offset] { return false }
        return true
    }

    /// Whether the line ends with a text.
    func ends(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count >= length else { return false }
        for offset in 0..<length where base[count - length + offset] != text.utf8Start[offset] {
            return false
        }
        return true
    }

    /// The first place of a text, or -1.
    func offset(of text: StaticString, from start: Int = 0) -> Int {
        let length = text.utf8CodeUnitCount
        guard length > 0, count - start >= length else { return -1 }
        let first = text.utf8Start[0]
        var at = start
        let end = count - length
        search: while at <= end {
            if base[at] == first {
                var next = 1
                while next < length {
                    if base[at + next] != text.utf8Start[next] {
                        at += 1
                        continue search
                    }
                    next += 1
                }
                return at
            }
            at += 1
        }
        return -1
    }

    /// The last place of a byte.
    func lastOffset(of byte: UInt8) -> Int? {
        var at = count - 1
        while at >= 0 {
            if base[at] == byte { return at }
            at -= 1
        }
        return nil
    }

    /// The number whose digits begin at `start`; nil where there is none of up to nine digits.
    func number(from start: Int) -> Int? {
        var value = 0
        var at = start
        while self[at].isDigit, at - start < 10 {
            value = value * 10 + Int(self[at] & 15)
            at += 1
        }
        return at > start && at - start < 10 ? value : nil
    }

    /// The text from `start` on, without blanks at its ends.
    func string(from start: Int) -> String { slice(min(start, count), count).trimmed.text }
}
