package import Diagnosis

/// How the work on a case was judged afterwards.
package enum QualityFact: CaseFactFamily {
    /// A review, as it was given: the rubric's version and words stay with it.
    package struct Review: Equatable, Sendable {
        /// The number in the case: "Q1".
        package var review: String
        /// The rubric.
        package var form: String
        /// Its version at that time.
        package var version: String
        /// Whose work it judges.
        package var reviewed: String
        /// The marks, in the order of the rubric.
        package var marks: [FormMark]
        /// What the rubric asks beside marks.
        package var remarks: [CaseFormFact.Answer]
        /// What the reviewer says of it all.
        package var comment: String?
        /// Whether it was made to learn to judge alike, and counts for nothing.
        package var isCalibration: Bool

        /// A review with all parts.
        package init(
            review: String, form: String, version: String, reviewed: String, marks: [FormMark],
            remarks: [CaseFormFact.Answer], comment: String?, isCalibration: Bool
        ) {
            (self.review, self.form, self.version, self.reviewed) = (review, form, version, reviewed)
            (self.marks, self.remarks, self.comment) = (marks, remarks, comment)
            self.isCalibration = isCalibration
        }

        /// The mean of its marks by weight, in hundredths; nil where no mark counts.
        package var score: Int? { marks.score }
    }

    /// Somebody reviewed the work on the case.
    case reviewed(Review)
    /// Whoever was reviewed answers.
    case answered(review: String, reviewed: String, text: String)
    /// A review was a mistake and counts no more.
    case withdrawn(review: String, reviewed: String, reason: String)

    package static let kinds = [
        "case.quality_reviewed", "case.quality_answered", "case.quality_withdrawn",
    ]
    package static let erasableFields: Set<String> = ["remarks", "comment", "text", "reason"]

    package var kind: String {
        switch self {
        case .reviewed: "case.quality_reviewed"
        case .answered: "case.quality_answered"
        case .withdrawn: "case.quality_withdrawn"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .reviewed: []
        case .answered(let review, _, _), .withdrawn(let review, _, _): [Aspect("quality.\(review)")]
        }
    }

    package var people: [String] { [reviewed] }

    /// Whose work it is about.
    package var reviewed: String {
        switch self {
        case .reviewed(let review): review.reviewed
        case .answered(_, let person, _), .withdrawn(_, let person, _): person
        }
    }

    /// What the fact set `aspect` to, named as people see it; nil where it set nothing.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .reviewed: nil
        case .answered(let review, _, let text): ("Review \(review)", "answered: \(text)")
        case .withdrawn(let review, _, let reason): ("Review \(review)", "taken back: \(reason)")
        }
    }

    package var body: JSON {
        switch self {
        case .reviewed(let review):
            .fields([
                "review": .string(review.review), "form": .string(review.form),
                "form_version": .string(review.version), "reviewed": .string(review.reviewed),
                "marks": .array(review.marks.map(\.json)),
                "remarks": .array(review.remarks.map(\.json)),
                "comment": review.comment.map(JSON.string), "calibration": .bool(review.isCalibration),
            ])
        case .answered(let review, let reviewed, let text):
            ["review": .string(review), "reviewed": .string(reviewed), "text": .string(text)]
        case .withdrawn(let review, let reviewed, let reason):
            ["review": .string(review), "reviewed": .string(reviewed), "reason": .string(reason)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        let number = try body.text("review")
        let reviewed = try body.text("reviewed")
        switch kind {
        case "case.quality_reviewed":
            self = .reviewed(
                Review(
                    review: number, form: try body.text("form"), version: try body.text("form_version"),
                    reviewed: reviewed,
                    marks: (body.members["marks"]?.array ?? []).compactMap(\.object).compactMap(
                        FormMark.init),
                    remarks: CaseFormFact.Answer.list("remarks", body),
                    comment: body.optionalText("comment"),
                    isCalibration: body.bool("calibration") ?? false))
        case "case.quality_answered":
            self = .answered(review: number, reviewed: reviewed, text: try body.text("text"))
        case "case.quality_withdrawn":
            self = .withdrawn(review: number, reviewed: reviewed, reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of quality fact")
        }
    }
}

extension FormMark {
    /// The mark as it is stored and sent.
    package var json: JSON {
        .fields([
            "question": .string(question), "label": .string(label), "mark": .integer(Int64(mark)),
            "weight": .integer(Int64(weight)), "anchor": anchor.map(JSON.string),
        ])
    }

    fileprivate init?(_ object: JSONObject) {
        guard let mark = object["mark"]?.integer, let weight = object["weight"]?.integer else { return nil }
        self.init(
            question: object["question"]?.string ?? "", label: object["label"]?.string ?? "",
            mark: Int(mark), weight: Int(weight), anchor: object["anchor"]?.string)
    }
}
