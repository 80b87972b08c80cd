import Diagnosis
import Foundation
import Testing

/// Holds the reader against Foundation's on generated texts, whole and damaged.
@Suite("JSON beside Foundation")
struct JSONDifferentialTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    @Test("Both readers see the same value, and what is written reads back alike", arguments: seeds)
    func generated(seed: UInt64) throws {
        var corpus = JSONCorpus(seed: seed)
        for _ in 0..<300 {
            let text = corpus.text()
            let value = try JSON(parsing: text)
            let reference = try JSONSerialization.jsonObject(
                with: Data(text.utf8), options: .fragmentsAllowed)
            #expect(agree(value, reference), "\(text)")
            let back = try JSON(parsing: value.text)
            #expect(back == value)
            #expect(back.text == value.text)
        }
    }

    @Test("Both readers refuse the same texts, but for the stricter rules", arguments: seeds)
    func damaged(seed: UInt64) {
        var corpus = JSONCorpus(seed: seed)
        for _ in 0..<1_000 {
            let bytes = corpus.damaged(Array(corpus.text().utf8))
            // Foundation takes a NUL at the start for UTF-16 or UTF-32.
            guard !bytes.prefix(4).contains(0) else { continue }
            let reference = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            do throws(JSONSyntaxError) {
                let value = try JSON(parsing: bytes)
                guard let reference else {
                    Issue.record("only this reader accepts \(String(decoding: bytes, as: UTF8.self))")
                    continue
                }
                #expect(agree(value, reference), "\(String(decoding: bytes, as: UTF8.self))")
            } catch {
                guard reference != nil, !isStricterRule(error.message) else { continue }
                Issue.record("\(error) in \(String(decoding: bytes, as: UTF8.self))")
            }
        }
    }

    @Test("Every number is the nearest double", arguments: seeds)
    func nearestDouble(seed: UInt64) throws {
        var corpus = JSONCorpus(seed: seed)
        for _ in 0..<3_000 {
            let text = corpus.number()
            #expect(try JSON(parsing: text).double == Double(text), "\(text)")
        }
    }

    private func isStricterRule(_ message: String) -> Bool {
        message.hasSuffix("appears twice in this object") || message.hasSuffix("half of a surrogate pair")
            || message.hasSuffix("beyond the range of a double")
    }

    /// Whether both values say the same.
    private func agree(_ value: JSON, _ reference: Any) -> Bool {
        switch value {
        case .null: return reference is NSNull
        case .bool(let value): return (reference as? NSNumber)?.boolValue == value
        case .integer(let value): return (reference as? NSNumber)?.int64Value == value
        case .number(let value):
            // Foundation goes through Decimal, whose conversion is a few units in the last place off.
            let reference = (reference as? NSNumber)?.doubleValue ?? .nan
            return (reference - value).magnitude <= value.magnitude * 0x1p-48
        case .string(let value):
            return (reference as? String).map { Array($0.utf8) } == Array(value.utf8)
        case .array(let value):
            guard let reference = reference as? [Any] else { return false }
            return reference.count == value.count && zip(value, reference).allSatisfy(agree)
        case .object(let value):
            guard let reference = reference as? [String: Any] else { return false }
            return reference.count == value.count
                && value.allSatisfy { agree($0.value, reference[$0.key] as Any) }
        }
    }
}

/// Makes JSON texts with every kind of value, space and escape, and damages them.
private struct JSONCorpus {
    private var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func text() -> String {
        space() + value(depth: 0) + space()
    }

    private mutating func value(depth: Int) -> String {
        switch random.below(depth > 5 ? 5 : 8) {
        case 0: return ["null", "true", "false"][random.below(3)]
        case 1: return integer()
        case 2: return number()
        case 3, 4: return string()
        case 5: return list("[", "]") { $0.value(depth: depth + 1) }
        default:
            var count = 0
            return list("{", "}") {
                count += 1
                let key = $0.string().dropLast() + "\(count)\""
                return key + $0.space() + ":" + $0.space() + $0.value(depth: depth + 1)
            }
        }
    }

    private mutating func list(
        _ opening: String, _ closing: String, _ element: (inout JSONCorpus) -> String
    ) -> String {
        var elements: [String] = []
        for _ in 0..<random.below(random.below(10) == 0 ? 40 : 6) {
            elements.append(space() + element(&self) + space())
        }
        return opening + (elements.isEmpty ? space() : elements.joined(separator: ",")) + closing
    }

    private mutating func integer() -> String {
        let value = Int64(bitPattern: random.next()) >> random.below(64)
        return value == 0 ? "0" : "\(value)"
    }

    mutating func number() -> String {
        var text = integer()
        if random.below(3) > 0 { text += "." + String(random.next() >> random.below(64)) }
        if random.below(3) == 0 {
            text += ["e", "E"][random.below(2)] + ["", "+", "-"][random.below(3)] + "\(random.below(280))"
        }
        return text
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "plain words, ", "0123456789abcdef", "\u{E9}", "\u{20AC}", "\u{1F600}", "\u{7F}", "\u{2028}",
            #"\n"#, #"\""#, #"\\"#, #"\/"#, #"\u0041"#, #"\u00E9"#, #"\u20ac"#, #"\uD83D\uDE00"#, #"\u0000"#,
        ]
        var text = "\""
        for _ in 0..<random.below(8) { text += pieces[random.below(pieces.count)] }
        return text + "\""
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t\r\n  "][random.below(6)]
    }

    /// One to three small changes to `bytes`.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        let text = "{}[]:,\"\\0123456789.eE+-truefalsn \n\u{0}\u{1F}\u{E9}"
        let marks = Array(text.utf8) + [0x80, 0xC0, 0xED, 0xFF]
        var bytes = bytes
        for _ in 0...random.below(3) {
            let place = random.below(bytes.count + 1)
            let mark = marks[random.below(marks.count)]
            switch random.below(4) {
            case 0 where place < bytes.count: bytes.remove(at: place)
            case 1 where place < bytes.count: bytes[place] = mark
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + random.below(4)))
            default: bytes.insert(mark, at: place)
            }
        }
        return bytes
    }
}
