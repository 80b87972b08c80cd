/// Cases in which somebody else has the word: engineering, the customer, a bank.
extension DemoScenes {
    /// Held by a way around, with a colleague's request below it.
    static let spikes = DemoScene(
        begins: 11_000,
        steps: [
            DemoStep(
                0, henrik, "portal.report",
                [
                    "subject": "Search stops for three seconds, about every twelve minutes",
                    "symptom":
                        "Guests see a blank list for about 3 seconds. It comes back by itself. Our monitoring shows it all day long, at night too.",
                    "severity": "sev2", "component": "api",
                ]),
            DemoStep(
                14, marta, "case.assign",
                ["assignee": "jonas@thirdline.example", "reason": "Knows the search service"]),
            DemoStep(6, jonas, "case.change_status", ["status": "investigating"]),
            DemoStep(
                30, jonas, "case.reply",
                [
                    "text":
                        "I own this now. I see the same pauses on our side: 2.8 to 3.4 seconds, every 12 minutes, on all nodes at once.",
                    "next_update_at": .ahead(240),
                ]),
            DemoStep(
                80, jonas, "case.edit",
                [
                    "problem_statement":
                        "Every 12 minutes all search nodes wait about 3 s for a lock that the price import holds while it rewrites its whole table.",
                    "component": "data", "category": "performance",
                ]),
            DemoStep(
                10, jonas, "case.record_impact",
                ["users": "1800", "workaround": "no", "blocked_process": "Booking by phone"]),
            DemoStep(
                45, ravi, "case.note",
                [
                    "text":
                        "The import takes an exclusive lock since release 7.4. A partial update is half a day of work."
                ]),
            DemoStep(
                5, jonas, "case.change_status",
                [
                    "status": "waiting_on_engineering", "reason": "Change of the import",
                    "blocked_detail": "SRCH-331",
                    "exception": "What is left is a change of ours; nothing of theirs is needed",
                ]),
            DemoStep(
                900, jonas, "case.record_workaround",
                [
                    "text": "Run the price import hourly, and only between 1 and 5 at night.",
                    "data_loss": "None; prices are up to a day older",
                    "side_effects": "A price that changes by day shows the next morning",
                    "tested_in": "Production, one night", "applies_to": "Nordlys Hotels",
                    "rollback": "Set import.schedule back to */12",
                ]),
            DemoStep(
                10, jonas, "case.change_status",
                [
                    "status": "mitigated", "reason": "The import runs hourly at night only",
                    "next_action": "Put the partial update through the test of a night’s load",
                    "next_action_due_at": .ahead(10_200),
                ]),
            DemoStep(0, jonas, "case.promise_update", ["next_update_at": .ahead(11_500)]),
        ])

    /// Waits for the customer, who was asked once for what the intake lacks.
    static let silentKit = DemoScene(
        begins: 7600,
        steps: [
            DemoStep(
                0, nikos, "portal.report",
                [
                    "subject": "Tracking events vanish in production, the sandbox is fine",
                    "symptom":
                        "The same build sends events in the sandbox. In production nothing arrives and there is no error. We changed nothing but the key.",
                    "severity": "sev3", "component": "integrations",
                ]),
            DemoStep(70, ana, "case.assign", ["assignee": "@me"]),
            DemoStep(2, ana, "case.change_status", ["status": "investigating"]),
            DemoStep(
                10, ana, "case.fill_intake",
                [
                    "answers": [
                        "symptom_type": "webhook", "environment": "production",
                        "actual": "Nothing arrives, and no error is shown", "recent_changes": "The key",
                        "expected": "The same events as in the sandbox",
                    ]
                ]),
            DemoStep(
                30, ana, "case.ask_customer",
                [
                    "questions": ["product_version", "error_text", "webhook_events", "webhook_answer"],
                    "introduction":
                        "Hello Nikos, I own this. With four answers I can look at the right place, and I do not have to ask again.",
                ]),
            DemoStep(
                1, ana, "case.note",
                [
                    "text":
                        "The kit swallows a refused TLS handshake when its log level is “warn”. Suspect their proxy re-signs certificates in production."
                ]),
            DemoStep(
                3, ana, "case.set_next_action",
                ["text": "Call Nikos if nothing came", "due_at": .ahead(7800)]),
        ])

