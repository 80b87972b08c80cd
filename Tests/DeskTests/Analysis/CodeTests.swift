import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Codes by which logs name errors, and what policy says of them.
@Suite("Codes of errors are looked up")
struct CodeTests {
    private static let log =
        (0..<120).map { second in
            let time = "2026-03-01 14:0\(second / 60):\(second % 60 < 10 ? "0" : "")\(second % 60)"
            return second >= 60 && second % 3 == 0
                ? "\(time) ERROR shop - Capture of order \(second) refused: \(second % 2 == 0 ? "PAY-1043" : "ORA-00942")"
                : "\(time) INFO shop - Accepted order \(second)"
        }.joined(separator: "\n") + "\n"

    private static let codes = """
        error_codes:
          - {code: pay_1043, meaning: The acquirer refused the card, component: Capture, link: "https://wiki.example/pay-1043"}
          - {code: PAY-2000, meaning: The terminal is offline}

        """

    private static func document(_ server: TestServer, _ text: String) async throws {
        try await server.desk.perform(
            "policy.change", as: .samira,
            ["document": .text(Policy.defaultDocument + "\n" + text), "reason": "Codes of release 4.2"])
    }

    @Test(
        "DIAG-54: codes in evidence are looked up in the taxonomy, on findings, the case and a page; a list has those with no documentation",
        arguments: Engine.available)
    func lookup(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase(subject: "Captures refused")
            let second = try await server.desk.reportedCase(by: .sofia, subject: "Also refused")
            for one in [number, second] {
                try await Evidences.add(Self.log, name: "shop.log", to: one, [:], server.desk)
            }
            try await Logs.analyse(server.desk)
            let program = try await server.program(.marta)
            let before =
                try await program.get("/api/v1/error_codes?documented=false").json["items"]?.array ?? []
            #expect(before.compactMap { $0["code"]?.string }.sorted() == ["ORA-00942", "PAY-1043"])
            try await Self.document(server, Self.codes)
            // What is documented is known at once, of evidence that was read before, too.
            let open =
                try await program.get("/api/v1/error_codes?documented=false").json["items"]?.array ?? []
            #expect(open.compactMap { $0["code"]?.string } == ["ORA-00942"])
            #expect(open.first?["lines"]?.integer == 20 && open.first?["case_count"]?.integer == 2)
            #expect(open.first?["cases"]?.array?.compactMap(\.string).sorted() == [number, second].sorted())
            let found = try await program.get("/api/v1/error_codes?q=PAY-1043").json["items"]?[0]
            #expect(
                found?["meaning"]?.string == "The acquirer refused the card" && found?["lines"]?.integer == 20
            )
            #expect(found?["component"]?.string == "Capture" && found?["documented"]?.bool == true)
            let marta = try await server.browser(.marta)
            let page = try await marta.get("/error-codes").body
            #expect(page.contains("Seen, not documented") && page.contains("ORA-00942"))
            #expect(
                page.contains("https://wiki.example/pay-1043") && page.contains("The terminal is offline"))
            #expect(try await marta.get("/error-codes?q=terminal").body.contains("PAY-2000"))
            #expect(try await marta.get("/error-codes?q=XYZ-1").body.contains("Nobody knows “XYZ-1”"))
            let piece = try await marta.get("/cases/\(number)/evidence/E1").body
            #expect(piece.contains("Error codes") && piece.contains("The acquirer refused the card"))
            let finding = piece.split(separator: "<article").first { $0.contains("PAY-1043") }
            #expect(finding?.contains("https://wiki.example/pay-1043") == true)
            let whole = try await marta.get("/cases/\(number)").body
            #expect(whole.contains("The acquirer refused the card") && whole.contains("not documented"))
            let json = try await program.get("/api/v1/cases/\(number)/evidence/E1/analysis").json
            #expect(json["log"]?["codes"]?[0]?["count"]?.integer == 10)
        }
    }

    @Test("DIAG-54 part: mistakes in the taxonomy name their line, and the document in force stays")
    func mistakes() async throws {
        try await TestServer.run(on: .sqlite) { server in
            for (text, words) in [
                ("error_codes:\n  - {code: A-10}\n", "meaning"),
                ("error_codes:\n  - {code: A-10, meaning: x}\n  - {code: a_10, meaning: y}\n", "twice"),
                ("error_codes:\n  - {code: A-10, meaning: x, link: wiki}\n", "https://"),
                ("error_codes:\n  - {code: A-10, meaning: x, owner: y}\n", "owner"),
            ] {
                do {
                    try await Self.document(server, text)
                    Issue.record("“\(text)” was taken")
                } catch let refusal as Refusal {
                    #expect("\(refusal)".contains(words), "\(refusal)")
                }
            }
        }
    }

    @Test(
        "DIAG-54 part: a code that stands in a case that the reader may not know of is not told, nor one of restricted evidence"
    )
    func hidden() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            try await Evidences.add(Self.log, to: number, [:], server.desk)
            try await Logs.analyse(server.desk)
            let marta = try await server.browser(.marta)
            #expect(try await marta.get("/error-codes").body.contains("ORA-00942"))
            try await server.desk.perform(
                "case.restrict", as: .ines, ["id": .text(number), "level": "security", "reason": "A leak"])
            #expect(try await !marta.get("/error-codes").body.contains("ORA-00942"))
            let second = try await server.desk.reportedCase(subject: "Another")
            try await Evidences.add(Self.log, to: second, ["sensitivity": "restricted"], server.desk)
            try await Logs.analyse(server.desk)
            #expect(try await !marta.get("/error-codes").body.contains("ORA-00942"))
        }
    }

    @Test("DIAG-54 part: a table of codes becomes the codes of the policy; the rest of the document stays")
    func table() throws {
        let rows: [(line: Int, fields: [String])] = [
            (1, ["Code", "Meaning", "Owner", "Link"]),
            (2, ["PAY-1", "Says \"no\": really", "x", "https://wiki.example/1"]), (3, ["", "", "", ""]),
            (4, ["PAY-2", "Zwei", "x", ""]),
        ]
        let entries = try ErrorTaxonomy.entries(ofTable: rows).get()
        #expect(entries.map(\.code) == ["PAY-1", "PAY-2"])
        let first = ErrorTaxonomy.replacing(in: Policy.defaultDocument, with: entries)
        #expect(first.hasPrefix(String(Policy.defaultDocument.prefix(2000))))
        let holder = try PolicyHolder(knownRights: FeatureCatalog().rights)
        let policy = try holder.check(first).get()
        #expect(policy.errorCodes.entry("pay-1")?.meaning == "Says \"no\": really")
        #expect(policy.errorCodes.entry("PAY_2")?.link == nil)
        let again = ErrorTaxonomy.replacing(in: first + "# behind it\n", with: Array(entries.suffix(1)))
        #expect(try holder.check(again).get().errorCodes.entries.map(\.code) == ["PAY-2"])
        #expect(again.contains("# behind it"))
        for bad in [[], [(1, ["Name", "Text"])], [(1, ["code", "meaning"]), (2, ["", "x"])]]
            as [[(line: Int, fields: [String])]]
        {
            if case .success = ErrorTaxonomy.entries(ofTable: bad) { Issue.record("\(bad) was taken") }
        }
    }
}
