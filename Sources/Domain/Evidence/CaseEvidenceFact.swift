package import Diagnosis

/// What happens to the evidence of a case: what was asked for, given, shared and taken away.
package enum CaseEvidenceFact: CaseFactFamily {
    /// What the case knows of a piece of evidence.
    package struct Attachment: Equatable, Sendable {
        /// Its number: "E1".
        package var evidence: String
        /// The file's name; nil where the name is not for everybody.
        package var name: String?
        /// The kind, as policy names it.
        package var type: String
        /// The number of bytes.
        package var size: Int64
        /// The item of a request that it answers: "R1.2".
        package var item: String?

        /// An attachment with all parts.
        package init(evidence: String, name: String?, type: String, size: Int64, item: String? = nil) {
            (self.evidence, self.name, self.type) = (evidence, name, type)
            (self.size, self.item) = (size, item)
        }
    }

    /// What the customer is asked for.
    package struct Asking: Equatable, Sendable {
        /// Its number: "R1".
        package var request: String
        /// Why it is needed, for the customer.
        package var reason: String
        /// What is needed, each with how to get it; the first is item 1.
        package var items: [String]
        /// A script that collects it.
        package var script: String?
        /// When its link ends.
        package var until: Timestamp
        /// The template of policy that it came from.
        package var template: String?

        /// A request with all parts.
        package init(
            request: String, reason: String, items: [String], script: String?, until: Timestamp,
            template: String? = nil
        ) {
            (self.request, self.reason, self.items) = (request, reason, items)
            (self.script, self.until, self.template) = (script, until, template)
        }
    }

    /// A link by which somebody without an account reads one piece of evidence.
    package struct Sharing: Equatable, Sendable {
        /// Its number: "S1".
        package var share: String
        /// The piece of evidence: "E1".
        package var evidence: String
        /// For whom and why.
        package var purpose: String
        /// When it ends.
        package var until: Timestamp
        /// How often it can be used; nil for any number.
        package var limit: Int?
        /// Whether a passcode is asked for.
        package var hasPasscode: Bool

        /// A share with all parts.
        package init(
            share: String, evidence: String, purpose: String, until: Timestamp, limit: Int?,
            hasPasscode: Bool
        ) {
            (self.share, self.evidence, self.purpose) = (share, evidence, purpose)
            (self.until, self.limit, self.hasPasscode) = (until, limit, hasPasscode)
        }
    }

    /// How an item of a request ended without a file.
    package enum Settlement: String, Sendable, CaseIterable {
        /// It came another way.
        case received
        /// It cannot be had.
        case impossible
        /// It is needed again.
        case open
    }

    /// Staff attached a piece of evidence.
    case attached(Attachment)
    /// The customer gave a piece of evidence.
    case given(Attachment)
    /// The bytes of a piece of evidence were taken away for good.
    case removed(evidence: String, reason: String)
    /// A piece of evidence that staff attached is shown to the customer from now on.
    case shown(Attachment)
    /// A piece of evidence is no longer shown to the customer.
    case hidden(evidence: String)
    /// The customer was asked for evidence.
    case requested(Asking)
    /// The customer was reminded.
    case reminded(request: String)
    /// What is missing is no longer needed.
    case withdrawn(request: String, reason: String)
    /// An item was settled by hand.
    case settled(item: String, as: Settlement, note: String?)
    /// A kind of evidence that is expected cannot be had, and why; nil takes that back.
    case expectation(type: String, impossible: String?)
    /// A piece of evidence was shared outwards.
    case shared(Sharing)
    /// A share ended before its time.
    case unshared(share: String, reason: String?)

    package static let kinds = [
        "case.evidence_attached", "case.evidence_given", "case.evidence_removed", "case.evidence_requested",
        "case.evidence_reminded", "case.evidence_withdrawn", "case.evidence_settled",
        "case.evidence_expectation", "case.evidence_shared", "case.evidence_unshared",
        "case.evidence_shown", "case.evidence_hidden",
    ]
    package static let publicKinds = [
        "case.evidence_given", "case.evidence_requested", "case.evidence_reminded", "case.evidence_withdrawn",
        "case.evidence_settled", "case.evidence_shown", "case.evidence_hidden",
    ]
    package static let erasableFields: Set<String> = [
        "name", "reason", "items", "script", "note", "impossible", "purpose",
    ]

    package var kind: String {
        switch self {
        case .attached: "case.evidence_attached"
        case .given: "case.evidence_given"
        case .removed: "case.evidence_removed"
        case .requested: "case.evidence_requested"
        case .reminded: "case.evidence_reminded"
        case .withdrawn: "case.evidence_withdrawn"
        case .settled: "case.evidence_settled"
        case .expectation: "case.evidence_expectation"
        case .shared: "case.evidence_shared"
        case .unshared: "case.evidence_unshared"
        case .shown: "case.evidence_shown"
        case .hidden: "case.evidence_hidden"
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .settled(let item, _, _): [Aspect("evidence_item.\(item)")]
        case .expectation(let type, _): [Aspect("evidence_expected.\(type)")]
        case .withdrawn(let request, _): [Aspect("evidence_request.\(request)")]
        default: []
        }
    }

    package var body: JSON {
        switch self {
        case .attached(let attachment), .given(let attachment), .shown(let attachment): attachment.body
        case .hidden(let evidence): ["evidence": .string(evidence)]
        case .removed(let evidence, let reason):
            ["evidence": .string(evidence), "reason": .string(reason)]
        case .requested(let asking): asking.body
        case .reminded(let request): ["request": .string(request)]
        case .withdrawn(let request, let reason): ["request": .string(request), "reason": .string(reason)]
        case .settled(let item, let settlement, let note):
            .fields([
                "item": .string(item), "as": .string(settlement.rawValue), "note": note.map(JSON.string),
            ])
        case .expectation(let type, let impossible):
            .fields(["type": .string(type), "impossible": impossible.map(JSON.string)])
        case .shared(let sharing): sharing.body
        case .unshared(let share, let reason):
            .fields(["share": .string(share), "reason": reason.map(JSON.string)])
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.evidence_attached": self = .attached(try Attachment(body))
        case "case.evidence_given": self = .given(try Attachment(body))
        case "case.evidence_shown": self = .shown(try Attachment(body))
        case "case.evidence_hidden": self = .hidden(evidence: try body.text("evidence"))
        case "case.evidence_removed":
            self = .removed(evidence: try body.text("evidence"), reason: try body.text("reason"))
        case "case.evidence_requested": self = .requested(try Asking(body))
        case "case.evidence_reminded": self = .reminded(request: try body.text("request"))
        case "case.evidence_withdrawn":
            self = .withdrawn(request: try body.text("request"), reason: try body.text("reason"))
        case "case.evidence_settled":
            guard let settlement = Settlement(rawValue: try body.text("as")) else {
                throw FactProblem("an item is settled as received, impossible or open")
            }
            self = .settled(item: try body.text("item"), as: settlement, note: body.optionalText("note"))
        case "case.evidence_expectation":
            self = .expectation(type: try body.text("type"), impossible: body.optionalText("impossible"))
        case "case.evidence_shared": self = .shared(try Sharing(body))
        case "case.evidence_unshared":
            self = .unshared(share: try body.text("share"), reason: body.optionalText("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of CaseEvidenceFact")
        }
    }
}

extension CaseEvidenceFact.Attachment {
    fileprivate var body: JSON {
        .fields([
            "evidence": .string(evidence), "name": name.map(JSON.string), "type": .string(type),
            "size": .integer(size), "item": item.map(JSON.string),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            evidence: try body.text("evidence"), name: body.optionalText("name"),
            type: try body.text("type"), size: body.members["size"]?.integer ?? 0,
            item: body.optionalText("item"))
    }
}

extension CaseEvidenceFact.Asking {
    fileprivate var body: JSON {
        .fields([
            "request": .string(request), "reason": .string(reason),
            "items": .array(items.map(JSON.string)), "script": script.map(JSON.string), "until": until.json,
            "template": template.map(JSON.string),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        guard let until = body.time("until") else { throw FactProblem("the body has no time “until”") }
        self.init(
            request: try body.text("request"), reason: try body.text("reason"), items: body.texts("items"),
            script: body.optionalText("script"), until: until, template: body.optionalText("template"))
    }
}

extension CaseEvidenceFact.Sharing {
    fileprivate var body: JSON {
        .fields([
            "share": .string(share), "evidence": .string(evidence), "purpose": .string(purpose),
            "until": until.json, "limit": limit.map { .integer(Int64($0)) }, "passcode": .bool(hasPasscode),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        guard let until = body.time("until") else { throw FactProblem("the body has no time “until”") }
        self.init(
            share: try body.text("share"), evidence: try body.text("evidence"),
            purpose: try body.text("purpose"), until: until, limit: body.integer("limit"),
            hasPasscode: body.bool("passcode") ?? false)
    }
}
