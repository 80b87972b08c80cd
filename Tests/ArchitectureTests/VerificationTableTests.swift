import Foundation
import Testing

/// The table of OWASP ASVS says only what the tests say.
@Suite("The table of OWASP ASVS") struct VerificationTableTests {
    /// The rows: their IDs, states and what shows them.
    private func rows() throws -> [(ids: String, state: String, place: String)] {
        try SourceTreeTests.text("docs/asvs.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, cells[0].first?.isNumber == true else { return nil }
            return (cells[0], cells[2], cells[3])
        }
    }

    @Test("Every test that the table names exists, under that name")
    func namesExist() throws {
        var count = 0
        for row in try rows() {
            var source: String?
            for match in row.place.matches(of: /`([A-Za-z]+\/[A-Za-z_\/]+\.(?:swift|py))`|“([^”]+)”/) {
                if let file = match.output.1 {
                    source = try SourceTreeTests.text("Tests/\(file)").replacing(/\s+/, with: " ")
                } else if let name = match.output.2, let source {
                    count += 1
                    let isThere = source.contains(String(name))
                    #expect(isThere, "\(row.ids): there is no “\(name)”")
                }
            }
        }
        #expect(count > 60)
    }

    @Test("Every row has a state, and says what shows it or why not")
    func statesAreKnown() throws {
        let all = try rows()
        #expect(all.count > 120)
        for row in all {
            let isKnown = ["met", "part", "gap", "n/a"].contains(row.state)
            #expect(isKnown, "\(row.ids)")
            #expect(!row.place.isEmpty, "\(row.ids)")
        }
        #expect(Set(all.map(\.ids)).count == all.count, "a row stands twice")
    }
}
