import Crypto
import CryptoExtras
import Dispatch
import Domain
import Foundation
import Synchronization

/// Makes and checks password hashes: scrypt with N = 2^cost, r = 8, p = 3, as OWASP's Password Storage Cheat Sheet
/// has it for cost 15, written as `$scrypt$ln=15,r=8,p=3$SALT$HASH`.
///
/// Each takes 32 MB and a good part of a second at cost 15, so at most one per processor core runs at a time and the
/// others wait: signing in cannot eat the memory.
package final class PasswordHasher: Sendable {
    private let cost: Int
    private let queue: OperationQueue
    private let decoy = Mutex<String?>(nil)

    /// A hasher of this cost; old hashes keep their own.
    package init(cost: Int) {
        self.cost = cost
        queue = OperationQueue()
        queue.maxConcurrentOperationCount = max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// The hash of a new password.
    package func hash(_ password: String) async throws -> String {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return try await derived(password, salt: salt, cost: cost)
    }

    /// Whether `password` is the one that was hashed.
    ///
    /// Without a hash it takes as long and answers no.
    package func isRight(_ password: String, hash: String?) async throws -> Bool {
        guard let hash, let (salt, cost) = Self.parts(of: hash) else {
            let known = decoy.withLock { $0 }
            if known == nil {
                let made = try await self.hash("nobody has this password")
                decoy.withLock { $0 = made }
            } else {
                _ = try await derived(password, salt: [1, 2, 3, 4, 5, 6, 7, 8], cost: cost)
            }
            return false
        }
        let again = try await derived(password, salt: salt, cost: cost)
        return Self.isEqual(Array(again.utf8), Array(hash.utf8))
    }

    /// Whether the hash was made with less work than new ones are.
    package func isOutdated(_ hash: String) -> Bool { Self.parts(of: hash)?.cost != cost }

    private func derived(_ password: String, salt: [UInt8], cost: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                continuation.resume(
                    with: Result {
                        let key = try KDF.Scrypt.deriveKey(
                            from: Array(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost,
                            blockSize: 8, parallelism: 3)
                        let text = key.withUnsafeBytes { Data($0).base64EncodedString() }
                        return "$scrypt$ln=\(cost),r=8,p=3$\(Data(salt).base64EncodedString())$\(text)"
                    })
            }
        }
    }

    private static func parts(of hash: String) -> (salt: [UInt8], cost: Int)? {
        let parts = hash.split(separator: "$")
        guard parts.count == 4, parts[0] == "scrypt", let salt = Data(base64Encoded: String(parts[2])),
            let cost = parts[1].split(separator: ",").first.flatMap({ Int($0.dropFirst(3)) })
        else { return nil }
        return (Array(salt), cost)
    }

    /// Compares all bytes whatever the first ones are.
    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
