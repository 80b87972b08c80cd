import Diagnosis
import Domain

/// The last quarter of an hour of the demo: top severities are reviewed from now on, and the first update waits for it.
enum DemoReview {
    /// The policy from then on.
    static let document = DemoRouting.document.replacing(
        "message_review:\n  severities: []\n  minutes: 10",
        with: "message_review:\n  severities: [sev1, sev2]\n  minutes: 60")

    /// Puts the policy in force, and writes the update that stands on Today of whoever may review it.
    static func play(on number: String, in services: Services, at now: Timestamp) async throws {
        _ = try await services.asOperator(
            "policy.change",
            RawInput([
                "document": .text(document),
                "reason": .text("A second person reads what we write to customers on top severities"),
            ]))
        _ = try await services.call(
            "case.write_update",
            RawInput([
                "id": .text(number),
                "known": .text(
                    "Three in a thousand captures are refused. Nothing is charged twice: a new payment is safe, as before."
                ),
                "examined": .text(
                    "We suspect how times are written in the text that is signed. The replay that decides it runs."
                ),
                "mitigation": .text(
                    "Void the authorisation of a refused capture and create a new payment."),
                "executives": .text(
                    "Card payments at your hotels go through with one extra step at the desk. No money is lost. What is open is when that step ends; the test that tells us runs today."
                ),
                "account_team": .text(
                    "Daniel’s finance team wants a date. Please hold them until the replay is through."),
                // The words are said to the customer already, whoever else noted them.
                "confirm_public": .bool(true),
                "next_update_at": DemoValue.ahead(240).raw(at: now, entries: [:]),
            ]), as: DemoScenes.marta)
    }
}
