import Diagnosis
import Domain
import Storage
import Web

/// Where an operation is called: from its place follow the form's address, the JSON endpoint and the OpenAPI entry.
package enum OperationPlace: Hashable, Sendable {
    /// Makes a new thing: POST /cases, form at /cases/new.
    case create(in: String)
    /// Acts on one thing: POST /cases/{id}/assign, form at the same address.
    case act(in: String, verb: String)
    /// Acts on something that is only there once: POST /policy/change.
    case single(path: String)

    /// The path of pages.
    package var path: String {
        switch self {
        case .create(let collection): "/\(collection)"
        case .act(let collection, let verb): "/\(collection)/{id}/\(verb)"
        case .single(let path): "/\(path)"
        }
    }

    /// The path of the form's page.
    package var formPath: String {
        switch self {
        case .create(let collection): "/\(collection)/new"
        default: path
        }
    }

    /// The path of the JSON endpoint.
    package var apiPath: String { "/api/v1" + path }
}

/// A use case, declared once: the HTML form, the JSON endpoint, its OpenAPI entry, the command-line call, the check
/// of the right, the facts and the idempotency all follow from this declaration.
package protocol Operation: Sendable {
    /// The input once it is read.
    associatedtype Input: Sendable
    /// The present state that the decision needs.
    associatedtype State: Sendable
    /// The name: "case.assign".
    static var name: String { get }
    /// What it does, in a few words: the title of its form.
    static var summary: String { get }
    /// Who may do it.
    static var right: Right { get }
    /// Where it is called.
    static var place: OperationPlace { get }
    /// Its fields. A field named "id" is taken from the path.
    static var input: Fields<Input> { get }
    /// Reads what `decide` needs, inside the write transaction.
    static func load(_ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction) throws
        -> State
    /// Decides: facts, or a refusal with a reason. Pure.
    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision
    /// How its effect is taken back, made from what was before; nil where it cannot be. Pure.
    ///
    /// Asked only where `decide` gave facts.
    static func undo(_ input: Input, on state: State, in context: Context) -> Undo?
    /// The page to show after success.
    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath
    /// What stands in the form when it is opened.
    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm
    /// Adds to the form what depends on the time: what is proposed at this moment, who is here.
    static func complete(
        _ form: inout OperationForm, _ id: String, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws
    /// What the command line and the form's button call the act: "Resolve".
    static var verb: String { get }
    /// Makes its fields of a JSON document of another shape, such as the webhook of another system; nil where the
    /// document's members are the fields.
    static var foreign: ForeignDocument? { get }
}

/// Reads a JSON document that somebody else designed into the fields of an operation.
package typealias ForeignDocument = @Sendable (JSONObject) throws(Refusal) -> RawInput

/// What a form needs beside its fields.
package struct OperationForm: Sendable {
    /// What the form is about: "TL-42".
    package var about: String?
    /// Where "cancel" leads.
    package var back: LocalPath
    /// What stands there: "Queue".
    package var backName = "Back"
    /// Optional fields that are needed all the same, by policy or by the state of things.
    package var needed: Set<String> = []
    /// What stands in place of a field: the questions of a form of policy, the choices of this case.
    package var replaced: [String: [FieldDescription]] = [:]
    /// What helps to fill it in: what is proposed, and why.
    package var hints: [String] = []
    /// What has to be done elsewhere first.
    package var advice: [String] = []
    /// Where that is done: what each link says, and where it leads.
    package var ways: [(title: String, path: LocalPath)] = []
    /// What stands in the fields.
    package var values = RawInput()
    /// The version that the values come from; nil where nothing can clash.
    package var base: Version?
    /// What may be referred to, by kind.
    package var references: [String: [FieldChoice]] = [:]
    /// What stands in the fields for each thing that a field can name, where the address says which one it is about.
    package var standing: (field: String, values: [String: RawInput])?

    /// Puts in what depends on when the form is shown.
    package var atTime: (@Sendable (Timestamp, inout OperationForm) -> Void)?

    /// A form that leads back to a page.
    package init(about: String? = nil, back: LocalPath, backName: String? = nil) {
        (self.about, self.back) = (about, back)
        self.backName = backName ?? about ?? "Back"
    }

    /// Fills the form with what stands of the thing that the address names, or of the only one that there is.
    ///
    /// The form is then about that thing alone: what stands of one never lands on another.
    mutating func choose(_ query: [(name: String, value: String)]) {
        guard let standing else { return }
        let named = query.last { $0.name == standing.field }?.value.uppercased()
        let only = standing.values.count == 1 ? standing.values.keys.first : nil
        let item = named.map { name in standing.values.keys.first { $0.uppercased() == name } } ?? only
        guard let item, let values = standing.values[item] else { return }
        self.values.values.merge(values.values) { _, new in new }
        self.values[standing.field] = .text(item)
        references[standing.field]?.removeAll { $0.value != item }
    }
}

extension Operation {
    package static var verb: String { summary }
    package static var foreign: ForeignDocument? { nil }

    /// Nothing can be taken back, unless an operation says how.
    package static func undo(_ input: Input, on state: State, in context: Context) -> Undo? { nil }

    package static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm { OperationForm(back: "/") }

    /// Nothing, unless an operation says otherwise.
    package static func complete(
        _ form: inout OperationForm, _ id: String, for actor: Actor, policy: Policy, now: Timestamp,
        in tx: borrowing Transaction
    ) throws {}
}

/// What an operation did: the same for a repeated request with the same idempotency key.
package struct Receipt: Sendable, Equatable {
    /// What the caller is told.
    package var answer: JSONObject
    /// Whether the request was carried out before and this is its first answer again.
    package var isRepeat: Bool
    /// The sequence of the last fact; 0 where nothing changed.
    package var lastSequence: Int64
}

/// A request to an operation, wherever it came from.
package struct OperationRequest: Sendable {
    /// Who asks.
    package var actor: Actor
    /// The fields as they arrived.
    package var raw: RawInput
    /// The version of the subject that the person saw.
    package var base: Version?
    /// Names the request, so that it is carried out once.
    package var idempotencyKey: String?
    /// Names the request in the log.
    package var requestID: String

    /// A request with all parts.
    package init(
        actor: Actor, raw: RawInput, base: Version? = nil, idempotencyKey: String? = nil,
        requestID: String = ""
    ) {
        (self.actor, self.raw, self.base) = (actor, raw, base)
        (self.idempotencyKey, self.requestID) = (idempotencyKey, requestID)
    }
}

/// An operation of which only the declaration is known: what routes, OpenAPI and the command line work with.
package struct AnyOperation: Sendable {
    /// The name.
    package let name: String
    /// What it does.
    package let summary: String
    /// What the form's button says.
    package let verb: String
    /// Who may do it.
    package let right: Right
    /// Where it is called.
    package let place: OperationPlace
    /// Its fields.
    package let fields: [FieldDescription]
    /// The file that declares it.
    package let file: String
    /// How a JSON document of another shape is read.
    package let foreign: ForeignDocument?
    /// The page after success.
    package let destination: @Sendable (JSONObject, Actor) -> LocalPath
    /// What its form needs.
    package let form: @Sendable (String, Actor, Policy, borrowing Transaction) throws -> OperationForm
    /// Adds to the form what depends on the time.
    package let complete:
        @Sendable (inout OperationForm, String, Actor, Policy, Timestamp, borrowing Transaction) throws ->
            Void
    /// Reads the fields and says what is wrong with them, without doing anything.
    package let check: @Sendable (RawInput, Policy) throws(Refusal) -> Void
    /// Loads and decides, inside a write transaction.
    package let decide: @Sendable (RawInput, Context, borrowing Transaction) throws -> Decision

    /// The declaration of an operation.
    package init<O: Operation>(_ operation: O.Type, file: String = #fileID) {
        (name, summary, verb, right, place) = (O.name, O.summary, O.verb, O.right, O.place)
        fields = O.input.descriptions
        self.file = file
        foreign = O.foreign
        destination = O.destination
        form = O.form
        complete = { form, id, actor, policy, now, tx in
            try O.complete(&form, id, for: actor, policy: policy, now: now, in: tx)
        }
        check = { (raw: RawInput, policy: Policy) throws(Refusal) in _ = try O.input.parse(raw, policy) }
        decide = { raw, context, tx in
            let input = try O.input.parse(raw, context.policy)
            let state = try O.load(input, for: context.actor, policy: context.policy, in: tx)
            var decision = try O.decide(input, on: state, in: context)
            if decision.undo == nil, !decision.entries.isEmpty {
                decision.undo = O.undo(input, on: state, in: context)
            }
            return decision
        }
    }

    /// An operation that is no type of its own, since it runs others.
    init(
        name: String, summary: String, verb: String, right: Right, place: OperationPlace,
        fields: [FieldDescription], file: String,
        destination: @escaping @Sendable (JSONObject, Actor) -> LocalPath,
        form: @escaping @Sendable (String, Actor, Policy, borrowing Transaction) throws -> OperationForm,
        check: @escaping @Sendable (RawInput, Policy) throws(Refusal) -> Void,
        decide: @escaping @Sendable (RawInput, Context, borrowing Transaction) throws -> Decision
    ) {
        (self.name, self.summary, self.verb, self.right, self.place) = (name, summary, verb, right, place)
        (self.fields, self.file, self.destination, self.form) = (fields, file, destination, form)
        (self.check, self.decide, foreign) = (check, decide, nil)
        complete = { _, _, _, _, _, _ in }
    }
}
