/// Somebody as routing sees them at a moment.
package struct RoutingPerson: Hashable, Sendable {
    /// Who.
    package var id: ID<Person>
    /// The address with which they sign in, by which policy names them.
    package var email: String
    /// Shown.
    package var name: String
    /// Whether the account can be used and is one of the staff who work on cases.
    package var worksHere: Bool
    /// Until when they are away; nil where they are not.
    package var awayUntil: Timestamp?
    /// When a page of a case was last open in front of them; nil where that is long ago.
    package var seenAt: Timestamp?
    /// What they have to do, in hundredths.
    package var load: Int
    /// The cases that are theirs to act on.
    package var inHand: Int
    /// Whether they may know of the case.
    package var mayKnow: Bool

    /// Somebody with all parts.
    package init(
        id: ID<Person>, email: String, name: String, worksHere: Bool = true, awayUntil: Timestamp? = nil,
        seenAt: Timestamp? = nil, load: Int = 0, inHand: Int = 0, mayKnow: Bool = true
    ) {
        (self.id, self.email, self.name, self.worksHere) = (id, email, name, worksHere)
        (self.awayUntil, self.seenAt, self.load) = (awayUntil, seenAt, load)
        (self.inHand, self.mayKnow) = (inHand, mayKnow)
    }
}

extension RoutingPerson {
    /// Whether a page of a case is open in front of them: pages give a sign of life every twenty seconds.
    package func isPresent(at now: Timestamp) -> Bool { seenAt.map { now.seconds(since: $0) <= 45 } ?? false }
}

/// Where a case goes and who gets it, with the reason of every rule and everybody who was looked at.
package struct RoutingDecision: Equatable, Sendable {
    /// Why a condition of a rule does not hold.
    package struct Failure: Equatable, Sendable {
        /// What was asked for.
        package var dimension: RoutingRules.Dimension
        /// The values of which one had to fit.
        package var wanted: [String]
        /// What the case has; empty for nothing.
        package var found: [String]
    }

    /// A rule that was tried.
    package struct Trial: Equatable, Sendable {
        /// The rule.
        package var rule: RoutingRules.Rule
        /// Its conditions that do not hold; none where it counts.
        package var failures: [Failure]
        /// Whether one before it counted, so that it was not asked.
        package var isPassedOver: Bool

        /// Whether it counts.
        package var counts: Bool { failures.isEmpty && !isPassedOver }
    }

    /// Why somebody cannot take a case.
    package enum Hindrance: Equatable, Sendable {
        /// Nobody has an account with the address.
        case unknown
        /// The account is not active, or is none of the staff.
        case left
        /// A restricted case does not exist for them.
        case mayNotKnow
        /// They are away until then.
        case away(until: Timestamp)
        /// They do not work now; when they next do, and by which calendar.
        case offShift(calendar: String, until: Timestamp?)
        /// They do not know these.
        case lacks(skills: [String])
        /// They do not speak it.
        case doesNotSpeak(String)
        /// They have enough in hand.
        case atLimit(inHand: Int, limit: Int)
    }

    /// Somebody who was looked at.
    package struct Candidate: Equatable, Sendable {
        /// Why they were looked at.
        package enum Source: Equatable, Sendable {
            /// The rule names them.
            case named
            /// They are in the team of the queue.
            case team(String)
            /// They are in the team of a queue that helps.
            case fallback(queue: String, team: String)
        }

        /// The address by which policy names them.
        package var email: String
        /// Who; nil where nobody has the address.
        package var person: RoutingPerson?
        /// Why they were looked at.
        package var source: Source
        /// What stands in the way; none where they could take it.
        package var hindrances: [Hindrance]
        /// Whether they get it.
        package var isChosen = false

        /// What people call them.
        package var name: String { person?.name ?? email }
    }

    /// Every rule, in order.
    package var trials: [Trial]
    /// The rule that counts; nil where none fits.
    package var rule: RoutingRules.Rule?
    /// Where the case goes; nil where no rule fits.
    package var queue: RoutingRules.Queue?
    /// Everybody who was looked at, in the order in which they come into question.
    package var candidates: [Candidate]

    /// Who gets it; nil for nobody.
    package var person: RoutingPerson? { candidates.first(where: \.isChosen)?.person }

    /// Routes a case.
    ///
    /// Whoever a rule names comes first, then the team of its queue, then the teams of the queues that help, in order.
    /// Among those who can take it the one with the least load does; where that is the same, whoever is here; and where
    /// that is the same too, chance that is the same for the same case.
    ///
    /// O(rules * conditions + people log people).
    package init(of this: RoutedCase, people: [RoutingPerson], policy: Policy, now: Timestamp) {
        let rules = policy.routing
        (trials, rule) = Self.try(rules.rules, on: this)
        (queue, candidates) = (rule.flatMap { rules.queue($0.queue) }, [])
        guard let rule, let queue else { return }
        let known = Dictionary(people.map { ($0.email, $0) }) { first, _ in first }
        let judge = Judge(case: this, rule: rule, policy: policy, now: now)
        var groups: [(source: Candidate.Source, team: RoutingRules.Team?, emails: [String])] = []
        if !rule.people.isEmpty { groups.append((.named, rules.team(of: queue.id), rule.people)) }
        for link in rules.chain(from: queue.id) {
            guard let team = link.team.flatMap({ rules.team($0) }) else { continue }
            let source: Candidate.Source =
                link == queue ? .team(team.name) : .fallback(queue: link.name, team: team.name)
            groups.append((source, team, team.members.map(\.person)))
        }
        var seen: Set<String> = []
        for group in groups {
            let fresh = group.emails.filter { seen.insert($0).inserted }
            var some = fresh.map { email in
                judge.candidate(email, known[email], group.source, team: group.team)
            }.sorted(by: judge.comesBefore)
            if person == nil, let first = some.firstIndex(where: { $0.hindrances.isEmpty }) {
                some[first].isChosen = true
            }
            candidates += some
        }
    }

    private static func `try`(
        _ rules: [RoutingRules.Rule], on this: RoutedCase
    ) -> ([Trial], RoutingRules.Rule?) {
        var chosen: RoutingRules.Rule?
        let trials = rules.map { rule in
            let failures = RoutingRules.Dimension.allCases.compactMap { dimension -> Failure? in
                guard let wanted = rule.wanted[dimension], !this.fits(dimension, wanted) else { return nil }
                return Failure(
                    dimension: dimension, wanted: wanted.sorted(),
                    found: (this.values[dimension] ?? []).sorted())
            }
            let isPassedOver = chosen != nil
            if failures.isEmpty, chosen == nil { chosen = rule }
            return Trial(rule: rule, failures: failures, isPassedOver: isPassedOver)
        }
        return (trials, chosen)
    }

    /// The rule that counts for a case, whoever may take it: what a look at many cases needs.
    package static func rule(for this: RoutedCase, in rules: RoutingRules) -> RoutingRules.Rule? {
        rules.rules.first { rule in rule.wanted.allSatisfy { this.fits($0, $1) } }
    }
}

