import Glibc

/// How random a text looks.
///
/// Only used where a name nearby says that the text is secret.
enum Entropy {
    /// Whether a text can be a generated secret: long enough, one word of its alphabet, and varied.
    ///
    /// Words of a language, names of classes and numbers are not.
    static func looksRandom(_ bytes: UnsafeBufferPointer<UInt8>, atLeast minimum: Int) -> Bool {
        guard bytes.count >= minimum else { return false }
        var counts: (digits: Int, lower: Int, upper: Int, changes: Int) = (0, 0, 0, 0)
        var previous = 0
        for byte in bytes.prefix(256) {
            let kind: Int
            if isDigit(byte) {
                counts.digits += 1
                kind = 1
            } else if isLowercase(byte) {
                counts.lower += 1
                kind = 2
            } else if isUppercase(byte) {
                counts.upper += 1
                kind = 3
            } else if byte > 0x20, byte < 0x7F {
                kind = previous
            } else {
                return false
            }
            if kind != previous { counts.changes += 1 }
            previous = kind
        }
        let letters = counts.lower + counts.upper
        guard letters > 0 else { return false }
        if counts.digits == 0 {
            // Only letters: random ones change their case often, words do so at their beginnings.
            return bytes.count >= 16 && counts.changes * 3 >= min(bytes.count, 256)
                || bytes.count >= 24 && counts.upper == 0 && bits(bytes) >= 3.9
        }
        // Names of things, which are looked at from twenty on, alternate little.
        let changes = bytes.count >= 12 && minimum < 20 ? 2 : 4
        return counts.changes >= changes && bits(bytes) >= (bytes.count < 16 ? 2.5 : 3.0)
    }

    /// Shannon's entropy of the bytes, in bits a byte.
    static func bits(_ bytes: UnsafeBufferPointer<UInt8>) -> Double {
        var counts = [Int](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        let total = Double(bytes.count)
        var sum = 0.0
        for count in counts where count > 0 {
            let share = Double(count) / total
            sum -= share * log2(share)
        }
        return sum
    }
}
