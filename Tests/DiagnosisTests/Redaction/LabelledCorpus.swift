@testable import Diagnosis

/// Logs, configurations, JSON and HAR with private values in known places, and values that only look private.
///
/// The same seed gives the same corpus. Values are made up; check digits are right where a kind has them.
struct LabelledCorpus {
    /// A private value that was put into a line.
    struct Label {
        var kind: RedactionKind
        var range: Range<Int>
        /// Whether its shape or its check digits give it away without a name beside it.
        var isFixed: Bool
    }

    private(set) var bytes: [UInt8] = []
    private(set) var labels: [Label] = []
    /// How many look-alikes of each sort were put in.
    private(set) var lookAlikes = 0
    private(set) var lines = 0
    private var random: SeededGenerator

    init(seed: UInt64, lines: Int) {
        random = SeededGenerator(seed: seed)
        for _ in 0..<lines { addLine() }
    }

    private mutating func pick<T>(_ values: [T]) -> T { values[random.below(values.count)] }
    private mutating func digits(_ count: Int) -> String {
        (0..<count).map { _ in String(random.below(10)) }.joined()
    }
    private mutating func text(_ count: Int, _ alphabet: String) -> String {
        let signs = Array(alphabet)
        return String((0..<count).map { _ in signs[random.below(signs.count)] })
    }
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let hex = "0123456789abcdef"

    private mutating func time() -> String {
        "2026-11-\(10 + random.below(20))T\(10 + random.below(14)):\(10 + random.below(50)):\(10 + random.below(50)).\(digits(3))Z"
    }

    private mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func add(_ kind: RedactionKind, _ value: String, isFixed: Bool) {
        labels.append(
            Label(kind: kind, range: bytes.count..<bytes.count + value.utf8.count, isFixed: isFixed))
        add(value)
    }

    private mutating func addLine() {
        switch random.below(10) {
        case 0...3: addLookAlike()
        case 4: addJSON()
        case 5: addHAR()
        case 6: addConfiguration()
        default: addLog()
        }
        add("\n")
        lines += 1
    }

    // MARK: - Values

