import ArgumentParser
import CGNU
import Desk
import Domain
import Foundation
import Logging
import Storage

/// The command `thirdline serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the pages and the API.",
        discussion: "Prints the address when it is ready. Ends on SIGTERM after answering what is in flight.")

    @OptionGroup var place: DataOptions

    @Option(help: Setting.listen.help)
    var listen: String?

    @Option(name: .customLong("tls-certificate"), help: Setting.tlsCertificate.help)
    var tlsCertificate: String?

    @Option(name: .customLong("tls-key"), help: Setting.tlsKey.help)
    var tlsKey: String?

    @OptionGroup(title: "Mail") var mail: MailOptions

    @Flag(help: "Fill an empty database with a small demo organisation.")
    var demo = false

    func run() async throws {
        OpenFiles.raise()
        // Each arena of the allocator keeps what it once needed, and by default there are eight for each core.
        mallopt(M_ARENA_MAX, Int32(max(2, ProcessInfo.processInfo.activeProcessorCount)))
        let more: [Setting: String?] = [.listen: listen, .tlsCertificate: tlsCertificate, .tlsKey: tlsKey]
        let settings = try place.settings(more.merging(mail.said) { first, _ in first })
        let (host, port) = try settings.listen()
        let logger = try settings.logger()
        var installation = try settings.installation()
        installation.settings.certificate = try settings.certificate()
        let hold = try ServedFolder.hold(installation)
        defer { withExtendedLifetime(hold) {} }
        let services = try await installation.open(
            logger: logger,
            progress: { complain("Bringing the schema up to date: \($0.number) \($0.name)") })
        for found in try await services.unreadableSecrets() {
            complain(
                "\(found.count) \(found.name) cannot be read: the key “\(found.key)” is not in the key file. "
                    + "Put it back, or see “When the key file is lost” in the admin guide.")
        }
        if let key = try await services.evidence.missingKey() {
            complain(
                "Evidence is encrypted with the key “\(key)”, which is not in the key file, and cannot be read. "
                    + "Put it back, or see “When the key file is lost” in the admin guide.")
        }
        let isDemo =
            demo ? try await DemoWorld.fill(installation, now: .now, logger: logger) { complain($0) } : false
        let setUp = try await Accounts(services).needsFirstAdministrator()
        let secret =
            setUp ? try await Accounts(services).makeLink(purpose: "setup", person: nil, hours: 24) : nil
        let isBench = ProcessInfo.processInfo.environment["THIRDLINE_BENCH"] == "1"
        let publicURL = installation.settings.publicURL
        let scheme = services.certificate == nil ? "http" : "https"
        if let warning = services.certificate?.warning(at: services.clock()) { complain(warning) }
        let giving = Task { await FreeMemory.giveBack() }
        defer { giving.cancel() }
        try await DeskServer(services).run(host: host, port: port, isBench: isBench) { port in
            let base = publicURL ?? "\(scheme)://\(host):\(port)"
            if let secret { say("Set up the first administrator: \(base)/setup/\(secret)") }
            if isDemo || demo { for line in DemoWorld.signInHelp { say(line) } }
            say("Listening on \(scheme)://\(host):\(port)")
        }
        try await services.database.close()
    }
}

/// Memory that the allocator keeps though nothing needs it.
private enum FreeMemory {
    /// Gives it back to the system every ten seconds, so that no busy moment is held for days.
    static func giveBack() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))  // a cancelled sleep only ends early
            malloc_trim(0)
        }
    }
}

/// How many files and connections the process may have open.
private enum OpenFiles {
    /// Asks for as many as the machine lets the process have: the usual 1,024 are fewer than a busy hour's open pages.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // Where it is not granted, the process goes on with what it has.
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
