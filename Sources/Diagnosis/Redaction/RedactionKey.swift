import Crypto

/// The key of a case, under which values get their pseudonyms.
///
/// The same value under the same key has the same token. Tokens of two keys say nothing about each other.
public struct RedactionKey: Sendable {
    /// The code before any message: the key is taken in once.
    private let keyed: HMAC<SHA256>

    /// Takes at least 32 random bytes; nil for fewer.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count >= 32 else { return nil }
        // A key of its own, so that no other use of the case's key can be turned on the tokens.
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("thirdline redaction pseudonyms 1".utf8), using: SymmetricKey(data: bytes))
        keyed = HMAC<SHA256>(key: SymmetricKey(data: Array(code)))
    }

    /// The keyed digest (HMAC-SHA-256, RFC 2104) of a value of some domain.
    func digest(_ domain: StaticString, _ value: some Collection<UInt8>) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(domain.utf8CodeUnitCount + 1 + value.count)
        message.append(
            contentsOf: UnsafeBufferPointer(start: domain.utf8Start, count: domain.utf8CodeUnitCount))
        message.append(0)
        message.append(contentsOf: value)
        var code = keyed
        code.update(data: message)
        return Array(code.finalize())
    }
}
