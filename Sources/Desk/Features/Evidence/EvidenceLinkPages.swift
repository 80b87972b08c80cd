import Diagnosis
import Domain
import HTTPTypes
import Storage
import Web

/// The pages behind links, for people without an account.
enum EvidenceLinkPages {
    static func routes(_ services: Services) -> [Route] {
        [
            .open(.get, "/give/{token}") { request in try await givePage(request, services) },
            .open(.post, "/give/{token}") { request in try await give(request, services) },
            .open(.put, "/api/v1/give/{token}/{item}") { request in
                try await giveBytes(request, services)
            },
            .open(.get, "/shared/{token}") { request in try await sharedPage(request, services) },
            .open(.post, "/shared/{token}") { request in try await download(request, services) },
        ]
    }

    /// Whoever holds a link is the software's guest: no person, and may do nothing but give.
    private static let visitor = Actor(
        id: Actor.system.id, name: "Link", roles: Actor.system.roles, rights: [GiveEvidence.right])

    /// What a link is refused with, whatever is wrong with it, so that nothing can be learnt from it.
    private static let spent = Refusal(
        .notFound, "link_unknown",
        "This link does not work. It may be incomplete: copy the whole of it, or ask the person who sent it for a new one."
    )

    private static func ended(_ why: String) -> Refusal {
        Refusal(.notFound, "link_ended", "\(why) Ask the person who sent it if you need a new one.")
    }

    /// The case that a link names, and what was asked for and shared in it.
    private static func open(
        _ request: WebRequest, _ purpose: CaseLinks.Purpose, _ services: Services
    ) async throws -> (this: SupportCase, state: CaseEvidence, number: String) {
        let attempts = LinkAttempts(services: services)
        try await attempts.refuseTooMany("address:\(request.address)")
        guard let link = CaseLinks.parse(request.parameter("token"), purpose, services.keys) else {
            try await attempts.recordFailure("address:\(request.address)")
            throw spent
        }
        return try await services.database.read { tx in
            let this = try CaseDirectory.find(link.caseID.raw, for: .system, in: tx)
            return (this, try EvidenceDirectory.state(of: this.id, in: tx), link.number)
        }
    }

    // MARK: Giving

    private static func openRequest(
        _ request: WebRequest, _ services: Services
    ) async throws -> (this: SupportCase, asked: CaseEvidence.Request) {
        let (this, state, number) = try await open(request, .give, services)
        guard let asked = state.requests.first(where: { $0.number == number }) else { throw spent }
        if asked.withdrawnReason != nil { throw ended("This is no longer needed, thank you.") }
        if asked.openCount == 0 { throw ended("Everything that was asked for is here, thank you.") }
        guard asked.isOpen(at: services.clock()) else { throw ended("This link has ended.") }
        return (this, asked)
    }

    private static func givePage(_ request: WebRequest, _ services: Services) async throws -> WebResponse {
        let found: (this: SupportCase, asked: CaseEvidence.Request)
        do {
            found = try await openRequest(request, services)
        } catch let refusal as Refusal where refusal.code == "link_ended" && request.query("done") != nil {
            // The last file was sent by this very page.
            let main: HTML = """
                <h1>Everything is here, thank you</h1><p class="lede">\(services.policy.current.organisation) has what was asked for. You can close this page.</p>
                """
            return services.visitorPage("Received", main, request)
        }
        return givePage(found.asked, request, nil, services)
    }

    private static func givePage(
        _ asked: CaseEvidence.Request, _ request: WebRequest, _ refusal: Refusal?, _ services: Services,
        status: HTTPResponse.Status = .ok
    ) -> WebResponse {
        let house = services.policy.current.organisation
        let now = services.clock()
        let token = request.parameter("token")
        let items = asked.items.map { item -> HTML in
            let key = newIdentifier(at: now)
            let id = "file-\(item.number.replacing(".", with: "-"))"
            let form: HTML =
                item.isOpen
                ? """
                <form class="give" method="post" action="/give/\(token)" enctype="multipart/form-data"><input type="hidden" name="_key" value="\(key)"><input type="hidden" name="item" value="\(item.number)"><label for="\(id)">Your file</label><input class="input" type="file" id="\(id)" name="file" multiple required><button class="btn go">Send</button></form>
                """ : .empty
            return """
                <li><p class="text" dir="auto">\(item.text)</p><p class="dim">\(item.isOpen ? "Not here yet" : item.state == "Received" ? "Received, thank you" : "No longer needed")</p>\(form)</li>
                """
        }
        let problem: HTML =
            refusal.map { "<div class=\"problem\" role=\"alert\"><h2>\($0.message)</h2></div>" } ?? .empty
        let done: HTML =
            request.query("done") == nil || refusal != nil
            ? .empty
            : "<div class=\"notice\" role=\"status\">\(icon("check"))<div>Received. Thank you.</div></div>"
        let main: HTML = """
            <h1>\(house) asks you for files</h1><p class="lede" dir="auto">\(asked.asking.reason)</p>\(done)\(problem)
            <ol class="asked">\(items)</ol>\(EvidenceCasePages.script(asked))
            <p class="dim f13">Only \(house) reads what you send. This page works until \(asked.asking.until.day) \(asked.asking.until.clock) UTC and shows nothing but this. From a terminal: <code>curl -T FILE \(address(of: request, services))/api/v1/give/\(token)/\(asked.items.first { $0.isOpen }?.number ?? "")?name=FILE</code></p>
            """
        return services.visitorPage("Send files", main, request, status: status)
    }

