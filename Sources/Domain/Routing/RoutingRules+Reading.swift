extension RoutingRules {
    /// Reads the part `routing` of the policy document; no rules where there is none.
    /// - Parameters:
    ///   - policy: the other parts, already read: what conditions and members refer to.
    ///   - people: the addresses of everybody with an account; nil where nobody knows them here, as in a check without
    ///     the data.
    static func read(
        _ root: inout ConfigReader, _ policy: Policy, people: Set<String>?,
        _ problems: inout [ConfigProblem]
    ) -> RoutingRules {
        var rules = RoutingRules()
        for (index, severity) in policy.severities.enumerated() {
            rules.load[severity.id.raw] = max(1, 4 - index)
        }
        guard let node = root.child("routing") else { return rules }
        var reader = ConfigReader(node, at: "routing", problems: &problems)
        rules.readNumbers(&reader, policy, &problems)
        if reader.child("skills") != nil { rules.skills = Policy.readTerms("skills", &reader, &problems) }
        var check = RoutingReading(policy: policy, people: people, problems: problems)
        rules.teams = check.teams(&reader, rules)
        rules.queues = check.queues(&reader, rules)
        rules.rules = check.rules(&reader, rules)
        rules.cover = check.cover(&reader)
        rules.sun = check.sun(&reader, rules)
        rules.combine = check.combine(&reader)
        rules.learned = check.learned(&reader, rules)
        rules.surges = check.surges(&reader, rules)
        problems = check.problems
        reader.refuseUnknownKeys(&problems)
        return rules
    }

    private mutating func readNumbers(
        _ reader: inout ConfigReader, _ policy: Policy, _ problems: inout [ConfigProblem]
    ) {
        mode = reader.choice("assign", &problems) ?? mode
        mostMoves = reader.integer("most_moves", 1...100, default: mostMoves, &problems)
        waitingPercent = reader.integer("waiting_percent", 0...100, default: waitingPercent, &problems)
        for member in reader.members("load", &problems) {
            guard policy.severities.contains(where: { $0.id.raw == member.key }) else {
                problems.append(
                    .init(
                        line: member.line, key: "routing.load.\(member.key)",
                        message: "“\(member.key)” is not a severity"))
                continue
            }
            guard case .scalar(let text) = member.node.value, let number = Int(text),
                (0...100).contains(number)
            else {
                problems.append(
                    .init(
                        line: member.line, key: "routing.load.\(member.key)",
                        message: "must be a whole number between 0 and 100"))
                continue
            }
            load[member.key] = number
        }
        guard reader.child("efforts") != nil else { return }
        efforts = reader.items("efforts", &problems).map { item in
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            let effort = Effort(
                id: one.text("id", &problems), name: one.text("name", &problems),
                percent: one.integer("percent", 1...1000, default: 100, &problems))
            one.refuseUnknownKeys(&problems)
            return effort
        }
    }
}

/// Reads teams, queues and rules, and finds what cannot be meant.
struct RoutingReading {
    let policy: Policy
    let people: Set<String>?
    var problems: [ConfigProblem]

    mutating func refuse(_ line: Int, _ key: String, _ message: String) {
        problems.append(.init(line: line, key: key, message: message))
    }

    /// Refuses a name that is not known, with the one that was probably meant.
    mutating func require(
        _ name: String, among known: [String], _ what: String, _ line: Int, _ key: String
    ) {
        guard !known.contains(name) else { return }
        let hint =
            nearest(to: name, in: known).map { "; did you mean “\($0)”?" }
            ?? (known.isEmpty ? "; none is listed" : "; there are \(known.joined(separator: ", "))")
        refuse(line, key, "“\(name)” is not \(what)\(hint)")
    }

