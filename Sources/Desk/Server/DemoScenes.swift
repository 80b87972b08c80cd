/// One step of a scene: who does what, so many minutes after the step before.
struct DemoStep {
    var after: Int64
    var who: String
    var operation: String
    var fields: KeyValuePairs<String, String>
    /// Fields that hold a time so many minutes before the step.
    var minutesAgo: KeyValuePairs<String, Int64>

    init(
        _ after: Int64, _ who: String, _ operation: String, _ fields: KeyValuePairs<String, String>,
        minutesAgo: KeyValuePairs<String, Int64> = [:]
    ) {
        (self.after, self.who, self.operation) = (after, who, operation)
        (self.fields, self.minutesAgo) = (fields, minutesAgo)
    }
}

/// The life of one case.
struct DemoScene {
    var after: Int64
    var steps: [DemoStep]
}

/// The demo's people and cases.
enum DemoScenes {
    static let organisations = [
        ("Halden Travel", "enterprise"), ("Nordlys Hotels", "enterprise"), ("Orrin Foods", "premium"),
        ("Pella Logistics", "standard"),
    ]

    static let marta = "marta@thirdline.example"
    static let jonas = "jonas@thirdline.example"
    static let ana = "ana@thirdline.example"
    static let lea = "lea@thirdline.example"
    private static let ines = "ines@thirdline.example"
    static let ravi = "ravi@thirdline.example"
    private static let daniel = "daniel@halden.example"
    static let aino = "aino@halden.example"
    private static let sofia = "sofia@orrin.example"
    static let henrik = "henrik@nordlys.example"
    private static let nikos = "nikos@pella.example"

    static let people: [(name: String, email: String, role: String, organisation: String?)] = [
        ("Marta Lindqvist", marta, "engineer", nil), ("Jonas Weber", jonas, "engineer", nil),
        ("Ana Oliveira", ana, "engineer", nil), ("Lea Brandt", lea, "frontline", nil),
        ("Ines Okafor", ines, "lead", nil), ("Otto Haugen", "otto@thirdline.example", "manager", nil),
        ("Ravi Menon", ravi, "developer", nil), ("Ada Fischer", "ada@thirdline.example", "auditor", nil),
        ("Samira Haddad", "admin@thirdline.example", "administrator", nil),
        ("Daniel Roth", daniel, "customer", "Halden Travel"),
        ("Aino Virtanen", aino, "customer", "Halden Travel"),
        ("Sofia Marchetti", sofia, "customer", "Orrin Foods"),
        ("Henrik Dahl", henrik, "customer", "Nordlys Hotels"),
        ("Nikos Pappas", nikos, "customer", "Pella Logistics"),
    ]

    static let all = [
        keys, voucher, booking, spikes, newAccounts, silentKit, clockChange, exportColumn, access, payments,
        plusSign, japanese, ledger, pending, invoice,
    ]

    /// How long the whole story takes.
    static let minutes = all.reduce(0) { $0 + $1.after + $1.steps.reduce(0) { $0 + $1.after } }

