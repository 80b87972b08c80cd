import Domain
import Testing

/// Which entries make the story of a case, and what single keys do.
@Suite("Story and keys")
struct StoryTests {
    @Test("Messages and notes belong to the story by themselves, changes only when somebody puts them in")
    func byThemselves() throws {
        var story = Story()
        #expect(story.tells(1, kind: "case.replied") && story.tells(1, kind: "case.noted"))
        #expect(!story.tells(2, kind: "case.severity_changed"))
        story = Story([.story(.pinned(entry: 2)), .story(.unpinned(entry: 1))])
        #expect(story.tells(2, kind: "case.severity_changed") && !story.tells(1, kind: "case.replied"))
        story = Story([.story(.pinned(entry: 2)), .story(.unpinned(entry: 2))])
        #expect(!story.tells(2, kind: "case.severity_changed"))
    }

    @Test(
        "Each family of facts says what of it the story tells, and the story tells no kind that does not exist"
    )
    func everyFamily() {
        // How the work was judged is for the few who may read it, and no part of what happened.
        for family in CaseFact.families where family != StoryFact.self && family != QualityFact.self {
            #expect(!family.storyKinds.isEmpty, "\(family)")
        }
        #expect(Set(Story.kinds).subtracting(CaseFact.allKinds) == [])
        for kind in [
            "case.evidence_given", "case.evidence_removed", "case.customer_answered",
            "case.exception_signed", "case.note_structured",
        ] { #expect(Story().tells(1, kind: kind), "\(kind)") }
        for kind in ["case.evidence_attached", "case.form_answered", "case.watched"] {
            #expect(!Story().tells(1, kind: kind), "\(kind)")
        }
    }

    @Test("Putting in what is told already changes nothing, and entries about the story are no part of it")
    func setting() throws {
        let story = Story()
        #expect(try story.setting(1, kind: "case.noted", isTold: true) == [])
        #expect(try story.setting(1, kind: "case.noted", isTold: false) == [.story(.unpinned(entry: 1))])
        #expect(throws: Refusal.self) { try story.setting(1, kind: "case.undone", isTold: true) }
    }

    @Test("A key of one's own is one character, and no key does two things")
    func keys() throws {
        #expect(
            try KeyMap.checked(["assign": "Y", "reply": "r", "note": ""]) == ["assign": "y", "note": ""])
        #expect(try KeyMap.checked(["reply": "n", "note": "r"]) == ["reply": "n", "note": "r"])
        #expect(codes(["assign": "r"]) == ["assign:key_taken"])
        #expect(codes(["assign": "xy"]) == ["assign:not_a_key"])
        #expect(codes(["assign": "\u{0}"]) == ["assign:not_a_key"])
        #expect(codes(["fly": "f"]) == ["fly:unknown_action"])
    }

    private func codes(_ wanted: [String: String]) -> [String] {
        do {
            _ = try KeyMap.checked(wanted)
            return []
        } catch { return error.problems.map { "\($0.field):\($0.code)" } }
    }

    @Test("Keys survive being written as a line, with every sign that a key may be")
    func line() {
        for map in [[:], ["assign": "x"], ["assign": "", "reply": "="], ["note": "ü", "up": "%"]] {
            #expect(KeyMap.read(KeyMap.text(map)) == map)
        }
    }

    @Test("Every key of the registry does one thing")
    func registry() {
        #expect(Set(KeyMap.actions.map(\.key)).count == KeyMap.actions.count)
        #expect(Set(KeyMap.actions.map(\.id)).count == KeyMap.actions.count)
    }
}
