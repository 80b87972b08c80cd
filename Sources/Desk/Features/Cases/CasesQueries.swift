import Diagnosis
import Domain
import Storage

/// The table of cases.
package enum CasesQueries {
    private static let columns: SQL = """
        id, version, number, subject, symptom, problem_statement, requester, organisation, channel, request_type,
        severity, status, status_since, owner, product_area, component, environment, category, root_cause, verdict,
        impact, began_at, noticed_at, reported_at, narrative, opened_at, first_reply_at, mitigated_at, resolved_at,
        closed_at, reopen_count, unanswered_since, updated_at, next_action, next_action_owner, next_action_due_at,
        blocked_by, next_update_at, severity_confirmed_at,
        confidentiality, readers, security_owner, merged_into,
        follow_up_of, fault_layer, confirmed_causes, alert_key, public_version, publicly_changed_at, spokesperson,
        watchers, service, department
        """

    /// A case by its identifier or its human number.
    static func find(_ reference: String) -> SQL {
        """
        SELECT \(columns) FROM support_case WHERE id = \(reference)
        UNION ALL SELECT \(columns) FROM support_case WHERE number = \(reference.uppercased())
        """
    }

    static func row(id: String) -> SQL { "SELECT \(columns) FROM support_case WHERE id = \(id)" }

    /// Of some cases those that are restricted.
    static func restricted(ids: [String]) -> SQL {
        "SELECT \(columns) FROM support_case WHERE id IN (\(anyOf: ids)) AND confidentiality IS NOT NULL"
    }

    /// Of some cases those that somebody may know of.
    static func visible(ids: [String], to actor: Actor) -> SQL {
        let conditions = ["id IN (\(anyOf: ids))"] + visible(to: actor)
        return "SELECT \(columns) FROM support_case WHERE \(SQL.all(conditions)) ORDER BY id"
    }

    /// The cases whose number leads to a case.
    static func merged(into id: String) -> SQL {
        "SELECT \(columns) FROM support_case WHERE merged_into = \(id) ORDER BY id"
    }

    /// The cases of a page of a list: see `CaseSearchQueries` for those that are found by words.
    static func list(_ filter: CaseFilter, for actor: Actor, _ page: CasePage) -> SQL {
        let order = ListOrder(filter, page, for: actor)
        var filter = filter
        if filter.order == .breachAscending {
            // The index of deadlines is walked in order, and each case looked at until the page is full.
            let walk = ListOrder(filter, page, for: actor, column: "k.deadline_at")
            let all = visible(to: actor) + conditions(filter, isNarrow: true) + walk.later
            return rows(
                in: """
                    SELECT c.case_id AS found_id, k.deadline_at AS moment, c.doc AS place
                    FROM \(ServiceLevelsDirectory.byDeadline) \(SQL.joinedTo) search_case c ON c.case_id = k.case_id
                    WHERE \(SQL.all(all)) \(walk.inside) LIMIT \(page.limit)
                    """, walk)
        }
        guard !actor.isCustomer, filter.order == .updatedDescending, let statuses = statusesInTurn(filter)
        else {
            let all = conditions(filter, for: actor) + order.later
            return rows(
                in: """
                    SELECT case_id AS found_id, \(order.column) AS moment, doc AS place FROM search_case c
                    WHERE \(SQL.all(all)) \(order.inside) LIMIT \(page.limit)
                    """, order)
        }
        filter.statuses = nil
        let others = conditions(filter, for: actor) + order.later
        var latest: SQL = ""
        for (index, status) in statuses.enumerated() {
            if index > 0 { latest += " UNION ALL " }
            let all = ["status = \(status.raw)"] + others
            latest += """
                SELECT * FROM (SELECT case_id AS found_id, updated_at AS moment, doc AS place FROM search_case c
                    WHERE \(SQL.all(all)) \(order.inside) LIMIT \(page.limit)) AS latest
                """
        }
        return rows(
            in: "SELECT * FROM (\(latest)) AS merged \(order.outside) LIMIT \(page.limit)", order)
    }

    /// The rows of what was found: a query with `found_id`, `moment` and `place`.
    private static func rows(in found: SQL, _ order: ListOrder) -> SQL {
        """
        SELECT \(columns) FROM (\(found)) AS found \(SQL.joinedTo) support_case ON id = found_id \(order.outside)
        """
    }

    /// Cases that were closed by a moment and not purged since, those closed first; merged ones go with their targets.
    static func closed(by moment: Timestamp, after last: (at: Timestamp, id: String)?, limit: Int) -> SQL {
        let from: SQL =
            last.map {
                "AND (closed_at > \($0.at.microseconds) OR closed_at = \($0.at.microseconds) AND id > \($0.id))"
            }
            ?? ""
        return """
            SELECT \(columns) FROM support_case WHERE closed_at IS NOT NULL AND closed_at <= \(moment.microseconds)
                AND merged_into IS NULL \(from)
                AND NOT EXISTS (\(JournalStore.anyFact(of: SupportCase.kind, id: "support_case.id", kind: "case.purged"))
                    AND recorded_at >= support_case.closed_at)
            ORDER BY closed_at, id LIMIT \(limit)
            """
    }

    /// The cases resolved in a stretch of time: the latest first, or the earliest of those without a condition.
    static func resolved(
        in period: Range<Timestamp>, without condition: SQL?, for actor: Actor, limit: Int
    ) -> SQL {
        var all: [SQL] = ["resolved_at >= \(period.lowerBound.microseconds)"]
        all.append("resolved_at < \(period.upperBound.microseconds)")
        if let condition { all.append("NOT \(condition)") }
        let order: SQL = condition == nil ? "resolved_at DESC, id DESC" : "resolved_at, id"
        return """
            SELECT \(columns) FROM support_case WHERE \(SQL.all(all + visible(to: actor)))
            ORDER BY \(order) LIMIT \(limit)
            """
    }

    /// Cases of some components and severities whose effect was felt in a stretch of time, the latest first: number,
    /// subject, component, severity, from when, until when.
    static func affecting(
        components: Set<String>, severities: Set<String>, in period: Range<Timestamp>, for actor: Actor,
        limit: Int
    ) -> SQL {
        let all: [SQL] = [
            "component IN (\(anyOf: components.sorted()))", "severity IN (\(anyOf: severities.sorted()))",
            "merged_into IS NULL", "COALESCE(began_at, opened_at) < \(period.upperBound.microseconds)",
            // As the index has it, so that it is found by it; what still is felt lies at its end.
            "COALESCE(mitigated_at, resolved_at, 9223372036854775807) > \(period.lowerBound.microseconds)",
        ]
        return """
            SELECT number, subject, component, severity, COALESCE(began_at, opened_at),
                COALESCE(mitigated_at, resolved_at)
            FROM support_case WHERE \(SQL.all(all + visible(to: actor)))
            ORDER BY opened_at DESC, id DESC LIMIT \(limit)
            """
    }

    /// The rows of some cases, in no order.
    static func rows(ids: [String]) -> SQL {
        "SELECT \(columns) FROM support_case WHERE id IN (\(anyOf: ids))"
    }

    /// How a page of a list is ordered, and where it begins.
    struct ListOrder {
        /// The column that orders it.
        var column: SQL
        /// The order where the column has its own name.
        var inside: SQL
        /// The order where it is called `moment`, and the number `place`.
        var outside: SQL
        /// That a case comes after the position.
        var later: [SQL] = []
        /// The same of `moment` and `place`.
        var laterOutside: [SQL] = []

        init(_ filter: CaseFilter, _ page: CasePage, for actor: Actor, column given: SQL? = nil) {
            let order = filter.order
            // Where a case stands in a customer's list tells them nothing of what is done inside the house.
            switch order {
            case .updatedDescending, .updatedAscending:
                column = actor.isCustomer ? "publicly_changed_at" : "updated_at"
            case .openedDescending, .openedAscending: column = "opened_at"
            case .breachAscending: column = given ?? ServiceLevelsDirectory.deadline(ofCase: "c.case_id")
            case .gravest: column = Self.gravity(filter.ranks, severity: "c.severity", of: "c.case_id")
            }
            let ascending: [SearchOrder] = [.updatedAscending, .openedAscending, .breachAscending, .gravest]
            let isAscending = ascending.contains(order) != page.isBackwards
            inside =
                isAscending ? "ORDER BY \(column), c.doc" : "ORDER BY \(column) DESC, c.doc DESC"
            outside = isAscending ? "ORDER BY moment, place" : "ORDER BY moment DESC, place DESC"
            guard let after = page.after else { return }
            let moment: SQL =
                switch order {
                case .breachAscending: ServiceLevelsDirectory.deadline(ofCase: "\(after.id)")
                case .gravest:
                    Self.gravity(
                        filter.ranks,
                        severity: "(SELECT severity FROM search_case WHERE case_id = \(after.id))",
                        of: "\(after.id)")
                default: "\(after.changedAt)"
                }
            let position: SQL =
                "(\(moment), (SELECT doc FROM search_case WHERE case_id = \(after.id)))"
            later = [isAscending ? "(\(column), c.doc) > \(position)" : "(\(column), c.doc) < \(position)"]
            laterOutside = [
                isAscending ? "(moment, place) > \(position)" : "(moment, place) < \(position)"
            ]
        }

        /// One number for how grave a case is and when its next promise ends: less is more pressing.
        private static func gravity(_ ranks: [String], severity: SQL, of id: SQL) -> SQL {
            var rank: SQL = ""
            for (place, name) in ranks.prefix(900).enumerated() {
                rank += " WHEN \(name) THEN \(Int64(place))"
            }
            let order: SQL = ranks.isEmpty ? "0" : "CASE \(severity)\(rank) ELSE 901 END"
            let deadline = ServiceLevelsDirectory.deadline(ofCase: id)
            // Later than every moment that a promise can end, and so long that ranks never meet.
            return .engines(
                sqlite: "((\(order)) * 10000000000000000 + MIN(\(deadline), 9999999999999999))",
                postgreSQL: "((\(order)) * 10000000000000000 + LEAST(\(deadline), 9999999999999999))")
        }
    }

    /// The statuses of a list that is put together from the latest cases of each.
    ///
    /// With an index that begins with the status, that takes a few rows of each instead of all of them. One person's
    /// cases are few anyway.
    private static func statusesInTurn(_ filter: CaseFilter) -> [ID<Policy.Status>]? {
        guard let statuses = filter.statuses, (2...12).contains(statuses.count) else { return nil }
        if case .person = filter.owner { return nil }
        return Array(Set(statuses)).sorted { $0.raw < $1.raw }
    }

    /// What the customer waits for first: promises by their time, then by severity as policy orders it, then by age.
    static func listByPromise(
        _ filter: CaseFilter, for actor: Actor, severities: [String], limit: Int
    ) -> SQL {
        var rank: SQL = ""
        for (index, severity) in severities.enumerated() { rank += " WHEN \(severity) THEN \(index)" }
        let order: SQL = severities.isEmpty ? "opened_at" : "CASE severity\(rank) ELSE 99 END, opened_at"
        return """
            SELECT \(columns) FROM support_case
            WHERE id IN (SELECT case_id FROM search_case c WHERE \(SQL.all(conditions(filter, for: actor)))
                ORDER BY CASE WHEN next_update_at IS NULL THEN 1 ELSE 0 END, next_update_at, \(order), case_id
                LIMIT \(limit))
            ORDER BY CASE WHEN next_update_at IS NULL THEN 1 ELSE 0 END, next_update_at, \(order), id LIMIT \(limit)
            """
    }

    static func count(_ filter: CaseFilter, for actor: Actor) -> SQL {
        "SELECT COUNT(*) FROM search_case c WHERE \(SQL.all(conditions(filter, for: actor)))"
    }

    /// How many cases of a filter are not restricted, of all customers or of some.
    static func countUnrestricted(_ filter: CaseFilter, of organisations: [String]?) -> SQL {
        var all: [SQL] = ["confidentiality IS NULL"] + conditions(filter)
        if let organisations { all.append("organisation IN (\(anyOf: organisations))") }
        return "SELECT COUNT(*) FROM search_case c WHERE \(SQL.all(all))"
    }

    /// How many restricted cases of a filter somebody may know of.
    static func countRestricted(_ filter: CaseFilter, for actor: Actor) -> SQL {
        let all: [SQL] =
            ["confidentiality IS NOT NULL"] + visible(to: actor) + conditions(filter, isNarrow: true)
        return "SELECT COUNT(*) FROM search_case c WHERE \(SQL.all(all))"
    }

    /// What the open cases of some people are, as far as their load asks: a row a case.
    static func work(
        of owners: [String], in statuses: [ID<Policy.Status>], for actor: Actor
    ) -> SQL {
        let all: [SQL] =
            [
                "owner IN (\(anyOf: owners))", "status IN (\(anyOf: statuses.map(\.raw)))",
                "merged_into IS NULL",
            ] + visible(to: actor)
        return "SELECT case_id, owner, severity, status FROM search_case c WHERE \(SQL.all(all))"
    }

    /// The open case of an alert: the newest in any of these statuses.
    static func ofAlert(key: String, statuses: [ID<Policy.Status>]) -> SQL {
        """
        SELECT \(columns) FROM support_case WHERE alert_key = \(key) AND status IN (\(anyOf: statuses.map(\.raw)))
        ORDER BY opened_at DESC, id DESC LIMIT 1
        """
    }

    static func countsByStatus(for actor: Actor) -> SQL {
        "SELECT status, COUNT(*) FROM search_case c WHERE \(SQL.all(visible(to: actor))) GROUP BY status ORDER BY status"
    }

    /// What holds for every case that somebody may know of: the same as `SupportCase.isVisible`.
    static func visible(to actor: Actor) -> [SQL] {
        var conditions: [SQL] = []
        if let own = organisations(of: actor) { conditions.append("organisation IN (\(anyOf: own))") }
        guard actor.isCustomer || !(actor.id == Actor.system.id || actor.may(Restriction.viewRight)) else {
            return conditions
        }
        var ways: SQL = "confidentiality IS NULL OR security_owner = \(actor.id)"
        func orAdmits(_ word: String) {
            ways += " OR " + SQL.holds("readers", " \(word) ")
        }
        orAdmits(actor.id)
        if !actor.isCustomer {
            ways += " OR owner = \(actor.id)"
            for role in actor.roles.sorted() { orAdmits("role:\(role)") }
        }
        conditions.append("(\(ways))")
        return conditions
    }

    /// Whom a restriction admits, each between spaces so that it can be found: people, then roles.
    private static func readers(_ restriction: Restriction?) -> String? {
        restriction.map { " " + ($0.readers + $0.roles.map { "role:\($0)" }).map { "\($0) " }.joined() }
    }

    private static func restriction(_ level: String, admitting words: String, owner: String?) -> Restriction {
        let words = words.split(separator: " ").map(String.init)
        return Restriction(
            level: level, readers: words.filter { !$0.hasPrefix("role:") },
            roles: words.filter { $0.hasPrefix("role:") }.map { String($0.dropFirst(5)) },
            securityOwner: owner)
    }

    /// The customers whose cases somebody may know of; nil for those of all.
    static func organisations(of actor: Actor) -> [String]? {
        guard actor.isCustomer else { return nil }
        return [actor.organisation?.raw ?? ""] + actor.delegations.keys.map(\.raw).sorted()
    }

    /// What holds of a row `c` of `search_case` that a filter shows to somebody; words are not among it.
    static func conditions(_ filter: CaseFilter, for actor: Actor) -> [SQL] {
        visible(to: actor) + conditions(filter, isForCustomer: actor.isCustomer)
    }

    /// - Parameter isNarrow: whether something else leaves fewer cases than any status, so that an index on the status
    ///   is the wrong way to them.
    private static func conditions(
        _ filter: CaseFilter, isNarrow: Bool = false, isForCustomer: Bool = false
    ) -> [SQL] {
        var conditions: [SQL] = []
        if !filter.includesMerged, !(filter.condition?.namesMerged ?? false) {
            conditions.append("merged_into IS NULL")
        }
        if let statuses = filter.statuses {
            let column: SQL = isNarrow || filter.dependsOnTime ? "\(SQL.unindexed)status" : "status"
            conditions.append("\(column) IN (\(anyOf: statuses.map(\.raw)))")
        }
        if let severity = filter.severity { conditions.append("severity = \(severity.raw)") }
        if let component = filter.component { conditions.append("component = \(component)") }
        if let organisation = filter.organisation { conditions.append("organisation = \(organisation.raw)") }
        conditions += arrangementConditions(filter)
        if let fields = filter.condition?.fields {
            conditions.append(CaseSearchQueries.field(fields, isForCustomer: isForCustomer))
        }
        switch filter.owner {
        case .anybody: break
        // In some houses most cases have none, and then the owner is the wrong way to them.
        case .nobody: conditions.append("\(SQL.unindexed)owner IS NULL")
        case .person(let id): conditions.append("owner = \(id.raw)")
        case .others(let id): conditions.append("owner IS NOT NULL AND owner <> \(id.raw)")
        }
        return conditions
    }

    private static func arrangementConditions(_ filter: CaseFilter) -> [SQL] {
        var conditions: [SQL] = []
        switch filter.nextAction {
        case .any: break
        // Whatever is next has a time, and that stands in the index.
        case .lacking: conditions.append("next_action_due_at IS NULL")
        case .overdue(let now): conditions.append("next_action_due_at < \(now.microseconds)")
        }
        switch filter.blocked {
        case .any: break
        case .unnamed: conditions.append("blocked_by IS NULL")
        case .by(let reason): conditions.append("blocked_by = \(reason)")
        }
        if let severities = filter.severities {
            conditions.append("severity IN (\(anyOf: severities.map(\.raw)))")
        }
        if let since = filter.openedSince { conditions.append("opened_at >= \(since.microseconds)") }
        if let watcher = filter.watcher {
            conditions.append("watchers LIKE \(SQL.containing(" \(watcher.raw) ")) ESCAPE '\\'")
        }
        if filter.isUnchecked {
            conditions.append(
                "(severity_confirmed_at IS NULL OR owner IS NULL OR next_action_due_at IS NULL)")
        }
        return conditions
    }

    /// When cases were resolved and reopened from a moment on, in order.
    ///
    /// The kinds stand in the text, so that the index over just these facts is used.
    static func endings(from start: Timestamp) -> SQL {
        """
        SELECT subject_id, kind, occurred_at FROM fact
        WHERE kind IN ('case.resolved', 'case.reopened') AND occurred_at >= \(start.microseconds)
        ORDER BY subject_id, version
        """
    }

    /// Of some cases those for which a follow-up was opened that somebody may know of.
    static func followedUp(ids: [String], to actor: Actor) -> SQL {
        let conditions = ["follow_up_of IN (\(anyOf: ids))"] + visible(to: actor)
        return "SELECT follow_up_of FROM support_case WHERE \(SQL.all(conditions))"
    }

    /// How many cases wait for what: reason, number, how long the longest has been in its state.
    static func backlog(_ filter: CaseFilter, for actor: Actor) -> SQL {
        """
        SELECT COALESCE(blocked_by, ''), COUNT(*), MIN(status_since) FROM search_case c
        WHERE \(SQL.all(conditions(filter, for: actor))) GROUP BY COALESCE(blocked_by, '') ORDER BY 2 DESC, 1
        """
    }

    static func save(_ this: SupportCase) -> SQL {
        let field = { (name: CaseFact.ClassifyingField) in this.classification[name] }
        let arranged = this.arrangement
        return """
            INSERT INTO support_case (id, version, number, subject, symptom, problem_statement, requester,
                organisation, channel, request_type, severity, status, status_since, owner, product_area, component,
                environment, category, root_cause, verdict, impact, began_at, noticed_at, reported_at, narrative,
                opened_at, first_reply_at, mitigated_at, resolved_at, closed_at, reopen_count, unanswered_since,
                updated_at, next_action, next_action_owner, next_action_due_at, blocked_by, next_update_at,
                severity_confirmed_at, confidentiality, readers, security_owner, merged_into, follow_up_of,
                fault_layer, confirmed_causes, alert_key, public_version, publicly_changed_at, spokesperson,
                watchers, service, department)
            VALUES (\(this.id.raw), \(this.version.number), \(this.number), \(this.subject), \(this.symptom),
                \(this.problemStatement), \(this.requester?.raw), \(this.organisation?.raw), \(this.channel),
                \(this.requestType), \(this.severity.raw), \(this.status.raw), \(this.statusSince.microseconds),
                \(this.owner?.raw), \(field(.productArea)), \(field(.component)), \(field(.environment)),
                \(field(.category)), \(field(.rootCause)), \(field(.verdict)), \(this.impact.json.text),
                \(this.beganAt?.microseconds), \(this.noticedAt?.microseconds), \(this.reportedAt.microseconds),
                \(this.narrative), \(this.openedAt.microseconds), \(this.firstReplyAt?.microseconds),
                \(this.mitigatedAt?.microseconds), \(this.resolvedAt?.microseconds), \(this.closedAt?.microseconds),
                \(this.reopenCount), \(this.unansweredSince?.microseconds), \(this.updatedAt.microseconds),
                \(arranged.nextAction), \(arranged.nextActionOwner?.raw), \(arranged.nextActionDueAt?.microseconds),
                \(arranged.blockedBy), \(arranged.nextUpdateAt?.microseconds),
                \(arranged.severityConfirmedAt?.microseconds),
                \(this.restriction?.level), \(readers(this.restriction)), \(this.restriction?.securityOwner),
                \(this.mergedInto?.raw), \(this.followUpOf?.raw), \(field(.faultLayer)),
                \(causes(this)), \(this.alertKey), \(this.publicVersion.number), \(this.publiclyChangedAt.microseconds),
                \(this.spokesperson?.raw), \(watchers(this)), \(field(.service)), \(field(.department)))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, number = excluded.number,
                subject = excluded.subject, symptom = excluded.symptom,
                problem_statement = excluded.problem_statement, requester = excluded.requester,
                organisation = excluded.organisation, channel = excluded.channel,
                request_type = excluded.request_type, severity = excluded.severity, status = excluded.status,
                status_since = excluded.status_since, owner = excluded.owner, product_area = excluded.product_area,
                component = excluded.component, environment = excluded.environment, category = excluded.category,
                root_cause = excluded.root_cause, verdict = excluded.verdict, impact = excluded.impact,
                began_at = excluded.began_at, noticed_at = excluded.noticed_at, reported_at = excluded.reported_at,
                narrative = excluded.narrative, opened_at = excluded.opened_at,
                first_reply_at = excluded.first_reply_at, mitigated_at = excluded.mitigated_at,
                resolved_at = excluded.resolved_at, closed_at = excluded.closed_at,
                reopen_count = excluded.reopen_count, unanswered_since = excluded.unanswered_since,
                updated_at = excluded.updated_at, next_action = excluded.next_action,
                next_action_owner = excluded.next_action_owner,
                next_action_due_at = excluded.next_action_due_at, blocked_by = excluded.blocked_by,
                next_update_at = excluded.next_update_at,
                severity_confirmed_at = excluded.severity_confirmed_at,
                confidentiality = excluded.confidentiality,
                readers = excluded.readers, security_owner = excluded.security_owner,
                merged_into = excluded.merged_into, follow_up_of = excluded.follow_up_of,
                fault_layer = excluded.fault_layer, confirmed_causes = excluded.confirmed_causes,
                alert_key = excluded.alert_key, public_version = excluded.public_version,
                publicly_changed_at = excluded.publicly_changed_at, spokesperson = excluded.spokesperson,
                watchers = excluded.watchers, service = excluded.service, department = excluded.department
            """
    }

    /// Who watches, each between spaces so that they can be found; nothing where nobody does.
    private static func watchers(_ this: SupportCase) -> String? {
        let people = this.arrangement.watchers
        return people.isEmpty ? nil : " " + people.map { "\($0.raw) " }.joined()
    }

    /// "H1=code_defect H3=data"; nothing where no cause is confirmed.
    private static func causes(_ this: SupportCase) -> String? {
        guard !this.confirmedCauses.isEmpty else { return nil }
        return this.confirmedCauses.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: " ")
    }

    private static func causes(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: " ").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
                .filter { $0.count == 2 }.map { ($0[0], $0[1]) }
        ) { _, last in last }
    }

    static func forget(id: String) -> SQL { "DELETE FROM support_case WHERE id = \(id)" }

    /// The row of lists and searches, with the number that the case has there: the sequence of its first fact.
    static func insertListed(_ this: SupportCase, doc: Int64) -> SQL {
        """
        INSERT INTO search_case (doc, \(listedColumns)) VALUES (\(doc), \(listedValues(this)))
        """
    }

    static func updateListed(_ this: SupportCase) -> SQL {
        "UPDATE search_case SET (\(listedColumns)) = (\(listedValues(this))) WHERE case_id = \(this.id.raw)"
    }

    private static let listedColumns: SQL = """
        case_id, status, status_since, severity, owner, organisation, component, opened_at, updated_at,
        publicly_changed_at, next_action_due_at, next_update_at, blocked_by, severity_confirmed_at, watchers,
        confidentiality, readers, security_owner, merged_into
        """

    private static func listedValues(_ this: SupportCase) -> SQL {
        let arranged = this.arrangement
        return """
            \(this.id.raw), \(this.status.raw), \(this.statusSince.microseconds), \(this.severity.raw),
            \(this.owner?.raw), \(this.organisation?.raw), \(this.classification[.component]),
            \(this.openedAt.microseconds), \(this.updatedAt.microseconds), \(this.publiclyChangedAt.microseconds),
            \(arranged.nextActionDueAt?.microseconds), \(arranged.nextUpdateAt?.microseconds), \(arranged.blockedBy),
            \(arranged.severityConfirmedAt?.microseconds), \(watchers(this)), \(this.restriction?.level),
            \(readers(this.restriction)), \(this.restriction?.securityOwner), \(this.mergedInto?.raw)
            """
    }

    static func forgetListed(id: String) -> SQL { "DELETE FROM search_case WHERE case_id = \(id)" }

    static func listedPage(after id: String, limit: Int) -> SQL {
        """
        SELECT \(listedColumns), doc FROM search_case WHERE case_id > \(id) ORDER BY case_id LIMIT \(limit)
        """
    }

    static func page(after id: String, limit: Int) -> SQL {
        "SELECT \(columns) FROM support_case WHERE id > \(id) ORDER BY id LIMIT \(limit)"
    }

    /// The classifying fields that stand side by side among the columns, in their order.
    private static let classifying: [CaseFact.ClassifyingField] = [
        .productArea, .component, .environment, .category, .rootCause, .verdict,
    ]

    static func read(_ row: any Row) throws -> SupportCase {
        var this = SupportCase(
            id: ID(row.text(0)), version: Version(Int(row.integer(1))), number: row.text(2), at: time(row, 25)
        )
        (this.subject, this.symptom, this.problemStatement) = (row.text(3), row.text(4), row.optionalText(5))
        this.requester = row.optionalText(6).map { ID($0) }
        this.organisation = row.optionalText(7).map { ID($0) }
        (this.channel, this.requestType) = (row.text(8), row.text(9))
        (this.severity, this.status) = (ID(row.text(10)), ID(row.text(11)))
        this.statusSince = time(row, 12)
        this.owner = row.optionalText(13).map { ID($0) }
        for (column, field) in zip(14..., classifying) {
            this.classification[field] = row.optionalText(column)
        }
        let impact = row.text(20)
        // Of most cases nothing is known.
        if impact != "{}", let object = try JSON(parsing: impact).object {
            this.impact = Impact(FactBody(object))
        }
        (this.beganAt, this.noticedAt) = (optionalTime(row, 21), optionalTime(row, 22))
        (this.reportedAt, this.narrative) = (time(row, 23), row.optionalText(24))
        (this.firstReplyAt, this.mitigatedAt) = (optionalTime(row, 26), optionalTime(row, 27))
        (this.resolvedAt, this.closedAt) = (optionalTime(row, 28), optionalTime(row, 29))
        this.reopenCount = Int(row.integer(30))
        (this.unansweredSince, this.updatedAt) = (optionalTime(row, 31), time(row, 32))
        this.arrangement.nextAction = row.optionalText(33)
        this.arrangement.nextActionOwner = row.optionalText(34).map { ID($0) }
        this.arrangement.nextActionDueAt = optionalTime(row, 35)
        (this.arrangement.blockedBy, this.arrangement.nextUpdateAt) = (
            row.optionalText(36), optionalTime(row, 37)
        )
        this.arrangement.severityConfirmedAt = optionalTime(row, 38)
        this.restriction = row.optionalText(39).map { level in
            restriction(level, admitting: row.optionalText(40) ?? "", owner: row.optionalText(41))
        }
        (this.mergedInto, this.followUpOf) = (
            row.optionalText(42).map { ID($0) }, row.optionalText(43).map { ID($0) }
        )
        this.classification[.faultLayer] = row.optionalText(44)
        this.confirmedCauses = row.optionalText(45).map(causes) ?? [:]
        this.alertKey = row.optionalText(46)
        (this.publicVersion, this.publiclyChangedAt) = (Version(Int(row.integer(47))), time(row, 48))
        this.spokesperson = row.optionalText(49).map { ID($0) }
        (this.classification[.service], this.classification[.department]) = (
            row.optionalText(51), row.optionalText(52)
        )
        this.arrangement.watchers = (row.optionalText(50) ?? "").split(separator: " ").map { ID(String($0)) }
        return this
    }

    private static func time(_ row: any Row, _ column: Int) -> Timestamp {
        Timestamp(microseconds: row.integer(column))
    }

    private static func optionalTime(_ row: any Row, _ column: Int) -> Timestamp? {
        row.optionalInteger(column).map { Timestamp(microseconds: $0) }
    }

    /// Every statement, with sample values, to be prepared on both engines.
    package static let samples: [SQL] = {
        var full = CaseFilter()
        (full.statuses, full.severity, full.component) = (["new"], "sev1", "api")
        (full.organisation, full.owner) = ("x", .person("x"))
        full.condition = .every([.restricted, .oneOf(.verdict, ["x"])])
        var others = CaseFilter()
        others.owner = .others("x")
        var nobody = CaseFilter()
        nobody.owner = .nobody
        var opened = CaseFilter()
        opened.statuses = ["new", "open"]
        let position = CasePosition(changedAt: 0, id: "x")
        let (first, next) = (CasePage(limit: 1), CasePage(after: position, limit: 1))
        var oldest = CaseFilter()
        oldest.order = .openedAscending
        var urgent = opened
        urgent.order = .breachAscending
        var arranged = CaseFilter()
        (arranged.nextAction, arranged.blocked, arranged.severities) = (.lacking, .by("x"), ["sev1"])
        (arranged.openedSince, arranged.isUnchecked) = (Timestamp(microseconds: 0), true)
        arranged.watcher = "x"
        var overdue = CaseFilter()
        (overdue.nextAction, overdue.blocked) = (.overdue(Timestamp(microseconds: 0)), .unnamed)
        let staff = Actor(id: "x", name: "x", roles: ["engineer", "lead"], rights: [])
        let customer = Actor(id: "x", name: "x", roles: ["customer"], rights: [], organisation: "x")
        return [
            backlog(arranged, for: staff), backlog(CaseFilter(), for: customer), count(overdue, for: staff),
            list(arranged, for: customer, first),
            list(arranged, for: customer, next),
            listByPromise(full, for: staff, severities: ["sev1", "sev2"], limit: 1),
            listByPromise(CaseFilter(), for: staff, severities: [], limit: 1),
            ofAlert(key: "x", statuses: ["new"]), find("x"), row(id: "x"),
            countUnrestricted(full, of: nil), countUnrestricted(overdue, of: ["x"]),
            countRestricted(full, for: staff), countRestricted(nobody, for: customer),
            list(opened, for: staff, next), list(urgent, for: staff, first), list(urgent, for: staff, next),
            list(full, for: staff, next),
            list(others, for: customer, first),
            list(nobody, for: .system, first),
            list(CaseFilter(), for: staff, first), count(full, for: staff),
            count(CaseFilter(), for: customer), countsByStatus(for: staff), countsByStatus(for: .system),
            work(of: ["x"], in: ["x"], for: staff),
            endings(from: Timestamp(microseconds: 0)), followedUp(ids: ["x"], to: staff),
            restricted(ids: ["x"]), visible(ids: ["x", "y"], to: staff), merged(into: "x"),
            save(SupportCase(id: "x", version: Version(1), number: "x", at: Timestamp(microseconds: 0))),
            forget(id: "x"), page(after: "", limit: 1),
            closed(by: Timestamp(microseconds: 0), after: nil, limit: 1),
            affecting(
                components: ["x"], severities: ["x"],
                in: Timestamp(microseconds: 0)..<Timestamp(microseconds: 1), for: staff, limit: 1),
            resolved(
                in: Timestamp(microseconds: 0)..<Timestamp(microseconds: 1), without: nil, for: staff,
                limit: 1),
            closed(by: Timestamp(microseconds: 0), after: (Timestamp(microseconds: 0), "x"), limit: 1),
            rows(ids: ["x"]),
            insertListed(
                SupportCase(id: "x", version: Version(1), number: "x", at: Timestamp(microseconds: 0)), doc: 1
            ),
            updateListed(
                SupportCase(id: "x", version: Version(1), number: "x", at: Timestamp(microseconds: 0))),
            forgetListed(id: "x"), listedPage(after: "", limit: 1),
            list(oldest, for: staff, CasePage(after: position, isBackwards: true, limit: 1)),
        ]
    }()
}
