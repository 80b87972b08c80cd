import Diagnosis
import Domain
import Storage
import Web

private enum MailAnswers {
    static let right: Right = "mail.sort"
    static let id = Field<String>.reference("id", "Message", to: "mail")

    static func answer(_ mail: Mail, _ fact: MailFact) -> Decision {
        var decision = Decision()
        decision.record(fact, on: mail.ref)
        decision.answer["id"] = .string(mail.id.raw)
        return decision
    }

    static func form(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> (
        OperationForm, Mail
    ) {
        let mail = try MailDirectory.find(id, for: actor, in: tx)
        let subject = mail.arrival.subject.isEmpty ? "Mail without a subject" : mail.arrival.subject
        var form = OperationForm(about: subject, back: "/mail/\(mail.id.raw)", backName: "Message")
        form.base = mail.version
        return (form, mail)
    }
}

/// Lets a message that waits through: into a case, or as a new one.
enum ReleaseMail {
    private struct Input: Sendable {
        var id: String
        var caseNumber: String?
        var organisation: String?
    }

    private struct State: Sendable {
        var mail: Mail
        /// Who the message is from, and what adds them where nobody is known under the address.
        var sender: Person
        var added: Decision?
        var filed: MailFiling.Filed
    }

    private static let input = Fields(
        Input.init, MailAnswers.id,
        .optional(.line("case", "Case", maxBytes: 60)).help(
            "The number of the case that it belongs to, such as TL-42. Empty opens a new case."),
        .optional(.reference("organisation", "Organisation", to: "organisation")).help(
            "Needed where the sender is not known yet: they become a contact of this customer."))

    // Filing a message decides on cases by their own rules, which read on the way; so it all happens where it is run.
    static let operation = AnyOperation(
        name: "mail.release", summary: "Let the message through", verb: "Let through",
        right: MailAnswers.right,
        place: .act(in: "mail", verb: "release"), fields: input.descriptions, file: #fileID,
        destination: { answer, _ in "/cases/\(answer["number"]?.string ?? "")?done=let_through" },
        form: { id, actor, policy, tx in try form(id, for: actor, in: tx) },
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
        decide: { raw, context, tx in
            let input = try input.parse(raw, context.policy)
            let state = try load(input, in: context, tx)
            return decide(state)
        })

    private static func load(_ input: Input, in context: Context, _ tx: borrowing Transaction) throws -> State
    {
        let mail = try MailDirectory.find(input.id, for: context.actor, in: tx)
        try mail.refuseUnlessOpen()
        guard let kept = try MailDirectory.text(of: mail.id, in: tx) else {
            throw Refusal(.conflict, "mail_removed", "The words of this message are gone.")
        }
        let target = try input.caseNumber.map {
            try CaseDirectory.find($0, field: "case", for: context.actor, in: tx)
        }
        let (sender, added) = try sender(of: mail, input, target, in: context, tx)
        let filing = MailFiling(
            sender: try MailKnowledge.actor(sender, policy: context.policy, now: context.now, in: tx),
            text: kept.text.written, subject: mail.arrival.subject,
            files: try MailDirectory.files(of: mail.id, in: tx))
        let filed: MailFiling.Filed
        if let target {
            let isTheirs = target.organisation == nil || target.isVisible(to: filing.sender)
            guard isTheirs else {
                throw Refusal(
                    field: "case", "not_a_participant",
                    "\(target.number) is a case of another customer, so \(sender.name) may not write in it.")
            }
            filed =
                sender.isCustomer
                ? try filing.reply(in: target.id, moves: true, in: context, tx)
                : try filing.note(in: target.id, in: context, tx)
        } else {
            filed = try filing.open(organisation: sender.organisation, in: context, tx)
        }
        try MailDirectory.learn(kept.threadIDs, of: filed.caseID, at: context.now, in: tx)
        try MailDirectory.forgetKept(of: mail.id, in: tx)
        return State(mail: mail, sender: sender, added: added, filed: filed)
    }

