/// The clocks of a case: the replay of its facts.
///
/// Facts count by when they were true in the world (`occurredAt`), in that order, however late they were entered.
/// A level counts from the fact that says so; where none does yet, the one that the policy in force would choose.
package struct CaseClocks: Sendable {
    /// The clocks that ever ran.
    package private(set) var clocks: [CaseClockID: Clock] = [:]
    /// The levels that counted, oldest first; those that are not on record yet are about to be.
    package private(set) var applied: [(level: ClockRecordFact.Applied, at: Timestamp, isRecorded: Bool)] = []
    /// Why amendments of the contract do not count that nobody approved, a sentence each.
    package var refusedTerms: [String] { rules.contract.refused(for: traits) }
    /// What fired.
    package private(set) var fired: Set<Fired> = []
    /// Messages to the customer that did not count as a first response.
    package private(set) var overlooked: [Weighed] = []
    /// The message that counted as the first response, and what a reviewer said of it.
    package private(set) var response: Weighed?
    /// What was recorded about missed clocks.
    package private(set) var breaches: [ClockFact.BreachRecord] = []
    /// Times at which the severity became lighter.
    package private(set) var relieved: [ClockCause] = []
    /// When we learnt of the case.
    package private(set) var learntAt = Timestamp(microseconds: 0)
    /// The states that the case was in, each from a moment on.
    package private(set) var stays: [(status: String, from: Timestamp)] = []
    /// The cadence that the customer agreed to, in minutes.
    package private(set) var agreedCadence: Int?
    /// What the case is now, as a level is chosen by it.
    package private(set) var traits: CaseTraits

    /// An event of a clock that is on record.
    package struct Fired: Hashable, Sendable {
        /// The clock.
        package var clock: String
        /// The cycle.
        package var cycle: Int64
        /// How often its terms had changed.
        package var revision: Int
        /// What happened.
        package var what: ClockEvent.What
    }

    /// A message that was weighed: whether it counts, and why.
    package struct Weighed: Sendable {
        /// The fact of the message.
        package var cause: ClockCause
        /// Why it counts, or does not.
        package var reason: String
    }

    private let rules: Rules
    private var level: ClockRecordFact.Applied {
        didSet { if level != oldValue { promises = promises(of: level) } }
    }
    /// What the level that counts promises, worked out once for as long as it counts.
    private var promises: [CaseClock: Promise] = [:] {
        didSet { pauses = Self.pauses(promises) }
    }
    /// The clocks that stand, by the reason for waiting.
    private var pauses: [String: Set<CaseClock>] = [:]
    private var verdicts: [Int64: (counts: Bool, reason: String)] = [:]
    private var severities: [String] = []
    var waiting: String?
    var named: (reason: String, at: Timestamp)?
    var phase = Policy.Phase.open
    private var isForCustomer = false
    private var isAnswered = false
    private var isAsked = false
    private var cameBack = false
    private var destination: CaseClock?
    var isMerged = false
    private var beforeMerge: [CaseClockID: Clock]?
    private var triage = (hasCategory: false, hasAction: false, isStamped: false)
    var evidence = CaseEvidence([])
    /// The defects that engineering owes something for, by their keys, and whether they decided.
    var defects: [String: Bool] = [:]
    private var begun: Set<ServiceLevel.Target.Beginning> = []

    /// Replays the facts of a case, in any order.
    ///
    /// O(facts log facts).
    /// - Parameters:
    ///   - records: what the software recorded about the clocks, in any order.
    ///   - now: the moment from which a change counts that no fact of the case says, such as one of policy.
    package init(
        _ facts: [Recorded<CaseFact>], _ records: [Recorded<ClockRecordFact>], _ rules: Rules,
        at now: Timestamp
    ) {
        self.rules = rules
        traits = CaseTraits(severity: "", channel: "", requestType: "")
        level = ClockRecordFact.Applied(
            level: "", policy: rules.version, severity: "", tier: nil, reason: .opened, cause: nil)
        severities = rules.policy.severities.map(\.id.raw)
        promises = promises(of: level)
        pauses = Self.pauses(promises)
        traits.openedOn = facts.min { $0.version < $1.version }.map { CalendarDay($0.occurredAt) }
        let entries = Entry.inOrder(facts, records)
        // A recorded level counts from the fact that it names, so that all is as it was before it was recorded; the first
        // one from the beginning.
        var levels = entries.compactMap { $0.isRecord ? records[$0.place].body.level : nil }
        let causes = Set(levels.compactMap(\.cause))
        var named: Set<Int64> = []
        learntAt = facts.isEmpty ? now : Timestamp(microseconds: .max)
        // A fact is large: by its place, nothing of it is copied but what is asked for.
        for place in facts.indices {
            learntAt = min(learntAt, facts[place].recordedAt)
            if causes.contains(facts[place].sequence) { named.insert(facts[place].sequence) }
            if case .clock(.responseJudged(let sequence, let counts, let reason)) = facts[place].body {
                verdicts[sequence] = (counts, reason)
            }
        }
        let first = levels.isEmpty ? nil : levels.removeFirst()
        var isFirstTaken = false
        for entry in entries {
            if entry.isRecord {
                let record = records[entry.place]
                let isNamed = record.body.level?.cause.map(named.contains) ?? false
                let isFirst = record.body.level != nil && !isFirstTaken && !applied.isEmpty
                if isFirst { isFirstTaken = true }
                if !isNamed, !isFirst { take(record) }
                continue
            }
            let (body, cause) = (facts[entry.place].body, ClockCause(facts[entry.place]))
            let before = body.saysTraits ? traits : nil
            take(body, at: entry.at)
            if let before { noteRelief(from: before.severity, because: cause) }
            if level.severity.isEmpty, !traits.severity.isEmpty {
                apply(first ?? chosen(because: .opened, cause), because: cause, isRecorded: first != nil)
            } else if named.contains(entry.sequence) {
                for next in levels where next.cause == entry.sequence {
                    apply(next, because: cause, isRecorded: true)
                }
            } else if let before, before != traits {
                let next = chosen(because: .changed, cause)
                if next.level != level.level || next.severity != level.severity {
                    apply(next, because: cause, isRecorded: false)
                }
            }
            if case .evidence = body { moveEvidence(facts[entry.place], cause) }
            move(body, cause)
        }
        traits.setAccount(rules.account)
        guard !level.severity.isEmpty, let last = entries.last else { return }
        let next = chosen(because: .policy, nil)
        guard !isSame(next), isOpen else { return }
        let cause = ClockCause(
            sequence: last.sequence, kind: "clock.level_applied", actor: Actor.system.id,
            occurredAt: max(now, last.at), recordedAt: now)
        var reasoned = next
        if next.tier != level.tier || next.policy == level.policy || !next.hasSameContract(as: level) {
            reasoned.reason = .account
        }
        apply(reasoned, because: cause, isRecorded: false)
    }

    private mutating func noteRelief(from severity: String, because cause: ClockCause) {
        guard let before = severities.firstIndex(of: severity),
            let now = severities.firstIndex(of: traits.severity), now > before
        else { return }
        relieved.append(cause)
    }

    /// Whether the case is still worked on.
    package var isOpen: Bool { !isMerged && phase != .resolved && phase != .closed }

    /// The level that counts, with its policy.
    package var current: (applied: ClockRecordFact.Applied, level: ServiceLevel)? {
        let policy = rules.policy(of: level.policy)
        return policy.serviceLevels.level(level.level).map { (level, $0) }
    }

    /// The levels that count and are not on record yet, in order.
    package private(set) var pending: [(level: ClockRecordFact.Applied, at: Timestamp)] = []

    /// All cycles of all clocks, by kind and then oldest first.
    package var cycles: [(id: CaseClockID, number: Int, cycle: ClockCycle)] {
        clocks.sorted { $0.key < $1.key }.flatMap { id, clock in
            clock.cycles.enumerated().map { (id, $0.offset + 1, $0.element) }
        }
    }

    /// What is to fire and is not on record, in order of time.
    ///
    /// - Parameter epoch: nothing fires of before this moment, for breaches are never entered afterwards.
    package func events(after epoch: Timestamp) -> [(id: CaseClockID, cycle: ClockCycle, event: ClockEvent)] {
        cycles.filter { !$0.id.clock.endsByItself }.flatMap { entry in
            entry.cycle.events.compactMap { event in
                let key = Fired(
                    clock: entry.id.text, cycle: event.cycle, revision: event.revision, what: event.what)
                return event.at < epoch || fired.contains(key) ? nil : (entry.id, entry.cycle, event)
            }
        }.sorted { left, right in
            (left.event.at, left.id, left.event.what.rank) < (right.event.at, right.id, right.event.what.rank)
        }
    }

    // MARK: Levels

    private func chosen(
        because reason: ClockRecordFact.Applied.Reason, _ cause: ClockCause?
    ) -> ClockRecordFact.Applied {
        var traits = traits
        traits.setAccount(rules.account)
        let level = rules.policy.serviceLevels.level(for: traits)
        var next = ClockRecordFact.Applied(
            level: level?.id ?? "", policy: rules.version, severity: traits.severity, tier: traits.tier,
            reason: reason, cause: cause?.sequence)
        (next.amendments, next.changeCalendar) = rules.contract.counting(level, traits)
        return next
    }

    /// Whether a choice promises the same as the one that counts, so that nothing need be said.
    private func isSame(_ next: ClockRecordFact.Applied) -> Bool {
        guard next.level == level.level, next.severity == level.severity else { return false }
        guard next.policy != level.policy || !next.hasSameContract(as: level) else { return true }
        let others = promises(of: next)
        return CaseClock.allCases.allSatisfy { clock in
            let (old, new) = (promises[clock], others[clock])
            guard old?.target.pauses == new?.target.pauses else { return false }
            switch (old?.terms, new?.terms) {
            case (let old?, let new?): return old.asksTheSame(as: new)
            case (nil, nil): return true
            default: return false
            }
        }
    }

    /// What a level says of one clock.
    private struct Promise {
        var target: ServiceLevel.Target
        var terms: ClockTerms?
    }

    private func promises(of applied: ClockRecordFact.Applied) -> [CaseClock: Promise] {
        let policy = rules.policy(of: applied.policy)
        let levels = policy.serviceLevels
        guard let found = levels.level(applied.level) ?? levels.levels.last else { return [:] }
        let isKnown = severities.contains(applied.severity)
        // A severity of another time counts as the usual one, so that nothing is without a due time.
        let severity = isKnown ? applied.severity : rules.policy.defaultSeverity.raw
        let contract = rules.contract.terms(of: applied)
        let level = found.amended(by: contract.amendments, for: severity)
        return Dictionary(
            uniqueKeysWithValues: level.targets.map { clock, target in
                var terms = levels.terms(clock, level, severity: severity, policy: applied.policy)
                if target.waitsForChanges, let changes = contract.changes {
                    terms = terms?.waiting(for: changes)
                }
                return (clock, Promise(target: target, terms: terms))
            })
    }

    private static func pauses(_ promises: [CaseClock: Promise]) -> [String: Set<CaseClock>] {
        promises.reduce(into: [:]) { pauses, entry in
            for reason in entry.value.target.pauses { pauses[reason, default: []].insert(entry.key) }
        }
    }

    private mutating func apply(
        _ next: ClockRecordFact.Applied, because cause: ClockCause, isRecorded: Bool
    ) {
        var next = next
        if isRecorded { next.shifts = [] }
        let isFirst = level.severity.isEmpty || applied.isEmpty
        level = next
        if !isFirst {
            let before = dues
            retarget(because: cause)
            pauseAll(because: cause)
            startPromised(cause)
            let after = dues
            for id in Set(before.keys).union(after.keys).sorted() where before[id] != after[id] {
                next.shifts.append(.init(clock: id.text, before: before[id], after: after[id]))
            }
        }
        if !isRecorded { pending.append((next, cause.occurredAt)) }
        applied.append((next, cause.occurredAt, isRecorded))
    }

    /// When the clocks are due that have a target and run.
    private var dues: [CaseClockID: Timestamp] {
        clocks.filter { $0.key.clock.hasTarget }.compactMapValues { $0.current?.due }
    }

    /// Gives the clocks that run the terms that count now.
    private mutating func retarget(because cause: ClockCause) {
        for id in clocks.keys.sorted() where id.clock.hasTarget {
            guard let cycle = clocks[id]?.current else { continue }
            if let terms = terms(id.clock) {
                if !cycle.terms.asksTheSame(as: terms) || cycle.terms.policy != terms.policy {
                    clocks[id]?.take(.change(terms), because: cause)
                }
            } else if cycle.terms.level != nil {
                clocks[id]?.take(.cancel, because: cause)
            }
        }
    }

    /// The terms of a clock now; nil where nothing is promised.
    func terms(_ clock: CaseClock) -> ClockTerms? {
        if clock == .firstResponse, !isForCustomer, current?.level.isForCatalogue != true {
            return internalTerms
        }
        guard var terms = promises[clock]?.terms else { return nil }
        if clock == .updateCadence, let agreedCadence { terms.target = Int64(agreedCadence) * 60_000_000 }
        return terms
    }

    /// What colleagues are promised who ask: the hours of their kind of request.
    private var internalTerms: ClockTerms? {
        let types = rules.policy(of: level.policy).requestTypes
        guard let type = types.first(where: { $0.id == traits.requestType }), type.answerHours > 0 else {
            return nil
        }
        return ClockTerms(
            target: Int64(type.answerHours) * 3_600_000_000, hours: .always,
            warnings: ServiceLevel.usualWarnings, level: level.level, policy: level.policy)
    }
}

