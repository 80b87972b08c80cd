/// Why a message waits for somebody.
package enum MailReason: String, Sendable, CaseIterable {
    /// Too little of it could be read.
    case broken
    /// It names no sender, or several.
    case noSender = "no_sender"
    /// Nobody is known under the address.
    case unknownSender = "unknown_sender"
    /// The account of the sender is switched off.
    case inactiveSender = "inactive_sender"
    /// The sender's domain does not stand behind it.
    case forgedSender = "forged_sender"
    /// Nobody that policy trusts has checked the sender.
    case uncheckedSender = "unchecked_sender"
    /// It answers a case of which the sender must not know.
    case notAParticipant = "not_a_participant"
    /// It was sent to an address of a case that we never gave out.
    case forgedAddress = "forged_address"
    /// The sender wrote too much in the last hour.
    case tooManyFromSender = "too_many_from_sender"
    /// Too much came to one case in the last hour.
    case tooManyToCase = "too_many_to_case"
    /// What it says cannot be taken into the case: the case refuses it.
    case refused

    /// The reason in a sentence, with what to do.
    package var sentence: String {
        switch self {
        case .broken: "Parts of it could not be read. Look at the original before you let it through."
        case .noSender: "It names no sender, or more than one, so nobody can be believed to have written it."
        case .unknownSender:
            "Nobody is known under this address. Let it through as a contact of a customer, or discard it."
        case .inactiveSender: "The account of the sender is switched off."
        case .forgedSender:
            "The receiving mail server found that the sender’s domain does not stand behind it. It is probably forged."
        case .uncheckedSender:
            "No mail server that the policy trusts has checked the sender (mail.authentication_servers)."
        case .notAParticipant: "It answers a case of which this sender may not know."
        case .forgedAddress: "It was sent to an address of a case that was never given out."
        case .tooManyFromSender:
            "This sender wrote more in the last hour than the policy takes. It may be a loop."
        case .tooManyToCase:
            "More came to this case in the last hour than the policy takes. It may be a loop."
        case .refused: "The case cannot take it as it stands."
        }
    }

    /// A few words for a list.
    package var words: String {
        switch self {
        case .broken: "Hard to read"
        case .noSender: "No single sender"
        case .unknownSender: "Unknown sender"
        case .inactiveSender: "Account switched off"
        case .forgedSender: "Probably forged"
        case .uncheckedSender: "Sender not checked"
        case .notAParticipant: "Not theirs"
        case .forgedAddress: "Made-up address"
        case .tooManyFromSender: "Too much from one sender"
        case .tooManyToCase: "Too much to one case"
        case .refused: "Refused by the case"
        }
    }
}

