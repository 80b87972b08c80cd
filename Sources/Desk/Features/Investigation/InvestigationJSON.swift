import Diagnosis
import Domain
import Storage
import Web

/// Investigations on the wire: for staff alone.
enum InvestigationJSON {
    static let read = APIRead(
        "case.investigation", "What is known, suspected, ruled out, decided and fixed",
        path: "/cases/{id}/investigation", access: .right("case.view")
    ) { call, services in
        let reference = call.request.parameter("id")
        let policy = services.policy.current
        return try await services.database.read { tx in
            let found = try CaseDirectory.find(reference, for: call.actor, in: tx)
            let investigation = try InvestigationDirectory.investigation(of: found.id, in: tx)
            var object = json(investigation).object ?? JSONObject()
            object["number"] = .string(found.number)
            object["version"] = .integer(Int64(found.version.number))
            object["root_cause"] = rootCause(found, policy)
            return .object(object)
        }
    }

    /// What the case's own JSON says of its cause: never more than is proved.
    static func members(
        _ context: CasePartContext, in tx: borrowing Transaction
    ) throws -> [(key: String, value: JSON)] {
        let all = context.history.investigation
        return [
            (
                "investigation",
                [
                    "cause": cause(all), "open": .integer(Int64(all.ranked.count)),
                    "refuted": .integer(Int64(all.refuted.count)),
                    "tests_planned": .integer(Int64(all.plan.count)),
                    "has_workaround_only": .bool(all.hasWorkaroundOnly),
                    "fix_verification": all.fixVerification.map(json) ?? .null,
                ]
            )
        ]
    }

    private static func rootCause(_ found: SupportCase, _ policy: Policy) -> JSON {
        guard let cause = found.classification[.rootCause] else { return .null }
        return [
            "id": .string(cause), "name": .string(policy.name(of: cause, in: \.rootCauses)),
            "state": found.rootCauseState,
        ]
    }

    private static func cause(_ all: Investigation) -> JSON {
        let wording = all.causeWording
        return .fields([
            "state": .string(
                wording.isConfirmed ? "confirmed" : wording.cause == nil ? "unknown" : "suspected"),
            "words": wording.cause.map(JSON.string), "sentence": .string(wording.sentence),
        ])
    }

    /// The whole investigation.
    static func json(_ all: Investigation) -> JSON {
        let boundaries = BoundaryQuestion.allCases.map { question -> JSON in
            let boundary = all.boundaries[question] ?? Boundary()
            return [
                "question": .string(question.rawValue), "is": text(boundary.holds),
                "is_not": text(boundary.holdsNot), "different": text(boundary.different),
            ]
        }
        let notes = NotePart.allCases.compactMap { part in
            all.notes[part].map { note -> JSON in
                [
                    "part": .string(part.rawValue), "text": .string(note.text),
                    "written": mark(note.written),
                ]
            }
        }
        return [
            "cause": cause(all),
            "hypotheses": .array((all.ranked + all.parked + all.refuted).map(json)),
            "plan": .array(all.plan.map(json)), "tests_done": .array(all.doneTests.map(json)),
            "decisions": .array(all.decisions.map(json)), "boundaries": .array(boundaries),
            "notes": .array(notes), "workarounds": .array(all.workarounds.map(json)),
            "fixes": .array(all.fixes.map(json)), "parties": .array(all.parties.map(json)),
            "has_workaround_only": .bool(all.hasWorkaroundOnly),
        ]
    }

    private static func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    private static func texts(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }

    private static func mark(_ mark: Attribution?) -> JSON {
        guard let mark else { return .null }
        return ["by": .string(mark.by), "at": mark.at.json, "entry": .integer(Int64(mark.entry))]
    }

    private static func json(_ one: Investigation.Hypothesis) -> JSON {
        let judgement = one.judgement
        return [
            "id": .string(one.id), "statement": .string(one.wording.statement),
            "reasoning": text(one.wording.reasoning), "predicts": text(one.wording.predicts),
            "due_at": one.wording.dueAt.map(\.json) ?? .null, "state": .string(one.state.rawValue),
            "is_confirmed": .bool(one.state == .confirmed),
            "confidence": text(judgement.confidence?.rawValue), "reason": text(judgement.reason),
            "method": text(judgement.method), "verification": text(judgement.verification),
            "root_cause": text(judgement.rootCause), "evidence": texts(one.evidence),
            "results": .array(one.results.map(json)), "proposed": mark(one.proposed),
            "judged": mark(one.judged),
        ]
    }

