import Domain
import HTTPTypes
import Logging
import Storage
import Web

/// Everything that a feature may be given.
package struct Services: Sendable {
    /// The database.
    package let database: any Database
    /// The journal.
    package let journal: Journal
    /// The policy in force.
    package let policy: PolicyHolder
    /// Runs operations.
    package let operations: OperationRunner
    /// Open pages.
    package let live: LiveUpdates
    /// The bytes of evidence.
    package let evidence: EvidenceStore
    /// Logs among the evidence that are open for reading, and their indexes.
    let logs: LogShelf
    /// How many cases lists have.
    package let caseCounts = CaseCounts()
    /// The secret keys.
    package let keys: KeyRing
    /// Checks and makes password hashes.
    package let passwords: PasswordHasher
    /// The time.
    package let clock: @Sendable () -> Timestamp
    /// The frame of pages.
    package let frame: @Sendable () -> PageFrame
    /// Whether the site is reached over TLS.
    package let isSecure: Bool
    /// The certificate that the server itself shows, where it serves HTTPS.
    package let certificate: ServedCertificate?
    /// Where people find the site, where that is set.
    package let publicURL: String?
    /// Where mail leaves and comes in.
    package let mail: MailSettings
    /// Scheduled backups; nil where there are none.
    package let backups: BackupSettings?
    /// The folders whose disks must not fill up.
    package let folders: [String]
    /// The proxies whose word is taken for where a request came from.
    package let trustedProxies: Set<String>
    /// How slow others may be.
    package let pace: ConnectionPace.Limits
    /// The most connections at once.
    package let connections: Int
    /// What whoever reads the metrics from elsewhere says; nil where only this machine may read them.
    package let metricsToken: String?
    /// The schema's steps.
    package let migrator: Migrator
    /// The log.
    package let logger: Logger
    /// What all features declare.
    package let catalog: FeatureCatalog

    /// Services over a database.
    package init(
        database: any Database, keys: KeyRing, settings: DeskSettings = DeskSettings(), logger: Logger,
        clock: @escaping @Sendable () -> Timestamp = { .now }
    ) throws {
        let catalog = FeatureCatalog()
        self.catalog = catalog
        (self.database, self.keys, self.clock, self.logger) = (database, keys, clock, logger)
        evidence = EvidenceStore(
            folder: settings.evidenceFolder, bucket: settings.evidenceBucket.map { Bucket($0) }, keys: keys)
        logs = LogShelf(folder: settings.evidenceFolder, limits: settings.logLimits, keys: keys)
        (isSecure, publicURL, certificate) = (settings.isSecure, settings.publicURL, settings.certificate)
        (backups, folders) = (settings.backups, settings.folders)
        trustedProxies = settings.trustedProxies
        (pace, connections, metricsToken) = (settings.pace, settings.connections, settings.metricsToken)
        mail = settings.mail
        passwords = PasswordHasher(cost: settings.passwordCost)
        migrator = Migrator(Schema.migrations)
        let policy = try PolicyHolder(knownRights: catalog.rights, clock: clock)
        self.policy = policy
        let sending = MailSending(policy: policy)
        let notifications = NotificationsDirectory(policy: policy)
        journal = Journal(
            subjects: SubjectCatalog(catalog.subjects),
            reactions: [
                { fact, now, tx in try sending.react(to: fact, at: now, in: tx) },
                { fact, now, tx in try notifications.react(to: fact, at: now, in: tx) },
                { fact, now, tx in try AnalysisDirectory.react(to: fact, at: now, in: tx) },
            ])
        let live = LiveUpdates(
            database: database, policy: policy, interval: settings.followInterval, logger: logger,
            clock: clock)
        self.live = live
        let navigation = catalog.navigation
        frame = { PageFrame(navigation: navigation, organisation: policy.current.organisation) }
        operations = OperationRunner(
            database: database, journal: journal, policy: policy, clock: clock,
            denials: DenialRecorder(database: database, journal: journal, clock: clock, logger: logger),
            committed: { live.wake() })
    }
}

/// Settings of an installation that are not policy.
package struct DeskSettings: Sendable {
    /// Where people find the site, such as https://support.example.com; nil for the host of each request.
    package var publicURL: String?
    /// Whether people reach the site over TLS.
    package var isSecure: Bool { certificate != nil || publicURL?.hasPrefix("https://") ?? false }
    /// The certificate that the server shows; nil where it speaks plain HTTP, before which a proxy may stand.
    package var certificate: ServedCertificate?
    /// The addresses of reverse proxies that set `X-Forwarded-For`.
    package var trustedProxies: Set<String> = []
    /// How slow others may be.
    package var pace = ConnectionPace.Limits()
    /// The most connections at once; more wait to be taken.
    package var connections = 12_000
    /// What whoever reads the metrics from elsewhere says; nil where only this machine may read them.
    package var metricsToken: String?
    /// Where the bytes of evidence lie; nodes of one installation share it.
    package var evidenceFolder = "data/evidence"
    /// The bucket that has the bytes of evidence; nil where the folder does.
    package var evidenceBucket: Bucket.Place?
    /// How much is done for reading logs.
    var logLimits = LogShelfLimits()
    /// How often a node asks for what others wrote.
    package var followInterval: Duration = .milliseconds(500)
    /// The work of a password hash: log2 of scrypt's N.
    package var passwordCost = 15
    /// Scheduled backups; nil where there are none.
    package var backups: BackupSettings?
    /// The folders whose disks must not fill up.
    package var folders: [String] = []
    /// Where mail leaves and comes in.
    package var mail = MailSettings()

    /// The usual settings.
    package init() {}
}

