package import Diagnosis

extension CaseFact {
    /// The kinds that are no family's, in the order in which a case meets them.
    package static let ownKinds = [
        "case.opened", "case.imported", "case.change_imported", "case.replied", "case.noted",
        "case.owner_changed", "case.owner_left", "case.severity_changed", "case.status_changed",
        "case.status_moved", "case.retitled", "case.problem_stated", "case.classified",
        "case.impact_recorded",
        "case.times_recorded", "case.resolved", "case.reopened", "case.closed", "case.entry_erased",
    ]

    /// All kinds, those of the families among them.
    package static let allKinds = ownKinds + families.flatMap { $0.kinds }

    package var kind: String {
        switch self {
        case .opened: "case.opened"
        case .imported: "case.imported"
        case .changeImported: "case.change_imported"
        case .replied: "case.replied"
        case .noted: "case.noted"
        case .ownerChanged: "case.owner_changed"
        case .ownerLeft: "case.owner_left"
        case .severityChanged: "case.severity_changed"
        case .statusChanged(_, _, _, isQuiet: false): "case.status_changed"
        case .statusChanged(_, _, _, isQuiet: true): "case.status_moved"
        case .retitled: "case.retitled"
        case .problemStated: "case.problem_stated"
        case .classified: "case.classified"
        case .impactRecorded: "case.impact_recorded"
        case .timesRecorded: "case.times_recorded"
        case .resolved: "case.resolved"
        case .reopened: "case.reopened"
        case .closed: "case.closed"
        case .entryErased: "case.entry_erased"
        case .investigation, .coordination, .relation, .evidence, .form, .story, .customer, .retention, .mail,
            .clock, .handoff, .routing, .fixWatch, .outward, .quality, .survey, .notice,
            .defect, .huddle:
            family?.kind ?? ""
        }
    }

    package var body: JSON {
        switch self {
        case .opened(let opening): opening.json
        case .imported(let number, let row): row.json(number: number)
        case .changeImported(let row): row.json(number: nil)
        case .replied(let text, let fromCustomer):
            ["text": .string(text), "from_customer": .bool(fromCustomer)]
        case .noted(let text): ["text": .string(text)]
        case .ownerChanged(let owner, let reason):
            .fields(["owner": .string(owner), "reason": reason.map(JSON.string)])
        case .ownerLeft(let reason): .fields(["reason": reason.map(JSON.string)])
        case .severityChanged(let severity, let reason):
            ["severity": .string(severity), "reason": .string(reason)]
        case .statusChanged(let status, let phase, let reason, _):
            .fields([
                "status": .string(status), "phase": .string(phase.rawValue),
                "reason": reason.map(JSON.string),
            ])
        case .retitled(let subject): ["subject": .string(subject)]
        case .problemStated(let text): .fields(["text": text.map(JSON.string)])
        case .classified(let field, let value):
            .fields(["field": .string(field.rawValue), "value": value.map(JSON.string)])
        case .impactRecorded(let impact): impact.json
        case .timesRecorded(let began, let noticed, let reported):
            .fields([
                "began_at": began.map(\.json), "noticed_at": noticed.map(\.json),
                "reported_at": reported.map(\.json),
            ])
        case .resolved(let resolution): resolution.json
        case .reopened(let status, let reason): ["status": .string(status), "reason": .string(reason)]
        case .closed(let status): ["status": .string(status)]
        case .entryErased(let sequence, let fields, let digest, let reason):
            [
                "sequence": .integer(sequence), "fields": .array(fields.map(JSON.string)),
                "body_sha256": .string(digest), "why": .string(reason),
            ]
        case .investigation, .coordination, .relation, .evidence, .form, .story, .customer, .retention, .mail,
            .clock, .handoff, .routing, .fixWatch, .outward, .quality, .survey, .notice,
            .defect, .huddle:
            family?.body ?? .null
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.opened": self = .opened(try Opening(body))
        case "case.imported": self = .imported(number: try body.text("number"), try ImportedRow(body))
        case "case.change_imported": self = .changeImported(try ImportedRow(body))
        case "case.replied":
            self = .replied(text: try body.text("text"), fromCustomer: body.bool("from_customer") ?? false)
        case "case.noted": self = .noted(text: try body.text("text"))
        case "case.owner_changed":
            self = .ownerChanged(owner: try body.text("owner"), reason: body.optionalText("reason"))
        case "case.owner_left": self = .ownerLeft(reason: body.optionalText("reason"))
        case "case.severity_changed":
            self = .severityChanged(severity: try body.text("severity"), reason: try body.text("reason"))
        case "case.status_changed", "case.status_moved":
            guard let phase = Policy.Phase(rawValue: try body.text("phase")) else {
                throw FactProblem("“\(try body.text("phase"))” is not a phase")
            }
            self = .statusChanged(
                status: try body.text("status"), phase: phase, reason: body.optionalText("reason"),
                isQuiet: kind == "case.status_moved")
        case "case.retitled": self = .retitled(subject: try body.text("subject"))
        case "case.problem_stated": self = .problemStated(text: body.optionalText("text"))
        case "case.classified":
            guard let field = ClassifyingField(rawValue: try body.text("field")) else {
                throw FactProblem("“\(try body.text("field"))” is not a classifying field")
            }
            self = .classified(field: field, value: body.optionalText("value"))
        case "case.impact_recorded": self = .impactRecorded(Impact(body))
        case "case.times_recorded":
            self = .timesRecorded(
                beganAt: body.time("began_at"), noticedAt: body.time("noticed_at"),
                reportedAt: body.time("reported_at"))
        case "case.resolved": self = .resolved(try Resolution(body))
        case "case.reopened":
            self = .reopened(status: try body.text("status"), reason: try body.text("reason"))
        case "case.closed": self = .closed(status: try body.text("status"))
        case "case.entry_erased":
            self = .entryErased(
                sequence: Int64(body.integer("sequence") ?? 0), fields: body.texts("fields"),
                digest: try body.text("body_sha256"), reason: try body.text("why"))
        default:
            guard let fact = try Self.ofFamily(kind, body) else {
                throw FactProblem("“\(kind)” is not a kind of case fact")
            }
            self = fact
        }
    }
}

