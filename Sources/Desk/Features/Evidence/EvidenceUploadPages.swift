import Diagnosis
import Domain
import Foundation
import HTTPTypes
import Storage
import Web

/// How files come in: the form, the API, and uploads in pieces.
enum EvidenceUploadPages {
    static func routes(_ services: Services) -> [Route] {
        let add = Access.right(AddEvidence.right)
        let give = Access.right(GiveEvidence.right)
        return [
            .signedIn(.get, "/cases/{id}/evidence/new", add) { call in
                try await showForm(call, services)
            },
            .signedIn(.post, "/cases/{id}/evidence", add) { call in
                try await submit(call, AnyOperation(AddEvidence.self), services)
            },
            .signedIn(.post, "/portal/cases/{id}/evidence", give) { call in
                try await submit(call, AnyOperation(GiveEvidence.self), services)
            },
            .signedIn(.post, "/api/v1/cases/{id}/evidence", add) { call in
                try await upload(
                    call, name: call.request.query("name"), AnyOperation(AddEvidence.self), services)
            },
            .signedIn(.put, "/api/v1/cases/{id}/evidence/{number}", add) { call in
                let name = call.request.parameter("number")
                return try await upload(call, name: name, AnyOperation(AddEvidence.self), services)
            },
            .signedIn(.post, "/api/v1/portal/cases/{id}/evidence", give) { call in
                try await upload(
                    call, name: call.request.query("name"), AnyOperation(GiveEvidence.self), services)
            },
        ]
    }

    /// The case, if the caller may see it, before a byte of the body is read.
    static func find(_ call: SignedInCall, _ services: Services) async throws -> SupportCase {
        try await services.database.read { tx in
            try CaseDirectory.find(call.request.parameter("id"), for: call.actor, in: tx)
        }
    }

    // MARK: API

    private static func upload(
        _ call: SignedInCall, name: String?, _ operation: AnyOperation, _ services: Services
    ) async throws -> WebResponse {
        let this = try await find(call, services)
        let receiver = UploadReceiver(services)
        var fields = RawInput()
        var files: [ReceivedFile] = []
        if call.request.contentType == "multipart/form-data" {
            (fields, files) = try await receiver.form(call.request)
        } else {
            var name = name ?? "upload"
            for pair in call.request.query where !["name", "sha256"].contains(pair.name) {
                fields[pair.name] = .text(pair.value)
            }
            if name.isEmpty { name = "upload" }
            files = [
                try await receiver.body(call.request, name: name, claimed: call.request.query("sha256") ?? "")
            ]
        }
        fields["sha256"] = .missing
        guard !files.isEmpty else { throw noFile }
        let key = call.request.headers[.idempotencyKey]
        var answers: [JSON] = []
        for (index, file) in files.enumerated() {
            let receipt = try await add(
                file, fields, to: this, operation, as: call.actor, key: key.map { "\($0)/\(index)" },
                request: call.request.id, services)
            answers.append(.object(receipt.answer))
        }
        var response = WebResponse.json(
            answers.count == 1 ? answers[0] : ["items": .array(answers)], status: .created)
        if let number = answers[0]["number"]?.string {
            response.headers[.location] = "/api/v1/cases/\(this.number)/evidence/\(number)"
        }
        return response
    }

    private static let noFile = Refusal(
        field: "file", "missing", "Choose a file, drop one here, or paste text.")

    /// Records that a received file is evidence of a case.
    static func add(
        _ file: ReceivedFile, _ fields: RawInput, to this: SupportCase, _ operation: AnyOperation,
        as actor: Actor, key: String?, request: String, _ services: Services
    ) async throws -> Receipt {
        var raw = RawInput(fields.values.filter { $0.value != .missing && $0.key != "_key" })
        raw["id"] = .text(this.id.raw)
        raw["file"] = AddEvidence.raw(file)
        return try await services.operations.run(
            operation, OperationRequest(actor: actor, raw: raw, idempotencyKey: key, requestID: request))
    }

    // MARK: The form

    private static func showForm(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let this = try await find(call, services)
        return services.page(
            formPage(this, RawInput(), nil, added: [], services), for: call)
    }

    private static func submit(
        _ call: SignedInCall, _ operation: AnyOperation, _ services: Services
    ) async throws -> WebResponse {
        let this = try await find(call, services)
        let (fields, files) = try await UploadReceiver(services).form(call.request)
        var raw = fields
        let key = raw.values.removeValue(forKey: "_key")?.typed
        raw["sha256"] = .missing
        for (name, value) in raw.values where value == .text("") { raw.values[name] = nil }
        var added: [String] = []
        var last = JSONObject()
        var current: String?
        do {
            guard !files.isEmpty else { throw noFile }
            for (index, file) in files.enumerated() {
                current = file.name.name
                last = try await add(
                    file, raw, to: this, operation, as: call.actor, key: key.map { "form:\($0)/\(index)" },
                    request: call.request.id, services
                ).answer
                let names = [last["number"]?.string, last["name"]?.string].compactMap { $0 }
                added.append(names.joined(separator: ", "))
            }
        } catch let refusal as Refusal where call.actor.isCustomer && refusal.reason != .denied {
            let page = try await portalPage(
                this, item: fields["item"].typed, refused: current, refusal, added: added, services)
            return services.page(page, for: call, status: Int(refusal.reason.status.code))
        } catch let refusal as Refusal where refusal.reason != .denied {
            let page = formPage(this, fields, refusal, added: added, services)
            return services.page(page, for: call, status: Int(refusal.reason.status.code))
        }
        if files.count > 1, !call.actor.isCustomer {
            return .seeOther("/cases/\(this.number)/evidence?done=kept")
        }
        return .seeOther(operation.destination(last, call.actor))
    }

