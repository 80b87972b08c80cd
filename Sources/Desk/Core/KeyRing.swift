import Crypto
import Domain
import Foundation
import Storage

/// The secret keys of an installation, apart from its data: they sign checkpoints, key the digests of tokens, and seal
/// what has to be read again, such as the secrets of second factors.
///
/// The first key is in use, the others still verify and open. Keep the file apart from backups of the data.
package struct KeyRing: Sendable {
    private var keys: [KeyFile.Entry]

    /// The identifier of the key in use.
    package var currentID: String { keys[0].id }
    /// The identifiers of the keys that open and verify everything, the one in use first.
    package var activeIDs: [String] { keys.filter { !$0.isRetired }.map(\.id) }

    /// Reads the file, and makes it with one new key where it is missing.
    ///
    /// Only its owner can read it.
    /// - Throws: `KeyProblem` where others may read it, or a line is no key.
    package init(file: String) throws {
        let isThere = FileManager.default.fileExists(atPath: file)
        keys = try (isThere ? KeyFile(reading: file) : KeyFile(making: file)).entries
    }

    /// A ring of one key, for tests.
    package init(key bytes: [UInt8]) {
        keys = [KeyFile.Entry(id: "k1", key: SymmetricKey(data: bytes), isRetired: false)]
    }

    // MARK: Signatures and digests

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
        keys.filter { !$0.isRetired }.map {
            Array(HMAC<SHA256>.authenticationCode(for: Array(token.utf8), using: $0.key))
        }
    }

    /// What is stored of a new token.
    package func digest(of token: String) -> [UInt8] { digests(of: token)[0] }

    // MARK: Secrets at rest

    /// A secret as it is stored: encrypted, beside the name of the key that opens it.
    package struct Sealed: Equatable, Sendable {
        /// The key that opens it.
        package var keyID: String
        /// Nonce (12 bytes), ciphertext and tag (16 bytes) of AES-256-GCM.
        package var bytes: [UInt8]

        /// A stored secret with its parts.
        package init(keyID: String, bytes: [UInt8]) { (self.keyID, self.bytes) = (keyID, bytes) }
    }

    /// Encrypts a secret with the key in use.
    /// - Parameter row: which row it stands in, such as `second_factor/ID`; in another row nothing opens it.
    package func seal(_ secret: [UInt8], for row: String) throws -> Sealed {
        let box = try AES.GCM.seal(
            secret, using: Self.sealingKey(keys[0].key), authenticating: Array(row.utf8))
        guard let combined = box.combined else {
            preconditionFailure("AES-GCM with its usual nonce has a combined form")
        }
        return Sealed(keyID: keys[0].id, bytes: Array(combined))
    }

    /// Decrypts a secret.
    /// - Throws: `SealProblem` where the key file does not hold its key, or row and secret do not belong together.
    package func open(_ sealed: Sealed, for row: String) throws(SealProblem) -> [UInt8] {
        guard let key = keys.first(where: { $0.id == sealed.keyID && !$0.isRetired })?.key else {
            throw .unknownKey(sealed.keyID)
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.bytes)
            return Array(
                try AES.GCM.open(box, using: Self.sealingKey(key), authenticating: Array(row.utf8)))
        } catch { throw .damaged }
    }

    /// A key for this use alone, so that no digest and no signature ever comes from the same one.
    private static func sealingKey(_ key: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("thirdline sealed secrets".utf8), outputByteCount: 32)
    }
}

/// A stored secret that cannot be opened.
package enum SealProblem: Error, Hashable {
    /// Its key is not in the key file, or is retired.
    case unknownKey(String)
    /// It was changed, or belongs to another row.
    case damaged
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