extension Timestamp {
    /// The moment as it is stored and sent.
    package var json: JSON { .string(rfc3339) }
}

extension CaseFact.Opening {
    fileprivate var json: JSON {
        .fields([
            "number": .string(number), "subject": .string(subject), "symptom": .string(symptom),
            "requester": requester.map(JSON.string), "organisation": organisation.map(JSON.string),
            "channel": .string(channel), "request_type": .string(requestType), "severity": .string(severity),
            "status": .string(status), "product_area": productArea.map(JSON.string),
            "component": component.map(JSON.string), "environment": environment.map(JSON.string),
            "began_at": beganAt.map(\.json), "noticed_at": noticedAt.map(\.json),
            "reported_at": reportedAt.map(\.json), "service": service.map(JSON.string),
            "department": department.map(JSON.string),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            number: try body.text("number"), subject: try body.text("subject"),
            symptom: try body.text("symptom"),
            requester: body.optionalText("requester"), organisation: body.optionalText("organisation"),
            channel: try body.text("channel"), requestType: try body.text("request_type"),
            severity: try body.text("severity"), status: try body.text("status"),
            productArea: body.optionalText("product_area"), component: body.optionalText("component"),
            environment: body.optionalText("environment"), beganAt: body.time("began_at"),
            noticedAt: body.time("noticed_at"), reportedAt: body.time("reported_at"))
        (service, department) = (body.optionalText("service"), body.optionalText("department"))
    }
}

extension CaseFact.Resolution {
    fileprivate var json: JSON {
        .fields([
            "status": .string(status), "narrative": .string(narrative),
            "customer_summary": customerSummary.map(JSON.string), "verdict": .string(verdict),
            "root_cause": rootCause.map(JSON.string),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            status: try body.text("status"), narrative: try body.text("narrative"),
            customerSummary: body.optionalText("customer_summary"), verdict: try body.text("verdict"),
            rootCause: body.optionalText("root_cause"))
    }
}

extension CaseFact.ImportedRow {
    fileprivate func json(number: String?) -> JSON {
        .fields([
            "number": number.map(JSON.string), "source": .string(source), "row": .string(row),
            "set": sorted(set), "kept": sorted(kept),
        ])
    }

    private func sorted(_ values: [String: String]) -> JSON {
        var object = JSONObject()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            object.members.append((key: key, value: .string(value)))
        }
        return .object(object)
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            source: try body.text("source"), row: try body.text("row"),
            set: Dictionary(body.textPairs("set").map { ($0.key, $0.value) }) { _, last in last },
            kept: Dictionary(body.textPairs("kept").map { ($0.key, $0.value) }) { _, last in last })
    }
}
