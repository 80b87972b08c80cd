import Testing

@testable import Diagnosis

@Suite("Effort of redaction") struct RedactionEffortTests {
    @Test(
        "Text that is made to be slow costs little more than any other",
        arguments: [
            "password=", "password=\"", "eyJhbGciOiJIUzI1NiJ9.", "://a:b@", "a@b.", "4111", "1.2.3.4.", "ab:",
            "%2541",
            "cookie: a=b;", "\"cookies\":[{", "-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE KEY-----\\n",
            "user=",
            "authorization: bearer x,y=", "+49 ", "\"name\":\"password\",\"value\":", "&quot;", "token:[[[",
            "phone ",
            "password: |\n  a\n", "DE89 3704 ", "a.com.", "lat 1.23456,", "first_name: A ",
        ])
    func effortIsBounded(piece: String) throws {
        let text = Array(String(repeating: piece, count: 1_000_000 / piece.utf8.count).utf8)
        let redactor = Redactor(rules: try Redacting.rules(), key: Redacting.key)
        var output: [UInt8] = []
        let time = ContinuousClock().measure { output = redactor.redact(text) }
        #expect(output.filter { $0 == 0x0A }.count == text.filter { $0 == 0x0A }.count)
        // What follows a value forty thousand bytes far at every place takes minutes.
        #expect(time < .seconds(5))
    }
}
