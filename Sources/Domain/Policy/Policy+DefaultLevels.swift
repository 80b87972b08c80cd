extension Policy {
    /// Why clocks are missed, where a policy does not say it.
    static let usualBreachCauses = [
        Term(id: "workload", name: "Too much at once"), Term(id: "skills", name: "Nobody with the knowledge"),
        Term(id: "hand_over", name: "Lost between shifts or teams"),
        Term(id: "engineering", name: "Waited for engineering"),
        Term(id: "vendor", name: "Waited for a third party"),
        Term(id: "tooling", name: "A tool failed"), Term(id: "overlooked", name: "Overlooked"),
    ]

    /// The calendars and service levels of the default document.
    static let defaultLevels = """
        # When people work. Several spans a day, a zone by its name (Europe/Berlin), holidays that are closed or shorter:
        #   holidays: [{date: 2026-12-25, name: Christmas}, {date: 12-24, name: Every Christmas Eve, hours: [09:00-12:00]}]
        # “union: [berlin, austin, tokyo]” is open whenever one of those is: follow the sun. “always” is built in.
        calendars:
          - id: business_hours
            name: Business hours
            zone: UTC
            hours: {mon-fri: [09:00-17:00]}

        # What is promised to whom. The first level that fits a case counts; severities, tiers, contracts, products,
        # product_areas, channels and request_types narrow one, and so do “from” and “until”, the days on which cases were
        # opened. Times are working time of its calendar, such as 15m, 4h or 1h30m; “none” where nothing is promised.
        # “calendars” gives some severities another calendar than the level's. A clock may say more: pauses (blocked_reasons
        # in which it stands), calendar, warn_at (percent), begins (creation, assignment, escalation), on_change (from_start
        # counts anew what ran so far, from_change begins with the change), regulatory: true (never stands still),
        # waits_for_changes: true (stands outside the customer's change windows and in their freezes). Among yourselves,
        # `defect_decision` and `defect_fix` are what engineering agreed to from the link to a defect on, `handover` is how soon an offered case is accepted (else handover.accept_minutes), and `take_back` how
        # soon one is taken up again that was returned, or that comes back from engineering.
        service_levels:
          warn_at: [50, 75, 90]
          on_change: from_start
          # A message with fewer words is no first response.
          meaningful_words: 4
          # A clause with one of these phrases only acknowledges, and its words do not count.
          acknowledgements: [we have received, thank you for contacting, thanks for contacting, thank you for reaching out, thanks for reaching out, will look into, looking into it, get back to you, will be in touch]
          # Who is told of warnings from a percentage on, and of breaches: owner, queue_lead (the `lead` of the queue's team)
          # or a role; `severities` narrows a line. Left out: the owner, and whoever has the rights clock.hear_warnings and
          # clock.hear_breaches.
          # tell:
          #   - {at: 50, to: [owner]}
          #   - {at: 75, to: [owner, queue_lead]}
          #   - {at: breach, to: [owner, queue_lead, manager]}
          # So many percent of what was promised should be kept; the review of service levels measures by it.
          attainment_percent: 95
          levels:
            - id: enterprise
              name: Enterprise
              tiers: [enterprise]
              calendar: always
              clocks:
                first_response: {sev1: 15m, sev2: 30m, sev3: 2h, sev4: 8h}
                triage: {sev1: 30m, sev2: 2h, sev3: 8h, sev4: 24h}
                update_cadence: {sev1: 30m, sev2: 4h, sev3: 24h, sev4: 120h}
                next_reply: {sev1: 30m, sev2: 2h, sev3: 8h, sev4: 24h}
                mitigation: {sev1: 4h, sev2: 8h, sev3: 72h, sev4: none}
                resolution: {sev1: 24h, sev2: 72h, sev3: 240h, sev4: 480h}
                engineering: {sev1: 4h, sev2: 24h, sev3: 120h, sev4: 240h}
                vendor_chase: {sev1: 4h, sev2: 24h, sev3: 72h, sev4: 120h}
                no_response: {sev1: 24h, sev2: 48h, sev3: 72h, sev4: 120h}
                defect_decision: {sev1: 4h, sev2: 24h, sev3: 120h, sev4: 240h}
                defect_fix: {sev1: 48h, sev2: 168h, sev3: 720h, sev4: none}
            - id: premium
              name: Premium
              tiers: [premium]
              calendar: business_hours
              calendars: {sev1: always, sev2: always}
              clocks:
                first_response: {sev1: 15m, sev2: 1h, sev3: 1h, sev4: 8h}
                triage: {sev1: 30m, sev2: 2h, sev3: 4h, sev4: 8h}
                update_cadence: {sev1: 1h, sev2: 8h, sev3: 16h, sev4: 40h}
                next_reply: {sev1: 30m, sev2: 2h, sev3: 4h, sev4: 8h}
                mitigation: {sev1: 8h, sev2: 24h, sev3: 40h, sev4: none}
                resolution: {sev1: 48h, sev2: 120h, sev3: 80h, sev4: 160h}
                engineering: {sev1: 8h, sev2: 24h, sev3: 40h, sev4: 80h}
                vendor_chase: {sev1: 8h, sev2: 24h, sev3: 24h, sev4: 40h}
                no_response: {sev1: 24h, sev2: 48h, sev3: 24h, sev4: 40h}
                defect_decision: {sev1: 8h, sev2: 24h, sev3: 40h, sev4: 80h}
                defect_fix: {sev1: 72h, sev2: 240h, sev3: 240h, sev4: none}
            - id: standard
              name: Standard
              calendar: business_hours
              calendars: {sev1: always}
              clocks:
                first_response: {sev1: 15m, sev2: 1h, sev3: 4h, sev4: 8h}
                triage: {sev1: 30m, sev2: 2h, sev3: 8h, sev4: 16h}
                update_cadence: {sev1: 1h, sev2: 8h, sev3: 24h, sev4: 40h}
                next_reply: {sev1: 1h, sev2: 4h, sev3: 8h, sev4: 16h}
                mitigation: {sev1: 8h, sev2: 16h, sev3: 40h, sev4: none}
                resolution: {sev1: 48h, sev2: 40h, sev3: 80h, sev4: 160h}
                engineering: {sev1: 8h, sev2: 16h, sev3: 40h, sev4: 80h}
                vendor_chase: {sev1: 8h, sev2: 16h, sev3: 24h, sev4: 40h}
                no_response: {sev1: 24h, sev2: 16h, sev3: 24h, sev4: 40h}
                defect_decision: {sev1: 8h, sev2: 16h, sev3: 40h, sev4: 80h}
                defect_fix: {sev1: 72h, sev2: 80h, sev3: 240h, sev4: none}
            # For requests of departments: services of the catalogue name it.
            - id: internal
              name: Internal
              catalogue: true
              calendar: business_hours
              clocks:
                first_response: {sev1: 30m, sev2: 2h, sev3: 4h, sev4: 8h}
                triage: {sev1: 30m, sev2: 2h, sev3: 8h, sev4: 16h}
                resolution: {sev1: 8h, sev2: 16h, sev3: 40h, sev4: 80h}
        """
}
