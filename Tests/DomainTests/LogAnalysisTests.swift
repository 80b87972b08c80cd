import Diagnosis
import Testing

@testable import Domain

/// What is kept of an analysis, the course of a pattern in words, and what makes cases similar.
@Suite("What logs say") struct LogAnalysisTests {
    @Test("The course of a pattern says whether it is new, stopped, more, less or steady")
    func courses() {
        func words(_ first: Int, _ second: Int, from: Int = 0, to: Int = 24) -> String? {
            PatternCourse.words(
                (0..<24).map { $0 < from || $0 >= to ? 0 : $0 < 12 ? first : second })
        }
        #expect(words(5, 5) == "steady")
        #expect(words(5, 5, from: 8) == "new")
        #expect(words(5, 5, to: 12) == "stopped")
        #expect(words(2, 10) == "×5")
        #expect(words(9, 3) == "÷3")
        #expect(words(7, 7, from: 3, to: 4) == "all at once")
        #expect(words(1, 0, to: 2) == nil && PatternCourse.words([]) == nil)
    }

    @Test("What is kept of an analysis is read again as it was")
    func coding() throws {
        let moment = try #require(Timestamp("2026-03-01T14:00:00Z"))
        var log = LogAnalysis()
        (log.lines, log.bytes, log.patternCount, log.findingCount) = (9, 90, 2, 1)
        (log.from, log.to, log.slotSeconds) = (moment, moment.adding(seconds: 60), 60)
        (log.summary, log.problems) = (["9 lines"], ["core.bin is no text"])
        log.sources = [
            .init(name: "a.log", lines: 9, bytes: 90, form: "JSON", from: moment, to: nil, notes: ["UTC"])
        ]
        log.slots = [.init(at: moment, all: 9, warnings: 1, errors: 2)]
        log.patterns = [
            .init(
                id: "00ff", text: "took <*>", count: 3, level: "error", isTrouble: true, course: [1, 2],
                variables: [.init(kind: "duration", distinct: 2, top: ["5 ms"], median: 0.5, maximum: 2)])
        ]
        log.findings = [
            .init(
                ordinal: 1, kind: "log.timeout", title: "Too late", severity: "high", confidence: 80,
                why: "Three lines", nextTest: "Look", from: moment, to: nil, count: 3, subjects: ["00ff"],
                cites: [
                    .init(member: "a.log", first: 4, last: 5, lines: ["x", "y"], before: ["w"], after: ["z"])
                ])
        ]
        log.traces = [.init(id: "aa", title: "Boom", count: 2)]
        #expect(LogAnalysis(try JSON(parsing: log.json.text)) == log)
        #expect(log.finding("f1")?.cites.first?.words == "lines 4 to 5 of a.log")
    }

    @Test("Cases that share what is rare come first; what many cases have says nothing")
    func similar() {
        let trace = SimilarCases.Mark(kind: .trace, id: "t", words: "Boom at sign")
        let rare = SimilarCases.Mark(kind: .pattern, id: "r", words: "no key")
        let common = SimilarCases.Mark(kind: .pattern, id: "c", words: "timed out")
        let many = (0..<60).map { "m\($0)" }
        let matches = SimilarCases.matches(
            [
                (common, ["a", "b", "c"]), (rare, ["b"]), (trace, ["c"]),
                (.init(kind: .pattern, id: "x", words: "x"), many),
            ],
            limit: 5)
        #expect(matches.map(\.caseID) == ["c", "b", "a"])
        #expect(matches.first?.reasons.first == "Shares the stack trace “Boom at sign”, seen in 2 cases")
    }
}
