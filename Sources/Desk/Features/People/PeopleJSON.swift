import Diagnosis
import Domain
import Storage
import Web

/// People on the wire: never a hash, never a secret.
enum PeopleJSON {
    static func list(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let text = (call.request.query("q") ?? "").lowercased()
        let limit = try CasesJSON.limit(call.request, most: 200, usual: 100)
        let parts = try Cursor.parts(call.request.query("cursor"), count: 1)
        let start = parts?.first.flatMap { Int($0) } ?? 0
        let people = try await services.database.read { tx in
            try tx.all(
                PeopleQueries.people(matching: text, limit: limit + 1, offset: start),
                PeopleQueries.readPerson)
        }
        let next = people.count > limit ? Cursor.text([String(start + limit)]) : nil
        return ["items": .array(people.prefix(limit).map(json)), "next": next.map(JSON.string) ?? .null]
    }

    static func read(_ call: SignedInCall, _ services: Services) async throws -> JSON {
        let id = call.request.parameter("id")
        let person = try await services.database.read { tx in try PeopleDirectory.find(id, in: tx) }
        guard let person else { throw Refusal.notFound("person") }
        return json(person)
    }

    private static func json(_ person: Person) -> JSON {
        [
            "id": .string(person.id.raw), "version": .integer(Int64(person.version.number)),
            "name": .string(person.name), "email": person.email.map(JSON.string) ?? .null,
            "roles": .array(person.roles.map(JSON.string)),
            "organisation": person.organisation.map { .string($0.raw) } ?? .null,
            "is_active": .bool(person.isActive), "has_second_factor": .bool(person.secondFactorAt != nil),
            "added_at": person.addedAt.json,
        ]
    }
}
