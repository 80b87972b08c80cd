import Diagnosis
import Domain
import Storage
import Web

/// What the watch of a fix adds to the page of a case.
enum FixWatchPages {
    static let part = CasePart(
        .notice, order: 30, html: { context, _ in notice(context) }, actions: actions,
        json: { context, _ in members(context) }, sentence: sentence)

    private static func notice(_ context: CasePartContext) -> HTML {
        guard !context.actor.isCustomer, let open = FixWatches(context.history.facts).open else {
            return "<div id=\"fix-watch\" data-live hidden></div>"
        }
        let chosen = open.plan.signals.filter { $0 != .report }.map { signal -> HTML in
            guard signal == .similarCase else { return "\(signal.label)" }
            let words = open.plan.words.map { "“\(isolated($0))”" as HTML }
            return "\(signal.label) \(HTML.joined(words, by: ", "))"
        }
        let how: HTML =
            chosen.isEmpty
            ? "It comes back to work when somebody says that the symptom is back."
            : "It comes back to work by itself if \(HTML.joined(chosen, by: ", or "))."
        let note: HTML = open.plan.note.map { "<p dir=\"auto\">\($0)</p>" } ?? .empty
        let acts: HTML =
            context.actor.may(WatchFix.right)
            ? """
            <p class="ways"><a class="btn small" href="\(context.path)/report_recurrence">It came back</a> <a href="\(context.path)/watch_fix">Change</a> <a href="\(context.path)/end_fix_watch">End it</a></p>
            """ : .empty
        return """
            <div class="notice" id="fix-watch" data-live>\(icon("clock"))<div><p>The fix is watched until \(zonedTime(open.plan.until, now: context.now)). \(how)</p>\(note)\(acts)</div></div>

            """
    }

    private static func actions(_ context: CasePartContext) -> [CaseAction] {
        let phase = context.policy.phase(of: context.this.status)
        guard SupportCase.watchedPhases.contains(phase) else { return [] }
        return [CaseAction(WatchFix.right, "watch_fix", icon: "clock", "Watch the fix", in: .investigation)]
    }

    private static func members(_ context: CasePartContext) -> [(key: String, value: JSON)] {
        let watches = FixWatches(context.history.facts).watches.map { watch -> JSON in
            .fields([
                "watch": .string(watch.plan.watch), "until": watch.plan.until.json,
                "signals": .array(watch.plan.signals.map { .string($0.rawValue) }),
                "words": .array(watch.plan.words.map(JSON.string)), "note": watch.plan.note.map(JSON.string),
                "recurred_by": watch.signal.map { .string($0.rawValue) },
                "outcome": watch.outcome.map { .string($0.rawValue) }, "ended_at": watch.endedAt?.json,
            ])
        }
        return [("fix_watches", .array(watches))]
    }

    private static func sentence(
        _ entry: Recorded<CaseFact>, _ words: CaseSentence, isForCustomer: Bool
    ) -> CasePart.Line? {
        guard case .fixWatch(let fact) = entry.body, !isForCustomer else { return nil }
        switch fact {
        case .started(let plan):
            return (
                "clock",
                "watches the fix until \(zonedTime(plan.until, now: entry.recordedAt))\(words.because(plan.note))"
            )
        case .recurred(_, let signal, let text, let other):
            let link: HTML =
                other.map { ", <a href=\"/cases/\($0.number)\">\($0.number)</a>" } ?? .empty
            return (
                "alert",
                "found that the symptom came back: <b>\(signal.label)</b>\(link)\(words.because(text))"
            )
        case .ended(_, .quiet, _): return ("check", "ended the watch of the fix: nothing came back")
        case .ended(_, .stopped, let reason):
            return ("check", "ended the watch of the fix\(words.because(reason))")
        }
    }
}
