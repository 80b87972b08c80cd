import Testing

@testable import Diagnosis

/// Makes redactors for tests.
enum Redacting {
    static let key = key(1)

    static func key(_ number: UInt8) -> RedactionKey {
        guard let key = RedactionKey((0..<32).map { $0 ^ number }) else { preconditionFailure("a short key") }
        return key
    }

    static func rules(_ custom: [RedactionRules.Custom] = []) throws -> RedactionRules {
        try RedactionRules(custom: custom)
    }

    static func redact(_ text: String, key: RedactionKey = key) throws -> String {
        Redactor(rules: try rules(), key: key).redact(text)
    }

    struct Found: Hashable {
        var rule: String
        var line: Int
        var column: Int
        var text: String
        var token: String
    }

    /// What is found in a text.
    static func found(_ text: String, key: RedactionKey = key) throws -> [Found] {
        var found: [Found] = []
        _ = Redactor(rules: try rules(), key: key).redact(Array(text.utf8)) { redaction in
            found.append(
                Found(
                    rule: redaction.rule.name, line: redaction.line, column: redaction.column,
                    text: String(decoding: redaction.value, as: UTF8.self), token: redaction.token))
        }
        return found
    }
}

@Suite("Redaction of values") struct RedactionTests {
    @Test("A number is found where a word with digits follows it, and what is redacted is not redacted again")
    func numberBeforeAWord() throws {
        for text in ["phone: +1 212 555 0100 2nd floor", "phone 4111 1111 1131rp.com asked again"] {
            let once = try Redacting.redact(text)
            #expect(!once.contains("555 0100") && !once.contains("4111"), "\(once)")
            #expect(try Redacting.redact(once, key: Redacting.key(2)) == once)
        }
    }

