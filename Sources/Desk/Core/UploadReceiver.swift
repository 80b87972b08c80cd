import Diagnosis
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Web

/// A file that came with a request: durable, in its place, and named by nothing yet.
package struct ReceivedFile: Sendable {
    /// Its bytes.
    package var kept: EvidenceStore.Kept
    /// Its name.
    package var name: SafeFileName
}

/// Takes files out of requests and puts them into the store of evidence, a megabyte at a time.
///
/// Whatever goes wrong on the way, nothing stays behind that anybody sees.
struct UploadReceiver: Sendable {
    let store: EvidenceStore
    let rules: EvidenceRules
    let clock: @Sendable () -> Timestamp

    init(_ services: Services) {
        (store, rules, clock) = (services.evidence, services.policy.current.evidence, services.clock)
    }

    private static let chunk = 1 << 20
    /// The most files of one request.
    static let mostFiles = 50

    /// The fields and files of a form.
    func form(_ request: WebRequest) async throws -> (fields: RawInput, files: [ReceivedFile]) {
        guard request.contentType == "multipart/form-data" else { return (try await request.input(), []) }
        try refuseLength(of: request, slack: WebRequest.inputLimit)
        let boundary: String
        do {
            boundary = try MultipartReader.boundary(fromContentType: request.headers[.contentType] ?? "")
        } catch { throw Self.malformed(error) }
        let sink = FormSink(self, boundary: boundary)
        do {
            try await feed(request) { try sink.feed($0) }
            let parts = try sink.finish()
            let digest = sink.fields["sha256"].typed
            return (sink.fields, try await keep(parts, claimed: digest))
        } catch {
            sink.discard()
            throw error is MultipartError ? Self.malformed(error) : error
        }
    }

    /// The body as one file.
    func body(_ request: WebRequest, name: String, claimed digest: String) async throws -> ReceivedFile {
        let name = SafeFileName(name, fallback: "upload")
        try rules.refuse(name: name.name, size: request.headers[.contentLength].flatMap { Int64($0) })
        let id = newIdentifier(at: clock())
        let part = try await store.working { try store.begin(id) }
        do {
            try await feed(request) { bytes in
                guard part.size + Int64(bytes.count) <= rules.mostBytes else { throw rules.tooLarge }
                try bytes.withUnsafeBytes { try part.write($0) }
            }
            guard let file = try await keep([(part, name)], claimed: digest).first else {
                throw Refusal.notFound("file")
            }
            return file
        } catch {
            store.discard(id)
            throw error
        }
    }

    /// Gives the body to `take` in pieces of a megabyte, beside the threads that answer requests.
    func feed(_ request: WebRequest, _ take: @escaping @Sendable ([UInt8]) throws -> Void) async throws {
        try request.refuseCoding()
        var pending: [UInt8] = []
        do {
            for try await buffer in request.body {
                pending += buffer.readableBytesView
                guard pending.count >= Self.chunk else { continue }
                let piece = pending
                pending = []
                try await store.working { try take(piece) }
            }
            let rest = pending
            try await store.working { try take(rest) }
        } catch let error where !(error is Refusal || error is EvidenceFault || error is MultipartError) {
            throw Refusal(
                .invalid, "upload_broken",
                "The upload ended before all of it was here. Nothing was kept of it; send it again.")
        }
    }

    /// Syncs the files and puts them in their places, if they are what the sender says.
    private func keep(
        _ parts: [(part: EvidencePart, name: SafeFileName)], claimed digest: String
    ) async throws -> [ReceivedFile] {
        let (store, now) = (store, clock())
        if !digest.isEmpty, parts.count == 1 { try Self.check(parts[0].part.hash, against: digest) }
        let chosen = parts.filter { $0.part.size > 0 }
        guard chosen.count == parts.count || !chosen.isEmpty else {
            throw Refusal(field: "file", "empty_file", "This file is empty: there is nothing in it to keep.")
        }
        return try await store.working {
            try chosen.map { ReceivedFile(kept: try store.keep($0.part, at: now), name: $0.name) }
        }
    }

