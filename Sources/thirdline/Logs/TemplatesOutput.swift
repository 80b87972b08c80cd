import Diagnosis
import Foundation

/// Templates as people or programs read them.
struct TemplatesOutput {
    var templates: LogTemplates
    var format: LogFormat

    // MARK: Text

    func text(top: Int) -> String {
        let paint = Paint()
        let counts = templates.counts
        let records = templates.templates.filter { $0.continuations < $0.count }
        let shown = top == 0 ? records[...] : records.prefix(top)
        var text = summary(counts, patterns: records.count)
        text += "\n"
        let width = max(5, "\(shown.first?.count ?? 0)".count)
        for template in shown {
            let count =
                String(repeating: " ", count: max(0, width - "\(template.count)".count)) + "\(template.count)"
            let level = template.worst.map { $0 >= .warning ? $0.name : "" } ?? ""
            let padded = level + String(repeating: " ", count: max(0, 9 - level.count))
            text += "\(count)  \(paint.dim(template.id))  \(paint.level(padded, template.worst))  "
            text += clipped(printable(template.text)) + "\n"
        }
        if shown.count < records.count {
            text += "and \(records.count - shown.count) more patterns; --top 0 shows all\n"
        }
        return text
    }

    private func summary(_ counts: LogCounts, patterns: Int) -> String {
        var text = "\(counts.lines) lines, \(counts.records) records, \(patterns) patterns\n"
        if let first = templates.templates.compactMap(\.times?.lowerBound).min(),
            let last = templates.templates.compactMap(\.times?.upperBound).max()
        {
            text += "from \(LogTime.text(first)) to \(LogTime.text(last))\n"
        }
        for head in format.heads.prefix(5) {
            text +=
                "head \(head.fields), \(Int((head.share * 100).rounded())) % of lines: \(printable(head.example))\n"
        }
        for note in format.time.notes + faults(counts) { text += note + "\n" }
        return text
    }

    /// What could not be read, in sentences.
    private func faults(_ counts: LogCounts) -> [String] {
        func some(_ count: Int, _ text: String) -> String? {
            count == 0 ? nil : "Lines that \(text): \(count)."
        }
        let faults = [
            some(counts.continuations, "go on the record before (stack traces, wrapped text)"),
            some(counts.invalid, "are not UTF-8, shown with \u{FFFD}"),
            some(counts.withNUL, "hold NUL bytes"),
            some(counts.cut, "are very long, of which only the beginnings were looked at"),
            some(counts.overflow, "have more patterns than are told apart, counted together"),
        ]
        return faults.compactMap { $0 }
    }

    /// Text without control characters, so that a log cannot steer the terminal.
    private func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0
                }))
    }

    /// Text that fits some lines of a terminal; `--json` has all of it.
    private func clipped(_ text: String) -> String {
        if text.isEmpty { return "(empty)" }
        return text.count > 300 ? String(text.prefix(300)) + " …" : text
    }

    // MARK: JSON

    func json() -> String {
        let counts = templates.counts
        let document: JSON = [
            "counts": [
                "lines": number(counts.lines), "records": number(counts.records),
                "continuations": number(counts.continuations), "empty": number(counts.empty),
                "bytes": number(counts.bytes), "timed": number(counts.timed), "cut": number(counts.cut),
                "invalid": number(counts.invalid), "with_nul": number(counts.withNUL),
                "overflow": number(counts.overflow),
            ],
            "format": [
                "heads": .array(
                    format.heads.map {
                        [
                            "fields": .string($0.fields), "share": rounded($0.share),
                            "example": .string($0.example),
                        ]
                    }),
                "notes": .array(format.time.notes.map { .string($0) }),
            ],
            "templates": .array(templates.templates.map(template)),
        ]
        return document.text + "\n"
    }

    private func number(_ value: Int) -> JSON { .init(integerLiteral: Int64(value)) }
    private func rounded(_ value: Double) -> JSON { .init(floatLiteral: (value * 10_000).rounded() / 10_000) }

    private func template(_ template: LogTemplate) -> JSON {
        var levels = JSONObject()
        for (level, count) in template.levels.sorted(by: { $0.key < $1.key }) {
            levels.members.append((level.name, number(count)))
        }
        return [
            "id": .string(template.id), "template": .string(template.text), "count": number(template.count),
            "continuations": number(template.continuations),
            "first_line": number(template.lines.lowerBound), "last_line": number(template.lines.upperBound),
            "first_at": template.times.map { .string(LogTime.text($0.lowerBound)) } ?? .null,
            "last_at": template.times.map { .string(LogTime.text($0.upperBound)) } ?? .null,
            "levels": .object(levels), "variables": .array(template.variables.map(variable)),
        ]
    }

    private func variable(_ variable: LogVariable) -> JSON {
        var object = JSONObject(members: [
            ("kind", .string(variable.kind.rawValue)), ("sampled", number(variable.sampled)),
            ("distinct", number(variable.distinct)),
            (
                "top",
                .array(variable.top.map { ["value": .string($0.text), "count": number($0.count)] })
            ),
        ])
        if let spread = variable.spread {
            object.members.append(
                (
                    "spread",
                    [
                        "minimum": .init(floatLiteral: spread.minimum),
                        "median": .init(floatLiteral: spread.median),
                        "p95": .init(floatLiteral: spread.ninetyFifth),
                        "maximum": .init(floatLiteral: spread.maximum),
                    ]
                ))
        }
        return .object(object)
    }
}

/// Colours on a terminal, unless NO_COLOR asks for none (no-color.org).
struct Paint {
    private let isOn: Bool

    init() {
        let environment = ProcessInfo.processInfo.environment
        isOn = isatty(1) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    func dim(_ text: String) -> String { isOn ? "\u{1B}[2m\(text)\u{1B}[0m" : text }

    func level(_ text: String, _ level: LogLevel?) -> String {
        guard isOn, let level, level >= .warning else { return text }
        return "\u{1B}[\(level >= .error ? 31 : 33)m\(text)\u{1B}[0m"
    }
}

/// Standard output.
enum Output {
    /// Writes a text; a reader that went away, as `head` does, is no fault.
    static func write(_ text: String) throws {
        signal(SIGPIPE, SIG_IGN)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(1, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EPIPE { return }
                throw LogFault.system("Cannot write to", "standard output")
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
