import Diagnosis
import Domain
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Desk

/// Whatever arrives gets a clear answer: never a fault, never half of it done.
@Suite("Bad input")
struct BadInputTests {
    @Test(
        "Unknown names, wrong types and missing fields are all listed at once, with what was probably meant")
    func everythingAtOnce() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let program = try await server.program(.marta)
            let answer = try await program.post(
                "/api/v1/cases",
                json: [
                    "subjct": "x", "symptom": 7, "severity": ["sev1"], "takes_it": "perhaps", "began_at": 12,
                    "environment": ["a": 1],
                ])
            #expect(answer.status == 422)
            #expect(
                answer.json.fieldCodes == [
                    "subject:missing", "symptom:wrong_type", "severity:wrong_type", "environment:wrong_type",
                    "began_at:wrong_type", "takes_it:wrong_type", "subjct:unknown_field",
                ])
            #expect(answer.body.contains("Did you mean “subject”?"))
            let query = try await program.get("/api/v1/cases?severty=sev1")
            #expect(query.json.fieldCodes == ["severty:unknown_parameter"])
            #expect(query.body.contains("Did you mean “severity”?"))
        }
    }

    @Test(
        "10 MB of text in a subject are refused by the field’s name, as a form and as JSON",
        arguments: Engine.available)
    func tenMegabytes(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let text = String(repeating: "a", count: 10_000_000)
            let program = try await server.program(.marta)
            let answer = try await program.post(
                "/api/v1/cases", json: ["subject": .string(text), "symptom": "x"])
            #expect(answer.status == 422 && answer.json.fieldCodes == ["subject:too_long"])
            #expect(answer.body.utf8.count < 2000)
            let marta = try await server.browser(.marta)
            let form = try await marta.submit("/cases", ["subject": text, "symptom": "x"])
            #expect(form.status == 422)
            #expect(form.body.contains("Subject is 10000000 bytes long"))
            let symptom = try await program.post(
                "/api/v1/cases", json: ["subject": "x", "symptom": .string(text)])
            #expect(symptom.json.fieldCodes == ["symptom:too_long"])
            #expect(try await program.get("/api/v1/cases").json["items"] == [])
        }
    }

    @Test("A form of a million fields is refused", .timeLimit(.minutes(60)))
    func manyFields() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.browser(.marta)
            let body = [UInt8](String(repeating: "a=&", count: 1_000_000).utf8)
            let answer = try await marta.send(
                .POST, "/cases", body,
                [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")])
            #expect((400..<500).contains(answer.status))
        }
    }

    @Test(
        "Bytes that are not UTF-8 are refused in form, JSON, query, path, cookie and header",
        arguments: Engine.available)
    func invalidUTF8(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let program = try await server.program(.marta)
            let form = [
                ("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"),
            ]
            for bad in ["%FF", "%C3%28", "%ED%A0%80", "%F8%88%80%80%80", "%C0%80"] {
                let field = try await marta.send(
                    .POST, "/cases/\(number)/note", Array("text=\(bad)".utf8), form)
                #expect(field.status == 422 && field.body.contains("not UTF-8"), "\(bad)")
                let name = try await marta.send(.POST, "/cases/\(number)/note", Array("\(bad)=x".utf8), form)
                #expect(name.status == 422, "\(bad)")
                #expect(try await marta.get("/cases?q=\(bad)").status == 422)
                #expect(try await program.get("/api/v1/cases?q=\(bad)").status == 422)
                #expect(try await marta.get("/cases/\(bad)").status == 404)
                #expect(try await program.get("/api/v1/cases/\(bad)").status == 404)
                #expect(
                    try await program.post("/api/v1/cases/\(bad)/note", json: ["text": "x"]).status == 404)
            }
            for bytes: [UInt8] in [[0xFF], [0xC3, 0x28], [0xED, 0xA0, 0x80]] {
                let json = Array(#"{"text":""#.utf8) + bytes + Array(#""}"#.utf8)
                let answer = try await program.post(
                    "/api/v1/cases/\(number)/note", raw: json, type: "application/json")
                #expect(answer.status == 422 && answer.json["code"] == "malformed_json")
            }
            for escape in [#"\uD800"#, #"\uDC00\uD800"#, #"\u12"#] {
                let json = Array(#"{"text":"\#(escape)"}"#.utf8)
                let answer = try await program.post(
                    "/api/v1/cases/\(number)/note", raw: json, type: "application/json")
                #expect(answer.status == 422, "\(escape)")
            }
            #expect(try await server.desk.found(number).version == Version(1))
        }
    }

    @Test(
        "NUL is refused in every field of every operation that takes text, and in every query",
        arguments: Engine.available)
    func nul(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let samira = try await server.program(.samira)
            let browser = try await server.browser(.samira)
            let daniel = try await server.program(.daniel)
            for operation in server.desk.services.catalog.operations {
                let client = operation.name.hasPrefix("portal.") ? daniel : samira
                let path = Self.path(operation, number, server.desk)
                for field in operation.fields where field.name != "id" {
                    let answer = try await client.post(
                        "/api/v1\(path)", json: .object([field.name: "a\u{0}b"]))
                    #expect(answer.status == 422, "\(operation.name).\(field.name)")
                    let named = answer.json.fieldCodes.contains { $0.hasPrefix("\(field.name):") }
                    #expect(named, "\(operation.name).\(field.name): \(answer.body)")
                    let text = "\(field.name)=a%00b"
                    let form = try await
                        (operation.name.hasPrefix("portal.") ? server.browser(.daniel) : browser).send(
                            .POST, path, Array(text.utf8),
                            [
                                ("Content-Type", "application/x-www-form-urlencoded"),
                                ("Sec-Fetch-Site", "same-origin"),
                            ])
                    #expect((400..<500).contains(form.status), "\(operation.name).\(field.name)")
                }
            }
            for read in server.desk.services.catalog.reads where !read.name.hasPrefix("portal.") {
                let id = read.path.replacing("{id}", with: number).replacing(/\{[a-z]+\}/, with: "none")
                for parameter in read.parameters {
                    let answer = try await samira.get("/api/v1\(id)?\(parameter.name)=a%00b")
                    #expect(
                        (200..<500).contains(answer.status), "\(read.name)?\(parameter.name) \(answer.status)"
                    )
                }
                let path = try await samira.get("/api/v1" + read.path.replacing(/\{[a-z]+\}/, with: "a%00b"))
                #expect((200..<500).contains(path.status), "\(read.name)")
            }
            for path in [
                "/cases?q=%00", "/cases?component=%00", "/cases?state=%00", "/cases?cursor=%00",
                "/people?q=%00",
                "/organisations?q=%00", "/organisations/%00", "/people/%00", "/cases/%00",
                "/cases/new?subject=%00",
                "/sign-in?next=%00", "/cases/\(number)?show=%00&before=%00", "/portal?show=%00",
                "/policy?version=%00",
                "/account?done=%00", "/password/%00", "/setup/%00", "/people/new?organisation=%00",
            ] {
                let answer = try await browser.get(path)
                #expect(answer.status < 500, "\(path)")
                #expect(!answer.body.contains("\u{0}"), "\(path)")
            }
            let signIn = try await server.stranger.submit(
                "/sign-in", ["email": "a\u{0}@x.example", "password": "\u{0}"])
            #expect(signIn.status < 500)
            let token = try await browser.submit(
                "/account/tokens", ["name": "a\u{0}b", "scopes": "case.view"])
            #expect(token.status == 422)
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "Marks that reverse the reading direction are refused in lines and kept apart in texts",
        arguments: Engine.available)
    func directionMarks(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let program = try await server.program(.marta)
            for mark in ["\u{202E}", "\u{2066}", "\u{202A}"] {
                let answer = try await program.post(
                    "/api/v1/cases", json: ["subject": .string("invoice\(mark)fdp.exe"), "symptom": "x"])
                #expect(answer.json.fieldCodes == ["subject:direction_control"])
            }
            let hebrew = try await program.post(
                "/api/v1/cases", json: ["subject": "שגיאה בתשלום", "symptom": .string("a\u{202E}b")])
            #expect(hebrew.status == 201)
            let number = hebrew.json["number"]?.string ?? ""
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("<h1 dir=\"auto\">שגיאה בתשלום</h1>"))
            #expect(page.contains("<blockquote class=\"verbatim text\" dir=\"auto\">a\u{202E}b</blockquote>"))
        }
    }

    @Test("Wrong cursors, limits and numbers get a reason", arguments: Engine.available)
    func cursorsAndNumbers(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.samira)
            let daniel = try await server.program(.daniel)
            let marta = try await server.browser(.marta)
            let foreign = Cursor.text(["x"])
            let notANumber = Cursor.text(["x", "y"])
            let huge = Cursor.text(["99999999999999999999999", "y"])
            for cursor in [
                "x", "%20", "e30", foreign, notANumber, huge, String(repeating: "A", count: 10_000),
            ] {
                #expect(
                    try await program.get("/api/v1/cases?cursor=\(cursor)").json.fieldCodes == [
                        "cursor:bad_cursor"
                    ])
                #expect(
                    try await daniel.get("/api/v1/portal/cases?cursor=\(cursor)").json.fieldCodes == [
                        "cursor:bad_cursor"
                    ], "\(cursor.prefix(40))")
                #expect(try await marta.get("/cases?cursor=\(cursor)").status == 422)
                #expect(try await marta.get("/organisations?cursor=\(cursor)").status < 500)
            }
            for cursor in ["x", notANumber, foreign, Cursor.text(["99999999999999999999"])] {
                let answer = try await program.get("/api/v1/cases/\(number)/timeline?cursor=\(cursor)")
                #expect(answer.json.fieldCodes == ["cursor:bad_cursor"], "\(cursor)")
            }
            for limit in ["0", "-1", "201", "x", "1e2", "99999999999999999999999", "1.5", "%2B1x"] {
                for path in ["/cases", "/people", "/organisations"] {
                    let answer = try await program.get("/api/v1\(path)?limit=\(limit)")
                    #expect(answer.json.fieldCodes == ["limit:out_of_range"], "\(path) \(limit)")
                }
            }
            for text in [
                "99999999999999999999999", "-1", "9223372036854775807", "-9223372036854775808", "1e309",
                "NaN",
            ] {
                let impact = try await program.post(
                    "/api/v1/cases/\(number)/record_impact", json: ["accounts": .string(text)])
                #expect(impact.json.fieldCodes.count == 1, "\(text)")
                let share = try await program.post(
                    "/api/v1/cases/\(number)/record_impact", json: ["share_percent": .string(text)])
                #expect(share.json.fieldCodes.count == 1, "\(text)")
                #expect(try await marta.get("/cases/\(number)?before=\(text)").status == 200)
                #expect(try await server.browser(.samira).get("/policy?version=\(text)").status < 500)
                let raw = Array("{\"accounts\":\(text)}".utf8)
                let json = try await program.post(
                    "/api/v1/cases/\(number)/record_impact", raw: raw, type: "application/json")
                #expect(json.status == 422, "\(text)")
                let base = try await program.post(
                    "/api/v1/cases/\(number)/edit",
                    raw: Array("{\"component\":\"api\",\"base_version\":\(text)}".utf8),
                    type: "application/json")
                #expect(base.status < 500, "\(text)")
                let form = try await marta.submit(
                    "/cases/\(number)/edit", ["component": "web", "_base": "\(text)"])
                #expect(form.status < 500, "\(text)")
                let erase = try await program.post(
                    "/api/v1/cases/\(number)/erase_entry", json: ["sequence": .string(text), "reason": "x"])
                #expect([404, 422].contains(erase.status), "\(text)")
            }
        }
    }

    @Test("JSON that is broken, doubled or too deep is refused with line and column")
    func badJSON() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let program = try await server.program(.marta)
            let deep = String(repeating: "[", count: 100_000)
            for (text, code) in [
                ("{", "malformed_json"), ("[]", "not_an_object"), ("\"x\"", "not_an_object"),
                ("null", "not_an_object"),
                (#"{"text":"a","text":"b"}"#, "malformed_json"), (#"{"text":"a"} x"#, "malformed_json"),
                ("{\"text\":\(deep)", "malformed_json"), (#"{"text":"a",}"#, "malformed_json"),
                ("{'text':'a'}", "malformed_json"), (#"{"text":NaN}"#, "malformed_json"),
                ("{\"text\":\"a\nb\"}", "malformed_json"), ("\u{FEFF}{}", "malformed_json"),
            ] {
                let answer = try await program.post(
                    "/api/v1/cases/\(number)/note", raw: Array(text.utf8), type: "application/json")
                #expect(answer.status == 422, "\(text.prefix(30))")
                #expect(answer.json["code"] == .string(code), "\(text.prefix(30)): \(answer.body)")
            }
            let empty = try await program.post(
                "/api/v1/cases/\(number)/note", raw: [], type: "application/json")
            #expect(empty.json.fieldCodes == ["text:missing"])
            let untyped = try await program.send(.POST, "/api/v1/cases/\(number)/note", Array("{}".utf8))
            #expect(untyped.status == 415)
            #expect(try await server.desk.found(number).version == Version(1))
        }
    }

    @Test("Broken percent signs, paths that climb, control characters and CRLF do no harm")
    func oddAddresses() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            for path in [
                "/cases?q=%", "/cases?q=%4", "/cases?q=%zz", "/cases?%", "/cases?&&&=&==", "/cases?q",
                "/cases/%",
                "/cases/%2e%2e%2fpolicy", "/../etc/passwd", "/assets/../../etc/passwd",
                "/assets/%2e%2e%2fetc",
                "/cases/\(number)%0d%0aSet-Cookie:%20a=b", "/cases?q=%0d%0aX-Injected:%20yes",
                "//evil.example/cases",
                "/cases/\(number)/", "/cases//\(number)", "/%FF", "/cases?state=%0d%0a",
                "/cases?done=%3Cscript%3E",
                "/cases?" + String(repeating: "a=b&", count: 2000),
                "/cases/" + String(repeating: "x", count: 5000),
                "/sign-in?next=/x%0d%0aSet-Cookie:%20a=b",
            ] {
                let answer = try await marta.get(path)
                #expect(answer.status < 500, "\(path.prefix(60))")
                #expect(answer.headers["x-injected"] == nil && answer.headers["set-cookie"] == nil)
                #expect(!answer.body.contains("root:"))
            }
            for next in ["/x%0d%0aSet-Cookie:%20a=b", "/%0d%0a%0d%0a%3Cscript%3E"] {
                let answer = try await server.stranger.get("/cases/\(next)")
                #expect(answer.headers["set-cookie"] == nil && answer.status < 500)
            }
            let subject = try await marta.submit(
                "/cases", ["subject": "a\r\nBcc: x@evil.example", "symptom": "x"])
            #expect(subject.status == 422 && subject.body.contains("must be one line of plain text"))
        }
    }

    @Test("A multipart form is read like any other, and a broken one is refused", arguments: Engine.available)
    func multipart(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await server.browser(.marta)
            let type = [
                ("Content-Type", "multipart/form-data; boundary=B"), ("Sec-Fetch-Site", "same-origin"),
            ]
            func body(_ value: String) -> [UInt8] {
                Array(
                    "--B\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\(value)\r\n--B--\r\n".utf8)
            }
            #expect(
                try await marta.send(.POST, "/cases/\(number)/note", body("By parts"), type).status == 303)
            let broken: [[UInt8]] = [
                Array("--B\r\n".utf8), Array(body("x").dropLast(9)), Array("nothing".utf8), body("a\u{0}b"),
            ]
            for bad in broken {
                let answer = try await marta.send(.POST, "/cases/\(number)/note", bad, type)
                #expect(answer.status == 422, "\(bad.count)")
            }
            let file = Array(
                "--B\r\nContent-Disposition: form-data; name=\"text\"; filename=\"a.exe\"\r\n\r\nMZ\r\n--B--\r\n"
                    .utf8)
            #expect(try await marta.send(.POST, "/cases/\(number)/note", file, type).status == 422)
            let unbound = [("Content-Type", "multipart/form-data"), ("Sec-Fetch-Site", "same-origin")]
            #expect(try await marta.send(.POST, "/cases/\(number)/note", body("x"), unbound).status == 422)
            #expect(try await server.desk.found(number).version == Version(2))
        }
    }

    /// Where an operation is called, about a thing that exists.
    static func path(_ operation: AnyOperation, _ number: String, _ desk: TestDesk) -> String {
        let id =
            switch operation.place {
            case .act(let collection, _) where collection == "people": desk.people[.ravi]?.id.raw ?? ""
            case .act(let collection, _) where collection == "organisations":
                desk.people[.daniel]?.organisation?.raw ?? ""
            default: number
            }
        return operation.place.path.replacing("{id}", with: id).replacing(/\{[a-z]+\}/, with: "none")
    }
}
