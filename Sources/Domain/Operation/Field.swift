/// One choice of a field: what is sent and what people read.
package struct FieldChoice: Hashable, Sendable {
    /// What is sent and stored.
    package var value: String
    /// What people read.
    package var label: String
    /// A sentence under the label.
    package var detail: String

    /// A choice with these parts.
    package init(_ value: String, _ label: String, detail: String = "") {
        (self.value, self.label, self.detail) = (value, label, detail)
    }
}

/// What a field takes and how it is shown: read by forms, JSON, OpenAPI and the command line alike.
package struct FieldDescription: Sendable {
    /// The kinds of value.
    package indirect enum Shape: Sendable {
        /// Text of at most so many UTF-8 bytes; `isMultiline` keeps line breaks.
        case text(maxBytes: Int, isMultiline: Bool)
        /// A password or token: never shown again.
        case secret(maxBytes: Int)
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// A number.
        case number(ClosedRange<Double>)
        /// Yes or no.
        case flag
        /// One of the choices that policy gives at that moment.
        case choice(@Sendable (Policy) -> [FieldChoice])
        /// A moment, RFC 3339.
        case time
        /// The identifier or human name of another thing of this kind.
        case reference(kind: String)
        /// Several values of a shape.
        case list(Shape)
        /// Answers to questions of policy, by name: “answers.steps” in a form, a member of “answers” in JSON.
        case answers
    }

    /// The name on the wire, snake_case.
    package var name: String
    /// The name on pages.
    package var label: String
    /// A sentence that helps to fill it in.
    package var help: String?
    /// What it takes.
    package var shape: Shape
    /// Whether a request without it is refused.
    package var isRequired: Bool
    /// Whether an empty value takes away what was there, and leaving it out changes nothing.
    package var isEdit = false
    /// The aspect that the field edits, where it edits one.
    package var aspect: Aspect?
    /// Whether pages count it as missing while it is empty, though it may stay so.
    package var isWanted = false
    /// Whether pages carry it along unseen.
    package var isHidden = false
    /// The heading under which it stands, where that is not the heading of the field before.
    package var group: String?
}

extension FieldDescription {
    /// Whether it stands for questions of policy, which the form of the operation names.
    package var isOpen: Bool { if case .answers = shape { true } else { false } }
    /// Whether it takes a moment.
    package var isTime: Bool { if case .time = shape { true } else { false } }
}

/// What an edit asks of one field.
package enum Edit<Value: Sendable>: Sendable {
    /// The field was not sent: leave it as it is.
    case unchanged
    /// The field was sent empty: take away what was there.
    case cleared
    /// The new value.
    case set(Value)

    /// What stands there afterwards.
    package func applied(to before: Value?) -> Value? {
        switch self {
        case .unchanged: before
        case .cleared: nil
        case .set(let value): value
        }
    }
}

extension Edit: Equatable where Value: Equatable {}

/// A field: its description, and how a raw value becomes a `Value` or a problem that names it.
package struct Field<Value: Sendable>: Sendable {
    /// What the field takes.
    package var description: FieldDescription
    /// Reads a raw value, with the policy in force for what may be chosen.
    package var read: @Sendable (RawValue, Policy) -> Result<Value, FieldProblems>

    /// A field of a description and the reader that goes with it.
    package init(
        description: FieldDescription,
        read: @escaping @Sendable (RawValue, Policy) -> Result<Value, FieldProblems>
    ) {
        (self.description, self.read) = (description, read)
    }

    /// The same field with a sentence of help.
    package func help(_ text: String) -> Self {
        var copy = self
        copy.description.help = text
        return copy
    }

    /// The same field, carried along unseen by pages.
    package func hidden() -> Self {
        var copy = self
        copy.description.isHidden = true
        return copy
    }

    /// The same field with its value made into another.
    package func mapped<Other>(_ make: @escaping @Sendable (Value) -> Other) -> Field<Other> {
        Field<Other>(description: description) { [read] raw, policy in read(raw, policy).map(make) }
    }

    /// The same field, said to edit `aspect`.
    package func editing(_ aspect: Aspect) -> Self {
        var copy = self
        copy.description.aspect = aspect
        return copy
    }
}

/// What is wrong with one field or several.
package struct FieldProblems: Error, Sendable {
    /// The problems, in the order of the fields.
    package var problems: [Refusal.Problem]
    /// These problems.
    package init(_ problems: [Refusal.Problem]) { self.problems = problems }
    /// One problem with one field.
    package init(_ field: String, _ code: String, _ message: String) {
        problems = [.init(field: field, code: code, message: message)]
    }
}

extension Field {
    /// The field, or nil where it is missing, null or empty.
    package static func optional<Wrapped>(_ field: Field<Wrapped>) -> Self where Value == Wrapped? {
        var description = field.description
        description.isRequired = false
        return Field(description: description) { raw, policy in
            switch raw {
            case .missing, .null, .text(""): .success(nil)
            default: field.read(raw, policy).map(Optional.some)
            }
        }
    }

