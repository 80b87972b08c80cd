import Domain
import Storage
import Web

/// Finds what the palette offers: only what the person may do and may see.
struct PaletteSearch: Sendable {
    /// What the first character of a query asks for.
    private enum Mode { case all, cases, people, actions }

    private let mode: Mode
    private let text: String
    /// The page that the palette was opened on: "/cases/TL-42".
    private let page: [String]
    private let actor: Actor
    private let services: Services

    private static let most = 8

    /// Reads the query from `q`, and from `on` the page that is open.
    init(_ call: SignedInCall, _ services: Services) throws {
        let query = try QueuePages.checkedSearch(call.request.query("q") ?? "")
        let modes: [Character: Mode] = ["#": .cases, "@": .people, ">": .actions]
        mode = query.first.flatMap { modes[$0] } ?? .all
        text = (mode == .all ? query : String(query.dropFirst())).trimmingWhitespace
        page =
            (call.request.query("on") ?? "").prefix(300).split(separator: "?").first?
            .split(separator: "/").map(String.init) ?? []
        (actor, self.services) = (call.actor, services)
    }

    /// What was found, in the order in which it is shown; without words, what one probably wants.
    func groups() async throws -> [PaletteGroup] {
        try await services.database.read { tx in
            let open = try openCase(in: tx)
            var groups: [PaletteGroup] = []
            let actions = actions(on: open)
            let isAsking = !text.isEmpty || mode != .all
            if mode == .all, text.isEmpty {
                if let open {
                    let first = Array(actions.here.prefix(Self.most))
                    groups.append(PaletteGroup(title: "On \(open.number)", items: first))
                }
                groups.append(PaletteGroup(title: "Looked at lately", items: try recent(in: tx)))
                groups.append(PaletteGroup(title: "Go to", items: places))
            }
            if mode == .all || mode == .cases, isAsking {
                groups.append(PaletteGroup(title: "Cases", items: try cases(in: tx)))
            }
            if mode == .all || mode == .people, isAsking {
                groups.append(PaletteGroup(title: "People", items: try people(in: tx)))
                groups.append(PaletteGroup(title: "Organisations", items: try organisations(in: tx)))
            }
            if mode == .all || mode == .actions, isAsking {
                let most = mode == .actions ? 400 : Self.most
                let found = Self.ranked(actions.here + places + actions.anywhere, by: text).prefix(most)
                groups.append(PaletteGroup(title: "Actions", items: Array(found)))
            }
            // Where a query is the beginning of what one may do, that comes first.
            if mode == .all, let last = groups.last, last.title == "Actions",
                last.items.first.map({ Self.score($0.title, text) >= 2 }) ?? false, text.count > 1
            {
                groups.removeLast()
                groups.insert(last, at: 0)
            }
            return groups.filter { !$0.items.isEmpty }
        }
    }

    // MARK: What one may do

    private func openCase(in tx: borrowing Transaction) throws -> SupportCase? {
        guard page.count >= 2, page[0] == "cases", page[1] != "new" else { return nil }
        do {
            return try CaseDirectory.find(page[1], for: actor, in: tx)
        } catch let refusal as Refusal where refusal.reason == .notFound {
            return nil
        }
    }

    private func actions(on open: SupportCase?) -> (here: [PaletteItem], anywhere: [PaletteItem]) {
        var here: [PaletteItem] = []
        var anywhere: [PaletteItem] = []
        for operation in services.catalog.features.flatMap({ $0.operations })
        where actor.may(operation.right) && !operation.place.path.hasPrefix("/portal") {
            switch operation.place {
            case .create, .single:
                anywhere.append(
                    PaletteItem(
                        title: operation.summary, address: operation.place.formPath, icon: "edit"))
            case .act(in: "cases", let verb):
                guard let open else { continue }
                here.append(
                    PaletteItem(
                        title: operation.summary, detail: open.number,
                        address: "/cases/\(open.number)/\(verb)", icon: "edit"))
            case .act(let collection, let verb):
                guard page.count >= 2, page[0] == collection, page[1] != "new" else { continue }
                here.append(
                    PaletteItem(
                        title: operation.summary,
                        address: "/\(collection)/\(percentEncoded(page[1]))/\(verb)", icon: "edit"))
            }
        }
        return (here, anywhere)
    }

