import Domain
import Foundation
import Glibc
import Logging
import Storage
import Testing

@testable import Desk

/// An installation is opened, or it is said why it cannot be.
@Suite("Opening an installation")
struct OpeningTests {
    private func withFolder(_ body: (Installation) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "thirdline-installation-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what stays is the system's to remove
        var installation = Installation(folder: folder)
        installation.settings.passwordCost = 10
        try await body(installation)
    }

    private let logger: Logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }()

    @Test("Whoever looks at data without their key file is told so, and no new one is made")
    func withoutKeys() async throws {
        try await withFolder { installation in
            try await installation.open(logger: logger).database.close()
            try FileManager.default.removeItem(atPath: installation.keyPlace)
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await installation.open(logger: logger, isMadeIfMissing: false)
            }
            #expect(refusal?.code == "no_key_file")
            #expect(refusal?.message.contains(installation.keyPlace) == true)
            #expect(!FileManager.default.fileExists(atPath: installation.keyPlace))
        }
    }

    @Test("An address that another program has is named, with what to do")
    func takenAddress() async throws {
        let taken = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(taken) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                try #require(bind(taken, pointer, length) == 0 && listen(taken, 1) == 0)
                try #require(getsockname(taken, pointer, &length) == 0)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        try await withFolder { installation in
            let services = try await installation.open(logger: logger)
            let refusal = await #expect(throws: Refusal.self) {
                try await DeskServer(services).run(host: "127.0.0.1", port: port, isBench: false) { _ in }
            }
            #expect(refusal?.code == "cannot_listen")
            #expect(refusal?.message.contains("127.0.0.1:\(port) is in use by another program") == true)
            try await services.database.close()
        }
    }

    @Test("One server serves a folder at a time, and a second one says which process has it")
    func servedOnce() async throws {
        try await withFolder { installation in
            var first = try ServedFolder.hold(installation)
            let refusal = #expect(throws: Refusal.self) { try ServedFolder.hold(installation) }
            #expect(refusal?.code == "folder_served")
            #expect(refusal?.message.contains("is served already, by process \(getpid()).") == true)
            withExtendedLifetime(first) {}
            first = nil
            #expect(try ServedFolder.hold(installation) != nil, "the hold ends with the server")
            var shared = installation
            shared.databaseURL = "postgres://desk@db.example/desk"
            #expect(try ServedFolder.hold(shared) == nil, "nodes of one database server may share a folder")
        }
    }
}
