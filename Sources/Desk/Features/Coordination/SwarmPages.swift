import Domain
import Storage
import Web

/// Who helps with a case and who follows it.
enum SwarmPages {
    static func panel(
        _ now: Coordination, _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        let may = context.actor.may("case.coordinate") && !context.isDone
        let add: HTML = may ? "<a href=\"\(context.path)/add_specialist\">Add</a>" : .empty
        return """
            <section class="panel" aria-labelledby="sw-h"><header><h2 id="sw-h">People</h2>\(add)</header><dl class="pairs">\(owner(names, context))\(coordinator(now, names, context, may: may))</dl>\(specialists(now, names, context, may: may))\(watchers(now, names, context))</section>

            """
    }

    private static func owner(_ names: [String: String], _ context: CasePartContext) -> HTML {
        guard let owner = context.this.owner else {
            return "<dt>Owner</dt><dd class=\"warn\">nobody yet</dd>"
        }
        return "<dt>Owner</dt><dd><b>\(isolated(names[owner.raw] ?? "Somebody"))</b></dd>"
    }

    private static func coordinator(
        _ now: Coordination, _ names: [String: String], _ context: CasePartContext, may: Bool
    ) -> HTML {
        guard !now.specialists.isEmpty || now.coordinator != nil else { return .empty }
        let change: HTML =
            may ? " <a href=\"\(context.path)/name_coordinator\">Change</a>" : .empty
        let who: HTML =
            now.coordinator.map { "<dd><b>\(isolated(names[$0.raw] ?? "Somebody"))</b>\(change)</dd>" }
            ?? "<dd class=\"warn\">nobody yet\(change)</dd>"
        return "<dt>Coordinates</dt>\(who)"
    }

    private static func specialists(
        _ now: Coordination, _ names: [String: String], _ context: CasePartContext, may: Bool
    ) -> HTML {
        guard !now.specialists.isEmpty else { return .empty }
        let items = now.specialists.map { one in
            let isMe = one.person.raw == context.actor.id
            let leave: HTML =
                may
                ? """
                <form method="post" action="\(context.path)/leave_swarm" data-enhance>\(FormView.hidden(key: context.newKey(), base: nil))<input type="hidden" name="person" value="\(one.person.raw)"><button class="link">\(isMe ? "Leave" : "Release")<span class="sr"> \(names[one.person.raw] ?? "")</span></button></form>
                """ : .empty
            return """
                <li><span><b>\(isolated(names[one.person.raw] ?? "Somebody"))</b> <span dir="auto">\(one.contribution)</span></span>\(leave)</li>
                """ as HTML
        }
        return "<ul class=\"plain-list swarm\">\(items)</ul>"
    }

    private static func watchers(
        _ now: Coordination, _ names: [String: String], _ context: CasePartContext
    ) -> HTML {
        let mine = now.watchers.contains(ID(context.actor.id))
        let verb = mine ? "unwatch" : "watch"
        let button: HTML =
            context.actor.may("case.watch")
            ? """
            <form method="post" action="\(context.path)/\(verb)" data-enhance>\(FormView.hidden(key: context.newKey(), base: nil))<button class="link">\(mine ? "Stop watching" : "Watch")</button></form>
            """ : .empty
        let who: HTML =
            now.watchers.isEmpty
            ? "nobody" : HTML.joined(now.watchers.map { isolated(names[$0.raw] ?? "Somebody") }, by: ", ")
        return "<dl class=\"pairs\"><dt>Watched by</dt><dd>\(who)\(button)</dd></dl>"
    }
}

/// How long a case was in each of its states.
enum TimeInStatePages {
    /// Whether somebody of the staff may see it: whoever owns the case, and those with the right.
    static func isVisible(_ context: CasePartContext) -> Bool {
        guard !context.actor.isCustomer else { return context.policy.coordination.customersSeeTimeInState }
        return context.actor.may("case.view_times") || context.this.owner?.raw == context.actor.id
    }

    static func panel(_ context: CasePartContext) -> HTML {
        guard isVisible(context) else { return .empty }
        let times = CoordinationDirectory.timeInState(context)
        return """
            <section class="panel" aria-labelledby="ts-h"><header><h2 id="ts-h">Time in state</h2></header>\(list(times) { context.policy.status($0)?.name ?? $0.raw })</section>

            """
    }

    /// The same in the words of the portal; states that read alike count together.
    static func forCustomer(_ context: CasePartContext) -> HTML {
        let times = CoordinationDirectory.timeInState(context)
        return """
            <section class="card now" id="times" aria-labelledby="ts-h" data-live><h2 id="ts-h">How long it took so far</h2>\(list(times) { context.policy.status($0)?.customerWords ?? "In work" })</section>
            """
    }

    private static func list(_ times: TimeInState, _ name: (ID<Policy.Status>) -> String) -> HTML {
        var lines: [(name: String, seconds: Int64, stays: Int)] = []
        for part in times.parts {
            let words = name(part.status)
            if let index = lines.firstIndex(where: { $0.name == words }) {
                lines[index].seconds += part.seconds
                lines[index].stays += part.stays
            } else {
                lines.append((words, part.seconds, part.stays))
            }
        }
        let items = lines.map { line in
            let often: HTML = line.stays > 1 ? " <span class=\"dim\">\(line.stays) times</span>" : .empty
            return "<dt>\(line.name)</dt><dd>\(durationWords(seconds: line.seconds))\(often)</dd>" as HTML
        }
        return """
            <dl class="pairs times">\(items)<dt>All together</dt><dd><b>\(durationWords(seconds: times.seconds))</b></dd></dl>
            """
    }
}
