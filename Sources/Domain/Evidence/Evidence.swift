/// A piece of evidence of a case: bytes that never change, and what is known of them.
package struct Evidence: Subject, Equatable {
    package static let kind = "evidence"

    /// Its identifier.
    package var id: ID<Evidence>
    /// Its latest fact.
    package var version: Version
    /// The case.
    package var caseID: ID<SupportCase>
    /// The customer of the case when it was added.
    package var organisation: ID<Organisation>?
    /// Its number in the case: 1 for E1.
    package var ordinal: Int
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
    /// What is known of it.
    package var details: [EvidenceField: String]
    /// When it was added.
    package var addedAt: Timestamp
    /// Who added it.
    package var addedBy: String
    /// Why its bytes were taken away; nil while they are there.
    package var removedReason: String?

    /// A piece of evidence with all parts.
    package init(
        id: ID<Evidence>, version: Version, adding: EvidenceFact.Adding, addedAt: Timestamp,
        addedBy: String, removedReason: String? = nil
    ) {
        (self.id, self.version, self.ordinal) = (id, version, adding.number)
        (caseID, organisation) = (ID(adding.caseID), adding.organisation.map { ID($0) })
        (name, givenName, hash, size) = (adding.name, adding.givenName, adding.hash, adding.size)
        (mediaType, isFromCustomer, item) = (adding.mediaType, adding.isFromCustomer, adding.item)
        (details, self.addedAt, self.addedBy) = (adding.details, addedAt, addedBy)
        self.removedReason = removedReason
    }

    /// What people say: "E1".
    package var number: String { "E\(ordinal)" }

    /// How facts refer to it.
    package var ref: SubjectRef { Self.ref(id) }

    /// How facts refer to the piece of evidence with this identifier.
    package static func ref(_ id: ID<Evidence>) -> SubjectRef { SubjectRef(kind: kind, id: id.raw) }

    package init(first fact: Recorded<EvidenceFact>) {
        let empty = EvidenceFact.Adding(
            caseID: "", organisation: nil, number: 0, name: "", givenName: nil, hash: "", size: 0,
            mediaType: "", isFromCustomer: false, item: nil, details: [:])
        let adding: EvidenceFact.Adding = if case .added(let adding) = fact.body { adding } else { empty }
        self.init(
            id: ID(fact.subject.id), version: fact.version, adding: adding, addedAt: fact.recordedAt,
            addedBy: fact.actor)
    }

    package mutating func apply(_ fact: Recorded<EvidenceFact>) {
        version = fact.version
        switch fact.body {
        case .added, .read: break
        case .described(let set):
            for (field, value) in set { details[field] = value }
        case .removed(let reason): removedReason = reason
        }
    }
}

extension Evidence {
    /// Whether its bytes were taken away.
    package var isRemoved: Bool { removedReason != nil }

    /// What its case says of it, with these details.
    package func attachment(details: [EvidenceField: String]) -> CaseEvidenceFact.Attachment {
        CaseEvidenceFact.Attachment(
            evidence: number, name: details[.restricted] == nil ? name : nil,
            type: details[.type] ?? "other", size: size, item: item)
    }

    /// When it was collected.
    package var collectedAt: Timestamp? { details[.collectedAt].flatMap { Timestamp($0) } }

    /// The beginning of the time that it covers, in UTC.
    package var coversFrom: Timestamp? { details[.coversFrom].flatMap { Timestamp($0) } }

    /// The end of the time that it covers, in UTC.
    package var coversTo: Timestamp? { details[.coversTo].flatMap { Timestamp($0) } }

    /// How many seconds the clock of its source was ahead; 0 where nothing is known.
    package var clockOffset: Int { details[.clockOffset].flatMap { Int($0) } ?? 0 }

    /// Whether the customer sees it.
    package var isPublic: Bool { isFromCustomer || details[.customerSees] == "yes" }

    /// What is wrong or corrected about its times, in words.
    package var clockFlags: [String] {
        var flags: [String] = []
        if clockOffset != 0 {
            let way = clockOffset > 0 ? "ahead" : "behind"
            flags.append(
                "The clock of its source was \(abs(clockOffset)) s \(way); times here are put right.")
        }
        for (name, moment) in [("begins", coversFrom), ("ends", coversTo)] {
            guard let moment else { continue }
            if let collectedAt, moment > collectedAt.adding(seconds: 1) {
                flags.append("It \(name) after it was collected: its clock or its zone is wrong.")
            } else if moment > addedAt.adding(seconds: 60) {
                flags.append("It \(name) after it reached us: its clock or its zone is wrong.")
            } else {
                continue
            }
            break
        }
        return flags
    }

    /// Whether the actor may see the name and read the bytes, as far as sensitivity goes.
    package func isReadable(by actor: Actor, policy: Policy) -> Bool {
        if actor.isCustomer { return isPublic }
        return !isRestricted(by: policy) || actor.may(Self.restrictedRight)
    }

    /// The right that reading restricted evidence takes.
    package static let restrictedRight: Right = "evidence.read_restricted"

    /// Whether reading it takes a right of its own, by the policy of today or of the day when that was set.
    package func isRestricted(by policy: Policy) -> Bool {
        wasRestricted || policy.evidence.sensitivity(of: self).isRestricted
    }

    /// Whether reading it took a right of its own when its sensitivity was set.
    package var wasRestricted: Bool { details[.restricted] == "yes" }

    /// The same for somebody who may not read it: without the words that could tell what is in it.
    package var masked: Evidence {
        var copy = self
        (copy.name, copy.givenName, copy.hash) = ("Restricted", nil, "")
        for field in [EvidenceField.source, .collector] { copy.details[field] = nil }
        return copy
    }
}
