import Diagnosis
import Domain
import Storage
import Web

/// What on a case is planned for a time at which the customer allows no changes: a warning above everything else.
enum ChangeConflictPages {
    static let part = CasePart(
        .notice, order: 20, html: { context, _ in html(context) },
        json: { context, _ in
            [
                (
                    "change_conflicts",
                    .array(
                        conflicts(context).map {
                            .fields([
                                "what": .string($0.what), "at": $0.at.json,
                                "freeze": $0.closure.freeze.map { .string($0.text) },
                                "allowed_again_at": $0.closure.opensAt?.json,
                            ])
                        })
                )
            ]
        })

    /// Something that is planned for a time at which nothing may change.
    struct Conflict: Sendable {
        var what: String
        var at: Timestamp
        var closure: ChangeHours.Closure
    }

    /// What lies ahead, soonest first: the next action, fixes that engineering planned, the ends of clocks that ask for
    /// a change.
    static func conflicts(_ context: CasePartContext) -> [Conflict] {
        guard !context.isDone, !context.actor.isCustomer, let found = context.organisation,
            let changes = AccountContract(found.record, zones: .machine).changesNow
        else { return [] }
        var planned: [(String, Timestamp)] = []
        if let due = context.this.arrangement.nextActionDueAt { planned.append(("The next action", due)) }
        for defect in Defects(context.history.facts).defects where defect.isOpen {
            if let moment = defect.verdict?.plannedFor {
                planned.append(("The fix of \(defect.key)", moment))
            }
        }
        for line in context.clocks.running where [.mitigation, .resolution].contains(line.clock.clock.clock) {
            guard let due = line.clock.due else { continue }
            planned.append(("The end of “\(line.clock.clock.label)”", due))
        }
        return planned.filter { $0.1 >= context.now }.compactMap { what, moment in
            // What is due at the very moment at which a freeze begins has to be done before it.
            changes.closure(at: moment).map { Conflict(what: what, at: moment, closure: $0) }
        }.sorted { $0.at < $1.at }
    }

    private static func html(_ context: CasePartContext) -> HTML {
        let conflicts = conflicts(context)
        guard !conflicts.isEmpty, let found = context.organisation else {
            return "<div id=\"change-conflicts\" data-live hidden></div>"
        }
        let items = conflicts.map { one -> HTML in
            let again: HTML =
                one.closure.opensAt.map { "; changes are allowed again \(zonedTime($0, now: context.now))" }
                ?? .empty
            return
                "<li><span>\(one.what), \(zonedTime(one.at, now: context.now)), lies \(isolated(one.closure.words))\(again).</span></li>"
        }
        return """
            <div class="notice warn" id="change-conflicts" role="status" data-live>\(icon("clock"))<div><p><b>\(isolated(found.name)) allows no changes at what is planned here.</b> Plan around <a href="/organisations/\(found.id.raw)#changes-allowed">their change windows</a>, or agree on an exception.</p><ul class="plain-list">\(items)</ul></div></div>

            """
    }
}
