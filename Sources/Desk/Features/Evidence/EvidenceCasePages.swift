import Diagnosis
import Domain
import Storage
import Web

/// What evidence adds to the pages of a case.
enum EvidenceCasePages {
    /// How many pieces the page of a case shows; the others are a link away.
    private static let shown = 8

    static let part = CasePart(
        .work, order: 60, html: section, actions: { _ in actions }, json: json,
        portalOrder: 20, portal: portal,
        sentence: sentence)

    private static let actions = [
        CaseAction(AddEvidence.right, "evidence/new", icon: "doc", "Add evidence", key: "e"),
        CaseAction("evidence.request", "request_evidence", icon: "send", "Request evidence", in: .questions),
    ]

    private static func json(
        _ context: CasePartContext, _ tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let all = try EvidenceDirectory.all(of: context.this.id, for: context.actor, in: tx)
        return [("evidence", .array(all.map { EvidenceJSON.json($0, context.policy) }))]
    }

    // MARK: The page of staff

    private static func section(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        let (pieces, count) = try EvidenceDirectory.latest(
            of: context.this.id, limit: shown, for: context.actor, in: tx)
        let state = context.history.evidence
        let absent = state.completeness(of: context.this, policy: context.policy).filter {
            $0.state == "absent"
        }
        guard !pieces.isEmpty || !state.requests.isEmpty || !absent.isEmpty else {
            return "<section id=\"evidence\" data-live hidden></section>"
        }
        let path = context.path + "/evidence"
        let add: HTML =
            context.actor.may(AddEvidence.right)
            ? "<a class=\"btn small\" href=\"\(path)/new\">\(icon("plus"))Add</a>" : .empty
        let items = pieces.map { item($0, context) }
        let list: HTML =
            items.isEmpty
            ? "<p class=\"pad dim\">Nothing yet.</p>" : "<ul class=\"pieces\">\(items)</ul>"
        let more: HTML =
            count > shown
            ? "<p class=\"more\"><a href=\"\(path)\">All \(grouped(count)) pieces of evidence</a></p>"
            : .empty
        return """
            <section id="evidence" aria-labelledby="ev-h" data-live><div class="sec"><h2 id="ev-h">Evidence</h2><a class="f13" href="\(path)">\(count == 1 ? "1 piece" : "\(grouped(count)) pieces")</a><div class="btns">\(add)</div></div>
            <div class="card clip">\(list)\(missing(absent, path))\(asked(state, path, context))</div>\(more)</section>

            """
    }

    /// One line about a piece of evidence.
    private static func item(_ this: Evidence, _ context: CasePartContext) -> HTML {
        let facts = EvidencePages.facts(this, context.policy).map { "<span>\($0)</span>" as HTML }
        return """
            <li><span class="ref">\(this.number)</span><div><a href="\(context.path)/evidence/\(this.number)">\(isolated(this.name))</a><p class="facts-line">\(facts)</p></div></li>

            """
    }

    private static func missing(_ absent: [CaseEvidence.Expectation], _ path: String) -> HTML {
        guard !absent.isEmpty else { return .empty }
        let names = absent.map(\.name).joined(separator: ", ")
        return """
            <p class="row-note">\(icon("alert"))<span>Expected and not here: \(names). <a href="\(path)#expected">Why</a></span></p>
            """
    }

    private static func asked(_ state: CaseEvidence, _ path: String, _ context: CasePartContext) -> HTML {
        let open = state.requests.filter { $0.openCount > 0 }
        guard !open.isEmpty else { return .empty }
        let lines = open.map { request -> HTML in
            let late: HTML =
                request.isOpen(at: context.now)
                ? "link ends \(time(request.asking.until, now: context.now))" : "its link has ended"
            return """
                <p class="row-note">\(icon("clock"))<span><a href="\(path)#\(request.number)">\(request.number)</a>: asked \(time(request.at, now: context.now)), \(request.openCount) of \(request.items.count) not here yet, \(late)</span></p>
                """
        }
        return HTML.joined(lines, by: .empty)
    }

    // MARK: The customer's page

