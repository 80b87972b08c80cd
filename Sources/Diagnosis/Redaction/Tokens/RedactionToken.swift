/// The token of a value: which value it was cannot be said without the key, but equal ones have equal tokens.
enum RedactionToken {
    static func make(
        _ value: UnsafeBufferPointer<UInt8>, _ kind: RedactionKind, _ form: RedactionSpan.Form,
        _ key: RedactionKey
    ) -> [UInt8] {
        let plain = Spelling.plain(value, form)
        let canonical = Spelling.canonical(plain, kind)
        var token: [UInt8] = []
        switch (form, kind) {
        case (.number, _):
            token.append(Pseudonym.numberPrefix)
            Pseudonym.appendDigits(key.digest(domain(of: kind), canonical), 12, to: &token)
        case (.decimal, _):
            token.append(Pseudonym.decimalPrefix)
            Pseudonym.appendDigits(key.digest(domain(of: kind), canonical), 8, to: &token)
        case (_, .ipv4): IPToken.appendVersion4(canonical, key, to: &token)
        case (_, .ipv6): IPToken.appendVersion6(canonical, key, to: &token)
        case (_, .mac): appendMAC(canonical, separators: plain, key, to: &token)
        case (_, .email): appendEmail(canonical, form, key, to: &token)
        case (_, .hostname): appendHost(canonical, key, to: &token)
        default:
            token.append("REDACTED-")
            token.append(contentsOf: kind.rawValue.utf8)
            token.append(UInt8(ascii: "-"))
            Pseudonym.append(key.digest(domain(of: kind), canonical), to: &token)
        }
        return token
    }

    /// Values of one domain that are equal have equal digests, whatever rule found them.
    private static func domain(of kind: RedactionKind) -> StaticString {
        switch kind {
        case .privateKey, .cloudKey, .apiToken, .jwt, .password, .authorization, .cookie, .secret: "secret"
        case .email: "email"
        case .phone: "phone"
        case .card: "card"
        case .iban: "account"
        case .nationalID, .health: "number"
        case .ipv4: "ipv4"
        case .ipv6: "ipv6"
        case .mac: "mac"
        case .name, .user: "name"
        case .birthDate: "date"
        case .address: "address"
        case .coordinates: "coordinates"
        case .hostname: "host"
        case .custom: "custom"
        }
    }

    /// `h...` below a name that can never exist (RFC 6761): tools take it for a host, and no mail arrives.
    private static func appendHost(
        _ host: some Collection<UInt8>, _ key: RedactionKey, to token: inout [UInt8]
    ) {
        token.append(UInt8(ascii: "h"))
        Pseudonym.append(key.digest("host", host), to: &token)
        token.append(".redacted.invalid")
    }

    /// A mail address whose host is the token of the real one's host.
    private static func appendEmail(
        _ address: [UInt8], _ form: RedactionSpan.Form, _ key: RedactionKey, to token: inout [UInt8]
    ) {
        token.append(UInt8(ascii: "u"))
        Pseudonym.append(key.digest("email", address), to: &token)
        token.append(form == .percentEncoded ? "%40" : "@")
        let at = address.lastIndex(of: UInt8(ascii: "@")) ?? 0
        appendHost(address[(at + 1)...], key, to: &token)
    }

    /// A hardware address in the same notation.
    private static func appendMAC(
        _ digits: [UInt8], separators plain: [UInt8], _ key: RedactionKey, to token: inout [UInt8]
    ) {
        let digest = key.digest("mac", digits)
        var value = Pseudonym.macPrefix << 24
        for place in 0..<3 { value |= UInt64(digest[place]) << UInt64(8 * place) }
        let isUpper = plain.contains { isUppercase($0) }
        let hex: StaticString = isUpper ? "0123456789ABCDEF" : "0123456789abcdef"
        var shift: UInt64 = 44
        for byte in plain {
            if isHex(byte) {
                token.append(hex.utf8Start[Int(value >> shift & 0xF)])
                shift = shift == 0 ? 44 : shift - 4
            } else {
                token.append(byte)
            }
        }
    }
}

extension [UInt8] {
    /// Appends the bytes of a text.
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
