/// The notices that a case owes to authorities, customers and partners: the replay of its facts.
package struct Notices: Equatable, Sendable {
    /// A notice, and what became of it.
    package struct Notice: Equatable, Sendable {
        /// What is owed.
        package var duty: NoticeFact.Duty
        /// When we became aware of what has to be told.
        package var awareAt: Timestamp
        /// That it was given; nil while it was not.
        package var receipt: NoticeFact.Receipt?
        /// When it was given.
        package var givenAt: Timestamp?
        /// Who recorded that.
        package var recordedBy: String?
        /// Why it need not be given; nil where it does.
        package var waiver: String?

        /// Whether it is still to be given.
        package var isOpen: Bool { receipt == nil && waiver == nil }

        /// Whether it was given, or is still to be given, after its time.
        package func isLate(at now: Timestamp) -> Bool { waiver == nil && (givenAt ?? now) > duty.dueAt }
    }

    /// Every notice, oldest first.
    package private(set) var notices: [Notice] = []

    /// The notices that these facts make.
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            guard case .notice(let change) = fact.body else { continue }
            switch change {
            case .owed(let duty): notices.append(Notice(duty: duty, awareAt: fact.occurredAt))
            case .reassigned(let number, let owner): alter(number) { $0.duty.owner = owner }
            case .given(let receipt):
                alter(receipt.notice) {
                    ($0.receipt, $0.givenAt, $0.recordedBy) = (receipt, fact.occurredAt, fact.actor)
                }
            case .waived(let number, let reason): alter(number) { $0.waiver = reason }
            }
        }
    }

    private mutating func alter(_ number: String, _ edit: (inout Notice) -> Void) {
        guard let index = notices.lastIndex(where: { $0.duty.notice == number }) else { return }
        edit(&notices[index])
    }

    /// The notices that are still to be given.
    package var open: [Notice] { notices.filter(\.isOpen) }

    /// The number of the next one.
    package var nextNumber: String { "N\(notices.count + 1)" }
}

extension SupportCase {
    /// The fact of a notice that is owed.
    ///
    /// - Parameters:
    ///   - awareAt: when we became aware; the time that law and contracts allow counts from there, around the clock.
    ///   - dueAt: an earlier end, where a contract or an authority wants it sooner; nil for that of the kind.
    /// - Throws: a refusal that names the field, where the kind is unknown, owed already, or a time makes no sense.
    package func owingNotice(
        _ kind: String, awareAt: Timestamp, dueAt: Timestamp?, owner: String, note: String?,
        now notices: Notices, in context: Context
    ) throws(Refusal) -> (fact: CaseFact, awareAt: Timestamp) {
        guard let terms = context.policy.notices.first(where: { $0.id == kind }) else {
            throw Refusal(field: "duty", "unknown_choice", "“\(kind)” is not a kind of notice in the policy.")
        }
        guard !notices.open.contains(where: { $0.duty.kind == kind }) else {
            throw Refusal(
                .conflict, "owed_already", "\(number) owes this notice already; it is still to be given.")
        }
        guard awareAt <= context.now else {
            throw Refusal(field: "aware_at", "future", "Nobody can be aware of it before now.")
        }
        let end = awareAt.adding(seconds: Int64(terms.hours) * 3600)
        if let dueAt {
            guard dueAt > awareAt else {
                throw Refusal(field: "due_at", "before_start", "This is before we became aware of it.")
            }
            guard dueAt <= end else {
                throw Refusal(
                    field: "due_at", "too_late",
                    "\(terms.name) has to be told within \(terms.hours) hours, until \(end.rfc3339). It can be sooner, never later."
                )
            }
        }
        let duty = NoticeFact.Duty(
            notice: notices.nextNumber, kind: kind, dueAt: dueAt ?? end, owner: owner, note: note)
        return (.notice(.owed(duty)), awareAt)
    }

    /// The fact that a notice was given.
    ///
    /// - Throws: a refusal where it is not open any more, the time makes no sense, or evidence is named that the case
    ///   does not have.
    package func givingNotice(
        _ receipt: NoticeFact.Receipt, at givenAt: Timestamp, citing citable: CitableEvidence,
        now notices: Notices, in context: Context
    ) throws(Refusal) -> CaseFact {
        let notice = try openNotice(receipt.notice, notices)
        guard givenAt <= context.now else {
            throw Refusal(
                field: "given_at", "future", "This is still to come. Record the notice once it is given.")
        }
        guard givenAt >= notice.awareAt else {
            throw Refusal(
                field: "given_at", "before_start",
                "Nobody was aware of it before \(notice.awareAt.rfc3339), so nobody can have been told.")
        }
        var receipt = receipt
        (receipt.notice, receipt.evidence) = (notice.duty.notice, try citable.checked(receipt.evidence))
        return .notice(.given(receipt))
    }

    /// The fact that a notice need not be given.
    package func waivingNotice(
        _ number: String, reason: String, now notices: Notices
    ) throws(Refusal) -> CaseFact {
        .notice(.waived(notice: try openNotice(number, notices).duty.notice, reason: reason))
    }

    /// The fact that somebody else sees to a notice; nil where they do already.
    package func reassigningNotice(
        _ number: String, to owner: String, now notices: Notices
    ) throws(Refusal) -> CaseFact? {
        let notice = try openNotice(number, notices)
        return notice.duty.owner == owner
            ? nil : .notice(.reassigned(notice: notice.duty.notice, owner: owner))
    }

    private func openNotice(_ wanted: String, _ notices: Notices) throws(Refusal) -> Notices.Notice {
        guard let notice = notices.notices.last(where: { $0.duty.notice == wanted.uppercased() }) else {
            throw Refusal(field: "notice", "unknown_reference", "\(number) owes no notice “\(wanted)”.")
        }
        guard notice.isOpen else {
            let how = notice.receipt == nil ? "need not be given" : "is given already"
            throw Refusal(.conflict, "notice_settled", "\(notice.duty.notice) \(how).")
        }
        return notice
    }
}
