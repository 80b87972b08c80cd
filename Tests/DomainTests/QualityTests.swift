import Domain
import Testing

/// The rubric as a meter and as marks, sampling, and the figures of surveys: pure.
struct QualityTests {
    private static let anchors = [1: "None", 2: "Little", 3: "Half", 4: "Most", 5: "All"]
    private static let rubric = rubric(anchors: anchors)

    private static func rubric(anchors: [Int: String]) -> Form {
        Form(id: "rubric", name: "Rubric", use: .quality, questions: questions(anchors: anchors))
    }

    private static func questions(anchors: [Int: String]) -> [Form.Question] {
        [
            .init(
                id: "notes", label: "Notes", kind: .rating, anchors: anchors, weight: 2,
                signs: [.problemStatement, .notes]),
            .init(
                id: "evidence", label: "Evidence", kind: .rating, anchors: anchors, weight: 2,
                signs: [.evidence]),
            .init(
                id: "resolution", label: "Resolution", kind: .rating, anchors: anchors, weight: 4,
                signs: [.narrative]),
            .init(id: "remark", label: "Anything else?", kind: .longText),
        ]
    }

    @Test(
        "CASE-63 part: The meter counts by the rubric’s weights what applies, and leaves the rest to a reviewer"
    )
    func meter() {
        let half = DocumentationMeter(
            Self.rubric, DocumentationState([.problemStatement: true, .notes: false, .evidence: false]))
        #expect(half.percent == 25)
        #expect(half.gaps.map(\.sign) == [.evidence, .notes] && half.gaps.map(\.adds) == [50, 25])
        #expect(half.criteria.map(\.percent) == [50, 0, nil] && half.unseen.map(\.id) == ["resolution"])
        let whole = DocumentationMeter(
            Self.rubric, DocumentationState([.problemStatement: true, .notes: true, .evidence: true]))
        #expect(whole.percent == 100 && whole.gaps.isEmpty)
        #expect(DocumentationMeter(Self.rubric, DocumentationState([:])).percent == nil)
        #expect(half.version == Self.rubric.version)
    }

    @Test(
        "CASE-62 part: The score is the mean of the marks by weight, and another wording is another version")
    func score() {
        func mark(_ mark: Int, _ weight: Int) -> FormMark {
            FormMark(question: "q", label: "Q", mark: mark, weight: weight, anchor: nil)
        }
        #expect([mark(5, 2), mark(2, 1)].score == 400)
        #expect([mark(4, 3), mark(5, 3), mark(4, 0)].score == 450)
        #expect([mark(5, 2), mark(4, 1)].score == 467)
        #expect([mark(4, 0)].score == nil && [FormMark]().score == nil)
        #expect(scoreWords(467) == "4.67" && scoreWords(405) == "4.05")
        var anchors = Self.anchors
        anchors[3] = "More than half"
        #expect(Self.rubric(anchors: anchors).version != Self.rubric.version)
    }

    @Test(
        "CASE-62 part: The sample follows from identifiers alone, is as large as policy says, and a larger one holds it"
    )
    func sample() {
        let cases = (0..<4000).map { index in
            SupportCase(
                id: ID("0198\(pad(index, 4))-5b1a-7000-8000-\(pad(index * 7919 % 1_000_000, 12))"),
                version: Version(1), number: "TL-\(index)", at: Timestamp(microseconds: 0))
        }
        func sampled(_ percent: Int) -> Set<String> {
            var terms = Policy.QualityTerms.standard
            terms.samplePercent = percent
            return Set(cases.filter(terms.samples).map(\.number))
        }
        #expect((280...520).contains(sampled(10).count), "\(sampled(10).count)")
        #expect(sampled(10).isSubset(of: sampled(30)))
        #expect(sampled(0).isEmpty && sampled(100).count == 4000)
        var terms = Policy.QualityTerms.standard
        (terms.samplePercent, terms.alwaysSeverities) = (0, ["sev1"])
        var grave = cases[0]
        grave.severity = "sev1"
        #expect(terms.samples(grave) && !terms.samples(cases[0]))
    }

    @Test(
        "CASE-66 part: Every figure has its base; two-valued answers count in the share and not in the mean")
    func figures() {
        func item(
            _ rule: SurveyFact.Rule? = nil, _ score: Int? = nil, _ scale: SurveyFact.Scale = .five,
            _ severity: String = "sev3"
        ) -> SurveyFigures.Item {
            .init(
                rule: rule, score: score, scale: score == nil ? nil : scale, severity: severity,
                tier: "premium", isEscalated: severity == "sev1")
        }
        let figures = SurveyFigures([
            item(nil, 5), item(nil, 2), item(nil, 4, .five, "sev1"), item(nil, 1, .two), item(),
            item(.tooRecent), item(.byHand),
        ])
        #expect(figures.decided == 7 && figures.withheld == [.tooRecent: 1, .byHand: 1])
        #expect(figures.all.asked == 5 && figures.all.answered == 4 && figures.all.responseRate == 80)
        #expect(figures.all.marks == 3 && figures.all.mean == 367 && figures.all.positiveShare == 50)
        #expect(figures.bySeverity["sev1"]?.mean == 400 && figures.byEscalated[true]?.asked == 1)
        let none = SurveyFigures([])
        #expect(none.all.mean == nil && none.all.responseRate == nil && none.all.positiveShare == nil)
    }

    @Test("CASE-65 part: Words propose themes as whole words, and say which word did")
    func themes() {
        var terms = Policy.SurveyTerms.standard
        terms.themes = [
            .init(id: "speed", name: "Speed", words: ["slow", "waited"]),
            .init(id: "manner", name: "Manner", words: ["wrong answer"]),
        ]
        func proposed(_ text: String) -> [String] {
            terms.proposedThemes(for: text).map { "\($0.theme.id) \($0.word)" }
        }
        #expect(proposed("We WAITED, for days.") == ["speed waited"])
        #expect(proposed("A wrong\nanswer; slowly") == ["manner wrong answer"])
        #expect(proposed("").isEmpty && proposed("fine").isEmpty)
    }
}
