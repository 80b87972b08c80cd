import Diagnosis
import Domain
import HTTPTypes
import NIOHTTP1
import Storage
import TestSupport
import Web

@testable import Desk

/// Everybody who could ask for an address: one of each role, a customer of somebody else, and a stranger.
struct Visitor: Sendable {
    /// As the golden names them.
    let name: String
    /// Who it is; nil for the stranger.
    let member: Cast?
    let browser: TestClient
    let program: TestClient

    static func all(_ server: TestServer) async throws -> [Visitor] {
        let names: [(String, Cast)] = [
            ("customer", .daniel), ("other_customer", .sofia), ("frontline", .lea), ("engineer", .marta),
            ("lead", .ines), ("manager", .otto), ("developer", .ravi), ("auditor", .ada),
            ("administrator", .samira),
        ]
        var visitors: [Visitor] = []
        for (name, member) in names {
            visitors.append(
                Visitor(
                    name: name, member: member, browser: try await server.browser(member),
                    program: try await server.program(member)))
        }
        let stranger = server.stranger
        return visitors + [Visitor(name: "stranger", member: nil, browser: stranger, program: stranger)]
    }
}

/// Asks for every address as everybody: things of Halden Travel, with nothing in the body but what access needs.
struct AccessWalk: Sendable {
    let server: TestServer
    /// The case of Halden Travel.
    let number: String
    /// Somebody whom no test signs in.
    let spare: Person
    private let organisation: String
    private let giveToken: String
    private let shareToken: String
    private let surveyToken: String

    init(_ server: TestServer) async throws {
        self.server = server
        number = try await server.desk.reportedCase()
        try await Evidences.add(to: number, [:], server.desk)
        try await server.desk.perform(
            "case.request_evidence", as: .marta,
            ["id": .text(number), "reason": "To see more", "items": "One\nTwo"])
        try await server.desk.perform(
            "case.convene_huddle", as: .marta, ["id": .text(number), "topic": "A walk"])
        try await server.desk.perform(
            "evidence.share", as: .marta, ["id": .text("\(number).E1"), "purpose": "A walk"])
        let (id, keys) = (try await server.desk.found(number).id, server.desk.services.keys)
        giveToken = CaseLinks.token(.give, id, "R1", keys)
        shareToken = CaseLinks.token(.shared, id, "S1", keys)
        surveyToken = CaseLinks.token(.survey, try await Surveyed.asked(server.desk), "S1", keys)
        organisation = server.desk.people[.daniel]?.organisation?.raw ?? ""
        spare = try await Accounts(server.desk.services).addPerson(
            name: "Spare", email: "spare@cast.example", roles: ["engineer"], by: "operator")
        try await Accounts(server.desk.services).setPassword(
            TestServer.password, of: spare, by: "operator", byReset: false)
    }

    /// "allowed", "denied", "hidden", "sign-in", or the status of a fault.
    func outcome(of route: Route, for visitor: Visitor) async throws -> String {
        let response = try await request(route, visitor)
        switch response.status {
        case 401: return "sign-in"
        case 303 where response.headers["location"]?.hasPrefix("/sign-in?next=") == true: return "sign-in"
        case 403: return "denied"
        case 404: return "hidden"
        case 500...: return "fault-\(response.status)"
        default: return "allowed"
        }
    }

    /// Asks for a route as a visitor would.
    func request(_ route: Route, _ visitor: Visitor) async throws -> TestResponse {
        let path = try await path(of: route, visitor)
        let isAPI = path.hasPrefix("/api/")
        let client = try await client(of: visitor, for: route, isAPI: isAPI)
        switch route.method {
        case .head: return try await client.send(.HEAD, path)
        case .get where path.hasSuffix("/events"): return try await client.send(.HEAD, path)
        case .get: return try await client.get(path)
        case .post where isAPI: return try await client.post(path, json: body(of: route))
        case .post: return try await client.submit(path, [:])
        default:
            return try await client.send(
                HTTPMethod(rawValue: route.method.rawValue), path, Array("{}".utf8),
                [("Content-Type", "application/json"), ("Sec-Fetch-Site", "same-origin")])
        }
    }