/// Decides what becomes of a message: pure, from what the message says and what the desk knows.
package struct MailSorting: Sendable {
    /// What the desk knows of the things that a message names.
    package struct Known: Sendable {
        /// Whose address it is from.
        package var sender: Person?
        /// The same as whoever acts, with the rights of the policy.
        package var actor: Actor?
        /// The case whose reply address it was sent to, where the address proves itself; merged ones lead to their target.
        package var addressed: SupportCase?
        /// Whether it was sent to an address of a case that does not prove itself.
        package var hasForgedAddress = false
        /// The case to which the likeliest of the identifiers that it answers belongs.
        package var referenced: SupportCase?
        /// The case whose number stands in its subject.
        package var numbered: SupportCase?
        /// The organisation that the sender's domain belongs to, as far as its other contacts say.
        package var likelyOrganisation: ID<Organisation>?
        /// Whether its identifier is that of a message of ours.
        package var isOwn = false
        /// How many messages the sender wrote in the last hour.
        package var fromSender = 0
        /// How many messages came in the last hour to the case that it is for.
        package var toCase = 0
        /// How often mail took that case up again in the last hour.
        package var reopens = 0

        /// Nothing is known.
        package init() {}

        /// The case that the message is for, by what proves the most.
        package var target: SupportCase? { addressed ?? referenced ?? numbered }
    }

    /// What becomes of a message.
    package enum Outcome: Equatable, Sendable {
        /// It is kept, in the case where it belongs to one; nothing is moved, nobody is answered.
        case store(ID<SupportCase>?)
        /// It is what the sender says in a case; `moves` says whether it may take the case on.
        case reply(ID<SupportCase>, moves: Bool)
        /// A colleague's words, for colleagues.
        case note(ID<SupportCase>)
        /// It opens a case.
        case open
        /// It waits for somebody.
        case wait([MailReason])
    }

    /// What becomes of the message.
    package var outcome: Outcome
    /// What sends it.
    package var kind: MailKind
    /// How far its sender is known.
    package var trust: MailTrust

    /// Decides on a message.
    /// - Parameters:
    ///   - loops: what our own mail carries.
    ///   - isDone: whether the case that it is for is resolved or closed.
    package init(
        _ message: InboundMessage, known: Known, rules: MailRules, loops: Set<String>,
        isDone: (SupportCase) -> Bool
    ) {
        kind = known.isOwn ? .own : MailKind(of: message, loops: loops)
        let from = message.from.count == 1 ? message.from[0] : nil
        trust = MailTrust(
            of: from, fields: message.authentication, servers: rules.authenticationServers)
        guard kind == .person else {
            // Only what proves that it belongs to a case is shown there: a number in a subject is anybody's.
            // What we said ourselves stands in the case already.
            outcome = .store(kind == .own ? nil : (known.addressed ?? known.referenced)?.id)
            return
        }
        let reasons = Self.reasons(message, known, rules, trust)
        guard reasons.isEmpty, let sender = known.sender else {
            outcome = .wait(reasons)
            return
        }
        guard let target = known.target else {
            outcome = .open
            return
        }
        if sender.isCustomer {
            let isThanks = isDone(target) && message.text.isOnlyThanks && message.attachments.isEmpty
            outcome = .reply(target.id, moves: !isThanks && known.reopens < rules.mostReopens)
        } else {
            outcome = .note(target.id)
        }
    }

    private static func reasons(
        _ message: InboundMessage, _ known: Known, _ rules: MailRules, _ trust: MailTrust
    ) -> [MailReason] {
        var reasons: [MailReason] = []
        if message.isBroken { reasons.append(.broken) }
        guard message.from.count == 1 else { return reasons + [.noSender] }
        if known.hasForgedAddress { reasons.append(.forgedAddress) }
        if known.fromSender >= rules.mostPerSender { reasons.append(.tooManyFromSender) }
        if known.target != nil, known.toCase >= rules.mostPerCase { reasons.append(.tooManyToCase) }
        if trust == .failed { reasons.append(.forgedSender) }
        guard let sender = known.sender else { return reasons + [.unknownSender] }
        if !sender.isActive { reasons.append(.inactiveSender) }
        // Who was written to about the case knows an address that nobody can guess; a colleague proves more than that.
        let isProved = trust == .verified || known.addressed != nil && sender.isCustomer
        if trust == .unverified, !isProved, !rules.acceptsUnverified || !sender.isCustomer {
            reasons.append(.uncheckedSender)
        }
        if let target = known.target, !mayWrite(in: target, known.actor) { reasons.append(.notAParticipant) }
        return reasons
    }

    /// Whether the sender may know of a case and write in it: what they may do at the desk, and no more.
    private static func mayWrite(in target: SupportCase, _ actor: Actor?) -> Bool {
        guard let actor, target.isVisible(to: actor) else { return false }
        guard actor.isCustomer else { return actor.may("case.note") }
        let delegated = target.organisation.flatMap { actor.delegations[$0] }
        return actor.may("portal.reply")
            && (target.organisation == actor.organisation || delegated?.contains(.reply) == true)
    }
}

extension MailSorting {
    /// The numbers of cases that stand in a subject, such as TL-42, in order, at most five.
    package static func numbers(in subject: String, prefix: String) -> [String] {
        let head = Array((prefix + "-").uppercased().utf8)
        let bytes = Array(subject.uppercased().utf8)
        func isWord(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || byte == 95 || byte >= 128
        }
        var (found, place) = ([String](), 0)
        while place + head.count < bytes.count, found.count < 5 {
            guard bytes[place...].starts(with: head), place == 0 || !isWord(bytes[place - 1]) else {
                place += 1
                continue
            }
            let digits = bytes[(place + head.count)...].prefix { (48...57).contains($0) }
            let end = place + head.count + digits.count
            if (1...12).contains(digits.count), end == bytes.count || !isWord(bytes[end]) {
                found.append(prefix + "-" + String(decoding: digits, as: UTF8.self))
            }
            place = end
        }
        return found
    }

    /// A subject without what mail programs and desks put before it, so that it never grows from turn to turn.
    ///
    /// "Re: AW: [TL-42] Refunds" becomes "Refunds".
    package static func stem(of subject: String, prefix: String) -> String {
        var rest = MailText.line(subject)
        let marks = [
            "re:", "aw:", "fw:", "fwd:", "wg:", "sv:", "vs:", "tr:", "rv:", "antw:", "odp:", "r:", "rif:",
            "res:",
        ]
        var wasCut = true
        while wasCut {
            wasCut = false
            for mark in marks where rest.lowercased().hasPrefix(mark) {
                rest = String(rest.dropFirst(mark.count)).trimmingWhitespace
                wasCut = true
            }
            if rest.hasPrefix("["), let end = rest.firstIndex(of: "]"),
                numbers(in: String(rest[...end]), prefix: prefix).count == 1
            {
                rest = String(rest[rest.index(after: end)...]).trimmingWhitespace
                wasCut = true
            }
        }
        return rest
    }
}
