package import Diagnosis

/// What people say about the clocks of a case.
package enum ClockFact: CaseFactFamily {
    /// The customer agreed to hear from us at other intervals; nil takes that back.
    case cadenceAgreed(minutes: Int?, reason: String)
    /// A reviewer says whether a message counts as a first response.
    case responseJudged(sequence: Int64, counts: Bool, reason: String)
    /// Why a clock was missed, and what follows from it.
    case breachExplained(BreachRecord)

    /// Why a clock was missed.
    package struct BreachRecord: Equatable, Sendable {
        /// The clock.
        package var clock: String
        /// The sequence of the fact that began its cycle.
        package var cycle: Int64
        /// The cause: a term of policy.
        package var cause: String
        /// What is done so that it does not happen again.
        package var correction: String?
        /// Whether the customer was told.
        package var isCustomerTold: Bool
        /// What the customer was told, or why they were not; nil where nobody said.
        package var notice: String?

        /// A record with all parts.
        package init(
            clock: String, cycle: Int64, cause: String, correction: String?, isCustomerTold: Bool,
            notice: String? = nil
        ) {
            (self.clock, self.cycle, self.cause) = (clock, cycle, cause)
            (self.correction, self.isCustomerTold, self.notice) = (correction, isCustomerTold, notice)
        }
    }

    package static let kinds = [
        "case.cadence_agreed", "case.response_judged", "case.breach_explained",
    ]

    package static let erasableFields: Set<String> = ["reason", "correction", "notice"]

    package var edits: Set<Aspect> {
        switch self {
        case .cadenceAgreed: ["update_cadence"]
        case .responseJudged(let sequence, _, _): [Aspect("response.\(sequence)")]
        case .breachExplained(let record): [Aspect("breach.\(record.clock).\(record.cycle)")]
        }
    }

    package var kind: String {
        switch self {
        case .cadenceAgreed: "case.cadence_agreed"
        case .responseJudged: "case.response_judged"
        case .breachExplained: "case.breach_explained"
        }
    }

    package var body: JSON {
        switch self {
        case .cadenceAgreed(let minutes, let reason):
            .fields(["minutes": minutes.map { .integer(Int64($0)) }, "reason": .string(reason)])
        case .responseJudged(let sequence, let counts, let reason):
            [
                "entry": .integer(sequence), "counts": .bool(counts), "reason": .string(reason),
            ]
        case .breachExplained(let record):
            .fields([
                "clock": .string(record.clock), "cycle": .integer(record.cycle),
                "cause": .string(record.cause), "correction": record.correction.map(JSON.string),
                "customer_told": .bool(record.isCustomerTold), "notice": record.notice.map(JSON.string),
            ])
        }
    }

    package init(kind: String, body: FactBody) throws {
        func number(_ key: String) throws -> Int64 {
            guard let value = body.members[key]?.integer else {
                throw FactProblem("the body has no number “\(key)”")
            }
            return value
        }
        switch kind {
        case "case.cadence_agreed":
            self = .cadenceAgreed(minutes: body.integer("minutes"), reason: try body.text("reason"))
        case "case.response_judged":
            self = .responseJudged(
                sequence: try number("entry"), counts: body.bool("counts") ?? false,
                reason: try body.text("reason"))
        case "case.breach_explained":
            self = .breachExplained(
                BreachRecord(
                    clock: try body.text("clock"), cycle: try number("cycle"),
                    cause: try body.text("cause"), correction: body.optionalText("correction"),
                    isCustomerTold: body.bool("customer_told") ?? false,
                    notice: body.optionalText("notice")))
        default: throw FactProblem("“\(kind)” is not a kind of ClockFact")
        }
    }
}
