import Domain
import Logging
import ServiceLifecycle
import Storage

/// Makes logs readable beside the work, one after the other: unpacks them and reads them once for their index.
///
/// What is stopped half-way leaves nothing behind that is used, and is made when somebody asks again.
struct LogsJobs: Service {
    private let services: Services

    init(_ services: Services) { self.services = services }

    func run() async throws {
        let shelf = services.logs
        await cancelWhenGracefulShutdown {
            await withTaskCancellationHandler {
                for await _ in shelf.wakes() {
                    while let order = shelf.next() {
                        do {
                            try await services.evidence.working { shelf.make(order) }
                        } catch {
                            services.logger.error("log index", metadata: ["error": "\(error)"])
                        }
                    }
                }
            } onCancel: {
                shelf.stop()
            }
        }
    }
}
