import Storage

/// What the running service asks the database about itself.
enum PlatformQueries {
    /// How many subjects and facts there are.
    ///
    /// A subject's version is the number of its facts, so that no fact has to be counted.
    static func journalSize() -> SQL {
        "SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM subject"
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [journalSize()]
}