    private mutating func fixed() -> (RedactionKind, String) {
        switch random.below(20) {
        case 0: (.cloudKey, "AKIA" + text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
        case 1: (.apiToken, "ghp_" + text(36, Self.letters))
        case 2: (.apiToken, "xoxb-" + digits(12) + "-" + text(24, Self.letters))
        case 3: (.apiToken, "sk_live_" + text(24, Self.letters))
        case 4: (.cloudKey, "AIza" + text(35, Self.letters + "_-"))
        case 5:
            (
                .jwt,
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI" + text(30, Self.letters) + "."
                    + text(43, Self.letters + "-_")
            )
        case 6: (.apiToken, "glpat-" + text(20, Self.letters))
        case 7: (.apiToken, "SG." + text(22, Self.letters) + "." + text(43, Self.letters))
        case 8: (.apiToken, "npm_" + text(36, Self.letters))
        case 9, 10: (.card, card())
        case 11, 12: (.iban, iban())
        case 13: (.nationalID, cpf())
        case 14:
            (.nationalID, "\(100 + random.below(560))-\(10 + random.below(89))-\(1000 + random.below(8999))")
        case 15:
            (
                .email,
                text(1, "abcdefgh") + text(6, "abcdefghijklmnop._")
                    + "x@mail-\(random.below(99)).acme-corp.\(pick(["com", "de", "co.uk"]))"
            )
        case 16:
            (
                .ipv4,
                "\(11 + random.below(110)).\(random.below(256)).\(random.below(256)).\(41 + random.below(200))"
            )
        case 17:
            (
                .ipv6,
                "2a0\(random.below(9)):\(text(4, "123456789abcdef")):\(text(3, "123456789abcdef"))::\(text(4, "123456789abcdef"))"
            )
        case 18: (.mac, (0..<6).map { $0 == 0 ? "00" : text(2, Self.hex) }.joined(separator: ":"))
        default: (.phone, "+49 30 \(1 + random.below(8))\(digits(6))")
        }
    }

    private mutating func card() -> String {
        var number = pick(["4", "51", "55", "6011"])
        number += digits(15 - number.count)
        let check =
            (0...9).first { PaymentCard.isNumber(Array((number + String($0)).utf8).map { $0 & 15 }) } ?? 0
        number += String(check)
        guard random.below(2) == 0 else { return number }
        let signs = Array(number)
        return (0..<4).map { String(signs[$0 * 4..<$0 * 4 + 4]) }.joined(separator: pick([" ", "-"]))
    }

    private mutating func iban() -> String {
        let account = digits(18)
        // D is 13 and E is 14; the check digits make the remainder one.
        let remainder = (account + "131400").reduce(0) { ($0 * 10 + (Int(String($1)) ?? 0)) % 97 }
        let check = 98 - remainder
        return "DE" + (check < 10 ? "0" : "") + String(check) + account
    }

    private mutating func cpf() -> String {
        let base = (0..<9).map { _ in random.below(10) }
        let first = zip(base, (2...10).reversed()).reduce(0) { $0 + $1.0 * $1.1 } * 10 % 11 % 10
        let second = zip(base + [first], (2...11).reversed()).reduce(0) { $0 + $1.0 * $1.1 } * 10 % 11 % 10
        let all = (base + [first, second]).map(String.init)
        return all[0..<3].joined() + "." + all[3..<6].joined() + "." + all[6..<9].joined() + "-"
            + all[9...].joined()
    }

    /// A value that the name of its field gives away.
    private mutating func named() -> (RedactionKind, String, String) {
        switch random.below(12) {
        case 0:
            (.password, "password", pick(["hunter2", "Tr0ub4dor-3", "correcthorse", "s3cr3t!x"]) + digits(2))
        case 1: (.password, "db_password", text(12, Self.letters + "!#*"))
        case 2: (.secret, "api_key", text(32, Self.hex))
        case 3: (.secret, "client_secret", text(24, Self.letters) + "7")
        case 4: (.secret, "access_token", text(40, Self.letters) + "1a")
        case 5: (.name, "first_name", pick(["Ada", "Grace", "Björk", "Søren", "José"]))
        case 6: (.name, "lastName", pick(["Lovelace", "Hopper", "O'Neil", "García"]))
        case 7: (.user, "username", pick(["jdoe", "alovelace", "g.hopper"]) + digits(1))
        case 8: (.birthDate, "dob", "19\(50 + random.below(49))-0\(1 + random.below(9))-1\(random.below(10))")
        case 9: (.phone, "phone", "0\(30 + random.below(60)) \(digits(7))")
        case 10: (.hostname, "host", "db-\(random.below(20)).prod.acme.internal")
        default:
            (
                .nationalID, "ssn",
                "\(100 + random.below(560))\(10 + random.below(89))\(1000 + random.below(8999))"
            )
        }
    }

    // MARK: - Lines

    private mutating func addLog() {
        add(
            "\(time()) \(pick(["INFO", "WARN", "ERROR"])) [\(pick(["main", "worker-3", "http-1"]))] c.a.\(pick(["Store", "Mailer", "Api"])) - "
        )
        if random.below(3) == 0 {
            let (kind, name, value) = named()
            add("rejected " + name + "=")
            add(
                kind, kind == .phone || value.contains(" ") ? value.filter { $0 != " " } : value,
                isFixed: false)
            add(" after \(random.below(900)) ms")
            return
        }
        let (kind, value) = fixed()
        add(pick(["request with ", "stored ", "got ", "unexpected input: ", "retrying for ", "("]))
        add(kind, value, isFixed: true)
        add(pick([" failed", ", giving up", " after 3 tries", ")", "; next"]))
    }

    private mutating func addJSON() {
        add("{\"ts\":\"\(time())\",\"level\":\"info\",\"status\":\(200 + random.below(300)),")
        let (kind, name, value) = named()
        add("\"\(name)\":\(random.below(2) == 0 ? " " : "")\"")
        add(kind, value, isFixed: false)
        let (other, secret) = fixed()
        add("\",\"detail\":\"for ")
        add(other, secret, isFixed: true)
        add("\",\"took_ms\":\(random.below(9_000))}")
    }

    private mutating func addHAR() {
        add("{\"request\":{\"url\":\"https://")
        add(.hostname, "shop-\(random.below(50)).acme-corp.com", isFixed: false)
        add("/cart?access_token=")
        add(.secret, text(32, Self.letters) + "a1", isFixed: false)
        add("\",\"headers\":[{\"name\":\"Authorization\",\"value\":\"Bearer ")
        add(.authorization, text(40, Self.letters), isFixed: false)
        add("\"},{\"name\":\"Accept\",\"value\":\"*/*\"}],\"cookies\":[{\"name\":\"sid\",\"value\":\"")
        add(.cookie, text(26, Self.letters), isFixed: false)
        add("\"}]}}")
    }

    private mutating func addConfiguration() {
        switch random.below(5) {
        case 0:
            add("jdbc.url=jdbc:postgresql://")
            add(.user, "app", isFixed: false)
            add(":")
            add(.password, text(10, Self.letters), isFixed: false)
            add("@")
            add(.hostname, "db-\(random.below(9)).acme.internal", isFixed: false)
            add(":5432/orders")
        case 1:
            add("    password: ")
            add(.password, text(6, Self.letters) + " " + text(4, Self.letters), isFixed: false)
        case 2:
            add("<property name=\"password\" value=\"")
            add(.password, text(9, Self.letters), isFixed: false)
            add("\"/>")
        case 3:
            add("conn=\"Data Source=(local);Initial Catalog=x;Password=")
            add(.password, text(9, Self.letters + "#!"), isFixed: false)
            add(";Encrypt=yes\"")
        default:
            add("export GITHUB_TOKEN=")
            add(.apiToken, "ghp_" + text(36, Self.letters), isFixed: true)
        }
    }

    private mutating func addLookAlike() {
        lookAlikes += 1
        add("\(time()) DEBUG ")
        let wrongCard = "4" + digits(14)
        let check =
            (0...9).first { CheckDigits.luhn(Array((wrongCard + String($0)).utf8).map { $0 & 15 }) } ?? 0
        add(
            pick([
                "order \(digits(10)) shipped",
                "version 1.\(random.below(9)).\(random.below(9)).\(random.below(30)) started",
                "id \(text(8, Self.hex))-\(text(4, Self.hex))-4\(text(3, Self.hex))-a\(text(3, Self.hex))-\(text(12, Self.hex))",
                "sha256 \(text(64, Self.hex))", "commit \(text(40, Self.hex)) merged",
                "etag \"\(text(32, Self.hex))\"",
                "took \(digits(3)).\(digits(6)) s, \(digits(6)) rows",
                "epoch 17\(digits(11)) and 17\(digits(8))",
                "img data:image/png;base64,iVBORw0KGgo\(text(80, Self.letters))",
                "reference \(wrongCard)\((check + 1) % 10) unknown",
                "ticket 415-555-\(digits(4)) closed", "tokens: \(digits(4)) max_tokens=\(digits(3))",
                "password: required",
                "org.acme.store.Orders$Line@\(text(7, Self.hex)) at Orders.java:\(digits(3))",
                "password reset sent",
                "dest=/var/lib/app/\(text(12, Self.hex)).dat offset=0x\(text(8, Self.hex))",
                "GET /static/app.min.js 304",
                "replica lag 12:34:\(10 + random.below(49)) at offset \(digits(12))",
                "trace_id=\(text(32, Self.hex)) span_id=\(text(16, Self.hex))",
                "User authentication failed: invalid token", "std::map<Key::id> at frame::\(digits(2))",
                "lib-2.\(random.below(9)).0.1.jar loaded",
                "name=orders count=\(digits(4)) state=RUNNING code=\(digits(3))",
                "ranges \(digits(5))-\(digits(5)) of \(digits(9))",
            ]))
    }
}
