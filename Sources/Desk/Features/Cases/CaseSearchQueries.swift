import Domain
import Storage

/// Cases by their words: which statement answers a search.
///
/// The index narrows, and where a word is exact it decides. Cases with an entry that the index has not taken in yet, and
/// which one of the words concerns, are judged by their texts. Customers are always judged by texts that they may read.
enum CaseSearchQueries {
    /// A search with words, ready to be put into statements.
    private struct Plan {
        let filter: CaseFilter
        let actor: Actor
        /// What holds of a row `c` beside the words: filters, and that the reader may know of it.
        let conditions: [SQL]
        /// Cases that the words can concern, at least; nil where the index cannot say.
        let set: IndexedSet?
        /// Whether all of the set are found.
        let isExact: Bool
        /// That the words hold of `c`, by its texts alone.
        let holds: SQL
        /// What the index has for each of several words, where it was read before.
        var known: [IndexedSet: [Int64]] = [:]
        /// That the words hold of `c`, by the index as far as it can say.
        let isFound: SQL
        /// The cases on which the index may be behind.
        let touched: SQL
        private let tree: WordTree

        init?(_ filter: CaseFilter, for actor: Actor) {
            guard let worded = filter.condition?.worded else { return nil }
            (self.filter, self.actor) = (filter, actor)
            conditions = CasesQueries.conditions(filter, for: actor)
            let tree = WordTree(worded, isPublic: actor.isCustomer)
            self.tree = tree
            holds = tree.holds
            isFound = tree.isFound
            let indexed = tree.indexed
            set = indexed?.set
            isExact = !actor.isCustomer && indexed?.isExact ?? false
            touched = SearchDirectory.touched(by: tree.texts)
        }

        /// That one of several words holds of `c`, which the set holds, where only those are looked for that the index has
        /// for the case; nil where nothing is saved so.
        var alternatives: SQL? { tree.alternatives(known) }

        /// The sets of several words of which one is enough, where all that can be found is in them.
        var parts: [IndexedSet]? {
            guard alternatives != nil, case .any(let parts)? = set else { return nil }
            return parts
        }

        /// The cases of the set.
        func hits(_ set: IndexedSet) -> SQL {
            known.isEmpty ? .documents(set) : .documents(Set(known.values.joined()).sorted())
        }

        var with: SQL { "WITH touched(doc) AS MATERIALIZED (\(touched)) " }

        /// That a case which the set holds, or which is touched, is found.
        var decision: SQL {
            guard isExact else {
                guard let alternatives else { return holds }
                return .engines(
                    sqlite: "(\(alternatives) OR c.doc IN (SELECT doc FROM touched) AND \(holds))",
                    postgreSQL: alternatives)
            }
            return .engines(
                sqlite: "(c.doc NOT IN (SELECT doc FROM touched) OR \(holds))", postgreSQL: "1 = 1")
        }

        /// That any case is found.
        var judgement: SQL {
            let found: SQL
            if let set {
                let narrowed: SQL = "c.doc IN (\(SQL.documents(set)))"
                found = isExact ? narrowed : "(\(narrowed) AND \(alternatives ?? holds))"
            } else {
                found = isFound
            }
            return .engines(
                sqlite: "CASE WHEN c.doc IN (SELECT doc FROM touched) THEN \(holds) ELSE \(found) END",
                postgreSQL: found)
        }
    }

    /// The most hits of the index with which a search is driven by it.
    static let few = 5000

    /// A page of cases, and how many there are where that was learnt on the way.
    static func page(
        _ filter: CaseFilter, for actor: Actor, _ page: CasePage, few: Int = CaseSearchQueries.few,
        in tx: borrowing Transaction
    ) throws -> (cases: [SupportCase], total: Int?) {
        guard var plan = Plan(filter, for: actor) else { return ([], 0) }
        try SearchDirectory.begin(in: tx)
        var total: Int?
        var ids: [String] = []
        if try isFew(&plan, few, in: tx) {
            try tx.each(driven(plan, page)) { row in
                ids.append(row.text(0))
                total = Int(row.integer(1))
            }
            if ids.isEmpty, page.after == nil { total = 0 }
        } else {
            ids = try tx.all(walked(plan, page)) { $0.text(0) }
        }
        let rows = try tx.all(CasesQueries.rows(ids: ids), CasesQueries.read)
        let byID = Dictionary(rows.map { ($0.id.raw, $0) }) { first, _ in first }
        let cases = ids.compactMap { byID[$0] }
        return (page.isBackwards ? cases.reversed() : cases, total)
    }