extension CaseClocks {
    // MARK: What facts say of the case

    private mutating func take(_ fact: CaseFact, at moment: Timestamp) {
        if let status = fact.statusReached?.raw, stays.last?.status != status {
            stays.append((status, moment))
        }
        switch fact {
        case .opened(let opening):
            (traits.severity, traits.channel) = (opening.severity, opening.channel)
            (traits.requestType, traits.productArea) = (opening.requestType, opening.productArea)
            (traits.service, traits.department) = (opening.service, opening.department)
            isForCustomer = opening.organisation != nil
            phase = phase(of: opening.status)
        case .imported(_, let row), .changeImported(let row):
            if let severity = row.set["severity"] { traits.severity = severity }
            if traits.severity.isEmpty { traits.severity = rules.policy.defaultSeverity.raw }
            traits.channel = row.set["channel"] ?? traits.channel
            traits.requestType = row.set["request_type"] ?? traits.requestType
            traits.productArea = row.set["product_area"] ?? traits.productArea
            if let organisation = row.set["organisation"] { isForCustomer = !organisation.isEmpty }
            if let status = row.set["status"] { reach(phase(of: status), status, at: moment) }
            if let category = row.set["category"] { triage.hasCategory = !category.isEmpty }
        case .severityChanged(let severity, _): traits.severity = severity
        case .classified(.productArea, let value): traits.productArea = value
        case .classified(.service, let value): traits.service = value
        case .classified(.department, let value): traits.department = value
        case .classified(.category, let value): triage.hasCategory = value != nil
        case .statusChanged(let status, let phase, _, _): reach(phase, status, at: moment)
        case .reopened(let status, _): reach(phase(of: status), status, at: moment)
        case .resolved: (phase, waiting, isAnswered, isAsked) = (.resolved, nil, true, false)
        case .closed: (phase, waiting) = (.closed, nil)
        case .relation(.mergedInto): isMerged = true
        case .relation(.unmerged): isMerged = false
        case .coordination(.nextActionSet): triage.hasAction = true
        case .routing(.triaged): triage.isStamped = true
        case .clock(.cadenceAgreed(let minutes, _)): agreedCadence = minutes
        case .clock(.breachExplained(let record)):
            breaches.removeAll { $0.clock == record.clock && $0.cycle == record.cycle }
            breaches.append(record)
        default: break
        }
    }

