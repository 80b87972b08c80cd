import Domain
import HTTPTypes
import Web

/// Signing in and out, the first administrator, and the link for a new password.
enum SignInPages {
    static func routes(_ accounts: Accounts) -> [Route] {
        let services = accounts.services
        return [
            .open(.get, "/sign-in") { request in
                .page(signIn(request, services, email: "", problem: nil))
            },
            .open(.post, "/sign-in") { request in try await submitSignIn(request, accounts) },
            .signedIn(.post, "/sign-out", .signedIn) { call in
                if case .session(let id) = call.means {
                    try await accounts.endSession(id, of: call.actor.id, by: call.actor)
                }
                return WebResponse.seeOther("/sign-in").settingCookie(
                    accounts.cookieName, "", maxAge: 0, isSecure: services.isSecure)
            },
            .open(.get, "/setup/{secret}") { request in
                guard try await accounts.link(request.parameter("secret"), purpose: "setup").works else {
                    throw Accounts.spentLink
                }
                return .page(setup(request, services, typed: RawInput(), problem: nil))
            },
            .open(.post, "/setup/{secret}") { request in try await submitSetup(request, accounts) },
            .open(.get, "/password/{secret}") { request in
                let link = try await accounts.link(request.parameter("secret"), purpose: "password")
                guard link.works, let person = link.person else { throw Accounts.spentLink }
                return .page(newPassword(request, services, person: person, problem: nil))
            },
            .open(.post, "/password/{secret}") { request in try await submitPassword(request, accounts) },
        ]
    }

    // MARK: Signing in

    private static func submitSignIn(_ request: WebRequest, _ accounts: Accounts) async throws -> WebResponse
    {
        let raw = try await request.input()
        let email = raw["email"].typed
        do {
            let outcome = try await accounts.signIn(
                email: String(email.prefix(300)), password: String(raw["password"].typed.prefix(1024)),
                address: request.address, device: request.headers[.userAgent] ?? "unknown")
            switch outcome {
            case .session(let secret, let person):
                return signedIn(person, secret, next: raw["next"].typed, accounts)
            case .pending(let secret, let mustEnrol):
                return SecondFactorPages.begin(
                    secret, mustEnrol: mustEnrol, next: raw["next"].typed, accounts)
            }
        } catch let refusal as Refusal where !request.wantsJSON {
            var response = WebResponse.page(
                signIn(request, accounts.services, email: email, problem: refusal),
                status: refusal.reason.status)
            if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        }
    }

    /// Where a day begins for somebody.
    static func home(of person: Person) -> LocalPath { person.isCustomer ? "/portal" : "/home" }

    /// Leads somebody who is signed in now to where they wanted, with the cookie of their session.
    static func signedIn(
        _ person: Person, _ secret: String, next: String, _ accounts: Accounts
    ) -> WebResponse {
        let next = LocalPath(untrusted: next) ?? home(of: person)
        let hours = accounts.services.policy.current.signIn.sessionHours
        return WebResponse.seeOther(next).settingCookie(
            accounts.cookieName, secret, maxAge: hours * 3600, isSecure: accounts.services.isSecure)
    }

    static func problem(_ refusal: Refusal?) -> HTML {
        guard let refusal else { return .empty }
        return "<div class=\"problem\" role=\"alert\" tabindex=\"-1\"><h2>\(refusal.message)</h2></div>"
    }

    private static func signIn(
        _ request: WebRequest, _ services: Services, email: String, problem refusal: Refusal?
    ) -> HTML {
        let next = request.query("next") ?? ""
        let main: HTML = """
            <div class="card"><h1>Sign in</h1><p class="soft f13">\(services.policy.current.organisation)</p>
            \(problem(refusal ?? (request.query("late") == nil ? nil : Accounts.pendingIsOver)))
            <form class="form" method="post" action="/sign-in\(next.isEmpty ? "" : "?next=\(percentEncoded(next))")"><div class="fld"><label for="email">E-mail address</label><input class="input" id="email" name="email" type="email" value="\(email)" autocomplete="username" required\(.flag("autofocus", email.isEmpty))></div>
            <div class="fld"><label for="password">Password</label><input class="input" id="password" name="password" type="password" autocomplete="current-password" required\(.flag("autofocus", !email.isEmpty))></div>
            <input type="hidden" name="next" value="\(next)"><button class="btn go">Sign in</button></form></div>
            <p>Password lost? An administrator gives you a link to set a new one.</p>
            """
        return gate(request, services, "Sign in", main)
    }