    /// How many cases there are; at most so many are counted.
    static func count(
        _ filter: CaseFilter, for actor: Actor, atMost limit: Int?, in tx: borrowing Transaction
    ) throws -> Int {
        guard let plan = Plan(filter, for: actor) else { return 0 }
        try SearchDirectory.begin(in: tx)
        return try tx.first(counted(plan, limit)) { Int($0.integer(0)) } ?? 0
    }

    /// Whether the index has so few cases that a search is driven by them; on the way it learns those of each of several
    /// words.
    private static func isFew(_ plan: inout Plan, _ few: Int, in tx: borrowing Transaction) throws -> Bool {
        guard let set = plan.set, !plan.actor.isCustomer else { return false }
        guard tx.dialect == .sqlite else { return few > 0 }
        guard try SearchDirectory.waiting(atMost: 3001, in: tx) <= 3000 else { return false }
        guard let parts = plan.parts else {
            return try tx.first(probe(set, few)) { Int($0.integer(0)) } ?? 0 <= few
        }
        var (known, left): ([IndexedSet: [Int64]], Int) = ([:], few)
        for part in parts where known[part] == nil {
            let found = try tx.all(first(left + 1, of: part)) { $0.integer(0) }
            left -= found.count
            guard left >= 0 else { return false }
            known[part] = found
        }
        plan.known = known
        return true
    }

    // MARK: Statements

    private static func probe(_ set: IndexedSet, _ few: Int) -> SQL {
        let statement: SQL = "SELECT COUNT(*) FROM (\(first(few + 1, of: set))) AS hits"
        return statement.once
    }

    private static func first(_ limit: Int, of set: IndexedSet) -> SQL {
        let statement: SQL = "\(SQL.documents(set)) LIMIT \(limit)"
        return statement.once
    }

    /// Few hits: driven by the index, page and count in one.
    private static func driven(_ plan: Plan, _ page: CasePage) -> SQL {
        guard let set = plan.set else { return walked(plan, page) }
        let order = CasesQueries.ListOrder(plan.filter, page, for: plan.actor)
        let hits = plan.hits(set)
        let all: SQL = .engines(
            sqlite: "\(hits) UNION SELECT doc FROM touched\(SQL.isSmall)", postgreSQL: hits)
        let statement: SQL = """
            \(plan.with)SELECT found_id, total FROM (
                SELECT c.case_id AS found_id, \(order.column) AS moment, c.doc AS place, COUNT(*) OVER () AS total
                FROM (\(all)) AS h \(SQL.joinedTo) search_case c ON c.doc = h.doc
                WHERE \(SQL.all(plan.conditions + [plan.decision]))) AS hits
            WHERE \(SQL.all(order.laterOutside)) \(order.outside) LIMIT \(page.limit)
            """
        return statement.once
    }

    /// Many hits, or none that the index knows: walks the order of the list, and stops after the page.
    private static func walked(_ plan: Plan, _ page: CasePage) -> SQL {
        let order = CasesQueries.ListOrder(plan.filter, page, for: plan.actor)
        let statement: SQL = """
            \(plan.with)SELECT c.case_id FROM search_case c
            WHERE \(SQL.all(plan.conditions + order.later + [plan.judgement])) \(order.inside) LIMIT \(page.limit)
            """
        return statement.once
    }

