import Domain
import HTTPTypes
import Storage
import Web

/// Signing in and out, sessions, tokens and links: everything that involves a secret, which no fact may hold.
package struct Accounts: Sendable {
    let services: Services

    /// Accounts over these services.
    package init(_ services: Services) { self.services = services }

    /// The name of the session's cookie; over TLS it is bound to this host.
    package var cookieName: String { services.isSecure ? "__Host-thirdline" : "thirdline" }

    // MARK: Who is asking

    /// Whose request it is: by token for the API, by session for pages; nil where nobody is signed in.
    package func caller(of request: WebRequest) async throws -> Caller? {
        if let header = request.headers[.authorization] {
            guard header.lowercased().hasPrefix("bearer ") else { return nil }
            return try await caller(ofToken: String(header.dropFirst(7)).trimmingWhitespace)
        }
        if request.path.hasPrefix("/api/") { return nil }
        guard let secret = request.cookie(cookieName), secret.utf8.count == 64 else { return nil }
        return try await caller(ofSession: secret, theme: request.cookie("theme"))
    }

    private func caller(ofSession secret: String, theme: String?) async throws -> Caller? {
        let digests = services.keys.digests(of: secret)
        let now = services.clock()
        let policy = services.policy.current
        struct Found: Sendable {
            var session: Session
            var name: String
            var roles: [String]
            var organisation: String?
            var isActive: Bool
            var usesShortcuts: Bool
            var keys: String
            var unread: Int
        }
        let (found, delegations) = try await services.database.read { tx in
            let found = try tx.first(PeopleQueries.session(digests: digests)) { row in
                Found(
                    session: PeopleQueries.readSession(row), name: row.text(9),
                    roles: PeopleQueries.roles(row.text(10)), organisation: row.optionalText(11),
                    isActive: row.flag(12), usesShortcuts: row.flag(13), keys: row.text(14),
                    unread: Int(row.integer(15)))
            }
            return (
                found, try Self.delegations(of: found?.session.person.raw, found?.organisation, now, in: tx)
            )
        }
        guard let found, found.isActive, now < found.session.expiresAt,
            now.seconds(since: found.session.seenAt) < Int64(policy.signIn.idleMinutes) * 60,
            // Where policy asks for a second factor since, the session is not enough any more.
            found.session.secondFactor != nil || !policy.requiresSecondFactor(found.roles)
        else { return nil }
        if now.seconds(since: found.session.seenAt) > 60 {
            let (id, digest, key) = (found.session.id, digests[0], services.keys.currentID)
            try await services.writeInPassing {
                try $0.execute(PeopleQueries.touchSession(id: id, digest: digest, keyID: key, at: now))
            }
        }
        var actor = Actor(
            id: found.session.person.raw, name: found.name, roles: Set(found.roles),
            rights: policy.rights(of: found.roles), organisation: found.organisation.map { ID($0) })
        actor.delegations = delegations
        let shownTheme = theme.flatMap { ["light", "dark"].contains($0) ? $0 : nil }
        return Caller(
            actor: actor, means: .session(id: found.session.id),
            preferences: Preferences(
                theme: shownTheme, usesShortcuts: found.usesShortcuts, keys: KeyMap.read(found.keys),
                unread: found.unread))
    }

    private func caller(ofToken token: String) async throws -> Caller? {
        let digests = services.keys.digests(of: token)
        let now = services.clock()
        struct Found: Sendable {
            var id: String
            var person: String
            var scopes: [String]
            var seenAt: Int64?
            var name: String
            var roles: [String]
            var organisation: String?
            var isActive: Bool
        }
        let (found, delegations) = try await services.database.read { tx in
            let found = try tx.first(PeopleQueries.token(digests: digests)) { row in
                Found(
                    id: row.text(0), person: row.text(1), scopes: PeopleQueries.roles(row.text(2)),
                    seenAt: row.optionalInteger(3), name: row.text(4),
                    roles: PeopleQueries.roles(row.text(5)),
                    organisation: row.optionalText(6), isActive: row.flag(7))
            }
            return (found, try Self.delegations(of: found?.person, found?.organisation, now, in: tx))
        }
        guard let found, found.isActive else { return nil }
        if now.microseconds - (found.seenAt ?? 0) > 60_000_000 {
            let (digest, key) = (digests[0], services.keys.currentID)
            try await services.writeInPassing {
                try $0.execute(PeopleQueries.touchToken(id: found.id, digest: digest, keyID: key, at: now))
            }
        }
        var rights = services.policy.current.rights(of: found.roles)
        if !found.scopes.isEmpty { rights.formIntersection(found.scopes.map { Right($0) }) }
        var actor = Actor(
            id: found.person, name: found.name, roles: Set(found.roles), rights: rights,
            organisation: found.organisation.map { ID($0) })
        actor.delegations = delegations
        return Caller(actor: actor, means: .token(id: found.id), preferences: Preferences())
    }

    /// For whom else a customer's person may act; only they belong to an organisation.
    private static func delegations(
        of person: String?, _ organisation: String?, _ now: Timestamp, in tx: borrowing Transaction
    ) throws -> [ID<Organisation>: Set<AccountDelegation.Right>] {
        guard let person, organisation != nil else { return [:] }
        return try CustomerDirectory.delegations(of: person, on: CalendarDay(now), in: tx)
    }

    // MARK: Signing in

    /// What a right password leads to.
    package enum SignedIn: Sendable {
        /// A session: its secret, for the cookie.
        case session(secret: String, person: Person)
        /// The second factor is next; the secret names the sign-in that waits for it.
        case pending(secret: String, mustEnrol: Bool)
    }

    /// Checks a password and begins a session, or a sign-in that waits for its second factor.
    ///
    /// A wrong address takes as long as a wrong password and gets the same words. Attempts are counted for the
    /// account and for the address they come from.
    package func signIn(email: String, password: String, address: String, device: String) async throws
        -> SignedIn
    {
        let email = email.trimmingWhitespace.lowercased()
        guard !email.utf8.contains(0) else {
            throw Refusal(field: "email", "nul", "An e-mail address holds no NUL character.")
        }
        let policy = services.policy.current.signIn
        let now = services.clock()
        try await countAttempt(email: email, address: address, policy, now)
        let (person, credential) = try await services.database.read { tx in
            let person = try tx.first(PeopleQueries.person(email: email), PeopleQueries.readPerson)
            let credential = try person.flatMap { person in
                try tx.first(PeopleQueries.credential(of: person.id.raw)) { $0.text(0) }
            }
            return (person, credential)
        }
        let isRight = try await services.passwords.isRight(password, hash: credential)
        guard let person, let credential, isRight, person.isActive else {
            try await recordFailure(person, address: address, now)
            throw Refusal(
                .invalid, "wrong_credentials",
                "E-mail address or password is not right. After \(policy.attemptsPerAccount) failed attempts the account pauses for 15 minutes."
            )
        }
        let newHash =
            services.passwords.isOutdated(credential) ? try await services.passwords.hash(password) : nil
        let attempt = Attempt(account: email, address: address, device: device, at: now)
        let mustEnrol = services.policy.current.requiresSecondFactor(person.roles)
        guard person.secondFactorAt == nil, !mustEnrol else {
            let secret = try await beginPending(
                person, attempt, mustEnrol: person.secondFactorAt == nil, newHash: newHash)
            return .pending(secret: secret, mustEnrol: person.secondFactorAt == nil)
        }
        let secret = try await services.database.write { [self] tx in
            try keep(newHash, of: person, at: now, in: tx)
            return try beginSession(person, attempt, secondFactor: nil, in: tx)
        }
        return .session(secret: secret, person: person)
    }

    /// An attempt to sign in, as it is counted: for which account, from where, when.
    struct Attempt: Sendable {
        /// The address that was typed, in small letters.
        var account: String
        /// Where it came from.
        var address: String
        /// What the browser calls itself.
        var device: String
        /// When it was counted as failed, until it is known to be right.
        var at: Timestamp
    }

    func keep(_ newHash: String?, of person: Person, at now: Timestamp, in tx: borrowing Transaction) throws {
        guard let newHash else { return }
        try tx.execute(
            PeopleQueries.saveCredential(of: person.id.raw, hash: newHash, mustChange: false, at: now))
    }

    /// Counts the attempt as failed before the password is looked at, and refuses one too many.
    ///
    /// Hashing takes long. If attempts were counted after it, any number that arrive at once would all be let through.
    /// A right password takes the attempt back.
    func countAttempt(email: String, address: String, _ policy: Policy.SignIn, _ now: Timestamp)
        async throws
    {
        let since = now.adding(seconds: -900)
        let sources = [
            ("account:\(email)", policy.attemptsPerAccount),
            ("address:\(address)", policy.attemptsPerAddress),
        ]
        try await services.database.write { tx in
            for (source, limit) in sources {
                let found = try tx.first(PeopleQueries.failures(of: source, since: since)) {
                    (count: Int($0.integer(0)), first: Timestamp(microseconds: $0.integer(1)))
                }
                guard let found, found.count >= limit else { continue }
                let wait = max(1, 900 - Int(now.seconds(since: found.first)))
                var refusal = Refusal(
                    .limited, "too_many_attempts",
                    "Too many failed attempts. Wait \((wait + 59) / 60) min, then try again. An administrator can set a new password meanwhile."
                )
                refusal.retryAfter = wait
                throw refusal
            }
            for (source, _) in sources { try tx.execute(PeopleQueries.insertFailure(of: source, at: now)) }
        }
    }

    /// Refuses where this is not the person's password; wrong ones count and stand on record as at signing in.
    ///
    /// Otherwise whoever found a browser open could try passwords there without an end.
    func confirmPassword(_ password: String, of person: Person, address: String) async throws {
        let (policy, now) = (services.policy.current.signIn, services.clock())
        let account = person.email?.lowercased() ?? person.id.raw
        try await countAttempt(email: account, address: address, policy, now)
        let hash = try await services.database.read { tx in
            try tx.first(PeopleQueries.credential(of: person.id.raw)) { $0.text(0) }
        }
        guard try await services.passwords.isRight(password, hash: hash) else {
            try await recordFailure(person, address: address, now)
            throw Refusal(
                field: "current", "wrong_password",
                "The current password is not right. Nothing was changed. After \(policy.attemptsPerAccount) failed attempts the account pauses for 15 minutes."
            )
        }
        try await services.database.write { tx in
            try tx.execute(PeopleQueries.deleteFailures(of: "account:\(account)"))
            try tx.execute(PeopleQueries.deleteFailure(of: "address:\(address)", at: now))
        }
    }

    func recordFailure(_ person: Person?, address: String, _ now: Timestamp) async throws {
        guard let person else { return }
        try await services.database.write { [journal = services.journal] tx in
            var decision = Decision()
            decision.record(PersonFact.signInFailed(address: address), on: person.ref)
            _ = try journal.append(decision.entries, by: person.id.raw, at: now, in: tx)
        }
    }

    /// Begins a session and forgets the failed attempts of the account; returns the session's secret.
    func beginSession(
        _ person: Person, _ attempt: Attempt, secondFactor: String?, in tx: borrowing Transaction
    ) throws -> String {
        let now = services.clock()
        let secret = newSecret()
        let session = Session(
            id: newIdentifier(at: now), person: person.id, createdAt: now, seenAt: now,
            expiresAt: now.adding(seconds: Int64(services.policy.current.signIn.sessionHours) * 3600),
            address: attempt.address, device: String(attempt.device.prefix(200)), secondFactor: secondFactor,
            keyID: services.keys.currentID)
        try tx.execute(PeopleQueries.insertSession(session, digest: services.keys.digest(of: secret)))
        try tx.execute(PeopleQueries.deleteFailures(of: "account:\(attempt.account)"))
        try tx.execute(PeopleQueries.deleteFailure(of: "address:\(attempt.address)", at: attempt.at))
        try tx.execute(PeopleQueries.deleteFailures(before: now.adding(seconds: -3600)))
        try tx.execute(PeopleQueries.deleteExpiredSessions(at: now))
        var decision = Decision()
        decision.record(
            PersonFact.signedIn(session: session.id, address: attempt.address), on: person.ref)
        _ = try services.journal.append(decision.entries, by: person.id.raw, at: now, in: tx)
        return secret
    }

    /// Ends a session of a person: at once, on every node.
    package func endSession(_ id: String, of person: String, by actor: Actor) async throws {
        let now = services.clock()
        try await services.database.write { [journal = services.journal] tx in
            guard try tx.execute(PeopleQueries.deleteSession(id: id, of: person)) > 0 else {
                throw Refusal.notFound("session")
            }
            var decision = Decision()
            decision.record(
                PersonFact.sessionEnded(session: id), on: SubjectRef(kind: Person.kind, id: person))
            _ = try journal.append(decision.entries, by: actor.id, at: now, in: tx)
        }
    }

    // MARK: Passwords

    /// Whether the person has set a password yet.
    package func hasPassword(_ person: Person) async throws -> Bool {
        try await services.database.read { tx in
            try tx.first(PeopleQueries.credential(of: person.id.raw)) { _ in true } ?? false
        }
    }

    /// Sets a person's password; all other sessions end.
    package func setPassword(
        _ password: String, of person: Person, by actorID: String, keeping session: String = "",
        byReset: Bool,
        mustChange: Bool = false
    ) async throws {
        try checkPassword(password, of: person)
        let hash = try await services.passwords.hash(password)
        try await saveHash(
            hash, of: person, by: actorID, keeping: session, byReset: byReset, mustChange: mustChange)
    }

    /// Sets a person's password with a link, which is used up with it.
    package func setPassword(_ password: String, withLink secret: String) async throws {
        let found = try await link(secret, purpose: "password")
        guard found.works, let person = found.person else { throw Self.spentLink }
        try checkPassword(password, of: person)
        let hash = try await services.passwords.hash(password)
        try await saveHash(hash, of: person, by: person.id.raw, byReset: true, link: secret)
    }

    private func checkPassword(_ password: String, of person: Person) throws(Refusal) {
        let name = person.email?.split(separator: "@").first.map(String.init) ?? ""
        try AccountRules.password(password, policy: services.policy.current.signIn, person: name)
    }

    func saveHash(
        _ hash: String, of person: Person, by actorID: String, keeping session: String = "", byReset: Bool,
        mustChange: Bool = false, link: String? = nil
    ) async throws {
        let now = services.clock()
        let digests = link.map { services.keys.digests(of: $0) }
        try await services.database.write { [journal = services.journal] tx in
            if let digests, try tx.execute(PeopleQueries.deleteLinks(digests: digests)) == 0 {
                throw Self.spentLink
            }
            try Self.save(hash, of: person.id, mustChange: mustChange, at: now, in: tx)
            try tx.execute(PeopleQueries.deleteSessions(of: person.id.raw, except: session))
            try tx.execute(PeopleQueries.deleteLinks(purpose: "password", person: person.id.raw))
            if let email = person.email {
                try tx.execute(PeopleQueries.deleteFailures(of: "account:\(email)"))
            }
            var decision = Decision()
            decision.record(PersonFact.passwordSet(byReset: byReset), on: person.ref)
            _ = try journal.append(decision.entries, by: actorID, at: now, in: tx)
        }
    }

    /// Writes a password's hash, in place of any that stands there.
    static func save(
        _ hash: String, of person: ID<Person>, mustChange: Bool = false, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        try tx.execute(
            PeopleQueries.saveCredential(of: person.raw, hash: hash, mustChange: mustChange, at: now))
    }

    // MARK: Links

    /// Makes a link that works once: "setup" for the first administrator, "password" for a person's new password.
    package func makeLink(purpose: String, person: ID<Person>?, hours: Int64) async throws -> String {
        let secret = newSecret()
        let digest = services.keys.digest(of: secret)
        let until = services.clock().adding(seconds: hours * 3600)
        try await services.database.write { tx in
            try tx.execute(PeopleQueries.deleteLinks(purpose: purpose, person: person?.raw))
            try tx.execute(
                PeopleQueries.insertLink(digest: digest, purpose: purpose, person: person?.raw, until: until))
        }
        return secret
    }

    /// Whether a link still works, and for whom.
    package func link(_ secret: String, purpose: String) async throws -> (person: Person?, works: Bool) {
        let digests = services.keys.digests(of: secret)
        let now = services.clock()
        return try await services.database.read { tx in
            guard
                let owner = try tx.first(
                    PeopleQueries.link(digests: digests, purpose: purpose, at: now), { $0.optionalText(0) })
            else { return (nil, false) }
            return (try owner.flatMap { try PeopleDirectory.find($0, in: tx) }, true)
        }
    }

    /// Uses a link up.
    /// - Throws: a refusal where somebody else was faster.
    private func useUp(_ secret: String) async throws {
        let digests = services.keys.digests(of: secret)
        let count = try await services.database.write {
            try $0.execute(PeopleQueries.deleteLinks(digests: digests))
        }
        guard count > 0 else { throw Self.spentLink }
    }

    /// Makes the first administrator, with the link that the terminal printed.
    package func setUp(secret: String, name: String, email: String, password: String) async throws {
        guard try await link(secret, purpose: "setup").works else { throw Self.spentLink }
        let address = try AccountRules.email(email)
        try AccountRules.password(password, policy: services.policy.current.signIn, person: "")
        let isTaken = try await services.database.read { try PeopleDirectory.find(address, in: $0) } != nil
        if isTaken { throw Refusal(field: "email", "taken", "Somebody already signs in with \(address).") }
        let hash = try await services.passwords.hash(password)
        try await useUp(secret)
        let person = try await addPerson(name: name, email: address, roles: ["administrator"], by: "operator")
        try await saveHash(hash, of: person, by: person.id.raw, byReset: false)
    }

    static let spentLink = Refusal(
        .notFound, "link_spent", "This link was used, replaced or is too old. Ask for a new one.")

    /// Adds a person without asking for a right: for the terminal and the first administrator.
    @discardableResult
    package func addPerson(
        name: String, email: String?, roles: [String], organisation: ID<Organisation>? = nil,
        by actorID: String
    ) async throws -> Person {
        let now = services.clock()
        return try await services.database.write {
            [journal = services.journal, policy = services.policy] tx in
            try AccountRules.roles(roles, organisation: organisation, policy: try policy.inForce(in: tx))
            if let email, try tx.first(PeopleQueries.person(email: email), PeopleQueries.readPerson) != nil {
                throw Refusal(field: "email", "taken", "Somebody already signs in with \(email).")
            }
            var decision = Decision()
            let ref = SubjectRef(kind: Person.kind, id: newIdentifier(at: now))
            decision.record(
                PersonFact.added(
                    name: name, email: email, roles: roles, organisation: organisation?.raw, origin: nil),
                on: ref)
            _ = try journal.append(decision.entries, by: actorID, at: now, in: tx)
            guard let person = try tx.first(PeopleQueries.person(id: ref.id), PeopleQueries.readPerson) else {
                throw StorageFault("the person was not written")
            }
            return person
        }
    }

    // MARK: Tokens

    /// Makes an API token; returns the token itself, which is stored nowhere.
    package func makeToken(name: String, scopes: [String], for person: ID<Person>, by actorID: String)
        async throws -> String
    {
        let now = services.clock()
        let secret = "tl_" + newSecret()
        let token = APIToken(
            id: newIdentifier(at: now), person: person, name: name, scopes: scopes, createdAt: now,
            seenAt: nil,
            revokedAt: nil)
        let (digest, key) = (services.keys.digest(of: secret), services.keys.currentID)
        try await services.database.write { [journal = services.journal] tx in
            try tx.execute(PeopleQueries.insertToken(token, digest: digest, keyID: key))
            var decision = Decision()
            decision.record(
                PersonFact.tokenCreated(token: token.id, name: name, scopes: scopes),
                on: SubjectRef(kind: Person.kind, id: person.raw))
            _ = try journal.append(decision.entries, by: actorID, at: now, in: tx)
        }
        return secret
    }

    /// Withdraws a token: at once, on every node.
    package func revokeToken(_ id: String, of person: String, by actor: Actor) async throws {
        let now = services.clock()
        try await services.database.write { [journal = services.journal] tx in
            guard try tx.execute(PeopleQueries.revokeToken(id: id, of: person, at: now)) > 0 else {
                throw Refusal.notFound("token")
            }
            var decision = Decision()
            decision.record(PersonFact.tokenRevoked(token: id), on: SubjectRef(kind: Person.kind, id: person))
            _ = try journal.append(decision.entries, by: actor.id, at: now, in: tx)
        }
    }

    /// Whether there is nobody yet who could administer.
    package func needsFirstAdministrator() async throws -> Bool {
        try await services.database.read { tx in
            try tx.first(PeopleQueries.activeAdministrators()) { $0.integer(0) } ?? 0
        } == 0
    }
}
