import Crypto

/// Which value each token stands for: what makes redaction reversible for who holds the key.
///
/// It is collected in memory while a stream runs, and leaves memory only sealed (AES-256-GCM, NIST SP 800-38D).
public struct RedactionMapping: Sendable {
    /// Why a sealed mapping cannot be opened.
    public enum Problem: Error, Hashable, Sendable {
        /// The bytes are no sealed mapping, or only a part of one.
        case malformed
        /// The key is another one, or the bytes were changed.
        case refused
        /// A key has 32 bytes, a nonce twelve.
        case badKey
    }

    /// How many bytes of tokens and values are kept.
    private let limit: Int
    private var values: [String: [UInt8]] = [:]
    private var size = 0
    /// How many replacements were left out because the limit was reached.
    public private(set) var leftOut = 0

    private static let mark = Array("TLRM1".utf8)

    /// An empty mapping that keeps up to so many bytes.
    public init(limit: Int = 64 << 20) { self.limit = limit }

    /// How many tokens are known.
    public var count: Int { values.count }

    /// Notes what a token stands for.
    public mutating func add(_ redaction: borrowing Redaction) {
        guard values[redaction.token] == nil else { return }
        let cost = redaction.token.utf8.count + redaction.value.count + 64
        guard size + cost <= limit else {
            leftOut += 1
            return
        }
        size += cost
        values[redaction.token] = Array(redaction.value)
    }

    /// The bytes that a token stands for, as they stood in the original.
    public func value(of token: String) -> [UInt8]? { values[token] }

    /// The mapping, encrypted and protected against change.
    ///
    /// - Parameters:
    ///   - key: 32 bytes; not the key that makes the tokens.
    ///   - nonce: twelve bytes, never used twice with one key.
    /// - Throws: `Problem.badKey` for other lengths.
    public func sealed(key: some Sequence<UInt8>, nonce: some Sequence<UInt8>) throws -> [UInt8] {
        let key = Array(key)
        let nonce = Array(nonce)
        guard key.count == 32, nonce.count == 12 else { throw Problem.badKey }
        var plain: [UInt8] = []
        for (token, value) in values.sorted(by: { $0.key < $1.key }) {
            Self.append(Array(token.utf8), to: &plain)
            Self.append(value, to: &plain)
        }
        let box = try AES.GCM.seal(
            plain, using: SymmetricKey(data: key), nonce: try AES.GCM.Nonce(data: nonce),
            authenticating: Self.mark)
        return Self.mark + nonce + box.ciphertext + box.tag
    }

    /// Opens a sealed mapping.
    ///
    /// - Throws: ``Problem``.
    public init(opening sealed: [UInt8], key: some Sequence<UInt8>) throws(Problem) {
        let key = Array(key)
        guard key.count == 32 else { throw .badKey }
        let head = Self.mark.count
        guard sealed.count >= head + 28, sealed.starts(with: Self.mark) else { throw .malformed }
        let plain: [UInt8]
        do {
            let box = try AES.GCM.SealedBox(
                nonce: try AES.GCM.Nonce(data: sealed[head..<head + 12]),
                ciphertext: sealed[(head + 12)..<(sealed.count - 16)], tag: sealed[(sealed.count - 16)...])
            plain = Array(try AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: Self.mark))
        } catch {
            throw .refused
        }
        limit = .max
        var rest = plain[...]
        while !rest.isEmpty {
            guard let token = Self.take(&rest), let value = Self.take(&rest) else { throw .malformed }
            values[String(decoding: token, as: UTF8.self)] = Array(value)
        }
    }

    private static func append(_ part: [UInt8], to plain: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            plain.append(UInt8(truncatingIfNeeded: part.count >> shift))
        }
        plain.append(contentsOf: part)
    }

    private static func take(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= 4 else { return nil }
        let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(4)
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