    private static func counted(_ plan: Plan, _ limit: Int?) -> SQL {
        let limit = limit ?? .max
        guard let set = plan.set, !plan.actor.isCustomer else {
            let statement: SQL = """
                \(plan.with)SELECT COUNT(*) FROM (SELECT 1 FROM search_case c
                    WHERE \(SQL.all(plan.conditions + [plan.judgement])) LIMIT \(limit)) AS hits
                """
            return statement.once
        }
        let hits = SQL.documents(set)
        // An index with little beside the numbers, which SQLite would not choose over the rows themselves.
        let brief: SQL = .engines(sqlite: "INDEXED BY search_case_in_brief ", postgreSQL: "")
        let all: SQL = .engines(
            sqlite: """
                \(hits) AND rowid NOT IN (SELECT doc FROM touched) UNION ALL SELECT doc FROM touched
                """, postgreSQL: hits)
        let statement: SQL = """
            \(plan.with)SELECT COUNT(*) FROM (SELECT 1 FROM (\(all)) AS h
                \(SQL.joinedTo) search_case c \(brief)ON c.doc = h.doc
                WHERE \(SQL.all(plan.conditions + [plan.decision])) LIMIT \(limit)) AS hits
            """
        return statement.once
    }

    // MARK: Fields

    /// That a condition without words holds of a row `c` of `search_case`.
    static func field(_ condition: SearchCondition, isForCustomer: Bool) -> SQL {
        func all(_ parts: [SearchCondition]) -> [SQL] {
            parts.map { field($0, isForCustomer: isForCustomer) }
        }
        switch condition {
        case .text: return "1 = 1"
        case .every(let parts): return "(" + SQL.all(all(parts)) + ")"
        case .any(let parts): return SQL.any(all(parts))
        // What a case does not have compares to nothing, and then the opposite holds.
        case .not(let inner):
            return "NOT COALESCE(\(field(inner, isForCustomer: isForCustomer)), \(SQL.no))"
        case .oneOf(let column, let values): return self.column(column, values)
        case .number(let numbers):
            return "c.case_id IN (SELECT id FROM support_case WHERE number IN (\(anyOf: numbers)))"
        case .tier(let tiers): return "c.organisation IN (\(CustomerDirectory.ids(ofTiers: tiers)))"
        case .during(let moment, let from, let until):
            return during(moment, from, until, isForCustomer: isForCustomer)
        case .has(let thing): return has(thing)
        case .involves(let people):
            return "c.case_id IN (\(JournalStore.subjects(SupportCase.kind, touchedBy: people.map(\.raw))))"
        case .watched(let people):
            return SQL.any(
                people.map { "c.watchers LIKE \(SQL.containing(" \($0.raw) ")) ESCAPE '\\'" })
        case .restricted: return "c.confidentiality IS NOT NULL"
        case .merged: return "c.merged_into IS NOT NULL"
        case .triaged: return "c.case_id IN (\(RoutingDirectory.triaged))"
        case .missed(let isUnexplained):
            return "c.case_id IN (\(AttainmentDirectory.missed(isUnexplained: isUnexplained)))"
        case .behind: return "c.case_id IN (\(AttainmentDirectory.behind))"
        case .uncovered: return RoutingDirectory.isUncovered
        case .matched: return "c.case_id IN (\(RoutingDirectory.matched))"
        case .aged(let some):
            return SQL.any(some.map { RoutingDirectory.aged(in: $0.queue, since: $0.before) })
        case .moved(let most): return "c.case_id IN (\(RoutingDirectory.moved(moreOftenThan: most)))"
        }
    }

    private static func column(_ column: SearchCondition.Column, _ values: [String]) -> SQL {
        func row(_ name: SQL) -> SQL {
            "EXISTS (SELECT 1 FROM support_case s WHERE s.id = c.case_id AND \(name) IN (\(anyOf: values)))"
        }
        switch column {
        case .status: return "c.status IN (\(anyOf: values))"
        case .severity: return "c.severity IN (\(anyOf: values))"
        case .owner: return "c.owner IN (\(anyOf: values))"
        case .organisation: return "c.organisation IN (\(anyOf: values))"
        case .component: return "c.component IN (\(anyOf: values))"
        case .blockedBy: return "c.blocked_by IN (\(anyOf: values))"
        case .queue: return "c.case_id IN (\(RoutingDirectory.cases(in: values)))"
        case .requester: return row("s.requester")
        case .environment: return row("s.environment")
        case .category: return row("s.category")
        case .verdict: return row("s.verdict")
        case .channel: return row("s.channel")
        case .productArea: return row("s.product_area")
        case .rootCause: return row("s.root_cause")
        case .requestType: return row("s.request_type")
        }
    }

