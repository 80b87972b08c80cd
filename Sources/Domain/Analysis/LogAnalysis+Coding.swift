package import Diagnosis

extension JSON {
    fileprivate static func count(_ value: Int) -> JSON { .integer(Int64(value)) }
    fileprivate static func texts(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }

    fileprivate func text(_ key: String) -> String { self[key]?.string ?? "" }
    fileprivate func number(_ key: String) -> Int { Int(self[key]?.integer ?? 0) }
    fileprivate func time(_ key: String) -> Timestamp? { self[key]?.string.flatMap { Timestamp($0) } }
    fileprivate func list(_ key: String) -> [JSON] { self[key]?.array ?? [] }
    fileprivate func texts(_ key: String) -> [String] { list(key).compactMap(\.string) }
}

extension LogAnalysis {
    /// What came out, as it is kept and as programs read it.
    package var json: JSON {
        [
            "lines": .count(lines), "bytes": .count(bytes), "pattern_count": .count(patternCount),
            "finding_count": .count(findingCount),
            "first_at": from?.json ?? .null, "last_at": to?.json ?? .null,
            "summary": .texts(summary), "problems": .texts(problems),
            "sources": .array(sources.map(\.json)),
            "histogram": [
                "slot_seconds": .count(slotSeconds), "slots": .array(slots.map(\.json)),
            ],
            "patterns": .array(patterns.map(\.json)), "findings": .array(findings.map(\.json)),
            "traces": .array(traces.map(\.json)),
            "codes": .array(
                codes.map {
                    [
                        "code": .string($0.code), "count": .count($0.count), "member": .string($0.member),
                        "first_line": .count($0.line),
                    ]
                }),
        ]
    }

    /// The analysis that was kept as this.
    package init(_ json: JSON) {
        self.init()
        (lines, bytes, patternCount) = (
            json.number("lines"), json.number("bytes"), json.number("pattern_count")
        )
        findingCount = json.number("finding_count")
        (from, to) = (json.time("first_at"), json.time("last_at"))
        (summary, problems) = (json.texts("summary"), json.texts("problems"))
        sources = json.list("sources").map(Source.init)
        slotSeconds = json["histogram"]?.number("slot_seconds") ?? 0
        slots = json["histogram"]?.list("slots").compactMap(Slot.init) ?? []
        patterns = json.list("patterns").map(Pattern.init)
        findings = json.list("findings").enumerated().map { Claim($0.element, ordinal: $0.offset + 1) }
        traces = json.list("traces").map {
            Trace(id: $0.text("id"), title: $0.text("title"), count: $0.number("count"))
        }
        codes = json.list("codes").map {
            Code(
                code: $0.text("code"), count: $0.number("count"), member: $0.text("member"),
                line: $0.number("first_line"))
        }
    }
}

extension LogAnalysis.Source {
    fileprivate var json: JSON {
        [
            "name": .string(name), "lines": .count(lines), "bytes": .count(bytes), "form": .string(form),
            "first_at": from?.json ?? .null, "last_at": to?.json ?? .null, "notes": .texts(notes),
        ]
    }

    fileprivate init(_ json: JSON) {
        self.init(
            name: json.text("name"), lines: json.number("lines"), bytes: json.number("bytes"),
            form: json.text("form"), from: json.time("first_at"), to: json.time("last_at"),
            notes: json.texts("notes"))
    }
}

extension LogAnalysis.Slot {
    fileprivate var json: JSON {
        ["at": at.json, "all": .count(all), "warnings": .count(warnings), "errors": .count(errors)]
    }

    fileprivate init?(_ json: JSON) {
        guard let at = json.time("at") else { return nil }
        self.init(
            at: at, all: json.number("all"), warnings: json.number("warnings"), errors: json.number("errors"))
    }
}

extension LogAnalysis.Pattern {
    fileprivate var json: JSON {
        [
            "id": .string(id), "template": .string(text), "count": .count(count),
            "level": level.map(JSON.string) ?? .null, "trouble": .bool(isTrouble),
            "course": .array(course.map { .count($0) }), "variables": .array(variables.map(\.json)),
        ]
    }

    fileprivate init(_ json: JSON) {
        self.init(
            id: json.text("id"), text: json.text("template"), count: json.number("count"),
            level: json["level"]?.string, isTrouble: json["trouble"]?.bool ?? false,
            course: json.list("course").compactMap { $0.integer.map { Int($0) } },
            variables: json.list("variables").map(LogAnalysis.Variable.init))
    }
}

extension LogAnalysis.Variable {
    fileprivate var json: JSON {
        [
            "kind": .string(kind), "distinct": .count(distinct), "top": .texts(top),
            "median": median.map { .init(floatLiteral: $0) } ?? .null,
            "maximum": maximum.map { .init(floatLiteral: $0) } ?? .null,
        ]
    }

    fileprivate init(_ json: JSON) {
        self.init(
            kind: json.text("kind"), distinct: json.number("distinct"), top: json.texts("top"),
            median: json["median"]?.double, maximum: json["maximum"]?.double)
    }
}

extension LogAnalysis.Claim {
    fileprivate var json: JSON {
        [
            "number": .string(number), "kind": .string(kind), "title": .string(title),
            "severity": .string(severity), "confidence": .count(confidence), "why": .string(why),
            "next_test": .string(nextTest), "first_at": from?.json ?? .null, "last_at": to?.json ?? .null,
            "count": .count(count), "subjects": .texts(subjects), "citations": .array(cites.map(\.json)),
        ]
    }

    fileprivate init(_ json: JSON, ordinal: Int) {
        self.init(
            ordinal: ordinal, kind: json.text("kind"), title: json.text("title"),
            severity: json.text("severity"), confidence: json.number("confidence"), why: json.text("why"),
            nextTest: json.text("next_test"), from: json.time("first_at"), to: json.time("last_at"),
            count: json.number("count"), subjects: json.texts("subjects"),
            cites: json.list("citations").map(LogAnalysis.Cite.init))
    }
}

extension LogAnalysis.Cite {
    fileprivate var json: JSON {
        [
            "member": .string(member), "first_line": .count(first), "last_line": .count(last),
            "lines": .texts(lines), "before": .texts(before), "after": .texts(after),
        ]
    }

    fileprivate init(_ json: JSON) {
        self.init(
            member: json.text("member"), first: json.number("first_line"), last: json.number("last_line"),
            lines: json.texts("lines"), before: json.texts("before"), after: json.texts("after"))
    }
}

extension LogAnalysis.Trace {
    fileprivate var json: JSON {
        ["id": .string(id), "title": .string(title), "count": .count(count)]
    }
}
