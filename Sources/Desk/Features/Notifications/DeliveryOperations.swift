import Diagnosis
import Domain
import Storage
import Web

/// What can be done about a message to a colleague that did not go out.
enum DeliveryOperations {
    private static let id = Field<String>.reference("id", "Message", to: "delivery")
    private static let input = Fields({ (id: String) in id }, id)

    private static func find(_ id: String, in tx: borrowing Transaction) throws -> OutboxItem {
        let channels = NotificationSending.Way.allCases.map(\.rawValue)
        guard let item = try tx.first(OutboxStore.item(id: id), OutboxStore.read),
            channels.contains(item.channel)
        else { throw Refusal.notFound("message") }
        return item
    }

    /// An operation that turns a row to another state; rows are working papers, so no fact tells of it.
    private static func operation(
        _ verb: String, summary: String, button: String, to state: OutboxItem.State
    ) -> AnyOperation {
        AnyOperation(
            name: "delivery.\(verb)", summary: summary, verb: button, right: DeliveryPages.right,
            place: .act(in: "deliveries", verb: verb), fields: input.descriptions, file: #fileID,
            destination: { _, _ in "/notifications/deliveries?done=saved" },
            form: { id, _, _, tx in
                OperationForm(
                    about: try find(id, in: tx).recipient, back: "/notifications/deliveries",
                    backName: "What went out")
            },
            check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
            decide: { raw, context, tx in
                let item = try find(try input.parse(raw, context.policy), in: tx)
                guard
                    [.waiting, .dead, .returned].contains(item.state)
                        || state == .waiting && item.state == .dropped
                else {
                    throw Refusal(
                        .conflict, "not_\(verb)", "This message is sent already, or is being sent.")
                }
                try tx.execute(
                    OutboxStore.turn(item.id, to: state, problem: item.problem, dueAt: context.now))
                var decision = Decision()
                decision.answer["id"] = .string(item.id)
                decision.answer["state"] = .string(state.rawValue)
                return decision
            })
    }

    static let operations = [
        operation("retry", summary: "Send the message now", button: "Send now", to: .waiting),
        operation("drop", summary: "Do not send the message", button: "Do not send", to: .dropped),
    ]
}