    /// Triage was stamped, or what it asks for is there.
    private var isTriaged: Bool { triage.isStamped || (triage.hasCategory && triage.hasAction) }

    private func phase(of status: String) -> Policy.Phase { rules.policy.phase(of: ID(status)) }

    private mutating func reach(_ phase: Policy.Phase, _ status: String, at moment: Timestamp) {
        cameBack = waiting == CaseClock.engineering.waitsFor && phase == .open
        self.phase = phase
        guard phase == .waiting else {
            waiting = nil
            return
        }
        // What it waits for may be said together with the move, before it or after.
        let said = named.flatMap { $0.at == moment ? $0.reason : nil }
        waiting = said ?? rules.policy.status(ID(status))?.blockedBy ?? "unnamed"
    }

    // MARK: What facts do to clocks

    private mutating func move(_ fact: CaseFact, _ cause: ClockCause) {
        switch fact {
        case .opened: begin(.creation, cause)
        case .imported:
            begin(.creation, cause)
            follow(cause)
        case .changeImported, .statusChanged:
            signal(.takeBack, .stop, cause)
            follow(cause, isUpward(fact))
            if cameBack { start(.takeBack, cause) }
            cameBack = false
        case .reopened: reopen(cause)
        case .resolved: finish(.stop, cause)
        case .closed: finish(.cancel, cause)
        case .relation(.mergedInto):
            beforeMerge = clocks
            finish(.cancel, cause)
        case .relation(.unmerged): unmerge(cause)
        case .relation(let change): moveDefects(change, cause)
        case .ownerChanged:
            begin(.assignment, cause)
            signal(.handover, .cancel, cause)
            signal(.takeBack, .stop, cause)
        case .ownerLeft: signal(.handover, .cancel, cause)
        case .handoff(let change): move(change, cause)
        case .outward(let change): move(change, cause)
        case .survey(let change): move(change, cause)
        case .notice(let change): move(change, cause)
        case .defect(let change): move(change, cause)
        case .replied(let text, let fromCustomer):
            if fromCustomer { asked(cause) } else { answered(text, cause) }
        case .form(.customerAnswered): asked(cause)
        case .coordination(let change): move(change, cause)
        case .investigation(let change): move(change, cause)
        case .fixWatch(let change): move(change, cause)
        case .routing(.routed(let route)): arrive(at: route.queue, cause)
        case .clock(.cadenceAgreed):
            if let terms = terms(.updateCadence) { signal(.updateCadence, .change(terms), cause) }
        default: break
        }
        if isTriaged { signal(.triage, .stop, cause) }
    }

