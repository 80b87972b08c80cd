import Diagnosis
import Domain
import Storage

/// What a message of a person does in a case: the same as their form at the desk would.
struct MailFiling: Sendable {
    /// Who wrote it, with the rights that they have.
    var sender: Actor
    /// What they wrote.
    var text: String
    /// Under which subject.
    var subject: String
    /// The files that came with it.
    var files: [MailFile]

    /// A message in its case.
    struct Filed: Sendable {
        var decision: Decision
        var caseID: ID<SupportCase>
        var number: String
        /// "opened", "replied" or "noted".
        var outcome: String
    }

    private var words: String { text.isEmpty ? "[No words, only files.]" : text }

    /// Opens a case with it.
    func open(
        organisation: ID<Organisation>?, in context: Context, _ tx: borrowing Transaction
    ) throws -> Filed {
        var context = context
        context.actor = sender
        let policy = context.policy
        let stem = MailSorting.stem(of: subject, prefix: policy.caseNumberPrefix)
        let first = MailText.line(String(text.prefix(while: { !$0.isNewline }).prefix(120)))
        let account = try organisation.flatMap { try CustomerDirectory.find($0.raw, in: tx) }
        let decision = try CaseOpening.decide(
            CaseOpening(
                organisation: organisation, requester: sender.id, number: try tx.nextNumber(of: .caseNumber),
                subject: !stem.isEmpty ? stem : first.isEmpty ? "Mail without a subject" : first,
                symptom: words,
                severity: nil, requestType: nil, channel: "email", productArea: nil, component: nil,
                environment: nil, beganAt: nil, noticedAt: nil, reportedAt: nil, owner: nil,
                record: account?.record), in: context)
        return try filed(decision, organisation, "opened", in: context, tx)
    }

    /// Adds it as what the customer says; a case that is too old to be taken up again goes on in a new one.
    func reply(
        in id: ID<SupportCase>, moves: Bool, in context: Context, _ tx: borrowing Transaction
    ) throws -> Filed {
        var context = context
        context.actor = sender
        let found = try CaseDirectory.find(id.raw, for: sender, in: tx)
        if let organisation = found.organisation { try sender.require(.reply, for: organisation) }
        var decision = Decision()
        guard moves else {
            decision.record(CaseFact.replied(text: words, fromCustomer: true), on: found.ref)
            return try attach(decision, to: found, "replied", in: context, tx)
        }
        do {
            decision.record(
                try found.replied(words, byCustomer: true, at: context.now, policy: context.policy),
                on: found.ref)
            return try attach(decision, to: found, "replied", in: context, tx)
        } catch let refusal as Refusal where refusal.code == "reopen_window_over" {
            return try followUp(found, in: context, tx)
        }
    }

    private func followUp(
        _ found: SupportCase, in context: Context, _ tx: borrowing Transaction
    ) throws -> Filed {
        let links = try RelationsDirectory.links(of: found.id, for: sender, in: tx)
        let open = links.first { link in
            link.relation == .hasFollowUp
                && link.other.map { ![.resolved, .closed].contains(context.policy.phase(of: $0.status)) }
                    == true
        }
        if let next = open?.other { return try reply(in: next.id, moves: true, in: context, tx) }
        let state = FollowUp.State(found: found, links: links, number: try tx.nextNumber(of: .caseNumber))
        let decision = try FollowUp.decide(
            words, subject: nil, takesIt: false, channel: "email", on: state, in: context)
        return try filed(decision, found.organisation, "opened", in: context, tx)
    }

    /// Adds it as a colleague's note.
    func note(in id: ID<SupportCase>, in context: Context, _ tx: borrowing Transaction) throws -> Filed {
        var context = context
        context.actor = sender
        let found = try CaseDirectory.find(id.raw, for: sender, in: tx)
        var decision = Decision()
        decision.record(CaseFact.noted(text: words), on: found.ref)
        return try attach(decision, to: found, "noted", in: context, tx)
    }

    /// A new case, of which only its decision tells.
    private func filed(
        _ decision: Decision, _ organisation: ID<Organisation>?, _ outcome: String, in context: Context,
        _ tx: borrowing Transaction
    ) throws -> Filed {
        let id = ID<SupportCase>(decision.answer["id"]?.string ?? "")
        var new = SupportCase(
            id: id, version: .none, number: decision.answer["number"]?.string ?? "", at: context.now)
        new.organisation = organisation
        return try attach(decision, to: new, outcome, isNew: true, in: context, tx)
    }

    /// Makes evidence of the files, and says of every fact that the sender did it.
    private func attach(
        _ said: Decision, to found: SupportCase, _ outcome: String, isNew: Bool = false, in context: Context,
        _ tx: borrowing Transaction
    ) throws -> Filed {
        var decision = said
        var state = AddEvidence.State(this: found, number: 0, visible: [], asked: CaseEvidence([]))
        for (position, file) in files.enumerated() {
            let input = AddEvidence.Input(
                id: found.id.raw,
                file: .init(hash: file.hash, size: file.size, mediaType: file.mediaType, name: file.safeName))
            if position == 0, !isNew {
                state = try AddEvidence.load(input, for: sender, policy: context.policy, in: tx)
            }
            if let added = try evidence(input, state, in: context) {
                decision.record(added)
                state.number += 1
            }
        }
        return Filed(
            decision: decision.signed(by: sender.id), caseID: found.id, number: found.number, outcome: outcome
        )
    }

    /// The facts of a file as evidence; nil where the same bytes are there already.
    private func evidence(
        _ input: AddEvidence.Input, _ state: AddEvidence.State, in context: Context
    ) throws(Refusal) -> Decision? {
        do {
            return try AddEvidence.decide(input, on: state, fromCustomer: sender.isCustomer, in: context)
        } catch {
            guard error.code == "already_here" else { throw error }
            return nil
        }
    }
}

extension MailFile {
    /// The name as evidence has it.
    var safeName: SafeFileName {
        var safe = SafeFileName(name)
        safe.given = givenName
        return safe
    }
}
