/// The identifier of one `Entity`: text that only ever names that kind of thing.
package struct ID<Entity>: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible
{
    /// The identifier as it is stored and sent.
    package var raw: String

    /// The identifier with this text.
    package init(_ raw: String) { self.raw = raw }
    package init(stringLiteral raw: String) { self.raw = raw }

    package var description: String { raw }
    package static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
}

/// What a fact is about: one thing of one kind.
package struct SubjectRef: Hashable, Sendable {
    /// The kind of thing: "case", "person", "organisation", "policy".
    package var kind: String
    /// Its identifier within the kind.
    package var id: String

    /// The thing of this kind with this identifier.
    package init(kind: String, id: String) { (self.kind, self.id) = (kind, id) }
}

/// How many facts a subject has; the number of its latest fact.
package struct Version: Hashable, Comparable, Sendable {
    /// 1 for a subject's first fact.
    package var number: Int

    /// The version with this number.
    package init(_ number: Int) { self.number = number }
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    /// The version of a subject without facts.
    package static let none = Version(0)
}

/// A part of a subject that two people can edit without a conflict, such as its owner or its problem statement.
package struct Aspect: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The aspect's name on the wire.
    package var name: String
    /// The aspect of this name.
    package init(_ name: String) { self.name = name }
    package init(stringLiteral name: String) { self.name = name }
}

/// Whoever does something: a signed-in person, the software itself, or an operator at the command line.
package struct Actor: Hashable, Sendable {
    /// The person's identifier, or "system", or "operator".
    package var id: String
    /// The name that others see.
    package var name: String
    /// The roles held, as policy names them.
    package var roles: Set<String>
    /// What the roles allow, narrowed by the token's scopes where a token is used.
    package var rights: Set<Right>
    /// Set for people of a customer: they see only this organisation.
    package var organisation: ID<Organisation>?
    /// Other organisations for which a customer's people may act, as an outsourced operator does.
    package var delegations: [ID<Organisation>: Set<AccountDelegation.Right>] = [:]

    /// An actor with these rights.
    package init(
        id: String, name: String, roles: Set<String>, rights: Set<Right>,
        organisation: ID<Organisation>? = nil
    ) {
        (self.id, self.name, self.roles, self.rights) = (id, name, roles, rights)
        self.organisation = organisation
    }

    /// Whether this is one of the customer's people, who sees only what is public in their own cases.
    package var isCustomer: Bool { roles.contains("customer") }

    /// The software acting by itself.
    package static let system = Actor(id: "system", name: "Thirdline", roles: ["system"], rights: [])

    /// Whether the actor holds `right`.
    package func may(_ right: Right) -> Bool { rights.contains(right) }

    /// The same actor, with no right but these.
    package func narrowed(to kept: Set<Right>) -> Actor {
        var actor = self
        actor.rights.formIntersection(kept)
        return actor
    }
}

/// Something that a role may allow, such as `case.assign`.
///
/// Every right belongs to an operation or a page.
package struct Right: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The right as policy writes it.
    package var name: String
    /// The right of this name.
    package init(_ name: String) { self.name = name }
    package init(stringLiteral name: String) { self.name = name }
    package var description: String { name }
    package static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}
