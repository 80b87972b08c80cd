import Domain
import Storage
import Web

/// One entry of a timeline with all its words: those that are too long to stand among others.
enum EntryPages {
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, parts) = (services.policy.current, services.catalog.caseParts)
        let reference = call.request.parameter("id")
        let name = call.request.parameter("entry")
        let (this, entry, names) = try await services.database.read { tx in
            let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let statement: SQL? =
                name == "first"
                ? EntryStore.entries(of: this.ref, EntryFilter(), limit: 1, isOldestFirst: true)
                : Int64(name).map { EntryStore.entry($0, of: this.ref) }
            guard let statement, let fact = try tx.first(statement, JournalStore.fact) else {
                throw Refusal.notFound("entry")
            }
            let entry = try fact.decoded(as: CaseFact.self)
            guard try !CaseDirectory.readable([entry], by: call.actor, in: tx).isEmpty else {
                throw Refusal.notFound("entry")
            }
            return (
                this, entry, try PeopleDirectory.names(of: [entry.actor] + entry.body.people, in: tx)
            )
        }
        let sentences = CaseSentence(policy: policy, names: names, parts: parts)
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)#e-\(entry.version.number)">\(this.number)</a><span aria-hidden="true">/</span><span>Entry \(String(entry.sequence))</span></nav>
            <h1>\(title(entry, sentences))</h1><p class="lede">\(zonedTime(entry.occurredAt, now: services.clock()))</p>
            <div class="card pad">\(words(entry, sentences))</div>
            """
        return services.page(
            Page("\(this.number), entry \(entry.sequence)", here: "/cases", main: main), for: call)
    }

    private static func title(_ entry: Recorded<CaseFact>, _ sentences: CaseSentence) -> String {
        let who = sentences.name(entry.actor)
        return switch entry.body {
        case .opened: "In the reporter’s words"
        case .replied(_, let fromCustomer):
            fromCustomer ? "Message of \(who)" : "Reply of \(who) to the customer"
        case .noted: "Internal note of \(who)"
        case .resolved: "What was wrong and what was done"
        default: "Entry \(entry.sequence)"
        }
    }

    private static func words(_ entry: Recorded<CaseFact>, _ sentences: CaseSentence) -> HTML {
        switch entry.body {
        case .opened(let opening): "<div class=\"text\" dir=\"auto\">\(opening.symptom)</div>"
        case .replied(let text, _), .noted(let text): "<div class=\"text\" dir=\"auto\">\(text)</div>"
        case .resolved(let resolution):
            "<div class=\"text\" dir=\"auto\">\(resolution.narrative)</div>"
        default: "<p>\(sentences.line(entry).1)</p>"
        }
    }
}
