/// A customer: whom cases are solved for.
package struct Organisation: Subject {
    package static let kind = "organisation"

    /// Its identifier.
    package var id: ID<Organisation>
    /// Its latest fact.
    package var version: Version
    /// Its name.
    package var name: String
    /// Its tier, as policy names it.
    package var tier: String
    /// Where it came from when it was not made by hand.
    package var origin: String?
    /// When it was added.
    package var addedAt: Timestamp
    /// What else is known of the account.
    package var record = AccountRecord()

    /// An organisation with all parts.
    package init(
        id: ID<Organisation>, version: Version, name: String, tier: String, origin: String?,
        addedAt: Timestamp
    ) {
        (self.id, self.version, self.name, self.tier) = (id, version, name, tier)
        (self.origin, self.addedAt) = (origin, addedAt)
    }

    /// How facts refer to the organisation.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the organisation with this identifier.
    package static func ref(_ id: ID<Organisation>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    package init(first fact: Recorded<OrganisationFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version, name: "", tier: "", origin: nil,
            addedAt: fact.recordedAt)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<OrganisationFact>) {
        version = fact.version
        switch fact.body {
        case .added(let name, let tier, let origin):
            (self.name, self.tier, self.origin) = (name, tier, origin)
        case .renamed(let name): self.name = name
        case .tierChanged(let tier, _): self.tier = tier
        default: record.apply(fact)
        }
    }
}
