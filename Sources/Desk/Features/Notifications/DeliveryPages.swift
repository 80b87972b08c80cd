import Diagnosis
import Domain
import Storage
import Web

/// What became of messages to colleagues: what was given up and why, what waits, what went.
enum DeliveryPages {
    /// Who sees it, and may send again.
    static let right: Right = "notification.deliver"
    private static let channels = NotificationSending.Way.allCases.map(\.rawValue)
    /// What needs somebody stands first.
    private static let order: [[OutboxItem.State]] = [
        [.dead, .returned], [.waiting, .sending], [.sent, .dropped],
    ]
    /// So many of each kind are shown.
    private static let most = 100

    private static let words: [OutboxItem.State: String] = [
        .waiting: "Waits", .sending: "Is being sent", .sent: "Sent", .dead: "Given up",
        .returned: "Came back", .dropped: "Not sent",
    ]

    private struct Row {
        var item: OutboxItem
        var name: String
        var count: Int
        var number: String?
    }

    /// How many messages were given up, for whoever may do something about it.
    static func trouble(for actor: Actor, in tx: borrowing Transaction) throws -> Int {
        guard actor.may(right) else { return 0 }
        return try channels.reduce(0) { sum, channel in
            let states = order[0].map(\.rawValue)
            return sum
                + (try tx.first(OutboxStore.count(channel, states: states)) { Int($0.integer(0)) } ?? 0)
        }
    }

    private static func rows(
        _ states: [[OutboxItem.State]], for actor: Actor, in tx: borrowing Transaction
    ) throws -> [Row] {
        var items: [OutboxItem] = []
        for some in states {
            var found: [OutboxItem] = []
            for channel in channels {
                found += try tx.all(
                    OutboxStore.list(channel, states: some.map(\.rawValue), limit: most), OutboxStore.read)
            }
            items += found.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }.prefix(most)
        }
        let counts = Dictionary(
            try tx.all(NotificationStore.counts(ofItems: items.map(\.id))) {
                ($0.text(0), Int($0.integer(1)))
            }
        ) { first, _ in first }
        let names = try PeopleDirectory.names(of: Array(Set(items.compactMap(\.person))), in: tx)
        let cases = try CaseDirectory.visible(
            Array(Set(items.compactMap(\.caseID))).map { ID($0) }, to: actor, in: tx)
        let numbers = Dictionary(cases.map { ($0.id.raw, $0.number) }) { first, _ in first }
        return items.map { item in
            Row(
                item: item, name: item.person.flatMap { names[$0] } ?? "Somebody",
                count: counts[item.id] ?? 0, number: item.caseID.flatMap { numbers[$0] })
        }
    }

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (now, policy) = (services.clock(), services.policy.current)
        let rows = try await services.database.read { tx in
            try Self.rows(order, for: call.actor, in: tx)
        }
        let dead = rows.count { [.dead, .returned].contains($0.item.state) }
        var notes: [HTML] = []
        if policy.mail.address == nil {
            notes.append(
                "<p class=\"lede\">Nobody is told by mail: the policy names no address to write under (mail.address).</p>"
            )
        } else if services.mail.outgoing == nil {
            notes.append(
                "<p class=\"lede\">This node sends no mail: no server is set (smtp_url). What is to go out waits.</p>"
            )
        }
        let table: HTML =
            rows.isEmpty
            ? """
            <div class="card"><div class="empty"><h2>Nothing went out yet</h2><p>What colleagues are told by mail or in a chat stands here, with what became of it.</p></div></div>
            """
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Messages to colleagues, what was given up first</caption><thead><tr><th scope="col">To</th><th scope="col">What</th><th scope="col">State</th><th scope="col">Written</th><th scope="col"><span class="sr">Actions</span></th></tr></thead><tbody>\(rows.map { row($0, now) })</tbody></table></div>
            """
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/notifications">Notifications</a><span aria-hidden="true">/</span><span>What went out</span></nav>
            <div class="q-head"><h1>Messages to colleagues</h1><span class="dim">\(dead == 0 ? "nothing given up" : "\(dead) given up")</span></div>
            \(notes)\(table)
            """
        return services.page(
            Page("Messages to colleagues", here: "/notifications", main: main), for: call)
    }

    private static func what(_ row: Row) -> String {
        let news = row.count == 1 ? "1 notification" : "\(row.count) notifications"
        switch NotificationSending.Kind(rawValue: row.item.kind) {
        case .test: return "A test"
        case .digest: return "\(news), together"
        case .news, nil: return row.number.map { "\(news) in \($0)" } ?? news
        }
    }

    private static func row(_ row: Row, _ now: Timestamp) -> HTML {
        let item = row.item
        let way = item.channel == NotificationSending.Way.mail.rawValue ? "mail" : "chat"
        let trouble: HTML = item.problem.map { "<br><span class=\"dim\">\(isolated($0))</span>" } ?? .empty
        let next: HTML =
            item.state == .waiting
            ? "<br><span class=\"dim\">\(item.attempts > 0 ? "next try" : "goes out") \(time(item.dueAt, now: now))</span>"
            : .empty
        let canAct = [.dead, .returned].contains(item.state) || item.state == .waiting && item.attempts > 0
        let act: HTML =
            canAct
            ? """
            <span class="ways"><a href="/deliveries/\(item.id)/retry">Send now<span class="sr"> to \(row.name)</span></a><a href="/deliveries/\(item.id)/drop">Do not send<span class="sr"> to \(row.name)</span></a></span>
            """ : .empty
        return """
            <tr><th scope="row">\(isolated(row.name))<br><span class="dim">\(way) to \(isolated(item.recipient))</span></th><td data-label="What">\(what(row))</td><td data-label="State"><b>\(words[item.state] ?? "")</b>\(trouble)\(next)</td><td data-label="Written">\(time(item.createdAt, now: now))</td><td class="end">\(act)</td></tr>

            """
    }

    /// Messages to colleagues on the wire.
    static let read = APIRead(
        "delivery.list", "Messages to colleagues by mail and chat, what was given up first",
        path: "/deliveries", access: .right(right)
    ) { call, services in
        try await services.database.read { tx in
            let rows = try Self.rows(
                order, for: call.actor, in: tx)
            return [
                "items": .array(
                    rows.map { row in
                        let item = row.item
                        return [
                            "id": .string(item.id), "channel": .string(item.channel),
                            "kind": .string(item.kind),
                            "person": item.person.map(JSON.string) ?? .null,
                            "to": .string(item.recipient), "case": row.number.map(JSON.string) ?? .null,
                            "notifications": .integer(Int64(row.count)),
                            "state": .string(item.state.rawValue), "key": .string(item.key),
                            "attempts": .integer(Int64(item.attempts)),
                            "problem": item.problem.map(JSON.string) ?? .null,
                            "created_at": item.createdAt.json, "due_at": item.dueAt.json,
                            "sent_at": item.doneAt?.json ?? .null,
                        ]
                    })
            ]
        }
    }
}