/// Judges who could take a case.
private struct Judge {
    let `case`: RoutedCase
    let rule: RoutingRules.Rule
    let policy: Policy
    let now: Timestamp

    func candidate(
        _ email: String, _ person: RoutingPerson?, _ source: RoutingDecision.Candidate.Source,
        team: RoutingRules.Team?
    ) -> RoutingDecision.Candidate {
        var candidate = RoutingDecision.Candidate(
            email: email, person: person, source: source, hindrances: [])
        guard let person else {
            candidate.hindrances = [.unknown]
            return candidate
        }
        guard person.worksHere else {
            candidate.hindrances = [.left]
            return candidate
        }
        candidate.hindrances = hindrances(person, team)
        return candidate
    }

    private func hindrances(
        _ person: RoutingPerson, _ team: RoutingRules.Team?
    ) -> [RoutingDecision.Hindrance] {
        var found: [RoutingDecision.Hindrance] = []
        if !person.mayKnow { found.append(.mayNotKnow) }
        if let until = person.awayUntil, until > now { found.append(.away(until: until)) }
        let (member, home) =
            policy.routing.member(person.email, of: team).map { ($0.member, $0.team) }
            ?? (RoutingRules.Member(person: person.email), nil)
        if let calendar = member.calendar ?? home?.calendar,
            let hours = policy.serviceLevels.hours[calendar], !hours.isOpen(at: now)
        {
            found.append(.offShift(calendar: calendar, until: hours.nextOpening(from: now)))
        }
        let lacking = rule.skills.filter { !member.skills.contains($0) }
        if !lacking.isEmpty { found.append(.lacks(skills: lacking)) }
        if rule.wanted[.languages] != nil, let language = `case`.language,
            !member.languages.contains(language)
        {
            found.append(.doesNotSpeak(language))
        }
        let limit = member.limit ?? policy.work.limit
        if limit > 0, person.inHand >= limit {
            found.append(.atLimit(inHand: person.inHand, limit: limit))
        }
        return found
    }

    /// Whoever can take it comes first, and among those whoever is the freest.
    func comesBefore(_ left: RoutingDecision.Candidate, _ right: RoutingDecision.Candidate) -> Bool {
        func rank(_ one: RoutingDecision.Candidate) -> (Int, Int, Int, UInt64, String) {
            (
                one.hindrances.isEmpty ? 0 : 1, one.person?.load ?? Int.max,
                one.person?.isPresent(at: now) == true ? 0 : 1, draw(one.email), one.email
            )
        }
        return rank(left) < rank(right)
    }

