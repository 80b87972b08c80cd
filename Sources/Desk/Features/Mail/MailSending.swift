import Diagnosis
import Domain
import Storage
import Web

/// Where mail leaves and comes in, apart from policy: the servers, and how to sign in there.
package struct MailSettings: Sendable {
    /// A server, and who signs in.
    package struct Server: Sendable {
        /// The address: smtp:// or smtps://, imap:// or imaps://.
        package var url: String
        /// The name to sign in with; nil where nobody asks.
        package var user: String?
        /// What proves it.
        package var password: String?
        /// Whether the connection must be encrypted before anything is said.
        package var needsTLS = true

        /// A file of authorities that its certificate is held against; nil for those of the system.
        package var authorities: String?

        /// A server with all parts.
        package init(
            url: String, user: String?, password: String?, needsTLS: Bool, authorities: String? = nil
        ) {
            (self.url, self.user, self.password, self.needsTLS) = (url, user, password, needsTLS)
            self.authorities = authorities
        }
    }

    /// The server that takes outgoing mail; nil where this node sends none.
    package var outgoing: Server?
    /// The mailbox that is read; nil where this node reads none.
    package var incoming: Server?
    /// How many seconds lie between two looks into the mailbox.
    package var fetchSeconds = 60

    /// No mail.
    package init() {}
}

/// Decides which facts go out as mail, and to whom; makes the messages of facts.
struct MailSending: Sendable {
    static let channel = "mail"

    /// What a message is.
    enum Kind: String, Sendable {
        /// Words of the staff.
        case reply
        /// That the case is resolved, in the words for the customer.
        case resolution
        /// What an update says to executives.
        case executives
        /// That we still need an answer.
        case reminder
        /// That a message opened a case, with its number.
        case acknowledgement
        /// The question how we did, with the link to answer it.
        case survey
    }

    let policy: PolicyHolder

    /// At most so many acknowledgements go to one address in an hour: two machines that open cases for each other stop.
    static let mostAcknowledgements = 5

    /// Writes rows of the outbox for a fact that somebody outside must hear of, in the transaction of the fact.
    func react(to fact: StoredFact, at now: Timestamp, in tx: borrowing Transaction) throws {
        guard fact.subject.kind == SupportCase.kind,
            [
                "case.replied", "case.resolved", "case.opened", "case.answer_reminded",
                "case.executive_update",
                "case.survey_sent",
            ].contains(fact.kind)
        else { return }
        let policy = try policy.inForce(in: tx)
        guard let desk = policy.mail.address else { return }
        let body = try fact.decoded(as: CaseFact.self).body
        guard let kind = Self.kind(of: body, policy),
            let found = try CaseDirectory.visible([ID(fact.subject.id)], to: .system, in: tx).first
        else { return }
        for person in try recipients(of: kind, found, fact, policy, at: now, in: tx) {
            guard let email = person.email else { continue }
            if kind == .acknowledgement {
                let hour = now.adding(seconds: -3600)
                let sent = try tx.first(OutboxStore.count(to: email, kind: kind.rawValue, since: hour)) {
                    Int($0.integer(0))
                }
                if let sent, sent >= Self.mostAcknowledgements { continue }
            }
            let id = newIdentifier(at: now)
            let key = "\(found.number.lowercased()).\(id)@\(desk.domain)"
            try tx.execute(
                OutboxStore.insert(
                    OutboxItem(
                        id: id, channel: Self.channel, kind: kind.rawValue, caseID: found.id.raw,
                        sequence: fact.sequence, person: person.id.raw, recipient: email, key: key,
                        state: .waiting, createdAt: now, dueAt: now, attempts: 0, problem: nil, doneAt: nil)))
            try MailDirectory.learn(
                [Self.constantReference(of: found.id, desk), key], of: found.id, isOwn: true, at: now, in: tx)
        }
    }

