import Diagnosis
import Domain
import Storage

/// Puts what people are told by mail and chat into messages of the outbox, and reads what a message says when it is sent.
///
/// Of one case several things within a short time are one message, and what waits for a digest or for the end of quiet
/// hours is one message altogether. A notification stands in at most one message of a channel, whatever happens.
struct NotificationSending: Sendable {
    /// A way out.
    enum Way: String, CaseIterable, Sendable {
        case mail = "notify_mail"
        case chat = "notify_chat"

        var channel: NotificationChannel { self == .mail ? .mail : .chat }
        /// Seconds for which more of the same case comes into the same message.
        var gatheringSeconds: Int64 { self == .mail ? 60 : 15 }
    }

    /// What a message is.
    enum Kind: String, Sendable {
        /// News in one case.
        case news = "news"
        /// What waited.
        case digest = "digest"
        /// What shows that the way works.
        case test = "test"
    }

    /// After so many messages about single cases in an hour, the next ones come together.
    static let mostInHour = 12
    /// Then they wait for so many seconds.
    private static let stormSeconds: Int64 = 900
    /// What could not be sent for so long is not sent any more.
    static let staleSeconds: Int64 = 7 * 86_400

    /// Somebody who is told something of a case.
    struct Receiver {
        var person: Person
        var chatHost: String?
    }

    /// Puts a notification into a message, in the transaction of the fact.
    static func put(
        _ notification: String, to receiver: Receiver, by way: Way, _ moment: NotificationChoices.Moment,
        caseID: String, sequence: Int64, _ policy: Policy, at now: Timestamp, in tx: borrowing Transaction
    ) throws {
        guard let recipient = recipient(of: way, receiver, policy) else { return }
        let person = receiver.person.id.raw
        var (kind, due) = (Kind.news, now.adding(seconds: way.gatheringSeconds))
        if case .together(let at) = moment { (kind, due) = (.digest, at) }
        var waiting = try tx.first(
            OutboxStore.gathering(
                way.rawValue, for: person, kind: kind.rawValue, caseID: kind == .news ? caseID : nil),
            OutboxStore.read)
        if kind == .news, waiting == nil {
            let hour = now.adding(seconds: -3600)
            let sent =
                try tx.first(
                    OutboxStore.count(way.rawValue, for: person, kind: kind.rawValue, since: hour)
                ) { Int($0.integer(0)) } ?? 0
            if sent >= mostInHour {
                (kind, due) = (.digest, now.adding(seconds: stormSeconds))
                waiting = try tx.first(
                    OutboxStore.gathering(
                        way.rawValue, for: person, kind: kind.rawValue, caseID: nil), OutboxStore.read)
            }
        }
        if let waiting {
            if kind == .digest { try tx.execute(OutboxStore.hasten(waiting.id, to: due)) }
            try tx.execute(NotificationStore.put(notification, on: way.rawValue, to: waiting.id))
            return
        }
        let item = item(
            way, kind, to: recipient, person: person, caseID: kind == .news ? caseID : nil,
            sequence: sequence, policy, due: due, at: now)
        guard try tx.execute(NotificationStore.put(notification, on: way.rawValue, to: item.id)) == 1 else {
            return
        }
        try tx.execute(OutboxStore.insert(item))
    }

    /// Where messages of a way go; nil where they go nowhere.
    static func recipient(of way: Way, _ receiver: Receiver, _ policy: Policy) -> String? {
        switch way {
        case .mail: policy.mail.address == nil ? nil : receiver.person.email
        case .chat: receiver.chatHost
        }
    }

    static func item(
        _ way: Way, _ kind: Kind, to recipient: String, person: String, caseID: String?, sequence: Int64,
        _ policy: Policy, due: Timestamp, at now: Timestamp
    ) -> OutboxItem {
        let id = newIdentifier(at: now)
        let domain = policy.mail.address?.domain ?? "thirdline"
        return OutboxItem(
            id: id, channel: way.rawValue, kind: kind.rawValue, caseID: caseID, sequence: sequence,
            person: person, recipient: recipient, key: "notify.\(id)@\(domain)", state: .waiting,
            createdAt: now, dueAt: due, attempts: 0, problem: nil, doneAt: nil)
    }

    // MARK: What a message says

    /// What a message is made of.
    struct Source: Sendable {
        var policy: Policy
        var person: Person
        var letter: NotificationLetter
        /// The case that it is about; nil where it is about several.
        var found: SupportCase?
    }

    let policy: PolicyHolder
    let base: String?

    /// Reads what a message says now: only of what the person may know at this moment, still wants by this way, and has
    /// not read.
    /// - Throws: `DeliveryNeedless` where nothing is left.
    func source(of item: OutboxItem, by way: Way, at now: Timestamp, in tx: borrowing Transaction) throws
        -> Source
    {
        let policy = try policy.inForce(in: tx)
        guard let id = item.person, let person = try PeopleDirectory.people([id], in: tx)[id], person.isActive
        else { throw DeliveryNeedless("The person works here no more.") }
        let settings = try tx.first(
            NotificationSettingsQueries.settings(of: [id]), NotificationSettingsQueries.read)
        let choices = settings?.choices ?? NotificationChoices.usual
        let link = base.map { "\($0)/account/notifications" }
        if item.kind == Kind.test.rawValue {
            let letter = NotificationLetter(
                parts: [], isDigest: false, isTest: true, takesAnswers: false,
                organisation: policy.organisation, choices: link)
            return Source(policy: policy, person: person, letter: letter)
        }
        let told = try tx.all(NotificationStore.list(ofItem: item.id), NotificationStore.row).compactMap {
            $0
        }
        guard !told.isEmpty else { throw DeliveryNeedless("It was overtaken by what happened since.") }
        let unread = told.filter { !($0.isRead && $0.channels.contains(.page)) }
        guard !unread.isEmpty else { throw DeliveryNeedless("It was read before it was sent.") }
        let wanted = unread.filter { choices[$0.kind].contains(way.channel) }
        guard !wanted.isEmpty else {
            throw DeliveryNeedless("The person does not want it by this way any more.")
        }
        let zone = ZoneTable.machine[choices.zone] ?? .utc
        let reader = Reader(policy: policy, person: person, zone: zone, base: base, way: way)
        let (parts, cases) = try reader.parts(of: wanted, in: tx)
        guard !parts.isEmpty else { throw DeliveryNeedless("The person may not know of the case.") }
        let isDigest = item.kind == Kind.digest.rawValue
        let letter = NotificationLetter(
            parts: parts, isDigest: isDigest, takesAnswers: !isDigest && way == .mail,
            organisation: policy.organisation, choices: link)
        return Source(policy: policy, person: person, letter: letter, found: isDigest ? nil : cases.first)
    }

