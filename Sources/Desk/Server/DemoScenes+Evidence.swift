import Diagnosis
import Domain
import Storage
import Web

/// Evidence of the demo's cases: what was collected, asked for and given.
struct DemoEvidence {
    let services: Services
    let now: Timestamp

    /// A file of the demo.
    private struct Piece {
        var name: String
        var bytes: [UInt8]
        var who: String
        var fields: [String: String]
    }

    func tell() async throws {
        guard let payments = try await number(of: "0.3 % of card payments") else { return }
        try await add(log, to: payments)
        try await add(exchange, to: payments)
        try await add(releases, to: payments)
        try await add(cards, to: payments)
        _ = try await services.call(
            "case.request_evidence",
            RawInput([
                "id": .text(payments),
                "reason": .text("To see which payments were refused on your side, and when"),
                "items": .text(
                    "Your export of refused captures since 11 Nov, as CSV: time, payment and amount are enough\n"
                        + "One refused request as your gateway sent it, headers included, without the card number"
                ),
            ]), as: DemoScenes.marta)
        try await add(export, to: payments)
        _ = try await services.call(
            "case.expect_evidence",
            RawInput([
                "id": .text(payments), "type": .text("metric_snapshot"),
                "impossible": .text("The bridge keeps its metrics for three days only"),
            ]), as: DemoScenes.marta)
    }

    private func number(of subject: String) async throws -> String? {
        try await services.database.read { tx in
            var filter = CaseFilter()
            filter.text = subject
            return try CaseDirectory.list(filter, for: .system, limit: 1, in: tx).first?.number
        }
    }

    private func add(_ piece: Piece, to number: String) async throws {
        let person = try await services.person(piece.who)
        let actor = Actor(
            id: person.id.raw, name: person.name, roles: Set(person.roles),
            rights: services.policy.current.rights(of: person.roles), organisation: person.organisation)
        let (store, now) = (services.evidence, now)
        let kept = try await store.working {
            let part = try store.begin(newIdentifier(at: now))
            try piece.bytes.withUnsafeBytes { try part.write($0) }
            return try store.keep(part, at: now)
        }
        let this = try await services.database.read { tx in
            try CaseDirectory.find(number, for: actor, in: tx)
        }
        let operation =
            actor.isCustomer ? AnyOperation(GiveEvidence.self) : AnyOperation(AddEvidence.self)
        _ = try await EvidenceUploadPages.add(
            ReceivedFile(kept: kept, name: SafeFileName(piece.name)),
            RawInput(piece.fields.mapValues { .text($0) }), to: this, operation, as: actor, key: nil,
            request: "demo", services)
    }

    private func ago(hours: Int64) -> String { now.adding(seconds: -hours * 3600).rfc3339 }

    // MARK: Files

    private var log: Piece {
        let lines = (0..<2400).map { index -> String in
            let at = now.adding(seconds: -86_400 + Int64(index) * 30)
            let payment = String(0x5A10 + index * 37, radix: 16, uppercase: true)
            let host = "bridge-\(index % 4 + 1)"
            if index % 333 == 17 {
                return
                    "\(at.rfc3339) ERROR \(host) capture refused code=SIGNATURE_MISMATCH payment=pay-\(payment) authorised_at=\(at.adding(seconds: -3).rfc3339)"
            }
            return
                "\(at.rfc3339) INFO  \(host) capture accepted payment=pay-\(payment) took=\(40 + index * 7 % 60)ms"
        }
        return Piece(
            name: "acquirer-bridge.log", bytes: Array((lines.joined(separator: "\n") + "\n").utf8),
            who: DemoScenes.marta,
            fields: [
                "type": "log_extract", "source": "bridge-1 to bridge-4", "collector": "Marta Lindqvist",
                "collected_at": ago(hours: 3), "covers_from": ago(hours: 24), "covers_to": ago(hours: 4),
                "environment": "production",
            ])
    }

    private var exchange: Piece {
        let text = """
            {"request":{"method":"POST","path":"/v2/captures","headers":{"X-Signature":"t=1763712401,v1=9f2c…"},"body":{"payment":"pay-7F3A","authorised_at":"2025-11-11T14:06:41Z","amount":{"value":12900,"currency":"EUR"}}},"response":{"status":422,"body":{"code":"SIGNATURE_MISMATCH","canonical_length":95,"declared_length":99}}}
            """
        return Piece(
            name: "refused-capture.json", bytes: Array(text.utf8), who: DemoScenes.marta,
            fields: [
                "type": "api_exchange", "source": "bridge-2", "collector": "Marta Lindqvist",
                "covers_from": ago(hours: 20), "covers_to": ago(hours: 20), "environment": "production",
            ])
    }

    private var releases: Piece {
        let text = """
            time,service,version,by
            \(ago(hours: 560)),payments-core,4.17.2,pipeline
            \(ago(hours: 551)),payments-core,4.18.0,pipeline
            \(ago(hours: 300)),acquirer-bridge,2.9.1,pipeline

            """
        return Piece(
            name: "releases.csv", bytes: Array(text.utf8), who: DemoScenes.ravi,
            fields: [
                "type": "deploy_history", "source": "Deploy log", "collector": "Ravi Menon",
                "covers_from": ago(hours: 600), "covers_to": ago(hours: 2), "environment": "production",
            ])
    }

    private var cards: Piece {
        Piece(
            name: "refused-with-cards.csv",
            bytes: Array("payment,last_four,bin\npay-7F3A,4242,424242\npay-11D8,1881,401288\n".utf8),
            who: DemoScenes.marta,
            fields: [
                "type": "query_result", "source": "Card vault", "collector": "Marta Lindqvist",
                "environment": "production", "sensitivity": "restricted",
            ])
    }

    private var export: Piece {
        let lines = (0..<41).map {
            "\(now.adding(seconds: -3600 * Int64($0 + 2)).rfc3339),pay-\(String(0x9C02 + $0 * 91, radix: 16)),\(90 + $0 * 3).00"
        }
        return Piece(
            name: "refused since midnight.csv",
            bytes: Array(("time,payment,amount\n" + lines.joined(separator: "\n") + "\n").utf8),
            who: "daniel@halden.example",
            fields: [
                "item": "R1.1", "covers_from": ago(hours: 42), "covers_to": ago(hours: 2),
                "source": "Halden’s gateway",
            ])
    }
}
