import Diagnosis
import Domain
import Foundation
import Testing

/// Facts are kept for ever, so what was stored once must be read for ever.
///
/// `Goldens/facts.jsonl` holds bodies as they were stored: a line a body, never changed, only added to.
struct FactGoldenTests {
    private struct Golden {
        var kind: String
        var body: JSONObject
        var line: Int
    }

    private static func file(_ path: String) throws -> String {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return try String(contentsOf: URL(fileURLWithPath: path, relativeTo: here), encoding: .utf8)
    }

    private func goldens() throws -> [Golden] {
        try Self.file("Goldens/facts.jsonl").split(separator: "\n").enumerated().map { index, line in
            let value = try JSON(parsing: String(line))
            return Golden(
                kind: try #require(value["kind"]?.string), body: try #require(value["body"]?.object),
                line: index + 1)
        }
    }

    private func decode(_ kind: String, _ body: JSONObject) throws -> any Fact {
        let body = FactBody(body)
        switch kind.split(separator: ".").first {
        case "case": return try CaseFact(kind: kind, body: body)
        case "person": return try PersonFact(kind: kind, body: body)
        case "organisation": return try OrganisationFact(kind: kind, body: body)
        case "policy": return try PolicyFact(kind: kind, body: body)
        case "proposal": return try ProposalFact(kind: kind, body: body)
        case "evidence": return try EvidenceFact(kind: kind, body: body)
        case "macro": return try MacroFact(kind: kind, body: body)
        case "mail": return try MailFact(kind: kind, body: body)
        case "hold": return try LegalHoldFact(kind: kind, body: body)
        case "clock": return try ClockRecordFact(kind: kind, body: body)
        case "notification": return try NotificationFact(kind: kind, body: body)
        case "prevention": return try PreventionFact(kind: kind, body: body)
        case "outage": return try OutageFact(kind: kind, body: body)
        case "view": return try SavedViewFact(kind: kind, body: body)
        default: throw FactProblem("no test knows facts of kind \(kind)")
        }
    }

    @Test("Every stored body reads, and would be stored the same way again")
    func bodiesAreFrozen() throws {
        let goldens = try goldens()
        #expect(goldens.count >= 45)
        for golden in goldens {
            let fact = try decode(golden.kind, golden.body)
            #expect(fact.kind == golden.kind, "line \(golden.line)")
            #expect(fact.body.text == JSON.object(golden.body).text, "line \(golden.line)")
        }
    }

    @Test("Every kind of fact that the sources can make has a golden body")
    func everyKindHasAGolden() throws {
        let frozen = Set(try goldens().map(\.kind))
        let sources = [
            "Cases/CaseFact+Coding.swift", "People/PersonFact.swift", "Customers/OrganisationFact.swift",
            "Customers/CaseCustomerFact.swift",
            "Policy/PolicyFact.swift", "Policy/PolicyProposal.swift",
            "Coordination/CoordinationFact+Coding.swift", "Macros/Macro.swift",
            "Relations/RelationFact.swift", "Evidence/CaseEvidenceFact.swift",
            "Evidence/EvidenceFact.swift", "Investigation/InvestigationFact+Coding.swift",
            "Story/StoryFact.swift",
            "Form/CaseFormFact.swift", "Views/SavedViewFact.swift",
            "Retention/RetentionFact.swift", "Retention/LegalHoldFact.swift", "Mail/MailFact.swift",
            "ServiceLevels/ClockFact.swift", "ServiceLevels/ClockRecord.swift",
            "Handoff/HandoffFact+Coding.swift", "Notifications/NotificationFact.swift",
            "Routing/RoutingFact.swift", "ServiceLevels/Prevention.swift",
            "FixWatch/FixWatchFact.swift",
            "Outward/OutwardFact.swift",
            "Quality/QualityFact.swift", "Surveys/SurveyFact+Coding.swift", "Notices/NoticeFact.swift",
            "Defects/DefectFact.swift", "Services/OutageFact.swift", "Huddles/HuddleFact.swift",
        ]
        var written: Set<String> = []
        for source in sources {
            let text = try Self.file("../../Sources/Domain/\(source)")
            for match in text.matches(
                of:
                    /"((?:case|person|organisation|policy|macro|evidence|view|hold|mail|clock|notification|prevention|outage|proposal)\.[a-z_]+)"/
            ) {
                written.insert(String(match.output.1))
            }
        }
        #expect(written.count >= 34)
        #expect(written.subtracting(frozen) == [], "add a line to Goldens/facts.jsonl")
        #expect(frozen.subtracting(written) == [], "a kind that was released can never go")
    }

