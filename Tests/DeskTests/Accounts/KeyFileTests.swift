import Domain
import Foundation
import Logging
import Storage
import TestSupport
import Testing

@testable import Desk

/// The file of the secret keys: read, kept closed, rotated, lost.
@Suite("Key file")
struct KeyFileTests {
    private static let one = "k1 " + Data(repeating: 1, count: 32).base64EncodedString()
    private static let two = "k2 " + Data(repeating: 2, count: 32).base64EncodedString()

    private func withFile<T>(
        _ text: String, mode: Int = 0o600, _ body: (String) async throws -> T
    ) async throws -> T {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).keys").path()
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        defer { try? FileManager.default.removeItem(atPath: path) }  // the system clears its folder anyway
        return try await body(path)
    }

    private func problem(_ text: String, mode: Int = 0o600) async throws -> String {
        try await withFile(text, mode: mode) { path in
            do {
                _ = try KeyFile(reading: path)
                return ""
            } catch { return "\(error)".replacing(path, with: "FILE") }
        }
    }

    @Test("A file that others may read is refused, with the command that closes it")
    func openDoors() async throws {
        for mode in [0o640, 0o604, 0o660, 0o644] {
            let words = try await problem(Self.one + "\n", mode: mode)
            #expect(words.contains("chmod 600 FILE") && words.contains(String(mode, radix: 8)))
        }
        #expect(try await problem(Self.one + "\n", mode: 0o400).isEmpty)
    }

    @Test("What is no key is named with its line")
    func badLines() async throws {
        #expect(try await problem("# keys\n\nk1 c2hvcnQ=\n").hasPrefix("FILE, line 3: a key is written"))
        #expect(try await problem(Self.one + "\n" + Self.one + "\n").contains("line 2: the key “k1” stands"))
        #expect(try await problem("# nothing\n").contains("holds no key"))
        #expect(try await problem(Self.one + " retired\n" + Self.two).contains("cannot be retired"))
    }

    @Test("Adding, using and retiring keys keeps comments, order and who may read the file")
    func rotation() async throws {
        try await withFile("# of the payments desk\n" + Self.one + "\n") { path in
            var file = try KeyFile(reading: path)
            let standby = file.addKey(isUsed: false)
            let new = file.addKey(isUsed: true)
            try file.save()
            file = try KeyFile(reading: path)
            #expect(file.entries.map(\.id) == [new, "k1", standby])
            #expect(new != standby && new.count == 9)
            try file.use(standby)
            try file.retire("k1")
            try file.save()
            file = try KeyFile(reading: path)
            #expect(file.entries.map(\.id) == [standby, new, "k1"])
            #expect(file.entries.map(\.isRetired) == [false, false, true])
            #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# of the payments desk\n"))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            #expect(throws: KeyProblem.self) { try file.retire(standby) }
            #expect(throws: KeyProblem.self) { try file.use("k1") }
            #expect(throws: KeyProblem.self) { try file.use("k9") }
        }
    }

    @Test("A retired key verifies what it signed, and opens and accepts nothing any more")
    func retired() async throws {
        let (bytes, row) = (Array("checkpoint".utf8), "table/1")
        let (signature, sealed, digest) = try await withFile(Self.one) { path in
            let keys = try KeyRing(file: path)
            return (keys.signature(of: bytes), try keys.seal(bytes, for: row), keys.digest(of: "t"))
        }
        try await withFile(Self.two + "\n" + Self.one) { path in
            let keys = try KeyRing(file: path)
            #expect(try keys.open(sealed, for: row) == bytes)
            #expect(keys.digests(of: "t").contains(digest))
        }
        try await withFile(Self.two + "\n" + Self.one + " retired") { path in
            let keys = try KeyRing(file: path)
            #expect(keys.isValid(signature, of: bytes, keyID: "k1"))
            #expect(throws: SealProblem.unknownKey("k1")) { try keys.open(sealed, for: row) }
            #expect(!keys.digests(of: "t").contains(digest))
        }
    }

    @Test("A sealed secret that was changed, cut or moved to another row does not open")
    func tampered() throws {
        let keys = KeyRing(key: [UInt8](repeating: 3, count: 32))
        let sealed = try keys.seal(Array("secret".utf8), for: "a/1")
        #expect(try keys.seal(Array("secret".utf8), for: "a/1") != sealed, "no two look alike")
        for index in sealed.bytes.indices {
            var changed = sealed
            changed.bytes[index] ^= 1
            #expect(throws: SealProblem.damaged) { try keys.open(changed, for: "a/1") }
        }
        for length in 0..<sealed.bytes.count {
            let cut = KeyRing.Sealed(keyID: "k1", bytes: Array(sealed.bytes.prefix(length)))
            #expect(throws: SealProblem.damaged) { try keys.open(cut, for: "a/1") }
        }
        #expect(throws: SealProblem.damaged) { try keys.open(sealed, for: "a/2") }
    }

    /// The desk's database with another key file.
    private func reopened(_ desk: TestDesk, _ text: String) async throws -> Services {
        try await withFile(text) { path in
            var settings = DeskSettings()
            settings.passwordCost = 10
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let services = try Services(
                database: desk.store.database, keys: try KeyRing(file: path), settings: settings,
                logger: logger, clock: { desk.clock.now })
            try await services.policy.refresh(from: desk.store.database)
            return services
        }
    }

    private static let desk = "k1 " + Data(repeating: 7, count: 32).base64EncodedString()

    @Test(
        "After a rotation codes still open, rewrap seals everything anew, and sessions move when they are used",
        arguments: Engine.available)
    func rewrap(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let marta = try await server.browser(.marta)
            let app = try await SecondFactorTests.setUp(server, marta)
            let jonas = try await server.browser(.jonas)
            _ = try await SecondFactorTests.setUp(server, jonas)
            let services = try await reopened(server.desk, Self.two + "\n" + Self.desk)
            let before = try await services.uses().byKey
            #expect(before["k1"]?.first { $0.name == "second factors" }?.count == 2)
            let report = try await services.rewrap()
            #expect(report.done == 2 && report.unreadable == 0)
            #expect(try await services.rewrap().done == 0, "nothing is left for a second run")
            let turned = TestDesk.turned(server.desk, services)
            try await TestServer.serve(turned) { second in
                server.desk.clock.advance(seconds: 120)
                var old = second.stranger
                old.headers = marta.headers
                #expect(try await old.get("/account").status == 200, "the session still counts")
                let waiting = try await SecondFactorTests.password(second, .marta).0
                let answer = try await waiting.submit("/sign-in/code", ["code": app.code(second)])
                #expect(answer.status == 303)
                let after = try await services.uses().byKey
                #expect(after["k1"]?.contains { $0.name == "second factors" } != true)
                #expect(after["k1"]?.first { $0.name == "sessions" }?.count == 1, "Jonas’s, not used since")
            }
        }
    }

    @Test(
        "Without its key a second factor is named as unreadable, a recovery code still signs in, and a reset helps",
        arguments: Engine.available)
    func lost(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let app = try await SecondFactorTests.setUp(server, try await server.browser(.marta))
            let services = try await reopened(server.desk, Self.two)
            let unread = try await services.unreadableSecrets()
            #expect(unread.map(\.name) == ["second factors"] && unread.map(\.key) == ["k1"])
            #expect(try await services.rewrap().unreadable == 1)
            try await TestServer.serve(TestDesk.turned(server.desk, services)) { second in
                let waiting = try await SecondFactorTests.password(second, .marta).0
                let answer = try await waiting.submit("/sign-in/code", ["code": app.code(second)])
                #expect(answer.status == 503 && answer.body.contains("Use a recovery code"))
                #expect(
                    try await waiting.submit("/sign-in/code", ["code": app.recovery[0]]).status == 303)
                _ = try await services.asOperator(
                    "person.reset_second_factor",
                    RawInput(["id": .text(Cast.marta.email), "reason": "The key file is lost"]))
                #expect(try await services.unreadableSecrets().isEmpty)
            }
        }
    }
}