    private static func kind(of body: CaseFact, _ policy: Policy) -> Kind? {
        switch body {
        case .replied(_, let fromCustomer): fromCustomer ? nil : .reply
        case .resolved(let resolution): resolution.customerSummary?.isEmpty == false ? .resolution : nil
        case .outward(.reminded): .reminder
        case .outward(.executiveUpdate): .executives
        case .opened(let opening):
            opening.channel == "email" && policy.mail.acknowledges ? .acknowledgement : nil
        case .survey(.sent): .survey
        default: nil
        }
    }

    /// An identifier that all mail of a case refers to, so that mail programs keep it together whatever gets lost.
    static func constantReference(of id: ID<SupportCase>, _ desk: MailAddress) -> String {
        "case.\(id.raw)@\(desk.domain)"
    }

    /// Who hears of it: whoever asked, and whoever of the customer has written in the case since.
    private func recipients(
        of kind: Kind, _ found: SupportCase, _ fact: StoredFact, _ policy: Policy, at now: Timestamp,
        in tx: borrowing Transaction
    ) throws -> [Person] {
        var ids = [found.requester?.raw].compactMap { $0 }
        let organisation = try found.organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        if kind == .executives { ids += organisation?.record.contacts.keys.sorted() ?? [] }
        if kind == .survey {
            // Whoever was asked, and nobody else: one answer counts.
            if case .survey(.sent(let sending, _)) = try fact.decoded(as: CaseFact.self).body {
                ids = [sending.person]
            }
        } else if kind != .acknowledgement {
            for said in try CaseDirectory.facts(of: found.id, kinds: ["case.replied"], in: tx) {
                if case .replied(_, true) = said.body, !ids.contains(said.actor) { ids.append(said.actor) }
            }
            ids.removeAll { $0 == fact.actor }
        }
        // Each audience gets its own words and not those of the others.
        var audience: CustomerAudience? = kind == .executives ? .executives : nil
        if kind == .reply, try isForEngineers(fact, in: tx) { audience = .engineers }
        if let audience {
            ids.removeAll { CustomerAudience(of: $0, in: organisation, policy: policy) != audience }
        }
        ids = ids.enumerated().filter { ids.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        let people = try PeopleDirectory.people(ids, in: tx)
        return try ids.compactMap { people[$0] }.filter { person in
            guard person.isActive, person.email != nil, person.isCustomer || found.organisation == nil else {
                return false
            }
            // Whoever may no longer know of the case hears nothing more of it.
            let actor = try MailKnowledge.actor(person, policy: policy, now: now, in: tx)
            return found.isVisible(to: actor)
        }
    }

    /// Whether a reply has another text for executives: the fact before it.
    private func isForEngineers(_ fact: StoredFact, in tx: borrowing Transaction) throws -> Bool {
        let kinds = ["case.executive_update"]
        let last = try CaseDirectory.latestFacts(
            of: ID(fact.subject.id), kinds: kinds, limit: 1, for: .system, in: tx
        ).first
        return last?.version.number == fact.version.number - 1
    }

    // MARK: Messages

    /// What a message is made of.
    struct Source: Sendable {
        var policy: Policy
        var found: SupportCase
        var fact: Recorded<CaseFact>
        var recipient: Person?
        var sender: Person?
        var thread: [String]
        var newest: String?
    }

    /// Reads what a message is made of.
    func source(of item: OutboxItem, in tx: borrowing Transaction) throws -> Source {
        let policy = try policy.inForce(in: tx)
        guard let stored = try tx.first(JournalStore.facts(sequences: [item.sequence]), JournalStore.fact),
            let id = item.caseID,
            let found = try CaseDirectory.visible([ID(id)], to: .system, in: tx).first
        else { throw DeliveryFailure("The case is not there any more.", isPermanent: true) }
        let people = try PeopleDirectory.people([item.person, stored.actor].compactMap { $0 }, in: tx)
        let thread = try tx.all(MailQueries.thread(ofCase: found.id.raw, until: item.createdAt, limit: 200)) {
            $0.text(0)
        }
        return Source(
            policy: policy, found: found, fact: try stored.decoded(as: CaseFact.self),
            recipient: item.person.flatMap { people[$0] }, sender: people[stored.actor], thread: thread,
            newest: try tx.first(MailQueries.newestID(ofCase: found.id.raw, until: item.createdAt)) {
                $0.text(0)
            })
    }

    /// The message that an item stands for.
    /// - Parameter base: where people find the site; nil where nobody said.
    static func message(
        _ item: OutboxItem, _ source: Source, keys: KeyRing, base: String?
    ) throws(DeliveryFailure) -> OutboundMessage {
        guard let desk = source.policy.mail.address, let kind = Kind(rawValue: item.kind) else {
            throw DeliveryFailure(
                "The policy names no address to write under (mail.address).", isPermanent: false)
        }
        guard let to = MailAddress(item.recipient, name: source.recipient?.name) else {
            throw DeliveryFailure("“\(item.recipient)” is no address of mail.", isPermanent: true)
        }
        let found = source.found
        let words =
            if case .survey(.sent(let sending, _)) = source.fact.body {
                survey(sending, source, keys: keys, base: base)
            } else {
                try words(kind, source, link: base.map { "\($0)/portal/cases/\(found.number)" })
            }
        var from = desk
        if kind == .reply || kind == .executives, let sender = source.sender {
            from.name = desk.name.map { "\(sender.name), \($0)" } ?? sender.name
        }
        let address = ReplyAddress(number: found.number, token: MailKnowledge.token(of: found.id, keys))
        let constant = constantReference(of: found.id, desk)
        // What it answers stands last, as mail programs want it.
        let before =
            source.thread.filter { $0 != item.key && $0 != constant && $0 != source.newest }
            + [source.newest].compactMap { $0 }
        return OutboundMessage(
            from: from, to: to, replyTo: address.written(for: desk), messageID: item.key,
            inReplyTo: source.newest, references: [constant] + before,
            subject:
                "[\(found.number)] \(MailSorting.stem(of: found.subject, prefix: source.policy.caseNumberPrefix))",
            date: item.createdAt, text: words, isAutomatic: kind != .reply && kind != .executives,
            loop: ReplyAddress.token(of: keys.digest(of: "mail loop")))
    }

    /// The question how we did.
    ///
    /// The link only shows the page: whatever fetches it, nothing is answered by that.
    private static func survey(
        _ sending: SurveyFact.Sending, _ source: Source, keys: KeyRing, base: String?
    ) -> String {
        let found = source.found
        let place =
            base.map { "\($0)/survey/\(CaseLinks.token(.survey, found.id, sending.survey, keys))" }
            ?? "Sign in to the portal and open \(found.number)."
        return """
            \(found.number) is solved: “\(found.subject)”. How satisfied are you with our work on it?

            \(place)

            It takes half a minute and no password, until \(sending.until.day). There you can also say that you want no such questions.
            """ + "\n\n-- \n\(source.policy.organisation), \(found.number)"
    }

    private static func words(
        _ kind: Kind, _ source: Source, link: String?
    ) throws(DeliveryFailure) -> String {
        let number = source.found.number
        let foot =
            "\n\n-- \n\(source.policy.organisation), \(number)\nAnswer to this mail to add to it."
            + (link.map { "\n\($0)" } ?? "")
        // What only some may know of leaves the desk in no mail.
        if source.found.restriction != nil {
            return "There is news in \(number). Sign in to read it." + (link.map { "\n\($0)" } ?? "")
        }
        switch source.fact.body {
        case .replied(let text, _), .outward(.reminded(let text, _, _, _)),
            .outward(.executiveUpdate(let text)):
            guard text != FactBody.erasedText else { break }
            return text + foot
        case .resolved(let resolution):
            guard let summary = resolution.customerSummary, summary != FactBody.erasedText else { break }
            // The software closes what nobody confirmed, and does not call it solved.
            guard source.fact.actor != Actor.system.id else { return summary + foot }
            return "\(number) is solved:\n\n\(summary)\n\nIf it is not, answer to this mail and we go on."
                + foot
        case .opened:
            return "We have your message and will read it now. Its number is \(number)." + foot
        default: break
        }
        throw DeliveryFailure("Its words were erased before it was sent.", isPermanent: true)
    }
}

/// Hands messages over to the server of the settings.
struct MailDelivery: Sendable {
    let server: MailSettings.Server
    let client: TransferClient
    /// Where what blocks its thread is done.
    let evidence: EvidenceStore

