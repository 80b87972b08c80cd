import Diagnosis
import Domain
import Storage
import Web

/// Reviews and reminders on the wire.
enum OutwardJSON {
    /// What this feature adds to a case's JSON.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let silence = try OutwardDirectory.silence(
            of: context.this, context.history.facts, policy: context.policy, in: tx)
        return [
            ("message_reviews", .array(MessageReviews(context.history.facts).reviews.map(review))),
            ("no_response", json(silence, context)),
            ("technical_summary", summary(context.history.facts)),
        ]
    }

    private static func review(_ one: MessageReviews.Review) -> JSON {
        [
            "message": .string(one.number), "text": .string(one.held.text),
            "executives": one.held.executives.map(JSON.string) ?? .null,
            "account_team": one.held.accountTeam.map(JSON.string) ?? .null,
            "note": one.held.note.map(JSON.string) ?? .null, "writer": .string(one.writer),
            "held_at": one.heldAt.json, "review_by": one.held.reviewBy.json,
            "replaces": one.held.replaces.map(JSON.string) ?? .null,
            "outcome": one.outcome.map { .string($0.rawValue) } ?? .null,
            "settled_at": one.settledAt.map(\.json) ?? .null,
            "settled_by": one.settledBy.map(JSON.string) ?? .null,
            "words": one.words.map(JSON.string) ?? .null,
            "left_out": .array(one.leftOut.map(JSON.string)),
        ]
    }

    private static func json(_ silence: NoResponse, _ context: CasePartContext) -> JSON {
        guard let since = silence.since, !context.isDone else { return .null }
        let rest: String? =
            switch silence.rest(of: context.this, policy: context.policy) {
            case .severity: "severity"
            case .stopped: "stopped"
            case nil: nil
            }
        return [
            "since": since.json, "rests": rest.map(JSON.string) ?? .null,
            "reason": silence.stopped.map { .string($0.reason) } ?? .null,
            "steps": .array(
                silence.steps(of: context.this, policy: context.policy).map { step in
                    let (what, number): (String, Int?) =
                        switch step.what {
                        case .reminder(let number): ("remind", number)
                        case .resolve: ("resolve", nil)
                        }
                    return [
                        "what": .string(what), "number": number.map { .integer(Int64($0)) } ?? .null,
                        "at": step.at.json, "done": .bool(step.isDone),
                    ]
                }),
        ]
    }

    private static func summary(_ facts: [Recorded<CaseFact>]) -> JSON {
        for fact in facts.reversed() {
            guard case .outward(.summaryWritten(let summary, let isSent)) = fact.body else { continue }
            var object = JSONObject()
            for part in TechnicalSummary.Part.allCases {
                object[part.rawValue] = summary[part].map(JSON.string) ?? .null
            }
            (object["sent"], object["written_at"]) = (.bool(isSent), fact.occurredAt.json)
            object["written_by"] = .string(fact.actor)
            return .object(object)
        }
        return .null
    }
}
