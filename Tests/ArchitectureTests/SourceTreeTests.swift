import Foundation
import Testing

/// The source tree, as the rules of the design want it.
///
/// Each rule names the file and line that breaks it.
@Suite("The source tree") struct SourceTreeTests {
    struct Line: Sendable {
        var file: String
        var number: Int
        var text: String
        var before: String
        var place: String { "\(file):\(number)" }
    }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func files(in folder: String) -> [String] {
        let base = root.appendingPathComponent(folder).path
        let found = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }.sorted()
    }

    static func text(_ file: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
    }

    static func lines(in folder: String) throws -> [Line] {
        try files(in: folder).flatMap { file in
            var before = ""
            return try text(file).split(separator: "\n", omittingEmptySubsequences: false).enumerated().map {
                offset, line in
                defer { before = String(line) }
                return Line(file: file, number: offset + 1, text: String(line), before: before)
            }
        }
    }

    @Test("There are sources to look at, so no rule passes for want of files")
    func sourcesAreFound() {
        #expect(Self.files(in: "Sources/Domain").count > 15)
        #expect(Self.files(in: "Sources/Desk").count > 30)
    }

    @Test("Each module imports only what it may")
    func importsAreAllowed() throws {
        let allowed: [String: Set<String>] = [
            "Sources/Diagnosis": ["CArchive", "CHyperscan", "Crypto", "Glibc"],
            // Synchronization guards what a pure function has worked out once.
            "Sources/Domain": ["Diagnosis", "Synchronization"],
            "Sources/Storage": ["CGNU", "CPQ", "Dispatch", "GRDB", "GRDBSQLite", "Glibc", "Synchronization"],
            "Sources/Web": [
                "CZlib",
                "Crypto", "Diagnosis", "Domain", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
                "NIOHTTP1", "ServiceLifecycle",
            ],
            "Sources/Desk": [
                "CCurl", "CGMime", "CZlib", "Crypto", "CryptoExtras", "Diagnosis", "Dispatch", "Domain",
                "Foundation",
                "Glibc",
                "HTTPTypes",
                "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOSSL", "ServiceLifecycle",
                "Storage", "Synchronization",
                "UnixSignals",
                "Web", "Yams",
            ],
            "Sources/thirdline": [
                "ArgumentParser", "CGNU", "Crypto", "Desk", "Diagnosis", "Domain", "Foundation", "Glibc",
                "Logging",
                "Storage", "Synchronization", "Web",
            ],
        ]
        for (folder, names) in allowed {
            for line in try Self.lines(in: folder) {
                let words = line.text.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 1,
                    line.text.first?.isLetter == true
                else {
                    continue
                }
                let name = String(words.last ?? "")
                #expect(names.contains(name), "\(line.place) imports \(name)")
            }
        }
    }

    @Test("The domain is pure: no waiting, no clock, no randomness, no SQL")
    func domainIsPure() throws {
        for line in try Self.lines(in: "Sources/Domain")
        where !line.text.trimmingPrefix(while: \.isWhitespace).hasPrefix("//") {
            for word in [
                " async ", "await ", ".random(", "Date()", "ContinuousClock", "SELECT ", "INSERT INTO ",
            ] {
                #expect(!line.text.contains(word), "\(line.place) uses “\(word)”")
            }
        }
    }

    @Test("SQL stands only in queries and stores, and in the schema")
    func sqlHasItsPlace() throws {
        let mark = #/(SELECT|INSERT INTO|UPDATE|DELETE FROM) [a-z_\\(*]/#
        for line in try Self.lines(in: "Sources/Desk") + Self.lines(in: "Sources/Web") {
            guard !line.file.hasPrefix("Sources/Desk/Schema/"), line.text.firstMatch(of: mark) != nil else {
                continue
            }
            let mayHold =
                line.file.hasSuffix("Queries.swift") || line.file.hasSuffix("Store.swift")
                || line.file.hasSuffix("PolicyHolder.swift")
            #expect(
                mayHold || line.text.trimmingPrefix(while: \.isWhitespace).hasPrefix("//"),
                "\(line.place) holds SQL")
        }
    }

    @Test("One slice never names another one's queries")
    func slicesKeepToThemselves() throws {
        let root = "Sources/Desk/Features"
        let slices = Set(
            Self.files(in: root).compactMap { $0.split(separator: "/").dropFirst(3).first.map(String.init) })
        for slice in slices {
            let own = Self.files(in: "\(root)/\(slice)").filter { $0.hasSuffix("Queries.swift") }
                .compactMap { $0.split(separator: "/").last?.split(separator: ".").first.map(String.init) }
            for line in try Self.lines(in: "Sources/Desk") where !line.file.hasPrefix("\(root)/\(slice)/") {
                for name in own {
                    let words = line.text.split { !$0.isLetter && !$0.isNumber && $0 != "." }
                    #expect(
                        !words.contains { $0.hasPrefix("\(name).") },
                        "\(line.place) names \(name) of \(slice)")
                }
            }
        }
    }

    @Test("What the compiler cannot check has its reason on the line above")
    func escapesGiveReasons() throws {
        let escapes = ["print(", "try!", "fatalError(", "@unchecked Sendable", "nonisolated(unsafe)"]
        for line in try Self.lines(in: "Sources") {
            let code = line.text.trimmingPrefix(while: \.isWhitespace)
            guard !code.hasPrefix("//") else { continue }
            for escape in escapes where line.text.contains(escape) {
                let isReasoned = line.before.contains("//") || line.text.contains("//")
                #expect(isReasoned, "\(line.place) uses \(escape) without a reason on the line above")
            }
        }
    }

    @Test("A lost error has a comment that says why losing it is right")
    func lostErrorsGiveReasons() throws {
        for line in try Self.lines(in: "Sources") where line.text.contains("try? ") {
            let code = line.text.trimmingPrefix(while: \.isWhitespace)
            guard !code.hasPrefix("//"), !line.text.contains("try? JSON(parsing") else { continue }
            let isReasoned = line.text.contains("//") || line.before.contains("//")
            #expect(isReasoned, "\(line.place) loses an error without a reason")
        }
    }

    @Test("Everything public or package says what it is")
    func declarationsAreDocumented() throws {
        let mark =
            #/^\s*(@discardableResult )?(public|package) (static |final |mutating |indirect |private\(set\) )*(func|var|let|struct|enum|class|protocol|init|subscript|typealias|actor)\b/#
        for folder in [
            "Sources/Diagnosis", "Sources/Domain", "Sources/Storage", "Sources/Web", "Sources/Desk",
        ] {
            for file in Self.files(in: folder) {
                let lines = try Self.text(file).split(separator: "\n", omittingEmptySubsequences: false)
                for (index, line) in lines.enumerated() where line.firstMatch(of: mark) != nil {
                    var above = index - 1
                    while above >= 0, lines[above].trimmingPrefix(while: \.isWhitespace).hasPrefix("@") {
                        above -= 1
                    }
                    let isDocumented =
                        above >= 0 && lines[above].trimmingPrefix(while: \.isWhitespace).hasPrefix("///")
                    #expect(
                        isDocumented || Self.isWitness(line),
                        "\(file):\(index + 1) has no doc comment: \(line)")
                }
            }
        }
    }

    /// Members that a protocol documents already.
    private static func isWitness(_ line: Substring) -> Bool {
        let witnesses = [
            "func <", "func <", "var description", "init(stringLiteral", "init(stringInterpolation",
            "init(literalCapacity", "func append", "func +", "var kind:", "var body: JSON", "var edits",
            "init(kind: String, body", "init(first fact", "func apply(_ fact", "static let kind",
            "let kind = ",
            "static let erasableFields", "static let kinds", "static let publicKinds", "var sqlValue",
            "var dialect", "func write<T", "func read<T",
            "func exclusively<T", "func close()", "typealias", "func run() async throws", "init(source:",
            "var coreContext", "static var operations", "static var reads", "static var subjects",
            "static var rights", "static var navigation", "static var caseParts", "static var passingTables",
            "static var sealed", "static var afterRestore", "static var heldFiles",
            "static var foreign",
            "static let kinds",
            "static let publicKinds", "static var publicKinds", "var people: [String]", "static func routes",
            "static var statements",
            "static var verb", "static func form", "init(integerLiteral", "init(floatLiteral",
            "init(booleanLiteral",
            "init(arrayLiteral", "init(dictionaryLiteral", "init(nilLiteral", "func hash(", "func ==",
            "static func ==",
            "func makeIterator", "subscript(name: String)", "subscript(kind: String)", "init(_ name: String)",
        ]
        return witnesses.contains { line.contains($0) }
    }

    @Test("Every slice has a README of one screen")
    func slicesHaveReadmes() throws {
        let root = "Sources/Desk/Features"
        let slices = Set(
            Self.files(in: root).compactMap { $0.split(separator: "/").dropFirst(3).first.map(String.init) })
        for slice in slices {
            let readme = Self.root.appendingPathComponent("\(root)/\(slice)/README.md")
            let text = try? String(contentsOf: readme, encoding: .utf8)  // a missing file is what is tested
            let count = text?.split(separator: "\n", omittingEmptySubsequences: false).count ?? 0
            #expect((5...60).contains(count), "\(slice) has no README of one screen")
        }
    }

    @Test("A file of a slice ends in a name that says what it holds")
    func suffixesAreKnown() throws {
        let known = [
            "Feature", "Operations", "Queries", "Store", "Pages", "JSON", "Jobs", "Links", "Directory",
        ]
        let others: Set<String> = [
            // Larger pieces that are values of their own, named for what they are.
            "Accounts", "Accounts+SecondFactor", "PasswordHasher", "CaseOperation",
            "CaseSentence", "CaseExport", "PaletteSearch", "OpenAPI", "OpenAPI+Schema", "OpenAPI+Uploads",
            "Metrics", "MetricsAccess",
            "Readiness", "CaseImporter",
            "ImportBatch", "ImportCases", "ImportReader", "ImportReport",
            "BackupManifest", "BackupReader", "BackupRestore", "BackupWriter",
            "AccountAspects", "AlertMessage", "CaseHistory", "CaseCounts", "BulkSelection",
            "MailIntake", "MailFiling", "MailSending", "NotificationSending", "NotificationChannels",
        ]
        for file in Self.files(in: "Sources/Desk/Features") {
            let name = String(file.split(separator: "/").last?.dropLast(6) ?? "")
            let stem = String(name.prefix { $0 != "+" })
            let isKnown = known.contains { stem.hasSuffix($0) } || others.contains(name)
            #expect(isKnown, "\(file) ends in no known suffix")
        }
    }

    @Test("Nothing reads the clock or makes chance but what is given them")
    func clockAndChanceAreGiven() throws {
        for line in try Self.lines(in: "Sources/Desk") + Self.lines(in: "Sources/thirdline") {
            let code = line.text.trimmingPrefix(while: \.isWhitespace)
            guard !code.hasPrefix("//") else { continue }
            #expect(!code.contains("Date()"), "\(line.place) reads the clock")
            #expect(
                !code.contains("Timestamp.now") || line.file.hasSuffix("Clock.swift"),
                "\(line.place) reads the clock")
        }
    }

    @Test("A file is read in one sitting")
    func filesAreShort() throws {
        for file in Self.files(in: "Sources") {
            let count = try Self.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(count <= 720, "\(file) has \(count) lines")
        }
    }
}