    /// Hands a message over; returns once the server has taken it.
    /// - Parameter sender: where reports go; empty for nowhere.
    /// - Throws: `DeliveryFailure` with the server's words.
    func send(_ message: OutboundMessage, reportsTo sender: String) async throws {
        var transfer = Transfer(nil, url: server.url)
        transfer.mail = Transfer.Mail(from: sender, recipients: [message.to.address])
        transfer.body = .bytes(message.bytes)
        transfer.seconds = 60
        (transfer.needsTLS, transfer.authorities) = (server.needsTLS, server.authorities)
        if let user = server.user, let password = server.password {
            transfer.credentials = .password(user: user, password: password)
        }
        let (client, ready) = (client, transfer)
        do {
            _ = try await evidence.working { try client.perform(ready) }
        } catch let fault as TransferFault {
            // A server that refuses the person who signs in may take the message from the same one later.
            let isOfSignIn = [530, 534, 535, 538].contains(fault.status)
            throw DeliveryFailure(
                fault.words, isPermanent: (500...599).contains(fault.status) && !isOfSignIn)
        }
    }
}

/// Mail as a way out of the desk, by the server of the settings.
struct MailChannel: OutboxChannel {
    let services: Services
    let delivery: MailDelivery

    var name: String { MailSending.channel }