    private static func during(
        _ moment: SearchCondition.Moment, _ from: Timestamp?, _ until: Timestamp?, isForCustomer: Bool
    ) -> SQL {
        func stretch(_ name: SQL) -> SQL {
            var parts: [SQL] = []
            if let from { parts.append("\(name) >= \(from.microseconds)") }
            if let until { parts.append("\(name) < \(until.microseconds)") }
            return parts.isEmpty ? "\(name) IS NOT NULL" : "(" + SQL.all(parts) + ")"
        }
        func row(_ name: SQL) -> SQL {
            "EXISTS (SELECT 1 FROM support_case s WHERE s.id = c.case_id AND \(stretch(name)))"
        }
        switch moment {
        case .opened: return stretch("c.opened_at")
        case .updated: return stretch(isForCustomer ? "c.publicly_changed_at" : "c.updated_at")
        case .due: return stretch("c.next_action_due_at")
        case .promised: return stretch("c.next_update_at")
        case .since: return stretch("c.status_since")
        case .unanswered: return row("s.unanswered_since")
        case .breach: return ServiceLevelsDirectory.isDue(from: from, until: until)
        case .acceptance: return HandoffDirectory.isOffered(from: from, until: until)
        case .resolved: return row("s.resolved_at")
        case .closed: return row("s.closed_at")
        case .reported: return row("s.reported_at")
        }
    }

    private static func has(_ thing: SearchCondition.Thing) -> SQL {
        func row(_ condition: SQL) -> SQL {
            "EXISTS (SELECT 1 FROM support_case s WHERE s.id = c.case_id AND \(condition))"
        }
        func fact(_ kind: String) -> SQL {
            "EXISTS (\(JournalStore.anyFact(of: SupportCase.kind, id: "c.case_id", kind: kind)))"
        }
        switch thing {
        case .owner: return "c.owner IS NOT NULL"
        case .nextAction: return "c.next_action_due_at IS NOT NULL"
        case .blocker: return "c.blocked_by IS NOT NULL"
        case .promise: return "c.next_update_at IS NOT NULL"
        case .cause: return row("(s.confirmed_causes IS NOT NULL OR s.root_cause IS NOT NULL)")
        case .reply: return row("s.first_reply_at IS NOT NULL")
        case .problemStatement: return row("s.problem_statement IS NOT NULL")
        case .evidence: return "c.case_id IN (\(EvidenceDirectory.casesWithEvidence))"
        case .link: return "c.case_id IN (\(RelationsDirectory.casesWithLinks))"
        case .workaround: return fact("case.workaround_recorded")
        case .fix: return fact("case.fix_recorded")
        case .hypothesis: return fact("case.hypothesis_proposed")
        case .handover: return HandoffDirectory.isOffered()
        case .stuck: return HandoffDirectory.isStuck
        case .review: return OutwardDirectory.isInReview
        case .reusableAnswer: return HandoffDirectory.hasReusableAnswer
        }
    }