    /// Refuses a file that is not what its sender says.
    static func check(_ hash: String, against claimed: String) throws(Refusal) {
        let wanted = claimed.trimmingWhitespace.lowercased()
        guard wanted.utf8.count == 64,
            wanted.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else {
            throw Refusal(field: "sha256", "not_a_digest", "sha256 is 64 hexadecimal digits.")
        }
        guard wanted == hash else {
            throw Refusal(
                field: "sha256", "checksum_mismatch",
                "The file arrived with the checksum \(hash), not \(wanted). Nothing was kept; send it again.")
        }
    }

    private func refuseLength(of request: WebRequest, slack: Int) throws {
        if let length = request.headers[.contentLength].flatMap({ Int64($0) }),
            length > rules.mostBytes + Int64(slack)
        {
            throw rules.tooLarge
        }
    }

    private static func malformed(_ error: any Error) -> Refusal {
        Refusal(.invalid, "malformed_form", "The upload could not be read: \(error) Nothing was kept.")
    }
}

/// What is known of a form while it arrives.
private final class FormSink: Sendable {
    private struct State {
        var reader: MultipartReader
        var fields = RawInput()
        var name = ""
        var value: [UInt8] = []
        var valueBytes = 0
        var file: EvidencePart?
        var parts: [(part: EvidencePart, name: SafeFileName)] = []
        var ids: [String] = []
    }

    private let receiver: UploadReceiver
    private let state: Mutex<State>

    init(_ receiver: UploadReceiver, boundary: String) {
        self.receiver = receiver
        state = Mutex(State(reader: MultipartReader(boundary: boundary, limits: MultipartLimits())))
    }

    var fields: RawInput { state.withLock { $0.fields } }

    func feed(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            var reader = state.reader
            defer { state.reader = reader }
            try bytes.withUnsafeBytes { piece in
                try reader.feed(piece) { event in try take(event, &state) }
            }
        }
    }

    private func take(_ event: MultipartEvent, _ state: inout State) throws {
        switch event {
        case .part(let name, let filename, _):
            (state.name, state.value, state.file) = (name, [], nil)
            // A browser sends an empty name where no file was chosen.
            if let filename, !filename.isEmpty { try begin(SafeFileName(filename), &state) }
        case .body(let bytes):
            if let file = state.file {
                guard file.size + Int64(bytes.count) <= receiver.rules.mostBytes else {
                    throw receiver.rules.tooLarge
                }
                try file.write(bytes)
            } else {
                state.valueBytes += bytes.count
                guard state.valueBytes <= WebRequest.inputLimit else {
                    throw Refusal(
                        .tooLarge, "body_too_large", "The fields of the form are too long. Attach a file.")
                }
                state.value += bytes
            }
        case .end:
            guard state.file == nil else { state.file = nil; return }
            guard let text = validText(state.value[...]) else {
                throw Refusal(field: state.name, "invalid_utf8", "“\(state.name)” is not UTF-8 text.")
            }
            try end(text, &state)
        }
    }

    /// A field of the form; pasted text is a file.
    private func end(_ text: String, _ state: inout State) throws {
        guard state.name == "pasted" else { return state.fields.add(text, to: state.name) }
        guard !text.trimmingWhitespace.isEmpty else { return }
        try begin(SafeFileName("pasted.txt"), &state)
        try Array(text.normalizingLineBreaks.utf8).withUnsafeBytes { try state.file?.write($0) }
        state.file = nil
    }

    private func begin(_ name: SafeFileName, _ state: inout State) throws {
        guard state.parts.count < UploadReceiver.mostFiles else {
            throw Refusal(
                field: "file", "too_many",
                "At most \(UploadReceiver.mostFiles) files are taken at once. Put them into an archive.")
        }
        try receiver.rules.refuse(name: name.name, size: nil)
        let id = newIdentifier(at: receiver.clock())
        let part = try receiver.store.begin(id)
        state.ids.append(id)
        state.parts.append((part, name))
        state.file = part
    }

    func finish() throws -> [(part: EvidencePart, name: SafeFileName)] {
        try state.withLock { state in
            var reader = state.reader
            try reader.finish()
            return state.parts
        }
    }

    func discard() { for id in state.withLock({ $0.ids }) { receiver.store.discard(id) } }
}
