import Desk
import Diagnosis
import Domain
import TestSupport
import Testing

/// Merging and splitting, and undoing both: CASE-27.
@Suite("Merge and split")
struct MergeTests {
    /// A case as JSON without what counts facts: its version and when it last changed.
    private static func state(_ client: CaseClient, _ number: String) async throws -> JSON {
        var object =
            try await client.program.get("/api/v1/cases/\(number)?as=itself").json.object ?? JSONObject()
        for name in ["version", "updated_at"] { object[name] = nil }
        return .object(object)
    }

    @Test(
        "CASE-27: A merged case keeps its notes, clocks and audit, its number leads to the target, and undone it is exactly what it was",
        arguments: Engine.available)
    func mergeAndUndo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let target = try await server.desk.reportedCase(subject: "Payments fail at the kiosks")
            let source = try await server.desk.reportedCase(symptom: "THE-SECOND-REPORT")
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: source, ["assignee": "@me"])
            try await marta.act("note", on: source, ["text": "NOTE-OF-THE-SOURCE"])
            try await marta.act("reply", on: source, ["text": "ANSWER-OF-THE-SOURCE"])
            let before = try await Self.state(marta, source)
            let history = try await marta.timeline(source).compactMap { $0["kind"]?.string }
            try await marta.act("merge", on: source, ["into": .string(target), "reason": "Same outage"])

            let read = try await marta.read(source)
            #expect(read["number"] == .string(target), "its number leads to the target")
            #expect(read["merged"] == [.string(source)])
            let browser = try await server.browser(.marta)
            let moved = try await browser.get("/cases/\(source)")
            #expect(moved.status == 303)
            #expect(moved.headers["location"] == "/cases/\(target)?from=\(source)")
            let page = try await browser.get("/cases/\(target)?from=\(source)").body
            #expect(page.contains("\(source) was merged into \(target)"))
            for words in ["THE-SECOND-REPORT", "NOTE-OF-THE-SOURCE", "ANSWER-OF-THE-SOURCE"] {
                #expect(page.contains(words), "the strand shows \(words)")
            }
            let itself = try await browser.get("/cases/\(source)?as=itself")
            #expect(itself.status == 200 && itself.body.contains("NOTE-OF-THE-SOURCE"))
            #expect(!itself.body.contains("id=\"compose\""), "nothing is written to it any more")
            #expect(try await marta.find("q=THE-SECOND-REPORT") == [], "it stands for itself no more")

            try await marta.act("unmerge", on: source, ["reason": "Two causes"])
            #expect(try await Self.state(marta, source) == before)
            let after = try await marta.timeline(source).compactMap { $0["kind"]?.string }
            #expect(after == history + ["case.merged_into", "case.unmerged"], "the audit stays")
            #expect(try await marta.read(target)["merged"] == [])
            #expect(try await marta.find("q=THE-SECOND-REPORT") == [source])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-27 part: What customers and staff write to a merged case goes to its target and does not bring the merged one back",
        arguments: Engine.available)
    func repliesGoToTheTarget(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let target = try await server.desk.reportedCase()
            let source = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            for number in [source, target] { try await marta.act("assign", on: number, ["assignee": "@me"]) }
            try await marta.act("resolve", on: source, ["narrative": "Same", "verdict": "data"])
            try await marta.act("merge", on: source, ["into": .string(target), "reason": "Same"])
            let status = try await Self.state(marta, source)["status"]

            let form = try await server.browser(.daniel).submit(
                "/portal/cases/\(source)/reply", ["text": "FROM-THE-PORTAL"])
            #expect(form.status == 303)
            let api = try await server.program(.aino).post(
                "/api/v1/portal/cases/\(source)/reply", json: ["text": "FROM-THE-API"])
            #expect(api.json["number"] == .string(target))
            try await marta.act("reply", on: source, ["text": "FROM-STAFF"])
            let staffForm = try await server.browser(.marta).submit(
                "/cases/\(source)/note", ["text": "FROM-A-FORM"])
            #expect(staffForm.headers["location"]?.hasPrefix("/cases/\(target)") == true)
            let written = try await marta.timeline(target).map { $0["data"]?["text"]?.string ?? "" }
            for words in ["FROM-THE-PORTAL", "FROM-THE-API", "FROM-STAFF", "FROM-A-FORM"] {
                #expect(written.contains(words), "\(words)")
            }
            #expect(try await Self.state(marta, source)["status"] == status, "it stays resolved")
            let own = try await marta.program.get("/api/v1/cases/\(source)/timeline?as=itself").body
            #expect(!own.contains("FROM-"))
        }
    }

    @Test(
        "CASE-27 part: The customer goes on seeing what was theirs by both numbers, and no internal word",
        arguments: Engine.available)
    func customersOfAMergedCase(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let target = try await server.desk.reportedCase()
            let source = try await server.desk.reportedCase(symptom: "SECOND-REPORT")
            let asked = try await server.desk.perform(
                "case.open", as: .marta,
                [
                    "subject": "Internal question", "symptom": "INTERNAL-SYMPTOM",
                    "requester": "lea@cast.example",
                ])
            let inside = asked.answer["number"]?.string ?? ""
            let marta = try await CaseClient(server, .marta)
            try await marta.act("note", on: source, ["text": "NOTE-SECRET"])
            try await marta.act("reply", on: source, ["text": "PUBLIC-ANSWER"])
            for number in [source, inside] {
                try await marta.act("merge", on: number, ["into": .string(target), "reason": "MERGE-SECRET"])
            }
            let aino = try await server.browser(.aino)
            let moved = try await aino.get("/portal/cases/\(source)")
            #expect(moved.headers["location"] == "/portal/cases/\(target)?from=\(source)")
            let page = try await aino.get("/portal/cases/\(target)").body
            #expect(page.contains("SECOND-REPORT") && page.contains("PUBLIC-ANSWER"))
            for secret in ["NOTE-SECRET", "INTERNAL-SYMPTOM", "MERGE-SECRET", inside] {
                #expect(!page.contains(secret), "\(secret)")
            }
            #expect(try await aino.get("/portal/cases/\(inside)").status == 404)
            #expect(try await server.browser(.sofia).get("/portal/cases/\(source)").status == 404)
            let timeline = try await server.program(.aino).get("/api/v1/portal/cases/\(target)/timeline").body
            for secret in ["NOTE-SECRET", "INTERNAL-SYMPTOM", "MERGE-SECRET", inside] {
                #expect(!timeline.contains(secret), "\(secret)")
            }
            // A note of the merged case is an internal note of the target: it must not be sent out from there.
            let long = "The acquirer cached the old signing key for nine days after the rotation"
            try await marta.act("unmerge", on: source, ["reason": "x"])
            try await marta.act("note", on: source, ["text": .string(long)])
            try await marta.act("merge", on: source, ["into": .string(target), "reason": "x"])
            let held = try await marta.act("reply", on: target, ["text": .string(long)], expecting: 422)
            #expect(held.fieldCodes == ["text:repeats_internal_note"])
        }
    }

    @Test(
        "CASE-27 part: A merge into itself, in a circle, twice, across customers or into a closed case is refused in words, and nothing is written",
        arguments: Engine.available)
    func badMerges(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let a = try await server.desk.reportedCase()
            let b = try await server.desk.reportedCase()
            let c = try await server.desk.reportedCase()
            let foreign = try await server.desk.reportedCase(by: .sofia)
            let marta = try await CaseClient(server, .marta)
            func merge(_ from: String, _ into: String, _ status: Int) async throws -> JSON {
                try await marta.act(
                    "merge", on: from, ["into": .string(into), "reason": "x"], expecting: status)
            }
            #expect(try await merge(a, a, 422).fieldCodes == ["into:merge_into_itself"])
            #expect(try await merge(a, foreign, 422).fieldCodes == ["into:other_customer"])
            #expect(try await merge(a, "TL-999", 422).fieldCodes == ["into:not_found"])
            #expect(try await server.desk.found(a).version == Version(1))
            _ = try await merge(a, b, 200)
            #expect(try await merge(a, c, 409)["code"] == "already_merged")
            #expect(try await merge(b, a, 422).fieldCodes == ["into:merge_into_itself"], "a circle")
            _ = try await merge(b, c, 200)
            #expect(try await marta.read(a)["number"] == .string(c), "a chain leads to its end")
            #expect(try await merge(c, a, 422).fieldCodes == ["into:merge_into_itself"], "a longer circle")
            try await marta.act("assign", on: c, ["assignee": "@me"])
            try await marta.act("resolve", on: c, ["narrative": "x", "verdict": "data"])
            let open = try await server.desk.reportedCase()
            #expect(try await merge(open, c, 422).fieldCodes == ["into:target_is_done"])
            #expect(
                try await marta.act("unmerge", on: open, ["reason": "x"], expecting: 409)["code"]
                    == "not_merged")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("CASE-27 part: Many cases are merged at once, all or none", arguments: Engine.available)
    func manyAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let target = try await server.desk.reportedCase()
            let some = [
                try await server.desk.reportedCase(), try await server.desk.reportedCase(),
                try await server.desk.reportedCase(),
            ]
            let foreign = try await server.desk.reportedCase(by: .sofia)
            let marta = try await CaseClient(server, .marta)
            let also: JSON = [.string(some[1]), .string(some[2])]
            try await marta.act(
                "merge", on: some[0],
                ["into": .string(target), "also": [.string(some[1]), .string(foreign)], "reason": "x"],
                expecting: 422)
            #expect(try await marta.read(target)["merged"] == [])
            try await marta.act(
                "merge", on: some[0], ["into": .string(target), "also": also, "reason": "x"])
            let merged = try await marta.read(target)["merged"]?.array?.compactMap(\.string).sorted()
            #expect(merged == some.sorted())
        }
    }

    @Test(
        "CASE-27: Chosen entries begin a new case, stay where they are with a mark, and the split can be undone",
        arguments: Engine.available)
    func splitAndUndo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("reply", on: number, ["text": "About the payments."])
            let daniel = try await server.program(.daniel)
            _ = try await daniel.post(
                "/api/v1/portal/cases/\(number)/reply", json: ["text": "ALSO-REFUNDS-ARE-LATE"])
            try await marta.act("note", on: number, ["text": "NOTE-ON-REFUNDS"])
            let split = try await marta.act(
                "split", on: number,
                [
                    "entries": ["3", "4"], "subject": "Refunds are late", "symptom": "Refunds are late.",
                    "reason": "Another problem",
                ])
            let new = try #require(split["number"]?.string)
            #expect(new != number)
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(new)").body
            #expect(page.contains("ALSO-REFUNDS-ARE-LATE") && page.contains("NOTE-ON-REFUNDS"))
            #expect(!page.contains("About the payments."))
            let old = try await browser.get("/cases/\(number)").body
            #expect(old.contains("ALSO-REFUNDS-ARE-LATE"), "the originals stay")
            #expect(old.components(of: "split off into <a href=\"/cases/\(new)\"") == 2, "each is marked")
            let portal = try await server.browser(.daniel).get("/portal/cases/\(new)").body
            #expect(portal.contains("ALSO-REFUNDS-ARE-LATE") && !portal.contains("NOTE-ON-REFUNDS"))
            #expect(
                try await marta.timeline(new).allSatisfy {
                    !($0["data"]?.text ?? "").contains("ALSO-REFUNDS")
                }, "no row is copied")

            try await marta.act("undo_split", on: new, ["reason": "One problem"])
            #expect(try await marta.read(new)["number"] == .string(number))
            let again = try await browser.get("/cases/\(number)").body
            #expect(!again.contains("split off into <a"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-27 part: A split of everything, of nothing, of a fact, of what is not there and of what was split already is refused in words",
        arguments: Engine.available)
    func badSplits(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("note", on: number, ["text": "One"])
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("note", on: number, ["text": "Two"])
            func split(_ entries: JSON, _ status: Int) async throws -> [String] {
                try await marta.act(
                    "split", on: number,
                    ["entries": entries, "subject": "s", "symptom": "s", "reason": "r"], expecting: status
                ).fieldCodes
            }
            #expect(try await split(["1", "2", "4"], 422) == ["entries:split_of_everything"])
            #expect(try await split([], 422) == ["entries:no_entries"])
            #expect(try await split(["3"], 422) == ["entries:not_an_entry"])
            #expect(try await split(["99"], 422) == ["entries:not_an_entry"])
            #expect(try await split(["x"], 422) == ["entries:not_an_entry"])
            #expect(try await split(["2"], 200) == [])
            #expect(try await split(["2"], 422) == ["entries:split_already"])
            #expect(try await split(["1", "4"], 422) == ["entries:split_of_everything"])
            #expect(
                try await marta.act("undo_split", on: number, ["reason": "x"], expecting: 409)["code"]
                    == "not_split")
        }
    }
}