    /// Every kind of statement, with sample values, to be prepared on both engines.
    static let samples: [SQL] = {
        let staff = Actor(id: "x", name: "x", roles: ["engineer"], rights: [])
        let customer = Actor(id: "x", name: "x", roles: ["customer"], rights: [], organisation: "x")
        let fields = SearchCondition.every(
            SearchCondition.Column.allCases.map { .oneOf($0, ["x"]) }
                + SearchCondition.Moment.allCases.map {
                    .during($0, from: Timestamp(microseconds: 0), until: Timestamp(microseconds: 1))
                }
                + SearchCondition.Thing.allCases.map { .not(.has($0)) }
                + [
                    .tier(["x"]), .number(["x"]), .involves(["x"]), .watched(["x", "y"]), .restricted,
                    .merged, .missed(isUnexplained: true), .behind,
                    .any([.restricted, .merged]),
                ])
        let words = SearchCondition.every([
            .text("connection reset", .anywhere), .any([.text("ora-12541", .note), .text("x", .anywhere)]),
            .not(.text("timeout", .anywhere)),
        ])
        let position = CasePosition(changedAt: 0, id: "x")
        var statements: [SQL] = []
        for actor in [staff, customer] {
            for condition in [words, .every([words, fields]), .not(words), .any([words, .merged])] {
                guard let plan = Plan(CaseFilter(condition, order: .openedAscending), for: actor) else {
                    continue
                }
                for page in [CasePage(limit: 1), CasePage(after: position, isBackwards: true, limit: 1)] {
                    statements += [driven(plan, page), walked(plan, page)]
                }
                statements +=
                    [counted(plan, nil), counted(plan, 1)]
                    + (plan.set.map { [probe($0, few), first(few, of: $0)] } ?? [])
            }
        }
        return statements + ["SELECT 1 FROM search_case c WHERE " + field(fields, isForCustomer: true)]
    }()
}

/// What a search asks of the words of a case, as conditions on a row `c` and as sets of the index.
private struct WordTree {
    private indirect enum Node {
        case words(String, SearchTerms, kinds: [String])
        case field(SQL)
        case every([Node])
        case any([Node])
        case not(Node)
    }

    private let root: Node
    private let isPublic: Bool

    init(_ condition: SearchCondition, isPublic: Bool) {
        root = Self.node(condition, isPublic)
        self.isPublic = isPublic
    }

    private static func node(_ condition: SearchCondition, _ isPublic: Bool) -> Node {
        switch condition {
        case .text(let words, let place):
            let folded = SearchText.fold(words)
            return .words(folded, SearchText.terms(of: folded), kinds: place.kinds.map(\.rawValue))
        case .every(let parts): return .every(parts.map { node($0, isPublic) })
        case .any(let parts): return .any(parts.map { node($0, isPublic) })
        case .not(let inner): return .not(node(inner, isPublic))
        default: return .field(CaseSearchQueries.field(condition, isForCustomer: isPublic))
        }
    }

    /// All texts that the search names, folded.
    var texts: [String] {
        func texts(_ node: Node) -> [String] {
            switch node {
            case .words(let folded, _, _): [folded]
            case .field: []
            case .every(let parts), .any(let parts): parts.flatMap(texts)
            case .not(let inner): texts(inner)
            }
        }
        return texts(root)
    }

    var holds: SQL { holds(root) }

    private func holds(_ node: Node) -> SQL {
        switch node {
        case .words(let folded, _, let kinds):
            SearchDirectory.holds(anyOf: [folded], kinds: kinds, isPublic: isPublic)
        case .field(let condition): condition
        case .every(let parts): "(" + SQL.all(parts.map(holds)) + ")"
        case .any(let parts): holds(any: parts)
        case .not(let inner): "NOT COALESCE(\(holds(inner)), \(SQL.no))"
        }
    }

    /// Words that are looked for in the same kinds of text are looked for together, so that each text is read once.
    private func holds(any parts: [Node]) -> SQL {
        var others: [SQL] = []
        var together: [(kinds: [String], folded: [String])] = []
        for part in parts {
            guard case .words(let folded, _, let kinds) = part else {
                others.append(holds(part))
                continue
            }
            if let index = together.firstIndex(where: { $0.kinds == kinds }) {
                together[index].folded.append(folded)
            } else {
                together.append((kinds, [folded]))
            }
        }
        return SQL.any(
            together.map { SearchDirectory.holds(anyOf: $0.folded, kinds: $0.kinds, isPublic: isPublic) }
                + others)
    }

