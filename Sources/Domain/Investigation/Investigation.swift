/// What is known, suspected, ruled out, decided and fixed in a case: the replay of its investigation facts.
package struct Investigation: Equatable, Sendable {
    /// A hypothesis with all that happened to it.
    package struct Hypothesis: Equatable, Sendable {
        /// "H1".
        package var id: String
        /// What it says.
        package var wording: HypothesisWording
        /// Where it stands, how sure, and why: the latest judgement.
        package var judgement: HypothesisJudgement
        /// What was seen that concerns it, oldest first.
        package var results: [Result] = []
        /// All evidence that any judgement or result named, in the order of first mention.
        package var evidence: [String] = []
        /// Who put it up.
        package var proposed: Attribution
        /// Who said last where it stands.
        package var judged: Attribution?
        /// Where it stood before each judgement, oldest first.
        fileprivate var past: [Standing] = []

        /// Where it stands.
        package var state: HypothesisState { judgement.state }
    }

    /// Where a hypothesis stood before it was judged again.
    fileprivate struct Standing: Equatable, Sendable {
        var judgement: HypothesisJudgement
        var judged: Attribution?
        var cited: [String]
    }

    /// What was seen, of what, by whom.
    package struct Result: Equatable, Sendable {
        /// "T1" where it came out of a planned test.
        package var test: String?
        /// What was seen.
        package var result: InvestigationResult
        /// Who wrote it down.
        package var recorded: Attribution
    }

    /// A test, planned or done.
    package struct Test: Equatable, Sendable {
        /// "T1".
        package var id: String
        /// What is done, why, and at which cost.
        package var plan: TestPlan
        /// Who planned it.
        package var planned: Attribution
        /// What came out, oldest first; empty until it is done.
        package var results: [Result] = []

        /// Whether it is done.
        package var isDone: Bool { !results.isEmpty }
        /// Whether it led nowhere: nobody should repeat it.
        package var isDeadEnd: Bool { results.last.map { $0.result.bearing != .supports } ?? false }
    }

    /// A decision and what the customer said to it.
    package struct Decided: Equatable, Sendable {
        /// "D1".
        package var id: String
        /// What was decided.
        package var decision: CaseDecision
        /// Who wrote it down, and when it was decided.
        package var recorded: Attribution
        /// What the customer last said to it.
        package var agreement: CustomerAgreement?
        /// Who wrote that down.
        package var agreementRecorded: Attribution?
        /// The decision that took its place.
        package var replacedBy: String?

        /// Whether the customer has still to be asked.
        package var lacksAgreement: Bool {
            decision.kind.needsAgreement && agreement == nil && replacedBy == nil
        }
    }

    /// A part of the note as it was last written.
    package struct Note: Equatable, Sendable {
        /// What it says.
        package var text: String
        /// Who wrote it.
        package var written: Attribution
    }

    /// A way around and whether it may be used.
    package struct WayAround: Equatable, Sendable {
        /// "W1".
        package var id: String
        /// What it is.
        package var workaround: Workaround
        /// Who wrote it down.
        package var recorded: Attribution
        /// Why it must not be used any more; nil while it may.
        package var withdrawnBecause: String?
    }

    /// A fix and how it was verified.
    package struct Fix: Equatable, Sendable {
        /// "F1".
        package var id: String
        /// What was changed.
        package var text: String
        /// In which version, release or change it is delivered.
        package var version: String?
        /// Who wrote it down.
        package var recorded: Attribution
        /// Its tests, oldest first.
        package var tests: [(test: FixTest, recorded: Attribution)] = []
        /// What each witness last said.
        package var confirmations: [FixWitness: (holds: Bool, words: String, recorded: Attribution)] = [:]

        package static func == (left: Fix, right: Fix) -> Bool {
            left.id == right.id && left.text == right.text && left.version == right.version
                && left.recorded == right.recorded && left.tests.elementsEqual(right.tests, by: ==)
                && left.confirmations.keys == right.confirmations.keys
                && left.confirmations.allSatisfy { key, value in
                    right.confirmations[key].map { $0 == value } ?? false
                }
        }
    }

    /// A party with a component on the failing path.
    package struct Party: Equatable, Sendable {
        /// "P1".
        package var id: String
        /// Who they are.
        package var name: String
        /// Their component on the failing path.
        package var component: String
        /// Whom to ask there.
        package var contact: String?
        /// Who listed them.
        package var listed: Attribution
        /// What they were asked.
        package var questions: [Question] = []
        /// What speaks for and against their component.
        package var weighed: [Result] = []
    }

    /// A question to a party.
    package struct Question: Equatable, Sendable {
        /// "Q1".
        package var id: String
        /// What was asked.
        package var text: String
        /// Who asked, and when.
        package var asked: Attribution
        /// The answer.
        package var answer: String?
        /// Who wrote it down, and when it came.
        package var answered: Attribution?
    }

    /// How many hypotheses were put up, withdrawn ones included.
    package private(set) var proposals = 0
    /// How many tests were planned, withdrawn ones included.
    package private(set) var plans = 0
    /// In the order in which they were put up.
    package private(set) var hypotheses: [Hypothesis] = []
    /// In the order in which they were planned.
    package private(set) var tests: [Test] = []
    /// In the order in which they were taken.
    package private(set) var decisions: [Decided] = []
    /// How the problem is bounded.
    package private(set) var boundaries: [BoundaryQuestion: Boundary] = [:]
    /// Each part of the structured notes as it was last written.
    package private(set) var notes: [NotePart: Note] = [:]
    /// In the order in which they were written down.
    package private(set) var workarounds: [WayAround] = []
    /// In the order in which they were written down.
    package private(set) var fixes: [Fix] = []
    /// In the order in which they were listed.
    package private(set) var parties: [Party] = []

    /// The investigation that these facts make, oldest first; facts of other families do nothing.
    ///
    /// O(facts).
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            guard case .investigation(let body) = fact.body else { continue }
            apply(body, Attribution(fact))
        }
    }
}

