import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Law and contracts want somebody told of an incident, and the record shows that they were.
@Suite("Notices by law and contract")
struct NoticeTests {
    /// A case on which the data protection authority has to be told; we became aware an hour ago.
    private func owed(_ desk: TestDesk, owner: Cast = .ines) async throws -> String {
        let number = try await desk.reportedCase()
        desk.clock.advance(seconds: 3600)
        try await desk.perform(
            "case.owe_notice", as: .ines,
            [
                "id": .text(number), "duty": "authority", "aware_at": "2026-03-02T09:00:00Z",
                "owner": .text(desk.people[owner]?.id.raw ?? ""),
                "note": "Names and addresses of 1,200 people.",
            ])
        return number
    }

    private func clock(_ number: String, _ server: TestServer) async throws -> JSON? {
        try await server.program(.ines).get("/api/v1/cases/\(number)/clocks").json["items"]?.array?
            .last { $0["clock"]?.string == "notice" }
    }

    @Test(
        "SLA-21: a notice by law has an owner and a clock from becoming aware that nothing pauses and no closing ends, and is settled by the evidence that it was given",
        arguments: Engine.available)
    func given(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await owed(desk, owner: .marta)
            #expect(
                try await server.browser(.marta).get("/notifications").body.contains(
                    "you are to give a notice"),
                "its owner is told")
            try await desk.perform("case.assign", as: .jonas, ["id": .text(number), "assignee": "@me"])
            try await desk.perform(
                "case.change_status", as: .jonas, ["id": .text(number), "status": "investigating"])
            try await desk.perform(
                "case.change_status", as: .jonas, ["id": .text(number), "status": "waiting_on_customer"])
            desk.clock.advance(seconds: 5 * 3600)
            try await desk.perform(
                "case.resolve", as: .jonas,
                ["id": .text(number), "narrative": "Access is cut.", "verdict": "product_defect"])
            let running = try #require(try await clock(number, server))
            #expect(running["state"]?.string == "running", "neither waiting nor resolving stops it")
            #expect(running["due_at"]?.string == "2026-03-05T09:00:00Z", "72 hours from becoming aware")
            let page = try await server.browser(.ines).get("/cases/\(number)").body
            #expect(page.contains("Data protection authority") && page.contains("has to be told"))

