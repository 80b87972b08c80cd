/// The defects that a case waits for, and what engineering said of each: the replay of its facts.
package struct Defects: Equatable, Sendable {
    /// A defect of a tracker.
    package struct Defect: Equatable, Sendable {
        /// Its key there: "ENG-812".
        package var key: String
        /// Where it can be opened.
        package var url: String?
        /// What it is about.
        package var title: String?
        /// Since when the case is linked to it.
        package var since: Timestamp
        /// What engineering decided; nil while they have not.
        package var verdict: DefectFact.Verdict?
        /// When they did.
        package var decidedAt: Timestamp?
        /// The fix; nil while there is none.
        package var fix: DefectFact.Fix?
        /// When it was delivered.
        package var fixedAt: Timestamp?

        /// Whether engineering still owes something.
        package var isOpen: Bool { fix == nil && verdict?.isAccepted != false }

        /// Where it stands, in words.
        package var words: String {
            if fix != nil { return "fixed" }
            guard let verdict else { return "not decided yet" }
            return verdict.isAccepted ? "accepted" : "declined"
        }
    }

    /// Every defect, oldest link first.
    package private(set) var defects: [Defect] = []

    /// The defects that these facts make.
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            switch fact.body {
            case .relation(.linked(_, let target)) where target.kind == .defect:
                guard !defects.contains(where: { $0.key == target.key }) else { continue }
                defects.append(
                    Defect(key: target.key, url: target.url, title: target.title, since: fact.occurredAt))
            case .relation(.unlinked(_, let target, _)) where target.kind == .defect:
                defects.removeAll { $0.key == target.key }
            case .defect(.decided(let verdict)):
                alter(verdict.defect) { ($0.verdict, $0.decidedAt) = (verdict, fact.occurredAt) }
            case .defect(.delivered(let fix)):
                alter(fix.defect) { ($0.fix, $0.fixedAt) = (fix, fact.occurredAt) }
            default: break
            }
        }
    }

    private mutating func alter(_ key: String, _ edit: (inout Defect) -> Void) {
        guard let index = defects.firstIndex(where: { $0.key == key }) else { return }
        edit(&defects[index])
    }

    /// The fact of a decision of engineering.
    /// - Throws: a refusal that names the field, where there is no such defect, it is settled, or a time makes no sense.
    package func deciding(
        _ verdict: DefectFact.Verdict, at moment: Timestamp, now: Timestamp
    ) throws(Refusal) -> CaseFact {
        let found = try open(verdict.defect, at: moment, now: now, field: "decided_at")
        if let planned = verdict.plannedFor {
            guard verdict.isAccepted else {
                throw Refusal(
                    field: "planned_for", "declined",
                    "What is declined is planned for no time. Leave it empty.")
            }
            guard planned > moment else {
                throw Refusal(
                    field: "planned_for", "before_start",
                    "The fix cannot be planned for a time before the decision.")
            }
        }
        var verdict = verdict
        verdict.defect = found.key
        return .defect(.decided(verdict))
    }

    /// The fact of a fix that engineering delivered.
    package func delivering(_ fix: DefectFact.Fix, at moment: Timestamp, now: Timestamp) throws(Refusal)
        -> CaseFact
    {
        var fix = fix
        fix.defect = try open(fix.defect, at: moment, now: now, field: "delivered_at").key
        return .defect(.delivered(fix))
    }

    private func open(
        _ wanted: String, at moment: Timestamp, now: Timestamp, field: String
    ) throws(Refusal) -> Defect {
        guard let found = defects.first(where: { $0.key.lowercased() == wanted.lowercased() }) else {
            throw Refusal(
                field: "defect", "not_linked",
                "The case is not linked to a defect “\(wanted)”. Link it first: that begins the clocks.")
        }
        guard found.isOpen else {
            throw Refusal(.conflict, "defect_settled", "\(found.key) is \(found.words) already.")
        }
        guard moment <= now else {
            throw Refusal(field: field, "future", "This is still to come. Record it once it is so.")
        }
        guard moment >= found.since else {
            throw Refusal(
                field: field, "before_start",
                "The case is linked to \(found.key) only since \(found.since.rfc3339).")
        }
        return found
    }
}
