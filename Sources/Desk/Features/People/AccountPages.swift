import Domain
import HTTPTypes
import Storage
import Web

/// One's own account: sessions, password, shortcuts, tokens, and the drafts of what one is typing.
enum AccountPages {
    static func routes(_ accounts: Accounts) -> [Route] {
        let services = accounts.services
        let own = Access.right("account.manage")
        return [
            .signedIn(.get, "/account", own) { call in try await show(call, services) },
            .signedIn(.post, "/account/sessions/{id}/end", own) { call in
                try await accounts.endSession(call.request.parameter("id"), of: call.actor.id, by: call.actor)
                return .seeOther("/account?done=saved")
            },
            .signedIn(.post, "/account/password", own) { call in try await changePassword(call, accounts) },
            .signedIn(.get, "/account/tokens", .right("token.manage")) { call in
                try await tokens(call, services, made: nil, problem: nil)
            },
            .signedIn(.post, "/account/tokens", .right("token.manage")) { call in
                try await makeToken(call, accounts)
            },
            .signedIn(.post, "/account/tokens/{id}/revoke", .right("token.manage")) { call in
                try await accounts.revokeToken(
                    call.request.parameter("id"), of: call.actor.id, by: call.actor)
                return .seeOther("/account/tokens?done=saved")
            },
            .signedIn(.get, "/account/keys", own) { call in KeyPages.show(call, services) },
            .signedIn(.post, "/account/keys", own) { call in try await KeyPages.save(call, services) },
            .signedIn(.put, "/drafts", .signedIn) { call in try await saveDraft(call, services) },
        ]
    }

    private static func saveDraft(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let raw = try await call.request.input()
        let (key, text) = (raw["key"].typed, raw["text"].typed)
        guard !key.isEmpty, key.utf8.count <= 200, text.utf8.count <= 1_000_000,
            !(key + text).utf8.contains(0)
        else {
            throw Refusal(
                .invalid, "bad_draft", "A draft has a key of at most 200 bytes and at most 1 MB of text.")
        }
        try await DraftStore.save(key: key, text: text, of: call.actor, services)
        var response = WebResponse(status: .noContent)
        response.headers[.draftAt] = String(services.clock().microseconds / 1000)
        return response
    }

    // MARK: Account

    private static func show(
        _ call: SignedInCall, _ services: Services, problem refusal: Refusal? = nil, status: Int = 200
    ) async throws -> WebResponse {
        let id = call.actor.id
        let (sessions, person, resetBy) = try await services.database.read { tx in
            let person = try PeopleDirectory.find(id, in: tx)
            let by = person?.secondFactorReset?.by
            return (
                try tx.all(PeopleQueries.sessions(of: id), PeopleQueries.readSession), person,
                try by.map { try PeopleDirectory.names(of: [$0], in: tx)[$0] ?? "an administrator" }
            )
        }
        let now = services.clock()
        let least = services.policy.current.signIn.minimumPasswordLength
        let tokens: HTML =
            call.actor.may("token.manage")
            ? """
            <section class="card" aria-labelledby="s4"><div class="sec"><h2 id="s4">API tokens</h2><div class="btns"><a class="btn small" href="/account/tokens">Manage</a></div></div></section>
            """ : .empty
        let main: HTML = """
            <div class="narrow stack"><h1>Your account</h1>\(resetNotice(person, by: resetBy, now))
            <section class="card" aria-labelledby="s1"><div class="sec"><h2 id="s1">Where you are signed in</h2><span class="dim f13">End what you do not know, then change your password</span></div>\(SessionList.html(sessions, own: call.means, path: "/account/sessions", now: now))</section>
            <section class="card" aria-labelledby="s2"><div class="sec"><h2 id="s2">Password</h2></div>\(problem(refusal))<form class="form pad" method="post" action="/account/password"><div class="fld"><label for="current">Current password</label><input class="input mid" id="current" name="current" type="password" autocomplete="current-password" required></div>
            <div class="fld"><label for="password">New password</label><p class="help" id="password-h">At least \(least) characters. Your other sessions end.</p><input class="input mid" id="password" name="password" type="password" autocomplete="new-password" minlength="\(least)" aria-describedby="password-h" required></div><div class="btns"><button class="btn">Change password</button></div></form></section>
            \(secondFactor(person, now))\(notifications(call))\(shortcuts(call))\(tokens)</div>
            """
        return services.page(Page("Your account", here: "/account", main: main), for: call, status: status)
    }

    private static func resetNotice(_ person: Person?, by name: String?, _ now: Timestamp) -> HTML {
        guard let reset = person?.secondFactorReset, let name else { return .empty }
        return """
            <div class="problem" role="status"><h2>Your second factor was reset</h2><p>\(isolated(name)) took it away \(time(reset.at, now: now)). If you did not ask for that, change your password and tell your administrators. <a href="/account/second_factor">Set up a new one</a></p></div>
            """
    }

