package import Diagnosis

extension InvestigationFact {
    package var kind: String {
        switch self {
        case .hypothesisProposed: "case.hypothesis_proposed"
        case .hypothesisRevised: "case.hypothesis_revised"
        case .hypothesisJudged: "case.hypothesis_judged"
        case .hypothesisWithdrawn: "case.hypothesis_withdrawn"
        case .judgementWithdrawn: "case.judgement_withdrawn"
        case .testPlanned: "case.test_planned"
        case .resultRecorded: "case.result_recorded"
        case .decided: "case.decided"
        case .agreementRecorded: "case.agreement_recorded"
        case .bounded: "case.bounded"
        case .noteStructured: "case.note_structured"
        case .workaroundRecorded: "case.workaround_recorded"
        case .workaroundRevised: "case.workaround_revised"
        case .workaroundWithdrawn: "case.workaround_withdrawn"
        case .fixRecorded: "case.fix_recorded"
        case .fixTested: "case.fix_tested"
        case .fixConfirmed: "case.fix_confirmed"
        case .partyListed: "case.party_listed"
        case .partyAsked: "case.party_asked"
        case .partyAnswered: "case.party_answered"
        case .partyWeighed: "case.party_weighed"
        }
    }

    package var body: JSON {
        switch self {
        case .hypothesisProposed(let id, let wording, let confidence):
            wording.json(id: id, confidence: confidence)
        case .hypothesisRevised(let id, let wording): wording.json(id: id, confidence: nil)
        case .hypothesisJudged(let id, let judgement): judgement.json(id: id)
        case .testPlanned(let id, let plan): plan.json(id: id)
        case .resultRecorded(let id, let result): result.json(id: id)
        case .decided(let id, let decision): decision.json(id: id)
        case .agreementRecorded(let decision, let agreement):
            .fields([
                "id": .string(decision), "agreed": .bool(agreement.agreed), "who": .string(agreement.who),
                "words": agreement.words.map(JSON.string),
            ])
        case .bounded(let question, let boundary):
            .fields([
                "question": .string(question.rawValue), "holds_words": boundary.holds.map(JSON.string),
                "holds_not_words": boundary.holdsNot.map(JSON.string),
                "different": boundary.different.map(JSON.string),
            ])
        case .noteStructured(let parts): Self.json(of: parts)
        case .workaroundRecorded(let id, let workaround), .workaroundRevised(let id, let workaround):
            workaround.json(id: id)
        case .judgementWithdrawn(let id, let withdrawal): withdrawal.json(id: id)
        case .workaroundWithdrawn(let id, let reason), .hypothesisWithdrawn(let id, let reason):
            ["id": .string(id), "reason": .string(reason)]
        case .fixRecorded(let id, let text, let version):
            .fields(["id": .string(id), "text": .string(text), "version": version.map(JSON.string)])
        case .fixTested(let id, let test): test.json(id: id)
        case .fixConfirmed(let id, let witness, let holds, let words):
            [
                "id": .string(id), "by": .string(witness.rawValue), "holds": .bool(holds),
                "words": .string(words),
            ]
        case .partyListed(let id, let name, let component, let contact):
            .fields([
                "id": .string(id), "name": .string(name), "component": .string(component),
                "contact": contact.map(JSON.string),
            ])
        case .partyAsked(let id, let question, let text), .partyAnswered(let id, let question, let text):
            ["id": .string(id), "question": .string(question), "text": .string(text)]
        case .partyWeighed(let id, let result): result.json(id: id)
        }
    }

