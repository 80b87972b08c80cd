import Diagnosis
import Domain
import Storage
import Web

extension FixWatchFeature {
    /// What can be done.
    static let operations = [
        AnyOperation(WatchFix.self), AnyOperation(ReportRecurrence.self), AnyOperation(EndFixWatch.self),
    ]
}

/// What operations on watches need to know.
struct FixWatchState: Sendable {
    var found: SupportCase
    var now: FixWatches

    fileprivate func open() throws(Refusal) -> FixWatches.Watch {
        guard let open = now.open else {
            throw Refusal(.conflict, "no_watch", "No fix of \(found.number) is watched now.")
        }
        return open
    }
}

/// An operation on a case whose decision needs which fixes are watched.
protocol FixWatchOperation: Operation where Input: CaseInput, State == FixWatchState {}

extension FixWatchOperation {
    static var right: Right { "case.change_status" }
    static var place: OperationPlace { .act(in: "cases", verb: String(name.dropFirst("case.".count))) }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> FixWatchState {
        let found = try visibleCase(input.id, for: actor, in: tx)
        return FixWatchState(found: found, now: try FixWatchDirectory.watches(of: found.id, in: tx))
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        caseDestination(answer, done: "saved")
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { try caseForm(id, for: actor, in: tx) }
}

/// Watches a fix for a time: the case comes back by itself when the symptom does.
enum WatchFix: FixWatchOperation {
    struct Input: CaseInput {
        var id: String
        var until: Timestamp
        var onReply: Bool
        var onLink: Bool
        var words: [String]
        var note: String?
    }

    static let name = "case.watch_fix"
    static let summary = "Watch the fix"
    static let verb = "Watch"
    static let input = Fields(
        Input.init, CaseFields.id, .time("until", "Until when"),
        .flag("on_reply", "It came back if the customer writes"),
        .flag("on_link", "It came back if another case is linked to this one"),
        .list(of: .line("words", "It came back if a new case has one of these", maxBytes: 200), maxCount: 20)
            .help("Words, codes or phrases, one a line, such as an error’s text."),
        .optional(.text("note", "What is looked at meanwhile?", maxBytes: 4000)))

    static func decide(
        _ input: Input, on state: FixWatchState, in context: Context
    ) throws(Refusal) -> Decision {
        var signals: [FixWatchFact.Signal] = []
        if input.onReply { signals.append(.customerReply) }
        if input.onLink { signals.append(.linkedCase) }
        if !input.words.isEmpty { signals.append(.similarCase) }
        return answer(
            try state.found.watchingFix(
                until: input.until, signals: signals, words: input.words, note: input.note, now: state.now,
                in: context), on: state.found)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        try caseForm(id, for: actor, in: tx) { found, form in
            (form.values["on_reply"], form.values["on_link"]) = (.bool(true), .bool(true))
            guard let open = try FixWatchDirectory.watches(of: found.id, in: tx).open else { return }
            form.values["until"] = .text(open.plan.until.fieldText)
            form.values["on_reply"] = .bool(open.plan.signals.contains(.customerReply))
            form.values["on_link"] = .bool(open.plan.signals.contains(.linkedCase))
            form.values["words"] = .text(open.plan.words.joined(separator: "\n"))
            form.values["note"] = .text(open.plan.note ?? "")
        }
    }
}

/// Says that the symptom is back: the case returns to work.
enum ReportRecurrence: FixWatchOperation {
    struct Input: CaseInput {
        var id: String
        var words: String
    }

    static let name = "case.report_recurrence"
    static let summary = "The symptom came back"
    static let verb = "It came back"
    static let input = Fields(
        Input.init, CaseFields.id, .text("words", "What was seen, and where?", maxBytes: 4000))

    static func decide(
        _ input: Input, on state: FixWatchState, in context: Context
    ) throws(Refusal) -> Decision {
        let watch = try state.open()
        return answer(
            state.found.recurred(
                watch, signal: .report, words: input.words, other: nil, at: context.now,
                policy: context.policy), on: state.found)
    }
}

/// Ends a watch before its time.
enum EndFixWatch: FixWatchOperation {
    struct Input: CaseInput {
        var id: String
        var reason: String
    }

    static let name = "case.end_fix_watch"
    static let summary = "End the watch of the fix"
    static let verb = "End it"
    static let input = Fields(Input.init, CaseFields.id, CaseFields.reason)

    static func decide(
        _ input: Input, on state: FixWatchState, in context: Context
    ) throws(Refusal) -> Decision {
        let watch = try state.open()
        return answer(
            [.fixWatch(.ended(watch: watch.plan.watch, outcome: .stopped, reason: input.reason))],
            on: state.found)
    }
}
