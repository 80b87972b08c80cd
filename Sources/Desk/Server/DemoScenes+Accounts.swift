import Domain
import Storage

/// What the demo organisation knows of its customers: contracts, contacts, risks and promises.
struct DemoAccounts {
    let services: Services
    let time: DemoClock

    private static let otto = "otto@thirdline.example"

    private func day(_ days: Int64) -> String { String(moment(days * 24).prefix(10)) }

    private func moment(_ hours: Int64) -> String { time.now.adding(seconds: hours * 3600).rfc3339 }

    private func call(
        _ verb: String, of organisation: String, _ texts: [String: String], lists: [String: [String]] = [:]
    ) async throws {
        var raw = RawInput(texts.mapValues { .text($0) })
        for (name, values) in lists { raw[name] = .list(values.map { .text($0) }) }
        raw["id"] = .text(organisation)
        _ = try await services.call("organisation.\(verb)", raw, as: Self.otto)
    }

    /// The contracts, which hold before the first case.
    func begin() async throws {
        try await call(
            "edit", of: "Halden Travel",
            [
                "segment": "large", "region": "emea", "success_manager": Self.otto,
                "technical_manager": DemoScenes.marta, "renewal": day(75),
                "revenue": "EUR 480,000", "contract": "premium_support", "coverage": "always",
                "contract_terms":
                    "A cause in writing within five working days of a Sev1. Releases are announced a week before.",
                "named_contacts": "3",
            ], lists: ["products": ["platform", "payments"], "environments": ["production"]])
        try await call(
            "edit_profile", of: "Halden Travel",
            [
                "sign_on": "SAML by their own Keycloak; certificates change in March and September",
                "network": "Kiosks reach us through one proxy per airport, TLS 1.2 only",
                "integrations": "Webhooks to their booking system, nightly export to SAP",
                "versions": "Kiosk software 4.2, Java SDK 11.3", "residency": "EU alone",
                "quirks": "Kiosk clocks run on local time, so their logs are an hour or two off",
            ])
        try await call(
            "edit", of: "Nordlys Hotels",
            [
                "segment": "large", "region": "emea",
                "technical_manager": DemoScenes.jonas, "renewal": day(210),
                "contract": "premium_support", "coverage": "extended",
            ], lists: ["products": ["platform", "reporting"]])
        try await call(
            "edit", of: "Orrin Foods",
            [
                "segment": "mid", "region": "emea", "renewal": day(19),
                "contract": "subscription", "coverage": "business_hours",
            ], lists: ["products": ["payments"]])
        try await call(
            "describe_contact", of: "Halden Travel",
            [
                "contact": "daniel@halden.example", "named": "true",
                "note": "Head of payments. Call rather than write.",
            ], lists: ["roles": ["administrator"]])
        try await call(
            "describe_contact", of: "Halden Travel", ["contact": DemoScenes.aino, "named": "true"],
            lists: ["roles": ["developer"]])
    }

    /// What came of the cases.
    func end() async throws {
        try await call(
            "raise_risk", of: "Halden Travel",
            [
                "level": "at_risk",
                "reason":
                    "Payments of their guests fail for the second time this quarter, and the renewal is near. A cause in writing and a date for the fix would make it right.",
                "expires": day(30),
            ])
        try await call(
            "make_commitment", of: "Halden Travel",
            [
                "text": "The cause of the refused card payments in writing", "due": moment(52),
                "promised_by": DemoScenes.marta, "promised_to": "Daniel Roth", "case": "TL-10",
            ])
        try await call(
            "make_commitment", of: "Halden Travel",
            [
                "text": "A list of the payments that can be tried again", "due": moment(4),
                "promised_by": DemoScenes.jonas, "promised_to": "Aino Virtanen", "case": "TL-10",
            ])
        try await call(
            "make_commitment", of: "Halden Travel",
            ["text": "Release notes a week ahead", "due": moment(1), "promised_to": "Daniel Roth"])
        try await call(
            "settle_commitment", of: "Halden Travel",
            ["commitment": "C3", "outcome": "kept", "note": "Sent for 4.19."])
    }
}
