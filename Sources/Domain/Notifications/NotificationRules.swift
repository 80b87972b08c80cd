/// Why somebody is told of a case.
///
/// The order is that of weight: where several reasons hold for one person, the first one is given.
package enum NotificationKind: String, CaseIterable, Sendable {
    /// The case is theirs now.
    case assigned
    /// The case is offered to them by whoever has it.
    case offered
    /// They are invited to a huddle about the case.
    case invited
    /// They are called away, and a case of theirs, or of the team that they lead, is at risk.
    case coverNeeded = "cover_needed"
    /// An offer of theirs was accepted or returned, or one to them was taken back.
    case handover
    /// Somebody is stuck and asks those who may help.
    case unblockAsked = "unblock_asked"
    /// They were stuck, and somebody says how it goes on.
    case unblockAnswered = "unblock_answered"
    /// A message to a customer waits for somebody who may review it.
    case reviewAsked = "review_asked"
    /// A message of theirs was approved, returned, or sent since nobody reviewed it.
    case reviewed
    /// An update says something to those who answer for the customer, and they do.
    case accountUpdate = "account_update"
    /// A customer was not satisfied, and they are to follow up.
    case lowScore = "low_score"
    /// Their work was reviewed, or whoever they reviewed answers.
    case qualityReviewed = "quality_reviewed"
    /// They are to give a notice that law or a contract asks for.
    case noticeOwed = "notice_owed"
    /// A colleague wrote their name in a note.
    case named
    /// A time promised to the customer is over.
    case promiseMissed = "promise_missed"
    /// The time of a clock of their case is over.
    case breached
    /// Part of the time of a clock of their case is gone.
    case warned
    /// A promise to the customer, in a case of the team that they answer for as lead or manager.
    case teamClock = "team_clock"
    /// The customer wrote.
    case replied
    /// The status or the severity of a case that they own or watch changed.
    case changed

    /// Shown where people choose.
    package var label: String {
        switch self {
        case .assigned: "A case is assigned to me"
        case .offered: "A case is offered to me"
        case .invited: "Somebody invites me to a huddle"
        case .coverNeeded: "A case of mine, or of my team, needs cover while its owner is called away"
        case .handover: "A case that I offered is accepted or returned, or an offer to me is taken back"
        case .unblockAsked: "Somebody is stuck, and I may help"
        case .unblockAnswered: "I was stuck, and somebody answers"
        case .reviewAsked: "A message to a customer waits for a review, and I may review it"
        case .reviewed: "A message of mine is approved, comes back, or is sent unreviewed"
        case .accountUpdate: "An update says something to me, who answers for the customer"
        case .lowScore: "A customer is not satisfied, and I am to follow up"
        case .qualityReviewed: "My work is reviewed, or somebody answers a review of mine"
        case .noticeOwed: "I am to give a notice that law or a contract asks for"
        case .named: "Somebody names me in a note"
        case .promiseMissed: "A promised update of my case is late"
        case .breached: "A clock of my case is missed"
        case .warned: "A clock of my case runs out"
        case .teamClock: "A promise to a customer is missed or runs out in any case of the team"
        case .replied: "The customer replies on a case that I own or watch"
        case .changed: "The status or severity of a case that I own or watch changes"
        }
    }

    /// Whether it tells of a clock: of several such of one clock only the latest stands.
    package var isOfClock: Bool {
        [.promiseMissed, .breached, .warned, .teamClock].contains(self)
    }
}

/// That one person is told of one fact, and why.
package struct NotificationNotice: Equatable, Sendable {
    /// Who is told.
    package var person: ID<Person>
    /// Why.
    package var kind: NotificationKind
    /// What it is about in terms of policy and clocks, such as "first_response 75"; never words of people.
    package var detail: String

    /// A notice with all parts.
    package init(person: ID<Person>, kind: NotificationKind, detail: String) {
        (self.person, self.kind, self.detail) = (person, kind, detail)
    }
}

