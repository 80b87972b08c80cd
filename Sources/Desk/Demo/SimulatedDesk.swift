import Diagnosis
import Domain
import Storage
import Synchronization
import Web

/// Carries out what a simulation says, by the same operations as a request: reads, decides, appends, projects.
///
/// What is left out is what no simulated page needs: receipts, offers to take something back, a commit for each. All
/// chance (identifiers, salts) follows from the seed and the place of the act, so it does not matter where a run was
/// interrupted.
final class SimulatedDesk: Sendable {
    /// What one batch knows and changes; the numbers are kept only once the batch is committed.
    struct Position: Sendable {
        /// How many acts were carried out.
        var acts = 0
        /// How many facts they left.
        var facts = 0
        /// The number of each case that was opened, in the order of the simulation; 0 where it was refused.
        var numbers: [Int32] = []
        /// How many acts were refused, by operation and code.
        var refused: [String: Int] = [:]
        /// Until when the worker of clocks has looked; nil where it has not begun.
        var clocksAt: Timestamp?
        /// Whether the story has ended and nothing is left to do.
        var isOver = false
        /// When it was last decided whom to ask how we did; nil where that has not begun.
        var surveysAt: Timestamp?
    }

    /// How often it is decided whom to ask how we did, in seconds.
    private static let surveyTurn: Int64 = 6 * 3600

    /// How often the worker of clocks looks, in seconds.
    private static let clockTurn: Int64 = 600

    private let services: Services
    private let seed: UInt64
    private let operations: [String: AnyOperation]
    private let journal: Journal
    private let prefix: String
    private let chance: ActChance
    private let actors = Mutex<[String: Actor]>([:])
    private let kept = Mutex<[String: EvidenceStore.Kept]>([:])
    private let passwordHash: String
    private let livesClocks: Bool

    /// A desk of an organisation whose colleagues all sign in with a password of this hash.
    init(_ services: Services, _ settings: SimulationSettings, passwordHash: String) {
        (self.services, self.seed, self.passwordHash) = (services, settings.seed, passwordHash)
        livesClocks = settings.livesClocks
        let files = [AnyOperation(AddEvidence.self), AnyOperation(GiveEvidence.self)]
        operations = Dictionary((services.catalog.operations + files).map { ($0.name, $0) }) { first, _ in
            first
        }
        let chance = ActChance()
        self.chance = chance
        journal = Journal(subjects: services.journal.subjects, newSalt: { chance.salt() })
        prefix = services.policy.current.caseNumberPrefix
    }

    /// Puts the bytes of the files of some acts into the store of evidence, those that are not there yet.
    func keepFiles(of acts: [SimulatedAct]) async throws {
        for act in acts {
            guard let file = act.file, kept.withLock({ $0[file.text] == nil }) else { continue }
            let store = services.evidence
            let one = try await store.working {
                let part = try store.begin(newIdentifier(at: act.at))
                try Array(file.text.utf8).withUnsafeBytes { try part.write($0) }
                return try store.keep(part, at: act.at)
            }
            kept.withLock { $0[file.text] = one }
        }
    }

    /// Carries out some acts in one transaction.
    func carryOut(
        _ acts: [SimulatedAct], from before: Position, name: String, now: Timestamp
    ) async throws -> Position {
        try await services.database.write { [self] tx in
            var policy = try services.policy.inForce(in: tx)
            var position = before
            for act in acts {
                if livesClocks { try liveClocks(until: act.at, policy, &position, in: tx) }
                try decideSurveys(until: act.at, policy, &position, in: tx)
                chance.begin(seed: seed, act: position.acts)
                position.acts += 1
                do {
                    try carryOut(act, policy, &position, in: tx)
                } catch let refusal as Refusal where act.unless.contains(refusal.code) {
                    continue
                } catch let refusal as Refusal {
                    if act.opens { position.numbers.append(0) }
                    position.refused["\(act.operation): \(refusal.code)", default: 0] += 1
                }
                if act.operation == ChangePolicy.name { policy = try services.policy.inForce(in: tx) }
            }
            try tx.execute(DemoStore.savePosition(position.json.text, of: name, at: now))
            return position
        }
    }

    /// Ends the story: clocks that were lived through go on to its end; else they are worked out as they stand there,
    /// and nobody is alarmed about what a simulated past missed.
    func end(_ before: Position, name: String, at end: Timestamp) async throws -> Position {
        try await services.database.write { [self] tx in
            var position = before
            let policy = try services.policy.inForce(in: tx)
            if livesClocks {
                try liveClocks(until: end, policy, &position, in: tx)
            } else {
                try ServiceLevelsDirectory.setEpoch(end, in: tx)
                chance.begin(seed: seed, clocksAt: end)
                position.facts += try ServiceLevelsJobs.finish(
                    at: end, policy: policy, journal: journal, in: tx)
            }
            position.isOver = true
            try tx.execute(DemoStore.savePosition(position.json.text, of: name, at: end))
            return position
        }
    }

