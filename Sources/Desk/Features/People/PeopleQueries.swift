import Domain
import Storage

/// The tables of people, sessions and tokens.
package enum PeopleQueries {
    private static let columns: SQL =
        """
        id, version, name, email, roles, organisation, is_active, uses_shortcuts, keys, origin, added_at,
            second_factor_at, second_factor_reset_at, second_factor_reset_by, away_until
        """

    static func person(id: String) -> SQL { "SELECT \(columns) FROM person WHERE id = \(id)" }

    static func person(email: String) -> SQL { "SELECT \(columns) FROM person WHERE email = \(email)" }

    static func person(origin: String) -> SQL { "SELECT \(columns) FROM person WHERE origin = \(origin)" }

    /// The organisations of people with an address of a domain; two are enough to know that there is more than one.
    static func organisations(ofDomain domain: String) -> SQL {
        """
        SELECT DISTINCT organisation FROM person
        WHERE organisation IS NOT NULL AND email LIKE \(SQL.ending("@" + domain)) ESCAPE '\\' LIMIT 2
        """
    }

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

    /// Accounts of programs: they have no address, and were not imported.
    static func programs() -> SQL { "SELECT id FROM person WHERE email IS NULL AND origin IS NULL" }

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
        INSERT INTO person (\(columns))
        VALUES (\(person.id.raw), \(person.version.number), \(person.name), \(person.email),
            \(person.roles.joined(separator: ",")), \(person.organisation?.raw), \(person.isActive),
            \(person.usesShortcuts), \(KeyMap.text(person.keys)), \(person.origin), \(person.addedAt.microseconds),
            \(person.secondFactorAt?.microseconds), \(person.secondFactorReset?.at.microseconds),
            \(person.secondFactorReset?.by), \(person.awayUntil?.microseconds))
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, name = excluded.name, email = excluded.email,
            roles = excluded.roles, organisation = excluded.organisation, is_active = excluded.is_active,
            uses_shortcuts = excluded.uses_shortcuts, keys = excluded.keys, origin = excluded.origin, added_at = excluded.added_at,
            second_factor_at = excluded.second_factor_at, second_factor_reset_at = excluded.second_factor_reset_at,
            second_factor_reset_by = excluded.second_factor_reset_by, away_until = excluded.away_until
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
        INSERT INTO session (id, digest, key_id, person, created_at, seen_at, expires_at, address, device, second_factor)
        VALUES (\(session.id), \(digest), \(session.keyID), \(session.person.raw), \(session.createdAt.microseconds),
            \(session.seenAt.microseconds), \(session.expiresAt.microseconds), \(session.address), \(session.device),
            \(session.secondFactor))
        """
    }

    static func session(digests: [[UInt8]]) -> SQL {
        """
        SELECT s.id, s.person, s.created_at, s.seen_at, s.expires_at, s.address, s.device, s.second_factor, s.key_id,
            p.name, p.roles, p.organisation, p.is_active, p.uses_shortcuts, p.keys,
            \(NotificationStore.unreadOfPerson)
        FROM session s JOIN person p ON p.id = s.person WHERE s.digest IN (\(anyOf: digests))
        """
    }

    static func sessions(of person: String) -> SQL {
        """
        SELECT id, person, created_at, seen_at, expires_at, address, device, second_factor, key_id FROM session
        WHERE person = \(person) ORDER BY seen_at DESC LIMIT 200
        """
    }

    /// Notes the use of a session, whose digest is made with the key in use from then on.
    static func touchSession(id: String, digest: [UInt8], keyID: String, at now: Timestamp) -> SQL {
        """
        UPDATE session SET seen_at = \(now.microseconds), digest = \(digest), key_id = \(keyID) WHERE id = \(id)
        """
    }

    static func noteSecondFactor(_ factor: String?, ofSession id: String) -> SQL {
        "UPDATE session SET second_factor = \(factor) WHERE id = \(id)"
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

    static func insertToken(_ token: APIToken, digest: [UInt8], keyID: String) -> SQL {
        """
        INSERT INTO api_token (id, digest, key_id, person, name, scopes, created_at)
        VALUES (\(token.id), \(digest), \(keyID), \(token.person.raw), \(token.name), \(token.scopes.joined(separator: ",")),
            \(token.createdAt.microseconds))
        """
    }

    static func token(digests: [[UInt8]]) -> SQL {
        """
        SELECT t.id, t.person, t.scopes, t.seen_at, p.name, p.roles, p.organisation, p.is_active, t.key_id
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

    /// Notes the use of a token, whose digest is made with the key in use from then on.
    static func touchToken(id: String, digest: [UInt8], keyID: String, at now: Timestamp) -> SQL {
        """
        UPDATE api_token SET seen_at = \(now.microseconds), digest = \(digest), key_id = \(keyID) WHERE id = \(id)
        """
    }

    static func revokeToken(id: String, of person: String, at now: Timestamp) -> SQL {
        """
        UPDATE api_token SET revoked_at = \(now.microseconds)
        WHERE id = \(id) AND person = \(person) AND revoked_at IS NULL
        """
    }

    static func sessionsByKey(at now: Timestamp) -> SQL {
        "SELECT key_id, COUNT(*) FROM session WHERE expires_at > \(now.microseconds) GROUP BY key_id ORDER BY key_id"
    }

    static func tokensByKey() -> SQL {
        "SELECT key_id, COUNT(*) FROM api_token WHERE revoked_at IS NULL GROUP BY key_id ORDER BY key_id"
    }

    // MARK: Second factors

    static func secondFactor(of person: String) -> SQL {
        "SELECT key_id, secret, last_step FROM second_factor WHERE person = \(person)"
    }

    static func saveSecondFactor(of person: String, _ sealed: KeyRing.Sealed, lastStep: Int64) -> SQL {
        """
        INSERT INTO second_factor (person, key_id, secret, last_step)
        VALUES (\(person), \(sealed.keyID), \(sealed.bytes), \(lastStep))
        ON CONFLICT (person) DO UPDATE SET key_id = excluded.key_id, secret = excluded.secret,
            last_step = excluded.last_step
        """
    }

    /// Spends a step and all before it; changes no row where somebody was faster.
    static func spendStep(_ step: Int64, of person: String) -> SQL {
        "UPDATE second_factor SET last_step = \(step) WHERE person = \(person) AND last_step < \(step)"
    }

    static func deleteSecondFactor(of person: String) -> SQL {
        "DELETE FROM second_factor WHERE person = \(person)"
    }

    static func insertRecoveryCode(_ digest: [UInt8], of person: String) -> SQL {
        "INSERT INTO recovery_code (person, digest) VALUES (\(person), \(digest))"
    }

    static func deleteRecoveryCode(_ digest: [UInt8], of person: String) -> SQL {
        "DELETE FROM recovery_code WHERE person = \(person) AND digest = \(digest)"
    }

    static func deleteRecoveryCodes(of person: String) -> SQL {
        "DELETE FROM recovery_code WHERE person = \(person)"
    }

    static func recoveryCodeCount(of person: String) -> SQL {
        "SELECT COUNT(*) FROM recovery_code WHERE person = \(person)"
    }

    /// The sealed secrets of second factors.
    static let sealed = SealedTable(
        name: "second factors", row: { "second_factor/\($0)" },
        countsByKey: { "SELECT key_id, COUNT(*) FROM second_factor GROUP BY key_id ORDER BY key_id" },
        others: { key, after, limit in
            """
            SELECT person, key_id, secret FROM second_factor
            WHERE key_id <> \(key) AND person > \(after) ORDER BY person LIMIT \(limit)
            """
        },
        replace: { person, old, new in
            """
            UPDATE second_factor SET key_id = \(new.keyID), secret = \(new.bytes)
            WHERE person = \(person) AND secret = \(old.bytes)
            """
        })

    // MARK: Sign-ins that wait for their second factor

    static func insertPending(digest: [UInt8], person: String, mustEnrol: Bool, until: Timestamp) -> SQL {
        """
        INSERT INTO pending_sign_in (digest, person, must_enrol, expires_at)
        VALUES (\(digest), \(person), \(mustEnrol), \(until.microseconds))
        """
    }

    static func pending(digests: [[UInt8]], at now: Timestamp) -> SQL {
        """
        SELECT person, must_enrol FROM pending_sign_in
        WHERE digest IN (\(anyOf: digests)) AND expires_at > \(now.microseconds)
        """
    }

    static func deletePending(digests: [[UInt8]]) -> SQL {
        "DELETE FROM pending_sign_in WHERE digest IN (\(anyOf: digests))"
    }

    static func deletePending(of person: String) -> SQL {
        "DELETE FROM pending_sign_in WHERE person = \(person)"
    }

    static func deletePending(before now: Timestamp) -> SQL {
        "DELETE FROM pending_sign_in WHERE expires_at < \(now.microseconds)"
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
        person.secondFactorAt = row.optionalInteger(11).map { Timestamp(microseconds: $0) }
        person.secondFactorReset = row.optionalInteger(12).map {
            Person.SecondFactorReset(at: Timestamp(microseconds: $0), by: row.text(13))
        }
        person.awayUntil = row.optionalInteger(14).map { Timestamp(microseconds: $0) }
        return person
    }

    static func roles(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

    static func readSession(_ row: any Row) -> Session {
        Session(
            id: row.text(0), person: ID(row.text(1)), createdAt: Timestamp(microseconds: row.integer(2)),
            seenAt: Timestamp(microseconds: row.integer(3)),
            expiresAt: Timestamp(microseconds: row.integer(4)),
            address: row.text(5), device: row.text(6), secondFactor: row.optionalText(7), keyID: row.text(8))
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
            id: "x", person: "x", createdAt: now, seenAt: now, expiresAt: now, address: "", device: "",
            secondFactor: nil, keyID: "k")
        let secret = KeyRing.Sealed(keyID: "k", bytes: [])
        let token = APIToken(
            id: "x", person: "x", name: "", scopes: [], createdAt: now, seenAt: nil, revokedAt: nil)
        return [
            Self.person(id: "x"), Self.person(email: "x"), Self.person(origin: "x"), staff(),
            organisations(ofDomain: "x"),
            people(matching: "x", limit: 1), contacts(of: "x"), people(["x"]),
            contactCounts(of: ["x"]), count(matching: "x"), names(of: ["x"]), count(), programs(),
            countsByRoles(), activeAdministrators(),
            save(person), forget(id: "x"), page(after: "", limit: 1), credential(of: "x"),
            saveCredential(of: "x", hash: "h", mustChange: false, at: now),
            insertSession(session, digest: []),
            Self.session(digests: [[]]), sessions(of: "x"),
            touchSession(id: "x", digest: [], keyID: "k", at: now), noteSecondFactor(nil, ofSession: "x"),
            sessionsByKey(at: now), tokensByKey(), secondFactor(of: "x"),
            saveSecondFactor(of: "x", secret, lastStep: 1), spendStep(1, of: "x"),
            deleteSecondFactor(of: "x"), insertRecoveryCode([], of: "x"), deleteRecoveryCode([], of: "x"),
            deleteRecoveryCodes(of: "x"), recoveryCodeCount(of: "x"), sealed.countsByKey(),
            sealed.others("k", "", 1), sealed.replace("x", secret, secret),
            insertPending(digest: [], person: "x", mustEnrol: false, until: now),
            pending(digests: [[]], at: now), deletePending(digests: [[]]), deletePending(of: "x"),
            deletePending(before: now),
            deleteSession(id: "x", of: "x"), deleteSessions(of: "x", except: ""),
            deleteExpiredSessions(at: now),
            insertToken(token, digest: [], keyID: "k"), Self.token(digests: [[]]), tokens(of: "x"),
            touchToken(id: "x", digest: [], keyID: "k", at: now),
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
                    "added_at", "second_factor_at", "second_factor_reset_at", "second_factor_reset_by",
                    "away_until",
                ], page: page(after:limit:))
        ],
        load: { id, tx in try tx.first(person(id: id), readPerson) },
        save: { person, fact, tx in
            try tx.execute(save(person))
            // The secret is no fact; it goes with the fact that ends its use.
            if case .secondFactorRemoved(let byReset, _) = fact.body {
                try tx.execute(deleteSecondFactor(of: person.id.raw))
                try tx.execute(deleteRecoveryCodes(of: person.id.raw))
                try tx.execute(deletePending(of: person.id.raw))
                // Whoever needs a reset may have lost the device on which they are signed in.
                if byReset { try tx.execute(deleteSessions(of: person.id.raw, except: "")) }
            }
        },
        forget: { id, tx in try tx.execute(forget(id: id)) },
        describe: { aspect, person, policy, _ in
            switch aspect.name {
            case "roles": ("Roles", person.roles.map { policy.role($0)?.name ?? $0 }.joined(separator: ", "))
            case "second_factor": ("Second factor", person.secondFactorAt == nil ? "none" : "set up")
            case "away": ("Away until", person.awayUntil.map { "\($0.day) \($0.clock) UTC" } ?? "here")
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
    /// How the second factor was shown: "app", "recovery", or nil where a password was enough.
    package var secondFactor: String?
    /// The key that its digest was made with.
    package var keyID: String
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