/// Which fact is told to whom: pure, and the only place that decides it.
package struct NotificationRules {
    /// Something of which people may be told.
    package enum Event: Equatable, Sendable {
        /// The case got an owner.
        case assigned(to: ID<Person>)
        /// The case was offered to a person, or to whoever has a role.
        case offered(HandoffFact.Offer)
        /// Colleagues are invited to a huddle; the case from which it was called.
        case invited([ID<Person>], from: String?)
        /// The owner is called away: why.
        case coverNeeded(RoutingFact.Cover)
        /// An offer was answered or taken back.
        case settled(Handoffs.Handover)
        /// Somebody does not get on.
        case stuck
        /// Whoever was stuck is answered.
        case unstuck(ID<Person>)
        /// A message to the customer waits for its review.
        case held
        /// A message that waited is settled; whose it was.
        case reviewed(ID<Person>, MessageReviews.Outcome)
        /// Something was written for those who answer for the customer; who they are.
        case accountUpdate([ID<Person>])
        /// A customer was not satisfied; who is to follow up, where that is known.
        case lowScore(owner: ID<Person>?)
        /// Somebody's work was reviewed, or a reviewer was answered.
        case qualityReviewed(of: ID<Person>)
        /// Somebody is to give a notice that law or a contract asks for.
        case noticeOwed(by: ID<Person>)
        /// The customer wrote.
        case replied
        /// A colleague wrote a note.
        case noted(text: String)
        /// The status is another one; its identifier.
        case status(String)
        /// The severity is another one; its identifier.
        case severity(String)
        /// So many percent of a clock's time are gone.
        case warned(CaseClockID, percent: Int)
        /// A clock's time is over.
        case breached(CaseClockID)
    }

    /// Whoever is told of warnings of promises to customers in all cases, not only in their own.
    package static let warningRight: Right = "clock.hear_warnings"
    /// Whoever is told of each promise to a customer that is missed.
    package static let breachRight: Right = "clock.hear_breaches"
    /// Whoever sees to low scores that nobody else follows up on.
    package static let lowScoreRight: Right = "survey.withhold"
    /// Whoever hears of each notice that is not given in time.
    package static let noticeRight: Right = "notice.manage"
    /// Whoever helps those who are stuck.
    package static let helpRight: Right = "case.unblock"
    /// Facts that became known so many seconds after they were so are history: nobody is told.
    package static let oldest: Int64 = 86_400

    /// What a fact of a case has to tell; nil for most.
    /// - Parameters:
    ///   - handoffs: the case's offers and requests after the fact; asked only where it answers one.
    ///   - reviews: its messages that were held, after the fact; asked only where it settles one.
    ///   - accountTeam: who of the house answers for its customer; asked only where the fact is written for them.
    ///   - qualityReviews: the reviews of its quality after the fact; asked only where it answers one.
    package static func event(
        of fact: CaseFact, handoffs: () throws -> Handoffs,
        reviews: () throws -> MessageReviews, accountTeam: () throws -> [ID<Person>],
        qualityReviews: () throws -> QualityReviews
    ) rethrows -> Event? {
        switch fact {
        case .outward(.accountUpdate): .accountUpdate(try accountTeam())
        case .outward(let change): try event(of: change, reviews)
        case .handoff(let change): try event(of: change, handoffs)
        case .survey(.followUpOpened(_, let owner, _)): .lowScore(owner: owner.map { ID($0) })
        case .quality(.reviewed(let review)): .qualityReviewed(of: ID(review.reviewed))
        case .quality(.withdrawn(_, let reviewed, _)): .qualityReviewed(of: ID(reviewed))
        case .quality(.answered(let number, _, _)):
            try qualityReviews().reviews.first { $0.number == number }.map {
                .qualityReviewed(of: ID($0.reviewer))
            }
        case .routing(.coverNeeded(let cover)): .coverNeeded(cover)
        case .huddle(.convened(let plan)):
            .invited(plan.people.map { ID($0) }, from: plan.cases.first?.id)
        case .notice(.owed(let duty)): .noticeOwed(by: ID(duty.owner))
        case .notice(.reassigned(_, let owner)): .noticeOwed(by: ID(owner))
        case .ownerChanged(let owner, _): .assigned(to: ID(owner))
        case .replied(_, fromCustomer: true): .replied
        case .noted(let text): text.contains("@") ? .noted(text: text) : nil
        case .statusChanged(let status, _, _, _), .reopened(let status, _), .closed(let status):
            .status(status)
        case .resolved(let resolution): .status(resolution.status)
        case .severityChanged(let severity, _): .severity(severity)
        default: nil
        }
    }

    private static func event(
        of change: HandoffFact, _ handoffs: () throws -> Handoffs
    ) rethrows -> Event? {
        switch change {
        case .offered(let offer): return .offered(offer)
        case .accepted(let number, _), .returned(let number, _, _), .withdrawn(let number, _):
            return try handoffs().handovers.first { $0.number == number }.map { .settled($0) }
        case .unblockAsked: return .stuck
        case .unblockAnswered(let number, _, _):
            return try handoffs().request(number).map { .unstuck(ID($0.askedBy)) }
        case .unblockWithdrawn, .answerMarked: return nil
        }
    }

    private static func event(
        of change: OutwardFact, _ reviews: () throws -> MessageReviews
    ) rethrows -> Event? {
        switch change {
        case .held: return .held
        case .approved(let number, _, _), .returned(let number, _), .released(let number, _, _):
            return try reviews().reviews.first { $0.number == number }.flatMap { review in
                review.outcome.map { .reviewed(ID(review.writer), $0) }
            }
        default: return nil
        }
    }

    /// What a fact of the clocks of a case has to tell: of several firings of one clock at once only the last.
    package static func event(of fact: ClockRecordFact) -> Event? {
        switch fact {
        case .warned(let firing, let percent) where !firing.isOvertaken:
            CaseClockID(text: firing.clock).map { .warned($0, percent: percent) }
        case .breached(let firing) where !firing.isOvertaken:
            CaseClockID(text: firing.clock).map { .breached($0) }
        default: nil
        }
    }

    /// Who is told of an event, each person once, for the weightiest reason.
    ///
    /// Nobody is told of their own deed. Clocks that measure the house go to the owner alone: whoever answers for the team
    /// hears of promises to customers. Whether a person may know of the case is asked by whoever tells them.
    /// - Parameters:
    ///   - found: the case after the event.
    ///   - actor: who did it.
    ///   - staff: the colleagues; asked only where the event needs them.
    ///   - rights: what somebody may do.
    ///   - levels: who is told of promises, where policy says so.
    ///   - queueLead: whoever leads the team of the case's queue; asked only where policy tells them.
    ///   - noticeOwner: whoever sees to a notice, by its number; asked only for its clock.
    package static func notices(
        of event: Event, on found: SupportCase, by actor: String, staff: () throws -> [Person],
        rights: (Person) -> Set<Right>, levels: ServiceLevels? = nil,
        queueLead: () throws -> ID<Person>?, noticeOwner: (String) throws -> ID<Person>?
    ) rethrows -> [NotificationNotice] {
        let owner = found.owner
        let watchers = found.arrangement.watchers
        var notices: [NotificationNotice] = []
        func tell(_ people: [ID<Person>], _ kind: NotificationKind, _ detail: String = "") {
            for person in people
            where person.raw != actor && !notices.contains(where: { $0.person == person }) {
                notices.append(NotificationNotice(person: person, kind: kind, detail: detail))
            }
        }
        func whoever(_ right: Right, of staff: [Person]) -> [ID<Person>] {
            staff.filter { $0.isActive && rights($0).contains(right) }.map(\.id)
        }
        let concerned = [owner].compactMap { $0 } + watchers
        var ofClock: (clock: CaseClockID, percent: Int, kind: NotificationKind, detail: String, right: Right)?
        switch event {
        case .assigned(let person): tell([person], .assigned)
        case .offered(let offer): tell(try receivers(of: offer, staff), .offered)
        case .coverNeeded(let cover):
            tell([ID(cover.person)] + [try queueLead()].compactMap { $0 }, .coverNeeded, cover.cause.rawValue)
        case .settled(let handover):
            let outcome = handover.outcome?.rawValue ?? ""
            if handover.outcome == .withdrawn {
                tell(handover.offer.person.map { [ID($0)] } ?? [], .handover, outcome)
            } else {
                tell([ID(handover.offer.from), ID(handover.offeredBy)], .handover, outcome)
            }
        // It stands in each of its cases, and nobody is told twice.
        case .invited(let people, let origin): if origin == found.id.raw { tell(people, .invited) }
        case .stuck: tell(whoever(helpRight, of: try staff()), .unblockAsked)
        case .unstuck(let person): tell([person], .unblockAnswered)
        case .accountUpdate(let people): tell(people, .accountUpdate)
        case .held: tell(whoever(Policy.reviewRight, of: try staff()), .reviewAsked)
        case .reviewed(let writer, let outcome): tell([writer], .reviewed, outcome.rawValue)
        case .lowScore(let owner?): tell([owner], .lowScore)
        case .lowScore(nil): tell(whoever(lowScoreRight, of: try staff()), .lowScore)
        case .qualityReviewed(let person): tell([person], .qualityReviewed)
        case .noticeOwed(let person): tell([person], .noticeOwed)
        case .replied: tell(concerned, .replied)
        case .noted(let text): tell(Mentions.people(in: text, of: try staff()), .named)
        case .status(let status): tell(concerned, .changed, "status \(status)")
        case .severity(let severity): tell(concerned, .changed, "severity \(severity)")
        case .warned(let clock, let percent):
            ofClock = (clock, percent, .warned, "\(clock.text) \(percent)", warningRight)
        case .breached(let clock):
            let kind: NotificationKind = clock.clock == .promisedUpdate ? .promiseMissed : .breached
            ofClock = (clock, 100, kind, clock.text, breachRight)
        }
        guard let (clock, percent, kind, detail, right) = ofClock else { return notices }
        if clock.clock == .notice {
            tell([try clock.item.flatMap(noticeOwner)].compactMap { $0 }, kind, detail)
            if percent == 100 { tell(whoever(noticeRight, of: try staff()), .teamClock, detail) }
        }
        // Clocks of the house go to the owner; promises to those whom policy names, else to whoever has the right.
        let named = clock.clock.isPromise ? levels?.listeners(at: percent, severity: found.severity.raw) : nil
        let owners = [owner].compactMap { $0 }
        for listener in named ?? [.owner] {
            switch listener {
            case .owner: tell(owners, kind, detail)
            case .queueLead: tell([try queueLead()].compactMap { $0 }, .teamClock, detail)
            case .role(let role):
                let people = try staff().filter { $0.isActive && $0.roles.contains(role) }
                tell(people.map(\.id), .teamClock, detail)
            }
        }
        // Nothing of it is lost because nobody owns the case or leads its queue.
        if clock.clock.isPromise, named == nil || (notices.isEmpty && named?.isEmpty == false) {
            tell(whoever(right, of: try staff()), .teamClock, detail)
        }
        return notices
    }

    private static func receivers(
        of offer: HandoffFact.Offer, _ staff: () throws -> [Person]
    ) rethrows -> [ID<Person>] {
        if let person = offer.person { return [ID(person)] }
        guard let role = offer.role else { return [] }
        return try staff().filter { $0.isActive && $0.roles.contains(role) && $0.id.raw != offer.from }
            .map(\.id)
    }
}

