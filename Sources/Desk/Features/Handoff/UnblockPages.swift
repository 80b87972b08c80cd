import Domain
import Storage
import Web

/// Who is stuck, the longest first, and the answers that are of use to others.
enum UnblockPages {
    /// As many are shown of each; the queue finds all of them by `is:stuck` and `has:reusable_answer`.
    static let shown = 50

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now, actor) = (services.policy.current, services.clock(), call.actor)
        let wanted = (call.request.query("q") ?? "").trimmingWhitespace
        let (open, kept, names) = try await services.database.read { tx in
            let open = try HandoffDirectory.stuck(isOpen: true, for: actor, limit: shown, in: tx)
            let kept = try found(wanted, for: actor, in: tx)
            let people = (open + kept).flatMap {
                [$0.request.askedBy, $0.request.settledBy].compactMap { $0 }
            }
            return (open, kept, try PeopleDirectory.names(of: people, in: tx))
        }
        func name(_ id: String?) -> HTML { isolated(id.flatMap { names[$0] } ?? "Somebody") }
        func head(_ one: HandoffDirectory.Stuck) -> HTML {
            """
            <p>\(QueuePages.severity(one.this.severity, policy)) <a href="/cases/\(one.this.number)" data-row-open dir="auto">\(one.this.subject)</a><span class="two">\(one.this.number), \(one.request.number)</span></p>
            """
        }
        let waiting = open.map { one -> HTML in
            let act: HTML =
                actor.may("case.unblock") && one.request.askedBy != actor.id
                ? "<div class=\"btns\"><a class=\"btn small go\" href=\"/cases/\(one.this.number)/unblock?request=\(one.request.number)\">Unblock<span class=\"sr\">: \(one.this.number)</span></a></div>"
                : .empty
            return """
                <div class="card handed">\(head(one))<p class="by">\(name(one.request.askedBy)) is stuck for \(durationWords(seconds: one.request.seconds(at: now)))</p><div class="text">\(one.request.asked.stuck)</div><p class="f13">Tried: <span dir="auto">\(one.request.asked.tried)</span></p>\(act)</div>

                """
        }
        let answers = kept.map { one -> HTML in
            """
            <div class="card handed">\(head(one))<div class="text">\(one.request.asked.stuck)</div><p class="by">\(name(one.request.settledBy)) answered after \(durationWords(seconds: one.request.seconds(at: now)))</p><div class="text">\(one.request.answer ?? "")</div></div>

            """
        }
        let nobody: HTML = """
            <div class="card"><div class="empty"><h2>Nobody is stuck</h2><p>Whoever does not get on asks from the page of their case: “Ask to be unblocked”.</p></div></div>
            """
        let none: HTML =
            wanted.isEmpty
            ? "<p class=\"dim\">None yet. An answer is kept here when it is ticked as of use to others.</p>"
            : "<p class=\"dim\">No kept answer has these words.</p>"
        let main: HTML = """
            <div class="q-head"><h1>Stuck</h1></div>
            <p class="lede">Who does not get on and waits for an answer, the longest first.</p>
            <div id="stuck-list" data-live>\(waiting.isEmpty ? nobody : "\(waiting)")</div>
            <section aria-labelledby="kept"><div class="sec"><h2 id="kept">Answers kept for others</h2></div>
            <form class="filters" action="/unblock" role="search"><label class="sr" for="q">Words</label><input class="input" id="q" name="q" value="\(wanted)" autocomplete="off" placeholder="Words of the question or the answer"><button class="btn">Find</button></form>
            \(answers.isEmpty ? none : "\(answers)")</section>
            """
        var page = Page("Stuck", here: "/unblock", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    /// The kept answers with all of these words, the latest first.
    static func found(
        _ words: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> [HandoffDirectory.Stuck] {
        let wanted = words.lowercased().split(whereSeparator: \.isWhitespace)
        let all = try HandoffDirectory.stuck(
            isOpen: false, for: actor, limit: wanted.isEmpty ? shown : 1000, in: tx)
        guard !wanted.isEmpty else { return all }
        return Array(
            all.filter { one in
                let text = [one.request.asked.stuck, one.request.asked.tried, one.request.answer ?? ""]
                    .joined(separator: "\n").lowercased()
                return wanted.allSatisfy { text.contains($0) }
            }.prefix(shown))
    }
}
