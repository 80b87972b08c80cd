/// Whether a new case looks like something that is known or open: by its parts, by signatures of errors, by words.
package struct CaseMatch: Sendable {
    /// A case that others can be joined to.
    package struct Lead: Sendable {
        /// The case.
        package var this: SupportCase
        /// What it is.
        package var kind: RoutingFact.Match.Kind
        /// What it is looked at by; worked out once.
        let marks: Marks

        /// A lead.
        package init(_ this: SupportCase, kind: RoutingFact.Match.Kind) {
            (self.this, self.kind) = (this, kind)
            marks = Marks(this)
        }
    }

    /// What two cases are compared by.
    struct Marks: Sendable {
        var signatures: Set<String>
        var words: Set<String>

        init(_ this: SupportCase) {
            let text = "\(this.subject)\n\(this.symptom)\n\(this.problemStatement ?? "")"
            signatures = Self.signatures(in: text)
            words = Self.words(in: this.subject)
        }

        /// What programs write and people copy: E_HSM_42, NullPointerException, 0x80070005.
        static func signatures(in text: String) -> Set<String> {
            Set(
                text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { token in
                    guard (5...80).contains(token.count), token.contains(where: \.isLetter) else {
                        return false
                    }
                    let isLoud =
                        token.allSatisfy { !$0.isLowercase }
                        && token.contains(where: { $0 == "_" || $0.isNumber })
                    let isNamed = token.hasSuffix("Exception") || token.hasSuffix("Error")
                    return isLoud || isNamed || token.hasPrefix("0x")
                }.map { $0.uppercased() })
        }

        static func words(in text: String) -> Set<String> {
            Set(
                text.lowercased().split { !$0.isLetter }.map(String.init).filter {
                    $0.count >= 4 && !common.contains($0)
                })
        }

        private static let common: Set<String> = [
            "after", "before", "cannot", "does", "error", "fail", "fails", "failed", "from", "have", "into",
            "more", "much", "since", "still", "that", "their", "them", "there", "this", "very", "when",
            "with",
            "work", "working", "works", "problem", "issue",
        ]
    }

    /// From so many points on.
    private let terms: RoutingRules.CombineTerms
    private let policy: Policy

    /// Matching as policy says.
    package init(_ terms: RoutingRules.CombineTerms, policy: Policy) {
        (self.terms, self.policy) = (terms, policy)
    }

    /// What a case looks most like; nil where it looks like nothing.
    package func best(for this: SupportCase, among leads: [Lead]) -> RoutingFact.Match? {
        let marks = Marks(this)
        return leads.filter { $0.this.id != this.id }.map { match(this, marks, $0) }
            .filter { $0.points >= terms.points }
            .max { ($0.points, $1.other.number) < ($1.points, $0.other.number) }
    }

    private func match(_ this: SupportCase, _ marks: Marks, _ lead: Lead) -> RoutingFact.Match {
        var (points, reasons) = (0, [String]())
        let shared = marks.signatures.intersection(lead.marks.signatures).sorted()
        if !shared.isEmpty {
            points += shared.count == 1 ? 45 : 60
            reasons.append("both say \(shared.prefix(3).joined(separator: ", "))")
        }
        if let component = this.classification[.component], component == lead.this.classification[.component]
        {
            points += 20
            reasons.append("both are about \(policy.name(of: component, in: \.components))")
        } else if let area = this.classification[.productArea], area == lead.this.classification[.productArea]
        {
            points += 10
            reasons.append("both are about \(policy.name(of: area, in: \.productAreas))")
        }
        let services = Set(this.impact.services).intersection(lead.this.impact.services).sorted()
        if !services.isEmpty {
            points += 20
            reasons.append(
                "both impact \(services.map { policy.name(of: $0, in: \.serviceTerms) }.joined(separator: ", "))"
            )
        }
        let words = marks.words.intersection(lead.marks.words)
        let fewest = min(marks.words.count, lead.marks.words.count)
        if fewest > 0, words.count >= 2 {
            points += 40 * words.count / max(3, fewest)
            reasons.append("their subjects share \(words.sorted().prefix(4).joined(separator: ", "))")
        }
        return RoutingFact.Match(
            other: .init(lead.this), kind: lead.kind, points: min(100, points), reasons: reasons)
    }
}

extension SupportCase {
    /// The case that it was offered to be joined to: the one that is meant.
    private func offered(_ route: CaseRoute) throws(Refusal) -> String {
        if let match = route.match { return match }
        throw Refusal(.conflict, "no_match", "\(number) waits for no answer whether it is something known.")
    }

    /// The facts of joining the case to what it looks like: linked, and with whoever works on that.
    package func joined(
        to lead: SupportCase, kind: RoutingFact.Match.Kind, reason: String?, route: CaseRoute,
        present: [(Relation, LinkTarget)], chain: Set<ID<SupportCase>>
    ) throws(Refusal) -> PairedFacts {
        _ = try offered(route)
        let relation: Relation = kind == .incident ? .childOf : .duplicateOf
        var pair: PairedFacts
        if present.contains(where: { $0.0 == relation && $0.1.isSame(as: LinkTarget(lead)) }) {
            pair = PairedFacts(here: [], there: [])
        } else {
            pair = try linked(relation, to: lead, present: present, chain: chain)
        }
        pair.here.append(
            .routing(.matchAnswered(.init(lead), isJoined: true, reason: reason)))
        if owner == nil, let other = lead.owner {
            pair.here.append(.ownerChanged(owner: other.raw, reason: "Joined to \(lead.number)"))
        }
        return pair
    }

    /// The fact of its being something else than it looks like.
    package func unmatched(
        from other: RelationFact.Other, reason: String, route: CaseRoute
    ) throws(Refusal) -> [CaseFact] {
        _ = try offered(route)
        return [.routing(.matchAnswered(other, isJoined: false, reason: reason))]
    }
}