    private func isUpward(_ fact: CaseFact) -> Bool {
        guard case .statusChanged(let status, _, _, _) = fact else { return false }
        return rules.policy.status(ID(status))?.isUpward ?? false
    }

    private mutating func take(_ record: Recorded<ClockRecordFact>) {
        switch record.body {
        case .levelApplied(let next): apply(next, because: ClockCause(record), isRecorded: true)
        case .warned(let firing, let percent): note(firing, .warning(percent))
        case .breached(let firing): note(firing, .breach)
        }
    }

    private mutating func note(_ firing: ClockRecordFact.Firing, _ what: ClockEvent.What) {
        fired.insert(
            Fired(clock: firing.clock, cycle: firing.cycle, revision: firing.revision, what: what))
    }

    mutating func signal(
        _ clock: CaseClock, item: String? = nil, _ signal: ClockSignal, _ cause: ClockCause
    ) {
        let id = CaseClockID(clock, item: item)
        switch signal {
        case .start, .pause: clocks[id, default: Clock()].take(signal, because: cause)
        // What never began has nothing to end or to go on with.
        case .change, .resume, .stop, .cancel: clocks[id]?.take(signal, because: cause)
        }
    }

    mutating func start(_ clock: CaseClock, item: String? = nil, _ cause: ClockCause) {
        guard isOpen || clock.outlivesCase && !isMerged, let terms = terms(clock) else { return }
        pause(CaseClockID(clock, item: item), because: cause)
        signal(clock, item: item, .start(terms), cause)
    }

