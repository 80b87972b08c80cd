import Diagnosis
import Domain
import Storage
import Web

/// Surveys on the wire.
enum SurveysJSON {
    static let reads = [
        APIRead(
            "surveys.report", "Whom surveys went to, why not, and what was answered", path: "/surveys",
            access: .right(SurveysFeature.viewRight), parameters: [ReportPeriod.parameter]
        ) { call, services in
            let report = try await SurveysPages.report(call, services)
            let figures = report.figures
            func segments(_ all: [String: SurveyFigures.Summary]) -> JSON {
                .object(
                    JSONObject(members: all.sorted { $0.key < $1.key }.map { ($0.key, summary($0.value)) }))
            }
            var withheld = JSONObject()
            for rule in SurveyFact.Rule.allCases {
                withheld[rule.rawValue] = .integer(Int64(figures.withheld[rule] ?? 0))
            }
            return [
                "days": .integer(Int64(report.period.days)),
                "resolutions": .integer(Int64(figures.decided + report.undecided)),
                "undecided": .integer(Int64(report.undecided)), "withheld": .object(withheld),
                "all": summary(figures.all), "by_severity": segments(figures.bySeverity),
                "by_tier": segments(figures.byTier),
                "by_escalated": segments(
                    Dictionary(
                        figures.byEscalated.map { ($0.key ? "true" : "false", $0.value) }
                    ) { first, _ in first }),
                "decisions": .array(
                    report.decisions.map { one in
                        var object = survey(one.survey).object ?? JSONObject()
                        object["case"] = .string(one.this.number)
                        return .object(object)
                    }),
                "follow_ups": .array(
                    report.followUps.map { one in
                        [
                            "case": .string(one.this.number), "survey": .string(one.row.number),
                            "owner": one.row.followUpOwner.map(JSON.string) ?? .null,
                            "due_at": one.row.followUpDue?.json ?? .null,
                        ]
                    }),
            ]
        }
    ]

    private static func summary(_ one: SurveyFigures.Summary) -> JSON {
        [
            "asked": .integer(Int64(one.asked)), "answered": .integer(Int64(one.answered)),
            "mean": one.mean.map { .number(Double($0) / 100) } ?? .null,
            "positive_percent": one.positiveShare.map { .integer(Int64($0)) } ?? .null,
            "response_percent": one.responseRate.map { .integer(Int64($0)) } ?? .null,
        ]
    }

    /// What surveys add to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        [("surveys", .array(Surveys(context.history.facts).surveys.map(survey)))]
    }

    static func survey(_ one: Surveys.Survey) -> JSON {
        [
            "survey": .string(one.number), "asked": .bool(one.sending != nil),
            "person": (one.sending?.person ?? one.person).map(JSON.string) ?? .null,
            "rule": one.rule.map { .string($0.rawValue) } ?? .null,
            "reason": one.reason.map(JSON.string) ?? .null, "decided_by": .string(one.decidedBy),
            "decided_at": one.decidedAt.json, "until": one.sending?.until.json ?? .null,
            "resolved_at": one.occasion.resolvedAt.json,
            "owner": one.occasion.owner.map(JSON.string) ?? .null,
            "severity": .string(one.occasion.severity), "tier": one.occasion.tier.map(JSON.string) ?? .null,
            "escalated": .bool(one.occasion.isEscalated),
            "score": one.answer.map { .integer(Int64($0.score)) } ?? .null,
            "scale": one.answer.map { .string($0.scale.rawValue) } ?? .null,
            "form_version": one.answer.map { .string($0.version) } ?? .null,
            "by_link": one.answer.map { .bool($0.isByLink) } ?? .null,
            "answers": .array(
                (one.answer?.answers ?? []).map {
                    [
                        "question": .string($0.question), "label": .string($0.label),
                        "value": $0.value.map(JSON.string) ?? .null,
                    ]
                }),
            "answered_at": one.answeredAt?.json ?? .null, "changed_at": one.changedAt?.json ?? .null,
            "themes": .array(one.themes.map(JSON.string)), "follow_up": followUp(one),
        ]
    }

    private static func followUp(_ one: Surveys.Survey) -> JSON {
        guard let due = one.followUpDue else { return .null }
        return [
            "owner": one.followUpOwner.map(JSON.string) ?? .null, "due_at": due.json,
            "done_at": one.reviewedAt?.json ?? .null, "by": one.reviewedBy.map(JSON.string) ?? .null,
            "finding": one.review.map { .string($0.finding) } ?? .null,
            "action": one.review.map { .string($0.action) } ?? .null,
            "contacted": one.review.map { .bool($0.hasContacted) } ?? .null,
        ]
    }

    /// One line a decision, asked or not.
    static func csv(_ report: SurveysDirectory.Report, _ policy: Policy) -> [[String]] {
        var rows: [[String]] = [
            [
                "case", "survey", "resolved_at", "decided_at", "decided_by", "asked", "rule", "reason",
                "person",
                "owner", "severity", "tier", "escalated", "score", "scale", "answered_at", "comment",
                "themes",
                "follow_up_due_at", "followed_up_at",
            ]
        ]
        for one in report.decisions {
            let (row, survey) = (one.row, one.survey)
            func name(_ id: String?) -> String { id.flatMap { report.names[$0] } ?? "" }
            rows.append([
                one.this.number, row.number, survey.occasion.resolvedAt.rfc3339, row.decidedAt.rfc3339,
                name(row.decidedBy), row.item.rule == nil ? "yes" : "no", row.item.rule?.rawValue ?? "",
                survey.reason ?? "", name(row.person), name(row.owner), row.item.severity,
                row.item.tier ?? "",
                row.item.isEscalated ? "yes" : "no", row.item.score.map { String($0) } ?? "",
                row.item.scale?.rawValue ?? "", survey.changedAt?.rfc3339 ?? "",
                survey.comments.compactMap(\.value).joined(separator: "\n"),
                SurveyView.themes(survey, policy), row.followUpDue?.rfc3339 ?? "",
                row.reviewedAt?.rfc3339 ?? "",
            ])
        }
        return rows
    }
}
