import Testing

@testable import Diagnosis

@Suite("Pseudonyms") struct PseudonymTests {
    @Test("PRIV-02: a value has one token through a case, however it is written, and another in another case")
    func tokensAreStable() throws {
        let spellings = [
            ["a ada@mail.acme-corp.com b", "x=ADA@Mail.acme-corp.com;", "q=ada%40mail.acme-corp.com&"],
            ["call +49 30 901820 now", "phone=004930901820 x", "{\"phone\":\"+4930901820\"}"],
            ["4111 1111 1111 1111 ok", "card 4111-1111-1111-1111 ok", "a card 4111111111111111 b"],
            ["mac 00:1b:44:11:3a:b7", "mac 00:1B:44:11:3A:B7"].map { $0.lowercased() },
            ["ip 2a00:1450:4001:81b::200e x", "ip 2a00:1450:4001:081b:0:0:0:200e x"],
            ["password=hun%26ter2", "{\"password\":\"hun\\u0026ter2\"}", "{\"password\": \"hun&ter2\"}"],
        ]
        for texts in spellings {
            let tokens = try texts.map { text in try #require(Redacting.found(text).first, "\(text)").token }
            let plain = Set(tokens.map { $0.replacing("%40", with: "@") })
            #expect(plain.count == 1, "\(texts) \(tokens)")
            let other = try #require(Redacting.found(texts[0], key: Redacting.key(2)).first).token
            #expect(!plain.contains(other))
        }
    }

    @Test("Secrets are recognised again whichever rule found them")
    func secretsCorrelate() throws {
        let found = try Redacting.found(
            "password=s3cretpass9 https://bob:s3cretpass9@db.acme-corp.com/ api_key=s3cretpass9")
        let codes = Set(found.filter { $0.text == "s3cretpass9" }.map { String($0.token.suffix(10)) })
        #expect(codes.count == 1)
    }

    @Test("Tokens of addresses are addresses, networks stay networks, and private ranges map one to one")
    func addressesKeepTheirShape() throws {
        var tokens: [String: String] = [:]
        for address in (0..<256).map({ "192.168.7.\($0)" }) + (0..<256).map({ "10.1.\($0).9" }) {
            let token = try #require(Redacting.found("from \(address) x").first).token
            #expect(tokens.updateValue(token, forKey: address) == nil)
            let parts = token.split(separator: ".").compactMap { UInt8($0) }
            #expect(parts.count == 4 && parts[0] >= 240)
        }
        #expect(Set(tokens.values).count == 512)
        #expect(
            Set((0..<256).compactMap { tokens["192.168.7.\($0)"]?.split(separator: ".")[..<3] }).count == 1)
        let first = try #require(Redacting.found("from 2a00:1450:4001:81b::200e").first).token
        let second = try #require(Redacting.found("from 2a00:1450:4001:81b::99").first).token
        #expect(first.hasPrefix("2001:db8:") && first != second)
        #expect(first.split(separator: ":")[..<4] == second.split(separator: ":")[..<4])
    }

    @Test("A token hides its value: without the key nothing of it is in there")
    func tokensSayNothing() throws {
        let text =
            "password=hunter2 ada@mail.acme-corp.com 4111 1111 1111 1111 536-90-4399 host=db-7.acme.internal"
        let redacted = try Redacting.redact(text)
        for part in ["hunter", "ada", "acme", "4111", "536", "4399", "db-7"] {
            #expect(!redacted.contains(part))
        }
    }

    @Test("A sealed mapping gives values back under its key alone")
    func mappingIsSealed() throws {
        var mapping = RedactionMapping()
        let text = Array("login password=hunter2 from 203.0.113.77, again 203.0.113.77".utf8)
        _ = Redactor(rules: try Redacting.rules(), key: Redacting.key).redact(text) { mapping.add($0) }
        #expect(mapping.count == 2)
        let key = Array(repeating: UInt8(3), count: 32)
        let sealed = try mapping.sealed(key: key, nonce: Array(repeating: 5, count: 12))
        #expect(!String(decoding: sealed, as: UTF8.self).contains("hunter2"))
        let opened = try RedactionMapping(opening: sealed, key: key)
        let token = try #require(Redacting.found("password=hunter2").first).token
        #expect(opened.value(of: token) == Array("hunter2".utf8))
        #expect(throws: RedactionMapping.Problem.refused) {
            try RedactionMapping(opening: sealed, key: Array(repeating: UInt8(4), count: 32))
        }
        var damaged = sealed
        damaged[20] ^= 1
        #expect(throws: RedactionMapping.Problem.refused) { try RedactionMapping(opening: damaged, key: key) }
        #expect(throws: RedactionMapping.Problem.malformed) {
            try RedactionMapping(opening: [1, 2], key: key)
        }
        var small = RedactionMapping(limit: 100)
        _ = Redactor(rules: try Redacting.rules(), key: Redacting.key).redact(text) { small.add($0) }
        #expect(small.count == 1 && small.leftOut == 2)
    }
}
