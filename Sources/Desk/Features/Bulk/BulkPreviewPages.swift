import Domain
import HTTPTypes
import Storage
import Web

/// What one act would do to many cases, before it is done.
enum BulkPreviewPages {
    /// What the page was asked for.
    private struct Asked: Sendable {
        var selection: BulkSelection
        var act: String
        /// The fields of the act that were filled in.
        var fields: RawInput
        /// Whether they were looked at already: then it is told what is wrong with them.
        var isFilled: Bool

        init(_ sent: RawInput) {
            let cases: [String] =
                if case .list(let values) = sent["case"] { values.map(\.typed) } else { [sent["case"].typed] }
            let isAll = sent["all"].typed == "1"
            let search = sent["q"].typed
            selection = BulkSelection(
                cases: isAll ? [] : cases.filter { !$0.isEmpty }, search: isAll ? search : nil)
            act = sent["act"].typed
            isFilled = sent["_filled"].typed == "1"
            fields = RawInput(
                sent.values.filter { name, value in
                    !["case", "all", "q", "act", "_filled", "_key"].contains(name) && !name.hasPrefix("was.")
                        && !value.typed.isEmpty
                })
        }
    }

    /// What would happen to one case.
    private enum Outcome: Sendable {
        case changes(isUndoable: Bool)
        case stays
        case refused(String)
    }

    private struct Content: Sendable {
        var cases: [SupportCase]
        var outcomes: [Outcome] = []
        var form: OperationForm
        var problems: [Refusal.Problem] = []
    }

    /// As many cases are tried out before the act is done.
    private static let tried = 300
    /// As many are listed.
    private static let listed = 50

    static func preview(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let sent =
            call.request.method == .post ? try await call.request.input() : Self.input(call.request.query)
        let asked = Asked(sent)
        let acts = BulkAct.all(for: call.actor, services.catalog)
        guard asked.selection.search != nil || !asked.selection.cases.isEmpty else {
            return nothing(asked, call, services)
        }
        guard let operation = acts.first(where: { $0.name == asked.act }) else {
            return try await choose(asked, acts, call, services)
        }
        let (policy, now) = (services.policy.current, services.clock())
        let found = try await services.database.read { tx in
            try read(asked, operation, call.actor, policy, now, in: tx)
        }
        guard let content = found else { return nothing(asked, call, services) }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="\(queue(asked))">Queue</a><span aria-hidden="true">/</span><span>\(operation.summary)</span></nav>
            <h1>\(operation.summary): \(cases(content.cases.count))</h1>
            \(form(asked, operation, content, policy))
            <div class="bulk-out">\(verdict(asked, operation, content, newIdentifier(at: now), policy))</div>
            """
        let page = Page("\(operation.summary): \(cases(content.cases.count))", here: "/cases", main: main)
        return services.page(page, for: call, status: content.problems.isEmpty ? 200 : 422)
    }

    private static func input(_ query: [(name: String, value: String)]) -> RawInput {
        var input = RawInput()
        for (name, value) in query { input.add(value, to: name) }
        return input
    }

    private static func read(
        _ asked: Asked, _ operation: AnyOperation, _ actor: Actor, _ policy: Policy, _ now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> Content? {
        let found = try asked.selection.found(for: actor, policy: policy, now: now, in: tx)
        guard let first = found.first else { return nil }
        var content = Content(cases: found, form: try operation.form(first.id.raw, actor, policy, tx))
        let isBare = operation.fields.allSatisfy { $0.name == "id" || !$0.isRequired }
        guard asked.isFilled || (isBare && operation.fields.count == 1) else { return content }
        do {
            try operation.check(BulkAct.input(asked.fields, on: first.id.raw), policy)
        } catch {
            content.problems =
                error.problems.isEmpty
                ? [.init(field: "", code: error.code, message: error.message)] : error.problems
            return content
        }
        let context = Context(actor: actor, now: now, policy: policy, newID: { newIdentifier(at: now) })
        for this in found.prefix(tried) {
            do {
                let decision = try operation.decide(BulkAct.input(asked.fields, on: this.id.raw), context, tx)
                try CaseDirectory.refuseSpeaking(decision, by: actor, in: tx)
                content.outcomes.append(
                    decision.entries.isEmpty ? .stays : .changes(isUndoable: decision.undo != nil))
            } catch let refusal as Refusal {
                content.outcomes.append(.refused(refusal.message))
            }
        }
        return content
    }

    // MARK: Parts

    /// The list that the cases were chosen from.
    private static func queue(_ asked: Asked) -> String {
        asked.selection.search.map { $0.isEmpty ? "/cases?state=all" : "/cases?q=\(percentEncoded($0))" }
            ?? "/cases"
    }

    /// There is nothing to change: why, and where to go.
    private static func nothing(_ asked: Asked, _ call: SignedInCall, _ services: Services) -> WebResponse {
        let isSearch = asked.selection.search != nil
        let title = isSearch ? "No case matches any more" : "No case was chosen"
        let words =
            isSearch
            ? "Somebody may have changed the cases that your search had found."
            : "Tick cases in the queue, or search and choose all that match; then say what is to be done with them."
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="\(queue(asked))">Queue</a><span aria-hidden="true">/</span><span>Change many cases</span></nav>
            <div class="card"><div class="empty"><h1>\(title)</h1><p>\(words)</p><div class="btns"><a class="btn go" href="\(queue(asked))">Back to the queue</a></div></div></div>
            """
        return services.page(Page(title, here: "/cases", main: main), for: call, status: isSearch ? 409 : 200)
    }

