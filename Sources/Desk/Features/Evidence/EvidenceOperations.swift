import Diagnosis
import Domain
import Storage
import Web

extension EvidenceFeature {
    /// What can be done; an operation that does not stand here does not exist.
    ///
    /// Adding is not among them: it takes bytes, which only uploads can bring.
    static let operations = [
        AnyOperation(DescribeEvidence.self), AnyOperation(RemoveEvidence.self),
        AnyOperation(OpenEvidence.self), AnyOperation(ShareEvidence.self),
        AnyOperation(RequestEvidence.self), AnyOperation(RemindOfEvidence.self),
        AnyOperation(WithdrawEvidenceRequest.self), AnyOperation(SettleEvidenceItem.self),
        AnyOperation(ExpectEvidence.self), AnyOperation(EndShare.self),
    ]
}

/// The fields that describe evidence.
enum EvidenceFields {
    static let id = Field<String>.reference("id", "Evidence", to: "evidence")
    static let type = Field<String>.choice("type", "Kind", from: { $0.evidence.types.choices })
        .editing(Aspect("type"))
    static let source = Field<String>.line("source", "Source", maxBytes: 300)
        .help("The system, host or person it comes from.").editing(Aspect("source"))
    static let collector = Field<String>.line("collector", "Collected by", maxBytes: 300)
        .editing(Aspect("collector"))
    static let collectedAt = Field<String>.line("collected_at", "Collected at", maxBytes: 60)
        .help("As 2026-11-20 09:30, in the zone below.").editing(Aspect("collected_at"))
    static let coversFrom = Field<String>.line("covers_from", "Covers from", maxBytes: 60)
        .help("The first time in it.").editing(Aspect("covers_from"))
    static let coversTo = Field<String>.line("covers_to", "Covers to", maxBytes: 60)
        .help("The last time in it.").editing(Aspect("covers_to"))
    static let zone = Field<String>.line("zone", "Zone of these times", maxBytes: 60)
        .help("UTC, +02:00 or Europe/Berlin. Empty means UTC.").editing(Aspect("zone"))
    static let clockOffset = Field<Int>.integer(
        "clock_offset", "Its clock was ahead by, in seconds", -604_800...604_800
    ).help("If you know that the clock of the source was wrong. Negative where it was behind.")
        .editing(Aspect("clock_offset"))
    static let environment = Field<String>.choice(
        "environment", "Environment", from: { $0.environments.choices }
    ).editing(Aspect("environment"))
    static let sensitivity = Field<String>.choice(
        "sensitivity", "Sensitivity",
        from: { $0.evidence.sensitivities.map { FieldChoice($0.id, $0.name) } }
    ).editing(Aspect("sensitivity"))
    static let retention = Field<String>.choice(
        "retention", "Kept for", from: { $0.evidence.retentions.map { FieldChoice($0.id, $0.name) } }
    ).editing(Aspect("retention"))
    static let customerSees = Field<String>.choice(
        "customer_sees", "Who sees it",
        from: { _ in [FieldChoice("no", "Colleagues only"), FieldChoice("yes", "The customer, too")] }
    ).editing(Aspect("customer_sees"))
}

/// What was said of a piece of evidence, brought into order.
enum EvidenceDetails {
    /// What is computed from other fields is computed anew: times in UTC with the clock put right, and whether reading
    /// takes a right of its own.
    static func resolved(
        _ given: [EvidenceField: String], policy: Policy
    ) throws(Refusal) -> [EvidenceField: String] {
        var details = given
        let offset = given[.clockOffset].flatMap { Int64($0) } ?? 0
        for (from, to) in [
            (EvidenceField.coversFromGiven, EvidenceField.coversFrom), (.coversToGiven, .coversTo),
        ] {
            details[to] = nil
            guard let text = given[from] else { continue }
            let moment = try ZonedTime.moment(text, zone: given[.zone], field: to.rawValue)
            details[to] = moment.adding(seconds: -offset).rfc3339
        }
        details[.collectedAt] = nil
        if let text = given[.collectedAtGiven] {
            details[.collectedAt] =
                try ZonedTime.moment(text, zone: given[.zone], field: "collected_at").rfc3339
        }
        if let from = details[.coversFrom].flatMap({ Timestamp($0) }),
            let to = details[.coversTo].flatMap({ Timestamp($0) }), to < from
        {
            throw Refusal(field: "covers_to", "ends_before", "It ends before it begins.")
        }
        details[.restricted] =
            policy.evidence.sensitivity(given[.sensitivity]).isRestricted ? "yes" : nil
        return details
    }
}

