package import Diagnosis

/// Where a case went, what triage made of it, and whether somebody tried to see the fault themselves.
package enum RoutingFact: CaseFactFamily {
    /// A queue that a case went to.
    package struct Route: Equatable, Sendable {
        /// The queue.
        package var queue: String
        /// The rule that sent it there; nil where somebody did by hand.
        package var rule: String?
        /// The rule's name at the time.
        package var ruleName: String?
        /// The version of the policy that holds the rule.
        package var policy: Int
        /// Who got it; nil where it waits in the queue.
        package var person: String?
        /// Why, in a sentence.
        package var reason: String

        /// A route with all parts.
        package init(
            queue: String, rule: String?, ruleName: String?, policy: Int, person: String?, reason: String
        ) {
            (self.queue, self.rule, self.ruleName) = (queue, rule, ruleName)
            (self.policy, self.person, self.reason) = (policy, person, reason)
        }
    }

    /// What triage came to.
    package struct Triage: Equatable, Sendable {
        /// How far it reaches; nil where nobody said it.
        package var impact: String?
        /// How soon it must end; nil where nobody said it.
        package var urgency: String?
        /// The severity that follows from both; nil where one of them is open.
        package var proposed: String?
        /// The severity that the case has after triage.
        package var severity: String
        /// How much work it is held to be; nil where nobody said it.
        package var effort: String?

        /// A triage with all parts.
        package init(
            impact: String?, urgency: String?, proposed: String?, severity: String, effort: String?
        ) {
            (self.impact, self.urgency, self.proposed) = (impact, urgency, proposed)
            (self.severity, self.effort) = (severity, effort)
        }
    }

    /// What came of trying to see the fault oneself.
    package enum Reproduction: String, Sendable, CaseIterable {
        /// It happens at will.
        case reproduced
        /// It happens now and then.
        case sometimes
        /// It did not happen.
        case notReproduced = "not_reproduced"
        /// It cannot be tried here.
        case cannotTry = "cannot_try"

        /// What people call it.
        package var label: String {
            switch self {
            case .reproduced: "It happens at will"
            case .sometimes: "It happens now and then"
            case .notReproduced: "It did not happen"
            case .cannotTry: "It cannot be tried here"
            }
        }
    }

    /// The case went to a queue.
    case routed(Route)
    /// Triage is complete.
    case triaged(Triage)
    /// Somebody tried to see the fault themselves.
    case reproductionAttempted(Reproduction, text: String)

    package static let kinds = ["case.routed", "case.triaged", "case.reproduction_attempted"]

    package static let erasableFields: Set<String> = ["reason", "text"]

    package var edits: Set<Aspect> {
        switch self {
        case .routed: ["queue"]
        case .triaged: ["triage"]
        case .reproductionAttempted: []
        }
    }

    package var people: [String] {
        switch self {
        case .routed(let route): [route.person].compactMap { $0 }
        default: []
        }
    }

    /// The queue, or the severity that triage came to.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .routed(let route): aspect == "queue" ? ("Queue", route.queue) : nil
        case .triaged(let triage): aspect == "triage" ? ("Triage", triage.severity) : nil
        case .reproductionAttempted: nil
        }
    }

    package var kind: String {
        switch self {
        case .routed: "case.routed"
        case .triaged: "case.triaged"
        case .reproductionAttempted: "case.reproduction_attempted"
        }
    }

    package var body: JSON {
        switch self {
        case .routed(let route):
            .fields([
                "queue": .string(route.queue), "rule": route.rule.map(JSON.string),
                "rule_name": route.ruleName.map(JSON.string), "policy": .integer(Int64(route.policy)),
                "person": route.person.map(JSON.string), "reason": .string(route.reason),
            ])
        case .triaged(let triage):
            .fields([
                "impact": triage.impact.map(JSON.string), "urgency": triage.urgency.map(JSON.string),
                "proposed": triage.proposed.map(JSON.string), "severity": .string(triage.severity),
                "effort": triage.effort.map(JSON.string),
            ])
        case .reproductionAttempted(let outcome, let text):
            ["seen": .string(outcome.rawValue), "text": .string(text)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.routed":
            self = .routed(
                Route(
                    queue: try body.text("queue"), rule: body.optionalText("rule"),
                    ruleName: body.optionalText("rule_name"), policy: body.integer("policy") ?? 0,
                    person: body.optionalText("person"), reason: try body.text("reason")))
        case "case.triaged":
            self = .triaged(
                Triage(
                    impact: body.optionalText("impact"), urgency: body.optionalText("urgency"),
                    proposed: body.optionalText("proposed"), severity: try body.text("severity"),
                    effort: body.optionalText("effort")))
        case "case.reproduction_attempted":
            let outcome = try body.text("seen")
            guard let known = Reproduction(rawValue: outcome) else {
                throw FactProblem("“\(outcome)” is no outcome of a reproduction")
            }
            self = .reproductionAttempted(known, text: try body.text("text"))
        default: throw FactProblem("“\(kind)” is not a kind of RoutingFact")
        }
    }

    /// Where the case went, and what it was held to be: what somebody who reads its story wants to know.
    package static let storyKinds = ["case.triaged", "case.reproduction_attempted"]
}
