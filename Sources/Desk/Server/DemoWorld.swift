import Domain
import Logging

/// The demo organisation.
package enum DemoWorld {
    package static func fill(_ installation: Installation, logger: Logger, progress: @Sendable (String) -> Void) async throws -> Bool { false }
    package static let signInHelp: [String] = []
}
