import Domain

/// The files of the demo's cases.
enum DemoFiles {
    /// A day of four bridge hosts; 1 capture in 300 or so is refused.
    static let bridgeLog = DemoFile(name: "acquirer-bridge.log") { now in
        let lines = (0..<2400).map { index -> String in
            let at = now.adding(seconds: -86_400 + Int64(index) * 30)
            let payment = String(0x5A10 + index * 37, radix: 16, uppercase: true)
            guard index % 300 == 17 else {
                return
                    "\(at.rfc3339) INFO  bridge-\(index % 4 + 1) capture accepted payment=pay-\(payment) took=\(40 + index * 7 % 60)ms"
            }
            let host = [1, 2, 4, 2, 1, 4, 3, 4][index / 300 % 8]
            return
                "\(at.rfc3339) ERROR bridge-\(host) capture refused code=SIGNATURE_MISMATCH payment=pay-\(payment) authorised_at=\(at.adding(seconds: -3).rfc3339)"
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// What was sent and what came back.
    static let refusedCapture = DemoFile(name: "refused-capture.json") { now in
        let at = now.adding(seconds: -1180 * 60)
        let text = """
            {"request":{"method":"POST","path":"/v2/captures","headers":{"X-Signature":"t=\(at.microseconds / 1_000_000),v1=9f2c…"},"body":{"payment":"pay-7F3A","authorised_at":"\(at.rfc3339)","amount":{"value":12900,"currency":"EUR"}}},"response":{"status":422,"body":{"code":"SIGNATURE_MISMATCH","canonical_length":99,"declared_length":95}}}
            """
        return Array(text.utf8)
    }

    /// What was deployed around the first refusal.
    static let releases = DemoFile(name: "releases.csv") { now in
        func ago(_ minutes: Int64) -> String { now.adding(seconds: -60 * minutes).rfc3339 }
        let text = """
            time,service,version,by
            \(ago(15_300)),payments-core,4.17.2,pipeline
            \(ago(13_987)),payments-core,4.18.0,pipeline
            \(ago(13_000)),acquirer-bridge,2.9.1,Meridian

            """
        return Array(text.utf8)
    }

    /// Card data, which few may read.
    static let cards = DemoFile(name: "refused-with-cards.csv") { _ in
        Array("payment,last_four,bin\npay-7F3A,4242,424242\npay-11D8,1881,401288\n".utf8)
    }

    /// What the customer sees of it.
    static let refusedExport = DemoFile(name: "refused since midnight.csv") { now in
        let lines = (0..<41).map {
            "\(now.adding(seconds: -3600 * Int64($0 + 2)).rfc3339),pay-\(String(0x9C02 + $0 * 91, radix: 16)),\(90 + $0 * 3).00"
        }
        return Array(("time,payment,amount\n" + lines.joined(separator: "\n") + "\n").utf8)
    }

    /// The trace of one refund.
    static let refundTrace = DemoFile(name: "trace-7f1c-22ab.json") { now in
        let at = now.adding(seconds: -5400).rfc3339
        let text = """
            {"trace":"7f1c-22ab","spans":[{"service":"gateway","name":"POST /refunds","start":"\(at)","ms":41,"status":500},{"service":"refund-service","name":"book refund","start":"\(at)","ms":22,"error":"ledger_region is null"}]}
            """
        return Array(text.utf8)
    }
}
