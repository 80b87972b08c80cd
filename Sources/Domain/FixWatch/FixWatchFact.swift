package import Diagnosis

/// How a fix is watched after it was made, and whether the symptom came back.
package enum FixWatchFact: CaseFactFamily {
    /// The fix is watched until a moment, for chosen signals.
    case started(Plan)
    /// The symptom came back, as this signal shows.
    case recurred(watch: String, signal: Signal, words: String?, other: RelationFact.Other?)
    /// The watch is over.
    case ended(watch: String, outcome: Outcome, reason: String?)

    /// What shows that the symptom is back.
    package enum Signal: String, Sendable, CaseIterable {
        /// The customer writes.
        case customerReply = "customer_reply"
        /// Another case is linked to this one.
        case linkedCase = "linked_case"
        /// A new case has certain words.
        case similarCase = "similar_case"
        /// Somebody says so.
        case report

        /// Shown on pages: “the customer writes”.
        package var label: String {
            switch self {
            case .customerReply: "the customer writes"
            case .linkedCase: "another case is linked"
            case .similarCase: "a new case has the words"
            case .report: "somebody says so"
            }
        }
    }

    /// How a watch ends without a signal.
    package enum Outcome: String, Sendable, CaseIterable {
        /// Its time passed quietly.
        case quiet
        /// Somebody ended it, or the case is worked on again.
        case stopped
    }

    /// A watch.
    package struct Plan: Equatable, Sendable {
        /// The number in the case: "W1".
        package var watch: String
        /// Until when.
        package var until: Timestamp
        /// The chosen signals; a person’s word always counts.
        package var signals: [Signal]
        /// The words of which one in a new case is a signal.
        package var words: [String]
        /// What is looked at, for whoever watches; nil where nobody said.
        package var note: String?

        /// A watch with all parts.
        package init(watch: String, until: Timestamp, signals: [Signal], words: [String], note: String?) {
            (self.watch, self.until, self.signals) = (watch, until, signals)
            (self.words, self.note) = (words, note)
        }
    }

    package static let kinds = [
        "case.fix_watch_started", "case.fix_watch_recurred", "case.fix_watch_ended",
    ]

    /// The kinds that the short story of a case tells.
    package static let storyKinds = ["case.fix_watch_recurred", "case.fix_watch_ended"]

    package static let erasableFields: Set<String> = ["words", "note", "reason"]

    package var edits: Set<Aspect> { ["fix_watch"] }

    /// What became of the watch, for whoever did something about it at the same time.
    package func words(of aspect: Aspect) -> (label: String, value: String)? {
        switch self {
        case .started: ("Watch of the fix", "started")
        case .recurred: ("Watch of the fix", "the symptom came back")
        case .ended: ("Watch of the fix", "ended")
        }
    }

    package var kind: String {
        switch self {
        case .started: "case.fix_watch_started"
        case .recurred: "case.fix_watch_recurred"
        case .ended: "case.fix_watch_ended"
        }
    }

    package var body: JSON {
        switch self {
        case .started(let plan):
            .fields([
                "watch": .string(plan.watch), "until": plan.until.json,
                "signals": .array(plan.signals.map { .string($0.rawValue) }),
                "words": plan.words.isEmpty ? nil : .array(plan.words.map(JSON.string)),
                "note": plan.note.map(JSON.string),
            ])
        case .recurred(let watch, let signal, let words, let other):
            .fields([
                "watch": .string(watch), "signal": .string(signal.rawValue), "words": words.map(JSON.string),
                "other": other.map { .string($0.id) }, "number": other.map { .string($0.number) },
            ])
        case .ended(let watch, let outcome, let reason):
            .fields([
                "watch": .string(watch), "end": .string(outcome.rawValue),
                "reason": reason.map(JSON.string),
            ])
        }
    }

    package init(kind: String, body: FactBody) throws {
        func known<Value: RawRepresentable<String>>(_ key: String) throws -> Value {
            guard let value = Value(rawValue: try body.text(key)) else {
                throw FactProblem("the body has no known “\(key)”")
            }
            return value
        }
        switch kind {
        case "case.fix_watch_started":
            guard let until = body.time("until") else { throw FactProblem("the body has no time “until”") }
            self = .started(
                Plan(
                    watch: try body.text("watch"), until: until,
                    signals: body.texts("signals").compactMap(Signal.init), words: body.texts("words"),
                    note: body.optionalText("note")))
        case "case.fix_watch_recurred":
            let other = body.optionalText("other").flatMap { id in
                body.optionalText("number").map { RelationFact.Other(id: id, number: $0) }
            }
            self = .recurred(
                watch: try body.text("watch"), signal: try known("signal"), words: body.optionalText("words"),
                other: other)
        case "case.fix_watch_ended":
            self = .ended(
                watch: try body.text("watch"), outcome: try known("end"),
                reason: body.optionalText("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of fact of a watch")
        }
    }
}
