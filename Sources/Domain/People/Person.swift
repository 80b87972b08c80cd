/// Somebody with an account: staff, a customer's contact, or a service that uses tokens.
package struct Person: Subject {
    package static let kind = "person"

    /// Its identifier.
    package var id: ID<Person>
    /// Its latest fact.
    package var version: Version
    /// The name that others see.
    package var name: String
    /// The address to sign in with, in small letters; nil for people who never sign in.
    package var email: String?
    /// The roles, as policy names them.
    package var roles: [String]
    /// Set for people of a customer.
    package var organisation: ID<Organisation>?
    /// Whether the account can be used.
    package var isActive: Bool
    /// Whether single-key shortcuts work for this person.
    package var usesShortcuts: Bool
    /// Single keys of their own: what is done to the key that does it; empty means no key.
    package var keys: [String: String] = [:]
    /// Since when signing in takes a code; nil where a password is enough.
    package var secondFactorAt: Timestamp?
    /// When somebody else reset the second factor, and who; nil once there is a new one.
    package var secondFactorReset: SecondFactorReset?
    /// Until when the person takes no cases; nil where they are here, and of no meaning once it is past.
    package var awayUntil: Timestamp?
    /// Where the account came from when it was not made by hand.
    package var origin: String?
    /// When the account was made.
    package var addedAt: Timestamp

    /// A person with all parts.
    package init(
        id: ID<Person>, version: Version, name: String, email: String?, roles: [String],
        organisation: ID<Organisation>?, isActive: Bool, usesShortcuts: Bool, origin: String?,
        addedAt: Timestamp
    ) {
        (self.id, self.version, self.name, self.email, self.roles) = (id, version, name, email, roles)
        (self.organisation, self.isActive, self.usesShortcuts) = (organisation, isActive, usesShortcuts)
        (self.origin, self.addedAt) = (origin, addedAt)
    }

    /// How facts refer to the person.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the person with this identifier.
    package static func ref(_ id: ID<Person>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    package init(first fact: Recorded<PersonFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version, name: "", email: nil, roles: [],
            organisation: nil,
            isActive: true, usesShortcuts: true, origin: nil, addedAt: fact.recordedAt)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<PersonFact>) {
        version = fact.version
        switch fact.body {
        case .added(let name, let email, let roles, let organisation, let origin):
            (self.name, self.email, self.roles) = (name, email, roles)
            (self.organisation, self.origin) = (organisation.map { ID($0) }, origin)
        case .renamed(let name): self.name = name
        case .rolesChanged(let roles, _): self.roles = roles
        case .deactivated: isActive = false
        case .reactivated: isActive = true
        case .shortcutsSwitched(let on): usesShortcuts = on
        case .keysMapped(let keys): self.keys = keys
        case .awaySet(let until, _): awayUntil = until
        case .secondFactorAdded: (secondFactorAt, secondFactorReset) = (fact.recordedAt, nil)
        case .secondFactorRemoved(let byReset, _):
            secondFactorAt = nil
            secondFactorReset = byReset ? SecondFactorReset(at: fact.recordedAt, by: fact.actor) : nil
        case .passwordSet, .signedIn, .signInFailed, .sessionEnded, .tokenCreated, .tokenRevoked,
            .accessDenied, .recoveryCodesMade, .recoveryCodeUsed, .interrupted, .surveysChosen:
            break
        }
    }
}

extension Person {
    /// That somebody else took a person's second factor away: what the person is told.
    package struct SecondFactorReset: Hashable, Sendable {
        /// When.
        package var at: Timestamp
        /// Who; a person's identifier, or "operator".
        package var by: String

        /// A reset with all parts.
        package init(at: Timestamp, by: String) { (self.at, self.by) = (at, by) }
    }

