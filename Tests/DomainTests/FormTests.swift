import Domain
import Testing

/// A form scores what is answered and says exactly what is missing, under the answers so far.
struct FormTests {
    private static let form = form()

    private static func form(named name: String = "Intake", steps: String = "Which steps?") -> Form {
        Form(id: "intake", name: name, use: .intake, questions: questions(steps: steps))
    }

    private static func questions(steps: String) -> [Form.Question] {
        [
            .init(
                id: "kind", label: "What kind?", kind: .choice,
                choices: [.init(id: "login", name: "Signing in"), .init(id: "sync", name: "Sync")],
                neededTo: .handOff, weight: 3),
            .init(id: "steps", label: steps, kind: .longText, neededTo: .handOff, weight: 3),
            .init(id: "stage", label: "At which step?", shownWhen: [.init("kind", ["login"])], weight: 2),
            .init(id: "deep", label: "Deeper", shownWhen: [.init("stage", ["redirect"])], weight: 2),
            .init(
                id: "money", label: "Which payments?", neededTo: .close,
                neededWhen: [.init("severity", ["sev1"])], weight: 2),
            .init(id: "remark", label: "Anything else?", weight: 0),
        ]
    }

    @Test("CASE-05 part: The score counts answers by weight and lists what is missing with what it adds")
    func score() {
        let score = Self.form.score(answers: ["steps": "1. Open", "remark": ""], context: [:])
        #expect(score.missing.map(\.question.id) == ["kind", "money"])
        #expect(score.missing.map(\.adds) == [38, 25])
        #expect((score.percent, score.answered, score.total) == (37, 1, 3))
        #expect(score.words == "2 of 3 missing" && !score.isComplete)
        #expect(score.missing(for: .handOff).map(\.question.id) == ["kind"])
        let done = Self.form.score(answers: ["steps": "x", "kind": "sync", "money": "y"], context: [:])
        #expect(done.percent == 100 && done.isComplete && done.words == "Nothing missing")
    }

    @Test("A form of nothing but helpful questions is complete without an answer, and not at 100")
    func optional() {
        func score(_ questions: [Form.Question]) -> FormScore {
            Form(id: "intake", name: "Intake", use: .intake, questions: questions)
                .score(answers: [:], context: [:])
        }
        let helpful = score([.init(id: "sdk", label: "SDK")])
        #expect(helpful.isComplete && helpful.percent < 100 && helpful.missing.count == 1)
        #expect(score([]).percent == 100)
    }

    @Test("CASE-06 part: A question is asked once the answer it depends on is there, and no longer than that")
    func conditions() {
        func asked(_ answers: [String: String]) -> [String] {
            Self.form.questions(under: answers, [:]).map(\.id)
        }
        #expect(!asked([:]).contains("stage"))
        #expect(asked(["kind": "login"]).contains("stage"))
        #expect(asked(["kind": "login", "stage": "redirect"]).contains("deep"))
        #expect(!asked(["kind": "sync", "stage": "redirect"]).contains("deep"), "its own ground is gone")
    }

    @Test("What is needed can depend on the case")
    func neededWhen() {
        let calm = Self.form.score(answers: [:], context: ["severity": "sev3"])
        #expect(calm.missing(for: .close).isEmpty)
        let grave = Self.form.score(answers: [:], context: ["severity": "sev1"])
        #expect(grave.missing(for: .close).map(\.question.id) == ["money"])
    }

    @Test("The version of a form changes with what it asks, and with nothing else")
    func version() {
        #expect(Self.form(named: "Another name").version == Self.form.version)
        #expect(Self.form(steps: "Which steps lead to it?").version != Self.form.version)
    }

    @Test(
        "An answer is read as its question says",
        arguments: [
            (Form.Kind.text, RawValue.text(" eu-north "), "eu-north"),
            (.longText, .text("a\r\nb"), "a\nb"), (.number, .text("503"), "503"), (.number, .integer(4), "4"),
            (.number, .number(0.5), "0.5"), (.time, .text("2026-11-20T09:30"), "2026-11-20T09:30:00Z"),
            (.yesNo, .bool(true), "yes"), (.yesNo, .text("no"), "no"), (.rating, .integer(4), "4"),
            (.choice, .text("two"), "two"), (.evidence, .text("E1"), "E1"), (.text, .integer(74), "74"),
        ])
    func reading(_ kind: Form.Kind, _ raw: RawValue, _ expected: String) throws {
        let question = Form.Question(
            id: "q", label: "Q", kind: kind,
            choices: [.init(id: "one", name: "One"), .init(id: "two", name: "Two")])
        #expect(try question.field(TestPolicy.make()).read(raw, TestPolicy.make()).get() == expected)
        for blank in [RawValue.text("  \n "), .missing, .null] {
            #expect(try question.field(TestPolicy.make()).read(blank, TestPolicy.make()).get() == nil)
        }
    }

