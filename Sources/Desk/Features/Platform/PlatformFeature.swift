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
            .open(.get, "/metrics") { request in
                try MetricsAccess.refuseStrangers(request, token: services.metricsToken)
                return try await Metrics.response(startedAt: startedAt, services)
            },
            // What the policy calls things stands in it, so it is not for strangers.
            .signedIn(.get, "/api/v1/openapi.json", .signedIn) { _ in
                .json(OpenAPI.document(catalog: services.catalog, policy: services.policy.current))
            },
        ]
    }
}
