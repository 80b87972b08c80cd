package import Diagnosis

/// What happens to a case between the customer and us: what the contract allows, and what the customer says of the fix.
package enum CaseCustomerFact: CaseFactFamily {
    /// The report goes beyond the contract; it was taken all the same.
    case beyondContract(gaps: [Entitlement.Gap])
    /// Somebody of the staff decided what is done about that.
    case contractSettled(text: String)
    /// The customer says that it works again.
    case fixConfirmed(text: String?)
    /// A monitoring system opened the case, or told again of what it is about.
    case alerted(AlertNotice)

    package static let kinds = [
        "case.beyond_contract", "case.contract_settled", "case.customer_confirmed", "case.alerted",
    ]
    package static let publicKinds = ["case.customer_confirmed"]
    package static let erasableFields: Set<String> = ["text", "title"]

    package var kind: String {
        switch self {
        case .beyondContract: "case.beyond_contract"
        case .contractSettled: "case.contract_settled"
        case .fixConfirmed: "case.customer_confirmed"
        case .alerted: "case.alerted"
        }
    }

    package var body: JSON {
        switch self {
        case .beyondContract(let gaps): ["gaps": .array(gaps.map { .string($0.rawValue) })]
        case .contractSettled(let text): ["text": .string(text)]
        case .fixConfirmed(let text): .fields(["text": text.map(JSON.string)])
        case .alerted(let notice): notice.json
        }
    }

    package var edits: Set<Aspect> {
        switch self {
        case .contractSettled: ["contract"]
        case .beyondContract, .fixConfirmed, .alerted: []
        }
    }

    package init(kind: String, body: FactBody) throws {
        switch kind {
        case "case.beyond_contract":
            self = .beyondContract(gaps: body.texts("gaps").compactMap { Entitlement.Gap(rawValue: $0) })
        case "case.contract_settled": self = .contractSettled(text: try body.text("text"))
        case "case.customer_confirmed": self = .fixConfirmed(text: body.optionalText("text"))
        case "case.alerted": self = .alerted(try AlertNotice(body))
        default: throw FactProblem("“\(kind)” is not a kind of CaseCustomerFact")
        }
    }
}

/// One message of a monitoring system.
package struct AlertNotice: Equatable, Sendable {
    /// The same for all messages about the same thing.
    package var key: String
    /// One line.
    package var title: String
    /// What else it said.
    package var text: String?
    /// Whether it says that the trouble is over.
    package var isResolved: Bool
    /// The page of the monitoring system.
    package var url: String?

    /// A message with all parts.
    package init(key: String, title: String, text: String?, isResolved: Bool, url: String?) {
        (self.key, self.title, self.text, self.isResolved, self.url) = (key, title, text, isResolved, url)
    }

    /// The message as it is stored.
    package var json: JSON {
        .fields([
            "key": .string(key), "title": .string(title), "text": text.map(JSON.string),
            "resolved": .bool(isResolved), "url": url.map(JSON.string),
        ])
    }

    /// The message that was stored with these members.
    package init(_ body: FactBody) throws {
        self.init(
            key: try body.text("key"), title: try body.text("title"), text: body.optionalText("text"),
            isResolved: body.bool("resolved") ?? false, url: body.optionalText("url"))
    }
}

/// What the customer's facts make of a case.
package struct CustomerStanding: Equatable, Sendable {
    /// In which ways the report goes beyond the contract.
    package var gaps: [Entitlement.Gap] = []
    /// What was decided about it, and by whom.
    package var settlement: (text: String, by: String)?
    /// Who confirmed the fix, when and in which words; nil where nobody did since the case last came back.
    package var confirmation: (by: String, at: Timestamp, text: String?)?
    /// What monitoring said last.
    package var alert: (notice: AlertNotice, at: Timestamp)?
    /// How often monitoring wrote.
    package var alertCount = 0

    /// The facts that matter, oldest first, folded.
    package init(_ facts: some Sequence<Recorded<CaseFact>>) {
        for fact in facts {
            switch fact.body {
            case .reopened: confirmation = nil
            case .customer(.beyondContract(let gaps)): self.gaps = gaps
            case .customer(.contractSettled(let text)): settlement = (text, fact.actor)
            case .customer(.fixConfirmed(let text)): confirmation = (fact.actor, fact.occurredAt, text)
            case .customer(.alerted(let notice)):
                alert = (notice, fact.occurredAt)
                alertCount += 1
            default: break
            }
        }
    }

    /// The kinds of fact that make it.
    package static let kinds = CaseCustomerFact.kinds + ["case.reopened"]

    package static func == (left: Self, right: Self) -> Bool {
        left.gaps == right.gaps && left.settlement?.text == right.settlement?.text
            && left.confirmation?.at == right.confirmation?.at && left.alert?.notice == right.alert?.notice
            && left.alertCount == right.alertCount
    }
}
