import Diagnosis
import Domain
import Storage
import Web

/// What the page of a case says of its logs, and of cases with similar ones.
enum AnalysisCasePages {
    /// As many findings stand on the page of the case.
    private static let shown = 4

    static let part = CasePart(.work, order: 58, html: section)

    private static func section(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        guard !context.actor.isCustomer else { return .empty }
        let all = try AnalysisDirectory.all(
            of: context.this, for: context.actor, policy: context.policy, in: tx
        ).filter { $0.analysis.state != .unsuited }
        let similar = try AnalysisDirectory.similar(to: context.this, for: context.actor, limit: 4, in: tx)
        guard !all.isEmpty || !similar.isEmpty else {
            return "<section id=\"log-says\" data-live hidden></section>"
        }
        let moving = all.filter { !$0.analysis.state.isOver }.map { evidence, analysis -> HTML in
            """
            <p class="row-note">\(icon("clock"))<span><a href="\(context.path)/evidence/\(evidence.number)">\(evidence.number)</a>: \(AnalysisPages.progress(analysis, now: context.now))</span></p>
            """
        }
        let failed = all.filter { $0.analysis.state == .failed }.map { evidence, analysis -> HTML in
            """
            <p class="row-note">\(icon("alert"))<span><a href="\(context.path)/evidence/\(evidence.number)">\(evidence.number)</a>: \(isolated(analysis.message ?? "could not be analysed"))</span></p>
            """
        }
        let found = findings(all)
        let items = found.prefix(shown).map { item($0.evidence, $0.claim, context) }
        let rest = found.count - items.count
        let list: HTML =
            if all.isEmpty {
                .empty
            } else if items.isEmpty {
                moving.isEmpty && failed.isEmpty
                    ? "<p class=\"pad dim\">Nothing stands out in the logs of this case.</p>" : .empty
            } else { "<ul class=\"pieces\">\(items)</ul>" }
        let more: HTML =
            rest > 0
            ? "<p class=\"row-note\"><span>\(AnalysisPages.count(rest, "more finding")) on the pages of the evidence</span></p>"
            : .empty
        return """
            <section id="log-says" aria-labelledby="ls-h" data-live><div class="sec"><h2 id="ls-h">What the logs say</h2></div><div class="card clip">\(list)\(more)\(moving)\(failed)\(codes(all, context))\(others(similar, context))</div></section>

            """
    }

    /// The findings over all evidence, what helps first first.
    private static func findings(
        _ all: [(evidence: Evidence, analysis: EvidenceAnalysis)]
    ) -> [(evidence: Evidence, claim: LogAnalysis.Claim)] {
        all.flatMap { evidence, analysis in
            (analysis.log?.findings ?? []).filter { !["info", "low"].contains($0.severity) }
                .map { (evidence: evidence, claim: $0) }
        }.sorted {
            ($1.claim.score, $0.evidence.ordinal, $0.claim.ordinal) < (
                $0.claim.score, $1.evidence.ordinal, $1.claim.ordinal
            )
        }
    }

    private static func item(
        _ evidence: Evidence, _ claim: LogAnalysis.Claim, _ context: CasePartContext
    ) -> HTML {
        let lines: HTML = claim.cites.first.map { "<span>\($0.words)</span>" } ?? .empty
        return """
            <li><span class="ref">\(evidence.number)</span><div><a href="\(context.path)/evidence/\(evidence.number)#\(claim.number)"><span dir="auto">\(claim.title)</span></a><p class="facts-line">\(AnalysisPages.confidence(claim))\(lines)</p></div></li>

            """
    }

    /// The codes of errors over all evidence, and what they mean.
    private static func codes(
        _ all: [(evidence: Evidence, analysis: EvidenceAnalysis)], _ context: CasePartContext
    ) -> HTML {
        var found: [String: (lines: Int, pieces: [String])] = [:]
        for (evidence, analysis) in all {
            for code in analysis.log?.codes ?? [] {
                found[code.code, default: (0, [])].lines += code.count
                found[code.code]?.pieces.append(evidence.number)
            }
        }
        guard !found.isEmpty else { return .empty }
        let items = found.sorted { ($1.value.lines, $0.key) < ($0.value.lines, $1.key) }.prefix(6).map {
            code, seen -> HTML in
            "<li>\(AnalysisCodePages.meaning(code, context.policy.errorCodes)) <span class=\"dim f12\">\(AnalysisPages.count(seen.lines, "line")) in \(seen.pieces.joined(separator: ", "))</span></li>"
        }
        return """
            <div id="codes"><h3 class="lbl pad-h">Error codes</h3><ul class="plain f13 pad-h">\(items)</ul></div>
            """
    }

    // MARK: Similar cases

    private static func others(
        _ similar: [(this: SupportCase, match: SimilarCases.Match)], _ context: CasePartContext
    ) -> HTML {
        guard !similar.isEmpty else { return .empty }
        let items = similar.map { other, match -> HTML in
            let reasons = match.reasons.prefix(2).map { "<span>\(isolated($0))</span>" as HTML }
            let outcome: HTML =
                other.narrative.map { "<p class=\"f13 soft\" dir=\"auto\">\(String($0.prefix(200)))</p>" }
                ?? .empty
            let isDuplicate = SimilarCases.Match.isDuplicate(other, of: context.this)
            let kind: HTML =
                isDuplicate
                ? "<span class=\"tag warn\">May be a duplicate</span>"
                : "<span class=\"tag\">Likely the same cause</span>"
            return """
                <li><span class="ref">\(other.number)</span><div><a href="/cases/\(other.number)">\(isolated(other.subject))</a><p class="facts-line">\(kind)\(reasons)</p>\(outcome)</div></li>
                """
        }
        return """
            <div id="similar"><h3 class="lbl pad-h">Cases with similar logs</h3><ul class="pieces">\(items)</ul></div>
            """
    }
}
