import Domain
import Foundation
import Testing
import Web

@testable import Desk

/// Settings are said by flag, by environment or in a file; what is wrong is named where it stands.
struct SettingsTests {
    private func withFile<T>(_ text: String, _ body: (String) throws -> T) throws -> T {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml").path()
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }  // the system clears its folder anyway
        return try body(path)
    }

    private func refusal(_ body: () throws -> Void) -> Refusal? {
        do {
            try body()
            return nil
        } catch { return error as? Refusal }
    }

    @Test("Flags come before the environment, and the environment before the file")
    func order() throws {
        try withFile("data: from-file\nlisten: 127.0.0.1:1\npublic_url: https://file.example\n") { path in
            let settings = try Settings(
                flags: [.data: "from-flag"],
                environment: ["THIRDLINE_DATA": "from-environment", "THIRDLINE_LISTEN": "127.0.0.1:2"],
                file: path)
            let installation = try settings.installation()
            #expect(installation.folder == "from-flag")
            #expect(try settings.listen().port == 2)
            #expect(installation.settings.publicURL == "https://file.example")
        }
    }

    @Test("The environment can name the file, and a list in it is as good as commas")
    func named() throws {
        try withFile("trusted_proxies: [10.0.0.1, 10.0.0.2]\nallow_weak_durability: true\n") { path in
            let installation = try Settings(environment: ["THIRDLINE_CONFIG": path]).installation()
            #expect(installation.settings.trustedProxies == ["10.0.0.1", "10.0.0.2"])
            #expect(installation.allowsWeakDurability)
        }
    }

    @Test("A key that is none is refused with its line and the one that was probably meant")
    func unknown() throws {
        try withFile("data: here\nlisten_on: 127.0.0.1:1\npublc_url: https://x.example\n") { path in
            let message = refusal { _ = try Settings(file: path) }?.message ?? ""
            #expect(message.contains("line 2: “listen_on” is not a setting"))
            #expect(message.contains("line 3: “publc_url” is not a setting; did you mean “public_url”?"))
        }
    }

    @Test("Limits of connections are whole numbers of a range, and a token of the metrics is never shown")
    func connections() throws {
        let environment = [
            "THIRDLINE_IDLE_TIMEOUT": "90", "THIRDLINE_STALL_TIMEOUT": "5", "THIRDLINE_CONNECTIONS": "20000",
            "THIRDLINE_METRICS_TOKEN": "0123456789abcdef",
        ]
        let settings = try Settings(environment: environment).installation().settings
        #expect(settings.pace.idle == .seconds(90) && settings.pace.stall == .seconds(5))
        #expect(settings.connections == 20_000 && settings.metricsToken == "0123456789abcdef")
        let wrong = refusal { _ = try Settings(flags: [.idleTimeout: "never"]).installation() }
        #expect(wrong?.message == "--idle-timeout: “never” is not a whole number between 1 and 86400.")
        let short = refusal { _ = try Settings(flags: [.metricsToken: "s3cret"]).installation() }
        #expect(short?.message.hasPrefix("--metrics-token: a token for the metrics has at least 16") == true)
        #expect(short?.message.contains("s3cret") == false)
    }

    @Test("A value that cannot be is refused where it was said")
    func wrong() throws {
        try withFile("listen: here\n") { path in
            let message = refusal { _ = try Settings(file: path).listen() }?.message ?? ""
            #expect(message.hasSuffix("line 1: “here” is not HOST:PORT, such as 127.0.0.1:8080."))
        }
        let cost = ["THIRDLINE_PASSWORD_COST": "99"]
        #expect(
            refusal { _ = try Settings(environment: cost).installation() }?.message
                .hasPrefix("THIRDLINE_PASSWORD_COST: “99” is not") == true)
        #expect(refusal { _ = try Settings(flags: [.publicURL: "support"]).installation() } != nil)
        #expect(refusal { _ = try Settings(flags: [.log: "loud"]).logLevel() } != nil)
        #expect(refusal { _ = try Settings(file: "/nowhere/thirdline.yaml") }?.reason == .notFound)
        try withFile("data: [\n") { path in
            #expect(refusal { _ = try Settings(file: path) }?.message.contains("is not YAML") == true)
        }
    }

    @Test("A misspelt name in the environment is noticed, and names of other tools are not")
    func strangers() {
        let found = Settings.strangers(in: [
            "THIRDLINE_LISTN": "x", "THIRDLINE_TEST_POSTGRES": "x", "HOME": "x",
        ])
        #expect(found.map(\.meant) == ["THIRDLINE_LISTEN"])
    }

    @Test("The guide lists every setting with its flag, its name in the environment and in the file")
    func guide() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let guide = try String(contentsOf: root.appending(path: "docs/admin-guide.md"), encoding: .utf8)
        for setting in Setting.allCases {
            let row = guide.split(separator: "\n").first { $0.hasPrefix("| `\(setting.rawValue)` |") }
            #expect(row?.contains("`\(setting.flag)") == true, "\(setting.rawValue)")
            #expect(row?.contains("`\(setting.environment)`") == true, "\(setting.rawValue)")
        }
    }
}
