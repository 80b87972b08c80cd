import Domain
import Storage

/// Turns a batch of rows into facts, within one transaction.
struct ImportBatch: Sendable {
    /// Somebody a row names.
    struct Known: Sendable {
        var id: String
        var isCustomer: Bool
    }

    let importer: CaseImporter
    let now: Timestamp
    private var mapping: ImportMapping { importer.mapping }
    private var source: String { importer.mapping.source }

    init(importer: CaseImporter, now: Timestamp) { (self.importer, self.now) = (importer, now) }

    /// The state after these rows.
    func run(_ rows: [PreparedRow], _ before: ImportState, in tx: borrowing Transaction) throws -> ImportState
    {
        var state = before
        let policy = try importer.services.policy.inForce(in: tx)
        for row in rows {
            if let digest = try tx.first(ImportQueries.row(source: source, key: row.key), { $0.blob(0) }) {
                if digest == row.digest {
                    state.report.alreadyThere += 1
                } else {
                    state.report.rejected += 1
                    state.reject(
                        row.line,
                        "was imported before with other content (its key is “\(row.key.shortened(to: 80))”)")
                }
                continue
            }
            do {
                try take(row, policy, &state, in: tx)
            } catch let problem as ImportProblem {
                state.report.rejected += 1
                state.reject(row.line, column: problem.column, field: problem.field, problem.message)
            } catch let problems as ImportProblems {
                state.report.rejected += 1
                for problem in problems.problems {
                    state.reject(row.line, column: problem.column, field: problem.field, problem.message)
                }
            }
        }
        return state
    }

    /// Records one row.
    ///
    /// Everything that can be wrong is found before anything is written.
    private func take(
        _ row: PreparedRow, _ policy: Policy, _ state: inout ImportState, in tx: borrowing Transaction
    ) throws {
        let outside = row.mapped.number ?? row.key
        let known = try knownCase(outside, &state, in: tx)
        if known != nil, mapping.rows == .cases {
            throw ImportProblem(
                column: mapping.number, field: "number",
                "the case \(outside) is there already; `rows: changes` imports a history")
        }
        var mapped = row.mapped
        if known == nil { try mapped.complete(policy) }
        let number = known == nil && mapping.keepsNumber ? try keptNumber(outside, policy, in: tx) : nil
        try refuseCustomersAsOwner(mapped, state, in: tx)
        try resolveNames(&mapped, policy, &state, in: tx)
        if known == nil, !mapping.keepsNumber, let name = mapping.number { mapped.kept[name] = outside }
        let body = CaseFact.ImportedRow(
            source: source, row: row.key, set: mapped.set, kept: mapped.kept)
        let id = known ?? newIdentifier(at: now)
        if known == nil {
            state.report.cases += 1
            state.cases[outside] = id
        }
        state.report.imported += 1
        if row.isLate { state.report.late += 1 }
        guard !importer.isDryRun else { return }
        if known == nil {
            let number = try number ?? "\(policy.caseNumberPrefix)-\(tx.nextNumber(of: .caseNumber))"
            try record(CaseFact.imported(number: number, body), on: id, at: mapped.occurredAt, in: tx)
            try tx.execute(ImportQueries.insertCase(source: source, number: outside, caseID: id))
        } else {
            try record(CaseFact.changeImported(body), on: id, at: mapped.occurredAt, in: tx)
        }
        try tx.execute(ImportQueries.insertRow(source: source, key: row.key, digest: row.digest, caseID: id))
    }

    private func record(
        _ fact: CaseFact, on id: String, at moment: Timestamp?, in tx: borrowing Transaction
    ) throws {
        var decision = Decision()
        decision.record(fact, on: SupportCase.ref(ID(id)), occurredAt: moment)
        try append(decision, in: tx)
    }

    private func append(_ decision: Decision, in tx: borrowing Transaction) throws {
        guard !importer.isDryRun else { return }
        _ = try importer.services.journal.append(decision.entries, by: importer.actor, at: now, in: tx)
    }

    private func knownCase(
        _ outside: String, _ state: inout ImportState, in tx: borrowing Transaction
    ) throws -> String? {
        if let id = state.cases[outside] { return id }
        let id = try tx.first(ImportQueries.caseID(source: source, number: outside)) { $0.text(0) }
        state.cases[outside] = id
        return id
    }

    // MARK: Numbers

