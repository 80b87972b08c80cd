import Domain
import Foundation
import Storage
import Synchronization
import Testing

@testable import Desk

/// moto's S3 server on loopback, from the environment that `Scripts/setup test` makes.
private final class ObjectStorage: Sendable {
    static let program: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: ".venv-thirdline/bin/moto_server").path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    let endpoint: String
    private let process: Mutex<Process>

    init(_ program: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = ["-H", "127.0.0.1", "-p", "0"]
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        var said = ""
        var found: Substring?
        while found == nil {
            let some = output.fileHandleForReading.availableData
            guard !some.isEmpty else { break }
            said += String(decoding: some, as: UTF8.self)
            found = said.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:[0-9]+)\n/)?.1
        }
        endpoint = String(try #require(found, "moto said: \(said)"))
        // What it says later is read, or it would stand still once the pipe is full.
        output.fileHandleForReading.readabilityHandler = {
            if $0.availableData.isEmpty { $0.readabilityHandler = nil }
        }
        self.process = Mutex(process)
    }

    deinit { process.withLock { $0.terminate() } }

    /// A bucket of one's own.
    func bucket(_ name: String, pieceSize: Int64 = 64 << 20) throws -> Bucket {
        var begin = Transfer("PUT", url: "\(endpoint)/\(name)")
        begin.credentials = .signature(provider: "aws:amz:us-east-1:s3", accessKey: "a", secretKey: "b")
        #expect(try TransferClient().perform(begin).status == 200)
        return Bucket(
            Bucket.Place(
                endpoint: endpoint, region: "us-east-1", name: name, prefix: "desk/", accessKey: "a",
                secretKey: "b"),
            pieceSize: pieceSize)
    }
}

/// The store of evidence, in a bucket: what `Tests/Crash/bucket_test.py` cannot wait for.
@Suite(
    "Evidence in a bucket",
    .enabled(
        if: ObjectStorage.program != nil, "Scripts/setup test installs moto, which stands for the storage"))
struct EvidenceBucketTests {
    private let storage: ObjectStorage
    private let folder: String
    private let keys = KeyRing(key: [UInt8](repeating: 7, count: 32))

