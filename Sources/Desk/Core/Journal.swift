import Diagnosis
import Domain
import Storage

/// Appends facts, chains them, and brings the tables along: the only way anything changes.
package struct Journal: Sendable {
    /// The kinds of subject.
    package let subjects: SubjectCatalog

    /// What follows from a fact in the same transaction beside its own tables, such as a row of the outbox.
    ///
    /// Never run where facts are only replayed, and nothing that `verify` compares may come of it.
    package typealias Reaction = @Sendable (StoredFact, Timestamp, borrowing Transaction) throws -> Void

    private let reactions: [Reaction]

    /// Makes the salt of a body’s digest.
    private let newSalt: @Sendable () -> [UInt8]

    /// A journal about these kinds of subject; salts are random, unless a simulation brings its own.
    package init(
        subjects: SubjectCatalog, reactions: [Reaction] = [],
        newSalt: @escaping @Sendable () -> [UInt8] = { Chain.newSalt() }
    ) { (self.subjects, self.reactions, self.newSalt) = (subjects, reactions, newSalt) }

    /// What was appended.
    package struct Appended: Sendable {
        /// The version of each subject that got facts.
        package var versions: [SubjectRef: Version] = [:]
        /// The sequence of the last fact; 0 where there was none.
        package var lastSequence: Int64 = 0
    }

    /// Appends facts in order: chain, row, projection; all of it or, where anything throws, nothing.
    package func append(
        _ entries: [Decision.Entry], by actor: String, at now: Timestamp, in tx: borrowing Transaction
    ) throws -> Appended {
        var appended = Appended()
        for entry in entries {
            guard let type = subjects[entry.subject.kind] else {
                throw FactProblem("nobody knows subjects of kind “\(entry.subject.kind)”")
            }
            let head = try tx.first(JournalStore.head(of: entry.subject)) {
                (version: Int($0.integer(0)), chain: $0.blob(1))
            }
            let fact = StoredFact(
                sequence: try tx.nextNumber(of: .fact), subject: entry.subject,
                version: Version((head?.version ?? 0) + 1), occurredAt: entry.occurredAt ?? now,
                recordedAt: now,
                actor: entry.actor ?? actor, kind: entry.body.kind, body: entry.body.body.text)
            let salt = newSalt()
            let digest = Chain.digest(ofBody: fact.body, salt: salt)
            let chain = Chain.link(after: head?.chain ?? [], fact, bodyDigest: digest)
            // The head first: two writers of one subject meet here, and the one that lost runs again.
            try tx.execute(JournalStore.setHead(of: entry.subject, version: fact.version, chain: chain))
            try tx.execute(JournalStore.insertFact(fact, salt: salt, bodyDigest: digest, chain: chain))
            try type.project(fact, tx)
            for reaction in reactions { try reaction(fact, now, tx) }
            appended.versions[entry.subject] = fact.version
            appended.lastSequence = fact.sequence
        }
        return appended
    }

    /// The facts of a subject, oldest first.
    package func facts<Body: Fact>(
        of subject: SubjectRef, as type: Body.Type, in tx: borrowing Transaction
    ) throws -> [Recorded<Body>] {
        try tx.all(JournalStore.facts(of: subject, after: .none)) {
            try JournalStore.fact($0).decoded(as: type)
        }
    }

    /// The latest facts of a subject below a version, newest first; all kinds where `kinds` is empty.
    package func latestFacts<Body: Fact>(
        of subject: SubjectRef, before version: Int = .max, kinds: [String] = [], limit: Int,
        as type: Body.Type,
        in tx: borrowing Transaction
    ) throws -> [Recorded<Body>] {
        try tx.all(JournalStore.latestFacts(of: subject, before: version, kinds: kinds, limit: limit)) {
            try JournalStore.fact($0).decoded(as: type)
        }
    }

    /// How many facts a subject has.
    package func count(of subject: SubjectRef, kinds: [String] = [], in tx: borrowing Transaction) throws
        -> Int
    {
        try tx.first(JournalStore.count(of: subject, kinds: kinds)) { Int($0.integer(0)) } ?? 0
    }

    /// Refuses a decision that edits what somebody else edited since the base versions, and says both values.
    ///
    /// What the software did by itself meanwhile, such as routing, stands against nobody: a person's word counts.
    package func refuseClashes(
        _ decision: Decision, base: [SubjectRef: Version], actor: String, policy: Policy,
        fields: [FieldDescription], in tx: borrowing Transaction
    ) throws {
        for (subject, version) in base {
            let bodies = decision.entries.filter { $0.subject == subject }.map(\.body)
            let mine = bodies.reduce(into: Set<Aspect>()) { $0.formUnion($1.edits) }
            guard !mine.isEmpty, let type = subjects[subject.kind] else { continue }
            let head = try tx.first(JournalStore.head(of: subject)) { Int($0.integer(0)) }
            if let head, version.number > head {
                throw Refusal(
                    field: "base_version", "unknown_version",
                    "There is no version \(version.number) yet; the latest is \(head). Read it again before you change it."
                )
            }
            let later = try tx.all(JournalStore.facts(of: subject, after: version), JournalStore.fact)
            var latest: [Aspect: StoredFact] = [:]
            for fact in later where fact.actor != Actor.system.id {
                for aspect in try type.edits(fact) where mine.contains(aspect) { latest[aspect] = fact }
            }
            guard !latest.isEmpty else { continue }
            let aspects = latest.keys.sorted { $0.name < $1.name }
            let compared = try type.compare(subject.id, aspects, bodies, policy, tx)
            var refusal = Refusal(
                .stale, "edited_by_others",
                "Somebody else changed the same thing while you were editing. Nothing of yours is lost; choose which stays."
            )
            refusal.currentVersion = (later.last?.version ?? version).number
            for (aspect, comparison) in zip(aspects, compared) {
                guard let fact = latest[aspect] else { continue }
                let field = fields.first { ($0.aspect ?? Aspect($0.name)) == aspect }?.name ?? aspect.name
                let yours = bodies.compactMap { $0.words(of: aspect) }.last
                let theirs = try type.words(fact, aspect)
                refusal.clashes.append(
                    .init(
                        aspect: aspect.name, label: theirs?.label ?? comparison.label, field: field,
                        theirs: theirs?.value ?? comparison.before, yours: yours?.value ?? comparison.after,
                        by: fact.actor, at: fact.recordedAt))
            }
            throw refusal
        }
    }

    /// Takes fields out of a stored body for good, keeps the chain valid, and makes the subject's rows anew.
    ///
    /// A tombstone must be recorded in the same transaction by the caller, so that `verify` knows why the body no
    /// longer has its digest.
    package func eraseBody(
        of sequence: Int64, on subject: SubjectRef, in tx: borrowing Transaction
    ) throws -> (fields: [String], digest: [UInt8]) {
        guard let type = subjects[subject.kind],
            let text = try tx.first(JournalStore.body(of: sequence, subject: subject), { $0.text(0) })
        else { throw Refusal.notFound("entry") }
        guard let left = try Self.erase(text, of: sequence, type, in: tx) else { return ([], []) }
        try Self.projectAnew(subject, type, in: tx)
        return left
    }

    /// Takes all erasable fields out of all stored bodies of a subject for good; otherwise as `eraseBody`.
    ///
    /// O(facts of the subject).
    /// - Returns: the facts that lost something, with the digest of what is left.
    package func eraseBodies(
        of subject: SubjectRef, in tx: borrowing Transaction
    ) throws -> [(sequence: Int64, digest: [UInt8])] {
        guard let type = subjects[subject.kind] else { return [] }
        var erased: [(sequence: Int64, digest: [UInt8])] = []
        for fact in try tx.all(JournalStore.facts(of: subject, after: .none), JournalStore.fact) {
            if let left = try Self.erase(fact.body, of: fact.sequence, type, in: tx) {
                erased.append((fact.sequence, left.digest))
            }
        }
        if !erased.isEmpty { try Self.projectAnew(subject, type, in: tx) }
        return erased
    }

    /// Takes the erasable fields out of a body; nil where it has none.
    private static func erase(
        _ text: String, of sequence: Int64, _ type: SubjectType, in tx: borrowing Transaction
    ) throws -> (fields: [String], digest: [UInt8])? {
        guard let object = try JSON(parsing: text).object else { throw Refusal.notFound("entry") }
        let fields = object.members.map(\.key).filter { type.erasableFields.contains($0) }
        guard !fields.isEmpty else { return nil }
        let before = object[FactBody.erasedMember]?.array?.compactMap(\.string) ?? []
        var kept = JSONObject()
        for member in object.members where !fields.contains(member.key) { kept[member.key] = member.value }
        kept[FactBody.erasedMember] = .array((before + fields).map(JSON.string))
        let body = JSON.object(kept).text
        try tx.execute(JournalStore.eraseBody(of: sequence, body: body))
        return (fields, sha256(Array(body.utf8)))
    }

    private static func projectAnew(
        _ subject: SubjectRef, _ type: SubjectType, in tx: borrowing Transaction
    ) throws {
        try type.forget(subject.id, tx)
        for fact in try tx.all(JournalStore.facts(of: subject, after: .none), JournalStore.fact) {
            try type.project(fact, tx)
        }
    }
}

