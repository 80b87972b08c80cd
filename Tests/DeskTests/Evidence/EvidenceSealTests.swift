import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// Evidence is encrypted where it lies.
@Suite("Evidence at rest")
struct EvidenceSealTests {
    private static let line = "2026-03-01 14:00:01 ERROR payment 4711 of alice.smith@halden.example failed\n"

    /// Every file below the folder of evidence, with its bytes.
    private static func files(_ desk: TestDesk) throws -> [(path: String, bytes: [UInt8])] {
        let folder = desk.services.evidence.folder
        let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return try paths.sorted().compactMap { path in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder),
                !isFolder.boolValue
            else { return nil }
            return (path, Array(try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))))
        }
    }

    /// A folder of its own, which is gone afterwards.
    private static func inFolder<T>(_ body: (String) async throws -> T) async throws -> T {
        let folder = NSTemporaryDirectory() + "thirdline-seal-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try await body("\(folder)/evidence")
    }

    private static func ring(_ byte: UInt8) -> KeyRing { KeyRing(key: [UInt8](repeating: byte, count: 32)) }

    private static func keep(_ bytes: [UInt8], in store: EvidenceStore) throws -> String {
        let part = try store.begin(UUID().uuidString)
        try bytes.withUnsafeBytes { try part.write($0) }
        return try store.keep(part, at: .now).hash
    }

    @Test(
        "PRIV-03: An original lies encrypted, is opened with a right and a reason, on record, and wherever it is read otherwise its copy is",
        arguments: Engine.available)
    func nothingInClear(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            let text = String(repeating: Self.line, count: 300)
            try await Evidences.add(text, name: "payments.log", to: number, [:], desk)
            let marta = try await server.browser(.marta)
            let place = "/cases/\(number)/evidence/E1"
            let program = try await server.program(.marta)
            for path in [place, place + "/content", place + "/log"] {
                let copies = [try await marta.get(path).body, try await program.get("/api/v1" + path).body]
                for copy in copies { #expect(!copy.contains("alice.smith"), "\(path)") }
                #expect(copies[0].contains("payment 4711"), "\(path)")
            }
            #expect(try await program.get("/api/v1\(place)/lines").body.contains("payment 4711"))
            #expect(try await !program.get("/api/v1\(place)/lines").body.contains("alice.smith"))
            while try await SearchJobs(desk.services).readAttachment() {}
            #expect(try await marta.get("/cases?q=%224711%22").body.contains(number))
            #expect(try await !marta.get("/cases?q=%22alice.smith%22").body.contains("payment 4711"))
            #expect(try await marta.get(place + "/content?show=original").status == 409)
            #expect(try await server.browser(.lea).get(place + "/content?show=original").status == 403)
            _ = try await marta.submit("/evidence/\(number).E1/open", ["reason": "Which account was it?"])
            #expect(try await marta.get(place + "/content?show=original").body == text)
            let reads = try await server.browser(.ada).get("/cases/\(number)/evidence/reads").body
            #expect(reads.contains("Which account was it?") && reads.contains("Read the original"))
            let files = try Self.files(desk)
            #expect(files.count >= 3, "the original, its copy and an index: \(files.map(\.path))")
            for (path, bytes) in files {
                let words = String(decoding: bytes, as: UTF8.self)
                for word in ["payment", "4711", "alice", "ERROR", "2026-03-01"] {
                    #expect(!words.contains(word), "\(path) holds \(word)")
                }
            }
            let checked = try await desk.services.checkEvidence()
            #expect(checked.findings.isEmpty && checked.files == 2)
        }
    }

    @Test("Any stretch of an encrypted file is what was written there, however it was written")
    func stretches() async throws {
        try await Self.inFolder { folder in
            let store = EvidenceStore(folder: folder, keys: Self.ring(1))
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7 ^ $0 >> 5) }
            let part = try store.begin("u", lasting: true)
            try bytes[..<33_333].withUnsafeBytes { try part.write($0) }
            try part.sync()
            // More came, and never was acknowledged.
            try [UInt8](repeating: 9, count: 100).withUnsafeBytes { try part.write($0) }
            #expect(try store.size(ofPartial: "u") == 33_433)
            let rest = try #require(try store.resume("u", at: 33_333))
            for start in stride(from: 33_333, to: bytes.count, by: 1001) {
                try bytes[start..<min(start + 1001, bytes.count)].withUnsafeBytes { try rest.write($0) }
            }
            let kept = try store.keep(rest, at: .now)
            #expect(
                kept.size == 100_000 && kept.hash == hex(sha256(bytes))
                    && kept.head == Array(bytes.prefix(65_536)))
            let file = try #require(try store.open(kept.hash))
            #expect(file.size == 100_000)
            for (place, count) in [
                (0, 1), (1, 15), (15, 2), (16, 16), (511, 1025), (65_535, 20_000), (99_990, 50),
            ] {
                let end = min(place + count, bytes.count)
                #expect(
                    try file.read(at: Int64(place), count: count) == Array(bytes[place..<end]), "\(place)")
            }
            #expect(try file.read(at: 100_000, count: 10).isEmpty)
        }
    }

    @Test("An upload of which nothing reached the disk begins anew, whatever is left of its file")
    func tornHeader() async throws {
        try await Self.inFolder { folder in
            let store = EvidenceStore(folder: folder, keys: Self.ring(1))
            _ = try store.begin("u", lasting: true)
            let path = store.partialPath("u")
            try Data(contentsOf: URL(filePath: path)).prefix(100).write(to: URL(filePath: path))
            let part = try #require(try store.resume("u", at: 0))
            try Array("whole".utf8).withUnsafeBytes { try part.write($0) }
            let kept = try store.keep(part, at: .now)
            #expect(try store.open(kept.hash)?.read(at: 0, count: 9) == Array("whole".utf8))
        }
    }

    @Test(
        "A new key takes over every file, those from before that were not encrypted too; without their key files say so"
    )
    func keys() async throws {
        try await Self.inFolder { folder in
            let file = folder + ".keys"
            var entries = try KeyFile(making: file)
            let (first, plain) = (
                EvidenceStore(folder: folder, keys: try KeyRing(file: file)),
                EvidenceStore(folder: folder, keys: nil)
            )
            let old = try KeyRing(file: file).currentID
            let hashes = [
                try Self.keep(Array("sealed".utf8), in: first), try Self.keep(Array("plain".utf8), in: plain),
                try Self.keep([], in: first),
            ]
            let new = entries.addKey(isUsed: true)
            try entries.save()
            let second = EvidenceStore(folder: folder, keys: try KeyRing(file: file))
            let reader = try #require(try second.open(hashes[0]))
            let unfinished = try first.begin("u", lasting: true)
            try Array("half".utf8).withUnsafeBytes { try unfinished.write($0) }
            let before = try await second.keyUses()
            #expect(before.counts == [old: 3] && before.plain == 1)
            let done = try await second.rewrap(clock: { .now })
            #expect(done.done == 4 && done.unreadable == 0)
            let after = try await second.keyUses()
            #expect(after.counts == [new: 4] && after.plain == 0)
            #expect(try await second.rewrap(clock: { .now }).done == 0, "once is enough")
            let whole = try #require(try second.resume("u", at: 4))
            try Array(" done".utf8).withUnsafeBytes { try whole.write($0) }
            let kept = try second.keep(whole, at: .now)
            #expect(try second.open(kept.hash)?.read(at: 0, count: 20) == Array("half done".utf8))
            #expect(try reader.read(at: 0, count: 9) == Array("sealed".utf8), "who has it open reads on")
            for (hash, text) in zip(hashes, ["sealed", "plain", ""]) {
                #expect(try second.open(hash)?.read(at: 0, count: 9) == Array(text.utf8))
                let refusal = #expect(throws: Refusal.self) { try first.open(hash) }
                #expect(refusal?.code == "evidence_key_missing" && refusal?.message.contains(new) == true)
            }
            let lost = EvidenceStore(folder: folder, keys: Self.ring(9))
            #expect(try await lost.missingKey() == new)
            #expect(try await second.missingKey() == nil)
            #expect(try await lost.rewrap(clock: { .now }).unreadable == 4)
            #expect(try await lost.check([]).findings.count == 4)
        }
    }

    @Test(
        "A file whose key is lost says so in words; search, analysis and backup go on without it",
        arguments: Engine.available)
    func lostKey(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            for name in ["lost", "here"] {
                try await Evidences.add("words of \(name)", name: "\(name).txt", to: number, [:], desk)
            }
            let hash = hex(sha256(Array("words of lost".utf8)))
            let stranger = EvidenceStore(folder: desk.services.evidence.folder, keys: Self.ring(9))
            #expect(try Self.keep(Array("words of lost".utf8), in: stranger) == hash)

            let answer = try await server.program(.marta).get("/api/v1/cases/\(number)/evidence/E1/content")
            #expect(answer.status == 503 && answer.json["code"]?.string == "evidence_key_missing")
            while try await SearchJobs(desk.services).readAttachment() {}
            let marta = try await server.browser(.marta)
            #expect(try await marta.get("/cases?q=%22of+here%22").body.contains(number))
            #expect(try await marta.get("/cases/\(number)/evidence/E1").body.contains("key"))
            try await Logs.analyse(desk)
            #expect(try await Logs.analysis(number, desk)?.message?.contains("key") == true)
            let file = desk.store.file + ".backup"
            defer { try? FileManager.default.removeItem(atPath: file) }
            #expect(try await BackupWriter(desk.services).write(to: file).missing == [hash])
            let checked = try await desk.services.checkEvidence()
            #expect(checked.findings.count == 1 && checked.findings[0].contains("is encrypted with the key"))
        }
    }

    @Test("Bytes that changed on the disk, and files that are gone, are named")
    func damage() async throws {
        try await TestDesk.run(on: .sqlite) { desk in
            let number = try await desk.reportedCase()
            for text in ["one", "two", "three", "four"] {
                try await Evidences.add(text, to: number, [:], desk)
            }
            let store = desk.services.evidence
            let hashes = ["one", "two", "three"].map { hex(sha256(Array($0.utf8))) }
            let path = store.path(of: hashes[0])
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: URL(filePath: path))
            try FileManager.default.removeItem(atPath: store.path(of: hashes[1]))
            // A folder in place of a file cannot be read, as a bad sector cannot.
            try FileManager.default.removeItem(atPath: store.path(of: hashes[2]))
            try FileManager.default.createDirectory(
                atPath: store.path(of: hashes[2]), withIntermediateDirectories: false)
            let checked = try await desk.services.checkEvidence()
            #expect(checked.files == 3 && checked.findings.count == 3)
            #expect(checked.findings.contains("evidence \(hashes[0]) has other bytes than it had"))
            #expect(checked.findings.contains("evidence \(hashes[1]) is gone"))
            #expect(checked.findings.contains { $0.hasPrefix("evidence \(hashes[2]) cannot be read") })
            #expect(try await store.rewrap(clock: { .now }).unreadable == 1, "the others are seen to")
        }
    }
}
