import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Forms that change something open with what stands there, and nothing that was typed is lost.
@Suite("Forms that change what stands")
struct StandingFormTests {
    @Test(
        "A form that changes a hypothesis or a workaround opens with what it says now, and sends only what was changed",
        arguments: Engine.available)
    func filled(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let browser = try await server.browser(.marta)
            let number = try await server.desk.reportedCase()
            for (text, why) in [
                ("Zeros are trimmed", "The formatter changed"), ("Clock skew", "Seen before"),
            ] {
                try await marta.act(
                    "add_hypothesis", on: number, ["statement": .string(text), "reasoning": .string(why)])
            }
            let page = try await browser.get("/cases/\(number)/investigation").body
            #expect(page.contains("revise_hypothesis?hypothesis=H2"))
            let form = try await browser.get("/cases/\(number)/revise_hypothesis?hypothesis=H2").body
            #expect(form.contains("value=\"Clock skew\"") && form.contains("Seen before"))
            #expect(!form.contains("The formatter changed") && !form.contains("<option value=\"H1\""))
            let open = try await browser.get("/cases/\(number)/revise_hypothesis").body
            #expect(!open.contains("Seen before") && open.contains("H1") && open.contains("H2"))
            let saved = try await browser.submit(
                "/cases/\(number)/revise_hypothesis",
                [
                    "hypothesis": "H2", "statement": "Clock skew above 3 ms", "reasoning": "Seen before",
                    "was.reasoning": "Seen before", "predicts": "", "was.predicts": "", "due_at": "",
                    "was.due_at": "",
                ])
            #expect(saved.status == 303)
            let all = try await marta.program.get("/api/v1/cases/\(number)/investigation").json
            let second = all["hypotheses"]?.array?.first { $0["id"] == "H2" }
            #expect(second?["statement"] == "Clock skew above 3 ms" && second?["reasoning"] == "Seen before")

            try await marta.act(
                "record_workaround", on: number,
                [
                    "text": "Pay again", "data_loss": "none", "side_effects": "a second hold",
                    "rollback": "Stop", "applies_to": "All kiosks",
                ])
            let only = try await browser.get("/cases/\(number)/revise_workaround").body
            for words in ["Pay again", "a second hold", "All kiosks"] { #expect(only.contains(words)) }
        }
    }

    @Test(
        "A form whose version is garbage, or is not there yet, is refused in words and keeps what was typed",
        arguments: Engine.available)
    func garbageBase(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.marta)
            let marta = try await CaseClient(server, .marta)
            for base in ["x", "1.5", "-1", "99999999999999999999", "1e3", "٣", "4096"] {
                let refused = try await browser.submit(
                    "/cases/\(number)/edit",
                    ["problem_statement": "Typed at length", "was.problem_statement": "", "_base": base])
                #expect(refused.status == 422, "\(base)")
                #expect(refused.body.contains("Typed at length"), "\(base)")
                #expect(
                    refused.body.contains("which version it was made for")
                        || refused.body.contains("There is no version 4096 yet"), "\(base)")
            }
            #expect(try await marta.read(number)["problem_statement"] == .null)
            let ahead = try await marta.act(
                "edit", on: number, ["component": "api", "base_version": 4096], expecting: 422)
            #expect(ahead.fieldCodes == ["base_version:unknown_version"])
        }
    }

    @Test(
        "What was typed into a form whose session had ended is on the page that says so, and can be sent again after signing in",
        arguments: Engine.available)
    func sessionEnded(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let out = try await server.browser(.marta)
            server.desk.clock.advance(seconds: 13 * 3600)
            let text = "Twenty minutes of <b>thinking</b>.\nAnd a second line."
            let answer = try await out.submit(
                "/cases/\(number)/note",
                ["text": text, "_key": "k-1", "current": "s3cret", "my_password": "s3cret"])
            #expect(answer.status == 401)
            #expect(
                answer.body.contains("Twenty minutes of &lt;b&gt;thinking&lt;/b&gt;.\nAnd a second line."))
            #expect(answer.body.contains("action=\"/cases/\(number)/note\""))
            #expect(answer.body.contains("name=\"_key\" value=\"k-1\""), "sent twice it is still done once")
            #expect(answer.body.contains("href=\"/sign-in?next=%2F\" target=\"_blank\""))
            #expect(!answer.body.contains("s3cret"), "secrets are not written into pages")
            let again = try await server.browser(.marta)
            let sent = try await again.submit("/cases/\(number)/note", ["text": text, "_key": "k-1"])
            #expect(sent.status == 303)
            let notes = try await CaseClient(server, .marta).timeline(number).filter {
                $0["kind"] == "case.noted"
            }
            #expect(notes.map { $0["data"]?["text"]?.string } == [text])
            // Another site learns nothing and shows nothing by it.
            let forged = try await server.stranger.submit(
                "/cases/\(number)/note", ["text": "FORGED"], site: "cross-site")
            #expect(forged.status == 403 && !forged.body.contains("FORGED"))
            let upload = try await server.stranger.submit("/cases/\(number)/note", [:])
            #expect(upload.status == 401)
        }
    }
}
