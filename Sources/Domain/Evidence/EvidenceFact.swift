package import Diagnosis

/// What is known of a piece of evidence beside its bytes; each is an aspect of its own.
package enum EvidenceField: String, Sendable, CaseIterable {
    /// The kind, as policy names it.
    case type
    /// The system or person it comes from.
    case source
    /// Who collected it.
    case collector
    /// When it was collected.
    case collectedAt = "collected_at"
    /// The same as it was given.
    case collectedAtGiven = "collected_at_given"
    /// The beginning of the time that it covers, in UTC and with its clock put right.
    case coversFrom = "covers_from"
    /// The end of the time that it covers, in UTC and with its clock put right.
    case coversTo = "covers_to"
    /// The beginning as it stands in the evidence.
    case coversFromGiven = "covers_from_given"
    /// The end as it stands in the evidence.
    case coversToGiven = "covers_to_given"
    /// The zone of the times in the evidence.
    case zone
    /// How many seconds the clock of its source was ahead.
    case clockOffset = "clock_offset"
    /// Where it was collected, as policy names it.
    case environment
    /// How sensitive it is, as policy names it.
    case sensitivity
    /// "yes" where reading it took a right of its own when its sensitivity was set.
    case restricted
    /// How long it is kept, as policy names it.
    case retention
    /// "yes" where the customer sees it.
    case customerSees = "customer_sees"

    /// What it is called on pages.
    package var label: String {
        switch self {
        case .type: "Kind"
        case .source: "Source"
        case .collector: "Collected by"
        case .collectedAt, .collectedAtGiven: "Collected"
        case .coversFrom, .coversFromGiven: "Covers from"
        case .coversTo, .coversToGiven: "Covers to"
        case .zone: "Zone of its times"
        case .clockOffset: "Clock ahead by"
        case .environment: "Environment"
        case .sensitivity: "Sensitivity"
        case .restricted: "Restricted"
        case .retention: "Kept"
        case .customerSees: "Customer sees it"
        }
    }
}

/// What happens to a piece of evidence.
package enum EvidenceFact: Fact {
    /// How a piece of evidence begins.
    package struct Adding: Equatable, Sendable {
        /// The case.
        package var caseID: String
        /// The customer of the case at that time.
        package var organisation: String?
        /// Its number in the case: 1 for E1.
        package var number: Int
        /// The file's name, made safe.
        package var name: String
        /// The name as it was sent, where it had to be made safe.
        package var givenName: String?
        /// SHA-256 of the bytes, in hexadecimal.
        package var hash: String
        /// The number of bytes.
        package var size: Int64
        /// What the bytes are, by their look.
        package var mediaType: String
        /// Whether the customer gave it.
        package var isFromCustomer: Bool
        /// The item of a request that it answers: "R1.2".
        package var item: String?
        /// What was said of it.
        package var details: [EvidenceField: String]

        /// A piece of evidence with all parts.
        package init(
            caseID: String, organisation: String?, number: Int, name: String, givenName: String?,
            hash: String, size: Int64, mediaType: String, isFromCustomer: Bool, item: String?,
            details: [EvidenceField: String]
        ) {
            (self.caseID, self.organisation, self.number) = (caseID, organisation, number)
            (self.name, self.givenName, self.hash, self.size) = (name, givenName, hash, size)
            (self.mediaType, self.isFromCustomer, self.item) = (mediaType, isFromCustomer, item)
            self.details = details
        }
    }

    /// It is in the case from now on.
    case added(Adding)
    /// What is known of it changed; nil takes a value away.
    case described([EvidenceField: String?])
    /// Its bytes are taken away for good.
    case removed(reason: String)
    /// Somebody read its bytes; `visitor` says who, where it was nobody with an account.
    case read(way: String, reason: String?, share: String?, visitor: String?)

    package static let erasableFields: Set<String> = [
        "name", "given_name", "details", "set", "reason", "visitor",
    ]

    package var kind: String {
        switch self {
        case .added: "evidence.added"
        case .described: "evidence.described"
        case .removed: "evidence.removed"
        case .read: "evidence.read"
        }
    }

    package var edits: Set<Aspect> {
        guard case .described(let set) = self else { return [] }
        return Set(set.keys.map { Aspect($0.rawValue) })
    }

    package var body: JSON {
        switch self {
        case .added(let adding): adding.body
        case .described(let set): ["set": Self.object(set)]
        case .removed(let reason): ["reason": .string(reason)]
        case .read(let way, let reason, let share, let visitor):
            .fields([
                "way": .string(way), "reason": reason.map(JSON.string), "share": share.map(JSON.string),
                "visitor": visitor.map(JSON.string),
            ])
        }
    }

    private static func object(_ set: [EvidenceField: String?]) -> JSON {
        var object = JSONObject()
        for field in EvidenceField.allCases {
            guard let value = set[field] else { continue }
            object[field.rawValue] = value.map(JSON.string) ?? .null
        }
        return .object(object)
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "evidence.added": self = .added(try Adding(body))
        case "evidence.described":
            var set: [EvidenceField: String?] = [:]
            for (key, value) in body.members["set"]?.object?.members ?? [] {
                guard let field = EvidenceField(rawValue: key) else {
                    throw FactProblem("“\(key)” is no field of evidence")
                }
                set[field] = .some(value.string)
            }
            self = .described(set)
        case "evidence.removed": self = .removed(reason: try body.text("reason"))
        case "evidence.read":
            self = .read(
                way: try body.text("way"), reason: body.optionalText("reason"),
                share: body.optionalText("share"), visitor: body.optionalText("visitor"))
        default: throw FactProblem("“\(kind)” is not a kind of evidence fact")
        }
    }
}

extension EvidenceFact.Adding {
    fileprivate var body: JSON {
        var details = JSONObject()
        for field in EvidenceField.allCases {
            if let value = self.details[field] { details[field.rawValue] = .string(value) }
        }
        return .fields([
            "case": .string(caseID), "organisation": organisation.map(JSON.string),
            "number": .integer(Int64(number)), "name": .string(name),
            "given_name": givenName.map(JSON.string), "hash": .string(hash), "size": .integer(size),
            "media_type": .string(mediaType), "from_customer": .bool(isFromCustomer),
            "item": item.map(JSON.string), "details": .object(details),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        guard let number = body.integer("number"), let size = body.members["size"]?.integer else {
            throw FactProblem("the body has no number or size")
        }
        var details: [EvidenceField: String] = [:]
        for (key, value) in body.textPairs("details") {
            guard let field = EvidenceField(rawValue: key) else {
                throw FactProblem("“\(key)” is no field of evidence")
            }
            details[field] = value
        }
        self.init(
            caseID: try body.text("case"), organisation: body.optionalText("organisation"), number: number,
            name: try body.text("name"), givenName: body.optionalText("given_name"),
            hash: try body.text("hash"), size: size, mediaType: try body.text("media_type"),
            isFromCustomer: body.bool("from_customer") ?? false, item: body.optionalText("item"),
            details: details)
    }
}
