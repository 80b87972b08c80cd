import Diagnosis
import Domain
import Storage
import Web

/// What pages say of cover: that a case needs somebody to stand in for its owner, and what regions hand over.
enum CoverPages {
    /// On top of a case whose owner is called away.
    static func notice(_ context: CasePartContext, in tx: borrowing Transaction) throws -> HTML {
        let route = CaseRoute(context.history.facts)
        guard let cover = route.cover, cover.person == context.this.owner?.raw, !context.isDone else {
            return .empty
        }
        let names = try PeopleDirectory.names(of: [cover.person], in: tx)
        let name = isolated(names[cover.person] ?? "Its owner")
        let until: HTML = cover.until.map { " until \(zonedTime($0, now: context.now))" } ?? .empty
        var why: HTML = "\(cover.cause.words)"
        if cover.cause == .incident {
            let incident = try CaseDirectory.visible([ID(cover.key)], to: context.actor, in: tx).first
            if let incident {
                why = "works on the incident <a href=\"/cases/\(incident.number)\">\(incident.number)</a>"
            }
        }
        if let open = Handoffs(context.history.facts).open {
            let to = try PeopleDirectory.names(of: [open.offer.person].compactMap { $0 }, in: tx)
            let who: HTML = open.offer.person.flatMap { to[$0] }.map { isolated($0) } ?? "a role"
            return """
                <div class="notice info" id="cover">\(icon("people"))<div><p><b>\(name) \(why)</b>\(until). The case is offered to \(who).</p></div></div>
                """
        }
        let acts: HTML =
            context.actor.may("case.hand_over")
            ? "<p class=\"btns\"><a class=\"btn small go\" href=\"\(context.path)/hand_over\">Hand over</a> <a class=\"btn small\" href=\"\(context.path)/assign\">Assign</a></p>"
            : .empty
        return """
            <div class="notice warn" id="cover" role="status">\(icon("alert"))<div><p><b>Cover is needed: \(name) \(why)</b>\(until), and a promise of this case may be missed meanwhile. Nobody who could take it is free.</p>\(acts)</div></div>
            """
    }

    // MARK: Regions

    /// A region and what it hands over.
    struct Region: Sendable {
        var transfer: FollowTheSun.Transfer
        var isDue: Bool
        var cases: [(this: SupportCase, brief: String)]
    }

    /// The teams that hand over with the sun, the one whose shift ends first on top.
    static func regions(
        for actor: Actor, policy: Policy, now: Timestamp, in tx: borrowing Transaction
    ) throws -> [Region] {
        let sun = FollowTheSun(policy: policy, now: now)
        let transfers = policy.routing.teams.compactMap { sun.next(from: $0) }.sorted { $0.at < $1.at }
        return try transfers.map { transfer in
            let cases = try CoverJobs.shift(transfer, for: actor, policy, in: tx).map { this in
                (
                    this,
                    try HandoffDirectory.material(of: this, policy: policy, in: tx)
                        .brief(policy: policy, at: now).text
                )
            }
            return Region(
                transfer: transfer, isDue: sun.transfer(from: transfer.from) != nil, cases: cases)
        }
    }

    /// The page of the regions: what goes where when, with the brief of each case.
    static func show(_ call: SignedInCall, _ services: Services) async throws -> WebResponse {
        let (policy, now) = (services.policy.current, services.clock())
        let regions = try await services.database.read { tx in
            try CoverPages.regions(for: call.actor, policy: policy, now: now, in: tx)
        }
        let cards = regions.map { card($0, call.actor, policy, now) }
        let body: HTML =
            regions.isEmpty
            ? "<div class=\"card\"><div class=\"empty\"><h2>No region hands over</h2><p>With “follow_the_sun” in the part “routing” of the policy, and a “region” of each team, open grave cases go on where the day begins.</p><a class=\"btn\" href=\"/handover\">To the hand-over</a></div></div>"
            : "<div class=\"stack\">\(cards)</div>"
        let main: HTML = """
            <nav class="crumb" aria-label="Breadcrumb"><a href="/handover">Hand-over</a><span aria-hidden="true">/</span><span>Regions</span></nav>
            <div class="q-head"><h1>Follow the sun</h1></div>
            <p class="lede">Before the shift of a region ends, its open grave cases are offered to the next region, each with its brief. A case stays with its owner until somebody accepts it.</p>
            <div id="regions" data-live>\(body)</div>
            """
        var page = Page("Follow the sun", here: "/handover", main: main)
        page.events = "/events"
        return services.page(page, for: call)
    }

