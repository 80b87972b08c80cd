package import Diagnosis

/// One value as it arrived: from a form, JSON, the command line or a file, before anyone knows what it means.
package enum RawValue: Hashable, Sendable {
    /// Not sent at all.
    case missing
    /// Sent as JSON null.
    case null
    /// Text, as forms and the command line send everything.
    case text(String)
    /// A JSON whole number.
    case integer(Int64)
    /// Another JSON number.
    case number(Double)
    /// A JSON truth value.
    case bool(Bool)
    /// Several values.
    case list([RawValue])
    /// Named values: a JSON object, or the fields of a form whose names begin alike.
    case members([String: RawValue])

    /// The value as JSON sent it.
    package init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .text(value)
        case .array(let values): self = .list(values.map(RawValue.init))
        case .object(let object):
            let members = object.members.map { ($0.key, RawValue($0.value)) }
            self = .members(Dictionary(members) { _, last in last })
        }
    }

    /// What to show again in a form, so that nothing that was typed is lost.
    package var typed: String {
        switch self {
        case .missing, .null, .members: ""
        case .text(let text): text
        case .integer(let value): String(value)
        case .number(let value): "\(value)"
        case .bool(let value): value ? "true" : "false"
        case .list(let values): values.map(\.typed).joined(separator: "\n")
        }
    }
}

/// The fields of a request as they arrived.
package struct RawInput: Hashable, Sendable {
    /// Values by field name.
    package var values: [String: RawValue]

    /// An input of these values.
    package init(_ values: [String: RawValue] = [:]) { self.values = values }

    package subscript(name: String) -> RawValue {
        get { values[name] ?? .missing }
        set { values[name] = newValue }
    }

    /// The input with the values of open fields together: “answers.steps” becomes a member of “answers”.
    package func gathering(_ fields: [FieldDescription]) -> RawInput {
        var copy = self
        for field in fields {
            guard case .answers = field.shape else { continue }
            let prefix = field.name + "."
            var members: [String: RawValue] = [:]
            if case .members(let sent) = self[field.name] { members = sent }
            for (name, value) in values where name.hasPrefix(prefix) {
                members[String(name.dropFirst(prefix.count))] = value
                copy.values.removeValue(forKey: name)
            }
            if !members.isEmpty { copy[field.name] = .members(members) }
        }
        return copy
    }
}
