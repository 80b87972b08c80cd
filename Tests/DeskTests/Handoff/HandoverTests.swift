import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// Cases that change hands, through the public door.
@Suite("Hand-overs")
struct HandoverTests {
    /// A case that Marta owns, with a hypothesis, a next action, a promise and a message.
    private func worked(_ server: TestServer, _ marta: CaseClient) async throws -> String {
        let number = try await server.desk.reportedCase()
        try await marta.act("assign", on: number, ["assignee": "@me"])
        try await marta.act("change_status", on: number, ["status": "triaging"])
        try await marta.act("change_status", on: number, ["status": "investigating"])
        try await marta.act(
            "add_hypothesis", on: number,
            ["statement": "The pool of the gateway is too small", "confidence": "medium"])
        try await marta.act(
            "set_next_action", on: number,
            ["text": "Compare the pools", "due_at": "2026-03-02T12:00:00Z"])
        try await marta.act("promise_update", on: number, ["next_update_at": "2026-03-02T13:30:00Z"])
        try await marta.act("note", on: number, ["text": "The replay still shows it."])
        return number
    }

    private func id(_ member: Cast, _ server: TestServer) -> String? { server.desk.people[member]?.id.raw }

    @Test(
        "CASE-57: The brief writes itself, what was edited and what was generated are both kept, and the case is the receiver's only once they accept it",
        arguments: Engine.available)
    func offeredAndAccepted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let jonas = try await CaseClient(server, .jonas)
            let number = try await worked(server, marta)
            try await marta.act("hand_over", on: number, ["to": .string(Cast.jonas.email)])
            let brief = try await jonas.read(number)["handover"]?["brief"]?.string ?? ""
            for line in [
                "Where it stands: Investigating since 2026-03-02 09:00 UTC", "Hypothesis: H1 (suspected",
                "The pool of the gateway is too small",
                "Last action: 2026-03-02 09:00 UTC, Marta noted “The replay still shows it.”",
                "Next action: Compare the pools (Marta, due 2026-03-02 12:00 UTC)",
                "Promised to the customer: an update by 2026-03-02 13:30 UTC, promised by Marta",
                "Risk: the customer waits for an answer", "Clock: First response is due",
            ] { #expect(brief.contains(line), "\(line) in: \(brief)") }
            #expect(try await jonas.read(number)["handover"]?["edited"] == false)

            try await marta.act(
                "hand_over", on: number,
                ["to": .string(Cast.jonas.email), "brief": "Ring Daniel at 13:00, he is angry."])
            let edited = try await jonas.read(number)
            #expect(edited["handover"]?["brief"] == "Ring Daniel at 13:00, he is angry.")
            #expect(edited["handover"]?["generated"]?.string?.contains("Compare the pools") ?? false)
            #expect(edited["handover"]?["edited"] == true && edited["handover"]?["handover"] == "O2")
            #expect(edited["handovers"]?.array?.first?["outcome"] == "replaced")
            #expect(edited["owner"]?.string == id(.marta, server), "offered is not given")
            try await marta.act("accept_handover", on: number, expecting: 403)

            server.desk.clock.advance(seconds: 600)
            let page = try await server.browser(.jonas).get("/cases/\(number)").body
            #expect(page.contains("offers this case") && page.contains("What the case itself said"))
            try await jonas.act("accept_handover", on: number, ["comment": "Good night"])
            let taken = try await jonas.read(number)
            #expect(taken["owner"]?.string == id(.jonas, server) && taken["handover"] == .null)
            #expect(
                taken["next_action"]?["owner"]?.string == id(.jonas, server),
                "what comes next goes with the case: \(taken)")
            let last = taken["handovers"]?.array?.last
            #expect(last?["outcome"] == "accepted" && last?["settled_at"] == "2026-03-02T09:10:00Z")
            let kinds = try await marta.timeline(number).compactMap { $0["kind"]?.string }
            #expect(kinds.contains("case.handover_accepted") && kinds.contains("case.owner_changed"))
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "A hand-over comes back with a reason and what is missing, can be taken back, and ends when the case changes hands otherwise",
        arguments: Engine.available)
    func returnedAndTakenBack(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let jonas = try await CaseClient(server, .jonas)
            let number = try await worked(server, marta)
            try await marta.act("hand_over", on: number, ["to": .string(Cast.jonas.email)])
            let why = try await jonas.act("return_handover", on: number, expecting: 422)
            #expect(why.fieldCodes == ["reason:missing"])
            try await jonas.act(
                "return_handover", on: number,
                ["reason": "I am off in ten minutes", "lacking": ["Which pool"]])
            let back = try await marta.read(number)
            #expect(back["owner"]?.string == id(.marta, server))
            #expect(back["handovers"]?.array?.last?["lacking"] == ["Which pool"])
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("I am off in ten minutes") && page.contains("Which pool"))
            #expect(
                try await jonas.act("accept_handover", on: number, expecting: 409)["code"] == "no_handover")

            try await marta.act("hand_over", on: number, ["role": "lead"])
            try await jonas.act("withdraw_handover", on: number, expecting: 403)
            try await marta.act("withdraw_handover", on: number, ["reason": "I stay"])
            try await marta.act("hand_over", on: number, ["role": "lead"])
            try await marta.act("assign", on: number, ["assignee": .string(Cast.otto.email)])
            let outcomes = try await marta.read(number)["handovers"]?.array?.compactMap {
                $0["outcome"]?.string
            }
            #expect(outcomes == ["returned", "withdrawn", "overtaken"])
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "A hand-over to nobody, to two, to oneself, to the owner, to a customer, to somebody who left or who may not know of the case is refused in plain words",
        arguments: Engine.available)
    func refused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let ines = try await CaseClient(server, .ines)
            let open = try await server.desk.reportedCase()
            let unowned = try await marta.act(
                "hand_over", on: open, ["to": .string(Cast.jonas.email)], expecting: 409)
            #expect(unowned["code"] == "no_owner")
            let number = try await worked(server, marta)
            func refusal(_ client: CaseClient, _ fields: JSON) async throws -> [String] {
                try await client.act("hand_over", on: number, fields, expecting: 422).fieldCodes
            }
            #expect(try await refusal(marta, [:]) == ["to:missing"])
            #expect(
                try await refusal(marta, ["to": .string(Cast.jonas.email), "role": "lead"]) == ["role:either"]
            )
            #expect(try await refusal(marta, ["to": "nobody@cast.example"]) == ["to:not_found"])
            #expect(try await refusal(marta, ["to": .string(Cast.marta.email)]) == ["to:already_owner"])
            #expect(try await refusal(ines, ["to": .string(Cast.ines.email)]) == ["to:yourself"])
            #expect(try await refusal(marta, ["to": .string(Cast.daniel.email)]) == ["to:not_staff"])
            #expect(try await refusal(marta, ["to": .string(Cast.ravi.email)]) == ["to:may_not_accept"])
            try await marta.act(
                "restrict", on: number, ["level": "security", "reason": "A key leaked"])
            #expect(try await refusal(marta, ["to": .string(Cast.jonas.email)]) == ["to:not_admitted"])
            #expect(try await refusal(marta, ["role": "frontline"]) == ["role:nobody"])
            try await server.desk.perform(
                "person.deactivate", as: .samira, ["id": .text(id(.jonas, server) ?? "")])
            #expect(
                try await marta.act(
                    "hand_over", on: try await worked(server, marta),
                    ["to": .string(Cast.jonas.email)], expecting: 422
                ).fieldCodes == ["to:inactive"])
            #expect(try await marta.read(number)["handovers"] == [], "nothing was offered")
        }
    }

    @Test(
        "A hand-over that nobody accepts in the time of policy is a missed clock, is found by the search and stands in what falls through",
        arguments: Engine.available)
    func alarmed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await worked(server, marta)
            try await marta.act("hand_over", on: number, ["role": "engineer"])
            let clock = try await marta.read(number)["clocks"]?.array?.first { $0["clock"] == "handover" }
            #expect(clock?["due_at"] == "2026-03-02T09:30:00Z")
            #expect(try await marta.find("q=is:offered") == [number])
            #expect(try await marta.find("q=is:unaccepted") == [])
            server.desk.clock.advance(seconds: 31 * 60)
            #expect(try await marta.find("q=is:unaccepted") == [number])
            #expect(try await marta.read(number)["handover"]?["late"] == true)
            let found = try await server.program(.ines).get("/api/v1/attention").json["items"]?.array?
                .first { $0["id"] == "unaccepted" }
            #expect(found?["cases"] == [.string(number)])
            try await CaseClient(server, .jonas).act("accept_handover", on: number)
            #expect(try await marta.find("q=is:offered") == [])
        }
    }

    @Test(
        "PEOPLE-28 part: A shift hands over all its cases to one receiver in one go, who sees them together and accepts them",
        arguments: Engine.available)
    func shift(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let (first, second, kept) = (
                try await worked(server, marta), try await worked(server, marta),
                try await worked(server, marta)
            )
            let form = try await server.browser(.marta).get("/handover/send").body
            for number in [first, second, kept] { #expect(form.contains("name=\"briefs.\(number)\"")) }
            #expect(form.contains("Next action: Compare the pools"))
            let sent = try await server.program(.marta).post(
                "/api/v1/handover/send",
                json: [
                    "to": .string(Cast.jonas.email), "cases": [.string(first), .string(second)],
                    "briefs": .object(JSONObject(members: [(first, "Watch the pool.")])),
                ])
            #expect(
                sent.status == 200 && sent.json["cases"] == [.string(first), .string(second)], "\(sent.body)")
            #expect(try await marta.read(first)["handover"]?["brief"] == "Watch the pool.")
            #expect(try await marta.read(kept)["handover"] == .null)
            let offered = try await server.program(.jonas).get("/api/v1/handover").json["offered_to_me"]?
                .array
            #expect(Set(offered?.compactMap { $0["case"]?.string } ?? []) == [first, second])
            let board = try await server.browser(.jonas).get("/handover").body
            #expect(board.contains("Offered to me") && board.contains("Accept all 2"))
            let mine = try await server.browser(.marta).get("/handover").body
            #expect(mine.contains("Not accepted yet") && mine.contains(kept))
            let taken = try await server.program(.jonas).post(
                "/api/v1/handover/accept", json: ["cases": [.string(first), .string(second)]])
            #expect(taken.status == 200, "\(taken.body)")
            #expect(try await marta.read(second)["owner"]?.string == id(.jonas, server))
            let nobody = try await server.program(.marta).post(
                "/api/v1/handover/send",
                json: ["to": .string(Cast.jonas.email), "cases": [.string(second), .string(kept)]])
            #expect(nobody.status == 422, "one of them is his already: \(nobody.body)")
            #expect(try await marta.read(kept)["handover"] == .null, "all or none")
        }
    }

    @Test(
        "CASE-56: Frontline hands a case up once the minimum information is known; it is accepted, or given back with what is missing, each with its time",
        arguments: Engine.available)
    func tier(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let lea = try await CaseClient(server, .lea)
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            try await lea.act("assign", on: number, ["assignee": "@me"])
            let gap = try await lea.act("hand_up", on: number, expecting: 422)
            #expect(gap.fieldCodes == ["exception:intake_incomplete"])
            try await lea.act("hand_up", on: number, ["exception": "The customer is on a flight."])
            let offered = try await marta.read(number)["handover"]
            #expect(offered?["way"] == "tier" && offered?["role"] == "engineer")
            let form = try await server.browser(.marta).get("/cases/\(number)/return_handover").body
            #expect(form.contains("In which environment does it show?"))
            server.desk.clock.advance(seconds: 300)
            try await marta.act(
                "return_handover", on: number,
                ["reason": "Nothing to start from", "lacking": ["environment", "began"]])
            let back = try await lea.read(number)["handovers"]?.array?.last
            #expect(back?["lacking"] == ["In which environment does it show?", "When did it start?"])
            #expect(back?["settled_at"] == "2026-03-02T09:05:00Z")
            try await lea.act("hand_up", on: number, ["exception": "Still on a flight."])
            try await marta.act("accept_handover", on: number)
            #expect(try await lea.read(number)["owner"]?.string == id(.marta, server))
        }
    }

    @Test(
        "CASE-58: Hand-offs, reassignments and the time for which the case waited for the house are counted on the case",
        arguments: Engine.available)
    func counts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let number = try await server.desk.reportedCase()
            server.desk.clock.advance(seconds: 600)
            try await marta.act("assign", on: number, ["assignee": "@me"])
            server.desk.clock.advance(seconds: 3600)
            try await marta.act("hand_over", on: number, ["to": .string(Cast.jonas.email)])
            try await CaseClient(server, .jonas).act("accept_handover", on: number)
            try await marta.act("assign", on: number, ["assignee": .string(Cast.ines.email)])
            let ines = try await CaseClient(server, .ines)
            for status in ["triaging", "investigating"] {
                try await ines.act("change_status", on: number, ["status": .string(status)])
            }
            try await ines.act("change_status", on: number, ["status": "waiting_on_customer"])
            server.desk.clock.advance(seconds: 7200)
            try await ines.act(
                "change_status", on: number,
                ["status": "waiting_on_customer", "blocked_by": "access", "blocked_detail": "Ask Ravi"])
            server.desk.clock.advance(seconds: 1800)
            let counts = try await marta.read(number)["handoff_counts"]
            #expect(counts?["hand_offs"] == 1 && counts?["reassignments"] == 2, "\(counts ?? .null)")
            #expect(
                counts?["internal_wait_seconds"] == 2400, "unowned 600 s, access 1,800 s: \(counts ?? .null)")
            let page = try await server.browser(.marta).get("/cases/\(number)").body
            #expect(page.contains("Waited for us") && page.contains("40 min"))
        }
    }
}

