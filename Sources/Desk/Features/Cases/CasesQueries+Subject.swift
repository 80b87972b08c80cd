import Diagnosis
import Domain
import Storage

/// What the journal makes of a case's facts: its tables, and words for what changed meanwhile.
extension CasesQueries {
    private static let columnNames = [
        "id", "version", "number", "subject", "symptom", "problem_statement", "requester", "organisation",
        "channel", "request_type", "severity", "status", "status_since", "owner", "product_area", "component",
        "environment", "category", "root_cause", "verdict", "impact", "began_at", "noticed_at", "reported_at",
        "narrative",
        "opened_at", "first_reply_at", "mitigated_at", "resolved_at", "closed_at", "reopen_count",
        "unanswered_since", "updated_at", "next_action", "next_action_owner", "next_action_due_at",
        "blocked_by", "next_update_at", "severity_confirmed_at",
        "confidentiality", "readers", "security_owner", "merged_into",
        "follow_up_of", "fault_layer", "confirmed_causes", "alert_key", "public_version",
        "publicly_changed_at", "spokesperson", "watchers", "service", "department",
    ]

    /// Cases, as the journal writes, reads, forgets and describes them.
    static let subject = SubjectType(
        SupportCase.self,
        tables: [
            ProjectedTable("support_case", columns: columnNames, page: page(after:limit:)),
            ProjectedTable(
                "search_case",
                columns: [
                    "case_id", "status", "status_since", "severity", "owner", "organisation", "component",
                    "opened_at", "updated_at", "publicly_changed_at", "next_action_due_at", "next_update_at",
                    "blocked_by", "severity_confirmed_at", "watchers", "confidentiality", "readers",
                    "security_owner", "merged_into", "doc",
                ], page: listedPage(after:limit:)),
            RelationsDirectory.table, SearchDirectory.table, RoutingDirectory.table, FixWatchDirectory.table,
        ] + HandoffDirectory.tables + [OutwardDirectory.table] + QualityDirectory.tables
            + SurveysDirectory.tables + [NoticesDirectory.table],
        load: { id, tx in try tx.first(row(id: id), read) },
        save: { this, fact, tx in
            try tx.execute(save(this))
            let isFirst = fact.version.number == 1
            try tx.execute(isFirst ? insertListed(this, doc: fact.sequence) : updateListed(this))
            try RelationsDirectory.project(fact, in: tx)
            try RoutingDirectory.project(fact, in: tx)
            try FixWatchDirectory.project(fact, in: tx)
            try SearchDirectory.project(fact, in: tx)
            try HandoffDirectory.project(fact, in: tx)
            try OutwardDirectory.project(fact, in: tx)
            try QualityDirectory.project(fact, on: this, in: tx)
            try SurveysDirectory.project(fact, in: tx)
            try NoticesDirectory.project(fact, in: tx)
            try ServiceLevelsDirectory.touch(this.id, in: tx)
        },
        forget: { id, tx in
            try SearchDirectory.forget(ID(id), in: tx)
            try tx.execute(forgetListed(id: id))
            try tx.execute(forget(id: id))
            try RelationsDirectory.forget(ID(id), in: tx)
            try HandoffDirectory.forget(ID(id), in: tx)
            try OutwardDirectory.forget(ID(id), in: tx)
            try QualityDirectory.forget(ID(id), in: tx)
            try SurveysDirectory.forget(ID(id), in: tx)
            try NoticesDirectory.forget(ID(id), in: tx)
            try RoutingDirectory.forget(ID(id), in: tx)
            try FixWatchDirectory.forget(ID(id), in: tx)
        },
        describe: { aspect, this, policy, tx in
            try describe(aspect, this, policy, tx)
        })

    private static func describe(
        _ aspect: Aspect, _ this: SupportCase, _ policy: Policy, _ tx: borrowing Transaction
    ) throws -> (label: String, value: String) {
        switch aspect.name {
        case "next_action":
            guard let text = this.arrangement.nextAction, let due = this.arrangement.nextActionDueAt else {
                return ("Next action", "none")
            }
            let owner = this.arrangement.nextActionOwner?.raw ?? ""
            let name = try PeopleDirectory.names(of: [owner], in: tx)[owner] ?? "Somebody"
            return ("Next action", "\(text)\n\(name), by \(due.day) \(due.clock) UTC")
        case "next_update":
            let due = this.arrangement.nextUpdateAt
            return ("We write again by", due.map { "\($0.day) \($0.clock) UTC" } ?? "not promised")
        case "blocked_by":
            return ("Waits for", this.arrangement.blockedBy.map { policy.blockName($0) } ?? "nothing")
        case "owner":
            let id = this.owner?.raw
            return ("Owner", try id.flatMap { try PeopleDirectory.names(of: [$0], in: tx)[$0] } ?? "nobody")
        case "severity": return ("Severity", policy.severity(this.severity)?.name ?? this.severity.raw)
        case "status": return ("Status", policy.status(this.status)?.name ?? this.status.raw)
        case "subject": return ("Subject", this.subject)
        case "problem_statement": return ("Problem statement", this.problemStatement ?? "none")
        case let name where name.hasPrefix("call."):
            let number = String(name.dropFirst("call.".count))
            let call = try CoordinationDirectory.coordination(of: this.id, in: tx).call(number)
            let begins = call.map { "\($0.plan.startsAt.day) \($0.plan.startsAt.clock) UTC" }
            return ("Call \(number) begins", begins ?? "not planned")
        case let name where name.contains("."):
            return try InvestigationDirectory.describe(name, of: this.id, in: tx) ?? (name, "")
        case "impact":
            return (
                "Impact", this.impact.words(policy).map { "\($0.label): \($0.value)" }.joined(separator: "\n")
            )
        case "merged_into":
            return ("Merged into", try this.mergedInto.map { try number(of: $0, in: tx) } ?? "nothing")
        case "confidentiality":
            return (
                "Confidentiality",
                this.restriction.map { policy.confidentialityLevel($0.level)?.name ?? $0.level } ?? "open"
            )
        case "times":
            let times = [
                ("Began", this.beganAt), ("First noticed", this.noticedAt), ("Reported", this.reportedAt),
            ]
            return (
                "Times",
                times.compactMap { name, time in time.map { "\(name): \($0)" } }.joined(separator: "\n")
            )
        default:
            guard let field = CaseFact.ClassifyingField(rawValue: aspect.name) else {
                return (aspect.name, "")
            }
            return (
                field.label,
                this.classification[field].map { policy.name(of: $0, in: field.terms) } ?? "not set"
            )
        }
    }

    private static func number(of id: ID<SupportCase>, in tx: borrowing Transaction) throws -> String {
        try tx.first(row(id: id.raw), read)?.number ?? "another case"
    }
}