    /// Reads the parts of a letter for one person.
    private struct Reader {
        var policy: Policy
        var person: Person
        var zone: ZoneRules
        var base: String?
        var way: Way

        func parts(
            of told: [StoredNotification], in tx: borrowing Transaction
        ) throws -> (parts: [NotificationLetter.Part], cases: [SupportCase]) {
            var order: [String] = []
            var byCase: [String: [StoredNotification]] = [:]
            for one in told {
                if byCase[one.caseID] == nil { order.append(one.caseID) }
                byCase[one.caseID, default: []].append(one)
            }
            let names = try PeopleDirectory.names(of: told.map(\.actor), in: tx)
            let words = try way == .mail ? self.words(of: told, in: tx) : [:]
            var (parts, cases): ([NotificationLetter.Part], [SupportCase]) = ([], [])
            for id in order {
                guard let found = try CaseDirectory.any(ID(id), in: tx),
                    NotificationsDirectory.isTold(person, of: found, policy)
                else { continue }
                // What only some may know of leaves the desk in no message.
                let isOpen = found.restriction == nil
                let lines = (byCase[id] ?? []).map { one -> NotificationLetter.Line in
                    NotificationLetter.Line(
                        time: NotificationChoices.clock(one.createdAt, in: zone),
                        sentence: NotificationWords.sentence(one, names, policy),
                        words: isOpen ? words[one.sequence] : nil)
                }
                parts.append(
                    NotificationLetter.Part(
                        number: found.number, subject: isOpen ? found.subject : nil,
                        link: base.map { "\($0)/cases/\(found.number)" }, lines: lines))
                cases.append(found)
            }
            return (parts, cases)
        }

        /// The first words of what somebody wrote, by the sequence of the fact.
        private func words(
            of told: [StoredNotification], in tx: borrowing Transaction
        ) throws -> [Int64: String] {
            let kinds: Set<NotificationKind> = [
                .replied, .named, .handover, .unblockAsked, .unblockAnswered, .reviewAsked, .reviewed,
                .accountUpdate,
            ]
            let sequences = told.filter { kinds.contains($0.kind) }.map(\.sequence)
            guard !sequences.isEmpty else { return [:] }
            var words: [Int64: String] = [:]
            try tx.each(JournalStore.facts(sequences: sequences)) { row in
                let fact = JournalStore.fact(row)
                let text: String? =
                    switch try fact.decoded(as: CaseFact.self).body {
                    case .replied(let text, _), .noted(let text): text
                    case .handoff(.returned(_, let reason, _)): reason
                    case .handoff(.unblockAsked(let stuck)): stuck.stuck
                    case .outward(.held(let held)): held.text
                    case .outward(.accountUpdate(let text)): text
                    case .outward(.returned(_, let reason)): reason
                    case .handoff(.unblockAnswered(_, let answer, _)): answer
                    default: nil
                    }
                if let text, text != FactBody.erasedText {
                    words[fact.sequence] = NotificationLetter.excerpt(text)
                }
            }
            return words
        }
    }

    // MARK: Mail

    /// An identifier that all mail to a person about a case refers to, so that mail programs keep it together.
    static func thread(of found: SupportCase, for person: Person, _ desk: MailAddress) -> String {
        "notify.\(found.id.raw).\(person.id.raw)@\(desk.domain)"
    }

    /// The mail that an item stands for.
    static func message(
        _ item: OutboxItem, _ source: Source, keys: KeyRing
    ) throws(DeliveryFailure) -> OutboundMessage {
        guard let desk = source.policy.mail.address else {
            throw DeliveryFailure(
                "The policy names no address to write under (mail.address).", isPermanent: false)
        }
        guard let to = MailAddress(item.recipient, name: source.person.name) else {
            throw DeliveryFailure("“\(item.recipient)” is no address of mail.", isPermanent: true)
        }
        var replyTo = desk.address
        var thread: [String] = []
        if let found = source.found {
            replyTo = ReplyAddress(number: found.number, token: MailKnowledge.token(of: found.id, keys))
                .written(for: desk)
            thread = [Self.thread(of: found, for: source.person, desk)]
        }
        var message = OutboundMessage(
            from: desk, to: to, replyTo: replyTo, messageID: item.key, inReplyTo: thread.first,
            references: thread, subject: source.letter.subject, date: item.createdAt,
            text: source.letter.text, isAutomatic: true,
            loop: ReplyAddress.token(of: keys.digest(of: "mail loop")))
        message.html = source.letter.html
        message.subscription = .init(link: source.letter.choices)
        return message
    }
}