extension SignedInCall {
    /// The call's person as pages need it.
    package var caller: Caller { Caller(actor: actor, means: means, preferences: preferences) }
}

extension Services {
    /// Writes what is only remembered along the way, such as when somebody was here last.
    ///
    /// Where the database cannot be written for now, it is forgotten: pages are read all the same.
    func writeInPassing(_ body: @escaping @Sendable (borrowing Transaction) throws -> Void) async throws {
        do { try await database.write(body) } catch let fault as StorageFault where fault.isTemporary {
            logger.warning("not remembered", metadata: ["error": "\(fault)"])
        }
    }

    /// A page for whoever made the call.
    package func page(_ page: Page, for call: SignedInCall, status: Int = 200) -> WebResponse {
        var page = page
        if page.events == nil, !call.actor.isCustomer, call.actor.may("case.view") {
            page.events = "/notifications/events"
        }
        if page.events != nil { page.mark = live.mark(of: call.request.arrivedAt) }
        page.notice = page.notice ?? call.request.query("done").map(Notice.words)
        if page.notice != nil, let offer = call.request.query("undo"), Notice.isOffer(offer) {
            page.undo = Page.UndoLink(offer: offer, back: Notice.address(of: call.request))
        }
        return .page(
            frame().document(page, for: call.caller, nonce: call.request.nonce), status: .init(code: status))
    }

    /// A page for whoever holds a link and has no account.
    func visitorPage(
        _ title: String, _ main: HTML, _ request: WebRequest, status: HTTPResponse.Status = .ok
    ) -> WebResponse {
        let body: HTML = "<div class=\"card pad visitor\">\(main)</div>"
        return .page(frame().gate(title, body, nonce: request.nonce), status: status)
    }
}

/// What a page says on top after something was done; the address carries only the name.
enum Notice {
    static func words(_ name: String) -> String { known[name] ?? "Done." }

    /// Whether a text can be the name of an offer to take something back.
    static func isOffer(_ text: String) -> Bool {
        text.utf8.count == 36 && text.allSatisfy { $0.isHexDigit || $0 == "-" }
    }

    /// The address of a page without what it says about an act.
    static func address(of request: WebRequest) -> String {
        let query = request.query.filter { !["done", "undo"].contains($0.name) }.map {
            "\($0.name)=\(percentEncoded($0.value))"
        }
        return request.path + (query.isEmpty ? "?" : "?\(query.joined(separator: "&"))&") + "done=undone"
    }

    private static let known = [
        "opened": "The case is open.", "sent": "Sent to the customer.",
        "noted": "The internal note is saved.",
        "tested":
            "The test is on its way. If nothing arrives within a minute, ask an administrator what became of it.",
        "resolved": "The case is resolved.", "reopened": "The case is open again.",
        "closed": "The case is closed.",
        "kept": "Kept as it is.", "shared": "The link is made. Copy it below.",
        "open": "Open to you for an hour. That you read it stands on record.",
        "proposed": "Proposed. It is not in force until those agree who are asked.",
        "agreed": "You agreed.", "proposal_refused": "Refused. It does not come into force.",
        "proposal_withdrawn": "Taken back. It does not come into force.",
        "held":
            "Not sent yet: a second person reads it first. It stands on top of the case until it is sent.",
        "approved": "Approved and sent.",
        "given_back": "Given back to whoever wrote it. Nothing was sent.",
        "offered": "Offered. It stays with its owner until it is accepted.",
        "accepted": "Accepted. You own it now.",
        "returned": "Given back. It stays with whoever offered it.",
        "asked": "Asked. Leads and captains see it until somebody answers.",
        "routed": "Routed.", "triaged": "Triage is complete.", "claimed": "It is yours.",
        "assigned": "The owner is changed.", "saved": "Saved.",
        "linked": "The link is made; both sides show it.",
        "merged": "Merged. The other number leads here from now on.",
        "form_changed": "Saved. The form changed while you filled it in; what changed stands below.",
        "more_questions": "Saved. Your answers bring some more questions; they stand below.",
        "confirmed": "Thank you. We close it, and you can still open it again.", "settled": "Saved.",
        "received": "We have it and will read it now.",
        "unchanged": "Nothing had to change.", "undone": "Taken back. It stands as before.",
        "thanked": "Thank you. We read every answer.",
        "told": "The story tells it now.", "untold": "The story leaves it out; the log keeps it.",
        "discarded": "Thrown away. It can be taken back for two weeks.",
        "let_through": "The message is let through.",
        "released": "The case is back in the queue.", "reset": "The link for a new password is made.",
        "restricted": "The case is restricted. To everybody else it does not exist.",
        "lifted": "The restriction is lifted.",
    ]
}
