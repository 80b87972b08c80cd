/// What was seen in one varying part of a pattern.
public struct LogVariable: Sendable, Equatable {
    /// What most values are.
    public enum Kind: String, Sendable, CaseIterable {
        case number, duration, size, percentage, time, address, mac, uuid, path, url, email, hex, quoted, list
        /// One of a few words.
        case enumeration
        case text
    }

    /// A value and how many of the sampled lines had it.
    public struct Value: Sendable, Equatable {
        public var text: String
        public var count: Int
    }

    /// The spread of numbers; of durations in seconds, of sizes in bytes.
    public struct Spread: Sendable, Equatable {
        public var minimum: Double
        public var median: Double
        public var ninetyFifth: Double
        public var maximum: Double
    }

    /// What most values are.
    public var kind: Kind
    /// The most frequent values, most frequent first.
    public var top: [Value]
    /// How many different values the sample holds.
    public var distinct: Int
    /// How many lines were sampled.
    public var sampled: Int
    /// The spread, where the values are numbers.
    public var spread: Spread?
}

enum VariableSummary {
    static func variables(
        of patterns: [Int], tokens: [Int32], tally: LogTally, reducer: TemplateReducer
    ) -> [LogVariable] { [] }
}