    private static func secondFactor(_ person: Person?, _ now: Timestamp) -> HTML {
        let since = person?.secondFactorAt
        let state: HTML = since.map { "In use since \(time($0, now: now))" } ?? "Not set up"
        return """
            <section class="card" aria-labelledby="s5"><div class="sec"><h2 id="s5">Second factor</h2><span class="dim f13">\(state)</span><div class="btns"><a class="btn small" href="/account/second_factor">\(since == nil ? "Set up" : "Manage")</a></div></div></section>
            """
    }

    private static func problem(_ refusal: Refusal?) -> HTML {
        guard let refusal else { return .empty }
        return "<div class=\"problem\" role=\"alert\" tabindex=\"-1\"><h2>\(refusal.message)</h2></div>"
    }

    private static func notifications(_ call: SignedInCall) -> HTML {
        guard call.actor.may("case.view") else { return .empty }
        return """
            <section class="card" aria-labelledby="s6"><div class="sec"><h2 id="s6">Notifications</h2><span class="dim f13">By browser, mail and chat; quiet hours</span><div class="btns"><a class="btn small" href="/account/notifications">Choose</a></div></div></section>
            """
    }

    private static func shortcuts(_ call: SignedInCall) -> HTML {
        guard !call.actor.isCustomer else { return .empty }
        let isOn = call.preferences.usesShortcuts
        return """
            <section class="card" aria-labelledby="s3"><div class="sec"><h2 id="s3">Single-key shortcuts</h2></div><form class="form pad" method="post" action="/account/shortcuts"><fieldset class="fld" id="on"><legend class="sr">Single-key shortcuts</legend><div class="choices across"><label class="choice"><input type="radio" name="on" value="true"\(.flag("checked", isOn))><span><b>On</b><small>j, k, r, n and the others</small></span></label><label class="choice"><input type="radio" name="on" value="false"\(.flag("checked", !isOn))><span><b>Off</b><small>For speech input, or if keys get in the way</small></span></label></div></fieldset><div class="btns"><button class="btn">Save</button><a class="btn bare" href="/account/keys">Choose your own keys</a></div></form></section>
            """
    }

    private static func changePassword(_ call: SignedInCall, _ accounts: Accounts) async throws -> WebResponse
    {
        let raw = try await call.request.input()
        let services = accounts.services
        let id = call.actor.id
        guard let person = try await services.database.read({ tx in try PeopleDirectory.find(id, in: tx) })
        else { throw Refusal.notFound("person") }
        do {
            try await accounts.confirmPassword(
                String(raw["current"].typed.prefix(1024)), of: person, address: call.request.address)
            guard case .session(let session) = call.means else { throw Refusal.notFound("session") }
            try await accounts.setPassword(
                raw["password"].typed, of: person, by: id, keeping: session, byReset: false)
            return .seeOther("/account?done=saved")
        } catch let refusal as Refusal where [.invalid, .limited].contains(refusal.reason) {
            return try await show(
                call, services, problem: refusal, status: Int(refusal.reason.status.code))
        }
    }

    // MARK: Tokens

    private static func makeToken(_ call: SignedInCall, _ accounts: Accounts) async throws -> WebResponse {
        let raw = try await call.request.input()
        let policy = accounts.services.policy.current
        do {
            let name = try Field<String>.line("name", "Name", maxBytes: 100).read(raw["name"], policy).get()
            let rights = call.actor.rights.sorted().map(\.name)
            let scopes = try Field<[String]>.list(
                of: .choice("scopes", "Scopes", from: { _ in rights.map { FieldChoice($0, $0) } })
            ).read(raw["scopes"], policy).get()
            guard !scopes.isEmpty else {
                throw FieldProblems("scopes", "missing", "Choose at least one scope.")
            }
            let secret = try await accounts.makeToken(
                name: name, scopes: scopes, for: ID(call.actor.id), by: call.actor.id)
            return try await tokens(call, accounts.services, made: secret, problem: nil)
        } catch let problems as FieldProblems {
            return try await tokens(
                call, accounts.services, made: nil, typed: raw, problem: Refusal(problems: problems.problems),
                status: 422)
        }
    }