    private static func cases(_ count: Int) -> String { count == 1 ? "1 case" : "\(grouped(count)) cases" }

    private static func hidden(_ asked: Asked) -> HTML {
        let named = asked.selection.cases.map {
            "<input type=\"hidden\" name=\"case\" value=\"\($0)\">" as HTML
        }
        let all: HTML =
            asked.selection.search.map {
                "<input type=\"hidden\" name=\"all\" value=\"1\"><input type=\"hidden\" name=\"q\" value=\"\($0)\">"
            } ?? .empty
        return "\(named)\(all)<input type=\"hidden\" name=\"act\" value=\"\(asked.act)\">"
    }

    /// Nothing was chosen yet: what can be done.
    private static func choose(
        _ asked: Asked, _ acts: [AnyOperation], _ call: SignedInCall, _ services: Services
    ) async throws -> WebResponse {
        let choices = acts.map { "<option value=\"\($0.name)\">\($0.summary)</option>" as HTML }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="\(queue(asked))">Queue</a><span aria-hidden="true">/</span><span>Change many cases</span></nav>
            <h1>Change many cases</h1>
            <form class="form" method="get" action="/bulk/preview">\(hidden(asked))<div class="fld"><label for="act">What is done</label><select class="input" id="act" name="act">\(choices)</select></div><div class="foot"><button class="btn go">Next</button><a class="btn bare" href="\(queue(asked))">Cancel</a></div></form>
            """
        return services.page(Page("Change many cases", here: "/cases", main: main), for: call)
    }

    private static func form(
        _ asked: Asked, _ operation: AnyOperation, _ content: Content, _ policy: Policy
    ) -> HTML {
        let fields = operation.fields.filter { $0.name != "id" && !$0.isHidden && !$0.isOpen }
        guard !fields.isEmpty else { return .empty }
        var view = FormView(fields: fields, values: asked.fields, policy: policy)
        view.references = content.form.references
        view.problems = content.problems
        let help: HTML =
            operation.fields.contains(where: \.isEdit)
            ? "<p class=\"by\">What is left empty stays as it is in every case.</p>" : .empty
        let summary: HTML =
            content.problems.isEmpty ? .empty : view.summary(Refusal(problems: content.problems))
        return """
            \(summary)<form class="form" method="post" action="/bulk/preview" data-preview>\(hidden(asked))<input type="hidden" name="_filled" value="1">\(help)\(view.allFields)<div class="foot"><button class="btn\(content.outcomes.isEmpty ? " go" : "")">Preview</button><a class="btn bare" href="\(queue(asked))">Cancel</a></div></form>
            """
    }

    /// What would happen, and the button that does it.
    private static func verdict(
        _ asked: Asked, _ operation: AnyOperation, _ content: Content, _ key: String, _ policy: Policy
    ) -> HTML {
        guard !content.outcomes.isEmpty else { return list(content) }
        var (changes, stays, refused, undoable) = (0, 0, 0, 0)
        for outcome in content.outcomes {
            switch outcome {
            case .changes(let isUndoable):
                changes += 1
                if isUndoable { undoable += 1 }
            case .stays: stays += 1
            case .refused: refused += 1
            }
        }
        let count = content.cases.count
        let scope = count > tried ? "Of the first \(grouped(tried)) of \(grouped(count)): " : ""
        let fields = asked.fields.values.sorted { $0.key < $1.key }.flatMap { name, value -> [HTML] in
            let values: [RawValue] = if case .list(let all) = value { all } else { [value] }
            return values.map {
                "<input type=\"hidden\" name=\"fields.\(name)\" value=\"\($0.typed)\">"
            }
        }
        let selection: HTML =
            asked.selection.search.map {
                "<input type=\"hidden\" name=\"search\" value=\"\($0)\"><input type=\"hidden\" name=\"all\" value=\"true\"><input type=\"hidden\" name=\"expected\" value=\"\(String(count))\"><input type=\"hidden\" name=\"seen\" value=\"\(BulkSelection.digest(of: content.cases))\">"
            }
            ?? "\(asked.selection.cases.map { "<input type=\"hidden\" name=\"cases\" value=\"\($0)\">" as HTML })"
        let begin: HTML =
            changes == 0
            ? "<p class=\"by\">Nothing would change.</p>"
            : """
            <form method="post" action="/bulk">\(FormView.hidden(key: key, base: nil))<input type="hidden" name="operation" value="\(operation.name)">\(selection)\(fields)<button class="btn go">\(operation.verb): \(cases(count))</button></form>
            """
        let said = BulkAct.said(asked.fields, operation, content.form, policy).map {
            "<div><dt>\($0.label)</dt><dd dir=\"auto\">\($0.value)</dd></div>" as HTML
        }
        let named: HTML = said.isEmpty ? .empty : "<dl class=\"facts\">\(said)</dl>"
        return """
            <section class="card pad" id="verdict" aria-label="What would happen"><h2>What would happen</h2>\(named)<p>\(scope)<b>\(grouped(changes))</b> would change, <b>\(grouped(stays))</b> \(stays == 1 ? "is" : "are") so already, <b>\(grouped(refused))</b> cannot be done. \(undoWords(undoable, of: changes))</p>\(begin)</section>
            \(list(content))
            """
    }

    private static func undoWords(_ undoable: Int, of changes: Int) -> String {
        if undoable == changes { return "Each change can be taken back for an hour." }
        return undoable == 0 ? "This cannot be taken back." : "Not each of these changes can be taken back."
    }

    private static func list(_ content: Content) -> HTML {
        let pairs = content.cases.enumerated().map { place, this in
            (this, place < content.outcomes.count ? content.outcomes[place] : nil)
        }
        // What cannot be done comes first: it is what somebody has to look at.
        let refused = pairs.filter { if case .refused = $0.1 { true } else { false } }
        let others = pairs.filter { if case .refused = $0.1 { false } else { true } }
        let rows = (refused + others).prefix(listed).map { this, outcome -> HTML in
            let words: HTML =
                switch outcome {
                case .changes?: "<span class=\"good\">changes</span>"
                case .stays?: "<span class=\"dim\">is so already</span>"
                case .refused(let message)?: "<span class=\"bad\">\(message)</span>"
                case nil: .empty
                }
            return """
                <li><a href="/cases/\(this.number)">\(this.number)</a> <span dir="auto">\(this.subject)</span> \(words)</li>
                """
        }
        let rest = pairs.count - rows.count
        let more: HTML = rest > 0 ? "<p class=\"by\">And \(grouped(rest)) more.</p>" : .empty
        return """
            <section aria-labelledby="bulk-cases"><div class="sec"><h2 id="bulk-cases">Cases</h2></div><div class="card clip"><ul class="plain-list">\(Array(rows))</ul></div>\(more)</section>
            """
    }
}