    private static func card(
        _ region: Region, _ actor: Actor, _ policy: Policy, _ now: Timestamp
    ) -> HTML {
        let (transfer, id) = (region.transfer, "region-\(region.transfer.from.id)")
        func place(_ team: RoutingRules.Team) -> HTML {
            let name = team.region.map { policy.name(of: $0, in: \.regions) } ?? ""
            return "\(isolated(team.name)) <span class=\"dim\">\(isolated(name))</span>"
        }
        let act: HTML =
            actor.may(TransferRegion.right) && !region.cases.isEmpty
            ? "<a class=\"btn small\" href=\"/handover/transfer?team=\(transfer.from.id)\">Hand over now<span class=\"sr\">: \(isolated(transfer.from.name))</span></a>"
            : .empty
        let cases = region.cases.map { one -> HTML in
            """
            <div class="card handed"><p>\(QueuePages.severity(one.this.severity, policy)) <a href="/cases/\(one.this.number)" dir="auto">\(one.this.subject)</a><span class="two">\(one.this.number)</span></p><details class="more-acts" id="brief-\(one.this.number)"><summary>Brief<span class="sr"> of \(one.this.number)</span></summary><div class="text">\(HandoffView.lines(one.brief))</div></details></div>

            """
        }
        let rest: HTML =
            cases.isEmpty
            ? "<p class=\"by\">Nothing goes over: no open grave case of theirs.</p>" : "\(cases)"
        let due: HTML = region.isDue ? " <span class=\"tag warn\">Now</span>" : .empty
        return """
            <section aria-labelledby="\(id)"><div class="sec"><h2 id="\(id)">\(isolated(transfer.from.name)) to \(isolated(transfer.to.name))</h2>\(act)</div>
            <p class="by">\(place(transfer.from)) ends \(zonedTime(transfer.at, now: now))\(due); \(place(transfer.to)) goes on.</p>\(rest)</section>

            """
    }

    static let read = APIRead(
        "handover.regions",
        "What each region hands over with the sun, when and to whom, with the brief of each case",
        path: "/handover/regions", access: .right("case.hand_over")
    ) { call, services in
        let (policy, now) = (services.policy.current, services.clock())
        return try await services.database.read { tx in
            [
                "items": .array(
                    try CoverPages.regions(for: call.actor, policy: policy, now: now, in: tx).map { region in
                        .fields([
                            "team": .string(region.transfer.from.id),
                            "region": region.transfer.from.region.map(JSON.string),
                            "to_team": .string(region.transfer.to.id),
                            "to_region": region.transfer.to.region.map(JSON.string),
                            "ends_at": region.transfer.at.json, "is_due": .bool(region.isDue),
                            "cases": .array(
                                region.cases.map {
                                    ["number": .string($0.this.number), "brief": .string($0.brief)]
                                }),
                        ])
                    })
            ]
        }
    }
}

/// Hands over what a region has for the next one, before its shift ends by itself.
enum TransferRegion {
    /// Whoever moves cases between people.
    static let right: Right = "case.rebalance"

    private struct Input: Sendable {
        var team: String
    }

    private static let fields = Fields(
        Input.init,
        Field<String>.choice(
            "team", "Team whose shift ends",
            from: { policy in
                policy.routing.teams.filter { $0.region != nil }.map { FieldChoice($0.id, $0.name) }
            }))

    static let operation = AnyOperation(
        name: "shift.transfer", summary: "Hand over to the next region", verb: "Offer the cases",
        right: right,
        place: .single(path: "handover/transfer"), fields: fields.descriptions, file: #fileID,
        destination: { _, _ in "/handover/regions?done=offered" },
        form: { _, _, _, _ in OperationForm(back: "/handover/regions", backName: "Follow the sun") },
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try fields.parse(raw, policy) },
        decide: { raw, context, tx in
            try decide(try fields.parse(raw, context.policy), context, in: tx)
        })

    private static func decide(
        _ input: Input, _ context: Context, in tx: borrowing Transaction
    ) throws -> Decision {
        let policy = context.policy
        guard let team = policy.routing.team(input.team),
            let transfer = FollowTheSun(policy: policy, now: context.now).next(from: team)
        else {
            throw Refusal(
                field: "team", "no_region",
                "The policy does not say to whom \(policy.routing.team(input.team)?.name ?? input.team) hands over."
            )
        }
        var (decision, offered, left) = try CoverJobs.transfer(transfer, for: context, in: tx)
        guard !offered.isEmpty else {
            throw Refusal(
                .conflict, "nothing_to_offer",
                left.isEmpty
                    ? "\(team.name) has no open case that goes to \(transfer.to.name)."
                    : "Nobody of \(transfer.to.name) can take \(left.joined(separator: ", ")) when the shift of \(team.name) ends."
            )
        }
        decision.answer["offered"] = .array(offered.map(JSON.string))
        decision.answer["left"] = .array(left.map(JSON.string))
        return decision
    }
}
