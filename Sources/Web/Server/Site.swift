import Diagnosis
package import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore

/// What a signed-in person's request is known by, before access is checked.
package struct Caller: Sendable {
    /// Who asks.
    package var actor: Actor
    /// How the person is known.
    package var means: SignInMeans
    /// What the person has chosen for the pages.
    package var preferences: Preferences

    /// A caller with all parts.
    package init(actor: Actor, means: SignInMeans, preferences: Preferences) {
        (self.actor, self.means, self.preferences) = (actor, means, preferences)
    }
}

/// A refusal or fault as a page needs it.
package struct ProblemPage: Sendable {
    /// The status.
    package var status: HTTPResponse.Status
    /// What happened.
    package var title: String
    /// What to do about it.
    package var message: String
    /// Names the request in the log.
    package var requestID: String
    /// Where signing in leads back to, for `unauthenticated`.
    package var isSignInNeeded: Bool
    /// Who asked, if known.
    package var caller: Caller?
    /// The request that failed.
    package var request: WebRequest
    /// The refusal, where it was one.
    package var refusal: Refusal?
    /// What was typed into the form that was sent, where whoever sent it was not signed in any more.
    package var typed: RawInput?
}

/// Everything between the socket and the features: requests, signing in, access, answers, refusals and faults.
///
/// A request passes in this order: identification, the check against cross-site writes, signing in, access, the
/// handler. Whatever is thrown on the way ends in `answer(to:...)`, the one place that turns refusals and faults
/// into pages or problem+json.
package struct Site: Sendable {
    /// The addresses.
    package var routes: [Route]
    /// Finds out whose request it is; nil where nobody is signed in.
    package var identify: @Sendable (WebRequest) async throws -> Caller?
    /// Puts a denial on record: who, what was missing (a right, or the refusal's code), and the request.
    package var recordDenial: @Sendable (Caller, String, WebRequest) async -> Void
    /// Makes the page for a refusal or fault.
    package var problemPage: @Sendable (ProblemPage) -> HTML
    /// Turns what storage throws into a refusal, where the caller can do something about it.
    package var refusal: @Sendable (any Error) -> Refusal?
    /// Where people find the site; decides whether cookies are only sent over TLS.
    package var isSecure: Bool
    /// The proxies whose word is taken for where a request came from.
    package var trustedProxies: Set<String>
    /// The log.
    package var logger: Logger

    /// A site with all parts.
    package init(
        routes: [Route], identify: @escaping @Sendable (WebRequest) async throws -> Caller?,
        recordDenial: @escaping @Sendable (Caller, String, WebRequest) async -> Void,
        problemPage: @escaping @Sendable (ProblemPage) -> HTML,
        refusal: @escaping @Sendable (any Error) -> Refusal?, isSecure: Bool,
        trustedProxies: Set<String> = [], logger: Logger
    ) {
        (self.routes, self.identify, self.recordDenial) = (routes, identify, recordDenial)
        (self.problemPage, self.refusal, self.isSecure, self.logger) = (
            problemPage, refusal, isSecure, logger
        )
        self.trustedProxies = trustedProxies
    }

    /// The routes as Hummingbird takes them.
    package func router() -> Router<SiteContext> {
        let router = Router(context: SiteContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware { UnmatchedMiddleware(site: self) }
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                // In a task of its own, which gives back the memory of its frames at its end: a connection on which a
                // page listens would keep it for hours.
                async let response = self.respond(to: request, context, route)
                return await response
            }
        }
        return router
    }

    func respond(to raw: Request, _ context: SiteContext, _ route: Route) async -> Response {
        let started = ContinuousClock.now
        var request = WebRequest(
            method: raw.method, path: raw.uri.path, host: raw.head.authority ?? "",
            headers: raw.headers, parameters: [:], query: [],
            address: address(of: raw, context), id: Self.newRequestID(), nonce: Self.newNonce(),
            body: raw.body)
        var caller: Caller?
        var response: WebResponse
        do {
            for (name, value) in context.parameters {
                request.parameters[String(name)] = try Self.decoded(value)
            }
            if let query = raw.uri.query { request.query = try Self.queryPairs(query) }
            try refuseCrossSite(request)
            response = try await run(route, request, &caller)
        } catch {
            await recordIfDenied(error, request, caller, route.access)
            response = answer(to: error, request, caller, typed: await typed(error, request))
        }
        Compression.apply(to: &response, for: request, isSecure: isSecure)
        finish(&response, request, caller, started: started, path: route.path)
        let answer = Response(
            status: response.status, headers: response.headers, body: response.body(on: context.eventLoop))
        return raw.method == .head ? answer.createHeadResponse() : answer
    }

    private func run(
        _ route: Route, _ request: WebRequest, _ caller: inout Caller?
    ) async throws -> WebResponse {
        switch route.handler {
        case .open(let handler): return try await handler(request)
        case .signedIn(let handler):
            guard let known = try await identify(request) else {
                throw Refusal(.unauthenticated, "not_signed_in", "Sign in to see this.")
            }
            caller = known
            guard allows(route.access, known.actor) else {
                throw Refusal(
                    .denied, Self.notAllowed,
                    "Your role does not allow this (\(route.access.text)). Ask a lead or an administrator.")
            }
            return try await handler(
                SignedInCall(
                    request: request, actor: known.actor, means: known.means, preferences: known.preferences))
        }
    }

    /// What somebody typed into a form and sent after their session had ended: it must not be lost.
    private func typed(_ error: any Error, _ request: WebRequest) async -> RawInput? {
        // Refused before any handler ran, so the body was not read yet.
        guard let refusal = error as? Refusal, refusal.code == "not_signed_in",
            request.method == .post, !request.wantsJSON,
            request.contentType == "application/x-www-form-urlencoded"
        else { return nil }
        // A form that cannot be read is told as what it is: somebody who is not signed in.
        return try? await request.input()
    }

    private static let notAllowed = "not_allowed"

    /// Every denial of somebody who is known is on record, wherever on the way it was said.
    private func recordIfDenied(
        _ error: any Error, _ request: WebRequest, _ caller: Caller?, _ access: Access
    ) async {
        guard let refusal = error as? Refusal, refusal.reason == .denied else { return }
        var known = caller
        // A forged form is refused before anybody asks whose it is.
        if known == nil { known = try? await identify(request) }
        guard let known else { return }
        await recordDenial(known, refusal.code == Self.notAllowed ? access.text : refusal.code, request)
    }

    /// Where a request came from: the socket's other end or, behind a proxy that is trusted, the last address that
    /// none of them added.
    fileprivate func address(of raw: Request, _ context: SiteContext) -> String {
        clientAddress(
            peer: context.address, forwarded: raw.headers[values: .xForwardedFor], trusted: trustedProxies)
    }

    private func allows(_ access: Access, _ actor: Actor) -> Bool {
        switch access {
        case .everyone, .signedIn: true
        case .right(let right): actor.may(right)
        case .anyRight(let rights): rights.contains(where: actor.may)
        }
    }

    /// Stops writes that another site makes in a signed-in person's browser.
    ///
    /// Fetch Metadata decides where the browser sends it; else the Origin must be ours. Tokens are never sent by
    /// browsers on their own, so requests with one pass, and so does the API, which takes nothing but tokens.
    /// Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, 2025.
    private func refuseCrossSite(_ request: WebRequest) throws(Refusal) {
        guard ![.get, .head, .options].contains(request.method), request.headers[.authorization] == nil,
            !request.path.hasPrefix("/api/")
        else { return }
        let isOurs: Bool
        if let site = request.headers[.secFetchSite] {
            isOurs = site == "same-origin" || site == "none"
        } else if let origin = request.headers[.origin] {
            let host = origin.split(separator: "/").last.map(String.init)
            isOurs = host != nil && host == request.host
        } else {
            isOurs = false
        }
        guard isOurs else {
            throw Refusal(
                .denied, "cross_site",
                "This request did not come from a page of this site, so nothing was done. Open the page and send it again."
            )
        }
    }

    /// The one place where refusals and faults become answers.
    func answer(
        to error: any Error, _ request: WebRequest, _ caller: Caller?, typed: RawInput? = nil
    ) -> WebResponse {
        let refusal = error as? Refusal ?? self.refusal(error)
        var response: WebResponse
        if let refusal {
            if !(error is Refusal) {
                // People read what they can do; what the machine said is for whoever operates it.
                logger.error(
                    "storage",
                    metadata: ["request": "\(request.id)", "error": "\(String(reflecting: error))"])
            }
            logger.debug(
                "refused",
                metadata: [
                    "request": "\(request.id)", "code": "\(refusal.code)", "path": "\(request.loggedPath)",
                ])
            response = rendered(refusal, request, caller, typed: typed)
            if let seconds = refusal.retryAfter { response.headers[.retryAfter] = String(seconds) }
            if refusal.reason == .unauthenticated, request.wantsJSON {
                response.headers[.wwwAuthenticate] = "Bearer"
            }
        } else {
            logger.error(
                "fault",
                metadata: [
                    "request": "\(request.id)", "path": "\(request.loggedPath)",
                    "error": "\(String(reflecting: error).replacing("\n", with: " "))",
                ])
            let fault = Refusal(
                .unavailable, "internal_error",
                "Something went wrong on our side. It is in the log under request \(request.id). "
                    + "Nothing that was confirmed to you is lost; try again, and tell your administrator if it stays."
            )
            response = rendered(
                fault, request, caller, status: .internalServerError, title: "Something broke")
        }
        return response
    }

    private func rendered(
        _ refusal: Refusal, _ request: WebRequest, _ caller: Caller?, status: HTTPResponse.Status? = nil,
        title: String? = nil, typed: RawInput? = nil
    ) -> WebResponse {
        let status = status ?? refusal.reason.status
        if request.wantsJSON {
            var json = refusal.problemJSON(requestID: request.id)
            if var object = json.object {
                object["status"] = .integer(Int64(status.code))
                if let title { object["title"] = .string(title) }
                json = .object(object)
            }
            return .json(json, status: status, type: "application/problem+json")
        }
        if refusal.reason == .unauthenticated, request.method == .get {
            return .seeOther(LocalPath(stringLiteral: "/sign-in?next=\(percentEncoded(request.path))"))
        }
        return .page(
            problemPage(
                ProblemPage(
                    status: status, title: title ?? refusal.reason.title, message: refusal.message,
                    requestID: request.id, isSignInNeeded: refusal.reason == .unauthenticated, caller: caller,
                    request: request, refusal: refusal, typed: typed)),
            status: status)
    }

    /// Adds what every answer has, and logs the request.
    func finish(
        _ response: inout WebResponse, _ request: WebRequest, _ caller: Caller?,
        started: ContinuousClock.Instant, path: String
    ) {
        // A script that sent the form follows by itself, so that the next page is loaded once.
        if response.status == .seeOther, request.headers[.enhance] == "1",
            let path = response.headers[.location]
        {
            response.status = .ok
            response.headers[.location] = nil
            response.headers[.followLocation] = path
        }
        response.headers[.requestID] = request.id
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = Self.contentPolicy(nonce: request.nonce)
        }
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.crossOriginOpener] = "same-origin"
        response.headers[.crossOriginResource] = "same-origin"
        response.headers[.permissionsPolicy] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()"
        if isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        guard logger.logLevel <= .info else { return }
        let milliseconds =
            Double((ContinuousClock.now - started).components.attoseconds / 1_000_000_000_000) / 1000
        logger.info(
            "request",
            metadata: [
                "request": "\(request.id)", "method": "\(request.method)", "path": "\(path)",
                "status": "\(response.status.code)", "ms": "\(milliseconds)",
                "actor": "\(caller?.actor.id ?? "-")",
            ])
    }

    /// The script that carries the nonce of this answer is the only one that runs; inline style does not exist.
    private static func contentPolicy(nonce: String) -> String {
        "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            + "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; "
            + "trusted-types thirdline"
    }

    static func newNonce() -> String { newRequestID() + newRequestID() }

    static func newRequestID() -> String {
        let number = UInt64.random(in: .min ... .max)
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func queryPairs(_ query: String) throws(Refusal) -> [(name: String, value: String)] {
        let pairs = try WebRequest.formPairs(Array(query.utf8)[...])
        for (name, value) in pairs where name.utf8.contains(0) || value.utf8.contains(0) {
            throw Refusal(
                field: name.replacing("\0", with: ""), "nul",
                "The address holds a NUL character, with which nothing can be found.")
        }
        return pairs
    }

    private static func decoded(_ value: Substring) throws(Refusal) -> String {
        guard let text = validText(percentDecoded(Array(value.utf8)[...], plusIsSpace: false)[...]),
            !text.utf8.contains(0)
        else { throw Refusal.notFound("page") }
        return text
    }
}