    /// The clocks of the whole case begin: each once, by what policy says begins it.
    private mutating func begin(_ beginning: ServiceLevel.Target.Beginning, _ cause: ClockCause) {
        guard begun.insert(beginning).inserted else { return }
        let whole: [CaseClock] = [.firstResponse, .triage, .mitigation, .resolution]
        for clock in whole where (promises[clock]?.target.begins ?? .creation) == beginning {
            if clock == .firstResponse, isAnswered { continue }
            start(clock, cause)
        }
    }

    private mutating func reopen(_ cause: ClockCause) {
        for clock in [CaseClock.mitigation, .resolution] { start(clock, cause) }
        if isAsked { start(.nextReply, cause) }
        if isForCustomer { start(.updateCadence, cause) }
        follow(cause)
    }

    /// A merge that was undone never was: the clocks go on from where they stood.
    private mutating func unmerge(_ cause: ClockCause) {
        guard let before = beforeMerge else { return }
        (clocks, beforeMerge) = (before, nil)
        retarget(because: cause)
        follow(cause)
    }

    /// What the new level promises and the old one did not begins with the change.
    private mutating func startPromised(_ cause: ClockCause) {
        let isEffectThere = phase == .open || phase == .waiting
        for clock in CaseClock.allCases where clock.hasTarget {
            guard clocks[CaseClockID(clock)]?.current == nil else { continue }
            let beginning = promises[clock]?.target.begins ?? .creation
            let isDue =
                switch clock {
                case .firstResponse: begun.contains(beginning) && !isAnswered
                case .triage: begun.contains(beginning) && !isTriaged
                case .mitigation: begun.contains(beginning) && isEffectThere
                case .resolution: begun.contains(beginning)
                case .updateCadence: isForCustomer && isAnswered
                case .nextReply: isAnswered && isAsked
                default: clock.waitsFor != nil && (clock.waitsFor == waiting || clock == destination)
                }
            if isDue { start(clock, cause) }
        }
        startDefects(cause)
    }

