import Domain
import Storage

/// Looks up huddles.
enum HuddlesDirectory {
    /// The huddles about a case, by the replay of its facts.
    static func huddles(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> Huddles {
        Huddles(try CaseDirectory.facts(of: id, kinds: HuddleFact.kinds, in: tx))
    }

    /// The cases that a huddle is about, as far as the actor may know of them, the one that it was called from first.
    static func cases(
        of huddle: Huddles.Huddle, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        let found = try CaseDirectory.visible(huddle.plan.cases.map { ID($0.id) }, to: actor, in: tx)
        return huddle.plan.cases.compactMap { one in found.first { $0.id.raw == one.id } }
    }
}
