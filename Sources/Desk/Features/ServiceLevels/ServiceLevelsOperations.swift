import Diagnosis
import Domain
import Storage
import Web

/// Agrees with the customer on how often they hear from us.
enum AgreeCadence: CaseOperation {
    struct Input: CaseInput {
        var id: String
        var minutes: Int?
        var reason: String
    }

    static let name = "case.agree_cadence"
    static let summary = "Agree how often the customer hears from us"
    static let verb = "Agree"
    static let right: Right = "case.coordinate"
    static let input = Fields(
        Input.init, CaseFields.id,
        .optional(
            .integer("minutes", "Minutes between updates", 5...14_400)
                .help("Leave it empty for what the service level says.")),
        .text("reason", "Who asked for it, and why?"))

    static func decide(_ input: Input, on found: SupportCase, in context: Context) throws(Refusal) -> Decision
    {
        guard found.organisation != nil else {
            throw Refusal(.conflict, "no_customer", "\(found.number) has no customer who waits for updates.")
        }
        let phase = context.policy.phase(of: found.status)
        guard phase != .resolved, phase != .closed else {
            throw Refusal(
                .conflict, "case_done", "\(found.number) is done. Reopen it before you agree on updates.")
        }
        return answer([.clock(.cadenceAgreed(minutes: input.minutes, reason: input.reason))], on: found)
    }
}

/// Says whether a message counts as a first response, whatever the rule makes of it.
enum JudgeResponse: Operation {
    struct Input: Sendable {
        var id: String
        var entry: Int
        var counts: Bool
        var reason: String
    }

    struct State: Sendable {
        var found: SupportCase
        var isMessage: Bool
    }

    static let name = "case.judge_response"
    static let summary = "Say whether a message counts as a first response"
    static let verb = "Save"
    static let right: Right = "case.judge_response"
    static let place = OperationPlace.act(in: "cases", verb: "judge_response")
    static let input = Fields(
        Input.init, CaseFields.id,
        .integer("entry", "Entry", 1...Int(Int32.max)).help("The number of the message in the log."),
        .flag("counts", "It counts as a first response"), .text("reason", "Why?"))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let replies = try CaseDirectory.facts(of: found.id, kinds: ["case.replied"], in: tx)
        let isMessage = replies.contains { fact in
            guard case .replied(_, fromCustomer: false) = fact.body else { return false }
            return fact.sequence == Int64(input.entry)
        }
        return State(found: found, isMessage: isMessage)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard state.isMessage else {
            throw Refusal(
                field: "entry", "not_a_message",
                "Entry \(input.entry) of \(state.found.number) is no message of ours to the customer.")
        }
        return answer(
            [
                .clock(
                    .responseJudged(
                        sequence: Int64(input.entry), counts: input.counts, reason: input.reason))
            ], on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
}

/// Records why a clock was missed, and what follows from it.
enum ExplainBreach: Operation {
    struct Input: Sendable {
        var id: String
        var clock: String
        var cycle: Int
        var cause: String
        var correction: String?
        var isCustomerTold: Bool
        var notice: String?
    }

    struct State: Sendable {
        var found: SupportCase
        var clocks: CaseClocks
    }

    static let causes = Field<String>.choice("cause", "Cause", from: { $0.breachCauses.choices })
    static let name = "case.explain_breach"
    static let summary = "Record why a clock was missed"
    static let verb = "Record"
    static let right: Right = "case.explain_breach"
    static let place = OperationPlace.act(in: "cases", verb: "explain_breach")
    static let input = Fields(
        Input.init, CaseFields.id,
        .line("clock", "Clock", maxBytes: 60).help("As in the list of clocks: resolution, first_response."),
        .integer("cycle", "Cycle", 1...10_000).help("1 for the first time that the clock ran."),
        ExplainBreach.causes,
        .optional(.text("correction", "What is done so that it does not happen again?")),
        .flag("customer_told", "The customer was told"),
        .optional(.text("notice", "What were they told, or why not?", maxBytes: 4000)))

    /// Where it is recorded for a cycle of a clock.
    static func path(_ number: String, _ clock: CaseClockID, _ cycle: Int) -> String {
        "/cases/\(number)/explain_breach?clock=\(percentEncoded(clock.text))&cycle=\(cycle)"
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let found = try visibleCase(input.id, for: actor, in: tx)
        let clocks = try ServiceLevelsDirectory.clocks(of: found, policy: policy, at: found.updatedAt, in: tx)
        return State(found: found, clocks: clocks)
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        guard
            let one = state.clocks.cycles.first(where: {
                $0.id.text == input.clock && $0.number == input.cycle
            }), one.cycle.reading(at: context.now).breachedAt != nil
        else {
            throw Refusal(
                field: "clock", "not_found",
                "\(state.found.number) has no clock “\(input.clock)” that was missed in its cycle \(input.cycle)."
            )
        }
        let record = ClockFact.BreachRecord(
            clock: one.id.text, cycle: one.cycle.start.sequence, cause: input.cause,
            correction: input.correction,
            isCustomerTold: input.isCustomerTold, notice: input.notice)
        return answer([.clock(.breachExplained(record))], on: state.found)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
}