/// Puts an uploaded file into a case.
///
/// It stands in no list of operations: the bytes must have come just now.
enum AddEvidence: Operation {
    struct Input: Sendable {
        var id: String
        var file: File
        var item: String?
        var type: String?
        var source: String?
        var collector: String?
        var collectedAt: String?
        var coversFrom: String?
        var coversTo: String?
        var zone: String?
        var clockOffset: Int?
        var environment: String?
        var sensitivity: String?
        var retention: String?
        var customerSees: String?
    }

    /// The file that was received.
    struct File: Sendable {
        var hash: String
        var size: Int64
        var mediaType: String
        var name: SafeFileName
    }

    struct State: Sendable {
        var this: SupportCase
        var number: Int
        var visible: [Evidence]
        var asked: CaseEvidence
    }

    static let name = "evidence.add"
    static let summary = "Add evidence"
    static let right: Right = "evidence.add"
    static let place = OperationPlace.act(in: "cases", verb: "evidence")
    static let input = Fields(
        Input.init, CaseFields.id, fileField, .optional(.line("item", "For", maxBytes: 20)),
        .optional(EvidenceFields.type), .optional(EvidenceFields.source),
        .optional(EvidenceFields.collector), .optional(EvidenceFields.collectedAt),
        .optional(EvidenceFields.coversFrom), .optional(EvidenceFields.coversTo),
        .optional(EvidenceFields.zone), .optional(EvidenceFields.clockOffset),
        .optional(EvidenceFields.environment), .optional(EvidenceFields.sensitivity),
        .optional(EvidenceFields.retention), .optional(EvidenceFields.customerSees))

    /// What `raw` made of the file that was received.
    static let fileField = Field<File>(
        description: Field<String>.line("file", "File").description
    ) { raw, _ in
        guard case .list(let parts) = raw, parts.count == 5, let size = Int64(parts[1].typed) else {
            return .failure(FieldProblems("file", "missing", "A file is needed."))
        }
        var name = SafeFileName(parts[3].typed)
        name.given = parts[4].typed.isEmpty ? nil : parts[4].typed
        return .success(
            File(hash: parts[0].typed, size: size, mediaType: parts[2].typed, name: name))
    }

    /// A received file as `fileField` reads it.
    static func raw(_ file: ReceivedFile) -> RawValue {
        let kind = FileKind(sniffing: file.kept.head)
        return .list([
            .text(file.kept.hash), .text(String(file.kept.size)), .text(kind.mediaType),
            .text(file.name.name), .text(file.name.given ?? ""),
        ])
    }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State {
        let this = try visibleCase(input.id, for: actor, in: tx)
        return State(
            this: this,
            number: try tx.first(EvidenceQueries.lastNumber(in: this.id.raw)) { Int($0.integer(0)) } ?? 0,
            visible: try EvidenceDirectory.all(of: this.id, for: actor, in: tx),
            asked: try EvidenceDirectory.state(of: this.id, in: tx))
    }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        try decide(input, on: state, fromCustomer: false, in: context)
    }

    /// What anybody's adding decides.
    static func decide(
        _ input: Input, on state: State, fromCustomer: Bool, in context: Context
    ) throws(Refusal) -> Decision {
        let rules = context.policy.evidence
        try rules.refuse(name: input.file.name.name, size: input.file.size)
        // Nobody learns from a copy of their own that colleagues have the file.
        let known = fromCustomer ? state.visible.filter(\.isPublic) : state.visible
        if let same = known.first(where: { $0.hash == input.file.hash && !$0.isRemoved }),
            same.item == input.item || input.item == nil
        {
            throw Refusal(
                .conflict, "already_here",
                "“\(input.file.name.name)” is here already: its bytes are those of "
                    + (fromCustomer ? "“\(same.name)”." : "\(same.number), \(same.name).")
            )
        }
        if let item = input.item, state.asked.item(item) == nil {
            throw Refusal(field: "item", "not_found", "Nothing was asked for as “\(item)”.")
        }
        let details = try EvidenceDetails.resolved(given(input, fromCustomer), policy: context.policy)
        let id = ID<Evidence>(context.newID())
        let adding = EvidenceFact.Adding(
            caseID: state.this.id.raw, organisation: state.this.organisation?.raw, number: state.number + 1,
            name: input.file.name.name, givenName: input.file.name.given, hash: input.file.hash,
            size: input.file.size, mediaType: input.file.mediaType, isFromCustomer: fromCustomer,
            item: input.item, details: details)
        let attachment = CaseEvidenceFact.Attachment(
            evidence: "E\(adding.number)", name: details[.restricted] == nil ? adding.name : nil,
            type: details[.type] ?? rules.types.last?.id ?? "other", size: adding.size, item: input.item)
        var decision = Decision()
        // The case first: two uploads at once meet at its head, and the second counts anew.
        decision.record(
            CaseFact.evidence(fromCustomer ? .given(attachment) : .attached(attachment)), on: state.this.ref)
        if details[.customerSees] == "yes", !fromCustomer {
            decision.record(CaseFact.evidence(.shown(attachment)), on: state.this.ref)
        }
        decision.record(EvidenceFact.added(adding), on: Evidence.ref(id))
        decision.answer["id"] = .string(id.raw)
        decision.answer["number"] = .string("E\(adding.number)")
        decision.answer["case"] = .string(state.this.number)
        decision.answer["name"] = .string(adding.name)
        decision.answer["sha256"] = .string(adding.hash)
        decision.answer["size"] = .integer(adding.size)
        if let notice = input.file.name.notice { decision.answer["notice"] = .string(notice) }
        return decision
    }

    private static func given(_ input: Input, _ fromCustomer: Bool) -> [EvidenceField: String] {
        var given: [EvidenceField: String] = [:]
        given[.type] = input.type
        (given[.source], given[.collector]) = (input.source, input.collector)
        given[.collectedAtGiven] = input.collectedAt
        (given[.coversFromGiven], given[.coversToGiven]) = (input.coversFrom, input.coversTo)
        (given[.zone], given[.clockOffset]) = (input.zone, input.clockOffset.map { String($0) })
        given[.environment] = input.environment
        (given[.sensitivity], given[.retention]) = (input.sensitivity, input.retention)
        if input.customerSees == "yes", !fromCustomer { given[.customerSees] = "yes" }
        return given
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/cases/\(answer["case"]?.string ?? "")/evidence/\(answer["number"]?.string ?? "")?done=kept"
    }
}

