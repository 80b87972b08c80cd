// Sources: Sources/Diagnosis/Redaction Sources/Diagnosis/JSON Sources/Diagnosis/UTF8Text.swift
// Except: Sources/Diagnosis/Redaction/RedactionKey.swift Sources/Diagnosis/Redaction/Tokens/RedactionMapping.swift
// Flags: -ISources/CHyperscan -Xcc -I/usr/include/hs -lhs

/// Holds redaction to its promises on any bytes: pieces make no difference, lines stay, what is redacted is not
/// redacted again, and a report is JSON.
///
/// The first byte chooses the pieces; the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRedaction(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count >= 1, let rules, let key, let otherKey else { return 0 }
    let input = UnsafeRawBufferPointer(start: start, count: count)
    let text = Array(input[1...])
    var report = RedactionReportWriter()
    report.begin(file: "input")
    let once = redact(text, rules, key, pieces: nil) { report.add($0) }
    precondition(once == redact(text, rules, key, pieces: input[0]) { _ in }, "the output depends on the pieces")
    precondition(
        once.filter { $0 == 0x0A }.count == text.filter { $0 == 0x0A }.count, "the number of lines changed")
    var found = 0
    let twice = redact(once, rules, otherKey, pieces: nil) { _ in found += 1 }
    // Damaged escapes read differently with a token beside them, so they are not held to this.
    let isPlain = !text.contains { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "\\") }
    precondition(!isPlain || twice == once && found == 0, "what is redacted is redacted again")
    report.endFile()
    do throws(JSONSyntaxError) {
        _ = try JSON(parsing: String(decoding: report.finish(), as: UTF8.self))
    } catch {
        preconditionFailure("the report is no JSON: \(error)")
    }
    return 0
}

/// Stands in for the key that needs a library for its digests: any spread of bits will do here.
public struct RedactionKey: Sendable {
    private let seed: UInt64

    public init?(_ bytes: some Sequence<UInt8>) { seed = bytes.reduce(0) { $0 &* 31 &+ UInt64($1) } }

    func digest(_ domain: StaticString, _ value: some Collection<UInt8>) -> [UInt8] {
        var state = seed ^ UInt64(domain.utf8CodeUnitCount)
        for byte in value { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return (0..<32).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }
}

private let rules = try? RedactionRules()  // without a matcher there is nothing to hold to promises
private let key = RedactionKey(0..<32)
private let otherKey = RedactionKey(7..<39)

private func redact(
    _ text: [UInt8], _ rules: RedactionRules, _ key: RedactionKey, pieces seed: UInt8?,
    observe: (borrowing Redaction) -> Void
) -> [UInt8] {
    var stream = RedactionStream(rules: rules, key: key, windowSize: 1)
    var output: [UInt8] = []
    var state = seed ?? 0
    var rest = text[...]
    withoutActuallyEscaping(observe) { observe in
        while !rest.isEmpty {
            state = state &* 141 &+ 43
            let piece = Array(rest.prefix(seed == nil ? text.count : Int(state >> 3) + 1))
            rest = rest.dropFirst(piece.count)
            piece.withUnsafeBytes { stream.feed($0, observe: observe) { output.append(contentsOf: $0) } }
        }
        stream.finish(observe: observe) { output.append(contentsOf: $0) }
    }
    return output
}
