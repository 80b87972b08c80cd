package import Diagnosis

/// What happens to a message that was sent to the desk.
package enum MailFact: Fact {
    /// What is known of a message when it comes in; its words stay in the message itself.
    package struct Arrival: Equatable, Sendable {
        /// Its identifier, as its sender made it.
        package var messageID: String?
        /// What tells it from every other message: the same for the same message by whichever way it comes.
        package var contentKey: String
        /// The digest under which its bytes are kept.
        package var hash: String
        /// How many bytes it has.
        package var size: Int
        /// Whom it says it is from.
        package var from: String
        /// The name beside that.
        package var fromName: String?
        /// Its subject.
        package var subject: String
        /// When it says that it was written.
        package var sentAt: Timestamp?
        /// What sends it.
        package var kind: MailKind
        /// How far its sender is known.
        package var trust: MailTrust
        /// How many files came with it.
        package var attachments: Int
        /// What was wrong with it.
        package var problems: [String]
        /// Why it waits for somebody; empty where it does not.
        package var reasons: [MailReason]
        /// Whose address it is from, where that is known.
        package var person: String?
        /// The case that it was put into, or that it seems to be about while it waits.
        package var caseID: String?
        /// The organisation that it seems to come from while it waits.
        package var organisation: String?

        /// An arrival with all parts.
        package init(
            messageID: String?, contentKey: String, hash: String, size: Int, from: String, fromName: String?,
            subject: String, sentAt: Timestamp?, kind: MailKind, trust: MailTrust, attachments: Int,
            problems: [String], reasons: [MailReason], person: String?, caseID: String?, organisation: String?
        ) {
            (self.messageID, self.contentKey, self.hash, self.size) = (messageID, contentKey, hash, size)
            (self.from, self.fromName, self.subject, self.sentAt) = (from, fromName, subject, sentAt)
            (self.kind, self.trust, self.attachments, self.problems) = (kind, trust, attachments, problems)
            (self.reasons, self.person, self.caseID, self.organisation) = (
                reasons, person, caseID, organisation
            )
        }
    }

    /// It came in, and was put into a case, aside, or before somebody's eyes.
    case received(Arrival)
    /// Somebody let it through, into this case.
    case released(caseID: String, person: String)
    /// Somebody threw it away; its bytes are kept for a while.
    case discarded
    /// Somebody took it out of the bin again.
    case restored
    /// Its bytes are gone for good.
    case removed

    package static let erasableFields: Set<String> = [
        "message_id", "content_key", "from", "from_name", "subject", "problems",
    ]

    package var kind: String {
        switch self {
        case .received: "mail.received"
        case .released: "mail.released"
        case .discarded: "mail.discarded"
        case .restored: "mail.restored"
        case .removed: "mail.removed"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .received, .removed: []
        case .released, .discarded, .restored: ["state"]
        }
    }

    package var body: JSON {
        switch self {
        case .received(let mail): mail.json
        case .released(let caseID, let person): ["case": .string(caseID), "person": .string(person)]
        case .discarded, .restored, .removed: [:]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "mail.received": self = .received(try Arrival(body))
        case "mail.released":
            self = .released(caseID: try body.text("case"), person: try body.text("person"))
        case "mail.discarded": self = .discarded
        case "mail.restored": self = .restored
        case "mail.removed": self = .removed
        default: throw FactProblem("“\(kind)” is not a kind of mail fact")
        }
    }
}

extension MailFact.Arrival {
    /// The arrival as it is stored.
    var json: JSON {
        .fields([
            "message_id": messageID.map(JSON.string), "content_key": .string(contentKey),
            "hash": .string(hash),
            "size": .integer(Int64(size)), "from": .string(from), "from_name": fromName.map(JSON.string),
            "subject": .string(subject), "sent_at": sentAt.map { .string($0.rfc3339) },
            "kind": .string(kind.rawValue), "trust": .string(trust.rawValue),
            "attachments": .integer(Int64(attachments)),
            "problems": problems.isEmpty ? nil : .array(problems.map(JSON.string)),
            "reasons": reasons.isEmpty ? nil : .array(reasons.map { .string($0.rawValue) }),
            "person": person.map(JSON.string), "case": caseID.map(JSON.string),
            "organisation": organisation.map(JSON.string),
        ])
    }

    /// The arrival that was stored with these members.
    init(_ body: FactBody) throws {
        guard let kind = MailKind(rawValue: try body.text("kind")),
            let trust = MailTrust(rawValue: try body.text("trust"))
        else { throw FactProblem("mail of an unknown kind") }
        self.init(
            messageID: body.optionalText("message_id"), contentKey: try body.text("content_key"),
            hash: try body.text("hash"), size: body.integer("size") ?? 0, from: try body.text("from"),
            fromName: body.optionalText("from_name"), subject: try body.text("subject"),
            sentAt: body.time("sent_at"), kind: kind, trust: trust,
            attachments: body.integer("attachments") ?? 0, problems: body.texts("problems"),
            reasons: body.texts("reasons").compactMap { MailReason(rawValue: $0) },
            person: body.optionalText("person"), caseID: body.optionalText("case"),
            organisation: body.optionalText("organisation"))
    }
}

