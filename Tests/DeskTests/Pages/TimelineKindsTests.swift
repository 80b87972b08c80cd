import Diagnosis
import Domain
import Foundation
import TestSupport
import Testing

@testable import Desk

/// No kind of fact is forgotten by the timeline: each has a sentence of its own and a filter that shows it.
@Suite("Kinds of entries")
struct TimelineKindsTests {
    /// The stored bodies of all kinds of facts about cases.
    private static func facts() throws -> [CaseFact] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../DomainTests/Goldens/facts.jsonl").standardizedFileURL
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let value = try JSON(parsing: String(line))
            guard let kind = value["kind"]?.string, kind.hasPrefix("case."),
                let body = value["body"]?.object
            else { return nil }
            return try CaseFact(kind: kind, body: FactBody(body))
        }
    }

    private static func entry(_ fact: CaseFact) -> Recorded<CaseFact> {
        Recorded(
            sequence: 1, subject: SupportCase.ref("c1"), version: Version(1), actor: "p1",
            occurredAt: TestDesk.start, recordedAt: TestDesk.start, body: fact)
    }

    @Test(
        "Every kind of fact about a case has a sentence of its own in the timeline",
        arguments: [Engine.sqlite])
    func sentences(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let services = desk.services
            let sentences = CaseSentence(
                policy: services.policy.current, names: ["p1": "Marta"],
                parts: services.catalog.caseParts)
            let facts = try Self.facts()
            #expect(Set(facts.map(\.kind)) == Set(CaseFact.allKinds))
            var kinds: [String: Set<String>] = [:]
            for fact in facts {
                // Messages are shown whole and need no sentence.
                if ["case.replied", "case.noted", "case.resolved"].contains(fact.kind) { continue }
                let sentence = PlainText.of(sentences.line(Self.entry(fact)).1)
                #expect(sentence.hasPrefix("Marta ") || fact.kind == "case.change_imported", "\(fact.kind)")
                #expect(!sentence.hasSuffix("changed the case"), "\(fact.kind) has no sentence")
                #expect(!sentence.contains("changed the investigation"), "\(fact.kind) has no sentence")
                // The same deed reads the same, whether customers are told of it or not.
                let twins = [
                    "case.status_moved": "case.status_changed", "case.form_shared": "case.form_answered",
                ]
                let kind = twins[fact.kind] ?? fact.kind
                kinds[sentence, default: []].insert(kind)
            }
            #expect(kinds.filter { $0.value.count > 1 } == [:], "two kinds cannot be told apart")
        }
    }

    @Test("Every kind that customers may see has words for them", arguments: [Engine.sqlite])
    func customerSentences(_ engine: Engine) async throws {
        try await TestDesk.run(on: engine) { desk in
            let sentences = CaseSentence(
                policy: desk.services.policy.current, names: ["p1": "Marta"],
                parts: desk.services.catalog.caseParts)
            for fact in try Self.facts() where fact.family != nil {
                let words = sentences.ofPart(Self.entry(fact), isForCustomer: true)
                let isPublic = CaseFact.publicKinds.contains(fact.kind)
                #expect(!isPublic || words != nil, "\(fact.kind) is public and has no words for the customer")
            }
        }
    }

    @Test(
        "Every kind of entry is shown by a filter of the timeline, and “Facts” shows all but messages and notes"
    )
    func filters() {
        typealias Selection = CaseTimeline.Selection
        let views = Selection.views.filter { $0.id != "all" }
        let shown = Set(views.flatMap(\.kinds))
        #expect(shown == Set(CaseFact.allKinds))
        let facts = Set(views.first { $0.id == "facts" }?.kinds ?? [])
        #expect(Set(CaseFact.allKinds).subtracting(facts) == ["case.replied", "case.noted"])
        for family in CaseFact.families { #expect(Set(family.kinds).isSubset(of: facts), "\(family)") }
        // Each family has a filter for itself, but the story's own, and that of purges: a case has one at most.
        for family in CaseFact.families where family != StoryFact.self && family != RetentionFact.self {
            #expect(views.contains { Set($0.kinds) == Set(family.kinds) }, "\(family)")
        }
    }
}
