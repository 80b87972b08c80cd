import Domain
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import Web

/// One change of a subject, as it is told to open pages.
package struct Change: Sendable {
    /// What changed.
    package var subject: SubjectRef
    /// The kind of fact.
    package var kind: String
    /// Who did it.
    package var actor: String
    /// The case that changed, where not everybody may know of it.
    var restricted: SupportCase?

    /// Whether somebody may hear of the change.
    func isAudible(to reader: Actor) -> Bool { restricted?.isVisible(to: reader) ?? true }
}

/// Follows the journal and tells open pages of this node what changed, whoever wrote it and on whichever node.
package final class LiveUpdates: Service {
    private let database: any Database
    private let policy: PolicyHolder
    private let interval: Duration
    private let logger: Logger
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())
    /// Marks count from here, and name the node, since no other one knows what this one told.
    private let began = ContinuousClock.now
    private let node = String(UInt64.random(in: .min ... .max), radix: 36)
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    private struct State {
        var subscribers: [Int: Subscriber] = [:]
        var next = 0
        var here: Set<PresenceStore.Presence>?
        var moving: Set<AnalysisDirectory.Movement>?
        /// What was told of late, and since when that is all there was; nothing before the journal was first read.
        var told: [(at: ContinuousClock.Instant, change: Change)] = []
        var toldSince: ContinuousClock.Instant?

        mutating func remember(_ change: Change) {
            told.append((.now, change))
            guard told.count >= 2 * LiveUpdates.remembered else { return }
            toldSince = told[LiveUpdates.remembered - 1].at
            told.removeFirst(LiveUpdates.remembered)
        }

        /// Whether an open page whose state is from this moment may have missed something.
        func hasMissed(
            since moment: ContinuousClock.Instant, _ concerns: (Change) -> Bool
        ) -> Bool {
            guard let toldSince, moment >= toldSince else { return true }
            return told.reversed().prefix { $0.at >= moment }.contains { concerns($0.change) }
        }
    }

    /// At least so many changes are remembered for pages that come late or come back.
    private static let remembered = 2_000

    /// A kind of change that is no fact: who is on the page of a case changed.
    static let presence = "presence"

    /// A kind of change that is no fact: a person was told something.
    static let notification = "notification"

    /// A kind of change that is no fact: the analysis of evidence of a case went on.
    static let analysis = "analysis"

    /// What such a change is about.
    static func analysisRef(_ caseID: String) -> SubjectRef { SubjectRef(kind: analysis, id: caseID) }

    private struct Subscriber {
        var reader: Actor
        var concerns: @Sendable (Change) -> Bool
        var continuation: AsyncStream<ServerEvent>.Continuation

        func hears(_ change: Change) -> Bool {
            if change.kind == LiveUpdates.notification { return change.subject.id == reader.id }
            return concerns(change) && change.isAudible(to: reader)
        }
    }

    /// Follows the journal of a database; asks at least every `interval`.
    package init(
        database: any Database, policy: PolicyHolder, interval: Duration, logger: Logger,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        (self.database, self.policy, self.interval, self.logger) = (database, policy, interval, logger)
        self.clock = clock
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something was committed on this node: look now rather than later.
    package func wake() { waker.yield() }

    /// The changes that concern a page; never one of a case that the reader may not know of.
    ///
    /// The page names the mark of its state. Where something may have changed since, the stream begins with an event, so
    /// that a page that comes late, comes back, or comes from another node catches up. However long the request is on
    /// its way, nothing is missed meanwhile.
    ///
    /// A reader that does not keep up is cut off and comes back, and so is one whose account, roles or sessions
    /// changed: coming back it is asked again who it is.
    package func events(
        for reader: Actor, since mark: String?, where concerns: @escaping @Sendable (Change) -> Bool
    ) -> AsyncStream<ServerEvent> {
        let (stream, continuation) = AsyncStream<ServerEvent>.makeStream(
            bufferingPolicy: .bufferingOldest(64))
        let subscriber = Subscriber(reader: reader, concerns: concerns, continuation: continuation)
        let id = state.withLock { state in
            state.next += 1
            state.subscribers[state.next] = subscriber
            continuation.yield(.beginning(self.mark(of: .now)))
            if let mark, moment(of: mark).map({ state.hasMissed(since: $0, subscriber.hears) }) ?? true {
                continuation.yield(ServerEvent(name: "changed", data: ""))
            }
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
        return stream
    }

    /// Names a moment of this node, for readers who ask later what they missed since.
    package func mark(of moment: ContinuousClock.Instant) -> String {
        "\(node).\(Int64((moment - began) / .microseconds(1)))"
    }

    /// The moment that a mark names; nil for one of another node, or of none.
    private func moment(of mark: String) -> ContinuousClock.Instant? {
        let parts = mark.split(separator: ".")
        guard parts.count == 2, parts[0] == node, let count = Int64(parts[1]), abs(count) < 1 << 52 else {
            return nil
        }
        return began + .microseconds(count)
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow() }
            group.addTask { await self.tick() }
            group.addTask { await self.beat() }
            try? await gracefulShutdown()  // throws only when the task is cancelled, which ends it as well
            group.cancelAll()
            waker.finish()
            for subscriber in state.withLock({ $0.subscribers }).values { subscriber.continuation.finish() }
        }
    }

    private func follow() async {
        var position: JournalPosition?
        for await _ in wakes {
            do {
                position = try await step(from: position)
                try await lookAround()
            } catch {
                logger.warning("cannot follow the journal", metadata: ["error": "\(error)"])
            }
        }
    }

    private func tick() async {
        while !Task.isCancelled {
            waker.yield()
            try? await Task.sleep(for: interval)  // a cancelled sleep only ends early
        }
    }

    private func step(from position: JournalPosition?) async throws -> JournalPosition {
        guard var position else {
            try await policy.refresh(from: database)
            let end = try await database.read { tx in
                try tx.first(JournalStore.settledEnd()) {
                    JournalPosition(transaction: $0.integer(0), sequence: $0.integer(1))
                } ?? .start
            }
            state.withLock { $0.toldSince = .now }
            return end
        }
        while true {
            let after = position
            let (page, restricted, told) = try await database.read { tx in
                let page = try tx.all(JournalStore.settledFacts(after: after, limit: 500)) {
                    (fact: JournalStore.fact($0), transaction: $0.integer(9))
                }
                let kinds = [SupportCase.kind, ClockRecord.kind]
                let cases = Set(page.map(\.fact.subject).filter { kinds.contains($0.kind) }.map(\.id))
                let sequences = page.map(\.fact.sequence)
                let told: [String] =
                    try sequences.isEmpty
                    ? [] : tx.all(NotificationStore.people(toldOf: sequences)) { $0.text(0) }
                return (page, try CaseDirectory.restricted(Array(cases), in: tx), told)
            }
            if page.contains(where: { $0.fact.subject.kind == PolicyRecord.kind }) {
                try await policy.refresh(from: database)
            }
            tell(
                page.map { fact, _ in
                    Change(
                        subject: fact.subject, kind: fact.kind, actor: fact.actor,
                        restricted: restricted[fact.subject.id])
                }
                    + told.map {
                        Change(
                            subject: SubjectRef(kind: Person.kind, id: $0), kind: Self.notification, actor: ""
                        )
                    })
            if let last = page.last {
                position = JournalPosition(transaction: last.transaction, sequence: last.fact.sequence)
            }
            if page.count < 500 { return position }
        }
    }

    /// Tells open pages where somebody came, went, or began or stopped to write, on whichever node.
    private func lookAround() async throws {
        guard state.withLock({ !$0.subscribers.isEmpty }) else { return }
        let now = clock()
        let known = state.withLock { $0.here ?? [] }
        let (here, restricted) = try await database.read { tx in
            let here = try PresenceStore.everybody(at: now, in: tx)
            let cases = Set(here.symmetricDifference(known).map(\.caseID))
            return (here, try CaseDirectory.restricted(Array(cases), in: tx))
        }
        let changed = state.withLock { state in
            defer { state.here = here }
            return state.here.map { $0.symmetricDifference(here) } ?? here
        }
        tell(
            Dictionary(grouping: changed, by: \.caseID).map { id, actors in
                Change(
                    subject: SubjectRef(kind: SupportCase.kind, id: id), kind: Self.presence,
                    actor: actors.count == 1 ? actors[0].person : "", restricted: restricted[id])
            })
        try await lookAtAnalyses(at: now)
    }

    /// Tells open pages where the analysis of a piece of evidence went on or ended, on whichever node.
    private func lookAtAnalyses(at now: Timestamp) async throws {
        let known = state.withLock { $0.moving }
        let (moving, restricted) = try await database.read { tx in
            let moving = try AnalysisDirectory.moving(at: now, in: tx)
            let cases = Set(moving.symmetricDifference(known ?? []).map(\.caseID))
            return (moving, try CaseDirectory.restricted(Array(cases), in: tx))
        }
        state.withLock { $0.moving = moving }
        guard let known else { return }
        tell(
            Set(moving.symmetricDifference(known).map(\.caseID)).sorted().map {
                Change(
                    subject: Self.analysisRef($0), kind: Self.analysis, actor: "", restricted: restricted[$0])
            })
    }

    /// Tells each open page once of each kind of change in a batch, however often it happened: a page reads the whole
    /// state anew anyhow.
    private func tell(_ changes: [Change]) {
        for change in changes {
            if PersonFact.changesAccess(kind: change.kind) { cutOff { $0 == change.subject } }
            if change.subject.kind == PolicyRecord.kind { cutOff { _ in true } }
        }
        let concerned = state.withLock { state in
            for change in changes where change.kind != Self.presence { state.remember(change) }
            return state.subscribers.compactMap { id, subscriber in
                let kinds = Set(changes.lazy.filter(subscriber.hears).map(\.kind))
                return kinds.isEmpty ? nil : (id: id, subscriber: subscriber, kinds: kinds)
            }
        }
        let mark = mark(of: .now)
        for (id, subscriber, kinds) in concerned {
            for kind in kinds.sorted() {
                let event =
                    kind == Self.presence
                    ? ServerEvent(name: Self.presence, data: "")
                    : ServerEvent(name: "changed", data: kind, mark: mark)
                if case .dropped = subscriber.continuation.yield(event) {
                    subscriber.continuation.finish()
                    _ = state.withLock { $0.subscribers.removeValue(forKey: id) }
                    break
                }
            }
        }
    }

    private func cutOff(_ isConcerned: (SubjectRef) -> Bool) {
        let gone = state.withLock { state in
            let gone = state.subscribers.filter {
                isConcerned(SubjectRef(kind: Person.kind, id: $0.value.reader.id))
            }
            for id in gone.keys { state.subscribers.removeValue(forKey: id) }
            return gone
        }
        for subscriber in gone.values { subscriber.continuation.finish() }
    }

    private func beat() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(20))  // a cancelled sleep only ends early
            for subscriber in state.withLock({ $0.subscribers }).values {
                subscriber.continuation.yield(.heartbeat)
            }
        }
    }
}
