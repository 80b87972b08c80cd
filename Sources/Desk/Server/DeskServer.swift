import Domain
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
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
        if error is EvidenceFault {
            var refusal = Refusal(
                .unavailable, "evidence_unavailable",
                "The store of evidence cannot be written or read right now, and nothing of this was kept. Nothing that was confirmed is lost. Try again in a moment."
            )
            refusal.retryAfter = 30
            return refusal
        }
        guard let fault = error as? StorageFault else { return nil }
        if fault.isDamage {
            return Refusal(
                .unavailable, "database_damaged",
                "A part of the database cannot be read. Tell an administrator: the log says which, and a backup brings it back."
            )
        }
        guard fault.isTemporary else { return nil }
        if fault.isOutOfSpace {
            var refusal = Refusal(
                .full, "disk_full",
                "The server’s disk is full, so this was not saved. Everything that was confirmed is there and can be read. Tell an administrator; then send it again."
            )
            refusal.retryAfter = 60
            return refusal
        }
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
        configuration.availableConnectionsDelegate = MaximumAvailableConnections(services.connections)
        var quiet = services.logger
        quiet.logLevel = .warning
        var background: [any Service] = [
            services.live, Housekeeping(services), SearchJobs(services), BackupWorker(services),
            BulkJobs(services), RetentionJobs(services), ServiceLevelsJobs(services),
            RoutingJobs(services), FixWatchJobs(services), SurveysJobs(services), LogsJobs(services),
            AnalysisJobs(services),
        ]
        let mail = services.mail
        if let server = mail.outgoing {
            let delivery = MailDelivery(
                server: server, client: TransferClient(), evidence: services.evidence)
            background.append(
                OutboxWorker(services, channel: MailChannel(services: services, delivery: delivery)))
            background.append(
                OutboxWorker(
                    services, channel: NotificationMailChannel(services: services, delivery: delivery)))
        }
        let chat = NotificationChatChannel(services: services, client: TransferClient())
        background.append(OutboxWorker(services, channel: chat))
        if let server = mail.incoming {
            background.append(MailFetchJobs(services, server: server, client: TransferClient()))
        }
        let connection = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuardInstaller(services.pace)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: HeadLimits.bytes, maxHeaderListSize: HeadLimits.bytes,
                maxHeaderFieldCount: HeadLimits.lines))
        var server = HTTPServerBuilder.http1(configuration: connection)
        if let certificate = services.certificate {
            server = HTTPServerBuilder {
                TLSConnection(
                    base: HTTP1Channel(responder: $0, configuration: connection), certificate: certificate)
            }
            background.append(
                CertificateWatch(certificate: certificate, logger: services.logger, clock: services.clock))
        }
        let application = Application(
            router: router, server: server, configuration: configuration, services: background,
            onServerRunning: { channel in ready(channel.localAddress?.port ?? port) }, logger: quiet)
        let group = ServiceGroup(
            configuration: .init(
                services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        do { try await group.run() } catch let error as IOError {
            throw Self.refusal(error, host: host, port: port)
        }
    }

    /// Why nothing can be served at an address.
    private static func refusal(_ error: IOError, host: String, port: Int) -> any Error {
        let why: String? =
            switch error.errnoCode {
            case EADDRINUSE: "is in use by another program"
            case EACCES: "may only be used by the system’s administrator"
            case EADDRNOTAVAIL: "is no address of this machine"
            default: nil
            }
        guard let why else { return error }
        return Refusal(
            .unavailable, "cannot_listen",
            "\(host):\(port) \(why). Choose another address with --listen HOST:PORT.")
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
                try $0.execute(OutboxStore.forget(before: now.adding(seconds: -90 * 86_400)))
                return try $0.execute(JournalStore.deleteReceipts(before: now.adding(seconds: -7 * 86_400)))
            }
            try await NotificationJobs.sweep(services)
            try await services.makeCheckpoint()
            while try await MailJobs.sweep(services) > 0 {}
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
        if let typed = problem.typed, problem.caller == nil {
            return frame.gate(
                problem.title, TypedForm(typed: typed, problem: problem).html, nonce: problem.request.nonce)
        }
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

/// What somebody typed into a form whose session had ended, ready to be sent again once they are signed in.
///
/// It needs no script and is kept nowhere: the page itself holds the words until they are sent.
struct TypedForm {
    let typed: RawInput
    let problem: ProblemPage

    /// Parts of names of fields that are never shown again.
    private static let secrets = ["password", "passcode", "secret", "token"]

    private var fields: [(name: String, values: [String])] {
        typed.values.sorted { $0.key < $1.key }.compactMap { name, value in
            // "current" is the password that somebody proves themselves with on the page of their account.
            let isSecret = name == "current" || Self.secrets.contains { name.lowercased().contains($0) }
            guard !isSecret else { return nil }
            guard case .list(let all) = value else { return (name, [value.typed]) }
            return (name, all.map(\.typed))
        }
    }

    /// Where the form was sent, with what its address says.
    private var action: String {
        let query = problem.request.query.map { "\(percentEncoded($0.name))=\(percentEncoded($0.value))" }
        return problem.request.path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    var html: HTML {
        let inputs = fields.flatMap { field in field.values.map { input(field.name, $0) } }
        return """
            <div class="fault"><p class="code">\(String(problem.status.code))</p><h1>You are not signed in any more</h1><p>Nothing was saved yet, and nothing is lost: what you wrote stands below.</p>
            <ol><li><a class="btn go" href="/sign-in?next=%2F" target="_blank" rel="noopener">Sign in in a new tab</a></li><li>Come back to this page and send it again.</li></ol>
            <form class="form" method="post" action="\(action)">\(inputs)<div class="foot"><button class="btn">Send it again</button></div></form><p class="rid">Request <code>\(problem.requestID)</code></p></div>
            """
    }

    private func input(_ name: String, _ value: String) -> HTML {
        // What the form carries along, and what nobody typed, goes along again unseen.
        let isOurs = name.hasPrefix("_") || name.hasPrefix("was.") || value.isEmpty
        guard !isOurs else { return "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">" }
        let label = (name.split(separator: ".").last.map(String.init) ?? name).replacing("_", with: " ")
        let rows = min(20, 1 + value.utf8.count { $0 == 10 } + value.utf8.count / 80)
        // A first line break after the tag is not part of a text area's value, so one is given away.
        return """
            <div class="fld"><label for="\(name)">\(label)</label><textarea class="input" id="\(name)" name="\(name)" rows="\(String(rows))" dir="auto">
            \(value)</textarea></div>
            """
    }
}
