import Domain
import Storage
import Web

/// The pages of retention: what is over, and what is held.
enum RetentionPages {
    /// The row of pages about retention.
    static func tabs(_ here: String, _ actor: Actor) -> HTML {
        var pages = [("/retention", "Cases"), ("/holds", "Legal holds")]
        if actor.may(RemoveEvidence.right) { pages.insert(("/evidence/due", "Evidence"), at: 1) }
        let links = pages.map { path, title in
            "<a href=\"\(path)\"\(path == here ? " aria-current=\"page\"" : .empty)>\(title)</a>" as HTML
        }
        return "<nav class=\"saved\" aria-label=\"Retention\">\(links)</nav>"
    }

    static func due(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let all = try await services.database.read { tx in
            try RetentionDirectory.due(policy.retention, at: now, limit: 500, in: tx)
        }
        let due = all.filter { CaseDirectory.isVisible($0.found, to: call.actor) }
        let mayPurge = call.actor.may(PurgeOperation.operation.right)
        let rows = due.map { one -> HTML in
            let act: HTML
            if let hold = one.holds.first {
                act = "<span class=\"tag\">Held: \(isolated(hold.name))</span>"
            } else if mayPurge {
                act = """
                    <a class="btn small" href="/cases/\(one.found.number)/purge">Purge<span class="sr"> \(one.found.number)</span></a>
                    """
            } else {
                act = .empty
            }
            return """
                <tr><th scope="row"><a href="/cases/\(one.found.number)">\(one.found.number)</a></th><td data-label="Case">\(isolated(one.found.subject))</td><td data-label="Rule">\(one.rule.name)</td><td data-label="Over since">\(time(one.since, now: now))</td><td class="end">\(act)</td></tr>

                """
        }
        let list: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>Nothing is due</h2><p>Closed cases stand here once the time that policy keeps them for is over.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Cases whose time is over, those closed first</caption><thead><tr><th scope="col">Number</th><th scope="col">Case</th><th scope="col">Rule</th><th scope="col">Over since</th><th scope="col"><span class="sr">Action</span></th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        let rules = policy.retention.cases.map { rule in
            "<li><b>\(rule.name)</b>: \(rule.days == 1 ? "1 day" : "\(grouped(rule.days)) days") after closing\(narrowed(rule, policy))</li>"
                as HTML
        }
        let how =
            policy.retention.isAutomatic
            ? "What is over goes each hour, unless it is under a legal hold."
            : "Nothing goes by itself: purge what is over, or let policy do it (retention.automatic)."
        let main: HTML = """
            \(tabs("/retention", call.actor))<div class="q-head"><h1>Cases whose time is over</h1><span class="dim nowrap">\(due.count == 500 ? "500 or more" : grouped(due.count)) due</span></div><p class="lede">\(how)</p>\(list)
            <section aria-labelledby="rules"><div class="sec"><h2 id="rules">Rules</h2></div><div class="card clip"><ul class="plain-list">\(rules)</ul></div></section>
            """
        return services.page(Page("Retention", here: "/retention", main: main), for: call)
    }

    private static func narrowed(_ rule: RetentionRules.CaseRule, _ policy: Policy) -> HTML {
        let parts =
            rule.requestTypes.map { type in policy.requestTypes.first { $0.id == type }?.name ?? type }
            + rule.productAreas.map { policy.name(of: $0, in: \.productAreas) }
            + rule.contracts.map { policy.name(of: $0, in: \.contracts) }
            + rule.regions.map { policy.name(of: $0, in: \.regions) }
        return parts.isEmpty ? .empty : " <span class=\"dim\">\(parts.joined(separator: ", "))</span>"
    }

    static func holds(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let now = services.clock()
        let (holds, names, people) = try await services.database.read { tx in
            let holds = try HoldDirectory.all(for: call.actor, in: tx)
            let names = try CustomerDirectory.names(
                of: holds.flatMap { $0.scope.organisations.map { ID($0) } }, in: tx)
            return (holds, names, try PeopleDirectory.names(of: holds.map(\.placedBy.raw), in: tx))
        }
        let mayHold = call.actor.may(HoldAnswers.right)
        let rows = holds.map { hold -> HTML in
            let customers = hold.scope.organisations.map { isolated(names[ID($0)]?.name ?? $0) }
            let count = hold.scope.cases.count
            let cases: [HTML] = count == 0 ? [] : ["\(grouped(count)) \(count == 1 ? "case" : "cases")"]
            let state: HTML = hold.liftedAt.map { "lifted \(time($0, now: now))" } ?? "<b>holds</b>"
            let acts: HTML =
                mayHold && hold.liftedAt == nil
                ? """
                <span class="ways"><a href="/holds/\(hold.id.raw)/extend">Extend</a><a href="/holds/\(hold.id.raw)/lift">Lift</a></span>
                """ : .empty
            return """
                <tr><th scope="row">\(isolated(hold.name))</th><td data-label="Holds">\(HTML.joined(customers + cases, by: ", "))</td><td data-label="Reason">\(isolated(hold.reason))</td><td data-label="Placed">\(isolated(people[hold.placedBy.raw] ?? "Somebody")), \(time(hold.placedAt, now: now))</td><td data-label="State">\(state)</td><td class="end">\(acts)</td></tr>

                """
        }
        let add: HTML =
            mayHold
            ? "<div class=\"btns\"><a class=\"btn go\" href=\"/holds/new\">\(icon("plus"))Place a hold</a></div>"
            : .empty
        let list: HTML =
            rows.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No legal holds</h2><p>A hold keeps cases, or all cases of a customer, from being purged, erased or losing evidence, whatever their time.</p></div></div>"
            : """
            <div class="card clip"><table class="tbl"><caption class="sr">Legal holds, those that hold first</caption><thead><tr><th scope="col">Matter</th><th scope="col">Holds</th><th scope="col">Reason</th><th scope="col">Placed</th><th scope="col">State</th><th scope="col"><span class="sr">Actions</span></th></tr></thead><tbody>\(rows)</tbody></table></div>
            """
        let main: HTML = """
            \(tabs("/holds", call.actor))<div class="q-head"><h1>Legal holds</h1>\(add)</div>\(list)
            """
        return services.page(Page("Legal holds", here: "/retention", main: main), for: call)
    }

    // MARK: On the page of a case

    /// That a case is held, or was purged.
    static func part(_ context: CasePartContext, _ tx: borrowing Transaction) throws -> HTML {
        guard !context.actor.isCustomer else { return .empty }
        if let fact = context.history.facts.last(where: \.body.isPurge) {
            let link: HTML =
                context.actor.may(RetentionFeature.viewRight)
                ? " <a href=\"/cases/\(context.this.number)/purge_certificate\">Certificate</a>"
                : .empty
            return """
                <div class="notice" id="purged" role="note" data-live>\(icon("info"))<div><b>This case was purged</b> \(time(fact.recordedAt, now: context.now)): its time was over. What is left says that there was a case.\(link)</div></div>
                """
        }
        guard context.actor.may(RetentionFeature.viewRight) else { return .empty }
        let holds = try HoldDirectory.holds(on: context.this, in: tx)
        guard !holds.isEmpty else { return .empty }
        let names = HTML.joined(holds.map { "“\(isolated($0.name))”" as HTML }, by: ", ")
        return """
            <div class="notice" id="held" role="note" data-live>\(icon("lock"))<div><b>Under legal hold</b> \(names): nothing of it may be taken away. <a href="/holds">Legal holds</a></div></div>
            """
    }

    static func sentence(_ fact: Recorded<CaseFact>) -> CasePart.Line? {
        guard case .retention(.purged(let purge)) = fact.body else { return nil }
        let files =
            purge.files.isEmpty
            ? "" : " and \(grouped(purge.files.count)) \(purge.files.count == 1 ? "file" : "files")"
        return ("x", "purged the case: the words of \(grouped(purge.entries.count)) entries\(files)")
    }
}