            desk.clock.advance(seconds: 60 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let told = try await server.browser(.marta).get("/notifications").body
            #expect(told.contains("Notice owed"), "its owner is warned, though the case is somebody else’s")
            desk.clock.advance(seconds: 8 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let lead = try await server.browser(.ines)
            #expect(try await lead.get("/notifications").body.contains("Notice owed"), "a miss is told")
            let register = try await lead.get("/notices").body
            #expect(register.contains("Still to be given") && register.contains("<b class=\"bad\">late</b>"))

            let client = try await CaseClient(server, .ines)
            #expect(
                try await client.act(
                    "give_notice", on: number,
                    [
                        "notice": "N1", "given_at": "2026-03-05T08:30:00Z", "recipient": "Authority",
                        "proof": "Form 17", "evidence": ["E9"],
                    ], expecting: 422
                ).fieldCodes == ["evidence:no_such_evidence"])
            try await client.act(
                "give_notice", on: number,
                [
                    "notice": "N1", "given_at": "2026-03-05T08:30:00Z",
                    "recipient": "Authority of Berlin", "proof": "Form on their page, reference 17-4711",
                    "evidence": ["#1"],
                ])
            let met = try #require(try await clock(number, server))
            #expect(met["state"]?.string == "met", "it went out in time, though it was recorded later")
            let read = try await client.read(number)["notices"]?.array?.first
            #expect(read?["proof"] == "Form on their page, reference 17-4711")
            #expect(read?["evidence"] == ["#1"] && read?["late"] == false)
            let after = try await lead.get("/notices").body
            #expect(after.contains("None is owed") && after.contains("in time"))
            let csv = try await lead.get("/notices.csv").body
            #expect(csv.contains("Form on their page, reference 17-4711"))
            let story = try await lead.get("/cases/\(number)?show=notices").body
            #expect(story.contains("Authority of Berlin</bdi></b> was told"))
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "A notice can be owed sooner than the policy says, never later; once settled it is settled, and one kind is owed once at a time",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await owed(desk)
            let client = try await CaseClient(server, .ines)
            let ines = JSON.string(desk.people[.ines]?.id.raw ?? "")
            func owe(_ more: [String: JSON], expecting status: Int) async throws -> JSON {
                var fields: [String: JSON] = [
                    "duty": "controller", "aware_at": "2026-03-02T09:00:00Z", "owner": ines,
                ]
                fields.merge(more) { $1 }
                return try await client.act(
                    "owe_notice", on: number,
                    .object(JSONObject(members: fields.map { (key: $0.key, value: $0.value) })),
                    expecting: status)
            }
            #expect(
                try await owe(["due_at": "2026-03-04T09:00:00Z"], expecting: 422).fieldCodes
                    == ["due_at:too_late"])
            #expect(
                try await owe(["aware_at": "2026-03-09T09:00:00Z"], expecting: 422).fieldCodes
                    == ["aware_at:future"])
            #expect(
                try await owe(["duty": "king"], expecting: 422).fieldCodes == ["duty:unknown_choice"])
            #expect(
                try await owe(["owner": "nobody"], expecting: 422).fieldCodes == ["owner:not_found"])
            #expect(try await owe(["duty": "authority"], expecting: 409)["code"] == "owed_already")
            _ = try await owe(["due_at": "2026-03-02T20:00:00Z"], expecting: 200)
            let marta = JSON.string(desk.people[.marta]?.id.raw ?? "")
            try await client.act("reassign_notice", on: number, ["notice": "n2", "owner": marta])
            try await client.act(
                "waive_notice", on: number, ["notice": "N2", "reason": "No personal data was in it"])
            #expect(
                try await client.act(
                    "waive_notice", on: number, ["notice": "N2", "reason": "Again"], expecting: 409)["code"]
                    == "notice_settled")
            let notices = try await client.read(number)["notices"]?.array ?? []
            #expect(notices.map { $0["waived_because"] ?? .null } == [.null, "No personal data was in it"])
            #expect(notices.last?["owner"] == marta)
            let json = try await server.program(.ines).get("/api/v1/notices").json
            #expect(json["open"]?.array?.count == 1 && json["settled"]?.array?.count == 1)
            #expect(try await desk.findings() == [])
        }
    }

    @Test("The register tells nobody of a case that they may not know of, and customers nothing at all")
    func secrecy() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let desk = server.desk
            let number = try await owed(desk)
            try await desk.perform(
                "case.restrict", as: .marta,
                ["id": .text(number), "level": "security", "reason": "A breach"])
            #expect(!(try await server.browser(.ines).get("/notices").body.contains(number)))
            #expect(try await server.browser(.samira).get("/notices").body.contains(number))
            #expect(try await server.browser(.jonas).get("/notices").status == 403)
            let open = try await desk.reportedCase()
            try await desk.perform(
                "case.owe_notice", as: .ines,
                [
                    "id": .text(open), "duty": "controller", "aware_at": "2026-03-02T09:30:00Z",
                    "owner": .text(desk.people[.ines]?.id.raw ?? ""),
                ])
            let portal = try await server.browser(.daniel).get("/portal/cases/\(open)").body
            #expect(!portal.contains("has to be told"))
        }
    }

    @Test("A kind of notice without hours, or named twice, is a mistake of the policy")
    func policy() {
        let text = Policy.defaultDocument.replacing(
            "- {id: controller, name: Customer whose data it is, source: Data processing agreement, hours: 24}",
            with: "- {id: authority, name: Customer, source: Contract}")
        let words = Policy.routingMistakes(text)
        #expect(words.contains { $0.contains("within how many hours") })
        #expect(words.contains { $0.contains("“authority” stands here twice") })
    }
}
