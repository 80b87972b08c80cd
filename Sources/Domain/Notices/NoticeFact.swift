package import Diagnosis

/// Who has to be told of an incident of security or privacy, by law or contract, and that they were.
package enum NoticeFact: CaseFactFamily {
    /// Somebody has to be told until a moment. It occurred when we became aware: the time counts from there.
    case owed(Duty)
    /// Somebody else sees to it.
    case reassigned(notice: String, owner: String)
    /// They were told. It occurred when the notice went out.
    case given(Receipt)
    /// They need not be told after all.
    case waived(notice: String, reason: String)

    /// A notice that is owed.
    package struct Duty: Equatable, Sendable {
        /// The number in the case: "N1".
        package var notice: String
        /// The kind of notice, as policy names it.
        package var kind: String
        /// Until when.
        package var dueAt: Timestamp
        /// Who sees to it.
        package var owner: String
        /// What happened, and what is to be told; nil where nobody said.
        package var note: String?

        /// A duty with all parts.
        package init(notice: String, kind: String, dueAt: Timestamp, owner: String, note: String? = nil) {
            (self.notice, self.kind, self.dueAt) = (notice, kind, dueAt)
            (self.owner, self.note) = (owner, note)
        }
    }

    /// The evidence that a notice was given.
    package struct Receipt: Equatable, Sendable {
        /// The number of the notice.
        package var notice: String
        /// Who was told.
        package var recipient: String
        /// How: the way it went, a number that the recipient gave.
        package var proof: String
        /// The pieces of evidence in the case that show it: "E3".
        package var evidence: [String]

        /// A receipt with all parts.
        package init(notice: String, recipient: String, proof: String, evidence: [String] = []) {
            (self.notice, self.recipient) = (notice, recipient)
            (self.proof, self.evidence) = (proof, evidence)
        }
    }

    package static let kinds = [
        "case.notice_owed", "case.notice_reassigned", "case.notice_given", "case.notice_waived",
    ]

    /// The kinds that the short story of a case tells.
    package static let storyKinds = ["case.notice_owed", "case.notice_given", "case.notice_waived"]

    package static let erasableFields: Set<String> = ["note", "recipient", "proof", "reason"]

    package var kind: String {
        switch self {
        case .owed: "case.notice_owed"
        case .reassigned: "case.notice_reassigned"
        case .given: "case.notice_given"
        case .waived: "case.notice_waived"
        }
    }

    /// The number of the notice that it is about.
    package var notice: String {
        switch self {
        case .owed(let duty): duty.notice
        case .given(let receipt): receipt.notice
        case .reassigned(let notice, _), .waived(let notice, _): notice
        }
    }

    package var edits: Set<Aspect> { [Aspect("notice.\(notice)")] }

    /// What became of a notice, for whoever did something about it at the same time.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .owed: ("Notice \(notice)", "owed")
        case .reassigned: ("Notice \(notice)", "somebody else sees to it")
        case .given(let receipt): ("Notice \(notice)", "given to \(receipt.recipient)")
        case .waived(_, let reason): ("Notice \(notice)", "not needed: \(reason)")
        }
    }

    package var body: JSON {
        switch self {
        case .owed(let duty):
            .fields([
                "notice": .string(duty.notice), "duty": .string(duty.kind), "due_at": duty.dueAt.json,
                "owner": .string(duty.owner), "note": duty.note.map(JSON.string),
            ])
        case .reassigned(let notice, let owner):
            .fields(["notice": .string(notice), "owner": .string(owner)])
        case .given(let receipt):
            .fields([
                "notice": .string(receipt.notice), "recipient": .string(receipt.recipient),
                "proof": .string(receipt.proof),
                "evidence": receipt.evidence.isEmpty ? nil : .array(receipt.evidence.map(JSON.string)),
            ])
        case .waived(let notice, let reason):
            .fields(["notice": .string(notice), "reason": .string(reason)])
        }
    }

    package init(kind: String, body: FactBody) throws {
        let notice = try body.text("notice")
        switch kind {
        case "case.notice_owed":
            guard let due = body.time("due_at") else { throw FactProblem("the body has no time “due_at”") }
            self = .owed(
                Duty(
                    notice: notice, kind: try body.text("duty"), dueAt: due, owner: try body.text("owner"),
                    note: body.optionalText("note")))
        case "case.notice_reassigned": self = .reassigned(notice: notice, owner: try body.text("owner"))
        case "case.notice_given":
            self = .given(
                Receipt(
                    notice: notice, recipient: try body.text("recipient"), proof: try body.text("proof"),
                    evidence: body.texts("evidence")))
        case "case.notice_waived": self = .waived(notice: notice, reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of fact of a notice")
        }
    }
}
