import ArgumentParser
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

    @Flag(help: "Fill an empty database with a small demo organisation.")
    var demo = false

    func run() async throws {
        let settings = try place.settings(listen: listen)
        let (host, port) = try settings.listen()
        let logger = try settings.logger()
        let installation = try settings.installation()
        let services = try await installation.open(
            logger: logger,
            progress: { complain("Bringing the schema up to date: \($0.number) \($0.name)") })
        let isDemo =
            demo ? try await DemoWorld.fill(installation, now: .now, logger: logger) { complain($0) } : false
        let setUp = try await Accounts(services).needsFirstAdministrator()
        let secret =
            setUp ? try await Accounts(services).makeLink(purpose: "setup", person: nil, hours: 24) : nil
        let isBench = ProcessInfo.processInfo.environment["THIRDLINE_BENCH"] == "1"
        let publicURL = installation.settings.publicURL
        try await DeskServer(services).run(host: host, port: port, isBench: isBench) { port in
            let base = publicURL ?? "http://\(host):\(port)"
            if let secret { say("Set up the first administrator: \(base)/setup/\(secret)") }
            if isDemo || demo { for line in DemoWorld.signInHelp { say(line) } }
            say("Listening on http://\(host):\(port)")
        }
        try await services.database.close()
    }
}
