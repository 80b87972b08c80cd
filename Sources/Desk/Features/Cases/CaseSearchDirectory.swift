import Diagnosis
import Domain
import Storage

/// A search of cases as somebody typed it, and what it means for them.
package struct CaseSearchText: Sendable {
    /// As it was typed.
    package var text: String
    /// Who asks.
    package var actor: Actor
    /// The policy whose words count.
    package var policy: Policy
    /// The present moment.
    package var now: Timestamp

    /// What a search means, or what is wrong with it.
    package enum Meaning: Sendable {
        /// The tree as it was typed, and the cases that are asked for.
        case found(SearchExpression, CaseFilter)
        /// It cannot be read.
        case problem(SearchProblem)

        /// The cases that are asked for; nil where it cannot be read.
        package var filter: CaseFilter? { if case .found(_, let filter) = self { filter } else { nil } }

        /// The cases that are asked for.
        /// - Throws: a refusal of the field `q` that says the column.
        package func get() throws(Refusal) -> CaseFilter {
            switch self {
            case .found(_, let filter): return filter
            case .problem(let problem): throw problem.refusal(field: "q")
            }
        }
    }

    /// A search that somebody typed.
    package init(_ text: String, for actor: Actor, policy: Policy, now: Timestamp) {
        (self.text, self.actor, self.policy, self.now) = (text, actor, policy, now)
    }

    /// The text, as long as it can be looked for at all.
    static func checked(_ text: String, field: String) throws(Refusal) -> String {
        guard !text.utf8.contains(0) else {
            throw Refusal(field: field, "nul", "A search cannot hold a NUL character.")
        }
        return text
    }

    /// What it means; names are looked up.
    package func meaning(in tx: borrowing Transaction) throws -> Meaning {
        do {
            let tree = try SearchParser.parse(text)
            var people: [String: [ID<Person>]] = [:]
            var organisations: [String: [ID<Organisation>]] = [:]
            // Customers cannot ask for people or customers, so nothing is looked up for them.
            if !actor.isCustomer {
                for name in tree.names(of: .person) { people[name] = try Self.people(name, in: tx) }
                for name in tree.names(of: .organisation) {
                    organisations[name] = try Self.organisations(name, in: tx)
                }
            }
            let reading = SearchReading(
                policy: policy, now: now, me: ID(actor.id), people: people, organisations: organisations,
                isForCustomer: actor.isCustomer)
            let (condition, order) = try reading.read(tree)
            var filter = CaseFilter(condition, order: order)
            filter.ranks = policy.severities.map(\.id.raw)
            return .found(tree, filter)
        } catch let problem as SearchProblem {
            return .problem(problem)
        }
    }

    /// The people whom a name means: one whose identifier, address or whole name it is, or all in whose name it stands.
    private static func people(_ name: String, in tx: borrowing Transaction) throws -> [ID<Person>] {
        if let person = try PeopleDirectory.find(name, in: tx) { return [person.id] }
        let found = try PeopleDirectory.search(name, limit: 100, in: tx)
        let exact = found.filter { $0.name.lowercased() == name.lowercased() }
        return (exact.isEmpty ? found : exact).map(\.id)
    }

    private static func organisations(
        _ name: String, in tx: borrowing Transaction
    ) throws -> [ID<Organisation>] {
        if let organisation = try CustomerDirectory.find(name, in: tx) { return [organisation.id] }
        return try CustomerDirectory.search(name, limit: 100, in: tx).map(\.id)
    }
}

/// Where the words of a search stand in a case.
package struct CaseSnippet: Sendable {
    /// What kind of text it is.
    package var kind: SearchWords.Kind
    /// What is written before the words, the words themselves, and what is written after.
    package var parts: (before: String, found: String, after: String)
}

extension CaseFilter {
    /// Narrows the filter to what another one asks for as well.
    package mutating func narrow(to other: CaseFilter) throws {
        var more: [SearchCondition] = other.condition.map { [$0] } ?? []
        if let names = other.statuses {
            if statuses == nil { statuses = names } else { more.append(.oneOf(.status, names.map(\.raw))) }
        }
        switch (owner, other.owner) {
        case (_, .anybody): break
        case (.anybody, let asked): owner = asked
        case (_, .nobody): more.append(.not(.has(.owner)))
        case (_, .person(let id)): more.append(.oneOf(.owner, [id.raw]))
        case (_, .others(let id)): more.append(.every([.has(.owner), .not(.oneOf(.owner, [id.raw]))]))
        }
        (order, ranks) = (other.order, other.ranks)
        guard !more.isEmpty else { return }
        let all = ((condition.map { [$0] } ?? []) + more).flatMap { part -> [SearchCondition] in
            if case .every(let parts) = part { parts } else { [part] }
        }
        condition = all.count == 1 ? all[0] : .every(all)
    }
}

extension CasePosition {
    /// The position as a cursor of a page's address.
    var cursor: String { Cursor.text([String(changedAt), id]) }

    /// The position that a cursor stands for; nil without one.
    init?(cursor: String?) throws(Refusal) {
        guard let parts = try Cursor.parts(cursor, count: 2) else { return nil }
        guard let moment = Int64(parts[0]) else { throw Cursor.notOurs }
        self.init(changedAt: moment, id: parts[1])
    }
}

extension CaseDirectory {
    /// Where the words of a search stand in each of some cases, by the case's identifier; nothing for words of a case
    /// that its page shows in the row anyway.
    package static func snippets(
        of filter: CaseFilter, in cases: [SupportCase], for actor: Actor, in tx: borrowing Transaction
    ) throws -> [String: CaseSnippet] {
        let texts = (filter.condition?.wantedTexts ?? []).map(SearchText.fold).filter { !$0.isEmpty }
        guard !texts.isEmpty, !cases.isEmpty else { return [:] }
        var snippets: [String: CaseSnippet] = [:]
        for this in cases {
            let row = SearchText.fold("\(this.number) \(this.subject)")
            let hidden = texts.filter { !row.contains(bytesOf: $0) }
            guard
                let place = try SearchDirectory.place(
                    ofAny: hidden, in: this.id, isPublic: actor.isCustomer, tx: tx),
                let text = hidden.first(where: place.text.contains(bytesOf:))
            else { continue }
            let words = try original(place, in: tx) ?? place.text
            if let parts = SearchText.snippet(of: text, in: words)
                ?? SearchText.snippet(of: text, in: place.text)
            {
                snippets[this.id.raw] = CaseSnippet(kind: place.kind, parts: parts)
            }
        }
        return snippets
    }

    /// The words as they were written, where they stand in a fact.
    private static func original(
        _ place: SearchDirectory.Place, in tx: borrowing Transaction
    ) throws -> String? {
        guard let sequence = Int64(place.source),
            let fact = try tx.first(JournalStore.facts(sequences: [sequence]), JournalStore.fact)
        else { return nil }
        return try fact.decoded(as: CaseFact.self).body.searchWords.first {
            $0.kind == place.kind && SearchText.fold($0.text) == place.text
        }?.text
    }
}
