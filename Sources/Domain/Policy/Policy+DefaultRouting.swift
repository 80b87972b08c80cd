extension Policy {
    /// Triage, and routing as a comment: who works where only the organisation knows.
    static let defaultRouting = """
        # Triage: how far a fault reaches and how soon it must end make the severity that is proposed. An impact is proposed
        # from so many `users`, `accounts` or percent of `share` on; an urgency where one of its `signs` is recorded
        # (standstill, no_workaround, workaround, compliance, money). `severities`: a row an impact, in the order of urgencies.
        triage:
          impacts:
            - {id: everybody, name: "Everybody, or the whole service", users: 1000, accounts: 10, share: 50}
            - {id: many, name: Many people or several customers, users: 50, accounts: 3, share: 5}
            - {id: some, name: Some people of one customer, users: 2, share: 1}
            - {id: one, name: "One person, or nobody yet", users: 0}
          urgencies:
            - {id: now, name: "Now: work stands still", signs: [standstill, no_workaround, compliance]}
            - {id: soon, name: "Soon: it is costly to go on like this", signs: [money]}
            - {id: later, name: "Later: there is a way around", signs: [workaround]}
          severities:
            everybody: [sev1, sev2, sev3]
            many: [sev2, sev3, sev4]
            some: [sev3, sev3, sev4]
            one: [sev3, sev4, sev4]

        # Routing: the first rule that fits a case names its queue, and the queue's team has the people. A rule may ask for
        # severities, tiers, contracts, accounts, product_areas, components, categories, environments, channels, request_types,
        # services, languages, errors (signatures in the reporter's words) and words; `people` come first (a named engineer, the pod of an
        # account), `skills` are needed. The last rule has no conditions. `assign: push` gives cases to whoever has the least to
        # do, `pull` leaves them until somebody takes the next one. Nobody gets a case off shift, away or at their limit.
        # routing:
        #   assign: pull
        #   load: {sev1: 4, sev2: 3, sev3: 2, sev4: 1}
        #   waiting_percent: 25
        #   most_moves: 2
        #   skills:
        #     - {id: payments, name: Payments}
        #   teams:
        #     - id: second_line
        #       name: Second line
        #       calendar: business_hours
        #       region: emea
        #       members:
        #         - {person: ana@example.com, skills: [payments], languages: [en, de], limit: 6}
        #         - {person: ben@example.com, languages: [en]}
        #   queues:
        #     - {id: payments, name: Payments, team: second_line, fallback: general}
        #     # A case that lies there longer than `age_hours` is too old; `captains` take turns shift by shift.
        #     - {id: general, name: General, team: second_line, age_hours: 24, captains: [ana@example.com, ben@example.com]}
        #     # `kind`: support, incident, engineering, sre, security, vendor. Where no team of yours answers, `answered_by` says
        #     # who does. While a case is with engineering or SRE the clock `engineering` runs, with a vendor `vendor_chase`.
        #     - {id: gateway_maker, name: Maker of the gateway, kind: vendor, answered_by: "Their desk, +49 30 1234"}
        #   rules:
        #     - {id: payments, name: Payments, product_areas: [payments], queue: payments, skills: [payments]}
        #     - {id: rest, name: All others, queue: general}
        #   # Cases at risk of whoever joins an incident, or goes off shift: hand_over, reassign, or none.
        #   cover: {incident: hand_over, off_shift: hand_over, severities: [sev1], at_risk_minutes: 240}
        #   # Grave cases go from region to region; each team says its `region`.
        #   follow_the_sun: {regions: [apac, emea, americas], severities: [sev1, sev2], before_minutes: 30}
        #   # A new case that looks like an open case of these severities, or like one with a defect, is offered to be joined.
        #   combine: {severities: [sev1], points: 50, hold_minutes: 15}
        #   # Where no rule with a condition fits, history names the queue if it is so sure, else a person judges in `triage`.
        #   learned: {triage: general, percent: 70, days: 180, least_cases: 30}
        #   # More queues, rules and people for a time; it ends by itself.
        #   surges:
        #     - id: release
        #       name: Release 2026.4
        #       from: 2026-11-27T06:00:00Z
        #       until: 2026-11-30T22:00:00Z
        #       queues: [{id: rollout, name: Rollout, team: second_line}]
        #       rules: [{id: rollout, name: Of the release, words: [release], queue: rollout}]
        #       staff: [{team: second_line, members: [{person: cleo@example.com, skills: [payments]}]}]
        """
}