    private mutating func finish(_ signal: ClockSignal, _ cause: ClockCause) {
        for id in clocks.keys.sorted() {
            // What nobody does any more was not done in time either.
            let isMoot =
                id.clock.waitsFor != nil
                || [.nextAction, .timeBox, .evidenceRequest, .handover, .takeBack, .review].contains(id.clock)
            if id.clock == .followUp, case .stop = signal { continue }
            // A fix is watched, and engineering owes one, also where the case is held to be done.
            if id.clock.outlivesCase, !isMerged { continue }
            // They begin after the end, or are owed whatever becomes of the case.
            if [.surveyFollowUp, .notice].contains(id.clock) { continue }
            clocks[id]?.take(isMoot ? .cancel : signal, because: cause)
            clocks[id]?.take(.resume, because: cause)
        }
    }

    /// The clock of the destination that the case was routed to runs until it goes elsewhere or is done.
    private mutating func arrive(at queue: String, _ cause: ClockCause) {
        let next = rules.policy.routing.queue(queue)?.clock
        if let destination, destination != next, destination.waitsFor != waiting {
            signal(destination, .stop, cause)
        }
        destination = next
        if let next { start(next, cause) }
    }

    /// What the phase and the reason for waiting do.
    mutating func follow(_ cause: ClockCause, _ isUpward: Bool = false) {
        if phase == .resolved {
            finish(.stop, cause)
            return
        }
        if phase == .closed {
            finish(.cancel, cause)
            return
        }
        if isUpward { begin(.escalation, cause) }
        if phase == .mitigated || phase == .verifying { signal(.mitigation, .stop, cause) }
        pauseAll(because: cause)
        for (clock, reason) in Self.waits {
            if waiting == reason || destination == clock {
                start(clock, cause)
            } else {
                signal(clock, .stop, cause)
            }
        }
    }

    /// The clocks that run while something is waited for, and for what.
    private static let waits = CaseClock.allCases.compactMap { clock in clock.waitsFor.map { (clock, $0) } }

