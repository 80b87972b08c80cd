import Domain
import Web

/// Addresses of the review of service levels: which outcomes are counted, and which stand behind a number.
extension AttainmentQuery {
    /// Reads what an address asks for; refused where it names what there is not.
    ///
    /// Without a time it is the month in which `now` lies.
    init(_ request: WebRequest, _ policy: Policy, now: Timestamp) throws(Refusal) {
        let first = try Self.day(request.query("from"), "from")
        let last = try Self.day(request.query("to"), "to")
        let start = first ?? Month.start(Month.of(last ?? now)) ?? now
        let end = last.map { $0.adding(seconds: 86_400) } ?? Month.after(first ?? now)
        guard start < end else {
            throw Refusal(field: "from", "not_before", "The time must begin before it ends.")
        }
        guard end.seconds(since: start) <= 732 * 86_400 else {
            throw Refusal(field: "from", "too_long", "At most two years are counted at once.")
        }
        self.init(period: start..<end)
        severity = try Self.term(request, "severity", policy.severities.map(\.id.raw))
        tier = try Self.term(request, "tier", policy.tiers.map(\.id))
        productArea = try Self.term(request, "product_area", policy.productAreas.map(\.id))
        account = request.query("account")
        department = try Self.term(request, "department", policy.departments.map(\.id))
        team = try Self.term(request, "team", policy.routing.teams.map(\.id))
        for name in (request.query("clock") ?? "").split(separator: ",") {
            guard let clock = CaseClock(rawValue: String(name)) else {
                throw Self.unknown("clock", String(name), CaseClock.allCases.map(\.rawValue))
            }
            clocks.append(clock)
        }
        switch request.query("kept") {
        case nil: break
        case "yes": isKept = true
        case "no": isKept = false
        case let other?: throw Self.unknown("kept", other, ["yes", "no"])
        }
        isByCase = request.query("by") == "case"
        switch request.query("cause") {
        case nil: break
        case "none": cause = .none
        case let id?: cause = .one(id)
        }
        status = try Self.term(request, "state", policy.statuses.map(\.id.raw))
    }

    /// The same for a page: what cannot be meant is said, and the month of `now` shown in its place.
    static func reading(
        _ request: WebRequest, _ policy: Policy, now: Timestamp
    ) -> (asked: AttainmentQuery, problem: String?) {
        do {
            return (try AttainmentQuery(request, policy, now: now), nil)
        } catch {
            let month = (Month.start(Month.of(now)) ?? now)..<Month.after(now)
            return (AttainmentQuery(period: month), error.problems.first?.message ?? error.message)
        }
    }

    /// The names of what an address may ask for, with what each does.
    static let parameters: [APIRead.Parameter] =
        narrowing + [
            .init("clock", "Only these clocks, with commas between them"),
            .init("kept", "“yes” for kept ones only, “no” for missed ones"),
            .init("by", "“case” where `kept` is asked of all clocks of a case together"),
            .init("cause", "Missed for this recorded cause; “none” where nobody recorded one"),
            .init("state", "Missed with time that went by in this state of the case"),
        ]

    /// The same of what is counted.
    static let narrowing: [APIRead.Parameter] = [
        .init("from", "The first day, in UTC; that of the month where it is left out"),
        .init("to", "The last day, in UTC; that of the month where it is left out"),
        .init("severity", "The severity that was measured for"),
        .init("tier", "The customer’s tier that was measured for"), .init("product_area", "The product area"),
        .init("account", "The customer, by identifier"), .init("department", "The department that asked"),
        .init("team", "The team of the case’s queue"),
    ]

    private static func day(_ text: String?, _ field: String) throws(Refusal) -> Timestamp? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw Refusal(field: field, "not_a_day", "“\(text)” is no day. Write 2026-03-02.")
        }
        return day.start
    }

    private static func term(
        _ request: WebRequest, _ field: String, _ known: [String]
    ) throws(Refusal) -> String? {
        guard let value = request.query(field) else { return nil }
        guard known.contains(value) else { throw unknown(field, value, known) }
        return value
    }

    private static func unknown(_ field: String, _ value: String, _ known: [String]) -> Refusal {
        let hint =
            nearest(to: value, in: known).map { " Did you mean “\($0)”?" }
            ?? " There are \(known.joined(separator: ", "))."
        return Refusal(field: field, "unknown", "“\(value)” is not one of them.\(hint)")
    }

    /// The address's query that asks for the same.
    var address: String {
        var parts = [
            ("from", period.lowerBound.day), ("to", period.upperBound.adding(seconds: -1).day),
        ]
        func add(_ name: String, _ value: String?) { if let value { parts.append((name, value)) } }
        add("severity", severity)
        add("tier", tier)
        add("product_area", productArea)
        add("account", account)
        add("team", team)
        add("department", department)
        if !clocks.isEmpty { add("clock", clocks.map(\.rawValue).joined(separator: ",")) }
        add("kept", isKept.map { $0 ? "yes" : "no" })
        if isByCase { add("by", "case") }
        switch cause {
        case .any: break
        case .none: add("cause", "none")
        case .one(let id): add("cause", id)
        }
        add("state", status)
        return parts.map { "\($0.0)=\(percentEncoded($0.1))" }.joined(separator: "&")
    }

    /// What is counted, without what asks for a part of it.
    var narrowed: AttainmentQuery {
        var copy = self
        (copy.clocks, copy.isKept, copy.isByCase, copy.cause, copy.status) = ([], nil, false, .any, nil)
        return copy
    }

    /// The same for the clocks of a measure.
    func asking(_ measure: Attainment.Measure) -> AttainmentQuery {
        var copy = self
        copy.isByCase = measure.isByCase
        switch measure {
        case .response: copy.clocks = [.firstResponse]
        case .resolution: copy.clocks = [.resolution]
        case .both: copy.clocks = [.firstResponse, .resolution]
        case .whole: copy.clocks = CaseClock.allCases.filter(\.isPromise)
        }
        return copy
    }

    /// The same for one value of a segment.
    func with(_ segment: Attainment.Segment, _ value: String) -> AttainmentQuery {
        var copy = self
        switch segment {
        case .severity: copy.severity = value
        case .tier: copy.tier = value
        case .productArea: copy.productArea = value
        case .account: copy.account = value
        case .team: copy.team = value
        case .department: copy.department = value
        }
        return copy
    }

    /// What stands behind the number, in words.
    func title(_ policy: Policy, _ names: QueuePages.Names) -> String {
        let promises = CaseClock.allCases.filter(\.isPromise)
        let what =
            clocks.isEmpty || clocks == promises
            ? "Promises" : clocks.map(\.label).joined(separator: " and ")
        let end = isKept.map { $0 ? ", kept" : ", missed" } ?? ""
        var parts: [String] = []
        if let severity { parts.append(policy.severity(ID(severity))?.name ?? severity) }
        if let tier { parts.append(policy.name(of: tier, in: \.tiers)) }
        if let productArea { parts.append(policy.name(of: productArea, in: \.productAreas)) }
        if let account, let name = names.organisations[ID(account)]?.name { parts.append(name) }
        if let team { parts.append(policy.routing.team(team)?.name ?? team) }
        switch cause {
        case .any: break
        case .none: parts.append("nobody said why")
        case .one(let id): parts.append(policy.name(of: id, in: \.breachCauses))
        }
        if let status { parts.append("time in \(policy.status(ID(status))?.name ?? status)") }
        return ([what + end] + parts).joined(separator: " · ")
    }
}
