import Domain

/// The teams, queues and rules of the demo organisation.
enum DemoRouting {
    /// The policy of the demo: what is built in, with two shifts and routing.
    static let document =
        Policy.defaultDocument.replacing("calendars:\n", with: calendars)
        .replacing("  # tell:\n", with: telling)
        .replacing("        mitigation:", with: amongOurselves + "        mitigation:")
        + "\n\n" + routing + "\n"

    /// Who hears of promises: whoever leads the team of the queue from three quarters of the time on, the manager once one
    /// is missed.
    private static let telling = """
          tell:
            - {at: 50, to: [owner]}
            - {at: 75, to: [owner, queue_lead]}
            - {at: breach, to: [owner, queue_lead, manager]}
          # Examples:

        """

    /// What teams owe each other.
    private static let amongOurselves = """
                handover: {sev1: 10m, sev2: 30m, sev3: 2h, sev4: 8h}
                take_back: {sev1: 15m, sev2: 1h, sev3: 4h, sev4: 8h}

        """

    private static let calendars = """
        calendars:
          - {id: berlin, name: Berlin hours, zone: Europe/Berlin, hours: {mon-sun: ["06:00-18:00"]}}
          - {id: sao_paulo, name: São Paulo hours, zone: America/Sao_Paulo, hours: {mon-sun: ["08:00-20:00"]}}

        """

    private static let routing = """
        routing:
          assign: pull
          skills:
            - {id: payments, name: Payments}
            - {id: identity, name: Sign-in and identity}
            - {id: integrations, name: Integrations}
            - {id: data, name: Data and exports}
          teams:
            - id: second_line
              name: Second line
              calendar: berlin
              lead: ines@thirdline.example
              members:
                - {person: marta@thirdline.example, skills: [payments, integrations], languages: [en, de], limit: 6}
                - {person: jonas@thirdline.example, skills: [integrations, data], languages: [en, de, ja]}
                - {person: ana@thirdline.example, skills: [payments, identity, data], languages: [en, pt, es], calendar: sao_paulo}
            - id: third_line
              name: Third line
              calendar: always
              lead: ines@thirdline.example
              members:
                - {person: ines@thirdline.example, skills: [payments, identity, integrations, data], languages: [en]}
          queues:
            - {id: payments, name: Payments, team: second_line, fallback: escalations}
            - {id: integrations, name: Integrations, team: second_line, fallback: escalations}
            - {id: general, name: General, team: second_line, fallback: escalations}
            - {id: escalations, name: Escalations, team: third_line, age_hours: 24, captains: [ines@thirdline.example, jonas@thirdline.example]}
            - {id: bridge_vendor, name: Maker of the payment bridge, kind: vendor, answered_by: The bridge’s support desk}
          rules:
            - {id: bridge, name: Refusals of the bridge, errors: [SIGNATURE_MISMATCH], queue: bridge_vendor}
            - {id: halden, name: Halden’s own engineer, accounts: [Halden Travel], severities: [sev1, sev2], queue: payments, people: [marta@thirdline.example]}
            - {id: japanese, name: In Japanese, languages: [ja], queue: general}
            - {id: payments, name: Payments, components: [billing], queue: payments, skills: [payments]}
            - {id: integrations, name: Integrations, components: [integrations, api], queue: integrations, skills: [integrations]}
            - {id: identity, name: Sign-in, components: [identity], queue: general, skills: [identity]}
            - {id: rest, name: All others, queue: general}

        # Nobody changes what decides where cases go alone.
        approvals:
          - {id: routing, name: Routing and queues, parts: [routing, triage], roles: [lead, manager], approvers: 1, days: 14}
        """

    /// The manager wants a rule of routing changed: it waits for the lead.
    static func propose(in services: Services) async throws {
        _ = try await services.call(
            "policy.change",
            RawInput([
                "document": .text(
                    DemoReview.document.replacing(
                        "components: [integrations, api], queue: integrations",
                        with:
                            "components: [integrations, api], services: [platform], queue: integrations"
                    )),
                "reason": .text("Cases about the web hooks of one customer alone belong in General"),
            ]), as: "otto@thirdline.example")
    }
}
