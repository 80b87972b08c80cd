/// A file name that can do no harm on any system, whatever was sent.
package struct SafeFileName: Equatable, Sendable {
    /// The name to keep.
    package var name: String
    /// What was sent, where it is not the same.
    package var given: String?

    /// Makes a name safe: the last part of a path, without control characters and marks that turn the direction of
    /// text, without the characters that systems or headers give a meaning, at most 200 bytes.
    package init(_ sent: String, fallback: String = "file") {
        var name = ""
        for scalar in sent.unicodeScalars {
            if scalar == "/" || scalar == "\\" {
                name = ""
            } else if Self.isHarmless(scalar) {
                name.unicodeScalars.append(scalar)
            } else if !scalar.isDirectionOverride {
                name += "_"
            }
        }
        name = name.trimmingWhitespace
        while let last = name.last, last == "." || last == " " { name.removeLast() }
        while name.hasPrefix(".") { name.removeFirst() }
        name = Self.shortened(name, to: 200)
        if name.allSatisfy({ $0 == "_" || $0 == " " }) { name = fallback }
        self.name = name
        given = name == sent ? nil : String(String.UnicodeScalarView(sent.unicodeScalars.prefix(300)))
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) { return false }
        if scalar.isLineBreak || scalar.isDirectionOverride { return false }
        // Left-to-right and right-to-left marks, the byte order mark, and what Windows and headers use.
        if [0x200E, 0x200F, 0x061C, 0xFEFF, 0xFFFC].contains(scalar.value) { return false }
        return !"<>:\"|?*;".unicodeScalars.contains(scalar)
    }

    /// The name cut between characters, its ending kept.
    private static func shortened(_ name: String, to bytes: Int) -> String {
        guard name.utf8.count > bytes else { return name }
        let ending = name.lastIndex(of: ".").map { String(name[$0...]) } ?? ""
        let kept = ending.utf8.count <= 16 ? ending : ""
        var short = String(name.dropLast(kept.count))
        while short.utf8.count > bytes - kept.utf8.count { short.removeLast() }
        return short + kept
    }

    /// What was changed, for whoever sent it; nil where nothing was.
    package var notice: String? {
        guard given != nil else { return nil }
        return "The name was changed to “\(name)”, since it held a path or characters that can do harm."
    }
}
