import Domain
import Storage

/// The tables of people, sessions and tokens.
package enum PeopleQueries {
    private static let columns: SQL =
        "id, version, name, email, roles, organisation, is_active, uses_shortcuts, keys, origin, added_at"

    static func person(id: String) -> SQL { "SELECT \(columns) FROM person WHERE id = \(id)" }

    static func person(email: String) -> SQL { "SELECT \(columns) FROM person WHERE email = \(email)" }

    static func person(origin: String) -> SQL { "SELECT \(columns) FROM person WHERE origin = \(origin)" }

    static func staff() -> SQL {
        """
        SELECT \(columns) FROM person
        WHERE organisation IS NULL AND is_active = 1 AND email IS NOT NULL ORDER BY name, id LIMIT 1000
        """
    }

    static func people(matching text: String, limit: Int, offset: Int = 0) -> SQL {
        """
        SELECT \(columns) FROM person
        WHERE (LOWER(name) LIKE \(SQL.containing(text)) ESCAPE '\\'
            OR COALESCE(email, '') LIKE \(SQL.containing(text)) ESCAPE '\\')
        ORDER BY is_active DESC, name, id LIMIT \(limit) OFFSET \(offset)
        """
    }

    static func contacts(of organisation: String) -> SQL {
        "SELECT \(columns) FROM person WHERE organisation = \(organisation) ORDER BY is_active DESC, name, id LIMIT 500"
    }

    static func contactCounts(of organisations: [String]) -> SQL {
        """
        SELECT organisation, COUNT(*) FROM person
        WHERE organisation IN (\(anyOf: organisations)) AND is_active = 1 GROUP BY organisation
        """
    }

    static func count(matching text: String) -> SQL {
        """
        SELECT COUNT(*) FROM person
        WHERE (LOWER(name) LIKE \(SQL.containing(text)) ESCAPE '\\'
            OR COALESCE(email, '') LIKE \(SQL.containing(text)) ESCAPE '\\')
        """
    }

    static func names(of ids: [String]) -> SQL { "SELECT id, name FROM person WHERE id IN (\(anyOf: ids))" }

    static func people(_ ids: [String]) -> SQL {
        "SELECT \(columns) FROM person WHERE id IN (\(anyOf: ids))"
    }

    static func count() -> SQL { "SELECT COUNT(*) FROM person" }

    static func countsByRoles() -> SQL {
        "SELECT roles, COUNT(*) FROM person WHERE is_active = 1 GROUP BY roles ORDER BY roles"
    }

    static func activeAdministrators() -> SQL {
        """
        SELECT COUNT(*) FROM person p JOIN credential c ON c.person = p.id
        WHERE p.is_active = 1 AND (',' || p.roles || ',') LIKE '%,administrator,%'
        """
    }

    static func save(_ person: Person) -> SQL {
        """
        INSERT INTO person (id, version, name, email, roles, organisation, is_active, uses_shortcuts, keys, origin, added_at)
        VALUES (\(person.id.raw), \(person.version.number), \(person.name), \(person.email),
            \(person.roles.joined(separator: ",")), \(person.organisation?.raw), \(person.isActive),
            \(person.usesShortcuts), \(KeyMap.text(person.keys)), \(person.origin), \(person.addedAt.microseconds))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, email = excluded.email,
            roles = excluded.roles, organisation = excluded.organisation, is_active = excluded.is_active,
            uses_shortcuts = excluded.uses_shortcuts, keys = excluded.keys, origin = excluded.origin, added_at = excluded.added_at
        """
    }

    static func forget(id: String) -> SQL { "DELETE FROM person WHERE id = \(id)" }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM person WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    // MARK: Credentials

    static func credential(of person: String) -> SQL {
        "SELECT password_hash, must_change FROM credential WHERE person = \(person)"
    }

    static func saveCredential(of person: String, hash: String, mustChange: Bool, at now: Timestamp) -> SQL {
        """
        INSERT INTO credential (person, password_hash, must_change, set_at)
        VALUES (\(person), \(hash), \(mustChange), \(now.microseconds))
        ON CONFLICT (person) DO UPDATE SET password_hash = excluded.password_hash,
            must_change = excluded.must_change, set_at = excluded.set_at
        """
    }

    // MARK: Sessions

    static func insertSession(_ session: Session, digest: [UInt8]) -> SQL {
        """
        INSERT INTO session (id, digest, person, created_at, seen_at, expires_at, address, device)
        VALUES (\(session.id), \(digest), \(session.person.raw), \(session.createdAt.microseconds),
            \(session.seenAt.microseconds), \(session.expiresAt.microseconds), \(session.address), \(session.device))
        """
    }

    static func session(digests: [[UInt8]]) -> SQL {
        """
        SELECT s.id, s.person, s.created_at, s.seen_at, s.expires_at, s.address, s.device,
            p.name, p.roles, p.organisation, p.is_active, p.uses_shortcuts, p.keys
        FROM session s JOIN person p ON p.id = s.person WHERE s.digest IN (\(anyOf: digests))
        """
    }

    static func sessions(of person: String) -> SQL {
        """
        SELECT id, person, created_at, seen_at, expires_at, address, device FROM session
        WHERE person = \(person) ORDER BY seen_at DESC LIMIT 200
        """
    }

    static func touchSession(id: String, at now: Timestamp) -> SQL {
        "UPDATE session SET seen_at = \(now.microseconds) WHERE id = \(id)"
    }

    static func deleteSession(id: String, of person: String) -> SQL {
        "DELETE FROM session WHERE id = \(id) AND person = \(person)"
    }

    static func deleteSessions(of person: String, except id: String) -> SQL {
        "DELETE FROM session WHERE person = \(person) AND id <> \(id)"
    }

    static func deleteExpiredSessions(at now: Timestamp) -> SQL {
        "DELETE FROM session WHERE expires_at < \(now.microseconds)"
    }

    // MARK: Tokens

    static func insertToken(_ token: APIToken, digest: [UInt8]) -> SQL {
        """
        INSERT INTO api_token (id, digest, person, name, scopes, created_at)
        VALUES (\(token.id), \(digest), \(token.person.raw), \(token.name), \(token.scopes.joined(separator: ",")),
            \(token.createdAt.microseconds))
        """
    }

    static func token(digests: [[UInt8]]) -> SQL {
        """
        SELECT t.id, t.person, t.scopes, t.seen_at, p.name, p.roles, p.organisation, p.is_active
        FROM api_token t JOIN person p ON p.id = t.person
        WHERE t.digest IN (\(anyOf: digests)) AND t.revoked_at IS NULL
        """
    }

    static func tokens(of person: String) -> SQL {
        """
        SELECT id, person, name, scopes, created_at, seen_at, revoked_at FROM api_token
        WHERE person = \(person) ORDER BY created_at DESC LIMIT 200
        """
    }

    static func touchToken(id: String, at now: Timestamp) -> SQL {
        "UPDATE api_token SET seen_at = \(now.microseconds) WHERE id = \(id)"
    }

    static func revokeToken(id: String, of person: String, at now: Timestamp) -> SQL {
        """
        UPDATE api_token SET revoked_at = \(now.microseconds)
        WHERE id = \(id) AND person = \(person) AND revoked_at IS NULL
        """
    }

    // MARK: Attempts and links

    static func failures(of source: String, since moment: Timestamp) -> SQL {
        """
        SELECT COUNT(*), COALESCE(MIN(failed_at), 0) FROM sign_in_failure
        WHERE source = \(source) AND failed_at > \(moment.microseconds)
        """
    }

    static func insertFailure(of source: String, at now: Timestamp) -> SQL {
        "INSERT INTO sign_in_failure (source, failed_at) VALUES (\(source), \(now.microseconds))"
    }

    static func deleteFailures(of source: String) -> SQL {
        "DELETE FROM sign_in_failure WHERE source = \(source)"
    }

    static func deleteFailure(of source: String, at moment: Timestamp) -> SQL {
        "DELETE FROM sign_in_failure WHERE source = \(source) AND failed_at = \(moment.microseconds)"
    }

    static func deleteFailures(before moment: Timestamp) -> SQL {
        "DELETE FROM sign_in_failure WHERE failed_at < \(moment.microseconds)"
    }

    static func insertLink(digest: [UInt8], purpose: String, person: String?, until: Timestamp) -> SQL {
        """
        INSERT INTO one_time_link (digest, purpose, person, expires_at)
        VALUES (\(digest), \(purpose), \(person), \(until.microseconds))
        """
    }

    static func link(digests: [[UInt8]], purpose: String, at now: Timestamp) -> SQL {
        """
        SELECT person FROM one_time_link
        WHERE digest IN (\(anyOf: digests)) AND purpose = \(purpose) AND expires_at > \(now.microseconds)
        """
    }

    static func deleteLinks(digests: [[UInt8]]) -> SQL {
        "DELETE FROM one_time_link WHERE digest IN (\(anyOf: digests))"
    }

    static func deleteLinks(purpose: String, person: String?) -> SQL {
        "DELETE FROM one_time_link WHERE purpose = \(purpose) AND COALESCE(person, '') = \(person ?? "")"
    }

    // MARK: Reading

    static func readPerson(_ row: any Row) -> Person {
        var person = Person(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))), name: row.text(2),
            email: row.optionalText(3),
            roles: roles(row.text(4)), organisation: row.optionalText(5).map { ID($0) },
            isActive: row.flag(6),
            usesShortcuts: row.flag(7), origin: row.optionalText(9),
            addedAt: Timestamp(microseconds: row.integer(10)))
        person.keys = KeyMap.read(row.text(8))
        return person
    }

    static func roles(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

    static func readSession(_ row: any Row) -> Session {
        Session(
            id: row.text(0), person: ID(row.text(1)), createdAt: Timestamp(microseconds: row.integer(2)),
            seenAt: Timestamp(microseconds: row.integer(3)),
            expiresAt: Timestamp(microseconds: row.integer(4)),
            address: row.text(5), device: row.text(6))
    }

    static func readToken(_ row: any Row) -> APIToken {
        APIToken(
            id: row.text(0), person: ID(row.text(1)), name: row.text(2), scopes: roles(row.text(3)),
            createdAt: Timestamp(microseconds: row.integer(4)),
            seenAt: row.optionalInteger(5).map { Timestamp(microseconds: $0) },
            revokedAt: row.optionalInteger(6).map { Timestamp(microseconds: $0) })
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        let now = Timestamp(microseconds: 0)
        let person = Person(
            id: "x", version: Version(1), name: "x", email: nil, roles: [], organisation: nil, isActive: true,
            usesShortcuts: true, origin: nil, addedAt: now)
        let session = Session(
            id: "x", person: "x", createdAt: now, seenAt: now, expiresAt: now, address: "", device: "")
        let token = APIToken(
            id: "x", person: "x", name: "", scopes: [], createdAt: now, seenAt: nil, revokedAt: nil)
        return [
            Self.person(id: "x"), Self.person(email: "x"), Self.person(origin: "x"), staff(),
            people(matching: "x", limit: 1), contacts(of: "x"), people(["x"]),
            contactCounts(of: ["x"]), count(matching: "x"), names(of: ["x"]), count(),
            countsByRoles(), activeAdministrators(),
            save(person), forget(id: "x"), page(after: "", limit: 1), credential(of: "x"),
            saveCredential(of: "x", hash: "h", mustChange: false, at: now),
            insertSession(session, digest: []),
            Self.session(digests: [[]]), sessions(of: "x"), touchSession(id: "x", at: now),
            deleteSession(id: "x", of: "x"), deleteSessions(of: "x", except: ""),
            deleteExpiredSessions(at: now),
            insertToken(token, digest: []), Self.token(digests: [[]]), tokens(of: "x"),
            touchToken(id: "x", at: now),
            revokeToken(id: "x", of: "x", at: now), failures(of: "x", since: now),
            insertFailure(of: "x", at: now),
            deleteFailures(of: "x"), deleteFailure(of: "x", at: now), deleteFailures(before: now),
            insertLink(digest: [], purpose: "p", person: nil, until: now),
            link(digests: [[]], purpose: "p", at: now),
            deleteLinks(digests: [[]]), deleteLinks(purpose: "p", person: nil),
        ]
    }()

    static let subject = SubjectType(
        Person.self,
        tables: [
            ProjectedTable(
                "person",
                columns: [
                    "id", "version", "name", "email", "roles", "organisation", "is_active", "uses_shortcuts",
                    "keys", "origin",
                    "added_at",
                ], page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(person(id: id), readPerson) },
        save: { person, _, tx in try tx.execute(save(person)) },
        forget: { id, tx in try tx.execute(forget(id: id)) },
        describe: { aspect, person, policy, _ in
            switch aspect.name {
            case "roles": ("Roles", person.roles.map { policy.role($0)?.name ?? $0 }.joined(separator: ", "))
            case "active": ("Account", person.isActive ? "active" : "not active")
            default: ("Name", person.name)
            }
        })
}

/// A browser that somebody is signed in with.
package struct Session: Sendable {
    /// Names the session; not the secret.
    package var id: String
    /// Whose it is.
    package var person: ID<Person>
    /// When it began.
    package var createdAt: Timestamp
    /// When it was last used, to the minute.
    package var seenAt: Timestamp
    /// When it ends whatever happens.
    package var expiresAt: Timestamp
    /// Where it began.
    package var address: String
    /// What the browser called itself.
    package var device: String
}

/// A token that programs use.
package struct APIToken: Sendable {
    /// Names the token; not the secret.
    package var id: String
    /// On whose behalf it acts.
    package var person: ID<Person>
    /// What it is for.
    package var name: String
    /// The rights it may use; empty for all of the person's.
    package var scopes: [String]
    /// When it was made.
    package var createdAt: Timestamp
    /// When it was last used, to the minute.
    package var seenAt: Timestamp?
    /// When it was withdrawn.
    package var revokedAt: Timestamp?
}
