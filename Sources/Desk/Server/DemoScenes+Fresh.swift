/// Cases of the last two days: those around the refused payments, one that few may know of, and what just came in.
extension DemoScenes {
    /// The same problem, reported by a colleague of the customer; merged.
    static let paymentsAgain = DemoScene(
        begins: 2300,
        steps: [
            DemoStep(
                0, aino, "portal.report",
                [
                    "subject": "Captures refused: signature mismatch",
                    "symptom":
                        "Our monitoring shows SIGNATURE_MISMATCH since days, now and then, all hotels. Latest pay-2C77, EUR 311.00.",
                    "severity": "sev3", "component": "billing",
                ]),
            DemoStep(15, lea, "case.note", ["text": "Looks like TL-10: same text, same customer."]),
            DemoStep(
                20, marta, "case.merge",
                ["into": "TL-10", "reason": "Same refusals of the same customer, reported by a colleague"]),
        ])

    /// Another customer with what may be the same problem.
    static let barTerminal = DemoScene(
        begins: 2100,
        steps: [
            DemoStep(
                0, lea, "case.open",
                [
                    "organisation": "Nordlys Hotels", "requester": "henrik@nordlys.example",
                    "channel": "phone",
                    "subject": "Card payments at the hotel bar fail now and then",
                    "symptom":
                        "About one in three hundred is refused after the guest has left. The terminal says 422.",
                    "severity": "sev3", "component": "billing", "environment": "production",
                ]),
            DemoStep(20, marta, "case.assign", ["assignee": "@me"]),
            DemoStep(5, marta, "case.change_status", ["status": "investigating"]),
            DemoStep(3, marta, "case.link", ["relation": "related", "to": "TL-10"]),
            DemoStep(
                6, marta, "case.reply",
                [
                    "text":
                        "Hello Henrik, I own this. We see refusals of this kind elsewhere too and are testing why. Until then please void the refused payment and make a new one; that is safe.",
                    "next_update_at": .ahead(2280),
                    "next_action": "Tell Henrik what the replay of TL-10 showed",
                    "next_action_due_at": .ahead(2300),
                ]),
        ])

    /// Only few may know of it.
    static let resetLink = DemoScene(
        begins: 1300,
        steps: [
            DemoStep(
                0, ines, "case.open",
                [
                    "organisation": "Pella Logistics", "requester": "nikos@pella.example",
                    "channel": "phone",
                    "subject": "A link to reset a password works a second time",
                    "symptom":
                        "Nikos opened his link again an hour after he had set a new password, and could set another one.",
                    "request_type": "security", "severity": "sev2", "component": "identity",
                    "environment": "production",
                ]),
            DemoStep(
                5, ines, "case.restrict",
                [
                    "level": "security", "security_owner": "ines@thirdline.example",
                    "people": ["marta@thirdline.example"],
                    "reason": "Can be misused until it is repaired",
                ]),
            DemoStep(10, ines, "case.assign", ["assignee": "marta@thirdline.example"]),
            DemoStep(30, marta, "case.change_status", ["status": "investigating"]),
            DemoStep(
                60, marta, "case.note",
                ["text": "Repeated twice. The link is marked as used only when the page is left."]),
            DemoStep(
                10, marta, "case.set_next_action",
                [
                    "text": "Mark the link as used before the form is shown, and let Ines review it",
                    "due_at": .ahead(1500),
                ]),
        ])

    /// Opened by the monitoring system.
    static let bridgeAlert = DemoScene(
        begins: 700,
        steps: [
            DemoStep(
                0, ines, "alert.receive",
                [
                    "key": "bridge/refusals", "title": "Refused captures above 0.25 % for an hour",
                    "text": "0.31 % of 8,411 captures. Threshold 0.25 %.", "severity": "sev3",
                    "component": "billing", "environment": "production", "started_at": .ago(60),
                    "url": "https://monitoring.example/alerts/4411",
                ]),
            DemoStep(20, jonas, "case.assign", ["assignee": "@me"]),
            DemoStep(
                4, jonas, "case.link", ["relation": "caused_by", "to": "TL-10"]),
            DemoStep(
                3, jonas, "case.set_next_action",
                ["text": "Raise the threshold until TL-10 is solved", "due_at": .ahead(900)]),
        ])

    static let plusSign = DemoScene(
        begins: 180,
        steps: [
            DemoStep(
                0, henrik, "portal.report",
                [
                    "subject": "Sign-in fails for addresses with a plus sign",
                    "symptom":
                        "kari+desk@nordlys.example cannot sign in since the new login page. Without the plus it works.",
                    "severity": "sev3", "component": "identity",
                ]),
            DemoStep(40, ana, "case.assign", ["assignee": "@me"]),
            DemoStep(5, ana, "case.change_status", ["status": "investigating"]),
            DemoStep(
                5, ana, "case.set_next_action",
                ["text": "Try an address with a plus sign on the old login page", "due_at": .ahead(120)]),
            DemoStep(
                4, ana, "case.triage",
                [
                    "impact": "some", "urgency": "soon", "component": "identity", "category": "access",
                    "effort": "small",
                ]),
        ])

    static let japanese = DemoScene(
        begins: 130,
        steps: [
            DemoStep(
                0, henrik, "portal.report",
                [
                    "subject": "請求書のPDFで文字が四角になる",
                    "symptom": "日本語の宿泊者名が請求書のPDFで四角（□□□）になります。画面では正しく表示されます。",
                    "severity": "sev3", "component": "data",
                ])
        ])

    static let ledger = DemoScene(
        begins: 90,
        steps: [
            DemoStep(
                0, sofia, "portal.report",
                [
                    "subject": "Webhook client times out in a loop",
                    "symptom":
                        "2026-11-19T22:14:03.120Z WARN  webhook-client attempt=1 status=504 took=30001ms url=/hooks/orders\n2026-11-19T22:14:33.131Z WARN  webhook-client attempt=2 status=504 took=30002ms url=/hooks/orders\n2026-11-19T22:15:33.140Z WARN  webhook-client attempt=3 status=504 took=30001ms url=/hooks/orders\n2026-11-19T22:17:33.152Z ERROR webhook-client giving up after 3 attempts, event=ord_88213 kept in queue depth=1841\n\nThis repeats for every event since 22:14.",
                    "severity": "sev2", "component": "integrations",
                ]),
            DemoStep(
                12, lea, "case.note",
                ["text": "Called back: their order desk works by hand until this runs again."]),
        ])

    static let pending = DemoScene(
        begins: 45,
        steps: [
            DemoStep(
                0, daniel, "portal.report",
                [
                    "subject": "Refunds stay pending after a partial one",
                    "symptom": "After a first partial refund the second one stays “pending” for good.",
                    "severity": "sev3", "component": "billing",
                ])
        ])

    static let invoice = DemoScene(
        begins: 15,
        steps: [
            DemoStep(
                0, nikos, "portal.report",
                [
                    "subject": "A sandbox card number in the documentation is refused",
                    "symptom":
                        "The number ending in 4242 on the page “First payment” is refused with card_unknown.",
                    "severity": "sev4", "component": "other",
                ])
        ])
}
