import Diagnosis
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage
import Web

/// Uploads in pieces that go on where they broke off: tus 1.0, core and creation (https://tus.io/protocols).
///
/// The row says how many bytes are durable; what lies behind that in the file is cut off before it goes on.
enum ResumableUploadPages {
    static func routes(_ services: Services) -> [Route] {
        let add = Access.right(AddEvidence.right)
        return [
            .open(.options, "/api/v1/cases/{id}/uploads") { _ in options(services) },
            .signedIn(.post, "/api/v1/cases/{id}/uploads", add) { call in try await create(call, services) },
            .signedIn(.head, "/api/v1/uploads/{upload}", add) { call in try await tell(call, services) },
            .signedIn(.patch, "/api/v1/uploads/{upload}", add) { call in try await goOn(call, services) },
            .signedIn(.delete, "/api/v1/uploads/{upload}", add) { call in try await end(call, services) },
        ]
    }

    /// Durable so often, at least.
    private static let step: Int64 = 64 << 20
    /// An upload that nobody goes on with is forgotten after so many seconds.
    static let patience: Int64 = 7 * 86_400

    private static func options(_ services: Services) -> WebResponse {
        WebResponse(
            status: .noContent,
            headers: [
                .tusResumable: "1.0.0", .tusVersion: "1.0.0", .tusExtension: "creation,termination",
                .tusMaxSize: String(services.policy.current.evidence.mostBytes),
            ])
    }

    private static func create(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let this = try await EvidenceUploadPages.find(call, services)
        let headers = call.request.headers
        guard let length = headers[.uploadLength].flatMap({ Int64($0) }), length > 0 else {
            throw Refusal(
                field: "Upload-Length", "missing", "Upload-Length must say how many bytes there will be.")
        }
        var fields = try metadata(headers[.uploadMetadata] ?? "")
        let name = SafeFileName(fields["filename"].typed, fallback: "upload")
        try services.policy.current.evidence.refuse(name: name.name, size: length)
        fields["name"] = .text(fields["filename"].typed)
        fields["filename"] = .missing
        var object = JSONObject()
        for (key, value) in fields.values.sorted(by: { $0.key < $1.key }) where value != .missing {
            object[key] = .string(value.typed)
        }
        let now = services.clock()
        let upload = EvidenceUpload(
            id: newIdentifier(at: now), person: call.actor.id, caseID: this.id.raw,
            fields: JSON.object(object).text, length: length, received: 0, createdAt: now)
        _ = try await services.evidence.working { [store = services.evidence] in
            try store.begin(upload.id, lasting: true).size
        }
        _ = try await services.database.write { try $0.execute(EvidenceQueries.insertUpload(upload)) }
        return WebResponse(
            status: .created,
            headers: [.tusResumable: "1.0.0", .location: "/api/v1/uploads/\(upload.id)", .uploadOffset: "0"])
    }

