import Domain
import Testing

/// The rules of codes: which count now, and how they may be typed.
@Suite("Second factor")
struct SecondFactorTests {
    /// A code that says its step, so that rules are tested without cryptography.
    private func code(_ step: Int64) -> String { String(String(1_000_000 + step % 1_000_000).dropFirst()) }
    private let now = Timestamp(microseconds: 3000 * 1_000_000)

    private func accepted(_ text: String, after last: Int64 = 0) -> Int64? {
        SecondFactor.acceptedStep(text, at: now, after: last, code: code)
    }

    @Test("The codes of this half-minute, the one before and the one after count")
    func window() {
        #expect(accepted("000098") == nil)
        #expect(accepted("000099") == 99)
        #expect(accepted("000100") == 100)
        #expect(accepted("000101") == 101)
        #expect(accepted("000102") == nil)
    }

    @Test("A code counts once, and none before it counts after it")
    func once() {
        #expect(accepted("000100", after: 100) == nil)
        #expect(accepted("000099", after: 100) == nil)
        #expect(accepted("000101", after: 100) == 101)
    }

    @Test("Blanks and dashes in a code do not matter")
    func blanks() {
        #expect(SecondFactor.read(" 012 345 ") == .app("012345"))
        #expect(SecondFactor.read("012-345") == .app("012345"))
        #expect(SecondFactor.read("01234") == nil)
        #expect(SecondFactor.read("٠١٢٣٤٥") == nil)
        #expect(SecondFactor.read("") == nil)
    }

    @Test("A recovery code is read with capitals, without dashes, and with letters that look like digits")
    func recovery() {
        let code = SecondFactor.recoveryCode((0..<16).map { UInt8($0) })
        #expect(code == "0123-4567-89ab-cdef")
        #expect(SecondFactor.read("O1234567 89AB CDEF") == .recovery(code))
        #expect(SecondFactor.read("ol234567-89ab-cdef") == .recovery(code))
        #expect(SecondFactor.read("0123-4567-89ab-cde") == nil)
    }

    @Test("Keys are written as RFC 4648 says")
    func base32() {
        let vectors = [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI"),
        ]
        for (text, written) in vectors { #expect(SecondFactor.base32(Array(text.utf8)) == written) }
        #expect(SecondFactor.base32([UInt8](repeating: 255, count: 20)) == String(repeating: "7", count: 32))
    }
}
