import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// Cases whose customers were asked, for tests.
enum Surveyed {
    /// Resolves a case of Daniel's and lets time pass until he is asked; returns the case's identifier.
    @discardableResult
    static func asked(
        _ desk: TestDesk, by member: Cast = .daniel, number given: String? = nil
    ) async throws -> ID<SupportCase> {
        let number: String
        if let given { number = given } else { number = try await desk.reportedCase(by: member) }
        try await resolve(number, desk)
        desk.clock.advance(seconds: 601)
        try await SurveysJobs(desk.services).finish()
        return try await desk.found(number).id
    }

    /// Gives a case to Marta and resolves it.
    static func resolve(_ number: String, _ desk: TestDesk) async throws {
        try await desk.perform(
            "case.assign", as: .marta, ["id": .text(number), "assignee": "@me"])
        try await desk.perform(
            "case.resolve", as: .marta,
            ["id": .text(number), "narrative": "Fixed.", "verdict": "product_defect"])
    }

    /// The address of the page behind the link of the first survey of a case.
    static func link(_ id: ID<SupportCase>, _ desk: TestDesk) -> String {
        "/survey/\(CaseLinks.token(.survey, id, "S1", desk.services.keys))"
    }
}

/// Customers say how satisfied they are, by rules that everybody can see.
@Suite("Surveys")
struct SurveyTests {
    private func surveys(_ number: String, _ server: TestServer) async throws -> [JSON] {
        try await CaseClient(server, .ines).read(number)["surveys"]?.array ?? []
    }

    private func number(_ id: ID<SupportCase>, _ server: TestServer) async throws -> String {
        try await server.desk.found(id.raw).number
    }

