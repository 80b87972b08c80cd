import Diagnosis
import Domain
import Storage
import Web

extension ServicesFeature {
    /// What can be done; an operation that does not stand here does not exist.
    static let operations = [AnyOperation(RecordOutage.self), AnyOperation(WithdrawOutage.self)]

    /// The right to say that a service was unwell.
    static let recordRight: Right = "service.record_outage"
}

private let service = Field<String>.choice(
    "service", "Service",
    from: { policy in
        policy.services.filter { $0.objective != nil }.map { FieldChoice($0.id, $0.name) }
    })

/// Records a stretch of time in which a service was unwell, or takes in the bad minutes that a monitoring system counted.
enum RecordOutage: Operation {
    struct Input: Sendable {
        var service: String
        var from: Timestamp
        var until: Timestamp?
        var minutes: Int?
        var source: String?
        var note: String?
    }

    static let name = "outage.record"
    static let summary = "Record that a service was unwell"
    static let verb = "Record"
    static let right = ServicesFeature.recordRight
    static let place = OperationPlace.create(in: "outages")
    static let input = Fields(
        Input.init,
        service, .time("from", "From when on"),
        .optional(.time("until", "Until when")).help("Or say how many minutes."),
        .optional(.integer("minutes", "Bad minutes", 1...44_640))
            .help("As a monitoring system counts them, in place of the end."),
        .optional(.line("source", "Who or what measured it")).help("Empty means yourself."),
        .optional(.text("note", "What it was", maxBytes: 4000)))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws {}

    static func decide(_ input: Input, on state: Void, in context: Context) throws(Refusal) -> Decision {
        guard (input.until == nil) != (input.minutes == nil) else {
            throw Refusal(
                field: "until", "end_or_minutes", "Say either until when it was, or how many minutes it took."
            )
        }
        let until = input.until ?? input.from.adding(seconds: Int64(input.minutes ?? 0) * 60)
        let fact = try Outage.recording(
            .init(
                service: input.service, from: input.from, until: until,
                source: input.source ?? context.actor.name, note: input.note), now: context.now)
        let ref = SubjectRef(kind: Outage.kind, id: context.newID())
        var decision = Decision()
        decision.record(fact, on: ref, occurredAt: input.from)
        decision.answer["id"] = .string(ref.id)
        decision.answer["service"] = .string(input.service)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        ServicesPages.path(answer)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/services", backName: "Services") }
}

/// Says that a recorded outage was none.
enum WithdrawOutage: Operation {
    struct Input: Sendable {
        var id: String
        var reason: String
    }

    static let name = "outage.withdraw"
    static let summary = "Withdraw a recorded outage"
    static let verb = "Withdraw"
    static let right = ServicesFeature.recordRight
    static let place = OperationPlace.act(in: "outages", verb: "withdraw")
    static let input = Fields(
        Input.init, .reference("id", "Outage", to: "outage"),
        .text("reason", "Why does it not count?", maxBytes: 4000))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Outage { try ServicesDirectory.outage(input.id, in: tx) }

    static func decide(_ input: Input, on outage: Outage, in context: Context) throws(Refusal) -> Decision {
        guard outage.withdrawal == nil else {
            throw Refusal(.conflict, "withdrawn", "This outage was withdrawn already.")
        }
        var decision = Decision()
        decision.record(OutageFact.withdrawn(reason: input.reason), on: outage.ref)
        decision.answer["id"] = .string(outage.id.raw)
        decision.answer["service"] = .string(outage.report.service)
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        ServicesPages.path(answer)
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        let outage = try ServicesDirectory.outage(id, in: tx)
        let name = policy.service(outage.report.service)?.name ?? outage.report.service
        var form = OperationForm(about: name, back: "/services", backName: "Services")
        form.base = outage.version
        return form
    }
}
