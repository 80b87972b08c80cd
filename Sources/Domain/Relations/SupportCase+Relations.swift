extension SupportCase {
    /// Whether the case continues one that could not be reopened any more.
    ///
    /// Together with `reopenCount` it says how often problems come back, whichever way they came.
    package var isFollowUp: Bool { followUpOf != nil }

    mutating func apply(_ fact: RelationFact) {
        switch fact {
        case .linked(.followUpOf, let target): followUpOf = ID(target.key)
        case .mergedInto(let other, _): mergedInto = ID(other.id)
        case .unmerged: mergedInto = nil
        case .restricted(let restriction, _): self.restriction = restriction
        case .unrestricted: restriction = nil
        case .linked, .unlinked, .absorbed, .released, .splitFrom, .splitOff, .splitUndone: break
        }
    }
}

/// What a decision about two cases says on each of them.
package struct PairedFacts: Sendable {
    /// On the case that it is about.
    package var here: [CaseFact]
    /// On the other case.
    package var there: [CaseFact]

    /// Facts on both cases.
    package init(here: [CaseFact], there: [CaseFact]) { (self.here, self.there) = (here, there) }
}

// MARK: Links

extension SupportCase {
    /// The facts of linking the case to another one.
    /// - Parameters:
    ///   - present: the links that the case has already.
    ///   - chain: the cases that the other one leads to by the same relation, itself among them.
    package func linked(
        _ relation: Relation, to other: SupportCase, present: [(Relation, LinkTarget)],
        chain: Set<ID<SupportCase>>
    ) throws(Refusal) -> PairedFacts {
        guard other.id != id else {
            throw Refusal(field: "to", "link_to_itself", "\(number) cannot be linked to itself.")
        }
        let target = LinkTarget(other)
        guard !present.contains(where: { $0.0 == relation && $0.1.isSame(as: target) }) else {
            throw Refusal(
                field: "to", "linked_already",
                "\(number) has this link already: \(relation.label.lowercased()) \(other.number).")
        }
        if relation.isOneWay, chain.contains(id) {
            throw Refusal(
                field: "to", "link_circle",
                "This would make a circle: \(other.number) leads back to \(number) by the same relation.")
        }
        return pair(
            .linked(relation, target), .linked(relation.inverse, LinkTarget(self)), with: other)
    }

    /// The facts of taking a link away, on whichever of the two histories tells of it.
    package func unlinked(
        _ relation: Relation, from target: LinkTarget, isHere: Bool, isThere: Bool, reason: String?
    ) throws(Refusal) -> PairedFacts {
        guard relation.isMadeByHand else {
            throw Refusal(
                .conflict, "link_is_a_record",
                "“\(relation.label) \(target.name)” says what was done and cannot be taken away by hand.")
        }
        let here = CaseFact.relation(.unlinked(relation, target, reason: reason))
        let there = CaseFact.relation(.unlinked(relation.inverse, LinkTarget(self), reason: reason))
        return PairedFacts(here: isHere ? [here] : [], there: isThere ? [there] : [])
    }

    /// A fact on each of two cases; where only one of them is restricted, on that one alone, so that the other one's
    /// history does not tell of it.
    private func pair(_ here: RelationFact, _ there: RelationFact, with other: SupportCase) -> PairedFacts {
        PairedFacts(here: [.relation(here)], there: [.relation(there)])
            .keeping(
                isOpenOnBoth: restriction == other.restriction,
                isHidden: restriction != nil)
    }
}

extension PairedFacts {
    fileprivate func keeping(isOpenOnBoth: Bool, isHidden: Bool) -> PairedFacts {
        if isOpenOnBoth { return self }
        return isHidden ? PairedFacts(here: here, there: []) : PairedFacts(here: [], there: there)
    }
}

// MARK: Merge