    /// What the worker of clocks does between two acts, at its turns.
    private func liveClocks(
        until moment: Timestamp, _ policy: Policy, _ position: inout Position, in tx: borrowing Transaction
    ) throws {
        let turn = Self.clockTurn * 1_000_000
        var next =
            position.clocksAt?.adding(seconds: Self.clockTurn)
            ?? Timestamp(microseconds: (moment.microseconds / turn + 1) * turn)
        while next <= moment {
            chance.begin(seed: seed, clocksAt: next)
            position.facts += try ServiceLevelsJobs.finish(
                at: next, policy: policy, journal: journal, in: tx)
            position.clocksAt = next
            next = next.adding(seconds: Self.clockTurn)
        }
        if position.clocksAt == nil { position.clocksAt = next.adding(seconds: -Self.clockTurn) }
    }

    /// What the worker of surveys does between two acts, once a turn.
    private func decideSurveys(
        until moment: Timestamp, _ policy: Policy, _ position: inout Position, in tx: borrowing Transaction
    ) throws {
        let turn = Self.surveyTurn * 1_000_000
        let last = Timestamp(microseconds: moment.microseconds / turn * turn)
        guard let before = position.surveysAt, last > before else {
            position.surveysAt = position.surveysAt ?? last
            return
        }
        chance.begin(seed: seed, surveysAt: last)
        while true {
            let count = try SurveysDirectory.decide(
                at: last, policy: policy, journal: journal, limit: 500, in: tx)
            if count == 0 { break }
            position.facts += count
        }
        position.surveysAt = last
    }

    private func carryOut(
        _ act: SimulatedAct, _ policy: Policy, _ position: inout Position, in tx: borrowing Transaction
    ) throws {
        guard let operation = operations[act.operation] else {
            throw Refusal(.notFound, "no_operation", "There is no operation “\(act.operation)”.")
        }
        let actor = try actor(act.who, policy, in: tx)
        guard actor.may(operation.right) else {
            throw Refusal(.denied, "not_allowed", "\(actor.name) may not do “\(act.operation)”.")
        }
        var raw = act.fields
        if let life = act.life, !act.opens { raw["id"] = .text(try number(of: life, position)) }
        for (field, life) in act.others { raw[field] = .text(try number(of: life, position)) }
        if let file = act.file, let kept = kept.withLock({ $0[file.text] }) {
            raw["file"] = AddEvidence.raw(ReceivedFile(kept: kept, name: SafeFileName(file.name)))
        }
        let context = Context(
            actor: actor, now: act.at, policy: policy, newID: { [chance] in chance.identifier(at: act.at) })
        let decision = try operation.decide(raw, context, tx)
        try CaseDirectory.refuseSpeaking(decision, by: actor, in: tx)
        _ = try journal.append(decision.entries, by: actor.id, at: act.at, in: tx)
        position.facts += decision.entries.count
        if act.opens {
            let number = decision.answer["number"]?.string?.dropFirst(prefix.utf8.count + 1)
            position.numbers.append(number.flatMap { Int32($0) } ?? 0)
        }
        if act.operation == AddPerson.name, let id = decision.answer["id"]?.string {
            try Accounts.save(passwordHash, of: ID(id), at: act.at, in: tx)
        }
    }

    private func number(of life: Int, _ position: Position) throws -> String {
        guard life < position.numbers.count, position.numbers[life] > 0 else {
            throw Refusal(.notFound, "not_opened", "This case was never opened.")
        }
        return "\(prefix)-\(position.numbers[life])"
    }

    private func actor(
        _ email: String?, _ policy: Policy, in tx: borrowing Transaction
    ) throws -> Actor {
        guard let email else {
            return Actor(
                id: "operator", name: "Operator", roles: ["operator"], rights: services.catalog.rights)
        }
        if let known = actors.withLock({ $0[email] }) { return known }
        guard let person = try PeopleDirectory.find(email, in: tx) else {
            throw Refusal(.notFound, "no_person", "Nobody signs in as \(email).")
        }
        let actor = Actor(person, under: policy)
        actors.withLock { $0[email] = actor }
        return actor
    }
}

extension SimulatedDesk.Position {
    /// What is kept of a position; the numbers of cases are read from the simulation again.
    var json: JSON {
        var object = JSONObject()
        object["acts"] = .integer(Int64(acts))
        object["facts"] = .integer(Int64(facts))
        object["cases"] = .integer(Int64(numbers.count))
        object["clocks_at"] = clocksAt?.json
        object["over"] = isOver ? .bool(true) : nil
        object["surveys_at"] = surveysAt?.json
        return .object(object)
    }
}

/// Chance that follows from a seed and the place of an act.
private final class ActChance: Sendable {
    private let generator = Mutex(SeededGenerator(seed: 0))

    func begin(seed: UInt64, clocksAt moment: Timestamp) {
        generator.withLock {
            $0 = SeededGenerator(seed: seed, part: UInt64(bitPattern: moment.microseconds) | 1 << 63)
        }
    }

    func begin(seed: UInt64, surveysAt moment: Timestamp) {
        generator.withLock {
            $0 = SeededGenerator(seed: seed, part: UInt64(bitPattern: moment.microseconds) | 3 << 62)
        }
    }

    func begin(seed: UInt64, act: Int) {
        generator.withLock { $0 = SeededGenerator(seed: seed, part: UInt64(act) | 1 << 62) }
    }

    func salt() -> [UInt8] { generator.withLock { Chain.newSalt(using: &$0) } }

    func identifier(at now: Timestamp) -> String {
        generator.withLock { newIdentifier(at: now, using: &$0) }
    }
}