    @Test(
        "No family and no kind of case facts is forgotten: each has a golden body, a sample, and a name in one list"
    )
    func familiesAreWhole() throws {
        let goldens = Set(try goldens().map(\.kind).filter { $0.hasPrefix("case.") })
        #expect(goldens == Set(CaseFact.allKinds))
        #expect(Set(CaseFact.allKinds).count == CaseFact.allKinds.count, "a kind belongs to one family")
        let sampled = Set(Self.samples.map(\.kind).filter { $0.hasPrefix("case.") })
        #expect(Set(CaseFact.allKinds).subtracting(sampled) == [], "add a value to the samples")
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Domain").standardizedFileURL
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let texts = try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map {
            try String(contentsOf: $0, encoding: .utf8)
        }
        let declared = texts.flatMap { $0.matches(of: /enum ([A-Za-z]+): CaseFactFamily\b/) }.map {
            String($0.output.1)
        }
        #expect(declared.sorted() == CaseFact.families.map { "\($0)" }.sorted())
        for family in CaseFact.families {
            #expect(Set(family.publicKinds + family.storyKinds).subtracting(family.kinds) == [], "\(family)")
        }
    }

    @Test("No other file of the domain declares a kind of fact")
    func noOtherFacts() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Domain").standardizedFileURL
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let declaring = try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.filter {
            try String(contentsOf: $0, encoding: .utf8).contains(/enum [A-Za-z]+: Fact\b/)
        }.map(\.lastPathComponent)
        #expect(
            declaring.sorted() == [
                "CaseFact.swift", "ClockRecord.swift", "EvidenceFact.swift", "LegalHoldFact.swift",
                "Macro.swift",
                "MailFact.swift", "NotificationFact.swift",
                "OrganisationFact.swift", "OutageFact.swift",
                "PersonFact.swift", "PolicyFact.swift", "PolicyProposal.swift", "Prevention.swift",
                "SavedViewFact.swift",
            ])
    }

    @Test("A value survives being stored", arguments: Self.samples.indices)
    func valuesSurvive(_ index: Int) throws {
        let fact = Self.samples[index]
        let stored = try #require(try JSON(parsing: fact.body.text).object)
        let read = try decode(fact.kind, stored)
        let isKept = isSame(fact, as: read)
        #expect(isKept, "\(read)")
        #expect(read.body == fact.body)
    }

    private func isSame<Body: Fact>(_ fact: Body, as other: any Fact) -> Bool { (other as? Body) == fact }

    @Test("A body whose words were erased reads as erased, for every kind")
    func erasedBodies() throws {
        for golden in try goldens() {
            let erasable = Self.erasable(golden.kind)
            let fields = golden.body.members.map(\.key).filter { erasable.contains($0) }
            guard !fields.isEmpty else { continue }
            var kept = JSONObject()
            for member in golden.body.members where !fields.contains(member.key) {
                kept[member.key] = member.value
            }
            kept["_erased"] = .array(fields.map(JSON.string))
            let text = "\(try decode(golden.kind, kept))"
            if !fields.allSatisfy({ ["set", "kept", "details"].contains($0) }) {
                #expect(text.contains("[erased]"), "\(text)")
            }
            for field in fields {
                if let words = golden.body[field]?.string {
                    #expect(!text.contains("\"\(words)\""), "\(text)")
                }
            }
        }
        let note = try CaseFact(kind: "case.noted", body: FactBody(["_erased": ["text"]]))
        #expect(note == .noted(text: "[erased]"))
    }

    private static func erasable(_ kind: String) -> Set<String> {
        switch kind.split(separator: ".").first {
        case "case": CaseFact.erasableFields
        case "person": PersonFact.erasableFields
        case "organisation": OrganisationFact.erasableFields
        case "macro": MacroFact.erasableFields
        case "evidence": EvidenceFact.erasableFields
        case "prevention": PreventionFact.erasableFields
        case "outage": OutageFact.erasableFields
        default: PolicyFact.erasableFields
        }
    }

    @Test(
        "A body that does not fit its kind is a problem, never a guess",
        arguments: [
            ("case.noted", "{}"), ("case.noted", "{\"text\":5}"), ("case.opened", "{\"number\":\"TL-1\"}"),
            ("case.status_changed", "{\"status\":\"new\",\"phase\":\"asleep\"}"),
            ("case.classified", "{\"field\":\"colour\",\"value\":\"red\"}"), ("case.unheard_of", "{}"),
            ("person.added", "{}"), ("person.unheard_of", "{}"), ("organisation.renamed", "{}"),
            ("policy.changed", "{}"), ("policy.unheard_of", "{}"), ("organisation.unheard_of", "{}"),
        ])
    func misfits(_ kind: String, _ text: String) throws {
        let body = try #require(try JSON(parsing: text).object)
        #expect(throws: FactProblem.self) { try decode(kind, body) }
    }

    private static let moment = Timestamp(microseconds: 1_772_442_000_000_000)

    /// One value a kind, some with everything and some with nothing.
    static let samples: [any Fact] =
        caseSamples + evidenceSamples + relationSamples + otherSamples + coordinationSamples
        + investigationSamples + storySamples + formSamples + retentionSamples + mailSamples
        + clockSamples + handoffSamples + notificationSamples + routingSamples + outwardSamples
        + qualitySamples + surveySamples + noticeSamples + contractSamples

    private static let notificationSamples: [any Fact] = {
        var choices = NotificationChoices.usual
        choices.channels[.changed] = []
        (choices.mail, choices.chat, choices.dailyAt) = (.daily, .hourly, 450)
        choices.quiet = QuietHours(from: 1140, until: 420, days: [5, 6])
        (choices.urgentFrom, choices.zone) = ("sev1", "Europe/Berlin")
        return [
            NotificationFact.chosen(.usual), NotificationFact.chosen(choices),
            NotificationFact.chatSet(host: "chat.example.com"), NotificationFact.chatRemoved,
        ]
    }()

    private static let mailSamples: [any Fact] = [
        MailFact.received(
            .init(
                messageID: "m1@halden.example", contentKey: "6b", hash: "9f", size: 812,
                from: "ana@halden.example",
                fromName: "Ana", subject: "Payments fail", sentAt: Timestamp("2026-03-02T08:59:00Z"),
                kind: .person,
                trust: .verified, attachments: 1, problems: ["A part holds none."], reasons: [.unknownSender],
                person: "p1", caseID: "c1", organisation: "o1")),
        MailFact.released(caseID: "c1", person: "p1"), MailFact.discarded, MailFact.restored,
        MailFact.removed,
        CaseFact.mail(.received(mail: "m1", from: "ana@halden.example", trust: .verified, attachments: 2)),
        CaseFact.mail(
            .stored(
                mail: "m1", from: "ana@halden.example", kind: .autoReply, subject: "Away",
                text: "Back on Monday.")),
        CaseFact.mail(.undelivered(to: "ana@halden.example", reason: "5.1.1 no such user")),
    ]

    private static let handoffSamples: [any Fact] = {
        let facts: [HandoffFact] = [
            .offered(
                .init(
                    handover: "O1", way: .colleague, from: "p1", person: "p2", role: nil, brief: "b",
                    generated: nil, acceptBy: moment)),
            .offered(
                .init(
                    handover: "O2", way: .tier, from: "p1", person: nil, role: "engineer", brief: "b",
                    generated: "g", acceptBy: moment)),
            .accepted(handover: "O1", comment: "c"), .accepted(handover: "O1", comment: nil),
            .returned(handover: "O1", reason: "r", lacking: ["l"]),
            .withdrawn(handover: "O1", reason: "r"), .withdrawn(handover: "O1", reason: nil),
            .unblockAsked(.init(request: "U1", stuck: "s", tried: "t")),
            .unblockAnswered(request: "U1", answer: "a", isReusable: true),
            .unblockWithdrawn(request: "U1", reason: "r"), .answerMarked(request: "U1", isReusable: false),
        ]
        return facts.map { CaseFact.handoff($0) }
    }()

    private static let outwardSamples: [any Fact] = {
        var held = OutwardFact.Held(message: "M2", text: "t", reviewBy: moment)
        let bare = held
        (held.status, held.blockedBy, held.nextUpdateAt) = ("waiting_on_customer", "customer", moment)
        (held.nextAction, held.nextActionDueAt, held.replaces) = ("a", moment, "M1")
        (held.executives, held.accountTeam, held.note) = ("e", "t", "n")
        var summary = TechnicalSummary()
        summary[.happened] = "w"
        var whole = summary
        (whole[.window], whole[.mitigation], whole[.prevention]) = ("i", "m", "p")
        let facts: [OutwardFact] = [
            .held(held), .held(bare), .approved(message: "M2", comment: "c", leftOut: ["status"]),
            .approved(message: "M2", comment: nil, leftOut: []), .returned(message: "M2", reason: "r"),
            .withdrawn(message: "M2", reason: "r"), .withdrawn(message: "M2", reason: nil),
            .released(message: "M2", policy: 3, leftOut: ["next_update_at"]),
            .reminded(text: "t", number: 1, of: 3, policy: 3), .givenUp(reminders: 3, policy: 3),
            .remindersStopped(reason: "r"), .remindersResumed, .executiveUpdate(text: "e"),
            .accountUpdate(text: "t"),
            .summaryWritten(summary, isSent: false),
            .summaryWritten(whole, isSent: true),
        ]
        return facts.map { CaseFact.outward($0) }
    }()

    private static let routingSamples: [any Fact] = {
        let facts: [RoutingFact] = [
            .routed(
                .init(
                    queue: "payments", rule: "billing", ruleName: "Billing", policy: 3, person: "p1",
                    reason: "Least load")),
            .routed(
                .init(queue: "vendor", rule: nil, ruleName: nil, policy: 3, person: nil, reason: "Not ours")),
            .triaged(
                .init(
                    impact: "many", urgency: "now", proposed: "sev2", severity: "sev3", effort: "large")),
            .triaged(.init(impact: nil, urgency: nil, proposed: nil, severity: "sev3", effort: nil)),
            .reproductionAttempted(.sometimes, text: "One in a hundred."),
            .coverNeeded(
                .init(
                    person: "p1", cause: .away, key: "k", until: Timestamp("2026-03-03T09:00:00Z"))),
            .coverNeeded(.init(person: "p1", cause: .incident, key: "c9", until: nil)), .coverLifted,
            .matchOffered(
                .init(
                    other: .init(id: "c1", number: "TL-1"), kind: .incident, points: 60,
                    reasons: ["Component Billing"])),
            .matchAnswered(.init(id: "c1", number: "TL-1"), isJoined: false, reason: "Another gateway."),
            .matchAnswered(.init(id: "c1", number: "TL-1"), isJoined: true, reason: nil),
        ]
        let away: [any Fact] = [
            PersonFact.awaySet(until: Timestamp(microseconds: 1_770_000_000_000_000), reason: "Training"),
            PersonFact.awaySet(until: nil, reason: nil),
        ]
        return facts.map { CaseFact.routing($0) } + away
    }()

    private static let clockSamples: [any Fact] = {
        let full = ClockRecordFact.Applied(
            level: "premium", policy: 3, severity: "sev1", tier: "premium", reason: .changed, cause: 101,
            shifts: [.init(clock: "resolution", before: moment, after: nil)])
        let bare = ClockRecordFact.Applied(
            level: "all", policy: 0, severity: "sev2", tier: nil, reason: .opened, cause: nil)
        let firing = ClockRecordFact.Firing(clock: "resolution", cycle: 101, revision: 0, due: moment)
        let late = ClockRecordFact.Firing(
            clock: "time_box.H1", cycle: 9, revision: 2, due: nil, isOvertaken: true)
        let records: [ClockRecordFact] = [
            .levelApplied(full), .levelApplied(bare), .warned(firing, percent: 50),
            .warned(late, percent: 90), .breached(firing), .breached(late),
        ]
        let facts: [ClockFact] = [
            .cadenceAgreed(minutes: 30, reason: "r"),
            .cadenceAgreed(minutes: nil, reason: "r"),
            .responseJudged(sequence: 104, counts: true, reason: "r"),
            .breachExplained(
                .init(
                    clock: "resolution", cycle: 101, cause: "staffing", correction: "c",
                    isCustomerTold: true)),
            .breachExplained(
                .init(
                    clock: "resolution", cycle: 101, cause: "staffing", correction: nil,
                    isCustomerTold: false, notice: "n")),
        ]
        let plan = PreventionStep.Plan(
            period: "2026-02", text: "t", owner: "p1", dueAt: moment, cause: "staffing")
        let steps: [PreventionFact] = [
            .planned(plan),
            .changed(.init(period: "2026-02", text: "t", owner: "p2", dueAt: moment, cause: nil)),
            .ended(.done, result: "r"), .ended(.dropped, result: "r"),
        ]
        let watch = FixWatchFact.Plan(
            watch: "W1", until: moment, signals: [.customerReply, .similarCase, .report], words: ["E-42"],
            note: "n")
        let watches: [FixWatchFact] = [
            .started(watch),
            .started(.init(watch: "W2", until: moment, signals: [.report], words: [], note: nil)),
            .recurred(watch: "W1", signal: .linkedCase, words: nil, other: .init(id: "c2", number: "TL-2")),
            .recurred(watch: "W1", signal: .report, words: "w", other: nil),
            .ended(watch: "W1", outcome: .quiet, reason: nil),
            .ended(watch: "W1", outcome: .stopped, reason: "r"),
        ]
        let huddle = HuddleFact.Plan(
            huddle: "TL-1-H1", topic: "t", startsAt: moment, joinLink: "https://meet.example/1", agenda: "a",
            people: ["p1"], cases: [.init(id: "c1", number: "TL-1"), .init(id: "c2", number: "TL-2")])
        let huddles: [HuddleFact] = [
            .convened(huddle),
            .convened(
                .init(
                    huddle: "TL-1-H2", topic: "t", startsAt: moment, joinLink: nil, agenda: nil, people: [],
                    cases: [.init(id: "c1", number: "TL-1")])),
            .noted(huddle: "TL-1-H1", text: "t"),
            .actionAdded(.init(huddle: "TL-1-H1", item: "A1", text: "t", owner: "p1", dueAt: moment)),
            .actionAdded(.init(huddle: "TL-1-H1", item: "A2", text: "t", owner: "p1", dueAt: nil)),
            .actionDone(huddle: "TL-1-H1", item: "A1", outcome: nil),
            .actionDone(huddle: "TL-1-H1", item: "A2", outcome: "o"),
            .ended(huddle: "TL-1-H1", isHeld: true, summary: "s"),
            .ended(huddle: "TL-1-H2", isHeld: false, summary: nil),
        ]
        return steps + huddles.map { CaseFact.huddle($0) } + watches.map { CaseFact.fixWatch($0) } + records
            + facts.map { CaseFact.clock($0) }
    }()

    private static let retentionSamples: [any Fact] = [
        CaseFact.retention(
            .purged(
                .init(
                    rule: "standard", keptUntil: moment, entries: [.init(sequence: 12, digest: "aa")],
                    files: ["bb"]))),
        LegalHoldFact.placed(
            name: "Halden v. Orrin", reason: "Letter of counsel", .init(cases: ["c1"], organisations: ["o1"])),
        LegalHoldFact.extended(.init(cases: ["c2"], organisations: [])),
        LegalHoldFact.lifted(reason: "Settled"),
        SavedViewFact.saved(.init(name: "Top", search: "is:open sev:1", isShared: true)),
        SavedViewFact.chosen,
    ]

    private static let storySamples: [any Fact] = [
        CaseFact.story(.pinned(entry: 98)), CaseFact.story(.unpinned(entry: 98)),
        CaseFact.story(.undone(what: "Change severity", fromVersion: 4, toVersion: 5)),
        CaseFact.ownerLeft(reason: nil), CaseFact.ownerLeft(reason: "Not mine"),
        PersonFact.interrupted(what: "A call about an invoice", minutes: 20, about: nil),
        PersonFact.interrupted(what: "A colleague's question", minutes: 5, about: "c1"),
        PersonFact.keysMapped([:]), PersonFact.keysMapped(["assign": "x", "reply": ""]),
    ]

    private static let caseSamples: [any Fact] = {
        var impact = Impact()
        (impact.accounts, impact.users, impact.sharePercent) = (12, 6412, 0.3)
        (impact.shareOf, impact.moneyAtRisk, impact.compliance) = ("card payments", "EUR 221,400", "PCI DSS")
        (impact.hasWorkaround, impact.blockedProcess) = (false, "Check-in")
        let full = CaseFact.Opening(
            number: "TL-1", subject: "Payments fail", symptom: "Since nine.\nAll kiosks.", requester: "p1",
            organisation: "o1", channel: "portal", requestType: "incident", severity: "sev1", status: "new",
            productArea: "payments", component: "billing", environment: "production", beganAt: moment,
            noticedAt: moment, reportedAt: moment)
        let bare = CaseFact.Opening(
            number: "TL-2", subject: "Question", symptom: "How?", requester: nil, organisation: nil,
            channel: "engineer", requestType: "question", severity: "sev3", status: "new")
        let row = CaseFact.ImportedRow(
            source: "snow", row: "INC1/1", set: ["status": "new"], kept: ["x": "1", "a": ""])
        let facts: [CaseFact] = [
            .opened(full), .opened(bare), .imported(number: "TL-3", row), .changeImported(row),
            .replied(text: "Hello", fromCustomer: true), .noted(text: "Note"),
            .ownerChanged(owner: "p1", reason: "r"),
            .ownerChanged(owner: "p1", reason: nil), .severityChanged(severity: "sev1", reason: "r"),
            .statusChanged(status: "mitigated", phase: .mitigated, reason: nil), .retitled(subject: "s"),
            .statusChanged(status: "working", phase: .open, reason: "r", isQuiet: true),
            .problemStated(text: "t"), .problemStated(text: nil),
            .classified(field: .component, value: "api"),
            .classified(field: .rootCause, value: nil), .impactRecorded(impact), .impactRecorded(Impact()),
            .timesRecorded(beganAt: moment, noticedAt: moment, reportedAt: nil),
            .resolved(
                .init(
                    status: "resolved", narrative: "n", customerSummary: "c", verdict: "data",
                    rootCause: "data")),
            .resolved(
                .init(status: "resolved", narrative: "n", customerSummary: nil, verdict: "v", rootCause: nil)),
            .reopened(status: "reopened", reason: "r"), .closed(status: "closed"),
            .entryErased(sequence: 7, fields: ["text"], digest: "00ff", reason: "r"),
        ]
        return facts
    }()

    private static let relationSamples: [any Fact] = {
        let other = RelationFact.Other(id: "c2", number: "TL-2")
        let record = LinkTarget(kind: .defect, key: "E-1", name: "E-1", url: "https://x.example", title: "t")
        let full = Restriction(level: "security", readers: ["p1"], roles: ["lead"], securityOwner: "p1")
        let bare = Restriction(level: "security", readers: [], roles: [], securityOwner: nil)
        let facts: [RelationFact] = [
            .linked(.childOf, LinkTarget(kind: .supportCase, key: "c2", name: "TL-2")),
            .linked(.trackedBy, record), .unlinked(.trackedBy, record, reason: nil),
            .unlinked(.trackedBy, record, reason: "r"), .mergedInto(other, reason: "r"),
            .absorbed(other, reason: "r"), .unmerged(from: other, reason: "r"), .released(other, reason: "r"),
            .splitFrom(other, entries: [1, 2], reason: "r"), .splitOff(other, entries: [1], reason: "r"),
            .splitUndone(other, reason: "r"), .restricted(full, reason: "r"),
            .restricted(bare, reason: "r"), .unrestricted(reason: "r"),
        ]
        return facts.map { CaseFact.relation($0) }
    }()

    private static let otherSamples: [any Fact] = {
        let people: [PersonFact] = [
            .added(
                name: "Ana", email: "ana@x.example", roles: ["customer"], organisation: "o1", origin: "snow:1"
            ),
            .added(name: "Bot", email: nil, roles: [], organisation: nil, origin: nil),
            .renamed(name: "Ana B"),
            .rolesChanged(roles: ["lead", "engineer"], reason: "r"), .deactivated(reason: nil), .reactivated,
            .passwordSet(byReset: true), .signedIn(session: "s", address: "10.0.0.1"),
            .signInFailed(address: "10.0.0.1"), .sessionEnded(session: "s"),
            .tokenCreated(token: "t", name: "n", scopes: ["case.view"]), .tokenRevoked(token: "t"),
            .accessDenied(what: "case.note", right: "case.note", request: "q"), .shortcutsSwitched(on: false),
            .secondFactorAdded, .secondFactorRemoved(byReset: true, reason: "r"),
            .secondFactorRemoved(byReset: false, reason: nil), .recoveryCodesMade, .recoveryCodeUsed(left: 9),
        ]
        let organisations: [OrganisationFact] = [
            .added(name: "Halden", tier: "premium", origin: nil), .renamed(name: "Halden AS"),
            .tierChanged(tier: "standard", reason: "r"),
            .detailChanged(detail: .products, values: ["platform", "payments"]),
            .detailChanged(detail: .quirks, values: []),
            .contactDescribed(person: "p1", AccountContact(roles: ["security"], isNamed: true, note: "n")),
            .contactDescribed(person: "p1", AccountContact()),
            .delegated(person: "p1", AccountDelegation(rights: [.reply], until: CalendarDay("2027-03-31"))),
            .delegationEnded(person: "p1", reason: "r"),
            .riskRaised(
                number: "R1",
                .init(level: "watch", reason: "r", owner: "p1", expires: CalendarDay("2027-03-31"))),
            .riskChanged(number: "R1", .init(level: "critical", reason: "r", owner: "p1", expires: nil)),
            .riskCleared(number: "R1", reason: "r"),
            .commitmentMade(
                number: "C1",
                .init(text: "t", promisedBy: "p1", promisedTo: "Daniel", due: moment, caseNumber: "TL-1")),
            .commitmentSettled(number: "C1", outcome: .notKept, note: "n"),
        ]
        let customers: [CaseCustomerFact] = [
            .beyondContract(gaps: [.severity, .contact]), .contractSettled(text: "t"),
            .fixConfirmed(text: "t"), .fixConfirmed(text: nil),
            .alerted(
                AlertNotice(key: "k", title: "t", text: "x", isResolved: false, url: "https://x.example")),
            .alerted(AlertNotice(key: "k", title: "t", text: nil, isResolved: true, url: nil)),
        ]
        return people + organisations + customers.map { CaseFact.customer($0) } + [
            PolicyFact.changed(document: "a: 1\n", reason: "r")
        ]
    }()
}