    private static func json(_ one: Investigation.Result) -> JSON {
        [
            "test": text(one.test), "observed": .string(one.result.observed),
            "bearing": .string(one.result.bearing.rawValue), "evidence": texts(one.result.evidence),
            "recorded": mark(one.recorded),
        ]
    }

    private static func json(_ one: Investigation.Test) -> JSON {
        [
            "id": .string(one.id), "hypothesis": text(one.plan.hypothesis),
            "action": .string(one.plan.action), "expected": text(one.plan.expected),
            "information": .string(one.plan.information.rawValue), "cost": .string(one.plan.cost.rawValue),
            "rank": .integer(Int64(one.plan.rank)), "due_at": one.plan.dueAt.map(\.json) ?? .null,
            "is_dead_end": .bool(one.isDeadEnd), "results": .array(one.results.map(json)),
            "planned": mark(one.planned),
        ]
    }

    private static func json(_ one: Investigation.Decided) -> JSON {
        let agreement: JSON =
            one.agreement.map {
                [
                    "agreed": .bool($0.agreed), "who": .string($0.who), "words": text($0.words),
                    "recorded": mark(one.agreementRecorded),
                ]
            } ?? .null
        return [
            "id": .string(one.id), "kind": .string(one.decision.kind.rawValue),
            "decision": .string(one.decision.decision), "options": texts(one.decision.options),
            "reason": .string(one.decision.reason), "decider": .string(one.decision.decider),
            "replaces": text(one.decision.replaces), "replaced_by": text(one.replacedBy),
            "customer_agreement": agreement, "lacks_agreement": .bool(one.lacksAgreement),
            "recorded": mark(one.recorded),
        ]
    }

    private static func json(_ one: Investigation.WayAround) -> JSON {
        [
            "id": .string(one.id), "text": .string(one.workaround.text),
            "data_loss": .string(one.workaround.dataLoss),
            "side_effects": .string(one.workaround.sideEffects),
            "tested_in": text(one.workaround.testedIn), "applies_to": text(one.workaround.appliesTo),
            "rollback": .string(one.workaround.rollback), "withdrawn_because": text(one.withdrawnBecause),
            "recorded": mark(one.recorded),
        ]
    }

    private static func json(_ one: Investigation.Fix) -> JSON {
        let tests = one.tests.map { test, recorded -> JSON in
            [
                "tested": .string(test.tested), "environment": .string(test.environment),
                "observed": .string(test.observed), "holds": .bool(test.holds),
                "evidence": texts(test.evidence), "recorded": mark(recorded),
            ]
        }
        let confirmations = FixWitness.allCases.compactMap { witness -> JSON? in
            one.confirmations[witness].map {
                [
                    "by": .string(witness.rawValue), "holds": .bool($0.holds), "words": .string($0.words),
                    "recorded": mark($0.recorded),
                ]
            }
        }
        return [
            "id": .string(one.id), "text": .string(one.text), "version": text(one.version),
            "tests": .array(tests), "confirmations": .array(confirmations),
            "verification": json(FixVerification(one)), "recorded": mark(one.recorded),
        ]
    }

    private static func json(_ one: FixVerification) -> JSON {
        [
            "fix": .string(one.fix), "is_tested": .bool(one.isTested),
            "customer_confirms": one.customerConfirms.map(JSON.bool) ?? .null,
            "monitoring_confirms": one.monitoringConfirms.map(JSON.bool) ?? .null,
            "is_complete": .bool(one.isComplete), "missing": texts(one.missing),
        ]
    }

    private static func json(_ one: Investigation.Party) -> JSON {
        let questions = one.questions.map { question -> JSON in
            [
                "id": .string(question.id), "text": .string(question.text), "asked": mark(question.asked),
                "answer": text(question.answer), "answered": mark(question.answered),
            ]
        }
        return [
            "id": .string(one.id), "name": .string(one.name), "component": .string(one.component),
            "contact": text(one.contact), "questions": .array(questions),
            "weighed": .array(one.weighed.map(json)), "listed": mark(one.listed),
        ]
    }
}

extension SupportCase {
    /// How sure the root cause is: "suspected" until a confirmed hypothesis stands for it.
    var rootCauseState: JSON {
        guard classification[.rootCause] != nil else { return .null }
        return .string(isRootCauseConfirmed ? "confirmed" : "suspected")
    }
}
