/// Who and what there is in a simulated organisation before anything happens; it follows from the settings alone.
package struct SimulatedWorld: Sendable {
    /// Somebody who works there or is a customer.
    package struct Person: Sendable {
        /// The name.
        package var name: String
        /// The address, by which the person signs in.
        package var email: String
        /// The role of the default policy.
        package var role: String
        /// The customer that the person belongs to, by its place; nil for colleagues.
        package var organisation: Int?
        /// When the person works.
        package var shift: Shift
    }

    /// A customer.
    package struct Organisation: Sendable {
        /// The name.
        package var name: String
        /// The tier of the default policy.
        package var tier: String
        /// The part of the world, by its place among `offices`.
        package var office: Int
        /// Who speaks for it, by their places among `people`.
        package var contacts: [Int] = []
    }

    /// A fault of the product: it comes with a release, hits several customers, and is mended.
    package struct Fault: Sendable {
        /// The number of its defect.
        package var defect: String
        /// The release that brought it.
        package var release: String
        /// When customers begin to meet it, and when they no longer do.
        package var times: Range<Timestamp>
        /// The part of the product.
        package var component: SimulatedProduct.Component
        /// What stands in texts about it, the same in each.
        package var words: [String: String]
        /// The customers that it hits, by their places.
        package var organisations: [Int]
    }

    /// Where people are: a name and how many minutes its clock is ahead of UTC.
    package static let offices: [(name: String, offset: Int)] = [
        ("emea", 60), ("americas", -300), ("apac", 540),
    ]

    /// How it was asked for.
    package let settings: SimulationSettings
    /// Colleagues first, then contacts of customers.
    package private(set) var people: [Person] = []
    /// The customers, the one with the most cases first.
    package private(set) var organisations: [Organisation] = []
    /// The faults, in the order in which they come.
    package private(set) var faults: [Fault] = []
    /// The engineers of each office, by their places among `people`.
    package private(set) var engineers: [[Int]] = [[], [], []]
    /// Those who answer first, by their places.
    package private(set) var frontline: [Int] = []
    /// The leads, by their places.
    package private(set) var leads: [Int] = []

    /// The world of these settings.
    package init(_ settings: SimulationSettings) {
        self.settings = settings
        var chance = SeededGenerator(seed: settings.seed, part: 1)
        hire(&chance)
        sell(&chance)
        release(&chance)
    }

    // MARK: Colleagues

    private mutating func hire(_ chance: inout SeededGenerator) {
        let known: [(String, String, String, Int)] = [
            ("Marta Lindqvist", "marta", "engineer", 0), ("Jonas Weber", "jonas", "engineer", 0),
            ("Ana Oliveira", "ana", "engineer", 1), ("Lea Brandt", "lea", "frontline", 0),
            ("Ines Okafor", "ines", "lead", 0), ("Otto Haugen", "otto", "manager", 0),
            ("Ravi Menon", "ravi", "developer", 2), ("Ada Fischer", "ada", "auditor", 0),
            ("Samira Haddad", "admin", "administrator", 0), ("Kenji Mori", "kenji", "engineer", 2),
            ("Grace Whitfield", "grace", "frontline", 1), ("Mei Tanaka", "mei", "frontline", 2),
            ("Diego Salazar", "diego", "lead", 1), ("Priya Nair", "priya", "lead", 2),
        ]
        var taken = Set(known.map(\.1))
        for (name, local, role, office) in known { join(name, local, role, office) }
        // A team of fifty once there is work for it.
        let count = min(50, max(14, settings.cases / max(1, settings.years) / 400))
        for place in known.count..<max(known.count, count) {
            let office = place % 3
            let (name, latin) = SimulatedNames.person(office: office, &chance)
            var local = latin
            while !taken.insert(local).inserted { local = "\(latin)\(chance.number(2...99))" }
            join(name, local, chance.chance(15) ? "frontline" : "engineer", office)
        }
    }

    private mutating func join(_ name: String, _ local: String, _ role: String, _ office: Int) {
        let place = people.count
        let offset = Self.offices[office].offset
        let isEarly = place % 2 == 0
        let shift = Shift(
            offset: offset, begins: (isEarly ? 8 : 10) * 60, ends: (isEarly ? 17 : 19) * 60,
            isWeekendToo: role == "frontline")
        people.append(
            Person(
                name: name, email: "\(local)@thirdline.example", role: role, organisation: nil, shift: shift))
        switch role {
        case "engineer": engineers[office].append(place)
        case "frontline": frontline.append(place)
        case "lead": leads.append(place)
        default: break
        }
    }

    /// Somebody of a group who is there at a moment, or else whoever of it comes next.
    package func available(
        _ group: [Int], at moment: Timestamp, using chance: inout SeededGenerator
    ) -> Int {
        let there = group.filter { people[$0].shift.covers(moment) }
        if !there.isEmpty { return chance.pick(there) }
        return group.min { people[$0].shift.next(from: moment) < people[$1].shift.next(from: moment) }
            ?? group[0]
    }

    // MARK: Customers

    private mutating func sell(_ chance: inout SeededGenerator) {
        let count = min(4000, max(24, settings.cases / 60))
        var taken: Set<String> = []
        for place in 0..<count {
            let office = chance.pick(weighted: [0: 50, 1: 32, 2: 18])
            var name = SimulatedNames.organisation(&chance)
            while !taken.insert(name).inserted { name = SimulatedNames.organisation(&chance) }
            let tier =
                place < count / 10
                ? "enterprise" : chance.pick(weighted: ["enterprise": 8, "premium": 32, "standard": 60])
            organisations.append(Organisation(name: name, tier: tier, office: office))
            let domain = SimulatedNames.domain(of: name)
            var locals: Set<String> = []
            for _ in 0..<chance.number(tier == "enterprise" ? 3...6 : 1...3) {
                let (name, latin) = SimulatedNames.person(office: office, &chance)
                var local = latin
                while !locals.insert(local).inserted { local = "\(latin)\(chance.number(2...99))" }
                organisations[place].contacts.append(people.count)
                people.append(
                    Person(
                        name: name, email: "\(local)@\(domain)", role: "customer", organisation: place,
                        shift: Shift(
                            offset: Self.offices[office].offset + chance.pick([-60, 0, 0, 60]),
                            begins: 8 * 60, ends: 18 * 60, isWeekendToo: chance.chance(15))))
            }
        }
    }

    // MARK: Releases and their faults

    private mutating func release(_ chance: inout SeededGenerator) {
        // A release every two weeks, on a Tuesday morning; about one fault for fifteen cases.
        let weeks = max(1, settings.years * 52)
        let faultCount = max(3, settings.cases / 45)
        var moments: [Timestamp] = []
        for _ in 0..<faultCount {
            let release = chance.below(max(1, weeks / 2))
            moments.append(
                settings.start.adding(
                    seconds: Int64(release) * 14 * 86_400 + Int64(chance.around(2 * 86_400))))
        }
        for (place, moment) in moments.sorted().enumerated() {
            let component = SimulatedProduct.component(&chance)
            let days = Int64(chance.around(6) + 1)
            let hit = min(organisations.count, chance.around(8) + 1)
            let week = Int(moment.seconds(since: settings.start) / (14 * 86_400))
            let release = "\(2 + week / 26).\(week % 26).\(chance.below(4))"
            var organisationsHit: [Int] = []
            for _ in 0..<hit { organisationsHit.append(chance.rank(of: organisations.count)) }
            faults.append(
                Fault(
                    defect: "ENG-\(1000 + place)", release: release,
                    times: moment..<moment.adding(seconds: days * 86_400), component: component,
                    words: component.words(release: release, &chance), organisations: organisationsHit))
        }
    }

    /// The faults that customers meet at a moment, by their places.
    package func faults(at moment: Timestamp, near place: Int) -> [Int] {
        var open: [Int] = []
        var index = place
        while index > 0, place - index < 60 {
            index -= 1
            if faults[index].times.contains(moment) { open.append(index) }
        }
        return open
    }
}
