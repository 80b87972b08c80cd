import Diagnosis
import Domain
import Storage
import Web

/// What the customer was asked for, and in how many rounds, beside the case and on the wire.
enum AskedPages {
    private static func requests(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> InformationRequests {
        var facts = context.history.facts
        if context.this.organisation != nil, !facts.contains(where: { $0.body.kind == "case.replied" }) {
            facts += try CaseDirectory.facts(of: context.this.id, kinds: ["case.replied"], in: tx)
        }
        return InformationRequests(facts, policy: context.policy)
    }

    /// Each request with why, when and by whom it was asked, and when it was answered.
    static func panel(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let asked = try requests(context, in: tx)
        guard !asked.requests.isEmpty else { return "<section id=\"asked\" data-live hidden></section>" }
        let names = try PeopleDirectory.names(of: asked.requests.map(\.by), in: tx)
        let (open, done) = (asked.requests.filter(\.isOpen), asked.requests.filter { !$0.isOpen })
        let lines = open.reversed().map { line($0, names, context) }
        let earlier: HTML =
            done.isEmpty
            ? .empty
            : "<details class=\"more-acts\" id=\"asked-before\"><summary>\(done.count) answered or withdrawn</summary>\(done.reversed().map { line($0, names, context) })</details>"
        let count = asked.requests.count
        return """
            <section class="panel" id="asked" data-live aria-labelledby="as-h"><header><h2 id="as-h">Asked of the customer</h2></header><p class="f13">\(count == 1 ? "Once" : "\(count) times"), in \(asked.rounds == 1 ? "1 round" : "\(asked.rounds) rounds")</p>\(lines)\(earlier)</section>

            """
    }

    private static func line(
        _ one: InformationRequests.Request, _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        let number: HTML =
            one.number.map { "<a href=\"\(context.path)/evidence#\($0)\">\($0)</a>, " } ?? .empty
        let state: HTML
        if let answered = one.answeredAt {
            state =
                "answered \(zonedTime(answered, now: context.now)), after \(durationWords(seconds: one.seconds(at: context.now)))"
        } else if one.isWithdrawn {
            state = "no longer needed"
        } else {
            state =
                "<span class=\"warn\">not answered for \(durationWords(seconds: one.seconds(at: context.now)))</span>"
        }
        let why: HTML =
            one.why.map { "<p class=\"f13\">Why: <span dir=\"auto\">\($0)</span></p>" } ?? .empty
        return """
            <p class="f13">\(number)round \(one.round), \(zonedTime(one.askedAt, now: context.now)), \(isolated(names[one.by] ?? "Somebody")); \(state)</p>\(why)<ul class="f13">\(one.what.map { "<li dir=\"auto\">\(String($0.prefix(200)))</li>" as HTML })</ul>
            """
    }

    /// What it adds to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let asked = try requests(context, in: tx)
        return [
            ("information_rounds", .integer(Int64(asked.rounds))),
            (
                "information_requests",
                .array(
                    asked.requests.map { one in
                        [
                            "way": .string(one.way.rawValue),
                            "number": one.number.map(JSON.string) ?? .null,
                            "template": one.template.map(JSON.string) ?? .null,
                            "what": .array(one.what.map(JSON.string)),
                            "why": one.why.map(JSON.string) ?? .null, "asked_by": .string(one.by),
                            "asked_at": one.askedAt.json, "round": .integer(Int64(one.round)),
                            "answered_at": one.answeredAt.map(\.json) ?? .null,
                            "withdrawn": .bool(one.isWithdrawn),
                            "seconds": .integer(one.seconds(at: context.now)),
                        ]
                    })
            ),
        ]
    }
}
