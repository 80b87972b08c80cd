/// Who works where, and which case goes to whom: teams with their people, queues, and rules of which the first that
/// fits a case counts.
package struct RoutingRules: Hashable, Sendable {
    /// How a case in a queue comes to an owner.
    package enum Mode: String, Sendable, CaseIterable {
        /// It is given to whoever has the least to do.
        case push
        /// It waits until somebody takes the next one.
        case pull
    }

    /// Somebody in a team.
    package struct Member: Hashable, Sendable {
        /// The address with which they sign in.
        package var person: String
        /// What they know: terms of `skills`.
        package var skills: [String] = []
        /// The languages that they speak: "en", "de".
        package var languages: [String] = []
        /// When they work; nil where they work when the team does.
        package var calendar: String?
        /// So many cases in hand are enough for them; nil for what holds for everybody.
        package var limit: Int?
    }

    /// People who take cases together.
    package struct Team: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// When it works, unless a member has other hours.
        package var calendar: String
        /// Its people.
        package var members: [Member]
        /// The address of whoever leads it and is told of its promises; nil where nobody does.
        package var lead: String?
        /// The region in which it works, for handing over with the sun; nil where it takes no part in that.
        package var region: String?
    }

    /// Where cases wait for somebody.
    package struct Queue: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// Whose it is; nil where nobody is given its cases.
        package var team: String?
        /// The queue whose team helps where nobody of this one can take a case.
        package var fallback: String?
        /// What kind of destination it is.
        package var kind = Kind.support
        /// Who answers there, where that is no team of ours.
        package var answers: String?
        /// The clock that runs while a case is there; nil where arriving starts none.
        package var clock: CaseClock?
        /// A case that lies here longer, in hours, is too old; nil where no age is.
        package var ageHours: Int?
        /// Who looks after its flow, shift by shift, by address; nobody where there are none.
        package var captains: [String] = []

        /// The kinds of destination.
        package enum Kind: String, Sendable, CaseIterable {
            /// People who take cases.
            case support
            /// Whoever runs an incident.
            case incident
            /// Product engineers.
            case engineering
            /// Whoever keeps the service up.
            case sre
            /// Security.
            case security
            /// A third party.
            case vendor

            /// Shown on pages.
            package var label: String {
                switch self {
                case .support: "Support queue"
                case .incident: "Incident"
                case .engineering: "Engineering"
                case .sre: "SRE"
                case .security: "Security"
                case .vendor: "Vendor"
                }
            }

            /// The clock that arriving there starts unless policy names another one.
            var usualClock: CaseClock? {
                switch self {
                case .support, .security, .incident: nil
                case .engineering, .sre: .engineering
                case .vendor: .vendorChase
                }
            }
        }
    }

    /// What a rule may ask of a case, by its name in policy.
    package enum Dimension: String, Sendable, CaseIterable {
        /// How bad it is.
        case severities
        /// The customer's tier.
        case tiers
        /// The customer's kind of contract.
        case contracts
        /// The customer, by name.
        case accounts
        /// The area of the product.
        case productAreas = "product_areas"
        /// The part of the product.
        case components
        /// What it is about.
        case categories
        /// Where it shows.
        case environments
        /// How it reached us.
        case channels
        /// The kind of request.
        case requestTypes = "request_types"
        /// The services that are impacted.
        case services
        /// The language that the reporter writes.
        case languages
        /// Signatures of errors, anywhere in the reporter’s words.
        case errors
        /// Whole words or phrases in the subject or the reporter’s words.
        case words

        /// What people call it.
        package var label: String {
            switch self {
            case .severities: "Severity"
            case .tiers: "Customer tier"
            case .contracts: "Contract"
            case .accounts: "Customer"
            case .productAreas: "Product area"
            case .components: "Component"
            case .categories: "Category"
            case .environments: "Environment"
            case .channels: "Channel"
            case .requestTypes: "Kind of request"
            case .services: "Impacted service"
            case .languages: "Language"
            case .errors: "Error signature"
            case .words: "Words"
            }
        }
    }

    /// Which case goes where.
    package struct Rule: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// What it asks for, each with the values of which one must fit; what is left out fits all.
        package var wanted: [Dimension: Set<String>] = [:]
        /// Where the case goes.
        package var queue: String
        /// Who comes first, by address: a named engineer, or the pod of an account.
        package var people: [String] = []
        /// What whoever takes it must know.
        package var skills: [String] = []

        /// What stands for a rule where somebody sent a case to a queue by hand.
        package static func byHand(_ queue: String) -> Rule {
            Rule(id: "", name: "Sent there by hand", queue: queue)
        }

        /// Whether every case that fits `other` fits this one.
        package func takesAll(of other: Rule) -> Bool {
            wanted.allSatisfy { dimension, values in
                other.wanted[dimension].map { $0.isSubset(of: values) } ?? false
            }
        }
    }

    /// How much work a case is held to be, as triage says it.
    package struct Effort: Hashable, Sendable {
        /// Stored and sent.
        package var id: String
        /// Shown.
        package var name: String
        /// What it makes of the load of its severity, in percent.
        package var percent: Int
    }

    /// How a case in a queue comes to an owner.
    package var mode = Mode.pull
    /// What people may know.
    package var skills: [Policy.Term] = []
    /// The teams.
    package var teams: [Team] = []
    /// The queues.
    package var queues: [Queue] = []
    /// The rules, in order.
    package var rules: [Rule] = []
    /// What an open case of a severity counts in somebody's load; others count 1.
    package var load: [String: Int] = [:]
    /// What a case that waits for somebody else counts of that, in percent.
    package var waitingPercent = 25
    /// How much work a case can be.
    package var efforts = [
        Effort(id: "small", name: "Small: known, and quick", percent: 50),
        Effort(id: "medium", name: "Medium", percent: 100),
        Effort(id: "large", name: "Large: unclear, or several parties", percent: 200),
    ]
    /// A case that was moved between queues more often than this is looked at.
    package var mostMoves = 2
    /// What happens to the cases of whoever is called away; nil where nothing does.
    package var cover: CoverTerms?
    /// How cases go from region to region with the sun; nil where they do not.
    package var sun: SunTerms?
    /// What holds for a time alone: more queues, rules and people.
    package var surges: [Surge] = []
    /// When a new case is offered to be joined to what is known; nil where none is.
    package var combine: CombineTerms?
    /// How cases that no rule knows are routed from history; nil where people do.
    package var learned: LearnedTerms?

    /// No rules: cases are given by people alone.
    package init() {}

    /// Whether cases are routed at all.
    package var isOn: Bool { !rules.isEmpty }

    /// The queue with this identifier.
    package func queue(_ id: String) -> Queue? { queues.first { $0.id == id } }

    /// The name of a queue, or its identifier where policy no longer lists it.
    package func queueName(_ id: String) -> String {
        queue(id)?.name ?? surges.lazy.flatMap(\.queues).first { $0.id == id }?.name ?? id
    }

    /// The team with this identifier.
    package func team(_ id: String) -> Team? { teams.first { $0.id == id } }

    /// The team of a queue.
    package func team(of queue: String) -> Team? { self.queue(queue)?.team.flatMap { team($0) } }

    /// A queue and those that help it, in order.
    package func chain(from queue: String) -> [Queue] {
        var chain: [Queue] = []
        var next = self.queue(queue)
        while let this = next, !chain.contains(this) {
            chain.append(this)
            next = this.fallback.flatMap { self.queue($0) }
        }
        return chain
    }

    /// Everybody whom it names, by address, each once, in the order of the document.
    package var people: [String] {
        var seen: Set<String> = []
        let named =
            teams.flatMap { $0.members.map(\.person) } + rules.flatMap(\.people) + queues.flatMap(\.captains)
        return named.filter { seen.insert($0).inserted }
    }

    /// What is known of somebody as the member of a team: of this one where they are in it, else of the first.
    package func member(_ person: String, of team: Team? = nil) -> (member: Member, team: Team)? {
        if let team, let member = team.members.first(where: { $0.person == person }) { return (member, team) }
        for team in teams {
            if let member = team.members.first(where: { $0.person == person }) { return (member, team) }
        }
        return nil
    }

    /// The queues whose cases somebody takes: those of their teams.
    package func queues(of person: String) -> [Queue] {
        queues.filter { team(of: $0.id)?.members.contains { $0.person == person } ?? false }
    }

    /// What an open case counts in its owner's load, in hundredths.
    package func weight(severity: String, effort: String?, phase: Policy.Phase) -> Int {
        let percent = efforts.first { $0.id == effort }?.percent ?? 100
        let whole = (load[severity] ?? 1) * percent
        return phase == .waiting ? whole * waitingPercent / 100 : whole
    }
}

/// A load in hundredths as people read it: 7.5.
package func loadWords(_ hundredths: Int) -> String { decimal(Double(hundredths) / 100) }
