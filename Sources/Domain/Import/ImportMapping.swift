/// How the rows of another system's file become cases: one validated document.
package struct ImportMapping: Sendable {
    /// What one row of the file is.
    package enum Rows: String, Sendable, CaseIterable {
        /// A whole case.
        case cases
        /// One change of a case; the rows of a case are its history.
        case changes
    }

    /// What stands between the fields of a CSV file.
    package enum Delimiter: String, Sendable, CaseIterable {
        /// `,`
        case comma
        /// `;`
        case semicolon
        /// A tab.
        case tab
    }

    /// Which columns are kept beside the fields.
    package enum Kept: Equatable, Sendable {
        /// Every column that no field holds unchanged.
        case all
        /// These columns.
        case columns([String])
    }

    /// The name of the other system; it stands in every fact and makes keys unique.
    package var source: String
    /// What one row is.
    package var rows: Rows
    /// How a CSV file is written.
    package var delimiter = Delimiter.comma
    /// The column with the outside number of the case.
    package var number: String?
    /// Whether cases keep the outside number as their own.
    package var keepsNumber = false
    /// The columns that identify a row; empty for the number, or the content where that is not enough.
    package var rowKey: [String] = []
    /// The column with the moment of a change, or of the whole row.
    package var time: String?
    /// How moments are written.
    package var timeFormat = ImportTimeFormat()
    /// Values that mean “not known”.
    package var unknown: Set<String> = [""]
    /// What is kept beside the fields.
    package var keep = Kept.all
    /// The column with a number that should rise by one from row to row of a case.
    package var orderCheck: String?
    /// The fields, by name.
    package var fields: [ImportRule] = []
    /// Every column that the document names, with its line and key.
    package var namedColumns: [(column: String, line: Int, key: String)] = []

    /// A mapping without fields.
    package init(source: String, rows: Rows) { (self.source, self.rows) = (source, rows) }

    /// The columns that the document names and the file does not have.
    package func problems(withColumns columns: [String]) -> [ConfigProblem] {
        let known = Set(columns)
        return namedColumns.filter { !known.contains($0.column) }.map { missing in
            let hint = nearest(to: missing.column, in: columns).map { "; did you mean “\($0)”?" } ?? ""
            return ConfigProblem(
                line: missing.line, key: missing.key,
                message: "the file has no column “\(missing.column)”\(hint)")
        }
    }
}

/// Where the value of one field of a case comes from.
package struct ImportRule: Sendable {
    /// Where a value is taken from.
    package enum Origin: Sendable {
        /// A column.
        case column(String)
        /// Text with columns in it.
        case template([TemplatePiece])
        /// The same for every row.
        case constant(String)
    }

    /// A piece of a template.
    package enum TemplatePiece: Equatable, Sendable {
        /// Text as it stands.
        case text(String)
        /// The value of a column.
        case column(String)
    }

    /// A condition on another column.
    package struct Condition: Sendable {
        /// The column.
        package var column: String
        /// The values for which it holds.
        package var values: Set<String>
    }

    /// The field of a case.
    package var field: ImportField
    /// Where its value is taken from.
    package var origin: Origin
    /// What outside values are here.
    package var values: [String: String] = [:]
    /// What values are that `values` does not list.
    package var otherwise: String?
    /// What stands where the value is not known.
    package var fallback: String?
    /// Rows for which the condition does not hold say that the field has no value.
    package var onlyWhen: Condition?
    /// Whether only the first line is taken.
    package var takesFirstLine = false
    /// How many characters are taken at most.
    package var shorten: Int?
    /// For organisations: the tier of those that are made.
    package var tier: String?

    /// A rule for a field.
    package init(_ field: ImportField, from origin: Origin) { (self.field, self.origin) = (field, origin) }
}

/// A field of a case that a row may set.
package enum ImportField: String, Sendable, CaseIterable {
    /// One line.
    case subject
    /// The reporter's words.
    case symptom
    /// The engineer's statement.
    case problemStatement = "problem_statement"
    /// Who asked.
    case requester
    /// The customer.
    case organisation
    /// How it reached us.
    case channel
    /// The kind of request.
    case requestType = "request_type"
    /// How bad it is.
    case severity
    /// Where it stands.
    case status
    /// Who is accountable.
    case owner
    /// The area of the product.
    case productArea = "product_area"
    /// The part of the product.
    case component
    /// Where it shows.
    case environment
    /// What it is about.
    case category
    /// The cause.
    case rootCause = "root_cause"
    /// What it turned out to be.
    case verdict
    /// The layer in which the fault lies.
    case faultLayer = "fault_layer"
    /// When it was reported.
    case reportedAt = "reported_at"
    /// When the effect began.
    case beganAt = "began_at"
    /// When somebody first noticed.
    case noticedAt = "noticed_at"
    /// When the other system recorded it.
    case openedAt = "opened_at"
    /// When it was resolved.
    case resolvedAt = "resolved_at"
    /// When it was filed away.
    case closedAt = "closed_at"
    /// How often it came back.
    case reopenCount = "reopen_count"
    /// What was wrong and what was done.
    case narrative

    /// What a field holds.
    package enum Kind: Equatable, Sendable {
        /// One line.
        case line
        /// Text of several lines.
        case text
        /// A moment.
        case time
        /// A whole number.
        case count
        /// Somebody.
        case person
        /// A customer.
        case organisation
        /// An entry of a list of policy.
        case choice
    }

    /// What the field holds.
    package var kind: Kind {
        switch self {
        case .subject: .line
        case .symptom, .problemStatement, .narrative: .text
        case .reportedAt, .beganAt, .noticedAt, .openedAt, .resolvedAt, .closedAt: .time
        case .reopenCount: .count
        case .requester, .owner: .person
        case .organisation: .organisation
        case .channel, .requestType, .severity, .status, .productArea, .component, .environment, .category,
            .rootCause, .verdict, .faultLayer:
            .choice
        }
    }

    /// Whether a case can be without it, so that a row in which it is not known takes it away.
    package var canBeCleared: Bool {
        switch self {
        case .subject, .symptom, .channel, .requestType, .severity, .status, .reportedAt, .openedAt,
            .reopenCount:
            false
        default: true
        }
    }

    /// The entries of policy that it chooses from; nil where it does not.
    package func choices(_ policy: Policy) -> [(id: String, name: String)]? {
        switch self {
        case .severity: policy.severities.map { ($0.id.raw, $0.name) }
        case .status: policy.statuses.map { ($0.id.raw, $0.name) }
        case .channel: policy.channels.map { ($0.id, $0.name) }
        case .requestType: policy.requestTypes.map { ($0.id, $0.name) }
        default:
            CaseFact.ClassifyingField(rawValue: rawValue).map { field in
                field.terms(policy).map { ($0.id, $0.name) }
            }
        }
    }

    /// The identifier that `text` names in policy: an identifier or a name, whatever the case of its letters.
    package func choice(named text: String, _ policy: Policy) -> String? {
        if self == .severity { return policy.severity(named: text)?.id.raw }
        let wanted = text.lowercased()
        return choices(policy)?.first {
            $0.id == text || $0.id.lowercased() == wanted || $0.name.lowercased() == wanted
        }?.id
    }
}
