import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

extension RelationsFeature {
    /// What stands on the pages of cases.
    static let caseParts = [
        CasePart(
            .notice, order: 5, html: { try RelationNotices.html($0, in: $1) },
            json: { try RelationsJSON.members($0, in: $1) },
            portal: { try RelationStrands.portal($0, in: $1) },
            sentence: { fact, sentences, isForCustomer in
                guard !isForCustomer, case .relation(let relation) = fact.body else { return nil }
                return RelationSentence.line(relation, sentences)
            }),
        CasePart(.work, order: 90, html: { try RelationStrands.html($0, in: $1) }),
        CasePart(
            .side, order: 60, html: { try RelationsPanel.html($0, in: $1) },
            actions: { RelationsPanel.actions($0) }),
    ]
}

/// What nobody may overlook: that the case is restricted, merged, or was reached by another number.
enum RelationNotices {
    static func html(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        try restricted(context, in: tx) + merged(context, in: tx) + arrived(context, in: tx)
    }

    private static func restricted(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard let restriction = context.this.restriction else { return .empty }
        let level =
            context.policy.confidentialityLevel(restriction.level)?.name ?? restriction.level
        let names = try PeopleDirectory.names(
            of: restriction.readers + [restriction.securityOwner].compactMap { $0 }, in: tx)
        let readers = restriction.readers.compactMap { names[$0] }.sorted()
        let named = readers.isEmpty ? "Nobody else is named." : "Named: \(readers.joined(separator: ", "))."
        let owner = restriction.securityOwner.flatMap { names[$0] }
        let speaks: HTML =
            owner.map { "Only <b>\(isolated($0))</b>, its security owner, writes to the customer." }
            ?? "It has no security owner yet; only people with the right for all restricted cases write to the customer."
        let change: HTML =
            context.actor.may("case.restrict") && context.this.maySpeak(context.actor)
            ? " <a href=\"\(context.path)/restrict\">Change</a> or <a href=\"\(context.path)/lift_restriction\">lift</a>"
            : .empty
        return """
            <div class="notice sealed" id="restricted" role="note" data-live>\(icon("lock"))<div><b>Restricted: \(level).</b> To all others this case does not exist. \(isolated(named)) \(speaks)\(change)</div></div>

            """
    }

    /// On the page of a merged case itself.
    private static func merged(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard let id = context.this.mergedInto else { return .empty }
        let target = try CaseDirectory.findItself(id.raw, for: context.actor, in: tx)
        let undo: HTML =
            context.actor.may("case.merge")
            ? " <a href=\"\(context.path)/unmerge\">Undo the merge</a>" : .empty
        return """
            <div class="notice info" id="merged" role="note" data-live>\(icon("info"))<div><b>\(context.this.number) was merged into <a href="/cases/\(target.number)">\(target.number)</a>.</b> This is how it was. Whatever is written to it goes to \(target.number).\(undo)</div></div>

            """
    }

    /// On the page of the target, for whoever came by the other number.
    private static func arrived(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        guard let from = context.request.query("from"),
            let source = try CaseDirectory.merged(into: context.this.id, for: context.actor, in: tx)
                .first(where: { $0.number == from.uppercased() })
        else { return .empty }
        return """
            <div class="notice info" role="status">\(icon("info"))<div><b>\(source.number) was merged into \(context.this.number).</b> <a href="#strand-\(source.number)">What was written there</a> stands below; <a href="/cases/\(source.number)?as=itself">\(source.number) as it was</a>.</div></div>

            """
    }
}

/// What happened, in a sentence after the name of who did it.
enum RelationSentence {
    static func line(_ fact: RelationFact, _ sentences: CaseSentence) -> CasePart.Line {
        switch fact {
        case .linked(let relation, let target):
            return ("org", "linked the case: \(relation.label.lowercased()) \(record(target))")
        case .unlinked(let relation, let target, let reason):
            return (
                "x",
                "took a link away: \(relation.label.lowercased()) \(record(target))\(sentences.because(reason))"
            )
        case .mergedInto(let other, let reason):
            return ("org", "merged the case into \(link(other))\(sentences.because(reason))")
        case .absorbed(let other, let reason):
            return (
                "org",
                "merged <a href=\"#strand-\(other.number)\">\(other.number)</a> into this case\(sentences.because(reason))"
            )
        case .unmerged(let other, let reason):
            return ("s-again", "undid the merge into \(link(other))\(sentences.because(reason))")
        case .released(let other, let reason):
            return ("s-again", "undid the merge of \(link(other))\(sentences.because(reason))")
        case .splitFrom(let other, let entries, let reason):
            return (
                "plus",
                "split the case off from \(link(other)), \(words(entries))\(sentences.because(reason))"
            )
        case .splitOff(let other, let entries, let reason):
            let links = entries.map { "<a href=\"#e-\($0)\">#\($0)</a>" as HTML }
            return (
                "plus",
                "split \(HTML.joined(links, by: ", ")) off into \(link(other))\(sentences.because(reason))"
            )
        case .splitUndone(let other, let reason):
            return ("s-again", "undid the split from \(link(other))\(sentences.because(reason))")
        case .restricted(let restriction, let reason):
            let level =
                sentences.policy.confidentialityLevel(restriction.level)?.name ?? restriction.level
            let owner: HTML =
                restriction.securityOwner.map { ", security owner <b>\(sentences.name($0))</b>" } ?? .empty
            let names = restriction.readers.map { sentences.name($0) }.sorted().joined(separator: ", ")
            let readers: HTML = names.isEmpty ? .empty : ", named: \(isolated(names))"
            return (
                "lock", "restricted the case (\(level))\(owner)\(readers)\(sentences.because(reason))"
            )
        case .unrestricted(let reason):
            return ("lock", "lifted the restriction\(sentences.because(reason))")
        }
    }

