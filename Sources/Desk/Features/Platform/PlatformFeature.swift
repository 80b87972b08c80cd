import Domain
import HTTPTypes
import Storage
import Web

/// What operators and programs ask of the service itself: health, metrics, the API's description.
enum PlatformFeature: Feature {
    static let name = "platform"
    static let reads = PlatformJSON.reads
    static let statements = PlatformQueries.samples

    static func routes(_ services: Services) -> [Route] {
        let startedAt = services.clock()
        return [
            .open(.get, "/healthz") { _ in .text("ok\n") },
            .open(.get, "/readyz") { _ in await Readiness.check(services).response },
            .open(.get, "/metrics") { _ in try await Metrics.response(startedAt: startedAt, services) },
            .open(.get, "/api/v1/openapi.json") { _ in
                .json(OpenAPI.document(catalog: services.catalog, policy: services.policy.current))
            },
        ]
    }
}
