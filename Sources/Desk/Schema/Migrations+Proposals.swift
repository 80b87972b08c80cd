import Storage

extension Schema {
    static let proposals = Migration(
        31, "proposed changes of policy, and cover",
        common: """
            CREATE TABLE policy_proposal (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                made TEXT NOT NULL,
                author TEXT NOT NULL,
                made_at INTEGER NOT NULL,
                approvals TEXT NOT NULL,
                outcome TEXT,
                settled_at INTEGER,
                settled_by TEXT,
                words TEXT,
                enacted INTEGER
            ) STRICT;
            CREATE INDEX policy_proposal_waiting ON policy_proposal (made_at, id) WHERE outcome IS NULL;
            CREATE INDEX policy_proposal_enacted ON policy_proposal (enacted) WHERE enacted IS NOT NULL;
            ALTER TABLE case_route ADD COLUMN cover_person TEXT;
            ALTER TABLE case_route ADD COLUMN cover_cause TEXT;
            ALTER TABLE case_route ADD COLUMN cover_key TEXT;
            ALTER TABLE case_route ADD COLUMN cover_until INTEGER;
            ALTER TABLE case_route ADD COLUMN cover_at INTEGER;
            ALTER TABLE case_route ADD COLUMN match_case TEXT;
            ALTER TABLE case_route ADD COLUMN match_at INTEGER;
            CREATE INDEX case_route_covered ON case_route (case_id) WHERE cover_person IS NOT NULL;
            """)
}