extension Investigation {
    private mutating func apply(_ fact: InvestigationFact, _ mark: Attribution) {
        switch fact {
        case .hypothesisProposed(let id, let wording, let confidence):
            proposals += 1
            hypotheses.append(
                Hypothesis(
                    id: id, wording: wording,
                    judgement: HypothesisJudgement(state: .open, confidence: confidence), proposed: mark))
        case .hypothesisRevised(let id, let wording):
            change(\.hypotheses, where: { $0.id == id }) { $0.wording = wording }
        case .hypothesisJudged(let id, let judgement): judge(id, judgement, mark)
        case .judgementWithdrawn(let id, _): change(\.hypotheses, where: { $0.id == id }) { $0.stepBack() }
        case .hypothesisWithdrawn(let id, _):
            hypotheses.removeAll { $0.id == id }
            tests.removeAll { $0.plan.hypothesis == id }
        case .testPlanned(let id, let plan):
            plans += 1
            tests.append(Test(id: id, plan: plan, planned: mark))
        case .resultRecorded(let id, let result): record(result, on: id, mark)
        case .decided(let id, let decision):
            decisions.append(Decided(id: id, decision: decision, recorded: mark))
            if let old = decision.replaces {
                change(\.decisions, where: { $0.id == old }) { $0.replacedBy = id }
            }
        case .agreementRecorded(let id, let agreement):
            change(\.decisions, where: { $0.id == id }) {
                ($0.agreement, $0.agreementRecorded) = (agreement, mark)
            }
        case .bounded(let question, let boundary): boundaries[question] = boundary
        case .noteStructured(let parts):
            for (part, text) in parts { notes[part] = Note(text: text, written: mark) }
        default: applyRemedy(fact, mark)
        }
    }

