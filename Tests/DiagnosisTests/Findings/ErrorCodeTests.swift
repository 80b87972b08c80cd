import Diagnosis
import Testing

/// Codes by which programs name errors.
@Suite("Codes of errors")
struct ErrorCodeTests {
    @Test(
        "DIAG-54 part: codes are found by their shape and by what names them",
        arguments: [
            ("ORA-00942: table or view does not exist", ["ORA-00942"]),
            ("Capture refused: PAY_1043, see PAY_1043", ["PAY_1043"]),
            ("error TS2345: Argument of type", ["TS2345"]),
            ("connect ECONNREFUSED 10.0.0.7:5432", ["ECONNREFUSED"]),
            ("net::ERR_CERT_DATE_INVALID at load", ["ERR_CERT_DATE_INVALID"]),
            ("failed with 0x80070005 (access is denied)", ["0x80070005"]),
            ("SQLSTATE[42P01]: undefined table", ["42P01"]), ("sqlstate=23505 on insert", ["23505"]),
            ("{\"level\":\"error\",\"error_code\":\"card_declined\",\"n\":7}", ["card_declined"]),
            ("{\"error\":{\"code\":4012}}", ["4012"]), ("the call failed with error code 1205", ["1205"]),
        ])
    func found(text: String, codes: [String]) { #expect(ErrorCode.codes(in: text) == codes, "\(text)") }

    @Test(
        "What is numbered likewise and is no error is none",
        arguments: [
            "encoded as UTF-16 by SHA-256 with AES-128", "worker WORKER-12 on NODE-003 took 17 ms",
            "order 4f2a-0012-a1 of 2026-03-02 stored", "error code: none", "code=200 ok",
            "GET /api/PAY-1043/x", "the id is 0x80000000", "error_code=0 errno: 00", "exit code 137",
            "see RFC-3339 and ISO-8601", "an error number that nobody knows",
        ])
    func none(text: String) { #expect(ErrorCode.codes(in: text).isEmpty, "\(text)") }

    @Test("Codes are counted in records that warn or tell of errors, with the first line of each")
    func counted() throws {
        let text = (0..<200).map { second in
            let time =
                "2026-03-02 08:\(second < 60 ? "00" : second < 120 ? "01" : second < 180 ? "02" : "03"):\(second % 60 < 10 ? "0" : "")\(second % 60)"
            return second >= 50 && second % 5 == 0
                ? "\(time) ERROR shop - Capture of order \(second) refused: PAY-1043"
                : "\(time) INFO shop - Build REL-2204 took order \(second)"
        }.joined(separator: "\n")
        let codes = Examining(text).diagnosis.codes
        #expect(codes.map(\.code) == ["PAY-1043"])
        let code = try #require(codes.first)
        #expect(code.count == 30 && code.first?.line == 51 && code.times != nil)
    }
}
