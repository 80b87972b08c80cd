import Diagnosis
import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// New cases that look like something known, and queues that history suggests.
@Suite("Matches and suggestions")
struct CaseMatchTests {
    private func opened(
        _ desk: TestDesk, _ subject: String, _ text: String, severity: String = "sev3",
        component: String? = nil, by member: Cast = .lea, takes: Bool = false
    ) async throws -> String {
        var fields: [String: RawValue] = [
            "organisation": "Orrin Foods", "subject": .text(subject), "symptom": .text(text),
            "severity": .text(severity), "takes_it": .bool(takes),
        ]
        if let component { fields["component"] = .text(component) }
        return try await desk.perform("case.open", as: member, fields).answer["number"]?.string ?? ""
    }

    private func route(_ desk: TestDesk) async throws { try await RoutingJobs(desk.services).work() }

    private func owner(_ number: String, _ desk: TestDesk) async throws -> Cast? {
        let owner = try await desk.found(number).owner
        return desk.people.first { $0.value.id == owner }?.key
    }

    private static let combining =
        RoutingDesk.document() + "  combine: {severities: [sev1], points: 50, hold_minutes: 15}\n"

    @Test(
        "ROUTE-16: A new case that looks like an open incident or a known issue is offered to be joined to it, and is nobody’s new work until somebody answers or time runs out",
        arguments: Engine.available)
    func offered(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let incident = try await opened(
                desk, "All card payments are declined", "The terminal says E_HSM_42.", severity: "sev1",
                component: "billing", by: .ines, takes: true)
            let known = try await opened(
                desk, "Exports lose their last column", "CSV_TRUNCATED in the export log.", component: "data",
                by: .jonas, takes: true)
            try await desk.perform(
                "case.link_record", as: .jonas, ["id": .text(known), "kind": "defect", "key": "ENG-812"])
            try await RoutingDesk.apply(Self.combining, on: desk)

            let first = try await opened(
                desk, "Card payments declined at two kiosks", "It shows e_hsm_42 and E_HSM_42.")
            let second = try await opened(
                desk, "The export lacks a column", "The log has CSV_TRUNCATED.", component: "data")
            let other = try await opened(
                desk, "The invoice has a wrong address", "Street and city are swapped.")
            try await route(desk)
            #expect(try await owner(other, desk) != nil, "it looks like nothing and is given as ever")
            for number in [first, second] { #expect(try await owner(number, desk) == nil, "held") }
            let marta = try await server.browser(.marta)
            let page = try await marta.get("/cases/\(first)").body
            #expect(
                page.contains(
                    "This looks like the open incident <a href=\"/cases/\(incident)\">\(incident)</a>"))
            #expect(page.contains("both say E_HSM_42") && page.contains("/cases/\(first)/join\""))
            #expect(try await marta.get("/cases/\(second)").body.contains("This looks like the known issue"))
            let waiting = try await server.program(.marta).get("/api/v1/cases?q=is:matched").json["items"]?
                .array
            #expect(Set((waiting ?? []).compactMap { $0["number"]?.string }) == [first, second])

            let joined = try await marta.submit("/cases/\(first)/join", ["reason": "Same code"])
            #expect(joined.status == 303)
            #expect(try await owner(first, desk) == .ines, "with whoever works on the incident")
            let links = try await server.program(.marta).get("/api/v1/cases/\(first)/links").json["items"]?
                .array
            #expect(links?.first?["relation"]?.string == "child_of")
            #expect(!(try await marta.get("/cases/\(first)").body.contains("This looks like")))
            let again = try await server.program(.marta).post("/api/v1/cases/\(first)/join", json: [:])
            #expect(again.status == 409 && again.json["code"]?.string == "no_match")

            let silent = try await server.program(.marta).post(
                "/api/v1/cases/\(second)/decline_match", json: [:])
            #expect(silent.status == 422 && silent.json.fieldCodes == ["reason:missing"])
            let declined = try await server.program(.marta).post(
                "/api/v1/cases/\(second)/decline_match", json: ["reason": "Another file format"])
            #expect(declined.status == 200)
            try await route(desk)
            #expect(try await owner(second, desk) != nil, "work of its own")
            #expect(
                !(try await marta.get("/cases/\(second)").body.contains("This looks like")), "not asked twice"
            )

