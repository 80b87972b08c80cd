import Diagnosis
import Domain
import Storage
import Web

/// The board for the daily look at the load: what everybody has, what could move to whom and why.
enum RebalancePages {
    /// What the board shows, read at one moment.
    struct Board: Sendable {
        var people: [RoutingPerson]
        var work: [Rebalance.Work]
        var moves: [Rebalance.Move]
        var cases: [String: SupportCase]

        init(for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction) throws {
            people = try RoutingDirectory.people(policy: policy, for: actor, in: tx)
            (work, cases) = try RoutingDirectory.rebalanced(
                people.map(\.id), policy: policy, now: now, for: actor, in: tx)
            moves = Rebalance.propose(work, people: people, policy: policy, now: now)
        }

        func name(_ id: ID<Person>) -> String { people.first { $0.id == id }?.name ?? "Somebody" }
    }

    static let read = APIRead(
        "case.rebalance_board", "What everybody has, and which cases could move to whom, with the reason",
        path: "/rebalance", access: .right(RebalanceCases.right)
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        let board = try await services.database.read { tx in
            try Board(for: call.actor, policy: policy, now: now, in: tx)
        }
        let after = Rebalance.after(board.moves, people: board.people, of: board.work)
        return [
            "people": .array(
                board.people.map { person in
                    let state = RoutingPersonState(person.email, person, policy, now)
                    return .fields([
                        "person": .string(person.id.raw), "name": .string(person.name),
                        "state": .string(state.name), "load": .number(Double(person.load) / 100),
                        "in_hand": .integer(Int64(person.inHand)),
                        "limit": state.limit.map { .integer(Int64($0)) },
                        "load_after": after[person.id].map { .number(Double($0.load) / 100) },
                        "in_hand_after": after[person.id].map { .integer(Int64($0.inHand)) },
                    ])
                }),
            "moves": .array(
                board.moves.map { move in
                    [
                        "case": .string(move.number), "from": .string(move.from.raw),
                        "to": .string(move.to.raw), "load": .number(Double(move.weight) / 100),
                        "reason": .string(move.reason),
                    ]
                }),
        ]
    }

    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let board = try await services.database.read { tx in
            try Board(for: call.actor, policy: policy, now: now, in: tx)
        }
        let picked = Set(call.request.query.filter { $0.name == "move" }.map(\.value))
        let chosen = picked.isEmpty ? board.moves : board.moves.filter { picked.contains($0.number) }
        let main: HTML = """
            <div class="q-head"><h1>Load</h1><div class="btns"><a class="btn small" href="/routing/concentration">Concentration</a></div><span class="dim">\(board.people.count) people</span></div>
            <p class="lede">What everybody has, and what could move so that nobody has more than enough. Nothing moves before you say so, and all of it can be taken back.</p>
            \(policy.routing.isOn ? "<div class=\"stack\">\(people(board, chosen, policy, now))\(moves(board, chosen, isPicked: !picked.isEmpty, policy, now))</div>" : empty)
            """
        return services.page(Page("Load", here: "/rebalance", main: main), for: call)
    }

    private static let empty: HTML = """
        <div class="card"><div class="empty"><h2>No teams yet</h2><p>Who works when and what is enough for each stands in the part “routing” of the policy.</p><a class="btn" href="/policy">To the policy</a></div></div>
        """

    private static func people(
        _ board: Board, _ chosen: [Rebalance.Move], _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let after = Rebalance.after(chosen, people: board.people, of: board.work)
        let sorted = board.people.sorted { ($1.load, $0.name) < ($0.load, $1.name) }
        let rows = sorted.map { person -> HTML in
            let state = RoutingPersonState(person.email, person, policy, now)
            let limit = state.limit.map { " of \($0)" } ?? ""
            let isOver = state.limit.map { person.inHand > $0 } ?? false
            let then: HTML
            if let after = after[person.id], after.load != person.load {
                then = "\(loadWords(after.load)), \(after.inHand) in hand"
            } else {
                then = "<span class=\"dim\">the same</span>"
            }
            return """
                <tr><th scope="row"><a href="/board?of=\(person.id.raw)">\(isolated(person.name))</a></th><td data-label="Load">\(loadWords(person.load))</td><td data-label="In hand"><span\(isOver ? " class=\"bad\"" : "" as HTML)>\(person.inHand)\(limit)</span></td><td data-label="Now">\(stateWords(state, now))</td><td data-label="Afterwards">\(then)</td></tr>

                """
        }
        return """
            <section aria-labelledby="load"><div class="sec"><h2 id="load">Who has what</h2></div><div class="card clip"><table class="tbl"><caption class="sr">Load of each person, the heaviest first</caption><thead><tr><th scope="col">Who</th><th scope="col">Load</th><th scope="col">In hand</th><th scope="col">Now</th><th scope="col">After the moves below</th></tr></thead><tbody>\(rows)</tbody></table></div></section>
            """
    }

    private static func stateWords(_ state: RoutingPersonState, _ now: Timestamp) -> HTML {
        let until: HTML = state.until.map { " until \(zonedTime($0, now: now))" } ?? .empty
        switch state.name {
        case "away": return "<span class=\"warn\">Away\(until)</span>"
        case "off_shift": return "Off shift\(until)"
        case "at_limit": return "<span class=\"warn\">Has enough</span>"
        case "left", "unknown": return "<span class=\"bad\">Does not work on cases</span>"
        default: return "Takes cases"
        }
    }

    private static func moves(
        _ board: Board, _ chosen: [Rebalance.Move], isPicked: Bool, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        guard !board.moves.isEmpty else {
            return """
                <section aria-labelledby="moves"><div class="sec"><h2 id="moves">What could move</h2></div><div class="card"><div class="empty"><h2>Nothing needs to move</h2><p>Nobody has more than enough in hand, or nobody else could take what they have.</p></div></div></section>
                """
        }
        let numbers = Set(chosen.map(\.number))
        let items = board.moves.map { move -> HTML in
            let found = board.cases[move.number]
            let severity: HTML = found.map { QueuePages.severity($0.severity, policy) } ?? .empty
            let mark: HTML = numbers.contains(move.number) ? " checked" : .empty
            return """
                <li><label class="tick"><input type="checkbox" name="move" value="\(move.number)"\(mark)><span>\(severity) <b>\(move.number)</b> <span dir="auto">\(found?.subject ?? "")</span>: from \(isolated(board.name(move.from))) to <b>\(isolated(board.name(move.to)))</b><span class="two">\(move.reason) It counts \(loadWords(move.weight)).</span></span></label> <a href="/cases/\(move.number)">Look<span class="sr"> at \(move.number)</span></a></li>

                """
        }
        let hidden = chosen.map { move -> HTML in
            "<input type=\"hidden\" name=\"moves\" value=\"\(move.number) \(move.from.raw) \(move.to.raw)\">"
        }
        let count = chosen.count == 1 ? "1 case" : "\(chosen.count) cases"
        return """
            <section aria-labelledby="moves"><div class="sec"><h2 id="moves">What could move</h2><span class="dim">\(board.moves.count)</span></div>
            <form class="form" action="/rebalance"><ul class="card lines">\(items)</ul><div class="foot"><button class="btn">Show the load with these</button></div></form>
            <form class="form card pad" method="post" action="/rebalance/move" data-enhance>\(FormView.hidden(key: newIdentifier(at: now), base: nil))\(hidden)<div class="fld"><label for="reason">Why?</label><input class="input" id="reason" name="reason" value="Daily load review" required maxlength="1000"></div><p class="form-error" data-form-error role="alert"></p><div class="foot"><button class="btn go">Move \(count)</button><span class="dim">as ticked and shown above</span></div></form></section>
            """
    }
}
