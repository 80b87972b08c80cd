import Desk
import Diagnosis
import Domain
import Foundation
import Logging
import Storage
import Synchronization
import Web

/// The engines that storage and server tests run on: SQLite always, PostgreSQL where a server was started for the
/// tests (`THIRDLINE_TEST_POSTGRES`).
package enum Engine: String, CaseIterable, Sendable {
    case sqlite
    case postgreSQL

    /// The address of the PostgreSQL server of the tests.
    package static var serverURL: String? {
        ProcessInfo.processInfo.environment["THIRDLINE_TEST_POSTGRES"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The engines that can be tested here.
    package static var available: [Engine] { serverURL == nil ? [.sqlite] : [.sqlite, .postgreSQL] }
}

/// A clock that only tests move.
package final class VirtualClock: Sendable {
    private let state: Mutex<Timestamp>

    /// A clock that stands at a moment.
    package init(_ start: Timestamp) { state = Mutex(start) }

    /// The time now.
    package var now: Timestamp { state.withLock { $0 } }

    /// Lets time pass.
    package func advance(seconds: Int64) { state.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// An empty database of an engine, removed again by `remove`.
package struct TestDatabase: Sendable {
    /// The database.
    package let database: any Database
    /// The SQLite file, for tests that tamper with it.
    package let file: String
    /// The PostgreSQL address, for tests that tamper with it.
    package let url: String?
    private let folder: URL
    private let name: String?

    /// Makes an empty database.
    /// - Parameter place: a folder to put its folder into, in place of the system's for passing files.
    package init(_ engine: Engine, in place: URL? = nil) async throws {
        folder = (place ?? FileManager.default.temporaryDirectory).appendingPathComponent(
            "thirdline-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("thirdline.db").path
        switch engine {
        case .sqlite:
            (name, url) = (nil, nil)
            database = try SQLiteDatabase(path: file)
        case .postgreSQL:
            guard let server = Engine.serverURL else { throw StorageFault("no PostgreSQL server for tests") }
            let made = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
            let admin = try PostgreSQLDatabase(url: server)
            try await admin.exclusively { try $0.run(script: "CREATE DATABASE \(made)") }
            try await admin.close()
            guard var parts = URLComponents(string: server) else {
                throw StorageFault("bad address \(server)")
            }
            parts.path = "/\(made)"
            guard let address = parts.string else { throw StorageFault("bad address \(server)") }
            (name, url) = (made, address)
            var options = PostgreSQLDatabase.Options()
            options.connections = 6
            database = try PostgreSQLDatabase(url: address, options: options)
        }
    }

    /// Removes the database and its files.
    package func remove() async throws {
        try await database.close()
        try FileManager.default.removeItem(at: folder)
        if let name, let server = Engine.serverURL {
            let admin = try PostgreSQLDatabase(url: server)
            try await admin.exclusively { try $0.run(script: "DROP DATABASE \(name) WITH (FORCE)") }
            try await admin.close()
        }
    }
}

/// How many tests may have databases at once.
///
/// Tests run side by side, and one with a database has connections, files and often a server: hundreds of them at once
/// make each other slow and run out of file descriptors.
package actor TestPlaces {
    private static let shared = TestPlaces()
    @TaskLocal private static var isInside = false

    /// Enough to keep the processors busy while some tests wait for the disk.
    private var left = 4 * ProcessInfo.processInfo.activeProcessorCount
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs a test as soon as there is a place for it; what it runs inside needs no other.
    package static func take(_ body: @Sendable () async throws -> Void) async throws {
        guard !isInside else { return try await body() }
        await shared.take()
        do {
            try await $isInside.withValue(true) { try await body() }
            await shared.free()
        } catch {
            await shared.free()
            throw error
        }
    }

    private func take() async {
        if left > 0 { left -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    private func free() {
        if waiting.isEmpty { left += 1 } else { waiting.removeFirst().resume() }
    }
}

/// The standing cast of tests: everybody has one role, the customers belong to two organisations.
package enum Cast: String, CaseIterable, Sendable {
    /// Customer of Halden.
    case daniel
    /// Another customer of Halden.
    case aino
    /// Customer of Orrin: must never see anything of Halden.
    case sofia
    /// Frontline.
    case lea
    /// Engineer.
    case marta
    /// Another engineer.
    case jonas
    /// Lead.
    case ines
    /// Manager.
    case otto
    /// Product engineer.
    case ravi
    /// Auditor.
    case ada
    /// Administrator.
    case samira

    /// The role.
    package var role: String {
        switch self {
        case .daniel, .aino, .sofia: "customer"
        case .lea: "frontline"
        case .marta, .jonas: "engineer"
        case .ines: "lead"
        case .otto: "manager"
        case .ravi: "developer"
        case .ada: "auditor"
        case .samira: "administrator"
        }
    }

    /// The name that others see.
    package var name: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// The address to sign in with.
    package var email: String { "\(rawValue)@cast.example" }

    /// The organisation, for customers.
    package var organisation: String? {
        switch self {
        case .daniel, .aino: "Halden Travel"
        case .sofia: "Orrin Foods"
        default: nil
        }
    }
}

/// A whole desk over an empty database, with the standing cast, on a virtual clock.
package struct TestDesk: Sendable {
    /// What the desk is made of.
    package let services: Services
    /// The time.
    package let clock: VirtualClock
    /// The database behind it.
    package let store: TestDatabase
    /// People by name.
    package let people: [Cast: Person]

    /// The moment at which every test begins.
    package static let start = Timestamp("2026-03-02T09:00:00Z") ?? Timestamp(microseconds: 0)

    private init(services: Services, clock: VirtualClock, store: TestDatabase, people: [Cast: Person]) {
        (self.services, self.clock, self.store, self.people) = (services, clock, store, people)
    }

    /// Runs a test on a fresh desk of an engine, and removes it afterwards.
    /// - Parameters:
    ///   - place: a folder to put everything into, in place of the system's for passing files.
    ///   - adjust: changes settings; it is given the folder of the desk.
    package static func run(
        on engine: Engine, realTime: Bool = false, in place: URL? = nil,
        adjust: @Sendable (inout DeskSettings, String) -> Void = { _, _ in },
        _ body: @Sendable (TestDesk) async throws -> Void
    ) async throws {
        try await TestPlaces.take {
            try await runInPlace(on: engine, realTime: realTime, in: place, adjust: adjust, body)
        }
    }

    private static func runInPlace(
        on engine: Engine, realTime: Bool, in place: URL?,
        adjust: @Sendable (inout DeskSettings, String) -> Void,
        _ body: @Sendable (TestDesk) async throws -> Void
    ) async throws {
        let store = try await TestDatabase(engine, in: place)
        let clock = VirtualClock(start)
        try await Migrator(Schema.migrations).migrate(store.database)
        var settings = DeskSettings()
        settings.passwordCost = 10
        settings.evidenceFolder = store.file + ".evidence"
        settings.followInterval = .milliseconds(50)
        adjust(&settings, URL(fileURLWithPath: store.file).deletingLastPathComponent().path)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let now: @Sendable () -> Timestamp = { realTime ? Timestamp.now : clock.now }
        let services = try Services(
            database: store.database, keys: KeyRing(key: [UInt8](repeating: 7, count: 32)),
            settings: settings,
            logger: logger, clock: now)
        var desk = TestDesk(services: services, clock: clock, store: store, people: [:])
        desk = TestDesk(services: services, clock: clock, store: store, people: try await desk.makeCast())
        do {
            try await body(desk)
        } catch {
            try await store.remove()
            throw error
        }
        try await store.remove()
    }

    /// The same people and data with other services, such as ones with another key file.
    package static func turned(_ desk: TestDesk, _ services: Services) -> TestDesk {
        TestDesk(services: services, clock: desk.clock, store: desk.store, people: desk.people)
    }

    private func makeCast() async throws -> [Cast: Person] {
        var organisations: [String: ID<Organisation>] = [:]
        for (name, tier) in [("Halden Travel", "enterprise"), ("Orrin Foods", "premium")] {
            let receipt = try await services.asOperator(
                "organisation.add", RawInput(["name": .text(name), "tier": .text(tier)]))
            organisations[name] = ID(receipt.answer["id"]?.string ?? "")
        }
        var people: [Cast: Person] = [:]
        for member in Cast.allCases {
            people[member] = try await Accounts(services).addPerson(
                name: member.name, email: member.email, roles: [member.role],
                organisation: member.organisation.flatMap { organisations[$0] }, by: "operator")
        }
        return people
    }

    /// Who a member of the cast is when they ask for something.
    package func actor(_ member: Cast) throws -> Actor {
        guard let person = people[member] else { throw Refusal.notFound("person") }
        return Actor(
            id: person.id.raw, name: person.name, roles: [member.role],
            rights: services.policy.current.rights(of: [member.role]), organisation: person.organisation)
    }

    /// Carries an operation out for a member of the cast; fields that begin with a text are texts.
    @discardableResult
    package func perform(
        _ name: String, as member: Cast, _ fields: [String: RawValue] = [:], base: Int? = nil,
        key: String? = nil
    ) async throws -> Receipt {
        guard let operation = services.catalog.operations.first(where: { $0.name == name }) else {
            throw Refusal.notFound("operation \(name)")
        }
        return try await services.operations.run(
            operation,
            OperationRequest(
                actor: try actor(member), raw: RawInput(fields), base: base.map { Version($0) },
                idempotencyKey: key))
    }

    /// Opens a case as a customer and returns its number.
    package func reportedCase(
        by member: Cast = .daniel, subject: String = "Payments fail", symptom: String = "Since this morning."
    ) async throws -> String {
        let receipt = try await perform(
            "portal.report", as: member, ["subject": .text(subject), "symptom": .text(symptom)])
        return receipt.answer["number"]?.string ?? ""
    }

    /// A case as it stands.
    package func found(_ number: String, by member: Cast = .samira) async throws -> SupportCase {
        let actor = try actor(member)
        return try await services.database.read { tx in try CaseDirectory.find(number, for: actor, in: tx) }
    }

    /// What `verify` finds.
    package func findings(checkpoint: String? = nil) async throws -> [String] {
        try await Verification(journal: services.journal, keys: services.keys, migrator: services.migrator)
            .run(store.database, checkpoint: checkpoint).findings
    }

    /// Makes an API token for a member of the cast.
    package func token(for member: Cast, scopes: [String] = []) async throws -> String {
        guard let person = people[member] else { throw Refusal.notFound("person") }
        return try await Accounts(services).makeToken(
            name: "test", scopes: scopes, for: person.id, by: "operator")
    }

    /// Runs statements behind the program's back, as somebody with the database's password could.
    package func tamper(_ script: String) async throws {
        try await store.database.exclusively { try $0.run(script: script) }
    }
}