/// The same for the customer's people, and for whoever holds the link of a request.
enum GiveEvidence: Operation {
    typealias Input = AddEvidence.Input
    typealias State = AddEvidence.State

    static let name = "portal.give_evidence"
    static let summary = "Send a file"
    static let right: Right = "portal.give_evidence"
    static let place = OperationPlace.act(in: "portal/cases", verb: "evidence")
    static let input = AddEvidence.input

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> State { try AddEvidence.load(input, for: actor, policy: policy, in: tx) }

    static func decide(_ input: Input, on state: State, in context: Context) throws(Refusal) -> Decision {
        var decision = try AddEvidence.decide(input, on: state, fromCustomer: true, in: context)
        // The number would tell how much evidence colleagues have.
        decision.answer["number"] = nil
        return decision
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        "/portal/cases/\(answer["case"]?.string ?? "")?done=kept"
    }
}

/// What the operations on one piece of evidence have in common.
private enum EvidenceAnswers {
    static func answer(_ found: Found, _ decision: inout Decision) {
        decision.answer["id"] = .string(found.evidence.id.raw)
        decision.answer["number"] = .string(found.evidence.number)
        decision.answer["case"] = .string(found.this.number)
    }

    static func destination(_ answer: JSONObject, done: String) -> LocalPath {
        "/cases/\(answer["case"]?.string ?? "")/evidence/\(answer["number"]?.string ?? "")?done=\(done)"
    }

    static func form(
        _ id: String, for actor: Actor, in tx: borrowing Transaction
    ) throws -> (form: OperationForm, found: Found) {
        let found = try EvidenceDirectory.find(id, for: actor, in: tx)
        let name = "\(found.evidence.number), \(found.this.number)"
        var form = OperationForm(
            about: name, back: "/cases/\(found.this.number)/evidence/\(found.evidence.number)")
        form.base = found.evidence.version
        return (form, Found(this: found.this, evidence: found.evidence))
    }
}

/// A piece of evidence and its case.
struct Found: Sendable {
    var this: SupportCase
    var evidence: Evidence
    /// How often evidence of the case was shared, where that was asked.
    var shareCount = 0
    /// The investigation of the case and the pieces whose bytes are there, where that was asked.
    var investigation: (all: Investigation, standing: Set<String>)?
}

