import Foundation
import TestSupport
import Testing

@testable import Desk

/// The streams that a backup is made of: each bit of them counts.
struct ArchiveTests {
    /// Keeps what is written.
    private final class Memory: ByteSink, ByteSource {
        var bytes: [UInt8] = []
        private var place = 0

        init(_ bytes: [UInt8] = []) { self.bytes = bytes }
        func write(_ more: [UInt8]) { bytes += more }
        func finish() {}
        func read(atMost count: Int) -> [UInt8] {
            // Small and odd portions, as a pipe may give them.
            let end = min(bytes.count, place + min(count, 777))
            defer { place = end }
            return Array(bytes[place..<end])
        }
    }

    private static let entries: [(name: String, bytes: [UInt8])] = [
        ("one", Array("first\n".utf8)), ("empty", []),
        ("folder/long", (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }),
        ("exactly", [UInt8](repeating: 7, count: 1024)),
    ]

    private static func archive(passphrase: String?) throws -> [UInt8] {
        let memory = Memory()
        let sealed: any ByteSink =
            try passphrase.map {
                try SealingSink(memory, passphrase: $0, salt: [UInt8](repeating: 5, count: 16), cost: 10)
            } ?? memory
        let tar = TarWriter(try GzipSink(sealed))
        for entry in entries {
            try tar.begin(entry.name, size: Int64(entry.bytes.count), time: 1_700_000_000)
            for start in stride(from: 0, to: entry.bytes.count, by: 60_000) {
                try tar.write(Array(entry.bytes[start..<min(start + 60_000, entry.bytes.count)]))
            }
        }
        try tar.finish()
        return memory.bytes
    }

    private static func read(_ bytes: [UInt8], passphrase: String?) throws -> [(String, [UInt8])] {
        let memory = Memory(bytes)
        var source: any ByteSource = memory
        if let passphrase {
            guard try memory.read(exactly: Sealing.magic.count) == Sealing.magic else {
                throw ArchiveFault("not sealed")
            }
            source = try SealedSource(memory, passphrase: passphrase)
        }
        let tar = TarReader(try GzipSource(source))
        var found: [(String, [UInt8])] = []
        while let entry = try tar.next() {
            var bytes: [UInt8] = []
            while case let some = try tar.read(atMost: 5000), !some.isEmpty { bytes += some }
            found.append((entry.name, bytes))
        }
        return found
    }

    @Test("What goes in comes out, sealed or not", arguments: [nil, "correct horse"])
    func comesBack(_ passphrase: String?) throws {
        let found = try Self.read(Self.archive(passphrase: passphrase), passphrase: passphrase)
        #expect(found.map(\.0) == Self.entries.map(\.name))
        #expect(found.map(\.1) == Self.entries.map(\.bytes))
    }

    @Test("The tar command of the system unpacks it, and finds the bytes")
    func tarReadsIt() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tar-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // a left-over folder only takes room
        let file = folder.appendingPathComponent("a.tar.gz")
        try Data(Self.archive(passphrase: nil)).write(to: file)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", file.path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        for entry in Self.entries {
            let data = FileManager.default.contents(atPath: folder.appendingPathComponent(entry.name).path)
            #expect(data.map { [UInt8]($0) } == entry.bytes, "\(entry.name)")
        }
    }

    @Test(
        "A file of more than 8 GiB keeps its size",
        arguments: [0x1_ffff_ffff, 0x2_0000_0000, 0x123_4567_89ab])
    func largeSizes(_ size: Int64) throws {
        let memory = Memory()
        try TarWriter(memory).begin("large", size: size, time: 0)
        #expect(try TarReader(memory).next() == TarReader.Entry(name: "large", size: size))
    }

    @Test(
        "Nothing changed is ever taken for what was written, and nothing can be cut off",
        arguments: [nil, "correct horse"])
    func nothingIsChanged(_ passphrase: String?) throws {
        let whole = try Self.archive(passphrase: passphrase)
        let wanted = Self.entries.map(\.bytes)
        var places = Array(0..<300) + Array(whole.count - 200..<whole.count)
        places += stride(from: 300, to: whole.count - 200, by: max(1, whole.count / 100))
        // Each try at a sealed one derives its key anew.
        if passphrase != nil { places = places.filter { $0 % 6 == 0 } }
        for place in places {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(place % 8)
            let found = try? Self.read(bytes, passphrase: passphrase)  // a refusal is what is hoped for
            // Some bits of deflate mean nothing, so that all the same bytes come out; sealed, they count too.
            if let found {
                #expect(passphrase == nil, "the byte at \(place)")
                #expect(found.map(\.1) == wanted && found.map(\.0) == Self.entries.map(\.name))
            }
        }
        for length in stride(
            from: 0, to: whole.count, by: max(1, whole.count / (passphrase == nil ? 100 : 20)))
        {
            #expect(throws: ArchiveFault.self, "cut at \(length)") {
                try Self.read(Array(whole.prefix(length)), passphrase: passphrase)
            }
        }
        #expect(throws: ArchiveFault.self) { try Self.read(whole + [0], passphrase: passphrase) }
    }

    @Test("Sealed pieces cannot change places, and another passphrase opens nothing")
    func sealedPieces() throws {
        let random = (0..<400_000).map { _ in UInt8.random(in: .min ... .max) }
        let memory = Memory()
        let sink = try SealingSink(
            memory, passphrase: "a", salt: [UInt8](repeating: 1, count: 16), cost: 10)
        try sink.write(random)
        try sink.finish()
        func open(_ bytes: [UInt8], _ passphrase: String = "a") throws -> [UInt8] {
            let memory = Memory(bytes)
            _ = try memory.read(exactly: Sealing.magic.count)
            return try SealedSource(memory, passphrase: passphrase).read(exactly: random.count + 1)
        }
        #expect(try open(memory.bytes) == random)
        #expect(throws: ArchiveFault.self) { try open(memory.bytes, "b") }
        let piece = Sealing.piece + Sealing.tag
        let start = memory.bytes.count - 400_000 - 7 * Sealing.tag
        var swapped = memory.bytes
        swapped.replaceSubrange(start..<start + piece, with: memory.bytes[start + piece..<start + 2 * piece])
        swapped.replaceSubrange(
            start + piece..<start + 2 * piece, with: memory.bytes[start..<start + piece])
        #expect(throws: ArchiveFault.self) { try open(swapped) }
        // Cut at the border of a piece: the last one that is left does not say that it is the last.
        #expect(throws: ArchiveFault.self) { try open(Array(memory.bytes.prefix(start + 3 * piece))) }
    }
}
