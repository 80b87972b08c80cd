import Storage

extension Schema {
    static let routing = Migration(
        23, "queues, triage and who is away",
        common: """
            CREATE TABLE case_route (
                case_id TEXT PRIMARY KEY,
                queue TEXT,
                rule TEXT,
                policy INTEGER NOT NULL,
                routed_at INTEGER,
                moves INTEGER NOT NULL,
                triaged_at INTEGER,
                effort TEXT,
                reproduction_at INTEGER
            ) STRICT;
            CREATE INDEX case_route_of_queue ON case_route (queue, case_id);
            ALTER TABLE person ADD COLUMN away_until INTEGER;
            """)
}
