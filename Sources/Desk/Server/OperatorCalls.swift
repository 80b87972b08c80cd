import Domain
import HTTPTypes
import Logging
import Storage
import Web

extension Services {
    /// Carries out an operation by name for a person.
    package func call(
        _ name: String, _ raw: RawInput, as email: String, idempotencyKey: String? = nil
    ) async throws -> Receipt {
        let person = try await person(email)
        let now = clock()
        var actor = Actor(person, under: policy.current)
        if !person.isActive { actor.rights = [] }
        if person.organisation != nil {
            actor.delegations = try await database.read { tx in
                try CustomerDirectory.delegations(of: person.id.raw, on: CalendarDay(now), in: tx)
            }
        }
        return try await operations.run(
            try operation(name), OperationRequest(actor: actor, raw: raw, idempotencyKey: idempotencyKey))
    }

    /// Carries out an operation for whoever holds the terminal and the data.
    package func asOperator(_ name: String, _ raw: RawInput) async throws -> Receipt {
        let actor = Actor(id: "operator", name: "Operator", roles: ["operator"], rights: catalog.rights)
        return try await operations.run(try operation(name), OperationRequest(actor: actor, raw: raw))
    }

    private func operation(_ name: String) throws -> AnyOperation {
        if let found = catalog.operation(name) { return found }
        let hint = nearest(to: name, in: catalog.operations.map(\.name)).map { " Did you mean \($0)?" } ?? ""
        throw Refusal(.notFound, "no_operation", "There is no operation “\(name)”.\(hint)")
    }

    /// The person with this e-mail address.
    package func person(_ email: String) async throws -> Person {
        guard let person = try await database.read({ tx in try PeopleDirectory.find(email, in: tx) }) else {
            throw Refusal(.notFound, "no_person", "Nobody signs in as \(email).")
        }
        return person
    }

    /// Everybody, by name.
    package func allPeople() async throws -> [Person] {
        try await database.read { tx in try PeopleDirectory.everybody(in: tx) }
    }

    /// Makes a token for a program that acts under a name of its own.
    package func makeServiceToken(
        name: String, role: String, scopes: [String], organisation: String?
    ) async throws -> String {
        let accounts = Accounts(self)
        guard policy.current.role(role) != nil else {
            let names = policy.current.roles.map(\.id)
            let hint = nearest(to: role, in: names).map { " Did you mean \($0)?" } ?? ""
            throw Refusal(
                .invalid, "unknown_role",
                "There is no role “\(role)”.\(hint) Roles: \(names.joined(separator: ", ")).")
        }
        for scope in scopes where !catalog.rights.contains(Right(scope)) {
            let hint = nearest(to: scope, in: catalog.rights.map(\.name)).map { " Did you mean \($0)?" } ?? ""
            throw Refusal(.invalid, "unknown_scope", "There is no right “\(scope)”.\(hint)")
        }
        let found = try await database.read { tx in
            try organisation.flatMap { try CustomerDirectory.find($0, in: tx) }
        }
        if let organisation, found == nil {
            throw Refusal(.notFound, "no_organisation", "There is no organisation “\(organisation)”.")
        }
        let person = try await accounts.addPerson(
            name: name, email: nil, roles: [role], organisation: found?.id, by: "operator")
        return try await accounts.makeToken(name: name, scopes: scopes, for: person.id, by: "operator")
    }

    /// The journal's checkpoint as text to be kept elsewhere.
    package func exportCheckpoint() async throws -> String {
        let now = clock()
        return try await database.read { [keys] tx in try Checkpoint.export(at: now, keys: keys, in: tx) }
    }
}

/// Every address of the site, as `thirdline routes` prints it.
package enum RouteList {
    /// Method, path, access and file, in columns.
    package static func lines() -> [String] {
        // Nothing is opened for a listing, so nothing can fail but a catalogue that tests refuse already.
        guard let services = try? Services.forListing() else { return [] }
        let routes = services.catalog.routes(services)
        let width = routes.map(\.path.count).max() ?? 0
        return routes.map { route in
            let method = route.method.rawValue.padded(to: 6)
            return
                "\(method) \(route.path.padded(to: width)) \(route.access.text.padded(to: 34)) \(route.file)"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        count >= width ? self : self + String(repeating: " ", count: width - count)
    }
}

extension Services {
    /// Services that only list what they would serve; the database is never touched.
    fileprivate static func forListing() throws -> Services {
        try Services(
            database: NoDatabase(), keys: KeyRing(key: [UInt8](repeating: 0, count: 32)),
            logger: Logger(label: "routes"))
    }
}

private struct NoDatabase: Database {
    let dialect = Dialect.sqlite
    func write<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T
    {
        throw StorageFault("there is no database here")
    }
    func read<T: Sendable>(_ body: @escaping @Sendable (borrowing Transaction) throws -> T) async throws -> T
    {
        throw StorageFault("there is no database here")
    }
    func exclusively<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
    {
        throw StorageFault("there is no database here")
    }
    func close() async throws {}
}