    private static func words(_ entries: [Int]) -> String {
        entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    }

    private static func link(_ other: RelationFact.Other) -> HTML {
        "<a href=\"/cases/\(other.number)?as=itself\">\(other.number)</a>"
    }

    /// A record as a sentence names it.
    static func record(_ target: LinkTarget) -> HTML {
        if target.kind == .supportCase { return "<a href=\"/cases/\(target.name)\">\(target.name)</a>" }
        let kind = target.kind.label.lowercased()
        guard let url = target.url else { return "\(kind) \(isolated(target.name))" }
        return
            "\(kind) <a href=\"\(url)\" rel=\"noopener noreferrer external\">\(isolated(target.name))</a>"
    }
}

/// The links of a case, beside it.
enum RelationsPanel {
    static func actions(_ context: CasePartContext) -> [CaseAction] {
        let this = context.this
        guard this.mergedInto == nil else { return [] }
        var actions = [
            CaseAction("case.link", "link", icon: "org", "Link to another case", in: .links),
            CaseAction("case.link", "link_record", icon: "org", "Link a record elsewhere", in: .links),
            CaseAction("case.merge", "merge", icon: "queue", "Merge into another case", in: .links),
            CaseAction("case.merge", "split", icon: "plus", "Split off into a new case", in: .links),
        ]
        if this.restriction == nil {
            actions.append(
                CaseAction("case.restrict", "restrict", icon: "lock", "Restrict who may know", in: .links))
        }
        if context.isDone, !this.isWithinReopenWindow(at: context.now, policy: context.policy) {
            actions.append(CaseAction("case.reopen", "follow_up", icon: "s-again", "Open a follow-up case"))
        }
        return actions
    }

    static func html(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let links = context.links
        guard !links.isEmpty else { return .empty }
        let change: HTML =
            context.actor.may("case.link") && links.contains(where: \.relation.isMadeByHand)
            ? "<a href=\"\(context.path)/unlink\">Change<span class=\"sr\"> links</span></a>" : .empty
        let rows = Relation.allCases.flatMap { relation in
            links.filter { $0.relation == relation }.map { row($0, context.policy) }
        }
        return """
            <section class="panel" id="links"><header><h2>Links</h2><a href="\(context.path)/graph">Graph</a>\(change)</header><ul class="links">\(rows)</ul></section>

            """
    }

    private static func row(_ link: CaseLink, _ policy: Policy) -> HTML {
        "<li>\(words(link, policy))</li>\n"
    }

    /// A link in words: relation, the other record, where it stands.
    static func words(_ link: CaseLink, _ policy: Policy) -> HTML {
        let relation: HTML = "<span class=\"dim\">\(link.relation.label)</span>"
        guard let other = link.other else {
            let title: HTML =
                link.target.title.map { " <span class=\"dim\">\(isolated($0))</span>" } ?? .empty
            return "\(relation) \(RelationSentence.record(link.target))\(title)"
        }
        let state = policy.status(other.status)?.name ?? other.status.raw
        return """
            \(relation) <a href="/cases/\(other.number)">\(other.number)</a> <span dir="auto">\(other.subject)</span> <span class="dim">\(state)</span>
            """
    }
}

/// The graph of a case, two steps around it.
enum RelationsPages {
    struct Step: Sendable {
        var link: CaseLink
        var further: [CaseLink]
    }

    static func graph(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (reference, actor, policy) = (call.request.parameter("id"), call.actor, services.policy.current)
        let (this, steps) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: actor, in: tx)
            let steps = try RelationsDirectory.links(of: this.id, for: actor, in: tx).map { link in
                let further = try link.other.map {
                    try RelationsDirectory.links(of: $0.id, for: actor, in: tx)
                        .filter { $0.other?.id != this.id }
                }
                return Step(link: link, further: further ?? [])
            }
            return (this, steps)
        }
        let items = steps.map { step -> HTML in
            let further = step.further.map { "<li>\(RelationsPanel.words($0, policy))</li>\n" as HTML }
            let inner: HTML = further.isEmpty ? .empty : "<ul class=\"links\">\(further)</ul>"
            return "<li>\(RelationsPanel.words(step.link, policy))\(inner)</li>\n"
        }
        let list: HTML =
            items.isEmpty
            ? "<div class=\"empty\"><h2>No links yet</h2><p>Duplicates, causes, parts and records elsewhere stand here once they are linked.</p></div>"
            : "<ul class=\"links graph\">\(items)</ul>"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><span>Graph</span></nav>
            <h1>What \(this.number) has to do with</h1><p class="lede" dir="auto">\(this.subject)</p>
            <section class="card" aria-label="Links, two steps">\(list)</section>
            """
        return services.page(Page("Graph of \(this.number)", here: "/cases", main: main), for: call)
    }
}
