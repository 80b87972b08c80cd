import Storage

/// The step that reviews of messages need.
extension Schema {
    static let outward = Migration(
        24, "messages that wait for a review",
        common: """
            CREATE TABLE message_review (
                id TEXT PRIMARY KEY,
                case_id TEXT NOT NULL,
                number TEXT NOT NULL,
                writer TEXT NOT NULL,
                review_by INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX message_review_of_case ON message_review (case_id);
            CREATE INDEX message_review_due ON message_review (review_by, id);
            """)
}
