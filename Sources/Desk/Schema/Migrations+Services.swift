import Storage

extension Schema {
    static let services = Migration(
        29, "services: when they were unwell, and who inside asks for them",
        common: """
            CREATE TABLE outage (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                service TEXT NOT NULL,
                from_at INTEGER NOT NULL,
                until_at INTEGER NOT NULL,
                source TEXT NOT NULL,
                note TEXT,
                recorded_by TEXT NOT NULL,
                withdrawal TEXT
            ) STRICT;
            CREATE INDEX outage_of_service ON outage (service, until_at) WHERE withdrawal IS NULL;
            ALTER TABLE support_case ADD COLUMN service TEXT;
            ALTER TABLE support_case ADD COLUMN department TEXT;
            CREATE INDEX support_case_felt ON support_case (component, severity, opened_at);
            -- Links to defects have clocks from now on.
            UPDATE case_clock SET mark = mark + 1;
            """)
}
