import Storage

extension Schema {
    static let notificationChoices = Migration(
        22, "what people choose to be told, and the messages that tell it",
        common: """
            ALTER TABLE notification ADD COLUMN channels TEXT NOT NULL DEFAULT 'page';
            CREATE INDEX notification_by_age ON notification (created_at);
            CREATE TABLE notification_settings (
                person TEXT PRIMARY KEY,
                version INTEGER NOT NULL,
                choices TEXT NOT NULL,
                chat_host TEXT
            ) STRICT;
            CREATE TABLE chat_address (
                person TEXT PRIMARY KEY,
                key_id TEXT NOT NULL,
                secret BLOB NOT NULL
            ) STRICT;
            CREATE TABLE notification_delivery (
                notification TEXT NOT NULL,
                channel TEXT NOT NULL,
                item TEXT NOT NULL,
                PRIMARY KEY (notification, channel)
            ) STRICT;
            CREATE INDEX notification_delivery_of_item ON notification_delivery (item);
            CREATE INDEX outbox_of_person ON outbox (person, channel, created_at) WHERE person IS NOT NULL;
            """)
}
