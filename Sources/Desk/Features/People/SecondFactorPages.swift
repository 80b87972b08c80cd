import Domain
import HTTPTypes
import Storage
import Web

/// The second step of signing in, and the page of one's own second factor.
enum SecondFactorPages {
    static func routes(_ accounts: Accounts) -> [Route] {
        let own = Access.right("account.manage")
        return [
            .open(.get, "/sign-in/code") { request in
                guard let (_, person) = try await waiting(request, accounts, toEnrol: false) else {
                    return tooLate(request)
                }
                return .page(codePage(request, accounts.services, person, problem: nil))
            },
            .open(.post, "/sign-in/code") { request in try await submitCode(request, accounts) },
            .open(.get, "/sign-in/second_factor") { request in
                guard let (_, person) = try await waiting(request, accounts, toEnrol: true) else {
                    return tooLate(request)
                }
                return .page(
                    enrolPage(
                        request, accounts.services, person, try accounts.offer("", for: person), problem: nil)
                )
            },
            .open(.post, "/sign-in/second_factor") { request in try await submitEnrolment(request, accounts)
            },
            .signedIn(.get, "/account/second_factor", own) { call in try await show(call, accounts) },
            .signedIn(.post, "/account/second_factor", own) { call in try await setUp(call, accounts) },
            .signedIn(.post, "/account/second_factor/recovery_codes", own) { call in
                try await renewCodes(call, accounts)
            },
            .signedIn(.post, "/account/second_factor/switch_off", own) { call in
                try await switchOff(call, accounts)
            },
        ]
    }

    // MARK: Signing in

    /// Sets the cookie of a sign-in that waits, and leads to its next step.
    static func begin(
        _ secret: String, mustEnrol: Bool, next: String, _ accounts: Accounts
    ) -> WebResponse {
        let path: LocalPath = "/sign-in/\(mustEnrol ? "second_factor" : "code")\(nextQuery(next))"
        return .seeOther(path).settingCookie(
            accounts.pendingCookieName, secret, maxAge: Int(Accounts.pendingSeconds),
            isSecure: accounts.services.isSecure)
    }

    private static func nextQuery(_ next: String) -> String {
        next.isEmpty ? "" : "?next=\(percentEncoded(next))"
    }

    private static func waiting(
        _ request: WebRequest, _ accounts: Accounts, toEnrol: Bool
    ) async throws -> (secret: String, person: Person)? {
        let secret = request.cookie(accounts.pendingCookieName)
        guard let secret, let found = try await accounts.pending(secret), found.mustEnrol == toEnrol else {
            return nil
        }
        return (secret, found.person)
    }

    private static func tooLate(_ request: WebRequest) -> WebResponse {
        let next = request.query("next") ?? ""
        return .seeOther("/sign-in?late=1\(next.isEmpty ? "" : "&next=\(percentEncoded(next))")")
    }

    private static func submitCode(_ request: WebRequest, _ accounts: Accounts) async throws -> WebResponse {
        guard let (secret, person) = try await waiting(request, accounts, toEnrol: false) else {
            return tooLate(request)
        }
        let raw = try await request.input()
        do {
            let session = try await accounts.finishSignIn(
                secret, person: person, code: String(raw["code"].typed.prefix(100)), address: request.address,
                device: request.headers[.userAgent] ?? "unknown")
            return SignInPages.signedIn(person, session, next: raw["next"].typed, accounts)
                .settingCookie(
                    accounts.pendingCookieName, "", maxAge: 0, isSecure: accounts.services.isSecure)
        } catch let refusal as Refusal where refusal.code == Accounts.pendingIsOver.code {
            return tooLate(request)
        } catch let refusal as Refusal {
            return answer(refusal, codePage(request, accounts.services, person, problem: refusal))
        }
    }

