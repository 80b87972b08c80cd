import Diagnosis
import Domain
import Logging
import Storage
import Web

/// Takes a message in: keeps its bytes, decides what becomes of it, and does that, once, however often it comes.
package struct MailIntake: Sendable {
    private let services: Services
    private let limits: MailReader.Limits

    /// The right to hand messages in.
    static let right: Right = "mail.receive"

    /// The intake of an installation.
    package init(_ services: Services, limits: MailReader.Limits = MailReader.Limits()) {
        (self.services, self.limits) = (services, limits)
    }

    /// What became of a message.
    package struct Result: Sendable {
        /// The message.
        package var id: String
        /// What became of it: "opened", "replied", "noted", "stored", "waiting" or "duplicate".
        package var outcome: String
        /// The case, where it is in one: "TL-42".
        package var number: String?
        /// Why it waits.
        package var reasons: [MailReason]

        /// The result in a sentence.
        package var sentence: String {
            let place = number.map { " \($0)" } ?? ""
            return switch outcome {
            case "opened": "It opened\(place)."
            case "replied": "It is a reply in\(place)."
            case "noted": "It is an internal note in\(place)."
            case "stored":
                number == nil ? "It is automatic mail, kept aside." : "It is automatic mail, kept in\(place)."
            case "duplicate": "It came before, and was left alone."
            default: "It waits for somebody: " + reasons.map(\.sentence).joined(separator: " ")
            }
        }
    }

    /// Takes a message in.
    ///
    /// Returns after everything about it is durable. The same message a second time changes nothing.
    /// - Throws: a refusal where there is nothing in it or it is too large; whatever keeps it from being kept.
    package func take(_ bytes: [UInt8]) async throws -> Result {
        guard bytes.contains(where: { ![9, 10, 13, 32].contains($0) }) else {
            throw Refusal(.invalid, "empty_message", "There is no message: nothing but white space came.")
        }
        guard bytes.count <= limits.bytes else {
            throw Refusal(
                .tooLarge, "message_too_large",
                "The message has \(bytes.count) bytes; at most \(limits.bytes) are taken. Nothing was kept.")
        }
        let now = services.clock()
        let (store, limits, rules) = (services.evidence, limits, services.policy.current.evidence)
        let received = try await store.working {
            var read = MailReader.read(bytes, limits: limits)
            let whole = try Self.keep(bytes, in: store, at: now)
            var files: [MailFile] = []
            for attachment in read.message.attachments {
                // Small pictures within the text are decoration; they stay in the original.
                if attachment.isInline, attachment.bytes.count < 5000 { continue }
                let name = SafeFileName(attachment.name, fallback: "attachment")
                do { try rules.refuse(name: name.name, size: Int64(attachment.bytes.count)) } catch let
                    refusal as Refusal
                {
                    read.message.problems.append("“\(name.name)” stays in the original: \(refusal.message)")
                    continue
                }
                let kept = try Self.keep(attachment.bytes, in: store, at: now)
                files.append(
                    MailFile(
                        name: name.name, givenName: name.given,
                        mediaType: FileKind(sniffing: kept.head).mediaType,
                        hash: kept.hash, size: kept.size))
            }
            read.message.attachments.removeAll()
            return ReceivedMail(
                message: read.message, contentKey: read.contentKey, hash: whole.hash, size: bytes.count,
                files: files)
        }
        let keys = services.keys
        let operation = received.operation(keys: keys)
        let actor = Actor(
            id: Actor.system.id, name: Actor.system.name, roles: Actor.system.roles, rights: [Self.right])
        let receipt = try await services.operations.run(
            operation, OperationRequest(actor: actor, raw: RawInput(), requestID: "mail"))
        return Result(
            id: receipt.answer["mail"]?.string ?? "", outcome: receipt.answer["outcome"]?.string ?? "",
            number: receipt.answer["number"]?.string,
            reasons: (receipt.answer["reasons"]?.array ?? []).compactMap {
                $0.string.flatMap { MailReason(rawValue: $0) }
            })
    }

    private static func keep(
        _ bytes: [UInt8], in store: EvidenceStore, at now: Timestamp
    ) throws -> EvidenceStore.Kept {
        let part = try store.begin(newIdentifier(at: now))
        try bytes.withUnsafeBytes { try part.write($0) }
        return try store.keep(part, at: now)
    }
}

/// A message whose bytes are durable and named by nothing yet.
struct ReceivedMail: Sendable {
    var message: InboundMessage
    var contentKey: String
    var hash: String
    var size: Int
    var files: [MailFile]

    /// Taking this message in, as an operation like any other: one transaction, checked, with facts.
    ///
    /// It stands in no list of operations, since its bytes must have come just now.
    func operation(keys: KeyRing) -> AnyOperation {
        AnyOperation(
            name: "mail.receive", summary: "Take a message in", verb: "Take in", right: MailIntake.right,
            place: .single(path: "mail/receive"), fields: [], file: #fileID, destination: { _, _ in "/mail" },
            form: { _, _, _, _ in OperationForm(back: "/mail") },
            check: { (_: RawInput, _: Policy) throws(Refusal) in },
            decide: { _, context, tx in try decide(keys: keys, in: context, tx) })
    }

