import Domain
import Logging
import ServiceLifecycle
import Storage

/// Takes away what is over, where policy says that it goes by itself.
package struct RetentionJobs: Service {
    private let services: Services

    /// As many cases, and as many pieces of evidence, go in one round.
    private static let batch = 200

    /// The jobs of an installation.
    package init(_ services: Services) { self.services = services }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(3600))  // a cancelled sleep only ends early
                guard !Task.isCancelled else { return }
                do {
                    _ = try await services.whileHolding("retention") { while try await sweep() > 0 {} }
                } catch {
                    services.logger.error("retention", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Takes some of what is over away; returns how much that was.
    func sweep() async throws -> Int {
        let (policy, now) = (services.policy.current, services.clock())
        guard policy.retention.isAutomatic else { return 0 }
        let actor = Actor(
            id: Actor.system.id, name: Actor.system.name, roles: Actor.system.roles,
            rights: [PurgeOperation.operation.right, RemoveEvidence.right])
        let (cases, pieces) = try await services.database.read { tx in
            let cases = try RetentionDirectory.due(
                policy.retention, at: now, limit: Self.batch, isUnheldOnly: true, in: tx
            ).map(\.found.id.raw)
            let pieces = try EvidenceDirectory.due(policy.evidence, at: now, limit: Self.batch, in: tx)
            return (cases, pieces)
        }
        var count = 0
        for id in cases {
            count += try await act(
                PurgeOperation.operation, actor, RawInput(["id": .text(id), "confirm": .bool(true)]))
        }
        for piece in pieces {
            let input = RawInput(["id": .text(piece.id.raw), "reason": .text("Its time is over")])
            count += try await act(AnyOperation(RemoveEvidence.self), actor, input)
        }
        return count
    }

    /// One where it was done; what is held or was done meanwhile is left alone.
    private func act(_ operation: AnyOperation, _ actor: Actor, _ input: RawInput) async throws -> Int {
        do {
            let request = OperationRequest(actor: actor, raw: input, requestID: "retention")
            return try await services.operations.run(operation, request).lastSequence > 0 ? 1 : 0
        } catch let refusal as Refusal where [.conflict, .notFound].contains(refusal.reason) {
            return 0
        }
    }
}
