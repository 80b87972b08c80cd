import Domain
import Storage

/// The cases that one act is to be done on.
struct BulkSelection: Sendable {
    /// The most cases of one run.
    static let most = 10_000

    /// The cases by number or identifier; empty where a search says which.
    var cases: [String]
    /// The search that finds them; nil where they are named.
    var search: String?

    /// The cases, as the actor may see them, in the order in which they were named or are listed.
    /// - Throws: a refusal where nothing is named, one is not there, the search cannot be read, or there are too many.
    func found(
        for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        if let search {
            let text = CaseSearchText(search, for: actor, policy: policy, now: now)
            let filter: CaseFilter
            switch try text.meaning(in: tx) {
            case .problem(let problem): throw problem.refusal(field: "search")
            case .found(_, let meant): filter = meant
            }
            let found = try CaseDirectory.list(filter, for: actor, CasePage(limit: Self.most + 1), in: tx)
            try checkCount(found.count, field: "search")
            return found
        }
        try checkCount(cases.count, field: "cases")
        guard !cases.isEmpty else {
            throw Refusal(field: "cases", "missing", "Choose at least one case.")
        }
        var seen: Set<String> = []
        return try cases.compactMap { name in
            let found = try CaseDirectory.find(name, for: actor, in: tx)
            return seen.insert(found.id.raw).inserted ? found : nil
        }
    }

    /// What stands for exactly these cases, in any order.
    static func digest(of cases: [SupportCase]) -> String {
        hex(sha256(Array(cases.map(\.id.raw).sorted().joined(separator: " ").utf8)))
    }

    private func checkCount(_ count: Int, field: String) throws(Refusal) {
        guard count <= Self.most else {
            throw Refusal(
                field: field, "too_many",
                "At most \(grouped(Self.most)) cases are changed at once. Narrow the search, and do the rest afterwards."
            )
        }
    }
}

/// What can be done to many cases at once.
enum BulkAct {
    /// The names of the operations, in the order in which people choose.
    static let names = [
        "case.assign", "case.release", "case.route", "case.change_status", "case.change_severity",
        "case.edit",
        "case.set_next_action", "case.note", "case.reply", "case.watch", "case.unwatch", "case.link_record",
        "case.close", "case.reopen",
    ]

    /// What is filled in, as people read it: “Assign to” and “Jonas Weber”.
    static func said(
        _ fields: RawInput, _ operation: AnyOperation, _ form: OperationForm, _ policy: Policy
    ) -> [(label: String, value: String)] {
        operation.fields.compactMap { field in
            let typed = fields[field.name].typed
            guard field.name != "id", !field.isOpen, !typed.isEmpty else { return nil }
            let choices: [FieldChoice] =
                switch field.shape {
                case .choice(let all): all(policy)
                case .reference(let kind): form.references[kind] ?? form.references[field.name] ?? []
                default: []
                }
            let name = choices.first { $0.value == typed }?.label ?? typed
            let line = name.replacing("\n", with: " ")
            return (field.label, line.count > 80 ? line.prefix(80) + " ..." : line)
        }
    }

    /// What is done, with what is filled in, in a line.
    static func summary(
        _ fields: RawInput, _ operation: AnyOperation, _ form: OperationForm, _ policy: Policy
    ) -> String {
        let said = said(fields, operation, form, policy).map { "\($0.label) \($0.value)" }
        return said.isEmpty ? operation.summary : "\(operation.summary): \(said.joined(separator: ", "))"
    }

    /// The operation of this name, if it can be done to many.
    static func operation(_ name: String, _ catalog: FeatureCatalog) throws(Refusal) -> AnyOperation {
        guard names.contains(name), let found = catalog.operation(name) else {
            throw Refusal(
                field: "operation", "unknown_choice",
                "“\(name)” cannot be done to many cases at once. Choose one of: \(names.joined(separator: ", "))."
            )
        }
        return found
    }

    /// What somebody may do to many cases.
    static func all(for actor: Actor, _ catalog: FeatureCatalog) -> [AnyOperation] {
        names.compactMap { catalog.operation($0) }.filter { actor.may($0.right) }
    }

    /// The fields of one act of a run.
    static func input(_ fields: RawInput, on target: String) -> RawInput {
        var input = fields
        input["id"] = .text(target)
        return input
    }
}