    /// FNV-1a over the case and the person: the same draw for the same case, and another one for the next.
    private func draw(_ email: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(`case`.key) \(email)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // The last bytes of two addresses are often the same, so the bits are mixed once more.
        hash ^= hash >> 29
        return hash &* 0xbf58_476d_1ce4_e5b9
    }
}

extension RoutingDecision.Failure {
    /// Why the condition does not hold, in words: “Severity is Sev3, not Sev1 or Sev2”.
    package func words(_ policy: Policy) -> String {
        let options = wanted.map { policy.name(of: $0, in: dimension) }
        let list =
            options.count < 2
            ? options.first ?? ""
            : options.dropLast().joined(separator: ", ") + " or " + (options.last ?? "")
        switch dimension {
        case .errors: return "no error signature “\(list)” in the reporter’s words"
        case .words: return "the words “\(list)” do not stand in subject or report"
        default:
            let has = found.map { policy.name(of: $0, in: dimension) }.joined(separator: ", ")
            return has.isEmpty
                ? "\(dimension.label) is not known; asked for \(list)"
                : "\(dimension.label) is \(has), not \(list)"
        }
    }
}

extension Policy {
    /// The name of a value that a rule asks for.
    package func name(of id: String, in dimension: RoutingRules.Dimension) -> String {
        switch dimension {
        case .severities: severity(ID(id))?.name ?? id
        case .tiers: name(of: id, in: \.tiers)
        case .contracts: name(of: id, in: \.contracts)
        case .productAreas: name(of: id, in: \.productAreas)
        case .components: name(of: id, in: \.components)
        case .categories: name(of: id, in: \.categories)
        case .environments: name(of: id, in: \.environments)
        case .channels: name(of: id, in: \.channels)
        case .services: name(of: id, in: \.serviceTerms)
        case .requestTypes: requestTypes.first { $0.id == id }?.name ?? id
        case .accounts, .languages, .errors, .words: id
        }
    }

    /// The name of something that people may know.
    package func skillName(_ id: String) -> String { routing.skills.first { $0.id == id }?.name ?? id }
}

extension RoutingDecision.Hindrance {
    /// Why somebody cannot take a case, in words that go on from their name: “is away until ...”.
    package func words(_ policy: Policy, moment: (Timestamp) -> String) -> String {
        switch self {
        case .unknown: return "has no account"
        case .left: return "has left, or does not work on cases"
        case .mayNotKnow: return "may not know of the case"
        case .away(let until): return "is away until \(moment(until))"
        case .offShift(let calendar, let until):
            let name = policy.serviceLevels.calendars.first { $0.id == calendar }?.name ?? calendar
            return "is off shift (\(name))" + (until.map { " until \(moment($0))" } ?? "")
        case .lacks(let skills):
            return "lacks " + skills.map { policy.skillName($0) }.joined(separator: ", ")
        case .doesNotSpeak(let language): return "does not speak “\(language)”"
        case .atLimit(let inHand, let limit): return "has \(inHand) in hand, and \(limit) are enough"
        }
    }

    /// The name on the wire.
    package var name: String {
        switch self {
        case .unknown: "unknown"
        case .left: "left"
        case .mayNotKnow: "may_not_know"
        case .away: "away"
        case .offShift: "off_shift"
        case .lacks: "lacks_skill"
        case .doesNotSpeak: "does_not_speak"
        case .atLimit: "at_limit"
        }
    }
}

extension RoutingDecision {
    /// What came of it in one sentence, as the timeline keeps it.
    package func summary(_ policy: Policy, moment: (Timestamp) -> String) -> String {
        guard let rule, let queue else { return "No rule fits." }
        let place = "Rule “\(rule.name)”: queue \(queue.name)."
        if let person {
            let others = candidates.filter { !$0.isChosen && $0.hindrances.isEmpty }.count
            let source: String =
                switch candidates.first(where: \.isChosen)?.source {
                case .named: ", named by the rule"
                case .fallback(let queue, _): ", who helps out from \(queue)"
                default: ""
                }
            let choice = others == 0 ? "nobody else could take it" : "the least of \(others + 1) who could"
            return "\(place) \(person.name)\(source) has a load of \(loadWords(person.load)), \(choice)."
        }
        guard !candidates.isEmpty else { return "\(place) Whoever is free takes it." }
        let reasons = candidates.prefix(6).map { one in
            "\(one.name) " + (one.hindrances.first?.words(policy, moment: moment) ?? "")
        }
        let more = candidates.count > 6 ? "; \(candidates.count - 6) more" : ""
        return "\(place) Nobody can take it now: \(reasons.joined(separator: "; "))\(more)."
    }
}
