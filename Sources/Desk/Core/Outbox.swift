import Domain
import Logging
import ServiceLifecycle
import Storage
import Synchronization

/// Something that is to leave the desk: where, to whom, and which fact it tells of.
///
/// It holds no words: those are made of the fact when it is sent, so that what was erased leaves no more.
package struct OutboxItem: Equatable, Sendable {
    /// What becomes of it.
    package enum State: String, Sendable, CaseIterable {
        /// To be sent as soon as it is due.
        case waiting
        /// A node is sending it, or died while it did.
        case sending
        /// The other side has taken it over.
        case sent
        /// It was given up; somebody may try again.
        case dead
        /// The other side took it and reported later that it did not arrive.
        case returned
        /// Somebody decided that it need not be sent.
        case dropped
    }

    /// Its identifier.
    package var id: String
    /// By which way it leaves: "mail", or "notify_mail" and "notify_chat" for what colleagues are told.
    package var channel: String
    /// What it is: "reply".
    package var kind: String
    /// The case that it is about.
    package var caseID: String?
    /// The fact that it tells of.
    package var sequence: Int64
    /// The person that it is for.
    package var person: String?
    /// The address that it goes to.
    package var recipient: String
    /// The same on every try, for whoever receives it: the Message-ID of mail.
    package var key: String
    /// What becomes of it.
    package var state: State
    /// When it was written.
    package var createdAt: Timestamp
    /// When it is to be tried.
    package var dueAt: Timestamp
    /// How often it was tried.
    package var attempts: Int
    /// What went wrong the last time.
    package var problem: String?
    /// When it was sent.
    package var doneAt: Timestamp?
}

/// What an item tells of needs no sending any more: it was read meanwhile, or may no longer be told.
package struct DeliveryNeedless: Error, Equatable, Sendable {
    /// Why, for whoever looks what became of it.
    package var reason: String

    /// Nothing is sent, for a reason.
    package init(_ reason: String) { self.reason = reason }
}

/// A way by which things leave the desk.
package protocol OutboxChannel: Sendable {
    /// Its name in the rows.
    var name: String { get }
    /// Sends something; returns once the other side has taken it over.
    ///
    /// May be called again for the same item, with the same key, where nobody knows what became of a try.
    /// - Throws: `DeliveryFailure` with the reason; `DeliveryNeedless` where nothing is left to be sent.
    func deliver(_ item: OutboxItem) async throws
    /// Says that an item is given up, such as by a fact, in the same transaction as the statement that marks it.
    func giveUp(_ item: OutboxItem, reason: String, marking: SQL) async throws
}

/// Sends what is due, on any number of nodes, each thing by one of them at a time.
///
/// A row is claimed before it is sent, in a transaction of its own, and marked afterwards. Where a node dies between the
/// two, the row is taken again when its lease is over, and goes out with the same key: nothing is lost, and whoever
/// receives it can tell that it is the same.
package struct OutboxWorker: Service {
    private let services: Services
    private let channel: any OutboxChannel
    /// For how long a row is taken; a try must end before.
    private let seconds: Int64
    private let interval: Duration

    /// A worker for a way out.
    package init(
        _ services: Services, channel: any OutboxChannel, leaseSeconds: Int64 = 90,
        interval: Duration = .seconds(1)
    ) { (self.services, self.channel, seconds, self.interval) = (services, channel, leaseSeconds, interval) }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { while try await round() > 0, !Task.isCancelled {} } catch {
                    if !(error is CancellationError) {
                        services.logger.warning("outbox", metadata: ["error": "\(error)"])
                    }
                }
                try? await Task.sleep(for: interval)  // a cancelled sleep only ends early
            }
        }
    }

    /// Sends what is due, four at a time; returns how many were tried.
    package func round() async throws -> Int {
        let items = try await claim(limit: 8)
        await withTaskGroup(of: Void.self) { group in
            for (index, item) in items.enumerated() {
                if index >= 4 { await group.next() }
                group.addTask { await attempt(item.0, holder: item.holder) }
            }
        }
        return items.count
    }

    private func claim(limit: Int) async throws -> [(OutboxItem, holder: String)] {
        let (now, seconds, name) = (services.clock(), seconds, channel.name)
        let any = try await services.database.read { tx in
            try !tx.all(OutboxStore.due(name, at: now, limit: 1), OutboxStore.read).isEmpty
        }
        guard any else { return [] }
        return try await services.database.write { tx in
            var claimed: [(OutboxItem, holder: String)] = []
            for var item in try tx.all(OutboxStore.due(name, at: now, limit: limit), OutboxStore.read) {
                let holder = newIdentifier(at: now)
                let end = now.adding(seconds: seconds)
                guard try tx.execute(OutboxStore.claim(item.id, for: holder, until: end, at: now)) == 1 else {
                    continue
                }
                item.attempts += 1
                claimed.append((item, holder))
            }
            return claimed
        }
    }

    private func attempt(_ item: OutboxItem, holder: String) async {
        do {
            do {
                try await channel.deliver(item)
                try await finish(item, holder, .sent, problem: nil, dueAt: item.dueAt)
            } catch let failure as DeliveryFailure {
                try await failed(item, holder, failure)
            } catch let needless as DeliveryNeedless {
                try await finish(item, holder, .dropped, problem: needless.reason, dueAt: item.dueAt)
            }
        } catch {
            // The row stays taken until its lease is over, and is then tried again with the same key.
            services.logger.warning("outbox", metadata: ["item": "\(item.id)", "error": "\(error)"])
        }
    }

    private func failed(_ item: OutboxItem, _ holder: String, _ failure: DeliveryFailure) async throws {
        let now = services.clock()
        guard !failure.isPermanent, let delay = DeliverySchedule.delay(after: item.attempts) else {
            let marking = OutboxStore.finish(
                item.id, of: holder, .dead, problem: failure.reason, dueAt: now, doneAt: nil)
            return try await channel.giveUp(item, reason: failure.reason, marking: marking)
        }
        try await finish(item, holder, .waiting, problem: failure.reason, dueAt: now.adding(seconds: delay))
    }

    private func finish(
        _ item: OutboxItem, _ holder: String, _ state: OutboxItem.State, problem: String?, dueAt: Timestamp
    ) async throws {
        let now = services.clock()
        _ = try await services.database.write { tx in
            try tx.execute(
                OutboxStore.finish(
                    item.id, of: holder, state, problem: problem, dueAt: dueAt,
                    doneAt: state == .sent ? now : nil))
        }
    }
}