    /// The message that an item stands for, the same on every try.
    func message(of item: OutboxItem) async throws -> OutboundMessage {
        let sending = MailSending(policy: services.policy)
        let source = try await services.database.read { tx in try sending.source(of: item, in: tx) }
        return try MailSending.message(item, source, keys: services.keys, base: services.publicURL)
    }

    func deliver(_ item: OutboxItem) async throws {
        let message = try await message(of: item)
        // Reports come back to the case; to what a machine wrote nobody reports.
        let isReported = item.kind != MailSending.Kind.acknowledgement.rawValue
        try await delivery.send(message, reportsTo: isReported ? message.replyTo : "")
    }

    func giveUp(_ item: OutboxItem, reason: String, marking: SQL) async throws {
        let operation = AnyOperation(
            name: "mail.give_up", summary: "Give mail up", verb: "Give up", right: MailIntake.right,
            place: .single(path: "mail/give_up"), fields: [], file: #fileID, destination: { _, _ in "/mail" },
            form: { _, _, _, _ in OperationForm(back: "/mail") },
            check: { (_: RawInput, _: Policy) throws(Refusal) in },
            decide: { _, _, tx in
                var decision = Decision()
                // Somebody else has the row meanwhile: what becomes of it is theirs to say.
                guard try tx.execute(marking) == 1, let id = item.caseID else { return decision }
                decision.record(
                    CaseFact.mail(.undelivered(to: item.recipient, reason: reason)),
                    on: SupportCase.ref(ID(id)))
                return decision
            })
        let actor = Actor(
            id: Actor.system.id, name: Actor.system.name, roles: Actor.system.roles,
            rights: [MailIntake.right])
        _ = try await services.operations.run(
            operation, OperationRequest(actor: actor, raw: RawInput(), requestID: "outbox"))
    }
}