            let third = try await opened(
                desk, "Card payments are declined again", "E_HSM_42", component: "billing")
            try await route(desk)
            #expect(try await owner(third, desk) == nil)
            desk.clock.advance(seconds: 16 * 60)
            try await route(desk)
            #expect(try await owner(third, desk) == .marta, "nobody answered in time")
            #expect(try await desk.findings() == [])
        }
    }

    @Test(
        "ROUTE-16 part: What is restricted is never offered, and its number stands nowhere; a merged or resolved incident is none",
        arguments: Engine.available)
    func restricted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            let secret = try await opened(
                desk, "Tokens can be forged", "E_HSM_42", severity: "sev1", by: .ines, takes: true)
            try await desk.perform(
                "case.restrict", as: .ines,
                [
                    "id": .text(secret), "level": "security", "security_owner": .text(Cast.ines.email),
                    "reason": "Can be misused",
                ])
            try await RoutingDesk.apply(
                Self.combining.replacing("points: 50", with: "points: 20"), on: desk)
            let fresh = try await opened(desk, "Tokens are refused", "E_HSM_42")
            try await route(desk)
            let page = try await server.browser(.samira).get("/cases/\(fresh)?view=all").body
            #expect(!page.contains("This looks like") && !page.contains("/cases/\(secret)"))
            // What is restricted after it was offered is not told of any more.
            let open = try await opened(
                desk, "Logins are refused", "E_LDAP_7", severity: "sev1", by: .ines, takes: true)
            let similar = try await opened(desk, "Login refused at the shop", "E_LDAP_7")
            try await route(desk)
            #expect(
                try await server.browser(.marta).get("/cases/\(similar)").body.contains("This looks like"))
            try await desk.perform(
                "case.restrict", as: .ines,
                [
                    "id": .text(open), "level": "security", "security_owner": .text(Cast.ines.email),
                    "reason": "Can be misused",
                ])
            let after = try await server.browser(.marta).get("/cases/\(similar)?view=all").body
            #expect(!after.contains(open), "neither above nor in its history")
            let answer = try await server.program(.marta).post("/api/v1/cases/\(similar)/join", json: [:])
            #expect(answer.status == 409)
        }
    }

    // MARK: History

    private static let learning =
        RoutingDesk.document(
            (from: "assign: push", to: "assign: pull"),
            (
                from: "- {id: vendor, name: Vendor}",
                to: "- {id: vendor, name: Vendor}\n    - {id: triage, name: To be judged}"
            ))
        + "  learned: {triage: triage, percent: 70, least_cases: 10}\n"

    @Test(
        "ROUTE-18: Where no rule knows a case history names its queue with how sure it is and why; below the threshold it waits for a person",
        arguments: Engine.available)
    func learned(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let desk = server.desk
            try await RoutingDesk.apply(Self.learning, on: desk)
            for count in 0..<12 {
                let isPrinting = count.isMultiple(of: 2)
                let number = try await opened(
                    desk, isPrinting ? "The label printer prints nothing" : "The webhook delivers nothing",
                    isPrinting ? "Labels stay white on the printer." : "Deliveries of the webhook time out.",
                    by: .marta, takes: true)
                try await desk.perform(
                    "case.route", as: .marta,
                    [
                        "id": .text(number), "queue": .text(isPrinting ? "vendor" : "nights"),
                        "reason": "Where it belongs",
                    ])
                try await desk.perform(
                    "case.resolve", as: .marta,
                    [
                        "id": .text(number), "narrative": "It works again after the restart of the service.",
                        "verdict": "configuration",
                    ])
                desk.clock.advance(seconds: 60)
            }
            let printing = try await opened(
                desk, "Our printer prints no label", "White labels from the printer.")
            let strange = try await opened(desk, "The coffee machine smokes", "It began at noon.")
            try await route(desk)
            let program = try await server.program(.ines)
            let sure = try await program.get("/api/v1/cases/\(printing)/routing").json
            #expect(sure["queue"]?.string == "vendor" && sure["rule"]?.string == "learned", "\(sure)")
            let summary = sure["now"]?["summary"]?.string ?? ""
            #expect(summary.contains("Learned from history, ") && summary.contains("% sure"))
            #expect(summary.contains("“printer”"), "and says by what: \(summary)")
            let unsure = try await program.get("/api/v1/cases/\(strange)/routing").json
            #expect(unsure["queue"]?.string == "triage", "\(unsure)")
            #expect(
                unsure["now"]?["summary"]?.string?.contains("For a person to judge: history says") == true)
            let ruled = try await opened(desk, "The printer refuses the payment", "SIGNATURE_MISMATCH")
            try await route(desk)
            #expect(
                try await program.get("/api/v1/cases/\(ruled)/routing").json["rule"]?.string == "signature",
                "a rule with a condition comes first")
            let page = try await server.browser(.ines).get("/routing").body
            #expect(page.contains("Learned from 12 cases of the last 180 days."))
            let told = try await program.get("/api/v1/routing").json["learned"]
            #expect(told?["cases"]?.integer == 12 && told?["judged"]?.integer == 3)
            #expect(
                Policy.routingMistakes(Self.learning.replacing("triage: triage", with: "triage: tirage"))
                    .contains { $0.contains("“tirage” is not a queue; did you mean “triage”?") })
            #expect(try await desk.findings() == [])
        }
    }

    @Test("ROUTE-18 part: Too little history teaches nothing, and what is spread evenly makes nobody sure")
    func model() throws {
        func example(_ text: String, _ queue: String) -> RoutingModel.Example {
            .init(RoutedCase(key: text, text: text), queue: queue)
        }
        let text = Self.learning.replacing("least_cases: 10", with: "least_cases: 8")
        let terms = try #require(try PolicyDocument.read(text).get().routing.learned)
        let few = RoutingModel((0..<7).map { _ in example("printer", "a") }, terms: terms)
        #expect(few.suggestion(for: RoutedCase(key: "x", text: "printer")) == nil)
        let even = (0..<20).map { example("printer", $0.isMultiple(of: 2) ? "a" : "b") }
        let torn = RoutingModel(even, terms: terms).suggestion(for: RoutedCase(key: "x", text: "printer"))
        #expect((45...55).contains(torn?.percent ?? 0))
        let clear = even + (0..<20).map { _ in example("webhook delivery", "b") }
        let model = RoutingModel(clear, terms: terms)
        let sure = model.suggestion(for: RoutedCase(key: "x", text: "a webhook and its delivery"))
        #expect(sure?.queue == "b" && sure?.percent ?? 0 >= 80, "\(String(describing: sure))")
        #expect(model.learned == 40 && model.trial.judged == 8 && model.trial.right == model.trial.sure)
    }
}
