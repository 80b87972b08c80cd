/// What was asked for, given and shared in a case: the fold of its facts about evidence.
package struct CaseEvidence: Sendable {
    /// One thing that the customer was asked for.
    package struct Item: Sendable {
        /// Its number: "R1.2".
        package var number: String
        /// What is needed and how to get it.
        package var text: String
        /// The evidence that was given for it.
        package var given: [String] = []
        /// How it was settled by hand.
        package var settlement: CaseEvidenceFact.Settlement?
        /// What was said with that.
        package var note: String?

        /// Whether it is still needed.
        package var isOpen: Bool {
            switch settlement {
            case .received, .impossible: false
            case .open: true
            case nil: given.isEmpty
            }
        }

        /// Where it stands, in words.
        package var state: String {
            if isOpen { return "Not here yet" }
            return settlement == .impossible ? "Cannot be had" : "Received"
        }
    }

    /// What the customer was asked for at once.
    package struct Request: Sendable {
        /// What was asked.
        package var asking: CaseEvidenceFact.Asking
        /// Its items.
        package var items: [Item]
        /// Who asked.
        package var by: String
        /// When.
        package var at: Timestamp
        /// When the customer was reminded.
        package var reminders: [Timestamp] = []
        /// Why it is no longer needed.
        package var withdrawnReason: String?

        /// Its number: "R1".
        package var number: String { asking.request }

        /// How many items are not here yet.
        package var openCount: Int { withdrawnReason == nil ? items.count { $0.isOpen } : 0 }

        /// Whether its link still takes files.
        package func isOpen(at now: Timestamp) -> Bool { openCount > 0 && now < asking.until }
    }

    /// A link by which somebody without an account reads one piece of evidence.
    package struct Share: Sendable {
        /// What was shared.
        package var sharing: CaseEvidenceFact.Sharing
        /// Who shared it.
        package var by: String
        /// When.
        package var at: Timestamp
        /// When it was ended before its time.
        package var endedAt: Timestamp?

        /// Whether it still leads to the evidence.
        package func isOpen(at now: Timestamp) -> Bool { endedAt == nil && now < sharing.until }
    }

    /// Why a kind of evidence that is expected cannot be had.
    package struct Impossible: Sendable {
        /// The reason.
        package var reason: String
        /// Who said so.
        package var by: String
        /// When.
        package var at: Timestamp
    }

    /// The requests, oldest first.
    package private(set) var requests: [Request] = []
    /// The shares, oldest first.
    package private(set) var shares: [Share] = []
    /// Kinds of evidence that cannot be had.
    package private(set) var impossible: [String: Impossible] = [:]
    /// The kinds of evidence that are there, by number of the piece.
    package private(set) var present: [String: String] = [:]

    /// The fold of a case's facts, oldest first; other facts are passed over.
    package init(_ facts: [Recorded<CaseFact>]) {
        for fact in facts {
            if case .evidence(let body) = fact.body { apply(body, fact) }
        }
    }

    mutating func apply(_ body: CaseEvidenceFact, _ fact: Recorded<CaseFact>) {
        switch body {
        case .attached(let attachment), .given(let attachment):
            present[attachment.evidence] = attachment.type
            if let item = attachment.item {
                change(item) {
                    $0.given.append(attachment.evidence)
                    if $0.settlement == .open { $0.settlement = nil }
                }
            }
        case .removed(let evidence, _):
            present[evidence] = nil
            for index in requests.indices {
                for place in requests[index].items.indices {
                    requests[index].items[place].given.removeAll { $0 == evidence }
                }
            }
        case .requested(let asking):
            let items = asking.items.enumerated().map {
                Item(number: "\(asking.request).\($0.offset + 1)", text: $0.element)
            }
            requests.append(Request(asking: asking, items: items, by: fact.actor, at: fact.occurredAt))
        case .reminded(let request):
            if let index = requests.firstIndex(where: { $0.number == request }) {
                requests[index].reminders.append(fact.occurredAt)
            }
        case .withdrawn(let request, let reason):
            if let index = requests.firstIndex(where: { $0.number == request }) {
                requests[index].withdrawnReason = reason
            }
        case .settled(let item, let settlement, let note):
            change(item) { ($0.settlement, $0.note) = (settlement, note) }
        case .expectation(let type, let reason):
            impossible[type] = reason.map { Impossible(reason: $0, by: fact.actor, at: fact.occurredAt) }
        case .shared(let sharing):
            shares.append(Share(sharing: sharing, by: fact.actor, at: fact.occurredAt))
        case .unshared(let share, _):
            if let index = shares.firstIndex(where: { $0.sharing.share == share }) {
                shares[index].endedAt = fact.occurredAt
            }
        case .shown, .hidden: break
        }
    }

    private mutating func change(_ item: String, _ body: (inout Item) -> Void) {
        for index in requests.indices {
            for place in requests[index].items.indices
            where requests[index].items[place].number == item { body(&requests[index].items[place]) }
        }
    }
}

