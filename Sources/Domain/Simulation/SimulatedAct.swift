/// Something that somebody does in a simulated organisation: a call of an operation, as a page would make it.
package struct SimulatedAct: Sendable {
    /// When it is done.
    package var at: Timestamp
    /// Who does it, by e-mail address; nil for whoever sets the installation up.
    package var who: String?
    /// The operation, by name.
    package var operation: String
    /// The operation's fields, without the case that it is about.
    package var fields: RawInput
    /// The case that it is about, by its place among all cases; nil where it is about none.
    package var life: Int?
    /// Whether it opens that case.
    package var opens = false
    /// Fields that hold the number of another case, by the place of that case.
    package var others: [String: Int] = [:]
    /// A file that is handed in.
    package var file: SimulatedFile?
    /// The refusals with which it is left out: whoever was not asked answers nothing.
    package var unless: Set<String> = []

    /// An act with these parts.
    package init(
        at: Timestamp, who: String?, operation: String, fields: [String: RawValue] = [:], life: Int? = nil
    ) {
        (self.at, self.who, self.operation, self.life) = (at, who, operation, life)
        self.fields = RawInput(fields)
    }
}

/// A file that somebody hands in.
package struct SimulatedFile: Sendable {
    /// The name that it comes with.
    package var name: String
    /// What stands in it.
    package var text: String
}

/// How large a simulated organisation is, and when.
package struct SimulationSettings: Hashable, Sendable {
    /// What everything follows from.
    package var seed: UInt64
    /// How many cases are opened.
    package var cases: Int
    /// How many years they are spread over.
    package var years: Int
    /// When the story ends.
    package var until: Timestamp
    /// The policy document that is put in force before anything else happens; nil for the one that is built in.
    package var policy: String?
    /// Whether clocks warn and are missed while the story goes on.
    package var livesClocks: Bool

    /// Settings with all parts.
    package init(
        seed: UInt64, cases: Int, years: Int, until: Timestamp, policy: String? = nil,
        livesClocks: Bool = false
    ) {
        (self.seed, self.cases, self.years, self.until) = (seed, cases, years, until)
        (self.policy, self.livesClocks) = (policy, livesClocks)
    }

    /// When the story begins.
    package var start: Timestamp { until.adding(seconds: -Int64(years) * 365 * 86_400) }
}
