extension RoutingRules {
    /// What happens to the cases of whoever is called away.
    package struct CoverTerms: Hashable, Sendable {
        /// What is done with a case that is at risk.
        package enum Step: String, Sendable, CaseIterable {
            /// It is offered, with a brief, to whoever routing would choose; where there is nobody, cover is demanded.
            case handOver = "hand_over"
            /// It gets another owner at once; where there is nobody, cover is demanded.
            case reassign
            /// Nothing.
            case none
        }

        /// For whoever owns an incident, or was called to help with one.
        package var incident = Step.handOver
        /// For whoever is off shift or away.
        package var offShift = Step.handOver
        /// An open case of one of these severities is an incident, and is always at risk itself.
        package var severities: Set<String> = []
        /// A case is at risk whose next promise ends within so many minutes, or before its owner is back.
        package var riskMinutes = 240
    }

    /// How cases go from region to region with the sun.
    package struct SunTerms: Hashable, Sendable {
        /// The regions, in the order in which the day reaches them.
        package var regions: [String]
        /// The severities of the cases that go.
        package var severities: Set<String>
        /// So many minutes before its shift ends a region begins to hand over.
        package var minutes = 30
    }

    /// What holds for a time alone: more queues, rules and people, for a release or a peak.
    package struct Surge: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// From then on.
        package var from: Timestamp
        /// Until then.
        package var until: Timestamp
        /// Queues that are there beside the others.
        package var queues: [Queue] = []
        /// Rules that come before all others.
        package var rules: [Rule] = []
        /// Who works in which team beside its members.
        package var staff: [Staff] = []
        /// How cases come to an owner meanwhile; nil for as ever.
        package var mode: Mode?

        /// People who help a team.
        package struct Staff: Hashable, Sendable {
            /// The team.
            package var team: String
            /// Who helps.
            package var members: [Member]
        }

        /// Whether it holds at a moment.
        package func isOn(at now: Timestamp) -> Bool { from <= now && now < until }
    }

    /// When a new case is offered to be joined to what is known.
    package struct CombineTerms: Hashable, Sendable {
        /// Cases of these severities count as incidents while they are open.
        package var severities: Set<String> = []
        /// From so many of 100 points on a case is offered.
        package var points = 50
        /// So long an offered case is given to nobody, in minutes, so that somebody can answer first.
        package var holdMinutes = 15
    }

    /// How cases that no rule knows are routed from history.
    package struct LearnedTerms: Hashable, Sendable {
        /// From so many percent on the suggestion counts.
        package var percent = 70
        /// Where cases wait for a person to judge below that.
        package var triage: String
        /// So many days of resolved cases are learned from.
        package var days = 180
        /// Fewer cases teach nothing.
        package var leastCases = 30
    }

    /// The rules as they hold at a moment, with what surges add.
    ///
    /// A surge's rules come before the others, and of several surges the one that stands first before the next.
    package func at(_ now: Timestamp) -> RoutingRules {
        let running = surges.filter { $0.isOn(at: now) }
        guard !running.isEmpty else { return self }
        var rules = self
        rules.queues += running.flatMap(\.queues)
        rules.rules = running.flatMap(\.rules) + rules.rules
        for staff in running.flatMap(\.staff) {
            guard let index = rules.teams.firstIndex(where: { $0.id == staff.team }) else { continue }
            let known = Set(rules.teams[index].members.map(\.person))
            rules.teams[index].members += staff.members.filter { !known.contains($0.person) }
        }
        if let mode = running.compactMap(\.mode).first { rules.mode = mode }
        return rules
    }
}

extension Policy {
    /// The policy as it holds at a moment, with what surges add.
    package func at(_ now: Timestamp) -> Policy {
        guard routing.surges.contains(where: { $0.isOn(at: now) }) else { return self }
        var policy = self
        policy.routing = routing.at(now)
        return policy
    }
}

// MARK: Reading

extension RoutingReading {
    /// The age from which a case in a queue is too old, and who looks after its flow.
    mutating func flow(_ queue: inout RoutingRules.Queue, _ one: inout ConfigReader, _ path: String) {
        if one.child("age_hours") != nil {
            queue.ageHours = one.integer("age_hours", 1...8760, default: 24, &problems)
        }
        for text in one.texts("captains", &problems) {
            let address = person(text.text, text.line, "\(path).captains")
            if queue.captains.contains(address) {
                refuse(text.line, "\(path).captains", "“\(address)” stands here twice")
            }
            queue.captains.append(address)
        }
    }

    private mutating func severities(_ one: inout ConfigReader) -> Set<String>? {
        guard one.child("severities") != nil else { return nil }
        let texts = one.texts("severities", &problems)
        for text in texts {
            require(
                text.text, among: policy.severities.map(\.id.raw), "a severity", text.line,
                one.key("severities"))
        }
        return Set(texts.map(\.text))
    }

    private var gravest: Set<String> { Set(policy.severities.prefix(1).map(\.id.raw)) }

    mutating func cover(_ reader: inout ConfigReader) -> RoutingRules.CoverTerms? {
        guard let node = reader.child("cover") else { return nil }
        var one = ConfigReader(node, at: "routing.cover", problems: &problems)
        var terms = RoutingRules.CoverTerms()
        terms.incident = one.choice("incident", &problems) ?? terms.incident
        terms.offShift = one.choice("off_shift", &problems) ?? terms.offShift
        terms.severities = severities(&one) ?? gravest
        terms.riskMinutes = one.integer("at_risk_minutes", 1...10_080, default: terms.riskMinutes, &problems)
        one.refuseUnknownKeys(&problems)
        return terms
    }

