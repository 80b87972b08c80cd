import Crypto
import Domain
import Foundation
import Storage

/// The secret keys of an installation, apart from its data: they sign checkpoints and key the digests of tokens.
///
/// The file has a line a key, `ID BASE64`, 32 bytes each; the first line is the key in use, the others are old ones
/// that still verify. Keep it apart from backups of the data.
package struct KeyRing: Sendable {
    private var keys: [(id: String, key: SymmetricKey)]

    /// The identifier of the key in use.
    package var currentID: String { keys[0].id }

    /// Reads the file, and makes it with one new key where it is missing.
    ///
    /// Only its owner can read it.
    package init(file: String) throws {
        let url = URL(fileURLWithPath: file)
        if !FileManager.default.fileExists(atPath: file) {
            let key = SymmetricKey(size: .bits256)
            let text = "k1 " + key.withUnsafeBytes { Data($0).base64EncodedString() } + "\n"
            let made = FileManager.default.createFile(
                atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
            guard made else { throw KeyProblem("cannot write the key file \(file)") }
        }
        let text: String
        do {
            text = try String(contentsOf: url, encoding: .utf8)
        } catch {
            throw KeyProblem("cannot read the key file \(file)")
        }
        keys = []
        for (index, line) in text.split(separator: "\n").enumerated() where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let data = Data(base64Encoded: String(parts[1])), data.count == 32 else {
                throw KeyProblem("\(file), line \(index + 1): a key is written as ID and 32 bytes in base64")
            }
            keys.append((String(parts[0]), SymmetricKey(data: data)))
        }
        guard !keys.isEmpty else { throw KeyProblem("\(file) holds no key") }
    }

    /// A ring of one key, for tests.
    package init(key bytes: [UInt8]) { keys = [("k1", SymmetricKey(data: bytes))] }

    /// The signature of `bytes` with the key in use.
    package func signature(of bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: keys[0].key))
    }

    /// Whether `signature` was made of `bytes` with the key of this identifier.
    ///
    /// Takes the same time for any answer.
    package func isValid(_ signature: [UInt8], of bytes: [UInt8], keyID: String) -> Bool {
        guard let key = keys.first(where: { $0.id == keyID })?.key else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: bytes, using: key)
    }

    /// What is stored of a token, for each key: the token itself is stored nowhere.
    package func digests(of token: String) -> [[UInt8]] {
        keys.map { Array(HMAC<SHA256>.authenticationCode(for: Array(token.utf8), using: $0.key)) }
    }

    /// What is stored of a new token.
    package func digest(of token: String) -> [UInt8] { digests(of: token)[0] }
}

/// A key file that cannot be used.
package struct KeyProblem: Error, CustomStringConvertible {
    /// What is wrong with it.
    package var description: String
    init(_ description: String) { self.description = description }
}

/// A new secret for a link, session or token: 256 random bits as 64 hexadecimal digits.
package func newSecret() -> String {
    var generator = SystemRandomNumberGenerator()
    return hex((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
}

/// A new identifier: UUIDv7 (RFC 9562), which sorts by the time of its making.
package func newIdentifier(at now: Timestamp) -> String {
    var generator = SystemRandomNumberGenerator()
    return newIdentifier(at: now, using: &generator)
}

/// A new identifier whose chance is given.
func newIdentifier(at now: Timestamp, using generator: inout some RandomNumberGenerator) -> String {
    let milliseconds = UInt64(max(0, now.microseconds / 1000))
    let high = milliseconds << 16 | 0x7000 | generator.next() & 0x0fff
    let low = generator.next() & ~(3 << 62) | 2 << 62
    var text = ""
    text.reserveCapacity(36)
    for (index, word) in [high, low].enumerated() {
        for place in 0..<16 {
            if index == 0, place == 8 || place == 12 { text.append("-") }
            if index == 1, place == 0 || place == 4 { text.append("-") }
            let digit = UInt8(truncatingIfNeeded: word >> (60 - 4 * place)) & 15
            text.unicodeScalars.append(Unicode.Scalar(digit < 10 ? 48 + digit : 87 + digit))
        }
    }
    return text
}

/// The SHA-256 digest of bytes.
package func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
