import Crypto
import Domain
import Web

/// Codes of an authenticator app: RFC 6238 over RFC 4226, with SHA-1 and six digits.
package enum OneTimeCode {
    /// The code of a step.
    package static func code(_ secret: [UInt8], step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * Int64($0))) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(mac[mac.count - 1] & 15)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let digits = String(number % 1_000_000)
        return String(repeating: "0", count: SecondFactor.digits - digits.count) + digits
    }

    /// A new secret for an app.
    package static func newSecret() -> [UInt8] { random(SecondFactor.secretBytes) }

    /// New recovery codes, all different.
    package static func newRecoveryCodes() -> [String] {
        (0..<SecondFactor.recoveryCodeCount).map { _ in SecondFactor.recoveryCode(random(16)) }
    }

    /// What is stored of a recovery code.
    ///
    /// It needs no key, so that recovery codes help even where the key file is lost: 80 random bits are guessed by
    /// nobody, whatever the digest.
    package static func digest(ofRecoveryCode code: String, of person: ID<Person>) -> [UInt8] {
        sha256(Array("thirdline recovery code \(person.raw) \(code)".utf8))
    }

    /// What an app reads from the QR code.
    ///
    /// Source: Key Uri Format, google-authenticator wiki.
    package static func address(_ secret: [UInt8], issuer: String, account: String) -> String {
        let name = percentEncoded(String(issuer.replacing(":", with: " ").prefix(60)))
        return
            "otpauth://totp/\(name):\(percentEncoded(account))?secret=\(SecondFactor.base32(secret))&issuer=\(name)&algorithm=SHA1&digits=\(SecondFactor.digits)&period=\(SecondFactor.period)"
    }

    private static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