    private static func submitEnrolment(_ request: WebRequest, _ accounts: Accounts) async throws
        -> WebResponse
    {
        guard let (pending, person) = try await waiting(request, accounts, toEnrol: true) else {
            return tooLate(request)
        }
        let services = accounts.services
        let raw = try await request.input()
        let offer = try accounts.offer(raw["offer_secret"].typed, for: person)
        do {
            let (secret, codes) = try await accounts.setUpSecondFactor(
                offer, code: raw["code"].typed, pending: pending, person: person, address: request.address,
                device: request.headers[.userAgent] ?? "unknown")
            let next = LocalPath(untrusted: raw["next"].typed) ?? SignInPages.home(of: person)
            let main: HTML = """
                <div class="card wide"><h1>Second factor set up</h1>\(recoveryCodes(codes))<a class="btn go" href="\(next.text)">I keep them safe, continue</a></div>
                """
            return WebResponse.page(SignInPages.gate(request, services, "Recovery codes", main))
                .settingCookie(
                    accounts.cookieName, secret, maxAge: services.policy.current.signIn.sessionHours * 3600,
                    isSecure: services.isSecure
                ).settingCookie(accounts.pendingCookieName, "", maxAge: 0, isSecure: services.isSecure)
        } catch let refusal as Refusal where refusal.code == Accounts.pendingIsOver.code {
            return tooLate(request)
        } catch let refusal as Refusal {
            return answer(refusal, enrolPage(request, services, person, offer, problem: refusal))
        }
    }

