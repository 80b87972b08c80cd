import Diagnosis
import Domain
import TestSupport
import Testing

@testable import Desk

/// Every way in leads to the same queue, and what the contract says never loses a report.
@Suite("Intake")
struct EntitlementTests {
    @Test(
        "CASE-02 part: portal, API, on behalf and alert land in the same queue, each with its channel",
        arguments: Engine.available)
    func oneQueue(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let daniel = try await server.program(.daniel)
            let portal = try await daniel.post(
                "/api/v1/portal/cases", json: ["subject": "From the portal", "symptom": "s"])
            #expect(portal.status == 201)
            let marta = try await CaseClient(server, .marta)
            _ = try await marta.open([
                "organisation": "Halden Travel", "subject": "From a program", "symptom": "s",
                "channel": "api",
            ])
            _ = try await marta.open([
                "organisation": "Halden Travel", "requester": "daniel@cast.example",
                "subject": "On behalf", "symptom": "s",
            ])
            let alert = try await marta.program.post(
                "/api/v1/alerts",
                json: ["key": "k1", "title": "From monitoring", "organisation": "Halden Travel"])
            #expect(alert.status == 200, "\(alert.body)")
            let list = try await marta.program.get("/api/v1/cases?status=new").json["items"]?.array ?? []
            let channels = Dictionary(
                list.map { ($0["subject"]?.string ?? "", $0["channel"]?.string ?? "") },
                uniquingKeysWith: { $1 })
            #expect(
                channels == [
                    "From the portal": "portal", "From a program": "api", "On behalf": "engineer",
                    "From monitoring": "alert",
                ])
        }
    }

    @Test(
        "CASE-02 part: messages about the same thing are added to its open case, and open a new one after it is resolved",
        arguments: Engine.available)
    func alertsAreGathered(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            func send(_ fields: JSON) async throws -> JSON {
                let answer = try await marta.program.post("/api/v1/alerts", json: fields)
                #expect(answer.status == 200, "\(answer.body)")
                return answer.json
            }
            let firing: JSON = [
                "key": "disk/db1", "title": "Disk of db1 is nearly full", "severity": "critical",
                "labels": ["host": "db1"], "started_at": "2026-03-02T08:50:00Z",
            ]
            let quiet = try await send(["key": "disk/db1", "title": "Over", "state": "resolved"])
            #expect(quiet["opened"] == false && quiet["number"] == nil, "nothing was open")
            let first = try await send(firing)
            let number = try #require(first["number"]?.string)
            #expect(first["opened"] == true)
            let found = try await server.desk.found(number)
            #expect(
                found.severity == "sev1" && found.channel == "alert" && found.symptom.contains("host: db1"))
            #expect(found.beganAt == Timestamp("2026-03-02T08:50:00Z"))
            #expect(try await send(firing)["number"]?.string == number)
            let over = try await send(["key": "disk/db1", "title": "Over", "state": "resolved"])
            #expect(over["number"]?.string == number && over["opened"] == false)
            #expect(try await marta.read(number)["status"] == "new", "a person resolves")
            #expect(try await marta.read(number)["alert"]?["state"] == "resolved")
            #expect(try await marta.read(number)["alert"]?["messages"] == 3)
            #expect(try await marta.find("status=new") == [number])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Resolved, by monitoring") && page.contains("told of an alert"))
            #expect(try await send(["key": "disk/db2", "title": "Another disk"])["opened"] == true)

            try await marta.act("assign", on: number, ["assignee": "@me"])
            try await marta.act("resolve", on: number, ["narrative": "Cleaned.", "verdict": "capacity"])
            let next = try await send(firing)
            #expect(next["opened"] == true && next["number"]?.string != number)
            #expect(try await server.desk.findings() == [])
        }
    }

    private static func webhook(_ change: (inout JSONObject) -> Void = { _ in }) -> JSON {
        var document: JSONObject = [
            "version": "4", "groupKey": "{}:{alertname=\"CardFailures\"}", "status": "firing",
            "receiver": "desk", "truncatedAlerts": 0, "groupLabels": ["alertname": "CardFailures"],
            "commonLabels": ["alertname": "CardFailures", "severity": "page"],
            "commonAnnotations": ["summary": "Card failures above 0.2 %"],
            "externalURL": "https://alerts.example",
            "alerts": [
                [
                    "status": "firing", "labels": ["alertname": "CardFailures", "bridge": "b2"],
                    "annotations": [:], "startsAt": "2026-03-02T08:40:00.5Z",
                    "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "https://m.example/g",
                    "fingerprint": "ab",
                ]
            ],
        ]
        change(&document)
        return .object(document)
    }

    @Test("CASE-02 part: the webhook of Alertmanager opens one case a group", arguments: Engine.available)
    func alertmanager(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let program = try await server.program(.marta)
            let first = try await program.post("/api/v1/alerts", json: Self.webhook())
            #expect(first.status == 200, "\(first.body)")
            let number = try #require(first.json["number"]?.string)
            let found = try await server.desk.found(number)
            #expect(found.subject == "Card failures above 0.2 %" && found.severity == "sev1")
            #expect(found.symptom.contains("bridge: b2") && found.symptom.contains("https://m.example/g"))
            let again = try await program.post(
                "/api/v1/alerts", json: Self.webhook { $0["status"] = "resolved" })
            #expect(again.json["number"]?.string == number && again.json["opened"] == false)
            let odd = try await program.post(
                "/api/v1/alerts",
                json: Self.webhook {
                    $0["groupKey"] = "other"
                    $0["commonLabels"] = ["severity": "none"]
                })
            #expect(odd.status == 200, "a severity that nobody knows loses no alert")
        }
    }

    private static let unreadable: [(fields: JSON, codes: [String])] = [
        ([:] as JSON, ["key:missing", "title:missing"]),
        (["key": "k", "title": "t", "severity": "doom"], ["severity:unknown_choice"]),
        (["key": "k", "title": "t", "organisation": "Nobody"], ["organisation:not_found"]),
        (["key": "k", "title": "t", "state": "odd"], ["state:unknown_choice"]),
        (["key": "k", "title": "t", "url": "javascript:alert(1)"], ["url:not_an_address"]),
        (["key": "k", "title": "t", "labels": ["a": 1]], ["labels.a:wrong_type"]),
        (["key": "k", "title": "t", "started_at": "2030-01-01T00:00:00Z"], ["started_at:in_the_future"]),
        (["key": "k", "title": "t", "colour": "red"], ["colour:unknown_field"]),
        (["groupKey": "k", "version": "3"], ["version:unsupported_version"]),
        (["groupKey": "k", "version": "4", "status": "odd"], ["status:unknown_choice"]),
        (["version": "4", "alerts": []], ["groupKey:missing"]),
        (["groupKey": "k", "version": "4", "status": "firing", "alerts": [1]], ["alerts[0]:wrong_type"]),
        (
            ["groupKey": "k", "version": "4", "status": "firing", "alerts": [["status": "firing"]]],
            ["alerts[0].startsAt:wrong_type"]
        ),
    ]

    @Test(
        "A message that cannot be read is answered with its field and leaves nothing behind",
        arguments: unreadable.indices)
    func badAlerts(_ index: Int) async throws {
        let (fields, codes) = Self.unreadable[index]
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await CaseClient(server, .marta)
            let answer = try await marta.program.post("/api/v1/alerts", json: fields)
            #expect(answer.status == 422, "\(answer.body)")
            #expect(answer.json.fieldCodes == codes)
            #expect(try await marta.find("status=new") == [])
            let broken = try await marta.program.post(
                "/api/v1/alerts", raw: Array("{\"key\":".utf8), type: "application/json")
            #expect(broken.status == 422 || broken.status == 400)
        }
    }

    @Test(
        "CUST-02 part: a report beyond the contract is taken and marked, and the staff are told what to do",
        arguments: Engine.available)
    func beyondTheContract(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let edited = try await marta.program.post(
                "/api/v1/organisations/Halden%20Travel/edit",
                json: [
                    "severities": ["sev3"], "channels": ["phone"], "named_contacts": 1,
                    "renewal": "2026-01-01",
                ])
            #expect(edited.status == 200)
            let daniel = try await server.program(.daniel)
            let taken = try await daniel.post(
                "/api/v1/portal/cases", json: ["subject": "Down", "symptom": "s", "severity": "sev1"])
            #expect(taken.status == 201, "a report is never lost")
            let number = taken.json["number"]?.string ?? ""
            #expect(
                try await marta.read(number)["contract_gaps"] == [
                    "contract", "contact", "severity", "channel",
                ])
            #expect(try await marta.read(number)["severity"] == "sev1", "as the customer said")
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)").body
            for words in [
                "Beyond the contract. The report was taken.", "not one of the contacts", "it allows Sev3",
                "it allows Phone", "ended on 2026-01-01", "settle_contract",
            ] { #expect(page.contains(words), "\(words)") }
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(!portal.contains("contract"))
            try await marta.act("settle_contract", on: number, ["text": "Goodwill, agreed with Otto."])
            let later = try await browser.get("/cases/\(number)").body
            #expect(!later.contains("Beyond the contract. The report"))
            #expect(later.contains("Goodwill, agreed with Otto."))

            let within = try await marta.open([
                "organisation": "Orrin Foods", "subject": "Within", "symptom": "s", "severity": "sev1",
            ])
            #expect(try await marta.read(within["number"]?.string ?? "")["contract_gaps"] == [])
        }
    }
}
