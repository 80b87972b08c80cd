import Diagnosis
import Domain
import Foundation
import Logging
import NIOHTTP1
import Storage
import TestSupport
import Testing

@testable import Desk

/// A small disk of a test's own; needs the right to mount.
struct SmallDisk {
    let path: String

    /// A disk of so many megabytes; nil where this machine lets nobody mount one.
    init?(megabytes: Int) {
        path = FileManager.default.temporaryDirectory.path + "/thirdline-disk-\(UUID().uuidString)"
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { return nil }
        guard Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path) else {
            rmdir(path)
            return nil
        }
    }

    func remove() {
        _ = Self.run("umount", "-l", path)
        rmdir(path)
    }

    private static func run(_ words: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Whether tests with disks can run here.
    static let isPossible: Bool = {
        guard let disk = SmallDisk(megabytes: 1) else { return false }
        disk.remove()
        return true
    }()
}

/// What happens when the disk is full: refused clearly, read on, and all well again without a start.
@Suite(.enabled(if: SmallDisk.isPossible, "needs the right to mount a small file system"))
struct FullDiskTests {
    @Test(
        "On a full disk writes are refused with 507, pages are read, and with room again all goes on: nothing confirmed is lost"
    )
    func full() async throws {
        guard let disk = SmallDisk(megabytes: 24) else { return }
        defer { disk.remove() }
        try await TestDesk.run(on: .sqlite, in: URL(fileURLWithPath: disk.path)) { desk in
            let number = try await desk.reportedCase()
            try await TestServer.serve(desk) { server in
                let marta = try await server.program(.marta)
                let browser = try await server.browser(.marta)
                let ballast = disk.path + "/ballast"
                #expect(
                    FileManager.default.createFile(
                        atPath: ballast, contents: Data(count: 8 << 20)))
                var confirmed: [String] = []
                let refused = try await Self.write(to: number, marta, &confirmed)
                #expect(refused.status == 507, "\(refused.body)")
                #expect(refused.json["code"]?.string == "disk_full")
                #expect(refused.headers["retry-after"] != nil)

                // Everything can be read, also where the look itself would be remembered.
                desk.clock.advance(seconds: 120)
                for path in ["/cases", "/cases/\(number)", "/account"] {
                    #expect(try await browser.get(path).status == 200, "\(path)")
                }
                #expect(try await marta.get("/api/v1/cases/\(number)").status == 200)
                #expect(try await marta.get("/healthz").status == 200)
                let upload = try await marta.send(
                    .PUT, "/api/v1/cases/\(number)/evidence/big.bin", [UInt8](repeating: 1, count: 1 << 20))
                #expect(upload.status == 507)
                let form = try await browser.submit(
                    "/cases/\(number)/note", ["text": String(repeating: "the disk fills up, ", count: 2000)])
                #expect(form.status == 507)
                #expect(form.body.contains("was not saved"))

                try FileManager.default.removeItem(atPath: ballast)
                let again = try await Self.note("after", to: number, marta)
                #expect(again.status == 200, "no start is needed: \(again.body)")
                confirmed.append("after")
                let text = try await Self.timeline(number, marta)
                for marker in confirmed { #expect(text.contains(marker), "\(marker) was confirmed") }
            }
            #expect(try await desk.findings() == [])
        }
    }

    private static func note(_ marker: String, to number: String, _ client: TestClient) async throws
        -> TestResponse
    {
        let text = "\(marker) " + String(repeating: "the disk fills up, ", count: 2000)
        return try await client.post("/api/v1/cases/\(number)/note", json: ["text": .string(text)])
    }

    /// Writes notes until one is refused.
    private static func write(
        to number: String, _ client: TestClient, _ confirmed: inout [String]
    ) async throws -> TestResponse {
        for index in 1...2000 {
            let answer = try await note("note-\(index)-", to: number, client)
            guard answer.status == 200 else { return answer }
            confirmed.append("note-\(index)-")
        }
        throw StorageFault("the disk never was full")
    }

    private static func timeline(_ number: String, _ client: TestClient) async throws -> String {
        var text = ""
        var cursor: String?
        repeat {
            let answer = try await client.get(
                "/api/v1/cases/\(number)/timeline" + (cursor.map { "?cursor=\($0)" } ?? ""))
            text += answer.body
            cursor = answer.json["next"]?.string
        } while cursor != nil
        return text
    }
}

/// A file whose bytes were changed or cut off.
struct DamagedFileTests {
    @Test(
        "A database file that was cut off, or is none, is refused with the way back; nothing in it is changed"
    )
    func refused() async throws {
        try await BackupTests.target(.sqlite) { installation, _ in
            try await installation.open(logger: .init(label: "test")).database.close()
            let whole = try Data(contentsOf: URL(fileURLWithPath: installation.databaseFile))
            var flipped = whole
            for place in stride(from: 4096, to: whole.count - 1, by: 4096) { flipped[place] ^= 0xff }
            for bytes in [whole.prefix(whole.count / 2), flipped, Data("no database at all".utf8)] {
                try Data(bytes).write(to: URL(fileURLWithPath: installation.databaseFile))
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await installation.open(logger: .init(label: "test"))
                }
                #expect(refusal?.code == "database_damaged")
                #expect(refusal?.message.contains("thirdline restore") == true)
                #expect(
                    try Data(contentsOf: URL(fileURLWithPath: installation.databaseFile)) == Data(bytes))
            }
        }
    }
}
