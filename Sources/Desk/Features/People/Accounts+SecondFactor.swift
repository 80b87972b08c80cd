import Domain
import Logging
import Storage

/// The second step of signing in, and how somebody sets their second factor up, moves it and takes it away.
extension Accounts {
    /// The cookie of a sign-in that waits for its second factor.
    package var pendingCookieName: String { cookieName + "-pending" }

    /// Seconds for which a right password waits for the code.
    static let pendingSeconds: Int64 = 600

    // MARK: The second step

    /// Notes that the password was right; returns the secret that names the sign-in.
    ///
    /// Failed attempts stay counted until the code is right too, or guessing codes would begin anew with each
    /// password.
    func beginPending(_ person: Person, _ attempt: Attempt, mustEnrol: Bool, newHash: String?) async throws
        -> String
    {
        let secret = newSecret()
        let digest = services.keys.digest(of: secret)
        try await services.database.write { [self] tx in
            try keep(newHash, of: person, at: attempt.at, in: tx)
            try tx.execute(PeopleQueries.deletePending(before: attempt.at))
            try tx.execute(
                PeopleQueries.insertPending(
                    digest: digest, person: person.id.raw, mustEnrol: mustEnrol,
                    until: attempt.at.adding(seconds: Self.pendingSeconds)))
            try tx.execute(PeopleQueries.deleteFailure(of: "account:\(attempt.account)", at: attempt.at))
            try tx.execute(PeopleQueries.deleteFailure(of: "address:\(attempt.address)", at: attempt.at))
        }
        return secret
    }

    /// Whose sign-in waits for its second factor; nil where none does any more.
    package func pending(_ secret: String?) async throws -> (person: Person, mustEnrol: Bool)? {
        guard let secret, secret.utf8.count == 64 else { return nil }
        let (digests, now) = (services.keys.digests(of: secret), services.clock())
        return try await services.database.read { tx in
            guard
                let found = try tx.first(
                    PeopleQueries.pending(digests: digests, at: now), { ($0.text(0), $0.flag(1)) }),
                let person = try PeopleDirectory.find(found.0, in: tx), person.isActive
            else { return nil }
            return (person, found.1)
        }
    }

    /// Checks the code and begins the session; returns its secret.
    ///
    /// Codes are counted with passwords, for the account and for the address.
    /// - Throws: a refusal of the field "code" where it is not right.
    package func finishSignIn(
        _ pending: String, person: Person, code: String, address: String, device: String
    ) async throws -> String {
        let attempt = try await counted(person, address: address, device: device)
        let digests = services.keys.digests(of: pending)
        do {
            return try await services.database.write { [self] tx in
                let factor = try useUp(code, of: person, in: tx)
                guard try tx.execute(PeopleQueries.deletePending(digests: digests)) > 0 else {
                    throw Self.pendingIsOver
                }
                return try beginSession(person, attempt, secondFactor: factor, in: tx)
            }
        } catch let refusal as Refusal where refusal.code == Self.wrongCode.code {
            try await recordFailure(person, address: address, attempt.at)
            throw refusal
        }
    }

    /// Counts an attempt to show the second factor.
    private func counted(_ person: Person, address: String, device: String) async throws -> Attempt {
        let (policy, now) = (services.policy.current.signIn, services.clock())
        let attempt = Attempt(
            account: person.email?.lowercased() ?? person.id.raw, address: address, device: device, at: now)
        try await countAttempt(email: attempt.account, address: address, policy, now)
        return attempt
    }

    static let pendingIsOver = Refusal(
        .unauthenticated, "sign_in_over", "This sign-in took too long or is done. Begin again.")

    private static let wrongCode = Refusal(
        field: "code", "wrong_code",
        "This code is not right, or was used before. Wait for the next one of your app; if none is right, check the clock of the device."
    )

    /// Uses a code up: a code of the app, or a recovery code; returns which it was.
    /// - Throws: `wrongCode`; or a refusal that says what to do where the key file does not hold the key.
    private func useUp(_ typed: String, of person: Person, in tx: borrowing Transaction) throws -> String {
        let id = person.id.raw
        switch SecondFactor.read(typed) {
        case .recovery(let code):
            let digest = OneTimeCode.digest(ofRecoveryCode: code, of: person.id)
            guard try tx.execute(PeopleQueries.deleteRecoveryCode(digest, of: id)) > 0 else {
                throw Self.wrongCode
            }
            let left = try tx.first(PeopleQueries.recoveryCodeCount(of: id)) { Int($0.integer(0)) } ?? 0
            try record(.recoveryCodeUsed(left: left), on: person, in: tx)
            return "recovery"
        case .app(let code):
            let row = try tx.first(PeopleQueries.secondFactor(of: id)) {
                (KeyRing.Sealed(keyID: $0.text(0), bytes: $0.blob(1)), $0.integer(2))
            }
            guard let (sealed, last) = row else { throw Self.wrongCode }
            let secret = try opened(sealed, of: person)
            let step = SecondFactor.acceptedStep(code, at: services.clock(), after: last) {
                OneTimeCode.code(secret, step: $0)
            }
            guard let step, try tx.execute(PeopleQueries.spendStep(step, of: id)) > 0 else {
                throw Self.wrongCode
            }
            return "app"
        case nil: throw Self.wrongCode
        }
    }