    /// The outside number as the case's own; it must look like a number and be nobody else's.
    private func keptNumber(
        _ outside: String, _ policy: Policy, in tx: borrowing Transaction
    ) throws -> String {
        let number = outside.uppercased()
        func problem(_ message: String) -> ImportProblem {
            ImportProblem(column: mapping.number, field: "number", message)
        }
        let plain = number.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || [45, 46, 95].contains($0)
        }
        guard plain, number.utf8.count <= 40, number.utf8.contains(where: { (48...57).contains($0) }) else {
            throw problem(
                "“\(outside.shortened(to: 40))” cannot be kept as a number: it must have letters, digits, “-”, “.” and "
                    + "“_” alone, at least one digit, and at most 40 characters")
        }
        let prefix = policy.caseNumberPrefix.uppercased() + "-"
        if number.hasPrefix(prefix), number.dropFirst(prefix.count).allSatisfy(\.isNumber) {
            throw problem("“\(outside)” looks like a number of our own; import without `keep_number`")
        }
        if try isTaken(number, in: tx) { throw problem("another case has the number “\(number)”") }
        return number
    }

    private func isTaken(_ number: String, in tx: borrowing Transaction) throws -> Bool {
        do {
            _ = try CaseDirectory.find(number, for: .system, in: tx)
            return true
        } catch let refusal as Refusal where refusal.reason == .notFound {
            return false
        }
    }

    // MARK: People and organisations

    private static let staff = "person"
    private static let contact = "contact"

    /// Customers cannot own a case.
    ///
    /// Only people who sign in with an address can be found as both.
    private func refuseCustomersAsOwner(
        _ mapped: MappedRow, _ state: ImportState, in tx: borrowing Transaction
    ) throws {
        guard let owner = mapped.names[.owner], !owner.isEmpty,
            let person = try knownPerson(owner, Self.staff, state, in: tx), person.isCustomer
        else { return }
        throw ImportProblem(
            column: nil, field: "owner", "“\(owner.shortened(to: 60))” is a customer, who cannot own a case")
    }

    private func resolveNames(
        _ mapped: inout MappedRow, _ policy: Policy, _ state: inout ImportState, in tx: borrowing Transaction
    ) throws {
        var organisation: String?
        if let name = mapped.names[.organisation] {
            organisation = name.isEmpty ? nil : try organisationID(name, policy, &state, in: tx)
            mapped.set[ImportField.organisation.rawValue] = organisation ?? ""
        }
        if let name = mapped.names[.requester] {
            let roles = organisation == nil ? ["frontline"] : ["customer"]
            mapped.set[ImportField.requester.rawValue] =
                name.isEmpty ? "" : try personID(name, roles, organisation, &state, in: tx)
        }
        if let name = mapped.names[.owner] {
            mapped.set[ImportField.owner.rawValue] =
                name.isEmpty ? "" : try personID(name, ["engineer"], nil, &state, in: tx)
        }
    }

    private func organisationID(
        _ name: String, _ policy: Policy, _ state: inout ImportState, in tx: borrowing Transaction
    ) throws -> String {
        let origin = "\(source):organisation:\(name)"
        if let id = state.organisations[origin] { return id }
        let found = try CustomerDirectory.find(origin: origin, in: tx) ?? CustomerDirectory.find(name, in: tx)
        if let found {
            state.organisations[origin] = found.id.raw
            return found.id.raw
        }
        let tier = mapping.fields.first { $0.field == .organisation }?.tier ?? policy.tiers.last?.id ?? ""
        let id = newIdentifier(at: now)
        var decision = Decision()
        decision.record(
            OrganisationFact.added(name: name, tier: tier, origin: origin),
            on: SubjectRef(kind: Organisation.kind, id: id))
        try append(decision, in: tx)
        state.organisations[origin] = id
        state.report.organisations += 1
        return id
    }

    /// A contact of a customer and a colleague of the same name are two people.
    private func origin(_ name: String, _ kind: String) -> String { "\(source):\(kind):\(name)" }

    private func knownPerson(
        _ name: String, _ kind: String, _ state: ImportState, in tx: borrowing Transaction
    ) throws -> Known? {
        if let known = state.people[origin(name, kind)] { return known }
        var person = try PeopleDirectory.find(origin: origin(name, kind), in: tx)
        if person == nil, name.contains("@") { person = try PeopleDirectory.find(name, in: tx) }
        return person.map { Known(id: $0.id.raw, isCustomer: $0.roles.contains("customer")) }
    }

    private func personID(
        _ name: String, _ roles: [String], _ organisation: String?, _ state: inout ImportState,
        in tx: borrowing Transaction
    ) throws -> String {
        let kind = organisation == nil ? Self.staff : Self.contact
        if let known = try knownPerson(name, kind, state, in: tx) {
            state.people[origin(name, kind)] = known
            return known.id
        }
        let id = newIdentifier(at: now)
        var decision = Decision()
        decision.record(
            PersonFact.added(
                name: name, email: nil, roles: roles, organisation: organisation, origin: origin(name, kind)),
            on: SubjectRef(kind: Person.kind, id: id))
        try append(decision, in: tx)
        state.people[origin(name, kind)] = Known(id: id, isCustomer: organisation != nil)
        state.report.people += 1
        return id
    }
}
