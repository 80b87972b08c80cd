import Diagnosis
import Domain
import Storage
import Web

/// Quality on the wire.
enum QualityJSON {
    static let reads = [
        APIRead(
            "quality.reviews", "Reviews of the quality of cases, the latest first", path: "/quality/reviews",
            access: .right("case.view"),
            parameters: [ReportPeriod.parameter, .init("person", "Whose work was reviewed, or who reviewed")]
        ) { call, services in
            let period = try ReportPeriod(call.request, now: services.clock())
            return try await services.database.read { tx in
                let wanted = call.request.query("person")
                let person = try wanted.map { text -> String in
                    guard let found = try PeopleDirectory.find(text, in: tx) else {
                        throw Refusal(field: "person", "not_found", "Nobody is known as “\(text)”.")
                    }
                    return found.id.raw
                }
                let all = try QualityDirectory.reviews(
                    in: period.range, of: person, for: call.actor, in: tx)
                return [
                    "items": .array(
                        all.map { one in
                            var object = review(one.review).object ?? JSONObject()
                            object["case"] = .string(one.this.number)
                            return .object(object)
                        })
                ]
            }
        },
        APIRead(
            "quality.to_review", "Ended cases that are to be reviewed", path: "/quality/to_review",
            access: .right("quality.review")
        ) { call, services in
            let (policy, now) = (services.policy.current, services.clock())
            return try await services.database.read { tx in
                let cases = try QualityDirectory.toReview(by: call.actor, policy: policy, now: now, in: tx)
                return [
                    "sample_percent": .integer(Int64(policy.quality.samplePercent)),
                    "items": .array(
                        cases.map { this in
                            [
                                "case": .string(this.number),
                                "owner": this.owner.map { .string($0.raw) } ?? .null,
                                "severity": .string(this.severity.raw),
                                "resolved_at": this.resolvedAt?.json ?? .null,
                            ]
                        }),
                ]
            }
        },
    ]

    /// What quality adds to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let meter = try QualityDirectory.meter(
            of: context.this, context.history, context.forms, policy: context.policy, in: tx)
        let reviews = QualityReviews(context.history.facts).readable(by: context.actor)
        return [
            ("documentation", meter.map(json) ?? .null),
            ("quality_reviews", .array(reviews.map(review))),
        ]
    }

    private static func json(_ meter: DocumentationMeter) -> JSON {
        [
            "percent": meter.percent.map { .integer(Int64($0)) } ?? .null,
            "form_version": .string(meter.version),
            "criteria": .array(
                meter.criteria.map { one in
                    [
                        "id": .string(one.id), "label": .string(one.label),
                        "percent": one.percent.map { .integer(Int64($0)) } ?? .null,
                        "present": .array(one.present.map { .string($0.rawValue) }),
                        "missing": .array(one.missing.map { .string($0.rawValue) }),
                    ]
                }),
            "gaps": .array(
                meter.gaps.map { gap in
                    [
                        "sign": .string(gap.sign.rawValue), "step": .string(gap.sign.step),
                        "criterion": .string(gap.criterion), "adds": .integer(Int64(gap.adds)),
                        "verb": .string(DocumentationSteps.place(gap.sign).verb),
                    ]
                }),
        ]
    }

    static func review(_ one: QualityReviews.Review) -> JSON {
        [
            "review": .string(one.number), "reviewer": .string(one.reviewer),
            "reviewed": .string(one.given.reviewed), "at": one.at.json,
            "form": .string(one.given.form), "form_version": .string(one.given.version),
            "score": one.given.score.map { .number(Double($0) / 100) } ?? .null,
            "marks": .array(one.given.marks.map(\.json)),
            "remarks": .array(
                one.given.remarks.map {
                    [
                        "question": .string($0.question), "label": .string($0.label),
                        "value": $0.value.map(JSON.string) ?? .null,
                    ]
                }),
            "comment": one.given.comment.map(JSON.string) ?? .null,
            "calibration": .bool(one.given.isCalibration), "counts": .bool(one.counts),
            "answer": one.answer.map(JSON.string) ?? .null,
            "answered_at": one.answeredAt?.json ?? .null,
            "withdrawn_reason": one.withdrawnReason.map(JSON.string) ?? .null,
        ]
    }

    /// One line a mark, with the review that it is of.
    static func csv(_ reviews: [QualityDirectory.Listed], _ names: [String: String]) -> [[String]] {
        var rows: [[String]] = [
            [
                "case", "review", "at", "reviewer", "work_of", "severity", "form", "form_version", "score",
                "counts", "criterion", "weight", "mark", "anchor", "comment", "answer",
            ]
        ]
        for one in reviews {
            let (review, given) = (one.review, one.review.given)
            for mark in given.marks {
                rows.append([
                    one.this.number, review.number, review.at.rfc3339, names[review.reviewer] ?? "",
                    names[given.reviewed] ?? "", one.this.severity.raw, given.form, given.version,
                    given.score.map { scoreWords($0) } ?? "", review.counts ? "yes" : "no", mark.question,
                    "\(mark.weight)", "\(mark.mark)", mark.anchor ?? "", given.comment ?? "",
                    review.answer ?? "",
                ])
            }
        }
        return rows
    }
}
