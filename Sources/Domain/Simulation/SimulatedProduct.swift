/// The product that a simulated organisation supports: its parts, how they fail, and what is said about it.
package enum SimulatedProduct {
    /// A part of the product, as cases and texts name it.
    package struct Component: Sendable {
        /// The component of the default policy.
        package var id: String
        /// The product area of the default policy.
        package var area: String
        var services: [String]
        var calls: [String]
        var codes: [String]
        var exceptions: [String]
        /// What fails, as the subject of a sentence in the plural.
        var things: [String]
        /// What somebody wants to do.
        var actions: [String]
        /// What can be wrong inside: what it is, its root cause, its verdict and its fault layer in the default policy.
        var causes: [(what: String, rootCause: String, verdict: String, layer: String)]
    }

    /// A component, by how often each one makes trouble.
    static func component(_ chance: inout SeededGenerator) -> Component {
        components[
            chance.pick(weighted: [0: 24, 1: 14, 2: 16, 3: 18, 4: 12, 5: 10, 6: 6])]
    }

    /// All parts of the product, the one with the most cases among the first.
    package static let components: [Component] = [
        Component(
            id: "api", area: "platform",
            services: ["gateway", "orders-api", "catalog-api", "quota-service"],
            calls: [
                "POST /v2/orders", "GET /v2/orders/{#6}", "PUT /v2/items/{#5}", "GET /v3/search?page={#2}",
                "DELETE /v2/holds/{#6}",
            ],
            codes: [
                "RATE_LIMITED", "UPSTREAM_TIMEOUT", "INVALID_CURSOR", "SCHEMA_MISMATCH", "IDEMPOTENCY_CLASH",
            ],
            exceptions: ["UpstreamTimeoutException", "CursorDecodingError", "ConnectionResetError"],
            things: ["API calls", "list requests", "order updates", "paged reads"],
            actions: ["page through a list", "update an order", "create orders in bulk"],
            causes: [
                (
                    "the connection pool of {service} is smaller than its threads", "capacity", "capacity",
                    "application"
                ),
                (
                    "{service} drops the last byte of a chunked body", "code_defect", "product_defect",
                    "application"
                ),
                ("the cursor holds a time without its zone", "code_defect", "product_defect", "application"),
                (
                    "their proxy reuses connections that we have closed", "configuration", "environment",
                    "network"
                ),
            ]),
        Component(
            id: "web", area: "administration",
            services: ["web-app", "asset-server", "session-store"],
            calls: ["GET /app/reports", "GET /app/settings/users", "POST /app/exports"],
            codes: ["CSRF_EXPIRED", "BUNDLE_NOT_FOUND", "RENDER_FAILED"],
            exceptions: [
                "TypeError: Cannot read properties of undefined (reading 'items')", "ChunkLoadError",
            ],
            things: ["pages", "dashboards", "the settings of users", "report pages"],
            actions: ["open a dashboard", "save settings", "add a user"],
            causes: [
                (
                    "an old script stays in the browser’s cache after a release", "code_defect",
                    "product_defect", "client"
                ),
                ("a browser extension rewrites the page", "configuration", "environment", "client"),
                ("the date of a filter is read in another locale", "code_defect", "product_defect", "client"),
            ]),
        Component(
            id: "identity", area: "administration",
            services: ["auth", "saml-bridge", "token-service", "scim-sync"],
            calls: ["POST /oauth/token", "POST /saml/acs", "GET /scim/v2/Users?startIndex={#3}"],
            codes: [
                "SIGNATURE_INVALID", "AUDIENCE_MISMATCH", "TOKEN_EXPIRED", "CLOCK_SKEW", "invalid_grant",
            ],
            exceptions: [
                "SAMLResponseInvalidError", "JwtVerificationException", "CertificateExpiredException",
            ],
            things: ["sign-ins", "tokens", "SAML answers", "synchronised users"],
            actions: ["sign in", "refresh a token", "synchronise users"],
            causes: [
                (
                    "the certificate of the identity provider was renewed and not uploaded", "configuration",
                    "configuration", "identity"
                ),
                (
                    "the clock of one host runs {#2} seconds behind", "configuration", "environment",
                    "infrastructure"
                ),
                (
                    "{service} keeps the old signing key until it restarts", "code_defect", "product_defect",
                    "identity"
                ),
            ]),
        Component(
            id: "integrations", area: "platform",
            services: ["webhook-sender", "connector-hub", "event-bus"],
            calls: [
                "POST https://hooks.{domain}/thirdline", "GET /v2/events?after={#8}", "POST /v2/webhooks",
            ],
            codes: ["DELIVERY_FAILED", "TLS_HANDSHAKE", "RETRY_EXHAUSTED", "DUPLICATE_EVENT"],
            exceptions: ["SSLHandshakeException", "SocketTimeoutException", "DeliveryRetryExhausted"],
            things: ["webhooks", "events", "deliveries", "connector runs"],
            actions: ["receive webhooks", "replay events", "connect the CRM"],
            causes: [
                (
                    "their load balancer refuses TLS 1.2 since a change", "configuration", "environment",
                    "network"
                ),
                ("two subscriptions differ only in a slash", "configuration", "configuration", "integration"),
                ("{service} gives up one retry too early", "code_defect", "product_defect", "application"),
                (
                    "the vendor answers 200 before it has stored anything", "dependency", "third_party",
                    "integration"
                ),
            ]),
        Component(
            id: "data", area: "reporting",
            services: ["export-worker", "warehouse-sync", "report-builder"],
            calls: ["POST /v2/exports", "GET /v2/exports/{hex8}", "POST /v2/imports"],
            codes: ["EXPORT_INCOMPLETE", "ENCODING_ERROR", "ROW_LIMIT", "DEADLOCK_DETECTED"],
            exceptions: [
                "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9",
                "DeadlockLoserDataAccessException",
                "OutOfMemoryError: Java heap space",
            ],
            things: ["exports", "reports", "imported rows", "totals"],
            actions: ["export a month", "compare totals", "import a price list"],
            causes: [
                (
                    "rows of the hour that the clock skips are counted twice", "code_defect",
                    "product_defect", "data"
                ),
                ("the file is Windows-1252 and says that it is UTF-8", "data", "data", "data"),
                ("{service} sorts in memory and is killed at {#1} GB", "capacity", "capacity", "application"),
            ]),
        Component(
            id: "billing", area: "payments",
            services: ["payments", "acquirer-bridge", "ledger", "invoice-maker"],
            calls: ["POST /v2/captures", "POST /v2/refunds", "GET /v2/payouts/{#5}"],
            codes: ["SIGNATURE_MISMATCH", "CURRENCY_UNSUPPORTED", "CAPTURE_EXPIRED", "LEDGER_LOCKED"],
            exceptions: [
                "AcquirerRejectedException", "LedgerLockTimeout", "ArithmeticException: Rounding necessary",
            ],
            things: ["payments", "refunds", "invoices", "payouts"],
            actions: ["capture a payment", "refund a customer", "print invoices"],
            causes: [
                (
                    "amounts without cents are rounded before tax", "code_defect", "product_defect",
                    "application"
                ),
                ("the acquirer limits captures to {#2} a second", "dependency", "third_party", "integration"),
                (
                    "one host of {service} signs with the key before the rotation", "human_action",
                    "configuration", "application"
                ),
            ]),
        Component(
            id: "infrastructure", area: "platform",
            services: ["ingress", "dns", "db-primary", "object-store"],
            calls: ["GET /healthz", "GET /v2/files/{hex8}", "PUT /v2/files/{hex8}"],
            codes: ["ECONNRESET", "ENOSPC", "NXDOMAIN", "HTTP_502", "TOO_MANY_CONNECTIONS"],
            exceptions: [
                "java.net.SocketException: Connection reset", "PSQLException: too many clients already",
            ],
            things: ["connections", "uploads", "downloads", "requests of one region"],
            actions: ["upload files", "reach the service", "fetch attachments"],
            causes: [
                ("a node of {service} fell back to 100 Mbit/s", "capacity", "capacity", "infrastructure"),
                (
                    "the firewall closes connections after {#2}0 seconds of silence", "configuration",
                    "environment", "network"
                ),
                ("the disk of {service} filled with old logs", "capacity", "capacity", "infrastructure"),
            ]),
    ]
}

extension SimulatedProduct.Component {
    /// What stands in texts about one thing that is wrong with this component.
    func words(release: String, _ chance: inout SeededGenerator) -> [String: String] {
        var words = [
            "service": chance.pick(services), "code": chance.pick(codes),
            "exception": chance.pick(exceptions),
            "things": chance.pick(things), "action": chance.pick(actions), "release": release,
        ]
        let cause = chance.pick(causes)
        (words["rootCause"], words["verdict"], words["layer"]) = (cause.rootCause, cause.verdict, cause.layer)
        let small = Grammar(["call": [chance.pick(calls)], "cause": [cause.what]])
        words["domain"] = "customer.example"
        words["call"] = small.text("call", words, using: &chance)
        words["cause"] = small.text("cause", words, using: &chance)
        return words
    }
}
