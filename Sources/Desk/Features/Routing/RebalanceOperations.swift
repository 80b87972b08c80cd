import Diagnosis
import Domain
import Storage
import Web

/// Gives several cases to other owners in one step, for one reason: all of them or none.
enum RebalanceCases {
    /// Whoever may look at the board and move cases.
    static let right: Right = "case.rebalance"

    private struct Input: Sendable {
        var moves: [String]
        var reason: String
    }

    private static let fields = Fields(
        Input.init,
        .list(of: .line("moves", "Moves", maxBytes: 300), maxCount: 100)
            .help(
                "One a line: the case, who has it, who gets it, such as “TL-42 ana@example.com ben@example.com”."
            ),
        CaseFields.reason)

    static let operation = AnyOperation(
        name: "case.rebalance", summary: "Move cases between people", verb: "Move them", right: right,
        place: .single(path: "rebalance/move"), fields: fields.descriptions, file: #fileID,
        destination: { _, _ in "/rebalance?done=assigned" },
        form: { _, _, _, _ in OperationForm(back: "/rebalance", backName: "Load") },
        check: { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try fields.parse(raw, policy) },
        decide: { raw, context, tx in
            try decide(try fields.parse(raw, context.policy), context, in: tx)
        })

    private static func decide(
        _ input: Input, _ context: Context, in tx: borrowing Transaction
    ) throws -> Decision {
        var decision = Decision()
        var (problems, back, seen): ([Refusal.Problem], [String], Set<String>) = ([], [], [])
        for line in input.moves {
            do {
                let one = try move(line, context, seen: &seen, in: tx)
                decision.record(
                    try one.found.assigned(to: one.to, reason: input.reason, policy: context.policy),
                    on: one.found.ref)
                back.append("\(one.found.number) \(one.to.id.raw) \(one.from.raw)")
            } catch let refusal as Refusal {
                problems.append(
                    .init(field: "moves", code: refusal.code, message: "\(line): \(refusal.message)"))
            }
        }
        guard problems.isEmpty else { throw Refusal(problems: problems) }
        decision.answer["moved"] = .integer(Int64(back.count))
        decision.undo = Undo(
            "case.rebalance",
            ["moves": .text(back.joined(separator: "\n")), "reason": .text("Taken back")])
        return decision
    }

    private static func move(
        _ line: String, _ context: Context, seen: inout Set<String>, in tx: borrowing Transaction
    ) throws -> (found: SupportCase, from: ID<Person>, to: Person) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 3 else {
            throw Refusal(
                field: "moves", "unreadable",
                "Write the case, who has it and who gets it, with spaces between.")
        }
        let found = try CaseDirectory.find(words[0], field: "moves", for: context.actor, in: tx)
        guard seen.insert(found.number).inserted else {
            throw Refusal(field: "moves", "twice", "\(found.number) stands there twice.")
        }
        guard let from = try PeopleDirectory.find(words[1], in: tx), found.owner == from.id else {
            throw Refusal(
                .conflict, "changed_since",
                "\(found.number) has another owner by now. Look at the board again.")
        }
        guard let to = try PeopleDirectory.find(words[2], in: tx) else {
            throw Refusal(field: "moves", "not_found", "Nobody is known as “\(words[2])”.")
        }
        if let until = to.away(at: context.now) {
            throw Refusal(.conflict, "away", "\(to.name) is away until \(until.stamped).")
        }
        return (found, from.id, to)
    }
}