    private static func address(of request: WebRequest, _ services: Services) -> String {
        services.publicURL ?? "\(services.isSecure ? "https" : "http")://\(request.host)"
    }

    private static func give(_ request: WebRequest, _ services: Services) async throws -> WebResponse {
        let (this, asked) = try await openRequest(request, services)
        do {
            let (fields, files) = try await UploadReceiver(services).form(request)
            guard !files.isEmpty else { throw Refusal(field: "file", "missing", "Choose a file first.") }
            let item = try openItem(fields["item"].typed, of: asked)
            let key = fields["_key"].typed
            for (index, file) in files.enumerated() {
                _ = try await keep(
                    file, item: item, in: this, key: key.isEmpty ? nil : "give:\(key)/\(index)", request,
                    services)
            }
        } catch let refusal as Refusal where refusal.reason != .denied && refusal.reason != .limited {
            return givePage(asked, request, refusal, services, status: refusal.reason.status)
        }
        return .seeOther("/give/\(request.parameter("token"))?done=received")
    }

    private static func giveBytes(_ request: WebRequest, _ services: Services) async throws -> WebResponse {
        let (this, asked) = try await openRequest(request, services)
        let item = try openItem(request.parameter("item"), of: asked)
        let file = try await UploadReceiver(services).body(
            request, name: request.query("name") ?? "upload", claimed: request.query("sha256") ?? "")
        let receipt = try await keep(file, item: item, in: this, key: nil, request, services)
        // What staff call it, and no more: the link is for giving alone.
        var answer: JSONObject = ["received": .bool(true)]
        for name in ["name", "sha256", "size"] { answer[name] = receipt.answer[name] ?? .null }
        return .json(.object(answer), status: .created)
    }

    private static func openItem(_ number: String, of asked: CaseEvidence.Request) throws -> String {
        guard let item = asked.items.first(where: { $0.number == number.uppercased() }), item.isOpen else {
            throw Refusal(field: "item", "not_open", "This is not one of the things that are still needed.")
        }
        return item.number
    }

    private static func keep(
        _ file: ReceivedFile, item: String, in this: SupportCase, key: String?, _ request: WebRequest,
        _ services: Services
    ) async throws -> Receipt {
        let fields = RawInput([
            "item": .text(item), "collector": .text("Customer, by link from \(request.address)"),
        ])
        return try await EvidenceUploadPages.add(
            file, fields, to: this, AnyOperation(GiveEvidence.self), as: visitor,
            key: key, request: request.id, services)
    }

    // MARK: Sharing

    private static func openShare(
        _ request: WebRequest, _ services: Services
    ) async throws -> (this: SupportCase, share: CaseEvidence.Share, evidence: Evidence) {
        let (this, state, number) = try await open(request, .shared, services)
        guard let share = state.shares.first(where: { $0.sharing.share == number }) else { throw spent }
        guard share.endedAt == nil else { throw ended("This link was ended.") }
        guard share.isOpen(at: services.clock()) else { throw ended("This link is out of date.") }
        let (found, uses) = try await services.database.read { tx in
            let row = try tx.all(EvidenceQueries.evidence(of: this.id.raw), EvidenceQueries.read)
            let uses = try tx.first(EvidenceQueries.uses(of: number, in: this.id.raw)) { Int($0.integer(0)) }
            return (row.first { $0.number == share.sharing.evidence }, uses ?? 0)
        }
        guard var found, !found.isRemoved else { throw ended("What it led to is no longer here.") }
        // Whoever is not of the house gets texts without what is private.
        if services.policy.current.evidence.showsRedacted(found),
            let copy = try await RedactionDirectory.shown(of: found, downloading: true, services)
        {
            if copy.hash != found.hash { found.name = EvidenceReadPages.nameOfCopy(found) }
            (found.hash, found.size) = (copy.hash, copy.size)
        }
        if let limit = share.sharing.limit, uses >= limit {
            throw ended("This link was used as often as it could be.")
        }
        return (this, share, found)
    }

