import CZlib
import Domain
import Storage
import TestSupport
import Testing
import Web

@testable import Desk

/// What is sent compressed, to whom, and how large it is then.
@Suite("Compression")
struct CompressionTests {
    private static let gzip = [("Accept-Encoding", "gzip, deflate, br")]

    /// The bytes that a gzip stream stands for; nil where it is none.
    private func unpacked(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard
            inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: 4 << 20)
        let code = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                (stream.next_in, stream.avail_in) = (input.baseAddress, uInt(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, uInt(output.count))
                return inflate(&stream, Z_FINISH)
            }
        }
        return code == Z_STREAM_END ? Array(output.prefix(Int(stream.total_out))) : nil
    }

    @Test("What is sent compressed reads the same")
    func same() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase(symptom: "Since “this morning” <b>é</b>. ")
            let program = try await server.program(.marta)
            for path in [
                "/api/v1/cases/\(number)", "/api/v1/openapi.json", Assets.script.path, Assets.style.path,
            ] {
                let plain = try await program.get(path)
                let packed = try await program.get(path, Self.gzip)
                #expect(plain.headers["content-encoding"] == nil && plain.status == 200, "\(path)")
                #expect(packed.headers["content-encoding"] == "gzip", "\(path)")
                #expect(packed.headers["vary"] == "Accept-Encoding", "\(path)")
                #expect(packed.headers["content-length"] == String(packed.bytes.count), "\(path)")
                #expect(packed.bytes.count < plain.bytes.count, "\(path)")
                #expect(unpacked(packed.bytes) == plain.bytes, "\(path)")
            }
            let short = try await program.get("/healthz", Self.gzip)
            #expect(short.status == 200 && short.headers["content-encoding"] == nil, "too short to gain")
        }
    }

    @Test(
        "A page that another site made a signed-in browser load is not compressed, so its length tells nothing"
    )
    func crossSite() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.marta)
            for path in ["/cases/\(number)", "/cases?q=payments"] {
                for (site, coding) in [
                    ("cross-site", nil), ("same-site", nil), ("same-origin", "gzip"), ("none", "gzip"),
                ] as [(String, String?)] {
                    let page = try await browser.get(path, Self.gzip + [("Sec-Fetch-Site", site)])
                    #expect(page.status == 200)
                    #expect(page.headers["content-encoding"] == coding, "\(path), \(site)")
                }
            }
        }
    }

    @Test(
        "A case with 3,000 entries and 500 pieces of evidence is sent in less than 60 kB, older entries on demand"
    )
    func longCase() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let found = try await server.desk.found(number)
            try await makeLong(found, server.desk)
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)", Self.gzip)
            #expect(page.bytes.count < 60_000, "\(page.bytes.count) bytes")
            let text = String(decoding: unpacked(page.bytes) ?? [], as: UTF8.self)
            #expect(text.contains(">3,000 entries, ") && text.contains(">500 pieces</a>"))
            #expect(text.contains("id=\"e-3000\"") && !text.contains("id=\"e-2000\""))
            // From page to page back to the first entry, each of them in turn.
            var (older, seen) = (text, 0)
            while let query = older.firstMatch(of: #/href="(\/cases\/[^"]*before=\d+)" data-more/#) {
                seen += 1
                guard seen < 40 else { break }
                older = try await browser.get(String(query.1).replacing("&amp;", with: "&")).body
            }
            #expect(seen == 29)
            #expect(older.contains("id=\"e-1\""))
        }
    }

    /// Gives a case 3,000 entries at once, every sixth of them a piece of evidence.
    private func makeLong(_ found: SupportCase, _ desk: TestDesk) async throws {
        let marta = try desk.actor(.marta).id
        let now = desk.clock.now
        var decision = Decision()
        var (entries, pieces) = (found.version.number, 0)
        while entries < 3000 {
            entries += 1
            if entries % 6 == 2 || 3000 - entries < 500 - pieces {
                pieces += 1
                let name = "worker-\(pieces).log"
                decision.record(
                    CaseFact.evidence(
                        .attached(.init(evidence: "E\(pieces)", name: name, type: "log_extract", size: 4096))),
                    on: found.ref)
                decision.record(
                    EvidenceFact.added(
                        .init(
                            caseID: found.id.raw, organisation: found.organisation?.raw, number: pieces,
                            name: name, givenName: nil, hash: "\(pieces)", size: 4096,
                            mediaType: "text/plain", isFromCustomer: false, item: nil,
                            details: [.type: "log_extract", .source: "worker \(pieces)"])),
                    on: Evidence.ref(ID(newIdentifier(at: now))))
            } else {
                decision.record(
                    CaseFact.noted(
                        text:
                            "Look \(entries): worker \(entries % 7) lost \(entries * 37 % 1009) rows of queue \(entries % 11) at its turn. It took the offset of the one before and went on, so nobody saw it until the totals were held against each other at the end of the hour."
                    ), on: found.ref)
            }
        }
        let decided = decision
        try await desk.services.database.write { [journal = desk.services.journal] tx in
            _ = try journal.append(decided.entries, by: marta, at: now, in: tx)
        }
    }

    @Test("The script of a page is sent in less than 40 kB, its style in less than 25")
    func assets() async throws {
        try await TestServer.run(on: .sqlite) { server in
            func size(_ asset: Asset) async throws -> Int {
                let answer = try await server.stranger.get(asset.path, Self.gzip)
                #expect(answer.headers["content-encoding"] == "gzip", "\(asset.path)")
                return answer.bytes.count
            }
            let script = try await size(Assets.script)
            #expect(script < 40_000, "\(script)")
            let style = try await size(Assets.style)
            #expect(style < 25_000, "\(style)")
        }
    }
}