/// An operation on one piece of evidence that only its address names.
protocol EvidenceOperation: Operation where State == Found, Input: EvidenceInput {
    /// The notice afterwards.
    static var done: String { get }
    /// Puts into the form what stands there.
    static func fill(_ form: inout OperationForm, from found: Found, policy: Policy)
}

/// The input of an operation on one piece of evidence.
protocol EvidenceInput: Sendable {
    /// The piece, as its address names it.
    var id: String { get }
}

extension EvidenceOperation {
    static var place: OperationPlace { .act(in: "evidence", verb: String(name.dropFirst("evidence.".count))) }
    static var done: String { "saved" }

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Found { try standing(input.id, for: actor, in: tx) }

    /// The piece of evidence, whose bytes must be there.
    static func standing(_ id: String, for actor: Actor, in tx: borrowing Transaction) throws -> Found {
        let found = try EvidenceDirectory.find(id, for: actor, in: tx)
        guard !found.evidence.isRemoved else {
            throw Refusal(
                .conflict, "evidence_removed", "The bytes of \(found.evidence.number) were taken away.")
        }
        return Found(this: found.this, evidence: found.evidence)
    }

    static func destination(_ answer: JSONObject, for actor: Actor) -> LocalPath {
        EvidenceAnswers.destination(answer, done: done)
    }

    static func fill(_ form: inout OperationForm, from found: Found, policy: Policy) {}

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var (form, found) = try EvidenceAnswers.form(id, for: actor, in: tx)
        fill(&form, from: found, policy: policy)
        return form
    }

    /// The usual answer about a piece of evidence.
    static func answer(_ facts: [EvidenceFact], on found: Found) -> Decision {
        var decision = Decision()
        decision.record(facts, on: found.evidence.ref)
        EvidenceAnswers.answer(found, &decision)
        return decision
    }
}

/// Says what a piece of evidence is.
enum DescribeEvidence: EvidenceOperation {
    struct Input: EvidenceInput {
        var id: String
        var type: Edit<String>
        var source: Edit<String>
        var collector: Edit<String>
        var collectedAt: Edit<String>
        var coversFrom: Edit<String>
        var coversTo: Edit<String>
        var zone: Edit<String>
        var clockOffset: Edit<Int>
        var environment: Edit<String>
        var sensitivity: Edit<String>
        var retention: Edit<String>
        var customerSees: Edit<String>
    }

    static let name = "evidence.describe"
    static let summary = "Describe evidence"
    static let verb = "Save"
    static let right: Right = "evidence.describe"
    static let input = Fields(
        Input.init, EvidenceFields.id, .edit(EvidenceFields.type), .edit(EvidenceFields.source),
        .edit(EvidenceFields.collector), .edit(EvidenceFields.collectedAt),
        .edit(EvidenceFields.coversFrom), .edit(EvidenceFields.coversTo), .edit(EvidenceFields.zone),
        .edit(EvidenceFields.clockOffset), .edit(EvidenceFields.environment),
        .edit(EvidenceFields.sensitivity), .edit(EvidenceFields.retention),
        .edit(EvidenceFields.customerSees))

    static func decide(_ input: Input, on found: Found, in context: Context) throws(Refusal) -> Decision {
        let before = found.evidence.details
        var given = before
        let offset: Edit<String> =
            switch input.clockOffset {
            case .unchanged: .unchanged
            case .cleared: .cleared
            case .set(let seconds): seconds == 0 ? .cleared : .set(String(seconds))
            }
        let edits: [(EvidenceField, Edit<String>)] = [
            (.type, input.type), (.source, input.source), (.collector, input.collector),
            (.collectedAtGiven, input.collectedAt), (.coversFromGiven, input.coversFrom),
            (.coversToGiven, input.coversTo), (.zone, input.zone), (.clockOffset, offset),
            (.environment, input.environment), (.sensitivity, input.sensitivity),
            (.retention, input.retention), (.customerSees, input.customerSees),
        ]
        for (field, edit) in edits {
            switch edit {
            case .unchanged: break
            case .cleared: given[field] = nil
            case .set(let value): given[field] = field == .customerSees && value == "no" ? nil : value
            }
        }
        try refuseLifting(input.sensitivity, of: found, in: context)
        let after = try EvidenceDetails.resolved(given, policy: context.policy)
        var set: [EvidenceField: String?] = [:]
        for field in EvidenceField.allCases where before[field] != after[field] {
            set[field] = .some(after[field])
        }
        var decision = answer(set.isEmpty ? [] : [.described(set)], on: found)
        if let change = set[.customerSees], !found.evidence.isFromCustomer {
            let shown = CaseEvidenceFact.shown(found.evidence.attachment(details: after))
            decision.record(
                CaseFact.evidence(change == "yes" ? shown : .hidden(evidence: found.evidence.number)),
                on: found.this.ref)
        }
        return decision
    }