    private static func sharedPage(
        _ request: WebRequest, _ services: Services
    ) async throws -> WebResponse {
        let (_, share, found) = try await openShare(request, services)
        return sharedPage(share, found, request, nil, services)
    }

    private static func sharedPage(
        _ share: CaseEvidence.Share, _ found: Evidence, _ request: WebRequest, _ refusal: Refusal?,
        _ services: Services
    ) -> WebResponse {
        let house = services.policy.current.organisation
        let needsCode = share.sharing.hasPasscode
        let code: HTML =
            needsCode
            ? """
            <div class="fld"><label for="passcode">Passcode</label><p class="help" id="passcode-h">Eight digits, which came to you another way.</p><input class="input mid" id="passcode" name="passcode" inputmode="numeric" autocomplete="one-time-code" required aria-describedby="passcode-h"></div>
            """ : .empty
        let problem: HTML =
            refusal.map { "<div class=\"problem\" role=\"alert\"><h2>\($0.message)</h2></div>" } ?? .empty
        // Behind a passcode the name is told to nobody without it.
        let what: HTML =
            needsCode
            ? "<p class=\"lede\">A file of \(EvidenceWords.size(found.size)).</p>"
            : "<p class=\"lede\"><b>\(isolated(found.name))</b>, \(EvidenceWords.size(found.size))</p><p class=\"f13 soft\">SHA-256 <code>\(found.hash)</code></p>"
        let limit: HTML =
            share.sharing.limit.map { " It can be downloaded \($0 == 1 ? "once" : "\($0) times")." } ?? .empty
        let main: HTML = """
            <h1>\(house) shares a file with you</h1>\(what)<p class="soft" dir="auto">\(share.sharing.purpose)</p>\(problem)
            <form class="form" method="post" action="/shared/\(request.parameter("token"))">\(code)<div class="btns"><button class="btn go">Download</button></div></form>
            <p class="dim f13">This link works until \(share.sharing.until.day) \(share.sharing.until.clock) UTC.\(limit) Each download stands on record with the time and your network address.</p>
            """
        return services.visitorPage("A file for you", main, request, status: refusal?.reason.status ?? .ok)
    }

    private static func download(_ request: WebRequest, _ services: Services) async throws -> WebResponse {
        let (this, share, found) = try await openShare(request, services)
        let number = share.sharing.share
        if share.sharing.hasPasscode {
            let attempts = LinkAttempts(services: services)
            let source = "share:\(this.id.raw).\(number)"
            try await attempts.refuseTooMany(source, isPasscode: true)
            let typed = try await request.input()["passcode"].typed.filter(\.isNumber)
            guard CaseLinks.isSame(typed, CaseLinks.passcode(this.id, number, services.keys)) else {
                try await attempts.recordFailure(source)
                return sharedPage(
                    share, found, request,
                    Refusal(field: "passcode", "wrong_passcode", "This is not the passcode."), services)
            }
        }
        try await recordUse(of: share, found, request, services)
        let file = try await services.evidence.working { [store = services.evidence] in
            try store.open(found.hash)
        }
        guard let file else { throw ended("What it led to is no longer here.") }
        return EvidenceReadPages.response(file, found, isInline: false, services)
    }

    /// Counts and records a download in one step, so that two at once cannot both be the last.
    private static func recordUse(
        of share: CaseEvidence.Share, _ found: Evidence, _ request: WebRequest, _ services: Services
    ) async throws {
        let now = services.clock()
        let (sharing, address) = (share.sharing, request.address)
        let isLeft = try await services.database.write { [journal = services.journal] tx in
            let uses = try tx.first(EvidenceQueries.uses(of: sharing.share, in: found.caseID.raw)) {
                Int($0.integer(0))
            }
            if let limit = sharing.limit, (uses ?? 0) >= limit { return false }
            var decision = Decision()
            decision.record(
                EvidenceFact.read(
                    way: "share", reason: sharing.purpose, share: sharing.share,
                    visitor: "Visitor from \(address)"),
                on: found.ref)
            _ = try journal.append(decision.entries, by: Actor.system.id, at: now, in: tx)
            return true
        }
        guard isLeft else { throw ended("This link was used as often as it could be.") }
        services.live.wake()
    }
}
