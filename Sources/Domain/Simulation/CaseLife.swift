/// The life of one simulated case: what is done to it, by whom and when, from the report to the end.
///
/// It is lived at once when the case is reported. Plans add acts one after another; the simulation then lets the acts
/// of all lives happen in the order of their times.
package struct CaseLife: Sendable {
    /// What kind of thing was reported.
    package enum Kind: String, Sendable {
        case incident, slow, question, access
    }

    /// How it ends.
    package enum Ending: Sendable {
        /// The cause is found and mended.
        case confirmed
        /// Something on the customer's side is corrected.
        case setting
        /// A way around is all that there is for now.
        case workaround
        /// It never came again.
        case gone
        /// The customer no longer answers.
        case silent
        /// A question is answered.
        case answered
        /// It was reported before, by the same customer.
        case duplicate
    }

    /// Its place among all cases.
    package let index: Int
    /// When it is reported.
    package let openedAt: Timestamp
    /// The world in which it happens.
    package let world: SimulatedWorld
    /// The chance of this life alone: no other life changes what it draws.
    package var chance: SeededGenerator
    /// What was reported.
    package let kind: Kind
    /// How bad it is, by the default policy.
    package let severity: String
    /// How it will end.
    package private(set) var ending: Ending
    /// What was said about it, so that nobody says the same twice.
    private var said: Set<String> = []
    /// The fault behind it, by its place; nil where it stands alone.
    package let fault: Int?
    /// An earlier case of the same customer about the same fault, while that is open.
    package let earlier: Int?
    /// When that one is resolved.
    package let earlierUntil: Timestamp
    /// An earlier case of another customer about the same fault.
    package let related: Int?
    /// The part of the product.
    package let component: SimulatedProduct.Component
    /// The customer, by its place.
    package let organisation: Int
    /// Who reported it, by place among people.
    package let reporter: Int
    /// Who owns it, by place among people.
    package var owner: Int
    /// What stands in texts.
    package let words: [String: String]
    /// What is done.
    package private(set) var acts: [SimulatedAct] = []
    /// The time that plans have come to.
    package var now: Timestamp
    /// When the owner began to work on it.
    package var takenAt: Timestamp?
    /// When it was resolved for the first time.
    package var resolvedAt: Timestamp?
    /// How many files were handed in, and when the first one was.
    package private(set) var files = 0

    /// The owner.
    package var engineer: SimulatedWorld.Person { world.people[owner] }
    /// Who reported it.
    package var customer: SimulatedWorld.Person { world.people[reporter] }

    /// Something is done now by somebody.
    @discardableResult
    package mutating func act(
        _ operation: String, by person: SimulatedWorld.Person, _ fields: [String: RawValue] = [:],
        others: [String: Int] = [:], unless: Set<String> = []
    ) -> Timestamp {
        var act = SimulatedAct(
            at: now, who: person.email, operation: operation, fields: fields, life: index)
        (act.others, act.unless) = (others, unless)
        act.opens = acts.isEmpty
        acts.append(act)
        return now
    }

    /// The reporter or the owner hands in a file now.
    package mutating func handIn(_ file: SimulatedFile, _ fields: [String: RawValue], byCustomer: Bool) {
        act(
            byCustomer ? "portal.give_evidence" : "evidence.add", by: byCustomer ? customer : engineer, fields
        )
        acts[acts.count - 1].file = file
        files += 1
    }

    /// Work of the owner takes so many minutes of the owner's hours, or about so many.
    package mutating func work(_ minutes: Int) {
        now = moved(engineer.shift.adding(minutes: chance.around(minutes) + 1, to: now))
    }

    /// The customer takes about so many minutes of their hours.
    package mutating func wait(_ minutes: Int) {
        now = moved(customer.shift.adding(minutes: chance.around(minutes) + 1, to: now))
    }

    /// Nobody looks at the clock's second.
    private mutating func moved(_ moment: Timestamp) -> Timestamp {
        Timestamp(
            microseconds: moment.microseconds / 60_000_000 * 60_000_000 + Int64(chance.below(60_000_000)))
    }

    /// A text of the product's grammar about this case.
    package mutating func text(_ rule: String) -> RawValue { .text(say(rule)) }

    /// A text of the product's grammar about this case.
    package mutating func say(_ rule: String) -> String {
        var facts = words
        facts["clock"] = now.clock
        facts["day"] = now.adding(seconds: -Int64(chance.around(86_400))).day
        facts["count"] = String(chance.around(400) + 2)
        var text = ""
        for _ in 0..<4 {
            text = SimulatedProduct.texts.text(rule, facts, using: &chance)
            if said.insert(text).inserted { break }
        }
        return text
    }
}