    private mutating func applyRemedy(_ fact: InvestigationFact, _ mark: Attribution) {
        switch fact {
        case .workaroundRecorded(let id, let workaround):
            workarounds.append(WayAround(id: id, workaround: workaround, recorded: mark))
        case .workaroundRevised(let id, let workaround):
            change(\.workarounds, where: { $0.id == id }) { $0.workaround = workaround }
        case .workaroundWithdrawn(let id, let reason):
            change(\.workarounds, where: { $0.id == id }) { $0.withdrawnBecause = reason }
        case .fixRecorded(let id, let text, let version):
            fixes.append(Fix(id: id, text: text, version: version, recorded: mark))
        case .fixTested(let id, let test):
            change(\.fixes, where: { $0.id == id }) { $0.tests.append((test, mark)) }
        case .fixConfirmed(let id, let witness, let holds, let words):
            change(\.fixes, where: { $0.id == id }) { $0.confirmations[witness] = (holds, words, mark) }
        default: applyParty(fact, mark)
        }
    }

    private mutating func applyParty(_ fact: InvestigationFact, _ mark: Attribution) {
        switch fact {
        case .partyListed(let id, let name, let component, let contact):
            parties.append(
                Party(id: id, name: name, component: component, contact: contact, listed: mark))
        case .partyAsked(let id, let question, let text):
            change(\.parties, where: { $0.id == id }) {
                $0.questions.append(Question(id: question, text: text, asked: mark))
            }
        case .partyAnswered(let id, let question, let text):
            change(\.parties, where: { $0.id == id }) { party in
                guard let index = party.questions.firstIndex(where: { $0.id == question }) else { return }
                (party.questions[index].answer, party.questions[index].answered) = (text, mark)
            }
        case .partyWeighed(let id, let result):
            change(\.parties, where: { $0.id == id }) {
                $0.weighed.append(Result(test: nil, result: result, recorded: mark))
            }
        default: break
        }
    }

    private mutating func judge(_ id: String, _ judgement: HypothesisJudgement, _ mark: Attribution) {
        change(\.hypotheses, where: { $0.id == id }) { hypothesis in
            hypothesis.past.append(
                Standing(
                    judgement: hypothesis.judgement, judged: hypothesis.judged, cited: hypothesis.evidence))
            var judgement = judgement
            judgement.confidence = judgement.confidence ?? hypothesis.judgement.confidence
            hypothesis.judgement = judgement
            hypothesis.judged = mark
            hypothesis.cite(judgement.evidence)
        }
    }

    private mutating func record(_ result: InvestigationResult, on id: String, _ mark: Attribution) {
        var hypothesis = id
        var test: String?
        if let planned = tests.first(where: { $0.id == id }) {
            (hypothesis, test) = (planned.plan.hypothesis ?? "", id)
            change(\.tests, where: { $0.id == id }) {
                $0.results.append(Result(test: id, result: result, recorded: mark))
            }
        }
        change(\.hypotheses, where: { $0.id == hypothesis }) {
            $0.results.append(Result(test: test, result: result, recorded: mark))
            $0.cite(result.evidence)
        }
    }

    private mutating func change<Item>(
        _ items: WritableKeyPath<Investigation, [Item]>, where isMeant: (Item) -> Bool,
        _ edit: (inout Item) -> Void
    ) {
        if let index = self[keyPath: items].firstIndex(where: isMeant) { edit(&self[keyPath: items][index]) }
    }
}

extension Investigation.Hypothesis {
    /// What the last judgement took the place of; nil where nobody has judged it.
    package var judgementBefore: HypothesisJudgement? { past.last?.judgement }

    /// Goes back to where it stood before the last judgement; what results cite since stays cited.
    fileprivate mutating func stepBack() {
        guard let before = past.popLast() else { return }
        let judged = Set(judgement.evidence)
        let seen = Set(results.flatMap(\.result.evidence)).union(before.cited)
        evidence.removeAll { judged.contains($0) && !seen.contains($0) }
        (judgement, self.judged) = (before.judgement, before.judged)
    }

    fileprivate mutating func cite(_ references: [String]) {
        for reference in references where !evidence.contains(reference) { evidence.append(reference) }
    }
}