    @Test(
        "An answer that does not fit is named, never guessed",
        arguments: [
            (Form.Kind.number, RawValue.text("many")), (.time, .text("yesterday")), (.yesNo, .text("maybe")),
            (.rating, .integer(6)), (.choice, .text("three")), (.text, .list([.text("a"), .text("b")])),
            (.text, .text("a\u{202E}b")), (.text, .members([:])),
            (.longText, .text(String(repeating: "x", count: 100_001))),
        ])
    func misreading(_ kind: Form.Kind, _ raw: RawValue) {
        let question = Form.Question(
            id: "q", label: "Q", kind: kind, choices: [.init(id: "one", name: "One")])
        let policy = TestPolicy.make()
        guard case .failure(let problems) = question.field(policy).read(raw, policy) else {
            Issue.record("\(raw) was read")
            return
        }
        #expect(problems.problems.map(\.field) == ["answers.q"])
    }
}

/// Forms are policy: read with their lines, refused with what would be right.
struct FormPolicyTests {
    private static let forms: Tree = [
        [
            "id": "intake", "name": "Intake", "use": "intake",
            "fields": [
                [
                    "id": "kind", "label": "Kind", "kind": "choice", "needed_to": "hand_off",
                    "choices": [["id": "login", "name": "Login"], ["id": "sync", "name": "Sync"]],
                ],
                ["id": "stage", "label": "Stage", "shown_when": ["kind": "login"], "weight": "3"],
                ["id": "where", "label": "Where", "case_field": "environment"],
                [
                    "id": "mark", "label": "Mark", "kind": "rating", "anchors": ["1": "None", "5": "All"],
                    "needed_to": "close", "needed_when": ["severity": ["sev1", "sev2"]], "internal": "true",
                ],
            ],
        ],
        [
            "id": "payments", "name": "Payments", "use": "intake", "product_areas": ["one"],
            "fields": [["id": "stage", "label": "Stage"]],
        ],
    ]

    private func problems(_ path: String, _ value: Tree?) -> [ConfigProblem] {
        let forms = Self.forms.setting(path.split(separator: ".").map(String.init), value)
        guard case .failure(let found) = TestPolicy.read(TestPolicy.tree.setting(["forms"], forms)) else {
            return []
        }
        return found.problems
    }

    @Test("CASE-04 part: Forms by product area are read as policy writes them")
    func sound() throws {
        guard case .success(let policy) = TestPolicy.read(TestPolicy.tree.setting(["forms"], Self.forms))
        else {
            Issue.record("\(problems("", nil))")
            return
        }
        let intake = try #require(policy.forms.first)
        #expect(intake.questions.map(\.weight) == [2, 3, 1, 2])
        #expect(intake.questions[2].kind == .choice && intake.questions[2].caseField == .environment)
        #expect(intake.questions[3].anchors == [1: "None", 5: "All"] && !intake.questions[3].isForCustomer)
        var found = SupportCase(
            id: "x", version: Version(1), number: "TL-1", at: Timestamp(microseconds: 0))
        #expect(CaseForms(found, policy: policy, record: FormRecord()).form(.intake)?.id == "intake")
        found.classification[.productArea] = "one"
        #expect(CaseForms(found, policy: policy, record: FormRecord()).form(.intake)?.id == "payments")
        #expect(CaseForms(found, policy: policy, record: FormRecord()).form(.closure) == nil)
    }

    @Test(
        "A mistake in a form names its line and key and says what would be right",
        arguments: [
            ("0.use", "intakes", "forms[0].use", "is not one of intake, environment, closure"),
            ("0.fields.0.kind", "choise", "forms[0].fields[0].kind", "is not one of text, long_text"),
            ("0.fields.0.needed_to", "escalate", "forms[0].fields[0].needed_to", "hand_off, resolve, close"),
            ("0.fields.0.id", "Kind Of", "forms[0].fields[0].id", "small letters"),
            ("0.fields.1.id", "kind", "forms[0].fields[1].id", "stands here twice"),
            ("0.fields.1.weight", "900", "forms[0].fields[1].weight", "between 0 and 100"),
            ("0.fields.1.shown_when.kind", "logn", "shown_when.kind", "did you mean “login”?"),
            ("0.fields.3.anchors.1", "", "anchors.1", "a mark from 1 to 5"),
            ("0.fields.2.case_field", "owner", "case_field", "environment, product_area"),
            ("0.fields.3.internal", "yes", "internal", "must be true or false"),
            ("1.product_areas.0", "three", "forms[1].product_areas", "is not a product area"),
            ("1.id", "intake", "forms[1].id", "stands here twice"),
            ("0.fields", "none", "forms[0].fields", "must be a list"),
        ])
    func mistakes(_ path: String, _ value: String, _ key: String, _ words: String) {
        let found = problems(path, .text(value))
        #expect(
            found.contains { $0.key.contains(key) && $0.message.contains(words) && $0.line > 60 }, "\(found)")
    }

    @Test("Conditions look back, choices have choices, and one use has one form")
    func together() {
        let ahead = problems("0.fields.0", ["id": "kind", "label": "K", "shown_when": ["stage": "x"]])
        #expect(ahead.contains { $0.message.contains("neither an earlier field") })
        let bare = problems("0.fields.0", ["id": "kind", "label": "K", "kind": "choice"])
        #expect(bare.contains { $0.key == "forms[0].fields[0].choices" && $0.message == "is needed" })
        let twice = problems("1.product_areas", nil)
        #expect(twice.contains { $0.key == "forms[1].use" })
        let other = problems("1.fields.0", ["id": "stage", "label": "Stage", "kind": "number"])
        #expect(other.contains { $0.message.contains("has the kind text in another form") })
    }
}
