import Domain
import Storage

/// Writes down who is told of what, and reads it for whoever asks.
package struct NotificationsDirectory: Sendable {
    let policy: PolicyHolder

    /// For so many days a notification is kept.
    static let days: Int64 = 60
    /// So many are read for a page.
    static let most = 300

    /// Writes who is told of a fact, in its transaction.
    ///
    /// Facts that became known long after they were so are history, and nobody is told of them. Whoever may not know of
    /// the case is told nothing, and whoever may no longer know of it loses what they were told.
    func react(to fact: StoredFact, at now: Timestamp, in tx: borrowing Transaction) throws {
        let event: NotificationRules.Event?
        switch fact.subject.kind {
        case SupportCase.kind:
            if Self.hiding.contains(fact.kind) { try forgetHidden(fact.subject.id, at: now, in: tx) }
            guard Self.kinds.contains(fact.kind) else { return }
            event = try NotificationRules.event(
                of: try fact.decoded(as: CaseFact.self).body,
                handoffs: {
                    Handoffs(
                        try CaseDirectory.facts(of: ID(fact.subject.id), kinds: Handoffs.kinds, in: tx))
                }, reviews: { try OutwardDirectory.reviews(of: ID(fact.subject.id), in: tx) },
                accountTeam: { try OutwardDirectory.accountTeam(of: ID(fact.subject.id), in: tx) },
                qualityReviews: {
                    QualityReviews(
                        try CaseDirectory.facts(
                            of: ID(fact.subject.id), kinds: QualityReviews.kinds, in: tx))
                })
        case ClockRecord.kind where fact.kind != "clock.level_applied":
            event = NotificationRules.event(of: try fact.decoded(as: ClockRecordFact.self).body)
        default: return
        }
        guard let event, now.seconds(since: fact.occurredAt) <= NotificationRules.oldest,
            let found = try CaseDirectory.any(ID(fact.subject.id), in: tx)
        else { return }
        let policy = try policy.inForce(in: tx)
        let notices = try NotificationRules.notices(
            of: event, on: found, by: fact.actor, staff: { try PeopleDirectory.staff(in: tx) },
            rights: { policy.rights(of: $0.roles) }, levels: policy.serviceLevels,
            queueLead: { try RoutingDirectory.lead(of: found.id, policy: policy, in: tx) },
            noticeOwner: { try NoticesDirectory.owner(of: $0, on: found.id, in: tx) })
        guard !notices.isEmpty else { return }
        let people = try PeopleDirectory.people(notices.map(\.person.raw), in: tx)
        let settings = try Self.settings(of: notices.map(\.person.raw), in: tx)
        for notice in notices {
            guard let person = people[notice.person.raw], Self.isTold(person, of: found, policy) else {
                continue
            }
            try tell(
                notice, to: .init(person: person, chatHost: settings[person.id.raw]?.chatHost),
                settings[person.id.raw]?.choices ?? .usual, of: fact, on: found, policy, at: now, in: tx)
        }
    }

    /// Writes what one person is told, and puts it into the messages that they chose.
    private func tell(
        _ notice: NotificationNotice, to receiver: NotificationSending.Receiver,
        _ choices: NotificationChoices,
        of fact: StoredFact, on found: SupportCase, _ policy: Policy, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws {
        var ways = choices.ways(
            of: notice.kind, isUrgent: choices.isUrgent(found.severity, in: policy), at: now, zones: .machine)
        for way in NotificationSending.Way.allCases
        where NotificationSending.recipient(of: way, receiver, policy) == nil { ways[way.channel] = nil }
        guard !ways.isEmpty else { return }
        if notice.kind.isOfClock, let clock = notice.detail.split(separator: " ").first {
            try tx.execute(
                NotificationStore.replace(
                    clock: String(clock), ofCase: found.id.raw, toldTo: notice.person.raw))
        }
        try tx.execute(
            NotificationStore.insert(
                notice, caseID: found.id.raw, of: fact, by: ways.keys.sorted(), at: now))
        for way in NotificationSending.Way.allCases {
            guard let moment = ways[way.channel] else { continue }
            try NotificationSending.put(
                NotificationStore.id(of: notice, of: fact), to: receiver, by: way, moment,
                caseID: found.id.raw, sequence: fact.sequence, policy, at: now, in: tx)
        }
    }

    /// What some people chose, by person; nobody where they chose nothing.
    static func settings(
        of people: [String], in tx: borrowing Transaction
    ) throws -> [String: NotificationSettings] {
        let found = try tx.all(
            NotificationSettingsQueries.settings(of: people), NotificationSettingsQueries.read)
        return Dictionary(found.map { ($0.person.raw, $0) }) { first, _ in first }
    }

    /// After these somebody may no longer know of a case.
    private static let hiding: Set<String> = ["case.restricted", "case.owner_changed"]

    private static let kinds: Set<String> = [
        "case.owner_changed", "case.replied", "case.noted", "case.status_changed", "case.reopened",
        "case.closed", "case.resolved", "case.severity_changed", "case.handover_offered",
        "case.handover_accepted", "case.handover_returned", "case.handover_withdrawn", "case.unblock_asked",
        "case.unblock_answered", "case.message_held", "case.message_approved", "case.message_returned",
        "case.message_released", "case.account_update", "case.cover_needed",
        "case.huddle_convened", "case.survey_follow_up_opened",
        "case.quality_reviewed",
        "case.quality_answered", "case.quality_withdrawn", "case.notice_owed", "case.notice_reassigned",
    ]

    /// Whether somebody may be told of a case at this moment: a colleague, active, who may know of it.
    static func isTold(_ person: Person, of found: SupportCase, _ policy: Policy) -> Bool {
        guard person.isActive, !person.isCustomer else { return false }
        let actor = Actor(person, under: policy)
        return actor.may("case.view") && found.isVisible(to: actor)
    }

    /// Takes away what people were told of a case that they may no longer know of.
    private func forgetHidden(_ id: String, at now: Timestamp, in tx: borrowing Transaction) throws {
        let told = try tx.all(NotificationStore.people(toldOfCase: id)) { $0.text(0) }
        guard !told.isEmpty, let found = try CaseDirectory.any(ID(id), in: tx) else { return }
        let policy = try policy.inForce(in: tx)
        let people = try PeopleDirectory.people(told, in: tx)
        for person in told where people[person].map({ !Self.isTold($0, of: found, policy) }) ?? true {
            try tx.execute(NotificationStore.forget(ofCase: id, toldTo: person))
        }
    }

    /// What one person was told of one case.
    struct News: Sendable {
        /// The case.
        var found: SupportCase
        /// What they were told, the latest first.
        var items: [StoredNotification]
        /// Whether any of it is unread.
        var isUnread: Bool { items.contains { !$0.isRead } }
        /// When they were last told something.
        var latest: Timestamp { items.first?.createdAt ?? Timestamp(microseconds: 0) }
    }

    /// What somebody was told, by case, unread first; only of cases that they may know of now.
    static func news(for actor: Actor, in tx: borrowing Transaction) throws -> [News] {
        let rows = try tx.all(NotificationStore.list(of: actor.id, limit: most), NotificationStore.row)
            .compactMap { $0 }
        var order: [String] = []
        var byCase: [String: [StoredNotification]] = [:]
        for row in rows {
            if byCase[row.caseID] == nil { order.append(row.caseID) }
            byCase[row.caseID, default: []].append(row)
        }
        let cases = try CaseDirectory.visible(order.map { ID($0) }, to: actor, in: tx)
        let found = Dictionary(cases.map { ($0.id.raw, $0) }) { first, _ in first }
        return order.compactMap { id in
            found[id].map { News(found: $0, items: byCase[id] ?? []) }
        }
    }

    /// Notes that somebody looked at a case: what they were told of it is read.
    /// - Returns: in how many cases there is news for them since.
    static func noteLook(
        at this: SupportCase, by actor: Actor, unread: Int, _ services: Services
    ) async throws -> Int {
        guard unread > 0 else { return 0 }
        let (person, id) = (actor.id, this.id.raw)
        // Most looks have nothing to note, and a write would make each of them wait for the disk.
        let isTold = try await services.database.read { tx in
            try tx.first(NotificationStore.news(of: id, for: person)) { _ in true } ?? false
        }
        guard isTold else { return unread }
        try await services.writeInPassing { tx in
            try tx.execute(NotificationStore.read(id, by: person, until: .max))
        }
        return try await services.database.read { tx in
            try tx.first(NotificationStore.unread(of: person)) { Int($0.integer(0)) } ?? 0
        }
    }
}
