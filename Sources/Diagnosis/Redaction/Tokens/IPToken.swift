/// Tokens of internet addresses are addresses themselves, so that filters, charts and diagnosis still read
/// them, from ranges that no computer has.
///
/// Version 4 goes to 240.0.0.0/4 (reserved, RFC 1112). Networks stay networks: two addresses that share their
/// first one, two or three numbers share as many in their tokens. Private ranges (RFC 1918), shared space
/// (RFC 6598) and link-local addresses have ranges of their own in there, into which they map one to one;
/// the rest of the internet is larger than what is left, so of 10,000 public addresses about every third
/// case has two with one token.
///
/// Version 6 goes to the range of documentation, 2001:db8::/32 (RFC 3849), network and interface apart.
enum IPToken {
    static func appendVersion4(_ octets: [UInt8], _ key: RedactionKey, to token: inout [UInt8]) {
        var parts = octets.map { Int($0) }
        guard parts.count == 4 else { return }
        let first = parts[0]
        let second = parts[1]
        switch (first, second) {
        case (10, _):
            parts[0] = 250
            parts[1] = permuted(second, octets[..<1], key)
        case (172, 16...31):
            parts[0] = 249
            parts[1] = 16 | (second ^ mask(octets[..<1], key)) & 0x0F
        case (192, 168): parts[0] = 249
        case (169, 254): parts[0] = 249
        case (100, 64...127):
            parts[0] = 249
            parts[1] = 64 | (second ^ mask(octets[..<1], key)) & 0x3F
        default:
            parts[0] = 240 + mask(octets[..<1], key) % 9
            parts[1] = permuted(second, octets[..<1], key)
        }
        parts[2] = permuted(Int(octets[2]), octets[..<2], key)
        parts[3] = permuted(Int(octets[3]), octets[..<3], key)
        for (place, part) in parts.enumerated() {
            if place > 0 { token.append(UInt8(ascii: ".")) }
            token.append(contentsOf: String(part).utf8)
        }
    }

    private static func mask(_ prefix: ArraySlice<UInt8>, _ key: RedactionKey) -> Int {
        Int(key.digest("ipv4 block", prefix)[0])
    }

    /// One of 256 numbers for one of 256, in an order that depends on what stands before.
    ///
    /// Four rounds of a Feistel network over two halves of four bits; a digest holds their sixteen values each.
    private static func permuted(_ value: Int, _ prefix: ArraySlice<UInt8>, _ key: RedactionKey) -> Int {
        let digest = key.digest("ipv4 octet", prefix)
        var left = value >> 4
        var right = value & 0x0F
        for round in 0..<4 {
            let byte = Int(digest[round * 8 + right / 2])
            (left, right) = (right, left ^ (right & 1 == 0 ? byte >> 4 : byte & 0x0F))
        }
        return left << 4 | right
    }

    static func appendVersion6(_ octets: [UInt8], _ key: RedactionKey, to token: inout [UInt8]) {
        let network = key.digest("ipv6 network", octets.prefix(8))
        let interface = key.digest("ipv6", octets)
        token.append("2001:db8")
        for place in [0, 2] { appendGroup(network, place, to: &token) }
        for place in [0, 2, 4, 6] { appendGroup(interface, place, to: &token) }
    }

    private static func appendGroup(_ digest: [UInt8], _ place: Int, to token: inout [UInt8]) {
        token.append(UInt8(ascii: ":"))
        let group = Int(digest[place]) << 8 | Int(digest[place + 1])
        token.append(contentsOf: String(group, radix: 16).utf8)
    }
}
