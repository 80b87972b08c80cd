/// Gives the words of a search their meaning: what policy lists, whom names belong to, which moments are meant.
package struct SearchReading: Sendable {
    /// The policy whose words count.
    package var policy: Policy
    /// The present moment.
    package var now: Timestamp
    /// Who asks: what `@me` means.
    package var me: ID<Person>
    /// The people that each name belongs to; see `SearchExpression.names(of:)`.
    package var people: [String: [ID<Person>]]
    /// The organisations that each name belongs to.
    package var organisations: [String: [ID<Organisation>]]

    /// Whether a customer asks, who is told nothing of what is done inside the house.
    package var isForCustomer: Bool

    /// A reading with all that it needs to know.
    package init(
        policy: Policy, now: Timestamp, me: ID<Person>, people: [String: [ID<Person>]],
        organisations: [String: [ID<Organisation>]], isForCustomer: Bool = false
    ) {
        (self.policy, self.now, self.me) = (policy, now, me)
        (self.people, self.organisations) = (people, organisations)
        self.isForCustomer = isForCustomer
    }

    /// What is asked of each case, and the order if one is named.
    package func read(
        _ expression: SearchExpression
    ) throws(SearchProblem) -> (condition: SearchCondition, order: SearchOrder?) {
        let (rest, order) = try order(of: expression)
        return (try condition(rest), order)
    }

    private func order(
        of expression: SearchExpression
    ) throws(SearchProblem) -> (SearchExpression, SearchOrder?) {
        let parts: [SearchExpression] = if case .every(let parts) = expression { parts } else { [expression] }
        var order: SearchOrder?
        var rest: [SearchExpression] = []
        for part in parts {
            guard case .filter(let filter) = part, filter.field == .sort else {
                rest.append(part)
                continue
            }
            order = try self.order(filter)
        }
        return (rest.count == 1 ? rest[0] : .every(rest), order)
    }

    private func order(_ filter: SearchExpression.Filter) throws(SearchProblem) -> SearchOrder {
        let value = filter.values[0]
        let words: [String: SearchOrder] = [
            "updated": .updatedDescending, "created": .openedDescending, "opened": .openedDescending,
            "created-desc": .openedDescending, "created-asc": .openedAscending, "newest": .openedDescending,
            "oldest": .openedAscending, "desc": .updatedDescending, "asc": .updatedAscending,
            "sla": .breachAscending, "deadline": .breachAscending, "sev": .gravest, "priority": .gravest,
            "prio": .gravest, "severity-desc": .gravest,
        ]
        let wanted = value.text.lowercased()
        let known = SearchOrder.allCases.filter { !isForCustomer || $0.isForCustomers }
        if let order = words[wanted] ?? SearchOrder(rawValue: wanted), known.contains(order) { return order }
        throw unknown(value, "an order", known.map(\.rawValue))
    }

    private func condition(_ expression: SearchExpression) throws(SearchProblem) -> SearchCondition {
        switch expression {
        case .text(let words): return .text(words, .anywhere)
        case .every(let parts): return .every(try conditions(parts))
        case .any(let parts): return .any(try conditions(parts))
        case .not(let inner): return .not(try condition(inner))
        case .filter(let filter): return try condition(filter)
        }
    }

    private func conditions(_ parts: [SearchExpression]) throws(SearchProblem) -> [SearchCondition] {
        var conditions: [SearchCondition] = []
        for part in parts { conditions.append(try condition(part)) }
        return conditions
    }

    private func condition(_ filter: SearchExpression.Filter) throws(SearchProblem) -> SearchCondition {
        if isForCustomer, !filter.field.isForCustomers {
            let known = SearchField.allCases.filter(\.isForCustomers).map(\.rawValue)
            throw SearchProblem(
                "unknown_field",
                "There is no field “\(filter.field.rawValue)” here. There are: \(known.joined(separator: ", ")).",
                column: filter.column)
        }
        if ![.ranked, .time].contains(filter.field.kind), filter.comparison != .equal {
            throw SearchProblem(
                "not_comparable",
                "“\(filter.field.rawValue)” has no order: use a colon, not \(filter.comparison.rawValue).",
                column: filter.column)
        }
        switch filter.field.kind {
        case .word: return try any(filter) { value throws(SearchProblem) in try word(filter.field, value) }
        case .text where filter.field == .number: return .number(filter.values.flatMap { numbers($0.text) })
        case .text: return try any(filter) { .text($0.text, place(filter.field)) }
        case .time: return try any(filter) { value throws(SearchProblem) in try time(filter, value) }
        case .person:
            return try any(filter) { value throws(SearchProblem) in try person(filter.field, value) }
        case .organisation: return try any(filter) { value throws(SearchProblem) in try organisation(value) }
        case .term: return try oneOf(filter)
        case .ranked: return try ranked(filter)
        case .order:
            throw SearchProblem(
                "misplaced_order", "An order stands on its own, outside of brackets and OR.",
                column: filter.column)
        }
    }

    private func any(
        _ filter: SearchExpression.Filter,
        _ meaning: (SearchExpression.Value) throws(SearchProblem) -> SearchCondition
    ) throws(SearchProblem) -> SearchCondition {
        var options: [SearchCondition] = []
        for value in filter.values { options.append(try meaning(value)) }
        return options.count == 1 ? options[0] : .any(options)
    }

    // MARK: Words

    private func word(
        _ field: SearchField, _ value: SearchExpression.Value
    ) throws(SearchProblem) -> SearchCondition {
        let wanted = value.text.lowercased().replacing("-", with: "_")
        if field == .state {
            let forCustomers: Set = [
                "open", "unsolved", "unresolved", "solved", "resolved", "done", "case", "ticket",
            ]
            if isForCustomer, !forCustomers.contains(wanted) {
                throw unknown(value, "a state", ["open", "solved"])
            }
            return try state(wanted, value)
        }
        let aliases: [String: SearchCondition.Thing] = [
            "assignee": .owner, "attachment": .evidence, "root_cause": .cause, "answer": .reply,
            "due": .nextAction,
        ]
        guard let thing = SearchCondition.Thing(rawValue: wanted) ?? aliases[wanted] else {
            throw unknown(value, "something that a case has", SearchCondition.Thing.allCases.map(\.rawValue))
        }
        return field == .has ? .has(thing) : .not(.has(thing))
    }

    private func state(
        _ wanted: String, _ value: SearchExpression.Value
    ) throws(SearchProblem) -> SearchCondition {
        switch wanted {
        case "open", "unsolved", "unresolved": return phases([.open, .waiting, .mitigated, .verifying])
        case "solved", "resolved", "done": return phases([.resolved, .closed])
        case "closed": return phases([.closed])
        case "waiting", "pending": return phases([.waiting])
        case "mine": return .oneOf(.owner, [me.raw])
        case "unowned", "unassigned": return .not(.has(.owner))
        case "overdue": return .during(.due, from: nil, until: now)
        case "breached": return .during(.breach, from: nil, until: now)
        case "missed": return .missed(isUnexplained: false)
        case "unexplained": return .missed(isUnexplained: true)
        case "behind": return .behind
        case "late": return .during(.promised, from: nil, until: now)
        case "offered": return .has(.handover)
        case "unaccepted": return .during(.acceptance, from: nil, until: now)
        case "stuck": return .has(.stuck)
        case "in_review": return .has(.review)
        case "restricted", "confidential": return .restricted
        case "merged": return .merged
        case "triaged": return .triaged
        case "untriaged": return .not(.triaged)
        case "bouncing", "bounced": return .moved(policy.routing.mostMoves)
        case "uncovered": return .uncovered
        case "matched": return .matched
        case "overaged": return .aged(aged())
        case "watched", "watching": return .watched([me])
        case "case", "ticket": return .every([])
        default:
            throw unknown(
                value, "a state",
                [
                    "open", "waiting", "solved", "closed", "mine", "unowned", "overdue", "late", "breached",
                    "behind", "missed", "unexplained",
                    "watched",
                    "merged",
                    "restricted", "offered", "unaccepted", "stuck", "in_review",
                    "triaged", "untriaged", "bouncing", "uncovered", "matched", "overaged",
                ])
        }
    }

    /// For each queue with an age from which a case is too old, since when a case would have to lie there.
    private func aged() -> [SearchCondition.Aged] {
        policy.routing.queues.compactMap { queue in
            queue.ageHours.map {
                .init(queue: queue.id, before: now.adding(seconds: -Int64($0) * 3600))
            }
        }
    }

    private func phases(_ phases: Set<Policy.Phase>) -> SearchCondition {
        .oneOf(.status, policy.statuses(in: phases).map(\.raw))
    }

    private func place(_ field: SearchField) -> SearchCondition.Place {
        switch field {
        case .subject: .subject
        case .note: .note
        case .message: .message
        case .attachment: .attachment
        default: .anywhere
        }
    }

    /// A number as it may have been typed: whole, or without its prefix.
    private func numbers(_ text: String) -> [String] {
        let text = text.uppercased()
        return text.allSatisfy(\.isNumber) ? [text, "\(policy.caseNumberPrefix)-\(text)"] : [text]
    }

    private func time(
        _ filter: SearchExpression.Filter, _ value: SearchExpression.Value
    ) throws(SearchProblem) -> SearchCondition {
        let moments: [SearchField: SearchCondition.Moment] = [
            .opened: .opened, .updated: .updated, .resolved: .resolved, .closed: .closed,
            .reported: .reported,
            .due: .due, .promised: .promised, .breach: .breach, .since: .since, .unanswered: .unanswered,
        ]
        let moment = moments[filter.field] ?? .updated
        let isAhead = moment == .due || moment == .promised || moment == .breach
        let stretch = try SearchTimes(now: now).stretch(filter.comparison, value, isAhead: isAhead)
        return .during(moment, from: stretch.from, until: stretch.until)
    }

    // MARK: People and customers

    private func person(
        _ field: SearchField, _ value: SearchExpression.Value
    ) throws(SearchProblem) -> SearchCondition {
        let wanted = value.text.lowercased()
        if ["none", "nobody", "-"].contains(wanted), field == .owner { return .not(.has(.owner)) }
        let found = ["@me", "me"].contains(wanted) ? [me] : people[value.text] ?? []
        guard !found.isEmpty else {
            throw SearchProblem(
                "unknown_person", "Nobody is called “\(value.text)”. Write a name, an e-mail address or @me.",
                column: value.column)
        }
        switch field {
        case .owner: return .oneOf(.owner, found.map(\.raw))
        case .requester: return .oneOf(.requester, found.map(\.raw))
        case .watcher: return .watched(found)
        default: return .involves(found)
        }
    }

    private func organisation(_ value: SearchExpression.Value) throws(SearchProblem) -> SearchCondition {
        guard let found = organisations[value.text], !found.isEmpty else {
            throw SearchProblem(
                "unknown_account", "No customer is called “\(value.text)”.", column: value.column)
        }
        return .oneOf(.organisation, found.map(\.raw))
    }

    // MARK: Lists of policy

    private func oneOf(_ filter: SearchExpression.Filter) throws(SearchProblem) -> SearchCondition {
        let (column, terms) = list(filter.field)
        return try any(filter) { value throws(SearchProblem) in
            .oneOf(column, [try id(of: value, among: terms, "a \(filter.field.rawValue)")])
        }
    }

    private func list(_ field: SearchField) -> (SearchCondition.Column, [Policy.Term]) {
        switch field {
        case .area: (.productArea, policy.productAreas)
        case .environment: (.environment, policy.environments)
        case .category: (.category, policy.categories)
        case .verdict: (.verdict, policy.verdicts)
        case .rootCause: (.rootCause, policy.rootCauses)
        case .channel: (.channel, policy.channels)
        case .type: (.requestType, policy.requestTypes.map { Policy.Term(id: $0.id, name: $0.name) })
        case .queue:
            (.queue, policy.routing.queues.map { Policy.Term(id: $0.id, name: $0.name) })
        case .waits: (.blockedBy, policy.coordination.blockedReasons)
        default: (.component, policy.components)
        }
    }

    /// A value of an ordered list, and with < or > all before or behind it.
    private func ranked(_ filter: SearchExpression.Filter) throws(SearchProblem) -> SearchCondition {
        switch filter.field {
        case .status:
            // The order of a case's way, whatever the order of the list: a case that came back is not solved.
            let phases: [Policy.Phase] = [.open, .waiting, .mitigated, .verifying, .resolved, .closed]
            let all = phases.flatMap { phase in policy.statuses.filter { $0.phase == phase } }
                .map { Policy.Term(id: $0.id.raw, name: $0.name) }
            let wanted = Set(try ids(filter, all, meaning: zendesk))
            return .oneOf(.status, policy.statuses.map(\.id.raw).filter(wanted.contains))
        case .severity:
            // The order of numbers: sev:<=2 is the two gravest.
            let all = policy.severities.map { Policy.Term(id: $0.id.raw, name: $0.name) }
            return .oneOf(.severity, try ids(filter, all, meaning: severity))
        default: return .tier(try ids(filter, policy.tiers) { _ in nil })
        }
    }

    private func ids(
        _ filter: SearchExpression.Filter, _ all: [Policy.Term],
        meaning: (String) -> [String]?
    ) throws(SearchProblem) -> [String] {
        var wanted: [String] = []
        for value in filter.values {
            var ids = meaning(value.text.lowercased()) ?? []
            if ids.isEmpty { ids = [try id(of: value, among: all, "a \(filter.field.rawValue)")] }
            let places = all.indices.filter { ids.contains(all[$0].id) }
            guard let first = places.first, let last = places.last else { continue }
            switch filter.comparison {
            case .equal: wanted += ids
            case .below: wanted += all[..<first].map(\.id)
            case .atMost: wanted += all[...last].map(\.id)
            case .above: wanted += all[(last + 1)...].map(\.id)
            case .atLeast: wanted += all[first...].map(\.id)
            }
        }
        return all.map(\.id).filter(wanted.contains)
    }

    /// The statuses that Zendesk's words stand for, unless policy has one of that name itself.
    private func zendesk(_ word: String) -> [String]? {
        guard !policy.statuses.contains(where: { $0.id.raw == word || $0.name.lowercased() == word }) else {
            return nil
        }
        let phases: [String: Set<Policy.Phase>] = [
            "open": [.open], "pending": [.waiting], "hold": [.mitigated, .verifying], "solved": [.resolved],
            "closed": [.closed], "resolved": [.resolved],
        ]
        return phases[word].map { policy.statuses(in: $0).map(\.raw) }
    }

    private func severity(_ word: String) -> [String]? {
        if let found = policy.severity(named: word) { return [found.id.raw] }
        // The badges of lists say S2.
        let digits = word.hasPrefix("s") ? word.dropFirst() : word[...]
        guard let number = Int(digits), policy.severities.indices.contains(number - 1) else { return nil }
        return [policy.severities[number - 1].id.raw]
    }

    private func id(
        of value: SearchExpression.Value, among terms: [Policy.Term], _ what: String
    ) throws(SearchProblem) -> String {
        let wanted = value.text.lowercased()
        if let found = terms.first(where: { $0.id == wanted || $0.name.lowercased() == wanted }) {
            return found.id
        }
        let near = terms.filter { $0.id.contains(wanted) || $0.name.lowercased().contains(wanted) }
        if near.count == 1, wanted.count >= 3 { return near[0].id }
        throw unknown(value, what, terms.map(\.id))
    }

    private func unknown(
        _ value: SearchExpression.Value, _ what: String, _ known: [String]
    ) -> SearchProblem {
        SearchProblem(
            "unknown_value", "“\(value.text)” is not \(what). There are: \(known.joined(separator: ", ")).",
            column: value.column)
    }
}

extension SearchExpression {
    /// The names of a kind that stand in the search, to be looked up before it is read.
    package func names(of kind: SearchField.Kind) -> Set<String> {
        switch self {
        case .text: []
        case .filter(let filter): filter.field.kind == kind ? Set(filter.values.map(\.text)) : []
        case .every(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.names(of: kind)) }
        case .not(let inner): inner.names(of: kind)
        }
    }
}
