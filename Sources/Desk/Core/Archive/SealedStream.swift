import Crypto
import CryptoExtras
import Diagnosis
import Foundation

/// How a stream is encrypted with a passphrase.
///
/// A line of JSON says how the key follows from the passphrase (scrypt); then come pieces of 64 KiB, each sealed with
/// AES-256-GCM under a key of this stream alone. A piece's nonce is its number and whether it is the last, so pieces
/// cannot be left out, repeated, put in another order or cut off. The first line goes into the key, so it cannot be
/// changed either. Source: V. T. Hoang, R. Reyhanitabar, P. Rogaway, D. Vizár, Online Authenticated-Encryption and
/// its Nonce-Reuse Misuse-Resistance, CRYPTO 2015 (STREAM); https://age-encryption.org/v1 uses it likewise.
enum Sealing {
    /// What an encrypted stream begins with.
    static let magic = Array("thirdline-sealed 1\n".utf8)
    /// Bytes of a piece before it is sealed.
    static let piece = 65_536
    /// Bytes that sealing adds to a piece.
    static let tag = 16
    /// Work of the key derivation: log2 of scrypt's N.
    static let cost = 15

    static func key(of passphrase: String, header: [UInt8], salt: [UInt8], cost: Int) throws -> SymmetricKey {
        let secret = try KDF.Scrypt.deriveKey(
            from: Array(passphrase.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost, blockSize: 8,
            parallelism: 3)
        return HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: header, outputByteCount: 32)
    }

    static func nonce(_ number: UInt64, isLast: Bool) throws -> AES.GCM.Nonce {
        var bytes = [UInt8](repeating: 0, count: 12)
        for index in 0..<8 { bytes[10 - index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index))) }
        bytes[11] = isLast ? 1 : 0
        return try AES.GCM.Nonce(data: bytes)
    }
}

/// Encrypts what it takes and passes it on.
final class SealingSink: ByteSink {
    private let next: any ByteSink
    private let key: SymmetricKey
    private var held: [UInt8] = []
    private var number: UInt64 = 0

    init(_ next: any ByteSink, passphrase: String, salt: [UInt8], cost: Int = Sealing.cost) throws {
        let line: JSON = [
            "cipher": "aes-256-gcm", "cost": .integer(Int64(cost)), "kdf": "scrypt",
            "salt": .string(Data(salt).base64EncodedString()),
        ]
        let header = Sealing.magic + Array("\(line.text)\n".utf8)
        self.next = next
        key = try Sealing.key(of: passphrase, header: header, salt: salt, cost: cost)
        try next.write(header)
    }

    func write(_ bytes: [UInt8]) throws {
        held += bytes
        var start = 0
        // The last piece is known as such only at the end, so one is always held back.
        while held.count - start > Sealing.piece {
            try seal(held[start..<start + Sealing.piece], isLast: false)
            start += Sealing.piece
        }
        if start > 0 { held.removeFirst(start) }
    }

    func finish() throws {
        try seal(held[...], isLast: true)
        try next.finish()
    }

    private func seal(_ bytes: ArraySlice<UInt8>, isLast: Bool) throws {
        let box = try AES.GCM.seal(bytes, using: key, nonce: Sealing.nonce(number, isLast: isLast))
        number += 1
        try next.write(Array(box.ciphertext) + Array(box.tag))
    }
}

/// Decrypts a stream that `SealingSink` made.
final class SealedSource: ByteSource {
    private let previous: any ByteSource
    private let key: SymmetricKey
    private var number: UInt64 = 0
    /// A piece that is sealed, and the byte behind it, which tells whether it is the last.
    private var ahead: [UInt8]
    private var open: [UInt8] = []
    private var position = 0
    private var isDone = false

    /// Reads the first line and derives the key.
    ///
    /// The magic has been read already.
    init(_ previous: any ByteSource, passphrase: String) throws {
        self.previous = previous
        var line: [UInt8] = []
        while line.count < 1000, line.last != 10 {
            let byte = try previous.read(exactly: 1)
            if byte.isEmpty { throw ArchiveFault("it is cut short") }
            line += byte
        }
        guard let words = try? JSON(parsing: line[...].dropLast()),
            let salt = words["salt"]?.string.flatMap({ Data(base64Encoded: $0) }),
            let cost = words["cost"]?.integer, (10...20).contains(cost), words["kdf"]?.string == "scrypt",
            words["cipher"]?.string == "aes-256-gcm"
        else { throw ArchiveFault("its first lines do not say how it is encrypted") }
        key = try Sealing.key(
            of: passphrase, header: Sealing.magic + line, salt: Array(salt), cost: Int(cost))
        ahead = try previous.read(exactly: Sealing.piece + Sealing.tag + 1)
    }

    func read(atMost count: Int) throws -> [UInt8] {
        if position == open.count {
            if isDone { return [] }
            try openNext()
        }
        let end = min(open.count, position + count)
        defer { position = end }
        return Array(open[position..<end])
    }

    private func openNext() throws {
        let whole = Sealing.piece + Sealing.tag
        let isLast = ahead.count <= whole
        let sealed = ahead.prefix(whole)
        guard sealed.count >= Sealing.tag else { throw ArchiveFault("it is cut short") }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: Sealing.nonce(number, isLast: isLast), ciphertext: sealed.dropLast(Sealing.tag),
                tag: sealed.suffix(Sealing.tag))
            open = Array(try AES.GCM.open(box, using: key))
        } catch {
            throw ArchiveFault(
                number == 0
                    ? "the passphrase is another one, or its beginning was changed"
                    : isLast
                        ? "it is cut short, or its bytes were changed" : "its bytes were changed")
        }
        position = 0
        number += 1
        isDone = isLast
        if !isLast {
            ahead = [ahead[whole]]
            ahead += try previous.read(exactly: whole)
        }
    }
}
