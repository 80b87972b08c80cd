package import Domain

/// A form made from the fields of an operation: what was typed stays, what is wrong stands under its field.
package struct FormView: Sendable {
    /// The fields.
    package var fields: [FieldDescription]
    /// What stands in them.
    package var values: RawInput
    /// What stood in them when the form was made: unchanged fields are not sent on.
    package var originals: RawInput = RawInput()
    /// What is wrong.
    package var problems: [Refusal.Problem] = []
    /// The policy in force, for what may be chosen.
    package var policy: Policy
    /// What may be referred to, by kind.
    package var references: [String: [FieldChoice]] = [:]
    /// Where the drafts of long texts are kept: the prefix of their keys; nil for no drafts.
    package var draftPrefix: String?
    /// When drafts were kept on the server, in milliseconds since 1970, by field.
    package var draftTimes: [String: Int64] = [:]

    /// A form of these fields.
    package init(fields: [FieldDescription], values: RawInput = RawInput(), policy: Policy) {
        (self.fields, self.values, self.policy) = (fields, values, policy)
    }

    /// All fields, in order; short ones that follow each other stand side by side.
    package var allFields: HTML {
        var html: HTML = ""
        var short: [HTML] = []
        func flush() {
            guard !short.isEmpty else { return }
            html += short.count == 1 ? short[0] : "<div class=\"cols\">\(short)</div>\n"
            short = []
        }
        var wasTime = false
        for one in fields {
            if let group = one.group {
                flush()
                html += "<h2 class=\"group\">\(group)</h2>\n"
            }
            if isShort(one) {
                let isTime = if case .time = one.shape { true } else { false }
                if isTime != wasTime || short.count == 3 { flush() }
                wasTime = isTime
                short.append(field(one))
            } else {
                flush()
                html += field(one) + "\n"
            }
        }
        flush()
        return html
    }

    private func isShort(_ field: FieldDescription) -> Bool {
        switch field.shape {
        case .integer, .number, .time: true
        case .choice(let choices): !showsAsRadios(choices(policy))
        default: false
        }
    }

    private func showsAsRadios(_ choices: [FieldChoice]) -> Bool {
        choices.count <= 5 && choices.contains { !$0.detail.isEmpty }
    }

    /// The keys under which the drafts of long texts are kept.
    package var draftKeys: [String] {
        guard let draftPrefix else { return [] }
        return fields.compactMap { field in
            if case .text(_, isMultiline: true) = field.shape { "\(draftPrefix)/\(field.name)" } else { nil }
        }
    }

    /// The hidden values that every form of an operation carries.
    package static func hidden(key: String, base: Version?) -> HTML {
        let version = base.map { "<input type=\"hidden\" name=\"_base\" value=\"\($0.number)\">" as HTML }
        return "<input type=\"hidden\" name=\"_key\" value=\"\(key)\">\(version)"
    }

    /// What is wrong, on top of the form.
    package func summary(_ refusal: Refusal) -> HTML {
        let items = refusal.problems.map { problem -> HTML in
            // A message that names the field already says it once.
            let label = label(problem.field)
            let words = problem.message.contains(label) ? problem.message : "\(label): \(problem.message)"
            return "<li><a href=\"#\(id(problem.field))\">\(words)</a></li>" as HTML
        }
        let list: HTML = items.isEmpty ? .empty : "<ul>\(items)</ul>"
        // One problem is said once, and its words lead to the field.
        if refusal.problems.count == 1, let only = refusal.problems.first, only.message == refusal.message {
            return """
                <div class="problem" role="alert" tabindex="-1"><h2><a href="#\(id(only.field))">\(only.message)</a></h2><p>What you typed is kept below.</p></div>
                """
        }
        return """
            <div class="problem" role="alert" tabindex="-1"><h2>\(refusal.message)</h2>\(list)<p>What you typed is kept below.</p></div>
            """
    }

    private func label(_ name: String) -> String { fields.first { $0.name == name }?.label ?? name }

    /// The identifier of a field's control.
    package func id(_ name: String) -> String { name.split(separator: "_").joined(separator: "-") }

    /// One field by name; nothing where there is none.
    package func field(named name: String) -> HTML { fields.first { $0.name == name }.map(field) ?? .empty }

    /// One field with its label, help and problems.
    package func field(_ field: FieldDescription) -> HTML {
        let wasSent: HTML =
            originals.values[field.name].map {
                "<input type=\"hidden\" name=\"was.\(field.name)\" value=\"\($0.typed)\">"
            } ?? .empty
        if field.isHidden {
            let value = values[field.name].typed
            return value.isEmpty
                ? .empty : "<input type=\"hidden\" name=\"\(field.name)\" value=\"\(value)\">"
        }
        switch field.shape {
        case .choice(let choices): return wasSent + choice(field, choices(policy))
        case .list(.choice(let choices)) where choices(policy).isEmpty: return .empty
        case .list(.choice(let choices)):
            // Boxes that are not ticked are not sent; the empty value says that the field was there.
            let none: HTML =
                field.isEdit ? "<input type=\"hidden\" name=\"\(field.name)\" value=\"\">" : .empty
            return wasSent + none + ticks(field, choices(policy))
        case .list(.reference(let kind)) where (1...60).contains(references[kind]?.count ?? 0):
            return wasSent + ticks(field, references[kind] ?? [])
        case .flag: return wasSent + tick(field)
        default: return wasSent + labelled(field, control(field))
        }
    }

    private func messages(_ field: FieldDescription) -> [String] {
        problems.filter { $0.field == field.name }.map(\.message)
    }

    private func describedBy(_ field: FieldDescription) -> HTML {
        var ids: [String] = []
        if hasHelp(field) { ids.append("\(id(field.name))-h") }
        let isWrong = !messages(field).isEmpty
        if isWrong { ids.append("\(id(field.name))-e") }
        let isFirst = isWrong && problems.first?.field == field.name
        return .attribute("aria-describedby", ids.isEmpty ? nil : ids.joined(separator: " "))
            + (isWrong ? " aria-invalid=\"true\"" : .empty) + .flag("data-first-error", isFirst)
    }

    private func help(_ field: FieldDescription) -> HTML {
        guard hasHelp(field) else { return .empty }
        var help: HTML = field.help.map { "\($0)" } ?? .empty
        if field.isTime { help = "Time zone: \(zoneName). \(help)" }
        return "<p class=\"help\" id=\"\(id(field.name))-h\">\(help)</p>"
    }

    private func hasHelp(_ field: FieldDescription) -> Bool { field.help != nil || field.isTime }

    private func errors(_ field: FieldDescription) -> HTML {
        let messages = messages(field)
        guard !messages.isEmpty else { return .empty }
        let text = messages.joined(separator: " ")
        return """
            <p class="err" id="\(id(field.name))-e">\(icon("alert"))<span><span class="sr">Error: </span>\(text)</span></p>
            """
    }

    private func optionalMark(_ field: FieldDescription) -> HTML {
        field.isWanted || field.isRequired ? .empty : " <span class=\"opt\">optional</span>"
    }

    private func labelled(_ field: FieldDescription, _ control: HTML) -> HTML {
        """
        <div class="fld"><label for="\(id(field.name))">\(field.label)\(optionalMark(field))</label>\(help(field))
        \(control)\(errors(field))</div>
        """
    }

    private func control(_ field: FieldDescription) -> HTML {
        let common: HTML =
            "id=\"\(id(field.name))\" name=\"\(field.name)\"\(describedBy(field))\(.flag("required", field.isRequired))"
        let value = values[field.name].typed
        switch field.shape {
        case .text(_, isMultiline: true), .list:
            let draft = draftPrefix.map { "\($0)/\(field.name)" }
            let savedAt = draftTimes[field.name].map { String($0) } ?? ""
            return """
                <textarea class="input" \(common) rows="5"\(fieldDirection(of: value))\(.attribute("data-draft", draft))\(.attribute("data-draft-at", draft.map { _ in savedAt }))\(.flag("data-echo", !problems.isEmpty))>
                \(value)</textarea>
                """
        case .secret:
            return "<input class=\"input\" type=\"password\" \(common) autocomplete=\"new-password\">"
        case .integer:
            return
                "<input class=\"input num\" inputmode=\"numeric\" \(common) value=\"\(value)\" autocomplete=\"off\">"
        case .number:
            return
                "<input class=\"input num\" inputmode=\"decimal\" \(common) value=\"\(value)\" autocomplete=\"off\">"
        case .time:
            let shown = Timestamp(value)?.fieldText ?? value
            return """
                <input class="input time" \(common) value="\(shown)" placeholder="2026-11-20T09:30" autocomplete="off">
                """
        case .reference(let kind): return reference(field, kind, common, value)
        default:
            return "<input class=\"input\" \(common) value=\"\(value)\" dir=\"auto\" autocomplete=\"off\">"
        }
    }

    private func reference(_ field: FieldDescription, _ kind: String, _ common: HTML, _ value: String) -> HTML
    {
        let choices = references[kind] ?? []
        guard !choices.isEmpty else {
            return "<input class=\"input mid\" \(common) value=\"\(value)\" autocomplete=\"off\">"
        }
        if choices.count > 40 {
            let options = choices.map { choice in
                "<option value=\"\(choice.detail.isEmpty ? choice.label : choice.detail)\">\(choice.label)</option>"
                    as HTML
            }
            let list = "\(id(field.name))-list"
            return """
                <input class="input mid" list="\(list)" \(common) value="\(value)" autocomplete="off"><datalist id="\(list)">\(options)</datalist>
                """
        }
        let options = choices.map { choice in
            """
            <option value="\(choice.value)"\(.flag("selected", choice.value == value))>\(choice.label)</option>
            """ as HTML
        }
        let empty: HTML = "<option value=\"\">\(field.isRequired ? "Choose" : "None")</option>"
        return "<select class=\"input\" \(common)>\(empty)\(options)</select>"
    }

    private func choice(_ field: FieldDescription, _ choices: [FieldChoice]) -> HTML {
        let value = values[field.name].typed
        guard showsAsRadios(choices) else {
            let options = choices.map {
                "<option value=\"\($0.value)\"\(.flag("selected", $0.value == value))>\($0.label)</option>"
                    as HTML
            }
            let empty: HTML = "<option value=\"\">\(field.isRequired ? "Choose" : "Not set")</option>"
            return labelled(
                field,
                """
                <select class="input" id="\(id(field.name))" name="\(field.name)"\(describedBy(field))>\(empty)\(options)</select>
                """)
        }
        let radios = choices.map { choice in
            """
            <label class="choice"><input type="radio" name="\(field.name)" value="\(choice.value)"\(.flag("checked", choice.value == value))><span><b>\(choice.label)</b><small>\(choice.detail)</small></span></label>
            """ as HTML
        }
        return """
            <fieldset class="fld" id="\(id(field.name))"\(describedBy(field))><legend>\(field.label)\(optionalMark(field))</legend>\(help(field))
            <div class="choices">\(radios)</div>\(errors(field))</fieldset>
            """
    }

    private func ticks(_ field: FieldDescription, _ choices: [FieldChoice]) -> HTML {
        let chosen: Set<String> =
            if case .list(let values) = values[field.name] {
                Set(values.map(\.typed))
            } else {
                Set(values[field.name].typed.split(separator: "\n").map(String.init))
            }
        let boxes = choices.map { choice in
            """
            <label class="tick"><input type="checkbox" name="\(field.name)" value="\(choice.value)"\(.flag("checked", chosen.contains(choice.value)))><span>\(choice.label)\(choice.detail.isEmpty ? .empty : "<small>\(choice.detail)</small>" as HTML)</span></label>
            """ as HTML
        }
        return """
            <fieldset class="fld" id="\(id(field.name))"\(describedBy(field))><legend>\(field.label)\(optionalMark(field))</legend>\(help(field))
            <div class="choices">\(boxes)</div>\(errors(field))</fieldset>
            """
    }

    private func tick(_ field: FieldDescription) -> HTML {
        let isOn = ["true", "on", "yes", "1"].contains(values[field.name].typed)
        return """
            <div class="fld"><label class="tick"><input type="checkbox" id="\(id(field.name))" name="\(field.name)" value="true"\(.flag("checked", isOn))\(describedBy(field))><span>\(field.label)</span></label>\(help(field))\(errors(field))</div>
            """
    }
}

/// The reading direction of a field of long text: its own for each paragraph, except where there is too much of it.
///
/// Browsers take minutes to find the direction of a hundred thousand lines; then the first letter decides for all.
package func fieldDirection(of text: String) -> HTML {
    guard text.utf8.count > 20_000 else { return " dir=\"auto\"" }
    let first = text.unicodeScalars.prefix(1000).first { $0.properties.isAlphabetic }
    let isRightToLeft = first.map { (0x0590...0x08FF).contains($0.value) } ?? false
    return isRightToLeft ? " dir=\"rtl\"" : " dir=\"ltr\""
}
