/// What facts of other parts do to clocks: moments that somebody named, hand-overs, notices, defects.
extension CaseClocks {
    mutating func restart(
        _ clock: CaseClock, item: String? = nil, until moment: Timestamp?, _ cause: ClockCause
    ) {
        signal(clock, item: item, .cancel, cause)
        guard let moment, isOpen else { return }
        let terms = ClockTerms.until(moment, from: cause.occurredAt, warnings: [75])
        signal(clock, item: item, .start(terms), cause)
    }

    mutating func move(_ change: CoordinationFact, _ cause: ClockCause) {
        switch change {
        case .blocked(let reason, _):
            named = (reason, cause.occurredAt)
            guard phase == .waiting else { return }
            waiting = reason
            follow(cause)
        case .nextActionSet(_, _, let due):
            restart(.nextAction, until: due, cause)
            signal(.takeBack, .stop, cause)
        case .nextActionDone: signal(.nextAction, .stop, cause)
        case .updatePromised(let moment): restart(.promisedUpdate, until: moment, cause)
        case .followUpAdded(let plan): restart(.followUp, item: plan.item, until: plan.dueAt, cause)
        case .followUpDone(let item, _): signal(.followUp, item: item, .stop, cause)
        default: break
        }
    }

    mutating func move(_ change: HandoffFact, _ cause: ClockCause) {
        switch change {
        case .offered(let offer):
            signal(.takeBack, .stop, cause)
            if terms(.handover) == nil {
                restart(.handover, until: offer.acceptBy, cause)
            } else {
                signal(.handover, .cancel, cause)
                start(.handover, cause)
            }
        case .accepted: signal(.handover, .stop, cause)
        case .returned:
            signal(.handover, .stop, cause)
            start(.takeBack, cause)
        case .withdrawn: signal(.handover, .cancel, cause)
        default: break
        }
    }

    mutating func move(_ change: SurveyFact, _ cause: ClockCause) {
        switch change {
        case .followUpOpened(let survey, _, let due):
            let terms = ClockTerms.until(due, from: cause.occurredAt, warnings: [75])
            signal(.surveyFollowUp, item: survey, .start(terms), cause)
        case .reviewed(let review): signal(.surveyFollowUp, item: review.survey, .stop, cause)
        default: break
        }
    }

    mutating func move(_ change: NoticeFact, _ cause: ClockCause) {
        switch change {
        case .owed(let duty):
            let terms = ClockTerms.until(duty.dueAt, from: cause.occurredAt, warnings: Policy.noticeWarnings)
            signal(.notice, item: duty.notice, .start(terms), cause)
        case .given(let receipt): signal(.notice, item: receipt.notice, .stop, cause)
        case .waived(let notice, _): signal(.notice, item: notice, .cancel, cause)
        case .reassigned: break
        }
    }

    // MARK: What engineering owes

    /// A defect that the case is linked to is to be decided about, and to be fixed.
    mutating func moveDefects(_ change: RelationFact, _ cause: ClockCause) {
        switch change {
        case .linked(_, let target) where target.kind == .defect && defects[target.key] == nil:
            defects[target.key] = false
            startDefects(cause)
        case .unlinked(_, let target, _) where target.kind == .defect: drop(target.key, cause)
        default: break
        }
    }

    mutating func move(_ change: DefectFact, _ cause: ClockCause) {
        switch change {
        case .decided(let verdict):
            signal(.defectDecision, item: verdict.defect, .stop, cause)
            if verdict.isAccepted { defects[verdict.defect] = true } else { drop(verdict.defect, cause) }
        case .delivered(let fix):
            signal(.defectDecision, item: fix.defect, .stop, cause)
            signal(.defectFix, item: fix.defect, .stop, cause)
            defects[fix.defect] = nil
        }
    }

    private mutating func drop(_ defect: String, _ cause: ClockCause) {
        for clock in [CaseClock.defectDecision, .defectFix] { signal(clock, item: defect, .cancel, cause) }
        defects[defect] = nil
    }

    /// The clocks of defects that engineering still owes something for, as far as the level promises it.
    mutating func startDefects(_ cause: ClockCause) {
        for (key, isDecided) in defects.sorted(by: { $0.key < $1.key }) {
            if !isDecided { start(.defectDecision, item: key, cause) }
            start(.defectFix, item: key, cause)
        }
    }

    mutating func move(_ change: FixWatchFact, _ cause: ClockCause) {
        switch change {
        case .started(let plan):
            let terms = ClockTerms.until(plan.until, from: cause.occurredAt)
            signal(.postFixWatch, item: plan.watch, .start(terms), cause)
        case .recurred(let watch, _, _, _), .ended(let watch, .stopped, _):
            signal(.postFixWatch, item: watch, .cancel, cause)
        case .ended(let watch, .quiet, _): signal(.postFixWatch, item: watch, .stop, cause)
        }
    }

    mutating func move(_ change: OutwardFact, _ cause: ClockCause) {
        switch change {
        case .held(let held):
            if let old = held.replaces { signal(.review, item: old, .cancel, cause) }
            restart(.review, item: held.message, until: held.reviewBy, cause)
        case .approved(let message, _, _), .returned(let message, _):
            signal(.review, item: message, .stop, cause)
        case .withdrawn(let message, _): signal(.review, item: message, .cancel, cause)
        case .released(let message, _, _): signal(.review, item: message, .stop, cause)
        default: break
        }
    }

    mutating func move(_ change: InvestigationFact, _ cause: ClockCause) {
        switch change {
        case .hypothesisProposed(let id, let wording, _):
            restart(.timeBox, item: id, until: wording.dueAt, cause)
        case .hypothesisRevised(let id, let wording):
            let item = CaseClockID(.timeBox, item: id)
            let due = clocks[item]?.current?.due
            if due != wording.dueAt { restart(.timeBox, item: id, until: wording.dueAt, cause) }
        case .hypothesisJudged(let id, _): signal(.timeBox, item: id, .stop, cause)
        case .hypothesisWithdrawn(let id, _): signal(.timeBox, item: id, .cancel, cause)
        case .testPlanned(let id, let plan): restart(.timeBox, item: id, until: plan.dueAt, cause)
        case .resultRecorded(let id, _): signal(.timeBox, item: id, .stop, cause)
        default: break
        }
    }

    mutating func moveEvidence(_ fact: Recorded<CaseFact>, _ cause: ClockCause) {
        if case .evidence(let body) = fact.body { evidence.apply(body, fact) }
        if case .evidence(.requested(let asking)) = fact.body {
            restart(.evidenceRequest, item: asking.request, until: asking.until, cause)
        }
        for request in evidence.requests where request.openCount == 0 {
            let isTakenBack = request.withdrawnReason != nil
            signal(.evidenceRequest, item: request.number, isTakenBack ? .cancel : .stop, cause)
        }
    }
}
