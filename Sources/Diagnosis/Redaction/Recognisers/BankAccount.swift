/// International bank account numbers (ISO 13616), with the length of their country and check digits of
/// modulus 97 (ISO 7064).
enum BankAccount {
    /// Country, check digits and the first four of the number, at the beginning of a word.
    static let expression =
        "(?:[^A-Za-z0-9]|\\\\[nrt])[A-Za-z]{2}[0-9]{2}(?:[A-Za-z0-9]{7}|[ -][A-Za-z0-9]{4}[ -][A-Za-z0-9]{3})"

    private static let lengths: [UInt16: Int] = {
        let table =
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 "
            + "DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
            + "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 "
            + "NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 "
            + "SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
        var lengths: [UInt16: Int] = [:]
        for entry in table.utf8.split(separator: 0x20) {
            let bytes = Array(entry)
            lengths[UInt16(bytes[0]) << 8 | UInt16(bytes[1])] =
                Int(bytes[2] - 0x30) * 10 + Int(bytes[3] - 0x30)
        }
        return lengths
    }()

    /// Claims the number whose first eleven characters end at `end`.
    static func find(in text: TextView, at end: Int, into spans: inout [RedactionSpan]) {
        let isGrouped = !isAlphanumeric(text[end - 4]) && !isAlphanumeric(text[end - 9])
        claim(text, from: end - (isGrouped ? 13 : 11), into: &spans)
    }

    private static func claim(_ text: TextView, from start: Int, into spans: inout [RedactionSpan]) {
        guard text.isWordStart(start) else { return }
        let country = UInt16(text[start] & 0xDF) << 8 | UInt16(text[start + 1] & 0xDF)
        guard let length = lengths[country] else { return }
        var offset = start
        var count = 0
        // The country and the check digits come last in the sum, as in the standard.
        var head = 0
        var remainder = 0
        while count < length {
            let byte = text[offset]
            if isAlphanumeric(byte) {
                let value = isDigit(byte) ? Int(byte) - 48 : Int(byte & 0xDF) - 55
                if count < 4 {
                    head = count < 2 ? head * 100 + value : head * 10 + value
                } else {
                    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
                }
                count += 1
            } else if !(byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-"))
                || !isAlphanumeric(text[offset + 1])
            {
                return
            }
            offset += 1
        }
        guard !isAlphanumeric(text[offset]), (remainder * 1_000_000 + head) % 97 == 1 else { return }
        spans.append(RedactionSpan(start, offset, .iban))
    }
}
