/// Cases that support has ended, or has handed back and may get again.
extension DemoScenes {
    /// Closed: a question with an answer.
    static let keys = DemoScene(
        begins: 15_000,
        steps: [
            DemoStep(
                0, nikos, "portal.report",
                [
                    "subject": "Can signing keys be rotated without a pause?",
                    "symptom":
                        "Our auditors want new keys each quarter. Do we have to stop sending while they change?",
                    "severity": "sev4", "component": "identity",
                ]),
            DemoStep(35, ana, "case.assign", ["assignee": "@me"]),
            DemoStep(5, ana, "case.change_status", ["status": "investigating"]),
            DemoStep(
                50, ana, "case.reply",
                [
                    "text":
                        "Yes. Add the new key beside the old one, wait until both are listed as active, then switch your sender. The old key is accepted for another 24 hours."
                ]),
            DemoStep(
                200, ana, "case.resolve",
                [
                    "narrative":
                        "Question about key rotation. Explained the overlap of 24 hours; tried it in the sandbox first.",
                    "customer_summary":
                        "Keys can be rotated without a pause: both are accepted for 24 hours.",
                    "verdict": "documentation_gap",
                ]),
            DemoStep(
                90, nikos, "portal.answer_survey",
                ["answers.score": "5", "answers.comment": "A clear answer within an hour. Thank you."]),
            DemoStep(2810, ana, "case.close"),
            DemoStep(
                1400, ines, "case.review_quality",
                [
                    "answers.notes": "4", "answers.evidence": "3", "answers.timeline": "5",
                    "answers.resolution": "5", "answers.severity": "5", "answers.tags": "4",
                    "answers.next_time": "The two key listings from the sandbox, attached.",
                    "comment": "Short, right, and tried before it was said.",
                ]),
            DemoStep(
                200, ana, "case.answer_review",
                ["text": "Agreed; I had the listings open and did not keep them."]),
        ])

    /// Reopened by the customer; a second problem in her message became a case of its own.
    static let voucher = DemoScene(
        begins: 13_500,
        steps: [
            DemoStep(
                0, lea, "case.open",
                [
                    "organisation": "Orrin Foods", "requester": "sofia@orrin.example", "channel": "phone",
                    "subject": "Vouchers above 500 are refused at the till",
                    "symptom":
                        "Every voucher above 500 is refused, smaller ones work. It began after the till update.",
                    "severity": "sev3", "component": "billing",
                ]),
            DemoStep(20, jonas, "case.assign", ["assignee": "@me"]),
            DemoStep(2, jonas, "case.change_status", ["status": "investigating"]),
            DemoStep(
                60, jonas, "case.note",
                [
                    "text":
                        "The limit is a setting of theirs: max_voucher = 500.00 since their last deployment."
                ]),
            DemoStep(
                10, jonas, "case.resolve",
                [
                    "narrative":
                        "Their limit max_voucher stood at 500.00. Raised together with Sofia; three vouchers tried.",
                    "customer_summary":
                        "The voucher limit in your settings was 500. It is 2,000 now, and vouchers are accepted again.",
                    "verdict": "configuration", "root_cause": "configuration",
                ]),
            DemoStep(
                1300, sofia, "portal.answer_survey",
                [
                    "answers.score": "2",
                    "answers.comment": "We waited for two days, and nobody told us what was changed.",
                ]),
            DemoStep(
                180, jonas, "case.review_low_score",
                [
                    "finding":
                        "She heard of the change only with the resolution; the two days had no update.",
                    "action": "Rang Sofia and told her what max_voucher is and where she sees it.",
                    "contacted": "true",
                ]),
            DemoStep(5, ines, "case.tag_survey", ["themes": "speed"]),
            DemoStep(
                10_415, sofia, "portal.reopen",
                [
                    "text":
                        "Two tills in the north still refuse them, the others are fine.\n\nAnd since yesterday the receipts of all tills print VAT twice."
                ], mark: "reopened"),
            DemoStep(
                30, jonas, "case.split",
                [
                    "entries": .entry("reopened"), "subject": "Receipts print VAT twice",
                    "symptom": "Since yesterday the receipts of all tills print VAT twice.",
                    "reason": "Another problem: all tills, and not about vouchers",
                ]),
            DemoStep(
                10, jonas, "case.reply",
                [
                    "text":
                        "Hello Sofia, thank you for both. I look at the two tills in the north first. The receipts have a case of their own now, so that neither waits for the other.",
                    "status": "investigating", "next_update_at": .ahead(2900),
                    "next_action": "Compare the settings of the two tills with a third one",
                    "next_action_due_at": .ahead(1700),
                ]),
        ])

    /// Resolved, with all that a resolution can say; the customer may still say that it is not solved.
    static let booking = DemoScene(
        begins: 12_400,
        steps: [
            DemoStep(
                0, aino, "portal.report",
                [
                    "subject": "Booking mails arrive twice since this morning",
                    "symptom":
                        "Each guest gets the same confirmation two times, a second apart. 212 guests so far.\n\nBooking 90-4471 is one of them. On our test system it comes once.",
                    "severity": "sev3", "component": "integrations", "began_at": .ago(180),
                ]),
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
            DemoStep(5, jonas, "case.record_impact", ["users": "212", "workaround": "yes"]),
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
            DemoStep(
                10, jonas, "case.watch_fix",
                [
                    "until": .ahead(20_160), "on_reply": "true", "on_link": "true",
                    "words": "mails arrive twice",
                    "note": "The delivery log: more than one delivery of a booking.",
                ]),
        ])

