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

    /// Why somebody cannot look after a case for a while.
    package struct Cover: Equatable, Sendable {
        /// What calls somebody away.
        package enum Cause: String, Sendable, CaseIterable {
            /// They own an incident, or were called to help with one.
            case incident
            /// Their shift is over.
            case offShift = "off_shift"
            /// They are away.
            case away
            /// The shift of their region ends.
            case region

            /// What stands after their name.
            package var words: String {
                switch self {
                case .incident: "works on an incident"
                case .offShift: "is off shift"
                case .away: "is away"
                case .region: "is in a region whose shift ends"
                }
            }
        }

        /// Whose case it is.
        package var person: String
        /// What calls them away.
        package var cause: Cause
        /// Tells one absence from the next: the incident, or when it ends.
        package var key: String
        /// Until when; nil where nobody knows.
        package var until: Timestamp?

        /// Cover with all parts.
        package init(person: String, cause: Cause, key: String, until: Timestamp?) {
            (self.person, self.cause, self.key, self.until) = (person, cause, key, until)
        }
    }

    /// A case or incident that a new case looks like.
    package struct Match: Equatable, Sendable {
        /// What it looks like.
        package enum Kind: String, Sendable, CaseIterable {
            /// A case whose cause is known: it is linked to a defect or problem, or has a way around.
            case knownIssue = "known_issue"
            /// A grave case that is open.
            case incident

            /// What people call it.
            package var label: String {
                switch self {
                case .knownIssue: "known issue"
                case .incident: "open incident"
                }
            }
        }

        /// The case.
        package var other: RelationFact.Other
        /// What it is.
        package var kind: Kind
        /// How alike they are, of 100.
        package var points: Int
        /// What they have in common, in words of policy and signatures alone.
        package var reasons: [String]

        /// A match with all parts.
        package init(other: RelationFact.Other, kind: Kind, points: Int, reasons: [String]) {
            (self.other, self.kind, self.points, self.reasons) = (other, kind, points, reasons)
        }
    }

    /// The case went to a queue.
    case routed(Route)
    /// Triage is complete.
    case triaged(Triage)
    /// Somebody tried to see the fault themselves.
    case reproductionAttempted(Reproduction, text: String)
    /// Its owner is called away, and the case is at risk meanwhile.
    case coverNeeded(Cover)
    /// Nobody needs to stand in for its owner any more.
    case coverLifted
    /// It looks like something that is known or open: to be joined to it rather than worked on.
    case matchOffered(Match)
    /// Somebody joined it to that, or says why it is something else.
    case matchAnswered(RelationFact.Other, isJoined: Bool, reason: String?)

    package static let kinds = [
        "case.routed", "case.triaged", "case.reproduction_attempted", "case.cover_needed",
        "case.cover_lifted", "case.match_offered", "case.match_answered",
    ]

    package static let erasableFields: Set<String> = ["reason", "text", "reasons"]

    package var edits: Set<Aspect> {
        switch self {
        case .routed: ["queue"]
        case .triaged: ["triage"]
        case .reproductionAttempted, .coverNeeded, .coverLifted, .matchOffered: []
        case .matchAnswered: ["match"]
        }
    }

    package var people: [String] {
        switch self {
        case .routed(let route): [route.person].compactMap { $0 }
        case .coverNeeded(let cover): [cover.person]
        default: []
        }
    }

    /// The queue, or the severity that triage came to.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .routed(let route): aspect == "queue" ? ("Queue", route.queue) : nil
        case .triaged(let triage): aspect == "triage" ? ("Triage", triage.severity) : nil
        case .matchAnswered(let other, let isJoined, _):
            ("Looks like \(other.number)", isJoined ? "joined to it" : "something else")
        case .reproductionAttempted, .coverNeeded, .coverLifted, .matchOffered: nil
        }
    }

    package var kind: String {
        switch self {
        case .routed: "case.routed"
        case .triaged: "case.triaged"
        case .reproductionAttempted: "case.reproduction_attempted"
        case .coverNeeded: "case.cover_needed"
        case .coverLifted: "case.cover_lifted"
        case .matchOffered: "case.match_offered"
        case .matchAnswered: "case.match_answered"
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
        case .coverNeeded(let cover):
            .fields([
                "person": .string(cover.person), "cause": .string(cover.cause.rawValue),
                "key": .string(cover.key), "until": cover.until?.json,
            ])
        case .coverLifted: .object(JSONObject())
        case .matchOffered(let match):
            [
                "case": .string(match.other.id), "number": .string(match.other.number),
                "like": .string(match.kind.rawValue), "points": .integer(Int64(match.points)),
                "reasons": .array(match.reasons.map(JSON.string)),
            ]
        case .matchAnswered(let other, let isJoined, let reason):
            .fields([
                "case": .string(other.id), "number": .string(other.number), "joined": .bool(isJoined),
                "reason": reason.map(JSON.string),
            ])
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
        case "case.cover_needed":
            let cause = try body.text("cause")
            guard let known = Cover.Cause(rawValue: cause) else {
                throw FactProblem("“\(cause)” is nothing that calls somebody away")
            }
            self = .coverNeeded(
                Cover(
                    person: try body.text("person"), cause: known, key: try body.text("key"),
                    until: body.time("until")))
        case "case.cover_lifted": self = .coverLifted
        case "case.match_offered":
            let like = try body.text("like")
            guard let known = Match.Kind(rawValue: like) else {
                throw FactProblem("“\(like)” is nothing that a case can look like")
            }
            let isErased = body.optionalText("reasons") == FactBody.erasedText
            self = .matchOffered(
                Match(
                    other: .init(id: try body.text("case"), number: try body.text("number")), kind: known,
                    points: body.integer("points") ?? 0,
                    reasons: isErased ? [FactBody.erasedText] : body.texts("reasons")))
        case "case.match_answered":
            self = .matchAnswered(
                .init(id: try body.text("case"), number: try body.text("number")),
                isJoined: body.bool("joined") ?? false, reason: body.optionalText("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of RoutingFact")
        }
    }

    /// Where the case went, and what it was held to be: what somebody who reads its story wants to know.
    package static let storyKinds = ["case.triaged", "case.reproduction_attempted", "case.match_answered"]

    /// The identifier of another case that the fact names.
    ///
    /// Whoever may not know of that case must not see the fact.
    package var otherCase: String? {
        switch self {
        case .matchOffered(let match): match.other.id
        case .matchAnswered(let other, _, _): other.id
        default: nil
        }
    }
}
