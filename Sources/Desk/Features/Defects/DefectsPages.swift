import Diagnosis
import Domain
import Web

/// What defects add to the page of a case.
enum DefectsPages {
    static func actions(_ context: CasePartContext) -> [CaseAction] {
        guard Defects(context.history.facts).defects.contains(where: \.isOpen) else { return [] }
        return [
            CaseAction(
                DefectsFeature.right, "decide_defect", icon: "check", "Record what engineering decided",
                in: .links),
            CaseAction(
                DefectsFeature.right, "deliver_fix", icon: "check", "Record that the fix was delivered",
                in: .links),
        ]
    }

    /// Each defect with where it stands, and by when engineering owes what.
    static func panel(_ context: CasePartContext) -> HTML {
        let defects = context.actor.isCustomer ? [] : Defects(context.history.facts).defects
        guard !defects.isEmpty else {
            return "<section class=\"panel\" id=\"defects\" data-live hidden></section>"
        }
        let items = defects.map { item($0, context) }
        return """
            <section class="panel" id="defects" data-live aria-labelledby="defects-h"><header><h2 id="defects-h">Owed by engineering</h2></header><ul class="people">\(items)</ul></section>

            """
    }

    private static func item(_ one: Defects.Defect, _ context: CasePartContext) -> HTML {
        let key: HTML = one.url.map { "<a href=\"\($0)\">\(one.key)</a>" } ?? "\(one.key)"
        let owed = context.clocks.running.filter { $0.clock.clock.item == one.key }.compactMap {
            line -> HTML? in
            guard let due = line.clock.due else { return nil }
            let what = line.clock.clock.clock == .defectDecision ? "decision" : "fix"
            return due <= context.now
                ? "<span class=\"bad\">\(what) was due \(zonedTime(due, now: context.now))</span>"
                : "\(what) due \(zonedTime(due, now: context.now))"
        }
        var lines: [HTML] = ["\(one.words)"] + owed
        if let planned = one.verdict?.plannedFor, one.fix == nil {
            lines.append("planned for \(zonedTime(planned, now: context.now))")
        }
        if let version = one.fix?.version { lines.append("in \(isolated(version))") }
        let title: HTML = one.title.map { "<small class=\"text\" dir=\"auto\">\($0)</small>" } ?? .empty
        let acts: HTML =
            one.isOpen && context.actor.may(DefectsFeature.right)
            ? "<small>\(one.verdict == nil ? "<a href=\"\(context.path)/decide_defect?defect=\(percentEncoded(one.key))\">Decided<span class=\"sr\">: \(one.key)</span></a> " as HTML : .empty)<a href=\"\(context.path)/deliver_fix?defect=\(percentEncoded(one.key))\">Fixed<span class=\"sr\">: \(one.key)</span></a></small>"
            : .empty
        return "<li><b>\(key)</b>\(title)<small>\(HTML.joined(lines, by: ", "))</small>\(acts)</li>"
    }

    /// Members of the case's JSON.
    static func members(_ context: CasePartContext) -> [(key: String, value: JSON)] {
        guard !context.actor.isCustomer else { return [] }
        let items = Defects(context.history.facts).defects.map { one -> JSON in
            .fields([
                "defect": .string(one.key), "state": .string(one.words), "since": one.since.json,
                "decided_at": one.decidedAt?.json, "reason": one.verdict.map { .string($0.reason) },
                "planned_for": one.verdict?.plannedFor?.json, "delivered_at": one.fixedAt?.json,
                "version": one.fix?.version.map(JSON.string), "fix": one.fix.map { .string($0.text) },
            ])
        }
        return [("defects", .array(items))]
    }

    static func sentence(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .defect(let fact) = entry.body, !isForCustomer else { return nil }
        switch fact {
        case .decided(let verdict):
            let planned: HTML =
                verdict.plannedFor.map { ", planned for \(zonedTime($0, now: entry.recordedAt))" } ?? .empty
            return (
                verdict.isAccepted ? "check" : "x",
                "recorded that engineering \(verdict.isAccepted ? "accepted" : "declined") the defect <b>\(verdict.defect)</b>\(planned)\(words.because(verdict.reason))"
            )
        case .delivered(let fix):
            let version: HTML = fix.version.map { " in \(isolated($0))" } ?? .empty
            return (
                "check",
                "recorded that the fix of <b>\(fix.defect)</b> was delivered\(version)\(words.because(fix.text))"
            )
        }
    }
}
