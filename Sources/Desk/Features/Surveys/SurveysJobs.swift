import Domain
import Logging
import ServiceLifecycle
import Storage

/// Decides, some time after each resolution, whether its customer is asked how we did, and records it either way.
///
/// Any number of nodes may run it: whoever holds the lease works, and whether a decision stands is read in the transaction
/// that would record it. What was resolved while nobody worked is decided about afterwards, and on record as too late where
/// that is so.
package struct SurveysJobs: Service {
    private let services: Services

    /// So many resolutions are decided about in one transaction.
    private static let batch = 50

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if services.policy.current.survey != nil {
                        _ = try await services.whileHolding("surveys", seconds: 30, { try await finish() })
                    }
                } catch {
                    services.logger.error("surveys", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(10))  // a cancelled sleep only ends early
            }
        }
    }

    /// Decides until nothing waits.
    /// - Returns: how many decisions were recorded.
    @discardableResult package func finish() async throws -> Int {
        var sum = 0
        while true {
            let now = services.clock()
            let count = try await services.database.write { [services] tx in
                try SurveysDirectory.decide(
                    at: now, policy: try services.policy.inForce(in: tx), journal: services.journal,
                    limit: Self.batch, in: tx)
            }
            sum += count
            if count == 0 { break }
        }
        if sum > 0 { services.live.wake() }
        return sum
    }
}
