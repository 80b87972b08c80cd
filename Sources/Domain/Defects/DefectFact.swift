package import Diagnosis

/// What engineering says of a defect that a case is linked to: whether they take it on, and that the fix is there.
package enum DefectFact: CaseFactFamily {
    /// Engineering decided. It occurred when they did: the clock counts from there.
    case decided(Verdict)
    /// The fix is there. It occurred when it was delivered.
    case delivered(Fix)

    /// What engineering decided.
    package struct Verdict: Equatable, Sendable {
        /// The key of the defect in its tracker: "ENG-812".
        package var defect: String
        /// Whether they will fix it.
        package var isAccepted: Bool
        /// When the fix is planned for; nil where they named no time.
        package var plannedFor: Timestamp?
        /// Why, and what they said.
        package var reason: String

        /// A verdict with all parts.
        package init(defect: String, isAccepted: Bool, plannedFor: Timestamp? = nil, reason: String) {
            (self.defect, self.isAccepted) = (defect, isAccepted)
            (self.plannedFor, self.reason) = (plannedFor, reason)
        }
    }

    /// A fix.
    package struct Fix: Equatable, Sendable {
        /// The key of the defect.
        package var defect: String
        /// The version or change that holds it; nil where nobody said.
        package var version: String?
        /// What it does.
        package var text: String

        /// A fix with all parts.
        package init(defect: String, version: String? = nil, text: String) {
            (self.defect, self.version, self.text) = (defect, version, text)
        }
    }

    package static let kinds = ["case.defect_decided", "case.defect_delivered"]
    /// The kinds that the short story of a case tells.
    package static let storyKinds = kinds
    package static let erasableFields: Set<String> = ["reason", "text"]

    package var kind: String {
        switch self {
        case .decided: "case.defect_decided"
        case .delivered: "case.defect_delivered"
        }
    }

    /// The key of the defect that it is about.
    package var defect: String {
        switch self {
        case .decided(let verdict): verdict.defect
        case .delivered(let fix): fix.defect
        }
    }

    package var edits: Set<Aspect> { [Aspect("defect.\(defect)")] }

    /// What became of a defect, for whoever said something about it at the same time.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .decided(let verdict): ("Defect \(defect)", verdict.isAccepted ? "accepted" : "declined")
        case .delivered: ("Defect \(defect)", "fixed")
        }
    }

    package var body: JSON {
        switch self {
        case .decided(let verdict):
            .fields([
                "defect": .string(verdict.defect), "accepted": .bool(verdict.isAccepted),
                "planned_for": verdict.plannedFor?.json, "reason": .string(verdict.reason),
            ])
        case .delivered(let fix):
            .fields([
                "defect": .string(fix.defect), "version": fix.version.map(JSON.string),
                "text": .string(fix.text),
            ])
        }
    }

    package init(kind: String, body: FactBody) throws {
        let defect = try body.text("defect")
        switch kind {
        case "case.defect_decided":
            self = .decided(
                Verdict(
                    defect: defect, isAccepted: body.bool("accepted") ?? false,
                    plannedFor: body.time("planned_for"), reason: try body.text("reason")))
        case "case.defect_delivered":
            self = .delivered(
                Fix(defect: defect, version: body.optionalText("version"), text: try body.text("text")))
        default: throw FactProblem("“\(kind)” is not a kind of fact of a defect")
        }
    }
}
