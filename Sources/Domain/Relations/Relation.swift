/// How one record stands to another; each relation has an inverse, which the other record shows.
package enum Relation: String, Sendable, CaseIterable {
    /// The same problem was reported before.
    case duplicateOf = "duplicate_of"
    /// The same problem was reported again.
    case hasDuplicate = "has_duplicate"
    /// The two have to do with each other; its own inverse.
    case related
    /// A part of a larger one.
    case childOf = "child_of"
    /// Made of smaller ones.
    case parentOf = "parent_of"
    /// The other is the cause.
    case causedBy = "caused_by"
    /// The other is an effect.
    case causes
    /// Cannot go on before the other does.
    case blockedBy = "blocked_by"
    /// Holds the other up.
    case blocks
    /// Continues a case that could not be reopened any more.
    case followUpOf = "follow_up_of"
    /// Is continued by a later case.
    case hasFollowUp = "has_follow_up"
    /// Began as some entries of another case.
    case splitFrom = "split_from"
    /// Some of its entries began another case.
    case splitInto = "split_into"
    /// Belongs to an incident, a release ...
    case partOf = "part_of"
    /// Holds cases.
    case includes
    /// Somebody else follows it up there: a problem, a defect, a vendor's ticket.
    case trackedBy = "tracked_by"
    /// Follows cases up.
    case tracks
    /// A change or release ends it.
    case fixedBy = "fixed_by"
    /// Ends cases.
    case fixes
    /// An article tells of it.
    case describedBy = "described_by"
    /// Tells of cases.
    case describes

    /// What the other record shows.
    package var inverse: Relation {
        switch self {
        case .duplicateOf: .hasDuplicate
        case .hasDuplicate: .duplicateOf
        case .related: .related
        case .childOf: .parentOf
        case .parentOf: .childOf
        case .causedBy: .causes
        case .causes: .causedBy
        case .blockedBy: .blocks
        case .blocks: .blockedBy
        case .followUpOf: .hasFollowUp
        case .hasFollowUp: .followUpOf
        case .splitFrom: .splitInto
        case .splitInto: .splitFrom
        case .partOf: .includes
        case .includes: .partOf
        case .trackedBy: .tracks
        case .tracks: .trackedBy
        case .fixedBy: .fixes
        case .fixes: .fixedBy
        case .describedBy: .describes
        case .describes: .describedBy
        }
    }

    /// What stands before the other record: "Duplicate of".
    package var label: String {
        switch self {
        case .duplicateOf: "Duplicate of"
        case .hasDuplicate: "Has the duplicate"
        case .related: "Related to"
        case .childOf: "Child of"
        case .parentOf: "Parent of"
        case .causedBy: "Caused by"
        case .causes: "Causes"
        case .blockedBy: "Blocked by"
        case .blocks: "Blocks"
        case .followUpOf: "Follow-up of"
        case .hasFollowUp: "Continued in"
        case .splitFrom: "Split off from"
        case .splitInto: "Split into"
        case .partOf: "Part of"
        case .includes: "Includes"
        case .trackedBy: "Tracked by"
        case .tracks: "Tracks"
        case .fixedBy: "Fixed by"
        case .fixes: "Fixes"
        case .describedBy: "Described by"
        case .describes: "Describes"
        }
    }

    /// The relations between two cases that people make and take away themselves.
    package static let betweenCases: [Relation] = [
        .duplicateOf, .hasDuplicate, .related, .childOf, .parentOf, .causedBy, .causes, .blockedBy, .blocks,
    ]

    /// The relations of a case to a record elsewhere.
    package static let toRecords: [Relation] = [
        .related, .partOf, .causedBy, .trackedBy, .fixedBy, .describedBy, .blockedBy,
    ]

    /// Whether a chain of it may not come back to where it began.
    package var isOneWay: Bool { inverse != self }

    /// Whether people make it themselves; the others are made by what was done.
    package var isMadeByHand: Bool {
        switch self {
        case .followUpOf, .hasFollowUp, .splitFrom, .splitInto: false
        default: true
        }
    }
}

/// The kinds of record that a case can be linked to.
package enum RecordKind: String, Sendable, CaseIterable {
    /// Another case.
    case supportCase = "case"
    /// An incident.
    case incident
    /// A problem: the unknown cause of several cases.
    case problem
    /// A defect in a tracker.
    case defect
    /// A change to a running system.
    case change
    /// A release.
    case release
    /// An article of a knowledge base.
    case article
    /// The ticket of a vendor.
    case vendorTicket = "vendor_ticket"

    /// The name on pages.
    package var label: String {
        switch self {
        case .supportCase: "Case"
        case .incident: "Incident"
        case .problem: "Problem"
        case .defect: "Defect"
        case .change: "Change"
        case .release: "Release"
        case .article: "Article"
        case .vendorTicket: "Vendor ticket"
        }
    }

    /// The relation that is meant where nobody says which.
    package var usualRelation: Relation {
        switch self {
        case .supportCase, .change: .related
        case .incident: .partOf
        case .problem, .vendorTicket, .defect: .trackedBy
        case .release: .fixedBy
        case .article: .describedBy
        }
    }

    /// The kinds that live outside.
    package static let outside = allCases.filter { $0 != .supportCase }
}

/// The other end of a link.
package struct LinkTarget: Hashable, Sendable {
    /// What kind of record it is.
    package var kind: RecordKind
    /// What it is found by: a case's identifier, or the key of a record elsewhere: "ENG-812".
    package var key: String
    /// What people call it: a case's number, or the key.
    package var name: String
    /// Where it can be opened, for records elsewhere.
    package var url: String?
    /// What it is about, for records elsewhere.
    package var title: String?

    /// A record with all parts.
    package init(kind: RecordKind, key: String, name: String, url: String? = nil, title: String? = nil) {
        (self.kind, self.key, self.name, self.url, self.title) = (kind, key, name, url, title)
    }

    /// A case.
    package init(_ found: SupportCase) {
        self.init(kind: .supportCase, key: found.id.raw, name: found.number)
    }

    /// Whether the other names the same record, however its key is spelled.
    package func isSame(as other: LinkTarget) -> Bool {
        kind == other.kind && key.lowercased() == other.key.lowercased()
    }

    /// Checks an address of a record elsewhere: a web address without a name or password in it.
    package static func checkedURL(_ text: String) throws(Refusal) -> String {
        let lower = text.lowercased()
        let rest =
            lower.hasPrefix("https://")
            ? text.dropFirst(8) : lower.hasPrefix("http://") ? text.dropFirst(7) : ""
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let isPlain = !text.contains { $0.isWhitespace || $0 == "<" || $0 == ">" || $0 == "\"" || $0 == "\\" }
        guard !host.isEmpty, !host.contains("@"), isPlain else {
            throw Refusal(
                field: "url", "bad_url",
                "The address must begin with https:// or http://, name a host and hold no name or password.")
        }
        return text
    }
}
