import Diagnosis
import Domain
import Storage
import Web

/// What a case has to do with others, on the wire.
enum RelationsJSON {
    static let reads = [
        APIRead(
            "case.links", "What a case is linked to, oldest first", path: "/cases/{id}/links",
            access: .right("case.view")
        ) { call, services in
            let reference = call.request.parameter("id")
            return try await services.database.read { tx in
                let this = try CaseDirectory.find(reference, for: call.actor, in: tx)
                let links = try RelationsDirectory.links(of: this.id, for: call.actor, in: tx)
                return ["items": .array(links.map(json))]
            }
        },
        APIRead(
            "record.cases", "The cases that are linked to a record elsewhere",
            path: "/records/{id}/cases", access: .right("case.view")
        ) { call, services in
            // "defect:ENG-812"
            let parts = call.request.parameter("id").split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let kind = RecordKind(rawValue: parts[0]), kind != .supportCase else {
                throw Refusal.notFound("record")
            }
            let key = parts[1]
            return try await services.database.read { tx in
                let cases = try RelationsDirectory.cases(linkedTo: kind, key: key, for: call.actor, in: tx)
                return [
                    "items": .array(
                        cases.map { relation, found in
                            [
                                "relation": .string(relation.rawValue), "number": .string(found.number),
                                "subject": .string(found.subject), "status": .string(found.status.raw),
                            ]
                        })
                ]
            }
        },
    ]

    /// The members that a case's JSON gets.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let (this, actor) = (context.this, context.actor)
        let links = try RelationsDirectory.links(of: this.id, for: actor, in: tx)
        let merged = try CaseDirectory.merged(into: this.id, for: actor, in: tx)
        let others = [this.mergedInto, this.followUpOf].compactMap { $0 }
        let numbers = Dictionary(
            try CaseDirectory.visible(others, to: actor, in: tx).map { ($0.id, JSON.string($0.number)) }
        ) { first, _ in first }
        return [
            ("links", .array(links.map(json))),
            ("merged", .array(merged.map { .string($0.number) })),
            ("merged_into", this.mergedInto.flatMap { numbers[$0] } ?? .null),
            ("is_follow_up", .bool(this.isFollowUp)),
            ("follow_up_of", this.followUpOf.flatMap { numbers[$0] } ?? .null),
            ("confidentiality", this.restriction.map(json) ?? .null),
        ]
    }

    private static func json(_ link: CaseLink) -> JSON {
        .fields([
            "link": .string(link.reference), "relation": .string(link.relation.rawValue),
            "kind": .string(link.target.kind.rawValue), "name": .string(link.target.name),
            "subject": link.other.map { .string($0.subject) },
            "status": link.other.map { .string($0.status.raw) }, "url": link.target.url.map(JSON.string),
            "title": link.target.title.map(JSON.string), "linked_at": link.linkedAt.json,
        ])
    }

    private static func json(_ restriction: Restriction) -> JSON {
        .fields([
            "level": .string(restriction.level),
            "security_owner": restriction.securityOwner.map(JSON.string),
            "people": .array(restriction.readers.map(JSON.string)),
            "roles": .array(restriction.roles.map(JSON.string)),
        ])
    }
}