    /// “filename d29ybGQ=,type bG9n”: names with values in base64.
    private static func metadata(_ text: String) throws -> RawInput {
        var fields = RawInput()
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: " ")
            guard let name = parts.first else { continue }
            guard parts.count <= 2,
                let data = Data(base64Encoded: parts.count == 2 ? String(parts[1]) : ""),
                let value = validText(Array(data)[...]), !value.utf8.contains(0)
            else {
                throw Refusal(
                    field: "Upload-Metadata", "malformed",
                    "Upload-Metadata is a list of names with values in base64, of UTF-8 text.")
            }
            fields[String(name)] = .text(value)
        }
        return fields
    }

    /// The caller's own upload of this address.
    private static func find(_ call: SignedInCall, _ services: Services) async throws -> EvidenceUpload {
        let (id, person) = (call.request.parameter("upload"), call.actor.id)
        let found = try await services.database.read { tx in
            try tx.first(EvidenceQueries.upload(id: id), EvidenceQueries.readUpload)
        }
        guard let found, found.person == person else { throw Refusal.notFound("upload") }
        return found
    }

    /// Forgets an upload whose bytes are gone, as after a restore: the sender begins a new one.
    private static func lost(_ upload: EvidenceUpload, _ services: Services) async throws -> Refusal {
        _ = try await services.database.write { try $0.execute(EvidenceQueries.deleteUpload(id: upload.id)) }
        try await services.evidence.working { [store = services.evidence] in store.discard(upload.id) }
        return Refusal(
            .notFound, "upload_lost",
            "The first part of this upload is no longer on the server. Begin it anew; nothing was added to the case."
        )
    }

    private static func tell(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let upload = try await find(call, services)
        let there = try await services.evidence.working { [store = services.evidence] in
            try store.size(ofPartial: upload.id) ?? -1
        }
        guard there >= upload.received else { throw try await lost(upload, services) }
        var response = WebResponse(
            headers: [
                .tusResumable: "1.0.0", .uploadOffset: String(upload.received),
                .uploadLength: String(upload.length), .cacheControl: "no-store",
            ])
        // All bytes came, and the server ended before it could say so: whoever asks would never send more.
        if upload.received == upload.length { try await finish(upload, call, services, into: &response) }
        return response
    }

    private static func end(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let upload = try await find(call, services)
        _ = try await services.database.write { try $0.execute(EvidenceQueries.deleteUpload(id: upload.id)) }
        try await services.evidence.working { [store = services.evidence] in store.discard(upload.id) }
        return WebResponse(status: .noContent, headers: [.tusResumable: "1.0.0"])
    }

    private static func goOn(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let upload = try await find(call, services)
        guard call.request.contentType == "application/offset+octet-stream" else {
            throw Refusal(
                .unsupported, "unsupported_media_type",
                "The pieces of an upload are sent as application/offset+octet-stream.")
        }
        guard let offset = call.request.headers[.uploadOffset].flatMap({ Int64($0) }) else {
            throw Refusal(field: "Upload-Offset", "missing", "Upload-Offset must say where the piece begins.")
        }
        guard offset == upload.received else {
            throw Refusal(
                .conflict, "wrong_offset",
                "There are \(upload.received) bytes of this upload, so the next piece begins there, not at \(offset)."
            )
        }
        let received = try await write(upload, call, services)
        var response = WebResponse(
            status: .noContent, headers: [.tusResumable: "1.0.0", .uploadOffset: String(received)])
        if received == upload.length { try await finish(upload, call, services, into: &response) }
        return response
    }

    /// Writes what comes, and makes it durable step by step, also where the connection breaks.
    private static func write(
        _ upload: EvidenceUpload, _ call: SignedInCall, _ services: Services
    ) async throws -> Int64 {
        let store = services.evidence
        guard let part = try await store.working({ try store.resume(upload.id, at: upload.received) }) else {
            throw try await lost(upload, services)
        }
        var durable = upload.received
        var pending: [UInt8] = []
        do {
            for try await buffer in call.request.body {
                pending += buffer.readableBytesView
                guard pending.count >= 1 << 20 else { continue }
                try await take(pending, part, upload, store)
                pending = []
                if part.size - durable >= step { durable = try await save(part, upload, services) }
            }
            try await take(pending, part, upload, store)
        } catch let error where !(error is Refusal || error is EvidenceFault) {
            // In a task of its own: the one of a broken connection may be cancelled.
            let rest = pending
            _ = try await Task {
                try await take(rest, part, upload, store)
                return try await save(part, upload, services)
            }.value
            throw Refusal(
                .invalid, "upload_broken",
                "The piece ended early. What came is kept; ask with HEAD and go on there.")
        }
        return try await save(part, upload, services)
    }

    private static func take(
        _ bytes: [UInt8], _ part: EvidencePart, _ upload: EvidenceUpload, _ store: EvidenceStore
    ) async throws {
        guard !bytes.isEmpty else { return }
        guard part.size + Int64(bytes.count) <= upload.length else {
            throw Refusal(
                .tooLarge, "longer_than_said",
                "This upload was to have \(upload.length) bytes, and more came. The rest was not taken.")
        }
        try await store.working { try bytes.withUnsafeBytes { try part.write($0) } }
    }

    private static func save(
        _ part: EvidencePart, _ upload: EvidenceUpload, _ services: Services
    ) async throws -> Int64 {
        try await services.evidence.working { try part.sync() }
        let (size, now) = (part.size, services.clock())
        _ = try await services.database.write {
            try $0.execute(EvidenceQueries.setReceived(size, of: upload.id, at: now))
        }
        return size
    }

    /// Makes the file evidence and says which.
    ///
    /// Repeated after a crash it finds everything as it was.
    private static func finish(
        _ upload: EvidenceUpload, _ call: SignedInCall, _ services: Services, into response: inout WebResponse
    ) async throws {
        let answer: JSONObject
        do {
            answer = try await record(upload, call, services)
        } catch let refusal as Refusal where refusal.code == "already_here" {
            _ = try await end(call, services)
            throw refusal
        }
        _ = try await end(call, services)
        let number = answer["number"]?.string ?? ""
        response.headers[.evidenceNumber] = number
        response.headers[.contentLocation] =
            "/api/v1/cases/\(answer["case"]?.string ?? "")/evidence/\(number)"
    }

    private static func record(
        _ upload: EvidenceUpload, _ call: SignedInCall, _ services: Services
    ) async throws -> JSONObject {
        var fields = RawInput()
        for (key, value) in try JSON(parsing: upload.fields).object?.members ?? [] {
            fields[key] = .text(value.string ?? "")
        }
        let name = SafeFileName(fields["name"].typed, fallback: "upload")
        let claimed = fields["sha256"].typed
        (fields["name"], fields["sha256"]) = (.missing, .missing)
        let (store, now) = (services.evidence, services.clock())
        let found: EvidenceStore.Kept?
        do {
            found = try await store.working {
                guard let part = try store.resume(upload.id, at: upload.length) else { return nil }
                if !claimed.isEmpty {
                    try UploadReceiver.check(try part.finish(at: now).hash, against: claimed)
                }
                return try store.keep(part, at: now, leaving: true)
            }
        } catch let refusal as Refusal where refusal.code == "checksum_mismatch" {
            _ = try await end(call, services)
            throw refusal
        }
        guard let kept = found else { throw try await lost(upload, services) }
        let this = try await services.database.read { tx in
            try CaseDirectory.find(upload.caseID, for: call.actor, in: tx)
        }
        return try await EvidenceUploadPages.add(
            ReceivedFile(kept: kept, name: name), fields, to: this, AnyOperation(AddEvidence.self),
            as: call.actor, key: "upload:\(upload.id)", request: call.request.id, services
        ).answer
    }
}

extension HTTPField.Name {
    // Constants of the protocol; each is a valid token.
    fileprivate static let tusResumable = name("Tus-Resumable")
    fileprivate static let tusVersion = name("Tus-Version")
    fileprivate static let tusExtension = name("Tus-Extension")
    fileprivate static let tusMaxSize = name("Tus-Max-Size")
    fileprivate static let uploadLength = name("Upload-Length")
    fileprivate static let uploadOffset = name("Upload-Offset")
    fileprivate static let uploadMetadata = name("Upload-Metadata")
    fileprivate static let evidenceNumber = name("Evidence-Number")
    fileprivate static let contentLocation = name("Content-Location")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("“\(text)” is no header name") }
        return name
    }
}