    static func undo(_ input: Input, on found: Found, in context: Context) -> Undo? {
        let before = found.evidence.details
        let edits: [(String, EvidenceField, Bool)] = [
            ("type", .type, input.type != .unchanged), ("source", .source, input.source != .unchanged),
            ("collector", .collector, input.collector != .unchanged),
            ("collected_at", .collectedAtGiven, input.collectedAt != .unchanged),
            ("covers_from", .coversFromGiven, input.coversFrom != .unchanged),
            ("covers_to", .coversToGiven, input.coversTo != .unchanged),
            ("zone", .zone, input.zone != .unchanged),
            ("clock_offset", .clockOffset, input.clockOffset != .unchanged),
            ("environment", .environment, input.environment != .unchanged),
            ("sensitivity", .sensitivity, input.sensitivity != .unchanged),
            ("retention", .retention, input.retention != .unchanged),
        ]
        var fields: [String: RawValue] = ["id": .text(input.id)]
        for (name, field, isEdited) in edits where isEdited { fields[name] = .optional(before[field]) }
        if input.customerSees != .unchanged { fields["customer_sees"] = .text(before[.customerSees] ?? "no") }
        return Undo(name, fields)
    }

    /// Only who may read restricted evidence may say that it is not restricted, or show it to the customer.
    private static func refuseLifting(
        _ sensitivity: Edit<String>, of found: Found, in context: Context
    ) throws(Refusal) {
        guard found.evidence.isReadable(by: context.actor, policy: context.policy) else {
            throw Refusal(
                .denied, "restricted",
                "\(found.evidence.number) is restricted. Ask somebody who may read it to describe it.")
        }
    }

    static func fill(_ form: inout OperationForm, from found: Found, policy: Policy) {
        let details = found.evidence.details
        let fields: [(String, EvidenceField)] = [
            ("type", .type), ("source", .source), ("collector", .collector),
            ("collected_at", .collectedAtGiven), ("covers_from", .coversFromGiven),
            ("covers_to", .coversToGiven), ("zone", .zone), ("clock_offset", .clockOffset),
            ("environment", .environment), ("sensitivity", .sensitivity), ("retention", .retention),
        ]
        for (name, field) in fields { form.values[name] = .text(details[field] ?? "") }
        form.values["type"] = .text(policy.evidence.type(of: found.evidence))
        form.values["sensitivity"] = .text(policy.evidence.sensitivity(of: found.evidence).id)
        form.values["retention"] = .text(policy.evidence.retention(of: found.evidence)?.id ?? "")
        form.values["customer_sees"] = .text(found.evidence.isPublic ? "yes" : "no")
    }
}

/// Takes the bytes away for good; what is left says that there was something, and why it is gone.
enum RemoveEvidence: EvidenceOperation {
    struct Input: EvidenceInput {
        var id: String
        var reason: String
    }

    static let name = "evidence.remove"
    static let summary = "Take the bytes away for good"
    static let verb = "Take away"
    static let right: Right = "evidence.remove"
    static let input = Fields(
        Input.init, EvidenceFields.id,
        .line("reason", "Reason", maxBytes: 500)
            .help(
                "Stays in the history. The file is gone at once for everybody, and from the disk within two hours."
            ))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Found {
        let found = try weighed(try standing(input.id, for: actor, in: tx), in: tx)
        try HoldDirectory.refuseTakingAway(from: found.this, in: tx)
        return found
    }

    private static func weighed(_ found: Found, in tx: borrowing Transaction) throws -> Found {
        var found = found
        found.investigation = (
            try InvestigationDirectory.investigation(of: found.this.id, in: tx),
            Set(try EvidenceDirectory.state(of: found.this.id, in: tx).present.keys)
        )
        return found
    }

    static func decide(_ input: Input, on found: Found, in context: Context) throws(Refusal) -> Decision {
        let number = found.evidence.number
        var decision = answer([.removed(reason: input.reason)], on: found)
        decision.record(
            CaseFact.evidence(.removed(evidence: number, reason: input.reason)), on: found.this.ref)
        let lost = found.investigation.map {
            $0.all.losing(number, standing: $0.standing, reason: input.reason)
        }
        for fact in lost ?? [] { decision.record(CaseFact.investigation(fact), on: found.this.ref) }
        if found.evidence.isPublic {
            decision.record(CaseFact.evidence(.hidden(evidence: number)), on: found.this.ref)
        }
        return decision
    }