    /// In place, for this is done at each change of status of a case.
    private mutating func pauseAll(because cause: ClockCause) {
        let standing = waiting.flatMap { pauses[$0] } ?? []
        var place = clocks.startIndex
        while place < clocks.endIndex {
            let clock = clocks.keys[place].clock
            if clock.hasTarget {
                let signal: ClockSignal =
                    if let waiting, standing.contains(clock) { .pause(waiting) } else { .resume }
                clocks.values[place].take(signal, because: cause)
            }
            clocks.formIndex(after: &place)
        }
    }

    private mutating func pause(_ id: CaseClockID, because cause: ClockCause) {
        if let waiting, pauses[waiting]?.contains(id.clock) ?? false {
            signal(id.clock, item: id.item, .pause(waiting), cause)
        } else {
            signal(id.clock, item: id.item, .resume, cause)
        }
    }

    // MARK: Messages

    private mutating func asked(_ cause: ClockCause) {
        guard isForCustomer else { return }
        isAsked = true
        signal(.noResponse, .stop, cause)
        // Until we first answered, the first response is what the customer waits for.
        if isAnswered { start(.nextReply, cause) }
    }

    private mutating func answered(_ text: String, _ cause: ClockCause) {
        guard cause.actor != Actor.system.id else {
            overlooked.append(Weighed(cause: cause, reason: "It was sent by the software."))
            return
        }
        isAsked = false
        signal(.takeBack, .stop, cause)
        signal(.nextReply, .stop, cause)
        signal(.promisedUpdate, .stop, cause)
        signal(.noResponse, .stop, cause)
        if waiting == CaseClock.noResponse.waitsFor { start(.noResponse, cause) }
        signal(.updateCadence, .stop, cause)
        if isForCustomer { start(.updateCadence, cause) }
        guard !isAnswered else { return }
        let (verdict, isOfProgram) = (verdicts[cause.sequence], rules.programs.contains(cause.actor))
        let emptiness =
            isOfProgram ? "It was sent by a program." : rules.policy.serviceLevels.emptiness(of: text)
        if verdict?.counts ?? (emptiness == nil) {
            isAnswered = true
            response = Weighed(
                cause: cause,
                reason: verdict.map { "A reviewer said that it counts: \($0.reason)" } ?? "It says something."
            )
            signal(.firstResponse, .stop, cause)
        } else {
            let reason = emptiness ?? ""
            overlooked.append(
                Weighed(
                    cause: cause,
                    reason: verdict.map { "A reviewer said that it does not count: \($0.reason)" } ?? reason)
            )
        }
    }
}

/// The place of a fact of the case, or of the record of its clocks, among those of its kind.
private struct Entry {
    var at: Timestamp
    var sequence: Int64
    var place: Int
    var isRecord: Bool

    /// All in the order in which they were true in the world.
    static func inOrder(
        _ facts: [Recorded<CaseFact>], _ records: [Recorded<ClockRecordFact>]
    ) -> [Entry] {
        var all: [Entry] = []
        all.reserveCapacity(facts.count + records.count)
        for place in facts.indices {
            all.append(
                Entry(
                    at: facts[place].occurredAt, sequence: facts[place].sequence, place: place,
                    isRecord: false))
        }
        for place in records.indices {
            all.append(
                Entry(
                    at: records[place].occurredAt, sequence: records[place].sequence, place: place,
                    isRecord: true))
        }
        return all.sorted { ($0.at, $0.sequence) < ($1.at, $1.sequence) }
    }
}

extension CaseFact {
    /// Whether it says something by which a level is chosen.
    fileprivate var saysTraits: Bool {
        switch self {
        case .opened, .imported, .changeImported, .severityChanged, .classified: true
        default: false
        }
    }
}

extension ClockRecordFact {
    fileprivate var level: Applied? {
        if case .levelApplied(let level) = self { level } else { nil }
    }
}

extension ClockEvent.What {
    fileprivate var rank: Int {
        switch self {
        case .warning(let percent): percent
        case .breach: 100
        }
    }
}
