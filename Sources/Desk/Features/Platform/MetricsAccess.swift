import Crypto
import Domain
import HTTPTypes
import Web

/// Who may read the metrics: they tell how much happens in the house.
///
/// With a token, whoever says it, from anywhere. Without one, this machine alone; a request that a proxy passed on came
/// from elsewhere, whatever the proxy's own address is.
enum MetricsAccess {
    static func refuseStrangers(_ request: WebRequest, token: String?) throws(Refusal) {
        if let token {
            guard isSaid(token, in: request.headers[.authorization]) else {
                throw Refusal(
                    .unauthenticated, "metrics_token_needed",
                    "Send the setting metrics_token as bearer token to read the metrics.")
            }
        } else if !isFromHere(request) {
            throw Refusal(
                .denied, "metrics_from_here_only",
                "The metrics are read on the machine itself. To read them from elsewhere, set metrics_token.")
        }
    }

    /// Compares digests, so that the time taken says nothing of the token.
    private static func isSaid(_ token: String, in header: String?) -> Bool {
        guard let header, header.lowercased().hasPrefix("bearer ") else { return false }
        return SHA256.hash(data: Array(header.dropFirst(7).utf8)) == SHA256.hash(data: Array(token.utf8))
    }

    private static func isFromHere(_ request: WebRequest) -> Bool {
        let passedOn = [HTTPField.Name.forwarded, .forwardedFor, .realIP, .via].contains {
            request.headers[$0] != nil
        }
        return !passedOn && isLoopback(request.address) && isLoopback(hostName(request.host))
    }

    private static func hostName(_ host: String) -> String {
        if host.hasPrefix("[") { return String(host.dropFirst().prefix { $0 != "]" }) }
        return String(host.prefix { $0 != ":" })
    }

    private static func isLoopback(_ name: String) -> Bool {
        let name = name.lowercased()
        return name == "localhost" || name == "::1" || name == "::ffff:127.0.0.1"
            || name.wholeMatch(of: /127\.\d{1,3}\.\d{1,3}\.\d{1,3}/) != nil
    }
}

extension HTTPField.Name {
    // Constants; each is a valid token.
    fileprivate static let forwarded = name("Forwarded")
    fileprivate static let forwardedFor = name("X-Forwarded-For")
    fileprivate static let realIP = name("X-Real-IP")
    fileprivate static let via = name("Via")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("“\(text)” is no header name") }
        return name
    }
}
