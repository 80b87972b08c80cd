import Domain
import HTTPTypes
import Storage
import Web

/// Links for people without an account: to give what was asked for, to read what was shared, to say how we did.
///
/// A link names its case and its request, share or survey, and proves itself with a code that only the installation's key
/// makes. So no secret of it is stored anywhere: when it ends, and how often it was used, follows from the facts.
struct CaseLinks: Sendable {
    /// What a link is for; the code of one never fits the other.
    enum Purpose: String {
        case give
        case shared
        case survey
    }

    private let keys: KeyRing
    private let base: String

    init(_ services: Services, request: WebRequest) {
        keys = services.keys
        let scheme = services.isSecure ? "https" : "http"
        base = services.publicURL ?? "\(scheme)://\(request.host)"
    }

    /// The address at which the customer gives what a request asks for.
    func give(_ id: ID<SupportCase>, _ request: String) -> String { base + path(.give, id, request) }

    /// The address at which a share is read.
    func shared(_ id: ID<SupportCase>, _ share: String) -> String { base + path(.shared, id, share) }

    func path(_ purpose: Purpose, _ id: ID<SupportCase>, _ number: String) -> String {
        "/\(purpose.rawValue)/\(Self.token(purpose, id, number, keys))"
    }

    static func token(_ purpose: Purpose, _ id: ID<SupportCase>, _ number: String, _ keys: KeyRing) -> String
    {
        "\(id.raw).\(number).\(code(purpose, id, number, keys.digest(of:)))"
    }

    private static func code(
        _ purpose: Purpose, _ id: ID<SupportCase>, _ number: String, _ digest: (String) -> [UInt8]
    ) -> String {
        String(hex(digest("evidence-link/\(purpose.rawValue)/\(id.raw)/\(number)")).prefix(40))
    }

    /// What a link names, if one of our keys made its code.
    static func parse(
        _ token: String, _ purpose: Purpose, _ keys: KeyRing
    ) -> (caseID: ID<SupportCase>, number: String)? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ (1...64).contains($0.utf8.count) }) else { return nil }
        let text = "evidence-link/\(purpose.rawValue)/\(parts[0])/\(parts[1])"
        let isOurs = keys.digests(of: text).contains {
            isSame(String(hex($0).prefix(40)), parts[2])
        }
        return isOurs ? (ID(parts[0]), parts[1]) : nil
    }

    /// Whether two texts are the same, in a time that does not tell where they differ.
    static func isSame(_ left: String, _ right: String) -> Bool {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The passcode of a share, eight digits; made of the key, stored nowhere.
    func passcode(_ id: ID<SupportCase>, _ share: String) -> String { Self.passcode(id, share, keys) }

    static func passcode(_ id: ID<SupportCase>, _ share: String, _ keys: KeyRing) -> String {
        let digest = keys.digest(of: "evidence-passcode/\(id.raw)/\(share)")
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 100_000_000
        return pad(Int(number), 8)
    }
}