    /// The condition on a row that the set of the index holds, where one of several words is enough; nil where there are
    /// no such words.
    ///
    /// Only those words are looked for that the index has for the row. Of a row that the index is behind on it says no
    /// more than the texts do.
    /// - Parameter known: what the index has for some of them, where it was read before.
    func alternatives(_ known: [IndexedSet: [Int64]]) -> SQL? { alternatives(root, known) }

    private func alternatives(_ node: Node, _ known: [IndexedSet: [Int64]]) -> SQL? {
        switch node {
        case .every(let parts):
            let some = parts.map { alternatives($0, known) }
            guard some.contains(where: { $0 != nil }) else { return nil }
            return "(" + SQL.all(zip(parts, some).map { $1 ?? holds($0) }) + ")"
        case .any(let parts):
            let sets = parts.compactMap(indexed)
            guard sets.count == parts.count, parts.count <= Self.mostAlternatives else { return nil }
            return SQL.any(
                zip(parts, sets).map { part, found in
                    let set = known[found.set].map { SQL.documents($0) } ?? .documents(found.set)
                    let narrowed: SQL = "c.doc IN (\(set))"
                    guard found.isExact, !isPublic else {
                        return "(\(narrowed) AND \(alternatives(part, known) ?? holds(part)))"
                    }
                    return .engines(
                        sqlite: "(\(narrowed) AND c.doc NOT IN (SELECT doc FROM touched))",
                        postgreSQL: narrowed)
                })
        case .words, .field, .not: return nil
        }
    }

    /// With more alternatives than this, texts are read for all of them at once.
    private static let mostAlternatives = 20

    /// The cases that can be found, at least, and whether that is all of them; nil where the index cannot say.
    var indexed: (set: IndexedSet, isExact: Bool)? { indexed(root) }

    private func indexed(_ node: Node) -> (set: IndexedSet, isExact: Bool)? {
        switch node {
        case .field, .not: return nil
        case .words(_, let terms, let kinds):
            guard !terms.terms.isEmpty else { return nil }
            let tokens = terms.terms.map { IndexedSet.Token($0.text, isPrefix: $0.isPrefix) }
            return (.holding(tokens), terms.isExact && kinds.isEmpty)
        case .any(let parts):
            let sets = parts.map(indexed)
            let known = sets.compactMap { $0 }
            guard known.count == sets.count, !known.isEmpty else { return nil }
            return (
                known.count == 1 ? known[0].set : .any(known.map(\.set)), known.allSatisfy(\.isExact)
            )
        case .every(let parts): return indexed(all: parts)
        }
    }

    private func indexed(all parts: [Node]) -> (set: IndexedSet, isExact: Bool)? {
        var (wanted, unwanted): ([IndexedSet], [IndexedSet]) = ([], [])
        var isExact = true
        for part in parts {
            if case .not(let inner) = part {
                // Only what is surely found may be taken away, and of customers' texts nothing is sure.
                if !isPublic, let found = indexed(inner), found.isExact {
                    unwanted.append(found.set)
                } else {
                    isExact = false
                }
            } else if let found = indexed(part) {
                wanted.append(found.set)
                isExact = isExact && found.isExact
            } else {
                isExact = false
            }
        }
        guard !wanted.isEmpty else { return nil }
        let set = unwanted.reduce(wanted.count == 1 ? wanted[0] : .all(wanted)) { .minus($0, $1) }
        return (set, isExact)
    }

    /// The condition by sets of the index: for what no single set answers, such as NOT alone or OR with a field.
    var isFound: SQL { isFound(root) }

    private func isFound(_ node: Node) -> SQL {
        if case .field(let condition) = node { return condition }
        if let found = indexed(node) {
            let narrowed: SQL = "c.doc IN (\(SQL.documents(found.set)))"
            return found.isExact && !isPublic ? narrowed : "(\(narrowed) AND \(holds(node)))"
        }
        switch node {
        case .words, .field: return holds(node)
        case .every(let parts): return "(" + SQL.all(parts.map(isFound)) + ")"
        case .any(let parts): return SQL.any(parts.map(isFound))
        case .not(let inner): return "NOT COALESCE(\(isFound(inner)), \(SQL.no))"
        }
    }
}
