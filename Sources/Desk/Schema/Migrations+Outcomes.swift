import Storage

extension Schema {
    static let outcomes = Migration(
        25, "what became of promises, plans to keep them, and watched fixes",
        common: """
            ALTER TABLE case_clock ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX case_clock_uncounted ON case_clock (case_id) WHERE counted <> settled;
            CREATE TABLE clock_outcome (
                case_id TEXT NOT NULL,
                clock TEXT NOT NULL,
                cycle INTEGER NOT NULL,
                kind TEXT NOT NULL,
                number INTEGER NOT NULL,
                started_at INTEGER NOT NULL,
                due_at INTEGER,
                ended_at INTEGER,
                is_kept INTEGER NOT NULL,
                decided_at INTEGER NOT NULL,
                target INTEGER NOT NULL,
                spent INTEGER,
                raw INTEGER,
                level TEXT NOT NULL,
                severity TEXT NOT NULL,
                tier TEXT,
                shares TEXT NOT NULL,
                cause TEXT,
                customer_told INTEGER,
                PRIMARY KEY (case_id, clock, cycle)
            ) STRICT;
            CREATE INDEX clock_outcome_by_time ON clock_outcome (decided_at, case_id, clock, cycle);
            CREATE INDEX clock_outcome_missed ON clock_outcome (case_id, kind) WHERE is_kept = 0;
            CREATE TABLE fix_watch (
                case_id TEXT PRIMARY KEY,
                watch TEXT NOT NULL,
                until INTEGER NOT NULL,
                started INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX fix_watch_by_end ON fix_watch (until, case_id);
            CREATE TABLE prevention_step (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                period TEXT NOT NULL,
                text TEXT NOT NULL,
                owner TEXT NOT NULL,
                due_at INTEGER NOT NULL,
                cause TEXT,
                planned_at INTEGER NOT NULL,
                outcome TEXT,
                result TEXT,
                ended_at INTEGER
            ) STRICT;
            CREATE INDEX prevention_step_of_period ON prevention_step (period, due_at);
            CREATE INDEX prevention_step_of_owner ON prevention_step (owner, due_at) WHERE outcome IS NULL;
            """)
}
