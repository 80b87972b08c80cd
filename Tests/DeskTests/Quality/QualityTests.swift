import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Cases are judged by one rubric: while they are open by what the software sees, afterwards by a reviewer.
@Suite("Quality")
struct QualityTests {
    private static let marks: JSON = [
        "notes": 4, "evidence": 5, "timeline": 3, "resolution": 5, "severity": 4, "tags": 2,
        "kept": "The exact times.",
    ]

    /// A case that Marta owned and resolved.
    private func ended(_ server: TestServer, severity: String = "sev1") async throws -> String {
        let number = try await server.desk.reportedCase()
        let marta = try await CaseClient(server, .marta)
        try await marta.act("assign", on: number, ["assignee": "@me"])
        try await marta.act(
            "change_severity", on: number, ["severity": .string(severity), "reason": "By effect"])
        try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "product_defect"])
        return number
    }

    @Test(
        "CASE-62: A review keeps marks 1 to 5 in words by each criterion, comments, reviewer, score and the rubric’s version; the reviewed person reads it, is told of it and answers",
        arguments: Engine.available)
    func reviewed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await ended(server)
            let (ines, marta) = (try await CaseClient(server, .ines), try await CaseClient(server, .marta))
            let form = try await server.browser(.ines).get("/cases/\(number)/review_quality").body
            for words in [
                "Notes", "Evidence", "Timeline", "Resolution", "Severity", "Tags",
                "Every claim cites the line, value or answer that shows it.",
                "Wrong to the end, with harm.", "It judges the work of Marta",
            ] { #expect(form.contains(words), "\(words)") }
            let answer = try await ines.act(
                "review_quality", on: number, ["answers": Self.marks, "comment": "Read it twice."])
            // (4*2 + 5*2 + 3 + 5*2 + 4 + 2) / 9
            #expect(answer["score"]?.double == 4.11 && answer["review"] == "Q1")

            let seen = try await marta.read(number)["quality_reviews"]?.array?.first
            #expect(seen?["reviewer"]?.string == server.desk.people[.ines]?.id.raw)
            #expect(seen?["reviewed"]?.string == server.desk.people[.marta]?.id.raw)
            #expect(seen?["comment"] == "Read it twice." && seen?["score"]?.double == 4.11)
            let rubric = server.desk.services.policy.current.forms.first { $0.use == .quality }
            #expect(seen?["form_version"]?.string == rubric?.version && rubric != nil)
            let marks = seen?["marks"]?.array ?? []
            #expect(marks.compactMap { $0["mark"]?.integer } == [4, 5, 3, 5, 4, 2])
            #expect(marks[2]["anchor"] == "Beginning and end are right; what lies between has holes.")
            #expect(seen?["remarks"]?.array?.first?["value"] == "The exact times.")
            let told = try await server.browser(.marta).get("/notifications").body
            #expect(told.contains("wrote in a review of the quality of this case"))

            try await marta.act("answer_review", on: number, ["text": "The gap was a night shift."])
            let answered = try await ines.read(number)["quality_reviews"]?.array?.first
            #expect(answered?["answer"] == "The gap was a night shift.")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("4.11 of 5") && page.contains("The gap was a night shift."))
            #expect(try await server.browser(.ines).get("/notifications").body.contains("wrote in a review"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-62 part: Nobody reviews a case that they ever owned, an open one, one without an owner, or with marks missing or wrong",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await ended(server)
            let otto = try await CaseClient(server, .otto)
            let lacking = try await otto.act(
                "review_quality", on: number, ["answers": ["notes": 6, "noets": 3]], expecting: 422)
            let codes = lacking.fieldCodes
            #expect(
                codes.contains("answers.evidence:missing") && codes.contains("answers.noets:unknown_question")
            )
            #expect(codes.contains { $0.hasPrefix("answers.notes:") }, "\(codes)")
            let typed = try await server.browser(.otto).submit(
                "/cases/\(number)/review_quality", ["answers.notes": "4", "answers.kept": "This stays typed"])
            #expect(typed.status == 422 && typed.body.contains("This stays typed"))
            #expect(try await otto.read(number)["quality_reviews"] == [])

            let marta = try await CaseClient(server, .marta)
            try await marta.act("review_quality", on: number, ["answers": Self.marks], expecting: 403)
            let ines = try await CaseClient(server, .ines)
            let open = try await server.desk.reportedCase()
            try await ines.act("assign", on: open, ["assignee": "@me"])
            #expect(
                try await otto.act("review_quality", on: open, ["answers": Self.marks], expecting: 409)[
                    "code"]
                    == "not_ended")
            try await ines.act("assign", on: open, ["assignee": .string(Cast.marta.email)])
            try await marta.act("resolve", on: open, ["narrative": "Fixed.", "verdict": "misuse"])
            #expect(
                try await ines.act("review_quality", on: open, ["answers": Self.marks], expecting: 409)[
                    "code"]
                    == "own_case", "she owned it once")
            try await otto.act("review_quality", on: open, ["answers": Self.marks])
        }
    }

    @Test(
        "CASE-62 part: Other colleagues read no review: not on the page, in the API, the timeline, an export or a search; customers never",
        arguments: Engine.available)
    func secret(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await ended(server)
            let ines = try await CaseClient(server, .ines)
            try await ines.act(
                "review_quality", on: number, ["answers": Self.marks, "comment": "Zimtstern comment"])
            let jonas = try await CaseClient(server, .jonas)
            #expect(try await jonas.read(number)["quality_reviews"] == [])
            let kinds = try await jonas.timeline(number).compactMap { $0["kind"]?.string }
            #expect(!kinds.contains("case.quality_reviewed"), "\(kinds)")
            let browser = try await server.browser(.jonas)
            #expect(
                !(try await browser.get("/cases/\(number)?show=all").body.contains("reviewed the quality")))
            #expect(try await browser.get("/quality/reviews.csv").body.split(separator: "\r\n").count == 1)
            #expect(try await jonas.find("q=Zimtstern") == [])
            #expect(try await ines.find("q=Zimtstern") == [])
            let own = try await CaseClient(server, .marta).timeline(number).compactMap { $0["kind"]?.string }
            #expect(own.contains("case.quality_reviewed"))
            let theirs = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(!theirs.contains("Zimtstern") && !theirs.contains("reviewed"))
            #expect(
                try await server.program(.ada).get("/api/v1/quality/reviews").json["items"]?.array?.count
                    == 1,
                "auditors read all")
        }
    }

    @Test(
        "CASE-62 part: What is to be reviewed is sampled by policy, leaves out one’s own and what is done, and reviews are a file; calibration and what was taken back count in no figure",
        arguments: Engine.available)
    func sampled(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await ended(server)
            let ines = try await server.program(.ines)
            func waiting() async throws -> [String] {
                let items = try await ines.get("/api/v1/quality/to_review").json["items"]?.array ?? []
                return items.compactMap { $0["case"]?.string }
            }
            #expect(try await waiting() == [number], "every Sev1 is")
            let page = try await server.browser(.ines).get("/quality").body
            #expect(page.contains("/cases/\(number)/review_quality") && page.contains("10 of 100"))
            let client = try await CaseClient(server, .ines)
            try await client.act(
                "review_quality", on: number, ["answers": Self.marks, "calibration": true])
            #expect(try await waiting() == [number], "calibration is no review")
            try await client.act("review_quality", on: number, ["answers": Self.marks])
            #expect(try await waiting() == [])
            let figures = try await server.browser(.otto).get("/quality").body
            #expect(figures.contains("in the mean of 1 review") && figures.contains("4.11"))
            let file = try await server.browser(.otto).get("/quality/reviews.csv")
            #expect(file.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(file.body.contains("\(number),Q2,") && file.body.contains(",evidence,2,5,"))
            try await client.act(
                "withdraw_review", on: number, ["review": "Q2", "reason": "I mixed two cases up"])
            #expect(try await waiting() == [number], "it waits again")
            let counts = try await client.read(number)["quality_reviews"]?.array?.map { $0["counts"] }
            #expect(counts == [false, false])
            server.desk.clock.advance(seconds: 31 * 86_400)
            #expect(try await waiting() == [], "its time is over")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "CASE-63: An open case shows what of the rubric is there and what is missing, each gap with its step; it rises as the work is done and says what only a reviewer can tell",
        arguments: Engine.available)
    func meter(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let number = try await server.desk.reportedCase()
            let marta = try await CaseClient(server, .marta)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            func percent() async throws -> Int64 {
                try await marta.read(number)["documentation"]?["percent"]?.integer ?? -1
            }
            let start = try await percent()
            let before = try await marta.read(number)["documentation"]
            let gaps = before?["gaps"]?.array ?? []
            #expect(gaps.contains { $0["sign"] == "problem_statement" && $0["verb"] == "edit" }, "\(gaps)")
            let adds = gaps.compactMap { $0["adds"]?.integer }
            #expect(adds == adds.sorted(by: >), "what adds most stands first")
            #expect(before?["criteria"]?.array?.first { $0["id"] == "resolution" }?["percent"] == .null)
            let browser = try await server.browser(.marta)
            let page = try await browser.get("/cases/\(number)").body
            #expect(page.contains("<b>\(start)</b> of 100") && page.contains("only a reviewer can say"))
            #expect(page.contains("href=\"/cases/\(number)/add_hypothesis\">Add a hypothesis"))

            try await marta.act("note", on: number, ["text": "The pool is full at nine."])
            let noted = try await percent()
            #expect(noted > start)
            try await marta.act(
                "edit", on: number, ["problem_statement": "Payments fail at nine.", "category": "fault"])
            try await marta.act("add_hypothesis", on: number, ["statement": "The pool is too small"])
            try await marta.act("record_times", on: number, ["began_at": "2026-03-02T08:00:00Z"])
            let later = try await percent()
            #expect(later > noted)
            #expect(try await browser.get("/quality").body.contains("\(later) of 100"))
            try await marta.act("resolve", on: number, ["narrative": "Fixed.", "verdict": "capacity"])
            #expect(try await marta.read(number)["documentation"] == .null, "then a reviewer judges")
        }
    }

    @Test("A policy without a rubric, a survey and their terms reads, and then nobody is reviewed or asked")
    func older() async throws {
        try await TestServer.run(on: .sqlite) { server in
            var text = Policy.defaultDocument
            for (from, to) in [
                ("# Reviews of ended cases", "# What you run: an impact"),
                ("  # By what the work", "# What may fall"),
            ] {
                guard let start = text.firstRange(of: from), let end = text.firstRange(of: to) else {
                    Issue.record("\(from) or \(to) is not there")
                    return
                }
                text.removeSubrange(start.lowerBound..<end.lowerBound)
            }
            try await server.desk.perform(
                "policy.change", as: .samira, ["document": .text(text), "reason": "An older one"])
            let number = try await ended(server)
            server.desk.clock.advance(seconds: 3600)
            #expect(try await SurveysJobs(server.desk.services).finish() == 0)
            let refused = try await CaseClient(server, .ines).act(
                "review_quality", on: number, ["answers": Self.marks], expecting: 409)
            #expect(refused["code"] == "no_form")
            let page = try await server.browser(.otto).get("/surveys").body
            #expect(page.contains("asks no customers"))
        }
    }
}
