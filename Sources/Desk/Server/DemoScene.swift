import Domain

/// A value of a step.
enum DemoValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// As somebody types it.
    case text(String)
    /// Several of them.
    case list([String])
    /// Answers of a form, by their question.
    case answers([String: String])
    /// A time so many minutes before the step.
    case ago(Int64)
    /// The first quarter of an hour that is at least so many minutes away.
    case ahead(Int64)
    /// The day that is so many days away.
    case day(Int64)
    /// The month of the step.
    case month
    /// The entry that the step of this mark made.
    case entry(String)

    init(stringLiteral value: String) { self = .text(value) }
    init(arrayLiteral elements: String...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, String)...) {
        self = .answers(Dictionary(elements) { first, _ in first })
    }

    /// What a form would send.
    func raw(at now: Timestamp, entries: [String: Int64]) -> RawValue {
        switch self {
        case .text(let text): .text(text)
        case .list(let texts): .list(texts.map(RawValue.text))
        case .answers(let answers): .members(answers.mapValues(RawValue.text))
        case .ago(let minutes): .text(now.adding(seconds: -60 * minutes).rfc3339)
        case .ahead(let minutes): .text(Self.quarter(after: now.adding(seconds: 60 * minutes)).rfc3339)
        case .day(let days): .text(now.adding(seconds: 86_400 * days).day)
        case .month: .text(String(now.day.prefix(7)))
        case .entry(let mark): .text(String(entries[mark] ?? 0))
        }
    }

    /// People promise by the clock on the wall.
    private static func quarter(after moment: Timestamp) -> Timestamp {
        let quarter: Int64 = 15 * 60 * 1_000_000
        let rest = moment.microseconds % quarter
        return rest == 0 ? moment : Timestamp(microseconds: moment.microseconds - rest + quarter)
    }
}

/// One step of a scene: who does what, so many minutes after the step before.
struct DemoStep {
    var after: Int64
    var who: String
    var operation: String
    var fields: KeyValuePairs<String, DemoValue>
    /// What a later step calls the entry that this one makes.
    var mark: String?
    /// What is handed in; the operation is then that of adding evidence.
    var file: DemoFile?

    init(
        _ after: Int64, _ who: String, _ operation: String, _ fields: KeyValuePairs<String, DemoValue> = [:],
        mark: String? = nil
    ) {
        (self.after, self.who, self.operation, self.fields) = (after, who, operation, fields)
        self.mark = mark
    }

    /// Hands in a file.
    init(_ after: Int64, _ who: String, file: DemoFile, _ fields: KeyValuePairs<String, DemoValue>) {
        (self.after, self.who, self.operation, self.fields) = (after, who, "", fields)
        self.file = file
    }
}

/// What happens to one thing, mostly a case.
struct DemoScene {
    /// How many minutes before the story's end it begins.
    var begins: Int64
    /// The organisation that the steps are about, where they are not about the case that the first one opens.
    var organisation: String?
    var steps: [DemoStep]

    init(begins: Int64, organisation: String? = nil, steps: [DemoStep]) {
        (self.begins, self.organisation, self.steps) = (begins, organisation, steps)
    }
}

/// A file of the demo: its name, and its bytes for the time at which it is handed in.
struct DemoFile {
    var name: String
    var bytes: @Sendable (Timestamp) -> [UInt8]
}
