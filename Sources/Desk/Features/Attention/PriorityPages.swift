import Diagnosis
import Domain
import Storage
import Web

/// How pressing a case is, beside it, with the parts that make the number.
enum PriorityPages {
    static let part = CasePart(
        .side, order: 5, html: panel, actions: actions,
        json: { context, _ in [("priority", json(priority(context)))] })

    /// The priority of a case as it stands.
    static func priority(_ context: CasePartContext) -> WorkingPriority {
        WorkingPriority(
            of: context.this, tier: context.organisation?.tier,
            contract: context.organisation?.record.first(.contract), deadlines: context.clocks.owed,
            override: context.history.coordination.priorityOverride, policy: context.policy,
            now: context.isDone ? context.this.resolvedAt ?? context.now : context.now)
    }

    private static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard !context.isDone else { return [] }
        return [
            CaseAction(
                OverridePriority.right, "override_priority", icon: "rank", "Set the priority", in: .effect)
        ]
    }

    private static func panel(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let found = priority(context)
        let rows = found.parts.map { part in
            "<dt>\(part.name)</dt><dd>\(part.points) <span class=\"dim\">of \(part.most): \(isolated(part.why))</span></dd>"
                as HTML
        }
        var said: HTML = .empty
        if let override = found.override {
            let name = try PeopleDirectory.names(of: [override.by], in: tx)[override.by] ?? "Somebody"
            said = """
                <p class="by">Set by \(isolated(name)) \(time(override.at, now: context.now)): “<span dir="auto">\(override.reason)</span>”. Computed: \(found.computed).</p>
                """
        }
        return """
            <section class="panel" id="priority" data-live><header><h2>Priority</h2><span><b>\(found.score)</b> <span class="dim">of 100</span></span></header>\(said)<details><summary>Why</summary><dl class="pairs">\(rows)</dl></details></section>

            """
    }

    private static func json(_ found: WorkingPriority) -> JSON {
        let override: JSON =
            found.override.map {
                [
                    "points": .integer(Int64($0.points)), "reason": .string($0.reason), "by": .string($0.by),
                    "at": $0.at.json,
                ]
            } ?? .null
        return [
            "score": .integer(Int64(found.score)), "computed": .integer(Int64(found.computed)),
            "override": override,
            "parts": .array(
                found.parts.map {
                    [
                        "name": .string($0.name), "why": .string($0.why),
                        "points": .integer(Int64($0.points)),
                        "most": .integer(Int64($0.most)),
                    ]
                }),
        ]
    }
}
