import Desk
import Diagnosis
import Domain
import HTTPTypes
import Synchronization
import TestSupport
import Testing
import Web

/// A restricted case does not exist for whoever may not know of it: every address answers the same, byte for byte,
/// before and after it comes into being.
@Suite("What does not exist")
struct InvisibilityTests {
    /// What stays the same between two answers: no request number, nonce or fresh key.
    private static func shape(_ response: TestResponse) -> String {
        "\(response.status) \(response.headers["location"] ?? "") \(response.headers["etag"] ?? "") \(response.lasting)"
    }

    /// Every address that can be read, of a known case and of the number that the hidden case will have.
    private static func paths(_ server: TestServer, known: String, hidden: String) -> [String] {
        let skipped = ["/events", "/metrics", "/healthz", "/readyz"]
        let organisation = server.desk.people[.daniel]?.organisation?.raw ?? "none"
        let person = server.desk.people[.marta]?.id.raw ?? "none"
        let routes = server.desk.services.catalog.routes(server.desk.services).filter { route in
            // The page of one's own second factor offers a new secret each time.
            route.method == .get && !skipped.contains { route.path.hasSuffix($0) }
                && !route.path.hasSuffix("/second_factor")
                && !route.path.contains("{secret}") && !route.path.hasPrefix("/assets/")
                // Who tries links too often has to wait; those of evidence stand for all of them.
                && !route.path.hasPrefix("/survey/")
        }
        return routes.flatMap { route -> [String] in
            guard route.path.contains("{") else {
                return [route.path]
                    + (route.path == "/cases" || route.path == "/api/v1/cases"
                        ? [
                            "\(route.path)?q=HIDDEN", "\(route.path)?owner=none",
                            "\(route.path)?severity=sev1",
                        ] : [])
            }
            let ids: [String] =
                if route.path.contains("organisations") {
                    [organisation]
                } else if route.path.contains("people") {
                    [person]
                } else if route.path.contains("records") {
                    ["defect:ENG-812"]
                } else if route.path.contains("cases") {
                    [known, hidden]
                } else {
                    ["none"]
                }
            return ids.flatMap { id -> [String] in
                let path = route.path.replacing(/\{[a-z]+\}/, with: id)
                return route.path == "/cases/{id}" || route.path == "/api/v1/cases/{id}"
                    ? [path, "\(path)?as=itself"] : [path]
            }
        }
    }

    private static func answers(
        _ paths: [String], _ browser: TestClient, _ program: TestClient
    ) async throws -> [String: String] {
        var answers: [String: String] = [:]
        for path in paths {
            let client = path.hasPrefix("/api/") ? program : browser
            let answer = shape(try await client.get(path))
            // A person's version counts what they were denied, and asking is denied now and then.
            answers[path] =
                path.contains("people")
                ? answer.replacing(/"version":[0-9]+/, with: "version")
                    .replacing(/^200  "[0-9]+"/, with: "200") : answer
        }
        return answers
    }

    /// Everything that could leave a trace: written, linked, assigned, merged, answered, restricted anew.
    private static func hiddenCase(_ server: TestServer, known: String) async throws -> String {
        let desk = server.desk
        let receipt = try await desk.perform(
            "case.open", as: .samira,
            [
                "organisation": "Halden Travel", "requester": .text(Cast.daniel.email),
                "subject": "HIDDEN-WORDS subject", "symptom": "HIDDEN-WORDS symptom", "severity": "sev1",
                "request_type": "security",
            ])
        let number = receipt.answer["number"]?.string ?? ""
        let id = RawValue.text(number)
        try await desk.perform(
            "case.restrict", as: .samira,
            ["id": id, "level": "security", "hides_from_requester": "true", "reason": "HIDDEN-WORDS reason"])
        try await desk.perform("case.assign", as: .samira, ["id": id, "assignee": .text(Cast.ines.email)])
        try await desk.perform("case.note", as: .ines, ["id": id, "text": "HIDDEN-WORDS note"])
        try await desk.perform("case.reply", as: .samira, ["id": id, "text": "HIDDEN-WORDS reply"])
        try await desk.perform(
            "case.link", as: .ines, ["id": .text(known), "relation": "caused_by", "to": id])
        try await desk.perform(
            "case.link_record", as: .ines, ["id": id, "kind": "defect", "key": "ENG-812"])
        let second = try await desk.perform(
            "case.split", as: .samira,
            [
                "id": id, "entries": .list([.text("5")]), "subject": "HIDDEN-WORDS", "symptom": "x",
                "reason": "x",
            ])
        let other = RawValue.text(second.answer["number"]?.string ?? "")
        try await desk.perform(
            "case.merge", as: .samira, ["id": other, "into": id, "reason": "HIDDEN-WORDS merge"])
        return number
    }

