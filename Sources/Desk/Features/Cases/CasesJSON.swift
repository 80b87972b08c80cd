import Diagnosis
import Domain
import Storage
import Web

/// Cases on the wire.
enum CasesJSON {
    static let reads = [
        APIRead(
            "case.list", "Cases, latest change first", path: "/cases", access: .right("case.view"),
            parameters: [
                .init("status", "A status, or several with commas between"),
                .init("severity", "A severity or its alias"),
                .init("component", "A component"), .init("owner", "“me”, “none”, or a person"),
                .init("organisation", "An organisation’s identifier or name"),
                .init("watched_by", "“me”: the cases that you watch"),
                .init(
                    "q",
                    "A search as in the queue: words, \"phrases\", is:open sev:1 owner:@me, AND, OR, NOT, brackets"
                ),
                .init("sort", "updated-desc, updated-asc, opened-desc, opened-asc, breach or severity"),
                .init("count", "“yes” for how many there are, counted to 10,000; “exact” for all of them"),
                .init("next_action", "“none” or “overdue”"),
                .init("blocked_by", "What cases wait for, or “none”"),
                .init("limit", "At most so many, 1 to 200"), .init("cursor", "Where the page before ended"),
            ]
        ) { call, services in try await list(call, services) },
        APIRead(
            "case.read", "One case; for a merged one the case that its number leads to", path: "/cases/{id}",
            access: .right("case.view"), parameters: [asItself]
        ) { call, services in
            let (policy, now, parts) = (services.policy.current, services.clock(), services.catalog.caseParts)
            return try await services.database.read { tx in
                let this = try CaseAlias.find(call, in: tx)
                var object = json(this).object ?? JSONObject()
                let context = try CasePartContext(this, for: call, policy: policy, now: now, in: tx)
                for (key, value) in try parts.json(context, in: tx) { object[key] = value }
                return .object(object)
            }
        },
        APIRead(
            "case.timeline", "All that happened to a case, oldest first", path: "/cases/{id}/timeline",
            access: .right("case.view"),
            parameters: [
                .init("limit", "At most so many, 1 to 500"), .init("cursor", "Where the page before ended"),
                asItself,
            ]
        ) { call, services in try await timeline(call, services) },
    ]

    private static let asItself = APIRead.Parameter(
        "as", "“itself” for a merged case as it was, rather than the one that its number leads to")