/// The hash chain: each fact's link covers the link before it, everything about the fact, and the digest of its body.
///
/// The body is covered through a salted digest, so that it can be erased (GDPR article 17) while the chain still
/// verifies, and nobody can guess short bodies from their digest once the salt is gone.
package enum Chain {
    static func newSalt() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return newSalt(using: &generator)
    }

    static func newSalt(using generator: inout some RandomNumberGenerator) -> [UInt8] {
        withUnsafeBytes(of: (generator.next(), generator.next()), Array.init)
    }

    static func digest(ofBody body: String, salt: [UInt8]) -> [UInt8] { sha256(salt + Array(body.utf8)) }

    static func link(after previous: [UInt8], _ fact: StoredFact, bodyDigest: [UInt8]) -> [UInt8] {
        var bytes = previous
        func add(_ text: String) {
            let utf8 = Array(text.utf8)
            add(Int64(utf8.count))
            bytes += utf8
        }
        func add(_ number: Int64) {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        add(fact.sequence)
        add(fact.subject.kind)
        add(fact.subject.id)
        add(Int64(fact.version.number))
        add(fact.occurredAt.microseconds)
        add(fact.recordedAt.microseconds)
        add(fact.actor)
        add(fact.kind)
        bytes += bodyDigest
        return sha256(bytes)
    }
}