    static func gate(_ request: WebRequest, _ services: Services, _ title: String, _ main: HTML)
        -> HTML
    {
        let theme = request.cookie("theme").flatMap { ["light", "dark"].contains($0) ? $0 : nil }
        return services.frame().gate(
            title, main, nonce: request.nonce, preferences: Preferences(theme: theme))
    }

    // MARK: First administrator

    private static func submitSetup(_ request: WebRequest, _ accounts: Accounts) async throws -> WebResponse {
        let raw = try await request.input()
        do {
            let name = try Field<String>.line("name", "Your name", maxBytes: 120)
                .read(raw["name"], accounts.services.policy.current).get()
            try await accounts.setUp(
                secret: request.parameter("secret"), name: name, email: raw["email"].typed,
                password: raw["password"].typed)
            return .seeOther("/sign-in?next=%2Fcases")
        } catch let problems as FieldProblems {
            return .page(
                setup(request, accounts.services, typed: raw, problem: Refusal(problems: problems.problems)),
                status: .unprocessableContent)
        } catch let refusal as Refusal where refusal.reason == .invalid {
            return .page(
                setup(request, accounts.services, typed: raw, problem: refusal), status: .unprocessableContent
            )
        }
    }

    private static func setup(
        _ request: WebRequest, _ services: Services, typed: RawInput, problem refusal: Refusal?
    ) -> HTML {
        let least = services.policy.current.signIn.minimumPasswordLength
        let main: HTML = """
            <div class="card wide"><h1>Welcome. Who runs this?</h1><p class="soft f13">The first administrator adds people, organisations and the policy. This link works once.</p>
            \(problem(refusal))
            <form class="form" method="post" action="\(request.path)"><div class="fld"><label for="name">Your name</label><input class="input" id="name" name="name" value="\(typed["name"].typed)" autocomplete="name" required></div>
            <div class="fld"><label for="email">E-mail address</label><p class="help" id="email-h">You sign in with it.</p><input class="input" id="email" name="email" type="email" value="\(typed["email"].typed)" autocomplete="username" aria-describedby="email-h" required></div>
            \(passwordField(least))<button class="btn go">Create administrator</button></form></div>
            <p>Nobody else can open this page: the link was printed in the terminal of the server.</p>
            """
        return gate(request, services, "First administrator", main)
    }

    private static func passwordField(_ least: Int) -> HTML {
        """
        <div class="fld"><label for="password">Password</label><p class="help" id="password-h">At least \(least) characters. A few words are better than symbols.</p><input class="input" id="password" name="password" type="password" autocomplete="new-password" minlength="\(least)" aria-describedby="password-h" required></div>
        """
    }

    // MARK: New password

    private static func submitPassword(_ request: WebRequest, _ accounts: Accounts) async throws
        -> WebResponse
    {
        let link = try await accounts.link(request.parameter("secret"), purpose: "password")
        guard link.works, let person = link.person else { throw Accounts.spentLink }
        let raw = try await request.input()
        do {
            try await accounts.setPassword(raw["password"].typed, withLink: request.parameter("secret"))
            return .seeOther("/sign-in")
        } catch let refusal as Refusal where refusal.reason == .invalid {
            return .page(
                newPassword(request, accounts.services, person: person, problem: refusal),
                status: .unprocessableContent)
        }
    }

    private static func newPassword(
        _ request: WebRequest, _ services: Services, person: Person, problem refusal: Refusal?
    ) -> HTML {
        let main: HTML = """
            <div class="card"><h1>New password for \(person.name)</h1><p class="soft f13">All your sessions end. This link works once.</p>
            \(problem(refusal))
            <form class="form" method="post" action="\(request.path)">\(passwordField(services.policy.current.signIn.minimumPasswordLength))<button class="btn go">Set password</button></form></div>
            """
        return gate(request, services, "New password", main)
    }
}
