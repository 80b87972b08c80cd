import Diagnosis
import Domain
import Storage
import Web

/// Mail that leaves: what waits, what was given up and why, what went.
enum OutgoingPages {
    private static let words: [OutboxItem.State: String] = [
        .waiting: "Waits", .sending: "Is being sent", .sent: "Sent", .dead: "Given up",
        .returned: "Came back",
        .dropped: "Not sent",
    ]

    private static func kind(_ item: OutboxItem) -> String {
        switch MailSending.Kind(rawValue: item.kind) {
        case .reply: "Reply"
        case .executives: "Update for executives"
        case .reminder: "Reminder"
        case .resolution: "Resolution"
        case .acknowledgement: "Acknowledgement"
        case .survey: "Survey"
        case nil: item.kind
        }
    }

    /// The list, for the page of mail: what needs somebody first.
    static func list(_ call: SignedInCall, _ services: Services) async throws -> HTML {
        let now = services.clock()
        let (items, cases) = try await services.database.read { tx in
            let items = try ["dead,returned", "waiting,sending", "sent,dropped"].flatMap { states in
                try tx.all(
                    OutboxStore.list(
                        MailSending.channel, states: states.split(separator: ",").map(String.init), limit: 100
                    ),
                    OutboxStore.read)
            }
            let ids = Array(Set(items.compactMap(\.caseID))).map { ID<SupportCase>($0) }
            return (items, try CaseDirectory.visible(ids, to: call.actor, in: tx))
        }
        let numbers = Dictionary(cases.map { ($0.id.raw, $0.number) }) { first, _ in first }
        let mayAct = call.actor.may("mail.sort")
        let rows = items.compactMap { item -> HTML? in
            // What is about a case that the reader may not know of is not there.
            guard let id = item.caseID, let number = numbers[id] else { return nil }
            let trouble: HTML =
                item.problem.map { "<br><span class=\"dim\">\(isolated($0))</span>" } ?? .empty
            let next: HTML =
                item.state == .waiting && item.attempts > 0
                ? "<br><span class=\"dim\">try \(String(item.attempts + 1)) \(time(item.dueAt, now: now))</span>"
                : .empty
            let canRetry = mayAct && [.dead, .returned].contains(item.state)
            let act: HTML =
                canRetry || mayAct && item.state == .waiting && item.attempts > 0
                ? """
                <span class="ways"><a href="/outgoing/\(item.id)/retry">Send now<span class="sr"> to \(item.recipient)</span></a><a href="/outgoing/\(item.id)/drop">Do not send<span class="sr"> to \(item.recipient)</span></a></span>
                """ : .empty
            return """
                <tr><th scope="row">\(isolated(item.recipient))</th><td data-label="What">\(kind(item))</td><td data-label="Case"><a href="/cases/\(number)">\(number)</a></td><td data-label="State"><b>\(words[item.state] ?? "")</b>\(trouble)\(next)</td><td data-label="Written">\(time(item.createdAt, now: now))</td><td class="end">\(act)</td></tr>

                """
        }
        let off: HTML
        if services.policy.current.mail.address == nil {
            off =
                "<p class=\"lede\">No mail goes out: the policy names no address to write under (mail.address).</p>"
        } else if services.mail.outgoing == nil {
            off =
                "<p class=\"lede\">This node sends no mail: no server is set (smtp_url). What is to go out waits.</p>"
        } else {
            off = .empty
        }
        guard !rows.isEmpty else {
            return
                "\(off)<div class=\"card\"><div class=\"empty\"><h2>Nothing went out yet</h2><p>Replies to customers who are known with an address go out as mail, and stand here with what became of them.</p></div></div>"
        }
        return """
            \(off)<div class="card clip"><table class="tbl"><caption class="sr">Outgoing mail, what needs somebody first</caption><thead><tr><th scope="col">To</th><th scope="col">What</th><th scope="col">Case</th><th scope="col">State</th><th scope="col">Written</th><th scope="col"><span class="sr">Actions</span></th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
    }

    /// Outgoing mail on the wire.
    static let read = APIRead(
        "outgoing.list", "Outgoing mail, newest first", path: "/outgoing",
        access: .right(MailDirectory.viewRight),
        parameters: [
            .init("state", "waiting, sending, sent, dead, returned or dropped; all where it is left out")
        ]
    ) { call, services in
        let all = OutboxItem.State.allCases.map(\.rawValue)
        let wanted = call.request.query("state")
        if let wanted, !all.contains(wanted) {
            throw Refusal(
                field: "state", "unknown_choice", "“\(wanted)” is not one of \(all.joined(separator: ", ")).")
        }
        return try await services.database.read { tx in
            let items = try tx.all(
                OutboxStore.list(MailSending.channel, states: wanted.map { [$0] } ?? all, limit: 500),
                OutboxStore.read)
            let known = try CaseDirectory.visible(
                Array(Set(items.compactMap(\.caseID))).map { ID($0) }, to: call.actor, in: tx)
            let numbers = Dictionary(known.map { ($0.id.raw, $0.number) }) { first, _ in first }
            return [
                "items": .array(
                    items.compactMap { item in
                        guard let number = item.caseID.flatMap({ numbers[$0] }) else { return nil }
                        return [
                            "id": .string(item.id), "kind": .string(item.kind), "to": .string(item.recipient),
                            "case": .string(number), "state": .string(item.state.rawValue),
                            "message_id": .string(item.key), "attempts": .integer(Int64(item.attempts)),
                            "problem": item.problem.map(JSON.string) ?? .null,
                            "created_at": item.createdAt.json,
                            "due_at": item.dueAt.json, "sent_at": item.doneAt?.json ?? .null,
                        ]
                    })
            ]
        }
    }
}
