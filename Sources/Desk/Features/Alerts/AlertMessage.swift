import Diagnosis
import Domain

/// Messages of monitoring systems as they come: our own shape, or the webhook of Prometheus Alertmanager.
///
/// Source: Prometheus Alertmanager, webhook receiver, message version 4.
enum AlertMessage {
    /// The words that monitoring systems use for severities, and the rank that they mean: 0 is the worst.
    static let ranks = [
        "critical": 0, "page": 0, "emergency": 0, "high": 1, "major": 1, "error": 1, "warning": 2, "minor": 2,
        "low": 3, "info": 3, "informational": 3,
    ]

    /// The fields of `alert.receive` that a document makes.
    static func read(_ document: JSONObject) throws(Refusal) -> RawInput {
        let isAlertmanager = document["alerts"] != nil || document["groupKey"] != nil
        return isAlertmanager ? try alertmanager(document) : try plain(document)
    }

    /// Our own shape: the fields, and `labels`, which are added to the text.
    private static func plain(_ document: JSONObject) throws(Refusal) -> RawInput {
        var input = RawInput()
        for (key, value) in document.members where key != "labels" { input[key] = RawValue(value) }
        guard let labels = document["labels"] else { return input }
        let lines = try pairs(labels, "labels").map { "\($0.key): \($0.value)" }
        let text = document["text"]?.string.map { [$0] } ?? []
        input["text"] = .text((text + lines).joined(separator: "\n"))
        return input
    }

    private static func alertmanager(_ document: JSONObject) throws(Refusal) -> RawInput {
        guard document["version"]?.string == "4" else {
            throw Refusal(
                field: "version", "unsupported_version", "version must be “4”, the only one that is read.")
        }
        guard let key = document["groupKey"]?.string, !key.isEmpty else {
            throw Refusal(
                field: "groupKey", "missing", "groupKey is needed: it tells messages about the same thing.")
        }
        guard let status = document["status"]?.string, ["firing", "resolved"].contains(status) else {
            throw Refusal(field: "status", "unknown_choice", "status must be firing or resolved.")
        }
        guard let list = document["alerts"]?.array, !list.isEmpty else {
            throw Refusal(field: "alerts", "missing", "alerts must be a list with at least one alert.")
        }
        let labels = try pairs(document["commonLabels"] ?? [:], "commonLabels")
        let annotations = try pairs(document["commonAnnotations"] ?? [:], "commonAnnotations")
        var lines: [String] = []
        var began: Timestamp?
        for (index, alert) in list.enumerated() {
            let one = try Alert(alert, at: "alerts[\(index)]")
            if index < 50 { lines.append(one.words) }
            if one.isFiring, began == nil || one.startsAt < began ?? one.startsAt { began = one.startsAt }
        }
        if list.count > 50 { lines.append("and \(list.count - 50) more") }
        var input = RawInput()
        input["key"] = .text(key)
        input["title"] = .text(title(labels, annotations, count: list.count))
        input["text"] = .text(lines.joined(separator: "\n\n"))
        input["state"] = .text(status)
        if let began { input["started_at"] = .text(began.rfc3339) }
        if let url = document["externalURL"]?.string, !url.isEmpty { input["url"] = .text(url) }
        let known = Dictionary(labels.map { ($0.key, $0.value) }) { first, _ in first }
        // A word that nobody knows must not lose the alert: the case then gets the usual severity.
        if let severity = known["severity"], ranks[severity.lowercased()] != nil {
            input["severity"] = .text(severity)
        }
        if let service = known["service"], !service.isEmpty { input["service"] = .text(service) }
        if let organisation = known["organisation"] { input["organisation"] = .text(organisation) }
        return input
    }

    private static func title(
        _ labels: [(key: String, value: String)], _ annotations: [(key: String, value: String)], count: Int
    ) -> String {
        func find(_ name: String, _ pairs: [(key: String, value: String)]) -> String? {
            pairs.first { $0.key == name }?.value
        }
        let words = find("summary", annotations) ?? find("alertname", labels) ?? "Alert"
        let line = words.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200)
        return line.isEmpty ? "Alert" : line + (count > 1 ? " (\(count) alerts)" : "")
    }

    /// One alert of a group.
    private struct Alert {
        var isFiring: Bool
        var startsAt: Timestamp
        var words: String

        init(_ json: JSON, at place: String) throws(Refusal) {
            guard json.object != nil else {
                throw Refusal(field: place, "wrong_type", "\(place) must be an object.")
            }
            let status = json["status"]?.string ?? "firing"
            guard ["firing", "resolved"].contains(status) else {
                throw Refusal(
                    field: "\(place).status", "unknown_choice", "\(place).status must be firing or resolved.")
            }
            guard let startsAt = json["startsAt"]?.string.flatMap({ Timestamp($0) }) else {
                throw Refusal(
                    field: "\(place).startsAt", "wrong_type",
                    "\(place).startsAt must be a time such as 2026-11-21T14:06:00Z.")
            }
            (isFiring, self.startsAt) = (status == "firing", startsAt)
            let labels = try pairs(json["labels"] ?? [:], "\(place).labels")
            let annotations = try pairs(json["annotations"] ?? [:], "\(place).annotations")
            let parts = (annotations + labels).map { "\($0.key): \($0.value)" }
            let link = json["generatorURL"]?.string.map { [$0] } ?? []
            words = (["\(status) since \(startsAt.rfc3339)"] + parts + link).joined(separator: "\n")
        }
    }

    /// The members of an object of texts.
    private static func pairs(
        _ json: JSON, _ place: String
    ) throws(Refusal) -> [(key: String, value: String)] {
        guard let object = json.object else {
            throw Refusal(field: place, "wrong_type", "\(place) must be an object of texts.")
        }
        var pairs: [(key: String, value: String)] = []
        for (key, value) in object.members {
            guard let text = value.string else {
                throw Refusal(field: "\(place).\(key)", "wrong_type", "\(place).\(key) must be text.")
            }
            pairs.append((key, text))
        }
        return pairs
    }
}
