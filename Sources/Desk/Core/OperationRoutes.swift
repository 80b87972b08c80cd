import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The routes of an operation: its form, the form's submission, and the JSON endpoint.
package enum OperationRoutes {
    static func routes(for operation: AnyOperation, _ services: Services) -> [Route] {
        let access = Access.right(operation.right)
        return [
            .signedIn(.get, operation.place.formPath, access, file: operation.file) { call in
                try await showForm(of: operation, call, services)
            },
            .signedIn(.post, operation.place.path, access, file: operation.file) { call in
                try await submitForm(of: operation, call, services)
            },
            .signedIn(.post, operation.place.apiPath, access, file: operation.file) { call in
                try await callJSON(operation, call, services)
            },
        ]
    }

    // MARK: JSON

    private static func callJSON(
        _ operation: AnyOperation, _ call: SignedInCall, _ services: Services
    ) async throws -> WebResponse {
        var raw =
            if let foreign = operation.foreign, call.request.contentType == "application/json" {
                try foreign(try await call.request.object())
            } else {
                try await call.request.input()
            }
        let base = try baseVersion(&raw, call.request)
        if case .act = operation.place { raw["id"] = .text(call.request.parameter("id")) }
        let key = call.request.headers[.idempotencyKey]
        if let key, key.isEmpty || key.utf8.count > 200 {
            throw Refusal(.invalid, "bad_idempotency_key", "An Idempotency-Key has 1 to 200 characters.")
        }
        let receipt = try await services.operations.run(
            operation,
            OperationRequest(
                actor: call.actor, raw: raw, base: base, idempotencyKey: key, requestID: call.request.id))
        let isNew = if case .create = operation.place { true } else { false }
        var response = WebResponse.json(.object(receipt.answer), status: isNew ? .created : .ok)
        if let version = receipt.answer["version"]?.integer { response.headers[.eTag] = "\"\(version)\"" }
        if isNew, let id = receipt.answer["number"]?.string ?? receipt.answer["id"]?.string {
            response.headers[.location] = "\(operation.place.apiPath)/\(percentEncoded(id))"
        }
        return response
    }

    /// The version that the caller saw: from If-Match, or from `base_version` in the body.
    private static func baseVersion(_ raw: inout RawInput, _ request: WebRequest) throws -> Version? {
        let inBody = raw.values.removeValue(forKey: "base_version")
        if let header = request.headers[.ifMatch], header != "*" {
            guard let version = version(Int(header.filter { $0 != "\"" && $0 != "W" && $0 != "/" })) else {
                throw Refusal(.invalid, "bad_if_match", "If-Match must be the ETag of the thing you read.")
            }
            return version
        }
        switch inBody {
        case nil, .missing, .null: return nil
        case .integer(let number): if let version = version(Int(number)) { return version }
        case .text(let text): if let version = version(Int(text)) { return version }
        default: break
        }
        throw Refusal(field: "base_version", "wrong_type", "base_version must be the version that you read.")
    }

    /// A number as a version; nil where nothing ever has it.
    private static func version(_ number: Int?) -> Version? {
        number.flatMap { (0...Int(Int32.max)).contains($0) ? Version($0) : nil }
    }

    // MARK: Forms

    private static func showForm(
        of operation: AnyOperation, _ call: SignedInCall, _ services: Services
    ) async throws -> WebResponse {
        var form = try await loadForm(of: operation, call, services)
        form.choose(call.request.query)
        var view = FormView(
            fields: visible(operation, form), values: form.values, policy: services.policy.current)
        view.references = form.references
        if operation.fields.contains(where: { $0.isEdit || $0.isOpen }) { view.originals = form.values }
        try await addDrafts(to: &view, of: operation, call, services)
        for field in view.fields where view.values[field.name] == .missing {
            if let text = call.request.query(field.name) { view.values[field.name] = .text(text) }
        }
        let key = newIdentifier(at: services.clock())
        return services.page(formPage(operation, form, view, key: key, base: form.base, nil, call), for: call)
    }

    private static func loadForm(
        of operation: AnyOperation, _ call: SignedInCall, _ services: Services
    ) async throws -> OperationForm {
        let policy = services.policy.current
        let id = call.request.parameter("id")
        let now = services.clock()
        return try await services.database.read { tx in
            var form = try operation.form(id, call.actor, policy, tx)
            form.atTime?(now, &form)
            try operation.complete(&form, id, call.actor, policy, now, tx)
            if let people = form.references["person"] {
                form.references["person"] = try PeopleDirectory.marked(people, at: now, in: tx)
            }
            return form
        }
    }

    private static func visible(_ operation: AnyOperation, _ form: OperationForm) -> [FieldDescription] {
        operation.fields.flatMap { field -> [FieldDescription] in
            if field.name == "id", case .act = operation.place { return [] }
            if let fields = form.replaced[field.name] { return fields }
            if case .answers = field.shape { return [] }
            var field = field
            if form.needed.contains(field.name) { field.isRequired = true }
            return [field]
        }
    }

    /// Puts in what the person was typing when browser or server went away.
    private static func addDrafts(
        to view: inout FormView, of operation: AnyOperation, _ call: SignedInCall, _ services: Services
    ) async throws {
        let prefix = "\(operation.name)/\(call.request.parameter("id"))"
        view.draftPrefix = prefix
        let keys = view.draftKeys
        guard !keys.isEmpty else { return }
        let drafts = try await services.database.read { tx in
            try keys.map { try DraftStore.find(key: $0, of: call.actor, in: tx) }
        }
        for (key, draft) in zip(keys, drafts) {
            guard let draft else { continue }
            let name = String(key.dropFirst(prefix.count + 1))
            view.values[name] = .text(draft.text)
            view.draftTimes[name] = draft.savedAt.microseconds / 1000
        }
    }

    private static func submitForm(
        of operation: AnyOperation, _ call: SignedInCall, _ services: Services
    ) async throws -> WebResponse {
        let sent = try await call.request.input()
        let submission = Submission(sent, operation)
        var raw = submission.changed
        if case .act = operation.place { raw["id"] = .text(call.request.parameter("id")) }
        if submission.leavesTheirs(operation) {
            return .seeOther(try await loadForm(of: operation, call, services).back)
        }
        do {
            if let problem = submission.problem { throw problem }
            let receipt = try await services.operations.run(
                operation,
                OperationRequest(
                    actor: call.actor, raw: raw, base: submission.base,
                    idempotencyKey: submission.key.map { "form:\($0)" }, requestID: call.request.id))
            try await DraftStore.clear(submission.draftKeys, of: call.actor, services)
            let usual = operation.destination(receipt.answer, call.actor)
            let place = submission.returnTo.map { $0.saying(as: usual) } ?? usual
            return .seeOther(place.offering(undo: receipt.answer["undo"]?.string))
        } catch let refusal as Refusal
            where [.invalid, .stale, .conflict, .tooLarge].contains(refusal.reason)
        {
            return try await showAgain(operation, submission, refusal, call, services)
        }
    }

    private static func showAgain(
        _ operation: AnyOperation, _ submission: Submission, _ refusal: Refusal, _ call: SignedInCall,
        _ services: Services
    ) async throws -> WebResponse {
        let form = try await loadForm(of: operation, call, services)
        let key = newIdentifier(at: services.clock())
        let status = Int(refusal.reason.status.code)
        if refusal.reason == .stale {
            let names = try await PeopleDirectory.names(of: refusal.clashes.map(\.by), services)
            let page = ConflictPage.page(
                operation, form, submission, refusal, names: names, key: key, path: call.request.path,
                now: services.clock())
            return services.page(page, for: call, status: status)
        }
        var view = FormView(
            fields: visible(operation, form), values: submission.typed, policy: services.policy.current)
        view.fields += submission.dropped(beside: view.fields, of: operation)
        view.references = form.references
        view.originals = submission.originals
        view.problems = refusal.problems
        view.draftPrefix = "\(operation.name)/\(call.request.parameter("id"))"
        return services.page(
            formPage(operation, form, view, key: key, base: submission.base ?? form.base, refusal, call),
            for: call,
            status: status)
    }

    private static func formPage(
        _ operation: AnyOperation, _ form: OperationForm, _ view: FormView, key: String, base: Version?,
        _ refusal: Refusal?, _ call: SignedInCall
    ) -> Page {
        let title = form.about.map { "\(operation.summary): \($0)" } ?? operation.summary
        let missing = missing(view)
        let drafts: HTML =
            view.draftKeys.isEmpty
            ? .empty
            : "<input type=\"hidden\" name=\"_draft\" value=\"\(view.draftKeys.joined(separator: "\n"))\">"
        let action: String =
            if case .act = operation.place {
                operation.place.path.replacing("{id}", with: percentEncoded(call.request.parameter("id")))
            } else {
                operation.place.path
            }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="\(form.back.text)">\(form.backName)</a><span aria-hidden="true">/</span><span>\(operation.summary)</span></nav>
            <h1>\(title)</h1>
            <div class="with-side"><div>\(refusal.map(view.summary) ?? .empty)\(advice(form))
            <form class="form" method="post" action="\(action)" data-enhance>\(FormView.hidden(key: key, base: base))\(drafts)
            \(view.allFields)
            <p class="form-error" data-form-error role="alert"></p>
            <div class="foot"><button class="btn go">\(operation.verb)<kbd>Ctrl ↵</kbd></button><a class="btn bare" href="\(form.back.text)" data-cancel>Cancel</a><span class="draft-state" data-draft-state role="status"></span></div></form></div>
            \(missing)</div>
            """
        return Page(
            title, here: "/" + (form.back.text.split(separator: "/").first.map(String.init) ?? ""), main: main
        )
    }
}

extension OperationRoutes {
    /// What is missing, beside the form: a link to each field that is needed, hidden once it is filled.
    fileprivate static func missing(_ view: FormView) -> HTML {
        let wanted = view.fields.filter { $0.isRequired || $0.isWanted }
        guard wanted.count >= 2 else { return .empty }
        let empty = wanted.filter { view.values[$0.name].typed.trimmingWhitespace.isEmpty }
        let items = wanted.map { field in
            let isFilled = !empty.contains { $0.name == field.name }
            return """
                <li\(.flag("hidden", isFilled))><a href="#\(view.id(field.name))" data-missing>\(field.label)</a></li>
                """ as HTML
        }
        let count = empty.isEmpty ? "Nothing missing" : "\(empty.count) of \(wanted.count) missing"
        return """
            <nav class="card missing" aria-label="What is missing" data-missing-list><h2 data-missing-count>\(count)</h2><ul>\(items)</ul></nav>
            """
    }

    /// What has to be done elsewhere before this can succeed.
    fileprivate static func advice(_ form: OperationForm) -> HTML {
        let hints = form.hints.map { "<p>\(isolated($0))</p>" as HTML }
        let items = form.advice.map { "<p>\($0)</p>" as HTML }
        var seen: Set<String> = []
        let links = form.ways.filter { seen.insert($0.path.text).inserted }.map { way in
            "<a href=\"\(way.path.text)\">\(way.title)</a>" as HTML
        }
        let ways: HTML = links.isEmpty ? .empty : "<p class=\"ways\">\(links)</p>"
        func notice(_ tone: String, _ sign: String, _ content: HTML) -> HTML {
            "<div class=\"notice \(tone)\" role=\"status\">\(icon(sign))<div>\(content)</div></div>"
        }
        // Hints and other ways alone are help, not a warning.
        if items.isEmpty {
            return hints.isEmpty && links.isEmpty ? .empty : notice("info", "info", "\(hints)\(ways)")
        }
        let help = hints.isEmpty ? .empty : notice("info", "info", "\(hints)")
        return "\(help)\(notice("warn", "alert", "\(items)\(ways)"))"
    }
}

/// A submitted form: what was typed, apart from what the form itself carries along.
struct Submission {
    /// What stood in the fields.
    var typed: RawInput
    /// What stood in them when the form was made.
    var originals: RawInput
    /// What is sent on: of an edit, only the fields that the person changed.
    var changed: RawInput
    var base: Version?
    var key: String?
    var returnTo: LocalPath?
    var draftKeys: [String]
    /// What is wrong with what the form itself carries along.
    var problem: Refusal?
    private var theirs: Set<String> = []

    /// Takes the version that the form was made for; it is empty where nothing can clash.
    ///
    /// What is no version of ours is refused: taken for none, it would switch the check against other people's edits off.
    private mutating func take(base text: String) {
        guard !text.isEmpty else { return }
        guard let number = Int(text), (0...Int(Int32.max)).contains(number) else {
            problem = Refusal(
                field: "_base", "wrong_type",
                "The form did not say which version it was made for, so nothing was changed. Look at what stands there now, then send it again."
            )
            return
        }
        base = Version(number)
    }

    init(_ sent: RawInput, _ operation: AnyOperation) {
        (typed, originals, changed, draftKeys) = (RawInput(), RawInput(), RawInput(), [])
        for (name, value) in sent.values {
            switch name {
            case "_key": key = value.typed.utf8.contains(0) ? nil : String(value.typed.prefix(200))
            case "_base": take(base: value.typed)
            case "_return": returnTo = LocalPath(untrusted: value.typed)
            case "_draft":
                draftKeys = value.typed.split(separator: "\n").map(String.init).filter {
                    !$0.utf8.contains(0)
                }
            case _ where name.hasPrefix("was."): originals[String(name.dropFirst(4))] = value
            case _ where name.hasPrefix("_take."): continue
            default: typed[name] = Self.withoutEmpty(value)
            }
        }
        for (name, value) in sent.values where name.hasPrefix("_take.") && value.typed == "theirs" {
            typed.values.removeValue(forKey: String(name.dropFirst(6)))
            theirs.insert(String(name.dropFirst(6)))
        }
        changed = typed
        let open = operation.fields.filter(\.isOpen).map { $0.name + "." }
        for (name, value) in typed.values where open.contains(where: name.hasPrefix) {
            if Self.normalized(originals[name].typed) == Self.normalized(value.typed) {
                changed.values.removeValue(forKey: name)
            }
        }
        for field in operation.fields where field.isEdit {
            guard let original = originals.values[field.name], let now = typed.values[field.name] else {
                continue
            }
            if Self.normalized(original.typed) == Self.normalized(now.typed) {
                changed.values.removeValue(forKey: field.name)
            }
        }
    }

    /// Whether the person chose the others' version of everything that the operation would have changed.
    ///
    /// Only an edit changes several things, of which some may stay as the others have them.
    func leavesTheirs(_ operation: AnyOperation) -> Bool {
        guard !theirs.isEmpty else { return false }
        return !operation.fields.contains { $0.isEdit || $0.isOpen } || changed.values.isEmpty
    }

    /// What was typed into questions that the form no longer asks: shown again, so that nothing is lost.
    func dropped(beside fields: [FieldDescription], of operation: AnyOperation) -> [FieldDescription] {
        let open = operation.fields.filter(\.isOpen).map { $0.name + "." }
        let names = typed.values.keys.filter { name in
            open.contains(where: name.hasPrefix) && !fields.contains { $0.name == name }
                && !typed[name].typed.isEmpty
        }
        return names.sorted().map { name in
            var field = Field<String>.text(name, "No longer asked (\(name.split(separator: ".").last ?? ""))")
                .description
            field.isRequired = false
            return field
        }
    }

    /// A list of boxes without the empty value that every such list carries.
    private static func withoutEmpty(_ value: RawValue) -> RawValue {
        guard case .list(let values) = value else { return value }
        let kept = values.filter { $0 != .text("") }
        return kept.count == 1 ? kept[0] : .list(kept)
    }

    private static func normalized(_ text: String) -> String {
        if let time = Timestamp(text) { return time.fieldText }
        return text.normalizingLineBreaks
    }
}

/// The page on which a person chooses between two versions of the same thing.
enum ConflictPage {
    static func page(
        _ operation: AnyOperation, _ form: OperationForm, _ submission: Submission, _ refusal: Refusal,
        names: [String: String], key: String, path: String, now: Timestamp
    ) -> Page {
        let others = Set(refusal.clashes.map { names[$0.by] ?? $0.by }).sorted().joined(separator: " and ")
        let about = form.about ?? "this"
        let clashes = refusal.clashes.map { clash(clash: $0, name: names[$0.by] ?? $0.by, now: now) }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="\(form.back.text)">\(about)</a><span aria-hidden="true">/</span><span>Choose</span></nav>
            <h1>\(others) changed the same thing while you were writing</h1><p class="lede">Nothing of yours is lost and nothing of theirs is overwritten yet. Choose which stays, then save.</p>
            <form class="form" method="post" action="\(path)" data-enhance>\(FormView.hidden(key: key, base: refusal.currentVersion.map { Version($0) }))
            \(kept(submission, refusal))
            \(clashes)
            <p class="form-error" data-form-error role="alert"></p>
            <div class="foot"><button class="btn go">Save what is chosen</button><a class="btn bare" href="\(form.back.text)">Drop mine, back to \(about)</a></div></form>
            """
        return Page("Both of you changed \(about)", main: main)
    }

    /// Everything that the person sent, so that it is sent again with the choice.
    private static func kept(_ submission: Submission, _ refusal: Refusal) -> [HTML] {
        submission.changed.values.sorted { $0.key < $1.key }.flatMap { name, value -> [HTML] in
            if name == "id" { return [] }
            if case .list(let values) = value { return values.map { hidden(name, $0.typed) } }
            return [hidden(name, value.typed)]
        }
    }

    private static func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    private static func clash(clash: Refusal.Clash, name: String, now: Timestamp) -> HTML {
        """
        <fieldset class="clash"><legend><span class="sr">\(clash.label)</span></legend><p class="clash-h">\(clash.label)</p><div class="sides">
        <label class="choice"><input type="radio" name="_take.\(clash.field)" value="mine" checked><span><b>Yours</b><small>You, now</small><span class="text" dir="auto">\(clash.yours)</span></span></label>
        <label class="choice"><input type="radio" name="_take.\(clash.field)" value="theirs"><span><b>Theirs</b><small>\(name), \(time(clash.at, now: now))</small><span class="text" dir="auto">\(clash.theirs)</span></span></label>
        </div></fieldset>
        """
    }
}
