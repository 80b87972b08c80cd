import Diagnosis
import Domain
import Storage
import Web

extension CustomersFeature {
    /// What is known of the customer, beside the case.
    static let caseParts = [
        CustomerCasePages.notices, CustomerCasePages.side, ChangeConflictPages.part,
    ]
}

/// What the account adds to the page of a case.
enum CustomerCasePages {
    static let notices = CasePart(
        .notice, order: 30, html: notice,
        json: { context, tx in
            let standing = try standing(context, in: tx)
            return [
                ("contract_gaps", .array(standing.gaps.map { .string($0.rawValue) })),
                ("fix_confirmed_at", standing.confirmation.map { $0.at.json } ?? .null),
            ]
        },
        sentence: sentence)

    static let side = CasePart(.side, order: 70, html: account)

    private static func standing(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> CustomerStanding {
        context.history.standing
    }

    private static func sentence(
        _ fact: Recorded<CaseFact>, _ sentences: CaseSentence, _ isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .customer(let change) = fact.body else { return nil }
        switch change {
        case .fixConfirmed(let text):
            let words: HTML = text.map { ": <span dir=\"auto\">\(isolated($0))</span>" } ?? .empty
            return ("check", "confirmed that it works again\(words)")
        case .beyondContract(let gaps):
            guard !isForCustomer else { return nil }
            return (
                "alert",
                "reported beyond what the contract allows: \(gaps.map(\.rawValue).joined(separator: ", "))"
            )
        case .contractSettled(let text):
            guard !isForCustomer else { return nil }
            return ("check", "decided about the contract: \(isolated(text))")
        case .alerted: return nil
        }
    }

    // MARK: Notices

    private static func notice(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        guard context.this.organisation != nil else { return .empty }
        let standing = try standing(context, in: tx)
        let people = [standing.confirmation?.by, standing.settlement?.by].compactMap { $0 }
        let names = try PeopleDirectory.names(of: people, in: tx)
        var html: HTML = "<div id=\"contract\" data-live>"
        if let found = context.organisation {
            html += risks(of: found, context)
            if !standing.gaps.isEmpty, standing.settlement == nil {
                html += gaps(standing.gaps, found, context)
            }
        }
        if let (by, at, text) = standing.confirmation, !context.isDone {
            let words: HTML = text.map { " <span class=\"text\" dir=\"auto\">“\($0)”</span>" } ?? .empty
            html += """
                <div class="notice">\(icon("check"))<div><b>\(isolated(names[by] ?? "The customer")) confirmed that it works again</b>, \(time(at, now: context.now)).\(words)</div></div>
                """
        }
        return html + "</div>\n"
    }

    private static func risks(of found: Organisation, _ context: CasePartContext) -> HTML {
        let today = CalendarDay(context.now)
        let active = found.record.risks.filter { $0.state(on: today) == .active }
        guard !active.isEmpty else { return .empty }
        let words = active.map {
            "<b>\($0.number) \(context.policy.name(of: $0.terms.level, in: \.riskLevels)):</b> \(isolated($0.terms.reason))"
                as HTML
        }
        return """
            <div class="notice warn">\(icon("alert"))<div>Risk flag on <a href="/organisations/\(found.id.raw)">\(isolated(found.name))</a>. \(HTML.joined(words, by: " "))</div></div>
            """
    }

    private static func gaps(
        _ gaps: [Entitlement.Gap], _ found: Organisation, _ context: CasePartContext
    ) -> HTML {
        let record = found.record
        let items = gaps.map { gap -> HTML in
            switch gap {
            case .contract:
                "The contract ended on \(record.first(.renewal) ?? "an earlier day")."
            case .contact:
                "The reporter is not one of the contacts whom the contract names. Ask one of them to confirm."
            case .severity:
                "The contract gives no right to this severity (it allows \(AccountDetail.severities.words(record[.severities], context.policy) ?? "all")). Judge the severity by the effect all the same."
            case .channel:
                "The contract does not allow this channel (it allows \(AccountDetail.channels.words(record[.channels], context.policy) ?? "all")). Say once where to report next time."
            }
        }
        let manager =
            record.first(.successManager) == nil ? "whoever looks after the account" : "the success manager"
        let settle: HTML =
            context.actor.may("case.edit")
            ? " <a href=\"\(context.path)/settle_contract\">Say what was decided</a>" : .empty
        return """
            <div class="notice warn">\(icon("alert"))<div><b>Beyond the contract. The report was taken.</b> \(HTML.joined(items, by: " ")) Help first; ask \(manager) how to go on.\(settle)</div></div>
            """
    }

    // MARK: Beside

    private static func account(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        guard let found = context.organisation else { return .empty }
        let record = found.record
        let pairs = AccountDetail.profile.compactMap { detail in
            record.first(detail).map {
                "<dt>\(detail.label)</dt><dd class=\"text\" dir=\"auto\">\($0)</dd>" as HTML
            }
        }
        guard !pairs.isEmpty else { return .empty }
        return """
            <section class="panel" id="environment-profile"><details class="fold"><summary>How \(isolated(found.name)) runs it</summary><dl class="pairs over">\(pairs)</dl><p class="by"><a href="/organisations/\(found.id.raw)#profile">Change it in the account</a></p></details></section>

            """
    }
}
