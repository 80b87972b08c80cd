package import Diagnosis

/// Something that was promised to a customer.
package struct Commitment: Equatable, Sendable {
    /// What was promised.
    package struct Promise: Equatable, Sendable {
        /// The promise in words.
        package var text: String
        /// Who of the staff answers for it.
        package var promisedBy: String
        /// To whom; nil for the customer as a whole.
        package var promisedTo: String?
        /// When it is due.
        package var due: Timestamp
        /// The number of the case that it belongs to.
        package var caseNumber: String?

        /// A promise with all parts.
        package init(
            text: String, promisedBy: String, promisedTo: String?, due: Timestamp, caseNumber: String?
        ) {
            (self.text, self.promisedBy, self.promisedTo) = (text, promisedBy, promisedTo)
            (self.due, self.caseNumber) = (due, caseNumber)
        }

        /// The promise as it is stored.
        package var members: KeyValuePairs<String, JSON?> {
            [
                "text": .string(text), "promised_by": .string(promisedBy),
                "promised_to": promisedTo.map(JSON.string), "due": due.json,
                "case": caseNumber.map(JSON.string),
            ]
        }

        /// The promise that was stored with these members.
        package init(_ body: FactBody) throws {
            guard let due = body.time("due") else { throw FactProblem("the body has no time “due”") }
            self.init(
                text: try body.text("text"), promisedBy: try body.text("promised_by"),
                promisedTo: body.optionalText("promised_to"), due: due,
                caseNumber: body.optionalText("case"))
        }
    }

    /// How a promise ended.
    package enum Outcome: String, Sendable, CaseIterable {
        /// It was done in time.
        case kept
        /// It was not done, or not in time.
        case notKept = "not_kept"
        /// Both sides agreed that it no longer holds.
        case withdrawn

        /// The name on pages.
        package var label: String {
            switch self {
            case .kept: "Kept"
            case .notKept: "Not kept"
            case .withdrawn: "Withdrawn by agreement"
            }
        }
    }

    /// The end of a promise.
    package struct Settlement: Equatable, Sendable {
        /// How it ended.
        package var outcome: Outcome
        /// What is to be said about it.
        package var note: String?
        /// Who said so.
        package var by: String
        /// When.
        package var at: Timestamp

        /// An end with all parts.
        package init(outcome: Outcome, note: String?, by: String, at: Timestamp) {
            (self.outcome, self.note, self.by, self.at) = (outcome, note, by, at)
        }
    }

    /// What people say: "C1".
    package var number: String
    /// What was promised.
    package var promise: Promise
    /// Who wrote it down.
    package var recordedBy: String
    /// When.
    package var recordedAt: Timestamp
    /// How it ended; nil while it is open.
    package var settled: Settlement?

    /// A commitment as it is made.
    package init(number: String, _ promise: Promise, recordedBy: String, at moment: Timestamp) {
        (self.number, self.promise, self.recordedBy, recordedAt) = (number, promise, recordedBy, moment)
    }

    /// Whether it is open and its time is over.
    package func isOverdue(at now: Timestamp) -> Bool { settled == nil && promise.due < now }

    /// The commitment as it is stored.
    package var json: JSON {
        var object = JSONObject()
        object["number"] = .string(number)
        for (key, value) in promise.members where value != nil { object[key] = value }
        object["recorded_by"] = .string(recordedBy)
        object["recorded_at"] = recordedAt.json
        if let settled {
            object["outcome"] = .string(settled.outcome.rawValue)
            if let note = settled.note { object["note"] = .string(note) }
            object["settled_by"] = .string(settled.by)
            object["settled_at"] = settled.at.json
        }
        return .object(object)
    }

    /// The commitment that was stored so.
    package init(stored body: FactBody) throws {
        self.init(
            number: try body.text("number"), try Promise(body), recordedBy: try body.text("recorded_by"),
            at: body.time("recorded_at") ?? Timestamp(microseconds: 0))
        if let text = body.optionalText("outcome"), let outcome = Outcome(rawValue: text),
            let at = body.time("settled_at")
        {
            settled = Settlement(
                outcome: outcome, note: body.optionalText("note"), by: try body.text("settled_by"), at: at)
        }
    }
}
