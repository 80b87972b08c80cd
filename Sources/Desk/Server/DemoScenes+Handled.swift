/// Cases that support has handed back or handed on.
extension DemoScenes {
    /// Resolved, with all that a resolution can say; the customer may still say that it is not solved.
    static let booking = DemoScene(
        after: 240,
        steps: [
            DemoStep(
                0, aino, "portal.report",
                [
                    "subject": "Booking mails arrive twice since this morning",
                    "symptom":
                        "Each guest gets the same confirmation two times, a second apart. 212 guests so far.\n\nBooking 90-4471 is one of them. On our test system it comes once.",
                    "severity": "sev3", "component": "integrations",
                ], minutesAgo: ["began_at": 180]),
            DemoStep(25, jonas, "case.assign", ["assignee": "@me"]),
            DemoStep(2, jonas, "case.change_status", ["status": "investigating"]),
            DemoStep(
                20, jonas, "case.reply",
                [
                    "text":
                        "Hello Aino, I own this. Booking 90-4471 left us as two deliveries to two addresses of yours, /hooks/booking and /hooks/booking/ with a slash. Did anybody register the second one today?",
                    "status": "waiting_on_customer",
                ]),
            DemoStep(
                95, aino, "portal.reply",
                ["text": "Yes, our new colleague did, to try it. We thought it replaces the first one."]),
            DemoStep(
                10, jonas, "case.edit",
                [
                    "problem_statement":
                        "Two webhook subscriptions of one organisation differ only in a trailing slash; every booking event is delivered to both.",
                    "environment": "production", "category": "fault",
                ]),
            DemoStep(
                5, jonas, "case.record_impact",
                ["users": "212", "workaround": "yes"]),
            DemoStep(
                20, jonas, "case.note",
                [
                    "text":
                        "Second time this quarter that the form lets an address through that is there already. Ravi knows; a warning is planned."
                ]),
            DemoStep(
                15, jonas, "case.change_status",
                ["status": "verifying_fix", "reason": "Aino removed the second subscription"]),
            DemoStep(
                600, jonas, "case.resolve",
                [
                    "narrative":
                        "Cause: a second webhook subscription with a trailing slash, three hours before the report.\nDone: Aino removed it.\nProof: 318 bookings since then, one delivery each, counted in the delivery log.",
                    "customer_summary":
                        "Two subscriptions received every booking. With the second one removed each guest gets one mail: we counted 318 bookings since then.",
                    "verdict": "confusing_ux", "root_cause": "configuration",
                ]),
        ])

    /// In the hands of the product's engineers.
    static let clockChange = DemoScene(
        after: 180,
        steps: [
            DemoStep(
                0, lea, "case.open",
                [
                    "organisation": "Nordlys Hotels", "requester": henrik, "channel": "phone",
                    "subject": "Night report of the clock change counts the hour from 2 to 3 once",
                    "symptom":
                        "Sales of the repeated hour are missing from the report of that night. The receipts are all there.",
                    "severity": "sev3", "component": "data", "environment": "production",
                ]),
            DemoStep(45, marta, "case.assign", ["assignee": ana, "reason": "Did the report of last year"]),
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
                        "Nothing is lost, Henrik: all receipts of that hour are there, only the report adds them up wrongly. I attach the right sums by mail today; the report itself is with our product engineers."
                ]),
            DemoStep(
                5, ana, "case.change_status",
                [
                    "status": "waiting_on_engineering", "reason": "Group by instant, not by local hour",
                    "exception": "Shown by our own receipts; nothing of theirs is needed",
                ]),
            DemoStep(
                120, ravi, "case.note",
                [
                    "text":
                        "Confirmed with the receipts of eu-north. Fix goes into the next release, with a test for both clock changes."
                ]),
        ])
}
