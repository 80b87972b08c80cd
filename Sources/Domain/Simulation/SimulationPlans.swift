/// Customers, colleagues and contacts, in place before the first case.
enum FoundingPlan: SimulationPlan {
    static func prepare(_ world: SimulatedWorld) -> [SimulatedAct] {
        let start = world.settings.start.adding(seconds: -86_400)
        var acts: [SimulatedAct] = []
        func add(_ operation: String, _ fields: [String: RawValue]) {
            let at = start.adding(seconds: Int64(acts.count))
            acts.append(SimulatedAct(at: at, who: nil, operation: operation, fields: fields))
        }
        if let policy = world.settings.policy {
            add(
                "policy.change",
                ["document": .text(policy), "reason": .text("By which this organisation works")])
        }
        for one in world.organisations {
            add("organisation.add", ["name": .text(one.name), "tier": .text(one.tier)])
        }
        for one in world.people {
            var fields: [String: RawValue] = [
                "name": .text(one.name), "email": .text(one.email), "roles": .list([.text(one.role)]),
            ]
            if let organisation = one.organisation {
                fields["organisation"] = .text(world.organisations[organisation].name)
            }
            add("person.add", fields)
        }
        return acts
    }
}

/// The report: from the portal, or by somebody who took it on the phone or from a mail.
enum ReportPlan: SimulationPlan {
    static func live(_ life: inout CaseLife) {
        var fields: [String: RawValue] = [
            "subject": .text(String(life.say("subject.\(life.kind.rawValue)").prefix(140)).asSentence),
            "symptom": life.text("symptom.\(life.kind.rawValue)"),
            "severity": .text(life.severity), "component": .text(life.component.id),
        ]
        if life.kind == .incident, life.chance.chance(30) {
            let began = life.openedAt.adding(seconds: -Int64(life.chance.around(7200)))
            fields["began_at"] = .text(began.rfc3339)
        }
        guard life.chance.chance(32) else {
            life.act("portal.report", by: life.customer, fields)
            return
        }
        let takes = life.world.available(life.world.frontline, at: life.now, using: &life.chance)
        fields["requester"] = .text(life.customer.email)
        fields["channel"] = .text(life.chance.pick(weighted: ["email": 60, "phone": 30, "chat": 10]))
        life.act("case.open", by: life.world.people[takes], fields)
    }
}

/// The work: taken, looked at, talked about, looked for, handed on.
enum WorkPlan: SimulationPlan {
    static func live(_ life: inout CaseLife) {
        take(&life)
        if life.kind == .question || life.kind == .access {
            if life.chance.chance(25) { ask(&life) }
            return
        }
        if life.ending == .duplicate { return }
        if life.severity == "sev1" || life.chance.chance(75) { classify(&life) }
        life.act("case.reply", by: life.engineer, ["text": life.text("reply.first")])
        if life.chance.chance(55) || life.ending == .silent { ask(&life) }
        if life.ending == .silent { return }
        let isHard = life.severity == "sev1" || life.severity == "sev2" || life.chance.chance(12)
        if life.chance.chance(isHard ? 75 : 18) { addEvidence(&life) }
        for _
            in 0..<life.chance.pick(
                weighted: isHard ? [2: 40, 4: 35, 7: 15, 14: 10] : [0: 50, 1: 35, 2: 15])
        {
            step(&life)
        }
        if isHard { investigate(&life) }
        if life.chance.chance(isHard ? 40 : 6) { handOver(&life) }
        if let related = life.related, life.chance.chance(60) {
            life.act(
                "case.link", by: life.engineer, ["relation": .text("related")], others: ["to": related])
        }
    }

    private static func take(_ life: inout CaseLife) {
        let answers: [String: Int] = ["sev1": 6, "sev2": 25, "sev3": 90, "sev4": 240]
        life.work(answers[life.severity] ?? 60)
        life.takenAt = life.now
        if life.chance.chance(30) {
            let lead = life.world.available(life.world.leads, at: life.now, using: &life.chance)
            life.act("case.assign", by: life.world.people[lead], ["assignee": .text(life.engineer.email)])
            life.work(15)
        } else {
            life.act("case.assign", by: life.engineer, ["assignee": .text("@me")])
        }
        life.act("case.change_status", by: life.engineer, ["status": .text("investigating")])
        life.work(4)
    }

    private static func classify(_ life: inout CaseLife) {
        life.act(
            "case.edit", by: life.engineer,
            [
                "product_area": .text(life.component.area), "environment": .text("production"),
                "category": .text(life.kind == .slow ? "performance" : "fault"),
            ])
        life.work(8)
    }

    /// A question to the customer, who answers sooner or later, or never.
    private static func ask(_ life: inout CaseLife) {
        life.act(
            "case.reply", by: life.engineer,
            ["text": life.text("reply.ask"), "status": .text("waiting_on_customer")])
        if life.ending == .silent {
            life.now = life.now.adding(seconds: 2 * 86_400)
            life.work(60)
            life.act("case.reply", by: life.engineer, ["text": life.text("reply.remind")])
            return
        }
        life.wait(180)
        life.act("portal.reply", by: life.customer, ["text": life.text("answer")])
        life.work(60)
    }

