/// What is kept of the customers, and the templates of replies.
extension DemoScenes {
    static let accounts = [halden, nordlys, orrin, haldenToday]

    /// The account that a manager opens before a call.
    private static let halden = DemoScene(
        begins: 15_150, organisation: "Halden Travel",
        steps: [
            DemoStep(
                0, otto, "organisation.edit",
                [
                    "segment": "large", "region": "emea", "contract": "premium_support",
                    "coverage": "always", "products": ["platform", "payments"],
                    "environments": ["production", "sandbox"], "success_manager": "otto@thirdline.example",
                    "technical_manager": "ines@thirdline.example", "renewal": .day(34),
                    "revenue": "EUR 480,000", "named_contacts": "3",
                    "contract_terms":
                        "First answer to Sev1 and Sev2 within 30 minutes, at any hour.\nA written account of every Sev1 within five working days.",
                ]),
            DemoStep(
                2, ines, "organisation.edit_profile",
                [
                    "sign_on": "SAML with their own identity provider; administered by Aino Virtanen",
                    "network":
                        "Fixed outgoing addresses; a proxy that inspects TLS in the offices, not in the hotels",
                    "integrations": "Booking gateway of their own, 212 hotels; acquirer Meridian",
                    "versions": "SDK Java 7.3.1\nBooking gateway 12.4",
                    "residency": "European Union",
                    "quirks":
                        "Releases of theirs stop from 15 December to 7 January.\nTimes in their exports are local to the hotel.",
                ]),
            DemoStep(
                2, ines, "organisation.describe_contact",
                [
                    "contact": "daniel@halden.example", "roles": ["administrator", "developer"],
                    "named": "true",
                    "note": "Wants figures and a time. In the office from 8 to 17, Helsinki.",
                ]),
            DemoStep(
                1, ines, "organisation.describe_contact",
                ["contact": "aino@halden.example", "roles": ["security", "network"], "named": "true"]),
            DemoStep(
                1, ines, "organisation.describe_contact",
                [
                    "contact": "mikko@halden.example", "roles": ["executive"],
                    "note": "Wants two sentences: what it costs them, and when it is over.",
                ]),
            DemoStep(
                1, ines, "organisation.set_change_calendar",
                [
                    "zone": "Europe/Helsinki", "windows": ["mon-thu 20:00-24:00", "sat-sun 06:00-22:00"],
                    "freezes": ["12-24 Christmas Eve", "12-31 New Year’s Eve"],
                ]),
            DemoStep(
                1, ines, "organisation.propose_amendment",
                [
                    "document": "Addendum 2, in the contract folder", "from": .day(0), "fee": "EUR 40,000",
                    "period": "month", "cap": "10%",
                    "credits": [
                        "first_response all EUR 500", "resolution sev1 5%", "update_cadence all EUR 250",
                    ],
                    "note": "Asked for at the renewal.",
                ]),
            DemoStep(
                30, otto, "organisation.approve_amendment",
                ["amendment": "A1", "note": "Signed by both sides."]),
        ])

    private static let haldenToday = DemoScene(
        begins: 1500, organisation: "Halden Travel",
        steps: [
            DemoStep(
                0, ines, "organisation.propose_amendment",
                [
                    "document": "Addendum 3, draft of this week", "from": .day(7),
                    "targets": ["first_response sev1 10m", "first_response sev2 20m"],
                    "note": "They want an answer sooner before the holidays.",
                ]),
            DemoStep(
                0, ines, "organisation.raise_risk",
                [
                    "level": "at_risk",
                    "reason":
                        "Refused payments two weeks before the holidays and the renewal. A proved fix and a written account would make it right.",
                    "owner": "otto@thirdline.example", "expires": .day(40),
                ]),
            DemoStep(
                40, otto, "organisation.make_commitment",
                [
                    "text": "A written account of the refused payments, with what keeps it from coming back",
                    "due": .ahead(7200), "promised_by": "ines@thirdline.example",
                    "promised_to": "Daniel Roth", "case": "TL-10",
                ]),
        ])

    private static let nordlys = DemoScene(
        begins: 15_140, organisation: "Nordlys Hotels",
        steps: [
            DemoStep(
                0, otto, "organisation.edit",
                [
                    "segment": "large", "region": "emea", "contract": "subscription",
                    "coverage": "extended", "products": ["platform", "payments", "reporting"],
                    "success_manager": "otto@thirdline.example", "renewal": .day(210),
                ]),
            DemoStep(
                1, ines, "organisation.describe_contact",
                ["contact": "henrik@nordlys.example", "roles": ["administrator"], "named": "true"]),
        ])

    private static let orrin = DemoScene(
        begins: 15_130, organisation: "Orrin Foods",
        steps: [
            DemoStep(
                0, otto, "organisation.edit",
                [
                    "segment": "mid", "region": "emea", "contract": "subscription",
                    "coverage": "business_hours", "products": ["platform", "reporting"],
                ])
        ])

    static let templates = DemoScene(
        begins: 15_100, organisation: "",
        steps: [
            DemoStep(
                0, ines, "macro.add",
                [
                    "name": "Ask for a request ID",
                    "text":
                        "Hello {{customer.first_name}},\n\nto find your request among all others we need the request ID of one that failed. It stands in the answer’s header X-Request-Id.\n\n{{me.name}}, {{organisation.name}}",
                    "status": "waiting_on_customer", "next_action": "Read the trace of the request ID",
                    "next_action_hours": "24",
                ]),
            DemoStep(
                0, marta, "macro.add",
                [
                    "name": "We own it now",
                    "text":
                        "Thank you, {{customer.first_name}}. I own {{case.number}} now and read it first. You hear from me by the time above.",
                ]),
        ])

    static let views = DemoScene(
        begins: 15_110, organisation: "",
        steps: [
            DemoStep(
                0, ines, "view.save",
                ["name": "Top severities", "search": "is:open sev:1,2", "shared": "true"]),
            DemoStep(
                0, ines, "view.save",
                ["name": "Nobody acts", "search": "is:open no:next_action", "shared": "true"]),
            DemoStep(
                0, marta, "view.save",
                ["name": "Payments, mine", "search": "is:open owner:@me component:billing"]),
        ])

    /// What the team does so that promises are not missed again for the same reason.
    static let prevention = DemoScene(
        begins: 2900,
        steps: [
            DemoStep(
                0, ines, "prevention.plan",
                [
                    "period": .month, "text": "Two people answer in the first hour of each shift.",
                    "owner": .text(marta), "due_at": .ahead(30_000), "cause": "hand_over",
                ])
        ])

    /// What a monitoring system counted.
    static let outage = DemoScene(
        begins: 2890,
        steps: [
            DemoStep(
                0, marta, "outage.record",
                [
                    "service": "platform", "from": .ago(240), "minutes": "18", "source": "Probe of eu-west",
                    "note": "Pages answered after more than ten seconds.",
                ])
        ])
}
