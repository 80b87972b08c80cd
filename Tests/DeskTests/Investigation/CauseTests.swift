import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// A cause is suspected until evidence and a verification confirm it: CASE-33.
@Suite("Causes")
struct CauseTests {
    private static let statement = "4.18.0 trims zeros of the signed time"

    /// What confirming takes, all but the evidence.
    private static let proof: JSON = [
        "hypothesis": "H1", "state": "confirmed", "method": "replayed",
        "verification": "50 of 50 fail on 4.18.0, none on 4.17.9", "root_cause": "code_defect",
    ]

    /// A case of Marta's with one hypothesis, H1.
    private func suspectedCase(_ server: TestServer, _ marta: CaseClient) async throws -> String {
        let number = try await server.desk.reportedCase()
        try await marta.act("assign", on: number, ["assignee": "@me"])
        try await marta.act(
            "add_hypothesis", on: number,
            ["statement": .string(Self.statement), "confidence": "medium", "test": "Replay 50 payments"])
        return number
    }

    private func cited(_ pieces: String...) -> JSON {
        with(Self.proof, "evidence", .array(pieces.map(JSON.string)))
    }

    private func state(_ client: CaseClient, _ number: String) async throws -> [String?] {
        let read = try await client.read(number)
        let whole = try await client.program.get("/api/v1/cases/\(number)/investigation").json
        return [
            read["root_cause_state"]?.string, read["investigation"]?["cause"]?["state"]?.string,
            whole["cause"]?["state"]?.string,
        ]
    }

