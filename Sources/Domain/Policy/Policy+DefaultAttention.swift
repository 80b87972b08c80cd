extension Policy {
    /// What the default document looks for all the time.
    static let defaultAttention = """
        # What may fall through. Each check is a search as in the queue; the page “Nothing falls through” shows what it finds
        # until there is nothing. `step`: what is done about it first (assign, reply, set_next_action, promise_update,
        # classify, triage, change_status, note, hand_over, unblock); left out, it is what the case needs first.
        attention:
          - {id: unowned, name: "Nobody owns it", search: "is:open no:owner opened:>30m", step: assign}
          - {id: breached, name: "A promise of the service level is over", search: "is:open is:breached"}
          - {id: near_breach, name: "A promise of the service level ends within an hour", search: "is:open breach:<1h"}
          - {id: promise_late, name: "A promised update is late", search: "is:open is:late", step: reply}
          - {id: unaccepted, name: "A hand-over was not accepted in time", search: "is:open is:unaccepted", step: hand_over}
          - {id: stuck, name: "Somebody is stuck and waits for an answer", search: "is:open is:stuck", step: unblock}
          - {id: unanswered, name: "The customer wrote and waits", search: "is:open unanswered:>4h", step: reply}
          - {id: quiet_top, name: "Nothing happened for 4 hours at a top severity", search: "is:open sev:<=2 updated:>4h", step: note}
          - {id: overdue, name: "The next action is overdue", search: "is:open is:overdue", step: set_next_action}
          - {id: aimless, name: "Nobody said what happens next", search: "is:open has:owner no:next_action opened:>1d", step: set_next_action}
          - {id: engineering_silent, name: "No word from Engineering for 2 days", search: "is:open waits:engineering updated:>2d", step: note}
          - {id: waiting_long, name: "Waiting for more than 7 days", search: "is:waiting since:>7d", step: change_status}
          - {id: uncovered, name: "Its owner is called away", search: "is:open is:uncovered", step: hand_over}
          - {id: overaged, name: "It lies in its queue for too long", search: "is:open is:overaged", step: assign}
          - {id: bouncing, name: "It goes from queue to queue", search: "is:open is:bouncing", step: triage}
          - {id: quiet, name: "Nothing happened for 5 days", search: "is:open updated:>5d", step: note}
        # What counts how much in the working priority of a case; together 100. `time_left` counts from `window_hours` before
        # something is owed, `age` in full after `age_days`; severities, tiers and contracts have weights of their own.
        priority: {severity: 45, time_left: 20, impact: 12, tier: 10, age: 8, contract: 5, window_hours: 24, age_days: 14}
        # “My work”: more cases in hand than `limit` are too many (0: no limit); what is due within `soon_minutes` comes now.
        work: {limit: 8, soon_minutes: 120}
        """
}