    private static func formPage(
        _ this: SupportCase, _ typed: RawInput, _ refusal: Refusal?, added: [String], _ services: Services
    ) -> Page {
        let policy = services.policy.current
        var view = FormView(fields: fields, values: typed, policy: policy)
        view.problems = refusal?.problems ?? []
        let path = "/cases/\(this.number)/evidence"
        let kept: HTML =
            added.isEmpty
            ? .empty
            : """
            <div class="notice">\(icon("check"))<div>Kept already: \(added.joined(separator: "; ")). Do not send these again.</div></div>
            """
        let key = newIdentifier(at: services.clock())
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><a href="\(path)">Evidence</a><span aria-hidden="true">/</span><span>Add</span></nav>
            <h1>Add evidence: \(this.number)</h1><p class="lede">Any file, up to \(EvidenceWords.size(policy.evidence.mostBytes)). It is kept as it is; nothing in it is run or shown unless it is safe.</p>\(kept)\(refusal.map(view.summary) ?? .empty)
            <form class="form" method="post" action="\(path)" enctype="multipart/form-data" data-enhance><input type="hidden" name="_key" value="\(key)">
            \(dropField(problems: view.problems))
            <div class="fld"><label for="pasted">Or paste text <span class="opt">optional</span></label><p class="help" id="pasted-h">Becomes a file of its own. A screenshot on the clipboard can be pasted anywhere on this page.</p><textarea class="input mono" id="pasted" name="pasted" rows="4" dir="auto" autocomplete="off" aria-describedby="pasted-h">
            \(typed["pasted"].typed)</textarea></div>
            \(view.field(named: "type"))\(view.field(named: "sensitivity"))
            <details class="fold"><summary>Source, times and retention</summary><div class="form">\(more(view))</div></details>
            <p class="form-error" data-form-error role="alert"></p>
            <div class="foot"><button class="btn go" data-sending="Sending…">Add evidence<kbd>Ctrl ↵</kbd></button><a class="btn bare" href="\(path)">Cancel</a></div></form>
            \(curlHelp(this, services))
            """
        return Page("Add evidence: \(this.number)", here: "/cases", main: main)
    }

    /// The customer's form again, with the file that was not taken, why, and what came through all the same.
    private static func portalPage(
        _ this: SupportCase, item number: String, refused name: String?, _ refusal: Refusal,
        added: [String], _ services: Services
    ) async throws -> Page {
        let item = try await services.database.read { tx in
            try EvidenceDirectory.state(of: this.id, in: tx).item(number.uppercased())
        }
        let asked: HTML = item.map { "<p class=\"text\" dir=\"auto\">For: \($0.text)</p>" } ?? .empty
        let kept: HTML =
            added.isEmpty
            ? .empty
            : """
            <div class="notice" role="status">\(icon("check"))<div>Received: \(HTML.joined(added.map { isolated($0) }, by: ", ")). You need not send \(added.count == 1 ? "it" : "them") again.</div></div>
            """
        let title: HTML = name.map { "\(isolated($0)) was not taken" } ?? "No file was sent"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/portal">Your cases</a><span aria-hidden="true">/</span><a href="/portal/cases/\(this.number)">\(this.number)</a><span aria-hidden="true">/</span><span>Send a file</span></nav>
            <div class="stack"><h1>Send a file: \(this.number)</h1>\(kept)<div class="problem" role="alert"><h2>\(title)</h2><p>\(refusal.message)</p></div>
            \(asked)\(EvidenceCasePages.giveForm(this, item: item?.isOpen == true ? item?.number : nil, key: newIdentifier(at: services.clock())))</div>
            """
        return Page("Send a file: \(this.number)", here: "/portal", main: main)
    }

    static func dropField(problems: [Refusal.Problem] = []) -> HTML {
        let messages = problems.filter { $0.field == "file" || $0.field == "sha256" }.map(\.message)
        let error: HTML =
            messages.isEmpty
            ? .empty
            : "<p class=\"err\" id=\"file-e\">\(icon("alert"))<span>\(messages.joined(separator: " "))</span></p>"
        return """
            <div class="fld drop"><label for="file">Files</label><p class="help" id="file-h">Choose some, or drop them here.</p><input class="input" type="file" id="file" name="file" multiple aria-describedby="file-h"><ul class="chosen" data-chosen></ul>\(error)</div>
            """
    }

    private static func more(_ view: FormView) -> [HTML] {
        [
            "source", "collector", "collected_at", "covers_from", "covers_to", "zone", "clock_offset",
            "environment", "retention", "customer_sees",
        ].map { view.field(named: $0) }
    }

    private static let fields = AddEvidence.input.descriptions.filter {
        !["id", "file", "item"].contains($0.name)
    }

    private static func curlHelp(_ this: SupportCase, _ services: Services) -> HTML {
        let base = services.publicURL ?? "https://YOUR-THIRDLINE"
        return """
            <details class="fold"><summary>From a terminal</summary><p class="help">With a token from <a href="/account">your account</a>:</p><pre>curl -H "Authorization: Bearer $TOKEN" -T app.log \(base)/api/v1/cases/\(this.number)/evidence/</pre></details>
            """
    }
}