/// Names that a note calls colleagues by: `@marta`, `@marta.lindqvist`, `@marta@example.com`.
package enum Mentions {
    /// What stands behind each @ of a text, in small letters, without the sign and without the stop of a sentence.
    ///
    /// An @ within a word, as in an address of mail, calls nobody.
    package static func handles(in text: String) -> [String] {
        var handles: [String] = []
        var last: Character = " "
        var rest = text[...]
        while let place = rest.firstIndex(of: "@") {
            if place > rest.startIndex { last = rest[rest.index(before: place)] }
            let word = rest[rest.index(after: place)...].prefix {
                $0.isLetter || $0.isNumber || ".-_@".contains($0)
            }
            let handle = trimmed(word.lowercased())
            let isCall = !(last.isLetter || last.isNumber)
            if isCall, !handle.isEmpty, !handles.contains(handle) { handles.append(handle) }
            last = word.last ?? "@"
            rest = rest[rest.index(after: place)...].dropFirst(word.count)
        }
        return handles
    }

    /// The colleagues whom a text names: by their address, the part of it before the @, their whole name without
    /// spaces or with dots for them, or a first name that only one of them has.
    package static func people(in text: String, of staff: [Person]) -> [ID<Person>] {
        let active = staff.filter(\.isActive)
        var found: [ID<Person>] = []
        for handle in handles(in: text) {
            let exact = active.filter { names($0).contains(handle) }
            let first = active.filter {
                $0.name.lowercased().split(separator: " ").first.map(String.init) == handle
            }
            let hits = exact.isEmpty ? (first.count == 1 ? first : []) : exact
            for person in hits where !found.contains(person.id) { found.append(person.id) }
        }
        return found
    }

    private static func names(_ person: Person) -> Set<String> {
        let name = person.name.lowercased()
        var names: Set<String> = [name.replacing(" ", with: ""), name.replacing(" ", with: ".")]
        if let email = person.email {
            names.insert(email)
            if let local = email.split(separator: "@").first { names.insert(String(local)) }
        }
        return names
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while let last = text.last, ".-_@".contains(last) { text.removeLast() }
        return String(text)
    }
}