    /// The address of somebody, in small letters.
    mutating func person(_ text: String, _ line: Int, _ key: String) -> String {
        let address = text.lowercased()
        if let people, !people.contains(address) {
            let hint = nearest(to: address, in: people.sorted()).map { "; did you mean “\($0)”?" } ?? ""
            refuse(line, key, "nobody has an account with the address “\(text)”\(hint)")
        }
        return address
    }

    private var calendars: [String] { ["always"] + policy.serviceLevels.calendars.map(\.id) }

    // MARK: Teams

    mutating func teams(_ reader: inout ConfigReader, _ rules: RoutingRules) -> [RoutingRules.Team] {
        guard reader.child("teams") != nil else { return [] }
        var found: [(team: RoutingRules.Team, line: Int, path: String)] = []
        for item in reader.items("teams", &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            var team = RoutingRules.Team(
                id: one.text("id", &problems), name: one.text("name", &problems),
                calendar: one.optionalText("calendar", &problems) ?? "always", members: [])
            require(
                team.calendar, among: calendars, "a calendar", one.child("calendar")?.line ?? item.node.line,
                "\(item.path).calendar")
            if let lead = one.optionalText("lead", &problems) {
                team.lead = person(lead, one.child("lead")?.line ?? item.node.line, "\(item.path).lead")
            }
            if let region = one.optionalText("region", &problems) {
                team.region = region
                require(
                    region, among: policy.regions.map(\.id), "a region",
                    one.child("region")?.line ?? item.node.line, "\(item.path).region")
            }
            for member in one.items("members", &problems) {
                let read = self.member(member.node, member.path, rules)
                if team.members.contains(where: { $0.person == read.person }) {
                    refuse(member.node.line, "\(member.path).person", "“\(read.person)” stands here twice")
                }
                team.members.append(read)
            }
            one.refuseUnknownKeys(&problems)
            found.append((team, item.node.line, item.path))
        }
        Policy.refuseRepeats(found.map { ($0.team.id, $0.line, $0.path) }, &problems)
        return found.map(\.team)
    }

    mutating func member(
        _ node: ConfigNode, _ path: String, _ rules: RoutingRules
    ) -> RoutingRules.Member {
        var one = ConfigReader(node, at: path, problems: &problems)
        let line = one.child("person")?.line ?? node.line
        let address = one.text("person", &problems)
        var member = RoutingRules.Member(
            person: address.isEmpty ? "" : person(address, line, "\(path).person"))
        for skill in one.texts("skills", &problems) {
            require(
                skill.text, among: rules.skills.map(\.id), "in routing.skills", skill.line, "\(path).skills")
            member.skills.append(skill.text)
        }
        member.languages = languages(&one, path)
        member.calendar = one.optionalText("calendar", &problems)
        if let calendar = member.calendar {
            require(
                calendar, among: calendars, "a calendar", one.child("calendar")?.line ?? node.line,
                "\(path).calendar")
        }
        if one.child("limit") != nil { member.limit = one.integer("limit", 0...1000, default: 0, &problems) }
        one.refuseUnknownKeys(&problems)
        return member
    }

    private mutating func languages(_ one: inout ConfigReader, _ path: String) -> [String] {
        one.texts("languages", &problems).map { language in
            let isCode = (2...3).contains(language.text.utf8.count) && language.text.allSatisfy(\.isLowercase)
            if !isCode {
                refuse(
                    language.line, "\(path).languages",
                    "“\(language.text)” must be the code of a language, such as en or ja")
            }
            return language.text
        }
    }

    // MARK: Queues

