import Storage
import TestSupport
import Testing

/// What is bound is what is read, on both engines alike.
struct ValueTests {
    private struct Thing: Sendable, Equatable {
        var name: String?
        var data: [UInt8]?
        var amount: Double?
        var number: Int64?
    }

    private static let things = [
        Thing(name: "", data: [], amount: 0, number: 0), Thing(),
        Thing(name: "Ærøskøbing 🜚 𝛑 e\u{301}", data: [0, 1, 255, 92, 120], amount: 0.1, number: .max),
        Thing(
            name: "a 'quoted' \"text\"; DROP TABLE thing; -- $1 ? \\", data: [39], amount: -1.5e300,
            number: .min),
        Thing(
            name: "line\nline\r\n\ttab \u{1}", data: Array(0...255), amount: .leastNormalMagnitude, number: -1
        ),
        Thing(
            name: String(repeating: "ø", count: 70_000), data: Array(repeating: 7, count: 300_000),
            amount: .pi, number: 1),
    ]

    @Test("Every kind of value comes back as it went in", arguments: Engine.available)
    func roundTrips(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            for (id, thing) in Self.things.enumerated() {
                _ = try await database.write { tx in
                    try tx.execute(
                        """
                        INSERT INTO thing (id, name, data, amount, number)
                        VALUES (\(id), \(thing.name), \(thing.data), \(thing.amount), \(thing.number))
                        """)
                }
            }
            let found = try await database.read { tx in
                try tx.all("SELECT name, data, amount, number FROM thing ORDER BY id") { row in
                    Thing(
                        name: row.optionalText(0), data: row.isNull(1) ? nil : row.blob(1),
                        amount: row.isNull(2)
                            ? nil : { if case .real(let number) = row.value(2) { number } else { nil } }(),
                        number: row.optionalInteger(3))
                }
            }
            #expect(found == Self.things)
            for (one, other) in zip(found, Self.things) {
                #expect(
                    (one.name ?? "").utf8.elementsEqual((other.name ?? "").utf8),
                    "not one byte is normalised away")
            }
        }
    }

    @Test("Values tell what they are, and null reads as nothing", arguments: Engine.available)
    func kinds(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            try await database.write { tx in
                try tx.execute(
                    "INSERT INTO thing (id, name, data, amount, number) VALUES (1, 'a', \([1] as [UInt8]), 0.5, 7)"
                )
                try tx.execute("INSERT INTO thing (id) VALUES (2)")
            }
            let rows = try await database.read { tx in
                try tx.all("SELECT id, name, data, amount, number FROM thing ORDER BY id") { row in
                    (0..<5).map { row.value($0) }
                }
            }
            #expect(
                rows == [
                    [.integer(1), .text("a"), .blob([1]), .real(0.5), .integer(7)],
                    [.integer(2), .null, .null, .null, .null],
                ])
            let nothing = try await database.read { tx in
                try tx.first("SELECT name, data, number FROM thing WHERE id = 2") { row in
                    row.text(0).isEmpty && row.blob(1).isEmpty && row.integer(2) == 0 && !row.flag(2)
                }
            }
            #expect(nothing == true)
        }
    }

    @Test("Text with a NUL is refused or kept whole, never cut", arguments: Engine.available)
    func nul(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            do {
                _ = try await database.write {
                    try $0.execute("INSERT INTO thing (id, name) VALUES (1, \("a\u{0}b"))")
                }
                #expect(try await database.names() == ["a\u{0}b"])
            } catch let fault as StorageFault {
                #expect(fault.description.contains("NUL"))
                #expect(try await database.count() == 0)
            }
        }
    }

    @Test("What is interpolated is bound and never spliced", arguments: Engine.available)
    func injection(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            let nasty = ["'; DROP TABLE thing; --", "1) OR (1=1", "$1", "?", "\\'; DELETE FROM thing", "%"]
            try await database.write { tx in
                for (id, text) in nasty.enumerated() {
                    try tx.execute("INSERT INTO thing (id, name) VALUES (\(id), \(text))")
                }
            }
            for (id, text) in nasty.enumerated() {
                let found = try await database.read { tx in
                    try tx.all("SELECT id FROM thing WHERE name = \(text)") { $0.integer(0) }
                }
                #expect(found == [Int64(id)])
            }
            #expect(try await database.names() == nasty)
        }
    }

    @Test("IN takes a list of values; an empty one matches nothing", arguments: Engine.available)
    func lists(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            try await database.write { tx in
                for (id, text) in ["a", "b", "c'"].enumerated() {
                    try tx.execute("INSERT INTO thing (id, name) VALUES (\(id), \(text))")
                }
            }
            for (list, expected) in [(["a", "c'"], 2), (["a"], 1), ([], 0), (["d"], 0)] {
                let count = try await database.read { tx in
                    try tx.first("SELECT COUNT(*) FROM thing WHERE name IN (\(anyOf: list)) AND id >= \(0)") {
                        $0.integer(0)
                    }
                }
                #expect(count == Int64(expected), "\(list)")
            }
        }
    }

    @Test("Conditions join, and none hold always", arguments: Engine.available)
    func conditions(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            try await database.write { tx in
                for id in 1...5 {
                    try tx.execute("INSERT INTO thing (id, number) VALUES (\(id), \(id * 10))")
                }
            }
            for (conditions, expected) in [
                ([], 5), (["id > \(2)"], 3), (["id > \(2)", "number < \(50)"], 2),
            ] as [([SQL], Int)] {
                let count = try await database.read { tx in
                    try tx.first("SELECT COUNT(*) FROM thing WHERE \(SQL.all(conditions))") {
                        Int($0.integer(0))
                    }
                }
                #expect(count == expected)
            }
        }
    }

    @Test("A search finds its text as it stands, wildcards and all", arguments: Engine.available)
    func containing(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            let texts = [
                "100% sure", "100 sure", "a_b", "axb", "c:\\temp", "c:temp", "x%\u{301}y", "xzzzy",
                "\u{600}%", "\u{600}z",
            ]
            try await database.write { tx in
                for (id, text) in texts.enumerated() {
                    try tx.execute("INSERT INTO thing (id, name) VALUES (\(id), \(text))")
                }
            }
            for (wanted, expected) in [
                ("0%", ["100% sure"]), ("_", ["a_b"]), ("\\", ["c:\\temp"]),
                ("sure", ["100% sure", "100 sure"]),
                ("%\u{301}y", ["x%\u{301}y"]), ("\u{600}%", ["\u{600}%"]), ("", texts),
            ] {
                let found = try await database.read { tx in
                    try tx.all(
                        "SELECT name FROM thing WHERE name LIKE \(SQL.containing(wanted)) ESCAPE '\\' ORDER BY id"
                    ) {
                        $0.text(0)
                    }
                }
                #expect(found == expected, "\(wanted.debugDescription)")
            }
        }
    }

    @Test("Text sorts by its bytes, on both engines alike", arguments: Engine.available)
    func ordering(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            let texts = [
                "a", "B", "ä", "Z", "_", "10", "9", "", "aa", "a b", "é", "e\u{301}", "🜚", "z", "-", "A",
            ]
            try await database.write { tx in
                for (id, text) in texts.enumerated() {
                    try tx.execute("INSERT INTO thing (id, name) VALUES (\(id), \(text))")
                }
            }
            let sorted = try await database.read { tx in
                try tx.all("SELECT name FROM thing ORDER BY name") { $0.text(0) }
            }
            let expected = texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            #expect(sorted.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        }
    }

    @Test("The same query may run inside itself", arguments: Engine.available)
    func nestedQueries(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            let triples = try await database.write { tx in
                for id in 1...4 { try tx.execute("INSERT INTO thing (id) VALUES (\(id))") }
                let all: SQL = "SELECT id FROM thing WHERE id > \(0) ORDER BY id"
                var found: [[Int64]] = []
                try tx.each(all) { one in
                    let first = one.integer(0)
                    try tx.each(all) { two in
                        let second = two.integer(0)
                        try tx.each(all) { three in found.append([first, second, three.integer(0)]) }
                    }
                }
                return found
            }
            #expect(triples.count == 64 && Set(triples).count == 64)
            #expect(triples.first == [1, 1, 1] && triples.last == [4, 4, 4])
        }
    }

    @Test("A query that its reader breaks off can run again", arguments: Engine.available)
    func brokenOff(_ engine: Engine) async throws {
        try await Workbench.run(on: engine) { database, _ in
            try await database.write { tx in
                for id in 1...5 { try tx.execute("INSERT INTO thing (id) VALUES (\(id))") }
                for _ in 1...3 {
                    do {
                        try tx.each("SELECT id FROM thing ORDER BY id") { row in
                            if row.integer(0) == 2 { throw Broken() }
                        }
                    } catch is Broken {
                        try tx.execute("UPDATE thing SET number = COALESCE(number, 0) + 1 WHERE id = 1")
                    }
                }
            }
            let number = try await database.read {
                try $0.first("SELECT number FROM thing WHERE id = 1") { $0.integer(0) }
            }
            #expect(number == 3)
        }
    }
}
