import Diagnosis
import Domain
import Foundation
import Storage
import TestSupport
import Testing

@testable import Desk

/// What is kept of customers, through the public door.
@Suite("Accounts")
struct AccountTests {
    static let halden = "Halden%20Travel"

    private func post(
        _ program: TestClient, _ verb: String, _ fields: JSON, expecting status: Int = 200,
        location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let answer = try await program.post("/api/v1/organisations/\(Self.halden)/\(verb)", json: fields)
        #expect(answer.status == status, "\(verb): \(answer.body)", sourceLocation: location)
        return answer.json
    }

    private func read(_ program: TestClient) async throws -> JSON {
        try await program.get("/api/v1/organisations/\(Self.halden)").json
    }

    @Test(
        "CUST-01: an account keeps all that a contract is about, and its contacts with their roles",
        arguments: Engine.available)
    func accountIsKept(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.program(.marta)
            _ = try await post(
                marta, "edit",
                [
                    "segment": "large", "region": "emea", "products": ["payments", "platform"],
                    "environments": ["production"], "success_manager": "otto@cast.example",
                    "technical_manager": "marta@cast.example", "renewal": "2027-03-31",
                    "revenue": "EUR 480,000", "contract": "premium_support", "coverage": "always",
                    "contract_terms": "Cause within five days.", "severities": ["P1", "sev2"],
                    "channels": ["portal"], "named_contacts": 2,
                ])
            _ = try await post(
                marta, "describe_contact",
                ["contact": "daniel@cast.example", "roles": ["administrator", "security"], "named": true])
            let account = try await read(marta)["account"]
            #expect(account?["products"] == ["platform", "payments"], "in the order of policy")
            #expect(account?["renewal"] == "2027-03-31")
            #expect(account?["revenue"] == "EUR 480000")
            #expect(account?["severities"] == ["sev1", "sev2"])
            #expect(account?["success_manager"]?.string == (try server.desk.actor(.otto).id))
            let contacts = try await read(marta)["contacts"]?.array ?? []
            let daniel = contacts.first { $0["email"] == "daniel@cast.example" }
            #expect(daniel?["roles"] == ["administrator", "security"] && daniel?["named"] == true)

            let page = try await server.browser(.otto).get("/organisations/\(Self.halden)").body
            for words in [
                "Enterprise", "Large", "Europe, Middle East, Africa", "Platform, Payments", "Production",
                "Otto", "Marta", "2027-03-31", "€ 480,000", "Subscription with premium support",
                "Around the clock", "Cause within five days.", "Administrator, Security", "1 of 2 named",
            ] { #expect(page.contains(words), "\(words)") }
            #expect(try await server.desk.findings() == [])
        }
    }