    private func decide(keys: KeyRing, in context: Context, _ tx: borrowing Transaction) throws -> Decision {
        if let earlier = try MailDirectory.same(as: contentKey, in: tx) {
            return try answer(earlier.id.raw, "duplicate", earlier.arrival.caseID, [], in: tx)
        }
        let policy = context.policy
        let knowledge = MailKnowledge(keys: keys, policy: policy, now: context.now)
        let known = try knowledge.gather(about: message, in: tx)
        var sorting = MailSorting(
            message, known: known, rules: policy.mail, loops: knowledge.loops,
            isDone: { [.resolved, .closed].contains(policy.phase(of: $0.status)) })
        var filing: MailFiling.Filed?
        do {
            filing = try file(sorting, known, in: context, tx)
        } catch let refusal as Refusal where refusal.reason != .unavailable && refusal.reason != .full {
            // The case would not take it from a form either: somebody looks at it, and nothing is lost.
            sorting.outcome = .wait([.refused])
            var waiting = self
            waiting.message.problems.append(refusal.message)
            return try waiting.received(sorting, known, nil, in: context, tx)
        }
        return try received(sorting, known, filing, in: context, tx)
    }

    /// What the message does in a case; nil where it goes into none.
    private func file(
        _ sorting: MailSorting, _ known: MailSorting.Known, in context: Context, _ tx: borrowing Transaction
    ) throws -> MailFiling.Filed? {
        guard let sender = known.actor ?? (sorting.kind == .person ? nil : .system) else { return nil }
        let filing = MailFiling(
            sender: sender, text: message.text.written, subject: message.subject, files: files)
        switch sorting.outcome {
        case .store, .wait: return nil
        case .open: return try filing.open(organisation: known.sender?.organisation, in: context, tx)
        case .reply(let id, let moves): return try filing.reply(in: id, moves: moves, in: context, tx)
        case .note(let id): return try filing.note(in: id, in: context, tx)
        }
    }

    /// The message as it came, with what it did.
    private func received(
        _ sorting: MailSorting, _ known: MailSorting.Known, _ filing: MailFiling.Filed?, in context: Context,
        _ tx: borrowing Transaction
    ) throws -> Decision {
        let id = ID<Mail>(context.newID())
        var (reasons, caseID): ([MailReason], String?) = ([], filing?.caseID.raw)
        switch sorting.outcome {
        case .wait(let found): (reasons, caseID) = (found, known.target?.id.raw)
        case .store(let target): caseID = target?.raw
        case .open, .reply, .note: break
        }
        let from = message.from.first
        let arrival = MailFact.Arrival(
            messageID: message.messageID, contentKey: contentKey, hash: hash, size: size,
            from: from?.address ?? "", fromName: from?.name, subject: message.subject, sentAt: message.date,
            kind: sorting.kind, trust: sorting.trust, attachments: files.count, problems: message.problems,
            reasons: reasons, person: known.sender?.id.raw, caseID: caseID,
            organisation: known.sender == nil ? known.likelyOrganisation?.raw : nil)
        var decision = Decision()
        decision.record(MailFact.received(arrival), on: Mail.ref(id))
        let threadIDs = ([message.messageID].compactMap { $0 } + message.inReplyTo + message.references)
        if let filing, let caseID {
            decision.record(filing.decision)
            decision.record(
                CaseFact.mail(
                    .received(
                        mail: id.raw, from: from?.address ?? "", trust: sorting.trust,
                        attachments: files.count)),
                on: SupportCase.ref(ID(caseID)))
            try MailDirectory.learn(threadIDs, of: ID(caseID), at: context.now, in: tx)
        } else {
            if let caseID, reasons.isEmpty {
                try returned(in: tx)
                decision.record(CaseFact.mail(stored(sorting.kind, id)), on: SupportCase.ref(ID(caseID)))
            }
            try MailDirectory.keep(message.text, threadIDs: threadIDs, files: files, of: id, in: tx)
        }
        let outcome = !reasons.isEmpty ? "waiting" : filing?.outcome ?? "stored"
        decision.answer = try answer(id.raw, outcome, reasons.isEmpty ? caseID : nil, reasons, in: tx).answer
        if let number = filing?.number { decision.answer["number"] = .string(number) }
        return decision
    }

    /// Marks the message of ours that a report says did not arrive.
    private func returned(in tx: borrowing Transaction) throws {
        guard let report = message.report, report.isFailure else { return }
        let words = [report.status, report.diagnostic].compactMap { $0 }.joined(separator: " ")
        for id in message.enclosedIDs {
            guard let item = try tx.first(OutboxStore.item(key: id), OutboxStore.read), item.state == .sent
            else {
                continue
            }
            try tx.execute(
                OutboxStore.turn(item.id, to: .returned, problem: words, dueAt: item.dueAt))
        }
    }

