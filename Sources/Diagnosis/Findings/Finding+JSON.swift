extension Finding {
    /// The finding for programs: names and values as documented in docs/features/diagnose.md.
    public var json: JSON {
        [
            "kind": .string(kind), "title": .string(title), "severity": .string(severity.rawValue),
            "confidence": .init(floatLiteral: (confidence * 100).rounded() / 100), "why": .string(why),
            "next_test": .string(nextTest), "count": .init(integerLiteral: Int64(count)),
            "first_at": times.map { .string(LogTime.text($0.lowerBound)) } ?? .null,
            "last_at": times.map { .string(LogTime.text($0.upperBound)) } ?? .null,
            "subjects": .array(subjects.map { .string($0) }), "details": .object(details),
            "citations": .array(citations.map(\.json)),
        ]
    }
}

extension Citation {
    /// The citation for programs.
    public var json: JSON {
        [
            "source": .string(source), "first_line": .init(integerLiteral: Int64(lines.lowerBound)),
            "last_line": .init(integerLiteral: Int64(lines.upperBound)),
            "pattern": pattern.map { .string($0) } ?? .null, "says": says.map { .string($0) } ?? .null,
            "at": at.map { .string(LogTime.text($0)) } ?? .null,
            "excerpt": excerpt.map { .string($0) } ?? .null,
        ]
    }
}
