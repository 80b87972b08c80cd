import Diagnosis
import Domain
import Storage

/// The table of what people chose, and that of the sealed addresses of their chats.
enum NotificationSettingsQueries {
    private static let columns: SQL = "person, version, choices, chat_host"

    static func settings(of people: [String]) -> SQL {
        "SELECT \(columns) FROM notification_settings WHERE person IN (\(anyOf: people)) ORDER BY person"
    }

    static func page(after person: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM notification_settings WHERE person > \(person) ORDER BY person LIMIT \(limit)"
    }

    static func save(_ settings: NotificationSettings) -> SQL {
        """
        INSERT INTO notification_settings (person, version, choices, chat_host)
        VALUES (\(settings.person.raw), \(settings.version.number), \(settings.choices.json.text),
            \(settings.chatHost))
        ON CONFLICT (person) DO UPDATE SET version = excluded.version, choices = excluded.choices,
            chat_host = excluded.chat_host
        """
    }

    static func forget(of person: String) -> SQL {
        "DELETE FROM notification_settings WHERE person = \(person)"
    }

    static func read(_ row: any Row) throws -> NotificationSettings {
        NotificationSettings(
            person: ID(row.text(0)), version: Version(Int(row.integer(1))),
            choices: NotificationChoices(try JSON(parsing: Array(row.text(2).utf8))),
            chatHost: row.optionalText(3))
    }

    // MARK: Addresses of chats

    static func chatAddress(of person: String) -> SQL {
        "SELECT key_id, secret FROM chat_address WHERE person = \(person)"
    }

    static func saveChatAddress(of person: String, _ sealed: KeyRing.Sealed) -> SQL {
        """
        INSERT INTO chat_address (person, key_id, secret) VALUES (\(person), \(sealed.keyID), \(sealed.bytes))
        ON CONFLICT (person) DO UPDATE SET key_id = excluded.key_id, secret = excluded.secret
        """
    }

    static func forgetChatAddress(of person: String) -> SQL {
        "DELETE FROM chat_address WHERE person = \(person)"
    }

    /// What the sealed address of a person is bound to.
    static func row(of person: String) -> String { "chat_address/\(person)" }

    /// The sealed addresses of chats.
    static let sealed = SealedTable(
        name: "chat addresses", row: { row(of: $0) },
        countsByKey: { "SELECT key_id, COUNT(*) FROM chat_address GROUP BY key_id ORDER BY key_id" },
        others: { key, after, limit in
            """
            SELECT person, key_id, secret FROM chat_address
            WHERE key_id <> \(key) AND person > \(after) ORDER BY person LIMIT \(limit)
            """
        },
        replace: { person, old, new in
            """
            UPDATE chat_address SET key_id = \(new.keyID), secret = \(new.bytes)
            WHERE person = \(person) AND secret = \(old.bytes)
            """
        })

    // MARK: Subject

    static let subject = SubjectType(
        NotificationSettings.self,
        tables: [
            ProjectedTable(
                "notification_settings", columns: ["person", "version", "choices", "chat_host"],
                page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(settings(of: [id]), read) },
        save: { settings, _, tx in try tx.execute(save(settings)) },
        forget: { id, tx in try tx.execute(forget(of: id)) },
        describe: { _, _, _, _ in ("Notifications", "chosen otherwise") })

    /// Every statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let secret = KeyRing.Sealed(keyID: "k", bytes: [1])
        let settings = NotificationSettings(
            person: "x", version: Version(1), choices: .usual, chatHost: nil)
        return [
            Self.settings(of: ["x"]), page(after: "", limit: 1), save(settings), forget(of: "x"),
            chatAddress(of: "x"), saveChatAddress(of: "x", secret), forgetChatAddress(of: "x"),
            sealed.countsByKey(), sealed.others("k", "", 1), sealed.replace("x", secret, secret),
        ]
    }()
}
