package import Diagnosis

/// What happens to a recorded stretch of time in which a service was unwell.
package enum OutageFact: Fact {
    /// A service was unwell. It occurred when it began.
    case recorded(Outage.Report)
    /// It was not so after all.
    case withdrawn(reason: String)

    package static let erasableFields: Set<String> = ["note", "reason"]

    package var kind: String {
        switch self {
        case .recorded: "outage.recorded"
        case .withdrawn: "outage.withdrawn"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .recorded: []
        case .withdrawn: ["standing"]
        }
    }

    package var body: JSON {
        switch self {
        case .recorded(let report):
            .fields([
                "service": .string(report.service), "from": report.from.json, "until": report.until.json,
                "source": .string(report.source), "note": report.note.map(JSON.string),
            ])
        case .withdrawn(let reason): ["reason": .string(reason)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "outage.recorded":
            guard let from = body.time("from"), let until = body.time("until") else {
                throw FactProblem("the body has no times “from” and “until”")
            }
            self = .recorded(
                .init(
                    service: try body.text("service"), from: from, until: until,
                    source: try body.text("source"), note: body.optionalText("note")))
        case "outage.withdrawn": self = .withdrawn(reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of fact of an outage")
        }
    }
}

/// A stretch of time in which a service was unwell, as somebody recorded it or a monitoring system sent it.
package struct Outage: Subject, Equatable {
    package static let kind = "outage"

    /// What was recorded.
    package struct Report: Equatable, Sendable {
        /// The service, as policy names it.
        package var service: String
        /// From when on.
        package var from: Timestamp
        /// Until when.
        package var until: Timestamp
        /// Who or what measured it.
        package var source: String
        /// What it was.
        package var note: String?

        /// A report with all parts.
        package init(service: String, from: Timestamp, until: Timestamp, source: String, note: String?) {
            (self.service, self.from, self.until) = (service, from, until)
            (self.source, self.note) = (source, note)
        }
    }

    /// Its identifier.
    package var id: ID<Outage>
    /// Its latest fact.
    package var version: Version
    /// What was recorded.
    package var report: Report
    /// Who recorded it.
    package var recordedBy: String
    /// Why it does not count; nil where it does.
    package var withdrawal: String?

    /// An outage with all parts.
    package init(
        id: ID<Outage>, version: Version, report: Report, recordedBy: String, withdrawal: String? = nil
    ) {
        (self.id, self.version, self.report) = (id, version, report)
        (self.recordedBy, self.withdrawal) = (recordedBy, withdrawal)
    }

    /// How facts refer to it.
    package var ref: SubjectRef { SubjectRef(kind: Self.kind, id: id.raw) }

    package init(first fact: Recorded<OutageFact>) {
        self.init(
            id: ID(fact.subject.id), version: fact.version,
            report: Report(service: "", from: fact.occurredAt, until: fact.occurredAt, source: "", note: nil),
            recordedBy: fact.actor)
        apply(fact)
    }

    package mutating func apply(_ fact: Recorded<OutageFact>) {
        version = fact.version
        switch fact.body {
        case .recorded(let report): self.report = report
        case .withdrawn(let reason): withdrawal = reason
        }
    }

    /// The fact of a new outage.
    /// - Throws: a refusal that names the field, where the time makes no sense.
    package static func recording(_ report: Report, now: Timestamp) throws(Refusal) -> OutageFact {
        guard report.from < report.until else {
            throw Refusal(field: "until", "not_after", "It must end after it began.")
        }
        guard report.until <= now else {
            throw Refusal(field: "until", "future", "This is still to come. Record it once it is over.")
        }
        guard report.until.seconds(since: report.from) <= 31 * 86_400 else {
            throw Refusal(field: "from", "too_long", "One record covers at most 31 days.")
        }
        return .recorded(report)
    }
}
