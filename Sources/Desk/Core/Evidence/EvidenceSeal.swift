import Crypto
import CryptoExtras
import Domain
import Foundation

/// The encryption of one file of evidence where it lies.
///
/// A header of 512 bytes holds a key of this file alone, sealed with a key of the installation; the bytes behind it
/// are encrypted with AES-256 in counter mode, so any stretch is read by itself and a file that broke off is gone on
/// with. No tag stands beside them: a kept file is named by the SHA-256 of its bytes, which says what they must be.
/// Source: NIST SP 800-38A, section 6.5.
struct EvidenceSeal: Sendable {
    /// The number of bytes before those of the evidence.
    static let headerSize = 512
    /// What a sealed file begins with.
    private static let magic = Array("thirdline evidence 1\n".utf8)
    /// What a file's key is called where it is sealed.
    private static let row = "evidence"

    /// Which key of the installation opens it.
    let keyID: String
    /// The first bytes of the file.
    let header: [UInt8]
    private let key: SymmetricKey

    private init(_ key: SymmetricKey, with keys: KeyRing) throws {
        let sealed = try keys.seal(key.withUnsafeBytes { Array($0) }, for: Self.row)
        let id = Array(sealed.keyID.utf8)
        guard id.count < 256 else {
            throw EvidenceFault(description: "the name of the key in use is longer than 255 bytes")
        }
        var header = Self.magic + [UInt8(id.count)] + id + [UInt8(sealed.bytes.count)] + sealed.bytes
        header += repeatElement(0, count: Self.headerSize - header.count)
        (self.key, keyID, self.header) = (key, sealed.keyID, header)
    }

    /// The encryption of a new file, with the key in use.
    init(with keys: KeyRing) throws { try self.init(SymmetricKey(size: .bits256), with: keys) }

    /// The encryption of a file by its first bytes; nil where it is not encrypted.
    /// - Throws: a refusal where no key that is known opens it.
    init?(header: [UInt8], with keys: KeyRing?) throws {
        guard let keyID = Self.keyID(of: header) else { return nil }
        let at = Self.magic.count + 1 + keyID.utf8.count
        let sealed = Array(header[(at + 1)...].prefix(Int(header[at])))
        guard let keys else { throw Self.refusal(keyID) }
        do {
            key = SymmetricKey(
                data: try keys.open(KeyRing.Sealed(keyID: keyID, bytes: sealed), for: Self.row))
        } catch { throw Self.refusal(keyID) }
        (self.keyID, self.header) = (keyID, header)
    }

    /// Which key opens a file that begins so; nil where it is not encrypted.
    static func keyID(of header: [UInt8]) -> String? {
        guard header.count == headerSize, header.starts(with: magic) else { return nil }
        let start = magic.count + 1
        let end = start + Int(header[magic.count])
        guard end < headerSize else { return nil }
        return String(validating: header[start..<end], as: UTF8.self)
    }

    /// The same, to be opened with the key in use.
    func rewrapped(with keys: KeyRing) throws -> EvidenceSeal { try EvidenceSeal(key, with: keys) }

    /// Encrypts bytes of a place, or decrypts them.
    func applied(to bytes: UnsafeRawBufferPointer, at place: Int64) throws -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        // The stream of the cipher goes by blocks of 16 bytes; what comes before the place in its block is passed over.
        let before = Int(place % 16)
        var block = [UInt8](repeating: 0, count: 16)
        for index in 0..<8 {
            block[15 - index] = UInt8(truncatingIfNeeded: (place / 16) >> (8 * Int64(index)))
        }
        let nonce = try AES._CTR.Nonce(nonceBytes: block)
        guard before > 0 else { return Array(try AES._CTR.encrypt(bytes, using: key, nonce: nonce)) }
        let padded = [UInt8](repeating: 0, count: before) + bytes
        return Array(try AES._CTR.encrypt(padded, using: key, nonce: nonce).dropFirst(before))
    }

    private static func refusal(_ keyID: String) -> Refusal {
        Refusal(
            .unavailable, "evidence_key_missing",
            "This file is encrypted with the key “\(keyID)”, which the key file does not hold or has retired. Tell an administrator; the admin guide says what to do when the key file is lost."
        )
    }
}