    static func form(
        _ id: String, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> OperationForm {
        var (form, found) = try EvidenceAnswers.form(id, for: actor, in: tx)
        found = try weighed(found, in: tx)
        let number = found.evidence.number
        for one in found.investigation.map({ $0.all.restingAlone(on: number, standing: $0.standing) }) ?? [] {
            form.advice.append(
                "\(number) alone confirms \(one.id). Once it is gone, the cause is suspected again everywhere."
            )
        }
        return form
    }
}

/// Says why one reads restricted evidence; it is open to them for an hour then.
enum OpenEvidence: EvidenceOperation {
    struct Input: EvidenceInput {
        var id: String
        var reason: String
    }

    static let name = "evidence.open"
    static let summary = "Open what is sealed"
    static let verb = "Open"
    static let right: Right = Evidence.restrictedRight
    static let done = "open"
    static let input = Fields(
        Input.init, EvidenceFields.id,
        .line("reason", "Why do you need it?", maxBytes: 500)
            .help(
                "Stands on record with your name and the time. Restricted evidence, and the original of a text, are open to you for an hour."
            ))

    static func decide(_ input: Input, on found: Found, in context: Context) throws(Refusal) -> Decision {
        answer([.read(way: "open", reason: input.reason, share: nil, visitor: nil)], on: found)
    }
}

/// Makes a link by which somebody without an account reads one piece of evidence.
enum ShareEvidence: EvidenceOperation {
    struct Input: EvidenceInput {
        var id: String
        var purpose: String
        var days: Int?
        var limit: Int?
        var hasPasscode: Bool
    }

    static let name = "evidence.share"
    static let summary = "Share by link"
    static let verb = "Make the link"
    static let right: Right = "evidence.share"
    static let done = "shared"
    static let input = Fields(
        Input.init, EvidenceFields.id,
        .line("purpose", "For whom, and why?", maxBytes: 300)
            .help(
                "For example: Ravi at the acquirer, to compare signatures. They read it on the link’s page."),
        .optional(.integer("days", "Days that it works", 1...365))
            .help("Empty means what policy says. You can end it at any time."),
        .optional(.integer("limit", "At most so many downloads", 1...1000)).help("Empty means any number."),
        .flag("passcode", "Ask for a passcode"))

    static func load(
        _ input: Input, for actor: Actor, policy: Policy, in tx: borrowing Transaction
    ) throws -> Found {
        let found = try EvidenceDirectory.find(input.id, for: actor, in: tx)
        guard !found.evidence.isRemoved else { throw Refusal.notFound("piece of evidence") }
        let shares = try EvidenceDirectory.state(of: found.this.id, in: tx).shares
        return Found(this: found.this, evidence: found.evidence, shareCount: shares.count)
    }

    static func decide(_ input: Input, on found: Found, in context: Context) throws(Refusal) -> Decision {
        let policy = context.policy
        guard found.evidence.isReadable(by: context.actor, policy: policy) else {
            throw Refusal(
                .denied, "restricted", "\(found.evidence.number) is restricted, so you cannot share it.")
        }
        if found.evidence.isRestricted(by: policy), !input.hasPasscode {
            throw Refusal(
                field: "passcode", "passcode_needed", "Restricted evidence is only shared with a passcode.")
        }
        let days = input.days ?? policy.evidence.shareDays
        let sharing = CaseEvidenceFact.Sharing(
            share: "S\(found.shareCount + 1)", evidence: found.evidence.number,
            purpose: input.purpose, until: context.now.adding(seconds: Int64(days) * 86_400),
            limit: input.limit, hasPasscode: input.hasPasscode)
        var decision = Decision()
        decision.record(CaseFact.evidence(.shared(sharing)), on: found.this.ref)
        EvidenceAnswers.answer(found, &decision)
        decision.answer["share"] = .string(sharing.share)
        return decision
    }

    static func fill(_ form: inout OperationForm, from found: Found, policy: Policy) {
        form.base = nil
        form.values["days"] = .integer(Int64(policy.evidence.shareDays))
        if found.evidence.isRestricted(by: policy) { form.values["passcode"] = .text("true") }
    }
}
