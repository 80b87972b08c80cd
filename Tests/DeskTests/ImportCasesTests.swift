import Desk
import Domain
import Foundation
import Storage
import Testing

/// Imports of small files: what becomes of their rows, and what is refused.
@Suite(.timeLimit(.minutes(60)))
struct ImportCasesTests {
    private static let changes = """
        source: helpdesk
        rows: changes
        number: no
        keep_number: true
        time: at
        time_format: day_first
        unknown: ["?"]
        order_check: count
        fields:
          subject: title
          severity: {column: prio, values: {High: sev2, Low: sev4}}
          status: {column: state, values: {Open: new, Done: resolved}}
          owner: who
          organisation: {column: firm, tier: premium}
          requester: caller
        """
    private static let header = "no,at,count,title,prio,state,who,firm,caller,note"
    private static let rows = [
        "H1,29-02-2016 01:16,0,Printer,High,Open,?,Acme,Ann,first",
        "H1,29-02-2016 02:00,1,Printer,Low,Open,Bob,Acme,Ann,?",
        "H2,29-02-2016 01:20,0,Mail,Low,Open,Bob,?,Cem,",
        "H1,01-03-2016 09:00,3,Printer,Low,Done,?,Acme,Ann,last",
    ]

    private func withDesk(_ body: (ImportDesk) async throws -> Void) async throws {
        let desk = try await ImportDesk()
        try await body(desk)
        try await desk.remove()
    }