    private static func sender(
        of mail: Mail, _ input: Input, _ target: SupportCase?, in context: Context,
        _ tx: borrowing Transaction
    ) throws -> (Person, Decision?) {
        if let known = try PeopleDirectory.find(mail.arrival.from.lowercased(), in: tx) {
            return (known, nil)
        }
        guard !mail.arrival.from.isEmpty else {
            throw Refusal(
                .conflict, "no_sender",
                "The message names no sender, so it cannot become anybody’s words. Copy what matters into a case."
            )
        }
        let name = input.organisation ?? target?.organisation?.raw
        guard let name, let organisation = try CustomerDirectory.find(name, in: tx) else {
            throw Refusal(
                field: "organisation", "missing",
                "Nobody is known as \(mail.arrival.from). Choose the customer that they belong to.")
        }
        var decision = Decision()
        let person = Person(
            id: ID(context.newID()), version: Version(1),
            name: mail.arrival.fromName ?? mail.arrival.from,
            email: try AccountRules.email(mail.arrival.from),
            roles: ["customer"], organisation: organisation.id, isActive: true, usesShortcuts: true,
            origin: nil,
            addedAt: context.now)
        decision.record(
            PersonFact.added(
                name: person.name, email: person.email, roles: person.roles,
                organisation: organisation.id.raw, origin: nil), on: person.ref)
        return (person, decision)
    }

    private static func decide(_ state: State) -> Decision {
        var decision = MailAnswers.answer(
            state.mail, .released(caseID: state.filed.caseID.raw, person: state.sender.id.raw))
        if let added = state.added { decision.record(added) }
        decision.record(state.filed.decision)
        let arrival = state.mail.arrival
        decision.record(
            CaseFact.mail(
                .received(
                    mail: state.mail.id.raw, from: arrival.from, trust: arrival.trust,
                    attachments: arrival.attachments)), on: SupportCase.ref(state.filed.caseID))
        decision.answer["number"] = .string(state.filed.number)
        return decision
    }

    private static func form(
        _ id: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var (form, mail) = try MailAnswers.form(id, for: actor, in: tx)
        form.base = nil
        if let id = mail.arrival.caseID {
            form.values["case"] = .text(try CaseDirectory.find(id, for: actor, in: tx).number)
        }
        form.references["organisation"] = try CustomerDirectory.choices(in: tx)
        form.values["organisation"] = .text(mail.arrival.organisation ?? "")
        form.advice = mail.arrival.reasons.map(\.sentence)
        return form
    }
}

/// Throws a message away; it can be taken out of the bin for two weeks.
enum DiscardMail: Operation {
    struct Input: Sendable { var id: String }

    static let name = "mail.discard"
    static let summary = "Discard the message"
    static let verb = "Discard"
    static let right = MailAnswers.right
    static let place = OperationPlace.act(in: "mail", verb: "discard")
    static let input = Fields(Input.init, MailAnswers.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Mail { try MailDirectory.find(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on mail: Mail, in context: Context) throws(Refusal) -> Decision {
        try mail.refuseUnlessOpen()
        return MailAnswers.answer(mail, .discarded)
    }

    static func undo(_ input: Input, on mail: Mail, in context: Context) -> Undo? {
        Undo(RestoreMail.name, ["id": .text(mail.id.raw)])
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/mail?done=discarded" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try MailAnswers.form(id, for: actor, in: tx).0 }
}

/// Takes a message out of the bin.
enum RestoreMail: Operation {
    typealias Input = DiscardMail.Input

    static let name = "mail.restore"
    static let summary = "Take the message back"
    static let verb = "Take back"
    static let right = MailAnswers.right
    static let place = OperationPlace.act(in: "mail", verb: "restore")
    static let input = Fields(Input.init, MailAnswers.id)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Mail { try MailDirectory.find(input.id, for: actor, in: tx) }

    static func decide(_ input: Input, on mail: Mail, in context: Context) throws(Refusal) -> Decision {
        guard mail.state == .discarded, !mail.isRemoved else {
            throw Refusal(
                .conflict, "not_discarded",
                mail.isRemoved
                    ? "The words of this message are gone for good." : "This message was not thrown away.")
        }
        return MailAnswers.answer(mail, .restored)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/mail/\(answer["id"]?.string ?? "")?done=undone"
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try MailAnswers.form(id, for: actor, in: tx).0 }
}
