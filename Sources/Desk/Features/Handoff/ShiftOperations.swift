import Diagnosis
import Domain
import Storage
import Web

/// The cases of a shift.
enum Shift {
    /// As many cases can be handed over, or accepted, at once: each is a few facts, all of them one commit.
    static let most = 50

    static let cases = Field<[String]>.list(of: .reference("cases", "Cases", to: "case"), maxCount: most)

    /// The open cases of somebody, the riskiest first: what is due soonest of promises, clocks and next actions, then
    /// what is graver.
    static func cases(
        of actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        var filter = CaseFilter()
        filter.statuses = policy.statuses(in: [.open, .waiting, .mitigated, .verifying])
        filter.condition = .oneOf(.owner, [actor.id])
        let found = try CaseDirectory.list(filter, for: actor, limit: most, in: tx)
        let deadlines = try ServiceLevelsDirectory.deadlines(of: found.map(\.id), in: tx)
        let ranks = policy.severities.map(\.id)
        func key(_ this: SupportCase) -> (Timestamp, Int, String) {
            let arranged = this.arrangement
            let soonest = [deadlines[this.id]?.at, arranged.nextUpdateAt, arranged.nextActionDueAt]
                .compactMap { $0 }.min()
            return (
                soonest ?? Timestamp(microseconds: .max), ranks.firstIndex(of: this.severity) ?? ranks.count,
                this.number
            )
        }
        return found.sorted { key($0) < key($1) }
    }
}

/// Offers several cases to one receiver, each with its own brief.
enum HandOverShift: Operation {
    struct Input: Sendable {
        var to: String?
        var role: String?
        var cases: [String]
        var briefs: [String: RawValue]
    }

    struct State: Sendable { var offers: [OfferState] }

    static let name = "shift.hand_over"
    static let summary = "Hand over my shift"
    static let verb = "Offer all ticked"
    static let right: Right = "case.hand_over"
    static let place = OperationPlace.single(path: "handover/send")
    static let input = Fields(
        Input.init, HandoffFields.to, HandoffFields.role,
        Shift.cases.help("Untick what you keep."),
        .answers("briefs", "Briefs", maxCount: Shift.most))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let asked = try AskedReceiver(input.to, input.role, policy: policy, in: tx)
        return State(
            offers: try input.cases.map { text in
                let found = try CaseDirectory.find(text, field: "cases", for: actor, in: tx)
                return OfferState(
                    found: found, material: try HandoffDirectory.material(of: found, policy: policy, in: tx),
                    asked: asked)
            })
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard !state.offers.isEmpty else {
            throw Refusal(field: "cases", "missing", "Tick at least one case.")
        }
        for name in input.briefs.keys where !state.offers.contains(where: { $0.found.number == name }) {
            // A brief of a case that is kept is nothing to send; one of no case at all is a slip.
            guard context.policy.isCaseNumber(name) else {
                throw Refusal(
                    field: "briefs", "unknown_case", "“\(name)” is no number of a case that is handed over.")
            }
        }
        var decision = Decision()
        var (problems, sent): ([Refusal.Problem], [JSON]) = ([], [])
        for offer in state.offers {
            let brief = input.briefs[offer.found.number]?.typed
            do {
                let facts = try offer.facts(.colleague, brief: brief, in: context)
                decision.record(facts, on: offer.found.ref)
                sent.append(.string(offer.found.number))
            } catch {
                let all =
                    error.problems.isEmpty
                    ? [.init(field: "cases", code: error.code, message: error.message)] : error.problems
                for problem in all.map({ $0.naming(offer.found.number) }) where !problems.contains(problem) {
                    problems.append(problem)
                }
            }
        }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        decision.answer["cases"] = .array(sent)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/handover?done=offered" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/handover", backName: "Hand-over")
        form.references["person"] = try PeopleDirectory.staffChoices(in: tx)
        let cases = try Shift.cases(of: actor, policy: policy, in: tx)
        form.references["case"] = cases.map {
            FieldChoice($0.number, "\($0.number) \($0.subject.prefix(100))")
        }
        form.values["cases"] = .list(cases.map { .text($0.number) })
        form.replaced["briefs"] = cases.map { this in
            Field<String?>.optional(
                .text("briefs.\(this.number)", "Brief of \(this.number)", maxBytes: 20_000)
            ).description
        }
        let materials = try cases.map {
            ($0.number, try HandoffDirectory.material(of: $0, policy: policy, in: tx))
        }
        form.atTime = { now, form in
            for (number, material) in materials {
                form.values["briefs.\(number)"] = .text(material.brief(policy: policy, at: now).text)
            }
        }
        if cases.isEmpty { form.advice = ["You own no open case: there is nothing to hand over."] }
        return form
    }
}

/// Takes several cases that are offered.
enum AcceptShift: Operation {
    struct Input: Sendable { var cases: [String] }

    static let name = "shift.accept"
    static let summary = "Accept what is offered"
    static let verb = "Accept"
    static let right = SupportCase.acceptRight
    static let place = OperationPlace.single(path: "handover/accept")
    static let input = Fields(Input.init, Shift.cases)

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> [HandoffState] {
        try input.cases.map { text in
            let found = try CaseDirectory.find(text, field: "cases", for: actor, in: tx)
            return HandoffState(found: found, now: try HandoffDirectory.handoffs(of: found.id, in: tx))
        }
    }

    static func decide(
        _ input: Input, on states: [HandoffState], in context: Context
    ) throws(Refusal) -> Decision {
        guard !states.isEmpty else {
            throw Refusal(field: "cases", "missing", "Tick at least one case.")
        }
        var decision = Decision()
        for state in states {
            decision.record(
                try state.found.acceptingHandover(comment: nil, now: state.now, in: context),
                on: state.found.ref)
        }
        decision.answer["cases"] = .array(states.map { .string($0.found.number) })
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/handover?done=accepted" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var form = OperationForm(back: "/handover", backName: "Hand-over")
        let offered = try HandoffDirectory.offered(to: actor, limit: Shift.most, in: tx)
        form.references["case"] = offered.map {
            FieldChoice($0.this.number, "\($0.this.number) \($0.this.subject.prefix(100))")
        }
        form.values["cases"] = .list(offered.map { .text($0.this.number) })
        if offered.isEmpty { form.advice = ["Nothing is offered to you."] }
        return form
    }
}

extension Policy {
    /// Whether a text looks like the number of a case.
    fileprivate func isCaseNumber(_ text: String) -> Bool {
        let parts = text.split(separator: "-")
        return parts.count >= 2 && parts.last.map { $0.allSatisfy(\.isNumber) } ?? false
    }
}

extension Refusal.Problem {
    /// The same with the case that it is about in front, unless its words say so already.
    fileprivate func naming(_ number: String) -> Refusal.Problem {
        var problem = self
        let isOfOne = field == "cases" && !message.contains(number)
        if isOfOne { problem.message = "\(number): \(message)" }
        return problem
    }
}
