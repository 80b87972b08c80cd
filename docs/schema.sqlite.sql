CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER,
    revoked_at INTEGER
, key_id TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX api_token_of_person ON api_token (person);

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

CREATE INDEX bulk_run_undoing ON bulk_run (undoes) WHERE undoes IS NOT NULL;

CREATE INDEX bulk_run_unfinished ON bulk_run (begun_at) WHERE ended_at IS NULL;

CREATE TABLE case_clock (
    case_id TEXT PRIMARY KEY,
    mark INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    policy INTEGER NOT NULL,
    fire_at INTEGER,
    deadline_at INTEGER NOT NULL,
    deadline_clock TEXT,
    summary TEXT NOT NULL
, counted INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX case_clock_by_deadline ON case_clock (deadline_at, case_id);

CREATE INDEX case_clock_by_policy ON case_clock (policy, case_id);

CREATE INDEX case_clock_firing ON case_clock (fire_at, case_id) WHERE fire_at IS NOT NULL;

CREATE INDEX case_clock_uncounted ON case_clock (case_id) WHERE counted <> settled;

CREATE INDEX case_clock_waiting ON case_clock (case_id) WHERE mark <> settled;

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

CREATE TABLE case_route (
    case_id TEXT PRIMARY KEY,
    queue TEXT,
    rule TEXT,
    policy INTEGER NOT NULL,
    routed_at INTEGER,
    moves INTEGER NOT NULL,
    triaged_at INTEGER,
    effort TEXT,
    reproduction_at INTEGER
, cover_person TEXT, cover_cause TEXT, cover_key TEXT, cover_until INTEGER, cover_at INTEGER, match_case TEXT, match_at INTEGER) STRICT;

CREATE INDEX case_route_covered ON case_route (case_id) WHERE cover_person IS NOT NULL;

CREATE INDEX case_route_of_queue ON case_route (queue, case_id);

CREATE TABLE chat_address (
    person TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    secret BLOB NOT NULL
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

CREATE TABLE clock_epoch (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

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

CREATE TABLE clock_record (
    case_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    level TEXT NOT NULL,
    policy INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    breaches INTEGER NOT NULL,
    breached_at INTEGER
) STRICT;

CREATE TABLE credential (
    person TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    must_change INTEGER NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;

CREATE TABLE delegation (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    person TEXT NOT NULL,
    rights TEXT NOT NULL,
    until TEXT
) STRICT;

CREATE INDEX delegation_for_organisation ON delegation (organisation);

CREATE INDEX delegation_of_person ON delegation (person);

CREATE TABLE draft (
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (person, key)
) STRICT;

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

CREATE INDEX evidence_by_age ON evidence (added_at) WHERE removed_reason IS NULL;

CREATE INDEX evidence_by_hash ON evidence (hash);

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

CREATE INDEX evidence_analysis_ended ON evidence_analysis (ended_at);

CREATE INDEX evidence_analysis_of_case ON evidence_analysis (case_id);

CREATE INDEX evidence_analysis_unfinished ON evidence_analysis (asked_at, evidence)
    WHERE state IN ('waiting', 'running');

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

CREATE INDEX evidence_comparison_asked ON evidence_comparison (asked_at);

CREATE INDEX evidence_comparison_by_other ON evidence_comparison (other);

CREATE INDEX evidence_comparison_of_evidence ON evidence_comparison (evidence, asked_at);

CREATE INDEX evidence_comparison_unfinished ON evidence_comparison (asked_at, id)
    WHERE state IN ('waiting', 'running');

CREATE TABLE evidence_copy (
    evidence TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    size INTEGER NOT NULL,
    replaced TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

CREATE INDEX evidence_copy_by_hash ON evidence_copy (hash);

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

CREATE INDEX evidence_read_of_evidence ON evidence_read (evidence, reader);

CREATE INDEX evidence_read_of_organisation ON evidence_read (organisation, read_at);

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

CREATE INDEX fact_of_ending ON fact (occurred_at) WHERE kind IN ('case.resolved', 'case.reopened');

CREATE TRIGGER fact_is_frozen BEFORE UPDATE OF sequence, subject_kind, subject_id, version, occurred_at,
    recorded_at, actor, kind, body_digest, chain, written_by ON fact
BEGIN SELECT RAISE(ABORT, 'facts cannot be changed'); END;

CREATE TRIGGER fact_is_kept BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'facts cannot be deleted'); END;

CREATE TABLE fix_watch (
    case_id TEXT PRIMARY KEY,
    watch TEXT NOT NULL,
    until INTEGER NOT NULL,
    started INTEGER NOT NULL
) STRICT;

CREATE INDEX fix_watch_by_end ON fix_watch (until, case_id);

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

CREATE INDEX handover_of_person ON handover (from_person, settled_at);

CREATE INDEX handover_open ON handover (accept_by, case_id) WHERE state = 'open';

CREATE TABLE import_case (
    source TEXT NOT NULL,
    external_number TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (source, external_number)
) STRICT;

CREATE TABLE import_row (
    source TEXT NOT NULL,
    row_key TEXT NOT NULL,
    digest BLOB NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (source, row_key)
) STRICT;

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;

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

CREATE INDEX legal_hold_scope_of_hold ON legal_hold_scope (hold_id);

CREATE INDEX legal_hold_scope_of_target ON legal_hold_scope (target, kind);

CREATE TABLE link_failure (
    source TEXT NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX link_failure_by_source ON link_failure (source, failed_at);

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

CREATE INDEX mail_by_hash ON mail (hash);

CREATE INDEX mail_by_message_id ON mail (message_id) WHERE message_id IS NOT NULL;

CREATE INDEX mail_by_sender ON mail (sender, received_at);

CREATE INDEX mail_by_state ON mail (state, received_at, id);

CREATE INDEX mail_of_case ON mail (case_id, received_at) WHERE case_id IS NOT NULL;

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

CREATE TABLE mail_text (
    mail_id TEXT PRIMARY KEY,
    written TEXT NOT NULL,
    quoted TEXT NOT NULL,
    thread_ids TEXT NOT NULL
) STRICT;

CREATE TABLE mail_thread (
    message_id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    is_own INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mail_thread_of_case ON mail_thread (case_id, seen_at);

CREATE TABLE mailbox (
    name TEXT PRIMARY KEY,
    validity INTEGER NOT NULL,
    last_uid INTEGER NOT NULL,
    looked_at INTEGER NOT NULL,
    problem TEXT
) STRICT;

CREATE TABLE message_review (
    id TEXT PRIMARY KEY,
    case_id TEXT NOT NULL,
    number TEXT NOT NULL,
    writer TEXT NOT NULL,
    review_by INTEGER NOT NULL
) STRICT;

CREATE INDEX message_review_due ON message_review (review_by, id);

CREATE INDEX message_review_of_case ON message_review (case_id);

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

CREATE INDEX notice_in_order ON notice (aware_at, id);

CREATE INDEX notice_of_case ON notice (case_id);

CREATE INDEX notice_to_give ON notice (due_at, id) WHERE given_at IS NULL AND waived_at IS NULL;

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
, channels TEXT NOT NULL DEFAULT 'page') STRICT;

CREATE INDEX notification_by_age ON notification (created_at);

CREATE INDEX notification_of_case ON notification (case_id);

CREATE INDEX notification_of_fact ON notification (fact_sequence);

CREATE INDEX notification_of_person ON notification (person, created_at);

CREATE INDEX notification_unread ON notification (person, case_id) WHERE is_read = 0;

CREATE TABLE notification_delivery (
    notification TEXT NOT NULL,
    channel TEXT NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (notification, channel)
) STRICT;

CREATE INDEX notification_delivery_of_item ON notification_delivery (item);

CREATE TABLE notification_settings (
    person TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    choices TEXT NOT NULL,
    chat_host TEXT
) STRICT;

CREATE TABLE number_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TABLE one_time_link (
    digest BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    person TEXT,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE organisation (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    tier TEXT NOT NULL,
    origin TEXT,
    added_at INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX organisation_by_origin ON organisation (origin) WHERE origin IS NOT NULL;

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

CREATE INDEX outbox_by_state ON outbox (channel, state, created_at);

CREATE INDEX outbox_due ON outbox (channel, due_at, id) WHERE state IN ('waiting', 'sending');

CREATE INDEX outbox_of_case ON outbox (case_id, created_at) WHERE case_id IS NOT NULL;

CREATE INDEX outbox_of_person ON outbox (person, channel, created_at) WHERE person IS NOT NULL;

CREATE INDEX outbox_to ON outbox (recipient, kind, created_at);

CREATE TABLE pending_sign_in (
    digest BLOB PRIMARY KEY,
    person TEXT NOT NULL,
    must_enrol INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

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
, second_factor_at INTEGER, second_factor_reset_at INTEGER, second_factor_reset_by TEXT, away_until INTEGER) STRICT;

CREATE UNIQUE INDEX person_by_origin ON person (origin) WHERE origin IS NOT NULL;

CREATE INDEX person_of_organisation ON person (organisation);

CREATE TABLE policy_document (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;

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

CREATE INDEX policy_proposal_enacted ON policy_proposal (enacted) WHERE enacted IS NOT NULL;

CREATE INDEX policy_proposal_waiting ON policy_proposal (made_at, id) WHERE outcome IS NULL;

CREATE TABLE presence (
    case_id TEXT NOT NULL,
    person TEXT NOT NULL,
    state TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (case_id, person)
) STRICT;

CREATE INDEX presence_by_age ON presence (seen_at);

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

CREATE INDEX prevention_step_of_owner ON prevention_step (owner, due_at) WHERE outcome IS NULL;

CREATE INDEX prevention_step_of_period ON prevention_step (period, due_at);

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

CREATE INDEX quality_review_in_order ON quality_review (reviewed_at, id);

CREATE INDEX quality_review_of_case ON quality_review (case_id);

CREATE INDEX quality_review_of_person ON quality_review (reviewed, reviewed_at);

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

CREATE TABLE recovery_code (
    person TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (person, digest)
) STRICT;

CREATE TABLE redaction_key (
    case_id TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    secret BLOB NOT NULL
) STRICT;

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

CREATE TABLE schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

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

CREATE INDEX search_case_by_opening ON search_case (opened_at, doc);

CREATE INDEX search_case_by_status ON search_case (status, updated_at, doc, owner, severity, component,
    merged_into, confidentiality, next_action_due_at, blocked_by);

CREATE INDEX search_case_by_update ON search_case (updated_at, doc, confidentiality);

CREATE INDEX search_case_due ON search_case (next_action_due_at) WHERE next_action_due_at IS NOT NULL;

CREATE INDEX search_case_in_brief ON search_case (doc, status, severity, confidentiality, merged_into);

CREATE INDEX search_case_in_portal ON search_case (organisation, publicly_changed_at, doc);

CREATE INDEX search_case_of_organisation ON search_case (organisation, updated_at, doc);

CREATE INDEX search_case_of_owner ON search_case (owner, status, updated_at, doc);

CREATE INDEX search_case_restricted ON search_case (updated_at) WHERE confidentiality IS NOT NULL;

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

CREATE VIRTUAL TABLE search_term USING fts5 (
    tokens, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '_'", prefix='2 3');

CREATE TABLE 'search_term_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'search_term_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'search_term_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE second_factor (
    person TEXT PRIMARY KEY,
    key_id TEXT NOT NULL,
    secret BLOB NOT NULL,
    last_step INTEGER NOT NULL
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
, second_factor TEXT, key_id TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX session_of_person ON session (person);

CREATE TABLE sign_in_failure (
    source TEXT NOT NULL,
    failed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sign_in_failure_by_source ON sign_in_failure (source, failed_at);

CREATE TABLE subject (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    chain BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;

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
    public_version INTEGER NOT NULL DEFAULT 0, publicly_changed_at INTEGER NOT NULL DEFAULT 0, spokesperson TEXT, watchers TEXT, service TEXT, department TEXT) STRICT;

CREATE INDEX support_case_by_closing ON support_case (closed_at, id) WHERE closed_at IS NOT NULL;

CREATE INDEX support_case_felt
    ON support_case (component, severity, (COALESCE(mitigated_at, resolved_at, 9223372036854775807)))
    WHERE merged_into IS NULL;

CREATE INDEX support_case_merged ON support_case (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX support_case_of_alert ON support_case (alert_key) WHERE alert_key IS NOT NULL;

CREATE INDEX support_case_resolved ON support_case (resolved_at, id) WHERE resolved_at IS NOT NULL;

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

CREATE INDEX survey_in_order ON survey (decided_at, id);

CREATE INDEX survey_of_case ON survey (case_id, resolved_at);

CREATE INDEX survey_of_person ON survey (person, decided_at) WHERE rule IS NULL;

CREATE INDEX survey_to_follow_up ON survey (follow_up_due, id)
    WHERE follow_up_due IS NOT NULL AND reviewed_at IS NULL;

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
