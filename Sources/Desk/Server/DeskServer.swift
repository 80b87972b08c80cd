import Domain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals
import Storage
import Web

/// The server: the site of all features, background work, and the socket.
package struct DeskServer: Sendable {
    private let services: Services

    /// A server of these services.
    package init(_ services: Services) { self.services = services }

    /// The site of all features.
    package var site: Site {
        let accounts = Accounts(services)
        let denials = services.operations.denials
        return Site(
            routes: services.catalog.routes(services),
            identify: { request in try await accounts.caller(of: request) },
            recordDenial: { caller, missing, request in
                await denials.record(
                    caller.actor, what: "\(request.method.rawValue) \(request.path)", right: Right(missing),
                    request: request.id)
            },
            problemPage: { [frame = services.frame] problem in FaultPage.html(problem, frame()) },
            refusal: Self.refusal, isSecure: services.isSecure,
            trustedProxies: services.trustedProxies, logger: services.logger)
    }

    /// What storage cannot do for now, as a refusal.
    private static func refusal(_ error: any Error) -> Refusal? {
        guard let fault = error as? StorageFault, fault.isTemporary else { return nil }
        var refusal = Refusal(
            .unavailable, "storage_unavailable",
            "The database cannot be written or reached right now. Nothing that was confirmed is lost. Try again in a moment."
        )
        refusal.retryAfter = 5
        return refusal
    }

    /// Serves until a signal ends it: what is in flight is answered first.
    /// - Parameter ready: called with the port once connections are taken.
    package func run(host: String, port: Int, isBench: Bool, ready: @escaping @Sendable (Int) -> Void)
        async throws
    {
        let router = site.router()
        if isBench {
            router.get("/bare") { _, _ in "bare" }
        }
        var configuration = ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil)
        configuration.backlog = 1024
        var quiet = services.logger
        quiet.logLevel = .warning
        let application = Application(
            router: router, configuration: configuration, services: [services.live, Housekeeping(services)],
            onServerRunning: { channel in ready(channel.localAddress?.port ?? port) }, logger: quiet)
        let group = ServiceGroup(
            configuration: .init(
                services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }
}

/// What is done regularly: checkpoints of the journal, and old receipts are forgotten.
struct Housekeeping: Service {
    private let services: Services
    init(_ services: Services) { self.services = services }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(600))  // a cancelled sleep only ends early
                if !Task.isCancelled { await sweep() }
            }
        }
    }

    func sweep() async {
        let now = services.clock()
        do {
            _ = try await services.database.write {
                try $0.execute(JournalStore.deleteReceipts(before: now.adding(seconds: -7 * 86_400)))
            }
            try await services.makeCheckpoint()
            _ = try await EvidenceJobs.sweep(services)
        } catch {
            services.logger.error("housekeeping failed", metadata: ["error": "\(error)"])
        }
    }
}

extension Services {
    /// Signs what the journal holds now.
    ///
    /// Facts that are being written at this moment come into the next one.
    package func makeCheckpoint() async throws {
        let now = clock()
        let last = try await database.exclusively { connection in
            try JournalStore.settledSequence(on: connection)
        }
        guard last > 0 else { return }
        let point = try await database.read { [keys] tx in
            try Checkpoint.make(at: now, upTo: last, keys: keys, in: tx)
        }
        _ = try await database.write { try $0.execute(JournalStore.insertCheckpoint(point)) }
    }
}

/// The page for refusals and faults.
enum FaultPage {
    static func html(_ problem: ProblemPage, _ frame: PageFrame) -> HTML {
        let details = (problem.refusal?.problems ?? []).map { "<li>\($0.message)</li>" as HTML }
        let list: HTML = details.isEmpty || details.count == 1 ? .empty : "<ul>\(details)</ul>"
        let home = problem.caller?.actor.isCustomer == true ? "/portal" : "/cases"
        let next: HTML =
            problem.caller == nil
            ? "<a class=\"btn go\" href=\"/sign-in\">Sign in</a>"
            : "<a class=\"btn go\" href=\"\(home)\">Back to your cases</a>"
        let main: HTML = """
            <div class="fault"><p class="code">\(String(problem.status.code))</p><h1>\(problem.title)</h1><p>\(problem.message)</p>\(list)<div class="btns">\(next)</div><p class="rid">Request <code>\(problem.requestID)</code></p></div>
            """
        guard let caller = problem.caller else {
            return frame.gate(problem.title, main, nonce: problem.request.nonce)
        }
        return frame.document(Page(problem.title, main: main), for: caller, nonce: problem.request.nonce)
    }
}
