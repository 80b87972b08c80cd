/// The hard problem of the demo: 0.3 % of card payments are refused, for three days, by several people.
extension DemoScenes {
    static let payments = DemoScene(
        begins: 3600, steps: paymentsReported + paymentsSearched + paymentsProved + paymentsToday)

    /// The first afternoon: what is reported, what is missing, what it does.
    private static let paymentsReported = [
        DemoStep(
            0, daniel, "portal.report",
            [
                "subject": "0.3 % of card payments fail at capture",
                "symptom":
                    "Roughly three in a thousand payments die at capture. Trying the same one again never helps, a new one works. We only noticed it in the weekly report; it may be older.",
                "severity": "sev3", "component": "billing",
            ]),
        DemoStep(9, marta, "case.assign", ["assignee": "@me"]),
        DemoStep(2, marta, "case.change_status", ["status": "investigating"]),
        DemoStep(
            8, marta, "case.edit",
            ["product_area": "payments", "environment": "production", "category": "fault"]),
        DemoStep(
            6, marta, "case.fill_intake",
            [
                "answers": [
                    "symptom_type": "api_error", "product_version": "hosted", "region": "eu-west",
                    "steps": "Authorise a card payment\nCapture it within two minutes",
                    "expected": "The capture is accepted", "actual": "It is refused with status 422",
                    "scope": "About 3 in 1,000 payments, at all of their 212 hotels",
                    "error_text": "SIGNATURE_MISMATCH", "api_call": "POST /v2/captures", "api_status": "422",
                    "api_share": "3 of 1,000",
                ]
            ]),
        DemoStep(
            4, marta, "case.ask_customer",
            [
                "questions": ["request_ids", "recent_changes", "payment_ids"],
                "introduction":
                    "Thank you, Daniel. I own this now, and I see refused captures on our side at the rate you describe, so it is not your integration. With three answers I can compare refused with accepted ones tonight.",
            ]),
        DemoStep(
            75, daniel, "portal.answer_questions",
            [
                "answers": [
                    "request_ids": "req-7f3a-90 and req-11d8-02, both of this morning",
                    "recent_changes": "Nothing on our side for four weeks",
                    "payment_ids": "pay-7F3A EUR 129.00, pay-11D8 EUR 94.50",
                ]
            ]),
        DemoStep(
            30, marta, "case.note",
            [
                "text":
                    "Daniel’s colleague Aino on the phone: their own monitoring first showed refusals two days before the report.",
                "occurred_at": .ago(25),
            ]),
        DemoStep(
            25, marta, file: DemoFiles.bridgeLog,
            [
                "type": "log_extract", "source": "bridge-1 to bridge-4", "collector": "Marta Lindqvist",
                "collected_at": .ago(10), "covers_from": .ago(1440), "covers_to": .ago(240),
                "environment": "production",
            ]),
        DemoStep(
            12, marta, "case.edit",
            [
                "problem_statement":
                    "The acquirer bridge refuses 1 capture in 333 with SIGNATURE_MISMATCH: at all customers, with no pattern by card, amount or region."
            ]),
        DemoStep(
            4, marta, "case.record_times",
            ["began_at": .ago(12_900), "noticed_at": .ago(3080), "reported_at": .ago(175)]),
        DemoStep(
            5, marta, "case.record_impact",
            [
                "accounts": "14", "users": "6391", "share_percent": "0.3", "share_of": "card payments",
                "money_at_risk": "EUR 221,400", "workaround": "yes", "blocked_process": "Hotel check-in",
                "compliance": "Complaints about payments: answer within 15 days",
            ]),
        DemoStep(
            10, marta, "case.reply",
            [
                "text":
                    "Your payment IDs helped: both were refused by the bridge to your acquirer with SIGNATURE_MISMATCH, within two seconds of the authorisation. We see the same at other customers.\n\nWe compare refused with accepted captures tonight.",
                "next_update_at": .ahead(900),
            ]),
    ]