    private static func addEvidence(_ life: inout CaseLife) {
        // What many customers meet leaves the same traces, so the files of a fault are few.
        let source = UInt64(life.fault ?? (1 << 40) + life.chance.below(100))
        let variant = UInt64(life.chance.below(2))
        var chance = SeededGenerator(seed: life.world.settings.seed, part: source << 4 | variant | 1 << 60)
        var facts: [String: String]
        if let fault = life.fault {
            facts = life.world.faults[fault].words
            facts["day"] = life.world.faults[fault].times.lowerBound.day
        } else {
            facts = life.component.words(release: "3.1", &chance)
            facts["day"] = life.world.settings.start.adding(seconds: Int64(chance.below(300)) * 86_400).day
        }
        facts["clock"] = "08:1\(chance.below(10))"
        facts["domain"] = "customer.example"
        var lines: [String] = []
        for _ in 0..<chance.number(12...60) {
            lines.append(SimulatedProduct.texts.text("file.line", facts, using: &chance))
        }
        let name = "\(facts["service"] ?? "service")-\(chance.number(1...4)).log"
        let byCustomer = life.chance.chance(55)
        life.handIn(
            SimulatedFile(name: name, text: lines.joined(separator: "\n") + "\n"),
            byCustomer ? [:] : ["type": .text("log_extract"), "source": .text(facts["service"] ?? "")],
            byCustomer: byCustomer)
        life.work(20)
    }

    /// One turn of the conversation or of the work.
    private static func step(_ life: inout CaseLife) {
        switch life.chance.pick(weighted: [0: 45, 1: 25, 2: 22, 3: 8]) {
        case 0:
            life.act("case.note", by: life.engineer, ["text": life.text("note")])
            life.work(90)
        case 1:
            let promise = life.engineer.shift.adding(minutes: 8 * 60, to: life.now)
            life.act(
                "case.reply", by: life.engineer,
                ["text": life.text("reply.update"), "next_update_at": .text(promise.rfc3339)])
            life.work(120)
        case 2:
            life.wait(240)
            life.act("portal.reply", by: life.customer, ["text": life.text("answer")])
            life.work(45)
        default:
            let due = life.engineer.shift.adding(minutes: 6 * 60, to: life.now)
            life.act(
                "case.set_next_action", by: life.engineer,
                ["text": life.text("next"), "due_at": .text(due.rfc3339)])
            life.work(30)
        }
    }

    private static func investigate(_ life: inout CaseLife) {
        life.act("case.edit", by: life.engineer, ["problem_statement": life.text("problem")])
        life.work(30)
        life.act("case.add_hypothesis", by: life.engineer, hypothesis(&life))
        life.work(120)
        let isRight = life.ending == .confirmed && life.files > 0
        life.act(
            "case.record_result", by: life.engineer,
            [
                "of": .text("T1"), "observed": life.text(isRight ? "observed.for" : "observed.against"),
                "bearing": .text(isRight ? "supports" : "contradicts"),
                "evidence": .list(life.files > 0 ? [.text("E1")] : []),
            ])
        life.work(10)
        if isRight {
            life.act(
                "case.judge_hypothesis", by: life.engineer,
                [
                    "hypothesis": .text("H1"), "state": .text("confirmed"), "confidence": .text("high"),
                    "evidence": .list([.text("E1")]), "method": .text("switched"),
                    "verification": life.text("verification"),
                    "root_cause": .text(life.words["rootCause"] ?? "unknown"),
                ])
        } else {
            life.act(
                "case.judge_hypothesis", by: life.engineer,
                [
                    "hypothesis": .text("H1"), "state": .text("refuted"), "confidence": .text("low"),
                    "reason": life.text("observed.against"),
                ])
        }
        life.work(40)
        guard let defect = life.words["defect"], life.chance.chance(70) else { return }
        life.act(
            "case.link_record", by: life.engineer,
            ["kind": .text("defect"), "key": .text(defect), "relation": .text("tracked_by")])
        life.work(10)
    }

    private static func hypothesis(_ life: inout CaseLife) -> [String: RawValue] {
        [
            "statement": .text(life.say("statement").asSentence), "reasoning": life.text("reasoning"),
            "predicts": life.text("predicts"), "test": life.text("test"),
            "confidence": .text(life.chance.pick(["low", "medium", "high"])),
        ]
    }

    /// Somebody of another office goes on with it.
    private static func handOver(_ life: inout CaseLife) {
        life.act("case.note", by: life.engineer, ["text": life.text("note.handoff")])
        let others = life.world.engineers.joined().filter { $0 != life.owner }
        guard !others.isEmpty else { return }
        let next = life.world.available(others, at: life.now.adding(seconds: 3600), using: &life.chance)
        life.act(
            "case.assign", by: life.engineer,
            ["assignee": .text(life.world.people[next].email), "reason": life.text("reason.handoff")])
        life.owner = next
        life.work(30)
    }
}

