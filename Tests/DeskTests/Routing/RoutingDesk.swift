import Domain
import TestSupport

@testable import Desk

/// A policy with teams, queues and rules for the standing cast.
enum RoutingDesk {
    /// The part of the policy: Monday to Friday 9 to 17 UTC by day, the rest of each day by night.
    static let routing = """
        routing:
          assign: push
          skills:
            - {id: payments, name: Payments}
          teams:
            - id: day
              name: Day team
              calendar: business_hours
              members:
                - {person: marta@cast.example, skills: [payments], languages: [en, ja]}
                - {person: jonas@cast.example, languages: [en]}
            - id: night
              name: Night team
              calendar: night
              members:
                - {person: ines@cast.example, skills: [payments]}
          queues:
            - {id: payments, name: Payments, team: day, fallback: nights}
            - {id: nights, name: Nights, team: night}
            - {id: general, name: General, team: day}
            - {id: vendor, name: Vendor}
          rules:
            - {id: japanese, name: In Japanese, languages: [ja], queue: general}
            - {id: signature, name: Known signature, errors: [SIGNATURE_MISMATCH], queue: vendor}
            - {id: pod, name: Pod of Halden, accounts: [Halden Travel], severities: [sev1], queue: payments, people: [jonas@cast.example]}
            - {id: billing, name: Billing, components: [billing], queue: payments, skills: [payments]}
            - {id: kiosks, name: Kiosks, words: [ticket kiosk], queue: general}
            - {id: rest, name: All others, queue: general}
        """

    /// The whole document, with changes of the part.
    static func document(_ changes: (from: String, to: String)...) -> String {
        var part = routing
        for change in changes { part = part.replacing(change.from, with: change.to) }
        let night =
            "calendars:\n  - {id: night, name: Night, zone: UTC, hours: {mon-sun: [\"17:00-24:00\"]}}\n"
        return Policy.defaultDocument.replacing("calendars:\n", with: night) + "\n" + part + "\n"
    }

    /// The policy as a value.
    static func policy(_ changes: (from: String, to: String)...) throws -> Policy {
        var text = document()
        for change in changes { text = text.replacing(change.from, with: change.to) }
        return try PolicyDocument.read(text).get()
    }

    /// Puts the policy in force.
    static func apply(_ document: String = Self.document(), on desk: TestDesk) async throws {
        try await desk.perform(
            "policy.change", as: .samira, ["document": .text(document), "reason": "Teams and rules."])
    }
}

extension Policy {
    /// The mistakes of a document, as people read them.
    static func routingMistakes(_ document: String, people: Set<String>? = nil) -> [String] {
        guard case .failure(let found) = PolicyDocument.read(document, people: people) else { return [] }
        return found.problems.map(\.description)
    }
}
