import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The editor of the policy: checks without changing anything, and puts in force.
enum PolicyEditorPages {
    private static let operation = AnyOperation(ChangePolicy.self)

    /// What stands in the editor.
    private struct Content {
        var document: String
        var reason = ""
        var base: Version
        var key: String
        /// Why it was not put in force, after it was sent.
        var refusal: Refusal?
        /// The mistakes in the document.
        var mistakes: [ConfigProblem] = []
        /// What would change, after a check that found no mistake.
        var effects: [PolicyEffect]?
        /// The document in force, to mark what is new.
        var inForce: String?
        /// What past cases would have come to, after a replay.
        var replay: PolicyReplay?

        var wasSent: Bool { inForce != nil }

        mutating func refuse(_ refusal: Refusal, people: Set<String>) {
            self.refusal = refusal
            guard refusal.code == "bad_policy",
                case .failure(let found) = PolicyDocument.read(document, people: people)
            else {
                return
            }
            mistakes = Array(found.problems.prefix(100))
        }
    }

    /// The editor as it is opened.
    static func editor(
        startingFrom document: PolicyReading.Document, base: Version, _ services: Services,
        proposal: PolicyProposal? = nil
    ) -> HTML {
        let content = Content(
            document: proposal?.made.document ?? document.text, reason: proposal?.made.reason ?? "",
            base: base, key: newIdentifier(at: services.clock()))
        let origin = proposal == nil ? "version \(document.version.number)" : "the proposed change"
        return """
            <section aria-labelledby="edit-h" id="editor"><div class="sec"><h2 id="edit-h">Edit</h2><span class="dim f13">Starts from \(origin)</span></div>
            \(form(content, services))</section>
            """
    }

    // MARK: What is sent

    /// Checks a document and shows what it would change, without writing anything.
    /// - Parameter isReplay: whether past cases are replayed by it, too.
    static func check(
        _ call: SignedInCall, _ services: Services, isReplay: Bool = false
    ) async throws -> WebResponse {
        let submission = Submission(try await call.request.input(), operation)
        let (current, use, people) = try await services.database.read { tx in
            (
                try PolicyReading.inForce(in: tx), try PolicyUse.now(for: call.actor, in: tx),
                try PeopleDirectory.colleagues(in: tx)
            )
        }
        var content = sent(submission, current, services)
        var (changed, compared): (Policy?, Policy?) = (nil, nil)
        do throws(Refusal) {
            var raw = submission.typed
            if raw["reason"].typed.isEmpty { raw["reason"] = .text("check") }  // only the change needs one
            try operation.check(raw, services.policy.current)
            let policy = try ChangePolicy.checked(content.document, people: people)
            changed = policy
            try use.refuseLoss(of: policy)
            // A document in force that an older version accepted may no longer pass; its parsed form is compared then.
            let before = (try? services.policy.check(current.text).get()) ?? services.policy.current
            content.effects = PolicyEffect.between(before, policy)
            compared = before
        } catch {
            content.refuse(error, people: people)
        }
        if let changed, let compared {
            content.effects? += try await RoutingDirectory.effects(
                from: compared, to: changed, for: call.actor, services)
            content.effects? += try await ClockPreviewDirectory.effects(
                from: compared, to: changed, for: call.actor, services)
            if isReplay, content.refusal == nil {
                let now = services.clock()
                content.replay = try await services.database.read { tx in
                    try PolicyReplay.of(changed, days: replayDays, for: call.actor, at: now, in: tx)
                }
            }
        }
        return page(content, call, services)
    }

    /// Puts a document in force, or shows it again with what is wrong.
    static func submit(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let submission = Submission(try await call.request.input(), operation)
        do {
            let receipt = try await services.operations.run(
                operation,
                OperationRequest(
                    actor: call.actor, raw: submission.changed, base: submission.base,
                    idempotencyKey: submission.key.map { "form:\($0)" }, requestID: call.request.id))
            if receipt.answer["proposal"] != nil {
                return .seeOther(operation.destination(receipt.answer, call.actor))
            }
            let isUnchanged = receipt.lastSequence == 0 && !receipt.isRepeat
            return .seeOther(isUnchanged ? "/policy?done=unchanged" : "/policy?done=saved")
        } catch let refusal as Refusal where refusal.reason == .stale {
            return try await choose(submission, refusal, call, services)
        } catch let refusal as Refusal where [.invalid, .conflict, .tooLarge].contains(refusal.reason) {
            let (current, people) = try await services.database.read { tx in
                (try PolicyReading.inForce(in: tx), try PeopleDirectory.colleagues(in: tx))
            }
            var content = sent(submission, current, services)
            content.refuse(refusal, people: people)
            return page(content, call, services)
        }
    }

    /// Somebody else changed the policy since the editor was opened: the person chooses.
    private static func choose(
        _ submission: Submission, _ refusal: Refusal, _ call: SignedInCall, _ services: Services
    ) async throws -> WebResponse {
        let (actor, policy) = (call.actor, services.policy.current)
        let (form, names) = try await services.database.read { tx in
            (
                try operation.form("", actor, policy, tx),
                try PeopleDirectory.names(of: refusal.clashes.map(\.by), in: tx)
            )
        }
        let page = ConflictPage.page(
            operation, form, submission, refusal, names: names, key: newIdentifier(at: services.clock()),
            path: ChangePolicy.place.path, now: services.clock())
        return services.page(page, for: call, status: Int(refusal.reason.status.code))
    }

