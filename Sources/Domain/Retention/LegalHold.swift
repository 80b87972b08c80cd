/// An order that nothing of some cases may be taken away, whatever their time.
package struct LegalHold: Subject, Equatable {
    package static let kind = "hold"

    /// What a hold is about.
    package struct Scope: Equatable, Sendable {
        /// The identifiers of cases.
        package var cases: [String]
        /// The identifiers of customers, all of whose cases are held.
        package var organisations: [String]

        /// These cases and customers.
        package init(cases: [String], organisations: [String]) {
            (self.cases, self.organisations) = (cases, organisations)
        }

        /// Whether nothing is held.
        package var isEmpty: Bool { cases.isEmpty && organisations.isEmpty }

        /// What stands here and not there.
        package func subtracting(_ other: Scope) -> Scope {
            Scope(
                cases: cases.filter { !other.cases.contains($0) },
                organisations: organisations.filter { !other.organisations.contains($0) })
        }
    }

    /// Its identifier.
    package var id: ID<LegalHold>
    /// Its latest fact.
    package var version: Version
    /// The matter, such as “Halden and Orrin”.
    package var name: String
    /// Why it was placed.
    package var reason: String
    /// What it is about.
    package var scope: Scope
    /// Who placed it.
    package var placedBy: ID<Person>
    /// When it was placed.
    package var placedAt: Timestamp
    /// When it was lifted; nil while it holds.
    package var liftedAt: Timestamp?

    /// How facts refer to the hold.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the hold with this identifier.
    package static func ref(_ id: ID<LegalHold>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    /// A hold with all parts.
    package init(
        id: ID<LegalHold>, version: Version, name: String, reason: String, scope: Scope, placedBy: ID<Person>,
        placedAt: Timestamp, liftedAt: Timestamp?
    ) {
        (self.id, self.version, self.name, self.reason) = (id, version, name, reason)
        (self.scope, self.placedBy, self.placedAt, self.liftedAt) = (scope, placedBy, placedAt, liftedAt)
    }

    package init(first fact: Recorded<LegalHoldFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version, name: "", reason: "",
            scope: Scope(cases: [], organisations: []), placedBy: ID(fact.actor), placedAt: fact.occurredAt,
            liftedAt: nil)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<LegalHoldFact>) {
        version = fact.version
        switch fact.body {
        case .placed(let name, let reason, let scope):
            (self.name, self.reason, self.scope) = (name, reason, scope)
        case .extended(let more):
            let new = more.subtracting(scope)
            scope.cases += new.cases
            scope.organisations += new.organisations
        case .lifted: liftedAt = fact.occurredAt
        }
    }
}
