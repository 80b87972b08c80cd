import Storage

/// The step that analyses of evidence need.
extension Schema {
    static let analysis = Migration(
        28, "what logs say",
        common: """
            CREATE TABLE evidence_analysis (
                evidence TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                state TEXT NOT NULL,
                tries INTEGER NOT NULL,
                asked_at INTEGER NOT NULL,
                begun_at INTEGER,
                ended_at INTEGER,
                done_bytes INTEGER NOT NULL,
                all_bytes INTEGER NOT NULL,
                is_stopping INTEGER NOT NULL,
                message TEXT,
                log TEXT
            ) STRICT;
            CREATE INDEX evidence_analysis_unfinished ON evidence_analysis (asked_at, evidence)
                WHERE state IN ('waiting', 'running');
            CREATE INDEX evidence_analysis_ended ON evidence_analysis (ended_at);
            CREATE INDEX evidence_analysis_of_case ON evidence_analysis (case_id);
            INSERT INTO evidence_analysis
                (evidence, case_id, state, tries, asked_at, done_bytes, all_bytes, is_stopping)
                SELECT id, case_id, 'waiting', 0, added_at, 0, size, 0 FROM evidence WHERE removed_reason IS NULL;
            CREATE TABLE evidence_mark (
                evidence TEXT NOT NULL,
                kind TEXT NOT NULL,
                mark TEXT NOT NULL,
                case_id TEXT NOT NULL,
                words TEXT NOT NULL,
                PRIMARY KEY (evidence, kind, mark)
            ) STRICT;
            CREATE INDEX evidence_mark_by_mark ON evidence_mark (mark, kind, case_id);
            CREATE INDEX evidence_mark_of_case ON evidence_mark (case_id);
            CREATE TABLE evidence_copy (
                evidence TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                hash TEXT NOT NULL,
                size INTEGER NOT NULL,
                replaced TEXT NOT NULL,
                made_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX evidence_copy_by_hash ON evidence_copy (hash);
            CREATE TABLE redaction_key (
                case_id TEXT PRIMARY KEY,
                key_id TEXT NOT NULL,
                secret BLOB NOT NULL
            ) STRICT;
            """)
}