    private func client(of visitor: Visitor, for route: Route, isAPI: Bool) async throws -> TestClient {
        // Whoever signs out needs a session of their own for it.
        if route.path == "/sign-out", let member = visitor.member { return try await server.browser(member) }
        return isAPI ? visitor.program : visitor.browser
    }

    /// Where a missing field would be named before anybody looks for the case, the field is there.
    private func body(of route: Route) -> JSON {
        let isOfText =
            route.path.hasPrefix("/api/v1/portal/cases/{id}/") && !route.path.hasSuffix("/survey")
        return isOfText ? ["text": "It is not solved."] : [:]
    }

    private func path(of route: Route, _ visitor: Visitor) async throws -> String {
        var path = route.path
        let accounts = Accounts(server.desk.services)
        if path.contains("{secret}") {
            let purpose = path.hasPrefix("/setup") ? "setup" : "password"
            let link = try await accounts.makeLink(
                purpose: purpose, person: purpose == "setup" ? nil : spare.id, hours: 1)
            path = path.replacing("{secret}", with: link)
        }
        if path.contains("/sessions/") {
            let isOwn = path.hasPrefix("/account")
            let session = try await newSession(
                of: isOwn ? visitor.member.flatMap { server.desk.people[$0] } : spare)
            path = path.replacing(isOwn ? "{id}" : "{session}", with: session)
        }
        if path.hasPrefix("/account/tokens/"), let member = visitor.member {
            path = path.replacing("{id}", with: try await newToken(of: member))
        }
        if path.hasPrefix("/assets/") { return Assets.style.path }
        path = path.replacing("{number}", with: "E1").replacing("{item}", with: "R1.1")
            .replacing("{upload}", with: "none").replacing("{comparison}", with: "none")
            .replacing(
                "{token}",
                with: path.contains("/shared/")
                    ? shareToken : path.contains("/survey/") ? surveyToken : giveToken)
        return path.replacing("{entry}", with: "first").replacing("{call}", with: "C1")
            .replacing("{huddle}", with: "\(number)-H1")
            .replacing("{number}", with: "E1").replacing("{id}", with: thing(of: path))
    }

    private func thing(of path: String) -> String {
        if path.contains("organisations") { return organisation }
        if path.contains("people") { return spare.id.raw }
        if path.contains("/evidence/{id}") { return "\(number).E1" }
        return path.contains("cases") ? number : "none"
    }

    private func newSession(of person: Person?) async throws -> String {
        guard let person, let email = person.email else { return "none" }
        let password = TestServer.password
        if person.id == spare.id {
            // A request before this one may have taken the spare person's access.
            try await Accounts(server.desk.services).setPassword(
                password, of: person, by: "operator", byReset: false)
            _ = try await server.desk.perform("person.reactivate", as: .samira, ["id": .text(person.id.raw)])
        }
        let known = try await sessions(of: person)
        _ = try await Accounts(server.desk.services).signIn(
            email: email, password: password, address: "10.0.0.1", device: "walk")
        return try await sessions(of: person).first { !known.contains($0) } ?? "none"
    }

    private func sessions(of person: Person) async throws -> [String] {
        try await server.desk.services.database.read { tx in
            try tx.all(PeopleQueries.sessions(of: person.id.raw), PeopleQueries.readSession).map(\.id)
        }
    }

    private func newToken(of member: Cast) async throws -> String {
        let known = try await tokens(of: member)
        _ = try await server.desk.token(for: member)
        return try await tokens(of: member).first { !known.contains($0) } ?? "none"
    }

    private func tokens(of member: Cast) async throws -> [String] {
        let id = server.desk.people[member]?.id.raw ?? ""
        return try await server.desk.services.database.read { tx in
            try tx.all(PeopleQueries.tokens(of: id), PeopleQueries.readToken).map(\.id)
        }
    }
}