extension CaseEvidence {
    /// The item with this number.
    package func item(_ number: String) -> Item? {
        requests.lazy.flatMap(\.items).first { $0.number == number }
    }

    /// The request with this number.
    /// - Throws: `notFound` where there is none.
    package func request(_ number: String) throws(Refusal) -> Request {
        let wanted = number.uppercased()
        guard let found = requests.first(where: { $0.number == wanted }) else {
            throw Refusal(field: "request", "not_found", "This case has no request “\(number)”.")
        }
        return found
    }

    /// The request with this number, if something of it is missing.
    package func openRequest(_ number: String) throws(Refusal) -> Request {
        let found = try request(number)
        if found.withdrawnReason != nil {
            throw Refusal(.conflict, "request_withdrawn", "\(found.number) was withdrawn.")
        }
        guard found.openCount > 0 else {
            throw Refusal(.conflict, "request_done", "Everything that \(found.number) asked for is here.")
        }
        return found
    }

    /// The most things that are asked for at once.
    package static let mostItems = 20

    /// Asks the customer for evidence, an item a line.
    package func asking(
        reason: String, items text: String, script: String?, days: Int, template: String? = nil,
        at now: Timestamp
    ) throws(Refusal) -> CaseEvidenceFact {
        let items = text.split(separator: "\n").map { String($0).trimmingWhitespace }.filter { !$0.isEmpty }
        guard items.count <= Self.mostItems else {
            throw Refusal(
                field: "items", "too_many",
                "Ask for at most \(Self.mostItems) things at once; this names \(items.count).")
        }
        if let long = items.first(where: { $0.utf8.count > 2000 }) {
            throw Refusal(
                field: "items", "too_long",
                "One line is one item, of at most 2,000 bytes. Shorten “\(long.prefix(40))…”.")
        }
        return .requested(
            .init(
                request: "R\(requests.count + 1)", reason: reason, items: items, script: script,
                until: now.adding(seconds: Int64(days) * 86_400), template: template))
    }

    /// What of the expected evidence is there, absent, or cannot be had.
    package func completeness(of this: SupportCase, policy: Policy) -> [Expectation] {
        let have = Dictionary(grouping: present.keys.sorted(), by: { present[$0] ?? "" })
        return policy.evidence.expected(for: this).map { type in
            Expectation(
                type: type, name: policy.evidence.name(ofType: type), evidence: have[type] ?? [],
                impossible: impossible[type])
        }
    }

    /// What is missing: kinds that are expected and absent, and items that were asked for and are not here.
    package func gaps(of this: SupportCase, policy: Policy) -> [String] {
        let absent = completeness(of: this, policy: policy).filter { $0.state == "absent" }
        let open = requests.filter { $0.openCount > 0 }.flatMap { $0.items.filter(\.isOpen) }
        return absent.map { "\($0.name) is expected" }
            + open.map { item in
                let text = item.text.count > 160 ? item.text.prefix(160) + "…" : item.text
                return "\(item.number) was asked for: “\(text)”"
            }
    }

    /// Why the evidence is complete, in words; nil where something is missing or nothing was expected or asked for.
    package func completenessWords(of this: SupportCase, policy: Policy) -> String? {
        guard gaps(of: this, policy: policy).isEmpty else { return nil }
        let expected = completeness(of: this, policy: policy)
        let items = requests.filter { $0.withdrawnReason == nil }.flatMap(\.items)
        guard !expected.isEmpty || !items.isEmpty else { return nil }
        let impossible =
            expected.count { $0.state == "impossible" } + items.count { $0.settlement == .impossible }
        let there = expected.count + items.count - impossible
        return impossible == 0
            ? "\(there) of \(there) are here" : "\(there) are here, \(impossible) cannot be had"
    }

    /// A kind of evidence that policy expects of a case.
    package struct Expectation: Sendable {
        /// The kind.
        package var type: String
        /// What it is called.
        package var name: String
        /// The pieces that are there.
        package var evidence: [String]
        /// Why it cannot be had.
        package var impossible: Impossible?

        /// Where it stands: "present", "impossible" or "absent".
        package var state: String {
            evidence.isEmpty ? (impossible == nil ? "absent" : "impossible") : "present"
        }
    }
}
