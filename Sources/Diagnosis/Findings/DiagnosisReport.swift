/// A diagnosis with what was left out, ready to be shown: as JSON or as one HTML page.
public struct DiagnosisReport: Sendable {
    /// The diagnosis.
    public var diagnosis: LogDiagnosis
    /// What could not be read and why, in sentences.
    public var problems: [String]

    /// Makes a report.
    public init(diagnosis: LogDiagnosis, problems: [String] = []) {
        self.diagnosis = diagnosis
        self.problems = problems
    }

    /// What is said where there is no finding.
    public var emptiness: String {
        if diagnosis.lines.subject > 0 {
            return "Nothing stands out: no errors, no known trouble, no break in time."
        }
        return diagnosis.lines.outside + diagnosis.lines.baseline > 0
            ? "No line lies in the time asked for, so there is nothing to say."
            : "No line could be read, so there is nothing to say."
    }

    /// What was read, in a few sentences.
    public var summary: [String] {
        let counts = diagnosis.templates.counts
        let subjects = diagnosis.sources.filter { $0.role == .subject }
        var text =
            "\(Phrase.count(diagnosis.lines.subject, "line")) of \(Phrase.count(subjects.count, "log"))"
        if let span = diagnosis.span {
            text +=
                ", from \(Phrase.time(span.lowerBound)) to \(Phrase.time(span.upperBound)) (\(Phrase.duration(span.upperBound - span.lowerBound)))"
        }
        text += ", \(Phrase.count(diagnosis.templates.templates.count, "pattern"))."
        var lines = [text]
        if diagnosis.lines.baseline > 0 {
            lines.append("Compared with \(Phrase.count(diagnosis.lines.baseline, "line")).")
        }
        if diagnosis.lines.outside > 0 {
            lines.append(
                "\(Phrase.count(diagnosis.lines.outside, "line")) outside of the time asked for \(diagnosis.lines.outside == 1 ? "is" : "are") left out."
            )
        }
        var notes: [String] = []
        for source in subjects {
            for note in source.notes where !notes.contains(note) { notes.append(note) }
        }
        lines += notes.prefix(4)
        func fault(_ count: Int, _ what: String) {
            if count > 0 {
                lines.append("\(Phrase.count(count, "line")) \(count == 1 ? "is" : "are") \(what).")
            }
        }
        fault(counts.invalid, "not UTF-8, shown with \u{FFFD}")
        fault(counts.withNUL, "with NUL bytes")
        fault(counts.cut, "very long, of which only the beginning was looked at")
        fault(counts.overflow, "of patterns beyond the limit, counted together")
        if counts.lines == 0 { lines.append("There is nothing in it to read.") }
        return lines
    }

    /// How sure a finding is, in words.
    public func certainty(_ finding: Finding) -> String {
        finding.confidence >= 0.9 ? "(sure)" : finding.confidence >= 0.7 ? "(likely)" : "(possible)"
    }

    /// Everything for programs.
    public var json: JSON {
        let counts = diagnosis.templates.counts
        func number(_ value: Int) -> JSON { .init(integerLiteral: Int64(value)) }
        return [
            "lines": number(diagnosis.lines.subject), "baseline_lines": number(diagnosis.lines.baseline),
            "lines_outside": number(diagnosis.lines.outside), "bytes": number(counts.bytes),
            "first_at": diagnosis.span.map { .string(LogTime.text($0.lowerBound)) } ?? .null,
            "last_at": diagnosis.span.map { .string(LogTime.text($0.upperBound)) } ?? .null,
            "findings": .array(diagnosis.findings.map(\.json)),
            "problems": .array(problems.map { .string($0) }),
            "sources": .array(
                diagnosis.sources.map { source in
                    [
                        "name": .string(source.name),
                        "role": .string(source.role == .subject ? "subject" : "baseline"),
                        "lines": number(source.counts.lines), "records": number(source.counts.records),
                        "bytes": number(source.counts.bytes), "form": .string(source.form),
                        "first_at": source.times.map { .string(LogTime.text($0.lowerBound)) } ?? .null,
                        "last_at": source.times.map { .string(LogTime.text($0.upperBound)) } ?? .null,
                        "invalid": number(source.counts.invalid), "cut": number(source.counts.cut),
                        "notes": .array(source.notes.map { .string($0) }),
                    ]
                }),
            "codes": .array(
                diagnosis.codes.map { code in
                    [
                        "code": .string(code.code), "count": number(code.count),
                        "source": code.first.map { .string($0.source) } ?? .null,
                        "first_line": code.first.map { number($0.line) } ?? .null,
                    ]
                }),
            "patterns": .array(
                diagnosis.templates.templates.prefix(500).map { template in
                    [
                        "id": .string(template.id), "template": .string(template.text),
                        "count": number(template.count),
                        "level": template.worst.map { .string($0.name) } ?? .null,
                    ]
                }),
            "histogram": [
                "slot_seconds": .init(floatLiteral: Double(diagnosis.histogram.width) / 1e6),
                "slots": .array(
                    diagnosis.histogram.slots.map { slot in
                        [
                            "at": .string(LogTime.text(slot.time)), "all": number(slot.all),
                            "warnings": number(slot.warnings), "errors": number(slot.errors),
                        ]
                    }),
            ],
        ]
    }
}
