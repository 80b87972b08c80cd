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

    static let comparisons = Migration(
        30, "comparisons of logs, and codes of errors",
        common: """
            CREATE TABLE evidence_comparison (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                evidence TEXT NOT NULL,
                other TEXT NOT NULL,
                now_from INTEGER,
                now_to INTEGER,
                before_from INTEGER,
                before_to INTEGER,
                state TEXT NOT NULL,
                tries INTEGER NOT NULL,
                asked_by TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                ended_at INTEGER,
                message TEXT,
                result TEXT
            ) STRICT;
            CREATE INDEX evidence_comparison_unfinished ON evidence_comparison (asked_at, id)
                WHERE state IN ('waiting', 'running');
            CREATE INDEX evidence_comparison_of_evidence ON evidence_comparison (evidence, asked_at);
            CREATE INDEX evidence_comparison_by_other ON evidence_comparison (other);
            CREATE INDEX evidence_comparison_asked ON evidence_comparison (asked_at);
            CREATE TABLE evidence_code (
                evidence TEXT NOT NULL,
                code TEXT NOT NULL,
                case_id TEXT NOT NULL,
                hits INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (evidence, code)
            ) STRICT;
            CREATE INDEX evidence_code_by_code ON evidence_code (code, case_id);
            CREATE INDEX evidence_code_of_case ON evidence_code (case_id);
            UPDATE evidence_analysis SET state = 'waiting', tries = 0, done_bytes = 0 WHERE state = 'done';
            """)
}
