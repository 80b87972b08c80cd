import Diagnosis
import Domain
import Storage
import Web

extension NotificationsFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations =
        [
            AnyOperation(ReadNotifications.self), AnyOperation(ChooseNotifications.self),
            TestNotifications.operation,
        ] + DeliveryOperations.operations
}

/// Notes that one has read what one was told, of one case or of all.
///
/// What was told after the page was made stays unread. Records no fact: who read a notification is nobody's business.
enum ReadNotifications: Operation {
    struct Input: Sendable {
        var caseReference: String?
        var until: Int?
    }

    static let name = "notification.read"
    static let summary = "Mark notifications as read"
    static let verb = "Mark as read"
    static let right: Right = "case.view"
    static let place = OperationPlace.single(path: "notifications/read")
    static let input = Fields(
        Input.init,
        .optional(.line("case", "Case", maxBytes: 60)).help("Empty for all cases."),
        .optional(.integer("until", "Up to the fact", 0...9_007_199_254_740_991)).help(
            "The sequence of the last notification that you saw; empty for all until now."))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws {
        let found = try input.caseReference.map { try CaseDirectory.find($0, for: actor, in: tx) }
        try tx.execute(
            NotificationStore.read(
                found?.id.raw, by: actor.id, until: input.until.map(Int64.init) ?? .max))
    }

    static func decide(_ input: Input, on state: Void, in context: Context) throws(Refusal) -> Decision {
        Decision()
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath { "/notifications" }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/notifications", backName: "Notifications") }
}
