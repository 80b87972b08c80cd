import Diagnosis
import Domain
import Logging
import Storage
import Synchronization

/// A small support organisation to try Thirdline with: made by the real operations on a clock that runs through a
/// week in a moment, so that the journal, the pages and `verify` cannot tell it from work that was done.
package enum DemoWorld {
    /// Everybody's password.
    package static let password = "thirdline-demo"

    /// What the terminal says when the demo is served.
    package static let signInHelp = [
        "The demo organisation is ready. Everybody’s password is “\(password)”.",
        "  engineer       marta@thirdline.example",
        "  lead           ines@thirdline.example",
        "  administrator  admin@thirdline.example",
        "  customer       daniel@halden.example",
    ]

    /// Fills an empty database with a story that ends half an hour before `now`; one that has people is left as it is.
    /// - Returns: whether it was filled.
    package static func fill(
        _ installation: Installation, now: Timestamp, logger: Logger, progress: @Sendable (String) -> Void
    ) async throws -> Bool {
        let time = DemoClock(start: now.adding(seconds: -60 * (DemoScenes.minutes + 30)))
        let services = try await installation.open(logger: logger, clock: { time.now })
        guard try await services.database.read({ tx in try PeopleDirectory.everybody(in: tx) }).isEmpty else {
            try await services.database.close()
            return false
        }
        progress("Making the demo organisation ...")
        try await DemoStory(services: services, time: time).tell()
        try await services.makeCheckpoint()
        try await services.database.close()
        return true
    }
}

/// A clock that the story moves.
final class DemoClock: Sendable {
    private let start: Timestamp
    private let minutes = Mutex<Int64>(0)
    init(start: Timestamp) { self.start = start }
    var now: Timestamp { start.adding(seconds: minutes.withLock { $0 } * 60) }
    /// Goes on to so many minutes after the start; it never goes back.
    func advance(to minute: Int64) { minutes.withLock { $0 = max($0, minute) } }
}

/// What happened in the demo organisation, in order.
struct DemoStory {
    let services: Services
    let time: DemoClock

    /// A step and when it comes: scenes run beside each other, as cases do.
    private struct Turn {
        var minute: Int64
        var scene: Int
        var step: DemoStep
    }

    /// What a scene has come to: the case or organisation that it is about, and what later steps name of it.
    private struct Progress {
        var id = ""
        var version: Int64 = 0
        var entries: [String: Int64] = [:]
    }

    func tell() async throws {
        let organisations = try await makePeople()
        var progress = DemoScenes.all.map {
            Progress(id: $0.organisation.flatMap { organisations[$0] } ?? "")
        }
        for turn in Self.turns {
            time.advance(to: turn.minute)
            try await SurveysJobs(services).finish()
            do {
                try await play(turn.step, &progress[turn.scene])
            } catch let refusal as Refusal {
                let place = "\(turn.step.operation) on \(progress[turn.scene].id) by \(turn.step.who)"
                throw Refusal(refusal.reason, refusal.code, "The demo’s step \(place): \(refusal.message)")
            }
        }
        time.advance(to: DemoScenes.minutes - 20)
        for message in DemoMail.messages { _ = try await MailIntake(services).take(Array(message.utf8)) }
        time.advance(to: DemoScenes.minutes - 10)
        try await RoutingJobs(services).work()
        time.advance(to: DemoScenes.minutes - 5)
        if let scene = DemoScenes.all.firstIndex(where: { $0.begins == DemoScenes.payments.begins }) {
            try await DemoReview.play(on: progress[scene].id, in: services, at: time.now)
        }
        try await DemoRouting.propose(in: services)
        time.advance(to: DemoScenes.minutes)
    }

    private static var turns: [Turn] {
        var turns: [Turn] = []
        for (index, scene) in DemoScenes.all.enumerated() {
            var minute = DemoScenes.minutes - scene.begins
            for step in scene.steps {
                minute += step.after
                turns.append(Turn(minute: minute, scene: index, step: step))
            }
        }
        return turns.enumerated().sorted { ($0.element.minute, $0.offset) < ($1.element.minute, $1.offset) }
            .map(\.element)
    }

    /// - Returns: the organisations' identifiers by their names.
    private func makePeople() async throws -> [String: String] {
        let accounts = Accounts(services)
        let hash = try await services.passwords.hash(DemoWorld.password)
        var organisations: [String: String] = [:]
        for (name, tier) in DemoScenes.organisations {
            let receipt = try await services.asOperator(
                "organisation.add", RawInput(["name": .text(name), "tier": .text(tier)]))
            organisations[name] = receipt.answer["id"]?.string
        }
        for (name, email, role, organisation) in DemoScenes.people {
            let person = try await accounts.addPerson(
                name: name, email: email, roles: [role],
                organisation: organisation.flatMap { organisations[$0] }.map { ID($0) }, by: "operator")
            try await accounts.saveHash(hash, of: person, by: "operator", byReset: false)
        }
        _ = try await services.asOperator(
            "policy.change",
            RawInput([
                "document": .text(DemoRouting.document),
                "reason": .text("Two shifts, queues and routing rules"),
            ]))
        return organisations
    }

    private func play(_ step: DemoStep, _ progress: inout Progress) async throws {
        var raw = RawInput()
        for (name, value) in step.fields { raw[name] = value.raw(at: time.now, entries: progress.entries) }
        if let mark = step.mark { progress.entries[mark] = progress.version + 1 }
        if let file = step.file {
            try await handIn(file, raw, to: progress.id, as: step.who)
            progress.version += 1
            return
        }
        if !progress.id.isEmpty { raw["id"] = .text(progress.id) }
        let answer = try await services.call(step.operation, raw, as: step.who).answer
        if progress.id.isEmpty { progress.id = answer["number"]?.string ?? "" }
        if let version = answer["version"]?.integer { progress.version = version }
    }

    /// Hands in a file, as an upload from a page would.
    private func handIn(_ file: DemoFile, _ raw: RawInput, to number: String, as who: String) async throws {
        let person = try await services.person(who)
        let actor = Actor(person, under: services.policy.current)
        let (store, now) = (services.evidence, time.now)
        let bytes = file.bytes(now)
        let kept = try await store.working {
            let part = try store.begin(newIdentifier(at: now))
            try bytes.withUnsafeBytes { try part.write($0) }
            return try store.keep(part, at: now)
        }
        let found = try await services.database.read { tx in
            try CaseDirectory.find(number, for: actor, in: tx)
        }
        let operation =
            actor.isCustomer ? AnyOperation(GiveEvidence.self) : AnyOperation(AddEvidence.self)
        _ = try await EvidenceUploadPages.add(
            ReceivedFile(kept: kept, name: SafeFileName(file.name)), raw, to: found, operation, as: actor,
            key: nil, request: "demo", services)
    }
}
