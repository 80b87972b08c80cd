package import Domain
package import HTTPTypes

/// A signed-in person's request.
///
/// A handler that takes one cannot be reached by anybody else.
package struct SignedInCall: Sendable {
    /// The request.
    package var request: WebRequest
    /// Who asks.
    package var actor: Actor
    /// How the person is known.
    package var means: SignInMeans
    /// What the page around the content needs to know of the person.
    package var preferences: Preferences

    /// A call with all parts.
    package init(request: WebRequest, actor: Actor, means: SignInMeans, preferences: Preferences) {
        (self.request, self.actor, self.means, self.preferences) = (request, actor, means, preferences)
    }
}

/// How a request proves whose it is.
package enum SignInMeans: Hashable, Sendable {
    /// A browser's session.
    case session(id: String)
    /// An API token.
    case token(id: String)
}

/// What a person has chosen for the pages.
package struct Preferences: Hashable, Sendable {
    /// "light", "dark", or nil for what the device says.
    package var theme: String?
    /// Whether single keys act.
    package var usesShortcuts: Bool
    /// Single keys of their own.
    package var keys: [String: String]
    /// In how many cases there is news that the person has not read.
    package var unread: Int

    /// The usual preferences.
    package init(
        theme: String? = nil, usesShortcuts: Bool = true, keys: [String: String] = [:], unread: Int = 0
    ) {
        (self.theme, self.usesShortcuts, self.keys) = (theme, usesShortcuts, keys)
        self.unread = unread
    }
}

/// Who may call a route.
package enum Access: Hashable, Sendable {
    /// Anybody, signed in or not.
    case everyone
    /// Anybody who is signed in.
    case signedIn
    /// People whose roles allow it.
    case right(Right)
    /// People whose roles allow one of these.
    case anyRight([Right])

    /// The access as `thirdline routes` prints it.
    package var text: String {
        switch self {
        case .everyone: "everyone"
        case .signedIn: "signed in"
        case .right(let right): right.name
        case .anyRight(let rights): rights.map(\.name).joined(separator: " or ")
        }
    }
}

/// One address of the site: method, path, who may call it, and what answers.
package struct Route: Sendable {
    /// What answers.
    package enum Handler: Sendable {
        /// For everyone.
        case open(@Sendable (WebRequest) async throws -> WebResponse)
        /// For signed-in people.
        case signedIn(@Sendable (SignedInCall) async throws -> WebResponse)
    }

    /// The method.
    package var method: HTTPRequest.Method
    /// The path, with names in braces for its variable parts.
    package var path: String
    /// Who may call it.
    package var access: Access
    /// What answers.
    package var handler: Handler
    /// The source file that declares it.
    package var file: String

    /// A route for everyone.
    package static func open(
        _ method: HTTPRequest.Method, _ path: String, file: String = #fileID,
        _ handler: @escaping @Sendable (WebRequest) async throws -> WebResponse
    ) -> Self {
        Self(method: method, path: path, access: .everyone, handler: .open(handler), file: file)
    }

    /// A route for signed-in people with this access.
    package static func signedIn(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, file: String = #fileID,
        _ handler: @escaping @Sendable (SignedInCall) async throws -> WebResponse
    ) -> Self {
        Self(method: method, path: path, access: access, handler: .signedIn(handler), file: file)
    }
}