    private var places: [PaletteItem] {
        let navigation = services.catalog.navigation.filter { $0.isVisible(to: actor) }
        return navigation.map { PaletteItem(title: $0.title, address: $0.path, icon: $0.icon) }
            + [
                PaletteItem(title: "Your account", address: "/account", icon: "me"),
                PaletteItem(title: "Your keys", address: "/account/keys", icon: "key"),
            ]
    }

    // MARK: What one may see

    private func recent(in tx: borrowing Transaction) throws -> [PaletteItem] {
        var items: [PaletteItem] = []
        for id in try VisitStore.recent(of: actor, kind: SupportCase.kind, limit: 12, in: tx)
        where items.count < 6 {
            do {
                items.append(item(try CaseDirectory.find(id, for: actor, in: tx)))
            } catch let refusal as Refusal where refusal.reason == .notFound {
                continue  // seen once, and no longer to be seen
            }
        }
        guard actor.may("people.view") else { return items }
        let ids = try VisitStore.recent(of: actor, kind: Person.kind, limit: 3, in: tx)
        let people = try PeopleDirectory.people(ids, in: tx)
        return items + ids.compactMap { people[$0] }.map(item)
    }

    private func cases(in tx: borrowing Transaction) throws -> [PaletteItem] {
        guard !text.isEmpty else {
            return try VisitStore.recent(of: actor, kind: SupportCase.kind, limit: Self.most, in: tx)
                .compactMap {
                    do {
                        return item(try CaseDirectory.find($0, for: actor, in: tx))
                    } catch let refusal as Refusal where refusal.reason == .notFound {
                        return nil
                    }
                }
        }
        let policy = services.policy.current
        var found: [SupportCase] = []
        if let numbered = try CaseDirectory.numbered(
            text, isBareEnough: true, for: actor, policy: policy, in: tx)
        {
            found = [numbered]
        }
        // What does not read as a search is looked for as it stands: nobody corrects half a word here.
        let search = CaseSearchText(text, for: actor, policy: policy, now: services.clock())
        let filter = try search.meaning(in: tx).filter ?? CaseFilter(.text(text, .anywhere))
        let more = try CaseDirectory.list(filter, for: actor, limit: Self.most, in: tx)
        found += more.filter { other in !found.contains { $0.id == other.id } }
        return found.prefix(Self.most).map(item)
    }

    private func people(in tx: borrowing Transaction) throws -> [PaletteItem] {
        guard actor.may("people.view") else { return [] }
        let most = mode == .people ? Self.most : 4
        return try PeopleDirectory.search(text, limit: most, in: tx).map(item)
    }

    private func organisations(in tx: borrowing Transaction) throws -> [PaletteItem] {
        guard actor.may("organisation.view"), !text.isEmpty else { return [] }
        return try CustomerDirectory.search(text, limit: 4, in: tx).map {
            PaletteItem(title: $0.name, address: "/organisations/\($0.id.raw)", icon: "org")
        }
    }

    private func item(_ this: SupportCase) -> PaletteItem {
        let policy = services.policy.current
        let state = policy.status(this.status)?.name ?? this.status.raw
        return PaletteItem(
            title: this.subject, detail: "\(this.number) · \(state)", address: "/cases/\(this.number)",
            icon: QueuePages.stateIcon(this.status, policy))
    }

    private func item(_ person: Person) -> PaletteItem {
        PaletteItem(
            title: person.name, detail: person.email ?? "", address: "/people/\(person.id.raw)",
            icon: "people")
    }

    // MARK: Words

    /// The items that the words fit, best first; all where there are no words.
    static func ranked(_ items: [PaletteItem], by text: String) -> [PaletteItem] {
        guard !text.isEmpty else { return items }
        let scored = items.enumerated().map {
            (place: $0.offset, score: score($0.element.title, text), item: $0.element)
        }
        return scored.filter { $0.score > 0 }.sorted { ($1.score, $0.place) < ($0.score, $1.place) }.map(
            \.item)
    }

    /// 3 where the title begins with the text, 2 where each word begins a word of it, 1 where it holds each; else 0.
    static func score(_ title: String, _ text: String) -> Int {
        let (title, text) = (title.lowercased(), text.lowercased())
        guard !title.hasPrefix(text) else { return 3 }
        let words = text.split(separator: " ")
        let parts = title.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
        if words.allSatisfy({ word in parts.contains { $0.hasPrefix(word) } }) { return 2 }
        return words.allSatisfy({ title.contains($0) }) ? 1 : 0
    }
}