    private static func portal(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        let state = context.history.evidence
        let given = try EvidenceDirectory.all(of: context.this.id, for: context.actor, in: tx)
        let requests = state.requests.filter { $0.openCount > 0 }
        let mayGive = context.actor.may(GiveEvidence.right)
        let files: HTML =
            given.isEmpty
            ? .empty
            : "<ul class=\"given\">\(given.map { "<li><a href=\"/portal/cases/\(context.this.number)/evidence/\($0.id.raw)/content\">\(isolated($0.name))</a> <span class=\"dim\">\(EvidenceWords.size($0.size)), \(time($0.addedAt, now: context.now))</span></li>" as HTML })</ul>"
        let any: HTML =
            mayGive
            ? """
            <section aria-labelledby="files-h" id="files"><div class="sec"><h2 id="files-h">Files</h2></div>\(files)\(giveForm(context.this, item: nil, key: context.newKey()))</section>
            """ : .empty
        let asked = requests.map { portalRequest($0, context, mayGive: mayGive) }
        return "<div class=\"stack\" id=\"asked-files\" data-live>\(asked)</div>\(any)"
    }

    private static func portalRequest(
        _ request: CaseEvidence.Request, _ context: CasePartContext, mayGive: Bool
    ) -> HTML {
        let items = request.items.map { item -> HTML in
            let form: HTML =
                item.isOpen && mayGive
                ? giveForm(context.this, item: item.number, key: context.newKey()) : .empty
            return """
                <li><p class="text" dir="auto">\(item.text)</p><p class="dim">\(item.state)</p>\(form)</li>
                """
        }
        let reminded: HTML =
            request.reminders.last.map { ", asked again \(time($0, now: context.now))" } ?? .empty
        return """
            <section class="need" aria-labelledby="\(request.number)-h"><h2 id="\(request.number)-h">What we need from you: files</h2><p class="text" dir="auto">\(request.asking.reason)</p><ol>\(items)</ol>\(script(request))<p class="dim">Asked \(time(request.at, now: context.now))\(reminded).</p></section>
            """
    }

    /// The script that collects what is asked for, to be read before it is run.
    static func script(_ request: CaseEvidence.Request) -> HTML {
        guard let script = request.asking.script else { return .empty }
        let id = "\(request.number)-script"
        return """
            <details class="fold"><summary>Script that collects it</summary><p class="help">Read it before you run it. It runs on your side; send us what it writes.</p><pre id="\(id)">\(script)</pre><button class="btn small" type="button" data-copy="\(id)">Copy</button></details>
            """
    }

    static func giveForm(_ this: SupportCase, item: String?, key: String) -> HTML {
        let id = "file-\(item?.replacing(".", with: "-") ?? "any")"
        let hidden: HTML = item.map { "<input type=\"hidden\" name=\"item\" value=\"\($0)\">" } ?? .empty
        return """
            <form class="give" method="post" action="/portal/cases/\(this.number)/evidence" enctype="multipart/form-data" data-enhance><input type="hidden" name="_key" value="\(key)">\(hidden)<label for="\(id)">\(item == nil ? "Send us a file" : "Your file")</label><input class="input" type="file" id="\(id)" name="file" multiple required><p class="form-error" data-form-error role="alert"></p><button class="btn" data-sending="Sending…">Send</button></form>
            """
    }

    // MARK: Sentences

    private static func sentence(
        _ fact: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .evidence(let body) = fact.body else { return nil }
        return ("doc", sentence(body, words, isForCustomer: isForCustomer))
    }

    private static func sentence(
        _ body: CaseEvidenceFact, _ words: CaseSentence, isForCustomer: Bool
    ) -> HTML {
        switch body {
        case .attached(let attachment): return "added \(phrase(attachment, words, isForCustomer))"
        case .given(let attachment): return "sent \(phrase(attachment, words, isForCustomer))"
        case .removed(let evidence, let reason):
            return "took the bytes of <b>\(evidence)</b> away for good\(words.because(reason))"
        case .requested(let asking):
            let count = asking.items.count
            return
                "asked for evidence (\(asking.request)), \(count == 1 ? "1 item" : "\(count) items")\(words.because(asking.reason))"
        case .reminded(let request): return "reminded of \(request)"
        case .withdrawn(let request, let reason):
            return isForCustomer
                ? "no longer needs what \(request) asked for"
                : "withdrew \(request)\(words.because(reason))"
        case .settled(let item, let settlement, let note):
            let state =
                switch settlement {
                case .received: "came another way"
                case .impossible: "cannot be had"
                case .open: "is needed again"
                }
            return "said that \(item) \(state)\(isForCustomer ? .empty : words.because(note))"
        case .expectation(let type, let impossible):
            let name = words.policy.evidence.name(ofType: type).lowercased()
            guard let impossible else { return "expects a \(name) again" }
            return "said that a \(name) cannot be had\(words.because(impossible))"
        case .shown(let attachment):
            return isForCustomer
                ? "gave you \(phrase(attachment, words, true))"
                : "shows <b>\(attachment.evidence)</b> to the customer"
        case .hidden(let evidence):
            return isForCustomer
                ? "took a file back" : "does not show <b>\(evidence)</b> to the customer any more"
        case .shared(let sharing):
            return
                "shared \(sharing.evidence) by link until \(sharing.until.day) \(sharing.until.clock) UTC\(words.because(sharing.purpose))"
        case .unshared(let share, let reason): return "ended the share \(share)\(words.because(reason))"
        }
    }

    private static func phrase(
        _ attachment: CaseEvidenceFact.Attachment, _ words: CaseSentence, _ isForCustomer: Bool
    ) -> HTML {
        let name: HTML = attachment.name.map { " “\(isolated($0))”" } ?? .empty
        let size = EvidenceWords.size(attachment.size)
        if isForCustomer { return "a file\(name), \(size)" }
        let type = words.policy.evidence.name(ofType: attachment.type).lowercased()
        let item: HTML = attachment.item.map { ", for \($0)" } ?? .empty
        return "<b>\(attachment.evidence)</b>\(name), \(type), \(size)\(item)"
    }
}