    @Test("A file with a row a change becomes cases with their history")
    func history() async throws {
        try await withDesk { desk in
            let path = try desk.file("h.csv", [Self.header] + Self.rows)
            let report = try await desk.run(try desk.mapping(Self.changes), path)
            #expect(report.rejects == [])
            #expect(
                report.counts(\.read, \.imported, \.cases, \.people, \.organisations) == [
                    4, 4, 2, 3, 1,
                ])
            let found = try #require(try await desk.cases()["H1"])
            #expect(found.status == "resolved")
            #expect(found.severity == "sev4")
            #expect(found.owner == nil, "“?” in a field that a case can be without takes it away")
            #expect(found.version.number == 3)
            #expect(found.updatedAt.rfc3339 == "2016-03-01T09:00:00Z")
            #expect(report.oddities.map(\.detail) == ["2 missing"])
            let facts = try await desk.facts(found.ref)
            #expect(
                facts.map(\.body.kind) == ["case.imported", "case.change_imported", "case.change_imported"])
            #expect(facts.map(\.occurredAt.rfc3339).first == "2016-02-29T01:16:00Z")
            guard case .imported(_, let first) = facts[0].body else { return }
            #expect(first.kept["note"] == "first")
            #expect(first.kept["who"] == nil, "what is not known is not kept")
            #expect(try await desk.findings() == [])
        }
    }

    @Test("A second run changes nothing, and a longer file adds what is new")
    func again() async throws {
        try await withDesk { desk in
            let mapping = try desk.mapping(Self.changes)
            let path = try desk.file("h.csv", [Self.header] + Self.rows.prefix(2))
            _ = try await desk.run(mapping, path)
            let second = try await desk.run(mapping, path)
            #expect(second.counts(\.imported, \.alreadyThere, \.cases, \.people) == [0, 2, 0, 0])
            let longer = try desk.file("h.csv", [Self.header] + Self.rows)
            let third = try await desk.run(mapping, longer)
            #expect(third.counts(\.imported, \.alreadyThere, \.late) == [2, 2, 0])
            #expect(try await desk.cases()["H1"]?.status == "resolved")
            #expect(try await desk.factCount() == 4)
        }
    }

    @Test("A dry run gives the same report and writes nothing")
    func dryRun() async throws {
        try await withDesk { desk in
            let mapping = try desk.mapping(Self.changes)
            let path = try desk.file(
                "h.csv", [Self.header] + Self.rows + ["H3,soon,0,Title,High,Open,?,?,?,"])
            let dry = try await desk.run(mapping, path, isDryRun: true, batchRows: 1)
            #expect(try await desk.cases().isEmpty)
            #expect(try await desk.factCount() == 0)
            let real = try await desk.run(mapping, path)
            #expect(dry.rejects == real.rejects)
            #expect(dry.oddities == real.oddities)
            #expect(
                dry.counts(\.read, \.imported, \.cases, \.people, \.organisations, \.rejected)
                    == real.counts(\.read, \.imported, \.cases, \.people, \.organisations, \.rejected))
        }
    }

    @Test("Each reject names its line, column and reason, and the other rows are imported")
    func rejects() async throws {
        try await withDesk { desk in
            let bad = [
                "H1,31-02-2016 01:16,0,Printer,High,Open,?,Acme,Ann,",
                "H1,29-02-2016 01:17,0,P,Urgent,Gone,?,?,?,",
                "?,29-02-2016 01:16,0,Printer,High,Open,?,Acme,Ann,",
                "H9,29-02-2016 01:16,0,?,High,Open,?,?,?,",
                "H1,29-02-2016 01:16,0", "H1,29-02-2016 01:16,0,\"Printer",
            ]
            let path = try desk.file("h.csv", [Self.header, Self.rows[0]] + bad + [Self.rows[2]])
            let report = try await desk.run(try desk.mapping(Self.changes), path)
            #expect(report.imported == 2)
            #expect(report.rejected == 6)
            #expect(
                report.rejects.sorted { $0.line < $1.line }.map(\.text) == [
                    "line 3, column at (time): “31-02-2016 01:16” is not a moment such as 29-02-2016 01:16",
                    "line 4, column prio (severity): “Urgent” is not one of sev1, sev2, sev3, sev4; "
                        + "map it under `fields.severity.values`",
                    "line 4, column state (status): “Gone” is not one of new, triaging, investigating, "
                        + "waiting_on_customer, waiting_on_engineering, waiting_on_third_party, mitigated, "
                        + "verifying_fix, resolved, closed, reopened; map it under `fields.status.values`",
                    "line 5, column no (number): is empty, so the row belongs to no case",
                    "line 6 (subject): is not known in the first row of the case; "
                        + "give `subject` a `default` in the mapping",
                    "line 7: has 3 columns, but the first line names 10",
                    "line 8: a quote opened here is never closed",
                ])
        }
    }

    @Test("A row that is put right after later ones were imported joins the history and changes no state")
    func late() async throws {
        try await withDesk { desk in
            let mapping = try desk.mapping(Self.changes)
            let wrong = Self.rows[1].replacing("Low", with: "Urgent")
            let first = try desk.file("h.csv", [Self.header, Self.rows[0], wrong, Self.rows[3]])
            #expect(try await desk.run(mapping, first).rejected == 1)
            let right = try desk.file("h.csv", [Self.header, Self.rows[0], Self.rows[1], Self.rows[3]])
            let report = try await desk.run(mapping, right)
            #expect(report.counts(\.imported, \.late, \.alreadyThere) == [1, 1, 2])
            let found = try #require(try await desk.cases()["H1"])
            #expect(found.status == "resolved")
            #expect(found.owner == nil)
            #expect(found.version.number == 3)
            #expect(try await desk.run(mapping, right).alreadyThere == 3)
        }
    }

    @Test("A row with a known key and other content is refused")
    func changedRow() async throws {
        try await withDesk { desk in
            var mapping = try desk.mapping(Self.changes)
            mapping.rowKey = ["no", "count"]
            _ = try await desk.run(mapping, try desk.file("h.csv", [Self.header, Self.rows[0]]))
            let changed = Self.rows[0].replacing("Printer", with: "Scanner")
            let report = try await desk.run(mapping, try desk.file("h.csv", [Self.header, changed]))
            #expect(report.imported == 0)
            #expect(
                report.rejects.map(\.text)
                    == ["line 2: was imported before with other content (its key is “H1|0”)"])
        }
    }

    @Test("Lines that repeat a change are one change; texts that repeat are two cases")
    func repeats() async throws {
        try await withDesk { desk in
            let path = try desk.file("h.csv", [Self.header, Self.rows[0], Self.rows[0]])
            let report = try await desk.run(try desk.mapping(Self.changes), path)
            #expect(report.counts(\.read, \.imported, \.repeated) == [2, 1, 1])
            let tickets = try desk.file(
                "t.csv", ["Document,Topic_group", "same text,Access", "same text,Access"])
            let mapping = try desk.example("tickets.yml")
            #expect(try await desk.run(mapping, tickets).cases == 2)
            #expect(try await desk.run(mapping, tickets).alreadyThere == 2)
        }
    }

    @Test("An import that stops in the middle goes on where it stopped")
    func resume() async throws {
        try await withDesk { desk in
            struct Stop: Error {}
            let mapping = try desk.mapping(Self.changes)
            let path = try desk.file("h.csv", [Self.header] + Self.rows)
            await #expect(throws: Stop.self) {
                try await desk.run(mapping, path, batchRows: 1) {
                    if $0.report.imported == 2 { throw Stop() }
                }
            }
            #expect(try await desk.factCount() == 2)
            let rest = try await desk.run(mapping, path)
            #expect(rest.counts(\.imported, \.alreadyThere, \.late) == [2, 2, 0])
            #expect(try await desk.factCount() == 4)
            #expect(try await desk.findings() == [])
        }
    }

    @Test("Cases as JSON lines keep every field, and get numbers of ours")
    func ndjson() async throws {
        try await withDesk { desk in
            let path = try desk.file(
                "c.ndjson",
                [
                    #"{"number":"A-1","subject":"Login <b>fails</b>","symptom":"It\nfails","severity":"P1","#
                        + #""status":"Waiting on customer","component":"api","reported_at":"2026-01-02T03:04:05Z","#
                        + #""tags":["a","b"],"owner":"Bob","extra":{"x":1}}"#, "[1]", "{\"subject\":",
                    #"{"number":"A-2"}"#,
                    "{\"number\":\"A-3\",\"subject\":\"a\\u0000b\"}",
                ])
            let report = try await desk.run(try desk.example("cases-ndjson.yml"), path)
            #expect(report.imported == 1)
            #expect(report.rejects.map(\.line).sorted() == [2, 3, 4, 5])
            let found = try #require(try await desk.cases()["TL-1"])
            #expect(found.subject == "Login <b>fails</b>")
            #expect(found.symptom == "It\nfails")
            #expect([found.severity.raw, found.status.raw] == ["sev1", "waiting_on_customer"])
            #expect(found.classification[.component] == "api")
            #expect(found.reportedAt.rfc3339 == "2026-01-02T03:04:05Z")
            guard case .imported(_, let row) = try await desk.facts(found.ref)[0].body else { return }
            #expect(row.kept["tags"] == #"["a","b"]"#)
            #expect(row.kept["number"] == "A-1")
            let owner = try #require(found.owner)
            #expect(try await desk.names([owner.raw])[owner.raw] == "Bob")
        }
    }

    @Test("A number that cannot be kept is refused")
    func numbers() async throws {
        try await withDesk { desk in
            let rows = ["TL-5", "a b", "new", "ok-1"].map { Self.rows[0].replacing("H1", with: $0) }
            let report = try await desk.run(
                try desk.mapping(Self.changes), try desk.file("h.csv", [Self.header] + rows))
            #expect(report.rejects.map(\.line) == [2, 3, 4])
            #expect(try await desk.cases().keys.sorted() == ["OK-1"])
        }
    }

    @Test("Mistakes of a mapping are named by line and key")
    func mappingMistakes() async throws {
        try await withDesk { desk in
            let text = """
                source: a:b
                rows: events
                time_format: american
                zone: Paris
                colour: red
                fields:
                  subject: {column: a, template: "{b}"}
                  severity: {column: c, values: {High: sev9}}
                  organisation: {constant: Acme, tier: gold}
                  closed_at: {column: d, only_when: {column: e}}
                  ownr: x
                """
            let problems = #expect(throws: ImportMappingProblems.self) { try desk.mapping(text) }
            #expect(
                problems?.problems.map { "\($0.line) \($0.key)" } == [
                    "1 source", "2 rows", "3 time_format", "4 zone", "5 colour", "7 fields.subject",
                    "8 fields.severity.values.High", "9 fields.organisation.tier",
                    "10 fields.closed_at.only_when", "11 fields.ownr",
                ])
        }
    }

    @Test("A column that the file does not have is named before anything is read")
    func missingColumn() async throws {
        try await withDesk { desk in
            let path = try desk.file("h.csv", [Self.header.replacing("prio", with: "priority")] + Self.rows)
            let problems = await #expect(throws: ImportMappingProblems.self) {
                try await desk.run(try desk.mapping(Self.changes), path)
            }
            #expect(problems?.problems.map(\.key) == ["fields.severity.column"])
        }
    }

    @Test(
        "A file that is none is refused with a sentence",
        arguments: ["missing.csv", "empty.csv", "x.xlsx", "twice.csv"])
    func noFile(_ name: String) async throws {
        try await withDesk { desk in
            _ = try desk.file("twice.csv", ["a,a", "1,2"])
            try Data().write(to: desk.folder.appendingPathComponent("empty.csv"))
            await #expect(throws: ImportFault.self) {
                try await desk.run(
                    try desk.mapping(Self.changes), desk.folder.appendingPathComponent(name).path)
            }
        }
    }

    @Test("The command writes every reject to a file, names who imports, and keeps sources apart")
    func command() async throws {
        try await withDesk { desk in
            try await desk.addPeople()
            let mapping = try desk.file("m.yml", [Self.changes])
            let wrong = Self.rows[2].replacing("Low", with: "Mid")
            let file = try desk.file("h.csv", [Self.header, Self.rows[0], wrong])
            var request = ImportCases.Request(file: file, mapping: mapping)
            request.email = "lea@desk.example"
            request.rejects = desk.folder.appendingPathComponent("rejects.csv").path
            let report = try await ImportCases.run(request, desk.services) { _ in }
            #expect(report.counts(\.imported, \.rejected) == [1, 1])
            let text = try String(
                contentsOf: desk.folder.appendingPathComponent("rejects.csv"), encoding: .utf8)
            #expect(
                text == """
                    line,column,field,why
                    3,prio,severity,"“Mid” is not one of sev1, sev2, sev3, sev4; map it under `fields.severity.values`"

                    """)
            let found = try #require(try await desk.cases()["H1"])
            #expect(try await desk.facts(found.ref).map(\.actor) == ["lea"])
            request.source = "other"
            let other = try await ImportCases.run(request, desk.services) { _ in }
            #expect(
                other.counts(\.imported, \.rejected) == [0, 2], "the number H1 is taken by the first source")
            request.email = "con@firm.example"
            await #expect(throws: ImportFault.self) {
                try await ImportCases.run(request, desk.services) { _ in }
            }
        }
    }

    @Test("An address is the person who has it, and a customer cannot own a case")
    func addresses() async throws {
        try await withDesk { desk in
            try await desk.addPeople()
            let rows = ["lea@desk.example", "con@firm.example"].enumerated().map { index, owner in
                Self.rows[1].replacing("Bob", with: owner).replacing("H1", with: "H\(index)")
            }
            let report = try await desk.run(
                try desk.mapping(Self.changes), try desk.file("h.csv", [Self.header] + rows))
            #expect(
                report.rejects.map(\.text) == [
                    "line 3 (owner): “con@firm.example” is a customer, who cannot own a case"
                ])
            #expect(try await desk.cases()["H0"]?.owner == "lea")
        }
    }

    @Test("Customers of an import belong to their organisation and cannot sign in")
    func people() async throws {
        try await withDesk { desk in
            let path = try desk.file("h.csv", [Self.header] + Self.rows)
            _ = try await desk.run(try desk.mapping(Self.changes), path)
            let people = try await desk.database.read { tx in
                try ["contact:Ann", "person:Bob", "person:Cem"].map {
                    try PeopleDirectory.find(origin: "helpdesk:\($0)", in: tx)
                }
            }
            #expect(people.map { $0?.roles } == [["customer"], ["engineer"], ["frontline"]])
            #expect(people.map { $0?.organisation != nil } == [true, false, false])
            #expect(people.allSatisfy { $0?.email == nil })
        }
    }
}