    /// The field as part of an edit: missing leaves things as they are, empty takes the value away.
    package static func edit<Wrapped>(_ field: Field<Wrapped>) -> Self where Value == Edit<Wrapped> {
        var description = field.description
        description.isRequired = false
        description.isEdit = true
        return Field(description: description) { raw, policy in
            switch raw {
            case .missing: .success(.unchanged)
            case .null, .text(""): .success(.cleared)
            default: field.read(raw, policy).map(Edit.set)
            }
        }
    }

    private static func plain(
        _ name: String, _ label: String, _ shape: FieldDescription.Shape,
        read: @escaping @Sendable (RawValue, Policy) -> Result<Value, FieldProblems>
    ) -> Self {
        Field(
            description: FieldDescription(name: name, label: label, help: nil, shape: shape, isRequired: true)
        ) { raw, policy in
            switch raw {
            case .missing, .null, .text(""):
                .failure(FieldProblems(name, "missing", needed(label)))
            case .members:
                .failure(FieldProblems(name, "wrong_type", "\(label) cannot be an object."))
            default: read(raw, policy)
            }
        }
    }
}

extension Field where Value == String {
    /// A single line of text without line breaks or invisible controls, trimmed at both ends.
    package static func line(_ name: String, _ label: String, maxBytes: Int = 300) -> Self {
        plain(name, label, .text(maxBytes: maxBytes, isMultiline: false)) { raw, _ in
            guard case .text(let text) = raw else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be text."))
            }
            let trimmed = text.trimmingWhitespace
            return Field.checked(trimmed, name, label, maxBytes: maxBytes).flatMap { line in
                if line.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 || $0.isLineBreak })
                {
                    return .failure(
                        FieldProblems(name, "control_character", "\(label) must be one line of plain text."))
                }
                if line.unicodeScalars.contains(where: \.isDirectionOverride) {
                    return .failure(
                        FieldProblems(
                            name, "direction_control",
                            "\(label) holds invisible characters that reverse the reading direction. "
                                + "Type it again without them."))
                }
                return .success(line)
            }
        }
    }

    /// Text of several lines, kept exactly as it was typed.
    package static func text(_ name: String, _ label: String, maxBytes: Int = 1_000_000) -> Self {
        plain(name, label, .text(maxBytes: maxBytes, isMultiline: true)) { raw, _ in
            guard case .text(let text) = raw else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be text."))
            }
            return Field.checked(text.normalizingLineBreaks, name, label, maxBytes: maxBytes)
        }
    }

    /// A password or token, neither trimmed nor shown again.
    package static func secret(_ name: String, _ label: String, maxBytes: Int = 1024) -> Self {
        plain(name, label, .secret(maxBytes: maxBytes)) { raw, _ in
            guard case .text(let text) = raw else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be text."))
            }
            return Field.checked(text, name, label, maxBytes: maxBytes)
        }
    }

    private static func checked(
        _ text: String, _ name: String, _ label: String, maxBytes: Int
    ) -> Result<String, FieldProblems> {
        if text.trimmingWhitespace.isEmpty {
            return .failure(FieldProblems(name, "missing", needed(label)))
        }
        if text.utf8.count > maxBytes {
            return .failure(
                FieldProblems(
                    name, "too_long",
                    "\(label) is \(text.utf8.count) bytes long; at most \(maxBytes) are kept. "
                        + "Shorten it, or attach the rest."))
        }
        if text.utf8.contains(0) {
            return .failure(
                FieldProblems(name, "nul", "\(label) holds a NUL character, which cannot be kept."))
        }
        return .success(text)
    }
}

extension Field where Value == Int {
    /// A whole number within `range`.
    package static func integer(_ name: String, _ label: String, _ range: ClosedRange<Int>) -> Self {
        plain(name, label, .integer(range)) { raw, _ in
            let number: Int? =
                switch raw {
                case .integer(let value): Int(value)
                case .text(let text): Int(text.trimmingWhitespace.filter { $0 != "," && $0 != " " })
                default: nil
                }
            guard let number else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be a whole number."))
            }
            guard range.contains(number) else {
                return .failure(
                    FieldProblems(
                        name, "out_of_range",
                        "\(label) must be between \(range.lowerBound) and \(range.upperBound)."))
            }
            return .success(number)
        }
    }
}

extension Field where Value == Double {
    /// A number within `range`.
    package static func number(_ name: String, _ label: String, _ range: ClosedRange<Double>) -> Self {
        plain(name, label, .number(range)) { raw, _ in
            let number: Double? =
                switch raw {
                case .integer(let value): Double(value)
                case .number(let value): value
                case .text(let text): Double(text.trimmingWhitespace.filter { $0 != "%" && $0 != " " })
                default: nil
                }
            guard let number, number.isFinite else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be a number."))
            }
            guard range.contains(number) else {
                return .failure(
                    FieldProblems(
                        name, "out_of_range",
                        "\(label) must be between \(range.lowerBound) and \(range.upperBound)."))
            }
            return .success(number)
        }
    }
}