    private func opened(_ sealed: KeyRing.Sealed, of person: Person) throws(Refusal) -> [UInt8] {
        do {
            return try services.keys.open(sealed, for: PeopleQueries.sealed.row(person.id.raw))
        } catch {
            services.logger.error(
                "a second factor cannot be read",
                metadata: ["person": "\(person.id.raw)", "key": "\(sealed.keyID)", "problem": "\(error)"])
            throw Refusal(
                .unavailable, "second_factor_unreadable",
                "Your second factor cannot be checked: the key “\(sealed.keyID)” is missing on this server. Use a recovery code, or ask an administrator to reset your second factor."
            )
        }
    }

    private func record(_ fact: PersonFact, on person: Person, in tx: borrowing Transaction) throws {
        var decision = Decision()
        decision.record(fact, on: person.ref)
        _ = try services.journal.append(decision.entries, by: person.id.raw, at: services.clock(), in: tx)
    }

    // MARK: Setting it up

    /// A secret that is offered to an app but not in force yet.
    ///
    /// It travels in the form, sealed for its person, so that looking at the page writes nothing and any node can
    /// take the form.
    package struct Offer: Sendable {
        /// What the app shares with us.
        package let secret: [UInt8]
        /// How the form carries it.
        package let carried: String
    }

    /// A new offer, or the one that a form carried where it is still good: half an hour, and this person's.
    package func offer(_ carried: String, for person: Person) throws -> Offer {
        let now = services.clock()
        let parts = carried.split(separator: ".", maxSplits: 1)
        if parts.count == 2, let sealed = bytes(fromBase64URL: String(parts[1])),
            // Whatever is wrong with it, a new offer takes its place.
            let plain = try? services.keys.open(
                KeyRing.Sealed(keyID: String(parts[0]), bytes: sealed), for: Self.offerRow(person)),
            plain.count == SecondFactor.secretBytes + 8
        {
            let made = plain.suffix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
            let age = now.microseconds / 1_000_000 - made
            if (0..<1800).contains(age) {
                return Offer(secret: Array(plain.prefix(SecondFactor.secretBytes)), carried: carried)
            }
        }
        let secret = OneTimeCode.newSecret()
        let seconds = now.microseconds / 1_000_000
        let time = (0..<8).map { UInt8(truncatingIfNeeded: seconds >> (56 - 8 * Int64($0))) }
        let sealed = try services.keys.seal(secret + time, for: Self.offerRow(person))
        return Offer(secret: secret, carried: "\(sealed.keyID).\(base64URL(sealed.bytes))")
    }

    private static func offerRow(_ person: Person) -> String { "second_factor_offer/\(person.id.raw)" }

    /// Sets the second factor up from the page of one's account; returns the recovery codes.
    ///
    /// Whoever has one already shows it; whoever has none was asked for the password. All other sessions end.
    package func setUpSecondFactor(
        _ offer: Offer, code: String, current: String?, of person: Person, session: String, address: String
    ) async throws -> [String] {
        let step = try provenStep(offer, code)
        var attempt: Attempt?
        if current != nil { attempt = try await counted(person, address: address, device: "") }
        do {
            return try await services.database.write { [self, attempt] tx in
                let standing = try PeopleDirectory.find(person.id.raw, in: tx)?.secondFactorAt
                guard (standing == nil) == (current == nil) else { throw Self.changedMeanwhile }
                if let current {
                    do { _ = try useUp(current, of: person, in: tx) } catch var refusal as Refusal {
                        if refusal.code == Self.wrongCode.code {
                            refusal = Refusal(field: "current_code", refusal.code, refusal.message)
                        }
                        throw refusal
                    }
                }
                let codes = try enrol(offer, step: step, of: person, keeping: session, in: tx)
                try tx.execute(PeopleQueries.noteSecondFactor("app", ofSession: session))
                if let attempt { try forgive(attempt, in: tx) }
                return codes
            }
        } catch let refusal as Refusal where attempt != nil && refusal.code == Self.wrongCode.code {
            try await recordFailure(person, address: address, services.clock())
            throw refusal
        }
    }

