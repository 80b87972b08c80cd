import Domain
import Storage
import Web

/// How often somebody may try links and passcodes in vain.
struct LinkAttempts: Sendable {
    let services: Services

    private static let most: Int64 = 30
    private static let mostPasscodes: Int64 = 10
    private static let seconds: Int64 = 900

    /// Refuses whoever tried too often, before anything else is looked at.
    func refuseTooMany(_ source: String, isPasscode: Bool = false) async throws {
        let since = services.clock().adding(seconds: -Self.seconds)
        let count = try await services.database.read { tx in
            try tx.first(EvidenceQueries.failures(of: source, since: since)) { $0.integer(0) } ?? 0
        }
        guard count >= (isPasscode ? Self.mostPasscodes : Self.most) else { return }
        var refusal = Refusal(
            .limited, "too_many_attempts", "Too many attempts. Wait a quarter of an hour, then try again.")
        refusal.retryAfter = Int(Self.seconds)
        throw refusal
    }

    func recordFailure(_ source: String) async throws {
        let now = services.clock()
        _ = try await services.database.write { tx in
            try tx.execute(EvidenceQueries.insertFailure(of: source, at: now))
        }
    }
}