    @Test(
        "CASE-72: A security-sensitive case is invisible to everybody else: every page and document reads the same before and after it exists",
        arguments: Engine.available)
    func everyAddressReadsTheSame(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let known = try await server.desk.reportedCase()
            try await server.desk.perform("case.assign", as: .jonas, ["id": .text(known), "assignee": "@me"])
            let hidden = "TL-2"
            let paths = Self.paths(server, known: known, hidden: hidden)
            #expect(paths.count > 60)
            let readers: [Cast] = [.marta, .otto, .ada, .daniel]
            var clients: [(Cast, TestClient, TestClient)] = []
            for member in readers {
                clients.append((member, try await server.browser(member), try await server.program(member)))
            }
            var before: [Cast: [String: String]] = [:]
            // Asked twice, so that what asking itself leaves behind stands there both times.
            for _ in 1...2 {
                for (member, browser, program) in clients {
                    before[member] = try await Self.answers(paths, browser, program)
                }
            }
            #expect(try await Self.hiddenCase(server, known: known) == hidden)
            for (member, browser, program) in clients {
                let after = try await Self.answers(paths, browser, program)
                for path in paths {
                    let (old, new) = (before[member]?[path] ?? "", after[path] ?? "")
                    #expect(!new.contains("HIDDEN-WORDS"), "\(member) reads of it at \(path)")
                    if old != new {
                        Issue.record(
                            "\(member) sees a difference at \(path): \(Self.difference(old, new))")
                    }
                }
            }
            let samira = try await server.browser(.samira).get("/cases/\(hidden)")
            #expect(samira.status == 200 && samira.body.contains("HIDDEN-WORDS note"), "it does exist")
            #expect(try await server.desk.findings() == [])
        }
    }

    private static func difference(_ old: String, _ new: String) -> String {
        let common = zip(old, new).prefix { $0 == $1 }.count
        let from = max(0, common - 60)
        return "“\(old.dropFirst(from).prefix(160))” became “\(new.dropFirst(from).prefix(160))”"
    }

    private actor Journal {
        var isFollowed = false
        func follow() { isFollowed = true }
    }

    @Test(
        "CASE-72 part: Nothing done to a hidden case is told to open pages of those who may not know",
        arguments: Engine.available)
    func liveUpdatesAreSilent(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let known = try await server.desk.reportedCase()
            // Its service level is on record before anybody listens; that of the hidden case comes while they do.
            try await ServiceLevelsJobs(server.desk.services).finish()
            let marta = try await server.browser(.marta)
            let act = { @Sendable (name: String) in
                _ = try await server.desk.perform(
                    name, as: .samira, ["id": .text(known), "text": "audible"])
            }
            // Once a note is heard, what came before it was told: the opening of the known case, the sign-in.
            let journal = Journal()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while await !journal.isFollowed {
                        try await marta.lines("/cases/\(known)/events") { line in
                            if line == "data: case.noted" { await journal.follow() }
                            return line == "data: case.noted"
                        }
                    }
                }
                group.addTask { while await !journal.isFollowed { try await act("case.note") } }
                try await group.waitForAll()
            }
            // A page that is cut off comes back.
            let heard = Mutex<Set<String>>([])
            while !heard.withLock({ $0.contains("data: case.replied") }) {
                try await marta.lines("/events") { line in
                    if line.hasPrefix("retry:") {
                        // The stream is open: what happens now would be heard, and before the reply.
                        _ = try await Self.hiddenCase(server, known: known)
                        try await ServiceLevelsJobs(server.desk.services).finish()
                        try await act("case.reply")
                    }
                    if line.hasPrefix("data:") { heard.withLock { _ = $0.insert(line) } }
                    return line == "data: case.replied"
                }
            }
            // The last notes from before may still be told.
            #expect(heard.withLock { $0.subtracting(["data: case.noted"]) } == ["data: case.replied"])
        }
    }

    @Test(
        "CASE-72 part: Every operation on a hidden case is refused as on one that does not exist",
        arguments: Engine.available)
    func operationsAnswerAlike(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let known = try await server.desk.reportedCase()
            let hidden = try await Self.hiddenCase(server, known: known)
            let marta = try await server.program(.marta)
            let version = try await server.desk.found(hidden).version
            let operations = server.desk.services.catalog.operations.filter {
                if case .act(in: "cases", _) = $0.place { true } else { false }
            }
            #expect(operations.count > 20)
            for operation in operations {
                var answers: [String] = []
                for number in [hidden, "TL-999999"] {
                    let path = operation.place.apiPath.replacing("{id}", with: number)
                    let response = try await marta.post(
                        path, json: Self.body(of: operation, server.desk.services.policy.current))
                    answers.append(
                        Self.shape(response).replacing(number, with: "N"))
                }
                #expect(answers[0] == answers[1], "\(operation.name)")
            }
            #expect(try await server.desk.found(hidden).version == version, "nothing was written")
        }
    }

    /// Something for every required field, so that the answer is about the case.
    private static func body(of operation: AnyOperation, _ policy: Policy) -> JSON {
        var object = JSONObject()
        for field in operation.fields where field.isRequired && field.name != "id" {
            switch field.shape {
            case .integer(let range): object[field.name] = .integer(Int64(range.lowerBound))
            case .number: object[field.name] = 1
            case .choice(let choices):
                object[field.name] = .string(choices(policy).first?.value ?? "x")
            case .time: object[field.name] = "2026-03-02T08:00:00Z"
            case .flag: object[field.name] = true
            case .list: object[field.name] = ["x"]
            default: object[field.name] = "x"
            }
        }
        return .object(object)
    }
}