    private static func answer(_ refusal: Refusal, _ page: HTML) -> WebResponse {
        var response = WebResponse.page(page, status: refusal.reason.status)
        if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    private static func codePage(
        _ request: WebRequest, _ services: Services, _ person: Person, problem refusal: Refusal?
    ) -> HTML {
        let next = request.query("next") ?? ""
        let main: HTML = """
            <div class="card"><h1>Code of your app</h1><p class="soft f13">\(person.name), open your authenticator app and type the six digits that it shows for \(services.policy.current.organisation).</p>
            \(SignInPages.problem(refusal))
            <form class="form" method="post" action="/sign-in/code\(nextQuery(next))">\(codeField("Code", help: "Or one of your recovery codes.", takesFocus: true))
            <input type="hidden" name="next" value="\(next)"><button class="btn go">Sign in</button></form></div>
            <p>App and recovery codes lost? An administrator can reset your second factor.</p>
            """
        return SignInPages.gate(request, services, "Code of your app", main)
    }

    private static func enrolPage(
        _ request: WebRequest, _ services: Services, _ person: Person, _ offer: Accounts.Offer,
        problem refusal: Refusal?
    ) -> HTML {
        let next = request.query("next") ?? ""
        let main: HTML = """
            <div class="card wide"><h1>Set up a second factor</h1><p class="soft f13">Your role signs in with a code of an app beside the password. It takes a minute, and you need your phone.</p>
            \(SignInPages.problem(refusal))
            <form class="form" method="post" action="/sign-in/second_factor\(nextQuery(next))">\(steps(offer, person, services))
            <input type="hidden" name="next" value="\(next)"><button class="btn go">Set up and sign in</button></form></div>
            """
        return SignInPages.gate(request, services, "Set up a second factor", main)
    }

    // MARK: Parts

    private static func codeField(_ label: String, help: String, takesFocus: Bool = false) -> HTML {
        """
        <div class="fld"><label for="code">\(label)</label><p class="help" id="code-h">\(help)</p><input class="input mid" id="code" name="code" inputmode="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40" aria-describedby="code-h" required\(.flag("autofocus", takesFocus))></div>
        """
    }

    /// The QR code, the key as text, and the field for the first code.
    private static func steps(_ offer: Accounts.Offer, _ person: Person, _ services: Services) -> HTML {
        let address = OneTimeCode.address(
            offer.secret, issuer: services.policy.current.organisation, account: person.email ?? person.name)
        let key = SecondFactor.base32(offer.secret)
        let code: HTML = QRCode(address)?.svg(label: "QR code with the key for your app") ?? .empty
        return """
            <ol class="steps"><li><p>Scan this with an authenticator app, such as the one of your phone or password manager.</p>\(code)<p>No camera? Type this key into the app instead:</p><div class="secret"><code id="key">\(grouped(key))</code><button class="btn small" type="button" data-copy="key">Copy</button></div></li>
            <li>\(codeField("Code that the app shows", help: "Six digits. They change every 30 seconds."))</li></ol><input type="hidden" name="offer_secret" value="\(offer.carried)">
            """
    }

    private static func grouped(_ key: String) -> String {
        stride(from: 0, to: key.count, by: 4).map { start in
            String(key.dropFirst(start).prefix(4))
        }.joined(separator: " ")
    }

    private static func recoveryCodes(_ codes: [String]) -> HTML {
        let items = codes.map { "<li><code>\($0)</code></li>\n" as HTML }
        return """
            <p>These are your <b>recovery codes</b>. Each one signs you in once, if the app is lost. Print them, or keep them in a password manager; they are not shown again.</p><ol class="recovery" id="recovery">\(items)</ol><div class="btns"><button class="btn small" type="button" data-copy="recovery">Copy all</button></div>
            """
    }

    // MARK: The page of one's own

    private static func person(_ call: SignedInCall, _ accounts: Accounts) async throws -> Person {
        let id = call.actor.id
        let person = try await accounts.services.database.read { tx in try PeopleDirectory.find(id, in: tx) }
        guard let person else { throw Refusal.notFound("person") }
        return person
    }

    private static func session(_ call: SignedInCall) throws(Refusal) -> String {
        guard case .session(let id) = call.means else {
            throw Refusal(
                .denied, "browser_needed", "A second factor is changed in a browser, not by a token.")
        }
        return id
    }

    private static func show(
        _ call: SignedInCall, _ accounts: Accounts, offer: Accounts.Offer? = nil,
        problem refusal: Refusal? = nil, top: HTML = .empty
    ) async throws -> WebResponse {
        let services = accounts.services
        let person = try await person(call, accounts)
        let offer = try offer ?? accounts.offer("", for: person)
        let parts: HTML =
            if let since = person.secondFactorAt {
                """
                \(state(since, left: try await accounts.recoveryCodesLeft(of: person), person, services))
                \(setUpCard("Move it to another app", offer, person, services, proof: currentCodeField, isFolded: refusal == nil))
                """
            } else { setUpCard("Set it up", offer, person, services, proof: passwordField) }
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/account">Your account</a><span aria-hidden="true">/</span><span>Second factor</span></nav>
            <div class="narrow stack"><div><h1>Second factor</h1><p class="lede">A code of an app on your phone beside the password, so that a stolen password alone opens nothing.</p></div>
            \(top)\(SignInPages.problem(refusal))\(parts)</div>
            """
        var response = services.page(
            Page("Second factor", here: "/account", main: main), for: call,
            status: refusal.map { Int($0.reason.status.code) } ?? 200)
        if let seconds = refusal?.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    private static let passwordField: HTML = """
        <li><div class="fld"><label for="current">Current password</label><input class="input mid" id="current" name="current" type="password" autocomplete="current-password" required></div></li>
        """

    private static let currentCodeField: HTML = """
        <li><div class="fld"><label for="current_code">Code of the app that you use now</label><p class="help" id="current_code-h">Or one of your recovery codes.</p><input class="input mid" id="current_code" name="current_code" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="40" aria-describedby="current_code-h" required></div></li>
        """

    /// - Parameter isFolded: whether the form waits behind a line, since most who come want something else.
    private static func setUpCard(
        _ title: String, _ offer: Accounts.Offer, _ person: Person, _ services: Services, proof: HTML,
        isFolded: Bool = false
    ) -> HTML {
        let form: HTML = """
            <form class="form pad" method="post" action="/account/second_factor">\(steps(offer, person, services))<ol class="steps" start="3">\(proof)</ol><p class="dim f13">Your other sessions end, and you get new recovery codes.</p><div class="btns"><button class="btn go">Set up</button></div></form>
            """
        let body: HTML =
            isFolded
            ? "<details id=\"sf-move\"><summary class=\"pad\">Show the QR code for the new app</summary>\(form)</details>"
            : form
        return """
            <section class="card" aria-labelledby="sf-new"><div class="sec"><h2 id="sf-new">\(title)</h2></div>\(body)</section>
            """
    }

    private static func state(_ since: Timestamp, left: Int, _ person: Person, _ services: Services) -> HTML {
        let isRequired = services.policy.current.requiresSecondFactor(person.roles)
        let off: HTML =
            isRequired
            ? .empty
            : "<button class=\"btn danger\" formaction=\"/account/second_factor/switch_off\">Switch off</button>"
        let low: HTML =
            left < 4 ? "<p class=\"warn\">Few recovery codes are left. Make new ones.</p>" : .empty
        return """
            <section class="card" aria-labelledby="sf-on"><div class="sec"><h2 id="sf-on">In use</h2><span class="dim f13">since \(time(since, now: services.clock())), \(left == 1 ? "1 recovery code" : "\(left) recovery codes") left\(isRequired ? ", required by your role" : "")</span></div><form class="form pad" method="post" action="/account/second_factor/recovery_codes">\(low)<div class="fld"><label for="proof">Code of your app</label><p class="help" id="proof-h">Or a recovery code. New recovery codes void those that you have.</p><input class="input mid" id="proof" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40" aria-describedby="proof-h" required></div><div class="btns"><button class="btn">Make new recovery codes</button>\(off)</div></form></section>
            """
    }

    private static func setUp(_ call: SignedInCall, _ accounts: Accounts) async throws -> WebResponse {
        let raw = try await call.request.input()
        let person = try await person(call, accounts)
        let session = try session(call)
        let offer = try accounts.offer(raw["offer_secret"].typed, for: person)
        do {
            let hasOne = person.secondFactorAt != nil
            if !hasOne {
                try await accounts.confirmPassword(
                    String(raw["current"].typed.prefix(1024)), of: person, address: call.request.address)
            }
            let codes = try await accounts.setUpSecondFactor(
                offer, code: raw["code"].typed, current: hasOne ? raw["current_code"].typed : nil, of: person,
                session: session, address: call.request.address)
            return try await show(call, accounts, top: done("Second factor set up.", codes))
        } catch let refusal as Refusal where Self.isShown(refusal) {
            return try await show(call, accounts, offer: offer, problem: refusal)
        }
    }

    private static func done(_ words: String, _ codes: [String]) -> HTML {
        """
        <div class="notice" role="status">\(icon("check"))<div><b>\(words)</b> \(recoveryCodes(codes))</div></div>
        """
    }

    private static func renewCodes(_ call: SignedInCall, _ accounts: Accounts) async throws -> WebResponse {
        let raw = try await call.request.input()
        _ = try session(call)
        do {
            let codes = try await accounts.renewRecoveryCodes(
                code: raw["code"].typed, of: try await person(call, accounts), address: call.request.address)
            return try await show(call, accounts, top: done("New recovery codes made.", codes))
        } catch let refusal as Refusal where Self.isShown(refusal) {
            return try await show(call, accounts, problem: refusal)
        }
    }

    private static func switchOff(_ call: SignedInCall, _ accounts: Accounts) async throws -> WebResponse {
        let raw = try await call.request.input()
        do {
            try await accounts.removeSecondFactor(
                code: raw["code"].typed, of: try await person(call, accounts), session: try session(call),
                address: call.request.address)
            return .seeOther("/account?done=saved")
        } catch let refusal as Refusal where Self.isShown(refusal) {
            return try await show(call, accounts, problem: refusal)
        }
    }

    private static func isShown(_ refusal: Refusal) -> Bool {
        [.invalid, .limited, .conflict].contains(refusal.reason)
            || refusal.code == "second_factor_unreadable"
    }
}