    /// Sets the second factor up that policy asks for, and begins the session; returns its secret and the recovery
    /// codes.
    package func setUpSecondFactor(
        _ offer: Offer, code: String, pending: String, person: Person, address: String, device: String
    ) async throws -> (secret: String, codes: [String]) {
        let step = try provenStep(offer, code)
        let attempt = Attempt(
            account: person.email?.lowercased() ?? person.id.raw, address: address, device: device,
            at: services.clock())
        let digests = services.keys.digests(of: pending)
        return try await services.database.write { [self] tx in
            guard try tx.execute(PeopleQueries.deletePending(digests: digests)) > 0 else {
                throw Self.pendingIsOver
            }
            guard try PeopleDirectory.find(person.id.raw, in: tx)?.secondFactorAt == nil else {
                throw Self.changedMeanwhile
            }
            let codes = try enrol(offer, step: step, of: person, keeping: "", in: tx)
            return (try beginSession(person, attempt, secondFactor: "app", in: tx), codes)
        }
    }

    private static let changedMeanwhile = Refusal(
        .conflict, "second_factor_changed",
        "The second factor was changed in another window meanwhile. Open the page again.")

    private func provenStep(_ offer: Offer, _ code: String) throws(Refusal) -> Int64 {
        if case .app(let digits) = SecondFactor.read(code),
            let step = SecondFactor.acceptedStep(
                digits, at: services.clock(), after: 0, code: { OneTimeCode.code(offer.secret, step: $0) })
        {
            return step
        }
        throw Refusal(
            field: "code", "wrong_code",
            "This is not the code that the app shows now for this key. If it is, check the clock of the device."
        )
    }

    private func enrol(
        _ offer: Offer, step: Int64, of person: Person, keeping session: String, in tx: borrowing Transaction
    ) throws -> [String] {
        let id = person.id.raw
        let sealed = try services.keys.seal(offer.secret, for: PeopleQueries.sealed.row(id))
        try tx.execute(PeopleQueries.saveSecondFactor(of: id, sealed, lastStep: step))
        try tx.execute(PeopleQueries.deleteSessions(of: id, except: session))
        try record(.secondFactorAdded, on: person, in: tx)
        return try replaceRecoveryCodes(of: person, in: tx)
    }

    private func replaceRecoveryCodes(of person: Person, in tx: borrowing Transaction) throws -> [String] {
        let codes = OneTimeCode.newRecoveryCodes()
        try tx.execute(PeopleQueries.deleteRecoveryCodes(of: person.id.raw))
        for code in codes {
            let digest = OneTimeCode.digest(ofRecoveryCode: code, of: person.id)
            try tx.execute(PeopleQueries.insertRecoveryCode(digest, of: person.id.raw))
        }
        return codes
    }

    private func forgive(_ attempt: Attempt, in tx: borrowing Transaction) throws {
        try tx.execute(PeopleQueries.deleteFailures(of: "account:\(attempt.account)"))
        try tx.execute(PeopleQueries.deleteFailure(of: "address:\(attempt.address)", at: attempt.at))
    }

    // MARK: Changing it

    /// Makes new recovery codes, with a code as proof; those before are void.
    package func renewRecoveryCodes(code: String, of person: Person, address: String) async throws -> [String]
    {
        try await proven(code, of: person, address: address) { [self] tx in
            try record(.recoveryCodesMade, on: person, in: tx)
            return try replaceRecoveryCodes(of: person, in: tx)
        }
    }

    /// Takes the second factor away, with a code as proof.
    package func removeSecondFactor(code: String, of person: Person, session: String, address: String)
        async throws
    {
        guard !services.policy.current.requiresSecondFactor(person.roles) else {
            throw Refusal(
                .conflict, "second_factor_required",
                "Your role signs in with a second factor. You can move it to another app, but not switch it off."
            )
        }
        try await proven(code, of: person, address: address) { [self] tx in
            try record(.secondFactorRemoved(byReset: false, reason: nil), on: person, in: tx)
            try tx.execute(PeopleQueries.noteSecondFactor(nil, ofSession: session))
        }
    }

    /// Does something in the transaction in which a code proves the person; wrong codes count as at signing in.
    private func proven<T: Sendable>(
        _ code: String, of person: Person, address: String,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> T
    ) async throws -> T {
        let attempt = try await counted(person, address: address, device: "")
        do {
            return try await services.database.write { [self] tx in
                _ = try useUp(code, of: person, in: tx)
                try forgive(attempt, in: tx)
                return try body(tx)
            }
        } catch let refusal as Refusal where refusal.code == Self.wrongCode.code {
            try await recordFailure(person, address: address, attempt.at)
            throw refusal
        }
    }

    /// How many recovery codes somebody has left.
    package func recoveryCodesLeft(of person: Person) async throws -> Int {
        try await services.database.read { tx in
            try tx.first(PeopleQueries.recoveryCodeCount(of: person.id.raw)) { Int($0.integer(0)) } ?? 0
        }
    }
}
