package import Diagnosis
package import Domain
package import HTTPTypes

extension Refusal.Reason {
    /// The HTTP status, chosen by who must act.
    package var status: HTTPResponse.Status {
        switch self {
        case .invalid: .unprocessableContent
        case .notFound: .notFound
        case .denied: .forbidden
        case .unauthenticated: .unauthorized
        case .conflict: .conflict
        case .stale: .preconditionFailed
        case .limited: .tooManyRequests
        case .tooLarge: .contentTooLarge
        case .unsupported: .unsupportedMediaType
        case .wrongMethod: .methodNotAllowed
        case .unavailable: .serviceUnavailable
        case .full: .init(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }

    /// The exit code of the command line.
    package var exitCode: Int32 {
        switch self {
        case .notFound: 3
        case .denied, .unauthenticated: 4
        case .conflict, .stale: 5
        case .limited, .unavailable, .full: 6
        case .invalid, .tooLarge, .unsupported, .wrongMethod: 1
        }
    }

    /// The title of the page and of problem+json.
    package var title: String {
        switch self {
        case .invalid: "Something needs your attention"
        case .notFound: "Not found"
        case .denied: "You may not do this"
        case .unauthenticated: "Sign in first"
        case .conflict: "Not possible now"
        case .stale: "Somebody else changed this"
        case .limited: "Too many attempts"
        case .tooLarge: "Too large"
        case .unsupported: "This kind of content is not taken"
        case .wrongMethod: "Not possible at this address"
        case .unavailable: "Not available right now"
        case .full: "The disk is full"
        }
    }
}

extension Refusal {
    /// The refusal as problem+json (RFC 9457).
    package func problemJSON(requestID: String) -> JSON {
        var object: JSONObject = [
            "type": .string("urn:thirdline:problem:\(code)"), "title": .string(reason.title),
            "status": .integer(Int64(reason.status.code)), "detail": .string(message), "code": .string(code),
            "request_id": .string(requestID),
        ]
        if !problems.isEmpty {
            object["errors"] = .array(
                problems.map {
                    ["field": .string($0.field), "code": .string($0.code), "detail": .string($0.message)]
                })
        }
        if !clashes.isEmpty {
            object["conflicts"] = .array(
                clashes.map {
                    [
                        "aspect": .string($0.aspect), "field": .string($0.field),
                        "theirs": .string($0.theirs),
                        "yours": .string($0.yours), "by": .string($0.by), "at": $0.at.json,
                    ]
                })
        }
        if let currentVersion { object["current_version"] = .integer(Int64(currentVersion)) }
        if let retryAfter { object["retry_after"] = .integer(Int64(retryAfter)) }
        return .object(object)
    }
}
