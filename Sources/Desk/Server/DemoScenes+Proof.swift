/// The third day and today of the refused payments: what is known, decided, promised and done next.
extension DemoScenes {
    static let paymentsProved = [
        DemoStep(
            900, jonas, "case.record_result",
            [
                "of": "H2",
                "observed":
                    "6,391 of 2,128,740 captures since the release were refused: 0.3002 %, before it 0.002 %. All 6,391 refused texts lack a fraction, none of 5,000 accepted ones does.",
                "bearing": "supports", "evidence": ["E1", "E2", "E3"],
            ]),
        DemoStep(
            6, jonas, "case.judge_hypothesis",
            [
                "hypothesis": "H2", "state": "supported", "confidence": "high",
                "reason": "The share is as predicted, and every refused text lacks a fraction",
                "evidence": ["E1", "E2"],
            ]),
        DemoStep(
            10, marta, "case.plan_test",
            [
                "action": "Replay 50 refused captures against payments-core 4.17.2 and 4.18.0",
                "hypothesis": "H2",
                "expected": "All pass on 4.17.2 and fail on 4.18.0, or H2 is wrong.",
                "information": "high", "cost": "medium", "due_at": .ahead(1500),
            ]),
        DemoStep(
            4, jonas, "case.plan_test",
            [
                "action": "Ask Meridian for the canonical text of three refused captures", "hypothesis": "H3",
                "expected": "Theirs has a fraction where ours has none: H3 is out.", "information": "low",
                "cost": "low", "due_at": .ahead(1700),
            ]),
        DemoStep(
            60, marta, "case.record_workaround",
            [
                "text":
                    "Do not retry a refused capture.\n1. Void its authorisation.\n2. Authorise and capture anew.",
                "data_loss": "None: a refused capture never reaches the acquirer, seen on 50 of 50",
                "side_effects": "The guest sees two authorisations for up to seven days",
                "tested_in": "Production, 12 payments with Daniel Roth",
                "applies_to": "Everybody on payments-core 4.18.0",
                "rollback": "Nothing to take back",
            ]),
        DemoStep(
            15, ines, "case.record_decision",
            [
                "decision": "Do not roll back 4.18.0 yet",
                "options": .list([
                    "Roll back 4.18.0 tonight", "Do not roll back 4.18.0 yet",
                    "Patch forward without a replay",
                ]),
                "reason":
                    "A rollback brings back the double captures that 4.18.0 ended, 11 a day. The way around holds, and the replay tells us by tomorrow.",
            ]),
        DemoStep(
            25, marta, "case.record_decision",
            [
                "kind": "workaround_or_fix", "decision": "Use the way around until the fix is proved",
                "options": .list([
                    "Use the way around until the fix is proved", "Stop captures until the fix is there",
                ]),
                "reason": "Stopping captures holds up check-in at 212 hotels; two authorisations do not.",
                "agreed": "yes", "agreed_by": "Daniel Roth",
                "agreement_words":
                    "On the phone: “Two authorisations we can explain. A closed front desk we cannot.”",
            ]),
        DemoStep(
            10, marta, "case.reply",
            [
                "text":
                    "Please do not try a refused capture again: void its authorisation and create a new payment. No guest is charged twice that way; we looked at 50 of 50.\n\nWe suspect how times are written in the text that is signed, and are testing it.",
                "next_update_at": .ahead(1250),
            ]),
        DemoStep(
            35, marta, "case.weigh_party",
            [
                "party": "P2",
                "observed": "The same refusals at 13 other customers, who use other gateways",
                "bearing": "contradicts", "evidence": ["E1"],
            ]),
        DemoStep(
            20, marta, file: DemoFiles.cards,
            [
                "type": "query_result", "source": "Card vault", "collector": "Marta Lindqvist",
                "environment": "production", "sensitivity": "restricted",
            ]),
        DemoStep(
            12, marta, "case.request_evidence",
            [
                "reason": "To see which payments were refused on your side, and when",
                "items":
                    "Your export of refused captures of the last nine days, as CSV: time, payment and amount are enough\nOne refused request as your gateway sent it, headers included, without the card number",
            ]),
        DemoStep(
            4, marta, "case.expect_evidence",
            ["type": "metric_snapshot", "impossible": "The bridge keeps its metrics for three days only"]),
        DemoStep(
            15, marta, "case.link_record",
            [
                "kind": "problem", "key": "PRB-208", "title": "Signatures over times without a fraction",
                "url": "https://problems.example/PRB-208",
            ]),
        DemoStep(
            1, marta, "case.link_record",
            [
                "kind": "vendor_ticket", "key": "MER-55210", "title": "Which text does the verifier make?",
                "url": "https://support.meridian.example/MER-55210",
            ]),
        DemoStep(
            1, marta, "case.link_record",
            [
                "kind": "release", "key": "payments-core 4.18.0", "relation": "related",
                "title": "Shared time formatter, end of double captures",
            ]),
        DemoStep(
            0, marta, "case.link_record",
            [
                "kind": "defect", "key": "PAY-8841", "title": "Times without a fraction are signed with one",
                "url": "https://tracker.example/PAY-8841",
            ]),
        DemoStep(
            0, ravi, "case.decide_defect",
            [
                "defect": "PAY-8841", "outcome": "accepted", "planned_for": .ahead(2880),
                "reason":
                    "The shared formatter drops a fraction of zero. The fix goes into payments-core 4.18.1.",
            ]),
        DemoStep(20, otto, "case.watch"),
    ]