    /// - Parameter earlier: queues that are there already, which these may name as well.
    mutating func queues(
        _ reader: inout ConfigReader, _ rules: RoutingRules, besides earlier: [RoutingRules.Queue] = []
    ) -> [RoutingRules.Queue] {
        guard reader.child("queues") != nil else { return [] }
        var found: [(queue: RoutingRules.Queue, reader: ConfigReader, path: String)] = []
        for item in reader.items("queues", &problems) {
            var one = ConfigReader(item.node, at: item.path, problems: &problems)
            var queue = RoutingRules.Queue(
                id: one.text("id", &problems), name: one.text("name", &problems),
                team: one.optionalText("team", &problems), fallback: one.optionalText("fallback", &problems))
            destination(&queue, &one, item.path)
            flow(&queue, &one, item.path)
            if let team = queue.team {
                require(
                    team, among: rules.teams.map(\.id), "a team", one.child("team")?.line ?? item.node.line,
                    "\(item.path).team")
            }
            one.refuseUnknownKeys(&problems)
            found.append((queue, one, item.path))
        }
        Policy.refuseRepeats(found.map { ($0.queue.id, $0.reader.node.line, $0.path) }, &problems)
        let ids = earlier.map(\.id) + found.map(\.queue.id)
        for var entry in found {
            guard let fallback = entry.queue.fallback else { continue }
            let line = entry.reader.child("fallback")?.line ?? entry.reader.node.line
            require(fallback, among: ids, "a queue", line, "\(entry.path).fallback")
            refuseLoop(from: entry.queue, among: earlier + found.map(\.queue), line, "\(entry.path).fallback")
        }
        return found.map(\.queue)
    }

    /// What kind of destination a queue is, who answers there, and which clock runs meanwhile.
    private mutating func destination(
        _ queue: inout RoutingRules.Queue, _ one: inout ConfigReader, _ path: String
    ) {
        queue.kind = one.choice("kind", &problems) ?? .support
        queue.answers = one.optionalText("answered_by", &problems)
        queue.clock = queue.kind.usualClock
        if let name = one.optionalText("clock", &problems) {
            let known = [CaseClock.engineering, .vendorChase].map(\.rawValue) + ["none"]
            require(
                name, among: known, "a clock that a destination can start",
                one.child("clock")?.line ?? one.node.line, "\(path).clock")
            queue.clock = name == "none" ? nil : CaseClock(rawValue: name) ?? queue.clock
        }
        if queue.kind != .support, queue.team == nil, queue.answers == nil {
            refuse(
                one.child("kind")?.line ?? one.node.line, "\(path).kind",
                "nobody would answer there: name a “team”, or who does in “answered_by”")
        }
    }

    private mutating func refuseLoop(
        from first: RoutingRules.Queue, among queues: [RoutingRules.Queue], _ line: Int, _ key: String
    ) {
        var path = [first.id]
        var next = first.fallback
        while let id = next, let queue = queues.first(where: { $0.id == id }) {
            path.append(id)
            if id == first.id {
                refuse(line, key, "the queues help each other in a circle: \(path.joined(separator: " → "))")
                return
            }
            if path.count > queues.count { return }
            next = queue.fallback
        }
    }

    // MARK: Rules

    /// - Parameter isWhole: whether no others come after them, so that the last one has to take all that is left.
    mutating func rules(
        _ reader: inout ConfigReader, _ rules: RoutingRules, isWhole: Bool = true
    ) -> [RoutingRules.Rule] {
        guard reader.child("rules") != nil else { return [] }
        var found: [(rule: RoutingRules.Rule, line: Int, path: String)] = []
        for item in reader.items("rules", &problems) {
            let rule = rule(item.node, item.path, rules)
            if let earlier = found.first(where: { $0.rule.takesAll(of: rule) }) {
                refuse(
                    item.node.line, item.path,
                    "can never count: the rule “\(earlier.rule.id)” on line \(earlier.line) takes all of its cases"
                )
            }
            found.append((rule, item.node.line, item.path))
        }
        Policy.refuseRepeats(found.map { ($0.rule.id, $0.line, $0.path) }, &problems)
        if isWhole, let last = found.last, !found.contains(where: { $0.rule.wanted.isEmpty }) {
            refuse(
                last.line, "routing.rules",
                "a case that none of them fits would lie nowhere: end with a rule without conditions")
        }
        return found.map(\.rule)
    }