/// How cases end: resolved one way or another, confirmed, closed; some come back.
enum EndingPlan: SimulationPlan {
    static func live(_ life: inout CaseLife) {
        if life.ending == .duplicate, let earlier = life.earlier {
            if life.now < life.earlierUntil {
                life.act(
                    "case.merge", by: life.engineer, ["reason": life.text("reason.merge")],
                    others: ["into": earlier])
                return
            }
            // The other one is done meanwhile, so whoever waits here is told here.
            life.act(
                "case.link", by: life.engineer, ["relation": .text("duplicate_of")], others: ["to": earlier])
        }
        if life.ending == .workaround { offerWorkaround(&life) }
        if life.ending == .confirmed, life.chance.chance(50) {
            life.act(
                "case.change_status", by: life.engineer,
                ["status": .text("verifying_fix"), "reason": .text("Mended on one host first")])
            life.work(240)
        }
        if life.kind == .question || life.kind == .access, life.ending != .silent {
            life.act("case.reply", by: life.engineer, ["text": life.text("reply.answer")])
            life.work(200)
        }
        if life.ending == .silent { life.now = life.now.adding(seconds: 5 * 86_400) }
        life.work(30)
        resolve(&life)
        life.resolvedAt = life.now
        if life.chance.chance(life.ending == .gone ? 14 : 6) { reopen(&life) }
        if life.ending != .silent, life.chance.chance(24) {
            life.wait(300)
            life.act("portal.confirm", by: life.customer, ["text": life.text("answer.thanks")])
        }
        guard life.chance.chance(88) else { return }
        life.now = life.now.adding(seconds: Int64(life.chance.number(3...12)) * 86_400)
        life.work(30)
        close(&life)
    }

    private static func offerWorkaround(_ life: inout CaseLife) {
        let text = life.say("workaround").asSentence
        life.act(
            "case.record_workaround", by: life.engineer,
            [
                "text": .text(text), "data_loss": .text("none"),
                "side_effects": .text("Slower by a second or two"),
                "rollback": .text("Leave it out again"), "tested_in": .text("Sandbox"),
            ])
        life.act(
            "case.reply", by: life.engineer,
            ["text": life.text("reply.workaround"), "status": .text("mitigated")])
        life.work(500)
    }

    private static func resolve(_ life: inout CaseLife) {
        let (narrative, summary): (String, String) =
            switch life.ending {
            case .confirmed: ("narrative.cause", "summary.fixed")
            case .setting: ("narrative.setting", "summary.setting")
            case .workaround: ("narrative.workaround", "summary.setting")
            case .gone: ("narrative.gone", "summary.gone")
            case .silent: ("narrative.silent", "summary.silent")
            case .duplicate: ("narrative.duplicate", "summary.fixed")
            case .answered: ("narrative.answer", "summary.answer")
            }
        var fields: [String: RawValue] = [
            "narrative": .text(life.say(narrative).asSentence), "verdict": .text(verdict(&life)),
        ]
        if life.chance.chance(85) { fields["customer_summary"] = life.text(summary) }
        if life.ending == .confirmed { fields["root_cause"] = .text(life.words["rootCause"] ?? "unknown") }
        if life.ending == .gone { fields["root_cause"] = .text("unknown") }
        life.act("case.resolve", by: life.engineer, fields)
    }

    private static func verdict(_ life: inout CaseLife) -> String {
        switch life.ending {
        case .confirmed, .workaround, .duplicate: life.words["verdict"] ?? "product_defect"
        case .setting: life.chance.pick(["configuration", "environment", "misuse"])
        case .gone, .silent: life.chance.pick(["environment", "third_party", "expected_behaviour"])
        case .answered:
            life.chance.pick(["documentation_gap", "confusing_ux", "expected_behaviour"])
        }
    }

    private static func reopen(_ life: inout CaseLife) {
        life.now = life.now.adding(seconds: Int64(life.chance.number(1...8)) * 86_400)
        life.wait(60)
        life.act("portal.reopen", by: life.customer, ["text": life.text("answer.reopen")])
        life.work(45)
        life.act("case.change_status", by: life.engineer, ["status": .text("investigating")])
        life.act("case.note", by: life.engineer, ["text": life.text("note")])
        life.work(180)
        life.act("case.reply", by: life.engineer, ["text": life.text("reply.update")])
        life.work(300)
        resolve(&life)
    }

    private static func close(_ life: inout CaseLife) {
        let isGrave = life.severity == "sev1" || life.severity == "sev2"
        // A way around alone leaves something open.
        life.act(
            "case.close", by: life.engineer,
            isGrave || life.ending == .workaround
                ? ["exception": .text("Settled with the customer; no checklist was asked for")] : [:])
    }
}

extension String {
    /// With a capital letter in front, where the script has such.
    fileprivate var asSentence: String { prefix(1).uppercased() + dropFirst() }
}