/// Answers what no route matches.
private struct UnmatchedMiddleware: RouterMiddleware {
    let site: Site

    func handle(
        _ raw: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(raw, context)
        } catch {
            let request = WebRequest(
                method: raw.method, path: raw.uri.path, host: raw.head.authority ?? "",
                headers: raw.headers, parameters: [:], query: [],
                address: site.address(of: raw, context), id: Site.newRequestID(), nonce: Site.newNonce(),
                body: raw.body)
            let started = ContinuousClock.now
            let others = methods(at: raw.uri.path)
            let isUnmatched = (error as? HTTPError)?.status == .notFound
            var problem: any Error = error
            if isUnmatched {
                problem =
                    others.isEmpty
                    ? Refusal(.notFound, "not_found", "There is nothing at this address.")
                    : Refusal(
                        .wrongMethod, "method_not_allowed",
                        "This address takes \(others.map(\.rawValue).joined(separator: ", ")), not \(raw.method.rawValue)."
                    )
            }
            let caller = try? await site.identify(request)  // only decides how the page looks
            var response = site.answer(to: problem, request, caller)
            if !others.isEmpty { response.headers[.allow] = others.map(\.rawValue).joined(separator: ", ") }
            site.finish(&response, request, caller, started: started, path: "(none)")
            return Response(status: response.status, headers: response.headers, body: response.body)
        }
    }

    private func methods(at path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        let methods = site.routes.filter { route in
            let pattern = route.path.split(separator: "/")
            return pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.map(\.method)
        return Array(Set(methods)).sorted { $0.rawValue < $1.rawValue }
    }
}

/// What Hummingbird carries along with a request.
package struct SiteContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Where the request came from.
    package var address: String
    /// The event loop of its connection.
    package var eventLoop: any EventLoop

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "unknown"
        eventLoop = source.channel.eventLoop
    }
}

extension SiteContext {
    fileprivate var parameters: [(Substring, Substring)] { coreContext.parameters.map { ($0.key, $0.value) } }
}

extension HTTPField.Name {
    // These names are constants of the protocol; each is a valid token.
    static let xForwardedFor = name("X-Forwarded-For")
    static let secFetchSite = name("Sec-Fetch-Site")
    static let requestID = name("X-Request-Id")
    static let enhance = name("X-Enhance")
    static let followLocation = name("X-Location")
    static let referrerPolicy = name("Referrer-Policy")
    static let crossOriginOpener = name("Cross-Origin-Opener-Policy")
    static let crossOriginResource = name("Cross-Origin-Resource-Policy")
    static let permissionsPolicy = name("Permissions-Policy")
    /// Names a write, so that sending it again does nothing twice.
    package static let idempotencyKey = name("Idempotency-Key")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("“\(text)” is no header name") }
        return name
    }
}
