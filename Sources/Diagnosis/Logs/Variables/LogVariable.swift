/// What was seen in one varying part of a pattern.
public struct LogVariable: Sendable, Equatable {
    /// What values are.
    public enum Kind: String, Sendable, CaseIterable {
        case number
        case percentage
        /// A number with a unit of time.
        case duration
        /// A number with a unit of data.
        case size
        /// A date, a time of day or both.
        case time
        /// An IPv4 or IPv6 address, with or without port.
        case address
        case mac
        case uuid
        case path
        case url
        case email
        /// Hexadecimal digits: hashes, pointers, identifiers.
        case hex
        /// Text in quotes.
        case quoted
        /// Several values in a row.
        case list
        /// One of a few words.
        case enumeration
        /// Anything else.
        case text
    }

    /// A value and how many of the sampled lines had it.
    public struct Value: Sendable, Equatable {
        /// As it stands in the lines.
        public var text: String
        /// How many of the sampled lines, weighted by how often their patterns come.
        public var count: Int
    }

    /// The spread of numbers: of durations in seconds, of sizes in bytes.
    public struct Spread: Sendable, Equatable {
        /// The smallest.
        public var minimum: Double
        /// Half of them are at most this.
        public var median: Double
        /// Ninety-five in a hundred are at most this.
        public var ninetyFifth: Double
        /// The largest.
        public var maximum: Double
    }

    /// What most values are.
    public var kind: Kind
    /// The most frequent values, most frequent first; at most ten, of at most 200 bytes.
    public var top: [Value]
    /// How many different values the sample holds.
    public var distinct: Int
    /// How many lines were sampled.
    public var sampled: Int
    /// The spread, where most values are numbers, durations, sizes or percentages.
    public var spread: Spread?
}
