import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The pages of mail: what waits, what came by itself, what was thrown away, and one message.
enum MailPages {
    static func routes(_ services: Services) -> [Route] {
        let access = Access.right(MailDirectory.viewRight)
        return [
            .signedIn(.get, "/mail", access) { call in try await list(call, services) },
            .signedIn(.get, "/mail/{id}", access) { call in try await show(call, services) },
            .signedIn(.get, "/mail/{id}/original", access) { call in try await original(call, services) },
        ]
    }

    private static let states: [(state: Mail.State, title: String, empty: (String, String))] = [
        (
            .waiting, "Waiting",
            (
                "Nothing waits",
                "Mail of unknown senders, and mail that may not be what it says, stands here until somebody lets it through or discards it."
            )
        ),
        (
            .aside, "Automatic",
            (
                "Nothing here",
                "Out-of-office notes, delivery reports and newsletters that belong to no case are kept here. They move nothing and are never answered."
            )
        ),
        (
            .discarded, "Discarded",
            ("The bin is empty", "What was discarded can be taken back for two weeks.")
        ),
    ]

    // MARK: Lists

    static func list(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        if call.request.query("state") == "outgoing" {
            let waiting = try await services.database.read { tx in try MailDirectory.count(.waiting, in: tx) }
            let main: HTML = """
                \(tabs("outgoing", waiting))<div class="q-head"><h1>Outgoing mail</h1></div>\(try await OutgoingPages.list(call, services))
                """
            return services.page(Page("Outgoing mail", here: "/mail", main: main), for: call)
        }
        let now = services.clock()
        let name = call.request.query("state") ?? Mail.State.waiting.rawValue
        let shown = states.first { $0.state.rawValue == name } ?? states[0]
        let position = try MailJSON.position(call.request.query("after"))
        let (mails, waiting, cases, trouble) = try await services.database.read { tx in
            let mails = try MailDirectory.list(
                shown.state, after: position, limit: 51, for: call.actor, in: tx)
            let cases = try CaseDirectory.visible(
                mails.compactMap { $0.arrival.caseID.map { ID($0) } }, to: call.actor, in: tx)
            let trouble = try tx.all(MailboxStore.all()) { ($0.text(0), $0.optionalText(2)) }
            return (mails, try MailDirectory.count(.waiting, in: tx), cases, trouble)
        }
        let numbers = Dictionary(cases.map { ($0.id.raw, $0.number) }) { first, _ in first }
        let page = mails.prefix(50)
        let rows = page.map { row($0, number: $0.arrival.caseID.flatMap { numbers[$0] }, now: now) }
        let more: HTML =
            mails.count > 50
            ? page.last.map { last in
                "<p><a class=\"btn\" href=\"/mail?state=\(shown.state.rawValue)&amp;after=\(String(last.receivedAt.microseconds)).\(last.id.raw)\">Older mail</a></p>"
            } ?? .empty : .empty
        let list: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>\(shown.empty.0)</h2><p>\(shown.empty.1)</p></div></div>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Mail, newest first</caption><thead><tr><th scope="col">From</th><th scope="col">Subject</th><th scope="col">Why</th><th scope="col">Case</th><th scope="col">Came</th></tr></thead><tbody>\(rows)</tbody></table></div>\(more)
            """
        let notices = trouble.map { name, problem -> HTML in
            guard let problem else { return .empty }
            return """
                <div class="notice warn" role="note">\(icon("alert"))<div><b>The mailbox \(isolated(name)) could not be read</b><p>\(isolated(problem))</p></div></div>
                """
        }
        let main: HTML = """
            \(tabs(shown.state.rawValue, waiting))<div class="q-head"><h1>\(shown.title) mail</h1></div>\(notices)\(list)
            """
        return services.page(Page("Mail", here: "/mail", main: main), for: call)
    }

    /// The row of lists, with how many messages wait.
    private static func tabs(_ here: String, _ waiting: Int) -> HTML {
        let pages = states.map { ($0.state.rawValue, $0.title) } + [("outgoing", "Outgoing")]
        let links = pages.map { state, title -> HTML in
            let count: HTML =
                state == Mail.State.waiting.rawValue && waiting > 0
                ? " <span class=\"n\">\(grouped(waiting))</span>" : .empty
            return """
                <a href="/mail?state=\(state)"\(state == here ? " aria-current=\"page\"" : .empty)>\(title)\(count)</a>
                """
        }
        return "<nav class=\"saved\" aria-label=\"Mail\">\(links)</nav>"
    }

    private static func row(_ mail: Mail, number: String?, now: Timestamp) -> HTML {
        let it = mail.arrival
        let why = it.reasons.isEmpty ? it.kind.name : it.reasons.map(\.words).joined(separator: ", ")
        let subject = it.subject.isEmpty ? "(no subject)" : it.subject
        let from = it.from.isEmpty ? "(no sender)" : it.from
        let place: HTML =
            number.map { "<a href=\"/cases/\($0)\">\($0)</a>" } ?? "<span class=\"dim\">none</span>"
        return """
            <tr><th scope="row">\(isolated(it.fromName ?? from))\(it.fromName == nil ? .empty : "<br><span class=\"dim\">\(isolated(from))</span>" as HTML)</th><td data-label="Subject"><a href="/mail/\(mail.id.raw)">\(isolated(subject))</a></td><td data-label="Why">\(why)</td><td data-label="Case">\(place)</td><td data-label="Came">\(time(mail.receivedAt, now: now))</td></tr>

            """
    }

    // MARK: One message

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let id = call.request.parameter("id")
        let (mail, kept, files, number, organisation) = try await services.database.read { tx in
            let mail = try MailDirectory.find(id, for: call.actor, in: tx)
            let cases = try CaseDirectory.visible(
                [mail.arrival.caseID].compactMap { $0 }.map { ID($0) }, to: call.actor, in: tx)
            return (
                mail, try MailDirectory.text(of: mail.id, in: tx)?.text,
                try MailDirectory.files(of: mail.id, in: tx), cases.first?.number,
                try mail.arrival.organisation.flatMap { try CustomerDirectory.find($0, in: tx) }
            )
        }
        var text = kept
        if text == nil, !mail.isRemoved { text = try await words(of: mail, services) }
        let now = services.clock()
        let it = mail.arrival
        let subject = it.subject.isEmpty ? "Mail without a subject" : it.subject
        let reasons = it.reasons.map { "<p>\($0.sentence)</p>" as HTML }
        let why: HTML =
            mail.state == .waiting
            ? """
            <div class="notice warn" role="note">\(icon("alert"))<div><b>It waits for somebody</b>\(reasons)</div></div>
            """ : .empty
        let problems = it.problems.map { "<li>\(isolated($0))</li>" as HTML }
        let broken: HTML =
            problems.isEmpty
            ? .empty
            : "<div class=\"notice\" role=\"note\">\(icon("info"))<ul class=\"plain-list\">\(problems)</ul></div>"
        let place: HTML =
            number.map { number in
                "<dt>\(mail.state == .waiting ? "Seems to be about" : "Case")</dt><dd><a href=\"/cases/\(number)\">\(number)</a></dd>"
            } ?? .empty
        let fileRows = files.map { file in
            "<li>\(isolated(file.name)) <span class=\"dim\">\(file.mediaType), \(EvidenceWords.size(file.size))</span></li>"
                as HTML
        }
        let sent: HTML = it.sentAt.map { "<dt>Written</dt><dd>\(time($0, now: now))</dd>" } ?? .empty
        let details: HTML = """
            <dl class="pairs"><dt>From</dt><dd>\(isolated(it.fromName.map { "\($0) " } ?? ""))<span class="mono">\(isolated(it.from.isEmpty ? "nobody" : it.from))</span></dd><dt>Sender</dt><dd>\(it.trust.name)</dd><dt>Kind</dt><dd>\(it.kind.name)</dd>\(place)\(organisation.map { "<dt>Seems to come from</dt><dd>\(isolated($0.name))</dd>" as HTML } ?? .empty)\(sent)<dt>Came</dt><dd>\(time(mail.receivedAt, now: now))</dd></dl>
            """
        let body: HTML =
            text.map { text in
                let quoted: HTML =
                    text.quoted.isEmpty
                    ? .empty
                    : "<details><summary>Earlier mail</summary><p class=\"text f13\" dir=\"auto\">\(text.quoted)</p></details>"
                return "<p class=\"text\" dir=\"auto\">\(text.written)</p>\(quoted)"
            } ?? "<p class=\"dim\">Its words are gone for good.</p>"
        let attached: HTML =
            fileRows.isEmpty
            ? .empty
            : "<section aria-labelledby=\"files\"><div class=\"sec\"><h2 id=\"files\">Files</h2></div><div class=\"card pad\"><ul>\(fileRows)</ul></div></section>"
        let download: HTML =
            mail.isRemoved ? .empty : "<a class=\"btn\" href=\"/mail/\(mail.id.raw)/original\">Original</a>"
        let main: HTML = """
            <div class="q-head"><h1>\(isolated(subject))</h1><div class="btns">\(acts(mail, number, organisation?.name, call.actor, key: newIdentifier(at: now)))\(download)</div></div>\(why)\(broken)<section class="card pad" aria-label="What it says">\(body)</section>\(attached)<section aria-labelledby="about"><div class="sec"><h2 id="about">About it</h2></div><div class="card pad">\(details)</div></section>
            """
        return services.page(Page("Mail", here: "/mail", main: main), for: call)
    }

    /// What can be done with it, each by one key.
    ///
    /// What is clear is done at once; what must be chosen opens the form.
    private static func acts(
        _ mail: Mail, _ number: String?, _ customer: String?, _ actor: Actor, key: String
    ) -> HTML {
        guard actor.may(ReleaseMail.operation.right), !mail.isRemoved else { return .empty }
        let path = "/mail/\(mail.id.raw)"
        if mail.state == .discarded {
            return button("\(path)/restore", "Take back", shortcut: "r", isMain: true, key: key)
        }
        guard mail.state == .waiting || mail.state == .aside else { return .empty }
        let it = mail.arrival
        let fields: [(String, String)] = [("case", number ?? ""), ("organisation", it.organisation ?? "")]
        let isClear = it.person != nil || it.organisation != nil || number != nil
        let new = customer.map { "New case of \($0)" } ?? "New case"
        let words = number.map { "Let through to \($0)" } ?? new
        let release: HTML =
            isClear && !it.from.isEmpty
            ? button("\(path)/release", words, shortcut: "r", isMain: true, fields: fields, key: key)
                + "<a class=\"btn\" href=\"\(path)/release\">Elsewhere</a>"
            : "<a class=\"btn go\" href=\"\(path)/release\" data-key=\"r\">Let through <kbd>r</kbd></a>"
        return release + button("\(path)/discard", "Discard", shortcut: "d", isMain: false, key: key + "d")
    }

    private static func button(
        _ action: String, _ words: String, shortcut: String, isMain: Bool, fields: [(String, String)] = [],
        key: String
    ) -> HTML {
        let inputs = fields.map { "<input type=\"hidden\" name=\"\($0)\" value=\"\($1)\">" as HTML }
        return """
            <form method="post" action="\(action)">\(inputs)<input type="hidden" name="_key" value="\(key)"><button class="btn\(isMain ? " go" : "")" data-key="\(shortcut)">\(words) <kbd>\(shortcut)</kbd></button></form>
            """
    }

    /// The words of a message that are kept nowhere but in the message itself.
    private static func words(of mail: Mail, _ services: Services) async throws -> MailText? {
        guard let bytes = try await bytes(of: mail, services) else { return nil }
        return try await services.evidence.working { MailReader.read(bytes).message.text }
    }

    private static func bytes(of mail: Mail, _ services: Services) async throws -> [UInt8]? {
        let store = services.evidence
        return try await store.working {
            guard let file = try store.open(mail.arrival.hash) else { return nil }
            return try file.read(at: 0, count: Int(file.size))
        }
    }

    /// The message as it came.
    static func original(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let id = call.request.parameter("id")
        let mail = try await services.database.read { tx in
            try MailDirectory.find(id, for: call.actor, in: tx)
        }
        guard !mail.isRemoved, let bytes = try await bytes(of: mail, services) else {
            throw Refusal.notFound("original message")
        }
        return .download(bytes, name: "message-\(mail.id.raw.suffix(8)).eml", type: "message/rfc822")
    }

    // MARK: On the page of a case

    /// What mail did to a case, in its timeline.
    static let part = CasePart(
        .side, order: 70,
        sentence: { fact, _, isForCustomer in
            guard case .mail(let mail) = fact.body, !isForCustomer else { return nil }
            switch mail {
            case .received(let id, let from, let trust, let attachments):
                let files: HTML =
                    attachments == 0
                    ? .empty : " with \(grouped(attachments)) \(attachments == 1 ? "file" : "files")"
                let doubt: HTML = trust == .verified ? .empty : ", sender not checked"
                return (
                    "send",
                    "wrote by mail from \(isolated(from))\(files)\(doubt) (<a href=\"/mail/\(id)\">message</a>)"
                )
            case .stored(let id, let from, let kind, let subject, _):
                return (
                    "send",
                    "kept \(kind.name.lowercased()) from \(isolated(from)): “\(isolated(subject))” (<a href=\"/mail/\(id)\">message</a>)"
                )
            case .undelivered(let to, let reason):
                return ("alert", "heard that mail to \(isolated(to)) did not arrive: \(isolated(reason))")
            }
        })
}