    private mutating func rule(
        _ node: ConfigNode, _ path: String, _ rules: RoutingRules
    ) -> RoutingRules.Rule {
        var one = ConfigReader(node, at: path, problems: &problems)
        var rule = RoutingRules.Rule(
            id: one.text("id", &problems), name: one.text("name", &problems),
            queue: one.text("queue", &problems))
        for dimension in RoutingRules.Dimension.allCases where one.child(dimension.rawValue) != nil {
            rule.wanted[dimension] = values(dimension, &one, path)
        }
        let queueLine = one.child("queue")?.line ?? node.line
        if !rule.queue.isEmpty {
            require(rule.queue, among: rules.queues.map(\.id), "a queue", queueLine, "\(path).queue")
        }
        for text in one.texts("people", &problems) {
            let address = person(text.text, text.line, "\(path).people")
            if rule.people.contains(address) {
                refuse(text.line, "\(path).people", "“\(address)” stands here twice")
            }
            rule.people.append(address)
        }
        for skill in one.texts("skills", &problems) {
            require(
                skill.text, among: rules.skills.map(\.id), "in routing.skills", skill.line, "\(path).skills")
            rule.skills.append(skill.text)
        }
        checkReach(rule, &one, path, rules)
        one.refuseUnknownKeys(&problems)
        return rule
    }

    /// Somebody must know what the rule asks for, or its cases would wait for ever.
    private mutating func checkReach(
        _ rule: RoutingRules.Rule, _ one: inout ConfigReader, _ path: String, _ rules: RoutingRules
    ) {
        let teams = rules.chain(from: rule.queue).compactMap { $0.team.flatMap { rules.team($0) } }
        let members =
            teams.flatMap(\.members) + rule.people.compactMap { rules.member($0)?.member }
        guard !teams.isEmpty || !rule.people.isEmpty else { return }
        if !rule.skills.isEmpty,
            !members.contains(where: { Set(rule.skills).isSubset(of: $0.skills) })
        {
            refuse(
                one.child("skills")?.line ?? one.node.line, "\(path).skills",
                "nobody who could take its cases knows \(rule.skills.joined(separator: " and "))")
        }
        for language in (rule.wanted[.languages] ?? []).sorted()
        where !members.contains(where: { $0.languages.contains(language) }) {
            refuse(
                one.child("languages")?.line ?? one.node.line, "\(path).languages",
                "nobody who could take its cases speaks “\(language)”")
        }
    }

    private mutating func values(
        _ dimension: RoutingRules.Dimension, _ one: inout ConfigReader, _ path: String
    ) -> Set<String> {
        if dimension == .languages { return Set(languages(&one, path)) }
        let texts = one.texts(dimension.rawValue, &problems)
        if texts.isEmpty {
            refuse(
                one.child(dimension.rawValue)?.line ?? one.node.line, "\(path).\(dimension.rawValue)",
                "must name at least one; leave it out where all fit")
        }
        if dimension == .accounts { return Set(texts.map { $0.text.lowercased() }) }
        if let known = known(dimension) {
            for text in texts {
                require(
                    text.text, among: known, "in \(dimension.rawValue)", text.line,
                    "\(path).\(dimension.rawValue)")
            }
        }
        return Set(texts.map(\.text))
    }

    private func known(_ dimension: RoutingRules.Dimension) -> [String]? {
        switch dimension {
        case .severities: policy.severities.map(\.id.raw)
        case .tiers: policy.tiers.map(\.id)
        case .contracts: policy.contracts.map(\.id)
        case .productAreas: policy.productAreas.map(\.id)
        case .components: policy.components.map(\.id)
        case .categories: policy.categories.map(\.id)
        case .environments: policy.environments.map(\.id)
        case .channels: policy.channels.map(\.id)
        case .services: policy.services.map(\.id)
        case .requestTypes: policy.requestTypes.map(\.id)
        case .accounts, .languages, .errors, .words: nil
        }
    }
}
