import Domain
import Web

/// What happened around the work, in the sentences of the timeline.
enum CoordinationSentences {
    static func line(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .coordination(let fact) = entry.body else { return nil }
        let said = entry.occurredAt
        if isForCustomer { return publicLine(fact, said) }
        switch fact {
        case .severityRecommended(let severity, let reason):
            return ("rank", "recommended <b>\(name(severity, words))</b>\(words.because(reason))")
        case .severityConfirmed(let severity, let reason):
            return ("rank", "confirmed <b>\(name(severity, words))</b>\(words.because(reason))")
        case .nextActionSet(let text, let owner, let due):
            let who: HTML =
                owner == entry.actor ? .empty : " for <b>\(isolated(words.name(owner)))</b>"
            return ("check", "set the next action\(who), due \(moment(due, said)): “\(isolated(text))”")
        case .nextActionDone(let outcome):
            return ("check", "finished the next action\(words.because(outcome))")
        case .blocked(let by, let detail):
            return (
                "s-wait",
                "said what the case waits for: <b>\(words.policy.blockName(by))</b>\(words.because(detail))"
            )
        case .priorityOverridden(let points?, let reason):
            return ("rank", "set the priority to <b>\(points)</b>\(words.because(reason))")
        case .priorityOverridden(nil, let reason):
            return ("rank", "let the computed priority hold again\(words.because(reason))")
        case .updatePromised(let due):
            return ("clock", "promised the customer an update by <b>\(moment(due, said))</b>")
        default: return people(fact, entry.actor, words) ?? call(fact, said, words)
        }
    }

    private static func publicLine(_ fact: CoordinationFact, _ said: Timestamp) -> CasePart.Line? {
        switch fact {
        case .updatePromised(let due): ("clock", "promised to write again by \(moment(due, said))")
        case .callScheduled(let plan):
            ("chat", "planned a call on \(moment(plan.startsAt, said)): \(isolated(plan.topic))")
        case .callMoved(_, let startsAt, _): ("chat", "moved the call to \(moment(startsAt, said))")
        default: nil
        }
    }

    private static func people(
        _ fact: CoordinationFact, _ actor: String, _ words: CaseSentence
    ) -> CasePart.Line? {
        switch fact {
        case .specialistAdded(let person, let contribution):
            let who: HTML =
                person == actor ? "came to help" : "asked <b>\(isolated(words.name(person)))</b> to help"
            return ("people", who + words.because(contribution))
        case .specialistLeft(let person, let reason):
            let what: HTML =
                person == actor ? "left those who help" : "released <b>\(isolated(words.name(person)))</b>"
            return ("people", what + words.because(reason))
        case .coordinatorNamed(let person):
            guard let person else { return ("people", "named nobody to coordinate") }
            return ("people", "named <b>\(isolated(words.name(person)))</b> to coordinate the technical work")
        case .watched(let person):
            return (
                "people",
                person == actor
                    ? "watches the case" : "asked <b>\(isolated(words.name(person)))</b> to watch the case"
            )
        case .unwatched(let person):
            return (
                "people",
                person == actor
                    ? "stopped watching the case"
                    : "took <b>\(isolated(words.name(person)))</b> off the watchers"
            )
        default: return nil
        }
    }

    private static func call(
        _ fact: CoordinationFact, _ said: Timestamp, _ words: CaseSentence
    ) -> CasePart.Line? {
        switch fact {
        case .callScheduled(let plan):
            return (
                "chat",
                "planned call \(plan.call) for \(moment(plan.startsAt, said)): “\(isolated(plan.topic))”"
            )
        case .callMoved(let call, let startsAt, let reason):
            return ("chat", "moved call \(call) to \(moment(startsAt, said))\(words.because(reason))")
        case .callNoted(let call, let text): return ("chat", "noted on call \(call)\(words.because(text))")
        case .callEnded(let call, let isHeld, let summary):
            return ("chat", "\(isHeld ? "ended" : "cancelled") call \(call)\(words.because(summary))")
        case .followUpAdded(let plan):
            let due: HTML = plan.dueAt.map { ", due \(moment($0, said))" } ?? .empty
            let what = plan.isPromised ? "promised on call" : "took away from call"
            return (
                "check",
                "\(what) \(plan.call) \(plan.item), by <b>\(isolated(words.name(plan.owner)))</b>\(due): “\(isolated(plan.text))”"
            )
        case .followUpDone(let item, let outcome):
            return ("check", "finished \(item)\(words.because(outcome))")
        default: return nil
        }
    }

    private static func name(_ severity: String, _ words: CaseSentence) -> String {
        words.policy.severity(ID(severity))?.name ?? severity
    }

    /// A time as it was said: without the day where that is the day of the entry.
    private static func moment(_ moment: Timestamp, _ said: Timestamp) -> HTML {
        "\(zonedTime(moment, now: said))"
    }
}
