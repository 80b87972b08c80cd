import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// A finding, or a line, in the words in which it goes into a note, a hypothesis or a reply.
struct AnalysisQuote {
    let found: Evidence
    /// What the citation is called: “F1”, “line 12”.
    let name: String
    /// The claim; nil for a line alone.
    let claim: LogAnalysis.Claim?
    /// Where it stands, and the lines.
    let cite: LogAnalysis.Cite?

    /// A finding.
    init(found: Evidence, claim: LogAnalysis.Claim) {
        (self.found, name, self.claim, cite) = (found, claim.number, claim, claim.cites.first)
    }

    /// A line.
    init(found: Evidence, cite: LogAnalysis.Cite) {
        (self.found, name, claim, self.cite) = (found, cite.words, nil, cite)
    }

    /// The most bytes of a quotation: it travels in an address.
    private static let most = 1500

    /// The claim, where it stands, and the lines.
    var text: String {
        var text = claim.map { "\($0.title).\n" } ?? ""
        text += "\(found.number), \(name)"
        if claim != nil, let cite { text += ", \(cite.words)" }
        text += claim == nil ? ":" : "."
        for line in cite?.lines.prefix(4) ?? [] {
            guard text.utf8.count + line.utf8.count < Self.most else { break }
            text += "\n> \(line)"
        }
        return text
    }

    /// Where a note about it is written.
    func note(in this: SupportCase) -> String { "/cases/\(this.number)/note?text=\(percentEncoded(text))" }

    /// Where a reply about it is written.
    func reply(in this: SupportCase) -> String { "/cases/\(this.number)/reply?text=\(percentEncoded(text))" }

    /// Where it becomes a hypothesis, of a finding with its next test.
    func hypothesis(in this: SupportCase) -> String {
        let path = "/cases/\(this.number)/add_hypothesis"
        guard let claim else { return "\(path)?reasoning=\(percentEncoded(text))" }
        let why = "\(found.number), \(name): \(claim.why)"
        return
            "\(path)?statement=\(percentEncoded(String(claim.title.prefix(300))))&reasoning=\(percentEncoded(String(why.prefix(900))))&test=\(percentEncoded(String(claim.nextTest.prefix(300))))"
    }

    /// Where it becomes a result of a hypothesis or a test.
    func result(of item: String, in this: SupportCase) -> String {
        "/cases/\(this.number)/record_result?of=\(item)&observed=\(percentEncoded(text))&evidence=\(found.number)"
    }
}

/// The page from which a finding is cited.
enum AnalysisCitePages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (this, found) = try await EvidenceReadPages.find(call, services)
        try await EvidenceReadPages.refuseUnlessOpen(found, for: call.actor, services)
        let investigation = try await services.database.read { tx in
            try InvestigationDirectory.investigation(of: this.id, in: tx)
        }
        let quote = try await quote(found, call, services)
        let path = "/cases/\(this.number)/evidence/\(found.number)"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><a href="\(path)\(quote.claim.map { "#\($0.number)" } ?? "")">\(found.number)</a><span aria-hidden="true">/</span><span>Cite \(quote.name)</span></nav>
            <h1>Cite \(quote.name)</h1><div class="stack"><blockquote class="card pad text" dir="auto">\(quote.text)</blockquote>
            <nav class="card pad ways-to" aria-label="Where to">\(ways(quote, this, investigation, call.actor))</nav></div>
            """
        return services.page(
            Page("Cite \(quote.name), \(found.number), \(this.number)", here: "/cases", main: main),
            for: call)
    }

    /// What the address names: `finding=F1`, or `line=12` with `member=PATH` inside an archive.
    private static func quote(
        _ found: Evidence, _ call: SignedInCall, _ services: Services
    ) async throws -> AnalysisQuote {
        if let text = call.request.query("line") {
            guard let line = Int(text), line > 0 else { throw Refusal.notFound("line") }
            let member = call.request.query("member") ?? ""
            let words = try await EvidenceLines.read(
                [line], of: found, member: member, for: call.actor, services)
            guard let words = words[line] else { throw Refusal.notFound("line") }
            return AnalysisQuote(
                found: found, cite: .init(member: member, first: line, last: line, lines: [words]))
        }
        let log = try await services.database.read { tx in try AnalysisDirectory.find(found.id, in: tx)?.log }
        guard let claim = log?.finding(call.request.query("finding") ?? "") else {
            throw Refusal.notFound("finding")
        }
        return AnalysisQuote(found: found, claim: claim)
    }

    private static func ways(
        _ quote: AnalysisQuote, _ this: SupportCase, _ investigation: Investigation, _ actor: Actor
    ) -> [HTML] {
        var ways: [HTML] = []
        func add(_ right: Right, _ address: String, _ glyph: String, _ words: HTML, key: String? = nil) {
            guard actor.may(right) else { return }
            let hint: HTML = key.map { "<kbd>\($0)</kbd>" } ?? .empty
            let shortcut: HTML = key.map { " data-key=\"\($0)\" aria-keyshortcuts=\"\($0)\"" } ?? .empty
            ways.append(
                "<p><a class=\"btn\" href=\"\(address)\"\(shortcut)>\(icon(glyph))\(words)\(hint)</a></p>")
        }
        for one in investigation.ranked.prefix(8) {
            add(
                AddHypothesis.right, quote.result(of: one.id, in: this), "s-most",
                "Into \(one.id): \(isolated(String(one.wording.statement.prefix(90))))")
        }
        add(
            AddHypothesis.right, quote.hypothesis(in: this), "plus",
            quote.claim == nil ? "Into a new hypothesis" : "Into a new hypothesis, with its next test",
            key: "h")
        add("case.note", quote.note(in: this), "lock", "Into an internal note", key: "n")
        if this.organisation != nil {
            add("case.reply", quote.reply(in: this), "send", "Into a reply to the customer", key: "r")
        }
        return ways
    }
}