    /// The evening and the second day: hypotheses, one of them out.
    private static let paymentsSearched = [
        DemoStep(
            20, marta, "case.add_hypothesis",
            [
                "statement": "One bridge host kept the old signing key after the rotation",
                "reasoning": "The key was rotated nine days ago, the day on which refusals began.",
                "predicts": "Refusals come from one host of four only.",
                "test": "Count refusals by host in the log of a day", "confidence": "medium",
                "due_at": .ahead(240),
            ]),
        DemoStep(
            15, marta, "case.add_specialist",
            [
                "person": "ravi@thirdline.example",
                "contribution": "Knows the signing code since release 4.18",
                "coordinates": "true",
            ]),
        DemoStep(
            2, marta, "case.add_specialist",
            ["person": "jonas@thirdline.example", "contribution": "Compares refused with accepted captures"]),
        DemoStep(
            870, jonas, "case.record_result",
            [
                "of": "T1",
                "observed":
                    "Refusals spread evenly: 2, 2, 1 and 3 on the four hosts (8 of 2,400 lines; p = 0.79).",
                "bearing": "contradicts", "evidence": ["E1"],
            ]),
        DemoStep(
            4, jonas, "case.judge_hypothesis",
            [
                "hypothesis": "H1", "state": "refuted", "confidence": "low",
                "reason": "Refusals spread evenly over all four hosts, and all four list the new key.",
                "evidence": ["E1"],
            ]),
        DemoStep(
            10, marta, "case.reply",
            [
                "text":
                    "One idea is out: it is not one of our hosts, refusals are spread evenly. We now compare the texts that were signed.",
                "next_update_at": .ahead(1280),
            ]),
        DemoStep(
            25, jonas, file: DemoFiles.refusedCapture,
            [
                "type": "api_exchange", "source": "bridge-2", "collector": "Jonas Weber",
                "covers_from": .ago(1180), "covers_to": .ago(1180), "environment": "production",
            ]),
        DemoStep(
            14, jonas, "case.recommend_severity",
            ["severity": "sev1", "reason": "Money of guests is held and nothing releases it"]),
        DemoStep(
            40, ines, "case.change_severity",
            ["severity": "sev2", "reason": "14 accounts, money is held; a new payment is a way around"]),
        DemoStep(1, ines, "case.watch"),
        DemoStep(
            30, ravi, file: DemoFiles.releases,
            [
                "type": "deploy_history", "source": "Deploy log", "collector": "Ravi Menon",
                "covers_from": .ago(15_400), "covers_to": .ago(60), "environment": "production",
            ]),
        DemoStep(
            12, ravi, "case.add_hypothesis",
            [
                "statement":
                    "payments-core 4.18.0 leaves out the fraction of a time whose milliseconds are zero, so that we sign another text than the bridge verifies",
                "reasoning":
                    "4.18.0 moved signing to the shared time formatter, whose changelog says “trim trailing zeros”. It was deployed 40 minutes before the first refusal.",
                "predicts":
                    "Three times are signed, each ends in .000 once in 1,000: 0.2997 % of captures fail. Every refused text lacks a fraction, no accepted one does.",
                "confidence": "high", "due_at": .ahead(2600),
            ]),
        DemoStep(
            6, marta, "case.note",
            [
                "text":
                    "Ravi names release 4.18.0. Do not name the release to customers before we can prove it."
            ]),
        DemoStep(
            18, jonas, "case.add_hypothesis",
            [
                "statement": "The acquirer’s verifier became stricter about times at the same moment",
                "reasoning": "Bridge 2.9.1 was deployed by the acquirer in the same week.",
                "predicts": "A text of ours from before 4.18.0 that lacks a fraction is refused as well.",
                "confidence": "low",
            ]),
        DemoStep(
            9, jonas, "case.bound_problem",
            [
                "what_is": "Captures refused with SIGNATURE_MISMATCH",
                "what_is_not": "Authorisations, refunds, payouts: all signed as well",
                "what_different": "Only a capture signs a time that comes from outside",
                "where_is": "All four bridge hosts, all regions, 14 customers",
                "where_is_not": "The sandbox",
                "where_different": "The sandbox still runs payments-core 4.17.2",
                "when_is": "Since nine days, at any hour", "when_is_not": "Before release 4.18.0",
                "when_different": "4.18.0, the rotation of keys, bridge 2.9.1",
                "extent_is": "1 in 333, and no more under load",
                "extent_is_not": "All captures, or all of a card, an amount or a merchant",
                "extent_different": "Refused texts are 4 characters shorter",
            ]),
        DemoStep(
            30, marta, "case.list_party",
            [
                "name": "Meridian Acquiring", "component": "Verifier of signatures, bridge 2.9.1",
                "contact": "support@meridian.example, contract 24×7, case MER-55210",
            ]),
        DemoStep(
            3, marta, "case.list_party",
            [
                "name": "Halden Travel", "component": "Booking gateway that asks for captures",
                "contact": "Daniel Roth",
            ]),
        DemoStep(
            5, marta, "case.ask_party",
            [
                "party": "P1",
                "text":
                    "For pay-7F3A: which text does your verifier make of authorised_at before it computes the signature? Did 2.9.1 change that?",
            ]),
    ]
}