    @Test(
        "PRIV-01 part: A URL with escapes in its password loses user, password and host alone",
        arguments: [
            ("https://user:p%40ss@host.halden.io/x", "url-password", "p%40ss"),
            ("mysql://root:a%3Ab%2Fc@db.halden.io/x", "url-password", "a%3Ab%2Fc"),
            ("postgres://app:s3cr3t%40pw@db-1.prod.halden.io:5432/shop", "url-password", "s3cr3t%40pw"),
        ])
    func escapedPassword(url: String, rule: String, password: String) throws {
        let found = try Redacting.found(url)
        #expect(found.contains { $0.rule == rule && $0.text == password }, "\(found)")
        let redacted = try Redacting.redact(url)
        #expect(redacted.contains("@") && !redacted.contains("halden.io"), "\(redacted)")
        #expect(redacted.hasPrefix(String(url.prefix { $0 != ":" }) + "://") && redacted.contains("/"))
        if url.contains("root:") { #expect(redacted.contains("://root:")) }
    }

    @Test("PRIV-01 part: Of Digest credentials the secret parameters go, and the header stays one")
    func digest() throws {
        let header =
            "Authorization: Digest username=\"anna\", realm=\"x y\", uri=\"/\", response=\"6629fae49393a05397450978507c4ef1\""
        for text in [
            header, "curl -H '\(header)' -v", "{\"line\": \"\(header.replacing("\"", with: "\\\""))\"}",
        ] {
            let redacted = try Redacting.redact(text)
            #expect(!redacted.contains("anna") && !redacted.contains("6629fae4"), "\(redacted)")
            #expect(redacted.contains("Digest username=") && redacted.contains("realm="), "\(redacted)")
            #expect(redacted.contains("uri=") && redacted.contains("response="), "\(redacted)")
        }
    }

    @Test(
        "PRIV-01 part: values of every kind are found, and nothing around them",
        arguments: [
            ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE", "aws-access-key"),
            (
                "token=ghp_0123456789abcdefghijABCDEFGHIJ456789 ok",
                "ghp_0123456789abcdefghijABCDEFGHIJ456789", "github-token"
            ),
            (
                "mail from ada.lovelace+x@mail.example-corp.org, ok", "ada.lovelace+x@mail.example-corp.org",
                "email"
            ),
            ("peer 203.0.113.77:443 refused", "203.0.113.77", "ipv4"),
            ("peer [2a00:1450:4001:81b::200e]:443", "2a00:1450:4001:81b::200e", "ipv6"),
            ("mac 00:1b:44:11:3a:b7 seen", "00:1b:44:11:3a:b7", "mac"),
            ("mac 00-1B-44-11-3A-B7 seen", "00-1B-44-11-3A-B7", "mac"),
            ("mac 001b.4411.3ab7 seen", "001b.4411.3ab7", "mac"),
            ("paid with 4111 1111 1111 1111 today", "4111 1111 1111 1111", "card"),
            ("paid with 5500005555555559 today", "5500005555555559", "card"),
            ("paid with 3782 822463 10005 today", "3782 822463 10005", "card"),
            ("iban DE89370400440532013000.", "DE89370400440532013000", "iban"),
            ("to GB82 WEST 1234 5698 7654 32 today", "GB82 WEST 1234 5698 7654 32", "iban"),
            ("call +49 30 901820 now", "+49 30 901820", "phone-international"),
            ("call +1 (415) 555-2671 now", "+1 (415) 555-2671", "phone-international"),
            ("call (415) 555-2671 now", "(415) 555-2671", "phone-north-america"),
            ("call 415-555-2671 now", "415-555-2671", "phone-north-america"),
            ("ssn 536-90-4399 given", "536-90-4399", "us-ssn"),
            ("cpf 529.982.247-25 given", "529.982.247-25", "br-cpf"),
            ("cf RSSMRA85T10A562S given", "RSSMRA85T10A562S", "it-codice-fiscale"),
            ("ahv 756.9217.0769.85 given", "756.9217.0769.85", "ch-ahv"),
            ("id 11010519491231002X given", "11010519491231002X", "cn-resident-id"),
            ("id 131052-308T given", "131052-308T", "fi-hetu"),
            ("pesel: 44051401359", "44051401359", "pl-pesel"),
            ("BSN 111222333 given", "111222333", "nl-bsn"),
            ("first_name=Ada last=1", "Ada", "field-name"),
            ("{\"lastName\":\"O'Neil Smith\",\"a\":1}", "O'Neil Smith", "field-name"),
            ("login user=jdoe from console", "jdoe", "field-user"),
            ("dob: 1984-03-12", "1984-03-12", "field-birth-date"),
            ("{\"latitude\": 52.520008}", "52.520008", "coordinates"),
            ("password=hunter2 next=1", "hunter2", "field-password"),
            ("{\"db_password\": \"pa\\\"ss, word\", \"x\": 1}", "pa\\\"ss, word", "field-password"),
            ("\"{\\\"password\\\":\\\"hunter2\\\"}\"", "hunter2", "field-password"),
            ("Data Source=(local);Password=a,b&c;Database=x", "a,b&c", "field-password"),
            ("<password>hunter2</password>", "hunter2", "field-password"),
            ("<add key=\"Password\" value=\"hunter2\"/>", "hunter2", "field-password"),
            ("mysqldump --password hunter2 db", "hunter2", "field-password"),
            ("CREATE USER x IDENTIFIED BY 'hunter2';", "hunter2", "field-password"),
            ("Authorization: Bearer abcdef123456", "abcdef123456", "field-authorization"),
            (
                "{\"name\": \"Authorization\", \"value\": \"Basic dXNlcjpwYXNz\"}", "dXNlcjpwYXNz",
                "basic"
            ),
            ("Cookie: sid=31d4d96e407aad42", "31d4d96e407aad42", "field-cookie"),
            ("api_key=9f8e7d6c5b4a39281706 rest", "9f8e7d6c5b4a39281706", "field-secret"),
            ("connecting to db-7.prod.acme-corp.com now", "db-7.prod.acme-corp.com", "hostname"),
            ("GET https://shop.acme-corp.de/index", "shop.acme-corp.de", "url-host"),
            ("https:\\/\\/shop.acme-corp.de\\/index", "shop.acme-corp.de", "url-host"),
            ("GET /login?user_email=ada%40mail.example-corp.org&x=1", "ada%40mail.example-corp.org", "email"),
            ("q=%7B%22password%22%3A%22hunter2%22%7D", "hunter2", "field-password"),
            ("next=%2Fx%3Fapi_key%3D9f8e7d6c5b4a39281706%26y%3D1", "9f8e7d6c5b4a39281706", "field-secret"),
            (
                "next=%252Fx%253Fapi_key%253D9f8e7d6c5b4a39281706%2526y%253D1", "9f8e7d6c5b4a39281706",
                "field-secret"
            ),
            ("{\"m\":\"password\\u003dhunter2\\u0026x\\u003d1\"}", "hunter2", "field-password"),
            ("<v>&quot;password&quot;:&quot;hunter2&quot;</v>", "hunter2", "field-password"),
            ("to worker-7/127.0.0.1:9000 ok", "worker-7", "field-host"),
            ("curl -u bob:secretpw https://localhost/", "secretpw", "field-password"),
            ("a:\n  password: |\n    one two\n  b: 1", "one two", "field-password"),
            ("- name: DB_PASSWORD\n  value: hunter2 pass\n", "hunter2 pass", "field-password"),
            ("<password><![CDATA[hunter2]]></password>", "hunter2", "field-password"),
            ("<key>password</key>\n  <string>hunter2</string>", "hunter2", "field-password"),
            ("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: ok", "combo", "syslog-host"),
            ("x-auth-token: abcdef0123456789", "abcdef0123456789", "field-secret"),
            ("user.setPassword(\"letmein\")", "letmein", "field-password"),
            ("Tel. 030/1234567 bitte", "030/1234567", "field-phone"),
            ("open C:\\Users\\jdoe\\x.txt", "jdoe", "field-user"),
            ("redis://:p4ssw0rd@localhost:6379", "p4ssw0rd", "url-password"),
            ("rhost=web-07 user=root", "web-07", "field-host"),
        ])
    func valuesAreFound(text: String, value: String, rule: String) throws {
        let found = try Redacting.found(text)
        #expect(found.map(\.text) == [value], "\(found)")
        #expect(found.first?.rule == rule)
        let redacted = try Redacting.redact(text)
        let token = try #require(found.first?.token)
        #expect(redacted == text.replacing(value, with: token))
    }

    @Test(
        "What only looks like a private value stays",
        arguments: [
            "release 1.2.3.4 is out", "lib-1.2.3.4.jar loaded", "Chrome/120.0.0.0 Safari/537.36",
            "oid 1.3.6.1.4.1",
            "listening on 127.0.0.1:8080 and 0.0.0.0:80", "mask 255.255.255.0",
            "id 550e8400-e29b-41d4-a716-446655440000 done", "sha da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "order 4111111111111112 shipped", "at 2026-11-21T16:35:43.123Z", "took 1700000000000 ns",
            "std::vector<int>::size()", "password: required", "password=${DB_PASSWORD}", "password=********",
            "max_tokens=4096 tokens: 1200", "token=null", "RedactionToken expired", "user=root uid=0",
            "org.apache.hadoop.net.NetUtils: ok", "java.io.IOException: broken", "image@2x.png",
            "Object@1a2b3c",
            "order 415-555-2671 shipped", "error at 12:34:56:78", "http://www.w3.org/2001/XMLSchema",
            "localhost/127.0.0.1", "password reset requested", "secretName: my-secret",
            "invalid token: unexpected",
            "0x7ffe:0x1234", "Nov 21 12:00:01 ERROR store: failed", "GET /users/42/orders",
            "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
        ])
    func lookAlikesStay(text: String) throws {
        #expect(try Redacting.found(text) == [])
        #expect(try Redacting.redact(text) == text)
    }
}
