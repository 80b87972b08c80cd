/// The words that the rules know; each list can be emptied at a small cost in accuracy.
enum TokenWords {
    static let months = set(
        "jan feb mar apr may jun jul aug sep oct nov dec january february march april june july august september october november december"
    )
    static let weekdays = set(
        "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday")
    static let units = set(
        "b kb mb gb tb kib mib gib tib ns us ms sec secs s min mins h hz khz mhz ghz kbps mbps kb/s mb/s utc gmt est edt cst cdt mst mdt pst pdt cet cest am pm"
    )
    static let joints = set(". : - / _ , @ + ~ * x -- ~~ .. :: __")
    /// Words whose opposite means something else, so that they are never one parameter.
    static let opposites = set(
        "true false yes no on off up down enabled disabled enable disable open opened close closed start started stop stopped begin end success failure succeeded failed allow allowed deny denied accept accepted reject rejected"
    )
    static let nulls = set("null none nil n/a undefined unknown")
    static let labels = set(
        "user users username host hostname node file path directory server client device service process thread job task container block volume topic queue table database db index key name named id port address interface module package class method command program group account domain session token tag app application url uri bucket pod namespace image disk partition component role plugin channel item property"
    )
    static let prepositions = set("for from to by at on of in with as into via")

    private static func set(_ words: String) -> Set<String> {
        var all: Set<String> = []
        var word = ""
        for scalar in words.unicodeScalars {
            if scalar == " " {
                all.insert(word)
                word = ""
            } else {
                word.unicodeScalars.append(scalar)
            }
        }
        all.insert(word)
        return all
    }

    /// A token of a text, without what depends on the blank before it.
    static func token(_ text: String, hash: UInt64) -> Token {
        let bytes = Array(text.utf8)
        let lowered = String(decoding: bytes.map(\.lowercased), as: UTF8.self)
        var traits: Token.Traits = []
        if months.contains(lowered) { traits.insert(.month) }
        if weekdays.contains(lowered) { traits.insert(.weekday) }
        if units.contains(lowered) { traits.insert(.unit) }
        if joints.contains(text) { traits.insert(.joint) }
        if labels.contains(lowered) { traits.insert(.label) }
        if prepositions.contains(lowered) { traits.insert(.preposition) }
        if bytes.contains(0x2E) { traits.insert(.hasDot) }
        var pair: UInt8 = 0
        switch text {
        case ",": traits.insert(.comma)
        case ";": traits.insert(.semicolon)
        case ":": traits.insert(.colon)
        case "=": traits.insert(.equals)
        case "\"": traits.insert(.quote)
        case "(", ")": pair = 1
        case "[", "]": pair = 2
        case "<", ">": pair = 3
        case "{", "}": pair = 4
        default: break
        }
        if "([<{".contains(text) { traits.insert(.opening) }
        if ")]>}".contains(text) { traits.insert(.closing) }
        if text == "(" || text == "[" { traits.insert(.round) }
        return Token(
            text: text, kind: kind(bytes, lowered), traits: traits, hash: hash, bare: 0, pair: pair)
    }

    private static func kind(_ bytes: [UInt8], _ lowered: String) -> TokenKind {
        if bytes.first == 0x22 { return .quoted }
        if opposites.contains(lowered) { return .opposite }
        if nulls.contains(lowered) { return .null }
        if !bytes.contains(where: \.isLetter) { return .sign }
        if bytes.contains(0x23) { return .numbered }
        if bytes.contains(where: { $0 == 0x2E || $0 == 0x2F || $0 == 0x24 }) { return .dotted }
        let hasUpper = bytes.contains(where: \.isUppercase)
        let hasLower = bytes.contains(where: \.isLowercase)
        let isUpper = hasUpper && !hasLower
        if isUpper, bytes.count > 1 { return .state }
        if bytes.contains(0x5F) || bytes.dropFirst().contains(where: \.isUppercase) && !isUpper {
            return .identifier
        }
        if bytes.count > 4, lowered.hasSuffix("ed") || lowered.hasSuffix("ing") { return .verb }
        return .word
    }
}
