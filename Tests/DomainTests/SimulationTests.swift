import Domain
import Testing

struct SimulationTests {
    private func settings(_ cases: Int, seed: UInt64 = 7) throws -> SimulationSettings {
        SimulationSettings(
            seed: seed, cases: cases, years: 1, until: try #require(Timestamp("2026-11-21T12:00:00Z")))
    }

    private func all(_ settings: SimulationSettings, batch: Int = 1000) -> [SimulatedAct] {
        var simulation = Simulation(settings)
        var acts: [SimulatedAct] = []
        while true {
            let next = simulation.next(batch)
            if next.isEmpty { return acts }
            acts += next
        }
    }

    private func words(_ act: SimulatedAct) -> String {
        let fields = act.fields.values.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined()
        return "\(act.at.rfc3339) \(act.who ?? "") \(act.operation) \(act.life ?? -1) \(fields)"
    }

    @Test("The same seed tells the same story, however it is asked for; another seed tells another")
    func storyFollowsFromSeed() throws {
        let one = all(try settings(300)).map(words)
        #expect(one == all(try settings(300), batch: 7).map(words))
        #expect(one != all(try settings(300, seed: 8)).map(words))
    }

    @Test(
        "Acts come in the order of time, all before the end, and a case is opened before anything else happens to it"
    )
    func actsAreInOrder() throws {
        let settings = try settings(400)
        let acts = all(settings)
        #expect(zip(acts, acts.dropFirst()).allSatisfy { $0.at <= $1.at })
        #expect(acts.allSatisfy { $0.at < settings.until })
        var opened: Set<Int> = []
        for act in acts {
            guard let life = act.life else { continue }
            if act.opens { opened.insert(life) }
            #expect(opened.contains(life))
            for other in act.others.values { #expect(opened.contains(other)) }
        }
        #expect(opened == Set(0..<400))
    }

    @Test("Staff answer in their working hours")
    func staffKeepHours() throws {
        let settings = try settings(400)
        let world = SimulatedWorld(settings)
        let engineers = Dictionary(
            world.people.filter { $0.role == "engineer" }.map { ($0.email, $0.shift) }
        ) { first, _ in first }
        let acts = all(settings).filter { $0.operation == "case.resolve" }
        #expect(acts.count > 200)
        for act in acts {
            let who = try #require(act.who)
            let shift = try #require(engineers[who])
            #expect(shift.covers(act.at))
        }
    }

    @Test("Texts differ from case to case")
    func textsDiffer() throws {
        let opened = all(try settings(1000)).filter(\.opens)
        let symptoms = Set(opened.map { $0.fields["symptom"].typed })
        #expect(symptoms.count > 950)
        #expect(Set(opened.map { $0.fields["subject"].typed }).count > 500)
        #expect(!symptoms.contains { $0.contains("{") && !$0.contains("{\"") })
    }

    @Test("A fault hits several customers within days, and its cases name the same release")
    func faultsHitSeveral() throws {
        let world = SimulatedWorld(try settings(3000))
        #expect(world.faults.count > 20)
        #expect(world.faults.contains { Set($0.organisations).count >= 5 })
    }

    @Test("Every name in a text is a rule or given")
    func grammarIsWhole() {
        #expect(SimulatedProduct.texts.unknownNames(facts: SimulatedProduct.given) == [])
    }

    @Test("Work waits for the shift: the evening goes on in the morning, and the weekend on Monday")
    func shiftsPass() throws {
        let shift = Shift(offset: 60)
        func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
        // A Friday, 17:00 in the shift's zone: half an hour is left.
        let friday = try moment("2026-11-20T16:00:00Z")
        #expect(shift.covers(friday))
        #expect(shift.adding(minutes: 20, to: friday) == (try moment("2026-11-20T16:20:00Z")))
        #expect(shift.adding(minutes: 45, to: friday) == (try moment("2026-11-23T08:15:00Z")))
        #expect(shift.next(from: try moment("2026-11-22T03:00:00Z")) == (try moment("2026-11-23T08:00:00Z")))
        #expect(
            Shift(offset: 60, isWeekendToo: true).covers(try moment("2026-11-22T10:00:00Z")))
    }

    @Test("What waits comes in order")
    func queueIsOrdered() {
        var chance = SeededGenerator(seed: 1)
        var queue = EventQueue<Int>()
        let numbers = (0..<500).map { _ in chance.below(1000) }
        for number in numbers { queue.add(number) }
        var taken: [Int] = []
        while let next = queue.take() { taken.append(next) }
        #expect(taken == numbers.sorted())
    }
}