/// People who are stuck, through the public door.
@Suite("Unblock me")
struct UnblockTests {
    @Test(
        "CASE-80: Whoever is stuck asks, leads see it until somebody answers, the time is tracked, and a reusable answer is found again",
        arguments: Engine.available)
    func asked(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await CaseClient(server, .marta)
            let ines = try await CaseClient(server, .ines)
            let number = try await server.desk.reportedCase()
            let empty = try await marta.act("ask_unblock", on: number, ["stuck": "No traces"], expecting: 422)
            #expect(empty.fieldCodes == ["tried:missing"])
            try await marta.act(
                "ask_unblock", on: number,
                ["stuck": "The collector drops my traces", "tried": "Restarted the agent"])
            #expect(try await ines.find("q=is:stuck") == [number])
            let list = try await server.browser(.ines).get("/unblock").body
            #expect(list.contains("The collector drops my traces") && list.contains("Restarted the agent"))
            let page = try await server.browser(.jonas).get("/cases/\(number)").body
            #expect(page.contains("The collector drops my traces"), "it stands on the case")
            try await CaseClient(server, .jonas).act("unblock", on: number, ["answer": "x"], expecting: 403)
            server.desk.clock.advance(seconds: 1500)
            try await ines.act(
                "unblock", on: number,
                ["answer": "Raise the quota of the tenant: tracectl quota", "reusable": true])
            let request = try await marta.read(number)["unblock_requests"]?.array?.first
            #expect(request?["seconds"] == 1500 && request?["reusable"] == true, "\(request ?? .null)")
            #expect(try await ines.find("q=is:stuck") == [])
            #expect(try await marta.find("q=tracectl") == [number], "the search finds its words")
            #expect(try await marta.find("q=has:reusable_answer") == [number])
            let program = try await server.program(.jonas)
            let kept = try await program.get("/api/v1/unblock?q=quota").json["reusable"]?.array
            #expect(kept?.first?["case"]?.string == number)
            #expect(try await program.get("/api/v1/unblock?q=quota+banana").json["reusable"] == [])
            try await marta.act("mark_answer", on: number, ["request": "U1", "reusable": false])
            #expect(try await program.get("/api/v1/unblock").json["reusable"] == [])
            let twice = try await ines.act(
                "unblock", on: number, ["request": "U1", "answer": "x"], expecting: 409)
            #expect(twice["code"] == "already_settled")
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test(
        "Nobody answers their own request; whoever gets on says what helped",
        arguments: Engine.available)
    func own(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let ines = try await CaseClient(server, .ines)
            let number = try await server.desk.reportedCase()
            try await ines.act("ask_unblock", on: number, ["stuck": "No access", "tried": "Asked"])
            let own = try await ines.act("unblock", on: number, ["answer": "x"], expecting: 409)
            #expect(own["code"] == "own_request")
            try await ines.act("withdraw_unblock", on: number, ["reason": "The key came by mail"])
            let request = try await ines.read(number)["unblock_requests"]?.array?.first
            #expect(request?["withdrawn_reason"] == "The key came by mail" && request?["answer"] == .null)
        }
    }
}
