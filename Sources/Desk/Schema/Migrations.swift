import Storage

/// The schema, step by step.
///
/// A released step is frozen: a change is a new step.
package enum Schema {
    /// All steps, in order.
    package static let migrations: [Migration] = [
        journal, people, customers, cases, imports, pages, macros, evidence,
        publicFace, lists, secondFactor, search, backups, views, bulk, retention,
        mail, outbox, clocks, notifications, handoffs, notificationChoices, routing,
        outward, outcomes, qualityAndSurveys, notices, analysis, services, comparisons,
        proposals,
        felt, brief,
    ]

    private static let journal = Migration(
        1, "journal, receipts and policy",
        common: """
            CREATE TABLE fact (
                sequence INTEGER PRIMARY KEY,
                subject_kind TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                version INTEGER NOT NULL,
                occurred_at INTEGER NOT NULL,
                recorded_at INTEGER NOT NULL,
                actor TEXT NOT NULL,
                kind TEXT NOT NULL,
                salt BLOB NOT NULL,
                body TEXT NOT NULL,
                body_digest BLOB NOT NULL,
                chain BLOB NOT NULL,
                written_by INTEGER NOT NULL,
                UNIQUE (subject_kind, subject_id, version)
            ) STRICT;
            CREATE INDEX fact_in_order ON fact (written_by, sequence);
            CREATE TABLE subject (
                kind TEXT NOT NULL,
                id TEXT NOT NULL,
                version INTEGER NOT NULL,
                chain BLOB NOT NULL,
                PRIMARY KEY (kind, id)
            ) STRICT;
            CREATE TABLE checkpoint (
                sequence INTEGER PRIMARY KEY,
                recorded_at INTEGER NOT NULL,
                facts INTEGER NOT NULL,
                subjects INTEGER NOT NULL,
                root BLOB NOT NULL,
                key_id TEXT NOT NULL,
                signature BLOB NOT NULL
            ) STRICT;
            CREATE TABLE receipt (
                actor TEXT NOT NULL,
                key TEXT NOT NULL,
                operation TEXT NOT NULL,
                input_digest BLOB NOT NULL,
                answer TEXT NOT NULL,
                recorded_at INTEGER NOT NULL,
                PRIMARY KEY (actor, key)
            ) STRICT;
            CREATE INDEX receipt_by_age ON receipt (recorded_at);
            CREATE TABLE policy_document (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                document TEXT NOT NULL,
                changed_at INTEGER NOT NULL,
                changed_by TEXT NOT NULL
            ) STRICT;
            """,
        sqlite: """
            CREATE TABLE number_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
            INSERT INTO number_counter (name, value) VALUES ('fact', 0), ('case', 0);
            CREATE TRIGGER fact_is_frozen BEFORE UPDATE OF sequence, subject_kind, subject_id, version, occurred_at,
                recorded_at, actor, kind, body_digest, chain, written_by ON fact
            BEGIN SELECT RAISE(ABORT, 'facts cannot be changed'); END;
            CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
            BEGIN SELECT RAISE(ABORT, 'facts cannot be deleted'); END;
            """,
        postgreSQL: """
            CREATE SEQUENCE fact_sequence;
            CREATE SEQUENCE case_number;
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'facts cannot be changed or deleted'; END $$;
            CREATE TRIGGER fact_is_frozen BEFORE UPDATE OF sequence, subject_kind, subject_id, version, occurred_at,
                recorded_at, actor, kind, body_digest, chain, written_by ON fact
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """)

    private static let people = Migration(
        2, "people, sessions and tokens",
        common: """
            CREATE TABLE person (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                email TEXT UNIQUE,
                roles TEXT NOT NULL,
                organisation TEXT,
                is_active INTEGER NOT NULL,
                uses_shortcuts INTEGER NOT NULL,
                keys TEXT NOT NULL,
                origin TEXT,
                added_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX person_of_organisation ON person (organisation);
            CREATE TABLE credential (
                person TEXT PRIMARY KEY,
                password_hash TEXT NOT NULL,
                must_change INTEGER NOT NULL,
                set_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE session (
                id TEXT PRIMARY KEY,
                digest BLOB NOT NULL UNIQUE,
                person TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                address TEXT NOT NULL,
                device TEXT NOT NULL
            ) STRICT;
            CREATE INDEX session_of_person ON session (person);
            CREATE TABLE api_token (
                id TEXT PRIMARY KEY,
                digest BLOB NOT NULL UNIQUE,
                person TEXT NOT NULL,
                name TEXT NOT NULL,
                scopes TEXT NOT NULL,
                created_at INTEGER NOT NULL,
                seen_at INTEGER,
                revoked_at INTEGER
            ) STRICT;
            CREATE INDEX api_token_of_person ON api_token (person);
            CREATE TABLE sign_in_failure (
                source TEXT NOT NULL,
                failed_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX sign_in_failure_by_source ON sign_in_failure (source, failed_at);
            CREATE TABLE one_time_link (
                digest BLOB PRIMARY KEY,
                purpose TEXT NOT NULL,
                person TEXT,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE draft (
                person TEXT NOT NULL,
                key TEXT NOT NULL,
                text TEXT NOT NULL,
                saved_at INTEGER NOT NULL,
                PRIMARY KEY (person, key)
            ) STRICT;
            """)

    private static let customers = Migration(
        3, "organisations",
        common: """
            CREATE TABLE organisation (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                tier TEXT NOT NULL,
                origin TEXT,
                added_at INTEGER NOT NULL,
                record TEXT NOT NULL
            ) STRICT;
            CREATE TABLE delegation (
                id TEXT PRIMARY KEY,
                organisation TEXT NOT NULL,
                person TEXT NOT NULL,
                rights TEXT NOT NULL,
                until TEXT
            ) STRICT;
            CREATE INDEX delegation_of_person ON delegation (person);
            CREATE INDEX delegation_for_organisation ON delegation (organisation);
            CREATE UNIQUE INDEX organisation_by_origin ON organisation (origin) WHERE origin IS NOT NULL;
            CREATE UNIQUE INDEX person_by_origin ON person (origin) WHERE origin IS NOT NULL;
            """)

    private static let cases = Migration(
        4, "cases",
        common: """
            CREATE TABLE support_case (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                number TEXT NOT NULL UNIQUE,
                subject TEXT NOT NULL,
                symptom TEXT NOT NULL,
                problem_statement TEXT,
                requester TEXT,
                organisation TEXT,
                channel TEXT NOT NULL,
                request_type TEXT NOT NULL,
                severity TEXT NOT NULL,
                status TEXT NOT NULL,
                status_since INTEGER NOT NULL,
                owner TEXT,
                product_area TEXT,
                component TEXT,
                environment TEXT,
                category TEXT,
                root_cause TEXT,
                verdict TEXT,
                impact TEXT NOT NULL,
                began_at INTEGER,
                noticed_at INTEGER,
                reported_at INTEGER NOT NULL,
                narrative TEXT,
                opened_at INTEGER NOT NULL,
                first_reply_at INTEGER,
                mitigated_at INTEGER,
                resolved_at INTEGER,
                closed_at INTEGER,
                reopen_count INTEGER NOT NULL,
                unanswered_since INTEGER,
                alert_key TEXT,
                updated_at INTEGER NOT NULL,
                next_action TEXT,
                next_action_owner TEXT,
                next_action_due_at INTEGER,
                blocked_by TEXT,
                next_update_at INTEGER,
                severity_confirmed_at INTEGER,
                confidentiality TEXT,
                readers TEXT,
                security_owner TEXT,
                merged_into TEXT,
                follow_up_of TEXT,
                fault_layer TEXT,
                confirmed_causes TEXT,
                search_text TEXT NOT NULL
            ) STRICT;
            CREATE INDEX support_case_merged ON support_case (merged_into) WHERE merged_into IS NOT NULL;
            CREATE INDEX support_case_by_update ON support_case (updated_at, id);
            CREATE INDEX support_case_by_status ON support_case (status, updated_at, id, owner, severity, component,
                merged_into, confidentiality, next_action_due_at, blocked_by);
            CREATE INDEX support_case_by_opening ON support_case (opened_at);
            CREATE INDEX support_case_due ON support_case (next_action_due_at) WHERE next_action_due_at IS NOT NULL;
            CREATE INDEX support_case_restricted ON support_case (updated_at) WHERE confidentiality IS NOT NULL;
            CREATE INDEX support_case_of_owner ON support_case (owner, status, updated_at);
            CREATE INDEX support_case_of_alert ON support_case (alert_key) WHERE alert_key IS NOT NULL;
            CREATE INDEX support_case_of_organisation ON support_case (organisation, updated_at);
            CREATE TABLE case_link (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                relation TEXT NOT NULL,
                record TEXT NOT NULL,
                key TEXT NOT NULL,
                name TEXT NOT NULL,
                url TEXT,
                title TEXT,
                linked_at INTEGER NOT NULL,
                linked_by TEXT NOT NULL
            ) STRICT;
            CREATE INDEX case_link_of_case ON case_link (case_id);
            CREATE INDEX case_link_to_record ON case_link (record, key);
            """)

    private static let imports = Migration(
        5, "imports",
        common: """
            CREATE TABLE import_row (
                source TEXT NOT NULL,
                row_key TEXT NOT NULL,
                digest BLOB NOT NULL,
                case_id TEXT NOT NULL,
                PRIMARY KEY (source, row_key)
            ) STRICT;
            CREATE TABLE import_case (
                source TEXT NOT NULL,
                external_number TEXT NOT NULL,
                case_id TEXT NOT NULL,
                PRIMARY KEY (source, external_number)
            ) STRICT;
            """)

    /// What pages remember of people: nothing of it is a fact.
    private static let pages = Migration(
        6, "pages",
        common: """
            CREATE TABLE undo_offer (
                id TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                what TEXT NOT NULL,
                operation TEXT NOT NULL,
                input TEXT NOT NULL,
                subject_kind TEXT NOT NULL,
                subject_id TEXT NOT NULL,
                from_version INTEGER NOT NULL,
                to_version INTEGER NOT NULL,
                made_at INTEGER NOT NULL,
                used_at INTEGER
            ) STRICT;
            CREATE INDEX undo_offer_by_age ON undo_offer (made_at);
            CREATE TABLE visit (
                person TEXT NOT NULL,
                kind TEXT NOT NULL,
                id TEXT NOT NULL,
                seen_at INTEGER NOT NULL,
                seen_version INTEGER NOT NULL,
                before_at INTEGER,
                before_version INTEGER,
                PRIMARY KEY (person, kind, id)
            ) STRICT;
            CREATE INDEX visit_by_age ON visit (person, seen_at);
            CREATE TABLE presence (
                case_id TEXT NOT NULL,
                person TEXT NOT NULL,
                state TEXT NOT NULL,
                seen_at INTEGER NOT NULL,
                PRIMARY KEY (case_id, person)
            ) STRICT;
            CREATE INDEX presence_by_age ON presence (seen_at);
            """)

    private static let macros = Migration(
        7, "macros",
        common: """
            CREATE TABLE macro (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                text TEXT NOT NULL,
                status TEXT,
                next_action TEXT,
                next_action_hours INTEGER,
                revision INTEGER NOT NULL,
                owner TEXT NOT NULL,
                is_offered INTEGER NOT NULL,
                uses INTEGER NOT NULL,
                revised_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE macro_use (
                id TEXT PRIMARY KEY,
                macro_id TEXT NOT NULL,
                revision INTEGER NOT NULL,
                case_id TEXT NOT NULL,
                reopen_count INTEGER NOT NULL,
                used_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX macro_use_of_macro ON macro_use (macro_id);
            """)

    private static let evidence = Migration(
        8, "evidence",
        common: """
            CREATE TABLE evidence (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                case_id TEXT NOT NULL,
                organisation TEXT,
                number INTEGER NOT NULL,
                name TEXT NOT NULL,
                given_name TEXT,
                hash TEXT NOT NULL,
                size INTEGER NOT NULL,
                media_type TEXT NOT NULL,
                from_customer INTEGER NOT NULL,
                item TEXT,
                details TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                added_by TEXT NOT NULL,
                removed_reason TEXT,
                UNIQUE (case_id, number)
            ) STRICT;
            CREATE INDEX evidence_by_hash ON evidence (hash);
            CREATE TABLE evidence_read (
                id TEXT PRIMARY KEY,
                evidence TEXT NOT NULL,
                case_id TEXT NOT NULL,
                organisation TEXT,
                number INTEGER NOT NULL,
                reader TEXT NOT NULL,
                visitor TEXT,
                way TEXT NOT NULL,
                reason TEXT,
                share TEXT,
                read_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX evidence_read_of_case ON evidence_read (case_id, read_at);
            CREATE INDEX evidence_read_of_organisation ON evidence_read (organisation, read_at);
            CREATE INDEX evidence_read_of_evidence ON evidence_read (evidence, reader);
            CREATE TABLE evidence_upload (
                id TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                case_id TEXT NOT NULL,
                fields TEXT NOT NULL,
                length INTEGER NOT NULL,
                received INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE link_failure (
                source TEXT NOT NULL,
                failed_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX link_failure_by_source ON link_failure (source, failed_at);
            """)

    private static let publicFace = Migration(
        9, "what customers see of cases",
        common: """
            ALTER TABLE support_case ADD COLUMN public_version INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE support_case ADD COLUMN publicly_changed_at INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE support_case ADD COLUMN spokesperson TEXT;
            CREATE INDEX support_case_in_portal ON support_case (organisation, publicly_changed_at, id);
            """)

    private static let lists = Migration(
        10, "who watches cases, what came back, evidence by age",
        common: """
            ALTER TABLE support_case ADD COLUMN watchers TEXT;
            CREATE INDEX fact_of_ending ON fact (occurred_at) WHERE kind IN ('case.resolved', 'case.reopened');
            CREATE INDEX evidence_by_age ON evidence (added_at) WHERE removed_reason IS NULL;
            """)

    private static let secondFactor = Migration(
        11, "second factor, and which key made what",
        common: """
            ALTER TABLE person ADD COLUMN second_factor_at INTEGER;
            ALTER TABLE person ADD COLUMN second_factor_reset_at INTEGER;
            ALTER TABLE person ADD COLUMN second_factor_reset_by TEXT;
            ALTER TABLE session ADD COLUMN second_factor TEXT;
            ALTER TABLE session ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
            ALTER TABLE api_token ADD COLUMN key_id TEXT NOT NULL DEFAULT '';
            CREATE TABLE second_factor (
                person TEXT PRIMARY KEY,
                key_id TEXT NOT NULL,
                secret BLOB NOT NULL,
                last_step INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE recovery_code (
                person TEXT NOT NULL,
                digest BLOB NOT NULL,
                PRIMARY KEY (person, digest)
            ) STRICT;
            CREATE TABLE pending_sign_in (
                digest BLOB PRIMARY KEY,
                person TEXT NOT NULL,
                must_enrol INTEGER NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;
            """)

    /// The narrow table that lists and searches of cases read, and the index of words.
    ///
    /// The number of a case in both is the sequence of its first fact. Words of earlier facts are filled in by the server
    /// while it works; `search_state` says how far it is.
    private static let search = Migration(
        12, "lists and searches of cases",
        common: """
            CREATE TABLE search_case (
                doc INTEGER PRIMARY KEY,
                case_id TEXT NOT NULL UNIQUE,
                status TEXT NOT NULL,
                status_since INTEGER NOT NULL,
                severity TEXT NOT NULL,
                owner TEXT,
                organisation TEXT,
                component TEXT,
                opened_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                publicly_changed_at INTEGER NOT NULL,
                next_action_due_at INTEGER,
                next_update_at INTEGER,
                blocked_by TEXT,
                severity_confirmed_at INTEGER,
                watchers TEXT,
                confidentiality TEXT,
                readers TEXT,
                security_owner TEXT,
                merged_into TEXT
            ) STRICT;
            INSERT INTO search_case (doc, case_id, status, status_since, severity, owner, organisation, component,
                opened_at, updated_at, publicly_changed_at, next_action_due_at, next_update_at, blocked_by,
                severity_confirmed_at, watchers, confidentiality, readers, security_owner, merged_into)
            SELECT f.sequence, s.id, s.status, s.status_since, s.severity, s.owner, s.organisation, s.component,
                s.opened_at, s.updated_at, s.publicly_changed_at, s.next_action_due_at, s.next_update_at, s.blocked_by,
                s.severity_confirmed_at, s.watchers, s.confidentiality, s.readers, s.security_owner, s.merged_into
            FROM support_case s
            JOIN fact f ON f.subject_kind = 'case' AND f.subject_id = s.id AND f.version = 1;
            DROP INDEX support_case_by_update;
            DROP INDEX support_case_by_status;
            DROP INDEX support_case_by_opening;
            DROP INDEX support_case_due;
            DROP INDEX support_case_restricted;
            DROP INDEX support_case_of_owner;
            DROP INDEX support_case_of_organisation;
            DROP INDEX support_case_in_portal;
            ALTER TABLE support_case DROP COLUMN search_text;
            CREATE INDEX search_case_by_update ON search_case (updated_at, doc, confidentiality);
            CREATE INDEX search_case_by_status ON search_case (status, updated_at, doc, owner, severity, component,
                merged_into, confidentiality, next_action_due_at, blocked_by);
            CREATE INDEX search_case_by_opening ON search_case (opened_at, doc);
            CREATE INDEX search_case_due ON search_case (next_action_due_at) WHERE next_action_due_at IS NOT NULL;
            CREATE INDEX search_case_restricted ON search_case (updated_at) WHERE confidentiality IS NOT NULL;
            CREATE INDEX search_case_of_owner ON search_case (owner, status, updated_at, doc);
            CREATE INDEX search_case_of_organisation ON search_case (organisation, updated_at, doc);
            CREATE INDEX search_case_in_portal ON search_case (organisation, publicly_changed_at, doc);
            CREATE TABLE search_entry (
                id INTEGER PRIMARY KEY,
                kind TEXT NOT NULL,
                source TEXT NOT NULL,
                text TEXT NOT NULL
            ) STRICT;
            CREATE TABLE search_pending (
                id INTEGER PRIMARY KEY,
                doc INTEGER NOT NULL,
                text TEXT NOT NULL
            ) STRICT;
            CREATE TABLE search_skipped (
                case_id TEXT NOT NULL,
                source TEXT NOT NULL,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                PRIMARY KEY (case_id, source)
            ) STRICT;
            CREATE INDEX search_skipped_waiting ON search_skipped (source) WHERE reason = 'waiting';
            CREATE TABLE search_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
            INSERT INTO search_skipped (case_id, source, reason, detail)
            SELECT case_id, id, 'waiting', '' FROM evidence WHERE removed_reason IS NULL;
            INSERT INTO search_state (name, value) SELECT 'facts_until', COALESCE(MAX(sequence), 0) FROM fact;
            INSERT INTO search_state (name, value) VALUES ('facts_done', 0);
            """,
        sqlite: """
            CREATE VIRTUAL TABLE search_term USING fts5 (
                tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '_'", prefix='2 3');
            INSERT INTO search_term (search_term, rank) VALUES ('automerge', 8), ('crisismerge', 256);
            """,
        postgreSQL: """
            CREATE TABLE search_term (id BIGINT PRIMARY KEY, tokens TEXT COLLATE "C" NOT NULL)
                WITH (toast_tuple_target = 128);
            DO $$ BEGIN
                IF EXISTS (SELECT 1 FROM pg_settings
                    WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals))
                THEN ALTER TABLE search_term ALTER COLUMN tokens SET COMPRESSION lz4; END IF;
            END $$;
            CREATE INDEX search_term_tokens ON search_term
                USING gin (array_to_tsvector(string_to_array(tokens, ' '))) WITH (gin_pending_list_limit = 1024);
            """)

    private static let backups = Migration(
        13, "who does what alone, and backups",
        common: """
            CREATE TABLE lease (
                name TEXT PRIMARY KEY,
                holder TEXT NOT NULL,
                until INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE backup_run (
                id TEXT PRIMARY KEY,
                begun_at INTEGER NOT NULL,
                ended_at INTEGER,
                node TEXT NOT NULL,
                file TEXT NOT NULL,
                bytes INTEGER,
                rows_kept INTEGER,
                evidence_files INTEGER,
                verified_at INTEGER,
                problem TEXT
            ) STRICT;
            CREATE INDEX backup_run_by_age ON backup_run (begun_at);
            """)

    private static let views = Migration(
        14, "saved views",
        common: """
            CREATE TABLE saved_view (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                search TEXT NOT NULL,
                is_shared INTEGER NOT NULL,
                owner TEXT NOT NULL,
                is_deleted INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX saved_view_of_owner ON saved_view (owner);
            CREATE TABLE saved_view_choice (
                id TEXT PRIMARY KEY,
                view_id TEXT NOT NULL,
                person TEXT NOT NULL
            ) STRICT;
            CREATE INDEX saved_view_choice_of_person ON saved_view_choice (person);
            CREATE INDEX saved_view_choice_of_view ON saved_view_choice (view_id);
            """)

    private static let bulk = Migration(
        15, "one act on many cases",
        common: """
            CREATE TABLE bulk_run (
                id TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                rights TEXT NOT NULL,
                operation TEXT NOT NULL,
                input TEXT NOT NULL,
                summary TEXT NOT NULL,
                begun_at INTEGER NOT NULL,
                ended_at INTEGER,
                is_stopped INTEGER NOT NULL DEFAULT 0,
                undoes TEXT
            ) STRICT;
            CREATE INDEX bulk_run_of_person ON bulk_run (person, begun_at);
            CREATE INDEX bulk_run_unfinished ON bulk_run (begun_at) WHERE ended_at IS NULL;
            CREATE INDEX bulk_run_undoing ON bulk_run (undoes) WHERE undoes IS NOT NULL;
            CREATE TABLE bulk_item (
                run_id TEXT NOT NULL,
                position INTEGER NOT NULL,
                target TEXT NOT NULL,
                number TEXT NOT NULL,
                state TEXT NOT NULL,
                message TEXT,
                undo TEXT,
                PRIMARY KEY (run_id, position)
            ) STRICT;
            CREATE INDEX bulk_item_by_state ON bulk_item (run_id, state, position);
            """)

    private static let retention = Migration(
        16, "retention and legal holds",
        common: """
            CREATE INDEX support_case_by_closing ON support_case (closed_at, id) WHERE closed_at IS NOT NULL;
            CREATE TABLE legal_hold (
                id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                reason TEXT NOT NULL,
                placed_by TEXT NOT NULL,
                placed_at INTEGER NOT NULL,
                lifted_at INTEGER
            ) STRICT;
            CREATE TABLE legal_hold_scope (
                id TEXT PRIMARY KEY,
                hold_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                target TEXT NOT NULL
            ) STRICT;
            CREATE INDEX legal_hold_scope_of_target ON legal_hold_scope (target, kind);
            CREATE INDEX legal_hold_scope_of_hold ON legal_hold_scope (hold_id);
            """)

    private static let clocks = Migration(
        19, "clocks of cases",
        common: """
            CREATE TABLE clock_record (
                case_id TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                level TEXT NOT NULL,
                policy INTEGER NOT NULL,
                warnings INTEGER NOT NULL,
                breaches INTEGER NOT NULL,
                breached_at INTEGER
            ) STRICT;
            CREATE TABLE case_clock (
                case_id TEXT PRIMARY KEY,
                mark INTEGER NOT NULL,
                settled INTEGER NOT NULL,
                policy INTEGER NOT NULL,
                fire_at INTEGER,
                deadline_at INTEGER NOT NULL,
                deadline_clock TEXT,
                summary TEXT NOT NULL
            ) STRICT;
            CREATE INDEX case_clock_firing ON case_clock (fire_at, case_id) WHERE fire_at IS NOT NULL;
            CREATE INDEX case_clock_waiting ON case_clock (case_id) WHERE mark <> settled;
            CREATE INDEX case_clock_by_policy ON case_clock (policy, case_id);
            CREATE INDEX case_clock_by_deadline ON case_clock (deadline_at, case_id);
            CREATE TABLE clock_epoch (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
            INSERT INTO clock_epoch (id, at) SELECT 'main', COALESCE(MAX(recorded_at), 0) FROM fact;
            INSERT INTO case_clock (case_id, mark, settled, policy, deadline_at, summary)
                SELECT id, 1, CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END,
                    CASE WHEN closed_at IS NULL THEN 0 ELSE 2147483647 END, 9223372036854775807, '{}'
                FROM support_case;
            """)

    private static let notifications = Migration(
        20, "notifications",
        common: """
            CREATE TABLE notification (
                id TEXT PRIMARY KEY,
                person TEXT NOT NULL,
                case_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                detail TEXT NOT NULL,
                actor TEXT NOT NULL,
                fact_sequence INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                is_read INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX notification_unread ON notification (person, case_id) WHERE is_read = 0;
            CREATE INDEX notification_of_person ON notification (person, created_at);
            CREATE INDEX notification_of_fact ON notification (fact_sequence);
            CREATE INDEX notification_of_case ON notification (case_id);
            """)
}