/// A message that was sent to the desk.
package struct Mail: Subject, Equatable {
    package static let kind = "mail"

    /// Where a message stands.
    package enum State: String, Sendable, CaseIterable {
        /// In a case.
        case filed
        /// In no case, and nothing to be done: an automatic answer that belongs nowhere.
        case aside
        /// Before somebody's eyes, who decides.
        case waiting
        /// Thrown away.
        case discarded
    }

    /// Its identifier.
    package var id: ID<Mail>
    /// Its latest fact.
    package var version: Version
    /// What is known of it since it came in.
    package var arrival: MailFact.Arrival
    /// Where it stands.
    package var state: State
    /// When it came in.
    package var receivedAt: Timestamp
    /// When somebody last decided on it.
    package var decidedAt: Timestamp?
    /// Whether its bytes are gone.
    package var isRemoved = false

    /// How facts refer to it.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the message with this identifier.
    package static func ref(_ id: ID<Mail>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    /// A message with all parts.
    package init(
        id: ID<Mail>, version: Version, arrival: MailFact.Arrival, state: State, receivedAt: Timestamp,
        decidedAt: Timestamp?, isRemoved: Bool
    ) {
        (self.id, self.version, self.arrival, self.state) = (id, version, arrival, state)
        (self.receivedAt, self.decidedAt, self.isRemoved) = (receivedAt, decidedAt, isRemoved)
    }

    package init(first fact: Recorded<MailFact>) {
        guard case .received(let arrival) = fact.body else {
            preconditionFailure("a message begins by being received")
        }
        let state: State = !arrival.reasons.isEmpty ? .waiting : arrival.caseID == nil ? .aside : .filed
        self.init(
            id: ID(fact.subject.id), version: fact.version, arrival: arrival, state: state,
            receivedAt: fact.occurredAt, decidedAt: nil, isRemoved: false)
    }

    package mutating func apply(_ fact: Recorded<MailFact>) {
        version = fact.version
        switch fact.body {
        case .received: break
        case .released(let caseID, let person):
            (state, decidedAt) = (.filed, fact.occurredAt)
            (arrival.caseID, arrival.person) = (caseID, person)
        case .discarded: (state, decidedAt) = (.discarded, fact.occurredAt)
        case .restored: (state, decidedAt) = (arrival.reasons.isEmpty ? .aside : .waiting, nil)
        case .removed: isRemoved = true
        }
    }
}

extension Mail {
    /// Refuses to decide on a message that does not wait, or whose bytes are gone.
    package func refuseUnlessOpen() throws(Refusal) {
        guard state == .waiting || state == .aside else {
            throw Refusal(
                .conflict, "not_waiting",
                state == .filed
                    ? "This message is in a case already."
                    : "This message was thrown away. Take it back first.")
        }
        guard !isRemoved else {
            throw Refusal(.conflict, "mail_removed", "The words of this message are gone for good.")
        }
    }
}

/// What mail does to a case beside its words, which are a reply like any other.
package enum CaseMailFact: CaseFactFamily {
    /// A message of a person came by mail: the one whose reply or report stands beside this.
    case received(mail: String, from: String, trust: MailTrust, attachments: Int)
    /// A machine wrote: it is kept, and moves nothing.
    case stored(mail: String, from: String, kind: MailKind, subject: String, text: String)
    /// A message of ours did not arrive.
    case undelivered(to: String, reason: String)

    package static let kinds = ["case.mail_received", "case.mail_stored", "case.mail_undelivered"]
    package static let erasableFields: Set<String> = ["from", "subject", "text", "to", "reason"]

    package var kind: String {
        switch self {
        case .received: "case.mail_received"
        case .stored: "case.mail_stored"
        case .undelivered: "case.mail_undelivered"
        }
    }

    package var edits: Set<Aspect> { [] }

    package var body: JSON {
        switch self {
        case .received(let mail, let from, let trust, let attachments):
            [
                "mail": .string(mail), "from": .string(from), "trust": .string(trust.rawValue),
                "attachments": .integer(Int64(attachments)),
            ]
        case .stored(let mail, let from, let kind, let subject, let text):
            [
                "mail": .string(mail), "from": .string(from), "kind": .string(kind.rawValue),
                "subject": .string(subject), "text": .string(text),
            ]
        case .undelivered(let to, let reason): ["to": .string(to), "reason": .string(reason)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.mail_received":
            self = .received(
                mail: try body.text("mail"), from: try body.text("from"),
                trust: MailTrust(rawValue: try body.text("trust")) ?? .unverified,
                attachments: body.integer("attachments") ?? 0)
        case "case.mail_stored":
            self = .stored(
                mail: try body.text("mail"), from: try body.text("from"),
                kind: MailKind(rawValue: try body.text("kind")) ?? .autoReply,
                subject: try body.text("subject"), text: try body.text("text"))
        case "case.mail_undelivered":
            self = .undelivered(to: try body.text("to"), reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of CaseMailFact")
        }
    }
}
