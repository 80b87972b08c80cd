package import Diagnosis

/// How an effect is taken back: by another operation, with an input made from what was before.
package struct Undo: Equatable, Sendable {
    /// The name of the operation: "case.assign".
    package var operation: String
    /// Its input.
    package var input: RawInput

    /// Taking back by this operation with these fields.
    package init(_ operation: String, _ fields: [String: RawValue]) {
        (self.operation, input) = (operation, RawInput(fields))
    }
}

extension RawValue {
    /// The value as JSON, to be kept and read again by `init(_: JSON)`.
    package var json: JSON {
        switch self {
        case .missing, .null: .null
        case .members(let members): RawInput(members).json
        case .text(let text): .string(text)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .bool(let value): .bool(value)
        case .list(let values): .array(values.map(\.json))
        }
    }

    /// Text, or what clears an edit where there is none.
    package static func optional(_ text: String?) -> RawValue { .text(text ?? "") }
}

extension RawInput {
    /// The fields as a JSON object, by name, to be kept and read again by `init(_: JSON)`.
    package var json: JSON {
        var object = JSONObject()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) { object[name] = value.json }
        return .object(object)
    }

    /// The fields that were kept as a JSON object; none where it is no object.
    package init(_ json: JSON) {
        self.init()
        for member in json.object?.members ?? [] { self[member.key] = RawValue(member.value) }
    }
}
