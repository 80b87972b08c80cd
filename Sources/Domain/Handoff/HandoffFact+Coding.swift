package import Diagnosis

extension HandoffFact {
    package var kind: String {
        switch self {
        case .offered: "case.handover_offered"
        case .accepted: "case.handover_accepted"
        case .returned: "case.handover_returned"
        case .withdrawn: "case.handover_withdrawn"
        case .unblockAsked: "case.unblock_asked"
        case .unblockAnswered: "case.unblock_answered"
        case .unblockWithdrawn: "case.unblock_withdrawn"
        case .answerMarked: "case.answer_marked"
        }
    }

    package var body: JSON {
        switch self {
        case .offered(let offer):
            .fields([
                "handover": .string(offer.handover), "way": .string(offer.way.rawValue),
                "from": .string(offer.from), "person": offer.person.map(JSON.string),
                "role": offer.role.map(JSON.string), "brief": .string(offer.brief),
                "generated": offer.generated.map(JSON.string), "accept_by": offer.acceptBy.json,
            ])
        case .accepted(let handover, let comment):
            .fields(["handover": .string(handover), "comment": comment.map(JSON.string)])
        case .returned(let handover, let reason, let lacking):
            [
                "handover": .string(handover), "reason": .string(reason),
                "lacking": .array(lacking.map(JSON.string)),
            ]
        case .withdrawn(let handover, let reason):
            .fields(["handover": .string(handover), "reason": reason.map(JSON.string)])
        case .unblockAsked(let stuck):
            [
                "request": .string(stuck.request), "stuck": .string(stuck.stuck),
                "tried": .string(stuck.tried),
            ]
        case .unblockAnswered(let request, let answer, let isReusable):
            ["request": .string(request), "answer": .string(answer), "reusable": .bool(isReusable)]
        case .unblockWithdrawn(let request, let reason):
            ["request": .string(request), "reason": .string(reason)]
        case .answerMarked(let request, let isReusable):
            ["request": .string(request), "reusable": .bool(isReusable)]
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.handover_offered": self = .offered(try Offer(body))
        case "case.handover_accepted":
            self = .accepted(handover: try body.text("handover"), comment: body.optionalText("comment"))
        case "case.handover_returned":
            self = .returned(
                handover: try body.text("handover"), reason: try body.text("reason"),
                lacking: body.texts("lacking"))
        case "case.handover_withdrawn":
            self = .withdrawn(handover: try body.text("handover"), reason: body.optionalText("reason"))
        case "case.unblock_asked":
            self = .unblockAsked(
                Stuck(
                    request: try body.text("request"), stuck: try body.text("stuck"),
                    tried: try body.text("tried")))
        case "case.unblock_answered":
            self = .unblockAnswered(
                request: try body.text("request"), answer: try body.text("answer"),
                isReusable: body.bool("reusable") ?? false)
        case "case.unblock_withdrawn":
            self = .unblockWithdrawn(request: try body.text("request"), reason: try body.text("reason"))
        case "case.answer_marked":
            self = .answerMarked(
                request: try body.text("request"), isReusable: body.bool("reusable") ?? false)
        default: throw FactProblem("“\(kind)” is not a kind of hand-off fact")
        }
    }
}

extension HandoffFact.Offer {
    fileprivate init(_ body: FactBody) throws {
        let word = try body.text("way")
        guard let way = HandoffFact.Way(rawValue: word) else {
            throw FactProblem("“\(word)” is no way to hand a case over")
        }
        guard let acceptBy = body.time("accept_by") else {
            throw FactProblem("the body has no time “accept_by”")
        }
        self.init(
            handover: try body.text("handover"), way: way, from: try body.text("from"),
            person: body.optionalText("person"), role: body.optionalText("role"),
            brief: try body.text("brief"), generated: body.optionalText("generated"), acceptBy: acceptBy)
    }
}