    @Test(
        "CASE-64: After the resolution the contact is asked; the link needs no sign-in, fetching it answers nothing, one answer with a comment stands and can be changed for a time; it keeps owner, severity, tier and whether the case had gone up",
        arguments: Engine.available)
    func byLink(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let first = try await desk.reportedCase()
            try await desk.perform("case.assign", as: .marta, ["id": .text(first), "assignee": "@me"])
            try await CaseClient(server, .marta).act(
                "hand_up", on: first, ["exception": "At night", "role": "engineer"])
            let id = try await Surveyed.asked(desk, number: first)
            let sent = try #require(try await surveys(first, server).first)
            #expect(sent["asked"] == true && sent["person"]?.string == desk.people[.daniel]?.id.raw)
            #expect(sent["owner"]?.string == desk.people[.marta]?.id.raw)
            #expect(sent["severity"] == "sev3" && sent["tier"] == "enterprise" && sent["escalated"] == true)

            let (link, visitor) = (Surveyed.link(id, desk), server.stranger)
            for _ in 0..<3 {
                let page = try await visitor.get(link + "?score=1&answers.score=1")
                #expect(page.status == 200 && page.body.contains("Very dissatisfied"))
                #expect(page.body.contains("<fieldset") && page.body.contains("<legend>"))
            }
            #expect(try await surveys(first, server).first?["score"] == .null, "showing it answers nothing")
            let empty = try await visitor.submit(link, ["answers.comment": "Kept when something is missing"])
            #expect(empty.status == 422 && empty.body.contains("Kept when something is missing"))
            #expect(try await visitor.submit(link, ["answers.score": "9"]).status == 422)

            let thanks = try await visitor.submit(
                link, ["answers.score": "4", "answers.comment": "Quick <b> and kind"])
            #expect(thanks.status == 303)
            #expect(try await visitor.get(thanks.headers["location"] ?? "").body.contains("Thank you"))
            var survey = try #require(try await surveys(first, server).first)
            #expect(survey["score"] == 4 && survey["scale"] == "five" && survey["by_link"] == true)
            #expect(survey["answers"]?.array?.last?["value"] == "Quick <b> and kind")
            _ = try await visitor.submit(link, ["answers.score": "5"])
            survey = try #require(try await surveys(first, server).first)
            #expect(survey["score"] == 5 && survey["follow_up"] == .null)
            let figures = try await server.program(.lea).get("/api/v1/surveys").json["all"]
            #expect(figures?["answered"] == 1 && figures?["mean"]?.double == 5)
            desk.clock.advance(seconds: 8 * 86_400)
            #expect(try await visitor.submit(link, ["answers.score": "1"]).status == 409)
            #expect(try await visitor.get(link).body.contains("can no longer be changed"))
            #expect(try await surveys(first, server).first?["score"] == 5)
            for wrong in [
                "/survey/none", String(link.dropLast(2)) + "xx", link.replacing(".S1.", with: ".S2."),
            ] {
                #expect(try await visitor.get(wrong).status == 404)
            }
            let give = CaseLinks.token(.give, id, "S1", desk.services.keys)
            #expect(try await visitor.get("/survey/\(give)").status == 404, "each link is for one thing")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-64 part: In the portal whoever was asked answers, and nobody else of the customer",
        arguments: Engine.available)
    func inPortal(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let id = try await Surveyed.asked(server.desk)
            let number = try await number(id, server)
            let daniel = try await server.browser(.daniel)
            #expect(
                try await daniel.get("/portal/cases/\(number)").body.contains(
                    "/portal/cases/\(number)/survey"))
            let aino = try await server.browser(.aino)
            #expect(!(try await aino.get("/portal/cases/\(number)").body.contains("How did we do?")))
            #expect(
                try await aino.submit("/portal/cases/\(number)/survey", ["answers.score": "1"]).status == 403)
            let sent = try await daniel.submit(
                "/portal/cases/\(number)/survey",
                ["answers.score": "3", "answers.comment": "It took a while."])
            #expect(sent.status == 303)
            let survey = try await surveys(number, server).first
            #expect(survey?["score"] == 3 && survey?["by_link"] == false)
            #expect(try await daniel.get("/portal/cases/\(number)").body.contains("Change the answer"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-64 part: The scale is policy: satisfied or not counts in the share alone",
        arguments: Engine.available)
    func twoValues(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let text = Policy.defaultDocument.replacing(
                """
                        kind: rating
                        anchors: {1: Very dissatisfied, 2: Dissatisfied, 3: Neither nor, 4: Satisfied, 5: Very satisfied}

                """, with: "        kind: yes_no\n")
            #expect(text != Policy.defaultDocument)
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(text), "reason": "Two values"])
            let id = try await Surveyed.asked(server.desk)
            let answer = try await server.stranger.submit(
                Surveyed.link(id, server.desk), ["answers.score": "no"])
            #expect(answer.status == 303)
            let survey = try await surveys(number(id, server), server).first
            #expect(survey?["scale"] == "two" && survey?["score"] == 1 && survey?["follow_up"] != .null)
            let all = try await server.program(.ines).get("/api/v1/surveys").json["all"]
            #expect(all?["mean"] == .null && all?["positive_percent"] == 0 && all?["answered"] == 1)
        }
    }

    @Test(
        "CASE-64 part: The mail goes to whoever was asked, once, with the link and nothing of the case’s words"
    )
    func mail() async throws {
        try await TestDesk.run(
            on: .sqlite,
            adjust: { settings, _ in
                settings.publicURL = "https://help.example"
            }
        ) { desk in
            let text = Policy.defaultDocument.replacing(
                "# address: support@example.com", with: "address: desk@help.example")
            try await desk.perform(
                "policy.change", as: .samira, ["document": .text(text), "reason": "Mail"])
            let id = try await Surveyed.asked(desk)
            try await SurveysJobs(desk.services).finish()
            let items = try await desk.services.database.read { tx in
                try tx.all(
                    OutboxStore.list("mail", states: OutboxItem.State.allCases.map(\.rawValue), limit: 10),
                    OutboxStore.read)
            }.filter { $0.kind == "survey" }
            #expect(items.map(\.recipient) == [Cast.daniel.email])
            let item = try #require(items.first)
            let sending = MailSending(policy: desk.services.policy)
            let source = try await desk.services.database.read { tx in try sending.source(of: item, in: tx) }
            let message = try MailSending.message(
                item, source, keys: desk.services.keys, base: desk.services.publicURL)
            #expect(message.text.contains("https://help.example" + Surveyed.link(id, desk)))
            #expect(message.text.contains("no password") && !message.text.contains("Since this morning"))
            #expect(message.isAutomatic)
        }
    }

    @Test(
        "CASE-65: A low score opens a follow-up with an owner and a clock that closing does not end; the short review settles it, and a person says what the comment is about",
        arguments: Engine.available)
    func lowScore(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let id = try await Surveyed.asked(desk)
            let number = try await number(id, server)
            _ = try await server.stranger.submit(
                Surveyed.link(id, desk),
                ["answers.score": "2", "answers.comment": "We waited for days without an update."])
            let marta = try await CaseClient(server, .marta)
            try await marta.act("close", on: number)
            let read = try await marta.read(number)
            let followUp = read["surveys"]?.array?.first?["follow_up"]
            #expect(followUp?["owner"]?.string == desk.people[.marta]?.id.raw)
            #expect(followUp?["due_at"] == "2026-03-03T09:10:01Z")
            let clock = read["clocks"]?.array?.first { $0["clock"] == "survey_follow_up.S1" }
            #expect(clock?["due_at"] == "2026-03-03T09:10:01Z", "\(read["clocks"] ?? .null)")
            let browser = try await server.browser(.marta)
            #expect(try await browser.get("/notifications").body.contains("is not satisfied"))
            let page = try await browser.get("/cases/\(number)").body
            #expect(page.contains("The customer is not satisfied: 2 of 5.") && page.contains("You follow up"))
            #expect(try await browser.get("/surveys").body.contains("/cases/\(number)/review_low_score"))
            _ = try await server.stranger.submit(Surveyed.link(id, desk), ["answers.score": "1"])
            let again = try await server.program(.ines).get("/api/v1/surveys").json["follow_ups"]?.array
            #expect(again?.count == 1, "one follow-up, however often the answer changes")

            desk.clock.advance(seconds: 25 * 3600)
            try await ServiceLevelsJobs(desk.services).finish()
            let later = try await server.browser(.marta)
            #expect(try await later.get("/notifications").body.contains("Follow-up of a low score"))
            #expect(
                try await marta.act("review_low_score", on: number, expecting: 422).fieldCodes
                    == ["finding:missing", "action:missing"])
            let form = try await later.get("/cases/\(number)/tag_survey").body
            #expect(
                form.contains("Speed") && !form.contains("value=\"speed\" checked"),
                "words propose, a person decides")
            try await marta.act(
                "review_low_score", on: number,
                ["finding": "Two hand-overs", "action": "We told them", "contacted": true])
            try await marta.act("tag_survey", on: number, ["themes": ["speed", "communication"]])
            #expect(
                try await marta.act("tag_survey", on: number, ["themes": ["spead"]], expecting: 422)
                    .fieldCodes == ["themes:unknown_choice"])
            let done = try await surveys(number, server).first
            #expect(done?["follow_up"]?["finding"] == "Two hand-overs")
            #expect(done?["themes"] == ["speed", "communication"])
            #expect(
                try await later.get("/surveys").body.contains(
                    "Themes of comments: Communication 1, Speed 1."))
            #expect(
                try await marta.act(
                    "review_low_score", on: number, ["finding": "x", "action": "y"], expecting: 409)["code"]
                    == "no_follow_up")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "CASE-66: Whoever is not asked is on record with the rule; nobody keeps a survey back without name and reason; the page and the file show asked, excluded, response rate and every figure’s base",
        arguments: Engine.available)
    func rules(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let first = try await Surveyed.asked(desk)
            let recent = try await number(try await Surveyed.asked(desk), server)
            #expect(try await surveys(recent, server).first?["rule"] == "too_recent")

            _ = try await server.stranger.submit(
                Surveyed.link(first, desk), ["answers.score": "5", "no_more": "true"])
            desk.clock.advance(seconds: 15 * 86_400)
            let opted = try await number(try await Surveyed.asked(desk), server)
            #expect(try await surveys(opted, server).first?["rule"] == "opted_out")
            let daniel = try await server.browser(.daniel)
            _ = try await daniel.submit("/portal/surveys", ["wanted": "true"])
            let again = try await number(try await Surveyed.asked(desk), server)
            #expect(try await surveys(again, server).first?["asked"] == true)

            let kept = try await desk.reportedCase(by: .sofia)
            try await Surveyed.resolve(kept, desk)
            let marta = try await CaseClient(server, .marta)
            try await marta.act("withhold_survey", on: kept, ["reason": "x"], expecting: 403)
            let ines = try await CaseClient(server, .ines)
            #expect(
                try await ines.act("withhold_survey", on: kept, expecting: 422).fieldCodes == [
                    "reason:missing"
                ])
            try await ines.act("withhold_survey", on: kept, ["reason": "They asked to be left alone"])
            desk.clock.advance(seconds: 700)
            #expect(try await SurveysJobs(desk.services).finish() == 0, "it is decided")
            #expect(
                try await ines.act("withhold_survey", on: again, ["reason": "y"], expecting: 409)["code"]
                    == "survey_decided")

            let restricted = try await desk.reportedCase(by: .sofia)
            try await marta.act("assign", on: restricted, ["assignee": "@me"])
            try await marta.act("restrict", on: restricted, ["level": "security", "reason": "A key leaked"])
            try await Surveyed.asked(desk, number: restricted)
            #expect(try await marta.read(restricted)["surveys"]?.array?.first?["rule"] == "restricted")
            let late = try await desk.reportedCase(by: .sofia)
            try await Surveyed.resolve(late, desk)
            desk.clock.advance(seconds: 4 * 86_400)
            try await SurveysJobs(desk.services).finish()
            #expect(try await surveys(late, server).first?["rule"] == "too_late")
            let inner = try await CaseClient(server, .lea).open(
                ["subject": "Access", "symptom": "Please", "request_type": "internal_access"])["number"]?
                .string
            try await Surveyed.asked(desk, number: inner ?? "")
            #expect(try await surveys(inner ?? "", server).first?["rule"] == "internal")

            let report = try await server.program(.jonas).get("/api/v1/surveys").json
            #expect(report["all"]?["asked"] == 2 && report["all"]?["response_percent"] == 50)
            let withheld = report["withheld"]
            for rule in ["too_recent", "opted_out", "by_hand", "too_late", "internal"] {
                #expect(withheld?[rule] == 1, "\(rule)")
            }
            #expect(withheld?["restricted"] == 0, "what Jonas may not know of counts nowhere for him")
            #expect(report["undecided"] == 0 && report["resolutions"] == 7)
            let page = try await server.browser(.lea).get("/surveys").body
            for words in [
                "They asked to be left alone", "Ines", "1 answer to 2 surveys",
                "The contact wants no surveys",
                "Fewer than 10 answers", "the mean of 1 mark from 1 to 5",
            ] { #expect(page.contains(words), "\(words)") }
            let file = try await server.browser(.otto).get("/surveys/decisions.csv").body
            #expect(file.contains(",no,by_hand,They asked to be left alone,"))
            #expect(
                !(try await server.browser(.jonas).get("/surveys/decisions.csv").body.contains(
                    restricted + ",")))
            #expect(try await server.browser(.daniel).get("/surveys").status == 403)
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A case that is open again before anybody decided is not asked about", arguments: Engine.available)
    func reopenedInTime(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let number = try await desk.reportedCase()
            try await Surveyed.resolve(number, desk)
            try await CaseClient(server, .marta).act("reopen", on: number, ["reason": "It is back"])
            desk.clock.advance(seconds: 3600)
            #expect(try await SurveysJobs(desk.services).finish() == 0)
            #expect(try await surveys(number, server).isEmpty)
            try await CaseClient(server, .marta).act(
                "resolve", on: number, ["narrative": "Fixed.", "verdict": "misuse"])
            desk.clock.advance(seconds: 601)
            #expect(try await SurveysJobs(desk.services).finish() == 1)
            #expect(try await desk.findings() == [])
        }
    }
}
