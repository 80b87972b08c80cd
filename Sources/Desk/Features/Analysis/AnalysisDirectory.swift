import Domain
import Storage

/// Looks analyses up, and sees to it that what is added is analysed.
package enum AnalysisDirectory {
    /// Asks for the analysis of what a fact adds, and forgets what it takes away.
    static func react(to fact: StoredFact, at now: Timestamp, in tx: borrowing Transaction) throws {
        guard fact.subject.kind == Evidence.kind else { return }
        switch try fact.decoded(as: EvidenceFact.self).body {
        case .added(let adding):
            try tx.execute(
                AnalysisQueries.ask(fact.subject.id, of: adding.caseID, size: adding.size, at: now))
        case .removed:
            try tx.execute(AnalysisQueries.forget(fact.subject.id))
            try tx.execute(AnalysisQueries.forgetMarks(of: fact.subject.id))
            try tx.execute(AnalysisQueries.forgetCopy(of: fact.subject.id))
            try tx.execute(AnalysisCodeQueries.forget(of: fact.subject.id))
            try tx.execute(AnalysisComparisonQueries.forget(of: fact.subject.id))
        case .described(let set) where set.keys.contains(.restricted) || set.keys.contains(.zone):
            // What others may see of it, or how its times are read, is another matter now.
            try tx.execute(AnalysisQueries.forgetMarks(of: fact.subject.id))
            try tx.execute(AnalysisCodeQueries.forget(of: fact.subject.id))
            guard let found = try EvidenceDirectory.itself(ID(fact.subject.id), in: tx) else { return }
            try tx.execute(
                AnalysisQueries.ask(found.id.raw, of: found.caseID.raw, size: found.size, at: now))
        case .described, .read: break
        }
    }

    /// The analysis of a piece of evidence; nil where none was ever asked for.
    static func find(_ evidence: ID<Evidence>, in tx: borrowing Transaction) throws -> EvidenceAnalysis? {
        try tx.first(AnalysisQueries.analysis(of: evidence.raw), AnalysisQueries.read)
    }

    /// The analyses of a case by the piece that they are of, as far as the actor may read those pieces now.
    static func all(
        of this: SupportCase, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> [(evidence: Evidence, analysis: EvidenceAnalysis)] {
        let pieces = try EvidenceDirectory.all(of: this.id, for: actor, in: tx).filter {
            !$0.isRemoved && !$0.isRestricted(by: policy)
        }
        let known = Dictionary(pieces.map { ($0.id, $0) }) { first, _ in first }
        return try tx.all(AnalysisQueries.analyses(ofCase: this.id.raw), AnalysisQueries.read).compactMap {
            one in
            known[one.evidence].map { (evidence: $0, analysis: one) }
        }
    }

    /// How far an analysis is that moves.
    struct Movement: Hashable {
        var caseID: String
        var evidence: String
        var state: String
        var done: Int64
    }

    /// What moves, for pages that are open.
    static func moving(at now: Timestamp, in tx: borrowing Transaction) throws -> Set<Movement> {
        let since = now.adding(seconds: -20)
        let all =
            try tx.all(AnalysisQueries.moving(since: since)) {
                Movement(caseID: $0.text(0), evidence: $0.text(1), state: $0.text(2), done: $0.integer(3))
            }
            + tx.all(AnalysisComparisonQueries.moving(since: since)) {
                Movement(caseID: $0.text(0), evidence: $0.text(1), state: $0.text(2), done: 0)
            }
        return Set(all)
    }

    /// Cases whose logs have something in common with those of a case, as far as the actor may know of them.
    static func similar(
        to this: SupportCase, for actor: Actor, limit: Int = 8, in tx: borrowing Transaction
    ) throws -> [(this: SupportCase, match: SimilarCases.Match)] {
        var (words, found): ([SimilarCases.Mark: String], [SimilarCases.Mark: Set<String>]) = ([:], [:])
        // What the report says is in common as well, before anything is added to the case.
        let told = PastedLog.marks(of: this.symptom)
        let codes = told.filter { $0.kind == .code }.map(\.id)
        let marks = told.filter { $0.kind != .code }.map(\.id)
        var statements = [
            AnalysisQueries.shared(with: this.id.raw, limit: 20_000),
            AnalysisQueries.sharedCodes(with: this.id.raw, limit: 20_000),
        ]
        if !marks.isEmpty {
            statements.append(AnalysisQueries.marked(marks, besides: this.id.raw, limit: 20_000))
        }
        if !codes.isEmpty {
            statements.append(AnalysisQueries.coded(codes, besides: this.id.raw, limit: 20_000))
        }
        for statement in statements {
            try tx.each(statement) { row in
                let kind = SimilarCases.Mark.Kind(rawValue: row.text(0)) ?? .pattern
                let key = SimilarCases.Mark(kind: kind, id: row.text(1), words: "")
                words[key] = words[key] ?? row.text(2)
                found[key, default: []].insert(row.text(3))
            }
        }
        let shared = Dictionary(
            uniqueKeysWithValues: found.map { key, cases in
                (SimilarCases.Mark(kind: key.kind, id: key.id, words: words[key] ?? ""), cases.sorted())
            })
        guard !shared.isEmpty else { return [] }
        var visible: [String: SupportCase] = [:]
        for id in Set(shared.values.joined()) {
            // A case that the actor may not know of is left out, and is not counted.
            visible[id] = try? CaseDirectory.find(id, for: actor, in: tx)
        }
        let known = shared.map { mark, cases in (mark: mark, cases: cases.filter { visible[$0] != nil }) }
            .filter { !$0.cases.isEmpty }.sorted { $0.mark.id < $1.mark.id }
        return SimilarCases.matches(known, limit: limit).compactMap { match in
            visible[match.caseID].map { (this: $0, match: match) }
        }
    }
}
