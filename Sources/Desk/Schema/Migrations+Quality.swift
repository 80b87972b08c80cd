import Storage

extension Schema {
    static let qualityAndSurveys = Migration(
        26, "reviews of quality, and surveys",
        common: """
            CREATE TABLE quality_review (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                number TEXT NOT NULL,
                reviewer TEXT NOT NULL,
                reviewed TEXT NOT NULL,
                reviewed_at INTEGER NOT NULL,
                score INTEGER,
                severity TEXT NOT NULL,
                calibration INTEGER NOT NULL,
                withdrawn INTEGER NOT NULL,
                answered_at INTEGER
            ) STRICT;
            CREATE INDEX quality_review_of_case ON quality_review (case_id);
            CREATE INDEX quality_review_in_order ON quality_review (reviewed_at, id);
            CREATE INDEX quality_review_of_person ON quality_review (reviewed, reviewed_at);
            CREATE TABLE survey (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                number TEXT NOT NULL,
                decided_at INTEGER NOT NULL,
                decided_by TEXT NOT NULL,
                resolved_at INTEGER NOT NULL,
                person TEXT,
                rule TEXT,
                owner TEXT,
                severity TEXT NOT NULL,
                tier TEXT,
                escalated INTEGER NOT NULL,
                until_at INTEGER,
                answered_at INTEGER,
                score INTEGER,
                scale TEXT,
                follow_up_owner TEXT,
                follow_up_due INTEGER,
                reviewed_at INTEGER
            ) STRICT;
            CREATE INDEX survey_of_case ON survey (case_id, resolved_at);
            CREATE INDEX survey_in_order ON survey (decided_at, id);
            CREATE INDEX survey_of_person ON survey (person, decided_at) WHERE rule IS NULL;
            CREATE INDEX survey_to_follow_up ON survey (follow_up_due, id)
                WHERE follow_up_due IS NOT NULL AND reviewed_at IS NULL;
            CREATE INDEX support_case_resolved ON support_case (resolved_at, id) WHERE resolved_at IS NOT NULL;
            """)
}