    private static func json(of parts: [NotePart: String]) -> JSON {
        var object = JSONObject()
        for part in NotePart.allCases {
            if let text = parts[part] { object.members.append((key: part.rawValue, value: .string(text))) }
        }
        return .object(object)
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.hypothesis_proposed":
            self = .hypothesisProposed(
                id: try body.text("id"), try HypothesisWording(body),
                confidence: try body.optionalTerm("confidence"))
        case "case.hypothesis_revised":
            self = .hypothesisRevised(id: try body.text("id"), try HypothesisWording(body))
        case "case.hypothesis_judged":
            self = .hypothesisJudged(id: try body.text("id"), try HypothesisJudgement(body))
        case "case.test_planned": self = .testPlanned(id: try body.text("id"), try TestPlan(body))
        case "case.result_recorded":
            self = .resultRecorded(on: try body.text("id"), try InvestigationResult(body))
        case "case.decided": self = .decided(id: try body.text("id"), try CaseDecision(body))
        case "case.agreement_recorded":
            self = .agreementRecorded(
                decision: try body.text("id"),
                CustomerAgreement(
                    agreed: try body.truth("agreed"), who: try body.text("who"),
                    words: body.optionalText("words")))
        case "case.bounded":
            self = .bounded(
                try body.term("question"),
                Boundary(
                    holds: body.optionalText("holds_words"), holdsNot: body.optionalText("holds_not_words"),
                    different: body.optionalText("different")))
        case "case.note_structured":
            var parts: [NotePart: String] = [:]
            for part in NotePart.allCases { parts[part] = body.optionalText(part.rawValue) }
            guard !parts.isEmpty else { throw FactProblem("the note has no part") }
            self = .noteStructured(parts)
        default: self = try Self.remedy(kind, body)
        }
    }

    private static func remedy(_ kind: String, _ body: FactBody) throws -> InvestigationFact {
        let id = try body.text("id")
        switch kind {
        case "case.workaround_recorded": return .workaroundRecorded(id: id, try Workaround(body))
        case "case.workaround_revised": return .workaroundRevised(id: id, try Workaround(body))
        case "case.hypothesis_withdrawn":
            return .hypothesisWithdrawn(id: id, reason: try body.text("reason"))
        case "case.judgement_withdrawn":
            return .judgementWithdrawn(id: id, try JudgementWithdrawal(body))
        case "case.workaround_withdrawn":
            return .workaroundWithdrawn(id: id, reason: try body.text("reason"))
        case "case.fix_recorded":
            return .fixRecorded(id: id, text: try body.text("text"), version: body.optionalText("version"))
        case "case.fix_tested": return .fixTested(id: id, try FixTest(body))
        case "case.fix_confirmed":
            return .fixConfirmed(
                id: id, by: try body.term("by"), holds: try body.truth("holds"),
                words: try body.text("words"))
        case "case.party_listed":
            return .partyListed(
                id: id, name: try body.text("name"), component: try body.text("component"),
                contact: body.optionalText("contact"))
        case "case.party_asked":
            return .partyAsked(id: id, question: try body.text("question"), text: try body.text("text"))
        case "case.party_answered":
            return .partyAnswered(id: id, question: try body.text("question"), text: try body.text("text"))
        case "case.party_weighed": return .partyWeighed(id: id, try InvestigationResult(body))
        default: throw FactProblem("“\(kind)” is not a kind of InvestigationFact")
        }
    }
}

extension FactBody {
    /// The term of a fixed list at `key`.
    fileprivate func term<Term: RawRepresentable>(_ key: String) throws -> Term
    where Term.RawValue == String {
        let text = try text(key)
        guard let term = Term(rawValue: text) else { throw FactProblem("“\(text)” is no \(key)") }
        return term
    }

    /// The term at `key`, or nil where there is none.
    fileprivate func optionalTerm<Term: RawRepresentable>(_ key: String) throws -> Term?
    where Term.RawValue == String {
        members[key]?.string == nil ? nil : try term(key)
    }

    /// The truth value at `key`.
    fileprivate func truth(_ key: String) throws -> Bool {
        guard let value = bool(key) else { throw FactProblem("the body has no truth value “\(key)”") }
        return value
    }
}

/// Texts as JSON; nil for none, so that it is left out.
private func list(_ texts: [String]) -> JSON? { texts.isEmpty ? nil : .array(texts.map(JSON.string)) }