    /// The number of entries that a request asks for.
    static func limit(_ request: WebRequest, most: Int, usual: Int) throws -> Int {
        guard let text = request.query("limit") else { return usual }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw Refusal(field: "limit", "out_of_range", "limit must be between 1 and \(most).")
        }
        return limit
    }

    private static func list(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let request = call.request
        let policy = services.policy.current
        let limit = try limit(request, most: 200, usual: 50)
        var after: CasePosition?
        if let parts = try Cursor.parts(request.query("cursor"), count: 2) {
            guard let moment = Int64(parts[0]) else { throw Cursor.notOurs }
            after = CasePosition(changedAt: moment, id: parts[1])
        }
        let text = try request.query("q").map { try CaseSearchText.checked($0, field: "q") } ?? ""
        let search = CaseSearchText(text, for: call.actor, policy: policy, now: services.clock())
        let order = try request.query("sort").map { try Self.order($0, for: call.actor) }
        let counting = try counting(request)
        let base = try filter(request, call.actor, policy, now: services.clock())
        let position = after
        let (cases, total, shown) = try await services.database.read { [counts = services.caseCounts] tx in
            var filter = base
            try filter.narrow(to: try search.meaning(in: tx).get())
            if let order { filter.order = order }
            filter.ranks = policy.severities.map(\.id.raw)
            if let text = request.query("organisation") {
                guard let found = try CustomerDirectory.find(text, in: tx) else {
                    throw Refusal(field: "organisation", "not_found", "There is no organisation “\(text)”.")
                }
                filter.organisation = found.id
            }
            let page = CasePage(after: position, limit: limit + 1)
            guard counting != .none else {
                return (
                    try CaseDirectory.list(filter, for: call.actor, page, in: tx), nil as CaseTotal?,
                    filter.order
                )
            }
            let found = try CaseDirectory.search(
                filter, for: call.actor, page, isExact: counting == .exact, counts: counts, in: tx)
            return (found.cases, found.total, filter.order)
        }
        let page = cases.prefix(limit)
        let next =
            cases.count > limit
            ? page.last.map { CasePosition($0, in: shown, for: call.actor).cursor } : nil
        var answer: JSONObject = ["items": .array(page.map(json)), "next": next.map(JSON.string) ?? .null]
        if let total {
            answer["total"] = .integer(Int64(total.number))
            answer["total_is_exact"] = .bool(total.isExact)
        }
        return .object(answer)
    }

    private enum Counting { case none, some, exact }

    private static func counting(_ request: WebRequest) throws -> Counting {
        switch request.query("count") {
        case nil, ""?: .none
        case "yes"?: .some
        case "exact"?: .exact
        case let other?:
            throw Refusal(field: "count", "unknown_choice", "count is yes or exact, not “\(other)”.")
        }
    }

    private static func order(_ text: String, for actor: Actor) throws -> SearchOrder {
        let orders = SearchOrder.allCases.filter { !actor.isCustomer || $0.isForCustomers }
        guard let order = orders.first(where: { $0.rawValue == text }) else {
            let known = orders.map(\.rawValue).joined(separator: ", ")
            throw Refusal(field: "sort", "unknown_choice", "“\(text)” is not an order. There are: \(known).")
        }
        return order
    }

    private static func filter(
        _ request: WebRequest, _ actor: Actor, _ policy: Policy, now: Timestamp
    ) throws -> CaseFilter {
        var filter = CaseFilter()
        if let text = request.query("status") {
            let statuses = text.split(separator: ",").map { ID<Policy.Status>(String($0)) }
            for status in statuses where policy.status(status) == nil {
                throw Refusal(field: "status", "unknown_choice", "“\(status)” is not a status.")
            }
            filter.statuses = statuses
        }
        if let text = request.query("severity") {
            guard let severity = policy.severity(named: text) else {
                throw Refusal(field: "severity", "unknown_choice", "“\(text)” is not a severity.")
            }
            filter.severity = severity.id
        }
        filter.component = request.query("component")
        filter.nextAction = try QueuePages.nextAction(request.query("next_action"), now: now)
        filter.blocked = try QueuePages.blocked(request.query("blocked_by"), policy)
        switch request.query("owner") {
        case nil: break
        case "me"?: filter.owner = .person(ID(actor.id))
        case "none"?: filter.owner = .nobody
        case let id?: filter.owner = .person(ID(id))
        }
        switch request.query("watched_by") {
        case nil: break
        case "me"?: filter.watcher = ID(actor.id)
        case let other?:
            throw Refusal(
                field: "watched_by", "unknown_choice",
                "Only your own list can be read: watched_by=me, not “\(other)”.")
        }
        return filter
    }

    private static func timeline(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let limit = try limit(call.request, most: 500, usual: 100)
        let cursor = try Cursor.parts(call.request.query("cursor"), count: 1)?.first
        guard let start = Int(cursor ?? "0") else { throw Cursor.notOurs }
        let (facts, names, hidden) = try await services.database.read { tx in
            let this = try CaseAlias.find(call, in: tx)
            let all = try tx.all(
                JournalStore.earliestFacts(of: this.ref, after: Version(start), kinds: [], limit: limit + 1),
                JournalStore.fact)
            let facts = try all.map { try $0.decoded(as: CaseFact.self) }
            return (
                facts, try PeopleDirectory.names(of: facts.map(\.actor), in: tx),
                try CaseDirectory.hidden(facts, from: call.actor, in: tx)
            )
        }
        let page = facts.prefix(limit)
        let next = facts.count > limit ? page.last.map { Cursor.text([String($0.version.number)]) } : nil
        return [
            "items": .array(
                page.filter { !hidden.contains($0.version.number) }.map { entry($0, names) }),
            "next": next.map(JSON.string) ?? .null,
        ]
    }

    static func entry(_ fact: Recorded<CaseFact>, _ names: [String: String]) -> JSON {
        var object: JSONObject = [
            "entry": .integer(fact.sequence), "version": .integer(Int64(fact.version.number)),
            "kind": .string(fact.body.kind), "occurred_at": fact.occurredAt.json,
            "recorded_at": fact.recordedAt.json,
            "is_public": .bool(fact.body.isPublic),
            "actor": ["id": .string(fact.actor), "name": .string(names[fact.actor] ?? "")],
            "data": fact.body.body,
        ]
        // Only a judgement of a hypothesis confirms a cause; whoever chose one otherwise suspected it.
        switch fact.body {
        case .classified(.rootCause, _?): object["root_cause_state"] = "suspected"
        case .resolved(let resolution) where resolution.rootCause != nil:
            object["root_cause_state"] = "suspected"
        case .investigation(.hypothesisProposed), .investigation(.hypothesisRevised):
            object["hypothesis_state"] = "suspected"
        default: break
        }
        return .object(object)
    }

    /// An entry as the customer may read it: its number among the public ones, who by name alone, and states in the
    /// words of the portal.
    static func publicEntry(
        _ fact: Recorded<CaseFact>, number: Int, _ names: [String: String], _ policy: Policy
    ) -> JSON {
        [
            "entry": .integer(Int64(number)), "version": .integer(Int64(number)),
            "kind": .string(fact.body.kind), "occurred_at": fact.occurredAt.json,
            "recorded_at": fact.recordedAt.json,
            "actor": ["name": .string(names[fact.actor] ?? "")], "data": publicData(fact.body, policy),
        ]
    }

    private static func publicData(_ fact: CaseFact, _ policy: Policy) -> JSON {
        func state(_ status: String) -> JSON {
            .string(policy.status(ID(status))?.customerWords ?? "In work")
        }
        switch fact {
        case .opened(let opening):
            // What monitoring said is for colleagues: it names machines and addresses of the house.
            return .fields([
                "subject": .string(opening.subject),
                "symptom": opening.channel == "alert" ? nil : .string(opening.symptom),
            ])
        case .replied(let text, let fromCustomer):
            return ["text": .string(text), "from_customer": .bool(fromCustomer)]
        case .resolved(let resolution):
            return .fields([
                "state": state(resolution.status), "summary": resolution.customerSummary.map(JSON.string),
            ])
        case .outward(.executiveUpdate(let text)), .outward(.reminded(let text, _, _, _)):
            return ["text": .string(text)]
        case .retitled(let subject): return ["subject": .string(subject)]
        case .statusChanged(let status, _, _, _), .reopened(let status, _), .closed(let status):
            return ["state": state(status)]
        default: return [:]
        }
    }

    /// A case as staff read it.
    static func json(_ this: SupportCase) -> JSON {
        var object: JSONObject = [
            "id": .string(this.id.raw), "number": .string(this.number),
            "version": .integer(Int64(this.version.number)), "subject": .string(this.subject),
            "symptom": .string(this.symptom), "severity": .string(this.severity.raw),
            "status": .string(this.status.raw), "status_since": this.statusSince.json,
            "channel": .string(this.channel), "request_type": .string(this.requestType),
            "reopen_count": .integer(Int64(this.reopenCount)), "impact": this.impact.json,
        ]
        object["problem_statement"] = this.problemStatement.map(JSON.string) ?? .null
        object["owner"] = this.owner.map { .string($0.raw) } ?? .null
        object["requester"] = this.requester.map { .string($0.raw) } ?? .null
        object["organisation"] = this.organisation.map { .string($0.raw) } ?? .null
        object["narrative"] = this.narrative.map(JSON.string) ?? .null
        for field in CaseFact.ClassifyingField.allCases {
            object[field.rawValue] = this.classification[field].map(JSON.string) ?? .null
        }
        object["root_cause_state"] = this.rootCauseState
        let times: [(String, Timestamp?)] = [
            ("began_at", this.beganAt), ("noticed_at", this.noticedAt), ("reported_at", this.reportedAt),
            ("opened_at", this.openedAt), ("first_reply_at", this.firstReplyAt),
            ("mitigated_at", this.mitigatedAt),
            ("resolved_at", this.resolvedAt), ("closed_at", this.closedAt),
            ("customer_waits_since", this.unansweredSince), ("updated_at", this.updatedAt),
        ]
        for (name, moment) in times { object[name] = moment.map(\.json) ?? .null }
        arrange(this.arrangement, &object)
        return .object(object)
    }

    private static func arrange(_ arranged: SupportCase.Arrangement, _ object: inout JSONObject) {
        if let text = arranged.nextAction {
            object["next_action"] = [
                "text": .string(text),
                "owner": arranged.nextActionOwner.map { .string($0.raw) } ?? .null,
                "due_at": arranged.nextActionDueAt.map(\.json) ?? .null,
            ]
        } else {
            object["next_action"] = .null
        }
        object["blocked_by"] = arranged.blockedBy.map(JSON.string) ?? .null
        object["next_update_at"] = arranged.nextUpdateAt.map(\.json) ?? .null
        object["severity_confirmed_at"] = arranged.severityConfirmedAt.map(\.json) ?? .null
    }
}