    private static func sent(
        _ submission: Submission, _ current: PolicyReading.Document, _ services: Services
    ) -> Content {
        Content(
            document: submission.typed["document"].typed.normalizingLineBreaks,
            reason: submission.typed["reason"].typed, base: submission.base ?? current.version,
            key: newIdentifier(at: services.clock()), inForce: current.text)
    }

    // MARK: Page

    private static func page(_ content: Content, _ call: SignedInCall, _ services: Services) -> WebResponse {
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/policy">Policy</a><span aria-hidden="true">/</span><span>Edit</span></nav>
            <h1>Change policy</h1>
            \(form(content, services))
            """
        let status = content.refusal.map { Int($0.reason.status.code) } ?? 200
        return services.page(Page("Change policy", here: "/policy", main: main), for: call, status: status)
    }

    private static func form(_ content: Content, _ services: Services) -> HTML {
        var view = FormView(fields: operation.fields, policy: services.policy.current)
        view.values["reason"] = .text(content.reason)
        view.problems = content.refusal?.problems ?? []
        return """
            <form class="editor" method="post" action="/policy" data-enhance>\(FormView.hidden(key: content.key, base: content.base))<div class="stack">
            \(problem(content))\(content.effects == nil ? .empty : allGood)
            \(content.wasSent ? sentListing(content) : .empty)
            \(source(content))</div>
            <aside class="stack" aria-label="Put in force">\(content.effects.map(effectCard) ?? .empty)\(content.replay.map(replayCard) ?? .empty)
            <section class="card pad form">\(view.field(named: "reason"))
            <p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn" formaction="/policy/check" formnovalidate data-sending="Checking">Check only</button><button class="btn" formaction="/policy/replay" formnovalidate data-sending="Replaying">Replay past cases</button><button class="btn go">Put in force</button></div></section></aside></form>
            """
    }

    private static func problem(_ content: Content) -> HTML {
        guard let refusal = content.refusal else { return .empty }
        let items =
            content.mistakes.isEmpty
            ? refusal.problems.map { "<li><a href=\"#\($0.field)\">\($0.message)</a></li>" as HTML }
            : content.mistakes.map { mistake in
                "<li><a href=\"#L\(mistake.line)\">\(mistake.sentence)</a></li>"
            }
        return """
            <div class="problem" role="alert" tabindex="-1"><h2>\(refusal.message)</h2><ul>\(items)</ul><p>The policy in force stays as it is. What you wrote is kept.</p></div>
            """
    }

    private static let allGood: HTML = """
        <div class="notice" role="status">\(icon("check"))<div>No mistakes. Nothing is in force yet.</div></div>
        """

    private static func sentListing(_ content: Content) -> HTML {
        let count = content.mistakes.count
        let lines = PolicyPages.lines(content.document).count
        let mistakes = count == 1 ? "1 mistake" : "\(count) mistakes"
        return """
            <section class="card clip" aria-labelledby="sent-h"><div class="sec"><h2 id="sent-h">What you sent</h2><span class="dim f13">\(lines) lines, \(mistakes)</span></div>\(PolicyPages.listing(content.document, problems: content.mistakes, comparedWith: content.inForce))</section>
            """
    }

    private static func source(_ content: Content) -> HTML {
        let isWrong = content.refusal?.problems.contains { $0.field == "document" } ?? false
        let invalid: HTML = isWrong ? " aria-invalid=\"true\"" : .empty
        return """
            <section><div class="fld"><label for="document">Document</label><p class="help" id="document-h">The whole document, in YAML. Tab leaves the field.</p>
            <textarea class="input source" id="document" name="document" rows="24" spellcheck="false" aria-describedby="document-h"\(invalid)\(.flag("data-echo", content.wasSent))>
            \(content.document)</textarea></div></section>
            """
    }

    /// So many days back cases are replayed by a draft.
    static let replayDays = 90

    private static func replayCard(_ replay: PolicyReplay) -> HTML {
        let items = replay.words.dropFirst().map { "<li><span>\($0)</span></li>" as HTML }
        return """
            <section class="card pad" id="replay"><h2>What past cases would have come to</h2><p class="f13 soft">\(replay.words.first ?? "") Their facts are replayed as though this document had always held; what people would have done otherwise is not foreseen.</p><ul class="effects">\(items)</ul></section>
            """
    }

    private static func effectCard(_ effects: [PolicyEffect]) -> HTML {
        let items = effects.map { "<li>\(icon($0.icon))<span>\($0.words)</span></li>" as HTML }
        let content: HTML =
            items.isEmpty
            ? "<p class=\"f13 soft\">Only comments, order or layout.</p>"
            : "<ul class=\"effects\">\(items)</ul>"
        return "<section class=\"card pad\"><h2>What would change</h2>\(content)</section>"
    }
}