    private static func tokens(
        _ call: SignedInCall, _ services: Services, made: String?, typed: RawInput = RawInput(),
        problem refusal: Refusal?,
        status: Int = 200
    ) async throws -> WebResponse {
        let id = call.actor.id
        let tokens = try await services.database.read { tx in
            try tx.all(PeopleQueries.tokens(of: id), PeopleQueries.readToken)
        }
        let now = services.clock()
        let fresh: HTML =
            made.map {
                """
                <div class="notice" role="status">\(icon("check"))<div><b>Token made.</b> Copy it now: only a digest is kept, and it is not shown again.<div class="secret"><code id="new-token">\($0)</code><button class="btn small" type="button" data-copy="new-token">Copy</button></div></div></div>
                """ as HTML
            } ?? .empty
        let ticked = Set(typed["scopes"].typed.split(separator: "\n").map(String.init))
        let scopes = call.actor.rights.sorted().map {
            """
            <label class="tick"><input type="checkbox" name="scopes" value="\($0.name)"\(.flag("checked", ticked.contains($0.name)))><span>\($0.name)</span></label>
            """ as HTML
        }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/account">Your account</a><span aria-hidden="true">/</span><span>API tokens</span></nav>
            <h1>API tokens</h1><p class="lede">For programs that act for you. A token may do what its scopes say, as long as you may do it yourself.</p>
            \(fresh)\(problem(refusal))
            <div class="stack">\(tokenList(tokens, now))
            <div class="narrow"><div class="sec"><h2 id="nt">New token</h2></div><form class="form" method="post" action="/account/tokens" data-enhance aria-labelledby="nt"><div class="fld"><label for="name">Name</label><p class="help" id="name-h">What it is for.</p><input class="input mid" id="name" name="name" value="\(typed["name"].typed)" aria-describedby="name-h" required></div><fieldset class="fld" id="scopes"><legend>Scopes</legend><div class="choices">\(scopes)</div></fieldset><p class="form-error" data-form-error role="alert"></p><div class="btns"><button class="btn go">Make token</button></div></form></div></div>
            """
        return services.page(Page("API tokens", here: "/account", main: main), for: call, status: status)
    }

    private static func tokenList(_ tokens: [APIToken], _ now: Timestamp) -> HTML {
        guard !tokens.isEmpty else {
            return
                "<div class=\"card\"><div class=\"empty\"><h2>No tokens yet</h2><p>A token lets a script open and read cases as you.</p></div></div>"
        }
        let items = tokens.map { token -> HTML in
            let used: HTML = token.seenAt.map { "last used \(time($0, now: now))" } ?? "never used"
            let end: HTML =
                token.revokedAt == nil
                ? """
                <form method="post" action="/account/tokens/\(token.id)/revoke"><button class="btn small danger">Revoke<span class="sr"> \(token.name)</span></button></form>
                """ : "<span class=\"tag\">Revoked</span>"
            return """
                <li><div>\(token.name)<small>\(token.scopes.isEmpty ? "all rights" : token.scopes.joined(separator: ", ")) · made \(time(token.createdAt, now: now)) · \(used)</small></div>\(end)</li>
                """
        }
        return "<div class=\"card\"><ul class=\"items\">\(items)</ul></div>"
    }
}

/// Sessions as a list, each with the way to end it.
enum SessionList {
    static func html(_ sessions: [Session], own: SignInMeans?, path: String, now: Timestamp) -> HTML {
        guard !sessions.isEmpty else { return "<p class=\"dim pad\">Not signed in anywhere.</p>" }
        let items = sessions.map { session -> HTML in
            let isOwn = own == .session(id: session.id)
            let end: HTML =
                isOwn
                ? "<span class=\"tag act\">This session</span>"
                : """
                <form method="post" action="\(path)/\(session.id)/end"><button class="btn small">End<span class="sr"> session \(device(session))</span></button></form>
                """
            return """
                <li><div>\(device(session))<small>\(session.address) · \(factor(session)) · since \(time(session.createdAt, now: now)) · last seen \(time(session.seenAt, now: now))</small></div>\(end)</li>
                """
        }
        return "<ul class=\"items\">\(items)</ul>"
    }

    private static func factor(_ session: Session) -> String {
        switch session.secondFactor {
        case nil: "password alone"
        case "recovery": "with a recovery code"
        default: "with a second factor"
        }
    }

    private static func device(_ session: Session) -> String {
        let text = session.device
        let browser =
            ["Firefox", "Edg", "Chrome", "Safari", "curl", "python"].first { text.contains($0) }
            .map { $0 == "Edg" ? "Edge" : $0 }
        let system =
            ["Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux"].first { text.contains($0) }
            .map { $0 == "Macintosh" ? "macOS" : $0 }
        guard let browser else { return text.isEmpty ? "Unknown device" : String(text.prefix(60)) }
        return system.map { "\(browser) on \($0)" } ?? browser
    }
}

extension HTTPField.Name {
    static let draftAt: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Draft-At") else {
            preconditionFailure("a constant of the protocol")
        }
        return name
    }()
}