    /// What a case is told of a message that no person wrote.
    private func stored(_ kind: MailKind, _ id: ID<Mail>) -> CaseMailFact {
        let from = message.from.first?.address ?? ""
        if let report = message.report, report.isFailure {
            let words = [report.status, report.diagnostic].compactMap { $0 }.joined(separator: " ")
            return .undelivered(
                to: report.recipient ?? "", reason: words.isEmpty ? "The mail server gave no reason." : words)
        }
        var text = message.text.written
        while text.utf8.count > 4000 { text = String(text.prefix(text.count * 3 / 4)) + "…" }
        return .stored(mail: id.raw, from: from, kind: kind, subject: message.subject, text: text)
    }

    private func answer(
        _ id: String, _ outcome: String, _ caseID: String?, _ reasons: [MailReason],
        in tx: borrowing Transaction
    ) throws -> Decision {
        var decision = Decision()
        decision.answer["mail"] = .string(id)
        decision.answer["outcome"] = .string(outcome)
        let known = try caseID.map { try CaseDirectory.visible([ID($0)], to: .system, in: tx) } ?? []
        if let number = known.first?.number { decision.answer["number"] = .string(number) }
        if !reasons.isEmpty { decision.answer["reasons"] = .array(reasons.map { .string($0.rawValue) }) }
        return decision
    }
}

/// Finds what the desk knows of the things that a message names.
struct MailKnowledge: Sendable {
    var keys: KeyRing
    var policy: Policy
    var now: Timestamp

    /// What our own mail carries, under any key that is still in use.
    var loops: Set<String> { Set(keys.digests(of: "mail loop").map { ReplyAddress.token(of: $0) }) }

    /// The token of a case's reply address, with the key in use.
    static func token(of id: ID<SupportCase>, _ keys: KeyRing) -> String {
        ReplyAddress.token(of: keys.digest(of: "mail reply \(id.raw)"))
    }

    /// Whoever a person is when they write.
    static func actor(
        _ person: Person, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> Actor {
        var actor = Actor(person, under: policy)
        if !person.isActive { actor.rights = [] }
        if person.organisation != nil {
            actor.delegations = try CustomerDirectory.delegations(
                of: person.id.raw, on: CalendarDay(now), in: tx)
        }
        return actor
    }

    /// Everything that decides on a message.
    func gather(about message: InboundMessage, in tx: borrowing Transaction) throws -> MailSorting.Known {
        var known = MailSorting.Known()
        let hour = now.adding(seconds: -3600)
        if message.from.count == 1, let from = message.from.first {
            known.sender = try PeopleDirectory.find(from.key, in: tx)
            known.actor = try known.sender.map { try Self.actor($0, policy: policy, now: now, in: tx) }
            if known.sender == nil {
                known.likelyOrganisation = try PeopleDirectory.organisation(
                    ofDomain: String(from.domain), in: tx)
            }
            known.fromSender =
                try tx.first(MailQueries.countFrom(from.key, since: hour)) { Int($0.integer(0)) } ?? 0
        }
        try addressed(message, &known, in: tx)
        var ids = message.threadIDs
        if let own = message.messageID {
            known.isOwn = try MailDirectory.isOwn(own, in: tx)
            // An answer can come before what it answers; then what it answers is known by its identifier.
            if try !MailDirectory.isKnown(own, in: tx) { ids.append(own) }
        }
        if let id = try MailDirectory.caseOf(ids, in: tx) { known.referenced = try target(id.raw, in: tx) }
        if let actor = known.actor {
            for number in MailSorting.numbers(in: message.subject, prefix: policy.caseNumberPrefix)
            where known.numbered == nil {
                known.numbered = try Self.known { try CaseDirectory.find(number, for: actor, in: tx) }
            }
        }
        if let target = known.target {
            known.toCase =
                try tx.first(MailQueries.countTo(caseID: target.id.raw, since: hour)) { Int($0.integer(0)) }
                ?? 0
            known.reopens = try CaseDirectory.facts(of: target.id, kinds: ["case.reopened"], in: tx)
                .count { $0.recordedAt > hour }
        }
        return known
    }

    /// The case whose reply address the message was sent to.
    private func addressed(
        _ message: InboundMessage, _ known: inout MailSorting.Known, in tx: borrowing Transaction
    ) throws {
        guard let desk = policy.mail.address else { return }
        for recipient in message.recipients {
            guard let address = ReplyAddress(recipient, of: desk) else { continue }
            let named = try Self.known {
                try CaseDirectory.findItself(address.number, for: .system, in: tx)
            }
            let tokens = named.map { found in
                keys.digests(of: "mail reply \(found.id.raw)").map { ReplyAddress.token(of: $0) }
            }
            if let named, tokens?.contains(address.token) == true {
                known.addressed = try target(named.id.raw, in: tx)
                known.hasForgedAddress = false
                return
            }
            known.hasForgedAddress = true
        }
    }

    /// The case itself, or the one that it was merged into.
    private func target(_ id: String, in tx: borrowing Transaction) throws -> SupportCase? {
        try Self.known { try CaseDirectory.find(id, for: .system, in: tx) }
    }

    /// A case that is looked up; nil where there is none, or none that whoever asks may know of.
    private static func known(_ find: () throws -> SupportCase) throws -> SupportCase? {
        do { return try find() } catch let refusal as Refusal where refusal.reason == .notFound { return nil }
    }
}
