import Diagnosis
import Domain
import Storage
import Web

/// What can be done about mail that did not go out.
enum OutboxAnswers {
    static let id = Field<String>.reference("id", "Message", to: "outgoing")

    static func find(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> OutboxItem {
        guard let item = try tx.first(OutboxStore.item(id: id), OutboxStore.read) else {
            throw Refusal.notFound("outgoing message")
        }
        if let id = item.caseID { _ = try CaseDirectory.findItself(id, for: actor, in: tx) }
        return item
    }

    /// An operation that turns a row to another state; rows are working papers, so no fact tells of it.
    static func operation(
        _ verb: String, summary: String, button: String, from: Set<OutboxItem.State>,
        to state: OutboxItem.State,
        refusal: String
    ) -> AnyOperation {
        let input = Fields({ (id: String) in id }, id)
        return AnyOperation(
            name: "outgoing.\(verb)", summary: summary, verb: button, right: "mail.sort",
            place: .act(in: "outgoing", verb: verb), fields: input.descriptions, file: #fileID,
            destination: { _, _ in "/mail?state=outgoing&done=saved" },
            form: { id, actor, _, tx in
                let item = try find(id, for: actor, in: tx)
                return OperationForm(
                    about: item.recipient, back: "/mail?state=outgoing", backName: "Outgoing mail")
            },
            check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try input.parse(raw, policy) },
            decide: { raw, context, tx in
                let item = try find(try input.parse(raw, context.policy), for: context.actor, in: tx)
                guard from.contains(item.state) else { throw Refusal(.conflict, "not_\(verb)", refusal) }
                try tx.execute(
                    OutboxStore.turn(item.id, to: state, problem: item.problem, dueAt: context.now))
                var decision = Decision()
                decision.answer["id"] = .string(item.id)
                decision.answer["state"] = .string(state.rawValue)
                return decision
            })
    }

    static let operations = [
        operation(
            "retry", summary: "Send the message now", button: "Send now",
            from: [.waiting, .dead, .returned, .dropped],
            to: .waiting, refusal: "This message is sent already, or is being sent."),
        operation(
            "drop", summary: "Do not send the message", button: "Do not send",
            from: [.waiting, .dead, .returned],
            to: .dropped, refusal: "This message is sent already, or is being sent."),
    ]
}