extension HypothesisWording {
    fileprivate func json(id: String, confidence: Level?) -> JSON {
        .fields([
            "id": .string(id), "statement": .string(statement), "reasoning": reasoning.map(JSON.string),
            "predicts": predicts.map(JSON.string), "due_at": dueAt.map(\.json),
            "confidence": confidence.map { .string($0.rawValue) },
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            statement: try body.text("statement"), reasoning: body.optionalText("reasoning"),
            predicts: body.optionalText("predicts"), dueAt: body.time("due_at"))
    }
}

extension HypothesisJudgement {
    fileprivate func json(id: String) -> JSON {
        .fields([
            "id": .string(id), "state": .string(state.rawValue),
            "confidence": confidence.map { .string($0.rawValue) }, "reason": reason.map(JSON.string),
            "method": method.map(JSON.string), "verification": verification.map(JSON.string),
            "root_cause": rootCause.map(JSON.string), "evidence": list(evidence),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            state: try body.term("state"), confidence: try body.optionalTerm("confidence"),
            reason: body.optionalText("reason"), method: body.optionalText("method"),
            verification: body.optionalText("verification"), rootCause: body.optionalText("root_cause"),
            evidence: body.texts("evidence"))
    }
}

extension TestPlan {
    fileprivate func json(id: String) -> JSON {
        .fields([
            "id": .string(id), "hypothesis": hypothesis.map(JSON.string), "action": .string(action),
            "expected": expected.map(JSON.string), "information": .string(information.rawValue),
            "cost": .string(cost.rawValue), "due_at": dueAt.map(\.json),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            hypothesis: body.optionalText("hypothesis"), action: try body.text("action"),
            expected: body.optionalText("expected"), information: try body.term("information"),
            cost: try body.term("cost"), dueAt: body.time("due_at"))
    }
}

extension InvestigationResult {
    fileprivate func json(id: String) -> JSON {
        .fields([
            "id": .string(id), "observed": .string(observed), "bearing": .string(bearing.rawValue),
            "evidence": list(evidence),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            observed: try body.text("observed"), bearing: try body.term("bearing"),
            evidence: body.texts("evidence"))
    }
}

extension CaseDecision {
    fileprivate func json(id: String) -> JSON {
        .fields([
            "id": .string(id), "kind": .string(kind.rawValue), "decision": .string(decision),
            "options": list(options), "reason": .string(reason), "decider": .string(decider),
            "replaces": replaces.map(JSON.string),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            kind: try body.term("kind"), decision: try body.text("decision"), options: body.texts("options"),
            reason: try body.text("reason"), decider: try body.text("decider"),
            replaces: body.optionalText("replaces"))
    }
}

extension Workaround {
    fileprivate func json(id: String) -> JSON {
        .fields([
            "id": .string(id), "text": .string(text), "data_loss": .string(dataLoss),
            "side_effects": .string(sideEffects), "tested_in": testedIn.map(JSON.string),
            "applies_to": appliesTo.map(JSON.string), "rollback": .string(rollback),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            text: try body.text("text"), dataLoss: try body.text("data_loss"),
            sideEffects: try body.text("side_effects"), testedIn: body.optionalText("tested_in"),
            appliesTo: body.optionalText("applies_to"), rollback: try body.text("rollback"))
    }
}

extension FixTest {
    fileprivate func json(id: String) -> JSON {
        .fields([
            "id": .string(id), "tested": .string(tested), "environment": .string(environment),
            "observed": .string(observed), "holds": .bool(holds), "evidence": list(evidence),
        ])
    }

    fileprivate init(_ body: FactBody) throws {
        self.init(
            tested: try body.text("tested"), environment: try body.text("environment"),
            observed: try body.text("observed"), holds: try body.truth("holds"),
            evidence: body.texts("evidence"))
    }
}

extension JudgementWithdrawal {
    fileprivate init(_ body: FactBody) throws {
        let rootCause: RootCause? =
            switch body.members["root_cause"] {
            case .string(let cause)?: .set(cause)
            case .null?: .unset
            default: nil
            }
        self.init(
            reason: try body.text("reason"), confirms: body.optionalText("confirms"), rootCause: rootCause)
    }

    fileprivate func json(id: String) -> JSON {
        let cause: JSON? =
            switch rootCause {
            case .set(let cause)?: .string(cause)
            case .unset?: .null
            case nil: nil
            }
        return .fields([
            "id": .string(id), "reason": .string(reason), "confirms": confirms.map(JSON.string),
            "root_cause": cause,
        ])
    }
}
