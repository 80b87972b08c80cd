import Storage

/// The steps of the schema that a database has been through.
enum SchemaVersionStore {
    static func newest() -> SQL { "SELECT COALESCE(MAX(number), 0) FROM schema_version" }

    /// What is in a database: subjects, facts, and when the last one was recorded.
    static func contents() -> SQL {
        """
        SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT), (SELECT MAX(recorded_at) FROM fact) FROM subject
        """
    }

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = [newest(), contents()]
}