extension SupportCase {
    /// The facts of merging the case into another one, which its number then leads to.
    ///
    /// Nothing is copied: the case keeps its history, clocks and state.
    package func merged(into target: SupportCase, reason: String, policy: Policy) throws(Refusal)
        -> PairedFacts
    {
        guard target.id != id else {
            throw Refusal(field: "into", "merge_into_itself", "\(number) cannot be merged into itself.")
        }
        guard mergedInto == nil else {
            throw Refusal(
                .conflict, "already_merged",
                "\(number) is merged already. Undo that first, or merge the case that it leads to.")
        }
        guard organisation == nil || organisation == target.organisation else {
            throw Refusal(
                field: "into", "other_customer",
                "\(number) and \(target.number) do not belong to the same customer. Merged, one would read the "
                    + "other’s words. Link them instead: related, or parent and child.")
        }
        guard restriction == target.restriction else {
            throw Refusal(
                field: "into", "other_restriction",
                "\(number) and \(target.number) are not open to the same people. Restrict both alike first.")
        }
        let done: Set<Policy.Phase> = [.resolved, .closed]
        guard !done.contains(policy.phase(of: target.status)) || done.contains(policy.phase(of: status))
        else {
            throw Refusal(
                field: "into", "target_is_done",
                "\(target.number) is resolved or closed, and \(number) is not: its customer would wait for nobody. "
                    + "Reopen \(target.number) first.")
        }
        return PairedFacts(
            here: [.relation(.mergedInto(.init(target), reason: reason))],
            there: [.relation(.absorbed(.init(self), reason: reason))])
    }

    /// The facts of undoing a merge: the case is again what it was.
    package func unmerged(from target: SupportCase?, reason: String) throws(Refusal) -> PairedFacts {
        guard mergedInto != nil, let target else {
            throw Refusal(.conflict, "not_merged", "\(number) is not merged into another case.")
        }
        return PairedFacts(
            here: [.relation(.unmerged(from: .init(target), reason: reason))],
            there: [.relation(.released(.init(self), reason: reason))])
    }
}

// MARK: Split

/// Which entries of a case were taken elsewhere, from its facts.
package struct CaseSplits: Sendable {
    /// The case that an entry, by its version, was split off into.
    package private(set) var takenTo: [Int: RelationFact.Other] = [:]
    /// The case and entries that this one began with; nil where it began by itself.
    package private(set) var origin: (other: RelationFact.Other, entries: [Int])?
    /// The versions of the entries that hold somebody's words.
    package private(set) var words: [Int] = []

    /// The kinds of fact that can be split off.
    package static let kindsWithWords = ["case.opened", "case.replied", "case.noted"]
    /// The kinds of fact that the splits follow from.
    package static let kinds = kindsWithWords + ["case.split_from", "case.split_off", "case.split_undone"]

    /// The splits that these facts make, oldest first.
    package init(_ facts: [Recorded<CaseFact>]) {
        for fact in facts {
            if Self.kindsWithWords.contains(fact.body.kind) { words.append(fact.version.number) }
            guard case .relation(let relation) = fact.body else { continue }
            switch relation {
            case .splitOff(let other, let entries, _): for entry in entries { takenTo[entry] = other }
            case .splitFrom(let other, let entries, _): origin = (other, entries)
            case .splitUndone(let other, _):
                takenTo = takenTo.filter { $0.value != other }
                if origin?.other == other { origin = nil }
            default: break
            }
        }
    }

    /// Checks which entries may begin a new case, and gives their versions in order.
    package func checked(_ entries: [Int], of number: String) throws(Refusal) -> [Int] {
        let chosen = Set(entries).sorted()
        guard !chosen.isEmpty else {
            throw Refusal(
                field: "entries", "no_entries", "Choose the messages and notes that belong elsewhere.")
        }
        for entry in chosen {
            guard words.contains(entry) else {
                throw Refusal(
                    field: "entries", "not_an_entry",
                    "Entry \(entry) is not a message or note of \(number). Only those can begin another case."
                )
            }
            if let other = takenTo[entry] {
                throw Refusal(
                    field: "entries", "split_already",
                    "Entry \(entry) was split off into \(other.number) already.")
            }
        }
        let left = words.filter { takenTo[$0] == nil && !chosen.contains($0) }
        guard !left.isEmpty else {
            throw Refusal(
                field: "entries", "split_of_everything",
                "Nothing would be left of \(number). Leave at least one message, or change the subject of "
                    + "\(number) instead.")
        }
        return chosen
    }
}

// MARK: Follow-up

extension SupportCase {
    /// Refuses a follow-up where the case itself can still come back, or is not done at all.
    package func refuseFollowUp(at now: Timestamp, policy: Policy) throws(Refusal) {
        guard [.resolved, .closed].contains(policy.phase(of: status)) else {
            throw Refusal(
                .conflict, "not_resolved", "\(number) is not resolved. Go on in the case itself.")
        }
        guard !isWithinReopenWindow(at: now, policy: policy) else {
            throw Refusal(
                .conflict, "reopen_instead",
                "\(number) was resolved within the last \(policy.reopenWindowDays) days. Reopen it: it keeps its "
                    + "history and its number.")
        }
    }
}