extension Field where Value == Bool {
    /// Yes or no; an unticked box, which a form does not send, is no.
    package static func flag(_ name: String, _ label: String) -> Self {
        var description = FieldDescription(
            name: name, label: label, help: nil, shape: .flag, isRequired: false)
        description.isRequired = false
        return Field(description: description) { raw, _ in
            switch raw {
            case .missing, .null, .text(""): .success(false)
            case .bool(let value): .success(value)
            case .text(let text):
                switch text.lowercased() {
                case "true", "yes", "on", "1": .success(true)
                case "false", "no", "off", "0": .success(false)
                default: .failure(FieldProblems(name, "wrong_type", "\(label) must be yes or no."))
                }
            default: .failure(FieldProblems(name, "wrong_type", "\(label) must be true or false."))
            }
        }
    }
}

extension Field where Value == Timestamp {
    /// A moment: RFC 3339 with a zone, or the value of a browser's time field, which counts as UTC.
    package static func time(_ name: String, _ label: String) -> Self {
        plain(name, label, .time) { raw, _ in
            guard case .text(let text) = raw, let time = Timestamp(text.trimmingWhitespace) else {
                return .failure(
                    FieldProblems(
                        name, "wrong_type",
                        "\(label) must be a time such as 2026-11-21T14:06:00Z."))
            }
            return .success(time)
        }
    }
}

extension Field where Value == String {
    /// One of the choices that policy gives; `resolve` may accept other spellings, such as P1 for Sev1.
    package static func choice(
        _ name: String, _ label: String, from choices: @escaping @Sendable (Policy) -> [FieldChoice],
        resolve: @escaping @Sendable (String, Policy) -> String? = { _, _ in nil }
    ) -> Self {
        plain(name, label, .choice(choices)) { raw, policy in
            guard case .text(let text) = raw else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be text."))
            }
            let allowed = choices(policy)
            if allowed.contains(where: { $0.value == text }) { return .success(text) }
            if let value = resolve(text, policy) { return .success(value) }
            let names = allowed.map(\.value).joined(separator: ", ")
            return .failure(
                FieldProblems(name, "unknown_choice", "\(label) must be one of: \(names)."))
        }
    }

    /// The identifier or human name (TL-42, an e-mail address) of another thing; looked up by the operation.
    package static func reference(_ name: String, _ label: String, to kind: String) -> Self {
        plain(name, label, .reference(kind: kind)) { raw, _ in
            guard case .text(let text) = raw else {
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be text."))
            }
            return Field.checked(text.trimmingWhitespace, name, label, maxBytes: 300)
        }
    }
}

extension Field where Value == [String] {
    /// Several values of one field; a form sends them as ticked boxes or one a line.
    package static func list(of field: Field<String>, maxCount: Int = 100) -> Self {
        var description = field.description
        description.shape = .list(description.shape)
        description.isRequired = false
        let name = description.name
        let label = description.label
        return Field(description: description) { raw, policy in
            let items: [RawValue] =
                switch raw {
                case .missing, .null, .text(""): []
                case .list(let values): values.filter { $0 != .text("") }
                case .text(let text):
                    text.split(whereSeparator: { $0 == "\n" || $0 == "," })
                        .map { RawValue.text(String($0).trimmingWhitespace) }.filter { $0 != .text("") }
                default: [raw]
                }
            guard items.count <= maxCount else {
                return .failure(FieldProblems(name, "too_many", "\(label) takes at most \(maxCount) values."))
            }
            var values: [String] = []
            for item in items {
                switch field.read(item, policy) {
                case .success(let value): if !values.contains(value) { values.append(value) }
                case .failure(let problems): return .failure(problems)
                }
            }
            return .success(values)
        }
    }
}

extension Field where Value == [String: RawValue] {
    /// Answers to questions of policy, by name; the operation reads them, since it knows the form.
    package static func answers(_ name: String, _ label: String, maxCount: Int = 300) -> Self {
        let description = FieldDescription(
            name: name, label: label, help: nil, shape: .answers, isRequired: false)
        return Field(description: description) { raw, _ in
            switch raw {
            case .missing, .null, .text(""): return .success([:])
            case .members(let members) where members.count <= maxCount: return .success(members)
            case .members:
                return .failure(
                    FieldProblems(name, "too_many", "\(label) takes at most \(maxCount) answers."))
            default:
                return .failure(FieldProblems(name, "wrong_type", "\(label) must be named values."))
            }
        }
    }
}

extension String {
    /// The text with the CRLF of forms as LF.
    package var normalizingLineBreaks: String {
        guard utf8.contains(13) else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count)
        var previous: UInt8 = 0
        for byte in utf8 {
            if byte == 10, previous == 13 { previous = byte; continue }
            result.append(byte == 13 ? 10 : byte)
            previous = byte
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// A line or paragraph separator beside the control characters.
    package var isLineBreak: Bool { value == 0x85 || value == 0x2028 || value == 0x2029 }
    /// An invisible control that can make text read in another order than it is stored (CVE-2021-42574).
    package var isDirectionOverride: Bool {
        (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    }
}

/// What is said where a field is empty that must not be.
private func needed(_ label: String) -> String {
    label.hasSuffix("?") ? "“\(label)” needs an answer." : "\(label) is needed."
}
