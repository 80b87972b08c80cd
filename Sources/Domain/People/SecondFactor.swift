/// The rules of the second factor: codes that an app shows for half a minute, and recovery codes on paper.
///
/// Codes are those of RFC 6238 with its usual values: SHA-1, six digits, steps of 30 seconds. Who computes them is
/// given, so that the rules need no cryptography.
package enum SecondFactor {
    /// Seconds for which an app shows one code.
    package static let period: Int64 = 30
    /// Digits of a code.
    package static let digits = 6
    /// Bytes of the secret that the app shares, as RFC 4226 recommends.
    package static let secretBytes = 20
    /// Recovery codes that somebody holds at first.
    package static let recoveryCodeCount = 10

    /// What somebody typed where a code is asked for.
    package enum Typed: Hashable, Sendable {
        /// Six digits of an app.
        case app(String)
        /// A recovery code as `recoveryCode` writes it.
        case recovery(String)
    }

    /// Reads what somebody typed; nil where it is neither kind of code.
    ///
    /// Blanks and dashes do not matter. A recovery code also stands with letters that look like its digits.
    package static func read(_ text: String) -> Typed? {
        let plain = text.lowercased().filter { !$0.isWhitespace && $0 != "-" && $0 != "\u{2011}" }
        guard plain.utf8.count == plain.count, plain.count <= 16 else { return nil }
        if plain.count == digits, plain.utf8.allSatisfy({ (48...57).contains($0) }) { return .app(plain) }
        let meant = plain.map { lookalikes[$0] ?? $0 }
        guard meant.count == 16, meant.allSatisfy(alphabet.contains) else { return nil }
        return .recovery(grouped(meant))
    }

    /// The step of a moment: the number of whole periods since 1970.
    package static func step(at now: Timestamp) -> Int64 {
        let seconds = now.microseconds / 1_000_000
        return seconds >= 0 ? seconds / period : (seconds - period + 1) / period
    }

    /// The step whose code `typed` is; nil where it is none that counts now.
    ///
    /// Clocks may differ by one step either way. A step that was used once, and every one before it, is spent.
    /// - Parameters:
    ///   - last: the latest step of which a code was accepted.
    ///   - code: the code of a step.
    package static func acceptedStep(
        _ typed: String, at now: Timestamp, after last: Int64, code: (Int64) -> String
    ) -> Int64? {
        let present = step(at: now)
        var found: Int64?
        for step in (present - 1)...(present + 1) where isSame(code(step), typed) && step > last {
            found = found ?? step
        }
        return found
    }

    /// A recovery code made of 16 numbers below 32: "7k2m-9d4p-xw3r-h6tc", 80 bits.
    package static func recoveryCode(_ numbers: [UInt8]) -> String {
        grouped(numbers.prefix(16).map { alphabet[Int($0 & 31)] })
    }

    /// Bytes as apps take them typed: RFC 4648 base 32, without padding.
    package static func base32(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (text, buffer, bits) = ("", 0, 0)
        for byte in bytes {
            (buffer, bits) = (buffer << 8 | Int(byte), bits + 8)
            while bits >= 5 {
                bits -= 5
                text.append(letters[buffer >> bits & 31])
            }
            buffer &= (1 << bits) - 1
        }
        if bits > 0 { text.append(letters[buffer << (5 - bits) & 31]) }
        return text
    }

    /// Letters and digits that nobody confuses when reading them aloud.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    private static let lookalikes: [Character: Character] = ["o": "0", "i": "1", "l": "1", "u": "v"]

    private static func grouped(_ letters: [Character]) -> String {
        var text = ""
        for (index, letter) in letters.enumerated() {
            if index > 0, index % 4 == 0 { text.append("-") }
            text.append(letter)
        }
        return text
    }

    /// Compares without stopping at the first difference.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        return zip(one.utf8, other.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