extension CaseLife {
    /// What becomes of reports: which fault they are about, and who reported it before.
    struct Past {
        var fault: Int?
        var earlier: (index: Int, until: Timestamp)?
        var related: Int?
    }

    /// The life of the case that is reported at a moment, with nothing done yet.
    init(
        index: Int, openedAt: Timestamp, organisation: Int, past: Past, world: SimulatedWorld,
        chance: SeededGenerator
    ) {
        var chance = chance
        (self.index, self.openedAt, self.world, self.organisation) = (index, openedAt, world, organisation)
        (fault, related) = (past.fault, past.related)
        kind =
            past.fault != nil
            ? .incident : chance.pick(weighted: [.incident: 46, .question: 26, .slow: 14, .access: 14])
        // Whoever reports the same thing twice is mostly found out.
        earlier = past.earlier.flatMap { chance.chance(80) ? $0.index : nil }
        earlierUntil = past.earlier?.until ?? openedAt
        severity =
            switch kind {
            case .incident: chance.pick(weighted: ["sev1": 3, "sev2": 19, "sev3": 60, "sev4": 18])
            case .slow: chance.pick(weighted: ["sev2": 15, "sev3": 70, "sev4": 15])
            case .question: chance.pick(weighted: ["sev3": 12, "sev4": 88])
            case .access: chance.pick(weighted: ["sev3": 55, "sev4": 45])
            }
        if earlier != nil {
            ending = .duplicate
        } else if past.fault != nil {
            ending = chance.pick(weighted: [.confirmed: 62, .workaround: 26, .gone: 6, .silent: 6])
        } else if kind == .question || kind == .access {
            ending = chance.pick(weighted: [.answered: 88, .silent: 12])
        } else {
            ending = chance.pick(
                weighted: [.confirmed: 34, .setting: 28, .gone: 14, .silent: 14, .workaround: 10])
        }
        let contacts = world.organisations[organisation].contacts
        reporter = contacts[chance.rank(of: contacts.count)]
        var words: [String: String]
        if let fault = past.fault {
            component = world.faults[fault].component
            words = world.faults[fault].words
            words["defect"] = world.faults[fault].defect
        } else {
            component = SimulatedProduct.component(&chance)
            let week = Int(openedAt.seconds(since: world.settings.start) / (14 * 86_400))
            words = component.words(release: "\(2 + week / 26).\(week % 26)", &chance)
        }
        // What is wrong in the product cannot be set right at the customer's.
        if ending == .setting, ["product_defect", "capacity"].contains(words["verdict"]) {
            ending = .confirmed
        }
        let office = world.organisations[organisation].office
        let crew = world.engineers[chance.chance(85) ? office : (office + 1) % 3]
        owner = world.available(crew.isEmpty ? world.engineers[0] : crew, at: openedAt, using: &chance)
        now = openedAt
        words["first"] = world.people[reporter].name.split(separator: " ").first.map(String.init) ?? ""
        words["engineer"] = world.people[owner].name
        words["customer"] = world.organisations[organisation].name
        words["domain"] = world.people[reporter].email.split(separator: "@").last.map(String.init) ?? ""
        words["share"] = chance.pick(["0.3", "1", "2", "5", "8", "12", "30", "50"])
        words["version"] = "\(chance.number(1...6)).\(chance.number(0...30)).\(chance.number(0...9))"
        words["region"] = chance.pick([
            "eu-west", "eu-north", "us-east", "us-west", "ap-south", "ap-northeast",
        ])
        self.words = words
        self.chance = chance
    }
}
