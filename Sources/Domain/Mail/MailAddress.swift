/// An address of mail, and the name that stood beside it.
package struct MailAddress: Hashable, Sendable {
    /// The address, such as ana@example.com; the domain in small letters.
    package var address: String
    /// The name beside it, as the sender wrote it, without what turns or breaks text.
    package var name: String?

    /// An address with a name; nil where it cannot be an address.
    ///
    /// Control characters, spaces and marks that turn the direction of text are in no address.
    package init?(_ text: String, name: String? = nil) {
        let trimmed = text.trimmingWhitespace
        guard let at = trimmed.lastIndex(of: "@") else { return nil }
        let (local, domain) = (trimmed[..<at], trimmed[trimmed.index(after: at)...])
        let isClean = trimmed.unicodeScalars.allSatisfy {
            $0.value > 32 && $0.value != 127 && !$0.isDirectionOverride
                && !"<>,;\"()".unicodeScalars.contains($0)
        }
        guard isClean, !local.isEmpty, !domain.isEmpty, trimmed.utf8.count <= 254 else { return nil }
        address = "\(local)@\(domain.lowercased())"
        self.name = name.map(MailText.line).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What is before the sign.
    package var local: Substring { address[..<(address.lastIndex(of: "@") ?? address.endIndex)] }

    /// What is behind the sign, in small letters.
    package var domain: Substring {
        address.lastIndex(of: "@").map { address[address.index(after: $0)...] } ?? ""
    }

    /// The address as it is compared: in small letters throughout, since no server in use tells capitals apart.
    package var key: String { address.lowercased() }

    /// Address and name for a page: “Ana Ruiz <ana@example.com>”.
    package var shown: String { name.map { "\($0) <\(address)>" } ?? address }
}

/// The address that answers about one case go to: it names the case, and nobody can guess it.
///
/// `support@example.com` and TL-42 make `support+tl-42.k3v9…@example.com`; the part behind the dot is made with the
/// installation's key from the case's identifier, so it proves that its holder was written to about the case.
package struct ReplyAddress: Hashable, Sendable {
    /// The number of the case as it stands there: "TL-42".
    package var number: String
    /// What proves it.
    package var token: String

    /// An address with these parts.
    package init(number: String, token: String) { (self.number, self.token) = (number, token) }

    /// Reads an address that mail was sent to; nil where it is not the desk's with a case in it.
    package init?(_ address: MailAddress, of desk: MailAddress) {
        let local = address.local.lowercased()
        let head = desk.local.lowercased() + "+"
        guard address.domain == desk.domain, local.hasPrefix(head) else { return nil }
        let parts = local.dropFirst(head.count).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        (number, token) = (parts[0].uppercased(), String(parts[1]))
    }

    /// The address as it stands in outgoing mail.
    package func written(for desk: MailAddress) -> String {
        "\(desk.local)+\(number.lowercased()).\(token)@\(desk.domain)"
    }

    /// The token that bytes of a keyed digest make: the first ten, in small letters and digits that nobody mixes up.
    package static func token(of digest: [UInt8]) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz234567".unicodeScalars)
        var text = String.UnicodeScalarView()
        var (bits, count) = (0, 0)
        for byte in digest.prefix(10) {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 5 {
                text.append(letters[bits >> (count - 5) & 31])
                count -= 5
            }
            bits &= (1 << count) - 1
        }
        return String(text)
    }
}