    /// In the hands of the product's engineers.
    static let clockChange = DemoScene(
        begins: 6800,
        steps: [
            DemoStep(
                0, lea, "case.open",
                [
                    "organisation": "Nordlys Hotels", "requester": "henrik@nordlys.example",
                    "channel": "phone",
                    "subject": "Night report of the clock change counts the hour from 2 to 3 once",
                    "symptom":
                        "Sales of the repeated hour are missing from the report of that night. The receipts are all there.",
                    "severity": "sev3", "component": "data", "environment": "production",
                ]),
            DemoStep(
                45, marta, "case.assign",
                ["assignee": "ana@thirdline.example", "reason": "Did the report of last year"]),
            DemoStep(30, ana, "case.change_status", ["status": "investigating"]),
            DemoStep(
                70, ana, "case.edit",
                [
                    "problem_statement":
                        "The night report groups receipts by local hour without offset, so the two hours named 02 on the night of the clock change are one group and the later one wins.",
                    "product_area": "reporting", "category": "data",
                ]),
            DemoStep(
                10, ana, "case.reply",
                [
                    "text":
                        "Nothing is lost, Henrik: all receipts of that hour are there, only the report adds them up wrongly. You get the right sums from me today; the report itself is with our product engineers.",
                    "next_update_at": .ahead(7000),
                ]),
            DemoStep(
                5, ana, "case.change_status",
                [
                    "status": "waiting_on_engineering", "reason": "Group by instant, not by local hour",
                    "blocked_detail": "REP-118, next release",
                    "exception": "Shown by our own receipts; nothing of theirs is needed",
                    "next_action": "Ask Ravi whether REP-118 is in the release",
                    "next_action_due_at": .ahead(7300),
                ]),
            DemoStep(
                120, ravi, "case.note",
                [
                    "text":
                        "Confirmed with the receipts of eu-north. Fix goes into the next release, with a test for both clock changes."
                ]),
        ])

    /// Waits for a bank; its next update is late.
    static let exportColumn = DemoScene(
        begins: 5800,
        steps: [
            DemoStep(
                0, sofia, "portal.report",
                [
                    "subject": "The monthly export has no VAT column any more",
                    "symptom": "Our bookkeeping stops at the import. Last month the column was there.",
                    "severity": "sev3", "component": "data",
                ]),
            DemoStep(100, jonas, "case.assign", ["assignee": "@me"]),
            DemoStep(5, jonas, "case.change_status", ["status": "investigating"]),
            DemoStep(
                15, jonas, "case.note",
                [
                    "text":
                        "Sofia on the phone: they found it when closing the month; the file of the 1st was already wrong.",
                    "occurred_at": .ago(2880),
                ]),
            DemoStep(
                20, jonas, "case.reply",
                [
                    "text":
                        "Hello Sofia, the export follows a template of your bank, and the column is gone from it. We asked the bank for the template of last month.",
                    "next_update_at": .ahead(5600), "status": "waiting_on_third_party",
                    "next_action": "Call the bank’s desk for templates",
                    "next_action_due_at": .ahead(5900),
                ]),
        ])

    /// A request of a colleague.
    static let access = DemoScene(
        begins: 4900,
        steps: [
            DemoStep(
                0, ravi, "case.open",
                [
                    "subject": "Read access to the query log of eu-west for a week",
                    "symptom": "I need to see slow queries of the search service for the 12-minute pauses.",
                    "request_type": "internal_access", "severity": "sev4", "service": "accounts",
                    "department": "it",
                ]),
            DemoStep(60, ines, "case.assign", ["assignee": "marta@thirdline.example"]),
            DemoStep(5, ines, "case.link", ["relation": "child_of", "to": "TL-4"]),
            DemoStep(
                10, marta, "case.set_next_action",
                ["text": "Ask the owner of eu-west for the role", "due_at": .ahead(5100)]),
        ])
}
