package import Diagnosis

/// Everything impure that a decision may use, already fetched.
package struct Context: Sendable {
    /// Who asks.
    package var actor: Actor
    /// The one moment that the whole operation uses.
    package var now: Timestamp
    /// The policy in force.
    package var policy: Policy
    /// A new identifier (UUIDv7).
    package var newID: @Sendable () -> String

    /// A context with these parts.
    package init(actor: Actor, now: Timestamp, policy: Policy, newID: @escaping @Sendable () -> String) {
        (self.actor, self.now, self.policy, self.newID) = (actor, now, policy, newID)
    }
}

/// What an operation wants done, across one or several subjects, all or nothing.
package struct Decision: Sendable {
    /// One fact to be recorded.
    package struct Entry: Sendable {
        /// What the fact is about.
        package var subject: SubjectRef
        /// What changes.
        package var body: any Fact
        /// When it was true in the world, where that is not now.
        package var occurredAt: Timestamp?
        /// Who did it, where that is not who asks: the sender of mail that the software takes in.
        package var actor: String?
    }

    /// The facts, in the order of recording.
    package private(set) var entries: [Entry] = []
    /// What the caller is told about the result, beside the subjects' versions.
    package var answer = JSONObject()

    /// How all of it is taken back, where it can be.
    package var undo: Undo?

    /// A decision that changes nothing.
    package init() {}

    /// Adds a fact about `subject`.
    package mutating func record(_ fact: some Fact, on subject: SubjectRef, occurredAt: Timestamp? = nil) {
        entries.append(Entry(subject: subject, body: fact, occurredAt: occurredAt))
    }

    /// Adds the facts of another decision, after those of this one.
    package mutating func record(_ other: Decision) { entries += other.entries }

    /// The same facts as what somebody did, whoever hands them in.
    package func signed(by actor: String) -> Decision {
        var decision = self
        for index in decision.entries.indices { decision.entries[index].actor = actor }
        return decision
    }

    /// Adds several facts about `subject`.
    package mutating func record<Body: Fact>(_ facts: [Body], on subject: SubjectRef) {
        for fact in facts { record(fact, on: subject) }
    }
}
