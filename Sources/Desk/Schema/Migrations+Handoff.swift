import Storage

/// The step that hand-offs need.
extension Schema {
    static let handoffs = Migration(
        21, "hand-offs and requests to be unblocked",
        common: """
            CREATE TABLE handover (
                case_id TEXT PRIMARY KEY,
                number TEXT NOT NULL,
                way TEXT NOT NULL,
                from_person TEXT NOT NULL,
                to_person TEXT,
                to_role TEXT,
                offered_at INTEGER NOT NULL,
                accept_by INTEGER NOT NULL,
                state TEXT NOT NULL,
                settled_at INTEGER
            ) STRICT;
            CREATE INDEX handover_open ON handover (accept_by, case_id) WHERE state = 'open';
            CREATE INDEX handover_of_person ON handover (from_person, settled_at);
            CREATE TABLE unblock_request (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                number TEXT NOT NULL,
                asked_by TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                settled_at INTEGER,
                answered INTEGER NOT NULL,
                reusable INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX unblock_request_of_case ON unblock_request (case_id);
            CREATE INDEX unblock_request_open ON unblock_request (asked_at, id) WHERE settled_at IS NULL;
            CREATE INDEX unblock_request_reusable ON unblock_request (settled_at, id) WHERE reusable = 1;
            """)
}
