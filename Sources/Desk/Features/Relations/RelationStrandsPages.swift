import Diagnosis
import Domain
import Storage
import Web

/// The histories of other cases that belong to one: those merged into it, and the entries that it began with.
///
/// They are read where they are; nothing is copied.
enum RelationStrands {
    /// How many entries of a strand stand on the page; the whole of it is a link away.
    static let length = 100

    static func html(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        var html: HTML = try origin(context, isForCustomer: false, in: tx)
        for source in try CaseDirectory.merged(into: context.this.id, for: context.actor, in: tx) {
            html += try strand(source, context, isForCustomer: false, in: tx)
        }
        guard !html.isEmpty else { return .empty }
        return """
            <section class="stack" id="strands" aria-label="From other cases" data-live>\(html)</section>

            """
    }

    /// The same for the customer: only what was public, and only of cases that were theirs.
    static func portal(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        var html: HTML = try origin(context, isForCustomer: true, in: tx)
        for source in try CaseDirectory.merged(into: context.this.id, for: context.actor, in: tx)
        where source.organisation == context.this.organisation {
            html += try strand(source, context, isForCustomer: true, in: tx)
        }
        return html
    }

    private static func strand(
        _ source: SupportCase, _ context: CasePartContext, isForCustomer: Bool, in tx: borrowing Transaction
    ) throws -> HTML {
        let kinds = isForCustomer ? CaseFact.publicKinds : []
        let facts = try CaseDirectory.latestFacts(
            of: source.id, kinds: kinds, limit: length, for: context.actor, in: tx)
        let undo: HTML =
            !isForCustomer && context.actor.may("case.merge") && source.mergedInto == context.this.id
            ? " <a href=\"/cases/\(source.number)/unmerge\">Undo the merge</a>" : .empty
        let whole: HTML =
            isForCustomer
            ? .empty
            : "<p class=\"by\"><a href=\"/cases/\(source.number)?as=itself\">\(source.number) as it was</a>\(undo)</p>"
        return """
            <details class="card strand" id="strand-\(source.number)"><summary><b>\(source.number)</b> <span dir="auto">\(source.subject)</span> <span class="dim">merged into this case</span></summary>\(whole)
            \(try list(facts, "From \(source.number)", context, isForCustomer: isForCustomer, in: tx))</details>

            """
    }

    /// What stands beside the entries of a case that were split off, by version.
    static func marks(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [Int: HTML] {
        let facts = try CaseDirectory.readable(
            context.history.facts.filter { $0.body.otherCase != nil }, by: context.actor, in: tx)
        return CaseSplits(facts).takenTo.mapValues {
            "<span class=\"tag\">split off into <a href=\"/cases/\($0.number)\">\($0.number)</a></span>"
        }
    }

    /// The entries of another case that this one began with.
    private static func origin(
        _ context: CasePartContext, isForCustomer: Bool, in tx: borrowing Transaction
    ) throws -> HTML {
        guard let (other, entries) = CaseSplits(context.history.facts).origin,
            let found = try CaseDirectory.visible([ID(other.id)], to: context.actor, in: tx).first
        else { return .empty }
        let kinds = isForCustomer ? ["case.opened", "case.replied"] : CaseSplits.kindsWithWords
        let facts = try CaseDirectory.facts(of: found.id, kinds: kinds, in: tx)
            .filter { entries.contains($0.version.number) }
        guard !facts.isEmpty else { return .empty }
        let undo: HTML =
            !isForCustomer && context.actor.may("case.merge")
            ? "<p class=\"by\"><a href=\"\(context.path)/undo_split\">Undo the split</a></p>" : .empty
        return """
            <details class="card strand" id="origin" open><summary><b>Began in \(found.number)</b> <span dir="auto">\(found.subject)</span></summary>\(undo)
            \(try list(facts.reversed(), "From \(found.number)", context, isForCustomer: isForCustomer, in: tx))</details>

            """
    }

    private static func list(
        _ facts: [Recorded<CaseFact>], _ source: String, _ context: CasePartContext, isForCustomer: Bool,
        in tx: borrowing Transaction
    ) throws -> HTML {
        let names = try PeopleDirectory.names(of: facts.flatMap { [$0.actor] + $0.body.people }, in: tx)
        let sentences = CaseSentence(
            policy: context.policy, names: names, parts: FeatureCatalog().caseParts)
        let items = facts.map { fact in
            "<li>\(item(fact, source, sentences, context, isForCustomer: isForCustomer))</li>\n" as HTML
        }
        return "<ol class=\"tl\" aria-label=\"\(source), newest first\">\(items)</ol>"
    }

    private static func item(
        _ fact: Recorded<CaseFact>, _ source: String, _ sentences: CaseSentence, _ context: CasePartContext,
        isForCustomer: Bool
    ) -> HTML {
        let who = sentences.names[fact.actor] ?? context.policy.organisation
        let at = time(fact.occurredAt, now: context.now, class: "at")
        let mark: HTML = "<span class=\"tag\">\(source)</span>"
        func message(_ text: String, _ kind: HTML, _ way: HTML) -> HTML {
            """
            <article class="msg \(kind)"><header><b>\(who)</b>\(way)\(mark)\(at)</header><div class="text" dir="auto">\(text)</div></article>
            """
        }
        switch fact.body {
        case .opened(let opening): return message(opening.symptom, "in", .empty)
        case .replied(let text, let fromCustomer):
            let way: HTML =
                isForCustomer || fromCustomer
                ? .empty : "<span class=\"way\">\(icon("send"))Reply to the customer</span>"
            return message(text, fromCustomer ? "in" : "out", way)
        case .noted(let text) where !isForCustomer:
            return message(text, "int", "<span class=\"way\">\(icon("lock"))Internal note</span>")
        case .resolved(let resolution) where isForCustomer:
            return resolution.customerSummary.map { message($0, "out", .empty) }
                ?? "<p class=\"fact\"><span>Resolved</span>\(at)</p>"
        default:
            let words: HTML =
                isForCustomer ? customerWords(fact, sentences) : sentences.line(fact).1
            return "<p class=\"fact\"><span>\(words) \(mark)</span>\(at)</p>"
        }
    }

    private static func customerWords(_ fact: Recorded<CaseFact>, _ sentences: CaseSentence) -> HTML {
        switch fact.body {
        case .statusChanged(let status, _, _, _):
            "\(sentences.policy.status(ID(status))?.customerWords ?? "In work")"
        case .reopened: "Opened again"
        case .closed: "Closed"
        case .resolved: "Resolved"
        default: sentences.ofPart(fact, isForCustomer: true)?.1 ?? "Changed"
        }
    }
}

extension RelationsDirectory {
    /// The internal notes that belong to a case: its own, those of cases merged into it, and those of the case that it
    /// was split off from.
    ///
    /// What is about to be sent to a customer is held against them.
    static func internalNotes(
        of found: SupportCase, limit: Int, in tx: borrowing Transaction
    ) throws -> [String] {
        var cases = [found.id] + (try CaseDirectory.merged(into: found.id, for: .system, in: tx).map(\.id))
        let marks = try CaseDirectory.facts(
            of: found.id, kinds: ["case.split_from", "case.split_undone"], in: tx)
        if let origin = CaseSplits(marks).origin { cases.append(ID(origin.other.id)) }
        return try cases.flatMap { id in
            try CaseDirectory.latestFacts(of: id, kinds: ["case.noted"], limit: limit, for: .system, in: tx)
                .compactMap { fact in
                    if case .noted(let text) = fact.body { text } else { nil }
                }
        }
    }
}