    /// Closed the whole way: cause confirmed, fix verified twice, checklist filled in, confirmed by the customer.
    static let newAccounts = DemoScene(
        begins: 9600,
        steps: [
            DemoStep(
                0, daniel, "portal.report",
                [
                    "subject": "Accounts made since Tuesday get error 500 on refunds",
                    "symptom":
                        "POST /refunds answers 500 for new accounts only. Old accounts work. Payments and payouts of the new accounts work too.\n\nRequest ID of one: 7f1c-22ab",
                    "severity": "sev2", "component": "api",
                ]),
            DemoStep(9, marta, "case.assign", ["assignee": "@me"]),
            DemoStep(3, marta, "case.change_status", ["status": "investigating"]),
            DemoStep(
                20, marta, file: DemoFiles.refundTrace,
                [
                    "type": "trace", "source": "refund-service-2", "covers_from": .ago(90),
                    "covers_to": .ago(89), "environment": "production",
                ]),
            DemoStep(
                5, marta, "case.add_hypothesis",
                [
                    "statement": "Accounts made after the migration lack the region that refunds read",
                    "reasoning": "The trace ends where the refund service reads ledger_region.",
                    "predicts":
                        "Every failing account was made after Tuesday 02:00 and has no ledger_region.",
                    "test": "List the accounts without ledger_region, and when they were made",
                    "confidence": "high",
                ]),
            DemoStep(
                15, marta, "case.record_impact",
                [
                    "accounts": "41", "share_percent": "100", "share_of": "refunds of new accounts",
                    "workaround": "yes",
                ]),
            DemoStep(
                2, marta, "case.edit",
                [
                    "problem_statement":
                        "POST /refunds answers 500 for the 41 accounts made since the migration of Tuesday 02:00: their column ledger_region is null.",
                    "environment": "production", "category": "fault", "product_area": "payments",
                    "root_cause": "data",
                ]),
            DemoStep(
                20, marta, "case.reply",
                [
                    "text":
                        "Accounts made since Tuesday seem to miss one setting that refunds need. Until that is corrected, refunds of these accounts can be made on the old page.",
                    "next_update_at": .ahead(300),
                ]),
            DemoStep(
                30, marta, "case.record_result",
                [
                    "of": "T1",
                    "observed":
                        "41 accounts lack it, all made after Tuesday 02:00; all 41 fail. 0 of 5,102 older ones do.",
                    "bearing": "supports", "evidence": ["E1"],
                ]),
            DemoStep(
                5, marta, "case.judge_hypothesis",
                [
                    "hypothesis": "H1", "state": "confirmed", "confidence": "high",
                    "reason": "Filled in for one account, refunds of it worked at once", "evidence": ["E1"],
                    "method": "switched",
                    "verification":
                        "Set ledger_region of account 5-311: refund accepted. Taken away again: error 500. Set again: accepted.",
                    "root_cause": "data",
                ]),
            DemoStep(
                40, marta, "case.record_fix",
                [
                    "text":
                        "ledger_region is filled in for the 41 accounts, and the column refuses null from now on.",
                    "version": "refund-service 3.2.1",
                ]),
            DemoStep(
                30, marta, "case.change_status",
                ["status": "verifying_fix", "reason": "Filled in for 41 accounts"]),
            DemoStep(
                60, jonas, "case.test_fix",
                [
                    "fix": "F1", "tested": "A refund for each of the 41 accounts, and for one made today",
                    "environment": "production", "observed": "42 of 42 accepted", "holds": "yes",
                    "evidence": ["E1"],
                ]),
            DemoStep(
                900, marta, "case.confirm_fix",
                [
                    "fix": "F1", "by": "monitoring", "holds": "yes",
                    "words": "No error 500 on /refunds for 15 hours; before, 3 to 9 an hour.",
                ]),
            DemoStep(
                5, marta, "case.confirm_fix",
                [
                    "fix": "F1", "by": "customer", "holds": "yes",
                    "words":
                        "Daniel Roth on the phone: refunds of new accounts go through since the evening.",
                ]),
            DemoStep(
                10, marta, file: DemoFiles.releases,
                [
                    "type": "deploy_history", "source": "Deploy log", "collector": "Marta Lindqvist",
                    "environment": "production",
                ]),
            DemoStep(
                1, marta, "case.expect_evidence",
                ["type": "log_extract", "impossible": "The trace says what the log would"]),
            DemoStep(
                1, marta, "case.expect_evidence",
                ["type": "api_exchange", "impossible": "The trace holds the request and its answer"]),
            DemoStep(
                1, marta, "case.expect_evidence",
                ["type": "metric_snapshot", "impossible": "41 accounts are too few to show in a metric"]),
            DemoStep(
                10, marta, "case.link_record",
                [
                    "kind": "defect", "key": "PAY-8790", "relation": "fixed_by",
                    "title": "Column ledger_region accepts null",
                ]),
            DemoStep(
                20, marta, "case.resolve",
                [
                    "narrative":
                        "Cause: the migration of Tuesday left ledger_region empty for accounts made after it.\nDone: filled in, and the column refuses null.\nProof: 42 refunds of 42, and no error 500 for 15 hours.",
                    "customer_summary":
                        "Accounts made since Tuesday missed one setting. It is set for all 41, and new ones get it by themselves.",
                    "verdict": "product_defect", "root_cause": "data",
                ]),
            DemoStep(
                300, daniel, "portal.confirm",
                ["text": "Refunds of all our new accounts went through this morning."]),
            DemoStep(
                60, marta, "case.close",
                [
                    "answers": [
                        "customer_agreed": "confirmed", "knowledge": "article", "knowledge_at": "KB-412",
                        "ended_by": "fix",
                        "prevention": "fixed",
                    ]
                ]),
        ])
}
