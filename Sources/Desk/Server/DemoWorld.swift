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
    private let state: Mutex<Timestamp>
    init(start: Timestamp) { state = Mutex(start) }
    var now: Timestamp { state.withLock { $0 } }
    func advance(minutes: Int64) { state.withLock { $0 = $0.adding(seconds: minutes * 60) } }
}

/// What happened in the demo organisation, in order.
struct DemoStory {
    let services: Services
    let time: DemoClock

    func tell() async throws {
        try await makePeople()
        let accounts = DemoAccounts(services: services, time: time)
        try await accounts.begin()
        for scene in DemoScenes.all + DemoScenes.coordination { try await play(scene) }
        try await DemoEvidence(services: services, now: time.now).tell()
        try await accounts.end()
    }

    private func makePeople() async throws {
        let accounts = Accounts(services)
        let hash = try await services.passwords.hash(DemoWorld.password)
        var organisations: [String: ID<Organisation>] = [:]
        for (name, tier) in DemoScenes.organisations {
            let receipt = try await services.asOperator(
                "organisation.add", RawInput(["name": .text(name), "tier": .text(tier)]))
            organisations[name] = receipt.answer["id"]?.string.map { ID($0) }
        }
        for (name, email, role, organisation) in DemoScenes.people {
            let person = try await accounts.addPerson(
                name: name, email: email, roles: [role],
                organisation: organisation.flatMap { organisations[$0] },
                by: "operator")
            try await accounts.saveHash(hash, of: person, by: "operator", byReset: false)
        }
    }

    private func play(_ scene: DemoScene) async throws {
        time.advance(minutes: scene.after)
        var number = ""
        for step in scene.steps {
            time.advance(minutes: step.after)
            var raw = RawInput()
            for (name, value) in step.fields { raw[name] = .text(value) }
            for (name, minutes) in step.minutesAgo {
                raw[name] = .text(time.now.adding(seconds: -60 * minutes).rfc3339)
            }
            if !number.isEmpty { raw["id"] = .text(number) }
            let receipt = try await services.call(step.operation, raw, as: step.who)
            if number.isEmpty { number = receipt.answer["number"]?.string ?? "" }
        }
    }
}