    @Test("Revenue and contract terms are for those who may see them alone")
    func termsAreGuarded() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.program(.marta)
            _ = try await post(marta, "edit", ["revenue": "EUR 480,000", "contract_terms": "SECRET-TERMS"])
            let lea = try await server.program(.lea)
            let account = try await read(lea)["account"]
            #expect(account?["revenue"] == nil && account?["contract_terms"] == nil)
            let page = try await server.browser(.lea).get("/organisations/\(Self.halden)").body
            #expect(!page.contains("480,000") && !page.contains("SECRET-TERMS"))
        }
    }

    @Test(
        "Two people who edit different things of an account never meet a conflict; the same thing shows both")
    func conflictsByAspect() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let (marta, jonas) = (try await server.program(.marta), try await server.program(.jonas))
            let base = try await read(marta)["version"] ?? .null
            _ = try await post(jonas, "edit", ["region": "emea", "base_version": base])
            _ = try await post(marta, "edit", ["segment": "large", "base_version": base])
            _ = try await post(
                marta, "edit", ["region": "apac", "base_version": base], expecting: 412)
            let account = try await read(marta)["account"]
            #expect(account?["region"] == "emea" && account?["segment"] == "large")
        }
    }

    @Test("Boxes that are unticked in the form take the values away, and untouched ones stay")
    func untickedBoxes() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let program = try await server.program(.marta)
            _ = try await post(program, "edit", ["products": ["platform"], "channels": ["portal", "phone"]])
            let browser = try await server.browser(.marta)
            let id = try await read(program)["id"]?.string ?? ""
            let saved = try await browser.submit(
                "/organisations/\(id)/edit",
                [
                    "products": "", "was.products": "platform", "channels": "", "channels": "portal",
                    "channels": "phone", "was.channels": "portal\nphone",
                ])
            #expect(saved.status == 303, "\(saved.body)")
            let account = try await read(program)["account"]
            #expect(account?["products"] == nil)
            #expect(account?["channels"] == ["portal", "phone"])
        }
    }

    private static let wrong: [(verb: String, fields: JSON, code: String)] = [
        ("edit", ["renewal": "31.03.2027"] as JSON, "renewal:wrong_type"),
        ("edit", ["revenue": "a lot"], "revenue:wrong_type"),
        ("edit", ["products": ["boats"]], "products:unknown_choice"),
        ("edit", ["success_manager": "daniel@cast.example"], "success_manager:not_staff"),
        ("edit", ["technical_manager": "nobody@cast.example"], "technical_manager:not_found"),
        ("edit", ["named_contacts": -1], "named_contacts:out_of_range"),
        ("edit_profile", ["quirk": "x"], "quirk:unknown_field"),
        ("describe_contact", ["contact": "sofia@cast.example", "roles": []], "contact:not_a_contact"),
        ("raise_risk", ["level": "doomed", "reason": "r"], "level:unknown_choice"),
        (
            "raise_risk", ["level": "watch", "reason": "r", "expires": "2020-01-01"],
            "expires:in_the_past"
        ),
        ("clear_risk", ["risk": "R9", "reason": "r"], "risk:not_found"),
        ("make_commitment", ["text": "t", "due": "soon"], "due:wrong_type"),
        ("settle_commitment", ["commitment": "C9", "outcome": "kept"], "commitment:not_found"),
        ("delegate", ["person": "marta@cast.example"], "person:not_a_contact"),
        ("delegate", ["person": "daniel@cast.example"], "person:own_contact"),
        ("delegate", ["person": "sofia@cast.example", "until": "2020-01-01"], "until:in_the_past"),
        ("end_delegation", ["person": "sofia@cast.example", "reason": "r"], "person:not_delegated"),
    ]

    @Test("What cannot be right is refused with its field", arguments: wrong.indices)
    func badInput(_ index: Int) async throws {
        let (verb, fields, code) = Self.wrong[index]
        try await TestServer.run(on: .sqlite) { server in
            let ines = try await server.program(.ines)
            let before = try await read(ines)["version"]
            let answer = try await post(ines, verb, fields, expecting: 422)
            #expect(answer.fieldCodes == [code])
            #expect(try await read(ines)["version"] == before)
        }
    }

    @Test("No more contacts are named than the contract allows")
    func namedContacts() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let marta = try await server.program(.marta)
            _ = try await post(marta, "edit", ["named_contacts": 1])
            _ = try await post(
                marta, "describe_contact", ["contact": "daniel@cast.example", "roles": [], "named": true])
            let refused = try await post(
                marta, "describe_contact", ["contact": "aino@cast.example", "roles": [], "named": true],
                expecting: 422)
            #expect(refused.fieldCodes == ["named:too_many_named"])
            _ = try await post(
                marta, "describe_contact",
                ["contact": "daniel@cast.example", "roles": ["executive"], "named": true])
        }
    }

    @Test(
        "CUST-04: the environment profile is kept, and stands on the account page and beside the case",
        arguments: Engine.available)
    func profile(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.program(.marta)
            let profile: JSON = [
                "sign_on": "SAML by Okta", "network": "Outbound proxy only", "integrations": "SAP by webhook",
                "versions": "Kiosk 4.2", "feature_flags": "fast_retry on", "residency": "EU alone",
                "quirks": "Clocks are local time",
            ]
            _ = try await post(marta, "edit_profile", profile)
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.marta)
            let account = try await browser.get("/organisations/\(Self.halden)").body
            let beside = try await browser.get("/cases/\(number)").body
            for (_, value) in profile.object?.members ?? [] {
                let words = value.string ?? "?"
                #expect(account.contains(words), "\(words)")
                #expect(beside.contains(words), "\(words)")
            }
            let portal = try await server.browser(.daniel).get("/portal/cases/\(number)").body
            #expect(!portal.contains("SAP by webhook"))
        }
    }

    @Test(
        "CUST-06 part: a person raises a risk flag with reason, owner, level and last day; it expires, and its history stays",
        arguments: Engine.available)
    func riskFlags(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let ines = try await server.program(.ines)
            let raised = try await post(
                ines, "raise_risk",
                [
                    "level": "at_risk", "reason": "Three outages in a month.", "owner": "otto@cast.example",
                    "expires": "2026-03-31",
                ])
            #expect(raised["risk"] == "R1")
            let number = try await server.desk.reportedCase()
            let browser = try await server.browser(.otto)
            func page() async throws -> String {
                try await browser.get("/organisations/\(Self.halden)").body
            }
            #expect(try await page().contains("R1 At risk."))
            #expect(try await page().contains("Otto</bdi> looks after it"))
            #expect(try await browser.get("/cases/\(number)").body.contains("Three outages in a month."))
            #expect(try await browser.get("/organisations").body.contains("At risk"))

            _ = try await post(ines, "change_risk", ["risk": "R1", "level": "critical"])
            #expect(try await page().contains("R1 Critical."))
            server.desk.clock.advance(seconds: 30 * 86_400)
            #expect(
                try await server.browser(.otto).get("/organisations/\(Self.halden)").body.contains(
                    "R1 Expired: Critical."))
            _ = try await post(ines, "clear_risk", ["risk": "R1", "reason": "They renewed."])
            let after = try await server.browser(.otto).get("/organisations/\(Self.halden)?show=risk").body
            #expect(!after.contains("looks after it"))
            for words in ["raised R1, At risk", "changed R1 to Critical", "They renewed."] {
                #expect(after.contains(words), "\(words)")
            }
            let again = try await post(ines, "clear_risk", ["risk": "R1", "reason": "r"], expecting: 422)
            #expect(again.fieldCodes == ["risk:cleared"])
        }
    }

    @Test(
        "CUST-12: what was promised, by whom, until when and whether it was kept", arguments: Engine.available
    )
    func commitments(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.program(.marta)
            let number = try await server.desk.reportedCase()
            let made = try await post(
                marta, "make_commitment",
                [
                    "text": "A written cause.", "due": "2026-03-02T12:00:00Z", "promised_to": "Daniel",
                    "promised_by": "jonas@cast.example", "case": .string(number),
                ])
            #expect(made["commitment"] == "C1")
            _ = try await post(
                marta, "make_commitment", ["text": "A call on Friday.", "due": "2026-03-06T12:00:00Z"])
            server.desk.clock.advance(seconds: 4 * 3600)
            let browser = try await server.browser(.otto)
            let page = try await browser.get("/organisations/\(Self.halden)").body
            for words in ["A written cause.", "Jonas", "Overdue 1 h", "A call on Friday.", "2 open"] {
                #expect(page.contains(words), "\(words)")
            }
            _ = try await post(
                marta, "settle_commitment", ["commitment": "c1", "outcome": "not_kept", "note": "Late."])
            _ = try await post(marta, "settle_commitment", ["commitment": "C2", "outcome": "kept"])
            let later = try await browser.get("/organisations/\(Self.halden)").body
            for words in ["0 open, 1 of 2 settled ones kept", "Not kept", "Late."] {
                #expect(later.contains(words), "\(words)")
            }
            let sofia = try await server.desk.reportedCase(by: .sofia)
            let other = try await post(
                marta, "make_commitment",
                ["text": "t", "due": "2026-03-06T12:00:00Z", "case": .string(sofia)], expecting: 422)
            #expect(other.fieldCodes == ["case:of_another_organisation"])
        }
    }

    @Test(
        "CUST-05 part: the account’s timeline holds its cases, commitments, flags and changes, and can be filtered",
        arguments: Engine.available)
    func timeline(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.program(.marta)
            let number = try await server.desk.reportedCase(subject: "Kiosks fail")
            _ = try await post(marta, "edit", ["region": "emea"])
            _ = try await post(marta, "raise_risk", ["level": "watch", "reason": "FLAGGED-WORDS"])
            _ = try await post(
                marta, "make_commitment", ["text": "PROMISED-WORDS", "due": "2026-03-06T12:00:00Z"])
            _ = try await server.desk.reportedCase(by: .sofia, subject: "ORRIN-ALONE")
            let browser = try await server.browser(.otto)
            func changes(_ show: String) async throws -> String {
                let page = try await browser.get("/organisations/\(Self.halden)?show=\(show)").body
                let rest = page[(page.range(of: "id=\"changes\"")?.lowerBound ?? page.startIndex)...]
                return String(rest[..<(rest.range(of: "</section>")?.lowerBound ?? rest.endIndex)])
            }
            let all = try await changes("all")
            for words in ["Kiosks fail", "set region to Europe", "FLAGGED-WORDS", "PROMISED-WORDS"] {
                #expect(all.contains(words), "\(words)")
            }
            #expect(!all.contains("ORRIN-ALONE"))
            let cases = try await changes("cases")
            #expect(cases.contains(number) && !cases.contains("FLAGGED-WORDS"))
            #expect(try await !changes("risk").contains(number))
            #expect(try await changes("commitments").contains("PROMISED-WORDS"))
        }
    }

    @Test("A customer’s people never reach what is kept of their account, whatever rights they are given")
    func customersReadNothing() async throws {
        try await TestServer.run(on: .sqlite) { server in
            var daniel = try server.desk.actor(.daniel)
            daniel.rights = server.desk.services.catalog.rights
            let actor = daniel
            await #expect(throws: Refusal.self) {
                try await server.desk.services.database.read { tx in
                    _ = try OrganisationRules.organisation("Halden Travel", for: actor, in: tx)
                }
            }
        }
    }

    @Test("A list of organisations asks for the contacts of all of them at once")
    func listCounts() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let page = try await server.browser(.marta).get("/organisations").body
            #expect(page.contains("data-label=\"Contacts\">2</td>"))
            #expect(page.contains("data-label=\"Contacts\">1</td>"))
        }
    }
}
