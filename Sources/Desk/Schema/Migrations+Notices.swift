import Storage

extension Schema {
    static let notices = Migration(
        27, "notices that law or contracts ask for",
        common: """
            CREATE TABLE notice (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                number TEXT NOT NULL,
                kind TEXT NOT NULL,
                owner TEXT NOT NULL,
                aware_at INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                given_at INTEGER,
                waived_at INTEGER
            ) STRICT;
            CREATE INDEX notice_of_case ON notice (case_id);
            CREATE INDEX notice_to_give ON notice (due_at, id) WHERE given_at IS NULL AND waived_at IS NULL;
            CREATE INDEX notice_in_order ON notice (aware_at, id);
            """)
}
