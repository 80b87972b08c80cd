import Diagnosis
import Domain
import Storage
import Web

/// The page of one piece of evidence: what is known of it, and what of it can be shown without running anything.
enum EvidencePreviewPages {
    /// How many bytes of text a page shows.
    static let window = 48_000

    /// What of a piece is shown.
    enum Preview: Sendable {
        case text(Window)
        case image(width: Int, height: Int)
        case none(String)
        case closed
    }

    /// A part of a text.
    struct Window: Sendable {
        var text: String
        var encoding: String
        var from: Int64
        var next: Int64?
        var size: Int64
        var isFormatted: Bool
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (this, found) = try await EvidenceReadPages.find(call, services)
        let policy = services.policy.current
        let (kind, preview) = try await preview(of: found, call, services)
        let names = try await PeopleDirectory.names(of: [found.addedBy], services)
        let isClosed = if case .closed = preview { true } else { false }
        let isReadable = found.isReadable(by: call.actor, policy: policy) && !found.isRemoved
        let seal = try await isReadable && !isClosed ? seal(of: found, call, services) : .none
        let analysis =
            isReadable && !isClosed
            ? try await AnalysisPages.section(of: found, in: this, for: call, services) : .empty
        let view = EvidenceView(
            this: this, found: found, kind: kind, preview: preview, policy: policy, now: services.clock(),
            actor: call.actor, addedBy: names[found.addedBy] ?? "Thirdline",
            newKey: newIdentifier(at: services.clock()),
            seal: seal, analysis: analysis,
            notSearched: try await services.database.read { tx in
                try SearchDirectory.skipped(of: this.id, in: tx).first { $0.source == found.id.raw }?.detail
            })
        var page = Page("\(found.number) \(found.name), \(this.number)", here: "/cases", main: view.main)
        page.events = "/cases/\(this.number)/events"
        return services.page(page, for: call)
    }

    /// What of a text is sealed, and whether this reader has opened it.
    enum Seal: Sendable {
        /// It is shown as it is.
        case none
        /// A copy is shown, with so many values replaced; the original is another step away.
        ///
        /// - Parameter isSame: whether the copy is the piece itself, in which nothing had to be replaced or left out.
        case copy(replaced: [String: Int], isSame: Bool, isOpen: Bool, showsOriginal: Bool)
    }

    private static func seal(
        of found: Evidence, _ call: SignedInCall, _ services: Services
    ) async throws -> Seal {
        guard EvidenceReadPages.isSealed(found, for: call.actor, services) else { return .none }
        let copy = try await services.database.read { tx in
            try RedactionDirectory.copy(of: found.id, in: tx)
        }
        guard let copy else { return .none }
        return .copy(
            replaced: copy.replaced, isSame: copy.hash == found.hash,
            isOpen: try await EvidenceReadPages.isOriginalOpen(found, for: call.actor, services),
            showsOriginal: call.request.query("show") == "original")
    }

    private static func preview(
        of found: Evidence, _ call: SignedInCall, _ services: Services
    ) async throws -> (kind: FileKind?, Preview) {
        let policy = services.policy.current
        if found.isRemoved { return (nil, .none("Its bytes were taken away.")) }
        guard found.isReadable(by: call.actor, policy: policy) else {
            return (
                nil, .none("It is restricted: reading it takes a right that you do not have. Ask a lead.")
            )
        }
        guard try await EvidenceReadPages.isOpen(found, for: call.actor, services) else {
            return (nil, .closed)
        }
        let file: EvidenceFile
        do {
            file = try await EvidenceReadPages.open(
                found, way: "preview", for: call.actor, original: call.request.query("show") == "original",
                services
            ).file
        } catch let refusal as Refusal where refusal.code == "copy_on_its_way" {
            return (nil, .none("Its redacted copy is being made. It stands here in a moment."))
        }
        let head = try await services.evidence.working { try file.read(at: 0, count: EvidencePart.headSize) }
        let kind = FileKind(sniffing: head)
        if EvidenceReadPages.canShowAsImage(found) {
            guard kind.isSafeImage, let size = kind.pixels else {
                return (kind, .none("This image is broken, or too large to be shown. Download it."))
            }
            return (kind, .image(width: size.width, height: size.height))
        }
        guard let encoding = DecodedText.encoding(of: Array(head.prefix(4096))), !head.isEmpty else {
            return (kind, .none("There is nothing in it that can be shown here. Download it."))
        }
        let from = call.request.query("from").flatMap { Int64($0) } ?? 0
        let start = max(0, min(from, max(0, file.size - 1)))
        let unit = Int64(encoding.unit)
        let place = start / unit * unit
        let count = window + 4096
        let bytes = try await services.evidence.working { try file.read(at: place, count: count) }
        return (kind, .text(cut(bytes, encoding, from: place, size: file.size, kind)))
    }