    init() throws {
        storage = try ObjectStorage(try #require(ObjectStorage.program))
        folder = NSTemporaryDirectory() + "thirdline-bucket-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func node(_ bucket: Bucket, _ name: String = "one") -> EvidenceStore {
        EvidenceStore(folder: "\(folder)/\(name)", bucket: bucket, keys: keys)
    }

    private func write(_ text: String, to part: EvidencePart) throws {
        try Array(text.utf8).withUnsafeBytes { try part.write($0) }
    }

    private func keep(_ text: String, in store: EvidenceStore) throws -> String {
        let part = try store.begin(UUID().uuidString)
        try write(text, to: part)
        return try store.keep(part, at: .now).hash
    }

    private func text(_ hash: String, in store: EvidenceStore) throws -> String? {
        guard let file = try store.open(hash) else { return nil }
        return String(decoding: try file.read(at: 0, count: Int(file.size)), as: UTF8.self)
    }

    @Test(
        "What no row names goes aside after an hour and away a round later; what is named in between comes back"
    )
    func sweeping() async throws {
        let bucket = try storage.bucket("sweeping")
        let store = node(bucket)
        let (named, late, unused) = (
            try keep("named", in: store), try keep("named later", in: store),
            try keep("never named", in: store)
        )
        let rows = Mutex<Set<String>>([named])
        func sweep(_ seconds: Int64) async throws -> Int {
            try await store.sweep(
                at: Timestamp.now.adding(seconds: seconds),
                used: { hashes in rows.withLock { $0.intersection(hashes) } }, unfinished: [])
        }
        #expect(try await sweep(0) == 0, "too fresh")
        #expect(try bucket.objects(prefix: "aside/").isEmpty)
        #expect(try await sweep(3700) == 0)
        #expect(try bucket.objects(prefix: "aside/").count == 2)
        #expect(try text(late, in: store) == "named later", "it is read where it lies")
        rows.withLock { _ = $0.insert(late) }
        #expect(try await sweep(7400) == 1)
        #expect(try text(named, in: store) == "named")
        #expect(try text(late, in: store) == "named later")
        #expect(try store.open(unused) == nil)
        #expect(try bucket.objects(prefix: "aside/").isEmpty)
    }

    @Test("An unfinished file is what its pieces cover, whichever node wrote them and however they overlap")
    func pieces() throws {
        let bucket = try storage.bucket("pieces")
        let (one, two) = (node(bucket), node(bucket, "two"))
        #expect(try one.size(ofPartial: "u") == nil)
        let begun = try one.begin("u", lasting: true)
        #expect(try two.size(ofPartial: "u") == 0, "begun is not lost")
        try write("0123", to: begun)
        try begun.sync()
        // The client goes on at the other node while the first is still at it, and each gets further than the other knows.
        let slow = try #require(try one.resume("u", at: 4))
        let quick = try #require(try two.resume("u", at: 4))
        try write("45", to: slow)
        try write("456789", to: quick)
        try quick.sync()
        try slow.sync()
        #expect(try one.size(ofPartial: "u") == 10)
        #expect(try one.resume("u", at: 11) == nil, "more than there is")
        let rest = try #require(try one.resume("u", at: 10))
        try write("ab", to: rest)
        try rest.sync()
        let whole = try #require(try two.resume("u", at: 12))
        let kept = try two.keep(whole, at: .now, leaving: true)
        #expect(kept.size == 12 && kept.head == Array("0123456789ab".utf8))
        #expect(try text(kept.hash, in: one) == "0123456789ab")
        #expect(try one.size(ofPartial: "u") == 12, "it stays until it is discarded")
        two.discard("u")
        #expect(try one.size(ofPartial: "u") == nil)
    }

    @Test("A file larger than a piece is sent in pieces and read whole and in part")
    func large() throws {
        let store = node(try storage.bucket("large", pieceSize: 5 << 20))
        let part = try store.begin("large")
        let block = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 * 31 ^ $0 >> 8) }
        for index in 0..<12 {
            try ([UInt8(index)] + block).withUnsafeBytes { try part.write($0) }
        }
        let kept = try store.keep(part, at: .now)
        let file = try #require(try store.open(kept.hash))
        #expect(file.size == 12 * (1 << 20 + 1))
        for index in 0..<12 {
            let place = Int64(index) * (1 << 20 + 1)
            #expect(try file.read(at: place, count: 3) == [UInt8(index), block[0], block[1]])
        }
        #expect(try file.read(at: file.size - 2, count: 10).count == 2, "no more than there is")
        #expect(try file.read(at: file.size, count: 10).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/one/partial").isEmpty)
    }

    @Test("Pieces that nobody goes on with are swept after a day, and those of an upload that is known stay")
    func forgotten() async throws {
        let bucket = try storage.bucket("forgotten")
        let store = node(bucket)
        for id in ["known", "forgotten"] {
            let part = try store.begin(id, lasting: true)
            try write("some", to: part)
            try part.sync()
        }
        _ = try await store.sweep(
            at: Timestamp.now.adding(seconds: 90_000), used: { _ in [] }, unfinished: ["known"])
        #expect(try store.size(ofPartial: "known") == 4)
        #expect(try store.size(ofPartial: "forgotten") == nil)
    }

    @Test(
        "What lies in a bucket is encrypted, its unfinished pieces too; a new key opens it after it was written anew"
    )
    func encrypted() async throws {
        let bucket = try storage.bucket("encrypted")
        let store = node(bucket)
        let text = String(repeating: "nobody reads this ", count: 200_000)
        let part = try store.begin("u", lasting: true)
        try write(text, to: part)
        try part.sync()
        for object in try bucket.objects(prefix: "partial/u/") where object.size > 0 {
            guard case .bytes(let bytes) = try bucket.get(object.key, from: 0, count: 1 << 20) else {
                continue
            }
            #expect(!String(decoding: bytes, as: UTF8.self).contains("nobody"))
        }
        let kept = try store.keep(try #require(try store.resume("u", at: Int64(text.utf8.count))), at: .now)
        store.discard("u")
        #expect(kept.hash == hex(sha256(Array(text.utf8))))
        guard
            case .bytes(let bytes) = try bucket.get(EvidenceStore.key(of: kept.hash), from: 0, count: 1 << 20)
        else {
            Issue.record("it is not in the bucket")
            return
        }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("nobody"))

        // Whoever has it open reads on, although the same bytes are kept once more, with a key of their own.
        let open = try #require(try store.open(kept.hash))
        #expect(try open.read(at: 0, count: 6) == Array("nobody".utf8))
        _ = try keep(text, in: store)
        let end = Int64(text.utf8.count) - 10
        #expect(try open.read(at: end, count: 10) == Array("eads this ".utf8))

        let plain = EvidenceStore(folder: "\(folder)/plain", bucket: bucket, keys: nil)
        let old = try keep("from before", in: plain)
        #expect(throws: Refusal.self) { try plain.open(kept.hash) }
        #expect(try self.text(old, in: store) == "from before")
        let before = try await store.keyUses()
        #expect(before.counts == ["k1": 1] && before.plain == 1)
        #expect(try await store.rewrap(clock: { .now }).done == 1)
        let after = try await store.keyUses()
        #expect(after.counts == ["k1": 2] && after.plain == 0)
        #expect(try self.text(old, in: store) == "from before")
        let checked = try await store.check([kept.hash, old])
        #expect(checked.files == 2 && checked.findings.isEmpty)
    }
}
