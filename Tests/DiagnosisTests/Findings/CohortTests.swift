import Diagnosis
import Testing

@Suite("What failed records have in common") struct CohortTests {
    /// Payments over weeks, of which a few of one merchant code and of late accounts fail from a day on.
    private static func payments(failing: Bool, json: Bool) -> String {
        var random = SeededGenerator(seed: 21)
        var text = ""
        let start = 1_767_225_600  // 2026-01-01
        for index in 0..<60_000 {
            let second = index * 172
            let day = second / 86_400
            let code = ["5411", "5812", "7995", "4121", "5999", "6011", "5732", "5691", "5310", "5499"][
                random.below(10)]
            let region = ["eu", "us", "ap"][random.below(3)]
            let created = "2025-\(10 + random.below(3))-\(10 + random.below(18))"
            let isHit = failing && code == "7995" && region == "ap" && day >= 60
            let fails = isHit ? random.below(4) == 0 : random.below(2000) == 0
            let at = LogTime.text(Int64(start + second) * 1_000_000)
            let status = fails ? "declined" : "approved"
            text +=
                json
                ? "{\"time\":\"\(at)\",\"level\":\"info\",\"msg\":\"payment processed\",\"txn_id\":\"\(random.below(1 << 40))\",\"merchant_code\":\"\(code)\",\"region\":\"\(region)\",\"account_created\":\"\(created)\",\"status\":\"\(status)\"}\n"
                : "time=\(at) level=info msg=\"payment processed\" txn_id=\(random.below(1 << 40)) merchant_code=\(code) region=\(region) account_created=\(created) status=\(status)\n"
        }
        return text
    }

    @Test(
        "DIAG-50: The attributes that separate a low share of failures are found with significance and onset",
        arguments: [true, false])
    func cohort(json: Bool) throws {
        let examined = Examining(Self.payments(failing: true, json: json))
        let finding = try #require(examined.finding("log.cohort"), "\(examined.findings.map(\.title))")
        #expect(finding.title.contains("merchant_code = 7995"))
        #expect(finding.title.contains("region = ap"))
        #expect(try #require(finding.details["p_value"]?.double) < 1e-6)
        let onset = try #require(finding.details["onset"]?.string)
        #expect(onset.hasPrefix("2026-03-02") || onset.hasPrefix("2026-03-03"), "\(onset)")
        #expect(examined.text(finding.citations[0]).contains("7995"))
        #expect(examined.lies() == [])
    }

    @Test("Failures that are spread evenly have nothing in common")
    func even() {
        let examined = Examining(Self.payments(failing: false, json: true))
        #expect(examined.finding("log.cohort") == nil)
    }

    /// Accounts of which those with one identity provider and one version are affected, and few others.
    private static func accounts(_ column: String, _ affected: String, _ unaffected: String) -> String {
        var random = SeededGenerator(seed: 4)
        var text = "account,created,merchant_code,region,plan,version,idp,\(column)\n"
        for index in 0..<4000 {
            let (version, idp) = (
                ["4.17.2", "4.18.0", "4.18.1"][random.below(3)], ["okta", "entra", "google"][random.below(3)]
            )
            let isHit = version == "4.18.0" && idp == "okta"
            let isAffected = isHit ? random.below(10) < 6 : random.below(200) == 0
            text +=
                "acc-\(index),2025-0\(1 + random.below(9))-1\(random.below(10)),\(5000 + random.below(5)),\(["eu", "us"][random.below(2)]),\(["free", "team"][random.below(2)]),\(version),\(idp),\(isAffected ? affected : unaffected)\n"
        }
        return text
    }

    @Test(
        "DIAG-49: Of a table of affected and unaffected accounts the attributes that separate them are ranked",
        arguments: [
            ["affected", "yes", "no"], ["outcome", "affected", "unaffected"], ["status", "failed", "ok"],
            ["impacted", "true", "false"],
        ])
    func table(_ words: [String]) throws {
        let examined = Examining(Self.accounts(words[0], words[1], words[2]))
        let finding = try #require(examined.finding("log.cohort"), "\(examined.findings.map(\.title))")
        #expect(finding.title.contains("version = 4.18.0") && finding.title.contains("idp = okta"))
        let ranked = try #require(finding.details["ranked"]?.array).compactMap { $0["condition"]?.string }
        #expect(Set(ranked.prefix(2)) == ["version = 4.18.0", "idp = okta"], "\(ranked)")
        #expect(!ranked.contains { $0.hasPrefix("region") || $0.hasPrefix("plan") }, "what divides nothing")
        #expect(try #require(finding.details["p_value"]?.double) < 1e-6)
        #expect(examined.text(finding.citations[0]).contains("4.18.0"))
    }
}