    @Test(
        "CASE-33: A cause is confirmed only with evidence that is in the case, a method of verification, what it showed, and the root cause",
        arguments: Engine.available)
    func confirming(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            let bare = try await marta.act(
                "judge_hypothesis", on: number, ["hypothesis": "H1", "state": "confirmed"], expecting: 422)
            #expect(
                bare.fieldCodes == [
                    "evidence:needed_to_confirm", "method:needed_to_confirm",
                    "verification:needed_to_confirm", "root_cause:needed_to_confirm",
                ])
            let unproved = try await marta.act("judge_hypothesis", on: number, Self.proof, expecting: 422)
            #expect(unproved.fieldCodes == ["evidence:needed_to_confirm"])
            // An entry of the timeline can be named, and proves nothing.
            let told = try await marta.act("judge_hypothesis", on: number, cited("#1"), expecting: 422)
            #expect(told.fieldCodes == ["evidence:needed_to_confirm"])
            let piece = try await attachedEvidence(server, number)
            let elsewhere = try await server.desk.reportedCase()
            for _ in 1...2 { _ = try await attachedEvidence(server, elsewhere) }
            for forged in ["E2", "E0", "E-1", "E1.1", "e٣", "\(elsewhere).E1", ""] {
                let refused = try await marta.act(
                    "judge_hypothesis", on: number, cited(forged), expecting: 422)
                #expect(
                    refused.fieldCodes.first?.hasPrefix("evidence") == true, "“\(forged)” is no evidence here"
                )
            }
            for missing in ["method", "verification"] {
                var part = cited(piece).object ?? JSONObject()
                part[missing] = .null
                let refused = try await marta.act(
                    "judge_hypothesis", on: number, .object(part), expecting: 422)
                #expect(refused.fieldCodes == ["\(missing):needed_to_confirm"])
            }
            #expect(try await state(marta, number) == [nil, "suspected", "suspected"])

            try await marta.act("judge_hypothesis", on: number, cited(piece.lowercased()))
            #expect(try await state(marta, number) == ["confirmed", "confirmed", "confirmed"])
            #expect(try await marta.read(number)["root_cause"]?.string == "code_defect")
            let browser = try await server.browser(.marta)
            for path in ["/cases/\(number)", "/cases/\(number)/investigation"] {
                let html = try await browser.get(path).body
                #expect(html.contains("Code defect (confirmed)"))
                #expect(
                    html.contains("href=\"/cases/\(number)/evidence/\(piece)\""),
                    "the link leads to the proof")
            }
            #expect(try await browser.get("/cases/\(number)/evidence/\(piece)").status == 200)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-33: Evidence that was taken away, or that is restricted for whoever confirms, counts as absent",
        arguments: Engine.available)
    func absentEvidence(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            let gone = try await attachedEvidence(server, number)
            try await server.desk.perform(
                "evidence.remove", as: .ines,
                ["id": .text("\(number).\(gone)"), "reason": "Held card numbers"])
            let secret = try await attachedEvidence(server, number, query: "sensitivity=restricted")
            let frontline = try await CaseClient(server, .lea)
            for piece in [gone, secret] {
                let refused = try await frontline.act(
                    "judge_hypothesis", on: number, cited(piece), expecting: 422)
                #expect(refused.fieldCodes == ["evidence:no_such_evidence"])
                #expect(
                    refused["detail"]?.string
                        == (try await frontline.act(
                            "judge_hypothesis", on: number, cited("E9"), expecting: 422))["detail"]?.string?
                        .replacing("E9", with: piece), "nothing tells it from what never was")
            }
            // What somebody cited who may read it does not help somebody who may not.
            try await marta.act(
                "record_result", on: number,
                [
                    "of": "H1", "observed": "As predicted", "bearing": "supports",
                    "evidence": [.string(secret)],
                ])
            let blind = try await frontline.act("judge_hypothesis", on: number, Self.proof, expecting: 422)
            #expect(blind.fieldCodes == ["evidence:needed_to_confirm"])
            try await marta.act("judge_hypothesis", on: number, Self.proof)
            #expect(try await state(frontline, number) == ["confirmed", "confirmed", "confirmed"])
        }
    }

    @Test(
        "CASE-33: A cause whose last evidence is taken away is suspected again, on every page and on record",
        arguments: Engine.available)
    func losingTheProof(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            let (first, second) = (
                try await attachedEvidence(server, number), try await attachedEvidence(server, number)
            )
            try await marta.act("judge_hypothesis", on: number, cited(first, second))
            let ines = try await server.browser(.ines)
            func warning(_ piece: String) async throws -> Bool {
                try await ines.get("/evidence/\(number).\(piece)/remove").body.contains("alone confirms H1")
            }
            func remove(_ piece: String) async throws {
                try await server.desk.perform(
                    "evidence.remove", as: .ines,
                    ["id": .text("\(number).\(piece)"), "reason": "Held card numbers"])
            }
            #expect(try await !warning(first))
            try await remove(first)
            #expect(
                try await state(marta, number) == ["confirmed", "confirmed", "confirmed"],
                "E2 still proves it")
            #expect(try await warning(second))
            try await remove(second)
            #expect(try await state(marta, number) == ["suspected", "suspected", "suspected"])
            let browser = try await server.browser(.marta)
            let why = "E2, which confirmed it, was taken away: Held card numbers"
            for path in ["", "/investigation", "/timeline.md", "/timeline.md?layer=story", "/timeline.json"] {
                let text = try await browser.get("/cases/\(number)\(path)").body
                #expect(text.contains(why), "\(path) says why")
            }
            let page = try await browser.get("/cases/\(number)").body
            #expect(page.contains("Code defect (suspected)") && !page.contains("(confirmed)"))
            let refused = try await marta.act(
                "reply", on: number, ["text": "This is caused by a trimmed time."], expecting: 422)
            #expect(refused.fieldCodes == ["text:states_unconfirmed_cause"])
            let third = try await attachedEvidence(server, number)
            try await marta.act("judge_hypothesis", on: number, cited(third))
            let other = try await marta.act(
                "revise_hypothesis", on: number, ["hypothesis": "H1", "statement": "The vendor did it"],
                expecting: 422)
            #expect(
                other.fieldCodes == ["statement:confirmed"], "what was proved cannot become something else")
            #expect(try await state(marta, number) == ["confirmed", "confirmed", "confirmed"])
            #expect(try await server.desk.findings() == [])
        }
    }

    /// Where a text names the cause without saying that it is suspected, or supported, as hypotheses can be.
    private func overclaims(_ text: String) -> [String] {
        var found: [String] = []
        for cause in ["Code defect", Self.statement] {
            for range in text.ranges(of: cause) {
                let before = text.index(range.lowerBound, offsetBy: -160, limitedBy: text.startIndex)
                let after = text.index(range.upperBound, offsetBy: 260, limitedBy: text.endIndex)
                let context = String(text[(before ?? text.startIndex)..<(after ?? text.endIndex)])
                let words = context.lowercased()
                let isHedged = words.contains("suspect") || words.contains("supported")
                if !isHedged { found.append(context) }
            }
        }
        for claim in ["(confirmed)", "Confirmed cause", "<b>confirmed H", "\"state\":\"confirmed\""]
        where text.contains(claim) { found.append(claim) }
        return found
    }

    /// Everything that a colleague or the customer can read of a case, by where it stands.
    private func surfaces(_ server: TestServer, _ number: String) async throws -> [(String, String)] {
        let browser = try await server.browser(.marta)
        let program = try await server.program(.marta)
        let portal = try await server.browser(.daniel)
        let customer = try await server.program(.daniel)
        let account = try await server.desk.found(number).organisation?.raw ?? ""
        var texts: [(String, String)] = []
        for path in [
            "/cases/\(number)", "/cases/\(number)?show=story", "/cases/\(number)?show=investigation",
            "/cases/\(number)/investigation", "/cases/\(number)/timeline.md",
            "/cases/\(number)/timeline.md?layer=story", "/cases/\(number)/timeline.md?for=customer",
            "/cases/\(number)/timeline.json", "/cases/\(number)/timeline.json?layer=story",
            "/cases/\(number)/timeline.json?for=customer", "/cases/\(number)/graph",
            "/organisations/\(account)", "/cases", "/cases?state=all&q=trims", "/palette?q=\(number)",
            "/palette?q=trims", "/search?q=\(number)",
        ] {
            let answer = try await browser.get(path)
            #expect(answer.status == 200, "\(path)")
            texts.append((path, answer.body))
        }
        for path in ["", "/investigation", "/timeline"] {
            texts.append((path, try await program.get("/api/v1/cases/\(number)\(path)").body))
        }
        texts.append(("list", try await program.get("/api/v1/cases").body))
        for path in ["/portal", "/portal/cases/\(number)"] {
            texts.append((path, try await portal.get(path).body))
        }
        for path in ["/cases", "/cases/\(number)", "/cases/\(number)/timeline"] {
            texts.append((path, try await customer.get("/api/v1/portal\(path)").body))
        }
        return texts
    }

    @Test(
        "CASE-33: Until it is confirmed a cause reads suspected everywhere: case, queue, palette, timeline, story, exports, account, portal, closing narrative",
        arguments: Engine.available)
    func suspectedEverywhere(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await suspectedCase(server, marta)
            try await marta.act("edit", on: number, ["root_cause": "code_defect"])
            try await marta.act("judge_hypothesis", on: number, ["hypothesis": "H1", "state": "supported"])
            #expect(try await marta.read(number)["root_cause_state"]?.string == "suspected")
            let list = try await marta.program.get("/api/v1/cases").json["items"]?.array?.first
            #expect(list?["root_cause_state"]?.string == "suspected")
            for (place, text) in try await surfaces(server, number) {
                #expect(overclaims(text) == [], "\(place)")
            }
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Code defect (suspected)") && page.contains("Supported"))
            let form = try await server.browser(.marta).get("/cases/\(number)/resolve").body
            #expect(form.contains("No cause is confirmed. We suspect (H1, not confirmed)"))

            // The words that end the case say no more than is proved either.
            let claims: [(String, String)] = [
                ("narrative", "Signatures failed. The cause was a trimmed time."),
                ("customer_summary", "The root cause was a trimmed time."),
            ]
            for (field, text) in claims {
                let ending: JSON = [
                    "narrative": "We suspect a trimmed time.", "verdict": "product_defect",
                    "root_cause": "code_defect",
                ]
                let refused = try await marta.act(
                    "resolve", on: number, with(ending, field, .string(text)), expecting: 422)
                #expect(refused.fieldCodes == ["\(field):states_unconfirmed_cause"])
            }
            try await marta.act(
                "resolve", on: number,
                [
                    "narrative": "We suspect that it was caused by a trimmed time.",
                    "verdict": "product_defect", "root_cause": "code_defect",
                ])
            #expect(try await marta.read(number)["root_cause_state"]?.string == "suspected")
            for (place, text) in try await surfaces(server, number) {
                #expect(overclaims(text) == [], "resolved: \(place)")
            }
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-33: Drafts from templates say that a cause is suspected, and nothing is sent that states it as a fact",
        arguments: Engine.available)
    func drafts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let browser = try await server.browser(.marta)
            let number = try await server.desk.reportedCase()
            let macro = try await server.desk.perform(
                "macro.add", as: .ines,
                ["name": "What we know", "text": "Dear {{customer.first_name}},\n{{cause}}\nRegards"])
            let id = macro.answer["id"]?.string ?? ""
            let path = "/cases/\(number)/templates"
            let unknown = try await browser.get("\(path)?template=\(id)").body
            #expect(unknown.contains("Not known in this case: {{cause}}"))
            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("add_hypothesis", on: number, ["statement": .string(Self.statement)])
            let preview = try await browser.get("\(path)?template=\(id)").body
            #expect(preview.contains("We suspect, not confirmed: \(Self.statement)"))
            #expect(try await browser.submit(path, ["template": id]).status == 303)
            let draft = try await browser.get("/cases/\(number)?as=reply").body
            #expect(draft.contains("We suspect, not confirmed: \(Self.statement)"))

            let claim: JSON = ["text": "We found it.\nThis is caused by a trimmed time."]
            let refused = try await marta.act("reply", on: number, claim, expecting: 422)
            #expect(refused.fieldCodes == ["text:states_unconfirmed_cause"])
            try await marta.act(
                "reply", on: number, ["text": "We suspect that this is caused by a trimmed time."])

            let piece = try await attachedEvidence(server, number)
            try await marta.act("judge_hypothesis", on: number, cited(piece))
            let proved = try await browser.get("\(path)?template=\(id)").body
            #expect(proved.contains("The confirmed cause: \(Self.statement)"))
            try await marta.act("reply", on: number, claim)
            try await marta.act(
                "judge_hypothesis", on: number,
                ["hypothesis": "H1", "state": "supported", "reason": "Doubts"])
            #expect(try await state(marta, number) == ["suspected", "suspected", "suspected"])
            // A draft that was filled while the cause was confirmed is not sent any more.
            let stale = try await marta.act(
                "reply", on: number, ["text": .string("The confirmed cause: \(Self.statement)")],
                expecting: 422)
            #expect(stale.fieldCodes == ["text:states_unconfirmed_cause"])
        }
    }
}
