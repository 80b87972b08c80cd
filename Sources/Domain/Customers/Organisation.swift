package import Diagnosis

/// What happens to a customer organisation.
package enum OrganisationFact: Fact {
    /// The organisation exists from now on.
    case added(name: String, tier: String, origin: String?)
    /// The name changed.
    case renamed(name: String)
    /// The tier changed.
    case tierChanged(tier: String, reason: String?)

    package static let erasableFields: Set<String> = ["name"]

    package var kind: String {
        switch self {
        case .added: "organisation.added"
        case .renamed: "organisation.renamed"
        case .tierChanged: "organisation.tier_changed"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .added: []
        case .renamed: ["name"]
        case .tierChanged: ["tier"]
        }
    }

    package var body: JSON {
        switch self {
        case .added(let name, let tier, let origin):
            .fields(["name": .string(name), "tier": .string(tier), "origin": origin.map(JSON.string)])
        case .renamed(let name): ["name": .string(name)]
        case .tierChanged(let tier, let reason):
            .fields(["tier": .string(tier), "reason": reason.map(JSON.string)])
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "organisation.added":
            self = .added(
                name: try body.text("name"), tier: try body.text("tier"), origin: body.optionalText("origin"))
        case "organisation.renamed": self = .renamed(name: try body.text("name"))
        case "organisation.tier_changed":
            self = .tierChanged(tier: try body.text("tier"), reason: body.optionalText("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of organisation fact")
        }
    }
}

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
        }
    }
}
