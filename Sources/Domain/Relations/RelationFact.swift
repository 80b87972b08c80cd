package import Diagnosis

/// What a case has to do with others: links, merges, splits, and who may know of it.
package enum RelationFact: CaseFactFamily {
    /// Another case as a fact names it.
    package struct Other: Hashable, Sendable {
        /// Its identifier.
        package var id: String
        /// Its number.
        package var number: String

        /// A case by both its names.
        package init(id: String, number: String) { (self.id, self.number) = (id, number) }
        /// The names of a case.
        package init(_ found: SupportCase) { self.init(id: found.id.raw, number: found.number) }
    }

    /// The case was linked to another record.
    case linked(Relation, LinkTarget)
    /// A link was taken away.
    case unlinked(Relation, LinkTarget, reason: String?)
    /// From now on the case's number leads to another case.
    case mergedInto(Other, reason: String)
    /// Another case's number leads here.
    case absorbed(Other, reason: String)
    /// The case stands for itself again.
    case unmerged(from: Other, reason: String)
    /// A case that was merged into this one stands for itself again.
    case released(Other, reason: String)
    /// The case began as entries of another one; `entries` are their versions there.
    case splitFrom(Other, entries: [Int], reason: String)
    /// Entries of the case began another one.
    case splitOff(Other, entries: [Int], reason: String)
    /// The split between the case and another one does not count any more.
    case splitUndone(Other, reason: String)
    /// Only some may know of the case.
    case restricted(Restriction, reason: String)
    /// Everybody with the right to see cases may know of it again.
    case unrestricted(reason: String)

    package static let kinds = [
        "case.linked", "case.unlinked", "case.merged_into", "case.absorbed", "case.unmerged", "case.released",
        "case.split_from", "case.split_off", "case.split_undone", "case.restricted", "case.unrestricted",
    ]
    package static let erasableFields: Set<String> = ["reason", "title"]

    package var kind: String {
        switch self {
        case .linked: "case.linked"
        case .unlinked: "case.unlinked"
        case .mergedInto: "case.merged_into"
        case .absorbed: "case.absorbed"
        case .unmerged: "case.unmerged"
        case .released: "case.released"
        case .splitFrom: "case.split_from"
        case .splitOff: "case.split_off"
        case .splitUndone: "case.split_undone"
        case .restricted: "case.restricted"
        case .unrestricted: "case.unrestricted"
        }
    }

    package var body: JSON {
        switch self {
        case .linked(let relation, let target): Self.link(relation, target, reason: nil)
        case .unlinked(let relation, let target, let reason): Self.link(relation, target, reason: reason)
        case .mergedInto(let other, let reason), .absorbed(let other, let reason),
            .unmerged(let other, let reason), .released(let other, let reason),
            .splitUndone(let other, let reason):
            Self.about(other, entries: nil, reason)
        case .splitFrom(let other, let entries, let reason), .splitOff(let other, let entries, let reason):
            Self.about(other, entries: entries, reason)
        case .restricted(let restriction, let reason):
            .fields([
                "level": .string(restriction.level),
                "readers": .array(restriction.readers.map(JSON.string)),
                "roles": .array(restriction.roles.map(JSON.string)),
                "security_owner": restriction.securityOwner.map(JSON.string), "reason": .string(reason),
            ])
        case .unrestricted(let reason): ["reason": .string(reason)]
        }
    }

    private static func link(_ relation: Relation, _ target: LinkTarget, reason: String?) -> JSON {
        .fields([
            "relation": .string(relation.rawValue), "record": .string(target.kind.rawValue),
            "key": .string(target.key),
            "number": target.kind == .supportCase ? .string(target.name) : nil,
            "url": target.url.map(JSON.string),
            "title": target.title.map(JSON.string), "reason": reason.map(JSON.string),
        ])
    }

    private static func about(_ other: Other, entries: [Int]?, _ reason: String) -> JSON {
        .fields([
            "case": .string(other.id), "number": .string(other.number),
            "entries": entries.map { .array($0.map { .integer(Int64($0)) }) }, "reason": .string(reason),
        ])
    }

    package var edits: Set<Aspect> {
        switch self {
        case .mergedInto, .unmerged: ["merged_into"]
        case .restricted, .unrestricted: ["confidentiality"]
        default: []
        }
    }

    package var people: [String] {
        if case .restricted(let restriction, _) = self {
            return restriction.readers + [restriction.securityOwner].compactMap { $0 }
        }
        return []
    }

    /// The identifier of another case that the fact names; nil where it names none.
    ///
    /// Whoever may not know of that case must not see the fact.
    package var otherCase: String? {
        switch self {
        case .linked(_, let target), .unlinked(_, let target, _):
            target.kind == .supportCase ? target.key : nil
        case .mergedInto(let other, _), .absorbed(let other, _), .unmerged(let other, _),
            .released(let other, _), .splitFrom(let other, _, _), .splitOff(let other, _, _),
            .splitUndone(let other, _):
            other.id
        case .restricted, .unrestricted: nil
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.linked": self = .linked(try Self.relation(body), try Self.target(body))
        case "case.unlinked":
            self = .unlinked(
                try Self.relation(body), try Self.target(body), reason: body.optionalText("reason"))
        case "case.merged_into": self = .mergedInto(try Other(body), reason: try body.text("reason"))
        case "case.absorbed": self = .absorbed(try Other(body), reason: try body.text("reason"))
        case "case.unmerged": self = .unmerged(from: try Other(body), reason: try body.text("reason"))
        case "case.released": self = .released(try Other(body), reason: try body.text("reason"))
        case "case.split_from":
            self = .splitFrom(
                try Other(body), entries: Self.entries(body), reason: try body.text("reason"))
        case "case.split_off":
            self = .splitOff(
                try Other(body), entries: Self.entries(body), reason: try body.text("reason"))
        case "case.split_undone": self = .splitUndone(try Other(body), reason: try body.text("reason"))
        case "case.restricted":
            self = .restricted(
                Restriction(
                    level: try body.text("level"), readers: body.texts("readers"), roles: body.texts("roles"),
                    securityOwner: body.optionalText("security_owner")), reason: try body.text("reason"))
        case "case.unrestricted": self = .unrestricted(reason: try body.text("reason"))
        default: throw FactProblem("“\(kind)” is not a kind of RelationFact")
        }
    }

    private static func relation(_ body: FactBody) throws -> Relation {
        guard let relation = Relation(rawValue: try body.text("relation")) else {
            throw FactProblem("“\(try body.text("relation"))” is not a relation")
        }
        return relation
    }

    private static func target(_ body: FactBody) throws -> LinkTarget {
        guard let kind = RecordKind(rawValue: try body.text("record")) else {
            throw FactProblem("“\(try body.text("record"))” is not a kind of record")
        }
        let key = try body.text("key")
        return LinkTarget(
            kind: kind, key: key, name: kind == .supportCase ? try body.text("number") : key,
            url: body.optionalText("url"),
            title: body.optionalText("title"))
    }

    private static func entries(_ body: FactBody) -> [Int] {
        (body.members["entries"]?.array ?? []).compactMap { $0.integer.map { Int($0) } }
    }
}

extension RelationFact.Other {
    fileprivate init(_ body: FactBody) throws {
        self.init(id: try body.text("case"), number: try body.text("number"))
    }
}