    private static let keys = DemoScene(
        after: 0,
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
            DemoStep(2900, ana, "case.close", [:]),
        ])

    private static let voucher = DemoScene(
        after: 120,
        steps: [
            DemoStep(
                0, lea, "case.open",
                [
                    "organisation": "Orrin Foods", "requester": sofia, "channel": "phone",
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
                1500, sofia, "portal.reopen",
                ["text": "Two tills in the north still refuse them, the others are fine."]),
        ])

    private static let spikes = DemoScene(
        after: 300,
        steps: [
            DemoStep(
                0, henrik, "portal.report",
                [
                    "subject": "Search stops for three seconds, about every twelve minutes",
                    "symptom":
                        "Guests see a blank list for about 3 seconds. It comes back by itself. Our monitoring shows it all day long, at night too.",
                    "severity": "sev2", "component": "api",
                ]),
            DemoStep(14, marta, "case.assign", ["assignee": jonas, "reason": "Knows the search service"]),
            DemoStep(6, jonas, "case.change_status", ["status": "investigating"]),
            DemoStep(
                30, jonas, "case.reply",
                [
                    "text":
                        "I own this now. I see the same pauses on our side: 2.8 to 3.4 seconds, every 12 minutes, on all nodes at once. I write again today by 16:00 UTC."
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
                    "exception": "The cause is found; what is left is a change of ours",
                ]),
            DemoStep(
                900, jonas, "case.change_status",
                ["status": "mitigated", "reason": "The import runs hourly at night only"]),
        ])

    private static let newAccounts = DemoScene(
        after: 400,
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
                25, marta, "case.note",
                [
                    "text":
                        "Trace 7f1c-22ab: refund service reads the column ledger_region, which is null for accounts made after the migration of Tuesday 02:00."
                ]),
            DemoStep(
                15, marta, "case.record_impact",
                [
                    "accounts": "41", "share_percent": "100", "share_of": "refunds of new accounts",
                    "workaround": "yes",
                ]),
            DemoStep(
                20, marta, "case.reply",
                [
                    "text":
                        "We found why: accounts made since Tuesday miss one setting that refunds need. Until it is corrected, refunds of these accounts can be made on the old page. I write again by 15:00 UTC."
                ]),
            DemoStep(
                180, marta, "case.change_status",
                ["status": "verifying_fix", "reason": "Setting filled for 41 accounts"]),
        ])

    private static let silentKit = DemoScene(
        after: 250,
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
                40, ana, "case.reply",
                [
                    "text":
                        "Please send us one line of your start-up log of production that begins with “tracker:”, and tell us whether a proxy stands between your hosts and the internet.",
                    "status": "waiting_on_customer",
                ]),
            DemoStep(
                1, ana, "case.note",
                [
                    "text":
                        "The kit swallows a refused TLS handshake when its log level is “warn”. Suspect their proxy re-signs certificates in production."
                ]),
        ])

    private static let exportColumn = DemoScene(
        after: 200,
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
                        "Sofia on the phone: they found it when closing the month; the file of the 1st was already wrong."
                ], minutesAgo: ["occurred_at": 2880]),
            DemoStep(
                30, jonas, "case.change_status",
                ["status": "waiting_on_third_party", "reason": "Template is the bank’s"]),
        ])

    private static let access = DemoScene(
        after: 90,
        steps: [
            DemoStep(
                0, ravi, "case.open",
                [
                    "subject": "Read access to the query log of eu-west for a week",
                    "symptom": "I need to see slow queries of the search service for the 12-minute pauses.",
                    "request_type": "internal_access", "severity": "sev4",
                ]),
            DemoStep(60, ines, "case.assign", ["assignee": marta]),
        ])

    private static let payments = DemoScene(
        after: 300,
        steps: [
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
                11, marta, "case.reply",
                [
                    "text":
                        "Thank you, Daniel. I own this now. I see refused captures on our side at the rate you describe, so it is not your integration.\n\nI compare them with accepted ones tonight and write again tomorrow by 11:00 UTC, sooner if I find the cause."
                ]),
            DemoStep(
                140, marta, "case.note",
                [
                    "text":
                        "Daniel’s colleague Aino on the phone: their own monitoring first showed refusals two days before the report."
                ], minutesAgo: ["occurred_at": 600]),
            DemoStep(
                60, marta, "case.edit",
                [
                    "problem_statement":
                        "Captures are refused by the acquirer bridge with SIGNATURE_MISMATCH: 1 in 333, all customers, no pattern by card, amount or region.",
                    "product_area": "payments", "environment": "production", "category": "fault",
                ]),
            DemoStep(
                4, marta, "case.record_impact",
                [
                    "share_percent": "0.3", "share_of": "card payments", "accounts": "14",
                    "money_at_risk": "EUR 221,400", "workaround": "yes", "blocked_process": "Hotel check-in",
                ]),
            DemoStep(
                5, marta, "case.record_times", [:],
                minutesAgo: ["began_at": 33_100, "noticed_at": 2900, "reported_at": 230]),
            DemoStep(
                300, ines, "case.change_severity",
                ["severity": "sev2", "reason": "14 accounts affected, money is held"]),
            DemoStep(
                35, marta, "case.note",
                [
                    "text":
                        "Ravi: release 4.18.0 moved signing to the shared time formatter, whose changelog says “trim trailing zeros”. When the milliseconds are .000 we sign another text than the bridge verifies.\n\nDo not name the release to customers before we can prove it."
                ]),
            DemoStep(
                30, daniel, "portal.reply",
                [
                    "text":
                        "41 more since midnight, same rate as before. Can we safely try these again, or do we risk charging a guest twice? Our finance team wants a date."
                ]),
        ])

    private static let plusSign = DemoScene(
        after: 60,
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
        ])

    private static let japanese = DemoScene(
        after: 45,
        steps: [
            DemoStep(
                0, henrik, "portal.report",
                [
                    "subject": "請求書のPDFで文字が四角になる",
                    "symptom": "日本語の宿泊者名が請求書のPDFで四角（□□□）になります。画面では正しく表示されます。",
                    "severity": "sev3", "component": "data",
                ])
        ])

    private static let ledger = DemoScene(
        after: 30,
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

    private static let pending = DemoScene(
        after: 25,
        steps: [
            DemoStep(
                0, daniel, "portal.report",
                [
                    "subject": "Refunds stay pending after a partial one",
                    "symptom": "After a first partial refund the second one stays “pending” for good.",
                    "severity": "sev3", "component": "billing",
                ])
        ])

    private static let invoice = DemoScene(
        after: 15,
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
