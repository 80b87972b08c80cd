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

    @Option(help: "HOST:PORT to listen on; port 0 takes a free one. Also THIRDLINE_LISTEN.")
    var listen: String?

    @Flag(help: "Fill an empty database with a small demo organisation.")
    var demo = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let address = listen ?? environment["THIRDLINE_LISTEN"] ?? "127.0.0.1:8080"
        guard let colon = address.lastIndex(of: ":"), let port = Int(address[address.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw ValidationError("--listen takes HOST:PORT, such as 127.0.0.1:8080, not “\(address)”.") }
        let host = String(address[..<colon])
        var logger = Logger(label: "thirdline")
        if let level = environment["THIRDLINE_LOG"].flatMap({ Logger.Level(rawValue: $0) }) {
            logger.logLevel = level
        }
        let installation = place.installation
        let services = try await installation.open(
            logger: logger,
            progress: { complain("Bringing the schema up to date: \($0.number) \($0.name)") })
        let isDemo =
            demo ? try await DemoWorld.fill(installation, now: .now, logger: logger) { complain($0) } : false
        let setUp = try await Accounts(services).needsFirstAdministrator()
        let secret =
            setUp ? try await Accounts(services).makeLink(purpose: "setup", person: nil, hours: 24) : nil
        let isBench = environment["THIRDLINE_BENCH"] == "1"
        let publicURL = environment["THIRDLINE_PUBLIC_URL"]
        try await DeskServer(services).run(host: host, port: port, isBench: isBench) { port in
            let base = publicURL ?? "http://\(host):\(port)"
            if let secret { say("Set up the first administrator: \(base)/setup/\(secret)") }
            if isDemo || demo { for line in DemoWorld.signInHelp { say(line) } }
            say("Listening on http://\(host):\(port)")
        }
        try await services.database.close()
    }
}
