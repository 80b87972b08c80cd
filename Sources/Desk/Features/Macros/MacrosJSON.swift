import Diagnosis
import Domain
import Storage
import Web

/// Macros on the wire.
enum MacrosJSON {
    static let reads = [
        APIRead(
            "macro.list", "Templates, the most used first", path: "/macros", access: .right("macro.view"),
            parameters: [.init("q", "Text in name or reply")]
        ) { call, services in
            let text = try call.request.query("q").map(QueuePages.checkedSearch) ?? ""
            return try await services.database.read { tx in
                let macros = try tx.all(
                    MacrosQueries.macros(matching: text, offeredOnly: false, limit: 500), MacrosQueries.read)
                let outcomes = try MacroOutcome.all(in: tx)
                return ["items": .array(macros.map { json($0, outcomes[$0.id.raw]) })]
            }
        },
        APIRead("macro.read", "One template", path: "/macros/{id}", access: .right("macro.view")) {
            call, services in
            let id = call.request.parameter("id")
            return try await services.database.read { tx in
                guard let macro = try tx.first(MacrosQueries.macro(id: id), MacrosQueries.read) else {
                    throw Refusal.notFound("template")
                }
                return json(macro, try MacroOutcome.all(in: tx)[id])
            }
        },
        APIRead(
            "macro.fill", "A template filled in for a case", path: "/cases/{id}/filled_template",
            access: .right("case.reply"), parameters: [.init("template", "A template’s identifier or name")]
        ) { call, services in
            let reference = call.request.parameter("id")
            guard let template = try call.request.query("template").map(QueuePages.checkedSearch) else {
                throw Refusal(field: "template", "missing", "Say which template.")
            }
            let (policy, now) = (services.policy.current, services.clock())
            return try await services.database.read { tx in
                let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
                let macro = try MacroDirectory.find(template, in: tx)
                let values = try MacroDirectory.values(
                    for: this, actor: call.actor, policy: policy, now: now, in: tx)
                let filled = ReplyTemplate.fill(macro.content.text, values)
                return [
                    "text": .string(filled.text), "missing": .array(filled.missing.map(JSON.string)),
                    "status": macro.content.status.map(JSON.string) ?? .null,
                    "next_action": macro.content.nextAction.map {
                        .string(ReplyTemplate.fill($0, values).text)
                    } ?? .null,
                    "next_action_due_at": macro.content.nextActionHours.map {
                        now.adding(seconds: Int64($0) * 3600).json
                    } ?? .null,
                ]
            }
        },
    ]

    private static func json(_ macro: Macro, _ outcome: MacroOutcome?) -> JSON {
        let content = macro.content
        let outcome = outcome ?? MacroOutcome()
        return [
            "id": .string(macro.id.raw), "version": .integer(Int64(macro.version.number)),
            "name": .string(content.name), "text": .string(content.text),
            "status": content.status.map(JSON.string) ?? .null,
            "next_action": content.nextAction.map(JSON.string) ?? .null,
            "next_action_hours": content.nextActionHours.map { .integer(Int64($0)) } ?? .null,
            "revision": .integer(Int64(macro.revision)), "revised_at": macro.revisedAt.json,
            "owner": .string(macro.owner.raw), "is_offered": .bool(macro.isOffered),
            "uses": .integer(Int64(macro.uses)), "cases": .integer(Int64(outcome.cases)),
            "cases_resolved": .integer(Int64(outcome.resolved)),
            "cases_reopened": .integer(Int64(outcome.reopened)),
        ]
    }
}

/// What became of the cases in which a macro was used.
struct MacroOutcome: Sendable {
    /// In how many cases it was used.
    var cases = 0
    /// How many of them were resolved afterwards.
    var resolved = 0
    /// How many of them came back afterwards.
    var reopened = 0

    /// The outcomes of all macros that were used, by identifier.
    static func all(in tx: borrowing Transaction) throws -> [String: MacroOutcome] {
        var outcomes: [String: MacroOutcome] = [:]
        try tx.each(MacrosQueries.outcomes()) { row in
            outcomes[row.text(0)] = MacroOutcome(
                cases: Int(row.integer(1)), resolved: Int(row.integer(2)), reopened: Int(row.integer(3)))
        }
        return outcomes
    }

    /// "14 of 20 resolved, 1 reopened".
    var words: String {
        guard cases > 0 else { return "not used yet" }
        return "\(resolved) of \(cases) \(cases == 1 ? "case" : "cases") resolved, \(reopened) reopened"
    }
}
