import Storage

extension Schema {
    static let mail = Migration(
        17, "mail that comes in",
        common: """
            CREATE TABLE mail (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                message_id TEXT,
                content_key TEXT NOT NULL UNIQUE,
                hash TEXT NOT NULL,
                size INTEGER NOT NULL,
                sender TEXT NOT NULL,
                sender_name TEXT,
                subject TEXT NOT NULL,
                sent_at INTEGER,
                kind TEXT NOT NULL,
                trust TEXT NOT NULL,
                attachments INTEGER NOT NULL,
                problems TEXT NOT NULL,
                reasons TEXT NOT NULL,
                person TEXT,
                case_id TEXT,
                organisation TEXT,
                state TEXT NOT NULL,
                received_at INTEGER NOT NULL,
                decided_at INTEGER,
                is_removed INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX mail_by_state ON mail (state, received_at, id);
            CREATE INDEX mail_by_sender ON mail (sender, received_at);
            CREATE INDEX mail_of_case ON mail (case_id, received_at) WHERE case_id IS NOT NULL;
            CREATE INDEX mail_by_message_id ON mail (message_id) WHERE message_id IS NOT NULL;
            CREATE INDEX mail_by_hash ON mail (hash);
            CREATE TABLE mail_text (
                mail_id TEXT PRIMARY KEY,
                written TEXT NOT NULL,
                quoted TEXT NOT NULL,
                thread_ids TEXT NOT NULL
            ) STRICT;
            CREATE TABLE mail_file (
                mail_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                name TEXT NOT NULL,
                given_name TEXT,
                media_type TEXT NOT NULL,
                hash TEXT NOT NULL,
                size INTEGER NOT NULL,
                PRIMARY KEY (mail_id, position)
            ) STRICT;
            CREATE INDEX mail_file_by_hash ON mail_file (hash);
            CREATE TABLE mail_thread (
                message_id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                is_own INTEGER NOT NULL,
                seen_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX mail_thread_of_case ON mail_thread (case_id, seen_at);
            """)

    static let outbox = Migration(
        18, "what leaves the desk, and mailboxes",
        common: """
            CREATE TABLE outbox (
                id TEXT PRIMARY KEY,
                channel TEXT NOT NULL,
                kind TEXT NOT NULL,
                case_id TEXT,
                fact_sequence INTEGER NOT NULL,
                person TEXT,
                recipient TEXT NOT NULL,
                key TEXT NOT NULL UNIQUE,
                state TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                due_at INTEGER NOT NULL,
                attempts INTEGER NOT NULL,
                problem TEXT,
                done_at INTEGER,
                holder TEXT,
                held_until INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX outbox_due ON outbox (channel, due_at, id) WHERE state IN ('waiting', 'sending');
            CREATE INDEX outbox_by_state ON outbox (channel, state, created_at);
            CREATE INDEX outbox_of_case ON outbox (case_id, created_at) WHERE case_id IS NOT NULL;
            CREATE INDEX outbox_to ON outbox (recipient, kind, created_at);
            CREATE TABLE mailbox (
                name TEXT PRIMARY KEY,
                validity INTEGER NOT NULL,
                last_uid INTEGER NOT NULL,
                looked_at INTEGER NOT NULL,
                problem TEXT
            ) STRICT;
            """)
}
