/// Where messages are posted for a chat: an address that a person gave, so nothing is believed of it.
///
/// Whoever may choose where the server sends something can try to reach what only the server reaches. So an address goes
/// to https on a public host, unless policy names the host; and the network address behind the name is checked again
/// when a connection is opened (`NetworkAddress.isPublic`), since a name can lead anywhere.
package struct WebhookAddress: Equatable, Sendable {
    /// The whole address.
    package var url: String
    /// The host, in small letters, without brackets.
    package var host: String
    /// Whether policy names the host, so that it may lie in the own network.
    package var isTrusted: Bool

    /// The most bytes of an address.
    package static let maxBytes = 2000

    /// Reads an address.
    /// - Parameter trusted: hosts of the own network that policy names.
    /// - Throws: a problem of the field “url” in words.
    package init(_ text: String, trusted: Set<String>) throws(Refusal) {
        let text = text.trimmingWhitespace
        func refusal(_ code: String, _ words: String) -> Refusal {
            Refusal(field: "url", code, words)
        }
        guard text.utf8.count <= Self.maxBytes else {
            throw refusal("too_long", "The address is longer than \(Self.maxBytes) bytes.")
        }
        guard text.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }),
            let end = text.firstRange(of: "://")
        else {
            throw refusal(
                "not_an_address",
                "Write the whole address of the webhook, such as https://hooks.slack.com/services/….")
        }
        let scheme = text[..<end.lowerBound].lowercased()
        let rest = text[end.upperBound...]
        let authority = String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
        guard !authority.contains("@") else {
            throw refusal("has_credentials", "The address may not hold a name or a password before an @.")
        }
        guard let (host, port) = Self.split(authority), !host.isEmpty else {
            throw refusal("not_an_address", "The address names no host.")
        }
        let isTrusted = trusted.contains(host)
        guard scheme == "https" || scheme == "http" && isTrusted else {
            throw refusal(
                "not_https",
                "The address must begin with https://, so that nobody reads on the way what is sent.")
        }
        if !isTrusted {
            if let address = NetworkAddress(host), !address.isPublic {
                throw refusal(
                    "private_address", "“\(host)” is an address of an inner network. " + Self.advice)
            }
            let isLocal =
                host == "localhost" || !host.contains(".") && !host.contains(":")
                || [".localhost", ".local", ".internal"].contains { host.hasSuffix($0) }
            guard !isLocal else {
                throw refusal("private_address", "“\(host)” is a name of an inner network. " + Self.advice)
            }
            guard port == nil || port == 443 else {
                throw refusal("port", "The address may name no port but 443. " + Self.advice)
            }
        }
        (url, self.host, self.isTrusted) = (text, host, isTrusted)
    }

    private static let advice =
        "An administrator can allow a host of your own network in the policy (notifications.chat_hosts)."

    /// Host and port of “host”, “host:8443” or “[::1]:8443”.
    private static func split(_ authority: String) -> (host: String, port: Int?)? {
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            let host = authority[authority.index(after: authority.startIndex)..<close].lowercased()
            let rest = authority[authority.index(after: close)...]
            guard !rest.isEmpty else { return (host, nil) }
            guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port) else {
                return nil
            }
            return (host, port)
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return nil }
        var host = parts[0].lowercased()
        while host.hasSuffix(".") { host.removeLast() }
        guard
            host.utf8.allSatisfy({ byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
            })
        else { return nil }
        guard parts.count == 2 else { return (host, nil) }
        guard let port = Int(parts[1]), (1...65_535).contains(port) else { return nil }
        return (host, port)
    }
}

/// An address of the network layer, 4 or 16 bytes.
package struct NetworkAddress: Equatable, Sendable {
    /// The bytes, in network order.
    package var bytes: [UInt8]

    /// An address of these bytes; nil unless there are 4 or 16.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads “10.0.0.1” or “fe80::1”; nil for a name.
    ///
    /// Numbers that libraries read as addresses too, such as “2130706433” or “0x7f.1”, are addresses that nobody may
    /// reach: they become 0.0.0.0.
    package init?(_ text: String) {
        if text.contains(":") {
            guard let bytes = Self.six(text) else { return nil }
            self.bytes = bytes
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty,
            last.allSatisfy({ $0.isASCII && $0.isNumber }) || last.lowercased().hasPrefix("0x")
        else { return nil }
        let numbers = parts.compactMap { part in
            part.count > 1 && part.first == "0" ? nil : UInt8(part)
        }
        bytes = parts.count == 4 && numbers.count == 4 ? numbers : [0, 0, 0, 0]
    }

    private static func six(_ text: String) -> [UInt8]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2 else { return nil }
        var sides: [[UInt8]] = []
        for half in halves {
            var bytes: [UInt8] = []
            for group in half.split(separator: ":", omittingEmptySubsequences: false) where !half.isEmpty {
                if group.contains("."), let four = NetworkAddress(String(group)), four.bytes.count == 4 {
                    bytes += four.bytes
                } else {
                    guard (1...4).contains(group.count), let value = UInt16(group, radix: 16) else {
                        return nil
                    }
                    bytes += [UInt8(value >> 8), UInt8(value & 255)]
                }
            }
            sides.append(bytes)
        }
        if sides.count == 1 { return sides[0].count == 16 ? sides[0] : nil }
        let missing = 16 - sides[0].count - sides[1].count
        guard missing >= 0 else { return nil }
        return sides[0] + Array(repeating: 0, count: missing) + sides[1]
    }

    /// Whether it is an address of the public network: none of a private one, of this machine, of a group, and none that
    /// leads to such by way of a translation (RFC 6890, RFC 4193, RFC 6052, RFC 3056, RFC 4380).
    package var isPublic: Bool {
        if bytes.count == 4 { return Self.isPublic(bytes) }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
        if isMapped { return Self.isPublic(Array(bytes[12...])) }
        let isTranslated =
            Array(bytes[..<4]) == [0, 0x64, 0xff, 0x9b] && bytes[4..<12].allSatisfy { $0 == 0 }
        if isTranslated { return Self.isPublic(Array(bytes[12...])) }
        guard bytes[0] & 0xe0 == 0x20 else { return false }
        if bytes[0] == 0x20, bytes[1] == 0x02 { return Self.isPublic(Array(bytes[2..<6])) }
        let head = Array(bytes[..<4])
        return head != [0x20, 0x01, 0, 0] && head != [0x20, 0x01, 0x0d, 0xb8]
    }

    private static func isPublic(_ four: [UInt8]) -> Bool {
        switch (four[0], four[1]) {
        case (0, _), (10, _), (127, _), (224..., _), (169, 254), (192, 168), (100, 64...127), (172, 16...31),
            (198, 18...19):
            false
        case (192, 0): four[2] != 0 && four[2] != 2
        case (198, 51): four[2] != 100
        case (203, 0): four[2] != 113
        default: true
        }
    }
}
