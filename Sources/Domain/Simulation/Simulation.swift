/// What a part of the product adds to a simulated organisation.
///
/// A feature that comes later writes one type: what is set up before the first case, and what happens in the life of
/// each. Its place in `Simulation.plans` is its turn; it sees what the plans before it have done.
package protocol SimulationPlan: Sendable {
    /// What is set up before the first case is reported, in order.
    static func prepare(_ world: SimulatedWorld) -> [SimulatedAct]
    /// What happens in the life of a case.
    static func live(_ life: inout CaseLife)
}

extension SimulationPlan {
    /// Nothing, unless a plan says otherwise.
    package static func prepare(_ world: SimulatedWorld) -> [SimulatedAct] { [] }
    /// Nothing, unless a plan says otherwise.
    package static func live(_ life: inout CaseLife) {}
}

/// A support organisation on a virtual clock: all that its people and customers do, act by act, in the order of time.
///
/// Pure: the same settings give the same acts. A million cases take a few hundred megabytes less than that many, since
/// only the lives that go on are held.
package struct Simulation: Sendable {
    /// All plans, in their order.
    package static let plans: [any SimulationPlan.Type] = [
        FoundingPlan.self, ReportPlan.self, WorkPlan.self, EndingPlan.self, JudgementPlan.self,
    ]

    private struct Turn: Comparable {
        var at: Timestamp
        var life: Int
        static func < (left: Self, right: Self) -> Bool {
            (left.at, left.life) < (right.at, right.life)
        }
    }

    private struct Going {
        var acts: [SimulatedAct]
        var next = 0
    }

    /// Cases of one fault that were reported, by customer.
    private struct Reports {
        var first: Int?
        var open: [Int: (index: Int, until: Timestamp)] = [:]
    }

    /// The world in which it happens.
    package let world: SimulatedWorld
    private let plans: [any SimulationPlan.Type]
    private let arrivals: [Timestamp]
    private var preparation: ArraySlice<SimulatedAct>
    private var arrived = 0
    private var begun = 0
    private var queue = EventQueue<Turn>()
    private var lives: [Int: Going] = [:]
    private var reports: [Int: Reports] = [:]
    private let seed: UInt64

    /// The simulation of these settings.
    package init(
        _ settings: SimulationSettings, plans: [any SimulationPlan.Type] = Self.plans
    ) {
        world = SimulatedWorld(settings)
        self.plans = plans
        seed = settings.seed
        arrivals = Self.arrivals(settings)
        preparation = plans.flatMap { [world] in $0.prepare(world) }[...]
    }

    /// How many acts were given so far.
    package private(set) var carriedOut = 0

    /// The next things that are done, at most so many; none when the story has come to its end.
    package mutating func next(_ limit: Int) -> [SimulatedAct] {
        var acts: [SimulatedAct] = []
        acts.reserveCapacity(limit)
        while acts.count < limit, let act = next() { acts.append(act) }
        carriedOut += acts.count
        return acts
    }

    private mutating func next() -> SimulatedAct? {
        if let act = preparation.popFirst() { return act }
        if arrived < arrivals.count, queue.first.map({ arrivals[arrived] < $0.at }) ?? true { report() }
        guard let turn = queue.take(), var life = lives[turn.life] else { return nil }
        let act = life.acts[life.next]
        life.next += 1
        if life.next < life.acts.count, life.acts[life.next].at < world.settings.until {
            lives[turn.life] = life
            queue.add(Turn(at: life.acts[life.next].at, life: turn.life))
        } else {
            lives[turn.life] = nil
        }
        return act
    }

    /// A case is reported: its whole life is decided, and its first act is due.
    private mutating func report() {
        let (index, moment) = (arrived, arrivals[arrived])
        arrived += 1
        var chance = SeededGenerator(seed: seed, part: UInt64(index) + 1000)
        while begun < world.faults.count, world.faults[begun].times.lowerBound <= moment { begun += 1 }
        var past = CaseLife.Past()
        var organisation = chance.rank(of: world.organisations.count)
        if chance.chance(40) {
            let open = world.faults(at: moment, near: begun)
            if !open.isEmpty {
                let fault = chance.pick(open)
                past.fault = fault
                organisation = chance.pick(world.faults[fault].organisations)
                let known = reports[fault, default: Reports()]
                if let earlier = known.open[organisation], earlier.until > moment.adding(seconds: 86_400) {
                    past.earlier = earlier
                }
                past.related = known.first
            }
        }
        var life = CaseLife(
            index: index, openedAt: moment, organisation: organisation, past: past, world: world,
            chance: chance)
        for plan in plans { plan.live(&life) }
        if let fault = past.fault, life.ending != .duplicate {
            var known = reports[fault, default: Reports()]
            known.first = known.first ?? index
            known.open[organisation] = (index, life.resolvedAt ?? world.settings.until)
            reports[fault] = known
        }
        let acts = life.acts.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
        lives[index] = Going(acts: acts)
        queue.add(Turn(at: moment, life: index))
    }

    /// When cases are reported: a growing business, busy from Monday to Friday while customers are awake.
    private static func arrivals(_ settings: SimulationSettings) -> [Timestamp] {
        var chance = SeededGenerator(seed: settings.seed, part: 2)
        let hours = settings.years * 365 * 24
        // The weight of an hour of the day in UTC: Europe's morning, then the Americas', then Asia's.
        let byHour = [
            5, 6, 7, 6, 5, 6, 9, 15, 22, 24, 22, 19, 18, 21, 23, 22, 19, 15, 12, 10, 8, 6, 5, 5,
        ]
        var arrivals: [Timestamp] = []
        arrivals.reserveCapacity(settings.cases)
        let offset = Int(settings.start.microseconds / 3_600_000_000)
        while arrivals.count < settings.cases {
            let hour = max(chance.below(hours), chance.chance(35) ? chance.below(hours) : 0)
            let absolute = hour + offset
            let isWeekend = (absolute / 24 + 3) % 7 >= 5
            guard chance.below(24) < byHour[absolute % 24], !isWeekend || chance.chance(12) else { continue }
            let moment = settings.start.adding(seconds: Int64(hour) * 3600).microseconds
            arrivals.append(
                Timestamp(microseconds: moment + Int64(chance.below(3_600_000)) * 1000 + 1))
        }
        return arrivals.sorted()
    }
}