    mutating func sun(_ reader: inout ConfigReader, _ rules: RoutingRules) -> RoutingRules.SunTerms? {
        guard let node = reader.child("follow_the_sun") else { return nil }
        var one = ConfigReader(node, at: "routing.follow_the_sun", problems: &problems)
        let regions = one.texts("regions", &problems)
        var terms = RoutingRules.SunTerms(regions: [], severities: severities(&one) ?? gravest)
        for region in regions {
            let key = "routing.follow_the_sun.regions"
            require(region.text, among: policy.regions.map(\.id), "a region", region.line, key)
            if !rules.teams.contains(where: { $0.region == region.text }) {
                refuse(region.line, key, "no team works in “\(region.text)”: say “region” of one")
            }
            if terms.regions.contains(region.text) {
                refuse(region.line, key, "“\(region.text)” stands here twice")
            }
            terms.regions.append(region.text)
        }
        if terms.regions.count < 2 {
            refuse(
                node.line, "routing.follow_the_sun.regions", "must name at least two, in the order of the day"
            )
        }
        terms.minutes = one.integer("before_minutes", 0...240, default: terms.minutes, &problems)
        one.refuseUnknownKeys(&problems)
        return terms
    }

    mutating func combine(_ reader: inout ConfigReader) -> RoutingRules.CombineTerms? {
        guard let node = reader.child("combine") else { return nil }
        var one = ConfigReader(node, at: "routing.combine", problems: &problems)
        var terms = RoutingRules.CombineTerms()
        terms.severities = severities(&one) ?? gravest
        terms.points = one.integer("points", 1...100, default: terms.points, &problems)
        terms.holdMinutes = one.integer("hold_minutes", 0...1440, default: terms.holdMinutes, &problems)
        one.refuseUnknownKeys(&problems)
        return terms
    }

    mutating func learned(_ reader: inout ConfigReader, _ rules: RoutingRules) -> RoutingRules.LearnedTerms? {
        guard let node = reader.child("learned") else { return nil }
        var one = ConfigReader(node, at: "routing.learned", problems: &problems)
        var terms = RoutingRules.LearnedTerms(triage: one.text("triage", &problems))
        if !terms.triage.isEmpty {
            require(
                terms.triage, among: rules.queues.map(\.id), "a queue",
                one.child("triage")?.line ?? node.line,
                "routing.learned.triage")
        }
        terms.percent = one.integer("percent", 1...100, default: terms.percent, &problems)
        terms.days = one.integer("days", 7...1095, default: terms.days, &problems)
        terms.leastCases = one.integer("least_cases", 1...10_000, default: terms.leastCases, &problems)
        one.refuseUnknownKeys(&problems)
        return terms
    }

    mutating func surges(_ reader: inout ConfigReader, _ rules: RoutingRules) -> [RoutingRules.Surge] {
        guard reader.child("surges") != nil else { return [] }
        var found: [(surge: RoutingRules.Surge, line: Int, path: String)] = []
        for item in reader.items("surges", &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            var surge = RoutingRules.Surge(
                id: one.text("id", &problems), name: one.text("name", &problems),
                from: moment("from", &one), until: moment("until", &one))
            if surge.until <= surge.from {
                refuse(
                    one.child("until")?.line ?? item.node.line, "\(item.path).until",
                    "must be after “from”: a surge ends by itself")
            }
            surge.queues = queues(&one, rules, besides: rules.queues)
            for queue in surge.queues where rules.queues.contains(where: { $0.id == queue.id }) {
                refuse(item.node.line, "\(item.path).queues", "there is a queue “\(queue.id)” already")
            }
            surge.staff = staff(&one, item.path, rules)
            var all = rules
            all.queues += surge.queues
            surge.rules = self.rules(&one, all, isWhole: false)
            surge.mode = one.choice("assign", &problems)
            one.refuseUnknownKeys(&problems)
            found.append((surge, item.node.line, item.path))
        }
        Policy.refuseRepeats(found.map { ($0.surge.id, $0.line, $0.path) }, &problems)
        return found.map(\.surge)
    }

    private mutating func staff(
        _ one: inout ConfigReader, _ path: String, _ rules: RoutingRules
    ) -> [RoutingRules.Surge.Staff] {
        guard one.child("staff") != nil else { return [] }
        return one.items("staff", &problems).map { item in
            var entry = ConfigReader(item.node, at: item.path, problems: &problems)
            let team = entry.text("team", &problems)
            require(
                team, among: rules.teams.map(\.id), "a team", entry.child("team")?.line ?? item.node.line,
                "\(item.path).team")
            let members = entry.items("members", &problems).map { member($0.node, $0.path, rules) }
            entry.refuseUnknownKeys(&problems)
            return RoutingRules.Surge.Staff(team: team, members: members)
        }
    }

    private mutating func moment(_ name: String, _ one: inout ConfigReader) -> Timestamp {
        let text = one.text(name, &problems)
        if let moment = Timestamp(text) { return moment }
        if !text.isEmpty {
            refuse(
                one.child(name)?.line ?? one.node.line, one.key(name),
                "“\(text)” must be a time with its zone, such as 2026-11-27T06:00:00Z")
        }
        return Timestamp(microseconds: 0)
    }
}