    /// Up to two letters that stand for the person.
    package static func initials(of name: String) -> String {
        let words = name.split(separator: " ")
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }
        return letters.isEmpty ? "?" : String(letters).uppercased()
    }

    /// Until when the person is away, seen from a moment; nil where they are here.
    package func away(at now: Timestamp) -> Timestamp? { awayUntil.flatMap { $0 > now ? $0 : nil } }

    /// The facts of being away until a moment, or of being back where there is none.
    package func away(until: Timestamp?, reason: String?, now: Timestamp) throws(Refusal) -> [PersonFact] {
        guard isActive, !isCustomer else {
            throw Refusal(field: "person", "not_staff", "\(name) does not work on cases here.")
        }
        guard let until else { return awayUntil == nil ? [] : [.awaySet(until: nil, reason: reason)] }
        guard until > now else {
            throw Refusal(field: "until", "in_the_past", "This time has passed already.")
        }
        guard until < now.adding(seconds: 366 * 86_400) else {
            throw Refusal(
                field: "until", "too_late",
                "Nobody is away for more than a year: deactivate the account instead.")
        }
        return until == awayUntil ? [] : [.awaySet(until: until, reason: reason)]
    }

    /// Whether the person is one of the customer's, who sees only their own organisation's cases.
    package var isCustomer: Bool { roles.contains("customer") }
}

/// The rules of accounts.
package enum AccountRules {
    /// The e-mail address as it is stored: trimmed, in small letters.
    /// - Throws: a refusal that names the field where it cannot be an address.
    package static func email(_ text: String, field: String = "email") throws(Refusal) -> String {
        let address = text.trimmingWhitespace.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        let hasControl = address.unicodeScalars.contains {
            $0.value <= 32 || $0.value == 127 || $0.isDirectionOverride
        }
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !hasControl,
            !parts[1].hasPrefix("."),
            !parts[1].hasSuffix("."), address.utf8.count <= 254
        else {
            throw Refusal(
                field: field, "not_an_address", "“\(text)” is not an e-mail address such as ana@example.com.")
        }
        return address
    }

    /// The most bytes of a password: no more is ever compared.
    package static let longestPassword = 1024

    /// Checks a new password against policy and the ones that everybody tries first.
    package static func password(_ text: String, policy: Policy.SignIn, person: String) throws(Refusal) {
        guard text.count >= policy.minimumPasswordLength else {
            throw Refusal(
                field: "password", "too_short",
                "Choose a password of at least \(policy.minimumPasswordLength) characters. A sentence works well."
            )
        }
        guard text.utf8.count <= longestPassword else {
            throw Refusal(
                field: "password", "too_long",
                "A password has at most \(longestPassword) bytes; this one has \(text.utf8.count).")
        }
        let plain = text.lowercased()
        let repeated = Set(plain).count <= 2
        if repeated || commonPasswords.contains(where: { plain == $0 || plain == $0 + $0 })
            || (!person.isEmpty && plain.contains(person.lowercased()))
        {
            throw Refusal(
                field: "password", "too_common",
                "This password is among the first that anybody would try. Choose another one.")
        }
    }

    /// Roles that a person may hold together: a customer is never staff.
    package static func roles(
        _ roles: [String], organisation: ID<Organisation>?, policy: Policy
    ) throws(Refusal) {
        guard !roles.isEmpty else { throw Refusal(field: "roles", "missing", "Choose at least one role.") }
        for role in roles where policy.role(role) == nil {
            throw Refusal(field: "roles", "unknown_choice", "“\(role)” is not a role of the policy in force.")
        }
        if roles.contains("customer") {
            guard roles.count == 1 else {
                throw Refusal(
                    field: "roles", "customer_and_staff", "A customer cannot hold a role of the staff.")
            }
            guard organisation != nil else {
                throw Refusal(
                    field: "organisation", "missing", "A customer belongs to an organisation. Choose it.")
            }
        } else if organisation != nil {
            throw Refusal(
                field: "organisation", "staff_in_organisation", "Only customers belong to an organisation.")
        }
    }

    private static let commonPasswords: Set<String> = [
        "password", "passwort", "123456789012", "1234567890123", "qwertyuiop12", "qwertyuiop[]",
        "administrator",
        "changeme1234", "changemeplease", "letmeinplease", "welcome12345", "iloveyou1234", "password1234",
        "password12345", "password123456", "adminadminadmin", "111111111111", "abcdefghijkl", "thirdline1234",
        "correcthorsebatterystaple", "qwerty123456", "1q2w3e4r5t6y", "zaq12wsxcde3",
    ]
}

extension Actor {
    /// A person as the one who acts, with the rights that their roles have under a policy.
    ///
    /// Whether they are active, and for whom else they may act, is for the caller to add.
    package init(_ person: Person, under policy: Policy) {
        self.init(
            id: person.id.raw, name: person.name, roles: Set(person.roles),
            rights: policy.rights(of: person.roles), organisation: person.organisation)
    }
}
