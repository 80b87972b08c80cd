import Domain
import Storage
import Web

/// What leaves the house for customers: messages that a second person reads first, reminders of those who do not
/// answer, and the technical summary.
enum OutwardFeature: Feature {
    static let name = "outward"
    static let statements = OutwardQueries.samples
    static let operations = [
        AnyOperation(ApproveMessage.self), AnyOperation(ReturnMessage.self),
        AnyOperation(WithdrawMessage.self), AnyOperation(ReviseMessage.self),
        AnyOperation(StopReminders.self), AnyOperation(ResumeReminders.self),
        AnyOperation(WriteSummary.self),
    ]

    static let caseParts = [
        CasePart(
            .notice, order: 15, html: OutwardPages.reviews, actions: OutwardPages.actions,
            json: OutwardJSON.members, sentence: OutwardPages.sentence),
        CasePart(.brief, order: 15, html: OutwardPages.silence),
        CasePart(.work, order: 80, html: OutwardPages.summary),
        CasePart(.side, order: 45, html: AskedPages.panel, json: AskedPages.members),
    ]
}