    /// A window that ends with a line, where lines are not too long.
    private static func cut(
        _ bytes: [UInt8], _ encoding: DecodedText.Encoding, from: Int64, size: Int64, _ kind: FileKind
    ) -> Window {
        var end = min(bytes.count, window)
        let isLast = from + Int64(bytes.count) >= size && bytes.count <= window
        if isLast {
            end = bytes.count
        } else if encoding.unit == 1, let line = bytes[..<end].lastIndex(of: 10), line > window / 2 {
            end = line + 1
        } else if encoding == .utf8 {
            while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        } else {
            end -= end % encoding.unit
        }
        var text = DecodedText(Array(bytes[..<end]), as: encoding).visible
        var isFormatted = false
        if kind.mediaType == "application/json", from == 0, isLast,
            let json = try? JSON(parsing: Array(bytes[..<end])), json.array != nil || json.object != nil
        {
            // Formatting is for reading only; the bytes stay as they are.
            text = DecodedText(Array(PrettyJSON.text(json).utf8), as: .utf8).visible
            isFormatted = true
        }
        return Window(
            text: text, encoding: encoding.rawValue, from: from, next: isLast ? nil : from + Int64(end),
            size: size, isFormatted: isFormatted)
    }
}

/// JSON with a member a line, for people.
enum PrettyJSON {
    static func text(_ json: JSON, indent: String = "") -> String {
        let inner = indent + "  "
        switch json {
        case .object(let object) where !object.members.isEmpty:
            let lines = object.members.map {
                "\(inner)\(JSON.string($0.key).text): \(text($0.value, indent: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let values) where !values.isEmpty:
            let lines = values.map { inner + text($0, indent: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
        default: return json.text
        }
    }
}

/// The page of one piece of evidence.
struct EvidenceView {
    let this: SupportCase
    let found: Evidence
    let kind: FileKind?
    let preview: EvidencePreviewPages.Preview
    let policy: Policy
    let now: Timestamp
    let actor: Actor
    let addedBy: String
    let newKey: String
    let seal: EvidencePreviewPages.Seal
    /// What its logs say.
    let analysis: HTML
    /// Why a search does not find what stands in it, or not all of it.
    let notSearched: String?

    private var path: String { "/cases/\(this.number)/evidence/\(found.number)" }
    private var operations: String { "/evidence/\(this.number).\(found.number)" }

    var main: HTML {
        """
        <nav class="crumb" aria-label="Breadcrumb"><a href="/cases">Queue</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><a href="/cases/\(this.number)/evidence">Evidence</a><span aria-hidden="true">/</span><span>\(found.number)</span></nav>
        <div class="head"><div><h1>\(found.number) \(isolated(found.name))</h1><p class="facts-line">\(EvidencePages.facts(found, policy).map { "<span>\($0)</span>" as HTML })</p></div><div class="btns">\(buttons)</div></div>
        \(warnings)<div class="case"><div class="stack">\(analysis)\(shown)</div>
        \(side)</div>
        """
    }

    private var isReadable: Bool { found.isReadable(by: actor, policy: policy) && !found.isRemoved }

    private var buttons: [HTML] {
        guard !found.isRemoved else { return [] }
        var buttons: [HTML] = []
        if actor.may("evidence.remove") {
            buttons.append("<a class=\"btn danger\" href=\"\(operations)/remove\">Take away</a>")
        }
        if actor.may("evidence.share"), isReadable {
            buttons.append("<a class=\"btn\" href=\"\(operations)/share\">\(icon("send"))Share</a>")
        }
        if actor.may("evidence.describe"), isReadable {
            buttons.append("<a class=\"btn\" href=\"\(operations)/describe\">\(icon("edit"))Describe</a>")
        }
        if isReadable, !isClosed, canBeLog {
            buttons.append("<a class=\"btn\" href=\"\(path)/log\">\(icon("doc"))Read as a log</a>")
        }
        if isReadable, !isClosed {
            buttons.append(
                "<a class=\"btn go\" href=\"\(path)/content\(showsOriginal ? "?show=original" as HTML : .empty)\" download>Download</a>"
            )
        }
        return buttons
    }

    /// Whether its bytes are text, or may hold text.
    private var canBeLog: Bool {
        if case .image = preview { return false }
        if case .text = preview { return true }
        let archives = [
            "application/zip", "application/gzip", "application/zstd", "application/x-xz",
            "application/x-bzip2", "application/x-7z-compressed", "application/x-tar",
        ]
        return kind.map { archives.contains($0.mediaType) } ?? false
    }

    private var showsOriginal: Bool {
        if case .copy(_, _, _, let shows) = seal { shows } else { false }
    }

    /// What people see of it, and the way to the original.
    private var sealed: HTML? {
        guard case .copy(let replaced, let isSame, let isOpen, let showsOriginal) = seal else { return nil }
        if showsOriginal {
            return "The original; that you read it is on record. <a href=\"\(path)\">Redacted copy</a>"
        }
        let count = replaced.values.reduce(0, +)
        let kinds = replaced.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            "\(grouped($0.value)) \($0.key)"
        }
        let what: HTML =
            isSame
            ? "As it came; nothing private was found"
            : count == 0
                ? "A copy without what could not be looked through: <code>\(RedactionWork.leftOut)</code> in it names that"
                : "Redacted copy, \(grouped(count)) \(count == 1 ? "value" : "values") replaced <span class=\"dim\">\(kinds.joined(separator: ", "))</span>"
        guard actor.may(Evidence.restrictedRight), !isSame else { return what }
        return isOpen
            ? "\(what). <a href=\"\(path)?show=original\">Show the original</a>"
            : "\(what). <a href=\"\(operations)/open\">Open the original</a>"
    }

    private var isClosed: Bool { if case .closed = preview { true } else { false } }

    private var warnings: [HTML] {
        var lines = found.clockFlags
        if let notSearched, !found.isRemoved { lines.append("Not searched: \(notSearched)") }
        if found.givenName != nil {
            lines.append("Its name held a path or characters that can do harm, so it was changed.")
        }
        if let kind, let claim = claimedKind, !claim.types.contains(kind.mediaType) {
            lines.append(
                "Its name says \(claim.name), but its bytes are \(kind.isProgram ? "a \(kind.name)" : kind.name). It is never run here."
            )
        } else if let kind, kind.isProgram {
            lines.append("It is a \(kind.name). It is never run here; be careful with it at home.")
        }
        return lines.map { line in
            "<div class=\"notice warn\">\(icon("alert"))<div>\(line)</div></div>"
        }
    }

    private var claimedKind: (name: String, types: [String])? {
        let ending = found.name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        switch ending {
        case "png": return ("PNG image", ["image/png"])
        case "jpg", "jpeg": return ("JPEG image", ["image/jpeg"])
        case "gif": return ("GIF image", ["image/gif"])
        case "webp": return ("WebP image", ["image/webp"])
        case "txt", "log":
            return ("text", ["text/plain", "application/json", "text/xml", "text/html", "text/x-script"])
        case "json", "har": return ("JSON", ["application/json", "text/plain"])
        case "pdf": return ("PDF", ["application/pdf"])
        default: return nil
        }
    }

    // MARK: What is shown

    private var shown: HTML {
        switch preview {
        case .text(let window): return text(window)
        case .image(let width, let height):
            return """
                <figure class="card pad picture"><img src="\(path)/content?show=image" alt="\(found.name), as it was sent" width="\(width)" height="\(height)" loading="lazy"><figcaption class="dim f13">\(width) × \(height) pixels</figcaption></figure>
                """
        case .none(let why):
            return """
                <div class="card" id="preview" data-live><div class="empty"><h2>No preview</h2><p>\(why)</p></div></div>
                """
        case .closed: return reasonForm
        }
    }

    private func text(_ window: EvidencePreviewPages.Window) -> HTML {
        let show: HTML = showsOriginal ? "show=original" : .empty
        let first: HTML = window.from > 0 ? "<a href=\"\(path)?\(show)\">From the start</a>" : .empty
        let next: HTML =
            window.next.map {
                "<a href=\"\(path)?from=\(String($0))\(showsOriginal ? "&amp;show=original" as HTML : .empty)\">Go on</a>"
            } ?? .empty
        let isAll = window.from == 0 && window.next == nil
        let place =
            isAll
            ? "All of it"
            : "From byte \(grouped(Int(window.from))) to \(grouped(Int(window.next ?? window.size))) of \(grouped(Int(window.size)))"
        return """
            <section class="card clip" id="preview" aria-labelledby="pv-h"><div class="sec pad"><h2 id="pv-h">Content</h2><span class="dim f13">\(place), \(window.encoding)\(window.isFormatted ? ", formatted for reading" : "")</span><nav class="views" aria-label="Parts of the text">\(first)\(next)</nav></div><pre class="sheet" tabindex="0" aria-label="Content of \(found.name)">\(window.text)</pre></section>
            """
    }

    private var reasonForm: HTML {
        """
        <form class="card pad form" method="post" action="\(operations)/open" data-enhance>\(FormView.hidden(key: newKey, base: nil))<h2>Restricted</h2><p class="soft">Each reading stands on record with your name, the time and the reason. It is open to you for an hour.</p><div class="fld"><label for="reason">Why do you need it?</label><input class="input" id="reason" name="reason" required maxlength="500" dir="auto" autocomplete="off"></div><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn go">Open</button></div></form>
        """
    }

    // MARK: Beside

    private var side: HTML {
        var pairs: [(String, HTML)] = [
            ("Kind", "\(policy.evidence.name(ofType: policy.evidence.type(of: found)))"),
            (
                "Size",
                "\(EvidenceWords.size(found.size)) <span class=\"dim\">\(grouped(Int(found.size))) bytes</span>"
            ),
            ("Sensitivity", "\(policy.evidence.sensitivity(of: found).name)"),
            ("Who sees it", found.isPublic ? "Colleagues and the customer" : "Colleagues only"),
        ]
        if let sealed { pairs.append(("Shown", sealed)) }
        for field in [EvidenceField.source, .collector, .environment, .zone, .clockOffset] {
            guard found.details[field] != nil else { continue }
            pairs.append((field.label, isolated(EvidenceWords.value(of: field, in: found, policy))))
        }
        if let collected = found.collectedAt {
            pairs.append(("Collected", moment(collected, given: found.details[.collectedAtGiven])))
        }
        if let from = found.coversFrom {
            pairs.append(("Covers from", moment(from, given: found.details[.coversFromGiven])))
        }
        if let to = found.coversTo {
            pairs.append(("Covers to", moment(to, given: found.details[.coversToGiven])))
        }
        pairs.append(("Added", "\(time(found.addedAt, now: now)), \(isolated(addedBy))"))
        if let retention = policy.evidence.retention(of: found) {
            let until = found.addedAt.adding(seconds: Int64(retention.days) * 86_400)
            let over: HTML = until <= now ? " <span class=\"warn\">over</span>" : .empty
            pairs.append(("Kept until", "\(until.day)\(over) <span class=\"dim\">\(retention.name)</span>"))
        }
        if let item = found.item { pairs.append(("Answers", "<span class=\"ref\">\(item)</span>")) }
        if !found.hash.isEmpty, isReadable {
            pairs.append(
                (
                    "SHA-256",
                    "<details class=\"fold\"><summary>Show</summary><code id=\"hash\">\(found.hash)</code></details>"
                ))
        }
        let list = pairs.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>" as HTML }
        return """
            <aside class="card clip" id="side" aria-label="What is known of it"><section class="panel"><header><h2>Evidence</h2></header><dl class="pairs">\(list)</dl></section></aside>
            """
    }

    /// A moment in UTC, with what stood there where that is not the same.
    private func moment(_ moment: Timestamp, given: String?) -> HTML {
        let zone = found.details[.zone] ?? "UTC"
        let original: HTML =
            given.map { "<span class=\"dim\">given as \(isolated($0)), \(isolated(zone))</span>" } ?? .empty
        return "<time datetime=\"\(moment.rfc3339)\">\(moment.day) \(moment.clock) UTC</time> \(original)"
    }
}