    /// Today: the customer asks, somebody has the next step, the next update is promised.
    static let paymentsToday = [
        DemoStep(
            1000, daniel, "portal.reply",
            [
                "text":
                    "41 more since midnight, same rate as before. Can we safely try these again, or do we risk charging a guest twice? Our finance team wants a date."
            ]),
        DemoStep(
            20, daniel, file: DemoFiles.refusedExport,
            [
                "item": "R1.1", "covers_from": .ago(2520), "covers_to": .ago(120),
                "source": "Halden’s gateway",
            ]),
        DemoStep(
            60, marta, "case.reply",
            [
                "text":
                    "Please do not try them again, Daniel; a new payment is safe, as before. The replay that decides it runs today. I give you a date for the fix once it is through.",
                "next_update_at": .ahead(290),
            ]),
        DemoStep(
            20, ravi, "case.write_structured_note",
            [
                "problem":
                    "Captures with a time that ends in .000 are signed over another text than is sent.",
                "findings":
                    "The formatter writes 14:06:41Z for 14:06:41.000Z. The bridge parses it and writes the fraction again before it verifies.",
                "actions": "Patch 4.18.1-rc1 built: the fraction is always written. Not deployed.",
                "artifacts": "E1, E2, E3; branch fix/fraction",
                "current_status": "Supported, not confirmed: the replay is what is missing.",
                "next_step": "Jonas replays 50 refused captures against both releases today.",
            ]),
        DemoStep(
            4, marta, "case.convene_huddle",
            [
                "topic": "What proves the cause, and what may be said before",
                "people": ["ravi@thirdline.example", "jonas@thirdline.example"],
                "join_link": "https://meet.example/huddle-10",
                "agenda":
                    "1. The replay that decides it: who, on what, until when\n2. What customers may be told before\n3. What the fix has to pass",
            ]),
        DemoStep(
            6, jonas, "case.note_huddle",
            [
                "huddle": "TL-10-H1",
                "text":
                    "25 refused captures against each release are enough to tell 1 in 333 from all of them.",
            ]),
        DemoStep(
            1, marta, "case.add_huddle_action",
            [
                "huddle": "TL-10-H1", "text": "Keep the texts that both releases sign as evidence",
                "owner": "ravi@thirdline.example", "due_at": .ahead(200),
            ]),
        DemoStep(
            2, marta, "case.end_huddle",
            [
                "huddle": "TL-10-H1", "outcome": "held",
                "summary": "The replay decides. Nothing is said of the release before it.",
            ]),
        DemoStep(
            2, marta, "case.schedule_call",
            [
                "topic": "Which payments can be captured anew, and when the fix comes",
                "starts_at": .ahead(330), "join_link": "https://meet.example/halden-10",
                "attendees": .text("Daniel Roth\nAino Virtanen\nMarta Lindqvist\nRavi Menon"),
            ]),
        DemoStep(
            15, marta, "case.set_next_action",
            [
                "text": "Replay 50 refused captures against 4.17.2 and 4.18.0 (T2)",
                "owner": "jonas@thirdline.example", "due_at": .ahead(150),
            ]),
    ]
}
