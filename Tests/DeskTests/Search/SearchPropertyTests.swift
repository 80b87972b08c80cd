import Domain
import Storage
import TestSupport
import Testing

@testable import Desk

/// What a search finds is what looking at every text finds, whatever the index has taken in.
@Suite("Search against looking at every text")
struct SearchPropertyTests {
    /// Chance that is the same each time.
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }

        mutating func pick<T>(_ choices: [T]) -> T { choices[roll(choices.count)] }
    }

    private static let pieces = [
        "a", "b", "c", "_", "1", "2", ".", "-", "/", " ", " ", ":", "#", "\"", "é", "中", "B", "'", "*", "(",
        "\u{1F600}", "abcabcabcabcabcabcabc", "—", "reset", "ORA-12541", "\\",
    ]

    private static func text(_ dice: inout Dice, _ length: Int) -> String {
        (0..<length).map { _ in dice.pick(pieces) }.joined()
    }

    /// A case with its words, as its facts say them.
    private struct Known {
        var this: SupportCase
        var words: [SearchWords]

        func holds(_ condition: SearchCondition, isPublic: Bool) -> Bool {
            switch condition {
            case .text(let wanted, let place):
                let folded = SearchText.fold(wanted)
                return words.contains { word in
                    (place.kinds.isEmpty || place.kinds.contains(word.kind)) && (!isPublic || word.isPublic)
                        && SearchText.fold(word.text).unicodeScalars.contains(Array(folded.unicodeScalars))
                }
            case .every(let parts): return parts.allSatisfy { holds($0, isPublic: isPublic) }
            case .any(let parts): return parts.contains { holds($0, isPublic: isPublic) }
            case .not(let inner): return !holds(inner, isPublic: isPublic)
            case .has(.owner): return this.owner != nil
            case .oneOf(.severity, let names): return names.contains(this.severity.raw)
            default: return false
            }
        }
    }

    private func known(_ desk: TestDesk) async throws -> [Known] {
        let actor = try desk.actor(.samira)
        return try await desk.services.database.read { tx in
            try CaseDirectory.list(CaseFilter(), for: actor, limit: 1000, in: tx).map { this in
                let words = try CaseDirectory.facts(of: this.id, in: tx).flatMap(\.body.searchWords)
                return Known(this: this, words: words)
            }
        }
    }

    private func condition(_ dice: inout Dice, _ depth: Int, _ cases: [Known]) -> SearchCondition {
        let roll = dice.roll(100)
        if depth == 0 || roll < 45 {
            let place = dice.roll(8) == 0 ? dice.pick(SearchCondition.Place.allCases) : .anywhere
            let words = dice.pick(cases).words
            func asked(_ text: String) -> SearchCondition {
                .text(SearchText.fold(text).isEmpty ? "ab" : text, place)
            }
            guard dice.roll(10) < 7, !words.isEmpty else {
                return asked(Self.text(&dice, 1 + dice.roll(3)))
            }
            let scalars = Array(dice.pick(words).text.unicodeScalars)
            let start = dice.roll(scalars.count)
            var view = String.UnicodeScalarView()
            view.append(
                contentsOf: scalars[
                    start..<min(scalars.count, start + dice.pick([1, 2, 2, 3, 4, 7, 18, 25]))])
            return asked(String(view))
        }
        if roll < 60 { return .not(condition(&dice, depth - 1, cases)) }
        if roll < 70 { return dice.roll(2) == 0 ? .has(.owner) : .oneOf(.severity, ["sev2"]) }
        let parts = (0..<dice.pick([2, 2, 3])).map { _ in condition(&dice, depth - 1, cases) }
        return dice.roll(2) == 0 ? .every(parts) : .any(parts)
    }

    @Test(
        "CASE-67 part: A search finds exactly the cases in whose words it stands, for staff and for customers",
        arguments: Engine.available)
    func property(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            var dice = Dice(state: engine == .sqlite ? 11 : 12)
            var numbers: [String] = []
            let jobs = SearchJobs(desk.services)
            for round in 0..<60 {
                desk.clock.advance(seconds: Int64(dice.roll(50)))
                switch numbers.count < 4 ? 0 : dice.roll(12) {
                case 0:
                    let reporter = dice.pick([Cast.daniel, .sofia])
                    let number = try await desk.reportedCase(
                        by: reporter, subject: "S\(Self.text(&dice, 4)) x", symptom: "W\(Self.text(&dice, 9))"
                    )
                    numbers.append(number)
                case 1...5:
                    try await desk.perform(
                        "case.note", as: .marta,
                        [
                            "id": .text(dice.pick(numbers)),
                            "text": .text("n" + Self.text(&dice, 1 + dice.roll(12))),
                        ])
                case 6...8:
                    try await desk.perform(
                        "case.reply", as: .marta,
                        [
                            "id": .text(dice.pick(numbers)),
                            "text": .text("r" + Self.text(&dice, 1 + dice.roll(12))),
                        ])
                case 9:
                    let this = try await desk.found(dice.pick(numbers))
                    let fact = dice.pick(try await desk.facts(this.id.raw))
                    guard case .noted = fact.body else { continue }
                    try await desk.perform(
                        "case.erase_entry", as: .samira,
                        [
                            "id": .text(this.number), "sequence": .text(String(fact.sequence)),
                            "reason": "gone",
                        ])
                default: _ = try await jobs.takeIn(most: dice.pick([1, 5, 64]), isFinal: true)
                }
                if round % 10 == 9 { try await check(desk, &dice) }
            }
            #expect(try await desk.findings() == [])
            try await jobs.finish()
            try await check(desk, &dice)
        }
    }

    private func check(_ desk: TestDesk, _ dice: inout Dice) async throws {
        let cases = try await known(desk)
        for _ in 0..<40 {
            let condition = condition(&dice, 2, cases)
            let actor = try desk.actor(dice.pick([.marta, .marta, .daniel, .sofia]))
            let wanted = cases.filter {
                $0.this.isVisible(to: actor) && $0.holds(condition, isPublic: actor.isCustomer)
            }.map(\.this)
            let few = dice.pick([0, 5000])
            let size = 3
            let filter = CaseFilter(condition)
            let (pages, last, count) = try await desk.services.database.read { tx in
                var found: [SupportCase] = []
                while true {
                    let after = found.last.map { CasePosition($0, for: actor) }
                    let next = try Self.page(
                        CasePage(after: after, isBackwards: false, limit: size), filter, actor, few, in: tx)
                    found += next
                    if next.count < size { break }
                }
                let last = try Self.page(
                    CasePage(after: nil, isBackwards: true, limit: size), filter, actor, few, in: tx)
                return (found, last, try CaseDirectory.count(filter, for: actor, in: tx))
            }
            let what = "\(condition) for \(actor.name), few \(few)"
            #expect(Set(pages.map(\.id)) == Set(wanted.map(\.id)), "\(what)")
            #expect(pages.count == wanted.count, "\(what)")
            #expect(count == wanted.count, "\(what)")
            #expect(last.map(\.id) == pages.suffix(size).map(\.id), "\(what)")
        }
    }
    private static func page(
        _ page: CasePage, _ filter: CaseFilter, _ actor: Actor, _ few: Int, in tx: borrowing Transaction
    ) throws -> [SupportCase] {
        filter.condition?.worded == nil
            ? try CaseDirectory.list(filter, for: actor, page, in: tx)
            : try CaseSearchQueries.page(filter, for: actor, page, few: few, in: tx).cases
    }
}
